//! Workbooks (.xlsx, .xls, .ods), recognised by their first bytes: every sheet with numbers becomes one or more tables.
//!
//! calamine parses; what is done here is to keep hostile files out before it does ([`archive`], [`biff`]), and to find
//! the tables of a sheet ([`layout`]) with their names and units. TRIOS writes workbooks too: a sheet `Details` with the
//! header, and a sheet for each step.

mod archive;
mod biff;
mod cells;
mod layout;
mod table;

use crate::document::Document;
use crate::error::FormatError;
use crate::format::Format;
use crate::options::ReadOptions;
use crate::recognise::Head;
use cells::{Cell, Grid};

/// First bytes of a zip archive.
const ZIP: &[u8] = b"PK\x03\x04";
/// First bytes of an OLE2 container.
const OLE2: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Whether a file that begins so is a workbook, or another archive that must be refused as such.
pub(crate) fn recognises(head: &Head<'_>) -> bool {
    head.bytes.starts_with(ZIP) || head.bytes.starts_with(OLE2)
}

/// Reads a workbook.
pub(crate) fn read(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Document, FormatError> {
    let format = if bytes.starts_with(OLE2) { Format::Xls } else { archive::check(bytes)? };
    // Progress is told in bytes of the file, as by every reader; here sheets stand for them.
    let size = bytes.len() as u64;
    let mut step = |done: u64, sheets: u64| match options.progress {
        Some(progress) if !progress(size / sheets.max(1) * done, size) => Err(FormatError::Cancelled),
        _ => Ok(()),
    };
    let mut grids = cells::sheets(bytes, format, options.sheet.as_deref(), &mut step)?;
    let mut metadata = Vec::new();
    let details = grids.iter().position(is_details);
    let format = if details.is_some() { Format::TriosWorkbook } else { format };
    if let Some(details) = details {
        metadata.extend(pairs(&grids.remove(details)));
    }
    let mut sheets = Vec::new();
    for grid in &grids {
        let found = table::sheets(grid, options);
        if found.is_empty() {
            metadata.push(("sheet without numbers, not read".to_owned(), grid.name.clone()));
        }
        sheets.extend(found);
    }
    if sheets.is_empty() {
        let names = grids.iter().map(|grid| format!("`{}`", grid.name)).collect::<Vec<_>>().join(", ");
        let reason = format!("no sheet of this workbook has a row of numbers (sheets: {names})");
        return Err(FormatError::NoTable { reason });
    }
    Ok(Document { format, encoding: None, metadata, sheets, doubts: Vec::new() })
}

/// The sheet in which TRIOS puts the header of the experiment.
fn is_details(grid: &Grid) -> bool {
    let keys = |wanted: &str| grid.rows.iter().filter_map(|row| row.first()?.text()).any(|key| key == wanted);
    grid.name == "Details" && keys("Filename") && keys("Instrument name")
}

/// Rows as key and value.
fn pairs(grid: &Grid) -> Vec<(String, String)> {
    grid.rows.iter().filter_map(|row| pair(row)).collect()
}

/// The first filled cell of a row as key, the others as value.
fn pair(row: &[Cell]) -> Option<(String, String)> {
    let mut filled = row.iter().filter(|cell| !cell.is_empty()).map(Cell::shown);
    let key = filled.next()?;
    Some((key, filled.collect::<Vec<_>>().join(" ")))
}
