//! Columns that may have changed places, shown by columns that are derived from them.
//!
//! A stress is a force over an area and a shear strain is a displacement over a thickness, so a table that has all four
//! has two pairs of columns with a constant ratio. When force and displacement have changed places, the ratios are still
//! there, but they tie a force to a strain, or, where nothing is named, they cross.

use super::survey::{BLOCK, Survey};
use super::{called, numbers};
use crate::document::{Column, Doubt, Sheet, StatedUnit};
use kovacs_core::units::Dimension;

/// Relative error of a ratio that still counts as constant: derived columns are computed from the printed ones.
const CONSTANT: f64 = 1e-6;
/// Least number of rows that show a ratio.
const LEAST_ROWS: usize = 10;
/// Tables with more columns are not tables of force, displacement, stress and strain.
const MOST_COLUMNS: usize = 12;

/// `derived` is `factor` times `source`; indices from 0.
struct Ratio {
    source: usize,
    derived: usize,
    factor: f64,
}

pub(super) fn check(sheet: &Sheet, survey: &[Survey], found: &mut Vec<Doubt>) {
    let columns = &sheet.columns;
    if columns.len() > MOST_COLUMNS {
        return;
    }
    let mut ratios: Vec<Ratio> = Vec::new();
    for derived in 1..columns.len() {
        for source in 0..derived {
            let (Some(a), Some(b)) = (columns.get(source).and_then(numbers), columns.get(derived).and_then(numbers))
            else {
                continue;
            };
            let Some(row) = survey.get(source).and_then(|survey| survey.top) else { continue };
            ratios.extend(constant_ratio(a, b, row).map(|factor| Ratio { source, derived, factor }));
        }
    }
    let doubt = if columns.iter().all(|column| column.name.is_empty()) {
        crossed(&ratios)
    } else {
        contradicted(&ratios, columns)
    };
    found.extend(doubt);
}

/// The factor between two columns, if it is the same in every row and the columns are not constant. `top` is the row of
/// the largest value of the first; where the second has none there, no factor is claimed.
fn constant_ratio(source: &[f64], derived: &[f64], top: usize) -> Option<f64> {
    let (&first, &second) = (source.get(top)?, derived.get(top)?);
    let factor = second / first;
    if !factor.is_finite() || factor == 0.0 {
        return None;
    }
    let bound = CONSTANT * second.abs();
    let both = |a: f64, b: f64| a.is_finite() & b.is_finite();
    // Block by block without a branch for each row: columns may have millions of rows.
    let blocks = source.chunks(BLOCK).zip(derived.chunks(BLOCK));
    let mut constant = blocks.map(|(a, b)| {
        a.iter().zip(b).fold(true, |all, (&a, &b)| all & (!both(a, b) | ((a * factor - b).abs() <= bound)))
    });
    if !constant.all(|all| all) {
        return None;
    }
    let mut pairs = source.iter().zip(derived).filter(|(a, b)| both(**a, **b));
    let rows = pairs.clone().filter(|(a, _)| **a != 0.0).take(LEAST_ROWS).count();
    let varies = pairs.any(|(a, _)| (a - first).abs() > 1e-3 * first.abs());
    (varies && rows >= LEAST_ROWS).then_some(factor)
}

/// Two pairs that cross: the first of two columns yields the second of two derived ones.
fn crossed(ratios: &[Ratio]) -> Option<Doubt> {
    let [a, b] = ratios else { return None };
    let (a, b) = if a.source < b.source { (a, b) } else { (b, a) };
    let apart = b.source < a.derived.min(b.derived) && a.source != b.source;
    (apart && a.derived > b.derived).then(|| {
        let text = format!(
            "column {} is {:.6} times column {}, and column {} is {:.6} times column {}: the derived columns come in the \
             other order than the two they are derived from, so columns {} and {} may have changed places; compare with \
             other files of the series; nothing was exchanged",
            b.derived + 1,
            b.factor,
            b.source + 1,
            a.derived + 1,
            a.factor,
            a.source + 1,
            a.source + 1,
            b.source + 1
        );
        Doubt { kind: "columns-swapped", text }
    })
}

/// Named columns of which a force yields a strain and a displacement yields a stress.
fn contradicted(ratios: &[Ratio], columns: &[Column]) -> Option<Doubt> {
    let dimension = |index: usize| match columns.get(index)?.unit {
        StatedUnit::Known(unit) => Some(unit.dimension()),
        _ => None,
    };
    let between = |from: Dimension, to: Dimension| {
        ratios.iter().find(|ratio| {
            let pair = (dimension(ratio.source), dimension(ratio.derived));
            pair == (Some(from), Some(to)) || pair == (Some(to), Some(from))
        })
    };
    let force = between(Dimension::Force, Dimension::Dimensionless)?;
    let length = between(Dimension::Length, Dimension::Stress)?;
    let name = |index: usize| columns.get(index).map(|column| called(column, index)).unwrap_or_default();
    let text = format!(
        "{} and {} have a constant ratio ({:.6}), and so have {} and {} ({:.6}): a force does not yield a strain nor a \
         length a stress, so force and length may have changed places; nothing was exchanged",
        name(force.source),
        name(force.derived),
        force.factor,
        name(length.source),
        name(length.derived),
        length.factor
    );
    Some(Doubt { kind: "columns-swapped", text })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{doubts, sheet};

    /// Time, force, displacement, stress = 10 force, strain = displacement / 0.13.
    fn columns() -> [Vec<f64>; 5] {
        let rows = || (0..20).map(f64::from);
        let force = |t: f64| (0.3 * t).sin() + 0.1;
        let displacement = |t: f64| 0.01 * t * t;
        [
            rows().collect(),
            rows().map(force).collect(),
            rows().map(displacement).collect(),
            rows().map(|t| 10.0 * force(t)).collect(),
            rows().map(|t| displacement(t) / 0.13).collect(),
        ]
    }

    #[test]
    fn columns_without_names_cross_when_two_have_changed_places() {
        let [time, force, displacement, stress, strain] = columns();
        let right = sheet(&[("", &time), ("", &force), ("", &displacement), ("", &stress), ("", &strain)]);
        assert_eq!(doubts(vec![right]), []);
        let swapped = sheet(&[("", &time), ("", &displacement), ("", &force), ("", &stress), ("", &strain)]);
        let found = doubts(vec![swapped]);
        assert_eq!(found[0].0, "columns-swapped");
        assert!(found[0].1.contains("columns 2 and 3 may have changed places"), "{found:?}");
    }

    #[test]
    fn stated_units_contradict_ratios() {
        let [time, force, displacement, stress, strain] = columns();
        let table = |first: &[f64], second: &[f64]| {
            let names = ["t [s]", "force [N]", "displacement [mm]", "stress [kPa]", "strain [1]"];
            let columns = [time.as_slice(), first, second, &stress, &strain];
            sheet(&names.into_iter().zip(columns).collect::<Vec<_>>())
        };
        assert_eq!(doubts(vec![table(&force, &displacement)]), []);
        let found = doubts(vec![table(&displacement, &force)]);
        assert!(found[0].0 == "columns-swapped" && found[0].1.contains("a force does not yield a strain"), "{found:?}");
    }
}
