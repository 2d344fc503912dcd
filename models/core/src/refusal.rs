//! How a model says no.
//!
//! A refusal is a value and not an error: an optimiser meets it thousands of times and goes on. There are two kinds
//! only, and the difference is who is to blame: the numbers, or the model.

use crate::linear_response::LinearTestError;
use std::fmt;

/// Why a model gave no answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    kind: RefusalKind,
    message: String,
    index: Option<usize>,
}

/// Who is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The numbers, the protocol or the settings: the instance is as it was.
    Rejected,
    /// The model itself: the instance must not be used again.
    Broken,
    /// The user asked to stop.
    Cancelled,
}

impl Refusal {
    /// These numbers, this protocol or these settings have no answer; the model is fine and may be called again.
    pub fn rejected(message: impl Into<String>) -> Self {
        Refusal { kind: RefusalKind::Rejected, message: message.into(), index: None }
    }

    /// The model is in a state it should never be in; the instance will not be used again.
    pub fn broken(message: impl Into<String>) -> Self {
        Refusal { kind: RefusalKind::Broken, message: message.into(), index: None }
    }

    /// The user asked to stop.
    pub fn cancelled() -> Self {
        Refusal { kind: RefusalKind::Cancelled, message: "stopped on request".to_owned(), index: None }
    }

    /// Blames the parameter with this index (where an instance is made: the setting); whoever reads the message then
    /// sees its id in front.
    pub fn param(mut self, index: usize) -> Self {
        self.index = Some(index);
        self
    }

    /// Who is to blame.
    pub fn kind(&self) -> RefusalKind {
        self.kind
    }

    /// The message, and the index of the parameter (or setting) to blame.
    pub fn into_parts(self) -> (String, Option<usize>) {
        (self.message, self.index)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

/// `Err("the exponent is above 1".into())` refuses these numbers.
impl From<&str> for Refusal {
    fn from(message: &str) -> Self {
        Refusal::rejected(message)
    }
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Refusal::rejected(message)
    }
}

impl From<LinearTestError> for Refusal {
    fn from(error: LinearTestError) -> Self {
        Refusal::rejected(error.to_string())
    }
}
