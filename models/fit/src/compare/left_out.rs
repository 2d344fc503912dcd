//! A test that was left out, predicted from the others.
//!
//! The parameters are not known exactly, and a prediction that pretends they were is punished for every common error of
//! a thousand neighbours. With the parameters' covariance `C` from the other tests and the derivatives `J` of the
//! prediction, whitened residuals `r` have the covariance `1 + J C J^T`. With `C = L L^T`, `A = J L` and
//! `M = 1 + A^T A` the logarithm of the density is that of the best parameters plus
//! `(A^T r)^T M^-1 (A^T r) / 2 - ln det M / 2`: Laplace's approximation of the posterior predictive density.

use super::{Candidate, Counters};
use crate::estimate::{FitData, FitOptions, FitResult, Intervals, Parameters, Problem, fit};
use crate::least_squares::Variable;
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// Directions with singular values below this part of the largest are left open by the other tests.
const OPEN: f64 = 1e-9;

/// A prediction depends on an open direction if it changes with it by this part of the strongest dependence.
const DEPENDS: f64 = 1e-6;

/// What the other tests say of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// What was left out.
    pub test: String,
    /// Its number of samples.
    pub points: usize,
    /// Logarithm of the density that was predicted for its samples; `None` where there is no prediction.
    pub density: Option<f64>,
    /// Root mean square of predicted minus measured over the standard deviation.
    pub misfit: Option<f64>,
    /// Why there is no prediction.
    pub reason: Option<String>,
}

/// Observations that belong to one test, which are left out together: the same history in the same group, so that
/// replicates and other outputs of a test do not predict it. Empty where all observations are of one test.
pub fn left_out_tests(data: &FitData) -> Vec<Vec<usize>> {
    let mut tests: Vec<Vec<usize>> = Vec::new();
    for (index, observation) in data.observations.iter().enumerate() {
        let same = |test: &&mut Vec<usize>| {
            test.first().and_then(|&first| data.observations.get(first)).is_some_and(|first| {
                first.experiment.history == observation.experiment.history && first.group == observation.group
            })
        };
        match tests.iter_mut().find(same) {
            Some(test) => test.push(index),
            None => tests.push(vec![index]),
        }
    }
    if tests.len() < 2 { Vec::new() } else { tests }
}

/// What a test is called: its first curve.
pub(crate) fn label(data: &FitData, test: &[usize]) -> String {
    let first = test.first().and_then(|&first| data.observations.get(first));
    let first = first.map_or_else(String::new, |observation| observation.label.clone());
    if test.len() > 1 { format!("{first} and {} more", test.len() - 1) } else { first }
}

/// Fits a model to the other tests, from where all of them together led, and predicts the one left out.
pub(super) fn predict(
    candidate: &Candidate<'_>,
    data: &FitData,
    test: &[usize],
    known: &FitResult,
    options: &FitOptions,
    counters: &Counters<'_>,
) -> LeftOut {
    let points = test.iter().filter_map(|&index| data.observations.get(index)).map(|o| o.values.len()).sum();
    let mut left_out = LeftOut { test: label(data, test), points, density: None, misfit: None, reason: None };
    match predicted(candidate, data, test, known, options, counters) {
        Ok((density, misfit)) => (left_out.density, left_out.misfit) = (Some(density), Some(misfit)),
        Err(reason) => left_out.reason = Some(reason),
    }
    left_out
}

fn predicted(
    candidate: &Candidate<'_>,
    data: &FitData,
    test: &[usize],
    known: &FitResult,
    options: &FitOptions,
    counters: &Counters<'_>,
) -> Result<(f64, f64), String> {
    if counters.stopped() {
        return Err("stopped before it was predicted".to_owned());
    }
    let others = data.observations.iter().enumerate().filter(|(index, _)| !test.contains(index));
    let others = FitData { observations: others.map(|(_, observation)| observation.clone()).collect() };
    let from_here = started_at(&candidate.parameters, known);
    let options = FitOptions { starts: 1, intervals: Intervals::Covariance, ..options.clone() };
    let fitted = fit(candidate.factory, &others, &from_here, &options, &|_| counters.evaluate())
        .map_err(|error| error.to_string())?;
    if counters.stopped() {
        return Err("stopped before it was predicted".to_owned());
    }
    let mut problem =
        Problem::new(candidate.factory, data, &candidate.parameters).map_err(|error| error.to_string())?;
    if let Some(output) = problem.scales().keys().find(|output| !fitted.noise.contains_key(*output)) {
        return Err(format!("the noise of `{output}` is not known from the other curves"));
    }
    problem.set_noise(fitted.noise.clone(), fitted.correlation_length);
    let place = problem.unknowns().iter().map(|unknown| match fitted.parameter(&unknown.name) {
        Some(parameter) => Ok(unknown.variable(parameter.value)),
        None => Err(format!("`{}` is of its own group, which has no other curve", unknown.name)),
    });
    let place = place.collect::<Result<Vec<f64>, String>>()?;
    density(&problem, &place, test)
}

/// The same roles from where a fit ended. A parameter with a value per group starts at that of the first group.
fn started_at(parameters: &Parameters, known: &FitResult) -> Parameters {
    let mut from_here = parameters.clone();
    for (name, parameter) in known.parameters.iter().filter(|(_, parameter)| parameter.free) {
        let id = name.split('@').next().unwrap_or(name);
        // A value on an open bound is no start: the user's own stays.
        if let Ok(moved) = from_here.clone().from_value(id, parameter.value) {
            from_here = moved;
        }
    }
    from_here
}

/// Logarithm of the predictive density of some observations, and their misfit, given the others.
fn density(problem: &Problem<'_>, place: &[f64], test: &[usize]) -> Result<(f64, f64), String> {
    let refused = || "the model has no answer for the left-out test with the parameters of the others".to_owned();
    let best = problem.log_likelihoods(place).ok_or_else(refused)?;
    let best: f64 = test.iter().filter_map(|&index| best.get(index)).flatten().sum();
    let standardised = problem.standardised(place).ok_or_else(refused)?;
    let standardised: Vec<f64> = test.iter().filter_map(|&index| standardised.get(index)).flatten().copied().collect();
    let misfit = (standardised.iter().map(|r| r * r).sum::<f64>() / standardised.len().max(1) as f64).sqrt();
    let (residuals, jacobian) = problem.information(place).ok_or_else(refused)?;
    let lengths = problem.data().observations.iter().map(|observation| observation.values.len());
    let own = lengths.enumerate().flat_map(|(index, length)| std::iter::repeat_n(test.contains(&index), length));
    let (mut left, mut kept) = (Vec::new(), Vec::new());
    for (row, own) in own.enumerate() {
        if own { left.push(row) } else { kept.push(row) }
    }
    let moving = problem.unknowns().iter().zip(place).enumerate().filter(|(_, (unknown, variable))| {
        let (lower, upper) = unknown.variable_bounds();
        !Variable::between(**variable, lower, upper).is_on_bound(**variable)
    });
    let moving: Vec<usize> = moving.map(|(index, _)| index).collect();
    let jacobian = jacobian.select_columns(&moving);
    let (derivatives, others) = (jacobian.select_rows(&left), jacobian.select_rows(&kept));
    let residuals = residuals.select_rows(&left);
    let spread = spread(others, &derivatives).map_err(|direction| {
        let names = moving.iter().filter_map(|&index| problem.unknowns().get(index)).map(|u| u.name.as_str());
        let mut parts: Vec<(f64, &str)> = direction.iter().map(|part| part.abs()).zip(names).collect();
        parts.sort_by(|a, b| b.0.total_cmp(&a.0));
        let named: Vec<&str> = parts.iter().filter(|part| part.0 > 0.3).map(|part| part.1).collect();
        format!("it depends on what the other curves leave open: {}", named.join(", "))
    })?;
    Ok((best + correction(&(derivatives * spread), &residuals), misfit))
}

/// A root `L` of the covariance that the other tests leave to the parameters.
///
/// # Errors
/// The direction that they leave open although the prediction depends on it.
fn spread(others: DMatrix<f64>, derivatives: &DMatrix<f64>) -> Result<DMatrix<f64>, Vec<f64>> {
    let count = others.ncols();
    if count == 0 {
        return Ok(DMatrix::zeros(0, 0));
    }
    // With fewer samples than unknowns the missing rows are zero: their directions are open.
    let rows = others.nrows();
    let others = if rows < count { others.insert_rows(rows, count - rows, 0.0) } else { others };
    let decomposition = others.qr().r().svd(false, true);
    let Some(directions) = decomposition.v_t else { return Ok(DMatrix::zeros(count, 0)) };
    let values = &decomposition.singular_values;
    let strongest = values.max().max(derivatives.norm());
    let mut columns = Vec::new();
    for (row, &value) in values.iter().enumerate() {
        let direction: DVector<f64> = directions.row(row).transpose();
        if value > OPEN * strongest {
            columns.push(direction / value);
        } else if (derivatives * &direction).norm() > DEPENDS * strongest {
            return Err(direction.iter().copied().collect());
        }
    }
    Ok(if columns.is_empty() { DMatrix::zeros(count, 0) } else { DMatrix::from_columns(&columns) })
}

/// What uncertain parameters add to the logarithm of the density of whitened residuals.
pub(crate) fn correction(spread: &DMatrix<f64>, residuals: &DVector<f64>) -> f64 {
    let inner = DMatrix::identity(spread.ncols(), spread.ncols()) + spread.transpose() * spread;
    let projected = spread.transpose() * residuals;
    match inner.cholesky() {
        Some(root) => {
            let determinant: f64 = root.l().diagonal().iter().map(|value| 2.0 * value.ln()).sum();
            0.5 * projected.dot(&root.solve(&projected)) - 0.5 * determinant
        }
        None => f64::NEG_INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uncertain_parameters_widen_the_density_as_a_full_covariance_does() {
        let spread = DMatrix::from_row_slice(4, 2, &[0.3, -0.1, 1.2, 0.4, -0.7, 2.0, 0.0, 0.9]);
        let residuals = DVector::from_row_slice(&[0.5, -1.5, 2.0, 0.1]);
        let covariance = DMatrix::identity(4, 4) + &spread * spread.transpose();
        let root = covariance.cholesky().unwrap();
        let determinant = root.l().diagonal().map(f64::ln).sum();
        let full = -0.5 * residuals.dot(&root.solve(&residuals)) - determinant;
        let small = -0.5 * residuals.norm_squared() + correction(&spread, &residuals);
        assert!((full - small).abs() < 1e-12, "{full} {small}");
    }
}
