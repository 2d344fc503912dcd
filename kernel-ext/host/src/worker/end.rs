//! How a worker ended, in words.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum End {
    /// The process ended by itself.
    Ended { status: ExitStatus },
    /// Nothing was heard for so long, and it was killed.
    Silent { limit: Duration },
    /// It was told to stop, did not, and was killed.
    Stopped,
    /// What it said made no sense, and it was killed.
    Confused { what: String },
}

/// What the worker was doing, and what is left of it.
#[derive(Debug)]
pub(super) struct Death {
    pub(super) end: End,
    /// The call: `evaluate`.
    pub(super) doing: &'static str,
    /// The last lines of its standard error.
    pub(super) last_words: String,
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Death { end, doing, last_words } = self;
        match end {
            End::Ended { status } => match (status.signal(), status.code()) {
                (Some(signal), _) => write!(f, "the plugin crashed: {} in {doing}", signal_name(signal))?,
                (None, code) => {
                    write!(f, "the plugin ended its process with exit code {} in {doing}", code.unwrap_or_default())?;
                }
            },
            End::Silent { limit } => {
                write!(f, "the plugin gave no sign of life for {} s in {doing}", limit.as_secs_f64())?;
                write!(f, " and was stopped")?;
            }
            End::Stopped => write!(f, "the plugin did not stop when it was asked to in {doing} and was stopped")?,
            End::Confused { what } => write!(f, "the worker gave {what} in {doing} and was stopped")?,
        }
        write!(f, "; the worker is started anew at the next call")?;
        match last_words.trim() {
            "" => Ok(()),
            words => write!(f, "\nthe last it wrote: {words}"),
        }
    }
}

/// The name of a signal as a manual has it.
fn signal_name(signal: i32) -> String {
    use rustix::process::Signal;
    let names = [
        (Signal::SEGV, "SIGSEGV"),
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::ILL, "SIGILL"),
        (Signal::KILL, "SIGKILL"),
        (Signal::TERM, "SIGTERM"),
        (Signal::INT, "SIGINT"),
        (Signal::HUP, "SIGHUP"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::TRAP, "SIGTRAP"),
        (Signal::SYS, "SIGSYS"),
    ];
    let known = names.into_iter().find(|(known, _)| known.as_raw() == signal);
    known.map_or_else(|| format!("signal {signal}"), |(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(end: End, last_words: &str, expected: &str) {
        let death = Death { end, doing: "evaluate", last_words: last_words.to_owned() };
        assert_eq!(death.to_string(), expected);
    }

    #[test]
    fn every_end_has_words() {
        const ANEW: &str = "the worker is started anew at the next call";
        let ended = |raw| End::Ended { status: ExitStatus::from_raw(raw) };
        check(ended(7), "", &format!("the plugin crashed: SIGBUS in evaluate; {ANEW}"));
        check(ended(64), "", &format!("the plugin crashed: signal 64 in evaluate; {ANEW}"));
        check(ended(0x0200), "", &format!("the plugin ended its process with exit code 2 in evaluate; {ANEW}"));
        let limit = Duration::from_secs(60);
        let silent = format!("the plugin gave no sign of life for 60 s in evaluate and was stopped; {ANEW}");
        check(End::Silent { limit }, " \n", &silent);
        let stopped = format!("the plugin did not stop when it was asked to in evaluate and was stopped; {ANEW}");
        check(End::Stopped, "", &stopped);
        let confused = End::Confused { what: "a damaged answer".to_owned() };
        let words =
            format!("the worker gave a damaged answer in evaluate and was stopped; {ANEW}\nthe last it wrote: oh");
        check(confused, "oh\n", &words);
    }
}
