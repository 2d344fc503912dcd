//! The session: starts engine and cell process, runs cells, stops them.

use crate::cargo::toolchain::Toolchain;
use crate::engine::{Reply, Request};
use crate::engine_process::{CellProcess, EngineProcess, Incoming, Launch, start_engine};
use crate::error::SessionError;
use crate::events::{self, CellEvent, CellRequest, Incident};
use crate::outcome::{CellClient, CellError, CellErrorKind, CellOutcome, Limits, MimeBundle, Output, Place, Variable};
use crate::run::Run;
use crate::setup::{Progress, Setup};
use crate::sources::Sources;
use crate::traceback::{self, Where};
use kovacs_cell_cargo::{Compilations, read_journal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

/// How often limits are looked at.
const HEARTBEAT: Duration = Duration::from_millis(20);
/// How long the rest of a cell's output may take to arrive.
const LAST_OUTPUT: Duration = Duration::from_secs(5);

/// How a session is started.
#[derive(Clone, Debug)]
pub struct SessionOptions {
    /// Where cells run: relative paths in them start here.
    pub working_directory: PathBuf,
    /// The `kovacs` executable; `None` for the running one.
    pub executable: Option<PathBuf>,
    /// Prepare type inference while the user reads; of no use to a runner.
    pub warm_up: bool,
}

impl SessionOptions {
    /// A session that runs in `working_directory`, of the running executable.
    pub fn new(working_directory: impl Into<PathBuf>) -> Self {
        SessionOptions { working_directory: working_directory.into(), executable: None, warm_up: false }
    }
}

/// Rust cells evaluated one after the other, their variables kept.
pub struct Session {
    launch: Launch,
    setup: Setup,
    warm_up: bool,
    engine: EngineProcess,
    interrupt: Arc<AtomicBool>,
    next_sync: u64,
    /// How long cells ran, without compiling, since somebody set this to zero.
    pub(crate) running: Duration,
}

/// Asks a session to stop the running cell, from any thread.
#[derive(Clone, Debug)]
pub struct Interrupter {
    requested: Arc<AtomicBool>,
}

impl Interrupter {
    /// Stops the cell that runs now: politely at first, so that variables survive where the cell cooperates.
    pub fn interrupt(&self) {
        self.requested.store(true, Ordering::Relaxed);
    }
}

impl Session {
    /// Starts a session; what all sessions share is made first if it is missing (`progress` says so).
    ///
    /// # Errors
    /// There is no compiler, the standard library's sources are missing, or a folder cannot be written.
    pub fn start(options: &SessionOptions, progress: &mut dyn FnMut(&Progress)) -> Result<Session, SessionError> {
        let launch = Launch::new(options)?;
        let toolchain = Toolchain::find()?;
        let setup = Setup::ensure(&launch, &toolchain, progress)?;
        let engine = start_engine(&launch, &setup, &toolchain, options.warm_up)?;
        Ok(Session {
            launch,
            setup,
            warm_up: options.warm_up,
            engine,
            interrupt: Arc::default(),
            next_sync: 0,
            running: Duration::ZERO,
        })
    }

    /// The sources that cells see.
    pub fn sources(&self) -> Sources {
        Sources::of(&self.setup)
    }

    /// How the cells of this session were compiled so far.
    pub fn compilations(&self) -> Compilations {
        read_journal(&self.engine.journal)
    }

    /// An engine in place of one that is gone. The compiler may have been changed since the session began.
    fn new_engine(&mut self) -> Result<EngineProcess, SessionError> {
        let toolchain = Toolchain::find()?;
        self.setup = Setup::ensure(&self.launch, &toolchain, &mut |_| {})?;
        start_engine(&self.launch, &self.setup, &toolchain, self.warm_up)
    }

    /// Something that can stop a running cell from another thread.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter { requested: Arc::clone(&self.interrupt) }
    }

    /// Runs a cell in which all commands are evcxr's.
    pub(crate) fn evaluate(
        &mut self,
        code: &str,
        limits: &Limits,
        client: &mut dyn CellClient,
    ) -> Result<CellOutcome, SessionError> {
        self.interrupt.store(false, Ordering::Relaxed);
        let mut run = Run::new(limits, client);
        self.announce(code, &mut run);
        self.engine.request(&Request::Execute { code: code.to_owned() })?;
        let reply = loop {
            match self.engine.incoming.recv_timeout(HEARTBEAT) {
                Ok(Incoming::Reply(reply)) => break reply,
                Ok(Incoming::EngineEnded) | Err(RecvTimeoutError::Disconnected) => {
                    let message = self.engine.last_words();
                    self.engine = self.new_engine()?;
                    return Ok(run.failed(CellErrorKind::ProcessDied, format!("the engine ended: {message}"), true));
                }
                Ok(Incoming::Connected(stream)) => self.engine.cell.requests = Some(stream),
                Ok(Incoming::CellEnded) => self.engine.cell = CellProcess::default(),
                Ok(Incoming::Cell(CellEvent::Hello { pid })) => self.engine.cell.pid = Some(pid),
                Ok(Incoming::Cell(event)) => run.take(event),
                Err(RecvTimeoutError::Timeout) => {}
            }
            run.check(&self.interrupt);
            if !self.engine.enforce(&mut run) {
                self.engine = self.new_engine()?;
                return Ok(run.outcome_of_stop(true));
            }
        };
        self.running += run.started_at.map_or(Duration::ZERO, |start| start.elapsed());
        self.collect_rest(&mut run);
        self.conclude(reply, run, code)
    }

    /// Ends the cell process and starts a new one: variables are gone, items stay.
    ///
    /// # Errors
    /// The engine is gone.
    pub fn restart(&mut self) -> Result<(), SessionError> {
        match self.engine.ask(&Request::Restart)? {
            Reply::Failed(message) => Err(SessionError::EngineFailed { message }),
            _ => Ok(()),
        }
    }

    /// The session's variables, by name. Between cells; costs nothing when nobody asks.
    ///
    /// # Errors
    /// The engine is gone.
    pub fn variables(&mut self) -> Result<Vec<Variable>, SessionError> {
        match self.engine.ask(&Request::Variables)? {
            Reply::Variables(variables) => Ok(variables),
            _ => Err(SessionError::EngineGone { message: "it gave an answer to another question".into() }),
        }
    }

    /// Hands over what threads of earlier cells have written since; returns at once.
    pub fn background(&mut self, client: &mut dyn CellClient) {
        let limits = Limits::default();
        let mut run = Run::new(&limits, client);
        while let Ok(incoming) = self.engine.incoming.try_recv() {
            match incoming {
                Incoming::Cell(CellEvent::Hello { pid }) => self.engine.cell.pid = Some(pid),
                Incoming::Cell(event) => run.take(event),
                Incoming::Connected(stream) => self.engine.cell.requests = Some(stream),
                Incoming::CellEnded => self.engine.cell = CellProcess::default(),
                // Nobody asked anything; that the engine ended is said by the next cell.
                Incoming::Reply(_) | Incoming::EngineEnded => {}
            }
        }
    }

    /// Where cells run.
    pub(crate) fn working_directory(&self) -> &Path {
        &self.launch.working_directory
    }

    /// Starts a new engine in place of the old one: nothing of the session is left.
    pub(crate) fn begin_anew(&mut self) -> Result<(), SessionError> {
        self.engine = self.new_engine()?;
        Ok(())
    }

    /// Tells the cell process the source of the next cell, and waits until it knows: a model made of a closure names
    /// the cell that it is in.
    fn announce(&mut self, code: &str, run: &mut Run<'_>) {
        let Some(stream) = self.engine.cell.requests.as_mut() else { return };
        // A process that cannot be told is gone; running the cell says so.
        if events::send(stream, &CellRequest::Cell { code: code.to_owned() }).is_ok() {
            self.collect_rest(run);
        }
    }

    /// Waits until everything that the cell wrote has arrived.
    fn collect_rest(&mut self, run: &mut Run<'_>) {
        self.next_sync += 1;
        let number = self.next_sync;
        let Some(stream) = self.engine.cell.requests.as_mut() else { return };
        if events::send(stream, &CellRequest::Sync(number)).is_err() {
            return;
        }
        let deadline = Instant::now() + LAST_OUTPUT;
        while let Some(left) = deadline.checked_duration_since(Instant::now()) {
            match self.engine.incoming.recv_timeout(left) {
                Ok(Incoming::Cell(CellEvent::Synced(reached))) if reached == number => return,
                Ok(Incoming::Cell(CellEvent::Hello { pid })) => self.engine.cell.pid = Some(pid),
                Ok(Incoming::Cell(event)) => run.take(event),
                Ok(Incoming::Connected(stream)) => self.engine.cell.requests = Some(stream),
                Ok(Incoming::CellEnded) => {
                    self.engine.cell = CellProcess::default();
                    return;
                }
                Ok(Incoming::Reply(_)) => {}
                Ok(Incoming::EngineEnded) | Err(_) => return,
            }
        }
    }

    fn conclude(&mut self, reply: Reply, mut run: Run<'_>, code: &str) -> Result<CellOutcome, SessionError> {
        let process_ended = matches!(reply, Reply::ProcessEnded(_));
        if run.stop.is_some() {
            return Ok(run.outcome_of_stop(process_ended));
        }
        match reply {
            Reply::Executed(forms) => {
                if let Some(message) = run.load_failure.take() {
                    let message = format!("the compiled cell cannot be loaded: {message}");
                    return Ok(run.failed(CellErrorKind::Compile, message, false));
                }
                let failure = if run.error_left_cell {
                    Some((CellErrorKind::EarlyReturn, run.early_return.take(), "the cell was left through `?`"))
                } else if run.panic_left_cell {
                    Some((CellErrorKind::Panic, run.panic.take(), "the cell panicked"))
                } else {
                    None
                };
                if let Some((kind, incident, otherwise)) = failure {
                    // Should the report be missing, evcxr's notice alone is a failure too.
                    let incident = incident.unwrap_or_else(|| Incident {
                        name: kind.name().into(),
                        message: otherwise.into(),
                        file: String::new(),
                        line: 0,
                        column: 0,
                    });
                    return Ok(self.incident(kind, incident, code, &mut run));
                }
                run.emit_caught_text();
                // A unit is no result: it is what a cell of statements ends in.
                let is_unit = forms.len() == 1 && forms.get("text/plain").is_some_and(|text| text.trim() == "()");
                if !forms.is_empty() && !is_unit {
                    let data: MimeBundle = forms.into_iter().map(|(mime, text)| (mime, text.into())).collect();
                    run.emit(Output::display(data, true));
                }
                Ok(CellOutcome::Done)
            }
            Reply::CompileErrors(diagnostics) => {
                let traceback: Vec<String> = diagnostics.iter().map(|diagnostic| diagnostic.render(code)).collect();
                let first = diagnostics.first();
                Ok(CellOutcome::Failed(Box::new(CellError {
                    kind: CellErrorKind::Compile,
                    name: first.and_then(|error| error.code.clone()).unwrap_or(CellErrorKind::Compile.name().into()),
                    message: first.map_or("the compiler gave no message".into(), |error| error.message.clone()),
                    place: first.and_then(|error| error.labels.first()).map(|label| label.place),
                    traceback,
                    variables_lost: false,
                    lost: Vec::new(),
                })))
            }
            Reply::Refused(message) => {
                let kind =
                    if code.trim_start().starts_with(':') { CellErrorKind::Command } else { CellErrorKind::Compile };
                Ok(run.failed(kind, message, false))
            }
            Reply::ProcessEnded(message) => {
                let message = format!(
                    "the cell process ended while the cell ran ({}); variables are gone, functions and types are kept",
                    message.trim()
                );
                Ok(run.failed(CellErrorKind::ProcessDied, message, true))
            }
            Reply::Failed(message) => Err(SessionError::EngineFailed { message }),
            Reply::Ready | Reply::Located(_) | Reply::Restarted | Reply::Variables(_) => {
                Err(SessionError::EngineGone { message: "it gave an answer to another question".into() })
            }
        }
    }

    fn incident(&mut self, kind: CellErrorKind, incident: Incident, code: &str, run: &mut Run<'_>) -> CellOutcome {
        let place = match self.engine.ask(&Request::Locate { incident: incident.clone(), code: code.to_owned() }) {
            Ok(Reply::Located(place)) if incident.file.ends_with("lib.rs") => place,
            _ => None,
        };
        run.emit_caught_text();
        let name = short_type_name(&incident.name);
        let traceback = traceback::of(&name, &incident.message, &whereabouts(place, &incident), code);
        CellOutcome::Failed(Box::new(CellError {
            kind,
            name,
            message: incident.message,
            place,
            traceback,
            variables_lost: false,
            lost: Vec::new(),
        }))
    }
}

fn whereabouts(place: Option<Place>, incident: &Incident) -> Where {
    match place {
        Some(place) => Where::Here(place),
        None if incident.file.is_empty() => Where::Unknown,
        None if incident.file.ends_with("lib.rs") => Where::EarlierCell,
        None => Where::Elsewhere(incident.file.clone(), incident.line, incident.column),
    }
}

/// `ParseIntError` of `core::num::error::ParseIntError`; generic arguments are shortened too.
fn short_type_name(full: &str) -> String {
    let mut short = String::new();
    let mut word = String::new();
    for character in full.chars() {
        match character {
            ':' => word.clear(),
            letter if letter.is_alphanumeric() || letter == '_' => word.push(letter),
            other => {
                short.push_str(&word);
                word.clear();
                short.push(other);
            }
        }
    }
    short + &word
}
