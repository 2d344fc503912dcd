//! What became of a run, and of every cell of it.

use crate::claim::Claim;
use crate::exit_code;
use crate::plan::Why;
use kovacs_session::{CellErrorKind, Place, Used};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Every cell ran.
    Done,
    /// A cell asked to skip the rest.
    Skipped,
    /// A cell failed.
    Failed,
    /// A cell ran longer than allowed.
    TimedOut,
    /// A cell wrote more than allowed.
    OutputLimit,
    /// The cell process, or what drives it, ended.
    Died,
    /// Somebody interrupted the run.
    Interrupted,
}

impl RunStatus {
    pub(crate) fn of(kind: CellErrorKind) -> RunStatus {
        match kind {
            CellErrorKind::ProcessDied => RunStatus::Died,
            CellErrorKind::TimeLimit => RunStatus::TimedOut,
            CellErrorKind::OutputLimit => RunStatus::OutputLimit,
            CellErrorKind::Interrupted => RunStatus::Interrupted,
            _ => RunStatus::Failed,
        }
    }

    /// In words that follow a notebook's name.
    pub fn words(self) -> &'static str {
        match self {
            RunStatus::Done => "done",
            RunStatus::Skipped => "skipped",
            RunStatus::Failed => "failed",
            RunStatus::TimedOut => "stopped at the time limit",
            RunStatus::OutputLimit => "stopped at the output limit",
            RunStatus::Died => "lost its cell process",
            RunStatus::Interrupted => "interrupted",
        }
    }
}

/// The cell a run ended at.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedCell {
    /// Number of the cell among all cells of the notebook, from 1: what a reader counts.
    pub number: usize,
    /// Its id.
    pub id: String,
    /// First line of its code.
    pub label: String,
    /// Name of the failure: `E0308`, `Panic`.
    pub name: String,
    /// What happened.
    pub message: String,
    /// Where in the cell, if known.
    pub place: Option<Place>,
}

/// What became of one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CellStatus {
    /// It ran to its end.
    Done,
    /// Its results are those of an earlier run.
    Kept,
    /// It failed, as its tag allows.
    FailedAsTagged,
    /// It failed.
    Failed,
    /// A tag says not to run it.
    Skipped,
    /// The run ended before it.
    NotRun,
}

/// One cell of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct CellReport {
    /// Number of the cell among all cells of the notebook, from 1.
    pub number: usize,
    /// Its id.
    pub id: String,
    /// First line of its code.
    pub label: String,
    /// What became of it.
    pub status: CellStatus,
    /// Why it ran; `None` if nothing is said of it, or it did not run.
    pub why: Option<Why>,
    /// Wall time, s; of a kept cell that of the run it is from.
    pub seconds: f64,
}

/// What became of a run.
#[derive(Clone, Debug)]
pub struct RunReport {
    /// The notebook.
    pub notebook: PathBuf,
    /// The executed copy.
    pub output: PathBuf,
    /// How it ended.
    pub status: RunStatus,
    /// The cell it ended at, unless it is done or skipped; `None` too if it was interrupted between two cells.
    pub failed: Option<FailedCell>,
    /// Why it was skipped.
    pub skip_reason: Option<String>,
    /// What the cells claimed, in order.
    pub claims: Vec<Claim>,
    /// Every code cell that is not empty, in order.
    pub cells: Vec<CellReport>,
    /// Cells that ran to an end, failed ones included; those whose results were kept are not among them.
    pub cells_run: usize,
    /// Cells whose results were taken from an earlier run.
    pub cells_kept: usize,
    /// Time until the session could run its first cell, s; 0 if none was needed.
    pub session_seconds: f64,
    /// What the cells used, each once: models, packages, files.
    pub used: Vec<Used>,
    /// Wall time, s.
    pub seconds: f64,
}

impl RunReport {
    /// The exit code for this notebook alone.
    pub fn exit_code(&self) -> u8 {
        exit_code::of(self.status)
    }
}
