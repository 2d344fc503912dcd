//! The engine as its owner sees it: starting it, asking it, stopping what it waits for, and ending everything.

use crate::backlog::Backlog;
use crate::cargo::toolchain::Toolchain;
use crate::cargo::tools;
use crate::crates::ProgressFile;
use crate::engine::{EngineOptions, Reply, Request};
use crate::error::SessionError;
use crate::events::{self, CellEvent, SOCKET_VARIABLE};
use crate::incoming::{CellProcess, Incoming, News};
use crate::outcome::Output;
use crate::process_tree::descendants;
use crate::session::SessionOptions;
use crate::setup::{Setup, tail};
use kovacs_cell_cargo::Plan;
use rustix::process::{Pid, Signal, kill_process};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

/// First argument that makes the executable an engine; the second one holds its options.
pub const ENGINE_ARGUMENT: &str = "__engine";
/// Only argument that makes the executable a cell process.
pub const CELL_ARGUMENT: &str = "__cell";

/// How long the engine may take for an answer that runs no cell of the user's.
const ANSWER: Duration = Duration::from_secs(60);

/// What is needed to start an engine.
pub(crate) struct Launch {
    executable: PathBuf,
    pub(crate) working_directory: PathBuf,
}

impl Launch {
    pub(crate) fn new(options: &SessionOptions) -> Result<Launch, SessionError> {
        let executable = match &options.executable {
            Some(path) => path.clone(),
            None => std::env::current_exe().map_err(SessionError::file("find", "the running executable"))?,
        };
        Ok(Launch { executable, working_directory: options.working_directory.clone() })
    }

    /// The executable that plays all roles.
    pub(crate) fn executable(&self) -> &std::path::Path {
        &self.executable
    }
}

/// A running engine and what belongs to it. Dropping it ends all processes.
pub(crate) struct EngineProcess {
    pub(crate) child: Child,
    pub(crate) requests: Option<ChildStdin>,
    pub(crate) incoming: Receiver<Incoming>,
    /// What was received and not dealt with.
    pub(crate) queue: VecDeque<Incoming>,
    /// Output that came when no cell ran and nobody asked for it.
    pub(crate) unread: Vec<Output>,
    pub(crate) backlog: Arc<Backlog>,
    pub(crate) cell: CellProcess,
    pub(crate) log: PathBuf,
    /// What its cargo did.
    pub(crate) journal: PathBuf,
    /// What is done while a cell waits for its compilation.
    pub(crate) progress: ProgressFile,
    /// Socket, logs, plan and crate folder; removed with the engine.
    pub(crate) folder: tempfile::TempDir,
}

impl EngineProcess {
    pub(crate) fn request(&mut self, request: &Request) -> Result<(), SessionError> {
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
    pub(crate) fn ask(&mut self, request: &Request) -> Result<Reply, SessionError> {
        self.request(request)?;
        let begun = Instant::now();
        while begun.elapsed() < ANSWER {
            match self.next(Duration::from_secs(1)) {
                News::Reply(reply) => return Ok(reply),
                News::Cell(event) => self.set_aside(event),
                News::CellEnded(words) => self.unread.extend(words),
                News::Nothing => {}
                News::EngineEnded => break,
            }
        }
        Err(SessionError::EngineGone { message: self.last_words() })
    }

    /// What the engine wrote last to its log.
    pub(crate) fn last_words(&mut self) -> String {
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

pub(crate) fn kill(pid: u32) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // It may have ended in the meantime.
        let _ = kill_process(pid, Signal::KILL);
    }
}

pub(crate) fn start_engine(
    launch: &Launch,
    setup: &Setup,
    toolchain: &Toolchain,
    warm_up: bool,
) -> Result<EngineProcess, SessionError> {
    launch_in(launch, setup, toolchain, warm_up, None)
}

/// Starts an engine on a set-up without answers, and records what the tools answer it.
pub(crate) fn record_answers(launch: &Launch, setup: &Setup, toolchain: &Toolchain) -> Result<(), SessionError> {
    launch_in(launch, setup, toolchain, false, Some(setup.answers())).map(drop)
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
    toolchain: &Toolchain,
    warm_up: bool,
    record: Option<PathBuf>,
) -> Result<EngineProcess, SessionError> {
    let folder = private_folder()?;
    let crate_folder = folder.path().join("crate");
    let plan_file = folder.path().join("plan");
    let plan = Plan { record, ..tools::plan(setup, toolchain, folder.path(), vec![crate_folder.clone()]) };
    std::fs::write(&plan_file, plan.encode()).map_err(SessionError::file("write", &plan_file))?;
    let source_link = folder.path().join("library");
    std::os::unix::fs::symlink(setup.empty_library(), &source_link)
        .map_err(SessionError::file("create", &source_link))?;
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
        folder: folder.path().to_owned(),
        source_link: source_link.clone(),
        standard_library: setup.standard_library(),
        cargo: setup.tools().join("bin/cargo"),
        search_path: toolchain.compiled_folder.display().to_string(),
        restored: plan.environment.clone(),
        warm_up,
    };
    let options =
        serde_json::to_string(&options).map_err(|error| SessionError::EngineFailed { message: error.to_string() })?;
    let mut command = Command::new(&launch.executable);
    for (name, _) in std::env::vars_os() {
        if disturbs_cells(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command
        .arg(ENGINE_ARGUMENT)
        .arg(options)
        .current_dir(folder.path())
        // Engine and cells work in folders of their own.
        .envs(kovacs_home::for_another_folder())
        .env(SOCKET_VARIABLE, &socket)
        .env("EVCXR_TMPDIR", &crate_folder)
        .env("EVCXR_CONFIG_DIR", &configuration)
        .env("RUST_SRC_PATH", &source_link)
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TERM_COLOR", "never")
        .envs(tools::environment(&plan, &plan_file))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log_file)
        // Ctrl-C at a terminal is for its owner, who stops the cell and keeps the session.
        .process_group(0);
    let mut child = command.spawn().map_err(SessionError::file("start", &launch.executable))?;
    let (sender, incoming) = mpsc::channel();
    let requests = child.stdin.take();
    if let Some(stdout) = child.stdout.take() {
        let sender = sender.clone();
        std::thread::spawn(move || read_replies(BufReader::new(stdout), &sender));
    }
    let backlog = Arc::new(Backlog::default());
    let counted = Arc::clone(&backlog);
    std::thread::spawn(move || accept_cell_processes(&listener, &sender, &counted));
    let (cell, queue, unread) = (CellProcess::default(), VecDeque::new(), Vec::new());
    let progress = ProgressFile::new(plan.progress_file());
    let journal = plan.journal;
    let mut engine =
        EngineProcess { child, requests, incoming, queue, unread, backlog, cell, log, progress, journal, folder };
    loop {
        match engine.next(Duration::from_secs(3600)) {
            News::Reply(Reply::Ready) => {
                // What came of its first cells is not the user's.
                engine.unread.clear();
                return Ok(engine);
            }
            News::Reply(Reply::Failed(message)) => return Err(SessionError::EngineFailed { message }),
            News::EngineEnded => return Err(SessionError::EngineFailed { message: engine.last_words() }),
            News::Cell(event) => engine.set_aside(event),
            News::CellEnded(words) => engine.unread.extend(words),
            News::Reply(_) | News::Nothing => {}
        }
    }
}

/// Variables of an outer build that would change how cells are compiled.
fn disturbs_cells(name: &str) -> bool {
    name.starts_with("CARGO")
        || [
            "RUSTFLAGS",
            "RUSTC",
            "RUSTC_WRAPPER",
            "RUSTC_WORKSPACE_WRAPPER",
            "RUSTDOCFLAGS",
            "RUST_RECURSION_COUNT",
            "LD_LIBRARY_PATH",
        ]
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
fn accept_cell_processes(listener: &UnixListener, sender: &Sender<Incoming>, backlog: &Backlog) {
    let mut gate = backlog.gate();
    let send = |event| sender.send(Incoming::Cell(event)).is_ok();
    for stream in listener.incoming().map_while(Result::ok) {
        let Ok(requests) = stream.try_clone() else { return };
        if sender.send(Incoming::Connected(requests)).is_err() {
            return;
        }
        let mut stream = stream;
        while let Ok(event) = events::receive(&mut stream) {
            let heard = match event {
                CellEvent::Output(output) => gate.pass(output, &mut |output| send(CellEvent::Output(output))),
                other => send(other),
            };
            if !heard {
                return;
            }
        }
        if sender.send(Incoming::CellEnded).is_err() {
            return;
        }
    }
}
