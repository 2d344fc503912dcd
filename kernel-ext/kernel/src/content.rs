//! What requests ask, read leniently: fields that clients leave out have the values that the protocol gives them.
//!
//! The types of `jupyter-protocol` insist on fields that real clients do not send, so requests have types of their own.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

fn yes() -> bool {
    true
}

/// `execute_request`
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Execute {
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) silent: bool,
    #[serde(default = "yes")]
    pub(crate) store_history: bool,
    #[serde(default)]
    pub(crate) user_expressions: Option<BTreeMap<String, String>>,
    #[serde(default = "yes")]
    pub(crate) allow_stdin: bool,
    #[serde(default = "yes")]
    pub(crate) stop_on_error: bool,
}

/// `complete_request` and `inspect_request`; the cursor counts characters.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Cursor {
    pub(crate) code: String,
    /// At the end if missing.
    #[serde(default)]
    pub(crate) cursor_pos: Option<usize>,
    /// 1 asks for the source, too.
    #[serde(default)]
    pub(crate) detail_level: usize,
}

impl Cursor {
    /// Where it stands, in characters.
    pub(crate) fn position(&self) -> usize {
        let length = self.code.chars().count();
        self.cursor_pos.map_or(length, |position| position.min(length))
    }
}

/// `is_complete_request`
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Code {
    pub(crate) code: String,
}

/// `shutdown_request`
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Shutdown {
    #[serde(default)]
    pub(crate) restart: bool,
}

/// `comm_info_request`
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct CommInfo {
    #[serde(default)]
    pub(crate) target_name: Option<String>,
}

/// `delete_subshell_request`
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Subshell {
    pub(crate) subshell_id: String,
}

/// The content of a request, or what is wrong with it.
pub(crate) fn read<T: DeserializeOwned>(content: &Value) -> Result<T, String> {
    T::deserialize(content).map_err(|error| error.to_string())
}
