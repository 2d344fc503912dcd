//! A line for a computation that takes longer than a second, on a terminal only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// How long nothing is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often a line moves.
const TICK: Duration = Duration::from_millis(120);

/// Steps of a bar.
const STEPS: u64 = 1000;

/// Does work that cannot say how far it is; after a second a line shows that it goes on.
pub fn patiently<T: Send>(words: &'static str, work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let (finished, finish) = std::sync::mpsc::channel::<()>();
        scope.spawn(move || {
            let waits = |time| matches!(finish.recv_timeout(time), Err(std::sync::mpsc::RecvTimeoutError::Timeout));
            if waits(PATIENCE) {
                let line = ProgressBar::new_spinner().with_message(words);
                while waits(TICK) {
                    line.tick();
                }
                line.finish_and_clear();
            }
        });
        let done = work();
        drop(finished);
        done
    })
}

/// A bar that appears after a second.
pub struct Waiting {
    started: Instant,
    bar: ProgressBar,
}

impl Waiting {
    /// Starts to wait; `words` stand before the bar.
    pub fn new(words: impl Into<String>) -> Waiting {
        let bar = ProgressBar::with_draw_target(Some(STEPS), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{msg} {wide_bar} {percent} % {elapsed}, {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(words.into());
        Waiting { started: Instant::now(), bar }
    }

    /// Shows the part done, 0..=1.
    pub fn show(&self, fraction: f64) {
        if self.started.elapsed() < PATIENCE {
            return;
        }
        if self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        // Saturating: a model may report nonsense.
        self.bar.set_position((fraction * STEPS as f64) as u64);
    }

    /// Takes the line away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
