//! Intervals that do not believe in parabolas: profile likelihoods and the bootstrap, against closed forms.

mod common;

use common::{glass, kww, observed, tests_of};
use kovacs_core::define::Quantity;
use kovacs_core::noise::student_975;
use kovacs_fit::estimate::{
    Bootstrap, BootstrapOptions, EstimateError, FitData, FitOptions, FitResult, Function, FunctionSamples, Noise,
    Parameters, Resampling, bootstrap, fit, profile,
};
use std::num::NonZeroUsize;

const ONE: NonZeroUsize = NonZeroUsize::MIN;

fn threads(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).unwrap()
}

/// `y = law(x; p)` at 0, 1, .. with a ripple for noise.
fn rippled(
    parameters: Vec<Quantity>,
    law: impl Fn(f64, &[f64]) -> f64 + Send + Sync + 'static,
    truth: &[f64],
    points: usize,
) -> (FunctionSamples, Parameters, FitResult) {
    let rows: Vec<Vec<f64>> = (0..points).map(|row| vec![row as f64]).collect();
    let ripple = |x: f64| 0.1 * (2.399_963 * x * (1.0 + 0.01 * x)).sin();
    let values = rows.iter().map(|row| law(row[0], truth) + ripple(row[0])).collect();
    let function = Function::new("law", parameters, move |x, p| law(x[0], p)).unwrap();
    let samples = function.samples(rows, values, Noise::Estimated).unwrap();
    let parameters = function.parameters().unwrap();
    let result = samples.fit(&parameters, &FitOptions::default(), &|_| true).unwrap();
    (samples, parameters, result)
}

#[test]
fn the_profile_of_a_mean_behind_a_logarithm_has_its_closed_form() {
    // y = ln p is a mean m in disguise: the cost grows as n (m - ln p)^2 / s^2, so p ends at exp(m -+ t s / sqrt n).
    let parameters = vec![Quantity::new("p").above(0.0).at_most(1e6).initial(2.0)];
    let (samples, parameters, result) = rippled(parameters, |_, p| p[0].ln(), &[3.0], 30);
    let values = &samples.data().observations[0].values;
    let mean = values.iter().sum::<f64>() / 30.0;
    let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 29.0).sqrt();
    let half = student_975(29.0) * deviation / 30.0_f64.sqrt();
    let make = || samples.instance();
    let profiles = profile(&make, samples.data(), &parameters, &result, &[], ONE, &|_| true).unwrap();
    let [found] = profiles.as_slice() else { panic!("{profiles:?}") };
    for (end, expected) in [(found.lower, (mean - half).exp()), (found.upper, (mean + half).exp())] {
        // The search ends within 0.2 % of a standard error, of which the interval has four.
        assert!((end.unwrap() / expected - 1.0).abs() < 4e-3 * half, "{found:?} {expected}");
    }
    assert!(found.points.is_sorted_by_key(|point| point.value) && found.warnings.is_empty(), "{found:?}");
}

#[test]
fn profiles_of_a_linear_law_are_the_intervals_of_its_covariance_at_any_number_of_threads() {
    let parameters = ["a", "b"].map(|id| Quantity::new(id).initial(1.0)).to_vec();
    let (samples, parameters, result) = rippled(parameters, |x, p| p[0] + p[1] * x, &[2.0, 0.5], 25);
    let make = || samples.instance();
    let all = |count| profile(&make, samples.data(), &parameters, &result, &[], threads(count), &|_| true).unwrap();
    let profiles = all(1);
    assert_eq!(profiles, all(3));
    for found in &profiles {
        let own = result.parameter(&found.name).unwrap();
        let tolerance = 3e-3 * own.standard_error.unwrap();
        assert!((found.lower.unwrap() - own.lower.unwrap()).abs() < tolerance, "{found:?} {own:?}");
        assert!((found.upper.unwrap() - own.upper.unwrap()).abs() < tolerance, "{found:?} {own:?}");
    }
    let one = profile(&make, samples.data(), &parameters, &result, &["b"], ONE, &|_| true).unwrap();
    assert_eq!(one, profiles[1..]);
    let wrong = profile(&make, samples.data(), &parameters, &result, &["c"], ONE, &|_| true).unwrap_err();
    assert_eq!(wrong.to_string(), "model `cell.law` has no parameter `c`; it has a, b");
    let stopped = profile(&make, samples.data(), &parameters, &result, &[], ONE, &|_| false);
    assert_eq!(stopped, Err(EstimateError::Stopped));
}

#[test]
fn what_the_data_do_not_bound_has_no_end_and_says_so() {
    // A decay whose time is far longer than the window: it may as well be infinite.
    let parameters = vec![
        Quantity::new("amplitude").above(0.0).at_most(100.0).initial(1.0),
        Quantity::new("time").above(0.0).at_most(1e9).initial(1e3).logarithmic(),
    ];
    let (samples, parameters, result) = rippled(parameters, |x, p| p[0] * (-x / p[1]).exp(), &[1.0, 400.0], 12);
    let make = || samples.instance();
    let profiles = profile(&make, samples.data(), &parameters, &result, &["time"], ONE, &|_| true).unwrap();
    assert!(profiles[0].upper.is_none() && profiles[0].lower.is_some(), "{profiles:?}");
    assert_eq!(profiles[0].warnings, ["the data do not bound `time` from above"]);
}

fn copies(
    data: &FitData,
    parameters: &Parameters,
    result: &FitResult,
    resampling: Resampling,
    count: usize,
) -> Bootstrap {
    let options = BootstrapOptions { resampling, copies: 200, seed: 7, threads: threads(count) };
    bootstrap(&kww, data, parameters, result, &options, &|_| true).unwrap()
}

const FREE: [&str; 3] = ["relaxation_time", "stretching_exponent", "unrelaxed_modulus"];

#[test]
fn copies_scatter_as_the_covariance_says_with_the_same_bits_at_any_number_of_threads() {
    let (truth, parameters) = glass(kww, &FREE);
    let data = observed(kww, &truth, &tests_of(&[900.0]), 20, 0.3, 3);
    let result = fit(&kww, &data, &parameters, &FitOptions { starts: 1, ..FitOptions::default() }, &|_| true).unwrap();
    for resampling in [Resampling::Residuals, Resampling::Gaussian] {
        let found = copies(&data, &parameters, &result, resampling, 1);
        assert_eq!(found, copies(&data, &parameters, &result, resampling, 3));
        assert!(found.failed == 0 && found.warnings.is_empty() && found.copies.len() == 200, "{:?}", found.warnings);
        for own in &found.intervals {
            let fitted = result.parameter(&own.name).unwrap();
            // A standard deviation of 200 numbers is uncertain by 5 %.
            let ratio = own.standard_error / fitted.standard_error.unwrap();
            assert!((ratio - 1.0).abs() < 0.2, "{resampling:?} {}: {ratio}", own.name);
            assert!(own.lower < fitted.value && fitted.value < own.upper, "{own:?}");
        }
    }
    let few = BootstrapOptions { copies: 10, ..BootstrapOptions::default() };
    let few = bootstrap(&kww, &data, &parameters, &result, &few, &|_| true).unwrap();
    assert_eq!(few.warnings, ["10 copies are too few for the ends of an interval; 80 or more are needed"]);
}

#[test]
fn blocks_see_the_correlation_that_single_residuals_do_not() {
    let (truth, parameters) = glass(kww, &FREE);
    let mut data = observed(kww, &truth, &tests_of(&[900.0]), 20, 0.0, 3);
    for (index, value) in data.observations[0].values.iter_mut().enumerate() {
        *value += 0.8 * (index as f64 / 9.0).sin();
    }
    let result = fit(&kww, &data, &parameters, &FitOptions { starts: 1, ..FitOptions::default() }, &|_| true).unwrap();
    let error = |resampling| copies(&data, &parameters, &result, resampling, 2).intervals[0].standard_error;
    let [single, blocks] = [Resampling::Residuals, Resampling::Blocks(threads(20))].map(error);
    assert!(blocks > 1.5 * single, "{single} {blocks}");
}

#[test]
fn robust_losses_have_the_minima_of_scipy() {
    // scipy 1.17.1: least_squares((p[0] exp(-x / p[1]) + p[2] - y) / 0.05, [3, 5, 0.5], loss = .., tolerances 1e-15).
    let expected = [
        ("linear", [3.228_313_233_134_66, 5.753_427_876_746_135, 0.349_664_072_017_381_1], 268.615_224_326_018_3),
        ("soft_l1", [3.052_313_948_619_573, 5.019_292_123_579_749, 0.482_380_813_304_454_4], 34.470_910_706_302_49),
        ("huber", [3.046_280_689_669_973, 4.991_099_373_871_163, 0.487_964_601_348_166_5], 35.918_354_132_069_19),
        ("cauchy", [3.038_724_066_012_415, 4.949_108_275_100_527, 0.494_354_454_700_068], 8.580_814_774_812_15),
    ];
    let rows: Vec<Vec<f64>> = (0..20).map(|row| vec![f64::from(row)]).collect();
    let mut values: Vec<f64> =
        rows.iter().map(|x| 3.0 * (-x[0] / 5.0).exp() + 0.5 + 0.05 * (7.0 * x[0]).sin()).collect();
    values[4] += 1.0;
    values[11] -= 0.7;
    let parameters =
        [("amplitude", 3.0), ("time", 5.0), ("rest", 0.5)].map(|(id, start)| Quantity::new(id).initial(start));
    let function = Function::new("decay", parameters, |x, p| p[0] * (-x[0] / p[1]).exp() + p[2]).unwrap();
    let samples = function.samples(rows, values, Noise::Known(vec![0.05; 20])).unwrap();
    for (word, minimum, cost) in expected {
        let loss = kovacs_fit::estimate::Loss::from_word(word).unwrap();
        let options = FitOptions { loss, starts: 1, ..FitOptions::default() };
        let result = samples.fit(&function.parameters().unwrap(), &options, &|_| true).unwrap();
        // scipy stops at a relative step of 1e-8 or so where it differentiates numerically.
        assert!((result.cost / cost - 1.0).abs() < 1e-9, "{word}: {} {cost}", result.cost);
        for (id, expected) in ["amplitude", "time", "rest"].iter().zip(minimum) {
            assert!((result.value(id) / expected - 1.0).abs() < 2e-6, "{word} {id}: {} {expected}", result.value(id));
        }
    }
}
