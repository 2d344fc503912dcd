//! Data made by each model and explained by all: small matrices of the models that cost nothing.

mod common;
#[path = "common/rivals.rs"]
mod rivals;

use kovacs_fit::compare::{CompareError, ConfusionOptions, KnownTruth, RankedBy, confusion};
use rivals::{Series, design, known, options};

/// The two models that cost nothing.
fn two() -> Vec<KnownTruth<'static>> {
    known().into_iter().filter(|known| ["kww", "aoi"].contains(&known.candidate.name.as_str())).collect()
}

#[test]
fn each_model_explains_its_own_data_best() {
    let found = confusion(&two(), &design(Series::WaitingTimes), &options(1, 2, 2), &|_, _| true);
    let found = found.unwrap();
    assert_eq!(
        (found.models.as_slice(), found.ranked_by),
        (["kww".to_owned(), "aoi".to_owned()].as_slice(), RankedBy::LeftOutTests)
    );
    assert_eq!(
        (found.rows[0].best.as_slice(), found.rows[1].best.as_slice()),
        ([2, 0].as_slice(), [0, 2].as_slice()),
        "{found}"
    );
    let again = confusion(&two(), &design(Series::WaitingTimes), &options(1, 2, 1), &|_, _| true);
    assert_eq!(again.unwrap(), found);
    assert!(found.to_string().starts_with("made by"), "{found}");
}

#[test]
fn a_model_and_its_twin_are_never_told_apart() {
    let mut twins: Vec<KnownTruth<'static>> = two().into_iter().take(1).chain(two().into_iter().take(1)).collect();
    twins[1].candidate.name = "twin".to_owned();
    let found = confusion(&twins, &design(Series::WaitingTimes), &options(1, 2, 2), &|_, _| true).unwrap();
    assert!(found.rows.iter().all(|row| row.clear == [0, 0] && row.outcomes.len() == 2), "{found}");
}

#[test]
fn stopping_keeps_the_data_sets_that_are_done() {
    let found = confusion(&two(), &design(Series::OneTest), &options(1, 2, 1), &|done, _| done < 3);
    let found = found.unwrap();
    assert!(found.stopped);
    assert_eq!(found.rows.iter().map(|row| row.outcomes.len()).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn what_makes_no_data_is_refused() {
    let refused = |noise| {
        let options = ConfusionOptions { noise, ..options(1, 1, 1) };
        confusion(&two(), &design(Series::OneTest), &options, &|_, _| true).unwrap_err()
    };
    assert_eq!(refused(0.0), CompareError::Noise { noise: 0.0 });
    let mut broken = two();
    broken[0].truth[1] = -1.0;
    let error = confusion(&broken, &design(Series::OneTest), &options(1, 1, 1), &|_, _| true).unwrap_err();
    assert!(error.to_string().starts_with("no data can be made with `kww`: model `org.kovacs.kww`"), "{error}");
}
