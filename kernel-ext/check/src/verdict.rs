//! How a test ended, and in which words.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The model keeps this promise.
    Passed,
    /// It breaks the promise.
    Failed,
    /// It keeps the promise in a way that deserves a look.
    Warning,
    /// The test does not apply, or could not be made.
    Skipped,
    /// The process of the test ended in the middle of it.
    Crashed,
    /// The test did not end in time and was stopped.
    Hung,
}

impl Verdict {
    /// All of them, in the order of a summary.
    pub const ALL: [Verdict; 6] =
        [Verdict::Passed, Verdict::Failed, Verdict::Crashed, Verdict::Hung, Verdict::Warning, Verdict::Skipped];

    /// The word of the report.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::Warning => "warning",
            Verdict::Skipped => "skipped",
            Verdict::Crashed => "crashed",
            Verdict::Hung => "hung",
        }
    }

    /// Whether the model is not conformant.
    pub fn is_bad(self) -> bool {
        matches!(self, Verdict::Failed | Verdict::Crashed | Verdict::Hung)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How a test ended, and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How it ended.
    pub verdict: Verdict,
    /// What was seen; empty if there is nothing to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// A test ends with a finding; `?` ends it early.
pub(crate) type Outcome = Result<Finding, Finding>;

impl Finding {
    pub(crate) fn new(verdict: Verdict, message: impl Into<String>) -> Finding {
        Finding { verdict, message: message.into() }
    }
}

/// The model keeps the promise.
pub(crate) fn passed() -> Outcome {
    Ok(Finding::new(Verdict::Passed, ""))
}

/// The model keeps the promise, with a remark.
pub(crate) fn passed_with(remark: impl Into<String>) -> Outcome {
    Ok(Finding::new(Verdict::Passed, remark))
}

/// The model breaks the promise.
pub(crate) fn failed(message: impl Into<String>) -> Finding {
    Finding::new(Verdict::Failed, message)
}

/// The model keeps the promise in a doubtful way.
pub(crate) fn warning(message: impl Into<String>) -> Finding {
    Finding::new(Verdict::Warning, message)
}

/// The test does not apply.
pub(crate) fn skipped(reason: impl Into<String>) -> Finding {
    Finding::new(Verdict::Skipped, reason)
}
