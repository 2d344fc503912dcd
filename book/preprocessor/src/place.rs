//! Where a text stands, for messages about it.

use std::fmt;
use std::path::{Path, PathBuf};

/// A line of a chapter or of a Markdown cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    file: PathBuf,
    /// The cell, if the file is a notebook.
    cell: Option<String>,
    /// From 1.
    line: usize,
}

impl Place {
    /// The first line of a chapter, named relative to the book's sources.
    pub(crate) fn chapter(file: &Path) -> Place {
        Place { file: file.to_owned(), cell: None, line: 1 }
    }

    /// The first line of a cell.
    pub(crate) fn cell(notebook: &str, id: &str) -> Place {
        Place { file: format!("{notebook}.ipynb").into(), cell: Some(id.to_owned()), line: 1 }
    }

    /// The place after this text.
    pub(crate) fn after(&self, text: &str) -> Place {
        Place { line: self.line + text.matches('\n').count(), ..self.clone() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cell {
            None => write!(formatter, "chapter `{}`, line {}", self.file.display(), self.line),
            Some(cell) => write!(formatter, "notebook `{}`, cell `{cell}`, line {}", self.file.display(), self.line),
        }
    }
}
