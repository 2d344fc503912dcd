//! How a command fails: what happened, what to do, and the exit code.
//!
//! Libraries say what happened; what a person at a shell can do about it is added here, next to the command.

use kovacs_runner::exit_code;
use std::fmt;

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    error: anyhow::Error,
    remedy: Option<String>,
    code: u8,
}

impl Failure {
    /// A failure in words that follow `error: `.
    pub fn new(message: impl Into<String>) -> Failure {
        Failure { error: anyhow::Error::msg(message.into()), remedy: None, code: exit_code::CELL_FAILED }
    }

    /// The command line is wrong in a way that clap cannot know.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure { code: exit_code::USAGE, ..Failure::new(message) }
    }

    /// Puts what was being done in front: `cannot predict`.
    #[must_use]
    pub fn context(mut self, doing: impl fmt::Display + Send + Sync + 'static) -> Failure {
        self.error = self.error.context(doing);
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Failure {
        self.remedy = Some(remedy.into());
        self
    }

    /// Sets the exit code.
    #[must_use]
    pub fn code(mut self, code: u8) -> Failure {
        self.code = code;
        self
    }

    /// The exit code.
    pub fn exit_code(&self) -> u8 {
        self.code
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure { error: error.into(), remedy: None, code: exit_code::CELL_FAILED }
    }
}

/// One block: the chain of causes, and the remedy on a line of its own.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for cause in self.error.chain() {
            let cause = cause.to_string();
            // Errors of the libraries quote their source; saying it twice helps nobody.
            if text.contains(cause.trim()) {
                continue;
            }
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(cause.trim());
        }
        f.write_str(&text)?;
        match &self.remedy {
            Some(remedy) => write!(f, "\nwhat to do: {remedy}"),
            None => Ok(()),
        }
    }
}

/// Adds context and remedy to the failures of libraries.
pub trait Explain<T> {
    /// Puts what was being done in front.
    ///
    /// # Errors
    /// Those it came with.
    fn doing(self, what: impl fmt::Display + Send + Sync + 'static) -> Result<T, Failure>;
}

impl<T, E: Into<Failure>> Explain<T> for Result<T, E> {
    fn doing(self, what: impl fmt::Display + Send + Sync + 'static) -> Result<T, Failure> {
        self.map_err(|error| error.into().context(what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_is_one_sentence_and_says_nothing_twice() {
        let inner = std::io::Error::other("no space left");
        let error = anyhow::Error::new(inner).context("cannot write `a.csv`: no space left");
        let failure = Failure::from(error).context("cannot predict").remedy("free some space");
        assert_eq!(
            failure.to_string(),
            "cannot predict: cannot write `a.csv`: no space left\nwhat to do: free some space"
        );
    }
}
