//! Executes notebooks without Jupyter.
//!
//! A notebook is run cell by cell on an [`Executor`] (a session, or a script in a test). The executed copy is written
//! while the run goes on, so that a cell that fails, loops or kills its process takes nothing with it that was done
//! before. What the cells claim is collected into a [`Scorecard`].
//!
//! Notebooks are edited as JSON: what this crate does not know of is kept as it is. See [`Notebook`].

#![forbid(unsafe_code)]

mod cache;
mod claim;
mod code_digest;
mod dependencies;
mod error;
pub mod exit_code;
mod file;
mod lock;
mod notebook;
mod outputs;
mod parameters;
mod plan;
mod progress;
mod reference;
mod report;
mod run;
mod scorecard;
mod syntax;

pub use cache::{Cache, Inputs};
pub use claim::{Claim, ClaimKind, ClaimStatus};
pub use code_digest::code_digest;
pub use error::RunnerError;
pub use file::replace_file;
pub use notebook::{Cell, CellKind, ENGINE_VERSION, Notebook};
pub use outputs::{CLAIM_MIME, SKIP_MIME, VALUE_MIME};
pub use parameters::{Parameter, ParameterError, ParameterKind};
pub use plan::Why;
pub use progress::{Progress, Silent};
pub use reference::{DEFAULT_TOLERANCE, Difference, REFERENCE_FOLDER, Reference, SIGMAS};
pub use report::{CellReport, CellStatus, FailedCell, RunReport, RunStatus};
pub use run::{DEFAULT_OUTPUT_BYTES, Executor, RunOptions, run};
pub use scorecard::{Counts, Row, Scorecard};
