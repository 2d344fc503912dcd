//! What happens around a model: rows of a batch, refusals, panics, and an instance that broke.
//!
//! The C side and the Rust side of the SDK both run a model through this engine, so a plugin and a linked model cannot
//! differ in anything but the compiler's output.

use crate::experiment::{Curves, Experiment, Run};
use crate::model::Model;
use kovacs_abi::{CANCELLED, E_ARGUMENT, E_INTERNAL, E_STATE, OK, REJECTED, Status};
use kovacs_core::guard::{guard, outside};
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
    /// One per row, left as it is for rows that are not finished.
    pub(crate) status: &'a mut [Status],
    /// Empty, or one per row.
    pub(crate) seeds: &'a [u64],
    pub(crate) threads: u32,
    pub(crate) tick: Option<&'a mut dyn FnMut(f64) -> bool>,
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
        let Rows { parameters, values, status, seeds, threads, mut tick } = rows;
        let (count, width) = (status.len(), bound.wanted.len() * bound.points);
        let fits = parameters.len() == count * self.parameters
            && values.len() == count * width
            && (seeds.is_empty() || seeds.len() == count);
        if !fits {
            return Err(Failure::new(E_ARGUMENT, "lengths of the batch do not fit together"));
        }
        let mut first_refused = None;
        for (row, row_status) in status.iter_mut().enumerate() {
            let inputs = &parameters[row * self.parameters..(row + 1) * self.parameters];
            let mut out = Curves {
                wanted: &bound.wanted,
                points: bound.points,
                values: &mut values[row * width..(row + 1) * width],
            };
            let mut forward = |fraction: f64| match tick.as_deref_mut() {
                Some(tick) => outside(|| tick(fraction)),
                None => true,
            };
            let mut run = Run { row, rows: count, seed: seeds.get(row).copied(), threads, tick: Some(&mut forward) };
            let model = &mut self.model;
            match flatten(guard(|| model.evaluate(inputs, &mut out, &mut run))) {
                Ok(()) => *row_status = OK,
                Err(failure) if failure.status == REJECTED => {
                    *row_status = REJECTED;
                    first_refused.get_or_insert(Failure { row: Some(row), ..failure });
                }
                Err(failure) => {
                    let failure = Failure { row: Some(row), ..failure };
                    return self.remember(Err(failure)).map(|()| None);
                }
            }
        }
        Ok(first_refused)
    }

    fn usable(&self) -> Result<(), Failure> {
        match &self.broken {
            None => Ok(()),
            Some(reason) => Err(Failure::new(E_STATE, format!("the instance broke in an earlier call: {reason}"))),
        }
    }

    /// After a panic the instance is not used again.
    fn remember(&mut self, result: Result<(), Failure>) -> Result<(), Failure> {
        if let Err(failure) = &result
            && failure.status == E_INTERNAL
        {
            self.broken = Some(failure.message.clone());
        }
        result
    }
}

fn flatten(result: Result<Result<(), Refusal>, String>) -> Result<(), Failure> {
    match result {
        Ok(answer) => answer.map_err(Failure::from),
        Err(panic) => Err(Failure::new(E_INTERNAL, panic)),
    }
}
