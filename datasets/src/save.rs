//! Tables as files for other programs: csv, parquet, arrow, xlsx.
//!
//! Units go along in the form each format has for them: in the heading of a column, `time [s]`, where there is only a
//! heading, and in the metadata of parquet and arrow. So does the origin; a workbook has a second sheet for it. A csv file
//! has no place for it, so whoever writes one says it.

use crate::descriptor::FieldKind;
use crate::error::DatasetError;
use crate::field::Field;
use crate::format::FileFormat;
use crate::store;
use crate::table::Table;
use crate::table_error::TableError;
use polars::prelude::PlSmallStr;
use rust_xlsxwriter::{Workbook, XlsxError};
use std::io::Write;
use std::path::Path;

/// Rows that a sheet can hold, the heading included.
const SHEET_ROWS: usize = 1_048_576;

/// A file format that a table can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveAs {
    /// One of the formats of packages.
    Data(FileFormat),
    /// An Excel workbook: a sheet with the rows and one with their origin.
    Workbook,
}

impl SaveAs {
    /// The format that the ending of a file names: csv, parquet, arrow or xlsx.
    pub fn of(path: &Path) -> Option<SaveAs> {
        let ending = path.extension()?.to_string_lossy().to_lowercase();
        let known = FileFormat::ALL.into_iter().find(|format| format.word() == ending).map(SaveAs::Data);
        known.or((ending == "xlsx").then_some(SaveAs::Workbook))
    }
}

impl Table {
    /// Writes the table into a file, which is either there as a whole or not at all; the ending says the format.
    ///
    /// # Errors
    /// An ending that names no format, a file that cannot be written, more rows than a sheet has.
    pub fn save(&self, path: &Path) -> Result<(), DatasetError> {
        let unknown = || Box::new(TableError::FileEnding { file: path.to_path_buf() });
        let format = SaveAs::of(path).ok_or_else(unknown)?;
        let bytes = match format {
            SaveAs::Data(format) => self.bytes(format)?,
            SaveAs::Workbook => self.workbook()?,
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file =
            tempfile::NamedTempFile::new_in(folder).map_err(|e| DatasetError::io("write into", folder, e))?;
        file.write_all(&bytes).map_err(|source| DatasetError::io("write", path, source))?;
        file.persist(path).map_err(|refused| DatasetError::io("write", path, refused.error))?;
        Ok(())
    }

    /// The table as csv text, units in the headings.
    ///
    /// # Errors
    /// The engine cannot write it.
    pub fn to_csv(&self) -> Result<String, DatasetError> {
        Ok(String::from_utf8_lossy(&self.bytes(FileFormat::Csv)?).into_owned())
    }

    fn bytes(&self, format: FileFormat) -> Result<Vec<u8>, DatasetError> {
        let failed = |error| self.failed("writing", &error);
        if format != FileFormat::Csv {
            let mut notes = vec![("kovacs.origin".to_string(), self.sources().origins())];
            let unit = |field: &Field| Some((format!("kovacs.unit.{}", field.name), field.unit?.code().to_string()));
            notes.extend(self.fields().iter().filter_map(unit));
            notes.extend(self.sources().lines().into_iter().map(|line| ("kovacs.source".to_string(), line)));
            return store::bytes(self.frame(), format, &notes).map_err(failed);
        }
        let mut frame = self.frame().clone();
        for field in self.fields() {
            frame.rename(&field.name, PlSmallStr::from_string(stated(field))).map_err(failed)?;
        }
        store::bytes(&frame, format, &[]).map_err(failed)
    }

    fn workbook(&self) -> Result<Vec<u8>, DatasetError> {
        if self.rows() >= SHEET_ROWS {
            let (table, rows, most) = (self.label(), self.rows(), SHEET_ROWS - 1);
            return Err(Box::new(TableError::TooManyRows { table, rows, most }).into());
        }
        self.sheets().map_err(|error| DatasetError::Engine {
            table: self.label(),
            action: "writing",
            reason: error.to_string(),
        })
    }

    fn sheets(&self) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet().set_name("data")?;
        for (column, field) in self.fields().iter().enumerate() {
            let place = u16::try_from(column).map_err(|_| XlsxError::RowColumnLimitError)?;
            sheet.write(0, place, stated(field))?;
            if field.kind == FieldKind::Text {
                for (row, word) in (1..).zip(self.text(&field.name).unwrap_or_default()) {
                    sheet.write(row, place, word)?;
                }
            } else {
                for (row, number) in (1..).zip(self.column(&field.name).unwrap_or_default()) {
                    // A gap is an empty cell.
                    if number.is_finite() {
                        sheet.write(row, place, number)?;
                    }
                }
            }
        }
        let about = workbook.add_worksheet().set_name("origin")?;
        for (row, (name, value)) in (0..).zip(self.provenance()) {
            about.write(row, 0, name)?;
            about.write(row, 1, value)?;
        }
        workbook.save_to_buffer()
    }
}

/// The heading of a column with its unit: `time [s]`; words, and numbers whose unit is not known, have their name only.
fn stated(field: &Field) -> String {
    match field.unit {
        Some(unit) => format!("{} [{}]", field.name, unit.code()),
        None => field.name.clone(),
    }
}
