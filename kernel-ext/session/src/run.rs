//! One cell's run: what it has produced so far, what it may use, and why it is being stopped.

use crate::events::{CellEvent, Incident};
use crate::outcome::{CellClient, CellError, CellErrorKind, CellOutcome, Limits, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// So much of standard error is kept to tell why a process died, bytes.
const LAST_WORDS: usize = 4096;

/// Why a cell is being stopped, and how far that has got.
pub(crate) struct Stop {
    pub(crate) kind: CellErrorKind,
    pub(crate) message: String,
    /// When the next, harder step is due.
    pub(crate) escalate: Instant,
    pub(crate) step: u8,
    /// It was asked for before the cell began to run.
    pub(crate) while_compiling: bool,
}

/// What has happened in the cell so far.
pub(crate) struct Run<'a> {
    pub(crate) client: &'a mut dyn CellClient,
    pub(crate) limits: Limits,
    pub(crate) begun: Instant,
    pub(crate) bytes: u64,
    /// Compilation is over.
    pub(crate) started: bool,
    /// When it was.
    pub(crate) started_at: Option<Instant>,
    pub(crate) panic: Option<Incident>,
    pub(crate) panic_left_cell: bool,
    pub(crate) error_left_cell: bool,
    pub(crate) early_return: Option<Incident>,
    pub(crate) load_failure: Option<String>,
    pub(crate) stop: Option<Stop>,
    /// The user was asked whether variables may be lost.
    pub(crate) asked: bool,
    /// When it was last looked whether the process is stopped.
    pub(crate) looked: Instant,
    /// The cell had closed or redirected its standard output: notices may be missing.
    pub(crate) streams_lost: bool,
    /// The end of what came on standard error.
    pub(crate) last_words: String,
}

impl<'a> Run<'a> {
    pub(crate) fn new(limits: &Limits, client: &'a mut dyn CellClient) -> Self {
        Run {
            client,
            limits: *limits,
            begun: Instant::now(),
            bytes: 0,
            started: false,
            started_at: None,
            panic: None,
            panic_left_cell: false,
            error_left_cell: false,
            early_return: None,
            load_failure: None,
            stop: None,
            asked: false,
            looked: Instant::now(),
            streams_lost: false,
            last_words: String::new(),
        }
    }

    pub(crate) fn emit(&mut self, output: Output) {
        if let Output::Stderr(text) = &output {
            self.last_words.push_str(text);
            let excess = self.last_words.len().saturating_sub(LAST_WORDS);
            let start = (excess..).find(|index| self.last_words.is_char_boundary(*index)).unwrap_or(excess);
            self.last_words.drain(..start);
        }
        self.bytes = self.bytes.saturating_add(output.size() as u64);
        if self.limits.output_bytes.is_none_or(|limit| self.bytes <= limit) {
            self.client.output(output);
        }
    }

    pub(crate) fn take(&mut self, event: CellEvent) {
        match event {
            CellEvent::Started => {
                self.started = true;
                self.started_at = Some(Instant::now());
            }
            CellEvent::Output(output) => self.emit(output),
            CellEvent::Used(used) => self.client.used(used),
            CellEvent::Panic(incident) => {
                self.emit_caught_text();
                self.panic = Some(incident);
            }
            CellEvent::EarlyReturn(incident) => self.early_return = Some(incident),
            CellEvent::PanicLeftCell => self.panic_left_cell = true,
            CellEvent::ErrorLeftCell => self.error_left_cell = true,
            CellEvent::LoadFailed(message) => self.load_failure = Some(message),
            CellEvent::StreamsRestored => {
                self.streams_lost = true;
                let text = "the cell closed or redirected its standard output or error; both are connected again\n";
                self.emit(Output::Stderr(text.into()));
            }
            // Questions are the session's to answer.
            CellEvent::Hello { .. } | CellEvent::Synced(_) | CellEvent::Input(_) => {}
        }
    }

    /// A panic that the cell caught itself is no failure; its text is shown as Rust shows it.
    pub(crate) fn emit_caught_text(&mut self) {
        if let Some(incident) = self.panic.take() {
            self.emit(Output::Stderr(format!("{}: {}\n", incident.name, incident.message)));
        }
    }

    /// Looks whether a limit is reached or a stop was asked for.
    pub(crate) fn check(&mut self, interrupt: &AtomicBool) {
        if self.stop.is_some() {
            return;
        }
        let reason = if interrupt.load(Ordering::Relaxed) {
            Some((CellErrorKind::Interrupted, "the cell was interrupted".to_owned()))
        } else if let Some(limit) = self.limits.output_bytes.filter(|limit| self.bytes > *limit) {
            let message = format!(
                "the cell wrote more than {limit} bytes and was stopped; print less, or raise the limit (`--max-output`)"
            );
            Some((CellErrorKind::OutputLimit, message))
        } else if let Some(limit) = self.limits.time.filter(|limit| self.begun.elapsed() > *limit) {
            let message = format!(
                "the cell ran longer than {} s and was stopped; make it shorter, or raise the limit (`--timeout`)",
                limit.as_secs_f64()
            );
            Some((CellErrorKind::TimeLimit, message))
        } else {
            None
        };
        let while_compiling = !self.started;
        self.stop =
            reason.map(|(kind, message)| Stop { kind, message, escalate: Instant::now(), step: 0, while_compiling });
    }

    pub(crate) fn failed(&mut self, kind: CellErrorKind, message: String, variables_lost: bool) -> CellOutcome {
        self.emit_caught_text();
        CellOutcome::Failed(Box::new(CellError { variables_lost, ..CellError::new(kind, message) }))
    }

    pub(crate) fn outcome_of_stop(&mut self, variables_lost: bool) -> CellOutcome {
        let (kind, message) = self.stop.take().map_or_else(
            || (CellErrorKind::Interrupted, "the cell was stopped".to_owned()),
            |stop| (stop.kind, stop.message),
        );
        self.failed(kind, message, variables_lost)
    }
}
