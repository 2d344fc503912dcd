//! A table as a workbook: one sheet of rows below a row of names and a row of units, and a sheet `Provenance`.
//!
//! The sheet of rows says in its name if nobody measured them. Numbers are written with the digits that bring back the
//! same bits; a gap is an empty cell. Only where a row has no number at all, its first gap is written as `=NA()`: readers
//! of tables would take a row without a number for words below the table.

use super::{ExportFormat, provenance, refused};
use crate::descriptor::FieldKind;
use crate::error::DatasetError;
use crate::table::Table;
use kovacs_core::Origin;
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet, XlsxError};

/// Rows of a sheet of the format, less the two of the heading.
const MOST_ROWS: usize = (1 << 20) - 2;

/// Columns of a sheet of the format.
const MOST_COLUMNS: usize = 1 << 14;

/// Characters that the name of a sheet may have.
const SHEET_NAME: usize = 31;

enum Cells {
    Numbers(Vec<f64>),
    Words(Vec<String>),
}

pub(super) fn bytes(table: &Table) -> Result<Vec<u8>, DatasetError> {
    let failed = |reason: String| refused(table, ExportFormat::Xlsx, reason);
    let (rows, columns) = (table.rows(), table.fields().len());
    if rows > MOST_ROWS || columns > MOST_COLUMNS {
        return Err(failed(format!(
            "a sheet holds {MOST_ROWS} rows and {MOST_COLUMNS} columns, the table has {rows} and {columns}; \
             select rows or columns, or write parquet"
        )));
    }
    write(table).map_err(|error| match error {
        Reason::Table(error) => error,
        Reason::Workbook(error) => failed(error.to_string()),
    })
}

enum Reason {
    Table(DatasetError),
    Workbook(XlsxError),
}

impl From<XlsxError> for Reason {
    fn from(error: XlsxError) -> Reason {
        Reason::Workbook(error)
    }
}

impl From<DatasetError> for Reason {
    fn from(error: DatasetError) -> Reason {
        Reason::Table(error)
    }
}

fn write(table: &Table) -> Result<Vec<u8>, Reason> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name(sheet_name(table))?;
    write_rows(sheet, table)?;
    let sheet = workbook.add_worksheet();
    sheet.set_name("Provenance")?;
    for (row, (name, value)) in (0..).zip(provenance(table)?) {
        sheet.write_string(row, 0, name)?;
        sheet.write_string(row, 1, value)?;
    }
    sheet.set_column_width(0, 18)?.set_column_width(1, 80)?;
    Ok(workbook.save_to_buffer()?)
}

/// The name of the table and, unless it is measured, how its numbers came about: `two-step (synthetic)`.
fn sheet_name(table: &Table) -> String {
    let origin = match table.origin() {
        Origin::Measured => String::new(),
        origin => format!(" ({})", origin.word()),
    };
    let room = SHEET_NAME - origin.len();
    format!("{}{origin}", table.source().resource.chars().take(room).collect::<String>())
}

fn write_rows(sheet: &mut Worksheet, table: &Table) -> Result<(), Reason> {
    let heading = Format::new().set_bold();
    let mut columns = Vec::with_capacity(table.fields().len());
    for field in table.fields() {
        columns.push(match field.kind {
            FieldKind::Text => Cells::Words(table.text(&field.name)?),
            _ => Cells::Numbers(table.column(&field.name)?),
        });
    }
    // Row by row, which is the order that a sheet of constant memory is written in.
    for (column, field) in (0..).zip(table.fields()) {
        sheet.write_string_with_format(0, column, &field.name, &heading)?;
    }
    for (column, field) in (0..).zip(table.fields()) {
        if let Some(unit) = field.unit {
            sheet.write_string(1, column, unit.code())?;
        }
    }
    for index in 0..table.rows() {
        // The number of rows was found to fit into a sheet.
        let row = index as u32 + 2;
        let number = |cells: &Cells| match cells {
            Cells::Numbers(numbers) => numbers.get(index).copied().filter(|number| !number.is_nan()),
            Cells::Words(_) => None,
        };
        let mut needs_mark = columns.iter().all(|cells| number(cells).is_none());
        for (column, cells) in (0..).zip(&columns) {
            match cells {
                Cells::Numbers(_) => match number(cells) {
                    Some(number) => drop(sheet.write_number(row, column, number)?),
                    None if std::mem::take(&mut needs_mark) => {
                        sheet.write_formula(row, column, Formula::new("=NA()").set_result("#N/A"))?;
                    }
                    None => {}
                },
                Cells::Words(words) => {
                    if let Some(word) = words.get(index).filter(|word| !word.is_empty()) {
                        sheet.write_string(row, column, word)?;
                    }
                }
            }
        }
    }
    Ok(())
}
