//! Places where a search or an interval can go wrong without a sign: numbers far smaller than their units, jumps, bent valleys,
//! both stages in one curve.

#[path = "common/source.rs"]
mod source;

use kovacs_core::define::Quantity;
use kovacs_core::second_stage::evaluate_one;
use kovacs_core::{Origin, TwoStep};
use kovacs_fit::estimate::{
    FitData, FitOptions, FitResult, Function, Intervals, Noise, Observation, Parameters, fit, profile,
};
use kovacs_fit::studies::{GLASS, two_step_experiment};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use source::linked;
use std::num::NonZeroUsize;

const NOISE: f64 = 0.3;

fn one_start() -> FitOptions {
    FitOptions { starts: 1, ..FitOptions::default() }
}

/// Both stages of the paper's test, or the second alone until so many seconds after the step, and where a fit of these begins.
fn noisy(
    model: &str,
    truth: impl Fn(&kovacs_core::model::ModelDescription) -> Vec<f64>,
    free: &[&str],
    stages: Stages,
    seed: u64,
) -> (FitData, Parameters) {
    let mut evaluator = linked(model, &[]).unwrap();
    let truth = truth(evaluator.description());
    let test = TwoStep::new(0.005, 0.003, 900.0, 593.0);
    let mut experiment = two_step_experiment(&test, 20).unwrap();
    let start = test.second_stage_start();
    match stages {
        Stages::Second => experiment.times.retain(|&time| time > start),
        Stages::BothUntil(last) => experiment.times.retain(|&time| time < start + last),
    }
    experiment.before.truncate(experiment.times.len());
    let mut values = evaluate_one(evaluator.as_mut(), &experiment, &truth).unwrap();
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    for value in &mut values {
        *value += NOISE * ((0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0);
    }
    let (label, noise, origin) = ("t_w = 900 s".to_owned(), Noise::Estimated, Origin::Calculated);
    let observation = Observation { label, group: None, experiment, values, noise, origin };
    let description = evaluator.description();
    let mut parameters = Parameters::new(description, &truth).unwrap().only(free).unwrap();
    for id in free {
        parameters = parameters.from_value(id, 1.03 * truth[description.parameter(id).unwrap()]).unwrap();
    }
    (FitData::new(vec![observation]).unwrap(), parameters)
}

enum Stages {
    Second,
    BothUntil(f64),
}

fn of_the_glass(description: &kovacs_core::model::ModelDescription) -> Vec<f64> {
    description.preset(GLASS).unwrap().parameters.clone()
}

fn fitted(model: &str, data: &FitData, parameters: &Parameters, options: &FitOptions) -> FitResult {
    fit(&|| linked(model, &[]), data, parameters, options, &|_| true).unwrap()
}

#[test]
fn compliances_of_a_glass_are_found_from_a_start_nearby() {
    // 1e-5 per MPa between bounds of 0 and 1e9: neither a start on a bound, nor smaller than the step of a derivative.
    let free = ["unrelaxed_modulus", "compliance_1", "retardation_time_1", "fluidity"];
    let truth = |description: &kovacs_core::model::ModelDescription| {
        let mut truth = description.defaults();
        for (id, value) in free.iter().zip([9e4, 1e-5, 1000.0, 5e-10]) {
            truth[description.parameter(id).unwrap()] = value;
        }
        truth
    };
    for seed in 0..5 {
        let (data, parameters) = noisy("kelvin", truth, &free, Stages::BothUntil(7200.0), seed);
        let result = fitted("kelvin", &data, &parameters, &one_start());
        assert!(result.converged && result.warnings.is_empty(), "{:?}", result.warnings);
        // 150 samples: the noise is known to 6 %.
        assert!((result.noise["stress"] / NOISE - 1.0).abs() < 0.2, "{:?}", result.noise);
        assert!((result.value("compliance_1") / 1e-5 - 1.0).abs() < 0.05, "{}", result.value("compliance_1"));
    }
}

/// `law(x, p)` at 0, 1, .. with a ripple for noise, fitted from `start`.
fn rippled(law: fn(f64, f64) -> f64, quantity: Quantity, truth: f64, start: f64, ripple: f64) -> FitResult {
    let rows: Vec<Vec<f64>> = (0..25).map(|row| vec![f64::from(row)]).collect();
    let values =
        rows.iter().map(|row| law(row[0], truth) + ripple * (2.399_963 * row[0] * (1.0 + 0.01 * row[0])).sin());
    let function = Function::new("law", vec![quantity], move |x, p| law(x[0], p[0])).unwrap();
    let samples = function.samples(rows.clone(), values.collect(), Noise::Estimated).unwrap();
    let parameters = function.parameters().unwrap().from_value("p", start).unwrap();
    samples.fit(&parameters, &FitOptions::default(), &|_| true).unwrap()
}

#[test]
fn a_number_far_below_its_unit_is_not_on_its_bound() {
    let quantity = || Quantity::new("p").bounds(0.0, 1e9).initial(1.0);
    let seen = rippled(|x, p| 1e9 * p * (1.0 + x), quantity(), 1e-7, 2e-7, 0.1);
    assert!(seen.parameter("p").unwrap().standard_error.is_some() && seen.warnings.is_empty(), "{seen}");
    // One that the data push against the bound is.
    let held = rippled(|x, p| -x - p, quantity(), 0.0, 1.0, 0.1);
    let held_as_well = rippled(|x, p| (x - 12.0) * 1e-3 + p, quantity().at_least(0.5), 0.5, 1.0, 0.0);
    assert!(held.warnings.iter().any(|warning| warning.contains("lies on a bound")), "{held}");
    assert!(held_as_well.warnings.iter().any(|warning| warning.contains("lies on a bound")), "{held_as_well}");
}

#[test]
fn a_jump_within_a_standard_error_takes_the_error_away_and_is_said() {
    // The slope of a line is known to 1e-3, and at 5e-4 above the truth half of the samples jump by three of their deviations.
    let law = |x: f64, p: f64| p * x + if p > 2.0005 && x > 12.0 { 0.3 } else { 0.0 };
    let result = rippled(law, Quantity::new("p").initial(1.0), 2.0, 1.9, 0.1);
    let own = result.parameter("p").unwrap();
    assert_eq!((own.standard_error, own.lower, own.upper), (None, None, None), "{result}");
    let said = "the error of `p` cannot be read off the derivatives: the sum of squares is no parabola around it; the model may \
                jump there";
    assert!(result.warnings.iter().any(|warning| warning == said), "{:?}", result.warnings);
    // Without the jump there is nothing to say.
    let smooth = rippled(|x, p| p * x, Quantity::new("p").initial(1.0), 2.0, 1.9, 0.1);
    assert!(smooth.warnings.is_empty() && smooth.parameter("p").unwrap().standard_error.is_some(), "{smooth}");
}

#[test]
fn a_peak_beyond_the_end_is_said_with_both_stages_in_one_curve() {
    let free = ["relaxation_time", "unrelaxed_modulus"];
    let said = |last: f64| {
        let (data, parameters) = noisy("kww", of_the_glass, &free, Stages::BothUntil(last), 3);
        fitted("kww", &data, &parameters, &one_start()).warnings
    };
    // The peak is at 267 s; the first stage begins some 250 MPa higher.
    let early = "`t_w = 900 s` still rises at its last sample: its peak is not in the data";
    assert!(said(60.0).iter().any(|warning| warning == early), "{:?}", said(60.0));
    assert!(said(7200.0).is_empty(), "{:?}", said(7200.0));
}

#[test]
fn times_of_an_observation_begin_anew_with_every_stage() {
    let (data, _) = noisy("kww", of_the_glass, &["relaxation_time"], Stages::BothUntil(7200.0), 1);
    let elapsed = data.observations[0].elapsed();
    let falls: Vec<&[f64]> = elapsed.windows(2).filter(|pair| pair[1] < pair[0]).collect();
    let [only] = falls.as_slice() else { panic!("{falls:?}") };
    // From the end of the first stage to 1 s after the step.
    assert!(only[0] > 800.0 && (only[1] - 1.0).abs() < 1e-9, "{only:?}");
    assert!((elapsed[0] - 1.0).abs() < 1e-9 && (6000.0..7200.0).contains(elapsed.last().unwrap()));
}

#[test]
fn a_model_that_breaks_on_the_way_is_named_beside_the_result() {
    // Of the twelve starts between 0 and 10 most lie where it breaks.
    let law = |x: f64, p: f64| if p > 2.05 { panic!("the tables are lost") } else { p * x };
    let result = rippled(law, Quantity::new("p").bounds(0.0, 10.0).initial(1.0), 2.0, 1.9, 0.1);
    assert!((result.value("p") - 2.0).abs() < 0.01, "{result}");
    let said = |warning: &&String| warning.starts_with("the model broke on the way");
    assert!(result.warnings.iter().find(said).is_some_and(|said| said.contains("the tables are lost")), "{result}");
}

#[test]
fn where_the_valley_is_bent_intervals_are_those_of_the_profile() {
    let free = ["initial_stress", "overshoot", "fast_time", "time_ratio", "slow_exponent", "fast_exponent"];
    let (data, parameters) = noisy("double_kww", of_the_glass, &free, Stages::Second, 1);
    let plain = FitOptions { intervals: Intervals::Covariance, ..one_start() };
    let from_covariance = fitted("double_kww", &data, &parameters, &plain);
    let result = fitted("double_kww", &data, &parameters, &one_start());
    let said = |result: &FitResult| result.warnings.iter().any(|warning| warning.contains("profile likelihood"));
    assert!(said(&result) && !said(&from_covariance), "{result}");
    assert_eq!(result.cost, from_covariance.cost);
    let make = || linked("double_kww", &[]);
    let one = NonZeroUsize::MIN;
    let profiles = profile(&make, &data, &parameters, &result, &["overshoot"], one, &|_| true).unwrap();
    let own = result.parameter("overshoot").unwrap();
    assert_eq!((own.lower, own.upper), (profiles[0].lower, profiles[0].upper));
    // The valley goes up far and down little.
    assert!(own.upper.is_none_or(|upper| upper - own.value > 2.0 * (own.value - own.lower.unwrap())), "{result}");
    assert_eq!(own.standard_error, from_covariance.parameter("overshoot").unwrap().standard_error);
    // Somebody who does not wait for the profiles has the covariance, and is told.
    let enough = from_covariance.evaluations;
    let waited = |progress: kovacs_fit::estimate::Progress| progress.evaluations <= enough;
    let stopped = fit(&make, &data, &parameters, &one_start(), &waited).unwrap();
    assert!(!stopped.converged, "{stopped}");
    assert!(stopped.warnings.iter().any(|warning| warning.contains("its profile was stopped")), "{stopped}");
    let ends = |result: &FitResult| result.parameter("overshoot").map(|own| (own.lower, own.upper));
    assert_eq!(ends(&stopped), ends(&from_covariance));
    // A straight valley needs none.
    let free = ["relaxation_time", "stretching_exponent", "unrelaxed_modulus", "relaxed_modulus"];
    let (data, parameters) = noisy("kww", of_the_glass, &free, Stages::BothUntil(7200.0), 1);
    assert!(!said(&fitted("kww", &data, &parameters, &one_start())));
}
