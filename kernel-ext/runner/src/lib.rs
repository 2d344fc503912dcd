//! Executes notebooks without Jupyter.
//!
//! A notebook is run cell by cell on an [`Executor`] (a session, or a script in a test). The executed copy is written
//! while the run goes on, so that a cell that fails, loops or kills its process takes nothing with it that was done
//! before. What the cells claim is collected into a [`Scorecard`].
//!
//! Notebooks are edited as JSON: what this crate does not know of is kept as it is. See [`Notebook`].

#![forbid(unsafe_code)]

mod claim;
mod error;
pub mod exit_code;
mod file;
mod notebook;
mod outputs;
mod progress;
mod run;
mod scorecard;

pub use claim::{Claim, ClaimKind, ClaimStatus};
pub use error::RunnerError;
pub use file::replace_file;
pub use notebook::{Cell, CellKind, ENGINE_VERSION, Notebook};
pub use outputs::{CLAIM_MIME, SKIP_MIME};
pub use progress::{Progress, Silent};
pub use run::{DEFAULT_OUTPUT_BYTES, Executor, FailedCell, RunOptions, RunReport, RunStatus, run};
pub use scorecard::{Counts, Row, Scorecard};
