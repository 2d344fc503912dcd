//! Reports of a run for other programs: JUnit XML, annotations of GitHub.

pub mod github;
pub mod junit;

use crate::notebooks::Finished;
use kovacs_runner::{CellReport, FailedCell, RunReport};

/// What failed in a cell: name, message and place in one line, then the whole message.
fn failure_of<'a>(report: &'a RunReport, cell: &CellReport) -> Option<&'a FailedCell> {
    report.failed.as_ref().filter(|failed| failed.number == cell.number)
}

/// `line 3, column 5`, or nothing.
fn place(failed: &FailedCell) -> String {
    failed.place.map_or_else(String::new, |place| format!("line {}, column {}", place.line, place.column))
}

/// The name of a cell in a report: `cell 3 (id): first line`.
fn name_of(cell: &CellReport) -> String {
    format!("cell {} ({}): {}", cell.number, cell.id, cell.label)
}

/// A notebook as it was named.
fn notebook_of(finished: &Finished) -> String {
    finished.job.notebook.display().to_string()
}
