//! A crate whose model is one function, as it was in a cell: an experiment taken in, and rows computed by the function.
//!
//! What is checked and filled in around the function is in `kovacs_core::closure`, for the closure in the cell and for
//! the crate made of it, so both give the same numbers and say no in the same words.

use crate::{Curves, Experiment, Refusal, Run};
use kovacs_core::closure::{Answer, Definition, Parameters, admit};
use kovacs_core::model::{self, ModelDescription};

/// An experiment, taken in for a model that is one function.
#[derive(Clone, Debug)]
pub struct Bound {
    description: ModelDescription,
    experiment: model::Experiment,
}

impl Bound {
    /// Takes an experiment in.
    ///
    /// # Errors
    /// The definition does not say that its function can do this experiment, or does not hold together.
    pub fn new(definition: &Definition, experiment: &Experiment<'_>) -> Result<Self, Refusal> {
        let description = definition.describe()?;
        let wanted = experiment.wanted().filter_map(|output| description.outputs.get(output));
        let experiment = model::Experiment {
            history: experiment.history(),
            times: experiment.times().to_vec(),
            before: experiment.before_flags(),
            wanted: wanted.map(|output| output.id.clone()).collect(),
        };
        admit(description.capabilities, &experiment)?;
        Ok(Bound { description, experiment })
    }

    /// Calls the function for one parameter vector and writes the wanted curves.
    ///
    /// # Errors
    /// The function refuses, or what it returns does not fit the definition.
    pub fn fill(
        &self,
        function: impl FnOnce(&Parameters<'_>, &model::Experiment) -> Result<Answer, Refusal>,
        parameters: &[f64],
        out: &mut Curves<'_>,
        run: &Run<'_>,
    ) -> Result<(), Refusal> {
        let ModelDescription { parameters: quantities, outputs, .. } = &self.description;
        let answer = function(&Parameters::new(quantities, parameters, run.seed()), &self.experiment)?;
        for (output, column) in out.iter_mut() {
            let Some(output) = outputs.get(output) else {
                return Err(Refusal::broken(format!("there is no output {output}")));
            };
            answer.fill(outputs, output, &self.experiment, column)?;
        }
        Ok(())
    }
}
