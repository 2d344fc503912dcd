//! Exit codes of the shell commands that run notebooks: one table for the command, its help and the book.

use crate::report::RunStatus;

/// Everything ran, or was skipped on purpose.
pub const OK: u8 = 0;
/// A cell failed.
pub const CELL_FAILED: u8 = 1;
/// The command line is wrong.
pub const USAGE: u8 = 2;
/// A notebook cannot be read, or its executed copy cannot be written.
pub const NOTEBOOK_UNREADABLE: u8 = 3;
/// A cell ran longer or wrote more than allowed.
pub const LIMIT: u8 = 4;
/// The process that runs the cells ended.
pub const CELL_PROCESS_DIED: u8 = 5;
/// A published number or curve is not what the reference says (6 is for `kovacs data import`).
pub const CHANGED: u8 = 7;
/// Somebody interrupted the run (128 + SIGINT, as shells have it).
pub const INTERRUPTED: u8 = 130;

/// Every code with its meaning, as help and book print it.
pub const TABLE: [(u8, &str); 8] = [
    (OK, "every notebook ran to its end, or was skipped on purpose"),
    (CELL_FAILED, "a cell failed: it did not compile, it panicked, or it was left with an error"),
    (USAGE, "the command line is wrong"),
    (NOTEBOOK_UNREADABLE, "a notebook cannot be read, or its executed copy cannot be written"),
    (LIMIT, "a cell ran longer or wrote more than allowed"),
    (CELL_PROCESS_DIED, "the process that runs the cells ended: exit, abort or a signal"),
    (CHANGED, "with --check: a published number or curve is not what the reference says"),
    (INTERRUPTED, "interrupted with Ctrl-C"),
];

/// The code of one ending.
pub fn of(status: RunStatus) -> u8 {
    match status {
        RunStatus::Done | RunStatus::Skipped => OK,
        RunStatus::Failed => CELL_FAILED,
        RunStatus::TimedOut | RunStatus::OutputLimit => LIMIT,
        RunStatus::Died => CELL_PROCESS_DIED,
        RunStatus::Interrupted => INTERRUPTED,
    }
}
