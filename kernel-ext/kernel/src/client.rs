//! What a running cell produces and asks, on its way to the clients.

use crate::outbox::{Outbox, untyped};
use jupyter_protocol::{ClearOutput, InputRequest as Question, JupyterMessageContent, StreamContent};
use kovacs_session::{CellClient, InputRequest, MimeBundle, Output};
use kovacs_wire::Request;
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How often a cell that waits for input looks whether it is interrupted.
const INTERRUPT_CHECK: Duration = Duration::from_millis(20);

/// Where the next line that the user types goes.
#[derive(Clone, Default)]
pub(crate) struct TypedLine(Arc<Mutex<Option<Sender<String>>>>);

impl TypedLine {
    /// Hands a line to the cell that waits for it; `false` if none does.
    pub(crate) fn give(&self, line: String) -> bool {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        waiting.is_some_and(|cell| cell.send(line).is_ok())
    }

    fn expect(&self, cell: Option<Sender<String>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = cell;
    }
}

/// Serves one cell.
#[derive(Clone)]
pub(crate) struct CellOutput {
    pub(crate) outbox: Outbox,
    /// The request that the cell came with.
    pub(crate) request: Arc<Request>,
    pub(crate) execution_count: u64,
    /// Nothing is published: of a silent cell, and of an expression that the user did not write.
    pub(crate) quiet: bool,
    /// Where answers of the user arrive; `None` if the front end cannot ask.
    pub(crate) typed: Option<TypedLine>,
    /// Set when the cell is interrupted.
    pub(crate) interrupted: Arc<AtomicBool>,
    /// The cell's last value.
    pub(crate) result: Option<MimeBundle>,
}

impl CellClient for CellOutput {
    fn output(&mut self, output: Output) {
        if let Output::Display { data, is_result: true, .. } = &output {
            self.result = Some(data.clone());
        }
        if !self.quiet {
            self.outbox.publish(Some(&self.request.header), message(output, self.execution_count));
        }
    }

    fn input(&mut self, request: &InputRequest) -> Option<String> {
        let typed = self.typed.as_ref()?;
        // An interrupt may be what the question is about; one that comes while it is open is an answer.
        self.interrupted.store(false, Ordering::Relaxed);
        let (cell, answer) = channel();
        // What was typed before the question is no answer to it.
        typed.expect(Some(cell));
        let InputRequest { prompt, password } = request.clone();
        self.outbox.ask(&self.request, Question { prompt, password });
        loop {
            match answer.recv_timeout(INTERRUPT_CHECK) {
                Ok(line) => return Some(line),
                Err(RecvTimeoutError::Timeout) if !self.interrupted.load(Ordering::Relaxed) => {}
                Err(_) => {
                    typed.expect(None);
                    return None;
                }
            }
        }
    }

    fn can_answer(&self) -> bool {
        self.typed.is_some()
    }
}

/// The message for one output of a cell.
fn message(output: Output, execution_count: u64) -> JupyterMessageContent {
    match output {
        Output::Stdout(text) => StreamContent::stdout(&text).into(),
        Output::Stderr(text) => StreamContent::stderr(&text).into(),
        Output::ClearOutput { wait } => ClearOutput { wait }.into(),
        Output::Display { data, metadata, is_result, display_id, update } => {
            let transient = display_id.map_or_else(|| json!({}), |id| json!({ "display_id": id }));
            let mut content = json!({ "data": data, "metadata": metadata, "transient": transient });
            if update {
                return untyped("update_display_data", content);
            }
            if !is_result {
                return untyped("display_data", content);
            }
            content["execution_count"] = execution_count.into();
            untyped("execute_result", content)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kovacs_session::MimeBundle;

    fn check(output: Output, kind: &str, expected: serde_json::Value) {
        let message = message(output, 7);
        assert_eq!(message.message_type(), kind);
        assert_eq!(serde_json::to_value(&message).expect("JSON"), expected);
    }

    #[test]
    fn each_output_has_its_message() {
        let data: MimeBundle = [("text/plain".to_owned(), "2".into())].into();
        let shown = |is_result, display_id: Option<&str>, update| Output::Display {
            data: data.clone(),
            metadata: MimeBundle::new(),
            is_result,
            display_id: display_id.map(ToOwned::to_owned),
            update,
        };
        let plain = json!({ "text/plain": "2" });
        check(Output::Stdout("a".into()), "stream", json!({ "name": "stdout", "text": "a" }));
        check(Output::Stderr("b".into()), "stream", json!({ "name": "stderr", "text": "b" }));
        check(Output::ClearOutput { wait: true }, "clear_output", json!({ "wait": true }));
        check(
            shown(true, None, false),
            "execute_result",
            json!({ "data": plain, "metadata": {}, "transient": {}, "execution_count": 7 }),
        );
        let named = json!({ "data": plain, "metadata": {}, "transient": { "display_id": "d" } });
        check(shown(false, Some("d"), false), "display_data", named.clone());
        check(shown(false, Some("d"), true), "update_display_data", named);
    }
}
