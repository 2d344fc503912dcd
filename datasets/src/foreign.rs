//! Parquet and Arrow files from anywhere, as the readers of other formats give theirs: columns with units as stated.
//!
//! These formats have no place for a unit of their own. Files that this program writes carry them in the metadata, as
//! `kovacs.unit.NAME`; in all others every unit is missing, and whoever imports the file is asked.

use crate::error::DatasetError;
use crate::import::ImportError;
use crate::store::UNIT_KEY;
use kovacs_core::units::parse_unit;
use kovacs_formats::{Column, Document, Format, FormatError, ReadOptions, Sheet, StatedUnit, Values};
use polars::prelude::{DataFrame, DataType, PolarsResult};
use polars_io::SerReader;
use polars_io::prelude::{IpcReader, ParquetReader};
use std::fs::File;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Reads a file of any format: Parquet and Arrow here, all others by `kovacs_formats`.
pub(crate) fn read_any(file: &Path, options: &ReadOptions<'_>) -> Result<Document, DatasetError> {
    let failed = |source| DatasetError::io("read", file, source);
    let mut beginning = Vec::new();
    File::open(file).and_then(|opened| opened.take(8).read_to_end(&mut beginning)).map_err(failed)?;
    if columnar(&beginning).is_some()
        && let Some(document) = read_columnar(file, &std::fs::read(file).map_err(failed)?)
    {
        return document;
    }
    let failed = |source| ImportError::Format { file: file.to_path_buf(), source };
    Ok(kovacs_formats::read(file, options).map_err(failed)?)
}

/// Which of the two formats of columns begins like this.
fn columnar(bytes: &[u8]) -> Option<Format> {
    match bytes {
        [b'P', b'A', b'R', b'1', ..] => Some(Format::Parquet),
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Some(Format::Arrow),
        _ => None,
    }
}

/// Reads the bytes of a file if they are Parquet or Arrow; `None` if they are something else. `file` is for messages.
pub fn read_columnar(file: &Path, bytes: &[u8]) -> Option<Result<Document, DatasetError>> {
    let format = columnar(bytes)?;
    // polars stops with a panic at some damaged files, and a damaged file is no fault of the program.
    let read = catch_unwind(AssertUnwindSafe(|| rows(format, bytes)));
    let document = match read {
        Ok(Ok((frame, metadata))) => document(format, &frame, metadata),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("its parts contradict each other".to_string()),
    };
    Some(document.map_err(|reason| {
        let source = FormatError::NoTable { reason: format!("it is not a sound {format}: {reason}") };
        ImportError::Format { file: file.to_path_buf(), source }.into()
    }))
}

type Notes = Vec<(String, String)>;

fn rows(format: Format, bytes: &[u8]) -> PolarsResult<(DataFrame, Notes)> {
    if format == Format::Parquet {
        let mut reader = ParquetReader::new(Cursor::new(bytes));
        let notes = reader.get_metadata()?.key_value_metadata().iter().flatten();
        let notes = notes.filter_map(|note| Some((note.key.clone(), note.value.clone()?))).collect();
        return Ok((reader.finish()?, notes));
    }
    let mut reader = IpcReader::new(Cursor::new(bytes));
    let notes = reader.custom_metadata()?;
    let notes = notes.iter().flat_map(|notes| notes.iter()).map(|(key, value)| (key.to_string(), value.to_string()));
    let notes = notes.collect();
    Ok((reader.finish()?, notes))
}

fn document(format: Format, frame: &DataFrame, mut metadata: Notes) -> Result<Document, String> {
    // Arrow's own copy of the schema, which other programs write into parquet files, says nothing to a person.
    metadata.retain(|(key, _)| !key.starts_with("ARROW:"));
    let columns = frame.columns().iter().map(|column| {
        let name = column.name().to_string();
        let values = match column.dtype() {
            DataType::String => {
                let words = column.str().map_err(|error| error.to_string())?;
                Values::Words(words.iter().map(|word| word.unwrap_or_default().to_string()).collect())
            }
            numeric if numeric.is_primitive_numeric() => {
                let numbers = column.cast(&DataType::Float64).map_err(|error| error.to_string())?;
                let numbers = numbers.f64().map_err(|error| error.to_string())?;
                Values::Numbers(numbers.iter().map(|number| number.unwrap_or(f64::NAN)).collect())
            }
            other => return Err(format!("column `{name}` holds {other}, neither numbers nor words")),
        };
        let stated = metadata.iter().find(|(key, _)| key.strip_prefix(UNIT_KEY) == Some(&name));
        let unit = match stated.map(|(_, text)| (text, parse_unit(text))) {
            Some((_, Ok(unit))) => StatedUnit::Known(unit),
            Some((text, Err(_))) => StatedUnit::Unknown(text.clone()),
            None => StatedUnit::Missing,
        };
        Ok(Column { name, unit, values })
    });
    let columns = columns.collect::<Result<Vec<_>, String>>()?;
    if frame.height() == 0 || columns.is_empty() {
        return Err("it has no rows".to_string());
    }
    let sheet = Sheet { name: String::new(), metadata: Vec::new(), columns, first_line: 1, doubts: Vec::new() };
    Ok(Document { format, encoding: None, metadata, sheets: vec![sheet], doubts: Vec::new() })
}
