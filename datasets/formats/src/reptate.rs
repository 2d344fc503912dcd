//! Files of RepTate: parameters as `key=value;key=value;` on the first line, then names, perhaps units, and columns.
//!
//! Their units are a convention of the program that depends on the ending of the file (`.gt`, `.creep`, `.osc`), so they
//! are asked for where no line states them.

use crate::delimited::{self, lines};
use crate::document::Document;
use crate::error::FormatError;
use crate::format::Format;
use crate::options::ReadOptions;
use crate::recognise::Head;
use crate::text::Text;

/// Whether the first line is nothing but parameters, closed by a semicolon.
pub(crate) fn recognises(head: &Head<'_>) -> bool {
    head.text.lines().next().is_some_and(|line| parameters(line).is_some())
}

fn parameters(line: &str) -> Option<Vec<(String, String)>> {
    let inner = line.trim().strip_suffix(';')?;
    inner
        .split(';')
        .map(|part| {
            let (key, value) = part.split_once('=')?;
            let (key, value) = (key.trim(), value.trim());
            (!key.is_empty() && !key.contains(' ')).then(|| (key.to_owned(), value.to_owned()))
        })
        .collect()
}

/// Reads the parameters and the one table.
pub(crate) fn read(text: &Text<'_>, options: &ReadOptions<'_>) -> Result<Document, FormatError> {
    let (mut metadata, start) = match lines(&text.content).next() {
        Some(line) => (parameters(line.text).unwrap_or_default(), line.text.len()),
        None => (Vec::new(), 0),
    };
    let rest = text.content.get(start..).unwrap_or_default();
    let rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n')).unwrap_or(rest);
    let (sheet, more) = delimited::table(rest, 1, Format::RepTate, options)?;
    metadata.extend(more);
    Ok(Document {
        format: Format::RepTate,
        encoding: Some(text.encoding),
        metadata,
        sheets: vec![sheet],
        doubts: Vec::new(),
    })
}
