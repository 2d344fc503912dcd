//! One notebook, from the first cell to the last or to the one that fails.

use crate::cache::{Cache, Entry};
use crate::error::RunnerError;
use crate::lock::Lock;
use crate::notebook::{CellKind, ENGINE_VERSION, Notebook};
use crate::outputs::Collector;
use crate::plan::{Grounds, Plan, Why};
use crate::progress::Progress;
use crate::report::{CellReport, CellStatus, FailedCell, RunReport, RunStatus};
use kovacs_core::units::{Dimension, parse_internal};
use kovacs_session::{
    CellClient, CellError, CellErrorKind, CellOutcome, InputRequest, Limits, Output, Session, SessionError, Used,
};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Output allowed to a cell, bytes, unless the caller says otherwise: 16 MiB.
pub const DEFAULT_OUTPUT_BYTES: u64 = 16 << 20;

/// Saving may take this part of the time of a run. Large notebooks are saved less often than after every cell.
const SHARE_OF_SAVING: f64 = 0.05;
/// What a running cell has written is in the file after this time at the latest, unless saving is slow.
const STREAM_EVERY: Duration = Duration::from_millis(500);

/// Something that runs cells and keeps their variables.
pub trait Executor {
    /// Called before the first cell that is to run; never if all results are kept.
    ///
    /// # Errors
    /// No cell can run at all.
    fn start(&mut self) -> Result<(), SessionError> {
        Ok(())
    }

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
    /// What each cell may use; a tag `timeout=60s` of a cell comes before the time here.
    pub limits: Limits,
    /// Set to stop before the next cell. A cell that runs is stopped through its session.
    pub stop: Arc<AtomicBool>,
    /// Values for parameters of the notebook: name and value as given.
    pub parameters: Vec<(String, String)>,
    /// Where results are kept; `None`: nowhere.
    pub cache: Option<Cache>,
    /// Take results that are kept; otherwise every cell runs, and its results are kept.
    pub reuse: bool,
    /// Go on from the executed copy that is there: its finished cells count, whatever they reach outside for.
    pub resume: bool,
    /// Folder for the locks that keep two runs apart; `None`: nobody is kept out.
    pub locks: Option<PathBuf>,
    /// What the executed copy says of where it was made: versions, compiler, system.
    pub environment: Value,
}

impl RunOptions {
    /// Writes to `output`; no time limit, [`DEFAULT_OUTPUT_BYTES`] of output a cell, nothing kept.
    pub fn new(output: impl Into<PathBuf>) -> Self {
        RunOptions {
            output: output.into(),
            limits: Limits { time: None, output_bytes: Some(DEFAULT_OUTPUT_BYTES) },
            stop: Arc::default(),
            parameters: Vec::new(),
            cache: None,
            reuse: true,
            resume: false,
            locks: None,
            environment: Value::Null,
        }
    }
}

/// Runs the code cells of a notebook in order and writes the executed copy.
///
/// The copy is written while the run goes on and at its end, whatever that is. A cell tagged `skip` or
/// `skip-execution` is not run; a failing cell tagged `raises-exception` does not end the run. Results that are kept
/// and still hold are taken as they are; the executor is started for the first cell that runs. The copy's metadata
/// holds under `kovacs` the engine's version, the digest of the code, the environment, how it ended and at which cell,
/// and for each cell its status and seconds.
///
/// # Errors
/// The notebook cannot be read, a parameter or a tag does not fit, another run writes the same copy, no session can be
/// had, or the copy cannot be written. Failing cells are in the report.
pub fn run(
    notebook: &Path,
    options: &RunOptions,
    executor: &mut dyn Executor,
    progress: &mut dyn Progress,
) -> Result<RunReport, RunnerError> {
    let _lock = options.locks.as_ref().map(|folder| Lock::take(folder, &options.output)).transpose()?;
    let mut run = Run::start(notebook, options)?;
    progress.notebook_started(notebook, run.cells.len());
    progress.planned(run.plan.kept.len(), &run.reasons());
    let cells = std::mem::take(&mut run.cells);
    if !run.plan.runs.is_empty() {
        // Whether the copy can be written is known before hours are spent; a session is not needed for that.
        run.save(false)?;
        run.last_save = None;
        let starting = Instant::now();
        executor.start()?;
        run.report.session_seconds = starting.elapsed().as_secs_f64();
    }
    for (order, cell) in cells.iter().enumerate() {
        if run.ended() {
            break;
        }
        if options.stop.load(Ordering::Relaxed) {
            run.report.status = RunStatus::Interrupted;
            break;
        }
        if let Some(entry) = run.plan.kept.remove(&order) {
            run.restore(order, cell, entry);
            progress.cell_kept(order + 1, cells.len());
            continue;
        }
        progress.cell_started(order + 1, cells.len(), &cell.label);
        let seconds = run.execute(order, cell, options, executor)?;
        progress.cell_done(order + 1, cells.len(), seconds);
        run.save_if_cheap()?;
    }
    run.save(true)?;
    progress.notebook_done(&run.report);
    Ok(run.report)
}

/// A cell to run, copied out of the notebook that is being changed.
struct Task {
    index: usize,
    /// Which of [`RunReport::cells`] it is.
    row: usize,
    id: String,
    label: String,
    source: String,
    may_fail: bool,
    time: Option<Duration>,
}

struct Run {
    notebook: Notebook,
    cells: Vec<Task>,
    plan: Plan,
    cache: Option<Cache>,
    report: RunReport,
    code_digest: String,
    environment: Value,
    started: Instant,
    executions: u32,
    last_save: Option<(Instant, Duration)>,
}

impl Run {
    fn start(path: &Path, options: &RunOptions) -> Result<Run, RunnerError> {
        let started = Instant::now();
        let mut notebook = Notebook::read(path)?;
        notebook
            .set_parameters(&options.parameters)
            .map_err(|problem| RunnerError::Parameter { path: path.to_owned(), problem })?;
        // Read before it is written over. One that is damaged or of another notebook has no results to go on from.
        let earlier = if options.resume { Notebook::read(&options.output).ok() } else { None };
        notebook.prepare();
        let mut cells = Vec::new();
        let mut rows = Vec::new();
        for (index, cell) in notebook.cells().enumerate().filter(|(_, cell)| cell.kind == CellKind::Code) {
            let source = cell.source();
            if source.trim().is_empty() {
                continue;
            }
            let skipped = cell.has_tag("skip") || cell.has_tag("skip-execution");
            let (number, id, label) = (index + 1, cell.id().to_owned(), cell.label());
            if !skipped {
                let may_fail = cell.has_tag("raises-exception");
                let time = cell.tag_value("timeout").map(|text| own_limit(path, number, text)).transpose()?;
                let (id, label, row) = (id.clone(), label.clone(), rows.len());
                cells.push(Task { index, row, id, label, source, may_fail, time });
            }
            let status = if skipped { CellStatus::Skipped } else { CellStatus::NotRun };
            rows.push(CellReport { number, id, label, status, why: None, seconds: 0.0 });
        }
        for row in &rows {
            let status = if row.status == CellStatus::Skipped { "skipped" } else { "not_run" };
            notebook.set_cell_note(row.number - 1, Some(json!({"status": status})));
        }
        let plan = plan(path, options, &cells, earlier.as_ref());
        let report = RunReport {
            notebook: path.to_owned(),
            output: options.output.clone(),
            status: RunStatus::Done,
            failed: None,
            skip_reason: None,
            claims: Vec::new(),
            cells: rows,
            cells_run: 0,
            cells_kept: 0,
            session_seconds: 0.0,
            used: Vec::new(),
            seconds: 0.0,
        };
        let code_digest = notebook.code_digest();
        let (cache, environment) = (options.cache.clone(), options.environment.clone());
        Ok(Run {
            notebook,
            cells,
            plan,
            cache,
            report,
            code_digest,
            environment,
            started,
            executions: 0,
            last_save: None,
        })
    }

    fn ended(&self) -> bool {
        self.report.status != RunStatus::Done
    }

    /// Number of every cell that runs, and why.
    fn reasons(&self) -> Vec<(usize, Why)> {
        let number = |order: &usize| self.cells.get(*order).map_or(0, |cell| cell.index + 1);
        self.plan.runs.iter().map(|(order, why)| (number(order), why.clone())).collect()
    }

    /// Takes the results of an earlier run.
    fn restore(&mut self, order: usize, cell: &Task, entry: Entry) {
        self.executions += 1;
        let Entry { mut outputs, mut note, used } = entry;
        for output in &mut outputs {
            if output.get("output_type").is_some_and(|kind| kind == "execute_result") {
                output["execution_count"] = self.executions.into();
            }
        }
        let mut collector = Collector::default();
        collector.read_stored(&outputs);
        note["kept"] = true.into();
        self.note_key(order, &mut note, &used);
        self.report.cells_kept += 1;
        if let Some(row) = self.report.cells.get_mut(cell.row) {
            row.status = CellStatus::Kept;
            row.seconds = note["seconds"].as_f64().unwrap_or_default();
        }
        self.conclude(&mut collector, used, false);
        self.notebook.set_results(cell.index, Some(self.executions), outputs);
        self.notebook.set_cell_note(cell.index, Some(note));
    }

    /// Runs one cell; how long that took, s.
    fn execute(
        &mut self,
        order: usize,
        cell: &Task,
        options: &RunOptions,
        executor: &mut dyn Executor,
    ) -> Result<f64, RunnerError> {
        self.executions += 1;
        let started = Instant::now();
        let limits = Limits { time: cell.time.or(options.limits.time), ..options.limits };
        let mut client = Client {
            run: self,
            index: cell.index,
            collector: Collector::default(),
            used: Vec::new(),
            new: false,
            trouble: None,
        };
        let outcome = executor.execute(&cell.source, &limits, &mut client);
        let Client { mut collector, used, trouble, .. } = client;
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
        self.conclude(&mut collector, used.clone(), error.is_some());
        let mut note = json!({"status": "done", "seconds": rounded(seconds)});
        let mut status = CellStatus::Done;
        if let Some(error) = &error {
            note["status"] = "failed".into();
            status = CellStatus::FailedAsTagged;
            if let Some(place) = error.place {
                note["place"] = json!({"line": place.line, "column": place.column});
            }
            let forgiven = cell.may_fail && error.kind != CellErrorKind::Interrupted;
            if self.ended() || !forgiven {
                status = CellStatus::Failed;
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
        let outputs = collector.outputs(self.executions, error.as_ref());
        let repeatable = error.as_ref().is_none_or(|error| !error.variables_lost && is_of_the_code(error.kind));
        if let (Some(cache), Some(key), true) = (&self.cache, self.plan.keys.get(order), repeatable)
            && status != CellStatus::Failed
        {
            cache.put(key, &Entry { outputs: outputs.clone(), note: note.clone(), used: used.clone() });
        }
        self.note_key(order, &mut note, &used);
        if let Some(row) = self.report.cells.get_mut(cell.row) {
            (row.status, row.seconds, row.why) = (status, seconds, self.plan.runs.get(&order).cloned());
        }
        self.notebook.set_results(cell.index, Some(self.executions), outputs);
        self.notebook.set_cell_note(cell.index, Some(note));
        trouble.map_or(Ok(seconds), Err)
    }

    /// What another run goes on from.
    fn note_key(&self, order: usize, note: &mut Value, used: &[Used]) {
        if let Some(key) = self.plan.keys.get(order) {
            note["key"] = key.as_str().into();
        }
        if !used.is_empty() {
            note["used"] = json!(used);
        }
    }

    /// Claims, inputs, and whether the rest is skipped.
    fn conclude(&mut self, collector: &mut Collector, used: Vec<Used>, failed: bool) {
        self.report.claims.append(&mut collector.claims);
        for input in used {
            if !self.report.used.contains(&input) {
                self.report.used.push(input);
            }
        }
        if let Some(reason) = collector.skip.take()
            && !failed
            && !self.ended()
        {
            self.report.status = RunStatus::Skipped;
            self.report.skip_reason = Some(reason);
        }
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
            "cells_kept": self.report.cells_kept,
            "seconds": rounded(self.report.seconds),
        });
        if !self.environment.is_null() {
            note["environment"] = self.environment.clone();
            note["environment"]["inputs"] = json!(self.report.used);
        }
        if let Some(failed) = &self.report.failed {
            note["failed_cell"] = failed.id.clone().into();
        }
        if let Some(reason) = &self.report.skip_reason {
            note["reason"] = reason.clone().into();
        }
        note
    }
}

/// Takes the outputs of the running cell, and puts them into the file while it runs.
struct Client<'a> {
    run: &'a mut Run,
    index: usize,
    collector: Collector,
    used: Vec<Used>,
    /// Something came since the file was written.
    new: bool,
    trouble: Option<RunnerError>,
}

impl CellClient for Client<'_> {
    fn output(&mut self, output: Output) {
        self.collector.take(output);
        self.new = true;
    }

    fn input(&mut self, _request: &InputRequest) -> Option<String> {
        None
    }

    fn can_answer(&self) -> bool {
        false
    }

    fn used(&mut self, used: Used) {
        if !self.used.contains(&used) {
            self.used.push(used);
        }
    }

    fn waiting(&mut self) {
        let recent = self.run.last_save.is_some_and(|(when, _)| when.elapsed() < STREAM_EVERY);
        if self.new && !recent && self.trouble.is_none() {
            let count = self.run.executions;
            self.run.notebook.set_results(self.index, Some(count), self.collector.outputs(count, None));
            self.trouble = self.run.save_if_cheap().err();
            self.new = false;
        }
    }
}

fn plan(path: &Path, options: &RunOptions, cells: &[Task], earlier: Option<&Notebook>) -> Plan {
    let Some(cache) = &options.cache else {
        let runs = (0..cells.len()).map(|order| (order, Why::New)).collect();
        return Plan { runs, ..Plan::default() };
    };
    let sources: Vec<&str> = cells.iter().map(|cell| cell.source.as_str()).collect();
    let numbers: Vec<usize> = cells.iter().map(|cell| cell.index + 1).collect();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let reuse = options.reuse || options.resume;
    Plan::of(&Grounds { sources: &sources, numbers: &numbers, folder, reuse, resume: earlier }, cache)
}

/// The time limit that a tag states.
fn own_limit(path: &Path, number: usize, text: &str) -> Result<Duration, RunnerError> {
    let bad = |problem: String| RunnerError::BadTag {
        path: path.to_owned(),
        number,
        tag: format!("timeout={text}"),
        problem,
    };
    let seconds = parse_internal(text, Dimension::Time).map_err(|error| bad(error.to_string()))?;
    Duration::try_from_secs_f64(seconds).map_err(|_| bad("no time limit is so long, or less than 0 s".into()))
}

/// Whether a cell that failed so would fail so again.
fn is_of_the_code(kind: CellErrorKind) -> bool {
    matches!(kind, CellErrorKind::Compile | CellErrorKind::Panic | CellErrorKind::EarlyReturn | CellErrorKind::Command)
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1e3).round() / 1e3
}

fn not_a_claim(problem: String) -> CellError {
    let message = format!("the cell published a claim that is none: {problem}");
    CellError {
        name: "ClaimError".into(),
        traceback: vec![message.clone()],
        ..CellError::new(CellErrorKind::EarlyReturn, message)
    }
}

fn session_lost(error: &SessionError) -> CellError {
    let message = error.to_string();
    CellError {
        name: "SessionLost".into(),
        traceback: vec![message.clone()],
        variables_lost: true,
        ..CellError::new(CellErrorKind::ProcessDied, message)
    }
}

#[cfg(test)]
mod tests;
