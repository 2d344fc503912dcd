//! What happens around a model: rows of a batch, refusals, panics, and an instance that broke.
//!
//! The C side and the Rust side of the SDK both run a model through this engine, so a plugin and a linked model cannot
//! differ in anything but the compiler's output.

use crate::experiment::{Curves, Experiment, Jacobian, Run};
use crate::model::Model;
use crate::rows::RowSet;
use kovacs_abi::{CANCELLED, E_ARGUMENT, E_INTERNAL, E_STATE, E_UNSUPPORTED, OK, REJECTED, Status};
use kovacs_core::guard::{guard, outside};
use kovacs_core::linear_response::LinearResponse;
use kovacs_core::model::ModelDescription;
use kovacs_core::refusal::{Refusal, RefusalKind};

/// A model and what is remembered of it between calls.
pub(crate) struct Engine<M> {
    model: M,
    parameters: usize,
    outputs: usize,
    bound: Option<Bound>,
    broken: Option<String>,
}

/// The shape of the result for the bound experiment.
struct Bound {
    wanted: Vec<u32>,
    points: usize,
}

/// Why a call gave no result.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Failure {
    pub(crate) status: Status,
    pub(crate) message: String,
    /// The parameter or setting to blame.
    pub(crate) index: Option<usize>,
    pub(crate) row: Option<usize>,
}

impl Failure {
    pub(crate) fn new(status: Status, message: impl Into<String>) -> Self {
        Failure { status, message: message.into(), index: None, row: None }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.kind() {
            RefusalKind::Rejected => REJECTED,
            RefusalKind::Broken => E_INTERNAL,
            RefusalKind::Cancelled => CANCELLED,
        };
        let (message, index) = refusal.into_parts();
        Failure { status, message, index, row: None }
    }
}

/// A batch as the engine runs it; lengths are checked before anything is computed.
pub(crate) struct Rows<'a> {
    /// `[rows][parameters]`.
    pub(crate) parameters: &'a [f64],
    /// `[rows][wanted][points]`.
    pub(crate) values: &'a mut [f64],
    /// Indices of parameters; empty: no derivatives are wanted.
    pub(crate) sensitivities: &'a [usize],
    /// `[rows][wanted][points][sensitivities]`.
    pub(crate) jacobian: &'a mut [f64],
    /// One per row, left as it is for rows that are not finished.
    pub(crate) status: &'a mut [Status],
    /// Empty, or one per row.
    pub(crate) seeds: &'a [u64],
    pub(crate) threads: u32,
    pub(crate) tick: Option<&'a mut dyn FnMut(f64) -> bool>,
}

/// The linear response of a model; a model that has none does not support the call.
pub(crate) fn linear_response<M: Model>(
    settings: &[f64],
    parameters: &[f64],
    temperature: f64,
) -> Result<LinearResponse, Failure> {
    match guard(|| M::linear(settings, parameters, temperature)) {
        Ok(Some(answer)) => answer.map_err(Failure::from),
        Ok(None) => Err(Failure::new(E_UNSUPPORTED, "the model has no linear response")),
        Err(panic) => Err(Failure::new(E_INTERNAL, panic)),
    }
}

/// Whether a model has a linear response: it answers its own defaults, be it with a refusal.
pub(crate) fn is_linear<M: Model>(description: &ModelDescription) -> bool {
    let settings: Vec<f64> = description.settings.iter().map(|quantity| quantity.initial).collect();
    let answer = linear_response::<M>(&settings, &description.defaults(), 300.0);
    !matches!(answer, Err(Failure { status: E_UNSUPPORTED, .. }))
}

impl<M: Model> Engine<M> {
    /// An instance of a model with this many parameters and outputs.
    pub(crate) fn new(settings: &[f64], parameters: usize, outputs: usize) -> Result<Self, Failure> {
        match guard(|| M::new(settings)) {
            Ok(Ok(model)) => Ok(Engine { model, parameters, outputs, bound: None, broken: None }),
            Ok(Err(refusal)) => Err(refusal.into()),
            Err(panic) => Err(Failure::new(E_INTERNAL, panic)),
        }
    }

    /// Number of parameters of a row.
    pub(crate) fn parameters(&self) -> usize {
        self.parameters
    }

    /// Length of one row's result; `None` before an experiment is bound.
    pub(crate) fn width(&self) -> Option<usize> {
        self.bound.as_ref().map(|bound| bound.wanted.len() * bound.points)
    }

    /// Whether the model computes derivatives for the bound experiment.
    pub(crate) fn differentiable(&self) -> bool {
        // One that panics over the question will say so when it is evaluated.
        M::CAPABILITIES.jacobian && guard(|| self.model.differentiable()).unwrap_or(true)
    }

    pub(crate) fn bind(&mut self, experiment: &Experiment<'_>) -> Result<(), Failure> {
        self.usable()?;
        // A refused experiment leaves the instance without one: half of it may have been taken in.
        self.bound = None;
        if let Some(unknown) = experiment.wanted().find(|&output| output >= self.outputs) {
            return Err(Failure::new(E_ARGUMENT, format!("there is no output {unknown}")));
        }
        let model = &mut self.model;
        let result = flatten(guard(|| model.bind(experiment)));
        self.remember(result)?;
        self.bound = Some(Bound { wanted: experiment.wanted.to_vec(), points: experiment.times.len() });
        Ok(())
    }

    /// Computes all rows; gives the first refused row, if any, or why the batch ended early.
    pub(crate) fn evaluate(&mut self, rows: Rows<'_>) -> Result<Option<Failure>, Failure> {
        self.usable()?;
        let Some(bound) = &self.bound else {
            return Err(Failure::new(E_STATE, "no experiment is bound"));
        };
        if let Some(unknown) = rows.sensitivities.iter().find(|&&index| index >= self.parameters) {
            return Err(Failure::new(E_ARGUMENT, format!("there is no parameter {unknown}")));
        }
        let (count, width) = (rows.status.len(), bound.wanted.len() * bound.points);
        let fits = rows.parameters.len() == count * self.parameters
            && rows.values.len() == count * width
            && rows.jacobian.len() == count * width * rows.sensitivities.len()
            && (rows.seeds.is_empty() || rows.seeds.len() == count);
        if !fits {
            return Err(Failure::new(E_ARGUMENT, "lengths of the batch do not fit together"));
        }
        let result = if M::CAPABILITIES.batch && rows.sensitivities.is_empty() {
            all_at_once(&mut self.model, bound, rows)
        } else {
            one_by_one(&mut self.model, bound, self.parameters, rows)
        };
        self.remember(result)
    }

    fn usable(&self) -> Result<(), Failure> {
        match &self.broken {
            None => Ok(()),
            Some(reason) => Err(Failure::new(E_STATE, format!("the instance broke in an earlier call: {reason}"))),
        }
    }

    /// After a panic the instance is not used again.
    fn remember<T>(&mut self, result: Result<T, Failure>) -> Result<T, Failure> {
        if let Err(failure) = &result
            && failure.status == E_INTERNAL
        {
            self.broken = Some(failure.message.clone());
        }
        result
    }
}

/// Evaluates row by row, with derivatives where they are wanted.
fn one_by_one<M: Model>(
    model: &mut M,
    bound: &Bound,
    width: usize,
    rows: Rows<'_>,
) -> Result<Option<Failure>, Failure> {
    let Rows { parameters, values, sensitivities, jacobian, status, seeds, threads, mut tick } = rows;
    let (count, size) = (status.len(), bound.wanted.len() * bound.points);
    let wide = size * sensitivities.len();
    let mut first_refused = None;
    for (row, row_status) in status.iter_mut().enumerate() {
        let inputs = &parameters[row * width..(row + 1) * width];
        let (wanted, points) = (bound.wanted.as_slice(), bound.points);
        let mut out = Curves { wanted, points, values: &mut values[row * size..(row + 1) * size] };
        let mut derivatives = Jacobian {
            wanted,
            points,
            count: sensitivities.len(),
            values: &mut jacobian[row * wide..(row + 1) * wide],
        };
        let mut forward = |fraction: f64| match tick.as_deref_mut() {
            Some(tick) => outside(|| tick(fraction)),
            None => true,
        };
        let mut run = Run { row, rows: count, seed: seeds.get(row).copied(), threads, tick: Some(&mut forward) };
        let result = guard(|| {
            if sensitivities.is_empty() {
                model.evaluate(inputs, &mut out, &mut run)
            } else {
                model.jacobian(inputs, sensitivities, &mut out, &mut derivatives, &mut run)
            }
        });
        match flatten(result) {
            Ok(()) => *row_status = OK,
            Err(failure) if failure.status == REJECTED => {
                *row_status = REJECTED;
                first_refused.get_or_insert(Failure { row: Some(row), ..failure });
            }
            Err(failure) => return Err(Failure { row: Some(row), ..failure }),
        }
    }
    Ok(first_refused)
}

/// Hands the whole batch to the model and reads from each row how it ended.
fn all_at_once<M: Model>(model: &mut M, bound: &Bound, rows: Rows<'_>) -> Result<Option<Failure>, Failure> {
    let Rows { parameters, values, status, seeds, threads, mut tick, .. } = rows;
    let mut outcomes = vec![None; status.len()];
    let mut set =
        RowSet { parameters, wanted: &bound.wanted, points: bound.points, values, seeds, outcomes: &mut outcomes };
    let mut forward = |fraction: f64| match tick.as_deref_mut() {
        Some(tick) => outside(|| tick(fraction)),
        None => true,
    };
    let mut run = Run { row: 0, rows: 1, seed: None, threads, tick: Some(&mut forward) };
    let whole = flatten(guard(|| model.batch(&mut set, &mut run)));
    let (mut first_refused, mut stopped) = (None, whole.err());
    for ((row, status), outcome) in status.iter_mut().enumerate().zip(outcomes) {
        match (outcome.map(|outcome| outcome.map_err(Failure::from)), &stopped) {
            (Some(Ok(())), _) => *status = OK,
            (Some(Err(failure)), _) if failure.status == REJECTED => {
                *status = REJECTED;
                first_refused.get_or_insert(Failure { row: Some(row), ..failure });
            }
            // A row that broke says more than the batch that ended because of it.
            (Some(Err(failure)), Some(earlier)) if failure.status == E_INTERNAL && earlier.row.is_none() => {
                stopped = Some(Failure { row: Some(row), ..failure });
            }
            (Some(Err(failure)), None) => stopped = Some(Failure { row: Some(row), ..failure }),
            (None, Some(refused)) if refused.status == REJECTED => *status = REJECTED,
            (None, None) => {
                let message = format!("`batch` answered without a result for row {row}");
                stopped = Some(Failure { row: Some(row), ..Failure::new(E_INTERNAL, message) });
            }
            (Some(Err(_)) | None, Some(_)) => {}
        }
    }
    match stopped {
        Some(failure) if failure.status == REJECTED => Ok(Some(first_refused.unwrap_or(failure))),
        Some(failure) => Err(failure),
        None => Ok(first_refused),
    }
}

fn flatten(result: Result<Result<(), Refusal>, String>) -> Result<(), Failure> {
    match result {
        Ok(answer) => answer.map_err(Failure::from),
        Err(panic) => Err(Failure::new(E_INTERNAL, panic)),
    }
}
