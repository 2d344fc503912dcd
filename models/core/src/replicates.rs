//! What several specimens of one condition have in common: mean and scatter at common times.
//!
//! Specimens are never sampled at the same times. Each is interpolated linearly between its own samples and never
//! outside them, so that the number of specimens changes along the curve and is part of the answer. The scatter holds
//! both the difference between specimens and the noise of single samples; average in log time first
//! ([`log_bins`](crate::log_time::log_bins)) where noise matters.

use crate::curve::Curve;
use crate::hump::log_spaced;

/// Statistics of specimens at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistics {
    /// Mean.
    pub mean: f64,
    /// Standard deviation between specimens (divisor: number minus one); `None` for one specimen.
    pub standard_deviation: Option<f64>,
    /// Standard error of the mean; `None` for one specimen.
    pub standard_error: Option<f64>,
    /// How many specimens there are.
    pub number: usize,
}

/// Mean, standard deviation and standard error; `None` for no value or one that is not finite.
///
/// # Examples
/// ```
/// use kovacs_core::replicates::statistics;
/// let found = statistics(&[1.0, 2.0, 3.0]).unwrap();
/// assert_eq!((found.mean, found.standard_deviation, found.number), (2.0, Some(1.0), 3));
/// ```
pub fn statistics(values: &[f64]) -> Option<Statistics> {
    let number = values.len();
    if number == 0 || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mean = values.iter().sum::<f64>() / number as f64;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let standard_deviation = (number > 1).then(|| (squares / (number - 1) as f64).sqrt());
    let standard_error = standard_deviation.map(|deviation| deviation / (number as f64).sqrt());
    Some(Statistics { mean, standard_deviation, standard_error, number })
}

/// Statistics at `per_decade` times to the decade, from the earliest to the latest time (s, above 0) that any of the
/// specimens was sampled at. Specimens are curves against one quantity; a curve counts only at times inside it.
///
/// # Examples
/// ```
/// use kovacs_core::{Curve, replicates::replicates};
/// let curve = |end: f64, height: f64| Curve::new("specimen", vec![1.0, end], vec![height; 2]).unwrap();
/// let found = replicates(&[curve(20.0, 1.0), curve(100.0, 3.0)], 1);
/// // At 1, 10 and 100 s: the first specimen ends at 20 s.
/// let shown: Vec<_> = found.iter().map(|(_, at)| (at.mean, at.number)).collect();
/// assert_eq!(shown, [(2.0, 2), (2.0, 2), (3.0, 1)]);
/// ```
pub fn replicates(specimens: &[Curve], per_decade: usize) -> Vec<(f64, Statistics)> {
    let firsts = specimens.iter().filter_map(|curve| curve.x.iter().copied().find(|&time| time > 0.0));
    let lasts = specimens.iter().filter_map(|curve| curve.x.last().copied());
    let grid = log_spaced(firsts.fold(f64::INFINITY, f64::min), lasts.fold(0.0, f64::max), per_decade);
    let at = |time: f64| {
        let values: Vec<f64> = specimens.iter().filter_map(|curve| curve.at(time)).collect();
        Some((time, statistics(&values)?))
    };
    grid.into_iter().filter_map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_extrapolated_and_one_specimen_has_no_scatter() {
        let curve = |x: Vec<f64>, y: Vec<f64>| Curve::new("specimen", x, y).unwrap();
        let found = replicates(
            &[curve(vec![0.0, 1.0, 100.0], vec![9.0, 1.0, 100.0]), curve(vec![10.0, 20.0], vec![30.0, 40.0])],
            2,
        );
        let numbers: Vec<usize> = found.iter().map(|(_, at)| at.number).collect();
        assert_eq!(numbers, [1, 1, 2, 1, 1]);
        let (time, middle) = found[2];
        assert!((time - 10.0).abs() < 1e-12 && (middle.mean - 20.0).abs() < 1e-12, "{time} {middle:?}");
        assert!((middle.standard_deviation.unwrap() - 200f64.sqrt()).abs() < 1e-10);
        assert!((middle.standard_error.unwrap() - 10.0).abs() < 1e-10);
        assert_eq!(found[0].1.standard_deviation, None);
        assert_eq!(replicates(&[], 10), []);
        assert_eq!((statistics(&[]), statistics(&[f64::NAN])), (None, None));
    }
}
