//! A workbook or text file as rows of cells, before anybody has said what they mean.

use super::Mapping;
use crate::error::DatasetError;
use crate::read::words;
use calamine::{Data, Reader};
use std::io::Cursor;
use std::path::Path;

/// Endings of files that can be imported.
const WORKBOOKS: [&str; 4] = ["xlsx", "xlsm", "xls", "ods"];
const TEXTS: [&str; 3] = ["csv", "txt", "tsv"];

/// One cell as the file holds it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Number(f64),
    Words(String),
    Empty,
}

impl std::fmt::Display for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Cell::Number(value) => write!(f, "{value}"),
            Cell::Words(words) => f.write_str(words),
            Cell::Empty => f.write_str("(empty)"),
        }
    }
}

/// Rows of equal length, and the sheet they come from.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) name: Option<String>,
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Sheet {
    /// Reads the sheet or text file that the mapping names.
    pub(super) fn read(file: &Path, bytes: &[u8], mapping: &Mapping) -> Result<Sheet, DatasetError> {
        let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        let mut sheet = if WORKBOOKS.contains(&ending.as_str()) {
            workbook(file, bytes, mapping)?
        } else if TEXTS.contains(&ending.as_str()) {
            text(file, bytes, &ending, mapping)?
        } else {
            let accepted = WORKBOOKS.iter().chain(&TEXTS).map(|ending| format!(".{ending}")).collect();
            return Err(DatasetError::UnknownFormat { file: file.to_path_buf(), accepted });
        };
        while sheet.rows.last().is_some_and(|row| row.iter().all(|cell| *cell == Cell::Empty)) {
            sheet.rows.pop();
        }
        if sheet.rows.len() <= mapping.header_rows {
            return Err(unreadable(file, mapping, format!("it has {} rows, none of them data", sheet.rows.len())));
        }
        Ok(sheet)
    }

    /// Number of columns.
    pub(super) fn width(&self) -> usize {
        self.rows.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// The first rows, as read, for messages.
    pub(super) fn preview(&self) -> String {
        let line = |(number, row): (usize, &Vec<Cell>)| {
            let cells: Vec<String> = row.iter().map(Cell::to_string).collect();
            format!("  row {}: {}", number + 1, cells.join(" | "))
        };
        self.rows.iter().enumerate().take(4).map(line).collect::<Vec<_>>().join("\n")
    }
}

fn unreadable(file: &Path, mapping: &Mapping, reason: String) -> DatasetError {
    DatasetError::Table { file: file.to_path_buf(), resource: mapping.resource.clone(), reason }
}

fn workbook(file: &Path, bytes: &[u8], mapping: &Mapping) -> Result<Sheet, DatasetError> {
    let fail = |error: calamine::Error| unreadable(file, mapping, error.to_string());
    let mut workbook = calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(fail)?;
    let known = workbook.sheet_names();
    let name = match (&mapping.sheet, known.first()) {
        (Some(wanted), _) if known.contains(wanted) => wanted.clone(),
        (Some(wanted), _) => {
            return Err(DatasetError::NoSheet { file: file.to_path_buf(), sheet: wanted.clone(), known });
        }
        (None, Some(first)) => first.clone(),
        (None, None) => return Err(unreadable(file, mapping, "it has no sheet".to_string())),
    };
    let range = workbook.worksheet_range(&name).map_err(fail)?;
    let cell = |data: &Data| match data {
        Data::Int(value) => Cell::Number(*value as f64),
        Data::Float(value) => Cell::Number(*value),
        Data::Empty => Cell::Empty,
        Data::String(words) if words.trim().is_empty() => Cell::Empty,
        Data::String(words) => Cell::Words(words.trim().to_string()),
        // Dates, truth values and error cells are words: a number column will refuse them by name.
        other => Cell::Words(other.to_string()),
    };
    Ok(Sheet { name: Some(name), rows: range.rows().map(|row| row.iter().map(cell).collect()).collect() })
}

fn text(file: &Path, bytes: &[u8], ending: &str, mapping: &Mapping) -> Result<Sheet, DatasetError> {
    let separator = match mapping.separator {
        Some(separator) => {
            u8::try_from(separator).ok().filter(u8::is_ascii).ok_or_else(|| DatasetError::MappingValue {
                file: file.to_path_buf(),
                property: "separator",
                value: separator.to_string(),
                accepted: "one ASCII character, such as `;`".to_string(),
            })?
        }
        None if ending == "tsv" => b'\t',
        None => b',',
    };
    if std::str::from_utf8(bytes).is_err() {
        return Err(unreadable(file, mapping, "it is not UTF-8 text; convert it first".to_string()));
    }
    // The last header row may name the columns; what stands above it is kept as empty rows, so that rows count the same.
    let above = mapping.header_rows.saturating_sub(1);
    let rows = words(bytes, separator, above).map_err(|reason| unreadable(file, mapping, reason))?;
    let cell = |words: String| match words.is_empty() {
        true => Cell::Empty,
        false => number(&words, mapping.decimal_comma).map_or(Cell::Words(words), Cell::Number),
    };
    let below = rows.into_iter().map(|row| row.into_iter().map(cell).collect());
    Ok(Sheet { name: None, rows: std::iter::repeat_n(Vec::new(), above).chain(below).collect() })
}

fn number(words: &str, decimal_comma: bool) -> Option<f64> {
    let plain = if decimal_comma { words.replace(',', ".") } else { words.to_string() };
    plain.parse().ok()
}
