//! The rows of numbers below a header, cell by cell, with whatever people and instruments leave among them.

use super::cells::{Separator, no_number, number, records};
use super::layout::{Kind, Layout, is_comment};
use crate::document::{Column, Doubt, Sheet, Values};
use crate::error::FormatError;
use crate::format::Format;
use crate::options::ReadOptions;

/// How many places a doubt names; it counts them all.
const NAMED: usize = 3;
/// Rows between two calls of the progress function.
const STRIDE: usize = 1 << 14;

/// A column as it grows.
enum Growing {
    /// Numbers; `filled` once there was one.
    Numbers { values: Vec<f64>, filled: bool },
    /// Words.
    Words(Vec<String>),
}

/// The rows as they are gathered.
struct Rows<'l> {
    layout: &'l Layout,
    format: Format,
    columns: Vec<Growing>,
    rows: usize,
    /// Lines that are no rows, each with what is wrong: a footer if no row follows.
    strange: Vec<(usize, String)>,
    comments: Vec<(String, String)>,
    short: Places,
    not_numbers: Places,
}

/// Places that a doubt is about.
#[derive(Default)]
struct Places {
    count: usize,
    named: Vec<String>,
}

impl Places {
    fn add(&mut self, place: impl FnOnce() -> String) {
        self.count += 1;
        if self.named.len() < NAMED {
            self.named.push(place());
        }
    }

    fn named(&self) -> String {
        let more = if self.count > self.named.len() { ", ..." } else { "" };
        format!("{}{more}", self.named.join(", "))
    }
}

/// What a row turned out to be.
enum Outcome {
    Taken,
    /// No row of this table, and why.
    Strange(String),
}

/// Reads the rows of a text from where the layout says that they begin.
pub(crate) fn read(
    text: &str,
    layout: &Layout,
    format: Format,
    options: &ReadOptions<'_>,
) -> Result<Sheet, FormatError> {
    let body = text.get(layout.start..).unwrap_or_default();
    let expected = (body.len() as f64 / layout.line_length.max(1.0)) as usize + 1;
    let columns = layout.kinds.iter().map(|kind| match kind {
        Kind::Word => Growing::Words(Vec::new()),
        _ => Growing::Numbers { values: Vec::with_capacity(expected.min(body.len())), filled: false },
    });
    let mut rows = Rows {
        layout,
        format,
        columns: columns.collect(),
        rows: 0,
        strange: Vec::new(),
        comments: Vec::new(),
        short: Places::default(),
        not_numbers: Places::default(),
    };
    let cut = !body.is_empty() && !body.ends_with(['\n', '\r']);
    let last = body.trim_end().rfind('\n').map_or(0, |at| at + 1);
    let mut truncated = None;
    let total = body.len() as u64;
    let mut calls = 0;
    let mut step = |done: u64| {
        calls += 1;
        match options.progress {
            Some(progress) if calls % STRIDE == 1 && !progress(done, total) => Err(FormatError::Cancelled),
            _ => Ok(()),
        }
    };
    let mut take = |line: usize, at: usize, is_last: bool, raw: &str, cells: &[&str]| -> Result<(), FormatError> {
        step(at as u64)?;
        if cells.iter().all(|cell| cell.is_empty()) {
            return Ok(());
        }
        match rows.take(line, cells) {
            Ok(Outcome::Taken) if cut && is_last && cells.len() < rows.layout.kinds.len() && rows.rows > 1 => {
                rows.drop_last();
                truncated = Some((line, raw.to_owned()));
                Ok(())
            }
            Ok(Outcome::Taken) => Ok(()),
            _ if cut && is_last && rows.rows > 0 && begins_with_number(cells, rows.layout) => {
                truncated = Some((line, raw.to_owned()));
                Ok(())
            }
            Ok(Outcome::Strange(reason)) => {
                rows.strange.push((line, reason));
                Ok(())
            }
            Err(error) => Err(error),
        }
    };
    let mut comments = Vec::new();
    match layout.separator {
        Separator::Blanks => {
            for line in super::layout::lines(body) {
                if is_comment(line.text) {
                    comments.push((layout.first_line + line.number - 1, line.text.to_owned()));
                    continue;
                }
                let cells = Separator::Blanks.split(line.text);
                let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
                take(layout.first_line + line.number - 1, line.start, line.start >= last, line.text, &cells)?;
            }
        }
        Separator::Byte(byte) => {
            let mut reader = records(body.as_bytes(), byte);
            let mut record = csv::StringRecord::new();
            while reader.read_record(&mut record).unwrap_or(false) {
                let (at, line) = record.position().map_or((0, 0), |at| (at.byte() as usize, at.line() as usize));
                let end = reader.position().byte() as usize;
                let line = line + blank_lines(body, at);
                if end > last && at < last && is_open(body.get(at..end).unwrap_or_default()) {
                    let reason = "a cell begins with a quote here that is never closed; close it, or take it away";
                    let line = layout.first_line + line - 1;
                    return Err(FormatError::Line { format, line, reason: reason.to_owned() });
                }
                let first = record.get(0).unwrap_or_default();
                if is_comment(first) {
                    comments.push((layout.first_line + line - 1, record.iter().collect::<Vec<_>>().join(" ")));
                    continue;
                }
                let cells: Vec<&str> = record.iter().map(str::trim).collect();
                take(layout.first_line + line - 1, at, end > last, first, &cells)?;
            }
        }
    }
    rows.comments =
        comments.into_iter().map(|(line, text)| (format!("comment on line {line}"), text.trim().to_owned())).collect();
    rows.finish(truncated)
}

/// Line ends before a record that csv takes for a part of it.
fn blank_lines(body: &str, at: usize) -> usize {
    let rest = body.get(at..).unwrap_or_default();
    let blank = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
    rest.get(..blank).unwrap_or_default().matches('\n').count()
}

/// Whether a quote is open at the end of a record: then the rest of the file became one cell.
fn is_open(record: &str) -> bool {
    record.matches('"').count() % 2 == 1
}

fn begins_with_number(cells: &[&str], layout: &Layout) -> bool {
    cells.len() <= layout.kinds.len() && cells.first().is_some_and(|cell| number(cell, layout.notation).is_some())
}

impl Rows<'_> {
    /// Takes a row, or says why it is none. Nothing is taken in that case.
    fn take(&mut self, line: usize, cells: &[&str]) -> Result<Outcome, FormatError> {
        let width = self.columns.len();
        if cells.iter().skip(width).any(|cell| !cell.is_empty()) {
            let reason = format!(
                "it has {} cells where the table has {width} columns; is a name missing in the header, or the separator \
                 ({}) part of a cell?",
                cells.len(),
                self.layout.separator.name()
            );
            return self.refuse(line, cells, reason);
        }
        let (mut numbers, mut wanted) = (0, 0);
        for (index, (cell, column)) in cells.iter().zip(&self.columns).enumerate() {
            let Growing::Numbers { filled, .. } = column else { continue };
            wanted += 1;
            if cell.is_empty() || no_number(cell).is_some() {
                continue;
            }
            match number(cell, self.layout.notation) {
                Some(_) => numbers += 1,
                None if !filled => {}
                None => {
                    let reason = format!(
                        "`{}` in column {} is no number; correct it or leave the cell empty",
                        beginning(cell),
                        self.column(index)
                    );
                    return self.refuse(line, cells, reason);
                }
            }
        }
        if numbers == 0 && wanted > 0 && cells.len() < width {
            return self.refuse(
                line,
                cells,
                format!("it has no number, `{}`", beginning(cells.first().unwrap_or(&""))),
            );
        }
        if let Some((line, reason)) = self.strange.first() {
            let reason = format!("{reason} (rows of numbers follow, so it is no footer)");
            return Err(FormatError::Line { format: self.format, line: *line, reason });
        }
        if cells.len() < width {
            self.short.add(|| format!("line {line} has {} of {width}", cells.len()));
        }
        for index in 0..width {
            let cell = cells.get(index).copied().unwrap_or_default();
            self.put(line, index, cell);
        }
        self.rows += 1;
        Ok(Outcome::Taken)
    }

    fn put(&mut self, line: usize, index: usize, cell: &str) {
        let (rows, notation) = (self.rows, self.layout.notation);
        let Some(column) = self.columns.get_mut(index) else { return };
        match column {
            Growing::Words(words) => words.push(cell.to_owned()),
            Growing::Numbers { values, filled } => match number(cell, notation) {
                Some(value) => {
                    values.push(value);
                    *filled = true;
                }
                None if cell.is_empty() => values.push(f64::NAN),
                None => match no_number(cell) {
                    Some(value) => {
                        values.push(value);
                        let name = self.column(index);
                        self.not_numbers.add(|| format!("line {line}, column {name}: `{cell}`"));
                    }
                    // Nothing but empty cells so far: it is a column of words.
                    None => {
                        let mut words = vec![String::new(); rows];
                        words.push(cell.to_owned());
                        *column = Growing::Words(words);
                    }
                },
            },
        }
    }

    /// A line that begins with a word may belong to a footer; one that begins with a number is a row with a fault.
    fn refuse(&self, line: usize, cells: &[&str], reason: String) -> Result<Outcome, FormatError> {
        let first = cells.iter().find(|cell| !cell.is_empty()).copied().unwrap_or_default();
        if number(first, self.layout.notation).is_some()
            && self.layout.kinds.iter().find(|kind| **kind != Kind::Empty) == Some(&Kind::Number)
        {
            return Err(FormatError::Line { format: self.format, line, reason });
        }
        Ok(Outcome::Strange(reason))
    }

    fn column(&self, index: usize) -> String {
        match self.layout.header.names.get(index) {
            Some(name) if !name.is_empty() => format!("{} (`{name}`)", index + 1),
            _ => (index + 1).to_string(),
        }
    }

    fn drop_last(&mut self) {
        self.rows -= 1;
        self.short.count = self.short.count.saturating_sub(1);
        self.short.named.truncate(self.short.count);
        for column in &mut self.columns {
            match column {
                Growing::Numbers { values, .. } => values.truncate(self.rows),
                Growing::Words(words) => words.truncate(self.rows),
            }
        }
    }

    fn finish(self, truncated: Option<(usize, String)>) -> Result<Sheet, FormatError> {
        let mut doubts = Vec::new();
        let mut doubt = |kind: &'static str, text: String| doubts.push(Doubt { kind, text });
        if self.rows == 0 {
            let reason = match self.strange.first() {
                Some((line, reason)) => format!("line {line}: {reason}"),
                None => "there is no row below its header".to_owned(),
            };
            return Err(FormatError::NoTable { reason });
        }
        if self.short.count > 0 {
            let text = format!(
                "{} rows have fewer cells than the table has columns ({}); what is missing is left empty",
                self.short.count,
                self.short.named()
            );
            doubt("ragged-rows", text);
        }
        if self.not_numbers.count > 0 {
            let text = format!(
                "{} cells in columns of numbers say that there is none or that it is infinite: {}",
                self.not_numbers.count,
                self.not_numbers.named()
            );
            doubt("not-a-number-cells", text);
        }
        if let Some((line, _)) = self.strange.first() {
            let count = self.strange.len();
            let text = format!(
                "what stands below the rows of numbers, {count} lines from line {line} on, is left out; look whether it \
                 belongs to the table"
            );
            doubt("footer-left-out", text);
        }
        if let Some((line, beginning_of_line)) = truncated {
            let text = format!(
                "the file ends within line {line} (`{}`), which is left out; it is probably cut off",
                beginning(&beginning_of_line)
            );
            doubt("truncated", text);
        }
        let header = &self.layout.header;
        let columns = self.columns.into_iter().enumerate().map(|(index, column)| Column {
            name: header.names.get(index).cloned().unwrap_or_default(),
            unit: header.units.get(index).cloned().unwrap_or(crate::document::StatedUnit::Missing),
            values: match column {
                Growing::Numbers { mut values, .. } => {
                    values.shrink_to_fit();
                    Values::Numbers(values)
                }
                Growing::Words(words) => Values::Words(words),
            },
        });
        Ok(Sheet {
            name: String::new(),
            metadata: self.comments,
            columns: columns.collect(),
            first_line: self.layout.first_line,
            doubts,
        })
    }
}

/// What a message shows of a cell or line.
fn beginning(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}...", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
