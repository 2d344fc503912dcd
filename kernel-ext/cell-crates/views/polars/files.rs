//! Reading and writing files.

use crate::frame::DataFrame;
use crate::values::{PlSmallStr, PolarsResult, SchemaRef};
use std::io::{Read, Seek, Write};
use std::marker::PhantomData;
use std::path::PathBuf;

/// Reads a frame.
pub trait SerReader<R> {
    /// From an open file.
    fn new(reader: R) -> Self;
    /// The frame.
    fn finish(self) -> PolarsResult<DataFrame>;
}

/// Writes a frame.
pub trait SerWriter<W> {
    /// Into an open file.
    fn new(writer: W) -> Self;
    /// Writes it.
    fn finish(&mut self, frame: &mut DataFrame) -> PolarsResult<()>;
}

/// How a CSV file is read.
#[derive(Clone, Debug, Default)]
pub struct CsvReadOptions(());

impl CsvReadOptions {
    /// Whether the first line holds names.
    pub fn with_has_header(self, has_header: bool) -> CsvReadOptions {
        loop {}
    }
    /// Lines to leave out.
    pub fn with_skip_rows(self, rows: usize) -> CsvReadOptions {
        loop {}
    }
    /// At most so many rows.
    pub fn with_n_rows(self, rows: Option<usize>) -> CsvReadOptions {
        loop {}
    }
    /// How many rows to judge the types by; all if `None`.
    pub fn with_infer_schema_length(self, rows: Option<usize>) -> CsvReadOptions {
        loop {}
    }
    /// Names and types.
    pub fn with_schema(self, schema: Option<SchemaRef>) -> CsvReadOptions {
        loop {}
    }
    /// What cannot be read is missing.
    pub fn with_ignore_errors(self, ignore: bool) -> CsvReadOptions {
        loop {}
    }
    /// How lines are taken apart.
    pub fn with_parse_options(self, options: CsvParseOptions) -> CsvReadOptions {
        loop {}
    }
    /// Changes how lines are taken apart.
    pub fn map_parse_options<F: Fn(CsvParseOptions) -> CsvParseOptions>(self, map: F) -> CsvReadOptions {
        loop {}
    }
    /// A reader of this file.
    pub fn try_into_reader_with_file_path(self, path: Option<PathBuf>) -> PolarsResult<CsvReader<std::fs::File>> {
        loop {}
    }
    /// A reader of this open file, or of text in memory.
    pub fn into_reader_with_file_handle<R>(self, reader: R) -> CsvReader<R> {
        loop {}
    }
}

/// How lines of a CSV file are taken apart.
#[derive(Clone, Debug, Default)]
pub struct CsvParseOptions(());

impl CsvParseOptions {
    /// Between values.
    pub fn with_separator(self, separator: u8) -> CsvParseOptions {
        loop {}
    }
    /// Round texts.
    pub fn with_quote_char(self, quote: Option<u8>) -> CsvParseOptions {
        loop {}
    }
    /// Lines that begin so are left out.
    pub fn with_comment_prefix<T>(self, prefix: Option<T>) -> CsvParseOptions {
        loop {}
    }
    /// Whether dates are recognised.
    pub fn with_try_parse_dates(self, enabled: bool) -> CsvParseOptions {
        loop {}
    }
    /// Whether numbers have a comma.
    pub fn with_decimal_comma(self, enabled: bool) -> CsvParseOptions {
        loop {}
    }
}

/// Reads a CSV file.
pub struct CsvReader<R>(PhantomData<R>);

impl<R> CsvReader<R> {
    /// How it is read.
    pub fn with_options(self, options: CsvReadOptions) -> CsvReader<R> {
        loop {}
    }
}

impl<R: Read> SerReader<R> for CsvReader<R> {
    fn new(reader: R) -> CsvReader<R> {
        loop {}
    }
    fn finish(self) -> PolarsResult<DataFrame> {
        loop {}
    }
}

/// Writes a CSV file.
pub struct CsvWriter<W: Write>(PhantomData<W>);

impl<W: Write> CsvWriter<W> {
    /// Whether the first line holds names.
    pub fn include_header(self, include: bool) -> CsvWriter<W> {
        loop {}
    }
    /// Between values.
    pub fn with_separator(self, separator: u8) -> CsvWriter<W> {
        loop {}
    }
    /// Digits behind the point.
    pub fn with_float_precision(self, digits: Option<usize>) -> CsvWriter<W> {
        loop {}
    }
    /// Written for what is missing.
    pub fn with_null_value(self, text: PlSmallStr) -> CsvWriter<W> {
        loop {}
    }
}

impl<W: Write> SerWriter<W> for CsvWriter<W> {
    fn new(writer: W) -> CsvWriter<W> {
        loop {}
    }
    fn finish(&mut self, frame: &mut DataFrame) -> PolarsResult<()> {
        loop {}
    }
}

/// Reads a Parquet file.
pub struct ParquetReader<R: Read + Seek>(PhantomData<R>);

impl<R: Read + Seek> ParquetReader<R> {
    /// Only these columns.
    pub fn with_columns(self, columns: Option<Vec<String>>) -> ParquetReader<R> {
        loop {}
    }
}

impl<R: Read + Seek> SerReader<R> for ParquetReader<R> {
    fn new(reader: R) -> ParquetReader<R> {
        loop {}
    }
    fn finish(self) -> PolarsResult<DataFrame> {
        loop {}
    }
}

/// Writes a Parquet file.
pub struct ParquetWriter<W>(PhantomData<W>);

impl<W: Write> ParquetWriter<W> {
    /// Into an open file.
    pub fn new(writer: W) -> ParquetWriter<W> {
        loop {}
    }
    /// Writes it; gives the number of bytes.
    pub fn finish(self, frame: &mut DataFrame) -> PolarsResult<u64> {
        loop {}
    }
}

/// Reads an Arrow file.
pub struct IpcReader<R>(PhantomData<R>);

impl<R: Read> SerReader<R> for IpcReader<R> {
    fn new(reader: R) -> IpcReader<R> {
        loop {}
    }
    fn finish(self) -> PolarsResult<DataFrame> {
        loop {}
    }
}

/// Writes an Arrow file.
pub struct IpcWriter<W>(PhantomData<W>);

impl<W: Write> SerWriter<W> for IpcWriter<W> {
    fn new(writer: W) -> IpcWriter<W> {
        loop {}
    }
    fn finish(&mut self, frame: &mut DataFrame) -> PolarsResult<()> {
        loop {}
    }
}
