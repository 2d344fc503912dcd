//! Text with columns of fixed width: names on the first line, units in brackets on the second, then numbers.
//!
//! A dynamic mechanical analyser of unnamed make writes `Index Ts t f ...` over `[#] [°C] [s] [Hz] ...` in windows-1252,
//! and ends with a label that is cut (`]5[JAL03-01_Freq0.1-100_`).

use crate::delimited::{self, Separator};
use crate::document::Document;
use crate::error::FormatError;
use crate::format::Format;
use crate::options::ReadOptions;
use crate::recognise::Head;
use crate::text::Text;

/// Whether the second line is nothing but units in brackets that end where the names above them end.
pub(crate) fn recognises(head: &Head<'_>) -> bool {
    let mut lines = head.text.lines();
    let (Some(names), Some(units)) = (lines.next(), lines.next()) else { return false };
    let bracketed = |cell: &str| cell.starts_with('[') && cell.ends_with(']');
    let cells = Separator::Blanks.split(units);
    cells.len() > 1 && cells.iter().all(|cell| bracketed(cell)) && !names.contains('\t') && ends(names) == ends(units)
}

/// Where the words of a line end, in characters.
fn ends(line: &str) -> Vec<usize> {
    let characters: Vec<char> = line.trim_end().chars().chain([' ']).collect();
    let pairs = characters.windows(2).enumerate();
    pairs.filter(|(_, pair)| matches!(pair, [last, next] if *last != ' ' && *next == ' ')).map(|(at, _)| at).collect()
}

/// Reads the table; its columns are separated by blanks.
pub(crate) fn read(text: &Text<'_>, options: &ReadOptions<'_>) -> Result<Document, FormatError> {
    let options = ReadOptions { separator: Some(b' '), ..options.clone() };
    let (sheet, metadata) = delimited::table(&text.content, 0, Format::FixedWidth, &options)?;
    Ok(Document {
        format: Format::FixedWidth,
        encoding: Some(text.encoding),
        metadata,
        sheets: vec![sheet],
        doubts: Vec::new(),
    })
}
