//! A session: Rust cells evaluated one after the other, their variables kept.
//!
//! evcxr is embedded here and named nowhere else. A session is three processes: the caller; an *engine*, which holds
//! evcxr and its type inference; and the *cell process*, which holds the variables, the data sets and the models. The
//! engine is a process of its own because evcxr is configured through the environment (one set per session), because
//! a compilation that hangs can then be stopped, and because a crash of the engine must not take its owner with it.

#![forbid(unsafe_code)]

mod outcome;

pub use outcome::{CellError, CellErrorKind, CellOutcome, Limits, MimeBundle, Output, Place};
