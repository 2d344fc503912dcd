//! Checks on the columns of every file that was read: what may make its numbers mean something else than they seem to.
//!
//! A doubt says what was seen and where, and nothing is changed because of it. Each check asks for evidence that can be
//! stated in a sentence: a time that goes back, a compliance stiffer than diamond, two columns whose derived columns
//! come in the other order. What is only unusual is no doubt.

mod order;
mod survey;
mod time;

use crate::document::{Column, Document, Doubt, Sheet, StatedUnit, Values};
use kovacs_core::units::{Dimension, parse_quantity};
use survey::Survey;

/// The modulus of diamond in MPa, about the stiffest there is (E = 1.2 TPa; Klein and Cardinale, Diamond Relat. Mater. 2
/// (1993) 918).
const STIFFEST: f64 = 1.2e6;

/// How many quantities of a column of words are looked at.
const QUANTITIES: usize = 10_000;

/// Adds what is in doubt to a document.
pub(crate) fn check(document: &mut Document) {
    for sheet in &mut document.sheets {
        let mut found = Vec::new();
        let survey = survey::columns(sheet);
        time::check(sheet, &mut found);
        order::check(sheet, &survey, &mut found);
        found.extend(empty_cells(sheet, &survey));
        found.extend(ragged(sheet));
        for (index, column) in sheet.columns.iter().enumerate() {
            found.extend(mixed_quantities(column, index));
            found.extend(implausible(column, index));
        }
        // A reader that knows more than the numbers has said it already.
        found.retain(|doubt| {
            !sheet.doubts.iter().any(|known| known.kind == doubt.kind && doubt.kind != "unit-doubtful")
        });
        sheet.doubts.extend(found);
    }
    let across = units_across_sheets(&document.sheets);
    document.doubts.extend(across);
}

/// The name of a column in a message; `index` is from 0.
fn called(column: &Column, index: usize) -> String {
    if column.name.is_empty() { format!("column {}", index + 1) } else { format!("column `{}`", column.name) }
}

/// The numbers of a column.
fn numbers(column: &Column) -> Option<&[f64]> {
    match &column.values {
        Values::Numbers(numbers) => Some(numbers),
        Values::Words(_) => None,
    }
}

/// Cells without a number that have one below them, and columns without any.
fn empty_cells(sheet: &Sheet, survey: &[Survey]) -> Option<Doubt> {
    let mut seen = Vec::new();
    for (index, (column, survey)) in sheet.columns.iter().zip(survey).enumerate() {
        let Some(numbers) = numbers(column).filter(|_| survey.gaps > 0 || survey.top.is_none()) else { continue };
        let last = numbers.iter().rposition(|value| value.is_finite());
        let Some(last) = last else {
            seen.push(format!("{} has no number at all", called(column, index)));
            continue;
        };
        // Those below the last number are none of this check.
        let count = survey.gaps - (numbers.len() - 1 - last);
        if let Some(first) = survey.first_gap.filter(|_| count > 0) {
            let cells = if count == 1 { "cell" } else { "cells" };
            seen.push(format!(
                "{} has {count} {cells} without a number, the first in row {}",
                called(column, index),
                first + 1
            ));
        }
    }
    (!seen.is_empty())
        .then(|| Doubt { kind: "not-a-number-cells", text: format!("{}; they count as missing", seen.join("; ")) })
}

/// Columns that end before the others.
fn ragged(sheet: &Sheet) -> Option<Doubt> {
    let rows = sheet.rows();
    let ends = sheet.columns.iter().enumerate().filter_map(|(index, column)| {
        let filled = numbers(column)?.iter().rposition(|value| !value.is_nan())? + 1;
        (filled < rows).then(|| format!("{} after {filled}", called(column, index)))
    });
    let ends: Vec<String> = ends.collect();
    (!ends.is_empty()).then(|| Doubt {
        kind: "ragged-rows",
        text: format!("columns end before the last of {rows} rows: {}; is each a curve of its own?", ends.join(", ")),
    })
}

/// A column of words whose words are quantities in different units: `5 min` and `300 s`.
fn mixed_quantities(column: &Column, index: usize) -> Option<Doubt> {
    let Values::Words(words) = &column.values else { return None };
    let mut units: Vec<(&'static str, usize)> = Vec::new();
    for (row, word) in words.iter().take(QUANTITIES).enumerate() {
        if word.parse::<f64>().is_ok() {
            continue;
        }
        if let Ok((_, unit)) = parse_quantity(word)
            && !units.iter().any(|(code, _)| *code == unit.code())
        {
            units.push((unit.code(), row + 1));
        }
    }
    (units.len() > 1).then(|| {
        let units = units.iter().map(|(code, row)| format!("`{code}` in row {row}")).collect::<Vec<_>>().join(", ");
        let text = format!(
            "{} has its units in the cells, and they differ: {units}; write numbers in one unit, with the unit in the \
             heading",
            called(column, index)
        );
        Doubt { kind: "mixed-units", text }
    })
}

/// The same column in different units on different sheets.
fn units_across_sheets(sheets: &[Sheet]) -> Vec<Doubt> {
    let mut first: Vec<(&str, &StatedUnit, &str)> = Vec::new();
    let mut told: Vec<&str> = Vec::new();
    let mut doubts = Vec::new();
    for sheet in sheets {
        for column in sheet.columns.iter().filter(|column| !column.name.is_empty()) {
            let StatedUnit::Known(unit) = &column.unit else { continue };
            match first.iter().find(|(name, ..)| *name == column.name) {
                None => first.push((&column.name, &column.unit, &sheet.name)),
                Some((_, StatedUnit::Known(other), elsewhere))
                    if other != unit && !told.contains(&column.name.as_str()) =>
                {
                    told.push(&column.name);
                    let text = format!(
                        "column `{}` is in {} in `{elsewhere}` and in {} in `{}`; each is read in its own unit",
                        column.name,
                        other.code(),
                        unit.code(),
                        sheet.name
                    );
                    doubts.push(Doubt { kind: "mixed-units", text });
                }
                Some(_) => {}
            }
        }
    }
    doubts
}

/// Values that no material or thermometer has in the unit that the file states.
fn implausible(column: &Column, index: usize) -> Option<Doubt> {
    let StatedUnit::Known(unit) = column.unit else { return None };
    let name = column.name.to_lowercase();
    let is_modulus = name.contains("modul") || name.starts_with('e') && name.len() <= 2;
    match unit.dimension() {
        Dimension::Compliance | Dimension::Temperature => {}
        Dimension::Stress if is_modulus => {}
        // A column of a million rows is not looked through for nothing.
        _ => return None,
    }
    let logarithmic = name.starts_with("log");
    let (plain, power) = (|value: f64| unit.to_internal(value), |value: f64| unit.to_internal(10_f64.powf(value)));
    let value: &dyn Fn(f64) -> f64 = if logarithmic { &power } else { &plain };
    let (row, inside) = numbers(column)?.iter().enumerate().find_map(|(row, &number)| {
        let inside = value(number);
        let wrong = match unit.dimension() {
            Dimension::Compliance => inside > 0.0 && inside < 1.0 / STIFFEST,
            Dimension::Stress => inside > STIFFEST,
            Dimension::Temperature => inside < 0.0,
            _ => false,
        };
        wrong.then_some((row + 1, inside))
    })?;
    let seen = match unit.dimension() {
        Dimension::Compliance => {
            format!("is the compliance of a modulus of {:.3e} GPa, stiffer than diamond", 1e-3 / inside)
        }
        Dimension::Stress => format!("is a modulus of {:.3e} GPa, stiffer than diamond", 1e-3 * inside),
        _ => "lies below the absolute zero".to_owned(),
    };
    let text = format!(
        "{} states `{}`, but in this unit row {row} {seen}; check the unit in the source (1/Pa and 1/MPa, Pa and MPa are \
         often confused)",
        called(column, index),
        unit.code()
    );
    Some(Doubt { kind: "unit-doubtful", text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Format;
    use kovacs_core::units::parse_unit;

    /// A sheet of columns of numbers, `name [unit]` or a bare name.
    pub(super) fn sheet(columns: &[(&str, &[f64])]) -> Sheet {
        let columns = columns.iter().map(|(heading, numbers)| {
            let (name, unit) = match heading.split_once(" [") {
                Some((name, unit)) => (name, StatedUnit::Known(parse_unit(unit.trim_end_matches(']')).unwrap())),
                None => (*heading, StatedUnit::Missing),
            };
            Column { name: name.to_owned(), unit, values: Values::Numbers(numbers.to_vec()) }
        });
        Sheet { name: "A".into(), metadata: vec![], columns: columns.collect(), first_line: 1, doubts: vec![] }
    }

    /// The doubts about sheets.
    pub(super) fn doubts(sheets: Vec<Sheet>) -> Vec<(&'static str, String)> {
        let mut document =
            Document { format: Format::Delimited, encoding: None, metadata: vec![], sheets, doubts: vec![] };
        check(&mut document);
        let Document { sheets, doubts, .. } = document;
        sheets.into_iter().flat_map(|sheet| sheet.doubts).chain(doubts).map(|doubt| (doubt.kind, doubt.text)).collect()
    }

    #[test]
    fn a_clean_table_has_no_doubts() {
        let table =
            sheet(&[("time [s]", &[1.0, 2.0, 3.0]), ("stress [MPa]", &[9.0, 8.0, 7.5]), ("T [Cel]", &[45.0; 3])]);
        assert_eq!(doubts(vec![table]), []);
    }

    #[test]
    fn empty_cells_and_short_columns_are_named() {
        let nan = f64::NAN;
        let found =
            doubts(vec![sheet(&[("t [s]", &[1.0, 2.0, 3.0]), ("a", &[nan, 1.0, 2.0]), ("b", &[1.0, nan, nan])])]);
        assert_eq!(found[0].0, "not-a-number-cells");
        assert!(found[0].1.contains("column `a` has 1 cell without a number, the first in row 1"), "{found:?}");
        assert_eq!(found[1].0, "ragged-rows");
        assert!(found[1].1.contains("column `b` after 1"), "{found:?}");
    }

    #[test]
    fn a_compliance_stiffer_than_diamond_is_doubted() {
        // log10 J = -9.8 of an epoxy is 6.3 GPa in 1/Pa, and 6.3e6 GPa in 1/MPa.
        let found = doubts(vec![sheet(&[("log10 J [1/MPa]", &[-9.8, -9.7])])]);
        assert!(found[0].0 == "unit-doubtful" && found[0].1.contains("6.310e6 GPa"), "{found:?}");
        assert_eq!(doubts(vec![sheet(&[("log10 J [1/Pa]", &[-9.8, -9.7])])]), []);
        assert_eq!(doubts(vec![sheet(&[("J [1/Pa]", &[1.6e-10])])]), []);
        assert_eq!(doubts(vec![sheet(&[("J [1/MPa]", &[1.6e-10])])])[0].0, "unit-doubtful");
        assert_eq!(doubts(vec![sheet(&[("T [Cel]", &[20.0, -300.0])])])[0].0, "unit-doubtful");
    }

    #[test]
    fn units_that_differ_are_named() {
        let found = doubts(vec![sheet(&[("Stress [MPa]", &[1.0])]), sheet(&[("Stress [Pa]", &[1.0])])]);
        assert!(found[0].0 == "mixed-units" && found[0].1.contains("in MPa in `A` and in Pa"), "{found:?}");
        let words = Values::Words(vec!["5 min".into(), "300 s".into(), "6 min".into()]);
        let mut table = sheet(&[]);
        table.columns.push(Column { name: "time".into(), unit: StatedUnit::Missing, values: words });
        let found = doubts(vec![table]);
        assert!(found[0].0 == "mixed-units" && found[0].1.contains("`min` in row 1, `s` in row 2"), "{found:?}");
    }
}
