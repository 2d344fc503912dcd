//! The session, which blocks, in a thread of its own.
//!
//! It starts in the background: the kernel answers long before. The first cell waits for it and shows what it waits
//! for. A session that could not be started, or died, is started anew by the next cell. What variables hold is looked
//! at between cells, and only when somebody asks.

use crate::assist::{Assist, StartAssist};
use crate::client::CellOutput;
use crate::waiting::Waiting;
use kovacs_session::commands::{CellText, Line};
use kovacs_session::{
    CellError, CellErrorKind, CellOutcome, Interrupter, Limits, Session, SessionError, SessionOptions, Variable,
};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// How long what a thread of the cell writes after its cell may be on its way.
const BACKGROUND: Duration = Duration::from_millis(50);

/// How long whoever asks for variables waits until they have been looked at.
const LOOK: Duration = Duration::from_secs(5);

/// What the thread is to do.
enum Task {
    Run(Job),
    /// Look at the variables.
    Look(oneshot::Sender<Vec<Variable>>),
}

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
    tasks: Sender<Task>,
    shared: Arc<Shared>,
}

/// What others may see of the thread.
#[derive(Default)]
struct Shared {
    /// There is none while a session starts.
    interrupter: Mutex<Option<Interrupter>>,
    assist: Mutex<Option<Arc<dyn Assist>>>,
    /// As they were seen last. Locked while they are being read.
    variables: tokio::sync::Mutex<Vec<Variable>>,
    /// Cells that run or wait for their turn.
    cells: AtomicUsize,
    /// Whoever waits for the start of the session.
    waiting: Mutex<Waiting>,
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
        let (tasks, queue) = channel();
        let shared = Arc::new(Shared::default());
        let thread = Thread { options, limits, assist, shared: Arc::clone(&shared) };
        let thread = std::thread::Builder::new().name("session".into()).spawn(move || thread.serve(&queue))?;
        Ok((Worker { tasks, shared }, thread))
    }

    /// Queues a cell. It is dropped, and with it its `done`, when the session has ended.
    pub(crate) fn send(&self, job: Job) {
        if !self.is_ready() {
            lock(&self.shared.waiting).add(&job.output);
        }
        self.shared.cells.fetch_add(1, Ordering::Relaxed);
        let _ = self.tasks.send(Task::Run(job));
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

    /// The variables: what they hold now, or, while a cell runs or the session starts, what was seen last.
    pub(crate) async fn variables(&self) -> Vec<Variable> {
        if self.is_ready() && self.shared.cells.load(Ordering::Relaxed) == 0 {
            let (sender, seen) = oneshot::channel();
            if self.tasks.send(Task::Look(sender)).is_ok()
                && let Ok(Ok(variables)) = tokio::time::timeout(LOOK, seen).await
            {
                return variables;
            }
        }
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
    fn serve(&self, queue: &Receiver<Task>) {
        let mut session = self.start();
        let mut last: Option<CellOutput> = None;
        loop {
            match queue.recv_timeout(BACKGROUND) {
                Ok(Task::Run(job)) => {
                    last = Some(job.output.clone());
                    if session.is_err() {
                        session = self.start();
                    }
                    session = self.run(job, session);
                }
                Ok(Task::Look(seen)) => {
                    if let Ok(session) = session.as_mut() {
                        self.look(session, seen);
                    }
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
            crate::log(&step.to_string());
            lock(&self.shared.waiting).step(step);
        });
        if let Ok(session) = &mut session {
            *lock(&self.shared.interrupter) = Some(session.interrupter());
            *lock(&self.shared.assist) = self.assist.as_ref().map(|start| start(session));
        }
        std::mem::take(&mut *lock(&self.shared.waiting)).end(session.is_ok());
        session
    }

    fn run(&self, mut job: Job, session: Result<Session, SessionError>) -> Result<Session, SessionError> {
        let mut session = match session {
            Ok(session) => session,
            Err(error) => {
                let report = CellError::new(CellErrorKind::ProcessDied, format!("there is no session: {error}"));
                self.finish(job, Some(Box::new(report)));
                return Err(error);
            }
        };
        if job.output.interrupted.load(Ordering::Relaxed) {
            self.finish(job, Some(Box::new(interrupted())));
            return Ok(session);
        }
        let generation = session.generation();
        let outcome = session.execute(&job.code, &self.limits, &mut job.output);
        // Whoever asks for the variables from now on gets those after this cell.
        let mut variables = self.shared.variables.blocking_lock();
        let (error, gone) = match outcome {
            Ok(CellOutcome::Done) => (None, None),
            Ok(CellOutcome::Failed(error)) => (Some(error), None),
            Err(error) => {
                let report = CellError::new(CellErrorKind::ProcessDied, format!("the session is gone: {error}"));
                (Some(Box::new(report)), Some(error))
            }
        };
        let succeeded = error.is_none();
        let code = job.code.clone();
        self.finish(job, error);
        if let Some(error) = gone {
            variables.clear();
            return Err(error);
        }
        let seen = std::mem::replace(&mut *variables, session.variable_types().unwrap_or_default());
        keep_what_was_seen(&mut variables, seen);
        if let Some(assist) = lock(&self.shared.assist).clone() {
            if session.generation() != generation || clears(&code) {
                assist.reset();
            }
            if succeeded {
                assist.commit(&code, variables.clone());
            }
        }
        Ok(session)
    }

    /// Hands a cell back. From now on it may be asked what the variables hold.
    fn finish(&self, job: Job, error: Option<Box<CellError>>) {
        self.shared.cells.fetch_sub(1, Ordering::Relaxed);
        // Who sent it may have gone.
        let _ = job.done.send(Finished { error, output: job.output });
    }

    fn look(&self, session: &mut Session, seen: oneshot::Sender<Vec<Variable>>) {
        let mut variables = self.shared.variables.blocking_lock();
        // A session that is gone is started anew by the next cell, which says so.
        *variables = session.variables().unwrap_or_default();
        // Who asked may have gone.
        let _ = seen.send(variables.clone());
    }
}

/// Sizes and previews of variables that still have the name and the type they had: they may be older than the last cell.
fn keep_what_was_seen(variables: &mut [Variable], seen: Vec<Variable>) {
    for old in seen {
        let same = |new: &&mut Variable| new.name == old.name && new.type_name == old.type_name;
        if let Some(new) = variables.iter_mut().find(same) {
            (new.bytes, new.preview) = (old.bytes, old.preview);
        }
    }
}

/// Whether a cell has evcxr forget everything.
fn clears(code: &str) -> bool {
    CellText::split(code).lines.iter().any(|(_, _, line)| matches!(line, Line::Command { name: ":clear", .. }))
}

/// A cell that was stopped before it started.
pub(crate) fn interrupted() -> CellError {
    CellError::new(CellErrorKind::Interrupted, "the cell was interrupted before it started")
}

/// A question about a name that nothing is known of.
pub(crate) fn unknown(name: &str) -> CellError {
    CellError::new(CellErrorKind::Command, format!("nothing is known of `{name}`"))
}

/// A cell whose session has ended without a word.
pub(crate) fn ended() -> CellError {
    CellError::new(CellErrorKind::ProcessDied, "the session has ended; restart the kernel")
}

/// A panic elsewhere leaves nothing half-changed here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
