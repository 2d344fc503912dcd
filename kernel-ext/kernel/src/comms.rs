//! Comms: conversations that a front end opens with something in the kernel.
//!
//! Rust cells have no widgets, so there is one target only: the one by which ipywidgets asks for the widgets of a
//! kernel that is already running. The true answer is: none. What asks for another target is told by `comm_close`.

use crate::outbox::{Outbox, untyped};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How ipywidgets asks for all widgets at once.
const WIDGET_CONTROL: &str = "jupyter.widget.control";

/// The open comms: identifier to target.
#[derive(Default)]
pub(crate) struct Comms(Mutex<BTreeMap<String, String>>);

impl Comms {
    /// Takes `comm_open`, `comm_msg` or `comm_close`.
    pub(crate) fn take(&self, outbox: &Outbox, header: &Value, kind: &str, content: &Value) {
        let text = |name: &str| content.get(name).and_then(Value::as_str).unwrap_or_default();
        let id = text("comm_id");
        match kind {
            "comm_open" if text("target_name") == WIDGET_CONTROL => {
                self.open().insert(id.to_owned(), WIDGET_CONTROL.to_owned());
            }
            "comm_open" => {
                crate::log(&format!("a comm is closed: there is no target `{}`", text("target_name")));
                outbox.publish(Some(header), untyped("comm_close", json!({ "comm_id": id, "data": {} })));
            }
            "comm_close" => {
                self.open().remove(id);
            }
            _ if self.open().contains_key(id) => {
                if content.pointer("/data/method").and_then(Value::as_str) == Some("request_states") {
                    let states = json!({ "method": "update_states", "states": {}, "buffer_paths": [] });
                    outbox.publish(Some(header), untyped("comm_msg", json!({ "comm_id": id, "data": states })));
                }
            }
            _ => crate::log(&format!("a message for the comm `{id}` is ignored: it is not open")),
        }
    }

    /// The open comms of a target, or all, as `comm_info_reply` has them.
    pub(crate) fn list(&self, target: Option<&str>) -> Map<String, Value> {
        self.open()
            .iter()
            .filter(|(_, of)| target.is_none_or(|target| target == of.as_str()))
            .map(|(id, of)| (id.clone(), json!({ "target_name": of })))
            .collect()
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
