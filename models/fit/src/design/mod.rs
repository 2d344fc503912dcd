//! Which experiment to do next: the one on which two models that both explain the data would disagree most.
//!
//! Both models predict each proposed experiment, each with the uncertainty that the present data leave to its parameters
//! and with the noise of the reading. The expected gain is the mean logarithm of the ratio of the two predictive densities if
//! one of the two models is true, averaged over which: half the symmetric divergence of two normal distributions, the
//! discrimination criterion of Box & Hill (Technometrics 9 (1967) 57). Where the noise dominates it is the T-optimality of
//! Atkinson & Fedorov (Biometrika 62 (1975) 57) with a rival that may still adapt within what the data allow. It is in the
//! same unit as a difference of left-out densities: below about 4 the experiment will not decide.

mod observable;
mod text;

pub use observable::{Observable, Proposal, Readings, proposals};

use crate::compare::Candidate;
use crate::estimate::{EstimateError, FitResult, FreeParameter};
use crate::parallel::in_parallel;
use kovacs_core::model::Evaluator;
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A model with its fit to the present data.
#[derive(Clone)]
pub struct Rival<'a> {
    /// The model and its parameters, as they were fitted.
    pub candidate: Candidate<'a>,
    /// Where the fit ended.
    pub fit: &'a FitResult,
}

/// What one experiment would tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The experiment.
    pub proposal: Proposal,
    /// Expected logarithm of the ratio of the predictive densities for the true model; `None` where there is none.
    pub expected: Option<f64>,
    /// What each model predicts of a single number, in its unit; `None` for a curve, or where it predicts none.
    pub predictions: [Option<f64>; 2],
    /// Their standard deviations from the parameters alone.
    pub deviations: [Option<f64>; 2],
    /// Why nothing is expected.
    pub reason: Option<String>,
}

/// Proposals in the order of what they would tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Design {
    /// Names of the two models.
    pub models: [String; 2],
    /// The proposals, the most telling first; those without an expectation last.
    pub ranked: Vec<Judgement>,
    /// Whether it was stopped before every proposal was judged.
    pub stopped: bool,
}

impl Design {
    /// The most telling proposal of one observable.
    pub fn best(&self, observable: Observable) -> Option<&Judgement> {
        self.ranked.iter().find(|judged| judged.proposal.observable == observable && judged.expected.is_some())
    }
}

/// Why no experiment can be chosen.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DesignError {
    /// Nothing to choose from.
    #[error("there is no experiment to choose from; propose at least one")]
    NoProposal,
    /// A reading that is no standard deviation.
    #[error("the error of reading `{what}` is {value}; it must be finite and above 0")]
    Reading {
        /// Which one.
        what: &'static str,
        /// What was given.
        value: f64,
    },
    /// A fit that does not say how sure it is.
    #[error("the fit of `{model}` leaves a direction open: {direction}; hold one of these parameters and fit again")]
    Open {
        /// Name of the model.
        model: String,
        /// The parameters.
        direction: String,
    },
    /// A fit of another model, or of other parameters.
    #[error("the fit of `{model}` has no parameter `{parameter}`; give the fit that was made with these parameters")]
    OtherFit {
        /// Name of the model.
        model: String,
        /// The parameter.
        parameter: String,
    },
    /// The model cannot be made, or its parameters make no problem.
    #[error(transparent)]
    Estimate(#[from] EstimateError),
}

/// Judges every proposal for two models. `progress` is told the proposals judged and their number, and answers `false` to
/// stop, which keeps those that are done. The result does not depend on the number of threads.
///
/// # Errors
/// There is no proposal, a reading has no error, or a fit does not belong to its model or leaves a direction open.
pub fn next_experiment(
    rivals: &[Rival<'_>; 2],
    proposals: &[Proposal],
    readings: &Readings,
    threads: usize,
    progress: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Result<Design, DesignError> {
    if proposals.is_empty() {
        return Err(DesignError::NoProposal);
    }
    readings.check()?;
    let [first, second] = [Cloud::of(&rivals[0])?, Cloud::of(&rivals[1])?];
    let done = AtomicUsize::new(0);
    let judged = in_parallel(proposals, threads, |proposal| {
        if !progress(done.load(Ordering::Relaxed), proposals.len()) {
            return None;
        }
        let judged = judge(rivals, [&first, &second], proposal, readings);
        done.fetch_add(1, Ordering::Relaxed);
        Some(judged)
    });
    let mut ranked: Vec<Judgement> = judged.into_iter().flatten().collect();
    let key = |judged: &Judgement| judged.expected.unwrap_or(f64::NEG_INFINITY);
    ranked.sort_by(|a, b| key(b).total_cmp(&key(a)));
    let stopped = ranked.len() < proposals.len();
    let models = [0, 1].map(|index: usize| rivals[index].candidate.name.clone());
    Ok(Design { models, ranked, stopped })
}

/// The best parameters of a fit, and pairs one standard deviation to either side along each axis of their covariance.
struct Cloud {
    centre: Vec<f64>,
    pairs: Vec<[Vec<f64>; 2]>,
}

impl Cloud {
    fn of(rival: &Rival<'_>) -> Result<Cloud, DesignError> {
        let (fit, parameters) = (rival.fit, &rival.candidate.parameters);
        let model = || rival.candidate.name.clone();
        let unknowns = parameters.unknowns(&[None])?;
        let mut places = Vec::new();
        for unknown in &unknowns {
            let place = fit.free.iter().position(|name| *name == unknown.name);
            let other = || DesignError::OtherFit { model: model(), parameter: unknown.name.clone() };
            places.push((place.ok_or_else(other)?, fit.value(&unknown.name)));
        }
        // In the variables of the search, where a relaxation time is its logarithm.
        let slopes: Vec<f64> =
            unknowns.iter().zip(&places).map(|(unknown, (_, value))| unknown.slope(*value)).collect();
        let entry = |row: usize, column: usize| {
            let covariance = fit.covariance.get(places[row].0).and_then(|own| own.get(places[column].0));
            covariance.copied().unwrap_or(f64::NAN) / (slopes[row] * slopes[column])
        };
        let covariance = DMatrix::from_fn(unknowns.len(), unknowns.len(), entry);
        if covariance.iter().any(|value| !value.is_finite()) {
            return Err(DesignError::Open { model: model(), direction: fit.sloppiest.clone() });
        }
        let variables: Vec<f64> =
            unknowns.iter().zip(&places).map(|(unknown, (_, value))| unknown.variable(*value)).collect();
        let axes = covariance.symmetric_eigen();
        let pairs = axes.eigenvalues.iter().enumerate().filter(|(_, value)| **value > 0.0).map(|(axis, value)| {
            [1.0, -1.0].map(|sign| {
                let direction = axes.eigenvectors.column(axis) * (sign * value.sqrt());
                let moved: Vec<f64> = variables.iter().zip(direction.iter()).map(|(own, step)| own + step).collect();
                filled(rival, &unknowns, &moved)
            })
        });
        Ok(Cloud { centre: filled(rival, &unknowns, &variables), pairs: pairs.collect() })
    }
}

/// All parameters of the model with these free ones.
fn filled(rival: &Rival<'_>, unknowns: &[FreeParameter], variables: &[f64]) -> Vec<f64> {
    let values: Vec<f64> = unknowns.iter().zip(variables).map(|(unknown, &variable)| unknown.value(variable)).collect();
    rival.candidate.parameters.filled(unknowns, &values)
}

/// What one model says of a proposal: the mean, and a root of the covariance that its parameters give it.
struct Prediction {
    mean: DVector<f64>,
    spread: DMatrix<f64>,
}

fn predict(rival: &Rival<'_>, cloud: &Cloud, proposal: &Proposal) -> Result<Prediction, String> {
    let mut model: Box<dyn Evaluator> = (rival.candidate.factory)().map_err(|error| error.to_string())?;
    let name = &rival.candidate.name;
    let mut at = |parameters: &[f64]| proposal.predict(model.as_mut(), parameters);
    let mean = at(&cloud.centre).map_err(|reason| format!("`{name}`: {reason}"))?;
    let mut columns = Vec::new();
    for [up, down] in &cloud.pairs {
        // Where a model has no answer on one side, the other side is taken twice.
        let (high, low) = match (at(up), at(down)) {
            (Ok(high), Ok(low)) => (high, low),
            (Ok(high), Err(_)) => (high.clone(), &mean * 2.0 - high),
            (Err(_), Ok(low)) => (&mean * 2.0 - &low, low),
            (Err(reason), Err(_)) => return Err(format!("`{name}` near its best parameters: {reason}")),
        };
        columns.push((high - low) * 0.5);
    }
    let spread = if columns.is_empty() { DMatrix::zeros(mean.len(), 1) } else { DMatrix::from_columns(&columns) };
    Ok(Prediction { mean, spread })
}

fn judge(rivals: &[Rival<'_>; 2], clouds: [&Cloud; 2], proposal: &Proposal, readings: &Readings) -> Judgement {
    let predicted = [0, 1].map(|index: usize| predict(&rivals[index], clouds[index], proposal));
    let single = proposal.observable != Observable::Curve;
    let number = |prediction: &Result<Prediction, String>, pick: &dyn Fn(&Prediction) -> f64| {
        prediction.as_ref().ok().filter(|_| single).map(pick)
    };
    let unit = |value: f64| if proposal.observable == Observable::PeakTime { value.exp() } else { value };
    let mean = |prediction: &Prediction| unit(prediction.mean[0]);
    let deviation = |prediction: &Prediction| match proposal.observable {
        Observable::PeakTime => prediction.mean[0].exp() * prediction.spread.norm(),
        _ => prediction.spread.norm(),
    };
    let predictions = [0, 1].map(|index: usize| number(&predicted[index], &mean));
    let deviations = [0, 1].map(|index: usize| number(&predicted[index], &deviation));
    let (expected, reason) = match &predicted {
        [Ok(first), Ok(second)] => (divergence(first, second, readings.of(proposal.observable)), None),
        [Err(reason), _] | [_, Err(reason)] => (None, Some(reason.clone())),
    };
    Judgement { proposal: proposal.clone(), expected, predictions, deviations, reason }
}

/// Half the symmetric divergence of two normal distributions with the same noise on every reading.
fn divergence(first: &Prediction, second: &Prediction, noise: f64) -> Option<f64> {
    let count = first.mean.len();
    let covariance = |prediction: &Prediction| {
        DMatrix::identity(count, count) + (&prediction.spread * prediction.spread.transpose()) / (noise * noise)
    };
    let [a, b] = [covariance(first), covariance(second)];
    let [root_a, root_b] = [a.clone().cholesky()?, b.clone().cholesky()?];
    let apart = (&first.mean - &second.mean) / noise;
    let traces = root_b.solve(&a).trace() + root_a.solve(&b).trace() - 2.0 * count as f64;
    let distances = apart.dot(&root_a.solve(&apart)) + apart.dot(&root_b.solve(&apart));
    Some(0.25 * (traces + distances))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prediction(mean: f64, deviation: f64) -> Prediction {
        Prediction { mean: DVector::from_element(1, mean), spread: DMatrix::from_element(1, 1, deviation) }
    }

    #[test]
    fn two_numbers_diverge_as_box_and_hill_say() {
        let (first, second) = (prediction(1.0, 0.0), prediction(4.0, 0.0));
        // Without uncertain parameters: half the squared distance in units of the noise.
        assert!((divergence(&first, &second, 2.0).unwrap() - 0.5 * (3.0_f64 / 2.0).powi(2)).abs() < 1e-14);
        let (first, second) = (prediction(1.0, 1.5), prediction(4.0, 0.5));
        let [a, b]: [f64; 2] = [4.0 + 2.25, 4.0 + 0.25];
        let expected = 0.25 * ((a - b).powi(2) / (a * b) + 9.0 * (1.0 / a + 1.0 / b));
        assert!((divergence(&first, &second, 2.0).unwrap() - expected).abs() < 1e-14);
        assert!((divergence(&second, &first, 2.0).unwrap() - expected).abs() < 1e-14);
        assert_eq!(divergence(&first, &first, 2.0), Some(0.0));
    }
}
