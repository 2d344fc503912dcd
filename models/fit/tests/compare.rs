//! Models beside each other: the true one is found, what does not separate is said, a model that breaks hurts no other,
//! and a left-out curve is predicted with the density that a closed form gives.

mod common;

use common::{Make, glass, kww, local, observed, tests_of};
use kovacs_core::model::EvaluationError;
use kovacs_core::second_stage::evaluate_one;
use kovacs_fit::compare::{
    Candidate, CompareError, CompareOptions, Comparison, ModelOutcome, RankedBy, akaike_weights, compare,
};
use kovacs_fit::estimate::{FitData, FitOptions, Observation};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use std::num::NonZeroUsize;

const KWW: [&str; 4] = ["relaxation_time", "stretching_exponent", "unrelaxed_modulus", "relaxed_modulus"];
const AOI: [&str; 4] = ["barrier_min", "barrier_max", "unrelaxed_modulus", "relaxed_modulus"];
const TNM: [&str; 4] = ["ln_prefactor", "stretching_exponent", "unrelaxed_modulus", "relaxed_modulus"];

fn options(threads: usize) -> CompareOptions {
    let threads = NonZeroUsize::new(threads).unwrap();
    CompareOptions { fit: FitOptions { starts: 12, threads, ..FitOptions::default() }, leave_out: true }
}

fn candidate<'a>(name: &str, make: &'a Make, free: &[&str]) -> Candidate<'a> {
    Candidate { name: name.to_owned(), factory: make, parameters: glass(*make, free).1 }
}

fn kww_data(noise: f64, seed: u64) -> FitData {
    let (truth, _) = glass(kww, &KWW);
    observed(kww, &truth, &tests_of(&[100.0, 300.0, 900.0, 3600.0]), 8, noise, seed)
}

const KWW_MAKE: Make = kww;
const AOI_MAKE: Make = local::<kovacs_aoi::Aoi>;
const TNM_MAKE: Make = local::<kovacs_tnm::TnmStrain>;

fn refusing() -> Result<Box<dyn kovacs_core::model::Evaluator>, EvaluationError> {
    let message = "only stress control".to_owned();
    Err(EvaluationError::ProtocolRefused { model: "org.example.creep".to_owned(), message })
}

const REFUSING: Make = refusing;

fn three<'a>() -> Vec<Candidate<'a>> {
    vec![
        candidate("aoi", &AOI_MAKE, &AOI),
        Candidate { name: "creep".to_owned(), factory: &REFUSING, parameters: glass(kww, &KWW).1 },
        candidate("kww", &KWW_MAKE, &KWW),
        candidate("tnm_strain", &TNM_MAKE, &TNM),
    ]
}

fn run(candidates: &[Candidate<'_>], data: &FitData, options: &CompareOptions) -> Comparison {
    compare(candidates, data, options, &|_| true).unwrap()
}

#[test]
fn the_model_that_made_the_data_predicts_unseen_curves_best() {
    let comparison = run(&three(), &kww_data(0.3, 1), &options(2));
    let names: Vec<&str> = comparison.models.iter().map(|model| model.name.as_str()).collect();
    assert_eq!((names[0], names[3]), ("kww", "creep"), "{comparison}");
    assert_eq!(comparison.ranked_by, RankedBy::LeftOutTests);
    assert_eq!(comparison.tests, ["t_w = 100 s", "t_w = 300 s", "t_w = 900 s", "t_w = 3600 s"]);
    let best = &comparison.models[0];
    assert!(best.difference == Some(0.0) && best.akaike_weight.unwrap() > 0.99, "{comparison}");
    // Noise of 0.3 MPa at n samples: the expected log density is -n (ln(0.3 sqrt(2 pi)) + 1/2), its spread sqrt(n/2).
    let points: usize = best.left_out.iter().map(|term| term.points).sum();
    let expected = -(points as f64) * ((0.3 * std::f64::consts::TAU.sqrt()).ln() + 0.5);
    let sum = best.left_out_sum.unwrap();
    assert!((sum - expected).abs() < 5.0 * (points as f64 / 2.0).sqrt(), "{sum} for {expected}");
    // The error of the parameters adds to the noise, most where the longest test is predicted from shorter ones.
    assert!(best.left_out.iter().all(|term| (0.8..2.0).contains(&term.misfit.unwrap())), "{:?}", best.left_out);
    let said = comparison.words.join("\n");
    assert!(said.contains("`kww` predicts unseen tests better than `aoi`: difference"), "{said}");
    assert!(said.contains("`creep` has no fit: model `org.example.creep` cannot do this protocol"), "{said}");
    assert!(matches!(comparison.models[3].outcome, ModelOutcome::Failed { .. }));
    assert!(comparison.to_string().lines().next().unwrap().starts_with("model"), "{comparison}");
    let again: Comparison = serde_json::from_str(&serde_json::to_string(&comparison).unwrap()).unwrap();
    assert_eq!(again.words, comparison.words);
    assert_eq!(again.to_string(), comparison.to_string());
}

#[test]
fn several_threads_give_the_same_bits() {
    let data = kww_data(0.3, 2);
    // As text, in which numbers that do not exist are equal too.
    let text = |threads| format!("{:?}", run(&three(), &data, &options(threads)));
    let one = text(1);
    assert!([2, 5].iter().all(|&threads| text(threads) == one));
}

#[test]
fn a_model_is_not_separated_from_itself() {
    let both = [candidate("a", &KWW_MAKE, &KWW), candidate("b", &KWW_MAKE, &KWW)];
    let comparison = run(&both, &kww_data(0.3, 3), &options(2));
    assert_eq!(comparison.words, ["the data do not separate `a` from `b`: difference 0.0 ± 0.0"]);
    assert_eq!(comparison.models[1].akaike_weight, Some(0.5));
}

#[test]
fn permuting_curves_permutes_what_is_predicted_of_them() {
    let data = kww_data(0.3, 4);
    let mut permuted = data.clone();
    permuted.observations.rotate_left(1);
    permuted.observations.swap(0, 1);
    let kww = [candidate("kww", &KWW_MAKE, &KWW)];
    let [one, other] = [&data, &permuted].map(|data| run(&kww, data, &options(1)));
    for term in &one.models[0].left_out {
        let same = other.models[0].left_out.iter().find(|same| same.test == term.test).unwrap();
        // Sums in another order, and a search that ends at 1e-13.
        assert!((same.density.unwrap() - term.density.unwrap()).abs() < 1e-5, "{term:?} {same:?}");
    }
    let [one, other] = [one, other].map(|comparison| comparison.models[0].left_out_sum.unwrap());
    assert!((one - other).abs() < 1e-5);
}

#[test]
fn a_left_out_curve_of_a_linear_model_has_the_density_of_the_closed_form() {
    // In the two moduli a stretched exponential is linear: y = E_U a + E_R b.
    let (truth, parameters) = glass(kww, &["unrelaxed_modulus", "relaxed_modulus"]);
    let mut data = observed(kww, &truth, &tests_of(&[100.0, 900.0, 3600.0]), 5, 0.5, 5);
    data.observations = data.observations.into_iter().map(|o| o.with_deviation(0.5)).collect();
    let make: Make = kww;
    let candidates = [Candidate { name: "kww".to_owned(), factory: &make, parameters }];
    let comparison = run(&candidates, &data, &options(1));
    let mut model = kww().unwrap();
    let moduli = ["unrelaxed_modulus", "relaxed_modulus"].map(|id| model.description().parameter(id).unwrap());
    let mut columns = |observation: &Observation| {
        let columns = moduli.map(|index| {
            let at = |factor: f64, model: &mut dyn kovacs_core::model::Evaluator| {
                let mut moved = truth.clone();
                moved[index] *= factor;
                DVector::from_vec(evaluate_one(model, &observation.experiment, &moved).unwrap())
            };
            (at(1.1, model.as_mut()) - at(0.9, model.as_mut())) / (0.2 * truth[index])
        });
        DMatrix::from_columns(&columns)
    };
    for (index, term) in comparison.models[0].left_out.iter().enumerate() {
        let (mut squares, mut projected) = (DMatrix::zeros(2, 2), DVector::zeros(2));
        for (other, observation) in data.observations.iter().enumerate() {
            if other != index {
                let columns = columns(observation);
                squares += columns.transpose() * &columns;
                projected += columns.transpose() * DVector::from_column_slice(&observation.values);
            }
        }
        let inverse = squares.try_inverse().unwrap();
        let columns = columns(&data.observations[index]);
        let values = DVector::from_column_slice(&data.observations[index].values);
        let missed = &values - &columns * (&inverse * projected);
        let covariance =
            (DMatrix::identity(values.len(), values.len()) + &columns * inverse * columns.transpose()) * 0.25;
        let root = covariance.cholesky().unwrap();
        let expected = -0.5 * missed.dot(&root.solve(&missed))
            - root.l().diagonal().map(f64::ln).sum()
            - 0.5 * values.len() as f64 * std::f64::consts::TAU.ln();
        // The columns are differences of stresses of some hundred MPa.
        assert!((term.density.unwrap() - expected).abs() < 1e-4, "{index}: {term:?} for {expected}");
    }
}

#[test]
fn replicates_are_left_out_together_and_one_test_alone_is_not() {
    let mut data = kww_data(0.3, 6);
    let replicate = kww_data(0.3, 7).observations[1].clone();
    data.observations.push(replicate);
    let kww = [candidate("kww", &KWW_MAKE, &KWW)];
    let comparison = run(&kww, &data, &options(1));
    assert_eq!(comparison.tests[1], "t_w = 300 s and 1 more");
    assert_eq!(comparison.models[0].left_out[1].points, 2 * data.observations[1].values.len());
    data.observations.retain(|observation| observation.label == "t_w = 300 s");
    let alone = run(&kww, &data, &options(1));
    assert!(alone.tests.is_empty() && alone.ranked_by == RankedBy::Aicc, "{alone}");
    assert!(alone.words[0].contains("no test was left out"), "{alone}");
}

#[test]
fn what_only_the_left_out_curve_could_tell_is_said() {
    let make: Make = kww;
    let parameters = glass(kww, &KWW).1.per_group("relaxation_time").unwrap();
    let candidates = [Candidate { name: "kww".to_owned(), factory: &make, parameters }];
    let mut data = kww_data(0.3, 8);
    data.observations[0].group = Some("young".to_owned());
    let comparison = run(&candidates, &data, &options(1));
    let reason = comparison.models[0].left_out[0].reason.as_deref().unwrap();
    assert_eq!(reason, "`relaxation_time@young` is of its own group, which has no other curve");
    assert!(comparison.models[0].left_out_sum.is_none() && comparison.models[0].left_out[1].density.is_some());
    // Temperatures of the other curves are all the same: they leave the activation energy open.
    let parameters = glass(kww, &KWW).1.free("activation_energy").unwrap();
    let candidates = [Candidate { name: "kww".to_owned(), factory: &make, parameters }];
    let mut data = kww_data(0.3, 9);
    let hot = kovacs_core::TwoStep { temperature: 603.0, ..tests_of(&[900.0])[0] };
    data.observations.push(observed(kww, &glass(kww, &KWW).0, &[hot], 8, 0.3, 10).observations[0].clone());
    let comparison = run(&candidates, &data, &options(1));
    let last = comparison.models[0].left_out.last().unwrap();
    assert!(last.reason.as_deref().unwrap().contains("leave open: activation_energy"), "{last:?}");
}

#[test]
fn stopping_keeps_what_is_done() {
    let data = kww_data(0.3, 1);
    let candidates = three();
    let stopped = compare(&candidates, &data, &options(1), &|progress| progress.done < 5).unwrap();
    assert!(stopped.stopped && stopped.to_string().contains("stopped before the end"), "{stopped}");
    assert!(stopped.models.iter().filter(|model| model.result().is_some()).count() == 3, "{stopped}");
    let reasons = stopped.models.iter().flat_map(|model| &model.left_out).filter(|term| term.reason.is_some());
    assert!(reasons.count() > 0);
    let nothing = compare(&candidates, &data, &options(1), &|_| false).unwrap();
    assert!(nothing.models.iter().all(|model| model.result().is_none()), "{nothing}");
    assert!(nothing.to_string().contains("has no fit: stopped before there was a fit"), "{nothing}");
}

#[test]
fn progress_counts_every_fit() {
    let last = std::sync::Mutex::new((0, 0));
    let keep = |progress: kovacs_fit::compare::CompareProgress| {
        let mut last = last.lock().unwrap();
        *last = (progress.done.max(last.0), progress.fits);
        true
    };
    compare(&three(), &kww_data(0.3, 1), &options(1), &keep).unwrap();
    // 4 models and 4 tests: 20 fits, of which the last one is under way when it is last asked.
    assert_eq!(*last.lock().unwrap(), (19, 20));
}

#[test]
fn what_cannot_be_compared_is_refused_by_name() {
    let data = kww_data(0.3, 1);
    assert_eq!(compare(&[], &data, &options(1), &|_| true), Err(CompareError::NoCandidate));
    let twice = [candidate("kww", &KWW_MAKE, &KWW), candidate("kww", &KWW_MAKE, &KWW)];
    let error = compare(&twice, &data, &options(1), &|_| true).unwrap_err();
    assert_eq!(error.to_string(), "two of the models are called `kww`; give each a name of its own");
}

proptest! {
    /// A constant added to every log-likelihood takes twice itself from every criterion.
    #[test]
    fn a_constant_changes_no_weight(
        criteria in prop::collection::vec(-500.0..500.0_f64, 1..6),
        constant in -1000.0..1000.0_f64,
    ) {
        let moved: Vec<f64> = criteria.iter().map(|criterion| criterion - 2.0 * constant).collect();
        let weights = akaike_weights(&criteria);
        prop_assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        for (a, b) in weights.iter().zip(akaike_weights(&moved)) {
            // Criteria of 2500 are exact to 5e-13.
            prop_assert!((a - b).abs() < 1e-11);
        }
    }
}
