//! How well the unknowns of a least-squares fit are determined: standard errors, correlations, condition number.
//!
//! All of it comes from the Jacobian `J` at the minimum: the covariance is `s^2 (J^T J)^-1` with `s^2` the sum of squares
//! over the degrees of freedom, and the condition number is the ratio of the largest to the smallest singular value of
//! `J` in the variables of the fit. It is linear theory: true where the sum of squares is a parabola over a standard
//! error or two. Unknowns on a bound are left out, as if known: no error can be given for them.

use crate::error::FitError;
use kovacs_core::Curve;
use nalgebra::DMatrix;
use serde::Serialize;

/// Uncertainty of the unknowns of a fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Uncertainty {
    /// Standard error of each unknown, in its own unit; `None` for one on a bound, or where there are no degrees of
    /// freedom or no information.
    pub standard_errors: Vec<Option<f64>>,
    /// Covariance of the free unknowns among each other, row by row for all of them; 0 for those on a bound.
    pub covariance: Vec<Vec<f64>>,
    /// Largest over smallest singular value of the Jacobian of the free unknowns; infinite where they cannot be told
    /// apart at all, 1 for none.
    pub condition_number: f64,
    /// Singular values of the Jacobian of the free unknowns, the largest first, in units of the residuals.
    pub singular_values: Vec<f64>,
    /// The combination of the unknowns that the data determine least: components in the order of the unknowns, length 1.
    pub weakest_direction: Vec<f64>,
    /// Degrees of freedom: points less free unknowns.
    pub freedom: usize,
    /// Standard deviation of one residual: the root of the sum of squares over the degrees of freedom; NaN without any.
    pub deviation: f64,
}

/// One number of a fit, as it may be stated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FittedValue {
    /// Id: a promise, never renamed.
    pub id: &'static str,
    /// The value; `None` where the data do not determine it.
    pub value: Option<f64>,
    /// Its standard error, in the same unit; `None` for a value that was given, that lies on a bound, or that has none.
    pub standard_error: Option<f64>,
    /// Lower end of its 95 % interval.
    pub lower: Option<f64>,
    /// Upper end of its 95 % interval.
    pub upper: Option<f64>,
    /// UCUM code of the unit; empty for the unit of the curve.
    pub unit: &'static str,
    /// Whether it was fitted.
    pub free: bool,
}

impl FittedValue {
    /// A value whose error is symmetric; `factor` is the half width of the interval in standard errors.
    pub(crate) fn normal(
        id: &'static str,
        value: f64,
        standard_error: Option<f64>,
        factor: f64,
        unit: &'static str,
        free: bool,
    ) -> FittedValue {
        let end = |sign: f64| standard_error.map(|error| value + sign * factor * error);
        FittedValue { id, value: Some(value), standard_error, lower: end(-1.0), upper: end(1.0), unit, free }
    }

    /// A free value above zero whose logarithm has a symmetric error.
    pub(crate) fn logarithmic(
        id: &'static str,
        value: Option<f64>,
        log_error: Option<f64>,
        factor: f64,
        unit: &'static str,
    ) -> FittedValue {
        let end = |sign: f64| value.zip(log_error).map(|(value, error)| value * (sign * factor * error).exp());
        let standard_error = value.zip(log_error).map(|(value, error)| value * error);
        FittedValue { id, value, standard_error, lower: end(-1.0), upper: end(1.0), unit, free: true }
    }
}

/// Singular values below this part of the largest are rounding.
const ROUNDING: f64 = 1e-14;

impl Uncertainty {
    /// From the Jacobian (one row per point), the sum of squares, and which unknowns are free.
    pub(crate) fn of(jacobian: &DMatrix<f64>, sum_of_squares: f64, free: &[bool]) -> Uncertainty {
        let freedom = freedom(jacobian, free);
        let deviation = if freedom > 0 { (sum_of_squares / freedom as f64).sqrt() } else { f64::NAN };
        Uncertainty::with_deviation(jacobian, deviation, free)
    }

    /// From the Jacobian (one row per point), the standard deviation of one residual, and which unknowns are free.
    pub(crate) fn with_deviation(jacobian: &DMatrix<f64>, deviation: f64, free: &[bool]) -> Uncertainty {
        let count = jacobian.ncols();
        let places: Vec<usize> = places(free).filter(|&index| index < count).collect();
        let mut found = Uncertainty {
            standard_errors: vec![None; count],
            covariance: vec![vec![0.0; count]; count],
            condition_number: 1.0,
            singular_values: Vec::new(),
            weakest_direction: vec![0.0; count],
            freedom: freedom(jacobian, free),
            deviation,
        };
        if places.is_empty() || jacobian.nrows() < places.len() {
            return found;
        }
        // The triangle has the singular values of the whole.
        let triangle = jacobian.select_columns(&places).qr().unpack_r();
        let decomposed = triangle.svd(false, true);
        let Some(directions) = decomposed.v_t else { return found };
        let values = decomposed.singular_values;
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
        found.singular_values = order.iter().map(|&index| values[index]).collect();
        let (Some(&first), Some(&last)) = (order.first(), order.last()) else { return found };
        let (largest, smallest) = (values[first], values[last]);
        found.condition_number = if smallest > ROUNDING * largest { largest / smallest } else { f64::INFINITY };
        for (column, &place) in places.iter().enumerate() {
            found.weakest_direction[place] = directions[(last, column)];
        }
        if found.condition_number.is_infinite() || !deviation.is_finite() {
            return found;
        }
        for (i, &row) in places.iter().enumerate() {
            for (j, &column) in places.iter().enumerate() {
                let sum: f64 = order.iter().map(|&k| directions[(k, i)] * directions[(k, j)] / values[k].powi(2)).sum();
                found.covariance[row][column] = deviation * deviation * sum;
            }
            found.standard_errors[row] = Some(found.covariance[row][row].sqrt());
        }
        found
    }

    /// That of some of the unknowns, in the given order; singular values and the like stay those of all.
    pub(crate) fn part(&self, places: &[usize]) -> Uncertainty {
        let covariance = |row: usize, column: usize| {
            self.covariance.get(row).and_then(|row| row.get(column)).copied().unwrap_or(0.0)
        };
        Uncertainty {
            standard_errors: places.iter().map(|&place| self.standard_errors.get(place).copied().flatten()).collect(),
            covariance: places
                .iter()
                .map(|&row| places.iter().map(|&column| covariance(row, column)).collect())
                .collect(),
            ..self.clone()
        }
    }

    /// Standard error of something whose derivatives with respect to the unknowns are given, in their order.
    pub fn propagated(&self, derivatives: &[f64]) -> f64 {
        let mut variance = 0.0;
        for (row, a) in self.covariance.iter().zip(derivatives) {
            variance += row.iter().zip(derivatives).map(|(covariance, b)| a * b * covariance).sum::<f64>();
        }
        variance.max(0.0).sqrt()
    }
}

/// The free unknowns.
fn places(free: &[bool]) -> impl Iterator<Item = usize> {
    free.iter().enumerate().filter(|(_, free)| **free).map(|(index, _)| index)
}

/// Degrees of freedom: points less free unknowns.
fn freedom(jacobian: &DMatrix<f64>, free: &[bool]) -> usize {
    jacobian.nrows().saturating_sub(places(free).count())
}

/// Roots of the weights that standard deviations give, with a mean square of 1; `None` for samples that are all alike.
pub(crate) fn roots_of_weights(deviations: Option<&[f64]>, curve: &Curve) -> Result<Option<Vec<f64>>, FitError> {
    let Some(deviations) = deviations else { return Ok(None) };
    let label = || curve.label.clone();
    if deviations.len() != curve.len() {
        return Err(FitError::Deviations { label: label(), found: deviations.len(), needed: curve.len() });
    }
    if let Some((row, &value)) = deviations.iter().enumerate().find(|(_, value)| !(value.is_finite() && **value > 0.0))
    {
        return Err(FitError::Deviation { label: label(), row, value });
    }
    let smallest = deviations.iter().copied().fold(f64::INFINITY, f64::min);
    let raw: Vec<f64> = deviations.iter().map(|deviation| smallest / deviation).collect();
    let mean = (raw.iter().map(|weight| weight * weight).sum::<f64>() / raw.len() as f64).sqrt();
    Ok(Some(raw.iter().map(|weight| weight / mean).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_errors_of_the_textbook() {
        // y = a + b x at x = -1, 0, 1: independent, variances s^2/3 and s^2/2.
        let jacobian = DMatrix::from_row_slice(3, 2, &[1.0, -1.0, 1.0, 0.0, 1.0, 1.0]);
        let found = Uncertainty::of(&jacobian, 4.0, &[true, true]);
        assert_eq!((found.freedom, found.deviation), (1, 2.0));
        assert!((found.standard_errors[0].unwrap() - (4.0_f64 / 3.0).sqrt()).abs() < 1e-14);
        assert!((found.standard_errors[1].unwrap() - 2.0_f64.sqrt()).abs() < 1e-14);
        assert!((found.condition_number - 1.5_f64.sqrt()).abs() < 1e-14);
        assert!((found.weakest_direction[1].abs() - 1.0).abs() < 1e-14, "{found:?}");
        // At x = 2: the sum of the variances of a and 2 b.
        assert!((found.propagated(&[1.0, 2.0]) - (4.0_f64 / 3.0 + 8.0).sqrt()).abs() < 1e-13);
    }

    #[test]
    fn what_is_held_or_not_determined_has_no_error() {
        let jacobian = DMatrix::from_row_slice(3, 2, &[1.0, -1.0, 1.0, 0.0, 1.0, 1.0]);
        let held = Uncertainty::of(&jacobian, 4.0, &[true, false]);
        assert_eq!((held.standard_errors[1], held.freedom, held.condition_number), (None, 2, 1.0));
        let alike = DMatrix::from_row_slice(3, 2, &[1.0, 2.0, 1.0, 2.0, 1.0, 2.0]);
        let found = Uncertainty::of(&alike, 4.0, &[true, true]);
        assert!(found.condition_number.is_infinite() && found.standard_errors == [None, None], "{found:?}");
    }
}
