//! Parquet and Arrow bytes into a frame: the columns are already there, their types are held to the descriptor.

use super::{Place, check, data_type, expectation, in_order};
use crate::descriptor::FieldKind;
use crate::error::DatasetError;
use crate::field::Field;
use crate::findings::Findings;
use crate::format::FileFormat;
use polars::prelude::{ArrowSchema, Column, DataFrame, DataType, PolarsResult};
use polars_io::SerReader;
use polars_io::mmap::MmapBytesReader;
use polars_io::prelude::{IpcReader, ParquetReader};
use std::fs::File;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

pub(super) fn parquet(bytes: &[u8], place: Place<'_>, fields: &[Field], findings: &mut Findings) -> Option<DataFrame> {
    let read = || {
        let mut reader = ParquetReader::new(Cursor::new(bytes));
        let names = names(&reader.schema()?);
        finish(reader, names, place, fields)
    };
    as_described(findings.take(guarded(place, "parquet", read))?, place, fields, findings)
}

pub(super) fn arrow(bytes: &[u8], place: Place<'_>, fields: &[Field], findings: &mut Findings) -> Option<DataFrame> {
    let read = || {
        let mut reader = IpcReader::new(Cursor::new(bytes));
        let names = names(&reader.schema()?);
        finish(reader, names, place, fields)
    };
    as_described(findings.take(guarded(place, "arrow", read))?, place, fields, findings)
}

/// Decodes some columns and no others; the file is mapped into memory, not copied.
pub(super) fn some_columns(
    file: File,
    format: FileFormat,
    place: Place<'_>,
    fields: &[Field],
) -> Result<DataFrame, DatasetError> {
    let wanted: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
    let missing = |schema: &Arc<ArrowSchema>| {
        let found = names(schema);
        match wanted.iter().all(|name| found.contains(name)) {
            true => Ok(()),
            false => Err(place.other_columns(found, fields)),
        }
    };
    guarded(place, format.word(), || match format {
        FileFormat::Arrow => {
            let mut reader = IpcReader::new(file);
            match missing(&reader.schema()?) {
                Ok(()) => reader.with_columns(Some(wanted.clone())).set_rechunk(true).finish().map(Ok),
                Err(finding) => Ok(Err(finding)),
            }
        }
        _ => {
            let mut reader = ParquetReader::new(file);
            match missing(&reader.schema()?) {
                Ok(()) => reader.with_columns(Some(wanted.clone())).set_rechunk(true).finish().map(Ok),
                Err(finding) => Ok(Err(finding)),
            }
        }
    })
}

fn names(schema: &Arc<ArrowSchema>) -> Vec<String> {
    schema.iter_names().map(|name| name.to_string()).collect()
}

/// Reads the rows once the names of the columns are known to be right.
fn finish<R: MmapBytesReader>(
    reader: impl SerReader<R>,
    names: Vec<String>,
    place: Place<'_>,
    fields: &[Field],
) -> PolarsResult<Result<DataFrame, DatasetError>> {
    match place.check_names(names, fields) {
        Ok(()) => reader.set_rechunk(true).finish().map(Ok),
        Err(finding) => Ok(Err(finding)),
    }
}

/// Runs a reader of binary files. Its own complaints become a finding, and so does a panic: polars stops in this way at
/// some damaged files, and a damaged file is no fault of the program.
fn guarded(
    place: Place<'_>,
    format: &str,
    read: impl FnOnce() -> PolarsResult<Result<DataFrame, DatasetError>>,
) -> Result<DataFrame, DatasetError> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(read)) => read,
        Ok(Err(error)) => Err(place.unreadable(format!("it is not a sound {format} file: {error}"))),
        Err(_) => Err(place.unreadable(format!("it is not a sound {format} file: its parts contradict each other"))),
    }
}

/// The columns in the order and of the types that the descriptor states, every cell checked.
pub(super) fn as_described(
    frame: DataFrame,
    place: Place<'_>,
    fields: &[Field],
    findings: &mut Findings,
) -> Option<DataFrame> {
    let height = frame.height();
    let mut columns: Vec<Column> = Vec::with_capacity(fields.len());
    for (field, column) in in_order(&frame, fields) {
        columns.push(findings.take(of_kind(column, field, place))?);
    }
    let frame = DataFrame::new(height, columns).map_err(|error| place.unreadable(error.to_string()));
    let frame = findings.take(frame)?;
    for (field, column) in in_order(&frame, fields).filter(|(field, column)| field.required && column.null_count() > 0)
    {
        for (row, _) in column.is_null().iter().enumerate().filter(|(_, gap)| *gap == Some(true)) {
            if findings.is_full() {
                return None;
            }
            findings.add(place.cell(row, field, String::new(), expectation(field.kind)));
        }
    }
    check::finite(place, &frame, fields, findings);
    Some(frame)
}

/// A column as the type of its field, where that loses nothing.
fn of_kind(column: &Column, field: &Field, place: Place<'_>) -> Result<Column, DatasetError> {
    let wanted = data_type(field.kind);
    let found = column.dtype();
    let fits = match field.kind {
        FieldKind::Number => found.is_primitive_numeric(),
        FieldKind::Integer => found.is_integer(),
        FieldKind::Text => *found == DataType::String,
    };
    let mismatch = || DatasetError::ColumnType {
        file: place.file.to_path_buf(),
        resource: place.resource.name.clone(),
        column: field.name.clone(),
        found: found.to_string(),
        described: field.kind.word(),
    };
    if *found == wanted {
        return Ok(column.clone());
    }
    if !fits {
        return Err(mismatch());
    }
    column.strict_cast(&wanted).map_err(|_| mismatch())
}
