//! One model, bound to several experiments: a closure of a cell, of which there is only one, as instances that a fit makes.
//!
//! Each instance remembers its experiment and binds it when it is asked and another one was asked before.

use crate::objects::SharedModel;
use kovacs_core::model::{Batch, Evaluation, EvaluationError, Evaluator, Experiment, ModelDescription};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

/// Makes instances of a model of which there is one.
#[derive(Clone)]
pub(crate) struct Sharing {
    model: SharedModel,
    description: Arc<ModelDescription>,
    /// Number of the instance that was bound last; 0 for none.
    bound: Arc<AtomicU64>,
    last: Arc<AtomicU64>,
}

impl Sharing {
    pub(crate) fn new(model: SharedModel) -> Sharing {
        let description = model.lock().unwrap_or_else(PoisonError::into_inner).description().clone();
        Sharing { model, description: Arc::new(description), bound: Arc::default(), last: Arc::default() }
    }

    pub(crate) fn description(&self) -> &ModelDescription {
        &self.description
    }

    pub(crate) fn instance(&self) -> Shared {
        let number = 1 + self.last.fetch_add(1, Ordering::Relaxed);
        Shared { sharing: self.clone(), number, experiment: None }
    }
}

/// One instance.
pub(crate) struct Shared {
    sharing: Sharing,
    number: u64,
    experiment: Option<Experiment>,
}

impl Evaluator for Shared {
    fn description(&self) -> &ModelDescription {
        &self.sharing.description
    }

    fn settings(&self) -> &[f64] {
        &[]
    }

    fn bind(&mut self, experiment: &Experiment) -> Result<(), EvaluationError> {
        let mut model = self.sharing.model.lock().unwrap_or_else(PoisonError::into_inner);
        model.bind(experiment)?;
        self.sharing.bound.store(self.number, Ordering::Relaxed);
        self.experiment = Some(experiment.clone());
        Ok(())
    }

    fn evaluate(&mut self, batch: Batch<'_>) -> Result<Evaluation, EvaluationError> {
        let mut model = self.sharing.model.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(experiment) =
            self.experiment.as_ref().filter(|_| self.sharing.bound.load(Ordering::Relaxed) != self.number)
        {
            model.bind(experiment)?;
            self.sharing.bound.store(self.number, Ordering::Relaxed);
        }
        model.evaluate(batch)
    }
}
