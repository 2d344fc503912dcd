//! One line per notebook: live on a terminal while it runs, plain when it has ended.

use crate::output::notice;
use indicatif::{ProgressBar, ProgressStyle};
use kovacs_runner::{Progress, RunReport, RunStatus};
use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

/// Tells how far the notebooks are.
pub struct Reporter {
    /// Only failures are told.
    quiet: bool,
    bar: Option<ProgressBar>,
}

impl Reporter {
    /// A reporter on standard error; `quiet` tells of failures only.
    pub fn new(quiet: bool) -> Reporter {
        Reporter { quiet, bar: None }
    }

    /// A step that takes a while and is no cell, such as the set-up.
    pub fn step(&mut self, words: &str) {
        if self.quiet {
            return;
        }
        if std::io::stderr().is_terminal() {
            self.show("{spinner} {msg} {elapsed}", None, words);
        } else {
            notice(words);
        }
    }

    /// Takes the live line away.
    pub fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn show(&mut self, template: &str, length: Option<u64>, words: &str) {
        self.clear();
        let bar = length.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
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
            let template = format!("{{spinner}} {prefix} [{{pos}}/{{len}}] {{elapsed}} {{wide_msg}}");
            self.show(&template, Some(cells as u64), "");
        }
    }

    fn cell_started(&mut self, number: usize, _cells: usize, label: &str) {
        if let Some(bar) = &self.bar {
            bar.set_position(number.saturating_sub(1) as u64);
            bar.set_message(label.to_owned());
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
            notice(&summary(report));
        }
    }
}

/// How a notebook ended, and at which cell, in words.
pub fn summary(report: &RunReport) -> String {
    let RunReport { notebook, output, status, failed, skip_reason, cells_run, seconds, .. } = report;
    let cells = if *cells_run == 1 { "1 cell".to_owned() } else { format!("{cells_run} cells") };
    let mut text = format!("{}: {}, {cells} in {seconds:.1} s", notebook.display(), status.words());
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
