//! How sure the parameters of a minimum are: covariance, condition, the directions that data leave open.
//!
//! With independent residuals of variance 1 the covariance is `(J^T J)^-1` (Bard, Nonlinear Parameter Estimation, 1974);
//! it comes from the singular values of `J`, whose ratio is the condition number. It describes a parabola: profile
//! likelihoods show where that is not enough.

use super::parameters::FreeParameter;
use nalgebra::DMatrix;

/// Singular values below this part of the largest one are rounding: the direction is undetermined.
const RANK: f64 = 1e-12;

/// What the Jacobian at a minimum says.
pub(crate) struct Uncertainty {
    /// Covariance of the variables of the search; rows of those on a bound are zero.
    pub(crate) covariance: DMatrix<f64>,
    /// Largest over smallest singular value of the Jacobian.
    pub(crate) condition: f64,
    /// Singular values, the largest first.
    pub(crate) singular_values: Vec<f64>,
    /// The direction that the data determine least, one component per unknown.
    pub(crate) sloppiest: Vec<f64>,
    /// Whether some direction is not determined at all.
    pub(crate) singular: bool,
}

/// The covariance from whitened, standardised derivatives; `held` says which variables lie on a bound.
pub(crate) fn uncertainty(jacobian: &DMatrix<f64>, held: &[bool]) -> Uncertainty {
    let all = held.len();
    let moving: Vec<usize> = (0..all).filter(|&index| !held[index]).collect();
    let reduced = jacobian.select_columns(&moving);
    let mut result = Uncertainty {
        covariance: DMatrix::zeros(all, all),
        condition: 1.0,
        singular_values: Vec::new(),
        sloppiest: vec![0.0; all],
        singular: false,
    };
    if moving.is_empty() {
        return result;
    }
    // Of the triangular factor: it has the same singular values and is small however many samples there are.
    let triangle = reduced.qr().r();
    let decomposition = triangle.svd(false, true);
    let Some(directions) = decomposition.v_t else { return result };
    let values = &decomposition.singular_values;
    let (largest, smallest) = (values.max(), values.min());
    result.condition = largest / smallest;
    result.singular = smallest <= RANK * largest || !largest.is_finite() || values.len() < moving.len();
    let mut sorted: Vec<f64> = values.iter().copied().collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    result.singular_values = sorted;
    for (row, &index) in moving.iter().enumerate() {
        result.sloppiest[index] = directions[(values.imin(), row)];
        for (column, &other) in moving.iter().enumerate() {
            let parts = values.iter().enumerate().map(|(direction, value)| {
                directions[(direction, row)] * directions[(direction, column)] / (value * value)
            });
            result.covariance[(index, other)] = parts.sum();
        }
    }
    result
}

/// The names in a direction that carry most of it, with their exponents or changes, largest first.
pub(crate) fn in_words(direction: &[f64], unknowns: &[FreeParameter]) -> String {
    let mut parts: Vec<(f64, &FreeParameter)> = direction.iter().copied().zip(unknowns).collect();
    parts.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
    let largest = parts.first().map_or(0.0, |part| part.0);
    let shown = parts.iter().filter(|part| part.0.abs() > 0.2 * largest.abs() && largest != 0.0);
    let words = shown.map(|(part, unknown)| {
        let sense = if part / largest > 0.0 { "up" } else { "down" };
        format!("{} {sense}", unknown.name)
    });
    words.collect::<Vec<_>>().join(", ")
}
