//! Rows of cells as text, under names and units that stand apart, as columns.

use crate::document::{Column, Doubt, StatedUnit, Values};
use crate::heading;

/// How many cells a doubt names; it counts them all.
const NAMED_CELLS: usize = 3;

/// A table as an instrument wrote it.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextTable<'a> {
    /// Names of the columns.
    pub(crate) names: Vec<&'a str>,
    /// Units in the order of the names; fewer or none where they are not stated.
    pub(crate) units: Vec<&'a str>,
    /// Line of the file, from 1, and the cells of each row.
    pub(crate) rows: Vec<(usize, Vec<&'a str>)>,
}

/// A number as instruments write it; a comma is its decimal mark where there is no point.
pub(crate) fn number(cell: &str) -> Option<f64> {
    let cell = cell.trim();
    fast_float2::parse(cell).ok().or_else(|| {
        let single = cell.matches(',').count() == 1 && !cell.contains('.');
        if single { fast_float2::parse(cell.replace(',', ".")).ok() } else { None }
    })
}

impl TextTable<'_> {
    /// The columns, and what in them is in doubt. An instrument separates columns by tabs or quotes its cells, so a
    /// comma within a cell is a decimal mark.
    pub(crate) fn columns(&self) -> (Vec<Column>, Vec<Doubt>) {
        let mut doubts = Vec::new();
        let width = self.names.len();
        let too_long: Vec<usize> = self
            .rows
            .iter()
            .filter(|(_, cells)| cells.iter().skip(width).any(|cell| !cell.trim().is_empty()))
            .map(|(line, _)| *line)
            .collect();
        if let Some(first) = too_long.first() {
            let text = format!(
                "{} rows have more cells than the {width} named columns, the first is line {first}; what is beyond \
                 the last name is left out",
                too_long.len()
            );
            doubts.push(Doubt { kind: "ragged-rows", text });
        }
        let mut odd = Vec::new();
        let columns = (0..width).map(|index| self.column(index, &mut odd)).collect();
        if !odd.is_empty() {
            let named = odd.iter().take(NAMED_CELLS).cloned().collect::<Vec<_>>().join(", ");
            let more = if odd.len() > NAMED_CELLS { ", ..." } else { "" };
            let text =
                format!("{} cells in columns of numbers are no numbers and are left empty: {named}{more}", odd.len());
            doubts.push(Doubt { kind: "not-a-number-cells", text });
        }
        (columns, doubts)
    }

    fn column(&self, index: usize, odd: &mut Vec<String>) -> Column {
        let cell = |cells: &[&str]| cells.get(index).map(|cell| cell.trim().to_owned()).unwrap_or_default();
        let filled = self.rows.iter().map(|(_, cells)| cell(cells)).filter(|cell| !cell.is_empty());
        let (numbers, all) =
            filled.fold((0, 0), |(numbers, all), cell| (numbers + usize::from(number(&cell).is_some()), all + 1));
        let written = self.names.get(index).copied().unwrap_or_default().trim();
        let (name, unit) = match self.units.get(index).map(|unit| unit.trim()) {
            Some(unit) if !unit.is_empty() => (written.to_owned(), heading::unit(unit)),
            // The unit row has the last word: where it is empty, brackets in a name (`Tan(delta)`) are no unit.
            Some(_) => (written.to_owned(), StatedUnit::Missing),
            None => heading::split(written),
        };
        let values = if 2 * numbers < all {
            Values::Words(self.rows.iter().map(|(_, cells)| cell(cells)).collect())
        } else {
            let numbers = self.rows.iter().map(|(line, cells)| {
                let cell = cell(cells);
                number(&cell).unwrap_or_else(|| {
                    if !cell.is_empty() {
                        odd.push(format!("line {line}, `{name}`: `{cell}`"));
                    }
                    f64::NAN
                })
            });
            Values::Numbers(numbers.collect())
        };
        Column { name, unit, values }
    }
}
