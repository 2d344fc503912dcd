//! A bar for big files, and Ctrl-C that leaves nothing behind.

use crate::failure::Failure;
use crate::waiting::Waiting;
use kovacs_datasets::DatasetError;
use kovacs_datasets::import::Step;
use kovacs_runner::exit_code;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Part of the work that reading is; checking and writing are the rest.
const READING: f64 = 0.7;

/// What is being done, and whether it should stop.
pub(super) struct Working {
    bar: Waiting,
    /// Nothing is under way that a sudden end could leave half done.
    idle: Arc<AtomicBool>,
    cancelled: Arc<AtomicBool>,
}

impl Working {
    /// Listens for Ctrl-C from now on.
    ///
    /// # Errors
    /// The system does not let signals be handled.
    pub(super) fn start(file: &Path) -> Result<Working, Failure> {
        let (idle, cancelled) = (Arc::new(AtomicBool::new(true)), Arc::default());
        for signal in [SIGINT, SIGTERM] {
            let code = i32::from(exit_code::INTERRUPTED);
            flag::register_conditional_shutdown(signal, code, Arc::clone(&idle))?;
            flag::register(signal, Arc::clone(&cancelled))?;
        }
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Working { bar: Waiting::new(format!("importing {name}")), idle, cancelled })
    }

    /// Shows a step; `false` once Ctrl-C was pressed.
    pub(super) fn step(&self, step: Step) -> bool {
        self.bar.show(match step {
            Step::Reading(done, total) => READING * done as f64 / total.max(1) as f64,
            Step::Checking => READING,
            Step::Writing => 0.5 * (1.0 + READING),
        });
        !self.cancelled.load(Ordering::Relaxed)
    }

    /// Does work that Ctrl-C stops at the next step and not in the middle of one.
    ///
    /// # Errors
    /// Those of the work; a stop has the exit code of an interruption.
    pub(super) fn during<T>(&self, work: impl FnOnce() -> Result<T, DatasetError>) -> Result<T, Failure> {
        self.idle.store(false, Ordering::Relaxed);
        let done = work();
        self.idle.store(true, Ordering::Relaxed);
        self.bar.clear();
        done.map_err(|error| {
            let stopped = self.cancelled.load(Ordering::Relaxed);
            let failure = Failure::from(error);
            if stopped { failure.code(exit_code::INTERRUPTED) } else { failure }
        })
    }
}
