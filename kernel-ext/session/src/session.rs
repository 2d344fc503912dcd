//! The session: starts engine and cell process, runs cells, stops them.

use crate::engine::{EngineOptions, Reply, Request};
use crate::error::SessionError;
use crate::events::{self, CellEvent, CellRequest, Incident, SOCKET_VARIABLE};
use crate::outcome::{CellError, CellErrorKind, CellOutcome, Limits, MimeBundle, Output};
use crate::process_tree::descendants;
use crate::setup::{Setup, tail};
use crate::wrapper;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// First argument that makes the executable an engine; the second one holds its options.
pub const ENGINE_ARGUMENT: &str = "__engine";
/// Only argument that makes the executable a cell process.
pub const CELL_ARGUMENT: &str = "__cell";

/// How long a cell may take to notice a polite request to stop.
const POLITE: Duration = Duration::from_millis(300);
/// How long the engine may take to notice that what it waits for has been killed.
const AFTER_KILL: Duration = Duration::from_secs(10);
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

/// What is needed to start an engine.
pub(crate) struct Launch {
    executable: PathBuf,
    working_directory: PathBuf,
}

impl Launch {
    pub(crate) fn new(options: &SessionOptions) -> Result<Launch, SessionError> {
        let executable = match &options.executable {
            Some(path) => path.clone(),
            None => std::env::current_exe().map_err(SessionError::file("find", "the running executable"))?,
        };
        Ok(Launch { executable, working_directory: options.working_directory.clone() })
    }
}

/// Something that reached the session.
enum Incoming {
    Reply(Reply),
    EngineEnded,
    Connected(UnixStream),
    Cell(CellEvent),
    CellEnded,
}

/// Rust cells evaluated one after the other, their variables kept.
pub struct Session {
    launch: Launch,
    setup: Setup,
    warm_up: bool,
    engine: EngineProcess,
    interrupt: Arc<AtomicBool>,
    next_sync: u64,
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
    pub fn start(options: &SessionOptions, progress: &mut dyn FnMut(&str)) -> Result<Session, SessionError> {
        let launch = Launch::new(options)?;
        let setup = Setup::ensure(&launch, progress)?;
        let engine = start_engine(&launch, &setup, options.warm_up)?;
        Ok(Session { launch, setup, warm_up: options.warm_up, engine, interrupt: Arc::default(), next_sync: 0 })
    }

    /// Something that can stop a running cell from another thread.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter { requested: Arc::clone(&self.interrupt) }
    }

    /// Runs a cell. `sink` gets its output in order, while it runs. After a failure the session goes on; whether its
    /// variables are gone is in [`CellError::variables_lost`].
    ///
    /// # Errors
    /// The engine is gone and cannot be started again.
    pub fn execute(
        &mut self,
        code: &str,
        limits: &Limits,
        sink: &mut dyn FnMut(Output),
    ) -> Result<CellOutcome, SessionError> {
        self.interrupt.store(false, Ordering::Relaxed);
        let mut run = Run::new(limits, sink);
        self.engine.request(&Request::Execute { code: code.to_owned() })?;
        let reply = loop {
            match self.engine.incoming.recv_timeout(HEARTBEAT) {
                Ok(Incoming::Reply(reply)) => break reply,
                Ok(Incoming::EngineEnded) | Err(RecvTimeoutError::Disconnected) => {
                    let message = self.engine.last_words();
                    self.engine = start_engine(&self.launch, &self.setup, self.warm_up)?;
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
                self.engine = start_engine(&self.launch, &self.setup, self.warm_up)?;
                return Ok(run.outcome_of_stop(true));
            }
        };
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
                    run.emit(Output::Display { data, is_result: true });
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
            Reply::Ready | Reply::Located(_) | Reply::Restarted => {
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
        let headline = format!("{name}: {}", incident.message);
        let position = match place {
            Some(place) => {
                let source = code.lines().nth(place.line - 1).unwrap_or_default();
                format!(" --> cell:{}:{}\n  | {source}", place.line, place.column)
            }
            None if incident.file.is_empty() => String::new(),
            None if incident.file.ends_with("lib.rs") => " --> in an item of an earlier cell".to_owned(),
            None => format!(" --> {}:{}:{}", incident.file, incident.line, incident.column),
        };
        CellOutcome::Failed(Box::new(CellError {
            kind,
            name,
            message: incident.message,
            place,
            traceback: vec![headline, position],
            variables_lost: false,
        }))
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

/// Why a cell is being stopped, and how far that has got.
struct Stop {
    kind: CellErrorKind,
    message: String,
    /// When the next, harder step is due.
    escalate: Instant,
    step: u8,
}

/// What has happened in the cell so far.
struct Run<'a> {
    sink: &'a mut dyn FnMut(Output),
    limits: Limits,
    begun: Instant,
    bytes: u64,
    /// Compilation is over.
    started: bool,
    panic: Option<Incident>,
    panic_left_cell: bool,
    error_left_cell: bool,
    early_return: Option<Incident>,
    load_failure: Option<String>,
    stop: Option<Stop>,
}

impl<'a> Run<'a> {
    fn new(limits: &Limits, sink: &'a mut dyn FnMut(Output)) -> Self {
        Run {
            sink,
            limits: *limits,
            begun: Instant::now(),
            bytes: 0,
            started: false,
            panic: None,
            panic_left_cell: false,
            error_left_cell: false,
            early_return: None,
            load_failure: None,
            stop: None,
        }
    }

    fn emit(&mut self, output: Output) {
        let size = match &output {
            Output::Stdout(text) | Output::Stderr(text) => text.len(),
            Output::Display { data, .. } => data.values().map(|value| value.as_str().map_or(0, str::len)).sum(),
        };
        self.bytes = self.bytes.saturating_add(size as u64);
        if self.limits.output_bytes.is_none_or(|limit| self.bytes <= limit) {
            (self.sink)(output);
        }
    }

    fn take(&mut self, event: CellEvent) {
        match event {
            CellEvent::Started => self.started = true,
            CellEvent::Stdout(text) => self.emit(Output::Stdout(text)),
            CellEvent::Stderr(text) => self.emit(Output::Stderr(text)),
            CellEvent::Display { data, is_result } => self.emit(Output::Display { data, is_result }),
            CellEvent::Panic(incident) => {
                self.emit_caught_text();
                self.panic = Some(incident);
            }
            CellEvent::EarlyReturn(incident) => self.early_return = Some(incident),
            CellEvent::PanicLeftCell => self.panic_left_cell = true,
            CellEvent::ErrorLeftCell => self.error_left_cell = true,
            CellEvent::LoadFailed(message) => self.load_failure = Some(message),
            CellEvent::Hello { .. } | CellEvent::Synced(_) => {}
        }
    }

    /// A panic that the cell caught itself is no failure; its text is shown as Rust shows it.
    fn emit_caught_text(&mut self) {
        if let Some(incident) = self.panic.take() {
            self.emit(Output::Stderr(format!("{}: {}\n", incident.name, incident.message)));
        }
    }

    /// Looks whether a limit is reached or a stop was asked for.
    fn check(&mut self, interrupt: &AtomicBool) {
        if self.stop.is_some() {
            return;
        }
        let reason = if interrupt.load(Ordering::Relaxed) {
            Some((CellErrorKind::Interrupted, "the cell was interrupted".to_owned()))
        } else if let Some(limit) = self.limits.output_bytes.filter(|limit| self.bytes > *limit) {
            let message = format!(
                "the cell wrote more than {limit} bytes and was stopped; print less, or raise the limit (`--max-output`)"
            );
            Some((CellErrorKind::OutputLimit, message))
        } else if let Some(limit) = self.limits.time.filter(|limit| self.begun.elapsed() > *limit) {
            let message = format!(
                "the cell ran longer than {} s and was stopped; make it shorter, or raise the limit (`--timeout`)",
                limit.as_secs_f64()
            );
            Some((CellErrorKind::TimeLimit, message))
        } else {
            None
        };
        self.stop = reason.map(|(kind, message)| Stop { kind, message, escalate: Instant::now(), step: 0 });
    }

    fn failed(&mut self, kind: CellErrorKind, message: String, variables_lost: bool) -> CellOutcome {
        self.emit_caught_text();
        CellOutcome::Failed(Box::new(CellError {
            kind,
            name: kind.name().to_owned(),
            traceback: vec![format!("{}: {message}", kind.name())],
            message,
            place: None,
            variables_lost,
        }))
    }

    fn outcome_of_stop(&mut self, variables_lost: bool) -> CellOutcome {
        let (kind, mut message) = self.stop.take().map_or_else(
            || (CellErrorKind::Interrupted, "the cell was stopped".to_owned()),
            |stop| (stop.kind, stop.message),
        );
        if variables_lost {
            message.push_str("; the variables of the session are gone");
        }
        self.failed(kind, message, variables_lost)
    }
}

/// The cell process, as far as it has shown itself.
#[derive(Default)]
struct CellProcess {
    requests: Option<UnixStream>,
    pid: Option<u32>,
}

/// A running engine and what belongs to it. Dropping it ends all processes.
pub(crate) struct EngineProcess {
    child: Child,
    requests: Option<ChildStdin>,
    incoming: Receiver<Incoming>,
    cell: CellProcess,
    log: PathBuf,
    /// Socket, log and crate folder; removed with the engine.
    _folder: tempfile::TempDir,
}

impl EngineProcess {
    fn request(&mut self, request: &Request) -> Result<(), SessionError> {
        let mut line =
            serde_json::to_vec(request).map_err(|error| SessionError::EngineGone { message: error.to_string() })?;
        line.push(b'\n');
        let sent = self.requests.as_mut().map(|requests| requests.write_all(&line).and_then(|()| requests.flush()));
        match sent {
            Some(Ok(())) => Ok(()),
            _ => Err(SessionError::EngineGone { message: self.last_words() }),
        }
    }

    /// Sends a request that runs no cell of the user's, and waits for its answer.
    fn ask(&mut self, request: &Request) -> Result<Reply, SessionError> {
        self.request(request)?;
        loop {
            match self.incoming.recv_timeout(Duration::from_secs(60)) {
                Ok(Incoming::Reply(reply)) => return Ok(reply),
                Ok(Incoming::Connected(stream)) => self.cell.requests = Some(stream),
                Ok(Incoming::Cell(CellEvent::Hello { pid })) => self.cell.pid = Some(pid),
                Ok(Incoming::Cell(_) | Incoming::CellEnded) => {}
                Ok(Incoming::EngineEnded) | Err(_) => {
                    return Err(SessionError::EngineGone { message: self.last_words() });
                }
            }
        }
    }

    /// Takes the next step of stopping a cell, if one is due. `false` when the engine itself must go.
    fn enforce(&mut self, run: &mut Run<'_>) -> bool {
        let Some(stop) = run.stop.as_mut().filter(|stop| Instant::now() >= stop.escalate) else { return true };
        stop.step += 1;
        match stop.step {
            1 => {
                // A flood leaves no time for politeness.
                let polite = run.started && stop.kind != CellErrorKind::OutputLimit;
                if let Some(stream) = self.cell.requests.as_mut().filter(|_| polite) {
                    // If it cannot be asked, it is killed in the next step.
                    let _ = events::send(stream, &CellRequest::Interrupt);
                    stop.escalate = Instant::now() + POLITE;
                }
                true
            }
            2 => {
                let victims = if run.started {
                    Vec::from_iter(self.cell.pid)
                } else {
                    descendants(self.child.id(), self.cell.pid)
                };
                victims.into_iter().for_each(kill);
                stop.escalate = Instant::now() + AFTER_KILL;
                true
            }
            _ => false,
        }
    }

    /// What the engine wrote last to its log.
    fn last_words(&mut self) -> String {
        let status = match self.child.try_wait() {
            Ok(Some(status)) => format!("{status}"),
            _ => "it does not answer".to_owned(),
        };
        format!("{status}\n{}", tail(&self.log)).trim().to_owned()
    }
}

impl Drop for EngineProcess {
    fn drop(&mut self) {
        // The cell process first: the engine may be waiting for it.
        self.cell.pid.into_iter().for_each(kill);
        // Without its input the engine ends by itself; what it started goes too.
        self.requests = None;
        descendants(self.child.id(), None).into_iter().for_each(kill);
        // The engine keeps nothing that must be saved, and a hanging one must not hold up its owner.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn kill(pid: u32) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // It may have ended in the meantime.
        let _ = kill_process(pid, Signal::KILL);
    }
}

fn start_engine(launch: &Launch, setup: &Setup, warm_up: bool) -> Result<EngineProcess, SessionError> {
    let folder = private_folder()?;
    setup.copy_crate_folder(&folder.path().join("crate"))?;
    launch_in(launch, setup, folder, None, warm_up)
}

/// Starts an engine whose crate folder is `crate_folder` itself: how the prepared folder is made.
pub(crate) fn launch_engine(
    launch: &Launch,
    setup: &Setup,
    crate_folder: &Path,
    warm_up: bool,
) -> Result<EngineProcess, SessionError> {
    launch_in(launch, setup, private_folder()?, Some(crate_folder), warm_up)
}

/// A folder outside all projects, removed when it is dropped.
pub(crate) fn private_folder() -> Result<tempfile::TempDir, SessionError> {
    // Short, for the socket's path, and readable by nobody else.
    tempfile::Builder::new()
        .prefix("kovacs-")
        .tempdir()
        .map_err(SessionError::file("create a folder in", std::env::temp_dir()))
}

fn launch_in(
    launch: &Launch,
    setup: &Setup,
    folder: tempfile::TempDir,
    crate_folder: Option<&Path>,
    warm_up: bool,
) -> Result<EngineProcess, SessionError> {
    let own_crate_folder = folder.path().join("crate");
    let crate_folder = crate_folder.unwrap_or(&own_crate_folder);
    let socket = folder.path().join("events");
    let listener = UnixListener::bind(&socket).map_err(SessionError::file("listen on", &socket))?;
    let log = folder.path().join("log");
    let log_file = File::create(&log).map_err(SessionError::file("write", &log))?;
    let configuration = folder.path().join("configuration");
    std::fs::create_dir(&configuration).map_err(SessionError::file("create", &configuration))?;
    let options = EngineOptions {
        executable: launch.executable.clone(),
        cell_arguments: vec![CELL_ARGUMENT.to_owned()],
        working_directory: launch.working_directory.clone(),
        prelude: setup.prelude(),
        library_path: setup.library_path.clone(),
        warm_up,
    };
    let options =
        serde_json::to_string(&options).map_err(|error| SessionError::EngineFailed { message: error.to_string() })?;
    let mut command = Command::new(&launch.executable);
    command
        .arg(ENGINE_ARGUMENT)
        .arg(options)
        .current_dir(folder.path())
        .env(SOCKET_VARIABLE, &socket)
        .env("EVCXR_TMPDIR", crate_folder)
        .env("EVCXR_CONFIG_DIR", &configuration)
        .env("RUST_SRC_PATH", setup.standard_library())
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TERM_COLOR", "never")
        .env("RUSTC_WORKSPACE_WRAPPER", &launch.executable)
        .env(wrapper::VARIABLE, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log_file)
        // Ctrl-C at a terminal is for its owner, who stops the cell and keeps the session.
        .process_group(0);
    for (name, _) in std::env::vars_os() {
        if disturbs_cells(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    let mut child = command.spawn().map_err(SessionError::file("start", &launch.executable))?;
    let (sender, incoming) = mpsc::channel();
    let requests = child.stdin.take();
    if let Some(stdout) = child.stdout.take() {
        let sender = sender.clone();
        std::thread::spawn(move || read_replies(BufReader::new(stdout), &sender));
    }
    std::thread::spawn(move || accept_cell_processes(&listener, &sender));
    let mut engine = EngineProcess { child, requests, incoming, cell: CellProcess::default(), log, _folder: folder };
    loop {
        match engine.incoming.recv() {
            Ok(Incoming::Reply(Reply::Ready)) => return Ok(engine),
            Ok(Incoming::Reply(Reply::Failed(message))) => return Err(SessionError::EngineFailed { message }),
            Ok(Incoming::Connected(stream)) => engine.cell.requests = Some(stream),
            Ok(Incoming::Cell(CellEvent::Hello { pid })) => engine.cell.pid = Some(pid),
            Ok(Incoming::EngineEnded) | Err(_) => {
                return Err(SessionError::EngineFailed { message: engine.last_words() });
            }
            Ok(_) => {}
        }
    }
}

/// Variables of an outer build that would change how cells are compiled.
fn disturbs_cells(name: &str) -> bool {
    let kept = ["CARGO_HOME", "CARGO_NET_OFFLINE", "CARGO_TERM_COLOR"];
    (name.starts_with("CARGO") && !kept.contains(&name))
        || ["RUSTFLAGS", "RUSTC", "RUSTC_WRAPPER", "RUSTDOCFLAGS", "RUST_RECURSION_COUNT", "LD_LIBRARY_PATH"]
            .contains(&name)
        || name.starts_with("EVCXR_IS_")
        || name == "EVCXR_RUSTC_WRAPPER"
}

fn read_replies(replies: impl BufRead, sender: &Sender<Incoming>) {
    for line in replies.lines().map_while(Result::ok) {
        let Ok(reply) = serde_json::from_str(&line) else { break };
        if sender.send(Incoming::Reply(reply)).is_err() {
            return;
        }
    }
    // If nobody listens, nobody waits for the engine.
    let _ = sender.send(Incoming::EngineEnded);
}

/// One connection per cell process, one cell process after the other.
fn accept_cell_processes(listener: &UnixListener, sender: &Sender<Incoming>) {
    for stream in listener.incoming().map_while(Result::ok) {
        let Ok(requests) = stream.try_clone() else { return };
        if sender.send(Incoming::Connected(requests)).is_err() {
            return;
        }
        let mut stream = stream;
        while let Ok(event) = events::receive(&mut stream) {
            if sender.send(Incoming::Cell(event)).is_err() {
                return;
            }
        }
        if sender.send(Incoming::CellEnded).is_err() {
            return;
        }
    }
}
