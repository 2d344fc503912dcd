//! Help while a cell is written: is it complete, what could stand here, what is this?
//!
//! evcxr can complete too, but in the engine, which is busy while a cell runs, and without types and documentation.
//! Here rust-analyzer is used directly.

#![forbid(unsafe_code)]

mod analyser;
mod answer;
mod assistant;
mod error;
mod in_command;
mod in_text;
mod is_complete;
mod markdown;
mod names;
mod origin;
mod parse;
mod position;
mod process;
mod serve;
mod session_items;

pub use answer::{Completion, Completions, Inspection, Kind};
pub use assistant::Assistant;
pub use error::AssistError;
pub use is_complete::{Completeness, is_complete};
pub use names::{Name, Names, ProgramNames, Wanted};
pub use serve::{ASSIST_ARGUMENT, serve};
