//! The one error type that cells meet.
//!
//! A cell left through `?` shows the error with `{:?}`, so `Debug` prints what a person should read: what happened,
//! where, and what to do.

use crate::wire::{Reader, WireError, Writer};
use std::fmt;

/// Why a call from a cell failed.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    kind: String,
    message: String,
    remedy: Option<String>,
}

impl Error {
    /// An error of a kind (`UnknownModel`), with what happened as a lower-case fragment.
    pub fn new(kind: impl Into<String>, message: impl Into<String>) -> Self {
        Error { kind: kind.into(), message: message.into(), remedy: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// The kind of error: `UnknownModel`, `ParameterOutOfBounds`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What happened.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it, where that is known.
    pub fn remedy(&self) -> Option<&str> {
        self.remedy.as_deref()
    }

    /// Writes the error into a message of the seam.
    pub fn encode(&self, writer: &mut Writer) {
        writer.text(&self.kind);
        writer.text(&self.message);
        writer.option(self.remedy.as_deref(), Writer::text);
    }

    /// Reads an error from a message of the seam.
    ///
    /// # Errors
    /// The message is damaged.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Error { kind: reader.text()?, message: reader.text()?, remedy: reader.option(Reader::text)? })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `{:#}` says the kind as well: it is what a failing cell is called.
        if f.alternate() {
            write!(f, "{}: ", self.kind)?;
        }
        f.write_str(&self.message)?;
        match &self.remedy {
            Some(remedy) => write!(f, "\n  what to do: {remedy}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

impl From<WireError> for Error {
    fn from(error: WireError) -> Self {
        Error::new("DamagedMessage", error.to_string())
            .with_remedy("restart the session: prelude and engine are of different versions")
    }
}

impl From<kovacs_core::sampled_hump::SamplesError> for Error {
    fn from(error: kovacs_core::sampled_hump::SamplesError) -> Self {
        Error::new("NoSamples", error.to_string())
    }
}

/// Result of a call from a cell.
pub type Result<T, E = Error> = std::result::Result<T, E>;
