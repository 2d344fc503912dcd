//! A series of curves fitted at once, with both exponents shared: fewer numbers, better known.

use super::form::COUNT;
use super::{Branch, DoubleKwwFit, DoubleKwwOptions, Prepared, fit_double_kww};
use crate::error::FitError;
use crate::few_unknowns::{Bounds, Found};
use crate::least_squares::{Residuals, Variable, best_of};
use crate::uncertainty::Uncertainty;
use kovacs_core::Curve;
use nalgebra::{DMatrix, DVector};

/// A series with shared exponents.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedExponents {
    /// `b_1` of all curves.
    pub slow_exponent: f64,
    /// Its standard error; `None` on a bound.
    pub slow_exponent_error: Option<f64>,
    /// `b_2` of all curves.
    pub fast_exponent: f64,
    /// Its standard error; `None` on a bound.
    pub fast_exponent_error: Option<f64>,
    /// One fit per curve, in their order; errors hold what the others say of the exponents.
    pub fits: Vec<DoubleKwwFit>,
    /// Sum of squares of all curves, each in units of its own scale.
    pub sum_of_squares: f64,
    /// The same with exponents of their own: what sharing costs.
    pub sum_of_squares_apart: f64,
    /// Largest over smallest singular value of the Jacobian of all unknowns.
    pub condition_number: f64,
}

/// Variables of one curve that are its own: `D`, `ln tau_2`, `ln(tau_1/tau_2)`, initial value.
const OWN: [usize; 4] = [0, 1, 2, 5];
/// Those that are shared.
const SHARED: [usize; 2] = [3, 4];

/// Fits two stretched exponentials to every curve, with the same exponents for all; residuals count in units of the
/// scale of their curve. One set of options per curve.
///
/// # Errors
/// As [`fit_double_kww`] for each of the curves, none or another number of options, or no fit converged.
pub fn fit_double_kww_series(curves: &[Curve], options: &[DoubleKwwOptions]) -> Result<SharedExponents, FitError> {
    let label = || "series of curves".to_owned();
    if curves.is_empty() || curves.len() != options.len() {
        return Err(FitError::FewSamples { label: label(), found: options.len(), needed: curves.len().max(1) });
    }
    let apart: Vec<DoubleKwwFit> =
        curves.iter().zip(options).map(|(curve, options)| fit_double_kww(curve, options)).collect::<Result<_, _>>()?;
    let members = curves.iter().zip(options).zip(&apart).map(|((curve, options), fit)| {
        let prepared = Prepared::new(curve, options)?;
        let bounds = prepared.bounds(fit.branch);
        Ok(Member { start: fit.form.variables(fit.scale), prepared, branch: fit.branch, bounds })
    });
    let problem = Series { members: members.collect::<Result<_, FitError>>()? };
    let starts = problem.starts();
    let variables = starts.first().cloned().unwrap_or_default();
    let minimum = best_of(&problem, starts).ok_or_else(|| FitError::NoFit { label: label() })?;
    let mut jacobian = DMatrix::zeros(problem.count(), variables.len());
    problem.derivatives(&minimum.variables, &mut jacobian);
    let held = |place: usize| place >= SHARED.len() && (place - SHARED.len()) % OWN.len() == OWN.len() - 1;
    let free: Vec<bool> = variables
        .iter()
        .zip(&minimum.variables)
        .enumerate()
        .map(|(place, (variable, &value))| {
            let known = held(place) && problem.members[(place - SHARED.len()) / OWN.len()].initial_is_known();
            !known && !variable.is_on_bound(value)
        })
        .collect();
    let joint = Uncertainty::of(&jacobian, minimum.sum_of_squares, &free);
    let fits = problem.members.iter().enumerate().map(|(index, member)| {
        let places = problem.places(index);
        let unknowns = problem.unknowns(&minimum.variables, index);
        let squares = member.prepared.samples.residuals(&unknowns).iter().map(|value| value * value).sum();
        let found = Found { unknowns, squares, converged: true };
        let mut fit = member.prepared.report(member.branch, found);
        fit.uncertainty = joint.part(&places);
        fit.peak = member.prepared.peak(&fit.form, &unknowns, &fit.uncertainty);
        fit
    });
    Ok(SharedExponents {
        slow_exponent: minimum.variables[0],
        slow_exponent_error: joint.standard_errors[0],
        fast_exponent: minimum.variables[1],
        fast_exponent_error: joint.standard_errors[1],
        fits: fits.collect(),
        sum_of_squares: minimum.sum_of_squares,
        sum_of_squares_apart: apart.iter().map(|fit| fit.sum_of_squares).sum(),
        condition_number: joint.condition_number,
    })
}

/// One curve of the series.
struct Member {
    prepared: Prepared,
    branch: Branch,
    bounds: Bounds<COUNT>,
    start: [f64; COUNT],
}

impl Member {
    fn initial_is_known(&self) -> bool {
        let (lower, upper) = self.bounds[COUNT - 1];
        lower == upper
    }
}

/// All curves: both exponents first, then four variables per curve.
struct Series {
    members: Vec<Member>,
}

impl Series {
    /// From the exponents of each curve alone in turn, and from their mean.
    fn starts(&self) -> Vec<Vec<Variable>> {
        let mean = |index: usize| {
            self.members.iter().map(|member| member.start[index]).sum::<f64>() / self.members.len() as f64
        };
        let exponents = self.members.iter().map(|member| SHARED.map(|index| member.start[index]));
        std::iter::once(SHARED.map(mean)).chain(exponents).map(|pair| self.start(pair)).collect()
    }

    fn start(&self, exponents: [f64; 2]) -> Vec<Variable> {
        let between = |start: f64, (lower, upper): (f64, f64)| Variable::between(start, lower, upper);
        let mut variables: Vec<Variable> =
            exponents.into_iter().map(|exponent| between(exponent, super::EXPONENT)).collect();
        for member in &self.members {
            for index in OWN {
                variables.push(match member.bounds[index] {
                    // A value that is known is free here and has no effect: see `unknowns`.
                    (lower, upper) if lower == upper => Variable::free(lower),
                    bounds => between(member.start[index], bounds),
                });
            }
        }
        variables
    }

    /// Where the variables of a curve are among all, in the order of the form's.
    fn places(&self, member: usize) -> [usize; COUNT] {
        let first = SHARED.len() + OWN.len() * member;
        [first, first + 1, first + 2, 0, 1, first + 3]
    }

    fn unknowns(&self, variables: &[f64], member: usize) -> [f64; COUNT] {
        let mut unknowns = self.places(member).map(|place| variables.get(place).copied().unwrap_or(f64::NAN));
        let (lower, upper) = self.members[member].bounds[COUNT - 1];
        if lower == upper {
            unknowns[COUNT - 1] = lower;
        }
        unknowns
    }
}

impl Residuals for Series {
    fn count(&self) -> usize {
        self.members.iter().map(|member| member.prepared.samples.len()).sum()
    }

    fn residuals(&self, variables: &[f64], out: &mut DVector<f64>) {
        let mut row = 0;
        for (index, member) in self.members.iter().enumerate() {
            for value in member.prepared.samples.residuals(&self.unknowns(variables, index)) {
                out[row] = value;
                row += 1;
            }
        }
    }

    fn derivatives(&self, variables: &[f64], out: &mut DMatrix<f64>) {
        out.fill(0.0);
        let mut first = 0;
        for (index, member) in self.members.iter().enumerate() {
            let part = member.prepared.samples.jacobian(&self.unknowns(variables, index));
            for (column, place) in self.places(index).into_iter().enumerate() {
                if column == COUNT - 1 && member.initial_is_known() {
                    continue;
                }
                out.view_mut((first, place), (part.nrows(), 1)).copy_from(&part.column(column));
            }
            first += part.nrows();
        }
    }
}
