//! CSV bytes into a frame, with every cell checked.
//!
//! polars parses the numbers; what it cannot parse becomes a gap, and only then is the column read once more as text to
//! say which row and which word it was. So the ordinary case costs one pass, and the message is still exact.

use crate::descriptor::{FieldKind, Resource};
use crate::error::DatasetError;
use crate::field::Field;
use polars::prelude::{DataFrame, DataType, NamedFrom, PlSmallStr, Schema, Series};
use polars_io::SerReader;
use polars_io::prelude::CsvReadOptions;
use std::collections::HashMap;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

/// Reads the table of a resource: header and cells as `fields` say, times rising within each curve.
pub(crate) fn frame(
    bytes: &[u8],
    file: &Path,
    resource: &Resource,
    fields: &[Field],
) -> Result<DataFrame, DatasetError> {
    let place = Place { file, resource };
    check_header(&place, bytes, fields)?;
    let schema = fields.iter().map(|field| (PlSmallStr::from_str(&field.name), data_type(field.kind)));
    let frame = place.parse(bytes, Some(Schema::from_iter(schema)), true)?;
    if frame.height() == 0 {
        return Err(place.unreadable("it has a header and no rows"));
    }
    for field in fields {
        place.check_column(&frame, field, bytes)?;
    }
    check_times(&place, &frame, fields)?;
    Ok(frame)
}

/// A foreign table as words, every cell a string, its first `skipped` lines left out: above the data an instrument
/// writes lines of another width, which no table can hold.
pub(crate) fn words(bytes: &[u8], separator: u8, skipped: usize) -> Result<Vec<Vec<String>>, String> {
    let options = CsvReadOptions::default()
        .with_has_header(false)
        .with_skip_lines(skipped)
        .with_infer_schema_length(Some(0))
        .with_ignore_errors(false)
        .map_parse_options(|parse| parse.with_separator(separator).with_truncate_ragged_lines(false));
    let frame = options
        .into_reader_with_file_handle(Cursor::new(without_mark(bytes)))
        .finish()
        .map_err(|error| error.to_string())?;
    let mut rows = vec![Vec::with_capacity(frame.width()); frame.height()];
    for column in frame.columns() {
        let text = column.str().map_err(|error| error.to_string())?;
        for (row, cell) in rows.iter_mut().zip(text.iter()) {
            row.push(cell.unwrap_or_default().trim().to_string());
        }
    }
    Ok(rows)
}

/// Without the byte-order mark that some editors put before UTF-8 text.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn data_type(kind: FieldKind) -> DataType {
    match kind {
        FieldKind::Number => DataType::Float64,
        FieldKind::Integer => DataType::Int64,
        FieldKind::Text => DataType::String,
    }
}

/// Where a table lies, for messages.
struct Place<'a> {
    file: &'a Path,
    resource: &'a Resource,
}

impl Place<'_> {
    fn unreadable(&self, reason: impl Into<String>) -> DatasetError {
        DatasetError::Table {
            file: self.file.to_path_buf(),
            resource: self.resource.name.clone(),
            reason: reason.into(),
        }
    }

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

    fn parse(&self, bytes: &[u8], schema: Option<Schema>, forgiving: bool) -> Result<DataFrame, DatasetError> {
        CsvReadOptions::default()
            .with_has_header(true)
            .with_schema_overwrite(schema.map(Arc::new))
            .with_infer_schema_length(Some(0))
            .with_ignore_errors(forgiving)
            .into_reader_with_file_handle(Cursor::new(without_mark(bytes)))
            .finish()
            .map_err(|error| self.unreadable(error.to_string()))
    }

    fn check_column(&self, frame: &DataFrame, field: &Field, bytes: &[u8]) -> Result<(), DatasetError> {
        let column = frame.column(&field.name).map_err(|error| self.unreadable(error.to_string()))?;
        let gaps: Vec<usize> =
            column.is_null().iter().enumerate().filter(|(_, gap)| *gap == Some(true)).map(|(row, _)| row).collect();
        if !gaps.is_empty() {
            let as_text = self.parse(bytes, None, false)?;
            let text = as_text.column(&field.name).and_then(|column| column.str().cloned());
            let text = text.map_err(|error| self.unreadable(error.to_string()))?;
            for row in gaps {
                let value = text.get(row).unwrap_or_default().to_string();
                if field.required || !value.trim().is_empty() {
                    return Err(self.cell(row, field, value, expectation(field.kind)));
                }
            }
        }
        if field.kind == FieldKind::Number {
            let numbers = column.f64().map_err(|error| self.unreadable(error.to_string()))?;
            let bad =
                numbers.iter().enumerate().find_map(|(row, value)| Some(row).zip(value.filter(|v| !v.is_finite())));
            if let Some((row, value)) = bad {
                return Err(self.cell(row, field, value.to_string(), expectation(field.kind)));
            }
        }
        Ok(())
    }
}

fn expectation(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Number => "a finite number",
        FieldKind::Integer => "a whole number",
        FieldKind::Text => "a word (the cell is empty)",
    }
}

fn check_header(place: &Place<'_>, bytes: &[u8], fields: &[Field]) -> Result<(), DatasetError> {
    if std::str::from_utf8(bytes).is_err() {
        return Err(place.unreadable("it is not UTF-8 text; convert it first"));
    }
    let head = CsvReadOptions::default()
        .with_has_header(true)
        .with_n_rows(Some(0))
        .with_infer_schema_length(Some(0))
        .into_reader_with_file_handle(Cursor::new(without_mark(bytes)))
        .finish()
        .map_err(|error| place.unreadable(error.to_string()))?;
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    let found: Vec<String> = head.get_column_names().iter().map(|name| name.to_string()).collect();
    let described: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
    // Another order is no harm: columns are found by name.
    if sorted(found.clone()) == sorted(described.clone()) {
        return Ok(());
    }
    let (file, resource) = (place.file.to_path_buf(), place.resource.name.clone());
    Err(DatasetError::Columns { file, resource, found, described })
}

/// Times rise strictly within a curve; the columns of the primary key other than time tell curves apart.
fn check_times(place: &Place<'_>, frame: &DataFrame, fields: &[Field]) -> Result<(), DatasetError> {
    let Some(time) = fields.iter().find(|field| field.name == "time" && field.kind != FieldKind::Text) else {
        return Ok(());
    };
    let unreadable = |error: polars::error::PolarsError| place.unreadable(error.to_string());
    let keys = place.resource.schema.primary_key.iter().filter(|key| **key != time.name);
    let keys: Vec<Series> = keys
        .map(|key| {
            let column = frame.column(key).map_err(|_| {
                place.unreadable(format!("its primary key names the column `{key}`, which it does not have"))
            })?;
            column.as_materialized_series().cast(&DataType::String).map_err(unreadable)
        })
        .collect::<Result<_, _>>()?;
    let keys: Vec<_> = keys.iter().map(|key| key.str().map_err(unreadable)).collect::<Result<_, _>>()?;
    let times = frame.column(&time.name).and_then(|column| column.cast(&DataType::Float64)).map_err(unreadable)?;
    let times = times.f64().map_err(unreadable)?;
    let mut last: HashMap<Vec<Option<&str>>, f64> = HashMap::new();
    for (row, value) in times.iter().enumerate() {
        let Some(value) = value else {
            return Err(place.cell(row, time, String::new(), "a time (a time may not be missing)"));
        };
        let curve = keys.iter().map(|key| key.get(row)).collect();
        if let Some(previous) = last.insert(curve, value).filter(|previous| *previous >= value) {
            return Err(DatasetError::Unsorted {
                file: place.file.to_path_buf(),
                resource: place.resource.name.clone(),
                row: row + 1,
                column: time.name.clone(),
                value,
                previous,
            });
        }
    }
    Ok(())
}

/// A one-column series, where a frame is put together from plain numbers.
pub(crate) fn number_series(name: &str, values: &[f64]) -> Series {
    Series::new(PlSmallStr::from_str(name), values)
}
