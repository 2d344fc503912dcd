//! Long work for a cell: done on a thread of its own, while the thread of the cell shows how much time is left.
//!
//! A thread of its own, because the loops of a closure unwind on the cell's thread when the user stops the cell, and a fit
//! has to evaluate its model once more to say what it has found.

use crate::table::{flush, notices};
use kovacs::display::{Bundle, Manner};
use kovacs::progress::bar;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How long nothing is shown.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the bar moves.
const DRAW_EVERY: Duration = Duration::from_millis(250);

/// Whoever holds one asks the user's will by himself, and models defined in cells need not.
static ASKING: AtomicUsize = AtomicUsize::new(0);

/// Whether long work asks whether to go on.
pub(crate) fn asks_by_itself() -> bool {
    ASKING.load(Ordering::Relaxed) > 0
}

/// How far long work is.
#[derive(Default)]
pub(crate) struct Watch {
    done: AtomicUsize,
    all: AtomicUsize,
}

impl Watch {
    /// Notes what is done; whether to go on.
    pub(crate) fn goes_on(&self, done: usize, all: usize) -> bool {
        self.done.store(done, Ordering::Relaxed);
        self.all.store(all, Ordering::Relaxed);
        !notices().interrupted().load(Ordering::Relaxed)
    }
}

struct Asking;

impl Asking {
    fn begin() -> Asking {
        ASKING.fetch_add(1, Ordering::Relaxed);
        Asking
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        ASKING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Does the work; after a second a bar with `title` shows how far it is, until it is done.
pub(crate) fn watched<T: Send>(title: &str, work: impl FnOnce(&Watch) -> T + Send) -> T {
    let (watch, _asking) = (Watch::default(), Asking::begin());
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let (finished, finish) = channel::<()>();
        let watch = &watch;
        let worker = scope.spawn(move || {
            // Dropped at the end of the work, also of one that panics.
            let _finished = finished;
            work(watch)
        });
        let id = format!("kovacs-long-{}-{begun:?}", std::process::id());
        let mut is_shown = false;
        while finish.recv_timeout(DRAW_EVERY) == Err(RecvTimeoutError::Timeout) {
            if begun.elapsed() >= PATIENCE {
                draw(&id, is_shown, &state(title, watch, begun.elapsed()));
                is_shown = true;
            }
        }
        if is_shown {
            let mut nothing = Bundle::new();
            nothing.text("text/plain", "");
            draw(&id, true, &nothing);
        }
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn draw(id: &str, update: bool, bundle: &Bundle) {
    flush();
    notices().display(bundle, &Manner { is_result: false, update, id: Some(id.to_owned()) });
}

/// The bar, and how much time is left where that can be said.
fn state(title: &str, watch: &Watch, took: Duration) -> Bundle {
    let (done, all) = (watch.done.load(Ordering::Relaxed), watch.all.load(Ordering::Relaxed));
    let words = match done {
        0 => format!("{:.0} s", took.as_secs_f64()),
        done => {
            let left = took.as_secs_f64() * (all.saturating_sub(done)) as f64 / done as f64;
            format!("{done} of {all}, {:.0} s, about {left:.0} s left", took.as_secs_f64())
        }
    };
    bar(title, done, all, &words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_said_once_something_is_done() {
        let watch = Watch::default();
        let text = |watch: &Watch| {
            let bundle = state("a fit", watch, Duration::from_secs(6));
            bundle.entries().next().map(|(_, text, _)| text.to_owned()).expect("a text")
        };
        assert_eq!(text(&watch), "a fit: 6 s");
        assert!(watch.goes_on(2, 8));
        assert_eq!(text(&watch), "a fit: 2 of 8, 6 s, about 18 s left");
    }

    #[test]
    fn work_gives_its_result_and_its_panic() {
        assert_eq!(watched("sums", |_| 1 + 1), 2);
        let panicked = std::panic::catch_unwind(|| watched("nothing", |_| panic!("of work")));
        assert!(panicked.is_err() && !asks_by_itself());
    }
}
