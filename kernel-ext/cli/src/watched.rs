//! Long work of several threads: a bar with the time left, and Ctrl-C, which stops it and keeps what is done.

use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::waiting::Waiting;
use std::sync::Mutex;

/// Work that says how far it is and is asked to stop by Ctrl-C.
pub struct Watched {
    interrupts: Interrupts,
    waiting: Mutex<Waiting>,
}

impl Watched {
    /// Begins to watch; `words` stand before the bar.
    ///
    /// # Errors
    /// The system does not let signals be handled.
    pub fn begin(words: impl Into<String>) -> Result<Watched, Failure> {
        Ok(Watched::of(&Interrupts::listen()?, words))
    }

    /// Begins to watch, where something listens already.
    pub fn of(interrupts: &Interrupts, words: impl Into<String>) -> Watched {
        Watched { interrupts: interrupts.clone(), waiting: Mutex::new(Waiting::new(words)) }
    }

    /// The next part of the same work, with a bar of its own.
    #[must_use]
    pub fn then(self, words: impl Into<String>) -> Watched {
        self.clear();
        Watched::of(&self.interrupts, words)
    }

    /// Shows how much of the work is done; whether to go on.
    pub fn goes_on(&self, done: usize, all: usize) -> bool {
        self.is_at(done as f64 / all.max(1) as f64)
    }

    /// Shows which part (0..=1) of the work is done; whether to go on.
    pub fn is_at(&self, part: f64) -> bool {
        // One thread draws, the others have no time to wait for it.
        if let Ok(waiting) = self.waiting.try_lock() {
            waiting.show(part);
        }
        !self.interrupts.requested()
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        if let Ok(waiting) = self.waiting.lock() {
            waiting.clear();
        }
    }
}
