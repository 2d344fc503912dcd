//! Cells, one after the other: `execute_request` from its arrival to the idle status.

use crate::assist::look_up;
use crate::client::CellOutput;
use crate::content::{self, Execute};
use crate::kernel::Kernel;
use crate::outbox::untyped;
use crate::subshells::Queue;
use crate::worker::{self, Job};
use jupyter_protocol::{ErrorOutput, ExecutionState, StreamContent};
use kovacs_session::{CellError, CellErrorKind, MimeBundle};
use kovacs_wire::Request;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::oneshot;

/// The compiler's code for a name that nothing has.
const NO_SUCH_NAME: &str = "E0425";
/// How the message begins where the compiler knows what to import, and evcxr keeps no more of the error.
const IMPORT: &str = "consider importing";
const LEAVING: &str = "`exit` leaves a console; a notebook ends with `Shut Down Kernel` in its menu\n";

/// Starts a queue of cells.
pub(crate) fn start_queue(kernel: Arc<Kernel>) -> Queue {
    let (sender, receiver) = unbounded_channel();
    tokio::spawn(serve(kernel, receiver));
    sender
}

async fn serve(kernel: Arc<Kernel>, mut queue: UnboundedReceiver<Arc<Request>>) {
    while let Some(request) = queue.recv().await {
        kernel.outbox.status(Some(&request.header), ExecutionState::Busy);
        let stopped = execute(&kernel, &request, &mut queue).await;
        kernel.outbox.status(Some(&request.header), ExecutionState::Idle);
        for waiting in stopped {
            abort(&kernel, &waiting);
        }
    }
}

fn abort(kernel: &Kernel, request: &Request) {
    kernel.outbox.status(Some(&request.header), ExecutionState::Busy);
    let execution_count = kernel.execution_count.load(Ordering::Relaxed);
    let content = json!({ "status": "aborted", "execution_count": execution_count });
    kernel.outbox.reply(request, untyped("execute_reply", content));
    kernel.outbox.status(Some(&request.header), ExecutionState::Idle);
}

/// Runs a cell; gives those of its queue that must not run, because it failed.
async fn execute(
    kernel: &Kernel,
    request: &Arc<Request>,
    queue: &mut UnboundedReceiver<Arc<Request>>,
) -> Vec<Arc<Request>> {
    let cell: Execute = match content::read(&request.content) {
        Ok(cell) => cell,
        Err(message) => {
            kernel.refuse(request, "BadRequest", &format!("the `execute_request` cannot be read: {message}"));
            return Vec::new();
        }
    };
    let _turn = kernel.turn.lock().await;
    let store = cell.store_history && !cell.silent;
    if store {
        kernel.execution_count.fetch_add(1, Ordering::Relaxed);
    }
    let execution_count = kernel.execution_count.load(Ordering::Relaxed);
    if !cell.silent {
        let content = json!({ "code": cell.code, "execution_count": execution_count });
        kernel.outbox.publish(Some(&request.header), untyped("execute_input", content));
    }
    let run = Run { kernel, request, execution_count };
    let (error, result, payload) = match question(&cell.code) {
        Some((name, with_source)) => match run.page(name, with_source).await {
            Ok(page) => (None, None, json!([page])),
            Err(error) => (Some(Box::new(error)), None, json!([])),
        },
        None => match run.cell(&cell.code, cell.silent, cell.allow_stdin).await {
            (Some(error), result) if leaves(&cell.code, &error) => {
                if !cell.silent {
                    kernel.outbox.publish(Some(&request.header), StreamContent::stdout(LEAVING));
                }
                (None, result, json!([{ "source": "ask_exit", "keepkernel": true }]))
            }
            (error, result) => (error, result, json!([])),
        },
    };
    if store {
        let text = result.as_ref().and_then(|data| data.get("text/plain")).and_then(Value::as_str);
        tokio::task::block_in_place(|| {
            kernel.history.lock().unwrap_or_else(PoisonError::into_inner).add(execution_count, &cell.code, text);
        });
    }
    let (mut content, expressions) = match &error {
        None => (json!({ "status": "ok" }), run.expressions(cell.user_expressions.unwrap_or_default()).await),
        Some(error) => {
            if !cell.silent {
                let report = ErrorOutput {
                    ename: error.name.clone(),
                    evalue: error.message.clone(),
                    traceback: error.traceback.clone(),
                };
                kernel.outbox.publish(Some(&request.header), report);
            }
            (failure(error), Map::new())
        }
    };
    content["execution_count"] = execution_count.into();
    content["payload"] = payload;
    content["user_expressions"] = expressions.into();
    let mut stopped = Vec::new();
    if error.is_some() && cell.stop_on_error {
        // What waits now was sent in the belief that this cell would succeed; what comes after the reply was not.
        while let Ok(waiting) = queue.try_recv() {
            stopped.push(waiting);
        }
    }
    kernel.outbox.reply(request, untyped("execute_reply", content));
    stopped
}

/// The name in a cell that is a question: `?Vec::push`, and `??Vec::push` for the source, too.
fn question(code: &str) -> Option<(&str, bool)> {
    let asked = code.trim().strip_prefix('?')?;
    let (name, with_source) = asked.strip_prefix('?').map_or((asked, false), |name| (name, true));
    Some((name.trim(), with_source))
}

/// Whether a cell is Python's word for leaving, and nothing of the session has that name. A console leaves then, and takes
/// the kernel with it only if it has started it.
fn leaves(code: &str, error: &CellError) -> bool {
    let word = code.trim();
    let word = word.strip_suffix("()").unwrap_or(word);
    let is_unknown = error.name == NO_SUCH_NAME || error.message.starts_with(IMPORT);
    ["exit", "quit"].contains(&word) && error.kind == CellErrorKind::Compile && is_unknown
}

/// What runs for one request.
struct Run<'a> {
    kernel: &'a Kernel,
    request: &'a Arc<Request>,
    execution_count: u64,
}

impl Run<'_> {
    /// Runs code in the session: how it failed, and what its last expression gave.
    async fn cell(&self, code: &str, quiet: bool, allow_stdin: bool) -> (Option<Box<CellError>>, Option<MimeBundle>) {
        let Run { kernel, request, execution_count } = self;
        let (done, mut finished) = oneshot::channel();
        let output = CellOutput {
            outbox: kernel.outbox.clone(),
            request: Arc::clone(request),
            execution_count: *execution_count,
            quiet,
            typed: allow_stdin.then(|| kernel.typed.clone()),
            interrupted: kernel.new_cell(),
            result: None,
        };
        kernel.worker.send(Job { code: code.to_owned(), output, done });
        loop {
            tokio::select! {
                finished = &mut finished => return match finished {
                    Ok(finished) => (finished.error, finished.output.result),
                    Err(_) => (Some(Box::new(worker::ended())), None),
                },
                // A session that starts cannot be interrupted; the cell that waits for it can.
                () = kernel.interrupts.notified() => if !kernel.worker.is_ready() {
                    return (Some(Box::new(worker::interrupted())), None);
                }
            }
        }
    }

    /// What the front end pages through: what is known of a name.
    async fn page(&self, name: &str, with_source: bool) -> Result<Value, CellError> {
        let assist = self.kernel.worker.assist();
        let asked = name.to_owned();
        let found =
            tokio::task::spawn_blocking(move || look_up(assist.as_deref(), &asked, asked.chars().count(), with_source));
        match found.await {
            Ok(Some(data)) => Ok(json!({ "source": "page", "data": data, "start": 0 })),
            _ => Err(worker::unknown(name)),
        }
    }

    /// The values of `user_expressions`, each with its own success or failure.
    async fn expressions(&self, expressions: BTreeMap<String, String>) -> Map<String, Value> {
        let mut values = Map::new();
        for (name, code) in expressions {
            let value = match self.cell(&code, true, false).await {
                (None, result) => json!({ "status": "ok", "data": result.unwrap_or_default(), "metadata": {} }),
                (Some(error), _) => failure(&error),
            };
            values.insert(name, value);
        }
        values
    }
}

fn failure(error: &CellError) -> Value {
    json!({ "status": "error", "ename": error.name, "evalue": error.message, "traceback": error.traceback })
}

#[cfg(test)]
mod tests {
    use super::{leaves, question};
    use kovacs_session::{CellError, CellErrorKind};

    #[test]
    fn words_for_leaving_are_taken_as_such_unless_something_has_their_name() {
        let error = |name: &str| CellError {
            kind: CellErrorKind::Compile,
            name: name.to_owned(),
            message: String::new(),
            place: None,
            traceback: Vec::new(),
            variables_lost: false,
            lost: Vec::new(),
        };
        for word in ["exit", " quit\n", "exit()", "quit()"] {
            assert!(leaves(word, &error("E0425")), "{word}");
        }
        assert!(!leaves("exit(1)", &error("E0425")));
        assert!(!leaves("exit", &error("E0308")));
    }

    #[test]
    fn a_question_begins_with_its_mark() {
        assert_eq!(question(" ?Vec::push\n"), Some(("Vec::push", false)));
        assert_eq!(question("??Vec"), Some(("Vec", true)));
        assert_eq!(question("f()?"), None);
    }
}
