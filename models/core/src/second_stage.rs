//! What a model says of the second stage of a two-step test, computed in one way for everybody.
//!
//! The shell, cells and tests call [`observe_second_stage`], so that `t_p` and `delta_sigma` of a plugin mean the same
//! wherever they are printed. It sees an [`Evaluator`] only: a loaded library and a linked model are the same to it.

use crate::hump::{self, Hump, HumpError, Window};
use crate::model::{Batch, EvaluationError, Evaluator, Experiment, RowStatus};
use crate::protocol::ProtocolError;
use crate::two_step::TwoStep;

/// The observables of a second stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SecondStage {
    /// What the stress does.
    pub hump: Hump,
    /// Stress just after the second step, or at the dead time if there is one, MPa. It may be zero or negative.
    pub sigma_0: f64,
    /// Stress at the end of the first stage, MPa.
    pub sigma_tw: f64,
    /// Time from the end of the second step to the first sample, s; `delta_sigma` depends on it.
    pub dead_time: f64,
    /// Strain of the first stage (1).
    pub eps1: f64,
}

impl SecondStage {
    /// Time of the maximum, s; only a peak has one.
    pub fn t_p(&self) -> Option<f64> {
        self.hump.t_p()
    }

    /// Height of the hump, MPa; 0 without one, unknown for a rise that has not ended.
    pub fn delta_sigma(&self) -> Option<f64> {
        self.hump.delta_sigma()
    }

    /// Dimensionless strength `delta_sigma / (E_U eps1)`; `None` where it is unknown or the divisor is not above zero.
    pub fn strength(&self, unrelaxed_modulus: f64) -> Option<f64> {
        let scale = unrelaxed_modulus * self.eps1.abs();
        self.delta_sigma().filter(|_| scale > 0.0 && scale.is_finite()).map(|height| height / scale)
    }

    /// `delta_sigma / sigma_0`, the paper's Fig. 2f. `sigma_0` passes through zero for long waiting times, so there is
    /// no value where it is below 1 % of the stress before the step.
    pub fn relative_height(&self) -> Option<f64> {
        self.delta_sigma().filter(|_| self.sigma_0 > 0.01 * self.sigma_tw.abs()).map(|height| height / self.sigma_0)
    }
}

/// Computes the observables of a two-step test with any model.
///
/// `parameters` is one vector in the model's order. The window reaches from `1e-6 t_w` (at most 1e-2 s; stepped
/// models: 1e-2 s) to the end of the second stage.
///
/// # Errors
/// The test is malformed, the model refuses the protocol or the parameters, has no output `stress`, or broke.
pub fn observe_second_stage(
    evaluator: &mut dyn Evaluator,
    parameters: &[f64],
    test: &TwoStep,
) -> Result<SecondStage, EvaluationError> {
    let continuous = evaluator.description().capabilities.continuous;
    let history = test.protocol().and_then(|protocol| protocol.nodes()).map_err(malformed)?;
    let mut stress_at = |times: Vec<f64>, before: Vec<bool>| {
        let experiment = Experiment { history: history.clone(), times, before, wanted: vec!["stress".to_owned()] };
        evaluate_one(evaluator, &experiment, parameters)
    };

    let first_stage_end = stress_at(vec![test.first_stage_end()], vec![true])?;
    let sigma_tw = first_stage_end.first().copied().unwrap_or(f64::NAN);
    let start = test.second_stage_start();
    let first = if continuous { (1e-6 * test.t_w).min(1e-2) } else { 1e-2 };
    let window = Window { dead_time: test.dead_time, first: first.min(0.1 * test.duration), last: test.duration };
    let mut after_step = |times: &[f64]| stress_at(times.iter().map(|time| start + time).collect(), Vec::new());
    let located = hump::find_hump(&mut after_step, window, continuous).map_err(|error| match error {
        HumpError::Evaluate(source) => source,
        other => malformed(other),
    })?;
    Ok(SecondStage {
        hump: located.hump,
        sigma_0: located.sigma_0,
        sigma_tw,
        dead_time: test.dead_time,
        eps1: test.eps1,
    })
}

/// Binds an experiment and computes one parameter vector: the wanted outputs one after the other, each as long as
/// `experiment.times`.
///
/// # Errors
/// As [`Evaluator::bind`] and [`Evaluator::evaluate`], and a refused or cancelled row.
pub fn evaluate_one(
    evaluator: &mut dyn Evaluator,
    experiment: &Experiment,
    parameters: &[f64],
) -> Result<Vec<f64>, EvaluationError> {
    evaluator.bind(experiment)?;
    let evaluation = evaluator.evaluate(Batch::new(parameters))?;
    let model = || evaluator.description().id.clone();
    match evaluation.status.as_slice() {
        [RowStatus::Done] => Ok(evaluation.values),
        [RowStatus::Rejected | RowStatus::Cancelled] => Err(EvaluationError::Rejected {
            model: model(),
            message: evaluation.message.unwrap_or_else(|| "no reason given".to_owned()),
        }),
        rows => Err(EvaluationError::Malformed {
            what: format!("one parameter vector was expected, but the numbers given make {} rows", rows.len()),
        }),
    }
}

fn malformed(error: impl std::fmt::Display) -> EvaluationError {
    EvaluationError::Malformed { what: error.to_string() }
}

impl From<ProtocolError> for EvaluationError {
    fn from(error: ProtocolError) -> Self {
        malformed(error)
    }
}
