//! Many parameter vectors at once: what a model that computes batches sees, and how it shares them among threads.

use crate::experiment::{Curves, Run};
use kovacs_core::guard::guard;
use kovacs_core::refusal::{Refusal, RefusalKind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often progress is reported while other threads compute.
const TICK: Duration = Duration::from_millis(10);
/// Progress is counted in these parts of one row.
const PARTS: f64 = 1e6;

/// The rows of a batch.
pub struct RowSet<'a> {
    /// `[rows][width of a parameter vector]`.
    pub(crate) parameters: &'a [f64],
    pub(crate) wanted: &'a [u32],
    pub(crate) points: usize,
    /// `[rows][wanted][points]`.
    pub(crate) values: &'a mut [f64],
    /// Empty, or one per row.
    pub(crate) seeds: &'a [u64],
    /// One per row; `None` until the row is finished.
    pub(crate) outcomes: &'a mut [Option<Result<(), Refusal>>],
}

/// One parameter vector of a batch, and where its curves go. It may be handed to another thread.
pub struct Row<'a> {
    index: usize,
    parameters: &'a [f64],
    seed: Option<u64>,
    curves: Curves<'a>,
    outcome: &'a mut Option<Result<(), Refusal>>,
}

impl RowSet<'_> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.outcomes.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.outcomes.is_empty()
    }

    /// All rows.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = Row<'_>> {
        let count = self.outcomes.len().max(1);
        let (width, size) = (self.parameters.len() / count, self.values.len() / count);
        let (parameters, seeds, wanted, points) = (self.parameters, self.seeds, self.wanted, self.points);
        let mut rest = &mut *self.values;
        self.outcomes.iter_mut().enumerate().map(move |(index, outcome)| {
            let (values, behind) = std::mem::take(&mut rest).split_at_mut(size);
            rest = behind;
            Row {
                index,
                parameters: &parameters[index * width..(index + 1) * width],
                seed: seeds.get(index).copied(),
                curves: Curves { wanted, points, values },
                outcome,
            }
        })
    }

    /// Computes every row with `work`, on as many threads as [`Run::threads`] allows; `work` has the shape of
    /// [`Model::evaluate`](crate::Model::evaluate). Progress and cancellation are seen to.
    ///
    /// # Errors
    /// The user asked to stop, or `work` panicked on another thread.
    pub fn spread<W>(&mut self, run: &mut Run<'_>, work: W) -> Result<(), Refusal>
    where
        W: Fn(&[f64], &mut Curves<'_>, &mut Run<'_>) -> Result<(), Refusal> + Sync,
    {
        let (rows, allowed) = (self.len(), run.threads() as usize);
        let threads = allowed.min(rows);
        if threads <= 1 {
            for row in self.iter_mut() {
                let done = row.index;
                let mut forward = |fraction: f64| run.tick((done as f64 + fraction) / rows as f64).is_ok();
                row.compute(&work, run_of_row(allowed as u32, &mut forward))?;
            }
            return Ok(());
        }
        let (stop, progress) = (AtomicBool::new(false), AtomicU64::new(0));
        let queue = Mutex::new(self.iter_mut());
        let per_thread = (allowed / threads) as u32;
        let (working, watch) = channel::<()>();
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|_| {
                    let working = working.clone();
                    let (queue, work, stop, progress) = (&queue, &work, &stop, &progress);
                    scope.spawn(move || {
                        // Dropped at the end of the thread, however it ends.
                        let _working = working;
                        loop {
                            if stop.load(Ordering::Relaxed) {
                                return Err(Refusal::cancelled());
                            }
                            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                            let Some(row) = next else { return Ok(()) };
                            let mut counted = 0;
                            let mut count = |fraction: f64| {
                                let parts = (fraction * PARTS) as u64;
                                progress.fetch_add(parts.saturating_sub(counted), Ordering::Relaxed);
                                counted = counted.max(parts);
                                !stop.load(Ordering::Relaxed)
                            };
                            let result = row.compute(work, run_of_row(per_thread, &mut count));
                            count(1.0);
                            result?;
                        }
                    })
                })
                .collect();
            drop(working);
            let mut cancelled = Ok(());
            while let Err(RecvTimeoutError::Timeout) = watch.recv_timeout(TICK) {
                let done = progress.load(Ordering::Relaxed) as f64 / (PARTS * rows as f64);
                if cancelled.is_ok()
                    && let Err(refusal) = run.tick(done)
                {
                    stop.store(true, Ordering::Relaxed);
                    cancelled = Err(refusal);
                }
            }
            for worker in workers {
                let ended = worker.join().unwrap_or_else(|_| Err(Refusal::broken("a thread ended in a panic")));
                if cancelled.is_ok() {
                    cancelled = ended;
                }
            }
            cancelled
        })
    }
}

impl<'a> Row<'a> {
    /// The position of this row in the batch.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The parameter vector.
    pub fn parameters(&self) -> &'a [f64] {
        self.parameters
    }

    /// All randomness of this row comes from here; `None`: the caller did not say.
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }

    /// Where the curves of this row go.
    pub fn curves(&mut self) -> &mut Curves<'a> {
        &mut self.curves
    }

    /// Says how the row ended; a row that is never finished counts as cancelled, or breaks the model if nobody asked
    /// it to stop.
    pub fn finish(self, result: Result<(), Refusal>) {
        *self.outcome = Some(result);
    }

    /// Runs `work` on this row.
    ///
    /// # Errors
    /// The row was stopped, or `work` panicked: there is no use in going on with other rows.
    fn compute(
        mut self,
        work: impl Fn(&[f64], &mut Curves<'_>, &mut Run<'_>) -> Result<(), Refusal>,
        run: Run<'_>,
    ) -> Result<(), Refusal> {
        let mut run = Run { seed: self.seed, ..run };
        let (parameters, curves) = (self.parameters, &mut self.curves);
        let result = guard(|| work(parameters, curves, &mut run)).unwrap_or_else(|panic| Err(Refusal::broken(panic)));
        let go_on = match &result {
            Err(refusal) if refusal.kind() != RefusalKind::Rejected => result.clone(),
            _ => Ok(()),
        };
        self.finish(result);
        go_on
    }
}

/// The run of one row: its progress is its own.
fn run_of_row<'a>(threads: u32, tick: &'a mut dyn FnMut(f64) -> bool) -> Run<'a> {
    Run { row: 0, rows: 1, seed: None, threads: threads.max(1), tick: Some(tick) }
}
