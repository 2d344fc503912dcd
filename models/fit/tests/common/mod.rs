//! Two-step tests of shipped models with noise, for tests of what is inferred from them.
#![allow(dead_code, reason = "each test file uses a part of this")]

use kovacs_core::model::{EvaluationError, Evaluator, Experiment};
use kovacs_core::second_stage::evaluate_one;
use kovacs_core::{Origin, TwoStep};
use kovacs_fit::estimate::{FitData, Noise, Observation, Parameters};
use kovacs_fit::studies::two_step_experiment;
use kovacs_sdk::{Local, Model};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

pub const TI: &str = "ti-zr-hf-cu-ni-be";

pub type Make = fn() -> Result<Box<dyn Evaluator>, EvaluationError>;

/// A model with the settings of its titanium glass.
pub fn local<M: Model + 'static>() -> Result<Box<dyn Evaluator>, EvaluationError> {
    let plain = Local::<M>::new(&[])?;
    let settings = plain.description().preset(TI).and_then(|preset| preset.settings.clone());
    Ok(Box::new(Local::<M>::new(&settings.unwrap_or_default())?))
}

pub fn kww() -> Result<Box<dyn Evaluator>, EvaluationError> {
    local::<kovacs_linear::Kww>()
}

/// The parameters of the titanium glass, and with these free.
pub fn glass(make: Make, free: &[&str]) -> (Vec<f64>, Parameters) {
    let model = make().unwrap();
    let description = model.description();
    let truth = description.preset(TI).unwrap().parameters.clone();
    let parameters = Parameters::new(description, &truth).unwrap().only(free).unwrap();
    (truth, parameters)
}

/// Two-step tests of the titanium glass with these waiting times, s.
pub fn tests_of(waiting: &[f64]) -> Vec<TwoStep> {
    waiting.iter().map(|&t_w| TwoStep::new(0.005, 0.003, t_w, 593.0)).collect()
}

/// Both stages of a test that can be made.
pub fn experiment(test: &TwoStep, per_decade: usize) -> Experiment {
    two_step_experiment(test, per_decade).unwrap()
}

/// A number of the standard normal distribution (Box & Muller).
pub fn normal(random: &mut Pcg64Mcg) -> f64 {
    let (a, b): (f64, f64) = (random.random(), random.random());
    (-2.0 * (1.0 - a).ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

/// What a model with these parameters shows in two-step tests, with noise of a standard deviation in MPa.
pub fn observed(make: Make, truth: &[f64], tests: &[TwoStep], per_decade: usize, noise: f64, seed: u64) -> FitData {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut model = make().unwrap();
    let observations = tests.iter().map(|test| {
        let experiment = experiment(test, per_decade);
        let mut values = evaluate_one(model.as_mut(), &experiment, truth).unwrap();
        values.iter_mut().for_each(|value| *value += noise * normal(&mut random));
        let label = format!("t_w = {} s", test.t_w);
        Observation { label, group: None, experiment, values, noise: Noise::Estimated, origin: Origin::Calculated }
    });
    FitData::new(observations.collect()).unwrap()
}
