//! Turns the cell that defines a model by a closure into the source of a crate.
//!
//! A model begins as `Model::from_fn(definition, |p, experiment| ..)` in a notebook. When it has proved itself it is to
//! be a plugin, and the text is already there: the definition becomes the parameter table of a crate, the closure the
//! body of its evaluation. What the closure leans on goes along, as the user wrote it: functions and types of this and
//! earlier cells, and variables whose value follows from what is written. What exists only while a notebook runs, such
//! as a table of a data set, cannot go along, and is named with what to do.
//!
//! Cells are read with `syn`, not by patterns in their text, so comments, strings and shadowed names do not mislead;
//! the text itself is cut out of the cell, so comments and layout stay.

#![forbid(unsafe_code)]

mod carry;
mod code;
mod error;
mod known;
mod names;
mod text;

pub use error::{CannotCarry, FromCellError, Reason};
pub use text::Crate;

use carry::{Carried, carry};
use code::Code;

/// A code cell of a notebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Id, or another name by which the user finds the cell.
    pub id: String,
    /// Its source.
    pub source: String,
}

/// A model found in a cell, with everything that its text needs.
pub struct FoundModel {
    /// Id of the cell.
    pub cell: String,
    /// Name in the definition, where it is written there.
    pub name: Option<String>,
    definition: Carried,
    response: Carried,
}

/// Finds the model in a notebook: in the cell with this id, or in the only cell that defines one.
///
/// # Errors
/// There is no such cell, none or several models, a cell is not Rust, or the model leans on something that exists only
/// while the notebook runs.
pub fn find(cells: &[Cell], id: Option<&str>) -> Result<FoundModel, FromCellError> {
    if let Some(id) = id.filter(|id| cells.iter().all(|cell| cell.id != *id)) {
        let known = cells.iter().map(|cell| cell.id.clone()).collect();
        return Err(FromCellError::NoSuchCell { id: id.to_owned(), known });
    }
    let mut code = Code::default();
    let mut found = Vec::new();
    for cell in cells {
        let wanted = id.is_none_or(|id| id == cell.id);
        // Only cells before the model can be leaned on.
        found.extend(code.read(cell)?.into_iter().filter(|_| wanted));
        if id.is_some_and(|id| id == cell.id) {
            break;
        }
    }
    let call = match (found.len(), found.pop()) {
        (1, Some(call)) => call,
        (0, _) | (_, None) => return Err(FromCellError::NoModel { cell: id.map(str::to_owned) }),
        (_, Some(last)) => {
            found.push(last);
            return Err(FromCellError::SeveralModels { cells: found.into_iter().map(|call| call.cell).collect() });
        }
    };
    let (definition, response) = carry(&code, &call)?;
    Ok(FoundModel { cell: call.cell, name: text::name_of(&definition), definition, response })
}

impl FoundModel {
    /// The source of the crate's library; `name` is the name of the model there, `origin` says in words where it is
    /// from, as in "cell `x` of `y.ipynb`".
    pub fn write(&self, name: &str, id: &str, origin: &str) -> Crate {
        text::write(self, name, id, origin)
    }
}
