//! What all domains do in one step of frozen stress and percolating share, and how it depends on both.
//!
//! These loops over barriers are all the time of the mean-field model. Per barrier there is one exponential,
//! `e = exp(-x)` with `x = rate * speed + flow`: everything that stress does to the rates is in the one number `speed`,
//! so the slopes by stress need no exponential of their own.

use crate::sample::Barriers;

/// A step, reduced to numbers that no longer depend on the barrier.
#[derive(Clone, Copy, Debug)]
pub struct Frozen {
    /// `n_eq` at the end of the step.
    pub equilibrium: f64,
    /// `n_eq` at its start, between which it is linear in time; `None`: at the end value throughout.
    pub from: Option<f64>,
    /// `2 cosh(A/2kT) kappa dt`, s.
    pub speed: f64,
    /// `k_c f dt`.
    pub flow: f64,
    /// Slope of `equilibrium` by stress, 1/MPa.
    pub equilibrium_slope: f64,
    /// Slope of `speed` by stress, s/MPa.
    pub speed_slope: f64,
}

/// The end of a step without flow.
#[derive(Clone, Copy, Debug)]
pub struct Still {
    /// Share of transformed domains.
    pub share: f64,
    /// Its slope by stress, 1/MPa.
    pub share_by_stress: f64,
}

/// The end of a step with flow.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flowing {
    /// Share of transformed domains at the end.
    pub share: f64,
    /// Its slope by stress, 1/MPa.
    pub share_by_stress: f64,
    /// Its slope by [`Frozen::flow`].
    pub share_by_flow: f64,
    /// Mean share over the step.
    pub mean: f64,
    /// Its slope by stress, 1/MPa.
    pub mean_by_stress: f64,
    /// Its slope by [`Frozen::flow`].
    pub mean_by_flow: f64,
}

/// Largest `x` whose reciprocal is still a number.
const LARGEST_EXPONENT: f64 = 1e300;

/// Below this the three functions of [`Decay`] are taken from their series, where what is left out is below 1e-12.
const SMALL: f64 = 1e-4;

/// Below this their slopes are: differences of nearly equal numbers over `x` have lost too many digits there.
const SMALL_SLOPE: f64 = 1e-3;

/// What `exp(-x s)` is at the end of a step (`s = 1`), on average, and on average weighted with `2 s`, half of it.
struct Decay {
    /// `exp(-x)`.
    left: f64,
    /// `(1 - exp(-x))/x`.
    mean: f64,
    /// Slope of `mean`.
    mean_slope: f64,
    /// `(1 - mean)/x`.
    rising: f64,
    /// Slope of `rising`.
    rising_slope: f64,
}

impl Decay {
    #[inline(always)]
    fn new(x: f64) -> Self {
        let left = (-x).exp();
        let over_x = if x > 0.0 { x.recip() } else { 0.0 };
        let mean = if x < SMALL { 1.0 - x * (0.5 - x * (1.0 / 6.0 - x / 24.0)) } else { (1.0 - left) * over_x };
        let rising = if x < SMALL { 0.5 - x * (1.0 / 6.0 - x / 24.0) } else { (1.0 - mean) * over_x };
        let mean_slope = if x < SMALL_SLOPE { x / 3.0 - 0.5 } else { (left - mean) * over_x };
        let rising_slope = if x < SMALL_SLOPE { x / 12.0 - 1.0 / 6.0 } else { -(mean_slope + rising) * over_x };
        Decay { left, mean, mean_slope, rising, rising_slope }
    }
}

/// How many of the domains of each barrier are transformed, now and as tried for the end of the step.
#[derive(Clone, Debug)]
pub struct Occupation {
    barriers: Barriers,
    now: Vec<f64>,
    tried: Vec<f64>,
}

impl Occupation {
    /// All barriers at the same share.
    pub fn new(barriers: Barriers, share: f64) -> Self {
        let now = vec![share; barriers.rate.len()];
        Occupation { barriers, tried: now.clone(), now }
    }

    /// Sets the share of every barrier.
    pub fn set(&mut self, shares: impl Iterator<Item = f64>) {
        self.now.iter_mut().zip(shares).for_each(|(now, share)| *now = share);
    }

    /// Makes the end that was tried last the state from now on.
    pub fn accept(&mut self) {
        std::mem::swap(&mut self.now, &mut self.tried);
    }

    /// Tries a step without flow.
    pub fn relax(&mut self, frozen: &Frozen) -> Still {
        match frozen.from {
            None => self.relax_to_end(frozen),
            Some(from) => self.relax_along(from, frozen),
        }
    }

    /// `n_eq` is that of the end throughout.
    fn relax_to_end(&mut self, frozen: &Frozen) -> Still {
        let Frozen { equilibrium, speed, equilibrium_slope, speed_slope, .. } = *frozen;
        // Sums of e and of (n - n_eq) rate e.
        let (mut share, mut kept, mut moved) = (0.0, 0.0, 0.0);
        let columns = self.barriers.rate.iter().zip(&self.barriers.weight).zip(&self.now).zip(&mut self.tried);
        for (((&rate, &weight), &now), tried) in columns {
            let e = (-rate * speed).exp();
            let away = now - equilibrium;
            *tried = equilibrium + away * e;
            share += weight * *tried;
            kept += weight * e;
            moved += rate * weight * e * away;
        }
        Still { share, share_by_stress: equilibrium_slope * (1.0 - kept) - speed_slope * moved }
    }

    /// `n_eq` runs linearly from its value at the start to that at the end.
    fn relax_along(&mut self, from: f64, frozen: &Frozen) -> Still {
        let Frozen { equilibrium, speed, equilibrium_slope, speed_slope, .. } = *frozen;
        let rise = equilibrium - from;
        let (mut share, mut followed, mut moved) = (0.0, 0.0, 0.0);
        let columns = self.barriers.rate.iter().zip(&self.barriers.weight).zip(&self.now).zip(&mut self.tried);
        for (((&rate, &weight), &now), tried) in columns {
            let decay = Decay::new((rate * speed).min(LARGEST_EXPONENT));
            *tried = equilibrium + (now - from) * decay.left - rise * decay.mean;
            share += weight * *tried;
            followed += weight * (1.0 - decay.mean);
            moved -= rate * weight * ((now - from) * decay.left + rise * decay.mean_slope);
        }
        Still { share, share_by_stress: equilibrium_slope * followed + speed_slope * moved }
    }

    /// Tries a step with flow.
    pub fn flow(&mut self, frozen: &Frozen) -> Flowing {
        let Frozen { equilibrium, from, speed, flow, equilibrium_slope, speed_slope } = *frozen;
        // The start value is given, unless it is that of the end.
        let (from, from_slope) = from.map_or((equilibrium, equilibrium_slope), |from| (from, 0.0));
        let mut sums = Flowing::default();
        let columns = self.barriers.rate.iter().zip(&self.barriers.weight).zip(&self.now).zip(&mut self.tried);
        for (((&rate, &weight), &now), tried) in columns {
            let exchanged = rate * speed;
            let x = (exchanged + flow).min(LARGEST_EXPONENT);
            let decay = Decay::new(x);
            let over_x = if x > 0.0 { x.recip() } else { 0.0 };
            // Where domains of this barrier tend to at the start and at the end, and how that depends on stress and flow.
            let part = if x > 0.0 { exchanged.min(x) * over_x } else { 1.0 };
            let x_by_stress = rate * speed_slope;
            let part_by_stress = x_by_stress * (flow * over_x) * over_x;
            let (start, end) = (part * from, part * equilibrium);
            let start_by_stress = part * from_slope + from * part_by_stress;
            let end_by_stress = part * equilibrium_slope + equilibrium * part_by_stress;
            let (start_by_flow, end_by_flow) = (-start * over_x, -end * over_x);
            // The share at the end and its mean over the step are linear in start, end and now.
            let (of_end, of_start) = (1.0 - decay.mean, decay.mean - decay.left);
            let by_x = (start - now) * decay.left + (start - end) * decay.mean_slope;
            *tried = end * of_end + start * of_start + now * decay.left;
            sums.share += weight * *tried;
            sums.share_by_stress += weight * (end_by_stress * of_end + start_by_stress * of_start + by_x * x_by_stress);
            sums.share_by_flow += weight * (end_by_flow * of_end + start_by_flow * of_start + by_x);
            let (of_end, of_start) = (0.5 - decay.rising, 0.5 - decay.mean + decay.rising);
            let by_x = (now - start) * decay.mean_slope + (start - end) * decay.rising_slope;
            sums.mean += weight * (end * of_end + start * of_start + now * decay.mean);
            sums.mean_by_stress += weight * (end_by_stress * of_end + start_by_stress * of_start + by_x * x_by_stress);
            sums.mean_by_flow += weight * (end_by_flow * of_end + start_by_flow * of_start + by_x);
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn occupation() -> Occupation {
        let rate = (0..40).map(|index| 10f64.powf(f64::from(index) * 0.5 - 10.0)).collect();
        let weight = (0..40).map(|index| f64::from(index + 1) / 820.0).collect();
        let mut occupation = Occupation::new(Barriers { rate, weight }, 0.2);
        occupation.set((0..40).map(|index| 0.2 + 0.005 * f64::from(index)));
        occupation
    }

    /// A step at a stress around which everything is linear, so that differences are slopes.
    fn frozen(stress: f64, flow: f64, from: Option<f64>) -> Frozen {
        let (equilibrium_slope, speed_slope) = (2e-3, 0.3);
        Frozen {
            equilibrium: 0.3 + equilibrium_slope * stress,
            from,
            speed: 2.0 + speed_slope * stress,
            flow,
            equilibrium_slope,
            speed_slope,
        }
    }

    #[test]
    fn slopes_are_those_of_the_sums() {
        let mut domains = occupation();
        let step = 1e-4;
        for from in [None, Some(0.25)] {
            for flow in [0.0, 1e-6, 0.01, 3.0] {
                let here = domains.flow(&frozen(0.0, flow, from));
                let (up, down) = (domains.flow(&frozen(step, flow, from)), domains.flow(&frozen(-step, flow, from)));
                let slope = |up: f64, down: f64| (up - down) / (2.0 * step);
                // Central differences, second order in 1e-4; the functions of x have lost four digits near their series.
                assert!((here.share_by_stress - slope(up.share, down.share)).abs() < 1e-7);
                assert!((here.mean_by_stress - slope(up.mean, down.mean)).abs() < 1e-7);
                if flow > step {
                    let (up, down) =
                        (domains.flow(&frozen(0.0, flow + step, from)), domains.flow(&frozen(0.0, flow - step, from)));
                    assert!((here.share_by_flow - slope(up.share, down.share)).abs() < 1e-6);
                    assert!((here.mean_by_flow - slope(up.mean, down.mean)).abs() < 1e-6);
                }
            }
            let (here, flowing) = (domains.relax(&frozen(0.0, 0.0, from)), domains.flow(&frozen(0.0, 0.0, from)));
            // Without flow both ways are one.
            assert!((here.share - flowing.share).abs() < 1e-14);
            assert!((here.share_by_stress - flowing.share_by_stress).abs() < 1e-9);
        }
    }

    #[test]
    fn domains_are_conserved() {
        // n(1) - n(0) = x (mean of where they tend to - mean of n), barrier by barrier and so in the sum over one.
        for (rate, flow) in [(1e-12, 1e-9), (1e-3, 0.02), (0.7, 0.4), (1e3, 5.0), (1e200, 5.0)] {
            let mut domains = Occupation::new(Barriers { rate: vec![rate], weight: vec![1.0] }, 0.37);
            for from in [None, Some(0.25)] {
                let frozen = frozen(0.0, flow, from);
                let sums = domains.flow(&frozen);
                let tends = 0.5 * (from.unwrap_or(0.3) + 0.3) * rate * 2.0;
                let gained = tends - (rate * 2.0 + flow) * sums.mean;
                // Both sides are differences of numbers as large as the rate.
                let tolerance = 1e-10 + 1e-13 * rate;
                assert!((sums.share - 0.37 - gained).abs() < tolerance, "{rate} {flow}: {} {gained}", sums.share);
            }
        }
    }
}
