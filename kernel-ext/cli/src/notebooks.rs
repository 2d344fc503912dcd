//! Runs notebooks one after the other, each in a session of its own that starts in the notebook's folder.

use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::output::notice;
use crate::reporter::Reporter;
use kovacs_runner::{Notebook, RunOptions, RunReport, exit_code};
use kovacs_session::{Limits, Session, SessionError, SessionOptions};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

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
}

impl Finished {
    /// The exit code for this notebook alone.
    pub fn exit_code(&self) -> u8 {
        match &self.outcome {
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
pub fn exit_code_of(finished: &[Finished]) -> u8 {
    let codes = || finished.iter().map(Finished::exit_code);
    codes()
        .find(|code| *code == exit_code::INTERRUPTED)
        .or_else(|| codes().find(|code| *code != exit_code::OK))
        .unwrap_or(exit_code::OK)
}

/// Runs the notebooks in order. A notebook that fails does not keep the next from running; an interrupt does.
///
/// # Errors
/// Sessions cannot be had at all: there is no compiler, or no folder to set them up in.
pub fn run_all(
    jobs: Vec<Job>,
    limits: &Limits,
    interrupts: &Interrupts,
    reporter: &mut Reporter,
) -> Result<Vec<Finished>, Failure> {
    let mut finished = Vec::with_capacity(jobs.len());
    for job in jobs {
        let outcome = if interrupts.requested() {
            Err(Failure::new("not run: interrupted before").code(exit_code::INTERRUPTED))
        } else if let Err(error) = Notebook::read(&job.notebook) {
            // Looked at first: nobody should wait for a session only to hear that there is no such file.
            Err(Failure::from(error).code(exit_code::NOTEBOOK_UNREADABLE))
        } else if let Err(failure) = make_folder(&job.output) {
            Err(failure)
        } else {
            let session = start(&job.notebook, reporter)?;
            run_one(&job, session, limits, interrupts, reporter)
        };
        if let Err(failure) = &outcome {
            reporter.clear();
            notice(&format!("error: {failure}"));
        }
        finished.push(Finished { job, outcome });
    }
    Ok(finished)
}

/// Makes the folder of an executed copy before hours are spent on what then cannot be kept.
fn make_folder(copy: &Path) -> Result<(), Failure> {
    let Some(folder) = copy.parent() else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|error| {
        let failure = Failure::from(error).context(format!("cannot write executed copies into `{}`", folder.display()));
        failure.code(exit_code::NOTEBOOK_UNREADABLE).remedy("name another folder with --out")
    })
}

fn run_one(
    job: &Job,
    mut session: Session,
    limits: &Limits,
    interrupts: &Interrupts,
    reporter: &mut Reporter,
) -> Result<RunReport, Failure> {
    let options = RunOptions { limits: *limits, stop: interrupts.flag(), ..RunOptions::new(&job.output) };
    interrupts.attend(Some(session.interrupter()));
    let report = kovacs_runner::run(&job.notebook, &options, &mut session, reporter);
    interrupts.attend(None);
    report.map_err(|error| Failure::from(error).code(exit_code::NOTEBOOK_UNREADABLE))
}

/// Starts a session in the folder of a notebook.
fn start(notebook: &Path, reporter: &mut Reporter) -> Result<Session, Failure> {
    let folder = match notebook.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let folder = folder.canonicalize().map_err(|error| {
        let failure = Failure::from(error).context(format!("cannot use the folder `{}`", folder.display()));
        failure.code(exit_code::NOTEBOOK_UNREADABLE)
    })?;
    let session = Session::start(&SessionOptions::new(folder), &mut |step| reporter.step(&step.to_string()));
    reporter.clear();
    session.map_err(no_session)
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
