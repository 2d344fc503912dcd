//! What all domains do in one step of frozen stress and percolating share, and how it depends on both.
//!
//! These loops over barriers are all the time of the mean-field model. Per barrier there is one exponential,
//! `e = exp(-x)` with `x = rate * speed + flow`: everything that stress does to the rates is in the one number `speed`,
//! so the slopes by stress need no exponential of their own.

use crate::sample::Barriers;

/// A step, reduced to numbers that no longer depend on the barrier.
#[derive(Clone, Copy, Debug)]
pub struct Frozen {
    /// `n_eq`.
    pub equilibrium: f64,
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

/// Below this `(1 - exp(-x))/x` is taken from its series: to the square of it, 1e-10.
const SMALL: f64 = 1e-5;

/// Below this the slope of it is: `exp(-x) - (1 - exp(-x))/x` has lost half its digits there.
const SMALL_SLOPE: f64 = 1e-4;

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
        let Frozen { equilibrium, speed, equilibrium_slope, speed_slope, .. } = *frozen;
        // Sums of e and of (n - n_eq) rate e.
        let (mut share, mut kept, mut moved) = (0.0, 0.0, 0.0);
        let columns = self.barriers.rate.iter().zip(&self.barriers.weight).zip(&self.now).zip(&mut self.tried);
        for (((&rate, &weight), &now), tried) in columns {
            let left = weight * (-rate * speed).exp();
            let away = now - equilibrium;
            *tried = equilibrium + away * (-rate * speed).exp();
            share += weight * *tried;
            kept += left;
            moved += rate * left * away;
        }
        Still { share, share_by_stress: equilibrium_slope * (1.0 - kept) - speed_slope * moved }
    }

    /// Tries a step with flow.
    pub fn flow(&mut self, frozen: &Frozen) -> Flowing {
        let Frozen { equilibrium, speed, flow, equilibrium_slope, speed_slope } = *frozen;
        let mut sums = Flowing::default();
        let columns = self.barriers.rate.iter().zip(&self.barriers.weight).zip(&self.now).zip(&mut self.tried);
        for (((&rate, &weight), &now), tried) in columns {
            let exchanged = rate * speed;
            let x = (exchanged + flow).min(LARGEST_EXPONENT);
            let e = (-x).exp();
            // Where domains of this barrier tend to, and how that depends on stress and flow.
            let part = if x > 0.0 { exchanged.min(x) / x } else { 1.0 };
            let tends = part * equilibrium;
            let x_by_stress = rate * speed_slope;
            let over_x = if x > 0.0 { x.recip() } else { 0.0 };
            let tends_by_stress = part * equilibrium_slope + equilibrium * x_by_stress * (flow * over_x) * over_x;
            let tends_by_flow = -tends * over_x;
            // Mean of exp(-x s) over s in 0..1, and its slope.
            let mean = if x < SMALL { 1.0 - 0.5 * x } else { (1.0 - e) * over_x };
            let mean_slope = if x < SMALL_SLOPE { x / 3.0 - 0.5 } else { (e - mean) * over_x };
            let away = now - tends;
            *tried = tends + away * e;
            sums.share += weight * *tried;
            sums.share_by_stress += weight * ((1.0 - e) * tends_by_stress - away * e * x_by_stress);
            sums.share_by_flow += weight * ((1.0 - e) * tends_by_flow - away * e);
            sums.mean += weight * (tends + away * mean);
            sums.mean_by_stress += weight * ((1.0 - mean) * tends_by_stress + away * mean_slope * x_by_stress);
            sums.mean_by_flow += weight * ((1.0 - mean) * tends_by_flow + away * mean_slope);
        }
        sums
    }
}
