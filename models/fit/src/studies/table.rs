//! What a study found, as a table for a page, a terminal or a cell.

use std::fmt::Write;

/// A small table of words and numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyTable {
    /// What it is of.
    pub title: String,
    /// Heads of the columns.
    pub columns: Vec<String>,
    /// Cells by row.
    pub rows: Vec<Vec<String>>,
    /// What else has to be known to read it; may be empty.
    pub note: String,
}

impl StudyTable {
    /// As Markdown: title, table, note.
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| {
            let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let mut text = format!("**{}**\n\n{}", self.title, line(&self.columns));
        let _ = writeln!(text, "|{}", "---|".repeat(self.columns.len()));
        self.rows.iter().for_each(|row| text.push_str(&line(row)));
        if !self.note.is_empty() {
            let _ = writeln!(text, "\n{}", self.note);
        }
        text
    }
}

/// Parts in a hundred, of what may be nothing.
pub(super) fn percent(part: usize, whole: usize) -> String {
    match whole {
        0 => "none".to_owned(),
        _ => format!("{:.1} %", 100.0 * part as f64 / whole as f64),
    }
}
