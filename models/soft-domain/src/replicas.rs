//! Independent runs on as many threads as allowed, with the same result on any number of them.
//!
//! Each run is a function of its seed alone and results keep the order of the seeds, so that neither the sum over them
//! nor anything else depends on which thread did what. Progress is reported, and cancelling asked for, on the calling
//! thread only.

use kovacs_sdk::{Refusal, Run};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How often the calling thread reports while others compute.
const TICK: Duration = Duration::from_millis(10);

/// Progress is counted in these parts of one run.
const PARTS: f64 = 1e6;

/// Progress of one run: gets the fraction done, refuses when the run is to end.
pub type Tick<'a> = &'a mut dyn FnMut(f64) -> Result<(), Refusal>;

/// Runs `work` for every seed; results in the order of the seeds.
///
/// # Errors
/// The first refusal in the order of the seeds, or that of a cancelled run.
pub fn replicas<T: Send>(
    seeds: &[u64],
    run: &mut Run<'_>,
    work: impl Fn(u64, Tick<'_>) -> Result<T, Refusal> + Sync,
) -> Result<Vec<T>, Refusal> {
    let count = seeds.len();
    let threads = (run.threads() as usize).min(count);
    if threads <= 1 {
        let one = |(index, &seed): (usize, &u64)| {
            work(seed, &mut |fraction| run.tick((index as f64 + fraction) / count as f64))
        };
        return seeds.iter().enumerate().map(one).collect();
    }
    let (next, progress, stop) = (AtomicUsize::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let (sender, receiver) = channel();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let sender = sender.clone();
            let (next, progress, stop, work) = (&next, &progress, &stop, &work);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(&seed) = seeds.get(index) else { return };
                    let mut counted = 0;
                    let result = work(seed, &mut |fraction| {
                        let parts = (fraction * PARTS) as u64;
                        progress.fetch_add(parts.saturating_sub(counted), Ordering::Relaxed);
                        counted = counted.max(parts);
                        // What a stopped run says is heard by nobody.
                        if stop.load(Ordering::Relaxed) { Err(Refusal::rejected("stopped")) } else { Ok(()) }
                    });
                    if sender.send((index, result)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut results: Vec<Option<Result<T, Refusal>>> = (0..count).map(|_| None).collect();
        let mut stopped = None;
        loop {
            match receiver.recv_timeout(TICK) {
                Ok((index, result)) => results[index] = Some(result),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let done = progress.load(Ordering::Relaxed) as f64 / (PARTS * count as f64);
            if stopped.is_none()
                && let Err(refusal) = run.tick(done)
            {
                stop.store(true, Ordering::Relaxed);
                stopped = Some(refusal);
            }
        }
        match stopped {
            Some(refusal) => Err(refusal),
            None => results.into_iter().map(|result| result.unwrap_or_else(lost)).collect(),
        }
    })
}

/// Only a thread that ended in a panic hands in nothing.
fn lost<T>() -> Result<T, Refusal> {
    Err(Refusal::broken("a thread ended in a panic"))
}
