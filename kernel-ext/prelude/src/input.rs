//! Asking the person at the notebook.
//!
//! Reading `std::io::stdin` works in cells too; these functions have a prompt, hide a password, and tell an empty line
//! from nobody being there.

use crate::error::{Error, Result};
use crate::seam::{self, Operation};
use crate::wire::{Reader, Writer};

/// A line from the person at the notebook, without its end.
///
/// # Errors
/// `NoInput`: nobody can answer, as in a notebook that runs by itself.
pub fn input(prompt: &str) -> Result<String> {
    ask(prompt, false)
}

/// A line that is not seen while it is typed.
///
/// # Errors
/// `NoInput`: nobody can answer.
pub fn password(prompt: &str) -> Result<String> {
    ask(prompt, true)
}

fn ask(prompt: &str, hidden: bool) -> Result<String> {
    let mut writer = Writer::new();
    writer.text(prompt);
    writer.bool(hidden);
    crate::rt::flush();
    let answer = seam::call(Operation::Input, writer)?;
    Reader::new(&answer).option(Reader::text)?.ok_or_else(|| {
        Error::new("NoInput", format!("nobody answers `{prompt}`"))
            .with_remedy("run the notebook where somebody can type, or give the value in the cell")
    })
}
