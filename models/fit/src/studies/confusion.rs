//! Which tests could tell the models apart: each makes the tests that ship for the titanium glass, and all explain them.
//!
//! Four protocols of the shipped package, three tests of each series: the paper's test alone (ranked by AICc), and strains,
//! temperatures and waiting times (ranked by tests that were left out). What may move stays near the numbers of the glass, or a
//! search may leave for glasses that nobody has made: within a factor of three, barriers and energies within less.

use super::records::{paper_test, two_step_experiment};
use super::{ModelSource, StudyError, StudyProgress, StudyTable, truth_of};
use crate::compare::{Candidate, CompareOptions, Confusion, ConfusionOptions, KnownTruth, RankedBy, confusion};
use crate::estimate::{FitData, FitOptions, Noise, Observation, Parameters};
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
pub(super) const SETS: u64 = 5;
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
    /// What else may move where temperatures differ.
    over_temperatures: &'static [(&'static str, f64)],
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
        over_temperatures: &[("activation_energy", 1.5)],
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
        over_temperatures: &[("nonlinearity", 1.5)],
    },
    Rival {
        model: "aoi",
        settings: &[],
        free: &[("barrier_min", 1.2), ("barrier_max", 1.2), ("unrelaxed_modulus", 3.0), ("relaxed_modulus", 3.0)],
        over_temperatures: &[],
    },
    Rival {
        model: "soft_domain",
        settings: &[("points_per_decade", 8.0), ("order", 1.0)],
        free: &[("transformation_strain", 3.0), ("activation_volume", 3.0), ("unrelaxed_modulus", 3.0)],
        over_temperatures: &[],
    },
    Rival {
        model: "stz",
        settings: &[],
        free: &[("relaxation_time", 3.0), ("zone_volume", 3.0), ("noise_rate", 3.0), ("unrelaxed_modulus", 3.0)],
        over_temperatures: &[("activation_energy", 1.5)],
    },
];

/// One protocol.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Protocol {
    OneTest,
    Strains,
    Temperatures,
    WaitingTimes,
}

const PROTOCOLS: [(Protocol, &str); 4] = [
    (Protocol::OneTest, "one test"),
    (Protocol::Strains, "three first strains"),
    (Protocol::Temperatures, "three temperatures"),
    (Protocol::WaitingTimes, "three waiting times"),
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
    /// One matrix per protocol.
    pub protocols: Vec<ProtocolConfusion>,
}

/// The matrix of one protocol.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ProtocolConfusion {
    /// What was done.
    pub protocol: String,
    /// Who wins where who made the data.
    pub found: Confusion,
}

pub(super) fn run(
    models: &ModelSource<'_>,
    seeds: u64,
    threads: usize,
    progress: &StudyProgress<'_>,
) -> Result<ConfusionStudy, StudyError> {
    let mut protocols = Vec::new();
    for (place, &(protocol, name)) in PROTOCOLS.iter().enumerate() {
        let before = place as f64;
        let part = |done: usize, of: usize| {
            progress((before + done as f64 / of.max(1) as f64) / PROTOCOLS.len() as f64)
        };
        let found = one(models, protocol, 1, seeds, threads, &part)?;
        protocols.push(ProtocolConfusion { protocol: name.to_owned(), found });
    }
    let free = RIVALS.iter().map(|rival| {
        let ids = rival.free.iter().map(|(id, _)| (*id).to_owned());
        let more = rival.over_temperatures.iter().map(|(id, _)| format!("{id} (over temperatures)"));
        (rival.model.to_owned(), ids.chain(more).collect())
    });
    Ok(ConfusionStudy { glass: super::GLASS.to_owned(), seeds, free: free.collect(), protocols })
}

/// One matrix.
fn one(
    models: &ModelSource<'_>,
    protocol: Protocol,
    first_seed: u64,
    seeds: u64,
    threads: usize,
    progress: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Result<Confusion, StudyError> {
    let factories: Vec<_> = RIVALS.iter().map(|rival| move || models(rival.model, rival.settings)).collect();
    let mut known = Vec::new();
    for (rival, factory) in RIVALS.iter().zip(&factories) {
        let (truth, parameters) = rival.parameters(factory()?.as_ref(), protocol)?;
        let candidate = Candidate { name: rival.model.to_owned(), factory, parameters };
        known.push(KnownTruth { candidate, truth });
    }
    let fit = FitOptions {
        starts: 1,
        threads: NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN),
        ..FitOptions::default()
    };
    let compare = CompareOptions { fit, leave_out: protocol != Protocol::OneTest };
    let options = ConfusionOptions { compare, noise: NOISE, first_seed, seeds };
    let found = confusion(&known, &protocol.design()?, &options, progress)?;
    if found.stopped { Err(StudyError::Stopped) } else { Ok(found) }
}

impl Rival {
    /// Its truth, and its parameters with bounds around it.
    fn parameters(&self, model: &dyn Evaluator, protocol: Protocol) -> Result<(Vec<f64>, Parameters), StudyError> {
        let description = model.description();
        let truth = truth_of(description)?;
        let more = if protocol == Protocol::Temperatures { self.over_temperatures } else { &[] };
        let free: Vec<(&str, f64)> = self.free.iter().chain(more).copied().collect();
        let ids: Vec<&str> = free.iter().map(|(id, _)| *id).collect();
        let mut parameters = Parameters::new(description, &truth)?.only(&ids)?;
        for (id, reach) in free {
            let Some(place) = description.parameter(id) else { continue };
            let (Some(&value), Some(quantity)) = (truth.get(place), parameters.quantities().get(place)) else { continue };
            let ends = [value / reach, value * reach];
            let (low, high) = (ends[0].min(ends[1]).max(quantity.lower), ends[0].max(ends[1]).min(quantity.upper));
            parameters = parameters.between(id, low, high)?;
        }
        Ok((truth, parameters))
    }
}

impl Protocol {
    fn tests(self) -> Result<Vec<(String, TwoStep)>, StudyError> {
        let paper = TwoStep { ramp: Some(LOADING), dead_time: FIRST, duration: LAST, ..paper_test()? };
        let of = |values: &[f64], make: &dyn Fn(f64) -> (String, TwoStep)| values.iter().map(|&value| make(value)).collect();
        Ok(match self {
            Protocol::OneTest => vec![(format!("t_w = {} s", paper.t_w), paper)],
            Protocol::Strains => {
                of(&[0.004, 0.005, 0.006], &|eps1| (format!("eps1 = {} %", 100.0 * eps1), TwoStep { eps1, ..paper }))
            }
            Protocol::Temperatures => of(&[573.0, 593.0, 613.0], &|temperature| {
                (format!("T = {temperature} K"), TwoStep { temperature, ..paper })
            }),
            Protocol::WaitingTimes => {
                of(&[100.0, 900.0, 3600.0], &|t_w| (format!("t_w = {t_w} s"), TwoStep { t_w, ..paper }))
            }
        })
    }

    /// Its experiments, without values.
    fn design(self) -> Result<FitData, StudyError> {
        let mut observations = Vec::new();
        for (label, test) in self.tests()? {
            let experiment = two_step_experiment(&test, PER_DECADE).map_err(EvaluationError::from)?;
            let values = vec![0.0; experiment.times.len()];
            let (noise, origin) = (Noise::Estimated, Origin::Calculated);
            observations.push(Observation { label, group: None, experiment, values, noise, origin });
        }
        Ok(FitData::new(observations)?)
    }
}

impl ConfusionStudy {
    /// One table per protocol: rows made the data, columns explain them best.
    pub(super) fn tables(&self) -> Vec<StudyTable> {
        let table = |of: &ProtocolConfusion| {
            let found = &of.found;
            let rows = found.rows.iter().map(|row| {
                let cells = row.best.iter().zip(&row.clear).map(|(&best, &clear)| match best - clear.min(best) {
                    0 => best.to_string(),
                    unclear => format!("{best} ({unclear})"),
                });
                std::iter::once(format!("`{}`", row.made_by)).chain(cells).collect()
            });
            let ranked = match found.ranked_by {
                RankedBy::LeftOutTests => "by tests that were left out",
                RankedBy::Aicc => "by AICc",
            };
            let columns = found.models.iter().map(|model| format!("`{model}`"));
            StudyTable {
                title: format!("{}: which model is best {ranked}", of.protocol),
                columns: std::iter::once("made by".to_owned()).chain(columns).collect(),
                rows: rows.collect(),
                note: format!(
                    "{}; noise {} MPa, {} data sets of each model; in brackets those where the second is not clearly worse.",
                    found.curves.join(", "),
                    found.noise,
                    self.seeds
                ),
            }
        };
        self.protocols.iter().map(table).collect()
    }
}
