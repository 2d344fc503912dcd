//! The study of error rates: the linear test on records whose truth is known, and the critical waiting time of series.
//!
//! `cargo run -p kovacs-fit --example linear_test_error_rates` computes all of it (some minutes) and writes
//! `models/fit/studies/linear-test.json`; a test computes the first seeds again.

use super::{DeadTime, Truth, heights, kww_record, kww_record_with_memory, soft_domain_record, waiting_series};
use kovacs_core::TwoStep;
use kovacs_core::linear_response::Moduli;
use kovacs_fit::{LinearTestOptions, TwoStepRecord, judge_critical_time, linear_null, linear_test};
use serde::{Deserialize, Serialize};

/// Noise of the shipped package of this glass, MPa.
pub const NOISE: f64 = 0.12;

/// One kind of record.
pub const CASES: [&str; 5] = [
    "linear, first sample after 0.5 s",
    "linear, first sample after 30 s",
    "linear, first sample after 0.5 s, noise correlated by 0.5",
    "soft domains, first sample after 0.5 s",
    "soft domains, first sample after 30 s",
];

/// One kind of series.
pub const SERIES: [&str; 4] = [
    "linear, first sample after 30 s",
    "linear, first sample after 0.01 s",
    "soft domains, first sample after 0.5 s",
    "soft domains, first sample after 0.01 s",
];

/// What the test said of one record.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Outcome {
    pub verdict: String,
    pub p_value: f64,
    pub nonlinearity_index: Option<f64>,
    pub linear_index: Option<f64>,
}

/// The file.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Study {
    pub what: String,
    pub command: String,
    pub seeds: u64,
    pub noise_mpa: f64,
    /// Files that the numbers come from, with their SHA-256: if one differs, the numbers may be stale.
    pub inputs: Vec<Input>,
    pub summary: Vec<Summary>,
    pub critical_time: Vec<CriticalSummary>,
    /// Outcomes by case and seed.
    pub outcomes: Vec<Vec<Outcome>>,
    /// Verdicts on the critical waiting time by kind of series and seed.
    pub critical_verdicts: Vec<Vec<String>>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Input {
    pub path: String,
    pub sha256: String,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Summary {
    pub case: String,
    pub linear: usize,
    pub not_linear: usize,
    pub undecided: usize,
    /// Part of the records with a probability below 0.05.
    pub rejected_at_5_percent: f64,
    pub median_nonlinearity_index: Option<f64>,
    pub median_linear_index: Option<f64>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct CriticalSummary {
    pub series: String,
    pub supported: usize,
    pub artefact: usize,
    pub not_supported: usize,
}

fn record(case: usize, seed: u64) -> TwoStepRecord {
    match case {
        0 => kww_record(DeadTime(0.5), NOISE, seed),
        1 => kww_record(DeadTime(30.0), NOISE, seed),
        2 => kww_record_with_memory(DeadTime(0.5), NOISE, 0.5, seed),
        3 => soft_domain_record(DeadTime(0.5), NOISE, seed),
        _ => soft_domain_record(DeadTime(30.0), NOISE, seed),
    }
}

/// The test of one record.
pub fn outcome(case: usize, seed: u64) -> Outcome {
    let found = linear_test(&record(case, seed), &LinearTestOptions::default()).expect("a record that can be tested");
    Outcome {
        verdict: found.verdict.word().to_owned(),
        p_value: found.excess.p_value,
        nonlinearity_index: found.nonlinearity_index,
        linear_index: found.linear_index,
    }
}

/// The whole chain of one series: noisy records, their humps, the linear material of the longest of them, its null.
pub fn critical_verdict(series: usize, seed: u64) -> String {
    let (truth, dead_time) = match series {
        0 => (Truth::Kww, 30.0),
        1 => (Truth::Kww, 0.01),
        2 => (Truth::SoftDomain, 0.5),
        _ => (Truth::SoftDomain, 0.01),
    };
    let records = waiting_series(truth, DeadTime(dead_time), NOISE, seed);
    let longest = records.last().expect("a series");
    let material = linear_test(longest, &LinearTestOptions::default()).expect("a record that can be tested").material;
    let moduli = Moduli { unrelaxed: material.unrelaxed_modulus(), relaxed: material.relaxed_modulus };
    let tests: Vec<TwoStep> = records.iter().map(|record| TwoStep { dead_time, ..record.test }).collect();
    let null = linear_null(moduli, &material, &tests).expect("a material");
    judge_critical_time(&heights(&records), &null).expect("a series").verdict.word().to_owned()
}

/// Counts outcomes.
pub fn summary(case: &str, outcomes: &[Outcome]) -> Summary {
    let count = |word: &str| outcomes.iter().filter(|outcome| outcome.verdict == word).count();
    let middle =
        |pick: fn(&Outcome) -> Option<f64>| kovacs_core::noise::median(outcomes.iter().filter_map(pick).collect());
    Summary {
        case: case.to_owned(),
        linear: count("linear"),
        not_linear: count("not linear"),
        undecided: count("cannot be decided"),
        rejected_at_5_percent: outcomes.iter().filter(|outcome| outcome.p_value < 0.05).count() as f64
            / outcomes.len().max(1) as f64,
        median_nonlinearity_index: middle(|outcome| outcome.nonlinearity_index),
        median_linear_index: middle(|outcome| outcome.linear_index),
    }
}

/// Counts verdicts.
pub fn critical_summary(series: &str, verdicts: &[String]) -> CriticalSummary {
    let count = |word: &str| verdicts.iter().filter(|verdict| *verdict == word).count();
    CriticalSummary {
        series: series.to_owned(),
        supported: count("supported"),
        artefact: count("artefact"),
        not_supported: count("not supported"),
    }
}
