//! The density that is sampled: priors times likelihood, on the whole real line.
//!
//! A variable of the search between two bounds is a logistic function of a real number, one with a single bound an
//! exponential of it, and the logarithm of the derivative is added to the density. The standard deviation of an output
//! whose noise is not known is one more unknown, log-uniform between [`NOISE`] times the largest sample of that output.

use super::prior::Prior;
use crate::estimate::{FreeParameter, Noise, Problem};
use nalgebra::{DMatrix, DVector};
use std::collections::BTreeMap;

/// Range of the standard deviation of unknown noise, in units of the largest sample.
pub(super) const NOISE: (f64, f64) = (1e-9, 10.0);

/// Steps, in the real variable, of the difference that gives the curvature of a prior.
const STEP: f64 = 1e-4;

/// Smallest curvature that a prior is credited with where it is flat.
const CURVATURE: f64 = 1e-2;

/// Something that can be sampled.
pub(super) trait Density {
    /// Number of real variables.
    fn dimension(&self) -> usize;

    /// Logarithm of the density up to a constant; minus infinity where there is none.
    fn value(&self, at: &[f64]) -> f64;

    /// The same with its derivatives, which are written to `gradient`.
    fn gradient(&self, at: &[f64], gradient: &mut [f64]) -> f64;
}

/// A posterior on the real line.
pub(super) struct Target<'a> {
    problem: Problem<'a>,
    priors: Vec<Prior>,
    /// Outputs whose noise is sampled, with the bounds of the logarithm of its standard deviation.
    outputs: Vec<(String, (f64, f64))>,
    /// For each observation which of `outputs` it is, and the constant part of its likelihood.
    observations: Vec<(Option<usize>, f64)>,
}

impl<'a> Target<'a> {
    /// The posterior of a problem; `lambda` is the length of the correlation of its noise.
    pub(super) fn new(mut problem: Problem<'a>, priors: Vec<Prior>, lambda: f64) -> Self {
        let outputs: Vec<(String, (f64, f64))> = problem
            .scales()
            .iter()
            .map(|(output, size)| (output.clone(), ((NOISE.0 * size).ln(), (NOISE.1 * size).ln())))
            .collect();
        let ones: BTreeMap<String, f64> = outputs.iter().map(|(output, _)| (output.clone(), 1.0)).collect();
        problem.set_noise(ones, lambda);
        let mut target = Target { problem, priors, outputs, observations: Vec::new() };
        let constants: Vec<f64> = target.constants().iter().map(|constants| constants.iter().sum()).collect();
        let observations = target.problem.data().observations.iter().zip(constants).map(|(observation, constant)| {
            let output = match observation.noise {
                Noise::Known(_) => None,
                Noise::Estimated => target.outputs.iter().position(|(output, _)| output == observation.output()),
            };
            (output, constant)
        });
        target.observations = observations.collect();
        target
    }

    /// The problem behind it, with standard deviations of 1 where the noise is sampled.
    pub(super) fn problem(&self) -> &Problem<'a> {
        &self.problem
    }

    /// Names and units of what is sampled: the free parameters, then the noise of each output.
    pub(super) fn names(&self) -> Vec<(String, String)> {
        let parameters = self.problem.unknowns().iter().map(|unknown| (unknown.name.clone(), unknown.unit.clone()));
        let noise = self.outputs.iter().map(|(output, _)| (format!("noise of {output}"), String::new()));
        parameters.chain(noise).collect()
    }

    /// Values of the free parameters in their units, then standard deviations, at a place on the real line.
    pub(super) fn values(&self, at: &[f64]) -> Vec<f64> {
        let (variables, deviations) = self.split(at);
        self.problem.values(&variables).into_iter().chain(deviations).collect()
    }

    /// Variables of the search, and standard deviations of the outputs.
    pub(super) fn split(&self, at: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let unknowns = self.problem.unknowns();
        let variables = unknowns.iter().zip(at).map(|(unknown, &at)| outer(at, unknown.variable_bounds()).0);
        let noise = self.outputs.iter().zip(at.iter().skip(unknowns.len()));
        (variables.collect(), noise.map(|((_, bounds), &at)| outer(at, *bounds).0.exp()).collect())
    }

    /// The place of variables of the search and standard deviations by output, moved inside the bounds.
    pub(super) fn place(&self, variables: &[f64], noise: &BTreeMap<String, f64>) -> Vec<f64> {
        let unknowns = self.problem.unknowns().iter().zip(variables);
        let parameters = unknowns.map(|(unknown, &variable)| inner(variable, unknown.variable_bounds()));
        let noise =
            self.outputs.iter().map(|(output, bounds)| inner(noise.get(output).copied().unwrap_or(1.0).ln(), *bounds));
        parameters.chain(noise).collect()
    }

    /// The standard deviation of the samples of an observation relative to those of the problem.
    pub(super) fn deviation(&self, observation: usize, deviations: &[f64]) -> f64 {
        let output = self.observations.get(observation).and_then(|(output, _)| *output);
        output.and_then(|output| deviations.get(output)).copied().unwrap_or(1.0)
    }

    /// Logarithm of the likelihood of each sample of each observation apart from its residual and sampled noise.
    pub(super) fn constants(&self) -> Vec<Vec<f64>> {
        let observations = self.problem.data().observations.iter().zip(self.problem.neighbours());
        let constants = observations.map(|(observation, rho)| {
            let own = rho.iter().enumerate().map(|(row, rho)| {
                let deviation = match &observation.noise {
                    Noise::Known(deviations) => deviations[row],
                    Noise::Estimated => 1.0,
                };
                -0.5 * (-rho * rho).ln_1p() - deviation.ln() - 0.5 * std::f64::consts::TAU.ln()
            });
            own.collect()
        });
        constants.collect()
    }

    /// A root of the covariance that a parabola at this place implies: `L L^T` is it.
    pub(super) fn spread(&self, at: &[f64]) -> Option<DMatrix<f64>> {
        let (variables, deviations) = self.split(at);
        let (_, jacobian) = self.problem.information(&variables)?;
        let count = self.dimension();
        let unknowns = self.problem.unknowns();
        let mut hessian = DMatrix::<f64>::zeros(count, count);
        let slopes: Vec<f64> =
            unknowns.iter().zip(at).map(|(unknown, &at)| outer(at, unknown.variable_bounds()).1).collect();
        let mut row = 0;
        for (index, observation) in self.problem.data().observations.iter().enumerate() {
            let rows = jacobian.rows(row, observation.values.len());
            row += observation.values.len();
            let weight = self.deviation(index, &deviations).powi(-2);
            let product = rows.transpose() * rows;
            for (i, j) in (0..unknowns.len()).flat_map(|i| (0..unknowns.len()).map(move |j| (i, j))) {
                hessian[(i, j)] += weight * product[(i, j)] * slopes[i] * slopes[j];
            }
            if let Some(output) = self.observations.get(index).and_then(|(output, _)| *output) {
                let place = unknowns.len() + output;
                let slope = outer(at[place], self.outputs[output].1).1;
                hessian[(place, place)] += 2.0 * observation.values.len() as f64 * slope * slope;
            }
        }
        for place in 0..count {
            let curvature =
                (self.prior(place, at[place] - STEP).1 - self.prior(place, at[place] + STEP).1) / (2.0 * STEP);
            hessian[(place, place)] += if curvature > CURVATURE { curvature } else { CURVATURE };
        }
        let root = hessian.cholesky()?.l();
        // H = R R^T, so the covariance is R^-T R^-1.
        root.transpose().try_inverse()
    }

    /// Logarithm of the prior of one real variable with the Jacobian, and its derivative.
    fn prior(&self, place: usize, at: f64) -> (f64, f64) {
        let unknowns = self.problem.unknowns();
        let (bounds, prior): ((f64, f64), Option<(&FreeParameter, &Prior)>) = match unknowns.get(place) {
            Some(unknown) => (unknown.variable_bounds(), self.priors.get(place).map(|prior| (unknown, prior))),
            None => (self.outputs[place - unknowns.len()].1, None),
        };
        let (variable, slope) = outer(at, bounds);
        let (density, derivative) = prior.map_or((0.0, 0.0), |(unknown, prior)| prior.log_density(unknown, variable));
        let (volume, change) = log_slope(at, bounds);
        (density + volume, derivative * slope + change)
    }

    fn add_prior(&self, at: &[f64], mut gradient: Option<&mut [f64]>) -> f64 {
        let mut sum = 0.0;
        for (place, &real) in at.iter().enumerate() {
            let (density, derivative) = self.prior(place, real);
            sum += density;
            if let Some(gradient) = gradient.as_deref_mut() {
                gradient[place] += derivative;
            }
        }
        sum
    }

    /// Logarithm of the likelihood from whitened residuals, with the derivative by the real noise variables.
    fn likelihood(&self, at: &[f64], residuals: &[f64], mut gradient: Option<&mut [f64]>) -> f64 {
        let (_, deviations) = self.split(at);
        let unknowns = self.problem.unknowns().len();
        let (mut row, mut sum) = (0, 0.0);
        for (index, &(output, constant)) in self.observations.iter().enumerate() {
            let count = self.problem.data().observations[index].values.len();
            let deviation = self.deviation(index, &deviations);
            let squares = residuals[row..row + count].iter().map(|r| r * r).sum::<f64>() / (deviation * deviation);
            row += count;
            sum += constant - 0.5 * squares - count as f64 * deviation.ln();
            if let (Some(gradient), Some(output)) = (gradient.as_deref_mut(), output) {
                let place = unknowns + output;
                gradient[place] += (squares - count as f64) * outer(at[place], self.outputs[output].1).1;
            }
        }
        sum
    }
}

impl Density for Target<'_> {
    fn dimension(&self) -> usize {
        self.problem.unknowns().len() + self.outputs.len()
    }

    fn value(&self, at: &[f64]) -> f64 {
        let (variables, _) = self.split(at);
        let Some(residuals) = self.problem.whitened_residuals(&variables) else { return f64::NEG_INFINITY };
        let value = self.likelihood(at, &residuals, None) + self.add_prior(at, None);
        if value.is_nan() { f64::NEG_INFINITY } else { value }
    }

    fn gradient(&self, at: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        let (variables, deviations) = self.split(at);
        let Some((mut residuals, jacobian)) = self.problem.information(&variables) else { return f64::NEG_INFINITY };
        let value = self.likelihood(at, residuals.as_slice(), Some(gradient));
        let mut row = 0;
        for (index, observation) in self.problem.data().observations.iter().enumerate() {
            let weight = self.deviation(index, &deviations).powi(-2);
            residuals.rows_mut(row, observation.values.len()).scale_mut(weight);
            row += observation.values.len();
        }
        let by_variable: DVector<f64> = jacobian.tr_mul(&residuals);
        for (place, (unknown, slope)) in self.problem.unknowns().iter().zip(by_variable.iter()).enumerate() {
            gradient[place] -= slope * outer(at[place], unknown.variable_bounds()).1;
        }
        let value = value + self.add_prior(at, Some(gradient));
        if value.is_nan() || gradient.iter().any(|slope| !slope.is_finite()) { f64::NEG_INFINITY } else { value }
    }
}

fn logistic(at: f64) -> f64 {
    1.0 / (1.0 + (-at).exp())
}

/// A bounded variable and its derivative at a real number.
fn outer(at: f64, (lower, upper): (f64, f64)) -> (f64, f64) {
    match (lower.is_finite(), upper.is_finite()) {
        (true, true) => {
            let part = logistic(at);
            (lower + (upper - lower) * part, (upper - lower) * part * logistic(-at))
        }
        (true, false) => (lower + at.exp(), at.exp()),
        (false, true) => (upper - at.exp(), -at.exp()),
        (false, false) => (at, 1.0),
    }
}

/// Logarithm of the size of that derivative, and its derivative.
fn log_slope(at: f64, (lower, upper): (f64, f64)) -> (f64, f64) {
    match (lower.is_finite(), upper.is_finite()) {
        (true, true) => {
            // ln s(1-s) without overflow.
            let size = at.abs();
            ((upper - lower).ln() - size - 2.0 * (-size).exp().ln_1p(), logistic(-at) - logistic(at))
        }
        (false, false) => (0.0, 0.0),
        _ => (at, 1.0),
    }
}

/// How far from a bound a start is, in units of the range or of 1: ranges may span many orders of magnitude.
const INSIDE: f64 = 1e-9;

/// The real number behind a bounded variable, which is moved off its bounds.
fn inner(variable: f64, (lower, upper): (f64, f64)) -> f64 {
    match (lower.is_finite(), upper.is_finite()) {
        (true, true) => {
            let part = ((variable - lower) / (upper - lower)).clamp(INSIDE, 1.0 - INSIDE);
            (part / (1.0 - part)).ln()
        }
        (true, false) => (variable - lower).max(INSIDE).ln(),
        (false, true) => (upper - variable).max(INSIDE).ln(),
        (false, false) => variable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_real_line_leads_into_the_bounds_and_back() {
        let open = f64::INFINITY;
        for bounds in [(-1.0, 2.0), (1.0, open), (-open, 3.0), (-open, open)] {
            for at in [-2.0, 0.3, 1.5] {
                let (variable, slope) = outer(at, bounds);
                assert!(variable >= bounds.0 && variable <= bounds.1);
                assert!((inner(variable, bounds) - at).abs() < 1e-12, "{bounds:?} {at}");
                let difference = (outer(at + 1e-6, bounds).0 - outer(at - 1e-6, bounds).0) / 2e-6;
                assert!((difference - slope).abs() < 1e-8, "{bounds:?} {at}");
                let (volume, change) = log_slope(at, bounds);
                assert!((volume - slope.abs().ln()).abs() < 1e-12);
                let difference = (log_slope(at + 1e-6, bounds).0 - log_slope(at - 1e-6, bounds).0) / 2e-6;
                assert!((difference - change).abs() < 1e-8, "{bounds:?} {at}");
            }
        }
    }
}
