//! From a shape to what an instrument would have written: specimens, ramps, sampling, dead time, noise.
//!
//! A ramp of duration `d` acts on a slow relaxation, to first order in `d/t`, as an exact step at its middle; so the
//! shape is read `d/2` later than the sample. The ramps (0.15 s and less) lie between samples and are not recorded.

use super::noise::Noise;
use super::recipe::Recipe;
use super::shape::{Conditions, Shape};
use kovacs_core::TwoStep;
use kovacs_core::hump::log_spaced;
use std::fmt::Write;

/// Replicates of every test.
pub(super) const SPECIMENS: [&str; 3] = ["A", "B", "C"];

/// Relative standard deviations from specimen to specimen: modulus, strength of the memory, all times.
pub(super) const SCATTER: [(&str, f64); 3] = [("modulus", 0.012), ("memory strength", 0.03), ("times", 0.05)];

/// Samples per decade of time in each stage.
pub(super) const SAMPLES_PER_DECADE: usize = 28;

/// All tests of a glass as CSV, one row per sample.
pub(super) fn two_step_csv(recipe: &Recipe, seed: u64) -> String {
    let mut csv = String::from("glass,specimen,eps1,eps2,t_w,temperature,stage,time,time_in_stage,strain,stress\n");
    for specimen in SPECIMENS {
        let shape = scattered(&recipe.shape, &mut Noise::new(seed, &format!("{} {specimen}", recipe.printed.id)));
        for &eps2 in recipe.eps2 {
            let mut noise = Noise::new(seed, &format!("{} {specimen} {eps2}", recipe.printed.id));
            write_test(&mut csv, recipe, specimen, &shape, eps2, &mut noise);
        }
    }
    csv
}

fn scattered(shape: &Shape, noise: &mut Noise) -> Shape {
    let [modulus, strength, times] = SCATTER.map(|(_, deviation)| 1.0 + deviation * noise.deviate());
    Shape {
        unrelaxed_modulus: shape.unrelaxed_modulus * modulus,
        memory_strength: shape.memory_strength * strength,
        first_time: shape.first_time * times,
        memory_time: shape.memory_time * times,
        decay_time: shape.decay_time * times,
        ..*shape
    }
}

/// The two-step test a curve of this package belongs to, with its ramps and its dead time.
pub(super) fn test(recipe: &Recipe, eps2: f64) -> TwoStep {
    TwoStep {
        duration: recipe.duration,
        ramp: Some(recipe.loading_time()),
        dead_time: recipe.dead_time,
        ..TwoStep::new(recipe.printed.eps1, eps2, recipe.printed.t_w, recipe.printed.temperature)
    }
}

fn write_test(csv: &mut String, recipe: &Recipe, specimen: &str, shape: &Shape, eps2: f64, noise: &mut Noise) {
    let at = Conditions {
        eps1: recipe.printed.eps1,
        eps2,
        t_w: recipe.printed.t_w,
        temperature: recipe.printed.temperature,
    };
    let test = test(recipe, eps2);
    let loading = test.first_stage_end() - test.t_w;
    let unloading = test.second_stage_start() - test.first_stage_end();
    let first = log_spaced(recipe.dead_time, recipe.printed.t_w, SAMPLES_PER_DECADE);
    let second = log_spaced(recipe.dead_time, recipe.duration, SAMPLES_PER_DECADE);
    let stages = [(1, first, loading, loading, at.eps1), (2, second, test.second_stage_start(), unloading, at.eps2)];
    for (stage, times, start, ramp, strain) in stages {
        for time in times {
            let stress = match stage {
                1 => shape.first_stage(&at, time + ramp / 2.0),
                _ => shape.second_stage(&at, time + ramp / 2.0),
            };
            let stress = stress + recipe.noise * noise.deviate();
            // Writing into a `String` cannot fail.
            let _ = writeln!(
                csv,
                "{},{specimen},{},{},{},{},{stage},{:.2},{time:.2},{strain},{stress:.digits$}",
                recipe.printed.id,
                at.eps1,
                at.eps2,
                at.t_w,
                at.temperature,
                start + time,
                digits = recipe.stress_digits,
            );
        }
    }
}
