//! Which tests could tell the models apart: each makes the tests that ship for the titanium glass, and all explain them.
//!
//! The paper's test alone, ranked by AICc: three waiting times with every test left out once take a quarter of an hour of
//! processor time for each data set of each model. What may move stays near the numbers of the glass, or a search may leave for
//! glasses that nobody has made: within a factor of three, barriers and energies within less.

use super::records::{paper_test, two_step_experiment};
use super::{ModelSource, StudyError, StudyProgress, StudyTable, truth_of};
use crate::compare::{Candidate, CompareOptions, Confusion, ConfusionOptions, KnownTruth, confusion};
use crate::estimate::{FitData, FitOptions, Intervals, Noise, Observation, Parameters};
use kovacs_core::model::{EvaluationError, Evaluator};
use kovacs_core::{Origin, TwoStep};
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;

pub(super) const SOURCES: [&str; 7] = [
    "models/aoi/src",
    "models/fit/src/compare",
    "models/fit/src/studies/confusion.rs",
    "models/linear/src",
    "models/soft-domain/src",
    "models/stz/src",
    "models/tnm/src",
];

/// Data sets of each model by default.
pub(super) const SETS: u64 = 10;
/// Noise of the shipped tests of this glass, MPa.
const NOISE: f64 = 0.12;
/// Samples to the decade.
const PER_DECADE: usize = 20;
/// Loading ramp and first sample of the shipped tests, s, and the end of the second stage.
const LOADING: f64 = 0.15;
const FIRST: f64 = 0.5;
const LAST: f64 = 1e4;

/// A model, settings that make it cheap and are fine enough, and what may move by how much of itself.
struct Rival {
    model: &'static str,
    settings: &'static [(&'static str, f64)],
    free: &'static [(&'static str, f64)],
}

const RIVALS: [Rival; 5] = [
    Rival {
        model: "kww",
        settings: &[],
        free: &[
            ("relaxation_time", 3.0),
            ("stretching_exponent", 3.0),
            ("unrelaxed_modulus", 3.0),
            ("relaxed_modulus", 3.0),
        ],
    },
    Rival {
        model: "tnm_strain",
        settings: &[("points_per_decade", 15.0)],
        free: &[
            ("ln_prefactor", 1.05),
            ("stretching_exponent", 3.0),
            ("unrelaxed_modulus", 3.0),
            ("relaxed_modulus", 3.0),
        ],
    },
    Rival {
        model: "aoi",
        settings: &[],
        free: &[("barrier_min", 1.2), ("barrier_max", 1.2), ("unrelaxed_modulus", 3.0), ("relaxed_modulus", 3.0)],
    },
    Rival {
        model: "soft_domain",
        settings: &[("points_per_decade", 8.0), ("order", 1.0)],
        free: &[("transformation_strain", 3.0), ("activation_volume", 3.0), ("unrelaxed_modulus", 3.0)],
    },
    Rival {
        model: "stz",
        settings: &[],
        free: &[("relaxation_time", 3.0), ("zone_volume", 3.0), ("noise_rate", 3.0), ("unrelaxed_modulus", 3.0)],
    },
];

/// Which model explains what another one has made.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ConfusionStudy {
    /// The glass whose parameter sets are the truths.
    pub glass: String,
    /// Data sets of each model.
    pub seeds: u64,
    /// Names and ids of what was free, in the order of the models.
    pub free: Vec<(String, Vec<String>)>,
    /// Who wins where who made the data.
    pub found: Confusion,
}

pub(super) fn run(
    models: &ModelSource<'_>,
    seeds: u64,
    threads: usize,
    progress: &StudyProgress<'_>,
) -> Result<ConfusionStudy, StudyError> {
    let factories: Vec<_> = RIVALS.iter().map(|rival| move || models(rival.model, rival.settings)).collect();
    let mut known = Vec::new();
    for (rival, factory) in RIVALS.iter().zip(&factories) {
        let (truth, parameters) = rival.parameters(factory()?.as_ref())?;
        let candidate = Candidate { name: rival.model.to_owned(), factory, parameters };
        known.push(KnownTruth { candidate, truth });
    }
    let fit = FitOptions {
        starts: 1,
        intervals: Intervals::Covariance,
        threads: NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN),
        ..FitOptions::default()
    };
    let compare = CompareOptions { fit, leave_out: false };
    let options = ConfusionOptions { compare, noise: NOISE, first_seed: 1, seeds };
    let part = |done: usize, of: usize| progress(done as f64 / of.max(1) as f64);
    let found = confusion(&known, &design()?, &options, &part)?;
    if found.stopped {
        return Err(StudyError::Stopped);
    }
    let free = RIVALS.iter().map(|rival| {
        let ids = rival.free.iter().map(|(id, _)| (*id).to_owned());
        (rival.model.to_owned(), ids.collect())
    });
    Ok(ConfusionStudy { glass: super::GLASS.to_owned(), seeds, free: free.collect(), found })
}

/// The models that are compared.
pub(super) fn models() -> Vec<&'static str> {
    RIVALS.iter().map(|rival| rival.model).collect()
}

impl Rival {
    /// Its truth, and its parameters with bounds around it.
    fn parameters(&self, model: &dyn Evaluator) -> Result<(Vec<f64>, Parameters), StudyError> {
        let description = model.description();
        let truth = truth_of(description)?;
        let ids: Vec<&str> = self.free.iter().map(|(id, _)| *id).collect();
        let mut parameters = Parameters::new(description, &truth)?.only(&ids)?;
        for &(id, reach) in self.free {
            let Some(place) = description.parameter(id) else { continue };
            let (Some(&value), Some(quantity)) = (truth.get(place), parameters.quantities().get(place)) else {
                continue;
            };
            let ends = [value / reach, value * reach];
            let (low, high) = (ends[0].min(ends[1]).max(quantity.lower), ends[0].max(ends[1]).min(quantity.upper));
            parameters = parameters.between(id, low, high)?;
        }
        Ok((truth, parameters))
    }
}

/// The experiment, without values.
fn design() -> Result<FitData, StudyError> {
    let test = TwoStep { ramp: Some(LOADING), dead_time: FIRST, duration: LAST, ..paper_test()? };
    let experiment = two_step_experiment(&test, PER_DECADE).map_err(EvaluationError::from)?;
    let values = vec![0.0; experiment.times.len()];
    let (noise, origin) = (Noise::Estimated, Origin::Calculated);
    let label = format!("t_w = {} s", test.t_w);
    Ok(FitData::new(vec![Observation { label, group: None, experiment, values, noise, origin }])?)
}

impl ConfusionStudy {
    /// Rows made the data, columns explain them best.
    pub(super) fn table(&self) -> StudyTable {
        let found = &self.found;
        let rows = found.rows.iter().map(|row| {
            let cells = row.best_by_aicc.iter().map(usize::to_string);
            std::iter::once(format!("`{}`", row.made_by)).chain(cells).collect()
        });
        let columns = found.models.iter().map(|model| format!("`{model}`"));
        StudyTable {
            title: "Which model is best by AICc on the test that another one has made".to_owned(),
            columns: std::iter::once("made by".to_owned()).chain(columns).collect(),
            rows: rows.collect(),
            note: format!(
                "{}; noise {} MPa, {} data sets of each model.",
                found.curves.join(", "),
                found.noise,
                self.seeds
            ),
        }
    }
}
