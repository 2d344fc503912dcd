//! Where the tables of a sheet lie: which rows are numbers, which are headings, and which are neither.
//!
//! People put a title, a few settings, names, units, and then numbers; or nothing but numbers; or several tables under
//! each other. What can be told from the cells is told here: a table is a run of rows that have numbers in the same
//! columns; its headings are the words right above them.

use super::cells::Cell;
use crate::heading;
use std::collections::BTreeSet;

/// Number of rows above a table that can name its columns: groups, names, units.
const MOST_HEADING_ROWS: usize = 3;

/// The rows of one table, as indices from 0.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TableRows {
    /// Rows between the table before and this one, headings included.
    pub(super) above: std::ops::Range<usize>,
    /// Rows of numbers.
    pub(super) data: Vec<usize>,
    /// Rows of words between or after the numbers.
    pub(super) words: Vec<usize>,
}

/// The heading rows of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Headings {
    pub(super) groups: Option<usize>,
    pub(super) names: Option<usize>,
    pub(super) units: Option<usize>,
}

/// Every table of a sheet. With `heading_rows` given there is one, and that many filled rows are above its numbers.
pub(super) fn tables(rows: &[Vec<Cell>], heading_rows: Option<usize>) -> Vec<TableRows> {
    if let Some(count) = heading_rows {
        let filled: Vec<usize> = (0..rows.len()).filter(|&row| !is_empty(rows, row)).collect();
        let (_, data) = filled.split_at(count.min(filled.len()));
        let Some(&first) = data.first() else { return Vec::new() };
        let (data, words) = data.iter().partition(|&&row| !numeric(rows, row).is_empty());
        return vec![TableRows { above: 0..first, data, words }];
    }
    let mut found: Vec<TableRows> = Vec::new();
    let mut from = 0;
    while let Some(first) = (from..rows.len()).find(|&row| begins(rows, row)) {
        let table = run(rows, from, first);
        from = table.data.iter().chain(&table.words).max().map_or(first + 1, |last| last + 1);
        found.push(table);
    }
    // Settings (`Temperature | 45`) look like a table of one column of numbers; they belong to the table below them.
    let mut kept: Vec<TableRows> = Vec::new();
    let mut settings_from = None;
    let last = found.len().saturating_sub(1);
    for (index, mut table) in found.into_iter().enumerate() {
        if index < last && is_settings(rows, &table) {
            settings_from.get_or_insert(table.above.start);
            continue;
        }
        if let Some(start) = settings_from.take() {
            table.above.start = start;
        }
        kept.push(table);
    }
    kept
}

/// Whether a row can be the first of a table: it has a number, and does not name the columns of the row below it, which
/// it can do with numbers too (`t | 45 | 50 | 60`, temperatures as names).
fn begins(rows: &[Vec<Cell>], row: usize) -> bool {
    if numeric(rows, row).is_empty() {
        return false;
    }
    let Some(next) = next_filled(rows, row + 1) else { return true };
    let below = numeric(rows, next);
    let first_is_named = below.first().is_some_and(|column| text(rows, row).contains(column));
    !(first_is_named || text_over(rows, row, &below))
}

/// Whether words of a row stand over most of these columns of numbers: then it names them.
fn text_over(rows: &[Vec<Cell>], row: usize, below: &BTreeSet<usize>) -> bool {
    let words = text(rows, row).intersection(below).count();
    words > 0 && 2 * words >= below.len()
}

/// The table that begins at `first`; what lies between `from` and it is above the table.
fn run(rows: &[Vec<Cell>], from: usize, first: usize) -> TableRows {
    let mut columns = numeric(rows, first);
    let mut table = TableRows { above: from..first, data: vec![first], words: Vec::new() };
    let mut pending = Vec::new();
    for row in first + 1..rows.len() {
        if is_empty(rows, row) {
            continue;
        }
        let numbers = numeric(rows, row);
        let heads = numbers.is_disjoint(&columns) && text_over(rows, row, &columns) && begins_below(rows, row);
        if heads {
            break;
        }
        let cells = rows.get(row).map(Vec::as_slice).unwrap_or_default();
        let errors = columns.iter().any(|&column| matches!(cells.get(column), Some(Cell::Error(_))));
        if !numbers.is_disjoint(&columns) || errors {
            // A second table may begin with settings: words with one number beside them do not join a wide table.
            table.words.append(&mut pending);
            table.data.push(row);
            columns.extend(numbers);
        } else {
            pending.push(row);
        }
    }
    // Words after the last number belong to the table if nothing follows, else to the next one.
    let next_table = pending.iter().any(|&row| !numeric(rows, row).is_empty()) || {
        let after = table.data.last().map_or(first, |last| last + 1);
        (after..rows.len()).any(|row| !numeric(rows, row).is_empty())
    };
    if !next_table {
        table.words.append(&mut pending);
    }
    table
}

/// Whether the rows right below a row of words are numbers, units between them allowed.
fn begins_below(rows: &[Vec<Cell>], row: usize) -> bool {
    let mut at = row + 1;
    for _ in 0..MOST_HEADING_ROWS {
        match next_filled(rows, at) {
            Some(next) if numeric(rows, next).is_empty() => at = next + 1,
            Some(next) => return begins(rows, next),
            None => return false,
        }
    }
    false
}

fn is_settings(rows: &[Vec<Cell>], table: &TableRows) -> bool {
    let columns: BTreeSet<usize> = table.data.iter().flat_map(|&row| numeric(rows, row)).collect();
    let keyed = |&row: &usize| {
        rows.get(row)
            .and_then(|cells| cells.iter().find(|cell| !cell.is_empty()))
            .is_some_and(|cell| cell.text().is_some())
    };
    columns.len() == 1 && table.data.iter().all(keyed)
}

/// Which of the rows above a table name its columns.
pub(super) fn headings(rows: &[Vec<Cell>], table: &TableRows, columns: &BTreeSet<usize>) -> Headings {
    let mut above: Vec<usize> = table.above.clone().filter(|&row| !is_empty(rows, row)).collect();
    above.reverse();
    let covers = |row: usize| {
        let filled = columns.iter().filter(|&&column| cell(rows, row, column).is_some_and(|cell| !cell.is_empty()));
        2 * filled.count() >= columns.len().max(1)
    };
    let units_only = |row: usize| {
        let cells: Vec<&str> = rows.get(row).into_iter().flatten().filter_map(Cell::text).collect();
        // Instruments have units that no table knows (`Pa.s`) beside those that it does.
        let units = cells.iter().filter(|text| heading::is_unit(text)).count();
        let mostly = units > 0 && 2 * units >= cells.len();
        numeric(rows, row).is_empty() && (mostly || heading::is_unit_row(cells.into_iter()))
    };
    let mut found = Headings::default();
    let mut above = above.into_iter().peekable();
    let Some(&nearest) = above.peek() else { return found };
    let mut rest = above.clone().skip(1);
    if units_only(nearest) && rest.next().is_some_and(|row| covers(row) && !units_only(row)) {
        found.units = Some(nearest);
        above.next();
    }
    match above.peek() {
        Some(&row) if covers(row) => {
            found.names = Some(row);
            above.next();
        }
        _ => return found,
    }
    if let (Some(&row), Some(names)) = (above.peek(), found.names)
        && repeats(rows, row, names, columns)
    {
        found.groups = Some(row);
    }
    found
}

/// Whether the cells of a row stand over equal names: `0.2 %` over one `Time`, `0.3 %` over the next.
fn repeats(rows: &[Vec<Cell>], row: usize, names: usize, columns: &BTreeSet<usize>) -> bool {
    let starts: Vec<usize> = text(rows, row).into_iter().chain(numeric(rows, row)).collect();
    let named = |column: usize| columns.contains(&column).then(|| cell(rows, names, column).map(Cell::shown)).flatten();
    let heads: Vec<String> = starts.iter().filter_map(|&column| named(column)).collect();
    heads.len() >= 2 && heads.len() == starts.len() && heads.windows(2).all(|pair| pair.first() == pair.last())
}

/// The cell of a group row that stands over a column: the last filled one at or left of it.
pub(super) fn group_of(rows: &[Vec<Cell>], row: usize, column: usize) -> Option<String> {
    let cells = rows.get(row)?;
    cells.iter().take(column + 1).rev().find(|cell| !cell.is_empty()).map(Cell::shown)
}

pub(super) fn cell(rows: &[Vec<Cell>], row: usize, column: usize) -> Option<&Cell> {
    rows.get(row).and_then(|cells| cells.get(column))
}

/// Columns in which a row has numbers.
pub(super) fn numeric(rows: &[Vec<Cell>], row: usize) -> BTreeSet<usize> {
    places(rows, row, Cell::is_number)
}

fn text(rows: &[Vec<Cell>], row: usize) -> BTreeSet<usize> {
    places(rows, row, |cell| cell.text().is_some())
}

fn places(rows: &[Vec<Cell>], row: usize, wanted: impl Fn(&Cell) -> bool) -> BTreeSet<usize> {
    let cells = rows.get(row).map(Vec::as_slice).unwrap_or_default();
    cells.iter().enumerate().filter(|(_, cell)| wanted(cell)).map(|(column, _)| column).collect()
}

fn is_empty(rows: &[Vec<Cell>], row: usize) -> bool {
    rows.get(row).is_none_or(|cells| cells.iter().all(Cell::is_empty))
}

fn next_filled(rows: &[Vec<Cell>], from: usize) -> Option<usize> {
    (from..rows.len()).find(|&row| !is_empty(rows, row))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sheet as csv: numbers, words, `!` for an error cell.
    fn grid(text: &str) -> Vec<Vec<Cell>> {
        let cell = |cell: &str| match (cell, cell.parse::<f64>()) {
            ("", _) => Cell::Empty,
            ("!", _) => Cell::Error("#DIV/0!".to_owned()),
            (_, Ok(number)) => Cell::Number(number),
            (text, _) => Cell::Text(text.to_owned()),
        };
        text.lines().map(|line| line.split(',').map(cell).collect()).collect()
    }

    /// The tables of a sheet: first and last row of numbers from 1, and the rows of groups, names and units from 1.
    fn check(text: &str, expected: &[(usize, usize, [usize; 3])]) {
        let rows = grid(text);
        let found: Vec<_> = tables(&rows, None)
            .iter()
            .map(|table| {
                let columns = table.data.iter().flat_map(|&row| numeric(&rows, row)).collect();
                let headings = headings(&rows, table, &columns);
                let number = |row: Option<usize>| row.map_or(0, |row| row + 1);
                let (first, last) = (table.data[0] + 1, table.data[table.data.len() - 1] + 1);
                (first, last, [number(headings.groups), number(headings.names), number(headings.units)])
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn tables_with_and_without_headings() {
        check("1,2\n2,3\n", &[(1, 2, [0, 0, 0])]);
        check("time,stress\n1,2\n2,3\n", &[(2, 3, [0, 1, 0])]);
        check("time,stress\ns,MPa\n1,2\n2,3\n", &[(3, 4, [0, 1, 2])]);
        // One letter may be a unit or a name: below names it is a unit, alone it is a name.
        check("t,T\ns,K\n1,2\n", &[(3, 3, [0, 1, 2])]);
        check("t,T\n1,2\n", &[(2, 2, [0, 1, 0])]);
        check(",,\n,,\n,time (s),stress (MPa)\n,1,2\n,2,3\n", &[(4, 5, [0, 3, 0])]);
    }

    #[test]
    fn titles_settings_and_groups_are_no_names() {
        check("Relaxation of PVC\n\ntime,stress\n1,2\n2,3\n", &[(4, 5, [0, 3, 0])]);
        check("Temperature,45\nStrain,0.5\n\ntime,stress\n1,2\n2,3\n", &[(5, 6, [0, 4, 0])]);
        check("0.2 %,,0.3 %,\ntime,stress,time,stress\ns,MPa,s,MPa\n1,2,1,2\n2,3,,\n", &[(4, 5, [1, 2, 3])]);
        // Temperatures as names.
        check("t,45,50,60\n1,2,3,4\n2,3,4,5\n", &[(2, 3, [0, 1, 0])]);
    }

    #[test]
    fn several_tables_footers_and_error_cells() {
        check("a,b\n1,2\n2,3\n\nc,d\n1,2\n2,3\n", &[(2, 3, [0, 1, 0]), (6, 7, [0, 5, 0])]);
        check("a,b\n1,2\n\n2,3\nmeasured on Monday\n", &[(2, 4, [0, 1, 0])]);
        check("a,b\n1,2\n!,3\n!,!\n4,5\n", &[(2, 5, [0, 1, 0])]);
        check("words,only\nno,numbers\n", &[]);
        check("", &[]);
    }
}
