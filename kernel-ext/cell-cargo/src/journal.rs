//! The session's log of what its `cargo` did, a line for each time it was called.

use crate::plan::Plan;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A cell was compiled by rustc alone.
    Direct,
    /// The same, and it has errors.
    DirectErrors,
    /// A cell did not compile without what it does not mention, and is compiled whole.
    Whole,
    /// A cell was handed to the real cargo.
    Cargo,
    /// A question was answered from what is recorded.
    Answered,
    /// A question was passed on to the real tool.
    Asked,
}

impl Event {
    const ALL: [(Event, &'static str); 6] = [
        (Event::Direct, "direct"),
        (Event::DirectErrors, "direct-errors"),
        (Event::Whole, "whole"),
        (Event::Cargo, "cargo"),
        (Event::Answered, "answered"),
        (Event::Asked, "asked"),
    ];

    fn name(self) -> &'static str {
        Event::ALL.into_iter().find(|(event, _)| *event == self).map_or("", |(_, name)| name)
    }
}

/// How a session's cells were compiled so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compilations {
    /// Compilations by rustc alone that gave a library.
    pub direct: usize,
    /// Compilations by rustc alone that gave errors.
    pub direct_errors: usize,
    /// Compilations by rustc alone that were begun without what the cell does not mention, and repeated with it.
    pub whole: usize,
    /// Reasons why the real cargo was called, one for each time.
    pub by_cargo: Vec<String>,
    /// Questions answered from what is recorded.
    pub answered: usize,
    /// Questions that the real tools were asked.
    pub asked: Vec<String>,
}

/// Reads a log; one that is not there is empty.
pub fn read_journal(path: &Path) -> Compilations {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut compilations = Compilations::default();
    for line in text.lines() {
        let mut fields = line.splitn(3, '\t');
        let (name, _, words) = (fields.next(), fields.next(), fields.next().unwrap_or_default());
        match Event::ALL.into_iter().find(|(_, known)| Some(*known) == name) {
            Some((Event::Direct, _)) => compilations.direct += 1,
            Some((Event::DirectErrors, _)) => compilations.direct_errors += 1,
            Some((Event::Whole, _)) => compilations.whole += 1,
            Some((Event::Cargo, _)) => compilations.by_cargo.push(words.to_owned()),
            Some((Event::Answered, _)) => compilations.answered += 1,
            Some((Event::Asked, _)) => compilations.asked.push(words.to_owned()),
            None => {}
        }
    }
    compilations
}

impl Plan {
    /// Adds a line to the log.
    pub(crate) fn note(&self, event: Event, took: Duration, words: &str) {
        let words = words.replace('\n', " ");
        let line = format!("{}\t{:.1} ms\t{words}\n", event.name(), took.as_secs_f64() * 1e3);
        // Statistics must not make a cell fail.
        let _ = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&self.journal)
            .and_then(|mut file| file.write_all(line.as_bytes()));
    }
}
