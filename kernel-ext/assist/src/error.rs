//! Why a question could not be answered.

use std::io;
use std::path::PathBuf;

/// Why completion or inspection failed. Nothing of the session is lost by it; the next question starts a new analyser.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AssistError {
    /// The analyser could not be started.
    #[error("cannot start {} for completion", executable.display())]
    NotStarted {
        /// What was to be started.
        executable: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The analyser ended.
    #[error("the process that completes ended unexpectedly")]
    Ended,
    /// The analyser took too long and was stopped.
    #[error("the process that completes gave no answer within {seconds} s")]
    Slow {
        /// How long was waited.
        seconds: u64,
    },
    /// The analyser says why.
    #[error("the process that completes failed: {message}")]
    Failed {
        /// In its words.
        message: String,
    },
}
