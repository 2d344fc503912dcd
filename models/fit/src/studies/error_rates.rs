//! How often the linear test errs on records whose truth is known, and the critical waiting time on series of them.

use super::records::{FirstSample, correlated_noise, hump_heights, paper_test, synthetic_record, waiting_series};
use super::{ModelSource, StudyError, StudyProgress, StudyTable, truth_of};
use crate::linear_test::{LinearTestOptions, TwoStepRecord, judge_critical_time, linear_null, linear_test};
use crate::parallel::in_parallel;
use kovacs_core::TwoStep;
use kovacs_core::linear_response::Moduli;
use kovacs_core::noise::median;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

pub(super) const SOURCES: [&str; 9] = [
    "models/core/src/sampled_hump.rs",
    "models/fit/src/critical_time.rs",
    "models/fit/src/line.rs",
    "models/fit/src/linear_test",
    "models/fit/src/non_negative.rs",
    "models/fit/src/random.rs",
    "models/fit/src/studies/error_rates.rs",
    "models/linear/src",
    "models/soft-domain/src",
];

/// The models of the records.
pub(super) const MODELS: [&str; 2] = ["kww", "soft_domain"];
/// Noise of the shipped package of this glass, MPa.
const NOISE: f64 = 0.12;
/// End of the second stage, s.
const LAST: f64 = 9000.0;
/// Correlation of neighbours, where there is one.
const MEMORY: f64 = 0.5;

/// One kind of record: model, first sample (s), whether the noise is correlated.
const CASES: [(&str, &str, f64, bool); 5] = [
    ("linear, first sample after 0.5 s", "kww", 0.5, false),
    ("linear, first sample after 30 s", "kww", 30.0, false),
    ("linear, first sample after 0.5 s, noise correlated by 0.5", "kww", 0.5, true),
    ("soft domains, first sample after 0.5 s", "soft_domain", 0.5, false),
    ("soft domains, first sample after 30 s", "soft_domain", 30.0, false),
];

/// One kind of series.
const SERIES: [(&str, &str, f64); 4] = [
    ("linear, first sample after 30 s", "kww", 30.0),
    ("linear, first sample after 0.01 s", "kww", 0.01),
    ("soft domains, first sample after 0.5 s", "soft_domain", 0.5),
    ("soft domains, first sample after 0.01 s", "soft_domain", 0.01),
];

/// What the test said of one record.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct LinearOutcome {
    /// `linear`, `not linear`, `cannot be decided`.
    pub verdict: String,
    /// Probability of so large an excess in a linear material.
    pub p_value: f64,
    /// The nonlinearity index.
    pub nonlinearity_index: Option<f64>,
    /// The index of a linear material with this noise.
    pub linear_index: Option<f64>,
}

/// All records of one kind.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct LinearSummary {
    /// The kind.
    pub case: String,
    /// Records called linear...
    pub linear: usize,
    /// ... not linear...
    pub not_linear: usize,
    /// ... and neither.
    pub undecided: usize,
    /// Part of the records with a probability below 0.05.
    pub rejected_at_5_percent: f64,
    /// Median of the index.
    pub median_nonlinearity_index: Option<f64>,
    /// Median of that of a linear material.
    pub median_linear_index: Option<f64>,
}

/// All series of one kind.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct CriticalSummary {
    /// The kind.
    pub series: String,
    /// Series whose critical waiting time is supported...
    pub supported: usize,
    /// ... is one that a linear material shows as well...
    pub artefact: usize,
    /// ... is not better than a power law.
    pub not_supported: usize,
}

/// How often the linear test and the critical waiting time err.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ErrorRates {
    /// Records and series of each kind.
    pub seeds: u64,
    /// Standard deviation of the noise, MPa.
    pub noise_mpa: f64,
    /// Counts of records.
    pub summary: Vec<LinearSummary>,
    /// Counts of series.
    pub critical_time: Vec<CriticalSummary>,
    /// Every record, by kind and seed.
    pub outcomes: Vec<Vec<LinearOutcome>>,
    /// Every series, by kind and seed.
    pub critical_verdicts: Vec<Vec<String>>,
}

pub(super) fn run(
    models: &ModelSource<'_>,
    seeds: u64,
    threads: usize,
    progress: &StudyProgress<'_>,
) -> Result<ErrorRates, StudyError> {
    let all = (CASES.len() + SERIES.len()) * seeds as usize;
    let (done, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let next = || {
        if !stopped.load(Ordering::Relaxed) {
            let part = done.fetch_add(1, Ordering::Relaxed) as f64 / all.max(1) as f64;
            stopped.store(!progress(part), Ordering::Relaxed);
        }
        if stopped.load(Ordering::Relaxed) { Err(StudyError::Stopped) } else { Ok(()) }
    };
    let seeds_of = |_: usize| (0..seeds).collect::<Vec<u64>>();
    let mut outcomes = Vec::new();
    for case in 0..CASES.len() {
        let answers = in_parallel(&seeds_of(case), threads, |&seed| next().and_then(|()| outcome(models, case, seed)));
        outcomes.push(answers.into_iter().collect::<Result<Vec<_>, _>>()?);
    }
    let mut critical_verdicts = Vec::new();
    for series in 0..SERIES.len() {
        let answers = in_parallel(&seeds_of(series), threads, |&seed| {
            next().and_then(|()| critical_verdict(models, series, seed))
        });
        critical_verdicts.push(answers.into_iter().collect::<Result<Vec<_>, _>>()?);
    }
    Ok(ErrorRates {
        seeds,
        noise_mpa: NOISE,
        summary: CASES.iter().zip(&outcomes).map(|((case, ..), of)| LinearSummary::of(case, of)).collect(),
        critical_time: SERIES
            .iter()
            .zip(&critical_verdicts)
            .map(|((case, ..), of)| CriticalSummary::of(case, of))
            .collect(),
        outcomes,
        critical_verdicts,
    })
}

fn record(models: &ModelSource<'_>, case: usize, seed: u64) -> Result<TwoStepRecord, StudyError> {
    let (_, model, first, correlated) = CASES[case];
    let mut model = models(model, &[])?;
    let truth = truth_of(model.description())?;
    let window = (FirstSample(first), LAST);
    let white = if correlated { 0.0 } else { NOISE };
    let record = synthetic_record(model.as_mut(), &truth, paper_test()?, window, white, seed)?;
    Ok(if correlated { correlated_noise(record, NOISE, MEMORY, seed) } else { record })
}

/// The test of one record.
fn outcome(models: &ModelSource<'_>, case: usize, seed: u64) -> Result<LinearOutcome, StudyError> {
    let found = linear_test(&record(models, case, seed)?, &LinearTestOptions::default())?;
    Ok(LinearOutcome {
        verdict: found.verdict.word().to_owned(),
        p_value: found.excess.p_value,
        nonlinearity_index: found.nonlinearity_index,
        linear_index: found.linear_index,
    })
}

/// The whole chain of one series: noisy records, their humps, the linear material of the longest of them, its null.
fn critical_verdict(models: &ModelSource<'_>, series: usize, seed: u64) -> Result<String, StudyError> {
    let (_, model, first) = SERIES[series];
    let mut model = models(model, &[])?;
    let truth = truth_of(model.description())?;
    let records = waiting_series(model.as_mut(), &truth, FirstSample(first), NOISE, seed)?;
    let Some(longest) = records.last() else { return Ok("not supported".to_owned()) };
    let material = linear_test(longest, &LinearTestOptions::default())?.material;
    let moduli = Moduli { unrelaxed: material.unrelaxed_modulus(), relaxed: material.relaxed_modulus };
    let tests: Vec<TwoStep> = records.iter().map(|record| TwoStep { dead_time: first, ..record.test }).collect();
    let null = linear_null(moduli, &material, &tests)?;
    Ok(judge_critical_time(&hump_heights(&records)?, &null)?.verdict.word().to_owned())
}

impl LinearSummary {
    fn of(case: &str, outcomes: &[LinearOutcome]) -> Self {
        let count = |word: &str| outcomes.iter().filter(|outcome| outcome.verdict == word).count();
        let middle = |pick: fn(&LinearOutcome) -> Option<f64>| median(outcomes.iter().filter_map(pick).collect());
        LinearSummary {
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
}

impl CriticalSummary {
    fn of(series: &str, verdicts: &[String]) -> Self {
        let count = |word: &str| verdicts.iter().filter(|verdict| *verdict == word).count();
        CriticalSummary {
            series: series.to_owned(),
            supported: count("supported"),
            artefact: count("artefact"),
            not_supported: count("not supported"),
        }
    }
}

impl ErrorRates {
    /// Records, then series.
    pub(super) fn tables(&self) -> Vec<StudyTable> {
        let index = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |value| format!("{value:.3}"));
        let record = |row: &LinearSummary| {
            vec![
                row.case.clone(),
                row.linear.to_string(),
                row.not_linear.to_string(),
                row.undecided.to_string(),
                format!("{:.1} %", 100.0 * row.rejected_at_5_percent),
                index(row.median_nonlinearity_index),
                index(row.median_linear_index),
            ]
        };
        let series = |row: &CriticalSummary| {
            let counts = [row.supported, row.artefact, row.not_supported].map(|count| count.to_string());
            [vec![row.series.clone()], counts.to_vec()].concat()
        };
        let table = |title: &str, columns: &[&str], rows: Vec<Vec<String>>| StudyTable {
            title: title.to_owned(),
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            rows,
            note: format!("{} of each, noise {} MPa.", self.seeds, self.noise_mpa),
        };
        vec![
            table(
                "How often the linear test errs",
                &[
                    "truth",
                    "\"linear\"",
                    "\"not linear\"",
                    "undecided",
                    "p < 0.05",
                    "index (median)",
                    "of a linear material",
                ],
                self.summary.iter().map(record).collect(),
            ),
            table(
                "The critical waiting time of series",
                &["series of waiting times", "supported", "artefact", "not supported"],
                self.critical_time.iter().map(series).collect(),
            ),
        ]
    }
}
