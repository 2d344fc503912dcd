//! The hump of measured samples, which are noisy and lie where the instrument put them.
//!
//! The largest of many noisy samples lies above the true maximum and anywhere near it. Samples are therefore averaged in
//! twenty bins to the decade of `t'`, and the top is that of a parabola in `ln t'` fitted by least squares to
//! the bins within a third of a decade of it.
//!
//! Limits: `sigma_0` is the first sample as it is, with its noise; a hump counts only where it exceeds four standard
//! errors, so that small ones are missed rather than invented; a top narrower than a third of a decade comes out lower
//! than it is; one that rises faster than it decays comes out some 10 % late. Where these matter, fit a model to the curve instead.

use crate::hump::Hump;
use std::fmt;

/// A hump read from samples, with what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampledHump {
    /// What the stress does.
    pub hump: Hump,
    /// The first sample at or after the dead time, MPa.
    pub sigma_0: f64,
    /// Time of that sample from the end of the step, s: the dead time in effect.
    pub dead_time: f64,
    /// Standard deviation of a single sample, MPa, from how much neighbours differ.
    pub noise: f64,
    /// Standard error of `delta_sigma`, MPa.
    pub delta_sigma_error: f64,
    /// How many samples the parabola was fitted to.
    pub fitted: usize,
}

/// Why samples say nothing about a hump. Rows are counted from 0.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SamplesError {
    /// Times and stresses differ in number.
    Lengths {
        /// Number of times.
        times: usize,
        /// Number of stresses.
        stresses: usize,
    },
    /// Too few samples after the dead time.
    TooFew {
        /// How many there are.
        found: usize,
        /// How many are needed.
        needed: usize,
    },
    /// A value is not finite, or a time does not come after the one before.
    Row {
        /// The row.
        row: usize,
        /// Its time, s.
        time: f64,
        /// Its stress, MPa.
        stress: f64,
    },
}

impl fmt::Display for SamplesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SamplesError::Lengths { times, stresses } => write!(f, "{times} times and {stresses} stresses"),
            SamplesError::TooFew { found, needed } => {
                write!(f, "{found} samples after the dead time, at least {needed} are needed to see a hump")
            }
            SamplesError::Row { row, time, stress } => write!(
                f,
                "row {row} ({time} s, {stress} MPa) is not finite or not later than the row before; leave it out"
            ),
        }
    }
}

impl std::error::Error for SamplesError {}

const LEAST_SAMPLES: usize = 12;
const BINS_PER_DECADE: f64 = 20.0;
/// Half width of the fit in decades.
const REACH: f64 = 1.0 / 3.0;
/// A hump must exceed this many standard errors.
const SIGNIFICANT: f64 = 4.0;

/// Reads a hump from samples: `times` (s) from the end of the second step, rising; `stress` in MPa. Samples before
/// `dead_time` (s) are left out, and so is a time of 0 for the logarithm, though it may serve as `sigma_0`.
///
/// # Errors
/// Columns of different length, values that are not finite or times that do not rise, fewer than twelve samples.
pub fn hump_of_samples(times: &[f64], stress: &[f64], dead_time: f64) -> Result<SampledHump, SamplesError> {
    if times.len() != stress.len() {
        return Err(SamplesError::Lengths { times: times.len(), stresses: stress.len() });
    }
    let mut last = f64::NEG_INFINITY;
    let mut samples = Vec::new();
    for (row, (&time, &stress)) in times.iter().zip(stress).enumerate() {
        if !(time.is_finite() && stress.is_finite() && time > last) {
            return Err(SamplesError::Row { row, time, stress });
        }
        last = time;
        if time >= dead_time.max(0.0) {
            samples.push((time, stress));
        }
    }
    let too_few = SamplesError::TooFew { found: samples.len(), needed: LEAST_SAMPLES };
    let Some(&(first_time, sigma_0)) = samples.first().filter(|_| samples.len() >= LEAST_SAMPLES) else {
        return Err(too_few);
    };
    let noise = noise_of(&samples);
    let bins = binned(&samples);
    let largest = bins.iter().enumerate().reduce(|best, next| if next.1.stress > best.1.stress { next } else { best });
    let (Some((place, largest)), Some(end)) = (largest, bins.last()) else { return Err(too_few) };

    let reach = REACH * std::f64::consts::LN_10;
    let close = |top: &(f64, f64)| (top.0 - largest.ln_time).abs() <= reach;
    let mut near = within(&bins, largest.ln_time, reach);
    let mut fit = parabola(near, largest.ln_time).filter(close);
    // A window off the top pulls the top towards its longer flank: put it in the middle, twice.
    for _ in 0..2 {
        let Some((middle, _)) = fit else { break };
        near = within(&bins, middle, reach);
        fit = parabola(near, middle).filter(close);
    }
    // Without a parabola the mean of the window stands for its top: the largest bin alone would be its noise.
    let mean = near.iter().map(|bin| bin.stress).sum::<f64>() / near.len() as f64;
    let (ln_top, top) = fit.unwrap_or((largest.ln_time, mean));
    // The first sample and the fitted bins are independent; the top of a parabola is known a little worse than the mean
    // of its points, by the factor 3/2 of a quadratic fit in the middle of its range.
    let squared_errors: f64 = near.iter().map(|bin| 1.0 / bin.samples as f64).sum();
    let delta_sigma_error = noise * (1.0 + 2.25 * squared_errors / (near.len() * near.len()) as f64).sqrt();
    let height = top - sigma_0;
    let hump = if place == 0 || height <= SIGNIFICANT * delta_sigma_error {
        Hump::NoHump
    } else if fit.is_none() || ln_top >= end.ln_time {
        Hump::MonotoneRise { until: last, rise: height }
    } else {
        Hump::Peak { t_p: ln_top.exp(), delta_sigma: height }
    };
    Ok(SampledHump {
        hump,
        sigma_0,
        dead_time: first_time,
        noise,
        delta_sigma_error,
        fitted: near.iter().map(|bin| bin.samples).sum(),
    })
}

/// Samples of a twentieth of a decade, averaged.
#[derive(Clone, Copy)]
struct Bin {
    ln_time: f64,
    stress: f64,
    samples: usize,
}

/// The bins within `reach` of `middle` in `ln t'`.
fn within(bins: &[Bin], middle: f64, reach: f64) -> &[Bin] {
    let start = bins.partition_point(|bin| bin.ln_time < middle - reach);
    let end = bins.partition_point(|bin| bin.ln_time <= middle + reach).max(start);
    bins.get(start..end).unwrap_or_default()
}

/// Standard deviation of one sample from the median second difference of neighbours, which a smooth curve hardly has.
fn noise_of(samples: &[(f64, f64)]) -> f64 {
    let mut differences: Vec<f64> = samples
        .windows(3)
        .filter_map(|triple| match triple {
            // What is left when the line through the outer two is taken off the middle one, scaled to one sample.
            &[(t0, y0), (t1, y1), (t2, y2)] => {
                let share = (t1 - t0) / (t2 - t0);
                let expected = y0 + share * (y2 - y0);
                Some((y1 - expected).abs() / (1.0 + share * share + (1.0 - share) * (1.0 - share)).sqrt())
            }
            _ => None,
        })
        .collect();
    differences.sort_by(f64::total_cmp);
    // The median of |x| is 0.6745 standard deviations of a normal distribution.
    differences.get(differences.len() / 2).copied().unwrap_or(0.0) / 0.6745
}

/// Means of `ln t'` and stress in bins of a twentieth of a decade.
fn binned(samples: &[(f64, f64)]) -> Vec<Bin> {
    let place = |time: f64| (time.log10() * BINS_PER_DECADE).floor();
    let later = samples.partition_point(|(time, _)| *time <= 0.0);
    samples
        .get(later..)
        .unwrap_or_default()
        .chunk_by(|left, right| place(left.0) == place(right.0))
        .map(|bin| {
            let mean = |value: fn(&(f64, f64)) -> f64| bin.iter().map(value).sum::<f64>() / bin.len() as f64;
            Bin { ln_time: mean(|sample| sample.0.ln()), stress: mean(|sample| sample.1), samples: bin.len() }
        })
        .collect()
}

/// The top of the least-squares parabola, if it bends down and has enough points. Bins weigh the same, so that evenly
/// spaced samples, most of which lie after the top, do not pull it.
fn parabola(bins: &[Bin], center: f64) -> Option<(f64, f64)> {
    if bins.len() < 4 {
        return None;
    }
    // Normal equations in u = ln t' - center, at most 0.77 in size: three by three, well conditioned.
    let moment = |power: i32| bins.iter().map(|bin| (bin.ln_time - center).powi(power)).sum::<f64>();
    let product = |power: i32| bins.iter().map(|bin| bin.stress * (bin.ln_time - center).powi(power)).sum::<f64>();
    let [m0, m1, m2, m3, m4] = [0, 1, 2, 3, 4].map(moment);
    let [p0, p1, p2] = [0, 1, 2].map(product);
    let determinant = |a: [f64; 3], b: [f64; 3], c: [f64; 3]| {
        a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0])
    };
    let whole = determinant([m0, m1, m2], [m1, m2, m3], [m2, m3, m4]);
    let constant = determinant([p0, m1, m2], [p1, m2, m3], [p2, m3, m4]) / whole;
    let slope = determinant([m0, p0, m2], [m1, p1, m3], [m2, p2, m4]) / whole;
    let bend = determinant([m0, m1, p0], [m1, m2, p1], [m2, m3, p2]) / whole;
    let offset = -slope / (2.0 * bend);
    (bend < 0.0 && offset.is_finite()).then_some((center + offset, constant + 0.5 * slope * offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two modes of 1 s and 100 s, waited 3 s, stepped back to 0.4: peak at 5.0513 s, 0.26422 high.
    fn two_modes(time: f64) -> f64 {
        let phi = |t: f64| 0.5 * (-t).exp() + 0.5 * (-t / 100.0).exp();
        phi(3.0 + time) - 0.6 * phi(time)
    }

    /// Nearly normal noise of standard deviation 1 from a multiplicative generator; the same numbers every time.
    fn noise(seed: u64) -> impl FnMut() -> f64 {
        let mut state = seed;
        move || {
            let mut uniform = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 11) as f64 / (1u64 << 53) as f64
            };
            (0..12).map(|_| uniform()).sum::<f64>() - 6.0
        }
    }

    fn evenly(step: f64, count: usize) -> Vec<f64> {
        (0..count).map(|index| index as f64 * step).collect()
    }

    #[test]
    fn a_noisy_hump_is_found_within_its_error() {
        for seed in 1..=20 {
            let mut noise = noise(seed);
            let times = evenly(0.1, 600);
            let stress: Vec<f64> = times.iter().map(|&time| two_modes(time) + 0.005 * noise()).collect();
            let found = hump_of_samples(&times, &stress, 0.0).unwrap();
            assert!((found.noise / 0.005 - 1.0).abs() < 0.25, "noise {}", found.noise);
            let Hump::Peak { t_p, delta_sigma } = found.hump else { panic!("{}", found.hump) };
            // The steep rise and slow decay shift the parabola by 10 %; noise of 2 % of the height adds as much.
            assert!((t_p / 5.0513 - 1.1).abs() < 0.15, "{t_p}");
            assert!((delta_sigma - 0.26422).abs() < 4.0 * found.delta_sigma_error + 0.003, "{delta_sigma}");
        }
    }

    #[test]
    fn samples_without_noise_give_a_symmetric_top_exactly() {
        // A parabola in ln t', sampled unevenly: rounding only.
        let times: Vec<f64> = (0..200).map(|index| 0.1 * f64::from(index).powf(1.3) + 0.01).collect();
        let stress: Vec<f64> = times.iter().map(|time| 7.0 - (time / 12.0).ln().powi(2)).collect();
        let found = hump_of_samples(&times, &stress, 0.0).unwrap();
        let Hump::Peak { t_p, delta_sigma } = found.hump else { panic!("{}", found.hump) };
        // Averaging a curved bin lowers it by at most (0.115 / 2)^2 / 3 of the curvature.
        assert!((t_p / 12.0 - 1.0).abs() < 3e-3, "{t_p}");
        assert!((delta_sigma - (1200.0f64).ln().powi(2)).abs() < 3e-3, "{delta_sigma}");
    }

    #[test]
    fn noise_alone_is_no_hump() {
        for seed in 1..=50 {
            let mut noise = noise(seed);
            let times = evenly(1.0, 400);
            let flat: Vec<f64> = times.iter().map(|_| 5.0 + 0.1 * noise()).collect();
            assert_eq!(hump_of_samples(&times, &flat, 0.0).unwrap().hump, Hump::NoHump, "seed {seed}");
            let falling: Vec<f64> = times.iter().map(|time| (-time / 50.0).exp() + 0.01 * noise()).collect();
            assert_eq!(hump_of_samples(&times, &falling, 0.0).unwrap().hump, Hump::NoHump, "seed {seed}");
        }
    }

    #[test]
    fn a_rise_that_has_not_ended_and_a_dead_time() {
        let times = evenly(0.01, 200);
        let stress: Vec<f64> = times.iter().map(|&time| two_modes(time)).collect();
        let rising = hump_of_samples(&times, &stress, 0.0).unwrap();
        assert!(matches!(rising.hump, Hump::MonotoneRise { .. }), "{}", rising.hump);
        let times = evenly(0.1, 600);
        let stress: Vec<f64> = times.iter().map(|&time| two_modes(time)).collect();
        let late = hump_of_samples(&times, &stress, 0.95).unwrap();
        assert_eq!((late.dead_time, late.sigma_0), (1.0, two_modes(1.0)));
        assert_eq!(hump_of_samples(&times, &stress, 6.0).unwrap().hump, Hump::NoHump);
    }

    #[test]
    fn bad_samples_are_named() {
        let message = |times: &[f64], stress: &[f64]| hump_of_samples(times, stress, 0.0).unwrap_err().to_string();
        assert_eq!(message(&[1.0], &[]), "1 times and 0 stresses");
        assert_eq!(
            message(&[1.0, 1.0], &[2.0, 3.0]),
            "row 1 (1 s, 3 MPa) is not finite or not later than the row before; leave it out"
        );
        assert_eq!(
            message(&[1.0, 2.0], &[2.0, 3.0]),
            "2 samples after the dead time, at least 12 are needed to see a hump"
        );
        assert!(message(&[f64::NAN], &[1.0]).starts_with("row 0 (NaN s"));
        assert!(hump_of_samples(&evenly(-1.0, 3), &[1.0; 3], 0.0).is_err());
    }
}
