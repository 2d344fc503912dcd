//! Why a file cannot be read: each message names the place and what to do.

use crate::format::Format;
use std::path::PathBuf;

/// Why a file cannot be read. Lines and rows are counted from 1, in the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The operating system refused.
    #[error("cannot read `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is nothing in the file, or no row of numbers.
    #[error("there is no table in it: {reason}")]
    NoTable {
        /// What was found in its place.
        reason: String,
    },
    /// The content is of a kind that no reader takes.
    #[error("it is not a file that can be imported: {reason}")]
    NotATable {
        /// What it seems to be, and what to export in its place.
        reason: String,
    },
    /// What was stated of the file does not fit it.
    #[error("what is said of the file does not fit: {reason}")]
    Stated {
        /// What does not fit, and what to do.
        reason: String,
    },
    /// A line of a recognised format is not what the format promises.
    #[error("line {line} of this {format}: {reason}")]
    Line {
        /// What the file was recognised as.
        format: Format,
        /// Line or row.
        line: usize,
        /// What is wrong and what to do.
        reason: String,
    },
    /// A workbook that cannot be opened or is not safe to open.
    #[error("the workbook cannot be read: {reason}")]
    Workbook {
        /// What is wrong and what to do.
        reason: String,
    },
    /// Whoever asked has cancelled.
    #[error("the reading was cancelled; nothing was written")]
    Cancelled,
}
