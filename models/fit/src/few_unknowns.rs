//! Nonlinear least squares with a handful of unknowns and many points, fast: for forms that are fitted by the thousand.
//!
//! The method of Levenberg and Marquardt on the normal equations, with bounds kept by an active set: an unknown on a
//! bound whose gradient points outwards stays there for the step. The crate behind [`crate::least_squares`] factorises
//! the whole Jacobian at each step, which for five unknowns and 500 points costs several times what the functions cost.
//! Normal equations lose half of the digits of the *step*, not of the minimum: that is where the gradient vanishes, and
//! the gradient is exact. They are right for condition numbers up to some 1e6; errors and condition numbers are taken
//! from the Jacobian itself ([`crate::uncertainty`]).

use nalgebra::{SMatrix, SVector};

/// Sums over points at one place: the squares, half their gradient, and the products of derivatives.
#[derive(Clone, Debug)]
pub(crate) struct Sums<const N: usize> {
    /// Sum of the squares of the residuals.
    pub(crate) squares: f64,
    /// `J^T r`.
    pub(crate) gradient: SVector<f64, N>,
    /// `J^T J`.
    pub(crate) products: SMatrix<f64, N, N>,
}

impl<const N: usize> Sums<N> {
    /// Nothing summed yet.
    pub(crate) fn zero() -> Self {
        Sums { squares: 0.0, gradient: SVector::zeros(), products: SMatrix::zeros() }
    }

    fn are_finite(&self) -> bool {
        self.squares.is_finite() && self.gradient.iter().all(|value| value.is_finite())
    }
}

/// What is made small.
pub(crate) trait SummedSquares<const N: usize> {
    /// The sums at a place.
    fn sums(&self, unknowns: &[f64; N]) -> Sums<N>;
}

/// Bounds of the unknowns; equal ones hold an unknown fast.
pub(crate) type Bounds<const N: usize> = [(f64, f64); N];

/// Where a search ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Found<const N: usize> {
    /// The unknowns.
    pub(crate) unknowns: [f64; N],
    /// Sum of the squares there.
    pub(crate) squares: f64,
    /// Whether nothing better was near.
    pub(crate) converged: bool,
}

/// A step that promises less than this part of the sum of squares ends the search.
const TOLERANCE: f64 = 1e-15;

/// Damping at the start, in units of the diagonal.
const DAMPING: f64 = 1e-3;

/// Damping beyond which no step is left.
const STUCK: f64 = 1e14;

/// Follows the sum of squares down from `start`, at most `steps` steps; `None` if it is not finite there.
pub(crate) fn descend<const N: usize>(
    problem: &impl SummedSquares<N>,
    start: [f64; N],
    bounds: &Bounds<N>,
    steps: usize,
) -> Option<Found<N>> {
    let mut unknowns = start;
    for (value, &(lower, upper)) in unknowns.iter_mut().zip(bounds) {
        *value = value.max(lower).min(upper);
    }
    let mut here = problem.sums(&unknowns);
    if !here.are_finite() {
        return None;
    }
    let (mut damping, mut growth) = (DAMPING, 2.0);
    let mut converged = false;
    for _ in 0..steps {
        let held: [bool; N] = std::array::from_fn(|index| {
            let (lower, upper) = bounds[index];
            let slope = here.gradient[index];
            lower == upper || (unknowns[index] <= lower && slope > 0.0) || (unknowns[index] >= upper && slope < 0.0)
        });
        let Some(step) = damped_step(&here, &held, damping) else {
            damping *= growth;
            if damping > STUCK {
                break;
            }
            continue;
        };
        let mut next = unknowns;
        for ((value, &(lower, upper)), change) in next.iter_mut().zip(bounds).zip(step.iter()) {
            *value = (*value + change).max(lower).min(upper);
        }
        let taken = SVector::from(next) - SVector::from(unknowns);
        let promised = -2.0 * taken.dot(&here.gradient) - taken.dot(&(here.products * taken));
        if promised <= TOLERANCE * here.squares {
            // The last step is too small to be seen in the sum, and right all the same.
            let there = problem.sums(&next);
            if there.are_finite() && there.squares <= here.squares * (1.0 + TOLERANCE) {
                (unknowns, here) = (next, there);
            }
            converged = true;
            break;
        }
        let there = problem.sums(&next);
        let gained = here.squares - there.squares;
        if there.are_finite() && gained > 0.0 {
            (unknowns, here) = (next, there);
            let ratio = gained / promised;
            damping *= (1.0 - (2.0 * ratio - 1.0).powi(3)).max(1.0 / 3.0);
            growth = 2.0;
        } else {
            if gained.abs() <= TOLERANCE * here.squares {
                // Down to the rounding of the sum itself.
                converged = true;
                break;
            }
            damping *= growth;
            growth *= 2.0;
            if damping > STUCK {
                converged = true;
                break;
            }
        }
    }
    Some(Found { unknowns, squares: here.squares, converged })
}

/// The step with the damped normal equations, zero where an unknown is held; `None` if they have no solution.
fn damped_step<const N: usize>(here: &Sums<N>, held: &[bool; N], damping: f64) -> Option<SVector<f64, N>> {
    let mut matrix = here.products;
    let mut right = -here.gradient;
    for index in 0..N {
        if held[index] {
            matrix.row_mut(index).fill(0.0);
            matrix.column_mut(index).fill(0.0);
            matrix[(index, index)] = 1.0;
            right[index] = 0.0;
        } else {
            let diagonal = matrix[(index, index)];
            matrix[(index, index)] = diagonal + damping * diagonal.max(f64::MIN_POSITIVE);
        }
    }
    cholesky_solve(&matrix, right)
}

/// Solves `A x = b` with `A` symmetric; `None` where it is not positive definite.
fn cholesky_solve<const N: usize>(matrix: &SMatrix<f64, N, N>, right: SVector<f64, N>) -> Option<SVector<f64, N>> {
    let mut root = SMatrix::<f64, N, N>::zeros();
    for column in 0..N {
        let mut square = matrix[(column, column)];
        for k in 0..column {
            square -= root[(column, k)] * root[(column, k)];
        }
        if square.is_nan() || square <= 0.0 {
            return None;
        }
        let diagonal = square.sqrt();
        root[(column, column)] = diagonal;
        for row in column + 1..N {
            let mut value = matrix[(row, column)];
            for k in 0..column {
                value -= root[(row, k)] * root[(column, k)];
            }
            root[(row, column)] = value / diagonal;
        }
    }
    let mut solution = right;
    for row in 0..N {
        for k in 0..row {
            solution[row] -= root[(row, k)] * solution[k];
        }
        solution[row] /= root[(row, row)];
    }
    for row in (0..N).rev() {
        for k in row + 1..N {
            solution[row] -= root[(k, row)] * solution[k];
        }
        solution[row] /= root[(row, row)];
    }
    Some(solution)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's valley: `r = (10 (y - x^2), 1 - x)`.
    struct Valley;

    impl SummedSquares<2> for Valley {
        fn sums(&self, &[x, y]: &[f64; 2]) -> Sums<2> {
            let residuals = SVector::from([10.0 * (y - x * x), 1.0 - x]);
            let slopes = SMatrix::<f64, 2, 2>::new(-20.0 * x, 10.0, -1.0, 0.0);
            Sums {
                squares: residuals.norm_squared(),
                gradient: slopes.transpose() * residuals,
                products: slopes.transpose() * slopes,
            }
        }
    }

    #[test]
    fn the_valley_is_followed_to_its_end() {
        let found = descend(&Valley, [-1.2, 1.0], &[(-10.0, 10.0); 2], 100).unwrap();
        assert!(found.converged && found.squares < 1e-25, "{found:?}");
        assert!((found.unknowns[0] - 1.0).abs() < 1e-12 && (found.unknowns[1] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn bounds_are_reached_exactly_and_left_again() {
        // With x <= 1/2 the minimum is at (1/2, 1/4) with the sum of squares 1/4.
        let found = descend(&Valley, [-1.2, 1.0], &[(-2.0, 0.5), (-10.0, 10.0)], 100).unwrap();
        assert_eq!(found.unknowns[0], 0.5);
        assert!((found.unknowns[1] - 0.25).abs() < 1e-12 && (found.squares - 0.25).abs() < 1e-14, "{found:?}");
        let left = descend(&Valley, [-1.2, -10.0], &[(-10.0, 10.0); 2], 200).unwrap();
        assert!((left.unknowns[0] - 1.0).abs() < 1e-10, "{left:?}");
        // Equal bounds hold: the best y for x = 3 is 9.
        let held = descend(&Valley, [0.0, 0.0], &[(3.0, 3.0), (-10.0, 20.0)], 100).unwrap();
        assert!(held.unknowns[0] == 3.0 && (held.unknowns[1] - 9.0).abs() < 1e-12, "{held:?}");
    }

    #[test]
    fn nonsense_has_no_minimum() {
        assert_eq!(descend(&Valley, [f64::NAN, 1.0], &[(f64::NEG_INFINITY, f64::INFINITY); 2], 10), None);
    }
}
