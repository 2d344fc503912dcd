//! Profile likelihoods: how far a parameter can go while all others make up for it.
//!
//! The covariance describes a parabola in the variables of the search. The profile holds one parameter at a value and
//! minimises over the others; its interval ends where the cost has grown as it would for 1.96 standard errors of a
//! parabola (Venzon & Moolgavkar, Appl. Stat. 37 (1988) 87; Student's quantile takes the place of 1.96 where the noise
//! was estimated). An end that is never reached is the news that the data do not bound the parameter.

use super::data::FitData;
use super::error::EstimateError;
use super::parameters::{FreeParameter, Parameters};
use super::problem::{Factory, Problem};
use super::progress::{Progress, Watch};
use super::result::FitResult;
use crate::least_squares::{Residuals, Variable, minimise};
use crate::parallel::in_parallel;
use kovacs_core::noise::{NORMAL_975, student_975};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;

/// The profile of one free parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Its name, as in [`FitResult::free`].
    pub name: String,
    /// UCUM code.
    pub unit: String,
    /// The value of the fit, in `unit`.
    pub value: f64,
    /// Lower end of the 95 % interval; `None` where the data do not bound it before its own bound.
    pub lower: Option<f64>,
    /// Upper end of the 95 % interval; `None` where the data do not bound it before its own bound.
    pub upper: Option<f64>,
    /// Where the profile was computed, by rising value.
    pub points: Vec<ProfilePoint>,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

/// One point of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProfilePoint {
    /// The parameter, in its unit.
    pub value: f64,
    /// Twice the growth of the cost over its minimum, all other parameters at their best.
    pub growth: f64,
}

/// How often an interval is widened before it counts as unbounded.
const WIDENINGS: usize = 12;

/// How often its end is refined.
const REFINEMENTS: usize = 12;

/// Part of a standard error to which an end is known.
const RESOLUTION: f64 = 2e-3;

/// A step of the search where the fit gave no error: a fifth of a decade, or a fifth of its size.
const BLIND: f64 = 0.2;

/// Profiles of all free parameters, or of those named; several threads give the same bits.
///
/// # Errors
/// The model cannot be made or bound, a name is none of the free ones, or it was stopped.
pub fn profile(
    make: Factory<'_>,
    data: &FitData,
    parameters: &Parameters,
    result: &FitResult,
    names: &[&str],
    threads: NonZeroUsize,
    progress: &(dyn Fn(Progress) -> bool + Sync),
) -> Result<Vec<Profile>, EstimateError> {
    for name in names {
        if !result.free.iter().any(|free| free == name) {
            let (model, parameter, known) = (result.model.clone(), (*name).to_owned(), result.free.clone());
            return Err(EstimateError::UnknownParameter { model, parameter, nearest: None, known });
        }
    }
    let wanted = |name: &String| names.is_empty() || names.contains(&name.as_str());
    let indices: Vec<usize> = (0..result.free.len()).filter(|&index| wanted(&result.free[index])).collect();
    let watch = Watch::new(indices.len(), progress);
    let profiles = in_parallel(&indices, threads.get(), |&index| -> Result<Profile, EstimateError> {
        let stop = || watch.stop();
        let problem = Problem::new(make, data, parameters)?.as_in(result).until(&stop);
        let profile = Walk::new(&problem, result, index).profile();
        watch.one_done();
        Ok(profile)
    });
    if watch.stopped() {
        return Err(EstimateError::Stopped);
    }
    profiles.into_iter().collect()
}

/// Residuals with one variable held.
struct Held<'a, 'b> {
    problem: &'a Problem<'b>,
    index: usize,
    value: f64,
}

impl Held<'_, '_> {
    fn all(&self, others: &[f64]) -> Vec<f64> {
        let mut all = others.to_vec();
        all.insert(self.index.min(all.len()), self.value);
        all
    }
}

impl Residuals for Held<'_, '_> {
    fn count(&self) -> usize {
        self.problem.count()
    }

    fn residuals(&self, variables: &[f64], out: &mut DVector<f64>) {
        self.problem.residuals(&self.all(variables), out);
    }

    fn derivatives(&self, variables: &[f64], out: &mut DMatrix<f64>) {
        let all = self.all(variables);
        let mut jacobian = DMatrix::zeros(self.count(), all.len());
        self.problem.derivatives(&all, &mut jacobian);
        out.copy_from(&jacobian.remove_column(self.index));
    }
}

/// The way outwards from the optimum along one parameter.
struct Walk<'a, 'b> {
    problem: &'a Problem<'b>,
    unknown: &'a FreeParameter,
    index: usize,
    place: Vec<f64>,
    least: f64,
    quantile: f64,
    step: f64,
    points: Vec<ProfilePoint>,
}

impl<'a, 'b> Walk<'a, 'b> {
    fn new(problem: &'a Problem<'b>, result: &FitResult, index: usize) -> Self {
        let place = problem.place_of(result);
        let unknown = &problem.unknowns()[index];
        let value = result.value(&unknown.name);
        let error = result.parameter(&unknown.name).and_then(|parameter| parameter.standard_error);
        let freedom = result.points as f64 - result.free.len() as f64;
        let quantile = if result.noise.is_empty() { NORMAL_975 } else { student_975(freedom) };
        let step = error.map(|error| quantile * error / unknown.slope(value).abs());
        let step = step.filter(|step| step.is_finite() && *step > 0.0).unwrap_or(BLIND).min(3.0);
        let mut own = DVector::zeros(problem.count());
        problem.residuals(&place, &mut own);
        Walk { problem, unknown, index, place, least: own.norm_squared(), quantile, step, points: Vec::new() }
    }

    fn profile(mut self) -> Profile {
        let value = self.unknown.value(self.place[self.index]);
        self.points.push(ProfilePoint { value, growth: 0.0 });
        let [lower, upper] = [-1.0, 1.0].map(|direction| self.end(direction));
        self.points.sort_by(|a, b| a.value.total_cmp(&b.value));
        let mut warnings = Vec::new();
        let (name, unit) = (self.unknown.name.clone(), self.unknown.unit.clone());
        for (end, side) in [(lower, "below"), (upper, "above")] {
            if end.is_none() {
                warnings.push(format!("the data do not bound `{name}` from {side}"));
            }
        }
        let lowest = self.points.iter().map(|point| point.growth).fold(0.0, f64::min);
        if lowest < -0.01 * self.quantile {
            warnings.push(format!("the profile of `{name}` met a better fit; fit again with more starts"));
        }
        Profile { name, unit, value, lower, upper, points: self.points, warnings }
    }

    /// Where the cost has grown enough on one side.
    fn end(&mut self, direction: f64) -> Option<f64> {
        let start = self.place[self.index];
        let (low, high) = self.unknown.variable_bounds();
        let bound = if direction < 0.0 { low } else { high };
        let inside = |variable: f64| if direction < 0.0 { variable.max(bound) } else { variable.min(bound) };
        let mut others = self.place.clone();
        others.remove(self.index);
        let (mut near, mut near_height) = (start, -self.quantile);
        let mut step = self.step;
        let mut bracket = None;
        for _ in 0..WIDENINGS {
            let far = inside(near + direction * step);
            if far == near || self.problem.is_stopped() {
                return None;
            }
            let Some((height, moved)) = self.height(far, &others) else {
                step *= 0.5;
                continue;
            };
            if height >= 0.0 {
                bracket = Some((far, height));
                break;
            }
            let grown = (height - near_height) / self.quantile;
            // As far again as the slope asks for, but neither crawling nor leaping.
            step *= (1.1 * -height / self.quantile / grown.max(1e-3)).clamp(0.3, 4.0);
            (near, near_height, others) = (far, height, moved);
        }
        let (mut far, mut far_height) = bracket?;
        for _ in 0..REFINEMENTS {
            if far_height.min(-near_height) < RESOLUTION {
                break;
            }
            // False position, halved where one end stays for too long.
            let share = (-near_height / (far_height - near_height)).clamp(0.05, 0.95);
            let middle = near + share * (far - near);
            let Some((height, moved)) = self.height(middle, &others) else { break };
            if height >= 0.0 {
                (far, far_height) = (middle, height);
            } else {
                (near, near_height, others) = (middle, height, moved);
            }
        }
        let end = if far_height < -near_height { far } else { near };
        Some(self.unknown.value(end))
    }

    /// Root of the growth of the cost less its quantile with the parameter held, and where the others went.
    fn height(&mut self, variable: f64, others: &[f64]) -> Option<(f64, Vec<f64>)> {
        let held = Held { problem: self.problem, index: self.index, value: variable };
        let unknowns = self.problem.unknowns().iter().enumerate().filter(|(index, _)| *index != self.index);
        let variables = unknowns.zip(others).map(|((_, unknown), &start)| {
            let (lower, upper) = unknown.variable_bounds();
            Variable::between(start, lower, upper)
        });
        let variables: Vec<Variable> = variables.collect();
        let (squares, moved) = if variables.is_empty() {
            let mut own = DVector::zeros(held.count());
            held.residuals(&[], &mut own);
            (own.norm_squared(), Vec::new())
        } else {
            let minimum = minimise(&held, &variables)?;
            (minimum.sum_of_squares, minimum.variables)
        };
        let growth = squares - self.least;
        if !growth.is_finite() {
            return None;
        }
        self.points.push(ProfilePoint { value: self.unknown.value(variable), growth });
        Some((growth.max(0.0).sqrt() - self.quantile, moved))
    }
}
