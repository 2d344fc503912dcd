//! What is answered at once, whatever a cell does: everything but cells.

use crate::assist;
use crate::content::{self, Code, CommInfo, Cursor, Shutdown, Subshell};
use crate::debugger;
use crate::history::Question;
use crate::info;
use crate::kernel::{Kernel, reply_kind};
use crate::outbox::untyped;
use kovacs_assist::{Completeness, is_complete};
use kovacs_wire::{Channel, Request};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::{Arc, PoisonError};

/// Why a request is refused: a name and a message.
type Refusal = (&'static str, String);

/// Answers a request that is no cell. A type that is unknown gets no answer, as the protocol has it.
pub(crate) async fn answer(kernel: &Arc<Kernel>, request: &Request) {
    match content_of_answer(kernel, request).await {
        Ok(Some(content)) => kernel.outbox.reply(request, untyped(&reply_kind(&request.kind), content)),
        Ok(None) => {}
        Err((name, message)) => kernel.refuse(request, name, &message),
    }
}

fn read<T: DeserializeOwned>(request: &Request) -> Result<T, Refusal> {
    content::read(&request.content)
        .map_err(|message| ("BadRequest", format!("the `{}` cannot be read: {message}", request.kind)))
}

async fn content_of_answer(kernel: &Arc<Kernel>, request: &Request) -> Result<Option<Value>, Refusal> {
    let content = match (request.kind.as_str(), request.channel) {
        ("kernel_info_request", _) => info::information(kernel.rust_version().await),
        ("connect_request", _) => {
            let info = &kernel.connection;
            json!({
                "status": "ok",
                "shell_port": info.shell_port,
                "iopub_port": info.iopub_port,
                "stdin_port": info.stdin_port,
                "control_port": info.control_port,
                "hb_port": info.hb_port,
            })
        }
        ("is_complete_request", _) => {
            let Code { code } = read(request)?;
            match is_complete(&code) {
                Completeness::Complete => json!({ "status": "complete" }),
                Completeness::Incomplete { indent } => json!({ "status": "incomplete", "indent": indent }),
                Completeness::Invalid { .. } => json!({ "status": "invalid" }),
            }
        }
        ("complete_request", _) => {
            let cursor: Cursor = read(request)?;
            let assist = kernel.worker.assist();
            in_background(move || assist::completions(assist.as_deref(), &cursor)).await?
        }
        ("inspect_request", _) => {
            let cursor: Cursor = read(request)?;
            let assist = kernel.worker.assist();
            in_background(move || assist::inspection(assist.as_deref(), &cursor)).await?
        }
        ("history_request", _) => {
            let question: Question = read(request)?;
            let kernel = Arc::clone(kernel);
            let found =
                in_background(move || kernel.history.lock().unwrap_or_else(PoisonError::into_inner).answer(&question));
            json!({ "status": "ok", "history": found.await? })
        }
        ("comm_info_request", _) => {
            let CommInfo { target_name } = read(request)?;
            json!({ "status": "ok", "comms": kernel.comms.list(target_name.as_deref()) })
        }
        (kind @ ("comm_open" | "comm_msg" | "comm_close"), _) => {
            kernel.comms.take(&kernel.outbox, &request.header, kind, &request.content);
            return Ok(None);
        }
        ("interrupt_request", _) => {
            kernel.interrupt();
            json!({ "status": "ok" })
        }
        ("shutdown_request", _) => {
            let Shutdown { restart } = read(request)?;
            kernel.interrupt();
            let content = json!({ "status": "ok", "restart": restart });
            kernel.outbox.publish(Some(&request.header), untyped("shutdown_reply", content.clone()));
            content
        }
        ("debug_request", Channel::Control) => {
            let debugger::Answer { content, event } =
                debugger::answer(&request.content, &kernel.worker.variables().await);
            if let Some(event) = event {
                kernel.outbox.publish(Some(&request.header), untyped("debug_event", event));
            }
            content
        }
        ("create_subshell_request", Channel::Control) => {
            json!({ "status": "ok", "subshell_id": kernel.subshells.create(kernel) })
        }
        ("delete_subshell_request", Channel::Control) => {
            let Subshell { subshell_id } = read(request)?;
            if !kernel.subshells.delete(&subshell_id) {
                return Err(("SubshellNotFound", format!("there is no subshell `{subshell_id}`")));
            }
            json!({ "status": "ok" })
        }
        ("list_subshell_request", Channel::Control) => {
            json!({ "status": "ok", "subshell_id": kernel.subshells.list() })
        }
        (other, channel) => {
            crate::log(&format!("a message of type `{other}` is ignored: it is unknown on {channel:?}"));
            return Ok(None);
        }
    };
    Ok(Some(content))
}

/// Does what may block where it blocks nobody.
async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.map_err(|error| ("InternalError", error.to_string()))
}
