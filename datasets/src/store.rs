//! Frames into the bytes of a file: csv, parquet, arrow.
//!
//! Numbers are written so that they read back as the same bits: in text the shortest form that does. A gap is an empty
//! cell or a null, never a NaN.

use crate::descriptor::{FieldKind, Resource};
use crate::error::DatasetError;
use crate::format::FileFormat;
use kovacs_formats::Values;
use polars::prelude::{Column, DataFrame, DataType, Float64Chunked, NewChunkedArray, PlSmallStr, PolarsResult};
use polars_io::SerWriter;
use polars_io::prelude::{
    CsvWriter, IpcWriter, KeyValueMetadata, ParquetCompression, ParquetWriter, StatisticsOptions,
};
use std::sync::Arc;

/// Rows of a parquet row group. A table of up to that many rows is one group, which is read without being put together.
const GROUP_ROWS: usize = 1 << 20;

/// What the key of a column's unit begins with, in the metadata of a file.
pub(crate) const UNIT_KEY: &str = "kovacs.unit.";

/// A frame of the columns of a new table, NaN turned into a gap. `resource` states names and kinds.
pub(crate) fn frame(resource: &Resource, values: Vec<Values>) -> Result<DataFrame, DatasetError> {
    let fail = |reason: String| DatasetError::NewTable { resource: resource.name.clone(), reason };
    let fields = &resource.schema.fields;
    if fields.len() != values.len() {
        return Err(fail(format!("{} columns are described and {} are given", fields.len(), values.len())));
    }
    let height = values.first().map_or(0, Values::len);
    let mut columns = Vec::with_capacity(values.len());
    for (field, values) in fields.iter().zip(values) {
        if values.len() != height {
            let (name, rows) = (&field.name, values.len());
            return Err(fail(format!("column `{name}` has {rows} rows, the first column {height}")));
        }
        columns.push(column(&field.name, field.kind, values).map_err(fail)?);
    }
    DataFrame::new(height, columns).map_err(|error| fail(error.to_string()))
}

fn column(name: &str, kind: FieldKind, values: Values) -> Result<Column, String> {
    let plain = PlSmallStr::from_str(name);
    match (values, kind) {
        (Values::Words(words), FieldKind::Text) => Ok(Column::new(plain, words)),
        (Values::Numbers(numbers), FieldKind::Number) if numbers.iter().any(|number| number.is_nan()) => {
            let gaps = numbers.into_iter().map(|number| Some(number).filter(|number| !number.is_nan()));
            Ok(Column::from(polars::prelude::IntoSeries::into_series(Float64Chunked::from_iter_options(plain, gaps))))
        }
        (Values::Numbers(numbers), FieldKind::Number) => Ok(Column::new(plain, numbers)),
        (Values::Numbers(numbers), FieldKind::Integer) => {
            if let Some(row) = numbers.iter().position(|number| !number.is_nan() && number.fract() != 0.0) {
                let value = numbers.get(row).copied().unwrap_or_default();
                return Err(format!("column `{name}` is of whole numbers, and row {} holds {value}", row + 1));
            }
            let gaps = numbers.into_iter().map(|number| Some(number).filter(|number| !number.is_nan()));
            let whole = polars::prelude::IntoSeries::into_series(Float64Chunked::from_iter_options(plain, gaps));
            whole.strict_cast(&DataType::Int64).map(Column::from).map_err(|error| error.to_string())
        }
        (Values::Words(_), _) => Err(format!("column `{name}` is described as numbers and holds words")),
        (Values::Numbers(_), FieldKind::Text) => {
            Err(format!("column `{name}` is described as words and holds numbers"))
        }
    }
}

/// What parquet and arrow files of a package say of themselves, where they are met without their descriptor: the origin,
/// and the unit of each column.
pub(crate) fn notes(resource: &Resource) -> Vec<(String, String)> {
    let mut notes = vec![("kovacs.origin".to_string(), resource.origin.kind().word().to_string())];
    notes.extend(resource.schema.fields.iter().filter_map(|field| {
        let unit = field.unit.clone()?;
        Some((format!("{UNIT_KEY}{}", field.name), unit))
    }));
    notes
}

/// The file of a frame. `notes` are names and values that parquet and arrow carry in their metadata.
pub(crate) fn bytes(frame: &DataFrame, format: FileFormat, notes: &[(String, String)]) -> PolarsResult<Vec<u8>> {
    let mut frame = frame.clone();
    let mut bytes = Vec::new();
    match format {
        FileFormat::Csv => CsvWriter::new(&mut bytes).finish(&mut frame)?,
        FileFormat::Parquet => {
            let notes = (!notes.is_empty()).then(|| KeyValueMetadata::from_static(notes.to_vec()));
            ParquetWriter::new(&mut bytes)
                .with_compression(ParquetCompression::Snappy)
                .with_statistics(StatisticsOptions::empty())
                .with_row_group_size(Some(GROUP_ROWS))
                .with_key_value_metadata(notes)
                .finish(&mut frame)?;
        }
        FileFormat::Arrow => {
            let mut writer = IpcWriter::new(&mut bytes);
            let notes = notes.iter().map(|(name, value)| (name.as_str().into(), value.as_str().into()));
            writer.set_custom_schema_metadata(Arc::new(notes.collect()));
            writer.finish(&mut frame)?;
        }
    }
    Ok(bytes)
}
