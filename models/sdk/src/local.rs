//! A model linked into the program, behind the trait that a loaded plugin has.

use crate::engine::{Engine, Failure, Rows, is_linear, linear_response};
use crate::experiment;
use crate::model::Model;
use crate::tables::describe;
use kovacs_abi::{CANCELLED, E_UNSUPPORTED, OK, REJECTED};
use kovacs_core::differences::central_differences;
use kovacs_core::guard;
use kovacs_core::linear_response::LinearResponse;
use kovacs_core::model::{Batch, Evaluation, EvaluationError, Evaluator, Experiment, ModelDescription, RowStatus};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// A statically linked model: same checks, same words, same bits as the plugin made from it.
pub struct Local<M: Model> {
    description: ModelDescription,
    engine: Engine<M>,
    settings: Vec<f64>,
    wanted: Vec<usize>,
    times: Vec<f64>,
}

impl<M: Model> Local<M> {
    /// Makes an instance; one value per setting, none at all for the defaults.
    ///
    /// # Errors
    /// [`EvaluationError::SettingsRefused`], or [`EvaluationError::Broken`] if the model's description does not hold
    /// together or its constructor panicked.
    pub fn new(settings: &[f64]) -> Result<Self, EvaluationError> {
        guard::install_hook();
        let broken = |message: String| EvaluationError::Broken { model: M::about().id.to_owned(), message };
        let description = guard::guard(describe::<M>).map_err(broken)?.map_err(|fault| broken(fault.to_string()))?;
        let settings = description.check_settings(settings)?;
        match Engine::new(&settings, description.parameters.len(), description.outputs.len()) {
            Ok(engine) => Ok(Local { description, engine, settings, wanted: Vec::new(), times: Vec::new() }),
            Err(failure) if failure.status == REJECTED => {
                let message = description.blame_setting(failure.index, &failure.message);
                Err(EvaluationError::SettingsRefused { model: description.id, message })
            }
            Err(failure) => Err(broken(failure.message)),
        }
    }

    fn broken(&self, failure: Failure) -> EvaluationError {
        EvaluationError::Broken { model: self.description.id.clone(), message: failure.message }
    }
}

impl<M: Model> Evaluator for Local<M> {
    fn description(&self) -> &ModelDescription {
        &self.description
    }

    fn settings(&self) -> &[f64] {
        &self.settings
    }

    fn bind(&mut self, experiment: &Experiment) -> Result<(), EvaluationError> {
        let wanted = experiment.check(&self.description)?;
        let indices: Vec<u32> = wanted.iter().map(|&output| output as u32).collect();
        let before: Vec<u8> = experiment.before.iter().map(|&flag| u8::from(flag)).collect();
        let view = experiment::Experiment {
            time: &experiment.history.time,
            temperature: &experiment.history.temperature,
            control: &experiment.history.control,
            drive: &experiment.history.drive,
            times: &experiment.times,
            before: &before,
            wanted: &indices,
        };
        match self.engine.bind(&view) {
            Ok(()) => {
                self.wanted = wanted;
                self.times.clone_from(&experiment.times);
                Ok(())
            }
            Err(failure) if failure.status == REJECTED => {
                let message = self.description.blame_parameter(failure.index, &failure.message);
                Err(EvaluationError::ProtocolRefused { model: self.description.id.clone(), message })
            }
            Err(failure) => Err(self.broken(failure)),
        }
    }

    fn evaluate(&mut self, mut batch: Batch<'_>) -> Result<Evaluation, EvaluationError> {
        if self.engine.width().is_none() {
            return Err(EvaluationError::Malformed { what: "no experiment is bound".to_owned() });
        }
        let sensitivities = batch.sensitivities;
        if !sensitivities.is_empty() && !self.engine.differentiable() {
            let description = self.description.clone();
            return central_differences(&description, batch, |batch| self.evaluate(batch));
        }
        let rows = batch.check(&self.description)?;
        let mut evaluation = Evaluation::untouched(rows, self.wanted.len(), self.times.len(), sensitivities.len())?;
        let mut status = vec![CANCELLED; rows];
        let mut panicked = None;
        let mut tick = batch.tick.take().map(|tick| move |fraction| contain(&mut *tick, fraction));
        let mut forward;
        let tick: Option<&mut dyn FnMut(f64) -> bool> = match &mut tick {
            Some(tick) => {
                forward = |fraction| {
                    tick(fraction).unwrap_or_else(|payload| {
                        panicked = Some(payload);
                        false
                    })
                };
                Some(&mut forward)
            }
            None => None,
        };
        let threads = if self.description.capabilities.threads { batch.max_threads.max(1) } else { 1 };
        let outcome = self.engine.evaluate(Rows {
            parameters: batch.parameters,
            values: &mut evaluation.values,
            sensitivities,
            jacobian: &mut evaluation.jacobian,
            status: &mut status,
            seeds: batch.seeds,
            threads,
            tick,
        });
        if let Some(payload) = panicked {
            resume_unwind(payload);
        }
        let refused = match outcome {
            Ok(refused) => refused,
            Err(failure) if failure.status == CANCELLED => None,
            Err(failure) => return Err(self.broken(failure)),
        };
        evaluation.message = refused.map(|failure| {
            let message = self.description.blame_parameter(failure.index, &failure.message);
            failure.row.map_or(message.clone(), |row| format!("row {row}: {message}"))
        });
        for (status, code) in evaluation.status.iter_mut().zip(status) {
            *status = match code {
                OK => RowStatus::Done,
                REJECTED => RowStatus::Rejected,
                _ => RowStatus::Cancelled,
            };
        }
        evaluation.settle(&self.description, &self.wanted, &self.times, sensitivities);
        Ok(evaluation)
    }

    fn linear(&self, parameters: &[f64], temperature: f64) -> Option<Result<LinearResponse, EvaluationError>> {
        if let Err(error) = self.description.check_linear(parameters, temperature) {
            return is_linear::<M>(&self.description).then_some(Err(error));
        }
        match linear_response::<M>(&self.settings, parameters, temperature) {
            Ok(response) => Some(Ok(response)),
            Err(failure) if failure.status == E_UNSUPPORTED => None,
            Err(failure) if failure.status == REJECTED => {
                let message = self.description.blame_parameter(failure.index, &failure.message);
                Some(Err(EvaluationError::Rejected { model: self.description.id.clone(), message }))
            }
            Err(failure) => Some(Err(self.broken(failure))),
        }
    }
}

/// Calls the program's tick and holds back a panic in it: it must pass by the model, and goes on afterwards.
fn contain(tick: &mut dyn FnMut(f64) -> bool, fraction: f64) -> Result<bool, Box<dyn Any + Send>> {
    catch_unwind(AssertUnwindSafe(|| tick(fraction)))
}
