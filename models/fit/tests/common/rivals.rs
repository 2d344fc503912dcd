//! Four models on the tests that ship for the titanium glass, coarse enough for tests.

use super::common::{Make, experiment, glass, kww, local};
use kovacs_core::model::{EvaluationError, Evaluator, Experiment};
use kovacs_core::{Origin, TwoStep};
use kovacs_fit::compare::{Candidate, CompareOptions, ConfusionOptions, KnownTruth};
use kovacs_fit::estimate::{FitData, FitOptions, Noise, Observation};
use kovacs_sdk::{Local, Model};
use std::num::NonZeroUsize;

/// Noise of the shipped tests of this glass, MPa.
pub const NOISE: f64 = 0.12;

/// Samples per decade of them.
pub const PER_DECADE: usize = 20;

/// The models, in the order of the table.
pub const MODELS: [(&str, Make); 4] =
    [("kww", kww), ("tnm_strain", tnm_strain), ("aoi", local::<kovacs_aoi::Aoi>), ("soft_domain", soft_domain)];

/// Soft domains in steps of second order, of which eight per decade do: a study evaluates them a hundred thousand times.
fn soft_domain() -> Result<Box<dyn Evaluator>, EvaluationError> {
    coarse::<kovacs_soft_domain::SoftDomain>(8.0)
}

/// The fictive-temperature model in fewer steps than by default, for the same reason.
fn tnm_strain() -> Result<Box<dyn Evaluator>, EvaluationError> {
    coarse::<kovacs_tnm::TnmStrain>(15.0)
}

fn coarse<M: Model + 'static>(per_decade: f64) -> Result<Box<dyn Evaluator>, EvaluationError> {
    let plain = Local::<M>::new(&[])?;
    let settings = plain.description().settings.iter().map(|setting| match setting.id.as_str() {
        "points_per_decade" => per_decade,
        "order" => 1.0,
        _ => setting.initial,
    });
    Ok(Box::new(Local::<M>::new(&settings.collect::<Vec<_>>())?))
}

/// One protocol.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Series {
    /// The test of the paper alone.
    OneTest,
    /// Three waiting times of the shipped package.
    WaitingTimes,
}

/// The tests of a series.
pub fn tests(series: Series) -> Vec<(String, TwoStep)> {
    let paper = TwoStep { ramp: Some(0.15), dead_time: 0.5, duration: 1e4, ..TwoStep::new(0.005, 0.003, 900.0, 593.0) };
    let of =
        |values: &[f64], make: &dyn Fn(f64) -> (String, TwoStep)| values.iter().map(|&value| make(value)).collect();
    match series {
        Series::OneTest => vec![("t_w = 900 s".to_owned(), paper)],
        Series::WaitingTimes => {
            of(&[100.0, 900.0, 3600.0], &|t_w| (format!("t_w = {t_w} s"), TwoStep { t_w, ..paper }))
        }
    }
}

/// The experiments of a series, without values.
pub fn design(series: Series) -> FitData {
    let observations = tests(series).into_iter().map(|(label, test)| {
        let experiment: Experiment = experiment(&test, PER_DECADE);
        let values = vec![0.0; experiment.times.len()];
        Observation { label, group: None, experiment, values, noise: Noise::Estimated, origin: Origin::Calculated }
    });
    FitData::new(observations.collect()).expect("experiments")
}

/// Names of the parameters that may move: time, shape and strength of the relaxation. All tests are at one temperature.
pub fn free(model: &str) -> &'static [&'static str] {
    match model {
        "kww" => &["relaxation_time", "stretching_exponent", "unrelaxed_modulus", "relaxed_modulus"],
        "tnm_strain" => &["ln_prefactor", "stretching_exponent", "unrelaxed_modulus", "relaxed_modulus"],
        "aoi" => &["barrier_min", "barrier_max", "unrelaxed_modulus", "relaxed_modulus"],
        _ => &["transformation_strain", "activation_volume", "unrelaxed_modulus"],
    }
}

/// The models with their truths. What may move stays near the numbers of the glass: within a factor of three, exponents
/// below 1, and barriers within a fifth. Without that a search may leave for glasses that nobody has made.
pub fn known() -> Vec<KnownTruth<'static>> {
    let models = MODELS.iter().map(|(name, make)| {
        let (truth, mut parameters) = glass(*make, free(name));
        for &id in free(name) {
            let place = parameters.quantities().iter().position(|quantity| quantity.id == id).expect("a parameter");
            let (value, quantity) = (truth[place], parameters.quantities()[place].clone());
            let reach = match id {
                "ln_prefactor" => 1.05,
                "barrier_min" | "barrier_max" => 1.2,
                _ => 3.0,
            };
            let ends = [value / reach, value * reach];
            let (low, high) = (ends[0].min(ends[1]).max(quantity.lower), ends[0].max(ends[1]).min(quantity.upper));
            parameters = parameters.between(id, low, high).expect("bounds inside those of the model");
        }
        KnownTruth { candidate: Candidate { name: (*name).to_owned(), factory: make, parameters }, truth }
    });
    models.collect()
}

pub fn options(first_seed: u64, seeds: u64, threads: usize) -> ConfusionOptions {
    let threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
    let fit = FitOptions { starts: 1, threads, ..FitOptions::default() };
    ConfusionOptions { compare: CompareOptions { fit, leave_out: true }, noise: NOISE, first_seed, seeds }
}
