//! `--thermal`: the thermal Kovacs experiment, the temperature's counterpart of the two-step test.

use super::sheet::{Provenance, sheet, shown};
use super::{Options, Ready, write_curve};
use crate::commands::model::number;
use crate::failure::Failure;
use crate::output::{print, print_json};
use kovacs_core::thermal_kovacs::{Lasts, ThermalKovacs, ThermalMemory, observe_thermal};
use serde::Serialize;

/// What is printed with `--json`. Times in s, temperatures in K; `null` where there is none.
#[derive(Serialize)]
struct Prediction<'a> {
    kind: &'static str,
    /// Fictive minus prescribed temperature at its extremum in the last stage.
    hump_height_k: Option<f64>,
    hump_time_s: Option<f64>,
    /// How long the stage before the last one lasted.
    t1_s: f64,
    /// Fictive minus prescribed temperature just after the last jump.
    departure_k: f64,
    #[serde(flatten)]
    provenance: Provenance<'a>,
}

/// Predicts a thermal memory and prints it.
///
/// # Errors
/// As [`super::run`].
pub fn run(options: &Options, test: &ThermalKovacs, ready: &mut Ready) -> Result<(), Failure> {
    let memory = observe_thermal(&mut ready.evaluator, &ready.parameters, test)
        .map_err(|error| ready.evaluator.failure(error))?;
    write_curve(options, ready, &test.protocol(memory.t1))?;
    ready.evaluator.done();
    if options.json {
        return print_json(&Prediction {
            kind: memory.kind(),
            hump_height_k: memory.hump_height(),
            hump_time_s: memory.hump_time(),
            t1_s: memory.t1,
            departure_k: memory.departure,
            provenance: Provenance::of(ready),
        });
    }
    print(&page(options, test, ready, &memory))
}

fn page(options: &Options, test: &ThermalKovacs, ready: &Ready, memory: &ThermalMemory) -> String {
    let stages = test.stages.iter().map(|stage| match stage.lasts {
        Lasts::For(time) => format!("{} K for {} s", number(stage.temperature), number(time)),
        Lasts::UntilEqual => format!("{} K until equal", number(stage.temperature)),
    });
    let words = format!("equilibrium at {} K, then {}", number(test.start), stages.collect::<Vec<_>>().join(", then "));
    let observables = [
        ["kind", memory.kind(), ""],
        ["hump height", &shown(memory.hump_height()), "K, fictive minus prescribed temperature"],
        ["hump time", &shown(memory.hump_time()), "s after the last jump"],
        ["t1", &memory.t1.to_string(), "s in the stage before the last one"],
        ["departure", &memory.departure.to_string(), "K just after the last jump"],
    ];
    sheet(options, ready, &words, &[], &observables, "")
}
