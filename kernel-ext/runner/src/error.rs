//! Why a notebook cannot be read, run or written. A failing cell is not one of these: it is part of the report.

use crate::parameters::ParameterError;
use kovacs_session::SessionError;
use std::io;
use std::path::{Path, PathBuf};

/// Why a notebook or a scorecard cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunnerError {
    /// Nothing has this name.
    #[error("no file `{}`", path.display())]
    NoSuchFile {
        /// As given.
        path: PathBuf,
    },
    /// A folder where a file is wanted.
    #[error("`{}` is a folder; name a notebook in it, a file that ends in `.ipynb`", path.display())]
    IsFolder {
        /// As given.
        path: PathBuf,
    },
    /// The system cannot read the file.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// As given.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is not text.
    #[error("`{}` is not a notebook: byte {offset} is not UTF-8 text", path.display())]
    NotText {
        /// As given.
        path: PathBuf,
        /// Offset of the first byte that is not text, from 0.
        offset: usize,
    },
    /// The file is not JSON.
    #[error(
        "`{}` is not a notebook: not JSON at line {}, column {}: {}",
        path.display(), source.line(), source.column(), without_place(source)
    )]
    NotJson {
        /// As given.
        path: PathBuf,
        /// What is wrong there.
        source: serde_json::Error,
    },
    /// The file is not code.
    #[error("`{}` is not Rust: {problem}", path.display())]
    NotRust {
        /// As given.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// JSON, but not of a notebook.
    #[error("`{}` is JSON but not a notebook: {problem}", path.display())]
    NotANotebook {
        /// As given.
        path: PathBuf,
        /// What a notebook has and this has not.
        problem: &'static str,
    },
    /// A notebook of a format before 3.
    #[error(
        "`{path}` is a notebook of format {major}, which is out of use; convert it with \
         `jupyter nbconvert --to notebook --nbformat 4 {path}`",
        path = path.display()
    )]
    OldFormat {
        /// As given.
        path: PathBuf,
        /// Its `nbformat`.
        major: i64,
    },
    /// A notebook of a format after 4.
    #[error("`{}` is a notebook of format {major}; this version of Kovacs reads format 4", path.display())]
    NewFormat {
        /// As given.
        path: PathBuf,
        /// Its `nbformat`.
        major: i64,
    },
    /// A cell is damaged.
    #[error("`{}`: cell {number} is damaged: {problem}", path.display())]
    BadCell {
        /// As given.
        path: PathBuf,
        /// Number of the cell, from 1.
        number: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The cells are not Rust.
    #[error(
        "`{}` is a notebook in {language}, not in Rust; Kovacs runs Rust cells, select the kernel `Rust (Kovacs)` in it",
        path.display()
    )]
    OtherLanguage {
        /// As given.
        path: PathBuf,
        /// What the notebook says it is in.
        language: String,
    },
    /// A value for a parameter does not fit.
    #[error("`{}`: {problem}", path.display())]
    Parameter {
        /// As given.
        path: PathBuf,
        /// What does not fit.
        problem: ParameterError,
    },
    /// A tag of a cell cannot be read.
    #[error("`{}`: cell {number} has the tag `{tag}`: {problem}", path.display())]
    BadTag {
        /// As given.
        path: PathBuf,
        /// Number of the cell, from 1.
        number: usize,
        /// The tag.
        tag: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Another run writes the same executed copy.
    #[error(
        "`{}` is being written by another run{}; wait until it has ended, or write to another folder",
        path.display(), of_process(*process)
    )]
    Busy {
        /// The executed copy.
        path: PathBuf,
        /// The process that has it, if it is known.
        process: Option<u32>,
    },
    /// No session can be had at all.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The file is not a reference.
    #[error("`{}` is not a reference: {source}; make it again with `--update`", path.display())]
    NotAReference {
        /// As given.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The system cannot write the file.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// Where to.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is not a list of claims.
    #[error("`{}` is not a scorecard: {source}; make it again with `kovacs reproduce`", path.display())]
    NotAScorecard {
        /// As given.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

fn of_process(process: Option<u32>) -> String {
    process.map_or_else(String::new, |number| format!(" (process {number})"))
}

/// What serde_json says, without the place that it adds.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

/// Reads a text file; tells the ways in which that fails apart.
pub(crate) fn read_text(path: &Path) -> Result<String, RunnerError> {
    let read = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => RunnerError::NoSuchFile { path: path.to_owned() },
        io::ErrorKind::IsADirectory => RunnerError::IsFolder { path: path.to_owned() },
        _ => RunnerError::Read { path: path.to_owned(), source },
    };
    let bytes = std::fs::read(path).map_err(read)?;
    String::from_utf8(bytes)
        .map_err(|error| RunnerError::NotText { path: path.to_owned(), offset: error.utf8_error().valid_up_to() })
}
