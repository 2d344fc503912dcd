//! A model in a worker process, behind the trait every model has.

use super::frame;
use super::link::{Link, Trouble};
use super::message::{Reply, Request, evaluation};
use super::program::WorkerProgram;
use super::relaxation::RemoteRelaxation;
use crate::plugin::ModelHandle;
use kovacs_core::linear_response::LinearResponse;
use kovacs_core::model::{Batch, Evaluation, EvaluationError, Evaluator, Experiment, ModelDescription};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Bytes of an answer beside its numbers.
const ALLOWANCE: usize = 1 << 16;

/// An instance of a model whose code runs in a process of its own.
pub struct Isolated {
    handle: ModelHandle,
    /// Shared with the relaxation functions that the worker keeps.
    link: Arc<Mutex<Link>>,
    bound: Option<Bound>,
}

/// What is remembered of the bound experiment.
struct Bound {
    wanted: Vec<usize>,
    times: Vec<f64>,
}

impl Isolated {
    pub(crate) fn start(handle: &ModelHandle, settings: &[f64]) -> Result<Self, EvaluationError> {
        let program = WorkerProgram::standard()
            .map_err(|message| EvaluationError::Broken { model: handle.id().to_owned(), message })?;
        Isolated::start_in(handle, settings, program)
    }

    pub(crate) fn start_in(
        handle: &ModelHandle,
        settings: &[f64],
        program: WorkerProgram,
    ) -> Result<Self, EvaluationError> {
        let settings = handle.description().check_settings(settings)?;
        let mut link = Link::new(handle.clone(), settings, program);
        link.begin()?;
        Ok(Isolated { handle: handle.clone(), link: Arc::new(Mutex::new(link)), bound: None })
    }

    /// Takes a worker for hanging that says nothing for so long (60 s otherwise). Progress that the model reports counts
    /// as a word.
    #[must_use]
    pub fn with_patience(self, silence: Duration) -> Self {
        self.lock().silence = silence;
        self
    }

    /// The model this is an instance of.
    pub fn handle(&self) -> &ModelHandle {
        &self.handle
    }

    /// The worker's process as the system numbers it; `None` after it ended and before the next call.
    pub fn process_id(&self) -> Option<u32> {
        self.lock().process_id()
    }

    fn lock(&self) -> MutexGuard<'_, Link> {
        // A panic of the program's `tick` while it was held has left no worker behind, and nothing else half done.
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Evaluator for Isolated {
    fn description(&self) -> &ModelDescription {
        self.handle.description()
    }

    fn bind(&mut self, experiment: &Experiment) -> Result<(), EvaluationError> {
        let wanted = experiment.check(self.handle.description())?;
        self.bound = None;
        self.lock().bind(experiment.into())?;
        self.bound = Some(Bound { wanted, times: experiment.times.clone() });
        Ok(())
    }

    fn evaluate(&mut self, batch: Batch<'_>) -> Result<Evaluation, EvaluationError> {
        let description = self.handle.description();
        let Some(bound) = &self.bound else {
            return Err(EvaluationError::Malformed { what: "no experiment is bound".to_owned() });
        };
        let rows = batch.check(description)?;
        let sensitivities = batch.sensitivities;
        let untouched = Evaluation::untouched(rows, bound.wanted.len(), bound.times.len(), sensitivities.len())?;
        let numbers = (untouched.values.len() + untouched.jacobian.len()).max(batch.parameters.len());
        if numbers > (frame::LIMIT - ALLOWANCE) / size_of::<f64>() {
            let what = format!("{numbers} numbers are too many for one call of an isolated model; ask for fewer rows");
            return Err(EvaluationError::Malformed { what });
        }
        let request = Request::Evaluate {
            parameters: batch.parameters.to_vec(),
            seeds: batch.seeds.to_vec(),
            max_threads: batch.max_threads,
            // Checked to be indices of parameters, of which there are a few thousand at most.
            sensitivities: sensitivities.iter().map(|&index| index as u32).collect(),
            watched: batch.tick.is_some(),
        };
        let mut link = self.lock();
        let (values, jacobian, status, message) = match link.ask(&request, "evaluate", batch.tick) {
            Ok(Reply::Evaluated { values, jacobian, status, message }) => (values, jacobian, status, message),
            Ok(_) => return Err(link.out_of_turn()),
            Err(Trouble::Stopped) => return Ok(untouched),
            Err(Trouble::Error(error)) => return Err(error),
        };
        let Some(mut evaluation) = evaluation(values, jacobian, &status, message, &untouched) else {
            return Err(link.out_of_turn());
        };
        evaluation.settle(description, &bound.wanted, &bound.times, sensitivities);
        Ok(evaluation)
    }

    fn linear(&self, parameters: &[f64], temperature: f64) -> Option<Result<LinearResponse, EvaluationError>> {
        let mut link = self.lock();
        let table = match link.linear(parameters, temperature) {
            Ok(table) => table?,
            Err(error) => return Some(Err(error)),
        };
        let place = (link.starts(), table.number);
        let shared = Arc::clone(&self.link);
        let phi = RemoteRelaxation::new(shared, parameters, temperature, table.longest_time, place);
        Some(Ok(LinearResponse { moduli: table.moduli(), phi: Box::new(phi), spectrum: table.spectrum }))
    }
}
