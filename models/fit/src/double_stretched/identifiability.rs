//! What a window determines: condition number, the weakest combination, and profile likelihoods.
//!
//! The profile of a number is the least sum of squares that remains when it is held at a value and all others are
//! fitted again, as its excess over the minimum in units of the variance of one residual. Its 95 % interval ends where
//! that excess passes the square of Student's factor; where it never does, the interval is open on that side, and the
//! samples know no such bound. Unlike standard errors this holds for a valley of any shape.

use super::form::{COUNT, Samples};
use super::{DoubleKwwFit, DoubleKwwOptions, Prepared};
use crate::error::FitError;
use crate::few_unknowns::{Bounds, SummedSquares, Sums, descend};
use kovacs_core::Curve;
use kovacs_core::noise::student_975;

/// The profile likelihood of one number.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Its id, as in [`DoubleKwwFit::parameters`].
    pub id: &'static str,
    /// Values and excess of the sum of squares in units of the variance of one residual, in rising order of the value.
    pub points: Vec<(f64, f64)>,
    /// Lower end of the 95 % interval; `None` where the samples know none.
    pub lower: Option<f64>,
    /// Upper end of the 95 % interval; `None` where the samples know none.
    pub upper: Option<f64>,
}

/// What can be known from a window.
#[derive(Clone, Debug, PartialEq)]
pub struct Identifiability {
    /// Largest over smallest singular value of the Jacobian in the variables of the fit.
    pub condition_number: f64,
    /// The combination of `D, ln tau_2, ln(tau_1/tau_2), b_1, b_2` (and the initial value) that is known least.
    pub weakest_direction: Vec<f64>,
    /// One profile for `overshoot`, `fast_time`, `slow_time`, `slow_exponent` and `fast_exponent`.
    pub profiles: Vec<Profile>,
}

/// Steps of a profile to either side.
const STEPS: usize = 24;
/// First step in standard errors, and the factor to the next one.
const FIRST: f64 = 0.5;
const WIDER: f64 = 1.25;
/// First step where there is no standard error, and the longest one: in the variable itself.
const BLIND: f64 = 0.1;
const LONGEST: f64 = 1.0;
/// Steps of a descent.
const PATIENCE: usize = 100;

impl DoubleKwwFit {
    /// Profile likelihoods of everything that was fitted to this curve with these options.
    ///
    /// # Errors
    /// As [`fit_double_kww`](super::fit_double_kww).
    pub fn identifiability(&self, curve: &Curve, options: &DoubleKwwOptions) -> Result<Identifiability, FitError> {
        let prepared = Prepared::new(curve, options)?;
        let ids = ["overshoot", "fast_time", "slow_time", "slow_exponent", "fast_exponent"];
        let profiles = ids.into_iter().enumerate().map(|(index, id)| self.profile(&prepared, index, id)).collect();
        Ok(Identifiability {
            condition_number: self.uncertainty.condition_number,
            weakest_direction: self.uncertainty.weakest_direction.clone(),
            profiles,
        })
    }

    fn profile(&self, prepared: &Prepared, index: usize, id: &'static str) -> Profile {
        let problem = BySlowTime(&prepared.samples);
        let bounds = slow_time_bounds(prepared.bounds(self.branch));
        let best = by_slow_time(self.form.variables(self.scale));
        let variance = self.uncertainty.deviation.powi(2).max(f64::MIN_POSITIVE);
        let limit = student_975(self.uncertainty.freedom as f64).powi(2);
        let errors = self.log_time_errors();
        let first = errors.get(index).copied().flatten().map_or(BLIND, |error| FIRST * error).min(LONGEST);
        let walk = |sign: f64| {
            let (mut step, mut place, mut start) = (first, best[index], best);
            let mut points = Vec::new();
            for _ in 0..STEPS {
                let (lower, upper) = bounds[index];
                place = (place + sign * step).clamp(lower, upper);
                step = (step * WIDER).min(LONGEST);
                let mut held = bounds;
                held[index] = (place, place);
                if index == 2 {
                    // tau_2 stays below the held tau_1.
                    held[1].1 = held[1].1.min(place);
                }
                let Some(found) = descend(&problem, start, &held, PATIENCE) else { break };
                let excess = (found.squares - self.sum_of_squares) / variance;
                points.push((place, excess.max(0.0)));
                start = found.unknowns;
                if excess > limit || place == lower || place == upper {
                    break;
                }
            }
            points
        };
        let (below, above) = (walk(-1.0), walk(1.0));
        let crossing = |points: &[(f64, f64)]| {
            let path: Vec<(f64, f64)> = std::iter::once((best[index], 0.0)).chain(points.iter().copied()).collect();
            path.windows(2).find_map(|pair| match *pair {
                // The root of the excess is nearly straight.
                [(x0, e0), (x1, e1)] if e1 > limit => {
                    Some(x0 + (x1 - x0) * (limit.sqrt() - e0.sqrt()) / (e1.sqrt() - e0.sqrt()))
                }
                _ => None,
            })
        };
        let outer = |value: f64| if index == 1 || index == 2 { value.exp() } else { value };
        let (lower, upper) = (crossing(&below).map(outer), crossing(&above).map(outer));
        let mut points: Vec<(f64, f64)> = below.into_iter().rev().collect();
        points.push((best[index], 0.0));
        points.extend(above);
        Profile { id, points: points.into_iter().map(|(value, excess)| (outer(value), excess)).collect(), lower, upper }
    }
}

/// The same sum of squares in `D, ln tau_2, ln tau_1, b_1, b_2` and the initial value.
struct BySlowTime<'a>(&'a Samples);

impl SummedSquares<COUNT> for BySlowTime<'_> {
    fn sums(&self, unknowns: &[f64; COUNT]) -> Sums<COUNT> {
        let mut variables = *unknowns;
        variables[2] -= variables[1];
        let mut sums = self.0.sums(&variables);
        // ln(tau_1/tau_2) falls as ln tau_2 rises with tau_1 held.
        sums.gradient[1] -= sums.gradient[2];
        for index in 0..COUNT {
            sums.products[(1, index)] -= sums.products[(2, index)];
        }
        for index in 0..COUNT {
            sums.products[(index, 1)] -= sums.products[(index, 2)];
        }
        sums
    }
}

fn by_slow_time(mut variables: [f64; COUNT]) -> [f64; COUNT] {
    variables[2] += variables[1];
    variables
}

fn slow_time_bounds(mut bounds: Bounds<COUNT>) -> Bounds<COUNT> {
    bounds[2] = (bounds[1].0 + bounds[2].0, bounds[1].1 + bounds[2].1);
    bounds
}
