//! Which experiment separates two models: the answer of the physics between independent modes and soft domains.

mod common;
#[path = "common/rivals.rs"]
#[expect(dead_code, reason = "each test uses a part")]
mod rivals;

use common::{observed, tests_of};
use kovacs_fit::design::{Design, DesignError, Observable, Proposal, Readings, Rival, next_experiment, proposals};
use kovacs_fit::estimate::{FitData, FitOptions, fit};
use rivals::{MODELS, known};

/// One test of a soft-domain glass, at 593 K.
fn data() -> FitData {
    let known = known();
    let domains = known.iter().find(|known| known.candidate.name == "soft_domain").unwrap();
    observed(MODELS[3].1, &domains.truth, &tests_of(&[900.0]), 8, 0.5, 1)
}

fn judged(threads: usize, grid: &[Proposal]) -> Result<Design, DesignError> {
    let (data, known) = (data(), known());
    let fits = ["aoi", "soft_domain"].map(|name| {
        let known = known.iter().find(|known| known.candidate.name == name).unwrap();
        let options = FitOptions { starts: 1, ..FitOptions::default() };
        let fitted = fit(known.candidate.factory, &data, &known.candidate.parameters, &options, &|_| true).unwrap();
        (known.candidate.clone(), fitted)
    });
    let [first, second] = fits.each_ref().map(|(candidate, fit)| Rival { candidate: candidate.clone(), fit });
    next_experiment(&[first, second], grid, &Readings::default(), threads, &|_, _| true)
}

/// Where models predict a peak and how much comes back, at several temperatures after several waiting times.
fn grid() -> Vec<Proposal> {
    proposals(0.005, &[0.003], &[30.0, 900.0, 3600.0], &[573.0, 593.0, 613.0])
}

#[test]
fn recovery_and_peak_times_over_temperature_separate_modes_from_domains() {
    let design = judged(2, &grid()).unwrap();
    let at = |observable, t_w, temperature| {
        let is = |proposal: &Proposal| {
            (proposal.observable, proposal.t_w, proposal.temperature) == (observable, t_w, temperature)
        };
        design.ranked.iter().find(|judged| is(&judged.proposal)).unwrap()
    };
    // Modes peak at the same time at any temperature, domains later at a higher one.
    let [cold, hot] =
        [593.0, 613.0].map(|kelvin| at(Observable::PeakTime, 900.0, kelvin).predictions.map(Option::unwrap));
    assert!(hot[0] / cold[0] < 1.05 && hot[1] / cold[1] > 1.1, "{design}");
    // Of single numbers the recovered strain says most: domains that percolate keep a part, modes give all of it back.
    let best = [Observable::Recovery, Observable::PeakTime, Observable::Height]
        .map(|observable| design.best(observable).unwrap());
    assert!(best[0].expected > best[1].expected && best[0].expected > best[2].expected, "{design}");
    let [modes, domains] = best[0].predictions.map(Option::unwrap);
    assert!(modes > 0.9 && domains < 0.6, "{design}");
    // After a short waiting time neither keeps anything that a reading of 1 % would show.
    assert!(at(Observable::Recovery, 30.0, 593.0).expected.unwrap() < 4.0, "{design}");
    assert!(design.ranked.windows(2).all(|pair| pair[0].expected >= pair[1].expected || pair[1].expected.is_none()));
    assert!(design.to_string().starts_with("which test separates `aoi` from `soft_domain`"), "{design}");
    let again: Design = serde_json::from_str(&serde_json::to_string(&design).unwrap()).unwrap();
    assert_eq!(again.to_string(), design.to_string());
}

#[test]
fn several_threads_give_the_same_design() {
    let grid: Vec<Proposal> = grid().into_iter().filter(|proposal| proposal.t_w < 100.0).collect();
    assert_eq!(judged(1, &grid).unwrap(), judged(3, &grid).unwrap());
}

#[test]
fn what_cannot_be_chosen_is_refused_by_name() {
    assert_eq!(judged(1, &[]), Err(DesignError::NoProposal));
    let readings = Readings { recovery: 0.0, ..Readings::default() };
    let known = known();
    let fitted = |index: usize, data: &FitData| {
        let candidate = &known[index].candidate;
        let options = FitOptions { starts: 1, ..FitOptions::default() };
        fit(candidate.factory, data, &candidate.parameters, &options, &|_| true).unwrap()
    };
    let data = observed(MODELS[0].1, &known[0].truth, &tests_of(&[900.0]), 8, 0.5, 1);
    let own = fitted(0, &data);
    let rivals = [0, 0].map(|index: usize| Rival { candidate: known[index].candidate.clone(), fit: &own });
    let chosen = |readings: &Readings, go_on: bool| next_experiment(&rivals, &grid(), readings, 1, &|_, _| go_on);
    assert_eq!(chosen(&readings, true), Err(DesignError::Reading { what: "recovery", value: 0.0 }));
    let nothing = chosen(&Readings::default(), false).unwrap();
    assert!(nothing.stopped && nothing.ranked.is_empty());
    // A model beside itself: nothing separates it from itself.
    let same = chosen(&Readings::default(), true).unwrap();
    assert!(same.ranked.iter().all(|judged| judged.expected.is_none_or(|expected| expected.abs() < 1e-6)), "{same}");
    let other = [Rival { candidate: known[2].candidate.clone(), fit: &own }, rivals[0].clone()];
    let error = next_experiment(&other, &grid(), &Readings::default(), 1, &|_, _| true).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the fit of `aoi` has no parameter `barrier_min`; give the fit that was made with these parameters"
    );
}
