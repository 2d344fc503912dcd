//! How often 95 % intervals hold the truth: 200 synthetic data sets per model, two two-step tests each, noise 0.3 MPa.
//!
//! The study takes minutes, so its result is a file with the digests of what it came from. `cargo test -p kovacs-fit --test coverage -- --ignored` studies the models that changed.

mod common;

use common::{Make, TI, experiment, local, normal, tests_of};
use kovacs_core::Origin;
use kovacs_core::second_stage::evaluate_one;
use kovacs_fit::estimate::{FitData, FitOptions, Noise, Observation, Parameters, fit};
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A model and what is free. The truth is its titanium glass, or its defaults with these changes.
struct Case {
    make: Make,
    free: &'static [&'static str],
    changed: &'static [(&'static str, f64)],
}

const CASES: [Case; 7] = [
    Case {
        make: local::<kovacs_linear::Kww>,
        free: &["relaxation_time", "stretching_exponent", "unrelaxed_modulus", "relaxed_modulus"],
        changed: &[],
    },
    Case {
        make: local::<kovacs_linear::Prony>,
        free: &["relaxed_modulus", "modulus_1", "modulus_2", "relaxation_time_1", "relaxation_time_2"],
        changed: &[
            ("relaxed_modulus", 45_000.0),
            ("modulus_1", 25_000.0),
            ("modulus_2", 20_000.0),
            ("relaxation_time_1", 5000.0),
            ("relaxation_time_2", 100.0),
        ],
    },
    Case {
        make: local::<kovacs_linear::Fractional>,
        free: &["relaxation_time", "exponent", "unrelaxed_modulus", "relaxed_modulus"],
        changed: &[],
    },
    Case {
        make: local::<kovacs_aoi::Aoi>,
        free: &["barrier_min", "barrier_max", "unrelaxed_modulus", "relaxed_modulus"],
        changed: &[],
    },
    Case {
        make: local::<kovacs_tnm::TnmStrain>,
        free: &["ln_prefactor", "nonlinearity", "stretching_exponent", "unrelaxed_modulus"],
        changed: &[],
    },
    Case {
        make: local::<kovacs_soft_domain::SoftDomain>,
        free: &["transformation_strain", "activation_volume", "back_stress_energy", "unrelaxed_modulus"],
        changed: &[],
    },
    Case {
        make: local::<kovacs_stz::Stz>,
        free: &["relaxation_time", "zone_volume", "noise_rate", "unrelaxed_modulus"],
        changed: &[],
    },
];

/// Standard deviation of the noise, MPa.
const NOISE: f64 = 0.3;

/// Data sets per model.
const SETS: u64 = 200;

/// The result of the study.
#[derive(Serialize, Deserialize)]
struct Study {
    what: String,
    data_sets: u64,
    noise_mpa: f64,
    models: Vec<Row>,
}

#[derive(Serialize, Deserialize)]
struct Row {
    model: String,
    version: String,
    /// SHA-256 of the noiseless curves to six digits and of what was free.
    made_from: String,
    /// Intervals that hold the truth, per parameter.
    held: Vec<(String, u64)>,
    /// Data sets without a fit, or with a parameter without an interval.
    failed: u64,
}

/// The noiseless observations of a case, its truth, and where a fit begins: 3 % away.
fn study_of(case: &Case) -> (FitData, Vec<f64>, Parameters) {
    let mut model = (case.make)().unwrap();
    let description = model.description().clone();
    let mut truth = match case.changed {
        [] => description.preset(TI).unwrap().parameters.clone(),
        _ => description.defaults(),
    };
    for (id, value) in case.changed {
        truth[description.parameter(id).unwrap()] = *value;
    }
    let observations = tests_of(&[900.0, 3600.0]).into_iter().map(|test| {
        let experiment = experiment(&test, 20);
        let values = evaluate_one(model.as_mut(), &experiment, &truth).unwrap();
        let label = format!("t_w = {} s", test.t_w);
        Observation { label, group: None, experiment, values, noise: Noise::Estimated, origin: Origin::Calculated }
    });
    let data = FitData::new(observations.collect()).unwrap();
    let mut parameters = Parameters::new(&description, &truth).unwrap().only(case.free).unwrap();
    for id in case.free {
        let start = 1.03 * truth[description.parameter(id).unwrap()];
        parameters = parameters.from_value(id, start).unwrap();
    }
    (data, truth, parameters)
}

/// What the result depends on besides the code of the fit.
fn made_from(case: &Case) -> (String, String, String) {
    let (data, truth, _) = study_of(case);
    let model = (case.make)().unwrap();
    let description = model.description();
    let mut digest = Sha256::new();
    digest.update(format!("{} {} {NOISE} {SETS} {:?} {truth:?}\n", description.id, description.version, case.free));
    for value in data.observations.iter().flat_map(|observation| &observation.values) {
        digest.update(format!("{value:.5e}\n"));
    }
    let digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    (description.short_id().to_owned(), description.version.clone(), digest)
}

/// Fits noisy copies; how many intervals of each free parameter hold the truth, and how many copies gave none.
fn count(case: &Case, sets: std::ops::Range<u64>) -> (Vec<u64>, u64) {
    let (clean, truth, parameters) = study_of(case);
    let model = (case.make)().unwrap();
    let place = |id: &str| model.description().parameter(id).unwrap();
    let (mut held, mut failed) = (vec![0; case.free.len()], 0);
    for set in sets {
        let mut random = Pcg64Mcg::seed_from_u64(set);
        let mut data = clean.clone();
        data.observations
            .iter_mut()
            .flat_map(|o| &mut o.values)
            .for_each(|value| *value += NOISE * normal(&mut random));
        let options = FitOptions { starts: 1, ..FitOptions::default() };
        let result = fit(&case.make, &data, &parameters, &options, &|_| true).ok();
        let intervals = result.as_ref().map(|result| {
            let interval = |id: &&str| result.parameter(id).and_then(|own| Some((own.lower?, own.upper?)));
            case.free.iter().map(interval).collect::<Option<Vec<_>>>()
        });
        match intervals.flatten() {
            None => failed += 1,
            Some(intervals) => {
                for ((id, (lower, upper)), held) in case.free.iter().zip(intervals).zip(&mut held) {
                    let truth = truth[place(id)];
                    *held += u64::from(lower <= truth && truth <= upper);
                }
            }
        }
    }
    (held, failed)
}

fn stored() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/studies/coverage.json")
}

#[test]
#[ignore = "long study: minutes per model; writes tests/studies/coverage.json"]
fn the_study_is_completed() {
    let what = "95 % intervals that hold the truth".to_owned();
    let mut study = Study { what, data_sets: SETS, noise_mpa: NOISE, models: Vec::new() };
    let known = std::fs::read_to_string(stored()).ok().and_then(|text| serde_json::from_str::<Study>(&text).ok());
    let mut known = known.map_or(Vec::new(), |study| study.models);
    for case in &CASES {
        let (model, version, made_from) = made_from(case);
        let row = match known.iter().position(|row| row.made_from == made_from) {
            Some(place) => known.swap_remove(place),
            None => {
                let (held, failed) = count(case, 0..SETS);
                let held = case.free.iter().map(|id| (*id).to_owned()).zip(held).collect();
                Row { model, version, made_from, held, failed }
            }
        };
        println!("{}: {:?} of {SETS}, {} failed", row.model, row.held, row.failed);
        study.models.push(row);
        std::fs::create_dir_all(stored().parent().unwrap()).unwrap();
        let written = stored().with_extension("new");
        std::fs::write(&written, serde_json::to_string_pretty(&study).unwrap() + "\n").unwrap();
        std::fs::rename(written, stored()).unwrap();
    }
}

#[test]
fn a_few_sets_give_what_the_study_says() {
    for case in [&CASES[0], &CASES[3]] {
        let (held, failed) = count(case, 1000..1040);
        // 40 sets with four parameters: 152 expected, standard deviation 3 to 6 as intervals of one set go together.
        assert!(failed == 0 && held.iter().sum::<u64>() >= 136, "{held:?} {failed}");
    }
}
