//! Progress of long cells: a bar where there is HTML, one line of text everywhere else.
//!
//! The bar is one display that changes; it is drawn at most ten times a second, so it costs nothing to count every step.

use crate::display::{Bundle, DisplayHandle, html_text};
use std::time::{Duration, Instant};

/// The bar is drawn at most so often.
const DRAW_EVERY: Duration = Duration::from_millis(100);

/// A progress bar.
#[derive(Debug)]
pub struct Progress {
    title: String,
    total: usize,
    done: usize,
    begun: Instant,
    drawn: Instant,
    shown: DisplayHandle,
}

/// Shows a progress bar for `total` steps.
///
/// ```
/// let mut bar = kovacs::progress("fitting", 3);
/// for _ in 0..3 {
///     bar.step();
/// }
/// assert_eq!(bar.done(), 3);
/// ```
pub fn progress(title: &str, total: usize) -> Progress {
    let begun = Instant::now();
    let shown = bundle(title, 0, total, Duration::ZERO).show_live();
    Progress { title: title.to_owned(), total, done: 0, begun, drawn: begun, shown }
}

impl Progress {
    /// One step more is done.
    pub fn step(&mut self) {
        self.set(self.done.saturating_add(1));
    }

    /// So many steps are done.
    pub fn set(&mut self, done: usize) {
        let finished = done >= self.total && self.done < self.total;
        self.done = done.min(self.total);
        if finished || self.drawn.elapsed() >= DRAW_EVERY {
            self.drawn = Instant::now();
            self.shown.update(&bundle(&self.title, self.done, self.total, self.begun.elapsed()));
        }
    }

    /// Steps done.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Counts a step for each item taken.
    pub fn over<I: IntoIterator>(mut self, items: I) -> impl Iterator<Item = I::Item> {
        items.into_iter().inspect(move |_| self.step())
    }
}

fn bundle(title: &str, done: usize, total: usize, took: Duration) -> Bundle {
    bar(title, done, total, &format!("{done} of {total}, {:.1} s", took.as_secs_f64()))
}

/// A bar with words behind it, in all forms.
pub fn bar(title: &str, done: usize, total: usize, count: &str) -> Bundle {
    let mut bundle = Bundle::new();
    bundle.text("text/plain", format!("{title}: {count}"));
    bundle.text(
        "text/html",
        format!(
            "<div>{}: <progress value=\"{done}\" max=\"{}\"></progress> {count}</div>",
            html_text(title),
            total.max(1)
        ),
    );
    bundle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_has_text_and_html() {
        let bundle = bundle("a < b", 3, 12, Duration::from_millis(1500));
        let forms: Vec<_> = bundle.entries().map(|(mime, text, _)| (mime, text.to_owned())).collect();
        assert_eq!(forms[0], ("text/plain", "a < b: 3 of 12, 1.5 s".to_owned()));
        assert!(forms[1].1.contains("a &lt; b: <progress value=\"3\" max=\"12\">"), "{}", forms[1].1);
    }

    #[test]
    fn counting_goes_no_further_than_the_end() {
        let mut bar = progress("steps", 2);
        bar.set(7);
        assert_eq!(bar.done(), 2);
        assert_eq!(progress("items", 2).over([1, 2]).sum::<i32>(), 3);
    }
}
