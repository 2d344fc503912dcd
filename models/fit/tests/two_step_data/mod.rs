//! Records of two-step tests whose truth is known, made with the linked models.
#![allow(dead_code, reason = "each test file uses a part of this")]

use kovacs_core::glasses::glass;
use kovacs_core::model::Evaluator;
use kovacs_core::{TwoStep, model::ModelDescription};
use kovacs_fit::TwoStepRecord;
use kovacs_fit::studies::{FirstSample, GLASS, synthetic_record};
use kovacs_linear::Kww;
use kovacs_sdk::{Local, Model};
use kovacs_soft_domain::SoftDomain;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

fn truth(description: &ModelDescription) -> Vec<f64> {
    description.preset(GLASS).unwrap().parameters.clone()
}

/// What a series is made with.
#[derive(Clone, Copy, Debug)]
pub enum Truth {
    Kww,
    SoftDomain,
}

/// The paper's test of the Ti glass.
pub fn paper_test() -> TwoStep {
    glass(GLASS).unwrap().two_step()
}

/// A series of waiting times.
pub fn waiting_series(truth_of: Truth, first: FirstSample, noise: f64, seed: u64) -> Vec<TwoStepRecord> {
    let mut model: Box<dyn Evaluator> = match truth_of {
        Truth::Kww => Box::new(Local::<Kww>::new(&[]).unwrap()),
        Truth::SoftDomain => Box::new(Local::<SoftDomain>::new(&[]).unwrap()),
    };
    let parameters = truth(model.description());
    kovacs_fit::studies::waiting_series(model.as_mut(), &parameters, first, noise, seed).unwrap()
}

/// White noise.
pub fn noise(count: usize, deviation: f64, seed: u64) -> Vec<f64> {
    let mut random = SmallRng::seed_from_u64(seed);
    let mut deviate = || (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0;
    (0..count).map(|_| deviation * deviate()).collect()
}

fn record<M: Model + 'static>(first: FirstSample, noise: f64, seed: u64) -> TwoStepRecord {
    let mut model = Local::<M>::new(&[]).unwrap();
    let parameters = truth(model.description());
    synthetic_record(&mut model, &parameters, paper_test(), (first, 9000.0), noise, seed).unwrap()
}

pub fn kww_record(first: FirstSample, noise: f64, seed: u64) -> TwoStepRecord {
    record::<Kww>(first, noise, seed)
}

pub fn soft_domain_record(first: FirstSample, noise: f64, seed: u64) -> TwoStepRecord {
    record::<SoftDomain>(first, noise, seed)
}
