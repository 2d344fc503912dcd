//! The kernel: what all its tasks share, and where each request goes.

use crate::answers::answer;
use crate::client::TypedLine;
use crate::comms::Comms;
use crate::execution::start_queue;
use crate::history::History;
use crate::outbox::{Outbox, untyped};
use crate::subshells::{Queue, Subshells};
use crate::worker::Worker;
use jupyter_protocol::ExecutionState;
use jupyter_zmq_client::ConnectionInfo;
use kovacs_wire::{Channel, Reader, Request};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{Notify, OnceCell};
use zeromq::{RouterRecvHalf, SocketRecv};

/// How long a socket that gives errors is left alone.
const PAUSE: Duration = Duration::from_millis(10);

/// What all tasks share.
pub(crate) struct Kernel {
    pub(crate) connection: ConnectionInfo,
    pub(crate) outbox: Outbox,
    pub(crate) worker: Worker,
    /// Cells run so far, as far as they are counted.
    pub(crate) execution_count: AtomicU64,
    /// Whose cell may run now.
    pub(crate) turn: tokio::sync::Mutex<()>,
    /// What the user types for a cell that waits.
    pub(crate) typed: TypedLine,
    pub(crate) history: Mutex<History>,
    pub(crate) comms: Comms,
    pub(crate) subshells: Subshells,
    rust_version: OnceCell<String>,
    /// Who asks the compiler for it.
    asked_version: Mutex<Option<JoinHandle<String>>>,
    /// Told at every interrupt.
    pub(crate) interrupts: Notify,
    /// Told when the kernel is to end.
    pub(crate) end: Notify,
    interrupted: Mutex<Arc<AtomicBool>>,
    reader: Mutex<Reader>,
}

impl Kernel {
    pub(crate) fn new(
        connection: ConnectionInfo,
        outbox: Outbox,
        worker: Worker,
        history: History,
        asked_version: JoinHandle<String>,
    ) -> Arc<Kernel> {
        let reader = Mutex::new(Reader::new(&connection.key));
        Arc::new(Kernel {
            connection,
            outbox,
            worker,
            execution_count: AtomicU64::new(0),
            turn: tokio::sync::Mutex::new(()),
            typed: TypedLine::default(),
            history: Mutex::new(history),
            comms: Comms::default(),
            subshells: Subshells::default(),
            rust_version: OnceCell::new(),
            asked_version: Mutex::new(Some(asked_version)),
            interrupts: Notify::new(),
            end: Notify::new(),
            interrupted: Mutex::default(),
            reader,
        })
    }

    /// The flag by which the next cell is told that it is interrupted.
    pub(crate) fn new_cell(&self) -> Arc<AtomicBool> {
        let flag = Arc::new(AtomicBool::new(false));
        *self.interrupted.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&flag);
        flag
    }

    /// Stops the running cell, or the one that is about to run.
    pub(crate) fn interrupt(&self) {
        self.interrupted.lock().unwrap_or_else(PoisonError::into_inner).store(true, Ordering::Relaxed);
        self.worker.interrupt();
        self.interrupts.notify_waiters();
    }

    /// The compiler's version: asked for once, from the start on; empty if there is no compiler.
    pub(crate) async fn rust_version(&self) -> &str {
        let answer = || async {
            let asked = self.asked_version.lock().unwrap_or_else(PoisonError::into_inner).take();
            let wait = move || asked.and_then(|thread| thread.join().ok()).unwrap_or_default();
            tokio::task::spawn_blocking(wait).await.unwrap_or_default()
        };
        self.rust_version.get_or_init(answer).await
    }

    /// Answers a request that cannot be fulfilled.
    pub(crate) fn refuse(&self, request: &Request, name: &str, message: &str) {
        let content = json!({
            "status": "error",
            "ename": name,
            "evalue": message,
            "traceback": [format!("{name}: {message}")],
            "execution_count": self.execution_count.load(Ordering::Relaxed),
        });
        self.outbox.reply(request, untyped(&reply_kind(&request.kind), content));
    }
}

/// The type of the answer to a request.
pub(crate) fn reply_kind(request: &str) -> String {
    request.replace("_request", "_reply")
}

/// Reads a channel until the kernel ends.
pub(crate) async fn listen(kernel: Arc<Kernel>, mut socket: RouterRecvHalf, channel: Channel) {
    let cells = start_queue(Arc::clone(&kernel));
    loop {
        let frames = match socket.recv().await {
            Ok(message) => message.into_vec(),
            Err(error) => {
                crate::log(&format!("cannot read a message: {error}"));
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let request = kernel.reader.lock().unwrap_or_else(PoisonError::into_inner).read(frames, channel);
        match request {
            Ok(request) => dispatch(&kernel, &cells, request),
            Err(error) => crate::log(&format!("a message is ignored: {error}")),
        }
    }
}

/// Cells go to their queue; everything else is answered at once.
fn dispatch(kernel: &Arc<Kernel>, cells: &Queue, request: Request) {
    if (request.kind == "input_reply") != (request.channel == Channel::Stdin) {
        crate::log(&format!("a message of type `{}` is ignored: it came on the wrong channel", request.kind));
        return;
    }
    if request.kind == "input_reply" {
        let line = request.content.get("value").and_then(Value::as_str).unwrap_or_default();
        if !kernel.typed.give(line.to_owned()) {
            crate::log("an `input_reply` is ignored: no cell waits for input");
        }
        return;
    }
    let subshell = request.subshell.as_deref().map(|identifier| kernel.subshells.queue(identifier));
    if request.kind == "execute_request"
        && let Some(queue) = subshell.as_ref().map_or(Some(cells), Option::as_ref)
    {
        // Only at the end of the kernel is nobody there to take it.
        let _ = queue.send(Arc::new(request));
        return;
    }
    let is_lost = matches!(subshell, Some(None));
    let kernel = Arc::clone(kernel);
    tokio::spawn(async move {
        kernel.outbox.status(Some(&request.header), ExecutionState::Busy);
        if is_lost {
            let identifier = request.subshell.as_deref().unwrap_or_default();
            kernel.refuse(&request, "SubshellNotFound", &format!("there is no subshell `{identifier}`"));
        } else {
            answer(&kernel, &request).await;
        }
        kernel.outbox.status(Some(&request.header), ExecutionState::Idle);
        if request.kind == "shutdown_request" {
            kernel.end.notify_one();
        }
    });
}
