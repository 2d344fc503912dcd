//! The kept studies are what the code computes: their first data sets again, and what they come to.

#[path = "common/source.rs"]
mod source;

use kovacs_fit::studies::{Coverage, Study, StudyError, StudyResult, definition, definitions};
use source::linked;

fn stored(name: &str) -> Study {
    let found = definition(name).unwrap().stored().unwrap();
    found.unwrap_or_else(|| panic!("`kovacs study run {name}` has not been run"))
}

fn again(name: &str, sets: u64) -> StudyResult {
    definition(name).unwrap().run(&linked, sets, 2, &|_| true).unwrap()
}

#[test]
fn kept_studies_are_those_that_are_named_and_can_be_written_again() {
    for definition in definitions() {
        let study = stored(&definition.name);
        assert_eq!(
            (&study.name, &study.what, &study.command),
            (&definition.name, &definition.what, &definition.command())
        );
        let paths: Vec<&str> = study.sources.iter().map(|source| source.path.as_str()).collect();
        assert_eq!(paths, definition.sources, "{}", definition.name);
        // JSON keeps all but the last bit of a number; the tables are the same.
        let again = Study::from_json(&study.name, &study.to_json().unwrap()).unwrap();
        assert_eq!((again.tables(), again.sources), (study.tables(), study.sources.clone()));
        assert!(study.tables().iter().all(|table| !table.rows.is_empty()), "{}", definition.name);
    }
}

#[test]
fn intervals_are_those_of_the_first_data_sets_again() {
    for definition in definitions().iter().filter(|study| study.name.starts_with("coverage-")) {
        let (StudyResult::Coverage(kept), StudyResult::Coverage(now)) =
            (stored(&definition.name).result, again(&definition.name, 4))
        else {
            panic!("{} is no coverage", definition.name)
        };
        assert_eq!(now.outcomes, kept.outcomes[..4], "{}", definition.name);
        assert_eq!(now.points, kept.points);
        assert_eq!(kept.sets(), 200);
    }
}

#[test]
fn intervals_hold_the_truth_in_90_to_98_of_100_cases() {
    let all: Vec<Coverage> = definitions()
        .iter()
        .filter(|definition| definition.name.starts_with("coverage-"))
        .filter_map(|definition| match stored(&definition.name).result {
            StudyResult::Coverage(coverage) => Some(coverage),
            _ => None,
        })
        .collect();
    println!("{}", Coverage::overview(&all.iter().collect::<Vec<_>>()).markdown());
    for coverage in &all {
        assert_eq!(coverage.failed, 0, "{}", coverage.model);
        assert!((0.90..=0.98).contains(&coverage.held()), "{}: {}", coverage.model, coverage.held());
        for parameter in &coverage.parameters {
            assert_eq!(parameter.held + parameter.above + parameter.below, 200, "{}", parameter.id);
            assert!((180..=196).contains(&parameter.held), "{}: {}", parameter.id, parameter.held);
        }
    }
}

#[test]
fn error_rates_are_those_of_the_first_seeds_again() {
    let (StudyResult::ErrorRates(kept), StudyResult::ErrorRates(now)) =
        (stored("linear-test").result, again("linear-test", 1))
    else {
        panic!("no error rates")
    };
    for (kept, now) in kept.outcomes.iter().zip(&now.outcomes) {
        assert_eq!(kept.len(), 200);
        assert_eq!(kept[0].verdict, now[0].verdict);
        // Counted among simulations: the last bits of another processor may move one of them.
        assert!((kept[0].p_value - now[0].p_value).abs() < 0.05, "{kept:?} {now:?}");
    }
    for (kept, now) in kept.critical_verdicts.iter().zip(&now.critical_verdicts) {
        assert_eq!((kept.len(), &kept[0]), (200, &now[0]));
    }
    // Linear materials are called nonlinear no more often than was said, within two standard deviations of 200.
    for case in &kept.summary[..3] {
        assert!(case.rejected_at_5_percent <= 0.08, "{case:?}");
    }
}

#[test]
fn an_unknown_study_and_a_stopped_one_are_errors() {
    let error = definition("coverage").unwrap_err();
    assert!(error.to_string().starts_with("there is no study `coverage`; there are `coverage-kww`, "), "{error}");
    for name in ["coverage-kww", "linear-test", "confusion"] {
        let stopped = definition(name).unwrap().run(&linked, 2, 1, &|_| false);
        assert_eq!(stopped.unwrap_err(), StudyError::Stopped, "{name}");
    }
}
