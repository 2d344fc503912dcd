//! Records of two-step tests whose truth is known, sampled and noisy like the shipped packages: 40 samples to the decade,
//! a loading ramp of 0.15 s, white noise.
#![allow(dead_code, reason = "each test file uses a part of this")]

pub mod study;

use kovacs_core::glasses::glass;
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{Evaluator, Experiment};
use kovacs_core::second_stage::evaluate_one;
use kovacs_core::{Curve, Origin, TwoStep, hump_of_samples};
use kovacs_fit::TwoStepRecord;
use kovacs_linear::Kww;
use kovacs_sdk::{Local, Model};
use kovacs_soft_domain::SoftDomain;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// First sample of both stages, s.
#[derive(Clone, Copy, Debug)]
pub struct DeadTime(pub f64);

fn deviate(random: &mut SmallRng) -> f64 {
    (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0
}

/// The record that a model makes of a test.
pub fn record(
    model: &mut dyn Evaluator,
    parameters: &[f64],
    test: TwoStep,
    (first, last): (f64, f64),
    noise: f64,
    seed: u64,
) -> TwoStepRecord {
    let test = TwoStep { ramp: Some(0.15), duration: 2.0 * last, ..test };
    let (one, two) = (log_spaced(first, test.t_w, 40), log_spaced(first, last, 40));
    let loaded = 0.15;
    let start = test.second_stage_start();
    let times: Vec<f64> = one.iter().map(|t| loaded + t).chain(two.iter().map(|t| start + t)).collect();
    // The last sample of the first stage is the one just before the unloading.
    let before = (0..times.len()).map(|row| row + 1 == one.len()).collect();
    let history = test.protocol().unwrap().nodes().unwrap();
    let experiment = Experiment { history, times, before, wanted: vec!["stress".to_owned()] };
    let mut stress = evaluate_one(model, &experiment, parameters).unwrap();
    let mut random = SmallRng::seed_from_u64(seed);
    stress.iter_mut().for_each(|value| *value += noise * deviate(&mut random));
    let second = stress.split_off(one.len());
    let curve = |label: &str, x: Vec<f64>, y: Vec<f64>| {
        Curve::new(label, x, y).unwrap().x_axis("time", "s").y_axis("stress", "MPa").from_origin(Origin::Synthetic)
    };
    TwoStepRecord { test, first: curve("first stage", one, stress), second: curve("second stage", two, second) }
}

fn preset<M: Model>() -> (Local<M>, Vec<f64>) {
    let model = Local::<M>::new(&[]).unwrap();
    let parameters = model.description().preset("ti-zr-hf-cu-ni-be").unwrap().parameters.clone();
    (model, parameters)
}

/// The paper's test of the Ti glass.
pub fn paper_test() -> TwoStep {
    glass("ti-zr-hf-cu-ni-be").unwrap().two_step()
}

/// The same record with noise whose neighbours are correlated.
pub fn kww_record_with_memory(dead: DeadTime, noise: f64, memory: f64, seed: u64) -> TwoStepRecord {
    let mut record = kww_record(dead, 0.0, 0);
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

/// What a series is made with.
#[derive(Clone, Copy, Debug)]
pub enum Truth {
    Kww,
    SoftDomain,
}

/// The paper's test of the Ti glass after eight waiting times; each second stage lasts ten times as long.
pub fn waiting_series(truth: Truth, dead: DeadTime, noise: f64, seed: u64) -> Vec<TwoStepRecord> {
    let of = |t_w: f64| {
        let test = TwoStep { t_w, ..paper_test() };
        let window = (dead.0, (10.0 * t_w).max(20.0 * dead.0));
        let seed = 1000 * seed + t_w as u64;
        match truth {
            Truth::Kww => {
                let (mut model, parameters) = preset::<Kww>();
                record(&mut model, &parameters, test, window, noise, seed)
            }
            Truth::SoftDomain => {
                let (mut model, parameters) = preset::<SoftDomain>();
                record(&mut model, &parameters, test, window, noise, seed)
            }
        }
    };
    WAITING.iter().filter(|&&t_w| t_w > 2.0 * dead.0).map(|&t_w| of(t_w)).collect()
}

const WAITING: [f64; 8] = [10.0, 30.0, 100.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0];

/// Waiting times (s) and heights (MPa) of the humps; 0 where there is none.
pub fn heights(records: &[TwoStepRecord]) -> Vec<(f64, f64)> {
    let height = |record: &TwoStepRecord| {
        let found = hump_of_samples(&record.second.x, &record.second.y, 0.0).unwrap();
        (record.test.t_w, found.hump.delta_sigma().unwrap_or(0.0))
    };
    records.iter().map(height).collect()
}

/// White noise.
pub fn noise(count: usize, deviation: f64, seed: u64) -> Vec<f64> {
    let mut random = SmallRng::seed_from_u64(seed);
    (0..count).map(|_| deviation * deviate(&mut random)).collect()
}

pub fn kww_record(dead: DeadTime, noise: f64, seed: u64) -> TwoStepRecord {
    let (mut model, parameters) = preset::<Kww>();
    record(&mut model, &parameters, paper_test(), (dead.0, 9000.0), noise, seed)
}

pub fn soft_domain_record(dead: DeadTime, noise: f64, seed: u64) -> TwoStepRecord {
    let (mut model, parameters) = preset::<SoftDomain>();
    record(&mut model, &parameters, paper_test(), (dead.0, 9000.0), noise, seed)
}
