//! The session, which blocks, in a thread of its own.
//!
//! It starts in the background: the kernel answers long before. The first cell waits for it. A session that could not
//! be started, or died, is started anew by the next cell.

use crate::client::CellOutput;
use kovacs_session::{
    CellError, CellErrorKind, CellOutcome, Interrupter, Limits, Session, SessionError, SessionOptions,
};
use std::io;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// A cell to run, and who wants to know of it.
pub(crate) struct Job {
    pub(crate) code: String,
    pub(crate) output: CellOutput,
    pub(crate) done: oneshot::Sender<Finished>,
}

/// A cell that has run.
pub(crate) struct Finished {
    /// `None` if it ran to its end.
    pub(crate) error: Option<Box<CellError>>,
    /// What it left, with its output in it.
    pub(crate) output: CellOutput,
}

/// Hands cells to the thread of the session.
#[derive(Clone)]
pub(crate) struct Worker {
    jobs: Sender<Job>,
    interrupter: Arc<Mutex<Option<Interrupter>>>,
}

impl Worker {
    /// Starts the thread, and in it the session.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(crate) fn start(options: SessionOptions, limits: Limits) -> io::Result<(Worker, JoinHandle<()>)> {
        let (jobs, queue) = channel();
        let interrupter = Arc::new(Mutex::new(None));
        let shared = Arc::clone(&interrupter);
        let thread = std::thread::Builder::new()
            .name("session".into())
            .spawn(move || run(&options, &limits, &queue, &shared))?;
        Ok((Worker { jobs, interrupter }, thread))
    }

    /// Queues a cell. It is dropped, and with it its `done`, when the session has ended.
    pub(crate) fn send(&self, job: Job) {
        let _ = self.jobs.send(job);
    }

    /// Stops the cell that runs now.
    pub(crate) fn interrupt(&self) {
        if let Some(interrupter) = self.interrupter.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            interrupter.interrupt();
        }
    }
}

fn run(options: &SessionOptions, limits: &Limits, queue: &Receiver<Job>, interrupter: &Mutex<Option<Interrupter>>) {
    let start = || {
        let session = Session::start(options, &mut |step| crate::log(step))?;
        *interrupter.lock().unwrap_or_else(PoisonError::into_inner) = Some(session.interrupter());
        Ok::<Session, SessionError>(session)
    };
    let mut session = start();
    while let Ok(mut job) = queue.recv() {
        if session.is_err() {
            session = start();
        }
        let error = if job.output.interrupted.load(Ordering::Relaxed) {
            Some(Box::new(interrupted()))
        } else {
            match session.as_mut().map(|session| session.execute(&job.code, limits, &mut job.output)) {
                Ok(Ok(CellOutcome::Done)) => None,
                Ok(Ok(CellOutcome::Failed(error))) => Some(error),
                Ok(Err(error)) => {
                    let report = no_session(&error);
                    session = Err(error);
                    Some(Box::new(report))
                }
                Err(error) => Some(Box::new(no_session(error))),
            }
        };
        let _ = job.done.send(Finished { error, output: job.output });
    }
}

/// A cell that was stopped before it started.
pub(crate) fn interrupted() -> CellError {
    failure(CellErrorKind::Interrupted, "the cell was interrupted before it started".to_owned())
}

fn no_session(error: &SessionError) -> CellError {
    failure(CellErrorKind::ProcessDied, format!("no session: {error}"))
}

fn failure(kind: CellErrorKind, message: String) -> CellError {
    CellError {
        kind,
        name: kind.name().to_owned(),
        traceback: vec![format!("{}: {message}", kind.name())],
        message,
        place: None,
        variables_lost: false,
        lost: Vec::new(),
    }
}
