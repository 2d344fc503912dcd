//! Times: several columns of them, repeated ones, ones that go back, ones below zero, and frequency sweeps in disguise.

use super::{called, numbers};
use crate::document::{Column, Doubt, Sheet, StatedUnit};
use kovacs_core::units::{Dimension, Unit};

/// Least number of points of a sweep, and least number of sweeps, that are evidence.
const LEAST_POINTS: usize = 4;
const LEAST_SWEEPS: usize = 3;
/// How much the ratio of neighbouring times of a sweep may vary, relatively.
const RATIO_SPREAD: f64 = 0.02;

pub(super) fn check(sheet: &Sheet, found: &mut Vec<Doubt>) {
    let columns: Vec<(usize, &Column, &[f64])> = sheet
        .columns
        .iter()
        .enumerate()
        .filter(|(index, column)| is_time(column) || (*index == 0 && is_unnamed_time(column)))
        .filter_map(|(index, column)| Some((index, column, numbers(column)?)))
        .collect();
    found.extend(several(&columns));
    for &(index, column, times) in &columns {
        let sweep = sweep(sheet, times);
        if let Some(rows) = sweep {
            found.push(disguised(column, index, times, rows));
        } else {
            found.extend(goes_back(column, index, times));
        }
        found.extend(repeats(column, index, times));
        found.extend(negative(column, index, times));
    }
}

/// Whether a column is the time of its rows: by its name, and by its unit where one is stated. Waiting times of a protocol
/// and relaxation times of a spectrum are times too, but not of the rows.
fn is_time(column: &Column) -> bool {
    let name = column.name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let of_rows = matches!(name.as_str(), "t" | "t_seg")
        || has(&["time", "zeit", "时间"]) && !has(&["relax", "retard", "wait", "date"]);
    match &column.unit {
        StatedUnit::Known(unit) => of_rows && unit.dimension() == Dimension::Time,
        StatedUnit::Missing => name == "t" || name == "time" || of_rows && name.ends_with(" time"),
        StatedUnit::Unknown(_) => false,
    }
}

/// Whether a first column without name and unit rises like a time: in nine of ten rows.
fn is_unnamed_time(column: &Column) -> bool {
    let Some(numbers) = numbers(column).filter(|numbers| numbers.len() >= 10) else { return false };
    let rising = numbers.windows(2).filter(|pair| matches!(pair, [a, b] if b > a)).count();
    column.name.is_empty() && column.unit == StatedUnit::Missing && 10 * rising >= 9 * (numbers.len() - 1)
}

fn several(columns: &[(usize, &Column, &[f64])]) -> Option<Doubt> {
    let [first, others @ ..] = columns else { return None };
    if others.is_empty() {
        return None;
    }
    let names: Vec<String> = columns.iter().map(|(index, column, _)| called(column, *index)).collect();
    let seconds = |(_, column, times): &(usize, &Column, &[f64])| -> Option<(Unit, Vec<f64>)> {
        match column.unit {
            StatedUnit::Known(unit) => Some((unit, times.iter().map(|&time| unit.to_internal(time)).collect())),
            _ => None,
        }
    };
    // Times that count from different moments differ by a constant; what drifts is the rest.
    let drift = others.iter().filter_map(|other| {
        let ((_, a), (_, b)) = (seconds(first)?, seconds(other)?);
        let differences = a.iter().zip(&b).map(|(a, b)| b - a).filter(|difference| difference.is_finite());
        let (least, most) = differences.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, m), d| (l.min(d), m.max(d)));
        (most >= least).then_some(most - least)
    });
    let drift = drift.fold(0.0, f64::max);
    let text = format!(
        "there are several columns of times: {}; against each other they drift by up to {drift:.1e} s; name the one to \
         use",
        names.join(", ")
    );
    Some(Doubt { kind: "several-time-columns", text })
}

fn repeats(column: &Column, index: usize, times: &[f64]) -> Option<Doubt> {
    let repeated = |pair: &[f64]| matches!(pair, [a, b] if a == b);
    let first = times.windows(2).position(repeated)?;
    let count = times.windows(2).filter(|pair| repeated(pair)).count();
    let text = format!(
        "{} repeats the time of the row before in {count} of {} rows, the first is row {} ({})",
        called(column, index),
        times.len(),
        first + 2,
        times.get(first)?
    );
    Some(Doubt { kind: "time-repeats", text })
}

fn goes_back(column: &Column, index: usize, times: &[f64]) -> Option<Doubt> {
    let back = |pair: &[f64]| matches!(pair, [a, b] if b < a);
    let first = times.windows(2).position(back)?;
    let count = times.windows(2).filter(|pair| back(pair)).count();
    let text = format!(
        "{} goes back in {count} of {} rows, the first is row {} (from {} to {}); does another run or step begin there?",
        called(column, index),
        times.len(),
        first + 2,
        times.get(first)?,
        times.get(first + 1)?
    );
    Some(Doubt { kind: "time-goes-back", text })
}

fn negative(column: &Column, index: usize, times: &[f64]) -> Option<Doubt> {
    let first = times.iter().position(|&time| time < 0.0)?;
    let count = times.iter().filter(|&&time| time < 0.0).count();
    let text = format!(
        "{} is below zero in {count} rows, the first is row {} ({}); instruments mark segments so; nothing was left out",
        called(column, index),
        first + 1,
        times.get(first)?
    );
    Some(Doubt { kind: "negative-time-markers", text })
}

/// The number of rows that are sweeps, if all are: blocks in which the time falls by one ratio, each at another
/// temperature or set. A frequency sweep that was relabelled by t = 1/f looks so; no relaxation runs backwards.
fn sweep(sheet: &Sheet, times: &[f64]) -> Option<usize> {
    let grouped = sheet.columns.iter().any(|column| {
        let by_unit = matches!(column.unit, StatedUnit::Known(unit) if unit.dimension() == Dimension::Temperature);
        by_unit || matches!(column.name.to_lowercase().as_str(), "set" | "temperature" | "temp")
    });
    if !grouped || times.iter().any(|&time| !(time.is_finite() && time > 0.0)) {
        return None;
    }
    let mut sweeps = 0;
    let mut rows = 0;
    for block in times.chunk_by(|a, b| b < a) {
        let ratios = || block.windows(2).filter_map(|pair| Some(pair.last()? / pair.first()?));
        let (least, most) = ratios().fold((f64::INFINITY, 0.0_f64), |(l, m), r| (l.min(r), m.max(r)));
        if block.len() < LEAST_POINTS || most - least > RATIO_SPREAD * most {
            return None;
        }
        sweeps += 1;
        rows += block.len();
    }
    (sweeps >= LEAST_SWEEPS && rows == times.len()).then_some(rows)
}

fn disguised(column: &Column, index: usize, times: &[f64], rows: usize) -> Doubt {
    let (first, last) = times.chunk_by(|a, b| b < a).next().map_or((0.0, 0.0), |block| {
        (block.first().copied().unwrap_or_default(), block.last().copied().unwrap_or_default())
    });
    let text = format!(
        "in {rows} of {rows} rows {} falls by one ratio within each temperature (from {first} to {last}), as t = 1/f of a \
         frequency sweep does; a relaxation never runs backwards: this is a storage modulus over 1/frequency, not a \
         relaxation",
        called(column, index)
    );
    Doubt { kind: "dma-sweep-as-relaxation", text }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{doubts, sheet};

    #[test]
    fn times_that_repeat_or_go_back_name_their_row() {
        let found = doubts(vec![sheet(&[("time [s]", &[0.0, 1.0, 1.0, 2.0, 1.5, 3.0])])]);
        assert_eq!(found[0].0, "time-goes-back");
        assert!(found[0].1.contains("in 1 of 6 rows, the first is row 5 (from 2 to 1.5)"), "{found:?}");
        assert_eq!(found[1].0, "time-repeats");
        assert!(found[1].1.contains("the first is row 3 (1)"), "{found:?}");
        let found = doubts(vec![sheet(&[("Time [min]", &[-1.0, 0.1, 0.2])])]);
        assert_eq!(found[0].0, "negative-time-markers");
    }

    #[test]
    fn several_times_are_named_with_their_drift() {
        let table =
            sheet(&[("Step time [min]", &[0.0, 1.0]), ("Run time [min]", &[2.0, 3.01]), ("Time [s]", &[0.0, 60.0])]);
        let found = doubts(vec![table]);
        assert_eq!(found[0].0, "several-time-columns");
        assert!(found[0].1.contains("`Step time`, column `Run time`, column `Time`"), "{found:?}");
        assert!(found[0].1.contains("6.0e-1 s"), "{found:?}");
    }

    #[test]
    fn a_sweep_in_disguise_is_recognised_and_a_relaxation_is_not() {
        let frequencies = [0.1, 0.2154, 0.4642, 1.0, 2.154];
        let falling: Vec<f64> = frequencies.iter().cycle().take(15).map(|f| 1.0 / f).collect();
        let temperature: Vec<f64> = (0..15).map(|row| f64::from(row / 5)).collect();
        let found = doubts(vec![sheet(&[("t [s]", &falling), ("T [Cel]", &temperature)])]);
        assert!(found.iter().any(|(kind, text)| *kind == "dma-sweep-as-relaxation" && text.contains("15 of 15")));
        assert!(!found.iter().any(|(kind, _)| *kind == "time-goes-back"), "{found:?}");
        let rising: Vec<f64> = falling.chunks(5).flat_map(|block| block.iter().rev().copied()).collect();
        let found = doubts(vec![sheet(&[("t [s]", &rising), ("T [Cel]", &temperature)])]);
        assert_eq!(found.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), ["time-goes-back"]);
    }
}
