//! Cells, one after the other: `execute_request` from its arrival to the idle status.

use crate::client::CellOutput;
use crate::content::{self, Execute};
use crate::kernel::Kernel;
use crate::outbox::untyped;
use crate::wire::Request;
use crate::worker::Job;
use jupyter_protocol::{ErrorOutput, ExecutionState};
use kovacs_session::CellError;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

/// Starts a queue of cells.
pub(crate) fn start_queue(kernel: Arc<Kernel>) -> UnboundedSender<Arc<Request>> {
    let (sender, receiver) = unbounded_channel();
    tokio::spawn(serve(kernel, receiver));
    sender
}

async fn serve(kernel: Arc<Kernel>, mut queue: UnboundedReceiver<Arc<Request>>) {
    while let Some(request) = queue.recv().await {
        kernel.outbox.status(Some(&request.header), ExecutionState::Busy);
        let go_on = execute(&kernel, &request).await;
        kernel.outbox.status(Some(&request.header), ExecutionState::Idle);
        if !go_on {
            // What waits now was sent in the belief that this cell would succeed.
            while let Ok(waiting) = queue.try_recv() {
                abort(&kernel, &waiting);
            }
        }
    }
}

fn abort(kernel: &Kernel, request: &Request) {
    kernel.outbox.status(Some(&request.header), ExecutionState::Busy);
    let execution_count = kernel.execution_count.load(Ordering::Relaxed);
    kernel
        .outbox
        .reply(request, untyped("execute_reply", json!({ "status": "aborted", "execution_count": execution_count })));
    kernel.outbox.status(Some(&request.header), ExecutionState::Idle);
}

/// Runs a cell; `false` if those that wait must not run.
async fn execute(kernel: &Kernel, request: &Arc<Request>) -> bool {
    let cell: Execute = match content::read(&request.content) {
        Ok(cell) => cell,
        Err(message) => {
            kernel.refuse(request, "execute_reply", &message);
            return true;
        }
    };
    let store = cell.store_history && !cell.silent;
    let _turn = kernel.turn.lock().await;
    if store {
        kernel.execution_count.fetch_add(1, Ordering::Relaxed);
    }
    let execution_count = kernel.execution_count.load(Ordering::Relaxed);
    if !cell.silent {
        let content = json!({ "code": cell.code, "execution_count": execution_count });
        kernel.outbox.publish(Some(&request.header), untyped("execute_input", content));
    }
    let (error, _) = run(kernel, request, &cell.code, execution_count, cell.silent, cell.allow_stdin).await;
    let Some(error) = error else {
        let expressions = evaluate(kernel, request, cell.user_expressions.unwrap_or_default(), execution_count).await;
        let content = json!({
            "status": "ok",
            "execution_count": execution_count,
            "payload": [],
            "user_expressions": expressions,
        });
        kernel.outbox.reply(request, untyped("execute_reply", content));
        return true;
    };
    if !cell.silent {
        let report = ErrorOutput {
            ename: error.name.clone(),
            evalue: error.message.clone(),
            traceback: error.traceback.clone(),
        };
        kernel.outbox.publish(Some(&request.header), report);
    }
    let mut content = failure(&error);
    content["execution_count"] = execution_count.into();
    content["payload"] = json!([]);
    content["user_expressions"] = json!({});
    kernel.outbox.reply(request, untyped("execute_reply", content));
    !cell.stop_on_error
}

async fn evaluate(
    kernel: &Kernel,
    request: &Arc<Request>,
    expressions: std::collections::BTreeMap<String, String>,
    execution_count: u64,
) -> Map<String, Value> {
    let mut values = Map::new();
    for (name, code) in expressions {
        let value = match run(kernel, request, &code, execution_count, true, false).await {
            (None, result) => json!({ "status": "ok", "data": result.unwrap_or_default(), "metadata": {} }),
            (Some(error), _) => failure(&error),
        };
        values.insert(name, value);
    }
    values
}

async fn run(
    kernel: &Kernel,
    request: &Arc<Request>,
    code: &str,
    execution_count: u64,
    quiet: bool,
    allow_stdin: bool,
) -> (Option<Box<CellError>>, Option<kovacs_session::MimeBundle>) {
    let (done, finished) = oneshot::channel();
    let output = CellOutput {
        outbox: kernel.outbox.clone(),
        request: Arc::clone(request),
        execution_count,
        quiet,
        typed: allow_stdin.then(|| kernel.typed.clone()),
        interrupted: kernel.new_cell(),
        result: None,
    };
    kernel.worker.send(Job { code: code.to_owned(), output, done });
    match finished.await {
        Ok(finished) => (finished.error, finished.output.result),
        // The session's thread has ended: the kernel shuts down.
        Err(_) => (Some(Box::new(crate::worker::interrupted())), None),
    }
}

fn failure(error: &CellError) -> Value {
    json!({ "status": "error", "ename": error.name, "evalue": error.message, "traceback": error.traceback })
}
