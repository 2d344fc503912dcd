//! A relaxation function as a sum of simple exponentials with given times: weights by non-negative least squares.
//!
//! Any relaxation function that is completely monotone is such a sum, and weights below zero would be no material. The
//! times decide what can be met: what is faster than the fastest has relaxed before the first sample, and with a slowest
//! time that is too fast the end is lost. Where the spectrum is known, modes taken from it are better than these.

use crate::error::FitError;
use crate::non_negative::non_negative_least_squares;
use kovacs_core::linear_response::RelaxationFunction;
use nalgebra::{DMatrix, DVector};

/// The modes `(relaxation time in s, weight)` that stand for a relaxation function at the given times (s, `>= 0`), among
/// the given relaxation times (s, above zero); weights are above zero, and modes that are not needed are left out.
///
/// All times count alike; take them evenly spaced in their logarithm, a few to each relaxation time. Relaxation times
/// four to the decade, from a hundredth of the first time on, meet a stretched exponential to 1e-7.
///
/// # Errors
/// [`FitError::Grid`]: no times or no relaxation times, or numbers among them that are neither.
pub fn fit_modes(
    phi: &impl RelaxationFunction,
    times: &[f64],
    relaxation_times: &[f64],
) -> Result<Vec<(f64, f64)>, FitError> {
    let refuse = |what: &'static str, values: &[f64], lowest: f64| {
        let bad = values.iter().copied().find(|value| !(value.is_finite() && *value >= lowest));
        match (bad, values.is_empty()) {
            (None, false) => Ok(()),
            (value, _) => Err(FitError::Grid { what, value }),
        }
    };
    refuse("times", times, 0.0)?;
    refuse("relaxation times", relaxation_times, f64::MIN_POSITIVE)?;
    let columns =
        DMatrix::from_fn(times.len(), relaxation_times.len(), |row, mode| (-times[row] / relaxation_times[mode]).exp());
    let target = DVector::from_iterator(times.len(), times.iter().map(|&time| phi.phi(time)));
    let found = non_negative_least_squares(&columns, &target);
    Ok(found.kept.iter().map(|&mode| (relaxation_times[mode], found.coefficients[mode])).collect())
}
