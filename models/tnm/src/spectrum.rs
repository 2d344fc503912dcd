//! Simple exponentials that stand for the memory of a glass.

use kovacs_linear::stretched::StretchedExponential;
use kovacs_linear::stretched_modes::fine_modes;

/// Modes: rates in reduced time and weights of sum 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// Inverse reduced times.
    pub rates: Vec<f64>,
    /// Above zero.
    pub weights: Vec<f64>,
}

impl Spectrum {
    /// The modes of `exp(-xi^beta)`, good to 1e-9 (4e-6 for exponents between 0.995 and 1); `0 < beta <= 1`.
    pub fn stretched(exponent: f64) -> Spectrum {
        let modes = fine_modes(&StretchedExponential { relaxation_time: 1.0, exponent });
        let (rates, weights) = modes.into_iter().map(|(time, weight)| (1.0 / time, weight)).unzip();
        Spectrum { rates, weights }
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
