//! The cells of a workbook, read by calamine into rows as long as they are filled.
//!
//! A sheet may hold two cells a million rows and sixteen thousand columns apart; a rectangle around them would not fit
//! into any memory. So the cells of an .xlsx are taken one by one, and what calamine can only give as a rectangle is
//! bounded before it is asked for ([`super::biff`] for .xls; calamine's own limit for .ods).

use super::archive::encrypted;
use crate::error::FormatError;
use crate::format::Format;
use calamine::{Data, DataRef, Ods, OdsError, Reader, Xls, XlsError, Xlsx, XlsxError};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Largest number of filled cells of one sheet: a million rows of twenty columns.
const MOST_CELLS: usize = 20_000_000;

/// What is in a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// Nothing, or blanks.
    Empty,
    /// A number, or the stored result of a formula.
    Number(f64),
    /// A number that is shown as a duration; spreadsheets store days.
    Days(f64),
    /// Words, dates in ISO form included.
    Text(String),
    /// `#DIV/0!` and its kin.
    Error(String),
}

/// A sheet: row `i` of `rows` is row `i + 1` of the sheet; rows end at their last filled cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Grid {
    pub(super) name: String,
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Cell {
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Cell::Empty)
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Cell::Number(_) | Cell::Days(_))
    }

    /// The text of a cell that holds words.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    /// As written, for metadata and messages.
    pub(super) fn shown(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Number(number) | Cell::Days(number) => number.to_string(),
            Cell::Text(text) | Cell::Error(text) => text.clone(),
        }
    }
}

impl Grid {
    fn put(&mut self, row: usize, column: usize, cell: Cell) {
        if cell.is_empty() {
            return;
        }
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Vec::new);
        }
        if let Some(cells) = self.rows.get_mut(row) {
            if cells.len() <= column {
                cells.resize(column + 1, Cell::Empty);
            }
            if let Some(place) = cells.get_mut(column) {
                *place = cell;
            }
        }
    }
}

/// Reads the sheets of a workbook; `wanted` names one, else all. `step` is told how many of how many sheets are done.
pub(super) fn sheets(
    bytes: &[u8],
    format: Format,
    wanted: Option<&str>,
    step: &mut dyn FnMut(u64, u64) -> Result<(), FormatError>,
) -> Result<Vec<Grid>, FormatError> {
    // calamine is well kept but parses hostile bytes; a panic of its own must stay an error of the file.
    let guarded = catch_unwind(AssertUnwindSafe(|| match format {
        Format::Xls => xls(bytes, wanted, step),
        Format::Ods => ods(bytes, wanted, step),
        _ => xlsx(bytes, wanted, step),
    }));
    guarded.unwrap_or_else(|_| {
        Err(unreadable("its inside contradicts itself; open it in a spreadsheet program and save it again"))
    })
}

fn unreadable(reason: &str) -> FormatError {
    FormatError::Workbook { reason: reason.to_owned() }
}

fn damaged(error: &dyn std::fmt::Display) -> FormatError {
    unreadable(&format!("{error}; open it in a spreadsheet program and save it again"))
}

/// The sheets to read, in the order of the workbook.
fn chosen(names: Vec<String>, wanted: Option<&str>) -> Result<Vec<String>, FormatError> {
    let Some(wanted) = wanted else { return Ok(names) };
    if names.iter().any(|name| name == wanted) {
        return Ok(vec![wanted.to_owned()]);
    }
    let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    Err(unreadable(&format!("it has no sheet `{wanted}`; its sheets are {list}")))
}

fn xlsx(
    bytes: &[u8],
    wanted: Option<&str>,
    step: &mut dyn FnMut(u64, u64) -> Result<(), FormatError>,
) -> Result<Vec<Grid>, FormatError> {
    let failed = |error: XlsxError| match error {
        XlsxError::Password => unreadable(&encrypted()),
        other => damaged(&other),
    };
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(failed)?;
    let worksheets: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == calamine::SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect();
    let names = chosen(worksheets, wanted)?;
    let total = names.len() as u64;
    let mut grids = Vec::with_capacity(names.len());
    for (done, name) in names.into_iter().enumerate() {
        step(done as u64, total)?;
        let mut grid = Grid { name: name.clone(), rows: Vec::new() };
        let mut reader = workbook.worksheet_cells_reader(&name).map_err(failed)?;
        let mut filled = 0;
        let mut places = 0;
        while let Some(cell) = reader.next_cell().map_err(failed)? {
            let (row, column) = cell.get_position();
            let value = from_reference(cell.get_value());
            if value.is_empty() {
                continue;
            }
            filled += 1;
            // A row is stored up to its last cell, so places count too, not only what is filled.
            let (row, column) = (row as usize, column as usize);
            let before = grid.rows.get(row).map_or(0, Vec::len);
            places += (column + 1).saturating_sub(before) + (row + 1).saturating_sub(grid.rows.len());
            if filled > MOST_CELLS || places > 4 * MOST_CELLS {
                return Err(too_large(&name));
            }
            if filled % 100_000 == 0 {
                step(done as u64, total)?;
            }
            grid.put(row, column, value);
        }
        grids.push(grid);
    }
    Ok(grids)
}

fn too_large(name: &str) -> FormatError {
    unreadable(&format!(
        "its sheet `{name}` spans more than {MOST_CELLS} cells; delete stray cells far from the table, or export the \
         sheet as csv"
    ))
}

fn xls(
    bytes: &[u8],
    wanted: Option<&str>,
    step: &mut dyn FnMut(u64, u64) -> Result<(), FormatError>,
) -> Result<Vec<Grid>, FormatError> {
    super::biff::check(bytes, MOST_CELLS as u64)?;
    let failed = |error: XlsError| match error {
        XlsError::Password => unreadable(&encrypted()),
        other => damaged(&other),
    };
    let mut workbook: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(failed)?;
    let names = chosen(workbook.sheet_names(), wanted)?;
    rectangles(names, step, |name| workbook.worksheet_range(name).map_err(failed))
}

fn ods(
    bytes: &[u8],
    wanted: Option<&str>,
    step: &mut dyn FnMut(u64, u64) -> Result<(), FormatError>,
) -> Result<Vec<Grid>, FormatError> {
    let failed = |error: OdsError| match error {
        OdsError::Password => unreadable(&encrypted()),
        other => damaged(&other),
    };
    let mut workbook: Ods<_> = Ods::new(Cursor::new(bytes)).map_err(failed)?;
    let names = chosen(workbook.sheet_names(), wanted)?;
    rectangles(names, step, |name| workbook.worksheet_range(name).map_err(failed))
}

/// Grids out of what calamine gives as rectangles.
fn rectangles(
    names: Vec<String>,
    step: &mut dyn FnMut(u64, u64) -> Result<(), FormatError>,
    mut range: impl FnMut(&str) -> Result<calamine::Range<Data>, FormatError>,
) -> Result<Vec<Grid>, FormatError> {
    let total = names.len() as u64;
    let mut grids = Vec::with_capacity(names.len());
    for (done, name) in names.into_iter().enumerate() {
        step(done as u64, total)?;
        let range = range(&name)?;
        let (first_row, first_column) = range.start().unwrap_or((0, 0));
        let mut grid = Grid { name, rows: Vec::new() };
        for (row, column, value) in range.used_cells() {
            grid.put(first_row as usize + row, first_column as usize + column, from_data(value));
        }
        grids.push(grid);
    }
    Ok(grids)
}

fn from_reference(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::SharedString(text) => from_text(text),
        other => from_data(&Data::from(other.clone())),
    }
}

fn from_data(value: &Data) -> Cell {
    match value {
        Data::Empty => Cell::Empty,
        Data::Int(number) => Cell::Number(*number as f64),
        Data::Float(number) => Cell::Number(*number),
        Data::Bool(truth) => Cell::Text(truth.to_string()),
        Data::String(text) | Data::DateTimeIso(text) => from_text(text),
        Data::DurationIso(text) => match days(text) {
            Some(days) => Cell::Days(days),
            None => from_text(text),
        },
        Data::DateTime(moment) if moment.is_duration() => Cell::Days(moment.as_f64()),
        Data::DateTime(moment) => Cell::Text(iso(moment)),
        Data::Error(error) => Cell::Error(error.to_string()),
    }
}

fn from_text(text: &str) -> Cell {
    match text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}') {
        "" => Cell::Empty,
        trimmed => Cell::Text(trimmed.to_owned()),
    }
}

/// A date of a spreadsheet in ISO 8601: `2022-10-17`, `2022-10-17T10:27:02`; a time of day alone as `10:27:02`.
fn iso(moment: &calamine::ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, millisecond) = moment.to_ymd_hms_milli();
    let fraction = if millisecond == 0 { String::new() } else { format!(".{millisecond:03}") };
    let serial = moment.as_f64();
    if (0.0..1.0).contains(&serial) {
        format!("{hour:02}:{minute:02}:{second:02}{fraction}")
    } else if serial.fract() == 0.0 {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}")
    }
}

/// An ISO 8601 duration as OpenDocument writes it (`PT00H01M30S`), in days.
fn days(text: &str) -> Option<f64> {
    let mut rest = text.strip_prefix("PT")?;
    let mut seconds = 0.0;
    for (letter, worth) in [('H', 3600.0), ('M', 60.0), ('S', 1.0)] {
        if let Some((number, after)) = rest.split_once(letter) {
            seconds += fast_float2::parse::<f64, _>(number).ok()? * worth;
            rest = after;
        }
    }
    rest.is_empty().then_some(seconds / 86_400.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{ExcelDateTime, ExcelDateTimeType};

    #[test]
    fn dates_are_words_and_durations_are_days() {
        let date = |serial: f64| iso(&ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, false));
        assert_eq!(date(43_561.0), "2019-04-06");
        assert_eq!(date(44_851.5), "2022-10-17T12:00:00");
        assert_eq!(date(0.25), "06:00:00");
        assert_eq!(days("PT00H01M30S"), Some(90.0 / 86_400.0));
        assert_eq!(days("P1Y"), None);
        assert_eq!(from_text(" \u{a0}"), Cell::Empty);
    }
}
