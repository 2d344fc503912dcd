//! Where displays and failures of cells go: to the session in a cell process, to standard output elsewhere.

use kovacs::display::{Bundle, Manner};
use std::sync::atomic::AtomicBool;

/// Something that went wrong at a place of generated code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// `Panic`, or the type of the error.
    pub name: String,
    /// What happened.
    pub message: String,
    /// File, as the compiler names it.
    pub file: String,
    /// Line from 1; 0 if unknown.
    pub line: u32,
    /// Column from 1; 0 if unknown.
    pub column: u32,
}

/// The cell that runs now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellSource {
    /// Its source, as the notebook has it.
    pub code: String,
    /// SHA-256 of the source, hexadecimal.
    pub digest: String,
}

/// What the owner of the process does with what cells have to say.
pub trait Notices: Send + Sync {
    /// Shows a bundle.
    fn display(&self, bundle: &Bundle, manner: &Manner);
    /// Takes away what the cell has shown; with `wait`, when something else comes.
    fn clear_output(&self, wait: bool);
    /// The running cell used something beside its code; the digest tells what it was, see [`crate::inputs`].
    fn used(&self, kind: &str, name: &str, digest: String);
    /// A line from the user; `None` when nobody can answer.
    fn input(&self, prompt: &str, password: bool) -> Option<String>;
    /// The cell's thread panicked.
    fn panic(&self, incident: &Incident);
    /// The cell is being left through `?`.
    fn early_return(&self, incident: &Incident);
    /// Set while the user wants the running cell to stop.
    fn interrupted(&self) -> &'static AtomicBool;
    /// The cell that runs now; `None` where there are no cells.
    fn cell(&self) -> Option<CellSource>;
}

/// For programs without a session: plain text on standard output.
pub(crate) struct Standalone;

impl Notices for Standalone {
    fn display(&self, bundle: &Bundle, _manner: &Manner) {
        if let Some((_, text, _)) = bundle.entries().find(|(mime, _, _)| *mime == "text/plain") {
            println!("{text}");
        }
    }

    fn clear_output(&self, _wait: bool) {}

    fn used(&self, _kind: &str, _name: &str, _digest: String) {}

    fn input(&self, _prompt: &str, _password: bool) -> Option<String> {
        None
    }

    fn panic(&self, incident: &Incident) {
        eprintln!("{}: {} ({}:{})", incident.name, incident.message, incident.file, incident.line);
    }

    fn early_return(&self, incident: &Incident) {
        eprintln!("{}: {} ({}:{})", incident.name, incident.message, incident.file, incident.line);
    }

    fn interrupted(&self) -> &'static AtomicBool {
        static NEVER: AtomicBool = AtomicBool::new(false);
        &NEVER
    }

    fn cell(&self) -> Option<CellSource> {
        None
    }
}
