//! What may be said of a minimum: parameters with intervals, noise, criteria, and what a reader must know, in words.

use super::correlation::effective_points;
use super::criteria::Criteria;
use super::data::Noise;
use super::error::EstimateError;
use super::loss::Loss;
use super::parameters::{FreeParameter, Parameters, Role};
use super::problem::Problem;
use super::result::{FitResult, FittedCurve, FittedParameter, StartResult, rounded};
use super::search::{Correlations, FitOptions};
use crate::least_squares::Variable;
use crate::uncertainty::Uncertainty;
use kovacs_core::noise::{NORMAL_975, correlation, student_975};
use nalgebra::DMatrix;
use std::collections::BTreeMap;

/// Condition numbers above this are rounding: a direction is undetermined.
const WORST_CONDITION: f64 = 1e12;

/// Rise of the sum of squares that still counts as 1: by a factor of three either way.
const PARABOLA: (f64, f64) = (1.0 / 3.0, 3.0);

/// Noise below this part of the largest sample is rounding, and so is what it does to a sum of squares.
const ROUNDED: f64 = 1e-9;

/// Change of all standardised residuals together that data can tell.
const SEEN: f64 = 1e-3;

/// Relative difference of costs within which two starts led to the same place.
const SAME_COST: f64 = 1e-4;

/// Which unknowns lie where the sum of squares is no parabola over a standard error: its rise when one of them alone is
/// moved by what should raise it by 1. There the Jacobian says nothing of the errors.
fn bent(problem: &Problem<'_>, place: &[f64], jacobian: &DMatrix<f64>, held: &[bool]) -> Vec<bool> {
    let squares = |place: &[f64]| {
        let column = problem.whitened_residuals(place)?;
        Some(column.iter().map(|value| value * value).sum::<f64>())
    };
    let least = squares(place).unwrap_or(f64::NAN);
    let values = problem.data().observations.iter().flat_map(|observation| &observation.values);
    let largest = values.fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let rounded = problem.scales().values().any(|scale| *scale <= ROUNDED * largest);
    let bent = (0..place.len()).map(|index| {
        let step = 1.0 / jacobian.column(index).norm();
        if held[index] || !step.is_finite() || rounded {
            return false;
        }
        let rises = [-step, step].map(|step| {
            let mut moved = place.to_vec();
            moved[index] += step;
            squares(&moved).map(|squares| squares - least)
        });
        // A place without an answer, or beyond a bound, says nothing.
        rises.into_iter().flatten().any(|rise| !(PARABOLA.0..=PARABOLA.1).contains(&rise))
    });
    bent.collect()
}

/// What a squared standardised residual is in units of the cost: where least squares are fitted to one output whose noise
/// has an unknown size, the square of that size, so that the cost is half the sum of squares in the output's unit.
pub(super) fn unit_of_cost(problem: &Problem<'_>, loss: Loss) -> f64 {
    let estimated = problem.data().observations.iter().all(|observation| observation.noise == Noise::Estimated);
    match problem.scales().values().collect::<Vec<_>>().as_slice() {
        [scale] if loss == Loss::Linear && estimated => *scale * *scale,
        _ => 1.0,
    }
}

/// Everything that may be said of a minimum.
pub(crate) fn report(
    problem: &Problem<'_>,
    parameters: &Parameters,
    place: &[f64],
    options: &FitOptions,
    starts: Vec<StartResult>,
) -> Result<FitResult, EstimateError> {
    let data = problem.data();
    let unknowns = problem.unknowns();
    let predicted = problem.predict(place)?;
    let lost = || {
        let reason = problem.refusal().unwrap_or_else(|| "no derivatives at the best place".to_owned());
        EstimateError::NoFit { starts: starts.len(), reason }
    };
    let (white, jacobian) = problem.information(place).ok_or_else(lost)?;
    let residuals = problem.standardised(place).ok_or_else(lost)?;
    let bounded = unknowns.iter().zip(place).zip(jacobian.column_iter());
    let held: Vec<bool> =
        bounded.map(|((unknown, &variable), column)| on_bound(unknown, variable, column.norm())).collect();
    // Standardised residuals have the variance 1.
    let free: Vec<bool> = held.iter().map(|held| !held).collect();
    let sure = Uncertainty::with_deviation(&jacobian, 1.0, &free);
    let bent = match options.loss {
        Loss::Linear => bent(problem, place, &jacobian, &held),
        _ => vec![false; held.len()],
    };
    let effective: f64 = problem.neighbours().iter().map(|rho| effective_points(rho)).sum();
    let moving = held.iter().filter(|held| !**held).count();
    let quantile = quantile_of(problem.scales().is_empty(), data.points(), moving);
    let values = problem.values(place);
    let slopes: Vec<f64> = unknowns.iter().zip(&values).map(|(unknown, &value)| unknown.slope(value)).collect();
    let fitted = unknowns.iter().enumerate().map(|(index, unknown)| {
        let error = sure.covariance[index][index].sqrt();
        let determined = !held[index] && error.is_finite() && !is_singular(&sure) && !bent[index];
        (unknown.name.clone(), fitted(unknown, values[index], determined.then_some(error), quantile))
    });
    let mut listed: Vec<(String, FittedParameter)> = Vec::new();
    let fitted: Vec<(String, FittedParameter)> = fitted.collect();
    let all = problem.model_parameters(place, data.groups().first().copied().flatten());
    for (index, (quantity, role)) in parameters.quantities().iter().zip(parameters.roles()).enumerate() {
        if matches!(role, Role::Free { .. }) {
            let own = unknowns.iter().zip(&fitted).filter(|(unknown, _)| unknown.index == index);
            listed.extend(own.map(|(_, fitted)| fitted.clone()));
        } else {
            let (value, unit) = (all[index], quantity.unit.clone());
            let still = FittedParameter { value, standard_error: None, lower: None, upper: None, unit, free: false };
            listed.push((quantity.id.clone(), still));
        }
    }
    let squares = white.norm_squared();
    let losses: f64 = white.iter().map(|&residual| options.loss.rho(residual)).sum();
    let cost = 0.5 * unit_of_cost(problem, options.loss) * losses;
    let freedom = data.points() as f64 - unknowns.len() as f64;
    let known = problem.scales().is_empty();
    let count = unknowns.len();
    let covariance = |row: usize, column: usize| sure.covariance[row][column] * slopes[row] * slopes[column];
    let correlation = |row: usize, column: usize| {
        let size = (sure.covariance[row][row] * sure.covariance[column][column]).sqrt();
        if size > 0.0 { sure.covariance[row][column] / size } else { 0.0 }
    };
    let matrix = |of: &dyn Fn(usize, usize) -> f64| -> Vec<Vec<f64>> {
        (0..count).map(|row| (0..count).map(|column| of(row, column)).collect()).collect()
    };
    let curves = data.observations.iter().zip(predicted).zip(&residuals).map(|((observation, model), residuals)| {
        let squares = model.iter().zip(&observation.values).map(|(model, value)| (model - value).powi(2)).sum::<f64>();
        FittedCurve {
            label: observation.label.clone(),
            output: observation.output().to_owned(),
            times: observation.experiment.times.clone(),
            values: observation.values.clone(),
            misfit: (squares / observation.values.len().max(1) as f64).sqrt(),
            model,
            residuals: residuals.clone(),
        }
    });
    let criteria = (options.loss == Loss::Linear).then(|| criteria(problem, white.as_slice(), options.correlations));
    let mut result = FitResult {
        model: String::new(),
        version: String::new(),
        digest: None,
        parameters: listed,
        free: unknowns.iter().map(|unknown| unknown.name.clone()).collect(),
        cost,
        points: data.points(),
        effective_points: effective,
        reduced_chi_square: (known && freedom > 0.0).then(|| squares / freedom),
        noise: problem.scales().clone(),
        correlation_length: problem.lambda(),
        loss: options.loss.word().to_owned(),
        criteria,
        covariance: matrix(&covariance),
        correlation: matrix(&correlation),
        condition: sure.condition_number,
        singular_values: sure.singular_values.clone(),
        sloppiest: in_words(&sure.weakest_direction, unknowns),
        starts,
        evaluations: 0,
        converged: false,
        warnings: Vec::new(),
        curves: curves.collect(),
    };
    result.warnings = warnings(&result, unknowns, &held, &bent, &sure, options);
    result.warnings.extend(unfinished(problem, &result));
    Ok(result)
}

/// Whether the data leave some direction open.
fn is_singular(sure: &Uncertainty) -> bool {
    sure.condition_number > WORST_CONDITION
}

/// The names in a direction that carry most of it, with their exponents or changes, largest first.
fn in_words(direction: &[f64], unknowns: &[FreeParameter]) -> String {
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

/// A free parameter with its interval: symmetric in the variable of the search.
fn fitted(unknown: &FreeParameter, value: f64, error: Option<f64>, quantile: f64) -> FittedParameter {
    let ends = error.map(|error| {
        let variable = unknown.variable(value);
        [variable - quantile * error, variable + quantile * error].map(|end| match unknown.logarithmic {
            true => end.exp(),
            false => end * unknown.scale,
        })
    });
    FittedParameter {
        value,
        standard_error: error.map(|error| error * unknown.slope(value)),
        lower: ends.map(|[lower, _]| lower),
        upper: ends.map(|[_, upper]| upper),
        unit: unknown.unit.clone(),
        free: true,
    }
}

/// Half the width of a 95 % interval in standard errors. Known noise has no error of its own.
fn quantile_of(known: bool, points: usize, moving: usize) -> f64 {
    if known { NORMAL_975 } else { student_975((points as f64 - moving as f64).max(1.0)) }
}

/// The same of a fit that was made.
pub(super) fn quantile(result: &FitResult) -> f64 {
    let moving = result.parameters.iter().filter(|(_, parameter)| parameter.standard_error.is_some()).count();
    quantile_of(result.noise.is_empty(), result.points, moving)
}

/// Whether a variable lies on a bound: so near that the data cannot tell, where `influence` is what a change of 1 does to all
/// standardised residuals together. A compliance of 1e-7 in units of 1 is near zero and far from it for the data.
fn on_bound(unknown: &FreeParameter, variable: f64, influence: f64) -> bool {
    let (lower, upper) = unknown.variable_bounds();
    let seen = (variable - lower).min(upper - variable) * influence > SEEN;
    !seen && Variable::between(variable, lower, upper).is_on_bound(variable)
}

/// Criteria at the most likely noise.
fn criteria(problem: &Problem<'_>, white: &[f64], correlations: Correlations) -> Criteria {
    let data = problem.data();
    let mut outputs: BTreeMap<&str, (usize, f64)> = BTreeMap::new();
    let (mut row, mut likelihood) = (0, -problem.log_determinant());
    for observation in &data.observations {
        let own = &white[row..row + observation.values.len()];
        row += own.len();
        let squares = own.iter().map(|value| value * value).sum::<f64>();
        match &observation.noise {
            Noise::Known(deviations) => {
                likelihood -= 0.5 * squares;
                likelihood -= deviations.iter().map(|deviation| deviation.ln()).sum::<f64>();
                likelihood -= 0.5 * own.len() as f64 * std::f64::consts::TAU.ln();
            }
            Noise::Estimated => {
                let entry = outputs.entry(observation.output()).or_default();
                *entry = (entry.0 + own.len(), entry.1 + squares);
            }
        }
    }
    for (output, (points, squares)) in &outputs {
        let scale = problem.scales().get(*output).copied().unwrap_or(1.0);
        let variance = (scale * scale * squares / *points as f64).max(f64::MIN_POSITIVE);
        likelihood -= 0.5 * *points as f64 * ((std::f64::consts::TAU * variance).ln() + 1.0);
    }
    let noise = outputs.len() + usize::from(correlations == Correlations::Estimated);
    Criteria::new(likelihood, problem.unknowns().len() + noise, data.points())
}

/// What a reader must know before believing a number.
fn warnings(
    result: &FitResult,
    unknowns: &[FreeParameter],
    held: &[bool],
    bent: &[bool],
    sure: &Uncertainty,
    options: &FitOptions,
) -> Vec<String> {
    let mut warnings = Vec::new();
    for (unknown, _) in unknowns.iter().zip(bent).filter(|(_, bent)| **bent) {
        warnings.push(format!(
            "the error of `{}` cannot be read off the derivatives: the sum of squares is no parabola around it; the \
             model may jump there",
            unknown.name
        ));
    }
    for (unknown, _) in unknowns.iter().zip(held).filter(|(_, held)| **held) {
        let value = rounded(result.value(&unknown.name));
        warnings.push(
            format!(
                "`{}` = {value} {} lies on a bound and has no error; widen the bounds or fix it",
                unknown.name,
                if unknown.unit == "1" { "" } else { &unknown.unit }
            )
            .replace("  ", " "),
        );
    }
    if is_singular(sure) {
        warnings.push(format!(
            "the data leave a direction open, so no parameter has an error: {}; fix one of them",
            result.sloppiest
        ));
    }
    for (index, unknown) in unknowns.iter().enumerate().filter(|(index, _)| !held[*index] && !is_singular(sure)) {
        let error = sure.covariance[index][index].sqrt();
        let size = if unknown.logarithmic { 1.0 } else { (result.value(&unknown.name) / unknown.scale).abs() };
        if error.is_nan() || error > size {
            let with = match result.sloppiest.contains(", ") {
                true => format!("; the data determine least: {}", result.sloppiest),
                false => String::new(),
            };
            let name = &unknown.name;
            warnings.push(format!("`{name}` is not determined: its standard error is as large as itself{with}"));
        }
    }
    if options.correlations == Correlations::Ignored {
        let worst = result.curves.iter().filter(|curve| curve.residuals.len() >= 8).map(|curve| {
            let significant = 3.0 / (curve.residuals.len() as f64).sqrt();
            (correlation(&curve.residuals), significant, &curve.label)
        });
        let worst = worst.filter(|(rho, significant, _)| rho > significant).max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((rho, _, label)) = worst {
            let factor = ((1.0 + rho) / (1.0 - rho).max(1e-3)).sqrt();
            warnings.push(format!(
                "neighbouring residuals of `{label}` are correlated ({rho:.2}): errors are too small by a factor of \
                 about {factor:.1} and the criteria mean little; let the correlation be estimated"
            ));
        }
    }
    if let Some(chi) = result.reduced_chi_square {
        let spread = (2.0 / (result.points as f64 - unknowns.len() as f64)).sqrt();
        if chi > 1.0 + 4.0 * spread {
            warnings.push(format!("the model misses the data by more than their noise: reduced chi-square {chi:.2}"));
        } else if chi < 1.0 - 4.0 * spread {
            warnings.push(format!("the data scatter less than their noise says: reduced chi-square {chi:.2}"));
        }
    }
    let ended: Vec<f64> = result.starts.iter().filter_map(|start| start.cost).collect();
    let least = ended.iter().copied().fold(f64::INFINITY, f64::min);
    let agree = ended.iter().filter(|&&cost| cost <= least * (1.0 + SAME_COST) + f64::MIN_POSITIVE).count();
    if result.starts.len() > 3 && agree < 2 {
        warnings.push(format!(
            "only one of {} starts led here; there may be a better place: try more starts",
            result.starts.len()
        ));
    }
    warnings
}

/// Curves of stress that still rise at their last sample, in words. Only the last stage counts: what came before the last step is
/// no rise of this one.
fn unfinished(problem: &Problem<'_>, result: &FitResult) -> Vec<String> {
    let curves = problem.data().observations.iter().filter(|observation| observation.output() == "stress");
    let unfinished = curves.filter(|observation| {
        let elapsed = observation.elapsed();
        let begins = elapsed.windows(2).rposition(|pair| pair[1] < pair[0]).map_or(0, |row| row + 1);
        let stage = observation.values.get(begins..).unwrap_or_default();
        let (Some(&first), Some(&last)) = (stage.first(), stage.last()) else { return false };
        let highest = stage.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let noise = result.noise.get(observation.output()).copied().unwrap_or(0.0);
        last >= highest - noise && last > first + 4.0 * noise
    });
    let words =
        unfinished.map(|own| format!("`{}` still rises at its last sample: its peak is not in the data", own.label));
    words.collect()
}
