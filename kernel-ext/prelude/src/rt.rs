//! What runs around the user's code in the cell process.
//!
//! evcxr reports a panic and a `?` only as a line on standard output. The hooks here tell the session what happened
//! and where, before the stack is gone.

pub use crate::inspect;

use crate::error::Error;
use crate::seam::{self, Operation};
use crate::wire::Writer;
use std::panic::Location;

/// Prepares a fresh cell process. The session calls it once, before the user's first cell.
///
/// # Errors
/// The process is not a Kovacs cell process.
pub fn start() -> Result<(), Error> {
    seam::flush_at_end_of_cell()?;
    let cell_thread = std::thread::current().id();
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() != cell_thread {
            usual(panic);
            return;
        }
        let message = seam::panic_text(panic.payload());
        // A failing report must not turn a panic into an abort; evcxr's own notice still comes.
        let _ = report(Operation::Panic, "Panic", message, panic.location());
    }));
    Ok(())
}

/// The session puts a call of this into every loop and function of a cell, so that a cell that is to stop does so by a
/// panic without a message, which leaves variables as they are. Costs the reading of a flag; not inlined, because cells
/// are compiled without optimisation and this crate with it.
#[inline(never)]
pub fn poll() {
    if seam::interrupted() {
        leave();
    }
}

/// Threads that a cell has started go on: they may belong to an earlier one.
#[cold]
fn leave() {
    if seam::on_cell_thread() && !std::thread::panicking() {
        std::panic::resume_unwind(Box::new("the cell was interrupted"));
    }
}

/// Called where `?` leaves a cell. The type's name and the error's text (`{:#}`) come from generated code. Errors of
/// this crate are called by their kind, all others by their type.
#[track_caller]
pub fn early_return(type_name: &str, text: &str) {
    let own = (type_name == std::any::type_name::<Error>()).then(|| text.split_once(": ")).flatten();
    let (name, message) = own.unwrap_or((type_name, text));
    // As above: the notice on standard output follows in any case.
    let _ = report(Operation::EarlyReturn, name, message, Some(Location::caller()));
}

fn report(operation: Operation, name: &str, message: &str, location: Option<&Location<'_>>) -> Result<(), Error> {
    let mut writer = Writer::new();
    writer.text(name);
    writer.text(message);
    writer.text(location.map_or("", Location::file));
    writer.u32(location.map_or(0, Location::line));
    writer.u32(location.map_or(0, Location::column));
    flush();
    seam::call(operation, writer)?;
    Ok(())
}

/// Flushes standard output, so that what was printed before comes before what follows.
pub(crate) fn flush() {
    use std::io::Write;
    // The pipe is gone with the session: nobody is left to hear of it.
    let _ = std::io::stdout().flush();
}
