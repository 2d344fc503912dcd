//! Text exports of MTS MultiPurpose TestWare (MPT).
//!
//! The first line, `MTS793|MPT|ENU|1|0|.|/|:|1|0|0|A`, states the decimal mark in its sixth field. The header with the
//! names may stand again above each buffer of data, so every `Data Acquisition` begins a sheet.

use crate::delimited::{self, Line, lines};
use crate::document::Document;
use crate::error::FormatError;
use crate::format::Format;
use crate::options::ReadOptions;
use crate::recognise::Head;
use crate::text::Text;

/// Field of the first line with the decimal mark, from 0.
const DECIMAL_MARK: usize = 5;

/// Whether the first line is that of the program.
pub(crate) fn recognises(head: &Head<'_>) -> bool {
    head.text.lines().next().is_some_and(is_mark)
}

fn is_mark(line: &str) -> bool {
    line.starts_with("MTS") && line.split('|').nth(1) == Some("MPT")
}

/// Reads one sheet for each buffer.
pub(crate) fn read(text: &Text<'_>, options: &ReadOptions<'_>) -> Result<Document, FormatError> {
    let format = Format::MtsMpt;
    let all: Vec<Line<'_>> = lines(&text.content).collect();
    let mark = all.first().map_or("", |line| line.text);
    let decimal_comma = mark.split('|').nth(DECIMAL_MARK).map(|mark| mark == ",");
    let options = ReadOptions { decimal_comma: options.decimal_comma.or(decimal_comma), ..options.clone() };
    let mut starts: Vec<&Line<'_>> =
        all.iter().filter(|line| line.text.trim_start_matches('"').starts_with("Data Acquisition")).collect();
    if starts.is_empty() {
        starts.extend(all.get(1));
    }
    let first = starts.first().map_or(0, |line| line.start);
    let mut metadata = vec![("header".to_owned(), mark.to_owned())];
    let before = all.iter().skip(1).take_while(|line| line.start < first).filter(|line| !line.text.trim().is_empty());
    metadata.extend(before.map(|line| match line.text.split_once(':') {
        Some((key, value)) => (key.trim().to_owned(), value.trim().to_owned()),
        None => ("comment".to_owned(), line.text.trim().to_owned()),
    }));
    let mut sheets = Vec::new();
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).map_or(text.content.len(), |next| next.start);
        let block = text.content.get(start.start..end).unwrap_or_default();
        // The mark of the program stands again above a repeated header.
        let block = block.find("\nMTS").and_then(|at| block.get(..at + 1)).unwrap_or(block);
        let (mut sheet, more) = delimited::table(block, start.number - 1, format, &options)?;
        sheet.name = match more.iter().find(|(key, _)| key.starts_with("Data Acquisition")) {
            Some((_, value)) if !value.is_empty() => value.clone(),
            _ => format!("buffer {}", index + 1),
        };
        sheet.metadata = more;
        sheets.push(sheet);
    }
    Ok(Document { format, encoding: Some(text.encoding), metadata, sheets, doubts: Vec::new() })
}
