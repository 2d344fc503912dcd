//! The mechanical tests of a glass: two-step tests along eps2, eps1, T and t_w, relaxations at several temperatures,
//! and strain recovery.
//!
//! Every series has three specimens of its own, so that no curve is in two files: the test of Fig. 1c, say, is also the
//! middle of Fig. 2a, and was "done" there again on other specimens. Within a series a specimen goes through all tests.

use super::noise::Noise;
use super::part::{Part, mechanical, stated_protocol, synthetic, synthetic_first};
use super::recipe::Recipe;
use super::shape::Conditions;
use super::specimen::{TEST_COLUMNS, TEST_KEY, scattered, test, write_test};
use super::{RECOVERY, RELAXATION, TWO_STEP, TWO_STEP_EPS1, TWO_STEP_TEMPERATURE, TWO_STEP_WAITING};
use crate::error::DatasetError;
use kovacs_core::Protocol;
use kovacs_core::hump::log_spaced;
use kovacs_core::toml_form::ProtocolForm;
use std::fmt::Write;

/// Samples per decade of time in each stage of the tests of Fig. 1.
pub(super) const FIGURE_1_SAMPLES: usize = 28;

/// Samples per decade of time in all other two-step tests, the one in the beam included, and in relaxations.
pub(super) const SERIES_SAMPLES: usize = 20;

/// Samples per decade of time in recoveries.
pub(super) const RECOVERY_SAMPLES: usize = 16;

/// A row of two-step tests along one variable.
struct Series {
    name: &'static str,
    title: String,
    specimens: [&'static str; 3],
    along: &'static str,
    tests: Vec<Conditions>,
    per_decade: usize,
}

impl Series {
    fn value(&self, at: &Conditions) -> f64 {
        match self.along {
            "eps1" => at.eps1,
            "eps2" => at.eps2,
            "t_w" => at.t_w,
            _ => at.temperature,
        }
    }

    fn part(&self, recipe: &Recipe, seed: u64) -> Result<Part, DatasetError> {
        let id = recipe.printed.id;
        let mut rows = String::new();
        for specimen in self.specimens {
            let shape = scattered(recipe, specimen, seed);
            for at in &self.tests {
                let mut noise = Noise::new(seed, &format!("{id} {specimen} {}", self.value(at)));
                write_test(&mut rows, recipe, (specimen, &shape), at, self.per_decade, &mut noise);
            }
        }
        let protocol = |at: &Conditions| {
            let form = ProtocolForm::TwoStep(test(recipe, at));
            stated_protocol(id, self.name, &[(self.along, self.value(at))], form)
        };
        let fields = mechanical(&TEST_COLUMNS);
        let origin = if self.name == TWO_STEP { synthetic_first(seed) } else { synthetic(seed) };
        let part = Part::new(self.name, &self.title, fields, &TEST_KEY, origin, &rows);
        Ok(part.with_protocols(self.tests.iter().map(protocol).collect::<Result<_, _>>()?))
    }
}

/// The two-step tests of Figs 1, 2 and 3.
pub(super) fn two_step_parts(recipe: &Recipe, seed: u64) -> Result<Vec<Part>, DatasetError> {
    let reference = recipe.reference();
    let panel = |titanium: &str, iron: &str, polymer: &str| {
        match recipe.printed.id {
            "fe-zr-b" => iron,
            "pvc" => polymer,
            _ => titanium,
        }
        .to_string()
    };
    let mut series = vec![Series {
        name: TWO_STEP,
        title: "stress during both stages, Fig. 1b and 1c".to_string(),
        specimens: ["A", "B", "C"],
        along: "eps2",
        tests: recipe.eps2.iter().map(|&eps2| Conditions { eps2, ..reference }).collect(),
        per_decade: FIGURE_1_SAMPLES,
    }];
    if !recipe.eps1.is_empty() {
        series.push(Series {
            name: TWO_STEP_EPS1,
            title: "stress during both stages for several first strains, Fig. 2a".to_string(),
            specimens: ["D", "E", "F"],
            along: "eps1",
            tests: recipe.eps1.iter().map(|&eps1| Conditions { eps1, ..reference }).collect(),
            per_decade: SERIES_SAMPLES,
        });
        series.push(Series {
            name: TWO_STEP_TEMPERATURE,
            title: "stress during both stages at several temperatures, Fig. 2d".to_string(),
            specimens: ["G", "H", "I"],
            along: "temperature",
            tests: recipe.temperatures.iter().map(|&temperature| Conditions { temperature, ..reference }).collect(),
            per_decade: SERIES_SAMPLES,
        });
    }
    series.push(Series {
        name: TWO_STEP_WAITING,
        title: format!("stress during both stages after several waiting times, Fig. {}", panel("3a", "3b", "3c")),
        specimens: ["J", "K", "L"],
        along: "t_w",
        tests: recipe.waiting.iter().map(|&t_w| Conditions { t_w, ..reference }).collect(),
        per_decade: SERIES_SAMPLES,
    });
    series.iter().map(|series| series.part(recipe, seed)).collect()
}

/// Stress relaxation at several temperatures: what the activation energy of Fig. 4 is read from.
pub(super) fn relaxation_part(recipe: &Recipe, seed: u64) -> Result<Part, DatasetError> {
    let id = recipe.printed.id;
    let eps1 = recipe.printed.eps1;
    let loading = recipe.loading_time(eps1);
    let mut rows = String::new();
    for specimen in ["M", "N", "O"] {
        let shape = scattered(recipe, specimen, seed);
        for &temperature in recipe.temperatures {
            let at = Conditions { temperature, ..recipe.reference() };
            let mut noise = Noise::new(seed, &format!("{id} {specimen} {temperature}"));
            for time in log_spaced(recipe.dead_time, recipe.relaxation, SERIES_SAMPLES) {
                let stress = shape.first_stage(&at, time + loading / 2.0) + recipe.noise * noise.deviate();
                let _ = writeln!(
                    rows,
                    "{id},{specimen},{eps1},{temperature},{:.2},{time:.2},{eps1},{stress:.digits$}",
                    loading + time,
                    digits = recipe.stress_digits
                );
            }
        }
    }
    let protocol = |&temperature: &f64| {
        let form = ProtocolForm::Segments(Protocol::at(temperature).ramp(eps1, loading).hold(recipe.relaxation));
        stated_protocol(id, RELAXATION, &[("temperature", temperature)], form)
    };
    let fields = mechanical(&["glass", "specimen", "eps1", "temperature", "time", "time_in_stage", "strain", "stress"]);
    let title = "stress relaxation at several temperatures, for the activation energy of Fig. 4 (top)";
    let key = ["specimen", "eps1", "temperature", "time"];
    let part = Part::new(RELAXATION, title, fields, &key, synthetic(seed), &rows);
    Ok(part.with_protocols(recipe.temperatures.iter().map(protocol).collect::<Result<_, _>>()?))
}

/// First stages after which recovery is watched: all waiting times, then, where Fig. 2 has them, temperatures and strains.
fn first_stages(recipe: &Recipe) -> Vec<Conditions> {
    let reference = recipe.reference();
    let mut stages: Vec<Conditions> = recipe.waiting.iter().map(|&t_w| Conditions { t_w, ..reference }).collect();
    if !recipe.eps1.is_empty() {
        stages.extend(recipe.temperatures.iter().map(|&temperature| Conditions { temperature, ..reference }));
        stages.extend(recipe.eps1.iter().map(|&eps1| Conditions { eps1, ..reference }));
    }
    let mut kept: Vec<Conditions> = Vec::new();
    for stage in stages {
        if !kept.contains(&stage) {
            kept.push(stage);
        }
    }
    kept
}

/// Strain recovery at zero stress: Fig. 4 (bottom), Fig. 5e.
pub(super) fn recovery_part(recipe: &Recipe, seed: u64) -> Result<Part, DatasetError> {
    let id = recipe.printed.id;
    let stages = first_stages(recipe);
    let mut rows = String::new();
    for specimen in ["P", "Q", "R"] {
        let shape = scattered(recipe, specimen, seed);
        let times = shape.first_time / recipe.shape.first_time;
        for at in &stages {
            // The relation of Fig. 5e holds for the glass; times scatter around it from specimen to specimen.
            let Some(recovery_time) = recipe.recovery.time(&recipe.shape, at) else { continue };
            let label = format!("{id} {specimen} {} {} {}", at.eps1, at.t_w, at.temperature);
            let mut noise = Noise::new(seed, &label);
            let start = recipe.loading_time(at.eps1) + at.t_w;
            for time in log_spaced(recipe.dead_time, recipe.recovery.duration, RECOVERY_SAMPLES) {
                let strain = recipe.recovery.strain(&shape, at, times * recovery_time, time);
                let strain = strain + recipe.recovery.noise * noise.deviate();
                let _ = writeln!(
                    rows,
                    "{id},{specimen},{},{},{},2,{:.2},{time:.2},{strain:.8},0",
                    at.eps1,
                    at.t_w,
                    at.temperature,
                    start + time
                );
            }
        }
    }
    let protocol = |at: &Conditions| {
        let held = Protocol::at(at.temperature).ramp(at.eps1, recipe.loading_time(at.eps1)).hold(at.t_w);
        let form = ProtocolForm::Segments(held.stress_step(0.0).hold(recipe.recovery.duration));
        let rows = [("eps1", at.eps1), ("t_w", at.t_w), ("temperature", at.temperature)];
        stated_protocol(id, RECOVERY, &rows, form)
    };
    let fields = mechanical(&[
        "glass",
        "specimen",
        "eps1",
        "t_w",
        "temperature",
        "stage",
        "time",
        "time_in_stage",
        "strain",
        "stress",
    ]);
    let title = "strain at zero stress after a first stage, Fig. 4 (bottom)";
    let key = ["specimen", "eps1", "t_w", "temperature", "time"];
    let part = Part::new(RECOVERY, title, fields, &key, synthetic(seed), &rows);
    Ok(part.with_protocols(stages.iter().map(protocol).collect::<Result<_, _>>()?))
}
