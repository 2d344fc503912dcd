//! TRIOS of TA Instruments (rheometers, RSA-G2, DMA 850): two dialects of text, csv, and JSON.
//!
//! What they have in common: keys and values, and a table for each step with names, units and rows. Units differ from
//! file to file and from step to step (MPa and min here, Pa and s there), several columns are times, unit cells are
//! empty inside a row, and columns of dates and of status bits stand among the numbers. The workbooks of TRIOS are read
//! with all other workbooks.

pub(crate) mod json;
mod points;
mod steps;

use crate::document::Document;
use crate::error::FormatError;
use crate::format::Format;
use crate::options::ReadOptions;
use crate::recognise::Head;
use crate::text::Text;

/// Whether a file that begins so is a text or csv export.
pub(crate) fn recognises(head: &Head<'_>) -> bool {
    dialect(head.text).is_some()
}

/// Reads a text or csv export.
pub(crate) fn read(text: &Text<'_>, _: &ReadOptions<'_>) -> Result<Document, FormatError> {
    match dialect(&text.content) {
        Some(dialect @ (Format::TriosLims | Format::TriosCsv)) => points::read(text, dialect),
        _ => steps::read(text),
    }
}

/// Which dialect begins so.
fn dialect(beginning: &str) -> Option<Format> {
    let starts = |wanted: &str| beginning.lines().any(|line| line.starts_with(wanted));
    let first = beginning.lines().find(|line| !line.trim().is_empty())?.trim();
    if first == "[Version]" && (beginning.contains("TA Instruments LIMS export format") || starts("[Header]")) {
        return Some(Format::TriosLims);
    }
    if !(first.starts_with("Filename\t") || first.starts_with("Filename,")) || !starts("Instrument name") {
        return None;
    }
    Some(if beginning.lines().any(points::is_names) { Format::TriosCsv } else { Format::TriosText })
}
