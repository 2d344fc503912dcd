//! A model that runs: an instance of a loaded library behind the trait every model has.
//!
//! Nothing of what a library answers is taken on trust: inputs are checked before the call, results are pre-filled with
//! NaN and looked at afterwards, and an instance that broke is not called again.

use crate::ffi::{self, CallFailure, EvalInput, RawInstance};
use crate::plugin::ModelHandle;
use kovacs_abi as abi;
use kovacs_core::differences::central_differences;
use kovacs_core::history::History;
use kovacs_core::linear_response::LinearResponse;
use kovacs_core::model::{
    Batch, Evaluation, EvaluationError, Evaluator, Experiment, ModelDescription, RowStatus, Tick,
};

/// An instance of a loaded model. It may move between threads but serves one at a time.
pub struct Instance {
    handle: ModelHandle,
    raw: RawInstance,
    settings: Vec<f64>,
    bound: Option<Bound>,
    broken: Option<String>,
}

/// What is remembered of the bound experiment.
struct Bound {
    wanted: Vec<usize>,
    times: Vec<f64>,
    /// Whether the model computes derivatives; one that does may still say no to an experiment.
    differentiable: bool,
}

impl Instance {
    pub(crate) fn new(handle: ModelHandle, settings: &[f64]) -> Result<Self, EvaluationError> {
        let description = handle.description();
        let settings = description.check_settings(settings)?;
        match RawInstance::create(handle.model(), &settings) {
            Ok(raw) => Ok(Instance { handle, raw, settings, bound: None, broken: None }),
            Err(failure) if failure.status == abi::REJECTED => {
                let message = description.blame_setting(failure.index, &failure.message);
                Err(EvaluationError::SettingsRefused { model: description.id.clone(), message })
            }
            Err(failure) => Err(EvaluationError::Broken { model: description.id.clone(), message: words(&failure) }),
        }
    }

    /// The model this is an instance of.
    pub fn handle(&self) -> &ModelHandle {
        &self.handle
    }

    fn usable(&self) -> Result<(), EvaluationError> {
        match &self.broken {
            None => Ok(()),
            Some(reason) => Err(self.error(format!("the instance broke in an earlier call: {reason}"))),
        }
    }

    fn error(&self, message: String) -> EvaluationError {
        EvaluationError::Broken { model: self.handle.id().to_owned(), message }
    }

    /// A call went wrong. After an internal error only the release may follow.
    fn fail(&mut self, failure: &CallFailure) -> EvaluationError {
        let message = words(failure);
        if failure.status == abi::E_INTERNAL {
            self.broken = Some(message.clone());
        }
        self.error(message)
    }
}

impl Evaluator for Instance {
    fn description(&self) -> &ModelDescription {
        self.handle.description()
    }

    fn settings(&self) -> &[f64] {
        &self.settings
    }

    fn bind(&mut self, experiment: &Experiment) -> Result<(), EvaluationError> {
        self.usable()?;
        let description = self.handle.description();
        let wanted = experiment.check(description)?;
        let columns: Vec<&[f64]> =
            description.inputs.iter().map(|input| column(&experiment.history, &input.id)).collect();
        let before: Vec<u8> = experiment.before.iter().map(|&flag| u8::from(flag)).collect();
        let indices: Vec<u32> = wanted.iter().map(|&output| output as u32).collect();
        self.bound = None;
        match self.raw.bind(&columns, &experiment.times, &before, &indices) {
            Ok(()) => {
                let differentiable = description.capabilities.jacobian;
                self.bound = Some(Bound { wanted, times: experiment.times.clone(), differentiable });
                Ok(())
            }
            Err(failure) if failure.status == abi::REJECTED => {
                let message = description.blame_parameter(failure.index, &failure.message);
                Err(EvaluationError::ProtocolRefused { model: description.id.clone(), message })
            }
            Err(failure) => Err(self.fail(&failure)),
        }
    }

    fn evaluate(&mut self, mut batch: Batch<'_>) -> Result<Evaluation, EvaluationError> {
        self.usable()?;
        let description = self.handle.description();
        let Some(bound) = &mut self.bound else {
            return Err(EvaluationError::Malformed { what: "no experiment is bound".to_owned() });
        };
        let sensitivities = batch.sensitivities;
        if !sensitivities.is_empty() && !bound.differentiable {
            let handle = self.handle.clone();
            return central_differences(handle.description(), batch, |batch| self.evaluate(batch));
        }
        let rows = batch.check(description)?;
        let mut evaluation = Evaluation::untouched(rows, bound.wanted.len(), bound.times.len(), sensitivities.len())?;
        let mut status = vec![abi::CANCELLED; rows];
        let outcome = self.raw.evaluate(EvalInput {
            rows,
            parameters: batch.parameters,
            values: &mut evaluation.values,
            sensitivities,
            jacobian: &mut evaluation.jacobian,
            status: &mut status,
            seeds: batch.seeds,
            threads: if description.capabilities.threads { batch.max_threads.max(1) } else { 1 },
            tick: batch.tick.as_deref_mut().map(|tick| tick as Tick<'_>),
        });
        let (left_over, refused) = match outcome {
            Ok(refused) => (None, refused),
            Err(failure) if failure.status == abi::CANCELLED => (Some(RowStatus::Cancelled), None),
            Err(failure) if failure.status == abi::REJECTED => (Some(RowStatus::Rejected), Some(failure)),
            Err(failure)
                if failure.status == abi::E_UNSUPPORTED && bound.differentiable && !sensitivities.is_empty() =>
            {
                bound.differentiable = false;
                return self.evaluate(batch);
            }
            Err(failure) => return Err(self.fail(&failure)),
        };
        evaluation.message = refused.map(|failure| {
            let message = description.blame_parameter(failure.index, &failure.message);
            failure.row.map_or(message.clone(), |row| format!("row {row}: {message}"))
        });
        for (row, (status, code)) in evaluation.status.iter_mut().zip(status).enumerate() {
            *status = match (code, &left_over) {
                (abi::OK, _) => RowStatus::Done,
                (abi::REJECTED, _) => RowStatus::Rejected,
                (abi::CANCELLED, Some(left_over)) => left_over.clone(),
                _ => return Err(self.error(format!("it left row {row} with the status {code}"))),
            };
        }
        evaluation.settle(description, &bound.wanted, &bound.times, sensitivities);
        Ok(evaluation)
    }

    fn linear(&self, parameters: &[f64], temperature: f64) -> Option<Result<LinearResponse, EvaluationError>> {
        let description = self.handle.description();
        if !self.handle.model().is_linear() {
            return None;
        }
        if let Err(error) = description.check_linear(parameters, temperature) {
            return Some(Err(error));
        }
        let answer = ffi::linear(self.handle.model(), &self.settings, parameters, temperature)?;
        match answer {
            Err(failure) if failure.status == abi::E_UNSUPPORTED => None,
            answer => Some(answer.map_err(|failure| match failure.status {
                abi::REJECTED => {
                    let message = description.blame_parameter(failure.index, &failure.message);
                    EvaluationError::Rejected { model: description.id.clone(), message }
                }
                _ => self.error(words(&failure)),
            })),
        }
    }
}

/// The column of a history that an input names; the description is checked to name nothing else.
fn column<'a>(history: &'a History, input: &str) -> &'a [f64] {
    match input {
        "time" => &history.time,
        "temperature" => &history.temperature,
        "control" => &history.control,
        _ => &history.drive,
    }
}

/// The model's own words; the status in words where it has none.
fn words(failure: &CallFailure) -> String {
    let meaning = match failure.status {
        abi::E_ARGUMENT => "it refuses the call as wrong",
        abi::E_STATE => "it was called out of order",
        abi::E_UNSUPPORTED => "it does not support the call",
        abi::E_MEMORY => "it has no memory left",
        abi::E_INTERNAL => "internal error",
        _ => return format!("it answers the unknown status {} ({})", failure.status, failure.message),
    };
    match (failure.message.as_str(), failure.status) {
        ("", _) => meaning.to_owned(),
        // A caught panic explains itself.
        (message, abi::E_INTERNAL) => message.to_owned(),
        (message, _) => format!("{meaning}: {message}"),
    }
}
