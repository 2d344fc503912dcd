//! What a file says, as columns: the one form that every reader produces and every importer takes.

use crate::format::Format;
use kovacs_core::units::Unit;
use std::fmt;

/// A file as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What it was recognised as.
    pub format: Format,
    /// How its text is encoded, the name of the WHATWG encoding standard: `UTF-8`, `UTF-16LE`, `windows-1252`; `None`
    /// where the file is no text.
    pub encoding: Option<&'static str>,
    /// Keys and values of the header in the order of the file; keys may repeat.
    pub metadata: Vec<(String, String)>,
    /// Sheets of a workbook, steps or intervals of a procedure, panels; at least one.
    pub sheets: Vec<Sheet>,
    /// What a person must look at before trusting the numbers; those of one sheet are in the sheet.
    pub doubts: Vec<Doubt>,
}

/// One table of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Name as written; empty where the file has one table without a name.
    pub name: String,
    /// Keys and values that belong to this table alone.
    pub metadata: Vec<(String, String)>,
    /// The columns, all of the same length.
    pub columns: Vec<Column>,
    /// Line or row of the file in which the first row of numbers stands, from 1.
    pub first_line: usize,
    /// What a person must look at in this table.
    pub doubts: Vec<Doubt>,
}

/// One column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Name without the unit, trimmed; empty where the file does not name it.
    pub name: String,
    /// The unit as the file states it.
    pub unit: StatedUnit,
    /// The cells.
    pub values: Values,
}

/// What a file says of the unit of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum StatedUnit {
    /// Nothing: whoever imports the file is asked.
    Missing,
    /// A unit of the closed table.
    Known(Unit),
    /// Something that is not in the table, as written.
    Unknown(String),
}

/// The cells of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Numbers in the unit of the file; NaN where a cell is empty.
    Numbers(Vec<f64>),
    /// Words: every cell as written, trimmed.
    Words(Vec<String>),
}

/// Something in a file that may make its numbers mean something else than they seem to.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubt {
    /// Which kind, a stable word for `--json`: `time-goes-back`.
    pub kind: &'static str,
    /// What was seen, where, and what to do, in a sentence or two.
    pub text: String,
}

impl Sheet {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }
}

impl Values {
    /// Number of cells.
    pub fn len(&self) -> usize {
        match self {
            Values::Numbers(numbers) => numbers.len(),
            Values::Words(words) => words.len(),
        }
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
