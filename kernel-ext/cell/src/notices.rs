//! Where displays and failures of cells go: to the session in a cell process, to standard output elsewhere.

use kovacs::display::Bundle;

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
    /// Shows a bundle; `is_result` when it is the value of the cell.
    fn display(&self, bundle: &Bundle, is_result: bool);
    /// The cell's thread panicked.
    fn panic(&self, incident: &Incident);
    /// The cell is being left through `?`.
    fn early_return(&self, incident: &Incident);
    /// Whether the user asked the running cell to stop.
    fn interrupted(&self) -> bool;
    /// The cell that runs now; `None` where there are no cells.
    fn cell(&self) -> Option<CellSource>;
}

/// For programs without a session: plain text on standard output.
pub(crate) struct Standalone;

impl Notices for Standalone {
    fn display(&self, bundle: &Bundle, _is_result: bool) {
        if let Some((_, text, _)) = bundle.entries().find(|(mime, _, _)| *mime == "text/plain") {
            println!("{text}");
        }
    }

    fn panic(&self, incident: &Incident) {
        eprintln!("{}: {} ({}:{})", incident.name, incident.message, incident.file, incident.line);
    }

    fn early_return(&self, incident: &Incident) {
        eprintln!("{}: {} ({}:{})", incident.name, incident.message, incident.file, incident.line);
    }

    fn interrupted(&self) -> bool {
        false
    }

    fn cell(&self) -> Option<CellSource> {
        None
    }
}
