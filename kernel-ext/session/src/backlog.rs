//! How much output may wait between a cell and whoever shows it.
//!
//! A cell that prints faster than its client reads is slowed down, like a program that writes to a pipe. A client that
//! does not read at all must neither hold the cell for ever nor let memory grow: after some time without room, output
//! is dropped until there is room again, and the client is told how much.

use crate::outcome::Output;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// So many bytes may wait.
const MOST: usize = 32 << 20;
/// So long a cell is held up for a client that does not read.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is looked whether there is room.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Bytes that wait, counted by the one who sends and the one who takes.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    waiting: AtomicUsize,
}

/// The sending side's memory of what it dropped.
#[derive(Debug)]
pub(crate) struct Gate<'a> {
    backlog: &'a Backlog,
    most: usize,
    patience: Duration,
    dropping: bool,
    dropped: usize,
}

impl Backlog {
    /// The client has taken this.
    pub(crate) fn taken(&self, output: &Output) {
        self.waiting.fetch_sub(output.size(), Ordering::Relaxed);
    }

    /// For the one who sends.
    pub(crate) fn gate(&self) -> Gate<'_> {
        Gate { backlog: self, most: MOST, patience: PATIENCE, dropping: false, dropped: 0 }
    }
}

impl Gate<'_> {
    /// Sends the output when there is room, or drops it. `send` tells whether anybody listens; so does this.
    pub(crate) fn pass(&mut self, output: Output, send: &mut dyn FnMut(Output) -> bool) -> bool {
        let size = output.size();
        let begun = Instant::now();
        while !self.has_room(size) && !self.dropping {
            std::thread::sleep(LOOK_EVERY);
            self.dropping = begun.elapsed() > self.patience;
        }
        if !self.has_room(size) {
            self.dropped += size;
            return true;
        }
        self.dropping = false;
        let dropped = std::mem::take(&mut self.dropped);
        if dropped > 0 {
            let note = Output::Stderr(format!("[{dropped} bytes of output are missing here: nobody read them]\n"));
            if !self.send(note, send) {
                return false;
            }
        }
        self.send(output, send)
    }

    /// One output larger than everything that may wait passes alone.
    fn has_room(&self, size: usize) -> bool {
        let waiting = self.backlog.waiting.load(Ordering::Relaxed);
        waiting == 0 || waiting.saturating_add(size) <= self.most
    }

    fn send(&self, output: Output, send: &mut dyn FnMut(Output) -> bool) -> bool {
        self.backlog.waiting.fetch_add(output.size(), Ordering::Relaxed);
        send(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_reads_is_dropped_and_said() {
        let backlog = Backlog::default();
        let mut gate = Gate { most: 10, patience: Duration::ZERO, ..backlog.gate() };
        let mut sent = Vec::new();
        for text in ["12345678", "abc", "def"] {
            assert!(gate.pass(Output::Stdout(text.into()), &mut |output| {
                sent.push(output);
                true
            }));
        }
        assert_eq!(sent, [Output::Stdout("12345678".into())]);
        backlog.taken(&sent[0]);
        gate.pass(Output::Stdout("x".into()), &mut |output| {
            sent.push(output);
            true
        });
        let note = Output::Stderr("[6 bytes of output are missing here: nobody read them]\n".into());
        assert_eq!(sent[1..], [note, Output::Stdout("x".into())]);
    }

    #[test]
    fn something_large_passes_alone() {
        let backlog = Backlog::default();
        let mut gate = Gate { most: 2, patience: Duration::ZERO, ..backlog.gate() };
        let mut sent = 0;
        for _ in 0..2 {
            gate.pass(Output::Stdout("large".into()), &mut |_| {
                sent += 1;
                true
            });
        }
        assert_eq!(sent, 1);
    }
}
