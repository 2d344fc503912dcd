//! The table as Markdown: one row per finding, one column per model, reasons below.

use super::{Column, FINDINGS};
use std::fmt::Write;

/// The table of the columns of one glass, and a list of reasons, both as Markdown.
pub fn markdown(columns: &[Column]) -> String {
    let mut text = String::from("| finding |");
    for column in columns {
        let _ = write!(text, " `{}` |", column.model);
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(columns.len()));
    text.push('\n');
    for (row, (_, words)) in FINDINGS.iter().enumerate() {
        let _ = write!(text, "| {words} |");
        for column in columns {
            let word = column.findings.get(row).map_or("", |finding| finding.verdict.word());
            let _ = write!(text, " {word} |");
        }
        text.push('\n');
    }
    for (row, (_, words)) in FINDINGS.iter().enumerate() {
        let _ = writeln!(text, "\n**{words}**\n");
        for column in columns {
            if let Some(finding) = column.findings.get(row) {
                let _ = writeln!(text, "- `{}`: {}. {}.", column.model, finding.verdict.word(), finding.reason);
            }
        }
    }
    text
}
