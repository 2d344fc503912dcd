//! How often 95 % intervals hold the truth: noisy copies of two-step tests of a model, fitted with that model.
//!
//! Both stages of two tests of the titanium glass (waiting times 900 and 3600 s), 20 samples to the decade, noise of 0.3 MPa that
//! is estimated with the parameters, one start 3 % away from the truth. An honest interval holds the truth in 95 of 100 cases;
//! of 200 sets the number that do has a standard deviation of 3.

use super::table::percent;
use super::{ModelSource, StudyError, StudyProgress, StudyTable, truth_of, two_step_experiment};
use crate::estimate::{FitData, FitOptions, Noise, Observation, Parameters, fit};
use crate::parallel::in_parallel;
use crate::random::deviate;
use kovacs_core::model::{EvaluationError, Evaluator, ModelDescription};
use kovacs_core::second_stage::evaluate_one;
use kovacs_core::{Origin, TwoStep};
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Standard deviation of the noise, MPa.
const NOISE: f64 = 0.3;
/// Samples to the decade.
const PER_DECADE: usize = 20;
/// Waiting times, s.
const WAITING: [f64; 2] = [900.0, 3600.0];
/// Where a fit begins, in units of the truth.
const START: f64 = 1.03;

/// A model and what is free. The truth is its parameter set of the glass, or its defaults with these changes.
pub(super) struct Case {
    pub(super) model: &'static str,
    free: &'static [&'static str],
    changed: &'static [(&'static str, f64)],
    /// Whether there is a first stage.
    first_stage: bool,
    pub(super) sources: &'static [&'static str],
}

const fn case(
    model: &'static str,
    free: &'static [&'static str],
    changed: &'static [(&'static str, f64)],
    sources: &'static [&'static str],
) -> Case {
    Case { model, free, changed, first_stage: true, sources }
}

/// Every model of which two-step tests determine something. `tnm` and `kahr` give no stress, and a lattice of soft domains answers
/// in jumps and takes a second a curve.
pub(super) const CASES: [Case; 9] = [
    case(
        "kww",
        &["relaxation_time", "stretching_exponent", "unrelaxed_modulus", "relaxed_modulus"],
        &[],
        &["models/linear/src"],
    ),
    case(
        "prony",
        &["relaxed_modulus", "modulus_1", "modulus_2", "relaxation_time_1", "relaxation_time_2"],
        &[
            ("relaxed_modulus", 45_000.0),
            ("modulus_1", 25_000.0),
            ("modulus_2", 20_000.0),
            ("relaxation_time_1", 5000.0),
            ("relaxation_time_2", 100.0),
        ],
        &["models/linear/src"],
    ),
    case(
        "kelvin",
        &["unrelaxed_modulus", "compliance_1", "retardation_time_1", "fluidity"],
        &[("unrelaxed_modulus", 90_000.0), ("compliance_1", 1e-5), ("retardation_time_1", 1000.0), ("fluidity", 5e-10)],
        &["models/linear/src"],
    ),
    case(
        "fractional",
        &["relaxation_time", "exponent", "unrelaxed_modulus", "relaxed_modulus"],
        &[],
        &["models/linear/src"],
    ),
    Case {
        model: "double_kww",
        free: &["initial_stress", "overshoot", "fast_time", "time_ratio", "slow_exponent", "fast_exponent"],
        changed: &[],
        first_stage: false,
        sources: &["models/linear/src"],
    },
    case("aoi", &["barrier_min", "barrier_max", "unrelaxed_modulus", "relaxed_modulus"], &[], &["models/aoi/src"]),
    case(
        "tnm_strain",
        &["ln_prefactor", "nonlinearity", "stretching_exponent", "unrelaxed_modulus"],
        &[],
        &["models/tnm/src"],
    ),
    case(
        "soft_domain",
        &["transformation_strain", "activation_volume", "back_stress_energy", "unrelaxed_modulus"],
        &[],
        &["models/soft-domain/src"],
    ),
    case("stz", &["relaxation_time", "zone_volume", "noise_rate", "unrelaxed_modulus"], &[], &["models/stz/src"]),
];

/// How often the intervals of one model held its truth.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Coverage {
    /// The model.
    pub model: String,
    /// Its version.
    pub version: String,
    /// The glass whose parameter set is the truth, as far as nothing else is said.
    pub glass: String,
    /// What was done.
    pub tests: Vec<String>,
    /// Samples of one data set.
    pub points: usize,
    /// Standard deviation of the noise, MPa.
    pub noise_mpa: f64,
    /// Free parameters.
    pub parameters: Vec<ParameterCoverage>,
    /// Data sets without a fit, or with a parameter without an interval.
    pub failed: usize,
    /// A word for each data set, a letter for each free parameter: whether its interval held the truth (`y`) or lay above (`a`) or
    /// below it (`b`); `-` for a set that failed.
    pub outcomes: Vec<String>,
}

/// How often the intervals of one parameter held its truth.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ParameterCoverage {
    /// Its id.
    pub id: String,
    /// Its unit.
    pub unit: String,
    /// The truth, in its unit.
    pub truth: f64,
    /// Intervals that held it.
    pub held: usize,
    /// Intervals that lay above it.
    pub above: usize,
    /// Intervals that lay below it.
    pub below: usize,
}

/// What a case is computed from.
struct Prepared {
    description: ModelDescription,
    data: FitData,
    truth: Vec<f64>,
    parameters: Parameters,
}

impl Case {
    /// Fits noisy copies.
    pub(super) fn run(
        &self,
        models: &ModelSource<'_>,
        sets: Range<u64>,
        threads: usize,
        progress: &StudyProgress<'_>,
    ) -> Result<Coverage, StudyError> {
        let make = || models(self.model, &[]);
        let prepared = self.prepare(make()?)?;
        let seeds: Vec<u64> = sets.collect();
        let (done, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
        let go_on = || {
            if !stopped.load(Ordering::Relaxed) {
                let part = done.load(Ordering::Relaxed) as f64 / seeds.len().max(1) as f64;
                stopped.store(!progress(part), Ordering::Relaxed);
            }
            !stopped.load(Ordering::Relaxed)
        };
        let outcomes = in_parallel(&seeds, threads, |&seed| {
            let outcome = self.outcome(&prepared, &make, seed, &go_on);
            done.fetch_add(1, Ordering::Relaxed);
            outcome
        });
        if stopped.load(Ordering::Relaxed) {
            return Err(StudyError::Stopped);
        }
        let description = &prepared.description;
        let parameters = self.free.iter().enumerate().map(|(place, id)| {
            let count = |letter: char| outcomes.iter().filter(|word| word.chars().nth(place) == Some(letter)).count();
            let index = description.parameter(id);
            ParameterCoverage {
                id: (*id).to_owned(),
                unit: index
                    .and_then(|index| description.parameters.get(index))
                    .map_or_else(String::new, |own| own.unit.clone()),
                truth: index.and_then(|index| prepared.truth.get(index)).copied().unwrap_or(f64::NAN),
                held: count('y'),
                above: count('a'),
                below: count('b'),
            }
        });
        Ok(Coverage {
            model: self.model.to_owned(),
            version: description.version.clone(),
            glass: super::GLASS.to_owned(),
            tests: prepared.data.observations.iter().map(|observation| observation.label.clone()).collect(),
            points: prepared.data.observations.iter().map(|observation| observation.values.len()).sum(),
            noise_mpa: NOISE,
            parameters: parameters.collect(),
            failed: outcomes.iter().filter(|word| *word == "-").count(),
            outcomes,
        })
    }

    /// The noiseless observations, their truth, and where a fit begins.
    fn prepare(&self, mut model: Box<dyn Evaluator>) -> Result<Prepared, StudyError> {
        let description = model.description().clone();
        let mut truth = match self.changed {
            [] => truth_of(&description)?,
            _ => description.defaults(),
        };
        for (id, value) in self.changed {
            if let Some(place) = description.parameter(id).and_then(|place| truth.get_mut(place)) {
                *place = *value;
            }
        }
        let mut observations = Vec::new();
        for &t_w in if self.first_stage { &WAITING[..] } else { &WAITING[..1] } {
            let test = TwoStep::new(0.005, 0.003, t_w, 593.0);
            let mut experiment = two_step_experiment(&test, PER_DECADE).map_err(EvaluationError::from)?;
            if !self.first_stage {
                experiment.times.retain(|&time| time > test.second_stage_start());
                experiment.before.truncate(experiment.times.len());
            }
            let values = evaluate_one(model.as_mut(), &experiment, &truth)?;
            let label = format!("t_w = {t_w} s");
            let (noise, origin) = (Noise::Estimated, Origin::Calculated);
            observations.push(Observation { label, group: None, experiment, values, noise, origin });
        }
        let mut parameters = Parameters::new(&description, &truth)?.only(self.free)?;
        for id in self.free {
            let start =
                description.parameter(id).and_then(|place| truth.get(place)).map_or(f64::NAN, |own| START * own);
            parameters = parameters.from_value(id, start)?;
        }
        Ok(Prepared { data: FitData::new(observations)?, description, truth, parameters })
    }

    /// One noisy copy; see [`Coverage::outcomes`].
    fn outcome(
        &self,
        prepared: &Prepared,
        make: &(dyn Fn() -> Result<Box<dyn Evaluator>, EvaluationError> + Sync),
        seed: u64,
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> String {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let mut data = prepared.data.clone();
        let values = data.observations.iter_mut().flat_map(|observation| &mut observation.values);
        values.for_each(|value| *value += NOISE * deviate(&mut random));
        let options = FitOptions { starts: 1, ..FitOptions::default() };
        let Ok(result) = fit(&make, &data, &prepared.parameters, &options, &|_| go_on()) else { return "-".to_owned() };
        let letter = |id: &&str| {
            let found = result.parameter(id)?;
            let truth = *prepared.truth.get(prepared.description.parameter(id)?)?;
            found.standard_error?;
            // An end that the data do not bound is infinitely far away.
            Some(if found.lower.is_some_and(|lower| lower > truth) {
                'a'
            } else if found.upper.is_some_and(|upper| upper < truth) {
                'b'
            } else {
                'y'
            })
        };
        self.free.iter().map(letter).collect::<Option<String>>().unwrap_or_else(|| "-".to_owned())
    }
}

impl Coverage {
    /// Data sets.
    pub fn sets(&self) -> usize {
        self.outcomes.len()
    }

    /// Part of all intervals that held the truth (0..=1); those of failed sets are none.
    pub fn held(&self) -> f64 {
        let all = (self.sets() - self.failed.min(self.sets())) * self.parameters.len();
        self.parameters.iter().map(|parameter| parameter.held).sum::<usize>() as f64 / all.max(1) as f64
    }

    /// One row per parameter.
    pub fn table(&self) -> StudyTable {
        let sets = self.sets() - self.failed.min(self.sets());
        let mut rows: Vec<Vec<String>> = Vec::new();
        for parameter in &self.parameters {
            let unit = if parameter.unit == "1" { "" } else { &parameter.unit };
            rows.push(vec![
                format!("`{}`", parameter.id),
                format!("{} {unit}", parameter.truth).trim_end().to_owned(),
                parameter.below.to_string(),
                parameter.held.to_string(),
                parameter.above.to_string(),
                percent(parameter.held, sets),
            ]);
        }
        StudyTable {
            title: format!("`{}`: intervals that hold the truth, of {} data sets", self.model, self.sets()),
            columns: ["parameter", "truth", "below it", "hold it", "above it", "part"].map(str::to_owned).to_vec(),
            rows,
            note: format!(
                "{}; {} samples, noise {} MPa; {} without a fit or an interval; {:.1} % of all intervals.",
                self.tests.join(", "),
                self.points,
                self.noise_mpa,
                self.failed,
                100.0 * self.held()
            ),
        }
    }

    /// All models, a row for each.
    pub fn overview(all: &[&Coverage]) -> StudyTable {
        let row = |coverage: &&Coverage| {
            let held = coverage.parameters.iter().map(|parameter| format!("{} {}", parameter.id, parameter.held));
            vec![
                format!("`{}`", coverage.model),
                coverage.parameters.len().to_string(),
                held.collect::<Vec<_>>().join(", "),
                coverage.sets().to_string(),
                coverage.failed.to_string(),
                format!("{:.1} %", 100.0 * coverage.held()),
            ]
        };
        StudyTable {
            title: "95 % intervals that hold the truth".to_owned(),
            columns: ["model", "free", "intervals that hold the truth", "data sets", "without intervals", "all"]
                .map(str::to_owned)
                .to_vec(),
            rows: all.iter().map(row).collect(),
            note: String::new(),
        }
    }
}
