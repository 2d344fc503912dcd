//! Ctrl-C: the running cell is stopped, what was done is kept, and no further cell starts.

use crate::failure::Failure;
use kovacs_runner::exit_code;
use kovacs_session::Interrupter;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::Signals;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Listens for Ctrl-C from now on; a second one ends the program at once.
#[derive(Clone)]
pub struct Interrupts {
    requested: Arc<AtomicBool>,
    running: Arc<Mutex<Vec<(usize, Interrupter)>>>,
}

/// A session is stopped by Ctrl-C until this is dropped.
pub struct Attended {
    interrupts: Interrupts,
    number: usize,
}

impl Drop for Attended {
    fn drop(&mut self) {
        self.interrupts.sessions().retain(|(number, _)| *number != self.number);
    }
}

impl Interrupts {
    /// Starts to listen.
    ///
    /// # Errors
    /// The system does not let signals be handled, or gives no thread.
    pub fn listen() -> Result<Interrupts, Failure> {
        let interrupts = Interrupts { requested: Arc::default(), running: Arc::default() };
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal finds the flag unset, the second one ends the program.
            let code = i32::from(exit_code::INTERRUPTED);
            flag::register_conditional_shutdown(signal, code, Arc::clone(&interrupts.requested))?;
            flag::register(signal, Arc::clone(&interrupts.requested))?;
        }
        let shared = interrupts.clone();
        std::thread::Builder::new().name("interrupts".into()).spawn(move || {
            for _ in signals.forever() {
                for (_, running) in shared.sessions().iter() {
                    running.interrupt();
                }
            }
        })?;
        Ok(interrupts)
    }

    /// Set once Ctrl-C was pressed.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.requested)
    }

    /// Whether Ctrl-C was pressed.
    pub fn requested(&self) -> bool {
        self.requested.load(Ordering::Relaxed)
    }

    /// From now on this session is stopped as well.
    pub fn attend(&self, session: Interrupter) -> Attended {
        let mut sessions = self.sessions();
        let number = sessions.iter().map(|(number, _)| number + 1).max().unwrap_or_default();
        sessions.push((number, session));
        drop(sessions);
        Attended { interrupts: self.clone(), number }
    }

    fn sessions(&self) -> std::sync::MutexGuard<'_, Vec<(usize, Interrupter)>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
