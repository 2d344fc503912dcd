//! The bytes of a resource into a frame, with every cell checked.
//!
//! csv, parquet and arrow differ in how columns are found in the bytes; what a cell must be, and that times rise within
//! a curve, is checked once for all of them.

mod check;
mod columnar;
mod csv;

use crate::descriptor::{FieldKind, Resource};
use crate::digest::sha256;
use crate::error::DatasetError;
use crate::field::Field;
use crate::findings::Findings;
use crate::format::FileFormat;
use polars::prelude::{Column, DataFrame, DataType, NamedFrom, PlSmallStr, Series};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::Path;

/// Where a table lies, for messages.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) file: &'a Path,
    pub(crate) resource: &'a Resource,
}

/// From this size on a file is read while its digest is computed, on another thread: 1 000 000 rows then open in half of
/// the time. A smaller one is read only when its digest is known to be right.
const LARGE: usize = 4 << 20;

/// Reads the table of a resource if the file is the described one, which `digest_agrees` finds out of its SHA-256.
/// Gives the digest too.
pub(crate) fn described(
    bytes: &[u8],
    format: FileFormat,
    place: Place<'_>,
    fields: &[Field],
    digest_agrees: impl FnOnce(&str) -> Result<(), DatasetError>,
    findings: &mut Findings,
) -> Option<(DataFrame, String)> {
    if bytes.len() < LARGE {
        let digest = sha256(bytes);
        findings.take(digest_agrees(&digest))?;
        return frame(bytes, format, place, fields, findings).map(|frame| (frame, digest));
    }
    let mut of_rows = findings.of_same_room();
    let (frame, digest) = std::thread::scope(|scope| {
        let digest = scope.spawn(|| sha256(bytes));
        let frame = frame(bytes, format, place, fields, &mut of_rows);
        (frame, digest.join().unwrap_or_else(|_| sha256(bytes)))
    });
    // What was found in the rows of a file that is not the described one says nothing about the table.
    findings.take(digest_agrees(&digest))?;
    findings.append(of_rows);
    frame.map(|frame| (frame, digest))
}

/// Reads the table of a resource: columns and cells as `fields` say, times rising within each curve. `None` if what was
/// found leaves no table.
fn frame(
    bytes: &[u8],
    format: FileFormat,
    place: Place<'_>,
    fields: &[Field],
    findings: &mut Findings,
) -> Option<DataFrame> {
    let frame = match format {
        FileFormat::Csv => csv::frame(bytes, place, fields, findings),
        FileFormat::Parquet => columnar::parquet(bytes, place, fields, findings),
        FileFormat::Arrow => columnar::arrow(bytes, place, fields, findings),
    }?;
    if frame.height() == 0 {
        findings.add(place.unreadable("it has columns and no rows"));
        return None;
    }
    check::times(place, &frame, fields, findings);
    Some(frame)
}

/// Reads some columns of a parquet or arrow file.
pub(crate) fn columns(
    file: File,
    format: FileFormat,
    place: Place<'_>,
    fields: &[Field],
    findings: &mut Findings,
) -> Option<DataFrame> {
    let frame = findings.take(columnar::some_columns(file, format, place, fields))?;
    let frame = columnar::as_described(frame, place, fields, findings)?;
    let described = |name: &String| fields.iter().any(|field| field.name == *name);
    if place.resource.schema.primary_key.iter().all(described) {
        check::times(place, &frame, fields, findings);
    }
    Some(frame)
}

/// Checks a frame that was put together in memory by the rules for files.
pub(crate) fn checked(
    frame: DataFrame,
    place: Place<'_>,
    fields: &[Field],
    findings: &mut Findings,
) -> Option<DataFrame> {
    let frame = columnar::as_described(frame, place, fields, findings)?;
    check::times(place, &frame, fields, findings);
    Some(frame)
}

impl Place<'_> {
    fn unreadable(&self, reason: impl Into<String>) -> DatasetError {
        DatasetError::Table {
            file: self.file.to_path_buf(),
            resource: self.resource.name.clone(),
            reason: reason.into(),
        }
    }

    /// A finding in one cell; `row` counts from 0.
    fn cell(&self, row: usize, field: &Field, value: String, expected: &'static str) -> DatasetError {
        DatasetError::Cell {
            file: self.file.to_path_buf(),
            resource: self.resource.name.clone(),
            row: row + 1,
            column: field.name.clone(),
            value: value.into(),
            expected,
        }
    }

    /// Whether the columns are those described, in any order: columns are found by name.
    fn check_names(&self, found: Vec<String>, fields: &[Field]) -> Result<(), DatasetError> {
        let described: HashSet<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let distinct: HashSet<&str> = found.iter().map(String::as_str).collect();
        if distinct == described && found.len() == fields.len() {
            return Ok(());
        }
        Err(self.other_columns(found, fields))
    }

    fn other_columns(&self, found: Vec<String>, fields: &[Field]) -> DatasetError {
        DatasetError::Columns {
            file: self.file.to_path_buf(),
            resource: self.resource.name.clone(),
            found,
            described: fields.iter().map(|field| field.name.clone()).collect(),
        }
    }
}

/// The columns of a frame in the order of the descriptor.
fn in_order<'a>(frame: &'a DataFrame, fields: &'a [Field]) -> impl Iterator<Item = (&'a Field, &'a Column)> {
    let by_name: HashMap<&str, &Column> =
        frame.columns().iter().map(|column| (column.name().as_str(), column)).collect();
    fields.iter().filter_map(move |field| by_name.get(field.name.as_str()).map(|column| (field, *column)))
}

fn data_type(kind: FieldKind) -> DataType {
    match kind {
        FieldKind::Number => DataType::Float64,
        FieldKind::Integer => DataType::Int64,
        FieldKind::Text => DataType::String,
    }
}

fn expectation(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Number => "a finite number",
        FieldKind::Integer => "a whole number",
        FieldKind::Text => "a word (the cell is empty)",
    }
}

/// A one-column series, where a frame is put together from plain numbers.
pub(crate) fn number_series(name: &str, values: &[f64]) -> Series {
    Series::new(PlSmallStr::from_str(name), values)
}
