//! What a model says of the second stage of a two-step test, computed in one way for everybody.
//!
//! The shell, cells and tests call [`observe_second_stage`], so that `t_p` and `delta_sigma` of a plugin mean the same
//! wherever they are printed. It sees an [`Evaluator`] only: a loaded library and a linked model are the same to it.

use crate::history::{Control, History};
use crate::hump::{self, Hump, HumpError, SAMPLES_PER_DECADE, Window};
use crate::model::{Batch, EvaluationError, Evaluator, Experiment, RowStatus};
use crate::protocol::{Protocol, ProtocolError, Stage};
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
    let history = test.protocol()?.nodes()?;
    let stage = StageTimes {
        waited: test.t_w,
        before: test.first_stage_end(),
        start: test.second_stage_start(),
        duration: test.duration,
        dead_time: test.dead_time,
    };
    observe(evaluator, parameters, history, stage, test.eps1)
}

/// Computes the same observables for the second stage of any protocol: the first two stages of constant strain after
/// the rest count, whatever ramps lie before and between them. `dead_time` in s.
///
/// # Errors
/// As [`observe_second_stage`], and a protocol with fewer than two stages, or with stress control in one of them.
pub fn observe_protocol(
    evaluator: &mut dyn Evaluator,
    parameters: &[f64],
    protocol: &Protocol,
    dead_time: f64,
) -> Result<SecondStage, EvaluationError> {
    match strain_stages(protocol)?.as_slice() {
        [first, second, ..] => observe_after(evaluator, parameters, protocol, (first, second), dead_time),
        stages => Err(ProtocolError::MissingStage { needed: 2, found: stages.len() }.into()),
    }
}

/// Computes the same observables for every stage of constant strain after the first one: the second, the third, and so
/// on, each counted from its own start and against the stage before it. `dead_time` in s.
///
/// # Errors
/// As [`observe_protocol`].
pub fn observe_stages(
    evaluator: &mut dyn Evaluator,
    parameters: &[f64],
    protocol: &Protocol,
    dead_time: f64,
) -> Result<Vec<(Stage, SecondStage)>, EvaluationError> {
    let stages = strain_stages(protocol)?;
    if stages.len() < 2 {
        return Err(ProtocolError::MissingStage { needed: 2, found: stages.len() }.into());
    }
    let pairs = stages.iter().zip(stages.iter().skip(1));
    pairs.map(|pair| Ok((*pair.1, observe_after(evaluator, parameters, protocol, pair, dead_time)?))).collect()
}

/// Stages of constant strain after the rest.
fn strain_stages(protocol: &Protocol) -> Result<Vec<Stage>, ProtocolError> {
    let stages = protocol.stages()?.into_iter().filter(|stage| stage.control == Control::Strain);
    Ok(stages.skip_while(|stage| stage.level == 0.0).collect())
}

/// Observes a stage after another.
fn observe_after(
    evaluator: &mut dyn Evaluator,
    parameters: &[f64],
    protocol: &Protocol,
    (first, second): (&Stage, &Stage),
    dead_time: f64,
) -> Result<SecondStage, EvaluationError> {
    let stage = StageTimes {
        waited: first.end - first.start,
        before: first.end,
        start: second.start,
        duration: second.end - second.start,
        dead_time,
    };
    observe(evaluator, parameters, protocol.nodes()?, stage, first.level)
}

/// First sample after a step, s, where a model says nothing else.
const FIRST_STEP: f64 = 1e-2;

/// Where the second stage lies, all in s.
struct StageTimes {
    /// How long the first stage lasted.
    waited: f64,
    /// Last moment of the first stage.
    before: f64,
    /// Where `t'` is zero.
    start: f64,
    duration: f64,
    dead_time: f64,
}

fn observe(
    evaluator: &mut dyn Evaluator,
    parameters: &[f64],
    history: History,
    stage: StageTimes,
    eps1: f64,
) -> Result<SecondStage, EvaluationError> {
    let continuous = evaluator.description().capabilities.continuous;
    let setting = |id: &str| {
        let place = evaluator.description().settings.iter().position(|quantity| quantity.id == id)?;
        evaluator.settings().get(place).copied()
    };
    // A stepped model is read on its own steps; by convention their density and the first of them are settings.
    let per_decade = setting("points_per_decade").map_or(SAMPLES_PER_DECADE, |count| count as usize);
    let first_step = setting("first_step").unwrap_or(FIRST_STEP);
    let mut experiment =
        Experiment { history, times: Vec::new(), before: Vec::new(), wanted: vec!["stress".to_owned()] };
    let mut stress_at = |times: Vec<f64>, before: Vec<bool>| {
        (experiment.times, experiment.before) = (times, before);
        evaluate_one(evaluator, &experiment, parameters)
    };
    let first = if continuous { (1e-6 * stage.waited).min(FIRST_STEP) } else { first_step };
    let window = Window { dead_time: stage.dead_time, first: first.min(0.1 * stage.duration), last: stage.duration };
    // The last moment before the step comes with the first look, so that a costly model runs through the test once.
    let mut sigma_tw = None;
    let after_step = |times: &[f64]| {
        let after = times.iter().map(|time| stage.start + time);
        if sigma_tw.is_some() {
            return stress_at(after.collect(), Vec::new());
        }
        let before = (0..=times.len()).map(|index| index == 0).collect();
        let mut values = stress_at(std::iter::once(stage.before).chain(after).collect(), before)?;
        let known = if values.is_empty() { f64::NAN } else { values.remove(0) };
        sigma_tw = Some(known);
        Ok(values)
    };
    let located = match continuous {
        true => hump::find_hump(after_step, window, true),
        false => hump::find_hump_on_steps(after_step, window, per_decade),
    };
    let located = located.map_err(|error| match error {
        HumpError::Evaluate(source) => source,
        other => malformed(other),
    })?;
    let sigma_tw = sigma_tw.unwrap_or(f64::NAN);
    Ok(SecondStage { hump: located.hump, sigma_0: located.sigma_0, sigma_tw, dead_time: stage.dead_time, eps1 })
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
