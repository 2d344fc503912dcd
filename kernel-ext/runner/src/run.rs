//! One notebook, from the first cell to the last or to the one that fails.

use crate::claim::Claim;
use crate::error::RunnerError;
use crate::exit_code;
use crate::notebook::{CellKind, ENGINE_VERSION, Notebook};
use crate::outputs::Collector;
use crate::progress::Progress;
use kovacs_session::{CellClient, CellError, CellErrorKind, CellOutcome, Limits, Output, Place, Session, SessionError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Output allowed to a cell, bytes, unless the caller says otherwise: 16 MiB.
pub const DEFAULT_OUTPUT_BYTES: u64 = 16 << 20;

/// Saving may take this part of the time of a run. Large notebooks are saved less often than after every cell.
const SHARE_OF_SAVING: f64 = 0.05;

/// Something that runs cells and keeps their variables.
pub trait Executor {
    /// Runs a cell; hands over each output as it comes.
    ///
    /// # Errors
    /// The executor cannot be used any more. A failing cell is an outcome, not an error.
    fn execute(
        &mut self,
        code: &str,
        limits: &Limits,
        client: &mut dyn CellClient,
    ) -> Result<CellOutcome, SessionError>;
}

impl Executor for Session {
    fn execute(
        &mut self,
        code: &str,
        limits: &Limits,
        client: &mut dyn CellClient,
    ) -> Result<CellOutcome, SessionError> {
        Session::execute(self, code, limits, client)
    }
}

/// How to run a notebook.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Where the executed copy goes; may be the notebook itself.
    pub output: PathBuf,
    /// What each cell may use.
    pub limits: Limits,
    /// Set to stop before the next cell. A cell that runs is stopped through its session.
    pub stop: Arc<AtomicBool>,
}

impl RunOptions {
    /// Writes to `output`; no time limit, [`DEFAULT_OUTPUT_BYTES`] of output a cell.
    pub fn new(output: impl Into<PathBuf>) -> Self {
        RunOptions {
            output: output.into(),
            limits: Limits { time: None, output_bytes: Some(DEFAULT_OUTPUT_BYTES) },
            stop: Arc::default(),
        }
    }
}

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
    fn of(kind: CellErrorKind) -> RunStatus {
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
    /// Cells that ran to an end, failed ones included.
    pub cells_run: usize,
    /// Wall time, s.
    pub seconds: f64,
}

impl RunReport {
    /// The exit code for this notebook alone.
    pub fn exit_code(&self) -> u8 {
        exit_code::of(self.status)
    }
}

/// Runs the code cells of a notebook in order and writes the executed copy.
///
/// The copy is written while the run goes on and at its end, whatever that is. A cell tagged `skip` or
/// `skip-execution` is not run; a failing cell tagged `raises-exception` does not end the run. The copy's metadata
/// holds under `kovacs` the engine's version, the digest of the code, how it ended and at which cell, and for each
/// cell its status and seconds.
///
/// # Errors
/// The notebook cannot be read, or the copy cannot be written. Failing cells are in the report.
pub fn run(
    notebook: &Path,
    options: &RunOptions,
    executor: &mut dyn Executor,
    progress: &mut dyn Progress,
) -> Result<RunReport, RunnerError> {
    let mut run = Run::start(notebook, options)?;
    progress.notebook_started(notebook, run.cells.len());
    let cells = std::mem::take(&mut run.cells);
    for (number, cell) in (1..).zip(&cells) {
        if run.ended() {
            break;
        }
        if options.stop.load(Ordering::Relaxed) {
            run.report.status = RunStatus::Interrupted;
            break;
        }
        progress.cell_started(number, cells.len(), &cell.label);
        let seconds = run.execute(cell, options, executor);
        progress.cell_done(number, cells.len(), seconds);
        run.save_if_cheap()?;
    }
    run.save(true)?;
    progress.notebook_done(&run.report);
    Ok(run.report)
}

/// A cell to run, copied out of the notebook that is being changed.
struct Task {
    index: usize,
    id: String,
    label: String,
    source: String,
    may_fail: bool,
}

struct Run {
    notebook: Notebook,
    cells: Vec<Task>,
    report: RunReport,
    code_digest: String,
    started: Instant,
    executions: u32,
    last_save: Option<(Instant, Duration)>,
}

impl Run {
    fn start(path: &Path, options: &RunOptions) -> Result<Run, RunnerError> {
        let started = Instant::now();
        let mut notebook = Notebook::read(path)?;
        notebook.prepare();
        let mut cells = Vec::new();
        let mut skipped = Vec::new();
        for (index, cell) in notebook.cells().enumerate().filter(|(_, cell)| cell.kind == CellKind::Code) {
            let source = cell.source();
            if cell.has_tag("skip") || cell.has_tag("skip-execution") {
                skipped.push(index);
            } else if !source.trim().is_empty() {
                let may_fail = cell.has_tag("raises-exception");
                cells.push(Task { index, id: cell.id().to_owned(), label: cell.label(), source, may_fail });
            }
        }
        for index in skipped {
            notebook.set_cell_note(index, Some(json!({"status": "skipped"})));
        }
        for cell in &cells {
            notebook.set_cell_note(cell.index, Some(json!({"status": "not_run"})));
        }
        let report = RunReport {
            notebook: path.to_owned(),
            output: options.output.clone(),
            status: RunStatus::Done,
            failed: None,
            skip_reason: None,
            claims: Vec::new(),
            cells_run: 0,
            seconds: 0.0,
        };
        let code_digest = notebook.code_digest();
        Ok(Run { notebook, cells, report, code_digest, started, executions: 0, last_save: None })
    }

    fn ended(&self) -> bool {
        self.report.status != RunStatus::Done
    }

    /// Runs one cell; how long that took, s.
    fn execute(&mut self, cell: &Task, options: &RunOptions, executor: &mut dyn Executor) -> f64 {
        self.executions += 1;
        let started = Instant::now();
        let mut collector = Collector::default();
        let outcome = executor.execute(&cell.source, &options.limits, &mut |output: Output| collector.take(output));
        let seconds = started.elapsed().as_secs_f64();
        let error = match outcome {
            Ok(CellOutcome::Done) => collector.bad_claim.take().map(not_a_claim),
            Ok(CellOutcome::Failed(error)) => Some(*error),
            Err(error) => {
                // The session cannot run another cell, so the tag `raises-exception` cannot help.
                self.report.status = RunStatus::Died;
                Some(session_lost(&error))
            }
        };
        self.report.cells_run += 1;
        self.report.claims.append(&mut collector.claims);
        if let Some(reason) = collector.skip.take()
            && error.is_none()
        {
            self.report.status = RunStatus::Skipped;
            self.report.skip_reason = Some(reason);
        }
        let mut note = json!({"status": "done", "seconds": rounded(seconds)});
        if let Some(error) = &error {
            note["status"] = "failed".into();
            if let Some(place) = error.place {
                note["place"] = json!({"line": place.line, "column": place.column});
            }
            let forgiven = cell.may_fail && error.kind != CellErrorKind::Interrupted;
            if self.ended() || !forgiven {
                if !self.ended() {
                    self.report.status = RunStatus::of(error.kind);
                }
                self.report.failed = Some(FailedCell {
                    number: cell.index + 1,
                    id: cell.id.clone(),
                    label: cell.label.clone(),
                    name: error.name.clone(),
                    message: error.message.clone(),
                    place: error.place,
                });
            }
        }
        let outputs = collector.into_outputs(self.executions, error.as_ref());
        self.notebook.set_results(cell.index, Some(self.executions), outputs);
        self.notebook.set_cell_note(cell.index, Some(note));
        seconds
    }

    /// Saves unless that was done so recently, and is so slow, that the run would wait for the disk.
    fn save_if_cheap(&mut self) -> Result<(), RunnerError> {
        match self.last_save {
            Some((when, took)) if when.elapsed().as_secs_f64() * SHARE_OF_SAVING < took.as_secs_f64() => Ok(()),
            _ => self.save(false),
        }
    }

    fn save(&mut self, at_end: bool) -> Result<(), RunnerError> {
        let started = Instant::now();
        self.report.seconds = self.started.elapsed().as_secs_f64();
        let mut note = self.note();
        if !at_end && !self.ended() {
            // What a copy says whose run was killed.
            note["status"] = "running".into();
        }
        self.notebook.set_note(note);
        self.notebook.write(&self.report.output)?;
        self.last_save = Some((Instant::now(), started.elapsed()));
        Ok(())
    }

    fn note(&self) -> Value {
        let mut note = json!({
            "engine_version": ENGINE_VERSION,
            "code_digest": self.code_digest,
            "status": self.report.status,
            "cells_run": self.report.cells_run,
            "seconds": rounded(self.report.seconds),
        });
        if let Some(failed) = &self.report.failed {
            note["failed_cell"] = failed.id.clone().into();
        }
        if let Some(reason) = &self.report.skip_reason {
            note["reason"] = reason.clone().into();
        }
        note
    }
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1e3).round() / 1e3
}

fn not_a_claim(problem: String) -> CellError {
    let message = format!("the cell published a claim that is none: {problem}");
    CellError {
        kind: CellErrorKind::EarlyReturn,
        name: "ClaimError".into(),
        traceback: vec![message.clone()],
        message,
        place: None,
        variables_lost: false,
        lost: Vec::new(),
    }
}

fn session_lost(error: &SessionError) -> CellError {
    let message = error.to_string();
    CellError {
        kind: CellErrorKind::ProcessDied,
        name: "SessionLost".into(),
        traceback: vec![message.clone()],
        message,
        place: None,
        variables_lost: true,
        lost: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
