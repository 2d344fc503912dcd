//! Help while a cell is written: is it complete, what could stand here, what is this?
//!
//! evcxr can complete too, but in the engine, which is busy while a cell runs, and without types and documentation.
//! Here rust-analyzer is used directly.

#![forbid(unsafe_code)]

mod answer;
mod cell_text;
mod is_complete;
mod parse;

pub use answer::{Completion, Completions, Inspection, Kind};
pub use is_complete::{Completeness, is_complete};
