//! Help while a cell is written: is it complete, what could stand here, what is this?
//!
//! evcxr can complete too, but in the engine, which is busy while a cell runs, and without types and documentation.
//! Here rust-analyzer is used directly.

#![forbid(unsafe_code)]

mod analyser;
mod answer;
mod assistant;
mod cell_text;
mod error;
mod is_complete;
mod options;
mod parse;
mod position;
mod process;
mod serve;
mod session_items;

pub use answer::{Completion, Completions, Inspection, Kind};
pub use assistant::Assistant;
pub use error::AssistError;
pub use is_complete::{Completeness, is_complete};
pub use options::{PathCrate, Sources};
pub use serve::{ASSIST_ARGUMENT, serve};
pub use session_items::Variable;
