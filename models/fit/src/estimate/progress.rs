//! How far a calculation is, and whether somebody wants it stopped.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// How far a fit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Starts that were followed to their end.
    pub done: usize,
    /// All of them.
    pub starts: usize,
    /// Evaluations of all observations so far.
    pub evaluations: usize,
}

/// Counts what several threads do, and asks whether to go on before each evaluation.
pub(crate) struct Watch<'a> {
    done: AtomicUsize,
    all: usize,
    evaluations: AtomicUsize,
    stopped: AtomicBool,
    progress: &'a (dyn Fn(Progress) -> bool + Sync),
}

impl<'a> Watch<'a> {
    /// Nothing of `all` is done yet.
    pub(crate) fn new(all: usize, progress: &'a (dyn Fn(Progress) -> bool + Sync)) -> Self {
        let (done, evaluations, stopped) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
        Watch { done, all, evaluations, stopped, progress }
    }

    /// Counts an evaluation; whether to give up.
    pub(crate) fn stop(&self) -> bool {
        let evaluations = 1 + self.evaluations.fetch_add(1, Ordering::Relaxed);
        let state = Progress { done: self.done.load(Ordering::Relaxed), starts: self.all, evaluations };
        if !self.stopped() && !(self.progress)(state) {
            self.stopped.store(true, Ordering::Relaxed);
        }
        self.stopped()
    }

    /// Counts one of all.
    pub(crate) fn one_done(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    pub(crate) fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Evaluations so far.
    pub(crate) fn evaluations(&self) -> usize {
        self.evaluations.load(Ordering::Relaxed)
    }
}
