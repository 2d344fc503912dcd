//! One line per notebook: live on a terminal while it runs, plain when it has ended.

use crate::output::notice;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use kovacs_runner::{CellReport, Progress, RunReport, RunStatus, Why};
use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

/// Tells how far the notebooks are.
pub struct Reporter {
    /// Only failures are told.
    quiet: bool,
    /// The live lines of all notebooks.
    lines: MultiProgress,
    bar: Option<ProgressBar>,
}

/// One more line beside the others.
impl Clone for Reporter {
    fn clone(&self) -> Reporter {
        Reporter { quiet: self.quiet, lines: self.lines.clone(), bar: None }
    }
}

impl Reporter {
    /// A reporter on standard error; `quiet` tells of failures only.
    pub fn new(quiet: bool) -> Reporter {
        Reporter { quiet, lines: MultiProgress::new(), bar: None }
    }

    /// A step that takes a while and is no cell, such as the set-up.
    pub fn step(&mut self, words: &str) {
        if self.quiet {
            return;
        }
        if std::io::stderr().is_terminal() {
            self.show("{spinner} {msg} {elapsed}", None, words);
        } else {
            self.tell(words);
        }
    }

    /// Takes the live line away.
    pub fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    /// A block of text that stays, above the live lines.
    pub fn tell(&self, text: &str) {
        self.lines.suspend(|| notice(text));
    }

    fn show(&mut self, template: &str, length: Option<u64>, words: &str) {
        self.clear();
        let bar = self.lines.add(length.map_or_else(ProgressBar::new_spinner, ProgressBar::new));
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(words.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        self.bar = Some(bar);
    }
}

impl Progress for Reporter {
    fn notebook_started(&mut self, notebook: &Path, cells: usize) {
        if !self.quiet && std::io::stderr().is_terminal() {
            let prefix = notebook.display().to_string().replace(['{', '}'], "");
            let template = format!("{{spinner}} {prefix} [{{pos}}/{{len}}] {{elapsed}}, {{eta}} left  {{wide_msg}}");
            self.show(&template, Some(cells as u64), "");
        }
    }

    fn cell_started(&mut self, number: usize, _cells: usize, label: &str) {
        if let Some(bar) = &self.bar {
            bar.set_position(number.saturating_sub(1) as u64);
            bar.set_message(label.to_owned());
        }
    }

    fn cell_kept(&mut self, number: usize, _cells: usize) {
        if let Some(bar) = &self.bar {
            bar.set_position(number as u64);
            // What is kept takes no time, and says nothing of the time that the others take.
            bar.reset_eta();
        }
    }

    fn cell_done(&mut self, number: usize, _cells: usize, _seconds: f64) {
        if let Some(bar) = &self.bar {
            bar.set_position(number as u64);
        }
    }

    fn notebook_done(&mut self, report: &RunReport) {
        self.clear();
        let passed = matches!(report.status, RunStatus::Done | RunStatus::Skipped);
        if !self.quiet || !passed {
            self.tell(&summary(report));
        }
    }
}

/// How a notebook ended, and at which cell, in words.
pub fn summary(report: &RunReport) -> String {
    let RunReport { notebook, output, status, failed, skip_reason, cells_run, seconds, .. } = report;
    let cells = counted(*cells_run, "cell");
    let mut text = format!("{}: {}, {cells} in {seconds:.1} s", notebook.display(), status.words());
    if report.cells_kept > 0 {
        text.push_str(&format!("; {} kept from an earlier run", counted(report.cells_kept, "cell")));
        for line in reasons(&report.cells) {
            text.push_str(&format!("\n  {line}"));
        }
    }
    if let Some(reason) = skip_reason {
        text.push_str(&format!("\n  {reason}"));
    }
    if let Some(failed) = failed {
        let place =
            failed.place.map_or(String::new(), |place| format!(", line {}, column {}", place.line, place.column));
        let message = failed.message.trim().replace('\n', "\n    ");
        text.push_str(&format!(
            "\n  cell {} (`{}`){place}\n    {}: {message}",
            failed.number, failed.label, failed.name
        ));
    }
    if *status != RunStatus::Done {
        text.push_str(&format!("\n  executed copy: {}", output.display()));
    }
    text
}

/// `1 cell`, `2 cells`.
pub fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Which cells ran although results were kept, and why; cells with the same reason on one line.
fn reasons(cells: &[CellReport]) -> Vec<String> {
    let mut groups: Vec<(&Why, Vec<String>)> = Vec::new();
    for cell in cells {
        let Some(why) = &cell.why else { continue };
        match groups.iter_mut().find(|(other, _)| *other == why) {
            Some((_, numbers)) => numbers.push(cell.number.to_string()),
            None => groups.push((why, vec![cell.number.to_string()])),
        }
    }
    let line = |(why, numbers): (&Why, Vec<String>)| {
        let noun = if numbers.len() == 1 { "cell" } else { "cells" };
        format!("ran {noun} {}: {why}", numbers.join(", "))
    };
    groups.into_iter().map(line).collect()
}
