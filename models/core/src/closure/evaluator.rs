//! A function behind the trait that a loaded plugin has.

use crate::closure::{Answer, Definition, Parameters, admit};
use crate::differences::central_differences;
use crate::guard;
use crate::model::{Batch, Evaluation, EvaluationError, Evaluator, Experiment, ModelDescription, RowStatus};
use crate::refusal::{Refusal, RefusalKind};

/// What is called for every parameter vector: usually a closure, which is one by itself.
pub trait Formula: Send {
    /// Takes in an experiment that all rows until the next one are for.
    ///
    /// # Errors
    /// It cannot do this experiment.
    fn bind(&mut self, _experiment: &Experiment) -> Result<(), Refusal> {
        Ok(())
    }

    /// The curves of one parameter vector.
    ///
    /// # Errors
    /// These numbers have no answer, the user asked to stop, or the function is at fault.
    fn row(&mut self, parameters: &Parameters<'_>, experiment: &Experiment) -> Result<Answer, Refusal>;
}

impl<F> Formula for F
where
    F: FnMut(&Parameters<'_>, &Experiment) -> Result<Answer, Refusal> + Send,
{
    fn row(&mut self, parameters: &Parameters<'_>, experiment: &Experiment) -> Result<Answer, Refusal> {
        self(parameters, experiment)
    }
}

/// A model that is one function. It is called on the thread of the caller, row by row; the caller's tick is asked
/// between rows. Sensitivities are differences of its curves. After a panic, which is an error with its place, it may be used again.
pub struct ClosureModel<F> {
    description: ModelDescription,
    formula: F,
    bound: Option<(Experiment, Vec<usize>)>,
}

impl<F: Formula> ClosureModel<F> {
    /// Makes a model of a function, whose type is inferred where a closure is given: `|p, experiment| ..`.
    ///
    /// # Errors
    /// The definition does not hold together.
    pub fn new(definition: impl Into<Definition>, formula: F) -> Result<Self, EvaluationError>
    where
        F: FnMut(&Parameters<'_>, &Experiment) -> Result<Answer, Refusal>,
    {
        let what = |fault: Refusal| EvaluationError::Malformed { what: fault.to_string() };
        Ok(ClosureModel::from_description(definition.into().describe().map_err(what)?, formula))
    }

    /// Makes a model of anything that computes rows; the description has been checked.
    pub fn from_description(description: ModelDescription, formula: F) -> Self {
        guard::install_hook();
        ClosureModel { description, formula, bound: None }
    }

    fn failure(&self, refusal: Refusal) -> EvaluationError {
        let model = self.description.id.clone();
        let kind = refusal.kind();
        let (message, index) = refusal.into_parts();
        let message = self.description.blame_parameter(index, &message);
        match kind {
            RefusalKind::Broken => EvaluationError::Broken { model, message },
            RefusalKind::Rejected | RefusalKind::Cancelled => EvaluationError::ProtocolRefused { model, message },
        }
    }
}

impl<F: Formula> Evaluator for ClosureModel<F> {
    fn description(&self) -> &ModelDescription {
        &self.description
    }

    fn bind(&mut self, experiment: &Experiment) -> Result<(), EvaluationError> {
        let wanted = experiment.check(&self.description)?;
        self.bound = None;
        let formula = &mut self.formula;
        let taken_in = match admit(self.description.capabilities, experiment) {
            Ok(()) => called(|| formula.bind(experiment)),
            Err(refusal) => Err(refusal),
        };
        taken_in.map_err(|refusal| self.failure(refusal))?;
        self.bound = Some((experiment.clone(), wanted));
        Ok(())
    }

    fn evaluate(&mut self, mut batch: Batch<'_>) -> Result<Evaluation, EvaluationError> {
        if !batch.sensitivities.is_empty() {
            let description = self.description.clone();
            return central_differences(&description, batch, |batch| self.evaluate(batch));
        }
        let rows = batch.check(&self.description)?;
        let Some((experiment, wanted)) = &self.bound else {
            return Err(EvaluationError::Malformed { what: "no experiment is bound".to_owned() });
        };
        let (points, width) = (experiment.times.len(), self.description.parameters.len());
        let mut evaluation = Evaluation::untouched(rows, wanted.len(), points, 0)?;
        let size = wanted.len() * points;
        for row in 0..rows {
            if batch.tick.as_mut().is_some_and(|tick| !tick(row as f64 / rows as f64)) {
                break;
            }
            let values = &batch.parameters[row * width..(row + 1) * width];
            let parameters = Parameters::new(&self.description.parameters, values, batch.seeds.get(row).copied());
            let out = &mut evaluation.values[row * size..(row + 1) * size];
            let formula = &mut self.formula;
            let filled = called(|| formula.row(&parameters, experiment)).and_then(|answer| {
                wanted.iter().enumerate().try_for_each(|(position, &output)| {
                    let (outputs, column) = (&self.description.outputs, position * points..(position + 1) * points);
                    answer.fill(outputs, &outputs[output], experiment, &mut out[column])
                })
            });
            match filled {
                Ok(()) => evaluation.status[row] = RowStatus::Done,
                Err(refusal) if refusal.kind() == RefusalKind::Broken => return Err(self.failure(refusal)),
                Err(refusal) => {
                    let stopped = refusal.kind() == RefusalKind::Cancelled;
                    let (message, index) = refusal.into_parts();
                    let message = self.description.blame_parameter(index, &message);
                    evaluation.message.get_or_insert_with(|| format!("row {row}: {message}"));
                    if stopped {
                        break;
                    }
                    evaluation.status[row] = RowStatus::Rejected;
                }
            }
        }
        evaluation.settle(&self.description, wanted, &experiment.times, &[]);
        Ok(evaluation)
    }
}

/// Calls the function; a panic is the function's fault, with its place.
fn called<T>(call: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    guard::guard(call).unwrap_or_else(|panic| Err(Refusal::broken(panic)))
}
