//! Models that look whether the user wants the cell to stop.
//!
//! Whatever a cell does with a model (evaluating, predicting, fitting) ends in batches; here every batch gets the
//! question that models which can be stopped ask between rows or steps, and that ends the process of an isolated one.

use crate::table::notices;
use kovacs_core::linear_response::LinearResponse;
use kovacs_core::model::{Batch, Evaluation, EvaluationError, Evaluator, Experiment, ModelDescription};
use std::sync::atomic::Ordering;

/// A model whose evaluations the user can stop.
pub(crate) struct Stoppable<M>(pub(crate) M);

impl<M: Evaluator> Evaluator for Stoppable<M> {
    fn description(&self) -> &ModelDescription {
        self.0.description()
    }

    fn settings(&self) -> &[f64] {
        self.0.settings()
    }

    fn bind(&mut self, experiment: &Experiment) -> Result<(), EvaluationError> {
        self.0.bind(experiment)
    }

    fn evaluate(&mut self, batch: Batch<'_>) -> Result<Evaluation, EvaluationError> {
        let interrupted = notices().interrupted();
        let mut asked = batch.tick;
        let mut tick = |done: f64| {
            let goes_on = asked.as_mut().is_none_or(|tick| tick(done));
            goes_on && !interrupted.load(Ordering::Relaxed)
        };
        self.0.evaluate(Batch { tick: Some(&mut tick), ..batch })
    }

    fn linear(&self, parameters: &[f64], temperature: f64) -> Option<Result<LinearResponse, EvaluationError>> {
        self.0.linear(parameters, temperature)
    }
}
