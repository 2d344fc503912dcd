//! A session: Rust cells evaluated one after the other, their variables kept.
//!
//! evcxr is embedded here and named nowhere else. A session is three processes: the caller; an *engine*, which holds
//! evcxr and its type inference; and the *cell process*, which holds the variables, the data sets and the models. The
//! engine is a process of its own because evcxr is configured through the environment (one set per session), because
//! a compilation that hangs can then be stopped, and because a crash of the engine must not take its owner with it.

#![deny(unsafe_code)]

mod advice;
mod backlog;
mod cargo;
pub mod cell_process;
pub mod commands;
mod crates;
mod death;
mod engine;
mod engine_process;
mod error;
mod events;
mod incoming;
mod keeping;
mod loops;
mod outcome;
mod process_tree;
mod report;
mod run;
mod session;
mod setup;
mod sources;
mod stopping;
mod traceback;

pub use engine::run as run_engine;
pub use engine_process::{CELL_ARGUMENT, ENGINE_ARGUMENT};
pub use error::SessionError;
pub use kovacs_cell_cargo::Compilations;
pub use outcome::{
    CellClient, CellError, CellErrorKind, CellOutcome, InputRequest, Limits, MimeBundle, Output, Place, Used, Variable,
};
pub use process_tree::end_descendants;
pub use session::{Interrupter, Session, SessionOptions};
pub use setup::{Progress, cell_crates, set_up, set_up_folder, set_up_key};
pub use sources::{PathCrate, Sources};
