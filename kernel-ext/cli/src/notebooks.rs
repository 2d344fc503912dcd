//! Runs notebooks, several at once if asked, each in a session of its own that starts in the notebook's folder.

use crate::failure::Failure;
use crate::inputs;
use crate::interrupt::{Attended, Interrupts};
use crate::references::{Compared, Comparison, compare};
use crate::reporter::Reporter;
use kovacs_runner::{Cache, Executor, Notebook, RunOptions, RunReport, RunnerError, exit_code};
use kovacs_session::{CellClient, CellOutcome, Limits, Session, SessionError, SessionOptions};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// A notebook and where its executed copy goes.
#[derive(Clone, Debug)]
pub struct Job {
    /// The notebook.
    pub notebook: PathBuf,
    /// The executed copy.
    pub output: PathBuf,
}

/// What became of one notebook.
pub struct Finished {
    /// What was to be done.
    pub job: Job,
    /// The report of the run, or why there was none.
    pub outcome: Result<RunReport, Failure>,
    /// How it compares with its reference, if that was looked at.
    pub compared: Option<Compared>,
}

/// How notebooks are run.
pub struct Manner {
    /// What a cell may use.
    pub limits: Limits,
    /// Values of parameters.
    pub parameters: Vec<(String, String)>,
    /// Take results that are kept.
    pub reuse: bool,
    /// Go on from the executed copies.
    pub resume: bool,
    /// So many notebooks at once.
    pub at_once: usize,
    /// What to do with the references.
    pub comparison: Comparison,
    /// Tell of failures only.
    pub quiet: bool,
}

impl Finished {
    /// The exit code for this notebook alone.
    pub fn exit_code(&self) -> u8 {
        let changed = self.compared.as_ref().is_some_and(Compared::is_failure);
        match &self.outcome {
            Ok(_) if changed => exit_code::CHANGED,
            Ok(report) => report.exit_code(),
            Err(failure) => failure.exit_code(),
        }
    }

    /// Everything about it, for `--json`.
    pub fn to_json(&self) -> Value {
        let mut value = json!({
            "notebook": self.job.notebook,
            "output": self.job.output,
            "exit_code": self.exit_code(),
        });
        let more = match &self.outcome {
            Err(failure) => json!({"status": "not_run", "error": failure.to_string()}),
            Ok(report) => json!({
                "status": report.status,
                "cells_run": report.cells_run,
                "cells_kept": report.cells_kept,
                "session_seconds": report.session_seconds,
                "used": report.used,
                "cells": report.cells.iter().map(|cell| json!({
                    "number": cell.number,
                    "id": cell.id,
                    "label": cell.label,
                    "status": cell.status,
                    "seconds": cell.seconds,
                    "why": cell.why.as_ref().map(ToString::to_string),
                })).collect::<Vec<_>>(),
                "reference": self.compared.as_ref().map(|compared| json!({
                    "claims": compared.size.0,
                    "curves": compared.size.1,
                    "missing": compared.missing,
                    "stored": compared.stored,
                    "other_data": compared.other_data,
                    "differences": compared.differences,
                })),
                "seconds": report.seconds,
                "skip_reason": report.skip_reason,
                "claims": report.claims,
                "failed": report.failed.as_ref().map(|failed| json!({
                    "number": failed.number,
                    "id": failed.id,
                    "label": failed.label,
                    "name": failed.name,
                    "message": failed.message,
                    "line": failed.place.map(|place| place.line),
                    "column": failed.place.map(|place| place.column),
                })),
            }),
        };
        if let (Some(all), Value::Object(more)) = (value.as_object_mut(), more) {
            all.extend(more);
        }
        value
    }
}

/// The exit code of all: an interrupt first, then the first that did not pass.
pub fn exit_code_of(codes: impl Iterator<Item = u8> + Clone) -> u8 {
    let mut of_interrupts = codes.clone();
    of_interrupts
        .find(|code| *code == exit_code::INTERRUPTED)
        .or_else(|| codes.clone().find(|code| *code != exit_code::OK))
        .unwrap_or(exit_code::OK)
}

/// Runs the notebooks. One that fails does not keep the next from running; an interrupt does.
///
/// # Errors
/// Sessions cannot be had at all: there is no compiler, or no folder to set them up in.
pub fn run_all(
    jobs: Vec<Job>,
    manner: &Manner,
    interrupts: &Interrupts,
    reporter: &mut Reporter,
) -> Result<Vec<Finished>, Failure> {
    let runner = Runner {
        manner,
        interrupts,
        cache: inputs::cache(),
        environment: inputs::environment(),
        starting: Mutex::default(),
        no_session: Mutex::default(),
        hopeless: AtomicBool::new(false),
    };
    let count = jobs.len();
    let jobs: Vec<Mutex<Option<Job>>> = jobs.into_iter().map(|job| Mutex::new(Some(job))).collect();
    let done: Vec<Mutex<Option<Finished>>> = (0..count).map(|_| Mutex::default()).collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..manner.at_once.clamp(1, count.max(1)) {
            let mut reporter = reporter.clone();
            let (runner, jobs, done, next) = (&runner, &jobs, &done, &next);
            scope.spawn(move || {
                while let Some((job, place)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    jobs.get(index).zip(done.get(index))
                } {
                    let Some(job) = job.lock().unwrap_or_else(PoisonError::into_inner).take() else { continue };
                    if !runner.hopeless.load(Ordering::Relaxed) {
                        let finished = runner.run(job, &mut reporter);
                        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(finished);
                    }
                }
            });
        }
    });
    if let Some(failure) = runner.no_session.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(failure);
    }
    Ok(done.into_iter().filter_map(|one| one.into_inner().unwrap_or_else(PoisonError::into_inner)).collect())
}

/// What all notebooks of a command share.
struct Runner<'a> {
    manner: &'a Manner,
    interrupts: &'a Interrupts,
    cache: Option<Cache>,
    environment: Value,
    /// Held while a session starts: what all share is made by the first one.
    starting: Mutex<()>,
    /// Why no session can be had at all: then no notebook can run.
    no_session: Mutex<Option<Failure>>,
    hopeless: AtomicBool,
}

impl Runner<'_> {
    fn run(&self, job: Job, reporter: &mut Reporter) -> Finished {
        let mut outcome = self.attempt(&job, reporter);
        reporter.clear();
        let mut compared = None;
        if let Ok(report) = &outcome {
            match compare(report, self.manner.comparison) {
                Ok(found) => compared = found,
                Err(failure) => outcome = Err(failure),
            }
        }
        if let Some(compared) = compared.as_ref().filter(|compared| !self.manner.quiet || compared.is_failure()) {
            reporter.tell(&compared.words(&job.notebook));
        }
        if let Err(failure) = &outcome {
            reporter.tell(&format!("error: {failure}"));
        }
        Finished { job, outcome, compared }
    }

    fn attempt(&self, job: &Job, reporter: &mut Reporter) -> Result<RunReport, Failure> {
        if self.interrupts.requested() {
            return Err(Failure::new("not run: interrupted before").code(exit_code::INTERRUPTED));
        }
        let unreadable = |error: RunnerError| Failure::from(error).code(exit_code::NOTEBOOK_UNREADABLE);
        // Looked at first: nothing is written for what cannot be read.
        Notebook::read(&job.notebook).map_err(unreadable)?;
        make_folder(&job.output)?;
        let options = RunOptions {
            limits: self.manner.limits,
            stop: self.interrupts.flag(),
            parameters: self.manner.parameters.clone(),
            cache: self.cache.clone(),
            reuse: self.manner.reuse,
            resume: self.manner.resume,
            locks: kovacs_home::cache_folder().map(|folder| folder.join("locks")),
            environment: self.environment.clone(),
            ..RunOptions::new(&job.output)
        };
        let folder = folder_of(&job.notebook)?;
        let mut session = OnDemand { folder, runner: self, reporter: reporter.clone(), session: None };
        kovacs_runner::run(&job.notebook, &options, &mut session, reporter).map_err(|error| match error {
            RunnerError::Session(error) => {
                let text = error.to_string();
                let failure = no_session(error);
                let code = failure.exit_code();
                self.no_session.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(failure);
                self.hopeless.store(true, Ordering::Relaxed);
                Failure::new(text).code(code)
            }
            error => unreadable(error),
        })
    }
}

/// A session that starts when the first cell is to run.
struct OnDemand<'a> {
    folder: PathBuf,
    runner: &'a Runner<'a>,
    reporter: Reporter,
    session: Option<(Session, Attended)>,
}

impl Executor for OnDemand<'_> {
    fn start(&mut self) -> Result<(), SessionError> {
        let reporter = &mut self.reporter;
        let _alone = self.runner.starting.lock().unwrap_or_else(PoisonError::into_inner);
        let session = Session::start(&SessionOptions::new(&self.folder), &mut |step| reporter.step(&step.to_string()));
        self.reporter.clear();
        let session = session?;
        let attended = self.runner.interrupts.attend(session.interrupter());
        self.session = Some((session, attended));
        Ok(())
    }

    fn execute(
        &mut self,
        code: &str,
        limits: &Limits,
        client: &mut dyn CellClient,
    ) -> Result<CellOutcome, SessionError> {
        match &mut self.session {
            Some((session, _)) => session.execute(code, limits, client),
            None => Err(SessionError::EngineGone { message: "the session was not started".into() }),
        }
    }
}

/// The folder of a notebook, in which its cells run.
fn folder_of(notebook: &Path) -> Result<PathBuf, Failure> {
    let folder = match notebook.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    folder.canonicalize().map_err(|error| {
        let failure = Failure::from(error).context(format!("cannot use the folder `{}`", folder.display()));
        failure.code(exit_code::NOTEBOOK_UNREADABLE)
    })
}

/// Makes the folder of an executed copy before hours are spent on what then cannot be kept.
fn make_folder(copy: &Path) -> Result<(), Failure> {
    let Some(folder) = copy.parent() else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|error| {
        let failure = Failure::from(error).context(format!("cannot write executed copies into `{}`", folder.display()));
        failure.code(exit_code::NOTEBOOK_UNREADABLE).remedy("name another folder with --out")
    })
}

/// Why cells cannot run at all, and what to do.
pub fn no_session(error: SessionError) -> Failure {
    let remedy = match &error {
        SessionError::NoCompiler { .. } | SessionError::BadCompiler { .. } => {
            Some("install Rust with rustup, and start `kovacs` from a shell in which `rustc --version` answers")
        }
        SessionError::File { .. } => {
            Some("check space and permissions there, or set `KOVACS_CACHE_DIR` to a folder you can write")
        }
        SessionError::EngineFailed { .. } | SessionError::EngineGone { .. } => {
            Some("run `kovacs setup --force`, which makes anew what sessions share")
        }
        _ => None,
    };
    let failure = Failure::from(error).context("cannot start a session").code(exit_code::CELL_PROCESS_DIED);
    match remedy {
        Some(remedy) => failure.remedy(remedy),
        None => failure,
    }
}
