//! A closure of a cell, called over the seam, as the function of a model.
//!
//! Everything about such a model but the call is in `kovacs_core::closure`, so it is checked like a plugin and stands
//! behind the same trait. Between parameter vectors it is looked whether the user wants the cell to stop.

use crate::long::asks_by_itself;
use crate::notices::CellSource;
use crate::table::{CellClosure, notices};
use kovacs::codec;
use kovacs::model::closure::{Call, read_outcome, write_call};
use kovacs::wire::{Reader, Writer};
use kovacs::{Error, Result};
use kovacs_core::closure::{Answer, ClosureModel, Formula, Parameters};
use kovacs_core::model::Experiment;
use kovacs_core::refusal::Refusal;
use std::sync::atomic::Ordering;

/// A closure of a cell.
pub(crate) struct CellFormula {
    closure: CellClosure,
}

impl CellFormula {
    fn call(&mut self, call: &Call) -> Result<Vec<u8>, Refusal> {
        let mut writer = Writer::new();
        write_call(&mut writer, call);
        self.closure.call(&writer.into_bytes()).map_err(|error| Refusal::broken(error.message()))
    }
}

impl Formula for CellFormula {
    fn bind(&mut self, experiment: &Experiment) -> Result<(), Refusal> {
        self.call(&Call::Bind(Box::new(experiment.clone()))).map(drop)
    }

    fn row(&mut self, parameters: &Parameters<'_>, _experiment: &Experiment) -> Result<Answer, Refusal> {
        if !asks_by_itself() && notices().interrupted().load(Ordering::Relaxed) {
            return Err(Refusal::cancelled());
        }
        let answer = self.call(&Call::Row { values: parameters.values().to_vec(), seed: parameters.seed() })?;
        read_outcome(&mut Reader::new(&answer)).unwrap_or_else(|damage| Err(Refusal::broken(damage.to_string())))
    }
}

/// Makes a model of a closure and the description that the prelude wrote.
pub(crate) fn adopt(reader: &mut Reader<'_>, closure: CellClosure) -> Result<ClosureModel<CellFormula>> {
    let description = codec::read_description(reader)?;
    description.check().map_err(|fault| Error::new("BadDefinition", fault.to_string()))?;
    Ok(ClosureModel::from_description(description, CellFormula { closure }))
}

/// Writes where a closure was defined: the cell that runs now, if there is one.
pub(crate) fn write_source(writer: &mut Writer, cell: Option<CellSource>) {
    writer.option(cell, |writer, cell| {
        writer.text(&cell.digest);
        writer.option(line_of_call(&cell.code), Writer::u32);
    });
}

/// The line (from 1) that calls `from_fn`; `None` if there are several.
fn line_of_call(code: &str) -> Option<u32> {
    let mut calls = (1..).zip(code.lines()).filter(|(_, text)| text.contains("from_fn(")).map(|(line, _)| line);
    calls.next().filter(|_| calls.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::line_of_call;

    #[test]
    fn the_line_of_a_closure_is_known_where_there_is_one() {
        assert_eq!(line_of_call("let a = 1;\nlet m = Model::from_fn([], |_, e| {\n})?;"), Some(2));
        assert_eq!(line_of_call("Model::from_fn([], f)?;\nModel::from_fn([], g)?;"), None);
        assert_eq!(line_of_call("let a = 1;"), None);
    }
}
