//! Nonlinear least squares with bounds: `min sum r_i(x)^2`, `lower <= x <= upper`.
//!
//! The iterations are those of MINPACK (More, Garbow & Hillstrom 1980) in the crate `levenberg-marquardt`, which knows
//! no bounds. A bounded variable is therefore written as `x = lower + (upper - lower) sin^2(u / 2)` and `u` is free:
//! the transformation of MINUIT (James & Roos, Comput. Phys. Commun. 10 (1975) 343). A minimum on a bound is reached,
//! because there the derivative with respect to `u` is zero. With one bound alone it is `x = lower - 1 + sqrt(u^2 + 1)`,
//! and the mirror image of it.

use levenberg_marquardt::{LeastSquaresProblem, LevenbergMarquardt, TerminationReason};
use nalgebra::{DMatrix, DVector, Dyn, Owned};

/// One variable: where to start, and between which values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Variable {
    /// Starting value.
    pub(crate) start: f64,
    /// Lower and upper bound, either of them infinite if it is none; `None` if it is free.
    pub(crate) bounds: Option<(f64, f64)>,
}

/// What is made small.
pub(crate) trait Residuals {
    /// How many residuals there are.
    fn count(&self) -> usize;

    /// Writes the residuals.
    fn residuals(&self, variables: &[f64], out: &mut DVector<f64>);

    /// Writes their derivatives: one row per residual, one column per variable.
    fn derivatives(&self, variables: &[f64], out: &mut DMatrix<f64>);
}

/// Where the search ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Minimum {
    /// The variables.
    pub(crate) variables: Vec<f64>,
    /// Sum of the squares of the residuals.
    pub(crate) sum_of_squares: f64,
    /// Whether no better place was near.
    pub(crate) converged: bool,
}

/// Part of a bounded interval, or of 1 where that is less, by which a start on a bound is moved inside: on the bound the
/// transformation is flat. Variables are of the order of 1, and their bounds may be far wider.
const INSIDE: f64 = 1e-3;

/// Part of a bounded interval, or of 1 where that is less, within which a start is on the bound. Much smaller than what matters:
/// the natural size of a variable may be a small part of 1, and that of its interval 1e9.
const TOUCHING: f64 = 1e-9;

/// Part of a bounded interval, or of 1 where that is less, within which a variable counts as lying on its bound.
const ON_BOUND: f64 = 1e-6;

/// Relative tolerance of variables and sum of squares: well below what any datum determines, well above rounding.
const TOLERANCE: f64 = 1e-13;

/// Part of a bounded interval, or of 1 where that is less, by which a variable is moved off a bound on which it does not belong.
const RELEASED: f64 = 1e-2;

/// How often that is tried.
const RELEASES: usize = 3;

/// Evaluations per variable, as in MINPACK.
const PATIENCE: usize = 200;

impl Variable {
    /// A variable without bounds.
    pub(crate) fn free(start: f64) -> Self {
        Variable { start, bounds: None }
    }

    /// A variable between two values, of which either may be infinite; the start is moved inside.
    pub(crate) fn between(start: f64, lower: f64, upper: f64) -> Self {
        let bounds = (lower.is_finite() || upper.is_finite()).then_some((lower, upper));
        Variable { start, bounds }
    }

    /// Whether a value lies on one of the bounds.
    pub(crate) fn is_on_bound(&self, value: f64) -> bool {
        self.bounds.is_some_and(|(lower, upper)| {
            let size = (upper - lower).min(1.0);
            value <= lower + ON_BOUND * size || value >= upper - ON_BOUND * size
        })
    }

    /// The free variable behind the start.
    fn inner(&self) -> f64 {
        match self.bounds {
            None => self.start,
            Some((lower, upper)) if (upper - lower).is_finite() => {
                let unit = (1.0 / (upper - lower)).min(1.0);
                let place = match (self.start - lower) / (upper - lower) {
                    place if place < TOUCHING * unit => INSIDE * unit,
                    place if place > 1.0 - TOUCHING * unit => 1.0 - INSIDE * unit,
                    place => place,
                };
                2.0 * place.sqrt().asin()
            }
            Some((lower, upper)) => {
                let depth = if lower.is_finite() { self.start - lower } else { upper - self.start };
                ((depth.max(INSIDE) + 1.0).powi(2) - 1.0).sqrt()
            }
        }
    }

    /// Value and derivative at a free variable.
    fn outer(&self, inner: f64) -> (f64, f64) {
        match self.bounds {
            None => (inner, 1.0),
            Some((lower, upper)) if !(upper - lower).is_finite() => {
                let root = (inner * inner + 1.0).sqrt();
                match lower.is_finite() {
                    true => (lower - 1.0 + root, inner / root),
                    false => (upper + 1.0 - root, -inner / root),
                }
            }
            Some((lower, upper)) => {
                let width = upper - lower;
                (lower + width * (0.5 * inner).sin().powi(2), 0.5 * width * inner.sin())
            }
        }
    }
}

/// Finds the minimum next to the start; `None` if a residual or a derivative is not finite there.
pub(crate) fn minimise(residuals: &dyn Residuals, variables: &[Variable]) -> Option<Minimum> {
    minimise_to(residuals, variables, TOLERANCE)
}

/// The same to another relative tolerance of variables and sum of squares. A search that came to rest on a bound from
/// which the sum of squares falls inwards is sent on: there the transformation hides the slope.
pub(crate) fn minimise_to(residuals: &dyn Residuals, variables: &[Variable], tolerance: f64) -> Option<Minimum> {
    let mut minimum = search(residuals, variables, tolerance)?;
    for _ in 0..RELEASES {
        let Some(released) = released(residuals, variables, &minimum) else { break };
        match search(residuals, &released, tolerance) {
            Some(better) if better.sum_of_squares < minimum.sum_of_squares => minimum = better,
            _ => break,
        }
    }
    Some(minimum)
}

/// Starts of another search, where variables on a bound would rather be inside; `None` where none would.
fn released(residuals: &dyn Residuals, variables: &[Variable], minimum: &Minimum) -> Option<Vec<Variable>> {
    let on_bound = |(variable, &value): (&Variable, &f64)| variable.is_on_bound(value);
    if !variables.iter().zip(&minimum.variables).any(on_bound) {
        return None;
    }
    let (mut values, mut jacobian) =
        (DVector::zeros(residuals.count()), DMatrix::zeros(residuals.count(), variables.len()));
    residuals.residuals(&minimum.variables, &mut values);
    residuals.derivatives(&minimum.variables, &mut jacobian);
    let gradient = jacobian.tr_mul(&values);
    let mut moved = false;
    let starts = variables.iter().zip(&minimum.variables).enumerate().map(|(index, (variable, &value))| {
        let start = match variable.bounds {
            Some((lower, upper)) if (upper - lower).is_finite() && variable.is_on_bound(value) => {
                let (step, at_lower) = (RELEASED * (upper - lower).min(1.0), value < 0.5 * (lower + upper));
                let inwards = if at_lower { -gradient[index] } else { gradient[index] };
                // What the step promises to first order, against what there is.
                let promising = inwards * step > tolerable(minimum.sum_of_squares);
                moved |= promising;
                match (promising, at_lower) {
                    (true, true) => lower + step,
                    (true, false) => upper - step,
                    (false, _) => value,
                }
            }
            _ => value,
        };
        Variable { start, ..*variable }
    });
    let starts = starts.collect();
    moved.then_some(starts)
}

/// A promise that is worth another search.
fn tolerable(sum_of_squares: f64) -> f64 {
    1e-6 * sum_of_squares
}

fn search(residuals: &dyn Residuals, variables: &[Variable], tolerance: f64) -> Option<Minimum> {
    let inner = DVector::from_iterator(variables.len(), variables.iter().map(Variable::inner));
    let problem = Bounded { residuals, variables, inner };
    let search = LevenbergMarquardt::new().with_tol(tolerance).with_patience(PATIENCE);
    let (problem, report) = search.minimize(problem);
    let converged = report.termination.was_successful()
        || matches!(report.termination, TerminationReason::NoImprovementPossible(_));
    let sum_of_squares = 2.0 * report.objective_function;
    let variables = problem.outer().into_iter().map(|(value, _)| value).collect();
    sum_of_squares.is_finite().then_some(Minimum { variables, sum_of_squares, converged })
}

/// The best of several starts; `None` if none of them led to a minimum.
pub(crate) fn best_of(residuals: &dyn Residuals, starts: impl IntoIterator<Item = Vec<Variable>>) -> Option<Minimum> {
    starts
        .into_iter()
        .filter_map(|start| minimise(residuals, &start))
        .filter(|minimum| minimum.converged)
        .min_by(|a, b| a.sum_of_squares.total_cmp(&b.sum_of_squares))
}

/// The problem in its free variables.
struct Bounded<'a> {
    residuals: &'a dyn Residuals,
    variables: &'a [Variable],
    inner: DVector<f64>,
}

impl Bounded<'_> {
    fn outer(&self) -> Vec<(f64, f64)> {
        self.variables.iter().zip(&self.inner).map(|(variable, &inner)| variable.outer(inner)).collect()
    }
}

impl LeastSquaresProblem<f64, Dyn, Dyn> for Bounded<'_> {
    type ResidualStorage = Owned<f64, Dyn>;
    type JacobianStorage = Owned<f64, Dyn, Dyn>;
    type ParameterStorage = Owned<f64, Dyn>;

    fn set_params(&mut self, inner: &DVector<f64>) {
        self.inner.copy_from(inner);
    }

    fn params(&self) -> DVector<f64> {
        self.inner.clone()
    }

    fn residuals(&self) -> Option<DVector<f64>> {
        let values: Vec<f64> = self.outer().into_iter().map(|(value, _)| value).collect();
        let mut out = DVector::zeros(self.residuals.count());
        self.residuals.residuals(&values, &mut out);
        out.iter().all(|value| value.is_finite()).then_some(out)
    }

    fn jacobian(&self) -> Option<DMatrix<f64>> {
        let (values, slopes): (Vec<f64>, Vec<f64>) = self.outer().into_iter().unzip();
        let mut out = DMatrix::zeros(self.residuals.count(), values.len());
        self.residuals.derivatives(&values, &mut out);
        for (mut column, slope) in out.column_iter_mut().zip(slopes) {
            column *= slope;
        }
        out.iter().all(|value| value.is_finite()).then_some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's valley: `r = (10 (y - x^2), 1 - x)`.
    struct Valley;

    impl Residuals for Valley {
        fn count(&self) -> usize {
            2
        }

        fn residuals(&self, x: &[f64], out: &mut DVector<f64>) {
            out.copy_from_slice(&[10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0]]);
        }

        fn derivatives(&self, x: &[f64], out: &mut DMatrix<f64>) {
            out.copy_from(&DMatrix::from_row_slice(2, 2, &[-20.0 * x[0], 10.0, -1.0, 0.0]));
        }
    }

    #[test]
    fn the_valley_is_followed_to_its_end() {
        let minimum = minimise(&Valley, &[Variable::free(-1.2), Variable::free(1.0)]).unwrap();
        assert!(minimum.converged);
        // A root of both residuals: rounding.
        assert!(minimum.sum_of_squares < 1e-28, "{minimum:?}");
        assert!((minimum.variables[0] - 1.0).abs() < 1e-12 && (minimum.variables[1] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_minimum_on_a_bound_is_reached_and_known() {
        // With x <= 1/2 the minimum is at (1/2, 1/4) with the sum of squares 1/4.
        let variables = [Variable::between(-1.2, -2.0, 0.5), Variable::free(1.0)];
        let minimum = minimise(&Valley, &variables).unwrap();
        // The transformation is quadratic at the bound: 1e-9 there is 3e-5 in the free variable.
        assert!((minimum.variables[0] - 0.5).abs() < 1e-9 && (minimum.variables[1] - 0.25).abs() < 1e-8, "{minimum:?}");
        assert!((minimum.sum_of_squares - 0.25).abs() < 1e-8);
        assert!(variables[0].is_on_bound(minimum.variables[0]) && !variables[1].is_on_bound(minimum.variables[1]));
    }

    #[test]
    fn a_start_on_the_wrong_bound_leaves_it() {
        for start in [-2.0, 2.0] {
            let variables = [Variable::between(start, -2.0, 2.0), Variable::between(2.0, -2.0, 2.0)];
            let minimum = minimise(&Valley, &variables).unwrap();
            assert!(minimum.sum_of_squares < 1e-20, "{minimum:?}");
        }
        // On the bound in the transformed variable exactly, where all derivatives vanish.
        let stuck = Minimum { variables: vec![-2.0, 2.0], sum_of_squares: 409.0, converged: true };
        let variables = [Variable::between(-2.0, -2.0, 2.0), Variable::free(2.0)];
        let released = released(&Valley, &variables, &stuck).unwrap();
        assert!(released[0].start > -2.0 && released[1].start == 2.0, "{released:?}");
    }

    #[test]
    fn a_start_stays_where_it_is_however_wide_its_bounds() {
        let on_bound = Variable::between(0.0, 0.0, 1e9);
        assert!(on_bound.outer(on_bound.inner()).0 < 2e-3);
        for start in [1e-5, 2.0, 9e4, 999_999_000.0] {
            let variable = Variable::between(start, 0.0, 1e9);
            // Rounding of the transformation there and back.
            assert!((variable.outer(variable.inner()).0 / start - 1.0).abs() < 1e-13, "{start}");
        }
    }

    #[test]
    fn one_bound_alone_holds_and_the_other_side_is_free() {
        let below = minimise(&Valley, &[Variable::between(-1.2, f64::NEG_INFINITY, 0.5), Variable::free(1.0)]).unwrap();
        assert!((below.variables[0] - 0.5).abs() < 1e-9 && (below.sum_of_squares - 0.25).abs() < 1e-8, "{below:?}");
        let above = minimise(&Valley, &[Variable::between(3.0, 0.5, f64::INFINITY), Variable::free(1.0)]).unwrap();
        assert!((above.variables[0] - 1.0).abs() < 1e-10, "{above:?}");
        assert!(Variable::between(1.0, 0.5, f64::INFINITY).is_on_bound(0.5));
    }

    #[test]
    fn nonsense_has_no_minimum() {
        assert_eq!(minimise(&Valley, &[Variable::free(f64::NAN), Variable::free(1.0)]), None);
    }
}
