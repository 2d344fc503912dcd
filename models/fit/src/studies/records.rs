//! Two-step tests whose truth is known, sampled and noisy like the shipped packages.

use crate::error::FitError;
use crate::linear_test::TwoStepRecord;
use crate::random::deviate;
use kovacs_core::glasses::glass;
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{EvaluationError, Evaluator, Experiment};
use kovacs_core::second_stage::evaluate_one;
use kovacs_core::{Curve, Origin, ProtocolError, TwoStep, hump_of_samples};
use rand::SeedableRng;
use rand::rngs::SmallRng;

/// Samples to the decade of a record.
const PER_DECADE: usize = 40;

/// Loading ramp of a record, s.
const LOADING: f64 = 0.15;

/// Waiting times of a series, s.
const WAITING: [f64; 8] = [10.0, 30.0, 100.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0];

/// First sample of both stages, s after the end of the step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirstSample(pub f64);

/// Both stages of a test: from 1 s, or from its dead time after a step if it has one, to eight waiting times or its end.
///
/// # Errors
/// Nobody could make the test.
pub fn two_step_experiment(test: &TwoStep, per_decade: usize) -> Result<Experiment, ProtocolError> {
    let start = test.second_stage_start();
    let loading = test.ramp.unwrap_or(0.0);
    let first = if test.dead_time > 0.0 { test.dead_time } else { 1.0 };
    let mut times: Vec<f64> = log_spaced(first, test.t_w, per_decade).iter().map(|time| loading + time).collect();
    times.retain(|&time| time <= loading + test.t_w && time < start);
    let last = (8.0 * test.t_w).min(test.duration);
    times.extend(log_spaced(first, last, per_decade).iter().map(|time| start + time));
    let before = vec![false; times.len()];
    let history = test.protocol()?.nodes()?;
    Ok(Experiment { history, times, before, wanted: vec!["stress".to_owned()] })
}

/// The record that a model makes of a test: both stages from the first sample on, the second one until `last` (s), with white noise
/// of a standard deviation in MPa.
///
/// # Errors
/// Nobody could make the test, or the model has no answer.
pub fn synthetic_record(
    model: &mut dyn Evaluator,
    parameters: &[f64],
    test: TwoStep,
    (first, last): (FirstSample, f64),
    noise: f64,
    seed: u64,
) -> Result<TwoStepRecord, FitError> {
    let test = TwoStep { ramp: Some(LOADING), duration: 2.0 * last, ..test };
    let (one, two) = (log_spaced(first.0, test.t_w, PER_DECADE), log_spaced(first.0, last, PER_DECADE));
    let start = test.second_stage_start();
    let times: Vec<f64> = one.iter().map(|t| LOADING + t).chain(two.iter().map(|t| start + t)).collect();
    // The last sample of the first stage is the one just before the unloading.
    let before = (0..times.len()).map(|row| row + 1 == one.len()).collect();
    let history = test.protocol().and_then(|protocol| protocol.nodes()).map_err(EvaluationError::from)?;
    let experiment = Experiment { history, times, before, wanted: vec!["stress".to_owned()] };
    let mut stress = evaluate_one(model, &experiment, parameters)?;
    let mut random = SmallRng::seed_from_u64(seed);
    stress.iter_mut().for_each(|value| *value += noise * deviate(&mut random));
    let second = stress.split_off(one.len());
    let curve = |label: &str, x: Vec<f64>, y: Vec<f64>| {
        let curve = Curve::new(label, x, y)?;
        Ok::<_, FitError>(curve.x_axis("time", "s").y_axis("stress", "MPa").from_origin(Origin::Synthetic))
    };
    Ok(TwoStepRecord { test, first: curve("first stage", one, stress)?, second: curve("second stage", two, second)? })
}

/// The same record with more noise, whose neighbours are correlated by `memory` (0..1).
pub fn correlated_noise(mut record: TwoStepRecord, noise: f64, memory: f64, seed: u64) -> TwoStepRecord {
    let mut random = SmallRng::seed_from_u64(seed);
    for curve in [&mut record.first, &mut record.second] {
        let mut last = deviate(&mut random);
        for value in &mut curve.y {
            *value += noise * last;
            last = memory * last + (1.0 - memory * memory).sqrt() * deviate(&mut random);
        }
    }
    record
}

/// The paper's test of the titanium glass after up to eight waiting times; each second stage lasts ten times as long.
///
/// # Errors
/// As [`synthetic_record`].
pub fn waiting_series(
    model: &mut dyn Evaluator,
    parameters: &[f64],
    first: FirstSample,
    noise: f64,
    seed: u64,
) -> Result<Vec<TwoStepRecord>, FitError> {
    let seen = WAITING.iter().filter(|&&t_w| t_w > 2.0 * first.0);
    seen.map(|&t_w| {
        let test = TwoStep { t_w, ..paper_test()? };
        let last = (10.0 * t_w).max(20.0 * first.0);
        synthetic_record(model, parameters, test, (first, last), noise, 1000 * seed + t_w as u64)
    })
    .collect()
}

/// Waiting times (s) and heights (MPa) of the humps; 0 where there is none.
///
/// # Errors
/// A record is no curve.
pub fn hump_heights(records: &[TwoStepRecord]) -> Result<Vec<(f64, f64)>, FitError> {
    let height = |record: &TwoStepRecord| {
        let found = hump_of_samples(&record.second.x, &record.second.y, 0.0).map_err(|_| FitError::FewSamples {
            label: record.second.label.clone(),
            found: record.second.len(),
            needed: 3,
        })?;
        Ok((record.test.t_w, found.hump.delta_sigma().unwrap_or(0.0)))
    };
    records.iter().map(height).collect()
}

/// The paper's test of the titanium glass.
pub(super) fn paper_test() -> Result<TwoStep, FitError> {
    let found = glass(super::GLASS).ok_or_else(|| FitError::NoSeries { glass: super::GLASS.to_owned() })?;
    Ok(found.two_step())
}
