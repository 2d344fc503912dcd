//! Least squares with coefficients that are not below zero: `min |A x - b|`, `x >= 0`.
//!
//! The active-set method of Lawson & Hanson, Solving Least Squares Problems (1974), ch. 23. It is exact (no penalty and
//! no step size), and for columns as alike as neighbouring exponentials it keeps few of them, far apart enough to be
//! told from each other. Two changes to the book. The whole problem is first reduced to a triangle by one orthogonal
//! factorisation, which leaves every norm as it is, so that the iterations do not depend on the number of samples. And
//! a step is taken only if it makes the residual smaller, so that rounding cannot make the method go in circles: no set
//! of columns comes up twice, hence it ends.

use nalgebra::{DMatrix, DVector};

/// How far, in units of `|a_j| |b|`, the residual may still lean towards a column that is left out: a few hundred
/// times the rounding of the products it is summed from.
const STATIONARY: f64 = 1e-13;

/// Part of the target that a column must carry to be kept: less is rounding, multiplied by the likeness of the columns.
const NEGLIGIBLE: f64 = 1e-11;

/// The solution, and what is needed for its uncertainty.
#[derive(Clone, Debug)]
pub(crate) struct NonNegative {
    /// One coefficient per column, none below zero.
    pub(crate) coefficients: DVector<f64>,
    /// The columns with a coefficient above zero, in rising order.
    pub(crate) kept: Vec<usize>,
    /// Upper triangle `R` of the kept columns in that order: their coefficients have the covariance
    /// `variance (R^T R)^-1`.
    pub(crate) triangle: DMatrix<f64>,
}

/// Solves the problem; columns of zeros get no coefficient. All numbers must be finite.
pub(crate) fn non_negative_least_squares(columns: &DMatrix<f64>, target: &DVector<f64>) -> NonNegative {
    let norms: Vec<f64> = columns.column_iter().map(|column| column.norm()).collect();
    let target_norm = target.norm();
    let problem = Problem::reduced(columns, &norms, target, target_norm);
    let mut coefficients = DVector::zeros(columns.ncols());
    let mut kept = Vec::new();
    if target_norm > 0.0 {
        (coefficients, kept) = problem.solve();
        for (coefficient, norm) in coefficients.iter_mut().zip(&norms) {
            if *norm > 0.0 {
                *coefficient *= target_norm / norm;
            }
        }
    }
    let mut triangle = problem.columns.select_columns(&kept).qr().unpack_r();
    for (mut column, &index) in triangle.column_iter_mut().zip(&kept) {
        column *= norms[index];
    }
    NonNegative { coefficients, kept, triangle }
}

/// The `x >= 0` with the least `|A x - b|`: one row of `A` for each component of `b`; columns of zeros get 0, and rows that
/// are longer than the first are read up to its length.
///
/// # Examples
/// ```
/// // The best x without the bound is (2, -1).
/// let rows = [vec![1.0, 1.0], vec![0.0, 1.0]];
/// let found = kovacs_fit::non_negative(&rows, &[1.0, -1.0]);
/// assert!((found[0] - 1.0).abs() < 1e-12 && found[1] == 0.0);
/// ```
pub fn non_negative(rows: &[Vec<f64>], target: &[f64]) -> Vec<f64> {
    let width = rows.first().map_or(0, Vec::len);
    let cell = |row: usize, column: usize| rows[row].get(column).copied().unwrap_or(0.0);
    let columns = DMatrix::from_fn(rows.len().min(target.len()), width, cell);
    let target = DVector::from_iterator(columns.nrows(), target.iter().take(columns.nrows()).copied());
    non_negative_least_squares(&columns, &target).coefficients.as_slice().to_vec()
}

/// Columns and target of unit length, turned into a triangle.
struct Problem {
    columns: DMatrix<f64>,
    target: DVector<f64>,
}

/// A vector without negative components, and how far its image is from the target.
#[derive(Clone)]
struct State {
    coefficients: DVector<f64>,
    kept: Vec<usize>,
    residual: DVector<f64>,
    distance: f64,
}

impl Problem {
    fn reduced(columns: &DMatrix<f64>, norms: &[f64], target: &DVector<f64>, target_norm: f64) -> Problem {
        let count = columns.ncols();
        let mut joined = columns.clone().insert_column(count, 0.0);
        joined.set_column(count, target);
        let lengths = norms.iter().copied().chain([target_norm]);
        for (mut column, length) in joined.column_iter_mut().zip(lengths) {
            if length > 0.0 {
                column /= length;
            }
        }
        let triangle = joined.qr().unpack_r();
        let target = triangle.column(count).into_owned();
        Problem { columns: triangle.remove_column(count), target }
    }

    fn solve(&self) -> (DVector<f64>, Vec<usize>) {
        let count = self.columns.ncols();
        let mut state = self.state(DVector::zeros(count));
        // Columns that were tried from the present state and did not help.
        let mut refused = vec![false; count];
        loop {
            let gradient = self.columns.tr_mul(&state.residual);
            let candidates = (0..count).filter(|&column| state.coefficients[column] == 0.0 && !refused[column]);
            let Some(entering) = candidates
                .filter(|&column| gradient[column] > STATIONARY)
                .max_by(|&left, &right| gradient[left].total_cmp(&gradient[right]))
            else {
                let pruned = self.without_rounding(&state).unwrap_or(state);
                return (pruned.coefficients, pruned.kept);
            };
            match self.entered(&state, entering) {
                Some(better) => {
                    state = better;
                    refused.fill(false);
                }
                None => refused[entering] = true,
            }
        }
    }

    /// The state with one more column, and without those that thereby go below zero; `None` if that is no better.
    fn entered(&self, state: &State, entering: usize) -> Option<State> {
        let mut coefficients = state.coefficients.clone();
        let mut free = state.kept.clone();
        free.push(entering);
        let mut wished = self.unconstrained(&free)?;
        if wished.iter().next_back().is_none_or(|&coefficient| coefficient <= 0.0) {
            return None;
        }
        while wished.iter().any(|&coefficient| coefficient <= 0.0) {
            // As far as possible towards the wished values: until the first coefficient reaches zero.
            let (step, first) = free
                .iter()
                .zip(wished.iter())
                .filter(|&(_, &wish)| wish <= 0.0)
                .map(|(&column, &wish)| (coefficients[column] / (coefficients[column] - wish), column))
                .min_by(|left, right| left.0.total_cmp(&right.0))?;
            for (&column, &wish) in free.iter().zip(wished.iter()) {
                coefficients[column] += step * (wish - coefficients[column]);
            }
            coefficients[first] = 0.0;
            free.retain(|&column| {
                coefficients[column] = coefficients[column].max(0.0);
                coefficients[column] > 0.0
            });
            wished = self.unconstrained(&free)?;
        }
        for (&column, &wish) in free.iter().zip(wished.iter()) {
            coefficients[column] = wish;
        }
        let next = self.state(coefficients);
        (next.distance < state.distance).then_some(next)
    }

    /// The state without columns that stand for nothing but rounding; `None` where the others then go below zero.
    fn without_rounding(&self, state: &State) -> Option<State> {
        let mut free = state.kept.clone();
        free.retain(|&column| state.coefficients[column] > NEGLIGIBLE);
        let wished = self.unconstrained(&free)?;
        let mut coefficients = DVector::zeros(state.coefficients.len());
        for (&column, &wish) in free.iter().zip(wished.iter()) {
            coefficients[column] = wish;
        }
        (wished.iter().all(|&coefficient| coefficient > 0.0)).then(|| self.state(coefficients))
    }

    /// Ordinary least squares with these columns; `None` where they depend on each other.
    fn unconstrained(&self, free: &[usize]) -> Option<DVector<f64>> {
        let factors = self.columns.select_columns(free).qr();
        let mut turned = self.target.clone();
        factors.q_tr_mul(&mut turned);
        let triangle = factors.unpack_r();
        if triangle.nrows() < free.len() {
            return None;
        }
        let solution = triangle.solve_upper_triangular(&turned.rows(0, free.len()))?;
        solution.iter().all(|coefficient| coefficient.is_finite()).then_some(solution)
    }

    fn state(&self, coefficients: DVector<f64>) -> State {
        let kept = (0..coefficients.len()).filter(|&column| coefficients[column] > 0.0).collect();
        let residual = &self.target - &self.columns * &coefficients;
        State { distance: residual.norm(), coefficients, kept, residual }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn distance(columns: &DMatrix<f64>, coefficients: &DVector<f64>, target: &DVector<f64>) -> f64 {
        (columns * coefficients - target).norm()
    }

    /// The conditions of Karush, Kuhn and Tucker: nothing below zero, no gain along a kept column, no gain by entering
    /// another one.
    fn check_optimal(columns: &DMatrix<f64>, target: &DVector<f64>, tolerance: f64) -> NonNegative {
        let found = non_negative_least_squares(columns, target);
        let gradient = columns.tr_mul(&(target - columns * &found.coefficients));
        for (index, &slope) in gradient.iter().enumerate() {
            let scale = columns.column(index).norm() * target.norm();
            assert!(found.coefficients[index] >= 0.0);
            assert!(slope <= tolerance * scale, "column {index} would still help: {slope:e} of {scale:e}");
            if found.kept.contains(&index) {
                assert!(slope.abs() <= tolerance * scale, "kept column {index}: {slope:e} of {scale:e}");
                assert!(found.coefficients[index] > 0.0);
            } else {
                assert_eq!(found.coefficients[index], 0.0);
            }
        }
        found
    }

    /// The smallest distance over every set of columns whose ordinary least squares are not below zero.
    fn best_of_all_sets(columns: &DMatrix<f64>, target: &DVector<f64>) -> f64 {
        let count = columns.ncols();
        let mut best = target.norm();
        for set in 1_usize..1 << count {
            let chosen: Vec<usize> = (0..count).filter(|column| set >> column & 1 == 1).collect();
            let part = columns.select_columns(&chosen);
            let Ok(solution) = part.clone().svd(true, true).solve(target, 1e-12) else { continue };
            if solution.min() >= 0.0 {
                best = best.min((part * solution - target).norm());
            }
        }
        best
    }

    proptest! {
        #[test]
        fn no_set_of_columns_is_better(
            values in prop::collection::vec(-1.0_f64..1.0, 35),
            target in prop::collection::vec(-1.0_f64..1.0, 7),
        ) {
            let (columns, target) = (DMatrix::from_vec(7, 5, values), DVector::from_vec(target));
            let found = check_optimal(&columns, &target, 1e-10);
            let best = best_of_all_sets(&columns, &target);
            let distance = distance(&columns, &found.coefficients, &target);
            // Two ways of rounding.
            prop_assert!((distance - best).abs() < 1e-10, "{distance} against {best}");
        }

        #[test]
        fn more_columns_than_samples_and_any_scale_are_solved(
            values in prop::collection::vec(-1.0_f64..1.0, 24),
            target in prop::collection::vec(-1.0_f64..1.0, 4),
            scale in -100_i32..100,
        ) {
            let columns = DMatrix::from_vec(4, 6, values) * 2f64.powi(scale);
            check_optimal(&columns, &DVector::from_vec(target), 1e-10);
        }
    }

    #[test]
    fn exponentials_four_to_the_decade_are_told_apart() {
        let times: Vec<f64> = (0..200).map(|index| 0.01 * 1.06f64.powi(index)).collect();
        let tau = |mode: usize| 10f64.powf(-3.0 + 0.25 * mode as f64);
        let columns = DMatrix::from_fn(times.len(), 33, |row, mode| (-times[row] / tau(mode)).exp());
        let mut truth = DVector::zeros(33);
        (truth[9], truth[15], truth[22]) = (2.0, 0.5, 3.0);
        let found = check_optimal(&columns, &(&columns * &truth), 1e-11);
        assert_eq!(found.kept, [9, 15, 22]);
        // Condition of the three columns times rounding.
        assert!((found.coefficients - truth).amax() < 1e-12);
    }

    #[test]
    fn a_target_out_of_reach_keeps_nothing() {
        let columns = DMatrix::from_row_slice(3, 2, &[1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
        let found = check_optimal(&columns, &DVector::from_vec(vec![-1.0, -2.0, -1.0]), 1e-15);
        assert!(found.kept.is_empty() && found.triangle.ncols() == 0);
        assert!(check_optimal(&columns, &DVector::zeros(3), 0.0).kept.is_empty());
        // The column of zeros is never taken; the other one has the mean.
        let found = check_optimal(&columns, &DVector::from_vec(vec![1.0, 2.0, 6.0]), 1e-15);
        assert!((found.coefficients[0] - 3.0).abs() < 1e-15 && found.kept == [0]);
        // |column|^2 = 3: the variance of a mean of three.
        assert!((found.triangle[(0, 0)].powi(2) - 3.0).abs() < 1e-14);
    }
}
