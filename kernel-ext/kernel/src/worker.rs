//! The session, which blocks, in a thread of its own.
//!
//! It starts in the background: the kernel answers long before. The first cell waits for it and shows what it waits
//! for. A session that could not be started, or died, is started anew by the next cell.

use crate::assist::{Assist, StartAssist};
use crate::client::CellOutput;
use jupyter_protocol::StreamContent;
use kovacs_session::{
    CellError, CellErrorKind, CellOutcome, Interrupter, Limits, Session, SessionError, SessionOptions, Variable,
};
use std::io;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// How long what a thread of the cell writes after its cell may be on its way.
const BACKGROUND: Duration = Duration::from_millis(50);

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
    /// What served it, with its result in it.
    pub(crate) output: CellOutput,
}

/// Hands cells to the thread of the session.
#[derive(Clone)]
pub(crate) struct Worker {
    jobs: Sender<Job>,
    shared: Arc<Shared>,
}

/// What others may see of the thread.
#[derive(Default)]
struct Shared {
    /// There is none while a session starts.
    interrupter: Mutex<Option<Interrupter>>,
    assist: Mutex<Option<Arc<dyn Assist>>>,
    /// Locked while they are being read.
    variables: tokio::sync::Mutex<Vec<Variable>>,
    start: Mutex<Start>,
}

/// How far the start has got, and who waits for it.
#[derive(Default)]
struct Start {
    steps: Vec<String>,
    waiting: Option<CellOutput>,
}

impl Worker {
    /// Starts the thread, and in it the session.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(crate) fn start(
        options: SessionOptions,
        limits: Limits,
        assist: Option<StartAssist>,
    ) -> io::Result<(Worker, JoinHandle<()>)> {
        let (jobs, queue) = channel();
        let shared = Arc::new(Shared::default());
        let thread = Thread { options, limits, assist, shared: Arc::clone(&shared) };
        let thread = std::thread::Builder::new().name("session".into()).spawn(move || thread.serve(&queue))?;
        Ok((Worker { jobs, shared }, thread))
    }

    /// Queues a cell. It is dropped, and with it its `done`, when the session has ended.
    pub(crate) fn send(&self, job: Job) {
        if !self.is_ready() {
            let mut start = lock(&self.shared.start);
            start.steps.iter().for_each(|step| show(step, &job.output));
            start.waiting = Some(job.output.clone());
        }
        let _ = self.jobs.send(job);
    }

    /// Whether cells run; otherwise they wait for the session's start.
    pub(crate) fn is_ready(&self) -> bool {
        lock(&self.shared.interrupter).is_some()
    }

    /// Stops the cell that runs now.
    pub(crate) fn interrupt(&self) {
        if let Some(interrupter) = lock(&self.shared.interrupter).as_ref() {
            interrupter.interrupt();
        }
    }

    /// Who completes, once the session has started.
    pub(crate) fn assist(&self) -> Option<Arc<dyn Assist>> {
        lock(&self.shared.assist).clone()
    }

    /// The variables after the last cell that has ended.
    pub(crate) async fn variables(&self) -> Vec<Variable> {
        self.shared.variables.lock().await.clone()
    }
}

struct Thread {
    options: SessionOptions,
    limits: Limits,
    assist: Option<StartAssist>,
    shared: Arc<Shared>,
}

impl Thread {
    fn serve(&self, queue: &Receiver<Job>) {
        let mut session = self.start();
        let mut last: Option<CellOutput> = None;
        loop {
            match queue.recv_timeout(BACKGROUND) {
                Ok(job) => {
                    last = Some(job.output.clone());
                    if session.is_err() {
                        session = self.start();
                    }
                    session = self.run(job, session);
                }
                Err(RecvTimeoutError::Timeout) => {
                    if let (Ok(session), Some(client)) = (session.as_mut(), last.as_mut()) {
                        session.background(client);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn start(&self) -> Result<Session, SessionError> {
        lock(&self.shared.interrupter).take();
        let mut session = Session::start(&self.options, &mut |step| {
            let step = step.to_string();
            crate::log(&step);
            let mut start = lock(&self.shared.start);
            start.steps.push(step.clone());
            if let Some(output) = &start.waiting {
                show(&step, output);
            }
        });
        if let Ok(session) = &mut session {
            *lock(&self.shared.interrupter) = Some(session.interrupter());
            *lock(&self.shared.assist) = self.assist.as_ref().map(|start| start(session));
        }
        *lock(&self.shared.start) = Start::default();
        session
    }

    fn run(&self, mut job: Job, session: Result<Session, SessionError>) -> Result<Session, SessionError> {
        let mut session = match session {
            Ok(session) => session,
            Err(error) => {
                let report = failure(CellErrorKind::ProcessDied, format!("there is no session: {error}"));
                let _ = job.done.send(Finished { error: Some(Box::new(report)), output: job.output });
                return Err(error);
            }
        };
        if job.output.interrupted.load(Ordering::Relaxed) {
            let _ = job.done.send(Finished { error: Some(Box::new(interrupted())), output: job.output });
            return Ok(session);
        }
        let outcome = session.execute(&job.code, &self.limits, &mut job.output);
        // Whoever asks for the variables from now on gets those after this cell.
        let mut variables = self.shared.variables.blocking_lock();
        let (error, gone) = match outcome {
            Ok(CellOutcome::Done) => (None, None),
            Ok(CellOutcome::Failed(error)) => (Some(error), None),
            Err(error) => {
                let report = failure(CellErrorKind::ProcessDied, format!("the session is gone: {error}"));
                (Some(Box::new(report)), Some(error))
            }
        };
        let succeeded = error.is_none();
        let _ = job.done.send(Finished { error, output: job.output });
        if let Some(error) = gone {
            variables.clear();
            return Err(error);
        }
        *variables = session.variable_types().unwrap_or_default();
        if succeeded && let Some(assist) = lock(&self.shared.assist).clone() {
            assist.commit(&job.code, variables.clone());
        }
        Ok(session)
    }
}

/// What the start of the session does, for the cell that waits for it.
fn show(step: &str, output: &CellOutput) {
    if !output.quiet {
        output.outbox.publish(Some(&output.request.header), StreamContent::stderr(&format!("{step}\n")));
    }
}

/// A cell that was stopped before it started.
pub(crate) fn interrupted() -> CellError {
    failure(CellErrorKind::Interrupted, "the cell was interrupted before it started".to_owned())
}

/// A question about a name that nothing is known of.
pub(crate) fn unknown(name: &str) -> CellError {
    failure(CellErrorKind::Command, format!("nothing is known of `{name}`"))
}

/// A cell whose session has ended without a word.
pub(crate) fn ended() -> CellError {
    failure(CellErrorKind::ProcessDied, "the session has ended; restart the kernel".to_owned())
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

/// A panic elsewhere leaves nothing half-changed here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
