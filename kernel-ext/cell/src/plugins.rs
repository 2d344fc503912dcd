//! Models from libraries: found, loaded, taken anew after a rebuild, put into a process of their own.
//!
//! Folders are read at every request, so a model that was built a moment ago is there. What changes is the object
//! behind a variable's number; variables that were copied before keep the code they have.

use crate::inputs;
use crate::objects::{Plugin, objects};
use crate::operations::{model_error, refusal, variant};
use crate::shared::Sharing;
use crate::stoppable::Stoppable;
use kovacs::codec;
use kovacs::wire::{Reader, Writer};
use kovacs::{Error, Result};
use kovacs_core::model::{EvaluationError, Evaluator, ModelDescription};
use kovacs_core::swap::SwapReport;
use kovacs_host::{HostError, HostErrorKind, Instance, ModelHandle, Models};
use std::collections::BTreeSet;

/// Loads a model by name, for this process.
pub(crate) fn load(name: &str) -> Result<(ModelHandle, Stoppable<Instance>)> {
    let loaded = Models::discover().load(name);
    inputs::note_model(name, &loaded);
    let handle = loaded.map_err(|error| host_error(&error))?;
    let instance = handle.instance(&[]).map_err(model_error)?;
    Ok((handle, Stoppable(instance)))
}

/// Loads a model by name for a cell.
pub(crate) fn load_for_cell(name: &str, writer: &mut Writer) -> Result<()> {
    let (handle, instance) = load(name)?;
    write_model(writer, Box::new(instance), Some(Plugin { handle, isolated: false }));
    Ok(())
}

/// Short names of the models that can be loaded.
pub(crate) fn names() -> BTreeSet<String> {
    let models = Models::discover();
    models.catalogue().models().map(|model| model.description().short_id().to_owned()).collect()
}

/// Takes what was built of a model meanwhile, and says what has changed.
pub(crate) fn reload(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let (number, breaking) = (reader.u64()?, reader.bool()?);
    let Plugin { mut handle, isolated } = objects().plugin(number)?;
    let report: Result<SwapReport, HostError> = if breaking { handle.reload_breaking() } else { handle.reload() };
    let report = report.map_err(|error| host_error(&error))?;
    inputs::note_model(handle.id(), &Ok(handle.clone()));
    writer.text(&report.to_string());
    writer.option(handle.generations_note().as_deref(), Writer::text);
    writer.bool(!report.is_unchanged());
    if !report.is_unchanged() {
        let model = make(&handle, isolated).map_err(model_error)?;
        write_model(writer, model, Some(Plugin { handle, isolated }));
    }
    Ok(())
}

/// Puts a model into a process of its own.
pub(crate) fn isolate(reader: &mut Reader<'_>, writer: &mut Writer) -> Result<()> {
    let Plugin { handle, .. } = objects().plugin(reader.u64()?)?;
    let model = make(&handle, true).map_err(model_error)?;
    write_model(writer, model, Some(Plugin { handle, isolated: true }));
    Ok(())
}

/// Makes new instances of a model that a cell holds, for a fit.
#[derive(Clone)]
pub(crate) enum Maker {
    /// Of a plugin. They need not look whether the user wants to stop: whoever fits does.
    Plugin(Plugin),
    /// Of a closure of a cell.
    Closure(Sharing),
}

impl Maker {
    /// Of the model with this number.
    pub(crate) fn of(number: u64) -> Result<Maker> {
        let model = objects().model(number)?;
        Ok(match objects().plugin(number) {
            Ok(plugin) => Maker::Plugin(plugin),
            Err(_) => Maker::Closure(Sharing::new(model)),
        })
    }

    pub(crate) fn description(&self) -> &ModelDescription {
        match self {
            Maker::Plugin(plugin) => plugin.handle.description(),
            Maker::Closure(sharing) => sharing.description(),
        }
    }

    pub(crate) fn make(&self) -> Result<Box<dyn Evaluator>, EvaluationError> {
        Ok(match self {
            Maker::Plugin(Plugin { handle, isolated: true }) => Box::new(handle.isolated(&[])?),
            Maker::Plugin(Plugin { handle, isolated: false }) => Box::new(handle.instance(&[])?),
            Maker::Closure(sharing) => Box::new(sharing.instance()),
        })
    }
}

fn make(handle: &ModelHandle, isolated: bool) -> Result<Box<dyn Evaluator>, EvaluationError> {
    Ok(match isolated {
        true => Box::new(Stoppable(handle.isolated(&[])?)),
        false => Box::new(Stoppable(handle.instance(&[])?)),
    })
}

/// Holds a model for a cell and describes it.
pub(crate) fn write_model(writer: &mut Writer, model: Box<dyn Evaluator>, plugin: Option<Plugin>) {
    let description = model.description().clone();
    writer.u64(objects().hold_model(model, plugin));
    codec::write_description(writer, &description);
}

/// What is wrong with a library, by the name a cell's failure is called.
fn host_error(error: &HostError) -> Error {
    if error.unapproved().is_some() {
        return refusal(error, "NotApproved").with_remedy("run this line in a terminal, then run the cell again");
    }
    match error.kind() {
        HostErrorKind::BreakingReload { .. } => {
            refusal(error, "BreakingReload").with_remedy("call `reload_breaking()?` instead of `reload()?`")
        }
        kind => refusal(error, &variant(kind)),
    }
}
