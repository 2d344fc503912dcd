//! From what a cell produced to what a notebook stores of it, and to what the runner reads in it.

use crate::claim::Claim;
use crate::notebook::split_lines;
use kovacs_session::{CellError, MimeBundle, Output};
use serde_json::{Value, json};

/// MIME type under which a cell publishes a [`Claim`].
pub const CLAIM_MIME: &str = "application/vnd.kovacs.claim+json";
/// MIME type under which a cell publishes a number by name, for text that quotes it: `{"name": "..", "value": 1, "unit": "s"}`.
pub const VALUE_MIME: &str = "application/vnd.kovacs.value+json";
/// MIME type under which a cell says that the rest of the notebook makes no sense here: `{"reason": ".."}`.
pub const SKIP_MIME: &str = "application/vnd.kovacs.skip+json";

/// Collects the outputs of one cell.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    stored: Vec<Stored>,
    /// Claims published, in order.
    pub(crate) claims: Vec<Claim>,
    /// What was published as a claim and is none.
    pub(crate) bad_claim: Option<String>,
    /// Why the rest is to be skipped.
    pub(crate) skip: Option<String>,
    /// The next output takes the place of everything before it.
    clear_next: bool,
}

#[derive(Debug)]
enum Stored {
    Stream { name: &'static str, text: String },
    Bundle { data: MimeBundle, metadata: MimeBundle, is_result: bool, display_id: Option<String> },
}

impl Collector {
    /// Takes one output. Text that follows text of the same stream joins it: ten thousand prints are one record.
    pub(crate) fn take(&mut self, output: Output) {
        if std::mem::take(&mut self.clear_next) {
            self.stored.clear();
        }
        match output {
            Output::Stdout(text) => self.stream("stdout", text),
            Output::Stderr(text) => self.stream("stderr", text),
            Output::Display { data, metadata, is_result, display_id, update } => {
                self.read(|mime| data.get(mime));
                if update {
                    self.replace(display_id.as_deref(), &data, &metadata);
                } else {
                    self.stored.push(Stored::Bundle { data, metadata, is_result, display_id });
                }
            }
            Output::ClearOutput { wait: true } => self.clear_next = true,
            Output::ClearOutput { wait: false } => self.stored.clear(),
        }
    }

    /// A display that changed is stored as it was last: a progress bar is one line.
    fn replace(&mut self, name: Option<&str>, new_data: &MimeBundle, new_metadata: &MimeBundle) {
        for stored in &mut self.stored {
            if let Stored::Bundle { data, metadata, display_id, .. } = stored
                && display_id.as_deref() == name
            {
                data.clone_from(new_data);
                metadata.clone_from(new_metadata);
            }
        }
    }

    fn stream(&mut self, name: &'static str, more: String) {
        match self.stored.last_mut() {
            Some(Stored::Stream { name: last, text }) if *last == name => text.push_str(&more),
            _ if more.is_empty() => {}
            _ => self.stored.push(Stored::Stream { name, text: more }),
        }
    }

    /// Reads what stored outputs say, as if the cell had just given them.
    pub(crate) fn read_stored(&mut self, outputs: &[Value]) {
        for output in outputs {
            if let Some(data) = output.get("data").and_then(Value::as_object) {
                self.read(|mime| data.get(mime));
            }
        }
    }

    fn read<'a>(&mut self, get: impl Fn(&str) -> Option<&'a Value>) {
        if let Some(value) = get(CLAIM_MIME) {
            match serde_json::from_value(value.clone()) {
                Ok(claim) => self.claims.push(claim),
                Err(error) => self.bad_claim = Some(format!("{error} in {value}")),
            }
        }
        if let Some(value) = get(SKIP_MIME) {
            let reason = value.get("reason").and_then(Value::as_str).unwrap_or("the notebook gives no reason");
            self.skip = Some(reason.to_owned());
        }
    }

    /// The outputs as the notebook stores them.
    pub(crate) fn outputs(&self, execution_count: u32, error: Option<&CellError>) -> Vec<Value> {
        let mut result_is_free = true;
        let mut outputs: Vec<Value> = self
            .stored
            .iter()
            .map(|stored| match stored {
                Stored::Stream { name, text } => {
                    json!({"output_type": "stream", "name": name, "text": split_lines(text)})
                }
                // A cell has one value; whatever else calls itself the result is a display.
                Stored::Bundle { data, metadata, is_result, .. }
                    if *is_result && std::mem::take(&mut result_is_free) =>
                {
                    json!({
                        "output_type": "execute_result",
                        "data": stored_bundle(data),
                        "metadata": metadata,
                        "execution_count": execution_count,
                    })
                }
                Stored::Bundle { data, metadata, .. } => {
                    json!({"output_type": "display_data", "data": stored_bundle(data), "metadata": metadata})
                }
            })
            .collect();
        outputs.extend(error.map(|error| {
            json!({
                "output_type": "error",
                "ename": error.name,
                "evalue": error.message,
                "traceback": error.traceback,
            })
        }));
        outputs
    }
}

/// Whether stored outputs say that the rest of the notebook is skipped.
pub(crate) fn ends_notebook(outputs: &[Value]) -> bool {
    outputs.iter().any(|output| output.get("data").is_some_and(|data| data.get(SKIP_MIME).is_some()))
}

/// JSON types keep their value, all others are text: the schema accepts nothing else.
fn stored_bundle(data: &MimeBundle) -> Value {
    data.iter()
        .map(|(mime, value)| {
            let stored = match value {
                value if is_json(mime) => value.clone(),
                Value::String(text) => split_lines(text),
                value => split_lines(&value.to_string()),
            };
            (mime.clone(), stored)
        })
        .collect()
}

/// As the schema has it: `application/json` and `application/…+json`.
fn is_json(mime: &str) -> bool {
    mime.strip_prefix("application/").is_some_and(|kind| kind == "json" || kind.ends_with("+json"))
}
