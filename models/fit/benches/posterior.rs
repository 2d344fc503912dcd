//! How long a posterior takes: the linear two-step test, 4 chains of 1000 draws after 500 turns of warm-up.
//!
//! `cargo bench -p kovacs-fit --bench posterior`

use divan::Bencher;
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{EvaluationError, Evaluator, Experiment};
use kovacs_core::second_stage::evaluate_one;
use kovacs_core::{Origin, TwoStep};
use kovacs_fit::bayes::{BayesOptions, sample};
use kovacs_fit::estimate::{FitData, FitOptions, Noise, Observation, Parameters};
use kovacs_sdk::Local;
use std::num::NonZeroUsize;

fn main() {
    divan::main();
}

fn kww() -> Result<Box<dyn Evaluator>, EvaluationError> {
    Ok(Box::new(Local::<kovacs_linear::Kww>::new(&[])?))
}

/// Both stages of the paper's test of the titanium glass, with a ripple in the place of noise.
fn two_step(points: usize) -> (FitData, Parameters) {
    let mut model = kww().expect("a linked model");
    let truth = model.description().preset("ti-zr-hf-cu-ni-be").expect("a glass").parameters.clone();
    let test = TwoStep::new(0.005, 0.003, 900.0, 593.0);
    let start = test.second_stage_start();
    let per_decade = points / 7;
    let mut times = log_spaced(1.0, 899.0, per_decade);
    times.extend(log_spaced(1.0, 7200.0, per_decade).iter().map(|time| start + time));
    let history = test.protocol().and_then(|protocol| protocol.nodes()).expect("a test that can be made");
    let before = vec![false; times.len()];
    let experiment = Experiment { history, times, before, wanted: vec!["stress".to_owned()] };
    let mut values = evaluate_one(model.as_mut(), &experiment, &truth).expect("a curve");
    values.iter_mut().enumerate().for_each(|(row, value)| *value += 0.7 * (row as f64 * 2.399_963).sin());
    let label = "t_w = 900 s".to_owned();
    let noise = Noise::Estimated;
    let observation = Observation { label, group: None, experiment, values, noise, origin: Origin::Calculated };
    let free = ["relaxation_time", "stretching_exponent", "unrelaxed_modulus", "relaxed_modulus"];
    let parameters = Parameters::new(model.description(), &truth).and_then(|all| all.only(&free)).expect("four free");
    (FitData::new(vec![observation]).expect("a curve"), parameters)
}

#[divan::bench(args = [(50, 1), (200, 1), (200, 2), (1000, 1)], sample_count = 3)]
fn linear_kww(bencher: Bencher<'_, '_>, (points, threads): (usize, usize)) {
    let (data, parameters) = two_step(points);
    let threads = NonZeroUsize::new(threads).expect("above zero");
    let options =
        BayesOptions { fit: FitOptions { starts: 4, threads, ..FitOptions::default() }, ..BayesOptions::default() };
    bencher.bench_local(|| sample(&kww, &data, &parameters, &options, &|_| true).expect("a posterior"));
}
