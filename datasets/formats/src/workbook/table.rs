//! A table of a sheet as columns: names, units, numbers, and what in it is no number.

use super::cells::{Cell, Grid};
use super::layout::{self, Headings, TableRows};
use super::pair;
use crate::document::{Column, Doubt, Sheet, StatedUnit, Values};
use crate::heading;
use crate::options::ReadOptions;
use kovacs_core::units::parse_unit;
use std::collections::BTreeSet;

/// How many cells a doubt names; it counts them all.
const NAMED_CELLS: usize = 3;

/// The tables of a sheet; none where it has no numbers.
pub(super) fn sheets(grid: &Grid, options: &ReadOptions<'_>) -> Vec<Sheet> {
    let tables = layout::tables(&grid.rows, options.header_rows);
    let several = tables.len() > 1;
    let sheets = tables.iter().filter_map(|table| {
        let mut sheet = sheet(grid, table, options)?;
        if several {
            let last = table.data.last().map_or(sheet.first_line, |row| row + 1);
            sheet.name = format!("{}, rows {} to {last}", grid.name, sheet.first_line);
        }
        Some(sheet)
    });
    sheets.collect()
}

fn sheet(grid: &Grid, table: &TableRows, options: &ReadOptions<'_>) -> Option<Sheet> {
    let rows = &grid.rows;
    let first = *table.data.first()?;
    let mut columns: BTreeSet<usize> = BTreeSet::new();
    for &row in &table.data {
        let cells = rows.get(row)?;
        columns.extend(cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).map(|(column, _)| column));
    }
    let headings = match options.header_rows {
        Some(count) => stated_headings(rows, table, count),
        None => layout::headings(rows, table, &columns),
    };
    // A column may be named and have no cell: it stays, since somebody meant it to be there.
    if let Some(cells) = headings.names.and_then(|row| rows.get(row)) {
        columns.extend(cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).map(|(column, _)| column));
    }
    let mut doubts = Vec::new();
    let mut found = Vec::with_capacity(columns.len());
    let mut odd = Vec::new();
    for &column in &columns {
        let (name, unit) = name_and_unit(rows, &headings, column);
        let cells =
            || table.data.iter().map(move |&row| (row, layout::cell(rows, row, column).unwrap_or(&Cell::Empty)));
        let (values, days) = values(cells(), options, column, &mut odd);
        found.push(Column { unit: duration_unit(&name, unit, days, &mut doubts), name, values });
    }
    if !odd.is_empty() {
        doubts.push(not_numbers(&odd));
    }
    if !table.words.is_empty() {
        doubts.push(words_left_out(rows, &table.words));
    }
    let used = [headings.groups, headings.names, headings.units];
    let metadata = table.above.clone().filter(|&row| !used.contains(&Some(row)));
    let metadata = metadata.filter_map(|row| pair(rows.get(row)?)).map(|(key, value)| match value.is_empty() {
        true => ("title".to_owned(), key),
        false => (key, value),
    });
    Some(Sheet { name: grid.name.clone(), metadata: metadata.collect(), columns: found, first_line: first + 1, doubts })
}

/// The heading rows when their number was given: the last is the units if it holds nothing else.
fn stated_headings(rows: &[Vec<Cell>], table: &TableRows, count: usize) -> Headings {
    let filled = |&row: &usize| rows.get(row).is_some_and(|cells| cells.iter().any(|cell| !cell.is_empty()));
    let mut above: Vec<usize> = table.above.clone().filter(filled).collect();
    let above = above.split_off(above.len().saturating_sub(count));
    let units_only = |row: usize| {
        let cells: Vec<&str> = rows.get(row).into_iter().flatten().filter_map(Cell::text).collect();
        heading::is_unit_row(cells.into_iter())
    };
    match above.as_slice() {
        [] => Headings::default(),
        [.., names, units] if units_only(*units) => Headings { groups: None, names: Some(*names), units: Some(*units) },
        [.., names] => Headings { groups: None, names: Some(*names), units: None },
    }
}

fn name_and_unit(rows: &[Vec<Cell>], headings: &Headings, column: usize) -> (String, StatedUnit) {
    let text = |row: Option<usize>| row.and_then(|row| layout::cell(rows, row, column)).map(Cell::shown);
    let (mut name, mut unit) = match text(headings.names) {
        Some(written) => heading::split(&written),
        None => (String::new(), StatedUnit::Missing),
    };
    if let Some(below) = text(headings.units).filter(|below| !below.is_empty()) {
        unit = heading::unit(&below);
    }
    if let Some(group) = headings.groups.and_then(|row| layout::group_of(rows, row, column)) {
        name = format!("{group}: {name}");
    }
    (name, unit)
}

/// A cell that is no number in a column of numbers: row, column, what it says.
struct OddCell {
    row: usize,
    column: usize,
    text: String,
}

/// The cells of one column, and whether they are durations in days.
fn values<'a>(
    cells: impl Iterator<Item = (usize, &'a Cell)> + Clone,
    options: &ReadOptions<'_>,
    column: usize,
    odd: &mut Vec<OddCell>,
) -> (Values, bool) {
    let number = |cell: &Cell| match cell {
        Cell::Number(number) | Cell::Days(number) => Some(*number),
        Cell::Text(text) if options.decimal_comma == Some(true) => fast_float2::parse(text.replace(',', ".")).ok(),
        Cell::Text(text) => fast_float2::parse(text).ok(),
        Cell::Empty | Cell::Error(_) => None,
    };
    let numbers = cells.clone().filter(|(_, cell)| number(cell).is_some()).count();
    let words = cells.clone().filter(|(_, cell)| cell.text().is_some() && number(cell).is_none()).count();
    if words > numbers {
        return (Values::Words(cells.map(|(_, cell)| cell.shown()).collect()), false);
    }
    let days = cells.clone().any(|(_, cell)| matches!(cell, Cell::Days(_)));
    let numbers = cells.map(|(row, cell)| {
        number(cell).unwrap_or_else(|| {
            if !cell.is_empty() {
                odd.push(OddCell { row, column, text: cell.shown() });
            }
            f64::NAN
        })
    });
    (Values::Numbers(numbers.collect()), days)
}

/// Spreadsheets store durations in days, whatever a heading says of what is shown.
fn duration_unit(name: &str, stated: StatedUnit, days: bool, doubts: &mut Vec<Doubt>) -> StatedUnit {
    let Some(day) = parse_unit("d").ok().filter(|_| days) else { return stated };
    if stated != StatedUnit::Missing && stated != StatedUnit::Known(day) {
        let text = format!(
            "column `{name}` holds cells that are shown as durations, which a spreadsheet stores in days, though its \
             heading states another unit; they are taken as days"
        );
        doubts.push(Doubt { kind: "unit-doubtful", text });
    }
    StatedUnit::Known(day)
}

fn not_numbers(odd: &[OddCell]) -> Doubt {
    let named: Vec<String> = odd
        .iter()
        .take(NAMED_CELLS)
        .map(|cell| format!("{}{} `{}`", column_letters(cell.column), cell.row + 1, cell.text))
        .collect();
    let more = if odd.len() > NAMED_CELLS { ", ..." } else { "" };
    let text = format!(
        "{} cells in columns of numbers are no numbers and are left empty: {}{more}",
        odd.len(),
        named.join(", ")
    );
    Doubt { kind: "not-a-number-cells", text }
}

fn words_left_out(rows: &[Vec<Cell>], words: &[usize]) -> Doubt {
    let first = words.first().copied().unwrap_or_default();
    let said = rows.get(first).and_then(|row| pair(row)).map(|(key, value)| format!("{key} {value}"));
    let text = format!(
        "{} rows of words in or below the table are left out, the first is row {}: `{}`",
        words.len(),
        first + 1,
        said.unwrap_or_default().trim()
    );
    Doubt { kind: "footer-left-out", text }
}

/// `A`, ..., `Z`, `AA`: as spreadsheets name the columns.
fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let digit = (rest - 1) % 26;
        letters.push(char::from(b'A' + u8::try_from(digit).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}
