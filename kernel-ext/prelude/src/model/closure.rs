//! A model whose curves are computed by a closure defined in a cell.
//!
//! The engine keeps it like any other model and calls back over the seam: once for every experiment, then once for
//! every parameter vector, on the thread that asked, one call at a time. What the closure says no to, and where it
//! panicked, crosses as a value; so the notebook lives on, and a batch of a fit goes on behind a refused row.

use crate::codec;
use crate::error::{Error, Result};
use crate::model::Model;
use crate::seam;
use crate::wire::{Reader, WireError, Writer};
use kovacs_core::closure::{Answer, Definition, Parameters};
use kovacs_core::guard::{self, Panic};
use kovacs_core::model::Experiment;
use kovacs_core::refusal::{Refusal, RefusalKind};
use std::cell::RefCell;
use std::panic::Location;
use std::sync::{Arc, OnceLock};

/// Where the closure of a model was written.
#[derive(Clone, Debug)]
pub(super) struct ClosureSource {
    /// Where `from_fn` was called, in the source that the compiler saw: file and line.
    place: (String, u32),
    /// The cell that it was called in; `None` outside notebooks.
    cell: Option<CellOfClosure>,
}

/// The cell in which a closure was defined.
#[derive(Clone, Debug)]
struct CellOfClosure {
    /// SHA-256 of the cell's source, hexadecimal.
    digest: String,
    /// Line (from 1) of the cell with the call of `from_fn`; `None` where several lines have one.
    line: Option<u32>,
}

impl ClosureSource {
    /// What a curve says of where its numbers are from.
    pub(super) fn provenance(&self) -> impl Iterator<Item = (&'static str, String)> {
        let (file, line) = &self.place;
        let (source, digest) = match &self.cell {
            Some(cell) => ("closure in this notebook".to_owned(), Some(format!("sha256:{}", cell.digest))),
            None => (format!("closure in {file}, line {line}"), None),
        };
        [("source", Some(source)), ("digest of its cell", digest)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
    }

    /// Says where a panic was: in the lines of the cell, where that can be known.
    fn locate(&self, panic: &Panic) -> String {
        let message = &panic.message;
        let Some((file, line)) = &panic.place else { return format!("it panicked: {message}") };
        let Some(cell) = &self.cell else { return format!("it panicked at {file}:{line}: {message}") };
        let (own_file, called) = &self.place;
        match (cell.line, line.checked_sub(*called)) {
            (Some(first), Some(below)) if file == own_file => {
                format!("it panicked in line {} of the cell that defines it: {message}", first + below)
            }
            // The lines of generated code, or of a library, help nobody.
            _ => format!("it panicked: {message}"),
        }
    }
}

impl Model {
    /// Makes a model of a closure: `definition` is the table of its parameters, with a name or without, and the closure
    /// gets their values and the experiment.
    ///
    /// It returns the stress in MPa at `experiment.times`, or several columns by name ([`Answer`]), or refuses with
    /// `Err("why".into())`. It must own what it uses: write `move`, and clone what is needed afterwards.
    ///
    /// # Errors
    /// The definition does not hold together, and there is no engine.
    ///
    /// # Examples
    /// ```no_run
    /// use kovacs::prelude::*;
    /// let definition = Definition::new("power_law")
    ///     .parameter(Quantity::new("modulus").unit("MPa").above(0.0).initial(2500.0))
    ///     .parameter(Quantity::new("exponent").bounds(0.0, 1.0).initial(0.05));
    /// let model = Model::from_fn(definition, |p, experiment| {
    ///     experiment.superpose(|t| p["modulus"] * (1.0 + t).powf(-p["exponent"]))
    /// })?;
    /// let peak = model.second_stage(&TwoStep::new(0.005, 0.003, 300.0, 318.0))?.hump;
    /// # Ok::<(), kovacs::Error>(())
    /// ```
    #[track_caller]
    pub fn from_fn<F>(definition: impl Into<Definition>, function: F) -> Result<Model>
    where
        F: Fn(&Parameters<'_>, &Experiment) -> Result<Answer, Refusal> + Send + 'static,
    {
        let caller = Location::caller();
        guard::install_hook();
        let description = definition.into().describe().map_err(|fault| {
            Error::new("BadDefinition", fault.to_string())
                .with_remedy("mend that line of the definition; ids are lower-case letters, digits and `_`")
        })?;
        let mut writer = Writer::new();
        codec::write_description(&mut writer, &description);
        let source = Arc::new(OnceLock::new());
        let (known, parameters) = (Arc::clone(&source), description.parameters);
        let bound: RefCell<Option<Experiment>> = RefCell::new(None);
        let closure = move |input: &[u8]| {
            let reader = &mut Reader::new(input);
            let mut answer = Writer::new();
            match read_call(reader)? {
                Call::Bind(experiment) => *bound.borrow_mut() = Some(*experiment),
                Call::Row { values, seed } => {
                    let experiment = bound.borrow();
                    let Some(experiment) = experiment.as_ref() else {
                        return Err(WireError { expected: "an experiment before a parameter vector" }.into());
                    };
                    let called = guard::catch(|| function(&Parameters::new(&parameters, &values, seed), experiment));
                    let outcome = called.unwrap_or_else(|panic| {
                        let located = |source: &ClosureSource| source.locate(&panic);
                        Err(Refusal::broken(known.get().map_or_else(|| panic.to_string(), located)))
                    });
                    write_outcome(&mut answer, outcome);
                }
            }
            Ok(answer.into_bytes())
        };
        let answer = seam::adopt_model(writer, Box::new(closure))?;
        let reader = &mut Reader::new(&answer);
        let mut model = Model::read(reader)?;
        let cell =
            reader.option(|reader| Ok(CellOfClosure { digest: reader.text()?, line: reader.option(Reader::u32)? }))?;
        let place = (caller.file().to_owned(), caller.line());
        model.closure = Some(source.get_or_init(|| ClosureSource { place, cell }).clone());
        Ok(model)
    }
}

/// What the engine asks of a closure.
pub enum Call {
    /// Take in an experiment.
    Bind(Box<Experiment>),
    /// Compute the curves of one parameter vector.
    Row {
        /// One value per parameter.
        values: Vec<f64>,
        /// Seed of the row.
        seed: Option<u64>,
    },
}

/// Writes what is asked of a closure.
pub fn write_call(writer: &mut Writer, call: &Call) {
    match call {
        Call::Bind(experiment) => {
            writer.bool(true);
            codec::write_history(writer, &experiment.history);
            writer.f64s(&experiment.times);
            writer.sequence(&experiment.before, |writer, before| writer.bool(*before));
            writer.texts(&experiment.wanted);
        }
        Call::Row { values, seed } => {
            writer.bool(false);
            writer.f64s(values);
            writer.option(*seed, Writer::u64);
        }
    }
}

fn read_call(reader: &mut Reader<'_>) -> Result<Call, WireError> {
    if reader.bool()? {
        Ok(Call::Bind(Box::new(Experiment {
            history: codec::read_history(reader)?,
            times: reader.f64s()?,
            before: reader.sequence(Reader::bool)?,
            wanted: reader.texts()?,
        })))
    } else {
        Ok(Call::Row { values: reader.f64s()?, seed: reader.option(Reader::u64)? })
    }
}

fn write_outcome(writer: &mut Writer, outcome: Result<Answer, Refusal>) {
    match outcome {
        Ok(answer) => {
            writer.u8(0);
            writer.sequence(answer.columns(), |writer, (output, values)| {
                writer.text(output);
                writer.f64s(values);
            });
        }
        Err(refusal) => {
            writer.u8(match refusal.kind() {
                RefusalKind::Rejected => 1,
                RefusalKind::Broken => 2,
                RefusalKind::Cancelled => 3,
            });
            let (message, parameter) = refusal.into_parts();
            writer.text(&message);
            writer.option(parameter, Writer::count);
        }
    }
}

/// Reads what a closure made of a parameter vector.
///
/// # Errors
/// The message is damaged.
pub fn read_outcome(reader: &mut Reader<'_>) -> Result<Result<Answer, Refusal>, WireError> {
    let kind = reader.u8()?;
    if kind == 0 {
        let columns = reader.sequence(|reader| Ok((reader.text()?, reader.f64s()?)))?;
        let add = |answer: Answer, (output, values): (String, Vec<f64>)| answer.column(&output, values);
        return Ok(Ok(columns.into_iter().fold(Answer::default(), add)));
    }
    let (message, parameter) = (reader.text()?, reader.option(Reader::count)?);
    let refusal = match kind {
        1 => Refusal::rejected(message),
        2 => Refusal::broken(message),
        3 => Refusal::cancelled(),
        _ => return Err(WireError { expected: "what a closure made of a parameter vector" }),
    };
    Ok(Err(match parameter {
        Some(index) => refusal.param(index),
        None => refusal,
    }))
}

/// A call of the prelude that fails inside a closure refuses the parameters.
impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Refusal::rejected(error.message())
    }
}
