//! Simple exponentials that stand for the memory of a glass.
//!
//! The spectrum of a stretched exponential is known, so its modes are the trapezoidal rule in the logarithm of their
//! time, which converges exponentially and needs no fit. How dense they must be depends on the exponent: towards
//! `beta = 1` the spectrum becomes a single line, and the strip in which it is smooth narrows as `(1 - beta)/beta`.

use kovacs_linear::stretched::stretched_spectrum;
use kovacs_sdk::Refusal;

/// Largest exponent below 1 whose modes are made.
pub const NARROWEST: f64 = 0.99;

/// Spacing in `ln rho` that keeps the error of `M` below 5e-8.
const SPACING: f64 = 0.55;

/// Shortest reduced time of a mode, whatever the exponent.
const SHORTEST: f64 = 1e-22;

/// Modes: rates in reduced time and weights of sum 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// `1/rho`, the slowest first.
    pub rates: Vec<f64>,
    /// Above zero.
    pub weights: Vec<f64>,
}

impl Spectrum {
    /// The modes of `exp(-xi^beta)`: to 5e-8 for `xi` above 1e-20 (exponents below 0.3 have ever faster modes, which
    /// are joined in one), `beta` above 0 and up to 0.99, or 1.
    ///
    /// # Errors
    /// Rejects an exponent between 0.99 and 1: thousands of modes would be needed. `index` is the parameter to blame.
    pub fn stretched(exponent: f64, index: usize) -> Result<Spectrum, Refusal> {
        if exponent == 1.0 {
            return Ok(Spectrum { rates: vec![1.0], weights: vec![1.0] });
        }
        if exponent > NARROWEST {
            let message = format!(
                "{exponent} is between {NARROWEST} and 1, where ramps and prescribed stress have no modes; take 1, a \
                 lower one, or the setting `memory` = 1"
            );
            return Err(Refusal::rejected(message).param(index));
        }
        let spacing = SPACING * ((1.0 - exponent) / exponent).min(1.0);
        // The spectrum ends as exp(-z U) with z = rho^(beta/(1-beta)), and U is smallest at the angle 0.
        let slope = exponent / (1.0 - exponent);
        let ln_smallest = slope * exponent.ln() + (1.0 - exponent).ln();
        let slowest = (35f64.ln() - ln_smallest) / slope;
        // It begins as rho^beta.
        let fastest = (1e-9f64.ln() / exponent).max(SHORTEST.ln());
        let count = ((slowest - fastest) / spacing).ceil() as usize;
        let mut modes: Vec<(f64, f64)> = (0..=count)
            .map(|place| {
                let ratio = (slowest - place as f64 * spacing).exp();
                (1.0 / ratio, stretched_spectrum(exponent, ratio) * spacing)
            })
            .collect();
        let sum: f64 = modes.iter().map(|(_, weight)| weight).sum();
        match modes.last_mut() {
            Some((_, weight)) if sum < 1.0 => *weight += 1.0 - sum,
            _ => modes.iter_mut().for_each(|(_, weight)| *weight /= sum),
        }
        let (rates, weights) = modes.into_iter().filter(|&(_, weight)| weight > 1e-30).unzip();
        Ok(Spectrum { rates, weights })
    }

    /// Two boxes side by side in the logarithm of time: `count` times, evenly spaced over `decades` around 1, the
    /// faster half of which holds `fast_share` of the weight.
    pub fn double_box(count: usize, decades: f64, fast_share: f64) -> Spectrum {
        let last = count.saturating_sub(1).max(1) as f64;
        // A time in the very middle belongs to both.
        let half = 0.5 * count as f64;
        let place = |index: usize| {
            let decade = decades * (0.5 - index as f64 / last);
            let fast = (index as f64 + 1.0 - half).clamp(0.0, 1.0);
            (10f64.powf(-decade), (fast * fast_share + (1.0 - fast) * (1.0 - fast_share)) / half)
        };
        let (rates, weights) = (0..count).map(place).unzip();
        Spectrum { rates, weights }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_give_back_the_stretched_exponential() {
        for exponent in [0.05, 0.1, 0.19, 0.23, 0.35, 0.46, 0.57, 0.65, 0.71, 0.8, 0.9, 0.99] {
            let modes = Spectrum::stretched(exponent, 0).unwrap();
            let sum: f64 = modes.weights.iter().sum();
            assert!((sum - 1.0).abs() < 1e-13, "{exponent}: weights sum to {sum}");
            let mut worst: f64 = 0.0;
            for tenth in -200..=60 {
                let reduced = 10f64.powf(f64::from(tenth) / 10.0);
                let parts = modes.rates.iter().zip(&modes.weights);
                let found: f64 = parts.map(|(rate, weight)| weight * (-reduced * rate).exp()).sum();
                worst = worst.max((found - (-reduced.powf(exponent)).exp()).abs());
            }
            // Trapezoidal rule, e^(-2 pi d/h) with d the width of the strip of the spectrum.
            assert!(worst < 5e-8, "{exponent}: {} modes are off by {worst:e}", modes.rates.len());
        }
    }

    #[test]
    fn one_is_a_single_mode_and_just_below_it_there_are_none() {
        assert_eq!(Spectrum::stretched(1.0, 0).unwrap().rates, [1.0]);
        let message = Spectrum::stretched(0.995, 0).unwrap_err().to_string();
        assert!(message.starts_with("0.995 is between 0.99 and 1"), "{message}");
    }

    #[test]
    fn two_boxes_have_their_weights() {
        for count in [2, 32, 33] {
            let boxes = Spectrum::double_box(count, 4.0, 0.25);
            let sum: f64 = boxes.weights.iter().sum();
            assert!((sum - 1.0).abs() < 1e-14, "{sum}");
            let ends = (boxes.rates[0], boxes.rates[count - 1]);
            assert!((ends.0 / 1e-2 - 1.0).abs() < 1e-14 && (ends.1 / 1e2 - 1.0).abs() < 1e-14, "{ends:?}");
            assert!((boxes.weights[count - 1] * 3.0 - boxes.weights[0]).abs() < 1e-15);
        }
    }
}
