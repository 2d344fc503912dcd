//! The kernel: what is done with each request.

use crate::client::TypedLine;
use crate::content::{self, Code, Cursor, Shutdown};
use crate::execution::start_queue;
use crate::info;
use crate::outbox::{Outbox, untyped};
use crate::wire::{Channel, Reader, Request};
use crate::worker::Worker;
use jupyter_protocol::{ExecutionState, JupyterMessageContent};
use kovacs_assist::{Completeness, is_complete};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Notify, OnceCell};
use zeromq::{RouterRecvHalf, SocketRecv};

/// What all tasks share.
pub(crate) struct Kernel {
    pub(crate) outbox: Outbox,
    pub(crate) worker: Worker,
    /// Cells run so far, as far as they are counted.
    pub(crate) execution_count: AtomicU64,
    /// Whose cell may run now.
    pub(crate) turn: tokio::sync::Mutex<()>,
    /// What the user types for a cell that waits.
    pub(crate) typed: TypedLine,
    cancelled: Mutex<Arc<AtomicBool>>,
    rust_version: OnceCell<String>,
    reader: Mutex<Reader>,
    /// Set when the kernel is to end.
    pub(crate) end: Notify,
}

impl Kernel {
    pub(crate) fn new(outbox: Outbox, worker: Worker, reader: Reader) -> Arc<Kernel> {
        Arc::new(Kernel {
            outbox,
            worker,
            execution_count: AtomicU64::new(0),
            turn: tokio::sync::Mutex::new(()),
            typed: TypedLine::default(),
            cancelled: Mutex::default(),
            rust_version: OnceCell::new(),
            reader: Mutex::new(reader),
            end: Notify::new(),
        })
    }

    /// The flag by which the next cell is stopped before it starts.
    pub(crate) fn new_cell(&self) -> Arc<AtomicBool> {
        let flag = Arc::new(AtomicBool::new(false));
        *self.cancelled.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&flag);
        flag
    }

    /// Stops the running cell, or the one that is about to run.
    pub(crate) fn interrupt(&self) {
        self.cancelled.lock().unwrap_or_else(PoisonError::into_inner).store(true, Ordering::Relaxed);
        self.worker.interrupt();
    }

    /// Answers a request that cannot be understood.
    pub(crate) fn refuse(&self, request: &Request, reply: &str, message: &str) {
        let message = format!("the `{}` cannot be read: {message}", request.kind);
        let content = json!({
            "status": "error",
            "ename": "BadRequest",
            "evalue": message,
            "traceback": [format!("BadRequest: {message}")],
            "execution_count": self.execution_count.load(Ordering::Relaxed),
        });
        self.outbox.reply(request, untyped(reply, content));
    }
}

/// Reads a channel until the kernel ends.
pub(crate) async fn listen(kernel: Arc<Kernel>, mut socket: RouterRecvHalf, channel: Channel) {
    let cells = start_queue(Arc::clone(&kernel));
    loop {
        let frames = match socket.recv().await {
            Ok(message) => message.into_vec(),
            Err(error) => {
                crate::log(&format!("cannot read a message: {error}"));
                tokio::time::sleep(Duration::from_millis(10)).await;
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

fn dispatch(kernel: &Arc<Kernel>, cells: &UnboundedSender<Arc<Request>>, request: Request) {
    if request.kind == "input_reply" {
        let line = request.content.get("value").and_then(Value::as_str).unwrap_or_default();
        if !kernel.typed.give(line.to_owned()) {
            crate::log("an `input_reply` is ignored: no cell waits for input");
        }
        return;
    }
    if request.kind == "execute_request" {
        // Only at the end of the kernel is nobody there to take it.
        let _ = cells.send(Arc::new(request));
        return;
    }
    let kernel = Arc::clone(kernel);
    tokio::spawn(async move {
        kernel.outbox.status(Some(&request.header), ExecutionState::Busy);
        answer(&kernel, &request).await;
        kernel.outbox.status(Some(&request.header), ExecutionState::Idle);
        if request.kind == "shutdown_request" {
            kernel.end.notify_one();
        }
    });
}

async fn answer(kernel: &Kernel, request: &Request) {
    let reply_kind = request.kind.replace("_request", "_reply");
    let reply: Result<JupyterMessageContent, String> = match request.kind.as_str() {
        "kernel_info_request" => {
            let version = kernel
                .rust_version
                .get_or_init(|| async { tokio::task::spawn_blocking(info::rust_version).await.unwrap_or_default() })
                .await;
            Ok(info::reply(version))
        }
        "is_complete_request" => content::read(&request.content).map(|Code { code }| {
            let content = match is_complete(&code) {
                Completeness::Complete => json!({ "status": "complete" }),
                Completeness::Incomplete { indent } => json!({ "status": "incomplete", "indent": indent }),
                Completeness::Invalid { .. } => json!({ "status": "invalid" }),
            };
            untyped("is_complete_reply", content)
        }),
        "complete_request" => content::read(&request.content).map(|cursor: Cursor| {
            let at = cursor.cursor_pos.unwrap_or_else(|| cursor.code.chars().count());
            let content =
                json!({ "status": "ok", "matches": [], "cursor_start": at, "cursor_end": at, "metadata": {} });
            untyped("complete_reply", content)
        }),
        "interrupt_request" => {
            kernel.interrupt();
            Ok(untyped("interrupt_reply", json!({ "status": "ok" })))
        }
        "shutdown_request" => content::read(&request.content).map(|Shutdown { restart }| {
            kernel.interrupt();
            let content: Value = json!({ "status": "ok", "restart": restart });
            kernel.outbox.publish(Some(&request.header), untyped("shutdown_reply", content.clone()));
            untyped("shutdown_reply", content)
        }),
        other => {
            crate::log(&format!("a message of unknown type `{other}` is ignored"));
            return;
        }
    };
    match reply {
        Ok(content) => kernel.outbox.reply(request, content),
        Err(message) => kernel.refuse(request, &reply_kind, &message),
    }
}
