//! Columns of a resource without the rest of its file.
//!
//! Parquet keeps columns apart and rows in groups, so a few columns are read group by group. The digest of the file is
//! taken first, of a stream: what was checked is what is read, unless somebody writes into the file in between, which
//! the digest of a later query shows. Other formats are read as a whole and then narrowed.

use crate::error::DatasetError;
use crate::format::FileFormat;
use crate::package::Package;
use polars::prelude::{DataFrame, PolarsError, PolarsResult};
use polars_io::SerReader;
use polars_io::prelude::ParquetReader;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Takes a piece of a file and says whether it wants more.
pub(crate) type Visit<'a> = dyn FnMut(&DataFrame) -> PolarsResult<bool> + 'a;

impl Package {
    /// Hands the named columns of a resource to `visit`; in pieces where the format and `in_pieces` allow it.
    pub(crate) fn read_columns(
        &self,
        resource: &str,
        columns: &[&str],
        in_pieces: bool,
        visit: &mut Visit<'_>,
    ) -> Result<(), DatasetError> {
        let statement = self.resource(resource)?;
        let file = self.file(statement)?;
        let fail = |error: PolarsError| DatasetError::Table {
            file: file.clone(),
            resource: resource.to_string(),
            reason: error.to_string(),
        };
        let is_parquet = self.format_of(statement)? == FileFormat::Parquet;
        if !is_parquet {
            let table = self.table(resource)?;
            let frame = narrow(table.frame(), columns).map_err(fail)?;
            return visit(&frame).map(|_| ()).map_err(fail);
        }
        self.check_file(statement, &file)?;
        // A damaged file makes the reader of Parquet panic in places; that is no fault of the program.
        let read = || parquet(&file, columns, in_pieces, visit);
        match catch_unwind(AssertUnwindSafe(read)) {
            Ok(done) => done.map_err(fail),
            Err(_) => Err(fail(PolarsError::ComputeError("it is not a sound parquet file".into()))),
        }
    }
}

/// Reads the row groups of a file one after another.
fn parquet(path: &Path, columns: &[&str], in_pieces: bool, visit: &mut Visit<'_>) -> PolarsResult<()> {
    let open = || File::open(path).map_err(PolarsError::from);
    let metadata = ParquetReader::new(open()?).get_metadata()?.clone();
    let mut lengths: Vec<usize> = metadata.row_groups.iter().map(|group| group.num_rows()).collect();
    if !in_pieces {
        lengths = vec![metadata.num_rows];
    }
    let mut start = 0;
    for length in lengths {
        let piece = if columns.is_empty() {
            DataFrame::empty_with_height(length)
        } else {
            let mut reader = ParquetReader::new(open()?);
            reader.set_metadata(metadata.clone());
            let names = columns.iter().map(|name| name.to_string()).collect();
            reader.with_slice(Some((start, length))).with_columns(Some(names)).finish()?
        };
        start += length;
        if !visit(&piece)? {
            return Ok(());
        }
    }
    Ok(())
}

fn narrow(frame: &DataFrame, columns: &[&str]) -> PolarsResult<DataFrame> {
    if columns.is_empty() {
        return Ok(DataFrame::empty_with_height(frame.height()));
    }
    frame.select(columns.iter().copied())
}
