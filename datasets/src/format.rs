//! The file formats a table of a package may be in.
//!
//! Text for what people look at, parquet for what only programs read: below [`CSV_ROWS`] rows a csv file opens as fast
//! and can be read by eye; above, parquet takes a third of the space and a tenth of the time.

use crate::descriptor::Resource;
use crate::error::DatasetError;
use std::path::Path;

/// From this number of rows on a table is written as parquet unless asked otherwise.
pub const CSV_ROWS: usize = 100_000;

/// Format of the file of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileFormat {
    /// Text, comma-separated, UTF-8, one header row with the names of the columns.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// Apache Arrow IPC file (Feather version 2).
    Arrow,
}

impl FileFormat {
    /// All of them.
    pub const ALL: [FileFormat; 3] = [FileFormat::Csv, FileFormat::Parquet, FileFormat::Arrow];

    /// The word in `format` of a resource, which is also the ending of the file.
    pub fn word(self) -> &'static str {
        match self {
            FileFormat::Csv => "csv",
            FileFormat::Parquet => "parquet",
            FileFormat::Arrow => "arrow",
        }
    }

    /// The format that suits a table of this many rows.
    pub fn for_rows(rows: usize) -> FileFormat {
        if rows < CSV_ROWS { FileFormat::Csv } else { FileFormat::Parquet }
    }

    /// The format that a resource states, or else the one its file ends in.
    ///
    /// # Errors
    /// It states another one, or neither statement nor ending name one; `path` is the descriptor, for the message.
    pub(crate) fn of(path: &Path, resource: &Resource) -> Result<FileFormat, DatasetError> {
        let ending = || Path::new(&resource.path).extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let stated = resource.format.clone().or_else(ending).unwrap_or_default();
        FileFormat::ALL.into_iter().find(|format| format.word() == stated).ok_or_else(|| DatasetError::ResourceFormat {
            path: path.to_path_buf(),
            resource: resource.name.clone(),
            stated,
        })
    }

    /// Names the file of a resource after the resource, in this format.
    pub(crate) fn name_file(self, resource: &mut Resource) {
        resource.path = format!("{}.{}", resource.name, self.word());
        resource.format = Some(self.word().to_string());
    }
}
