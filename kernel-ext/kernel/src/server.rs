//! From the connection file to the end of the kernel.

use crate::assist::StartAssist;
use crate::connection::{Sockets, bind, read_connection_file, remove_files};
use crate::error::KernelError;
use crate::history::{self, History};
use crate::info;
use crate::kernel::{Kernel, listen};
use crate::outbox::Outbox;
use crate::worker::Worker;
use jupyter_protocol::ExecutionState;
use jupyter_zmq_client::KernelHeartbeatConnection;
use kovacs_session::{Limits, SessionOptions, end_descendants};
use kovacs_wire::{Channel, Writer};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};
use zeromq::{SocketRecv, SocketSend};

/// How long the processes of a session may take to end.
const LAST_BREATH: Duration = Duration::from_secs(2);
/// How long the last messages may take to leave.
const LAST_WORDS: Duration = Duration::from_millis(100);
/// How often the parent process is looked for.
const PARENT_CHECK: Duration = Duration::from_secs(1);

/// How a kernel is run.
#[derive(Clone)]
pub struct KernelOptions {
    /// The file in which Jupyter names the sockets.
    pub connection_file: PathBuf,
    /// How sessions are started.
    pub session: SessionOptions,
    /// What a cell may use.
    pub limits: Limits,
    /// Who completes and inspects; nobody if missing.
    pub assist: Option<StartAssist>,
}

/// Runs a kernel until it is shut down.
///
/// # Errors
/// It could not be started.
pub fn run(options: KernelOptions) -> Result<(), KernelError> {
    let connection = read_connection_file(&options.connection_file)?;
    // Before everything else: the answer to the first question of every client has it, and it takes longest.
    let asked_version = std::thread::Builder::new().name("version".into()).spawn(info::rust_version)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (worker, session) = Worker::start(options.session, options.limits, options.assist)?;
    let served = runtime.block_on(async {
        let Sockets { shell, control, stdin, iopub, heartbeat, folder: _folder } = bind(&connection).await?;
        tokio::spawn(beat(heartbeat));
        let (shell_out, shell) = shell.socket.split();
        let (control_out, control) = control.socket.split();
        let (stdin_out, stdin) = stdin.socket.split();
        let outbox = Outbox::start(Writer::new(&connection.key), shell_out, control_out, stdin_out, iopub);
        let kernel = Kernel::new(
            connection.clone(),
            outbox.clone(),
            worker,
            History::begin(history::usual_file()),
            asked_version,
        );
        outbox.status(None, ExecutionState::Starting);
        tokio::spawn(listen(Arc::clone(&kernel), shell, Channel::Shell));
        tokio::spawn(listen(Arc::clone(&kernel), control, Channel::Control));
        tokio::spawn(listen(Arc::clone(&kernel), stdin, Channel::Stdin));
        wait_for_the_end(&kernel).await?;
        tokio::time::sleep(LAST_WORDS).await;
        Ok(())
    });
    remove_files(&connection);
    // Dropping the runtime drops the last sender of cells: the session's thread ends, and with it its processes.
    runtime.shutdown_timeout(LAST_WORDS);
    let deadline = Instant::now() + LAST_BREATH;
    while !session.is_finished() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    if !session.is_finished() {
        // It is still starting, which cannot be stopped.
        end_descendants();
    }
    served
}

/// Until a client, a signal or the death of the parent process ends the kernel.
async fn wait_for_the_end(kernel: &Kernel) -> Result<(), KernelError> {
    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut terminations = signal(SignalKind::terminate())?;
    let parent = Parent::of_this_process();
    loop {
        tokio::select! {
            () = kernel.end.notified() => return Ok(()),
            _ = terminations.recv() => {
                kernel.interrupt();
                return Ok(());
            }
            _ = interrupts.recv() => kernel.interrupt(),
            () = tokio::time::sleep(PARENT_CHECK) => if parent.as_ref().is_some_and(Parent::is_gone) {
                crate::log("the process that started this kernel is gone");
                kernel.interrupt();
                return Ok(());
            }
        }
    }
}

/// The process that Jupyter says started this kernel.
struct Parent(rustix::process::Pid);

impl Parent {
    fn of_this_process() -> Option<Parent> {
        let number = std::env::var("JPY_PARENT_PID").ok()?.parse().ok()?;
        rustix::process::Pid::from_raw(number).map(Parent)
    }

    fn is_gone(&self) -> bool {
        rustix::process::test_kill_process(self.0) == Err(rustix::io::Errno::SRCH)
    }
}

/// Sends back what comes: clients see that the kernel is alive.
async fn beat(connection: KernelHeartbeatConnection) {
    let mut socket = connection.socket;
    loop {
        let echoed = match socket.recv().await {
            Ok(message) => tokio::time::timeout(PARENT_CHECK, socket.send(message)).await.is_ok(),
            Err(_) => false,
        };
        if !echoed {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
