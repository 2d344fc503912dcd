//! What several checks want to know of a column, found in one pass over it.
//!
//! Columns may have millions of rows, and what a check costs is then the reading of memory: so every column is read once,
//! block by block, and the columns of a large sheet by several threads.

use super::numbers;
use crate::document::{Column, Sheet};

/// Numbers that are looked at together, all of them in the nearest cache.
pub(super) const BLOCK: usize = 1024;
/// Sheets of fewer cells are not worth a second thread.
const LARGE: usize = 1 << 18;
/// Threads at most.
const MOST_THREADS: usize = 4;

/// What there is in a column of numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Survey {
    /// The row of the number that is farthest from zero, the last of several, from 0; `None` where there is no number.
    pub(super) top: Option<usize>,
    /// The first row without a number, from 0; infinite is none.
    pub(super) first_gap: Option<usize>,
    /// How many rows have none.
    pub(super) gaps: usize,
}

/// Surveys every column; words have none.
pub(super) fn columns(sheet: &Sheet) -> Vec<Survey> {
    let mut surveys = vec![Survey::default(); sheet.columns.len()];
    let threads = match sheet.rows() * sheet.columns.len() {
        LARGE.. => std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS),
        _ => 1,
    };
    let share = sheet.columns.len().div_ceil(threads).max(1);
    let fill = |columns: &[Column], surveys: &mut [Survey]| {
        for (column, place) in columns.iter().zip(surveys) {
            *place = numbers(column).map(survey).unwrap_or_default();
        }
    };
    std::thread::scope(|scope| {
        let mut shares = sheet.columns.chunks(share).zip(surveys.chunks_mut(share));
        let own = shares.next();
        for (columns, surveys) in shares {
            scope.spawn(move || fill(columns, surveys));
        }
        if let Some((columns, surveys)) = own {
            fill(columns, surveys);
        }
    });
    surveys
}

/// Surveys one column.
fn survey(numbers: &[f64]) -> Survey {
    let mut survey = Survey::default();
    // Below every magnitude.
    let (mut largest, mut of_block) = (-1.0, 0);
    for (index, block) in numbers.chunks(BLOCK).enumerate() {
        let mut lanes = [-1.0_f64; 8];
        let mut finite = 0;
        let (eights, others) = block.as_chunks::<8>();
        for eight in eights {
            for (lane, number) in lanes.iter_mut().zip(eight) {
                let magnitude = if number.is_finite() { number.abs() } else { -1.0 };
                finite += u64::from(magnitude >= 0.0);
                *lane = if magnitude > *lane { magnitude } else { *lane };
            }
        }
        let mut top = lanes.into_iter().fold(-1.0, f64::max);
        for number in others.iter().filter(|number| number.is_finite()) {
            top = f64::max(top, number.abs());
            finite += 1;
        }
        if top >= largest && top >= 0.0 {
            (largest, of_block) = (top, index);
        }
        let gaps = block.len() - finite as usize;
        if gaps > 0 && survey.first_gap.is_none() {
            survey.first_gap = block.iter().position(|number| !number.is_finite()).map(|row| index * BLOCK + row);
        }
        survey.gaps += gaps;
    }
    let block = numbers.chunks(BLOCK).nth(of_block).unwrap_or_default();
    survey.top = block.iter().rposition(|number| number.abs() == largest).map(|row| of_block * BLOCK + row);
    survey
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_survey_is_what_one_finds_row_by_row(
            numbers in proptest::collection::vec(
                prop_oneof![5 => (-3..3_i32).prop_map(f64::from), 1 => Just(f64::NAN), 1 => Just(f64::NEG_INFINITY)],
                0..60,
            ),
            repeat in prop_oneof![Just(1_usize), Just(97)],
        ) {
            let numbers: Vec<f64> = numbers.iter().flat_map(|number| std::iter::repeat_n(*number, repeat)).collect();
            let finite = || numbers.iter().enumerate().filter(|(_, number)| number.is_finite());
            let expected = Survey {
                top: finite().max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs())).map(|(row, _)| row),
                first_gap: numbers.iter().position(|number| !number.is_finite()),
                gaps: numbers.len() - finite().count(),
            };
            prop_assert_eq!(survey(&numbers), expected);
        }
    }
}
