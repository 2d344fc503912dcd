//! Posteriors: the closed form of a linear model, ranks of truths drawn from the prior, the same bits at any number of
//! threads, and what is said of draws that cannot be believed.

mod common;

use common::{Make, glass, kww, observed, tests_of};
use kovacs_core::second_stage::evaluate_one;
use kovacs_fit::bayes::{BayesError, BayesOptions, Posterior, Prior, Sampler, sample};
use kovacs_fit::estimate::{Correlations, FitData, FitOptions, Parameters};
use nalgebra::{DMatrix, DVector};
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;
use std::num::NonZeroUsize;

const KWW: [&str; 3] = ["relaxation_time", "stretching_exponent", "unrelaxed_modulus"];

fn options(threads: usize) -> BayesOptions {
    let fit = FitOptions { starts: 1, threads: NonZeroUsize::new(threads).unwrap(), ..FitOptions::default() };
    BayesOptions { warm_up: 300, draws: 500, fit, ..BayesOptions::default() }
}

fn drawn(make: Make, data: &FitData, parameters: &Parameters, options: &BayesOptions) -> Posterior {
    sample(&make, data, parameters, options, &|_| true).unwrap()
}

fn known(mut data: FitData, deviation: f64) -> FitData {
    data.observations = data.observations.into_iter().map(|o| o.with_deviation(deviation)).collect();
    data
}

const MODULI: [&str; 2] = ["unrelaxed_modulus", "relaxed_modulus"];

/// The two moduli, in which a stretched exponential is linear, with normal priors and the closed form of their posterior.
struct Linear {
    data: FitData,
    parameters: Parameters,
    priors: Vec<(String, Prior)>,
    mean: DVector<f64>,
    covariance: DMatrix<f64>,
    columns: DMatrix<f64>,
}

fn linear_case() -> Linear {
    let (truth, parameters) = glass(kww, &MODULI);
    let data = known(observed(kww, &truth, &tests_of(&[100.0]), 5, 2.0, 1), 2.0);
    let mut model = kww().unwrap();
    let moduli = MODULI.map(|id| model.description().parameter(id).unwrap());
    let observation = &data.observations[0];
    let columns = moduli.map(|index| {
        let mut at = |factor: f64| {
            let mut moved = truth.clone();
            moved[index] *= factor;
            DVector::from_vec(evaluate_one(model.as_mut(), &observation.experiment, &moved).unwrap())
        };
        (at(1.1) - at(0.9)) / (0.2 * truth[index])
    });
    let columns = DMatrix::from_columns(&columns);
    let (means, deviations) = ([89_000.0, 46_000.0], [800.0, 3000.0]);
    let precision = DMatrix::from_diagonal(&DVector::from_iterator(2, deviations.iter().map(|d: &f64| d.powi(-2))));
    let values = DVector::from_column_slice(&observation.values);
    let covariance = (columns.transpose() * &columns / 4.0 + &precision).try_inverse().unwrap();
    let mean = &covariance * (columns.transpose() * values / 4.0 + precision * DVector::from_column_slice(&means));
    let priors = MODULI.iter().zip(means).zip(deviations);
    let priors = priors.map(|((id, mean), deviation)| ((*id).to_owned(), Prior::Normal { mean, deviation })).collect();
    Linear { data, parameters, priors, mean, covariance, columns }
}

#[test]
fn a_linear_model_has_the_gaussian_posterior_of_the_closed_form() {
    let Linear { data, parameters, priors, mean, covariance, .. } = linear_case();
    for sampler in [Sampler::Nuts, Sampler::Ensemble] {
        // Walkers need ten times as long to forget where they were.
        let draws = if sampler == Sampler::Nuts { 500 } else { 3000 };
        let options = BayesOptions { sampler, draws, priors: priors.clone(), ..options(1) };
        let posterior = drawn(kww, &data, &parameters, &options);
        assert_eq!(posterior.sampler, if sampler == Sampler::Nuts { "nuts" } else { "ensemble" });
        let [first, second] = MODULI.map(|id| posterior.draws_of(id));
        for (index, id) in MODULI.iter().enumerate() {
            let parameter = posterior.parameter(id).unwrap();
            let deviation = covariance[(index, index)].sqrt();
            let size = parameter.bulk_size.unwrap().min(parameter.tail_size.unwrap());
            assert!(size > 400.0 && parameter.r_hat.unwrap() < 1.02, "{posterior}");
            // Five standard errors of a mean, of a standard deviation, and of a 2.5 % quantile (density 0.0585).
            let error = deviation / size.sqrt();
            assert!((parameter.mean - mean[index]).abs() < 5.0 * error, "{id} {} {}", parameter.mean, mean[index]);
            assert!((parameter.standard_deviation - deviation).abs() < 5.0 * error, "{id} {deviation}\n{posterior}");
            let lower = mean[index] - 1.959964 * deviation;
            assert!((parameter.lower - lower).abs() < 5.0 * 0.156 / 0.0585 * error, "{id} {lower}\n{posterior}");
        }
        let count = first.len() as f64;
        let product = first.iter().zip(&second).map(|(a, b)| (a - mean[0]) * (b - mean[1])).sum::<f64>() / count;
        let expected = covariance[(0, 1)];
        let scale = (covariance[(0, 0)] * covariance[(1, 1)]).sqrt();
        assert!((product - expected).abs() < 0.15 * scale, "{product} for {expected} of {scale}");
        assert!(posterior.divergences == 0 && posterior.acceptance > 0.3, "{posterior}");
    }
}

#[test]
fn leaving_samples_out_by_weights_is_the_closed_form() {
    let Linear { data, parameters, priors, mean, covariance, columns } = linear_case();
    let draws = BayesOptions { priors, draws: 1000, ..options(1) };
    let posterior = drawn(kww, &data, &parameters, &draws);
    // Without sample i the mean moves by C x_i r_i / (4 (1 - h_i)), h_i = x_i C x_i / 4, and its prediction is off by
    // r_i / (1 - h_i) with the variance 4 / (1 - h_i).
    let leverage = (&columns * covariance * columns.transpose()).diagonal() / 4.0;
    let residuals = DVector::from_column_slice(&data.observations[0].values) - columns * mean;
    let terms = residuals.iter().zip(leverage.iter()).map(|(residual, leverage)| {
        let variance = 4.0 / (1.0 - leverage);
        -0.5 * ((residual / (1.0 - leverage)).powi(2) / variance + (std::f64::consts::TAU * variance).ln())
    });
    let expected: f64 = terms.sum();
    let found = &posterior.leave_one_out;
    // 4000 draws; two effective parameters, whose spread over draws is about one.
    assert!((found.sum - expected).abs() < 0.15, "{} for {expected}", found.sum);
    assert!((found.sum - posterior.waic.sum).abs() < 0.15 && found.unreliable() == 0);
    assert!((found.effective_parameters - 2.0).abs() < 0.6, "{}", found.effective_parameters);
}

#[test]
fn truths_drawn_from_the_prior_have_uniform_ranks() {
    // Simulation-based calibration (Talts et al., arXiv 1804.06788): 60 truths, 19 draws of each posterior, 4 bins of ranks.
    let free = ["relaxation_time", "stretching_exponent"];
    let (truth, parameters) = glass(kww, &free);
    let parameters = parameters.between("relaxation_time", 5e3, 2e4).unwrap();
    let parameters = parameters.between("stretching_exponent", 0.4, 0.6).unwrap();
    let description = kww().unwrap().description().clone();
    let places = free.map(|id| description.parameter(id).unwrap());
    let mut random = Pcg64Mcg::seed_from_u64(5);
    let mut bins = [[0_usize; 4]; 2];
    for seed in 0..60 {
        // Log-uniform, and uniform: what the description and the bounds say.
        let [a, b]: [f64; 2] = std::array::from_fn(|_| rand::RngExt::random(&mut random));
        let mut drawn_truth = truth.clone();
        drawn_truth[places[0]] = 5e3 * 4.0_f64.powf(a);
        drawn_truth[places[1]] = 0.4 + 0.2 * b;
        // Noise so large that the prior matters.
        let data = known(observed(kww, &drawn_truth, &tests_of(&[300.0]), 3, 10.0, 100 + seed), 10.0);
        let options = BayesOptions { chains: 2, warm_up: 150, draws: 190, seed, ..options(1) };
        let posterior = drawn(kww, &data, &parameters, &options);
        for (index, id) in free.iter().enumerate() {
            let draws = posterior.draws_of(id);
            let rank = draws.iter().step_by(20).filter(|draw| **draw < drawn_truth[places[index]]).count();
            bins[index][rank / 5] += 1;
        }
    }
    for bins in bins {
        // Chi-square with 3 degrees of freedom: 16.3 is exceeded once in a thousand.
        let square: f64 = bins.iter().map(|&count| (count as f64 - 15.0).powi(2) / 15.0).sum();
        assert!(square < 16.3, "{bins:?}");
    }
}

#[test]
fn several_threads_give_the_same_bits_and_another_seed_others() {
    let (truth, parameters) = glass(kww, &KWW);
    let data = observed(kww, &truth, &tests_of(&[900.0]), 8, 0.5, 3);
    for sampler in [Sampler::Nuts, Sampler::Ensemble] {
        let options = |threads, seed| BayesOptions { warm_up: 60, draws: 40, sampler, seed, ..options(threads) };
        let one = drawn(kww, &data, &parameters, &options(1, 1));
        for threads in [2, 4] {
            assert_eq!(drawn(kww, &data, &parameters, &options(threads, 1)), one);
        }
        assert_ne!(drawn(kww, &data, &parameters, &options(1, 2)).draws, one.draws);
    }
}

#[test]
fn noise_is_drawn_with_the_parameters_and_a_good_model_passes_every_check() {
    let (truth, parameters) = glass(kww, &KWW);
    let data = observed(kww, &truth, &tests_of(&[300.0, 900.0, 3600.0]), 10, 0.5, 4);
    let posterior = drawn(kww, &data, &parameters, &options(2));
    assert_eq!(posterior.sampler, "nuts");
    let noise = posterior.parameter("noise of stress").unwrap();
    assert!(noise.lower < 0.5 && noise.upper > 0.5 && noise.unit == "MPa", "{posterior}");
    // 180 samples: a relative standard deviation of 1/sqrt(360).
    assert!((noise.standard_deviation / noise.mean / 0.0527 - 1.0).abs() < 0.25, "{noise:?}");
    for (id, truth) in [("relaxation_time", 1e4), ("stretching_exponent", 0.5), ("unrelaxed_modulus", 9e4)] {
        let parameter = posterior.parameter(id).unwrap();
        assert!((parameter.mean - truth).abs() < 4.0 * parameter.standard_deviation, "{posterior}");
    }
    assert!(posterior.checks.iter().all(|check| check.p_mean_square > 0.005 && check.p_correlation > 0.005));
    let said = posterior.warnings.iter().filter(|warning| !warning.contains("leaving out curves"));
    assert_eq!(said.count(), 0, "{posterior}");
    assert!(posterior.to_string().contains("2000 draws of 4 chains by nuts, seed 1"), "{posterior}");
    let again: Posterior = serde_json::from_str(&serde_json::to_string(&posterior).unwrap()).unwrap();
    assert_eq!(again.to_string(), posterior.to_string());
}

#[test]
fn a_shape_that_is_left_over_is_found_and_its_correlation_widens_the_posterior() {
    let (truth, parameters) = glass(kww, &KWW);
    let mut data = observed(kww, &truth, &tests_of(&[900.0]), 20, 0.2, 5);
    for (index, value) in data.observations[0].values.iter_mut().enumerate() {
        *value += 0.8 * (index as f64 / 9.0).sin();
    }
    let white = drawn(kww, &data, &parameters, &options(1));
    let said = white.warnings.join("\n");
    assert!(said.contains("neighbouring residuals of `t_w = 900 s` are correlated"), "{white}");
    let mut options = options(1);
    options.fit.correlations = Correlations::Estimated;
    let aware = drawn(kww, &data, &parameters, &options);
    let width = |posterior: &Posterior| posterior.parameter("relaxation_time").unwrap().standard_deviation;
    assert!(aware.correlation_length > 0.1 && width(&aware) > 1.5 * width(&white), "{aware}");
    assert!(aware.leave_one_out.sum > white.leave_one_out.sum);
}

#[test]
fn bounds_and_priors_hold() {
    let (truth, parameters) = glass(kww, &KWW);
    let parameters = parameters.between("stretching_exponent", 0.3, 0.48).unwrap();
    let data = observed(kww, &truth, &tests_of(&[900.0]), 5, 5.0, 6);
    let posterior = drawn(kww, &data, &parameters, &options(1));
    let draws = posterior.draws_of("stretching_exponent");
    assert!(draws.iter().all(|draw| (0.3..=0.48).contains(draw)), "{posterior}");
    let tight = vec![("stretching_exponent".to_owned(), Prior::Normal { mean: 0.35, deviation: 0.001 })];
    let posterior = drawn(kww, &data, &parameters, &BayesOptions { priors: tight, ..options(1) });
    let parameter = posterior.parameter("stretching_exponent").unwrap();
    assert!((parameter.mean - 0.35).abs() < 0.005, "{posterior}");
}

#[test]
fn stopping_keeps_the_draws_so_far() {
    let (truth, parameters) = glass(kww, &KWW);
    let data = observed(kww, &truth, &tests_of(&[900.0]), 8, 0.5, 3);
    let make: Make = kww;
    let until = |turns: usize| sample(&make, &data, &parameters, &options(1), &|progress| progress.done < turns);
    assert_eq!(until(0), Err(BayesError::Stopped));
    // The fit is done, the warm-up is not.
    assert_eq!(until(100), Err(BayesError::Stopped));
    let posterior = until(700).unwrap();
    // The first chain is whole after 800 turns.
    assert!(posterior.stopped && posterior.draws.len() == 1 && posterior.draws[0].len() == 400, "{posterior}");
    assert!(posterior.warnings[0].starts_with("stopped before the end"), "{posterior}");
}

#[test]
fn what_cannot_be_drawn_is_refused_by_name() {
    let (truth, parameters) = glass(kww, &KWW);
    let data = observed(kww, &truth, &tests_of(&[900.0]), 8, 0.5, 3);
    let make: Make = kww;
    let refused =
        |options: BayesOptions| sample(&make, &data, &parameters, &options, &|_| true).unwrap_err().to_string();
    let prior = |name: &str, prior| BayesOptions { priors: vec![(name.to_owned(), prior)], ..options(1) };
    let said = [
        refused(prior("activation_energy", Prior::Uniform)),
        refused(prior("relaxation_time", Prior::LogNormal { median: 100.0, factor: 1.0 })),
        refused(prior("relaxation_time", Prior::Normal { mean: 100.0, deviation: f64::NAN })),
        refused(BayesOptions { draws: 3, ..options(1) }),
        refused(BayesOptions { chains: 0, ..options(1) }),
    ];
    let expected = [
        "there is a prior for `activation_energy`, which is not free; free are relaxation_time, stretching_exponent, \
         unrelaxed_modulus",
        "the prior of `relaxation_time` has factor 1; it must be finite and above 1",
        "the prior of `relaxation_time` has deviation NaN; it must be finite and above 0",
        "draws = 3 is too few; at least 20 are needed",
        "chains = 0 is too few; at least 1 are needed",
    ];
    assert_eq!(said, expected);
}
