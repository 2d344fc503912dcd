//! What a cell produced and how it ended: the words that the runner and the kernel share with the engine.
//!
//! evcxr answers a panic and a cell left through `?` as a success; here every one of these is a [`CellError`] with a
//! name, a message and a place in the cell the user wrote.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// MIME type to content, as in a notebook: text as a string, JSON types as their value.
pub type MimeBundle = BTreeMap<String, serde_json::Value>;

/// Something a running cell produced, in the order in which it did so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Output {
    /// Text on standard output, as written; not necessarily whole lines.
    Stdout(String),
    /// Text on standard error, as written.
    Stderr(String),
    /// A rich display, or the value of the cell's last expression.
    Display {
        /// The value in each form that it has.
        data: MimeBundle,
        /// What the forms carry besides: the size of an image, by MIME type.
        metadata: MimeBundle,
        /// Whether this is the value of the cell's last expression.
        is_result: bool,
        /// The name under which the display may be changed later.
        display_id: Option<String>,
        /// Whether this takes the place of every earlier display of that name instead of being one more.
        update: bool,
    },
    /// What the cell has shown so far is to go.
    ClearOutput {
        /// Not before something takes its place, so that nothing flickers.
        wait: bool,
    },
}

impl Output {
    /// A display without a name and without metadata.
    pub fn display(data: MimeBundle, is_result: bool) -> Output {
        Output::Display { data, metadata: MimeBundle::new(), is_result, display_id: None, update: false }
    }

    /// Bytes of text that it holds.
    pub(crate) fn size(&self) -> usize {
        match self {
            Output::Stdout(text) | Output::Stderr(text) => text.len(),
            Output::Display { data, .. } => data.values().map(|value| value.as_str().map_or(0, str::len)).sum(),
            Output::ClearOutput { .. } => 0,
        }
    }
}

/// A line that a cell wants from the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRequest {
    /// What to ask; may be empty.
    pub prompt: String,
    /// Whether what is typed must not be seen.
    pub password: bool,
}

/// Something beside its code that a cell used: a model, a package, a file. What it was then is told by the digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// What it is: `model`, `package`, `file`.
    pub kind: String,
    /// The name by which the cell asked for it.
    pub name: String,
    /// Changes whenever it does; of what was not there, what was said instead.
    pub digest: String,
}

/// Who runs a cell: takes what it produces, and may answer what it asks.
///
/// A closure `FnMut(Output)` is a client that answers nothing.
pub trait CellClient {
    /// Takes one output, in the order in which the cell produced them.
    fn output(&mut self, output: Output);

    /// The line that the user typed, without its end; `None` when nobody can answer, or when the cell is interrupted
    /// instead: the cell then reads an end of file.
    fn input(&mut self, request: &InputRequest) -> Option<String>;

    /// Takes note of something that the cell used.
    fn used(&mut self, used: Used) {
        let _ = used;
    }

    /// Called many times a second while the cell is compiled and runs.
    fn waiting(&mut self) {}

    /// Whether somebody is there to answer at all.
    fn can_answer(&self) -> bool {
        true
    }
}

impl<F: FnMut(Output)> CellClient for F {
    fn output(&mut self, output: Output) {
        self(output);
    }

    fn input(&mut self, _request: &InputRequest) -> Option<String> {
        None
    }

    fn can_answer(&self) -> bool {
        false
    }
}

/// A variable of a session, between cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its type, as Rust writes it.
    pub type_name: String,
    /// Its size in memory, bytes, without what it points to; `None` if that is not known.
    pub bytes: Option<u64>,
    /// The beginning of its `Debug` form; `None` if it has none.
    pub preview: Option<String>,
}

/// A position in the text of a cell, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Line of the cell.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

/// In which way a cell failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CellErrorKind {
    /// It does not compile.
    Compile,
    /// It panicked.
    Panic,
    /// It was left through `?`.
    EarlyReturn,
    /// A `:` command was refused.
    Command,
    /// The cell process ended: `exit`, `abort`, a signal.
    ProcessDied,
    /// It ran longer than allowed.
    TimeLimit,
    /// It wrote more than allowed.
    OutputLimit,
    /// Somebody interrupted it.
    Interrupted,
}

impl CellErrorKind {
    /// The name shown where the compiler gave none: `Panic`, `TimeLimit`.
    pub fn name(self) -> &'static str {
        match self {
            CellErrorKind::Compile => "CompileError",
            CellErrorKind::Panic => "Panic",
            CellErrorKind::EarlyReturn => "Error",
            CellErrorKind::Command => "CommandError",
            CellErrorKind::ProcessDied => "ProcessDied",
            CellErrorKind::TimeLimit => "TimeLimit",
            CellErrorKind::OutputLimit => "OutputLimit",
            CellErrorKind::Interrupted => "Interrupted",
        }
    }
}

/// A failed cell: `ename`, `evalue` and `traceback` of a notebook, and the place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellError {
    /// In which way it failed.
    pub kind: CellErrorKind,
    /// `E0308`, `Panic`, or a name the failure has of its own.
    pub name: String,
    /// What happened, and what to do where that is known.
    pub message: String,
    /// Where in the cell, if known.
    pub place: Option<Place>,
    /// The report to show, one string a line or block; may hold ANSI colours.
    pub traceback: Vec<String>,
    /// Whether the session's variables are gone.
    pub variables_lost: bool,
    /// Names of the variables that were there before the cell and are not any more.
    pub lost: Vec<String>,
}

impl CellError {
    /// A failure that is neither the compiler's nor at a place: named after its kind, its message all of its report.
    /// What was lost is nothing until somebody says so.
    pub fn new(kind: CellErrorKind, message: impl Into<String>) -> CellError {
        let (name, message) = (kind.name().to_owned(), message.into());
        CellError {
            kind,
            traceback: vec![format!("{name}: {message}")],
            name,
            message,
            place: None,
            variables_lost: false,
            lost: Vec::new(),
        }
    }
}

/// How a cell ended.
#[derive(Clone, Debug, PartialEq)]
pub enum CellOutcome {
    /// It ran to its end.
    Done,
    /// It failed.
    Failed(Box<CellError>),
}

/// What a cell may use before it is stopped.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// Wall time, compilation included; `None` for no limit.
    pub time: Option<Duration>,
    /// Bytes of output, all kinds together; `None` for no limit.
    pub output_bytes: Option<u64>,
}
