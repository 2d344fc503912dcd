//! Specimens and instruments: scatter from replicate to replicate, ramps, dead time, sampling.
//!
//! A ramp of duration `d` acts on a slow relaxation, to first order in `d/t`, as an exact step at its middle; so the
//! shape is read `d/2` later than the sample. The ramps (0.2 s and less) lie between samples and are not recorded.

use super::noise::Noise;
use super::recipe::Recipe;
use super::shape::{Conditions, Shape};
use kovacs_core::TwoStep;
use kovacs_core::hump::log_spaced;
use std::fmt::Write;

/// Relative standard deviations from specimen to specimen: modulus, strength of the memory, all times.
pub(super) const SCATTER: [(&str, f64); 3] = [("modulus", 0.012), ("memory strength", 0.03), ("times", 0.05)];

/// Columns of a two-step test, as [`write_test`] writes them.
pub(super) const TEST_COLUMNS: [&str; 11] =
    ["glass", "specimen", "eps1", "eps2", "t_w", "temperature", "stage", "time", "time_in_stage", "strain", "stress"];

/// Columns that together name one row of a two-step test.
pub(super) const TEST_KEY: [&str; 6] = ["specimen", "eps1", "eps2", "t_w", "temperature", "time"];

/// The shape of one specimen, the same in all tests it goes through.
pub(super) fn scattered(recipe: &Recipe, specimen: &str, seed: u64) -> Shape {
    let mut noise = Noise::new(seed, &format!("{} {specimen}", recipe.printed.id));
    let [modulus, strength, times] = SCATTER.map(|(_, deviation)| 1.0 + deviation * noise.deviate());
    let shape = &recipe.shape;
    Shape {
        unrelaxed_modulus: shape.unrelaxed_modulus * modulus,
        memory_strength: shape.memory_strength * strength,
        first_time: shape.first_time * times,
        memory_time: shape.memory_time * times,
        decay_time: shape.decay_time * times,
        ..*shape
    }
}

/// The two-step test at some conditions, with its ramps and its dead time.
pub(super) fn test(recipe: &Recipe, at: &Conditions) -> TwoStep {
    TwoStep {
        duration: recipe.duration.max(5.0 * at.t_w),
        ramp: Some(recipe.loading_time(at.eps1)),
        dead_time: recipe.dead_time,
        ..TwoStep::new(at.eps1, at.eps2, at.t_w, at.temperature)
    }
}

/// Both stages of a test as lines of a file.
pub(super) fn write_test(
    rows: &mut String,
    recipe: &Recipe,
    (specimen, shape): (&str, &Shape),
    at: &Conditions,
    per_decade: usize,
    noise: &mut Noise,
) {
    let test = test(recipe, at);
    let loading = test.first_stage_end() - test.t_w;
    let unloading = test.second_stage_start() - test.first_stage_end();
    let first = log_spaced(recipe.dead_time, at.t_w, per_decade);
    let second = log_spaced(recipe.dead_time, test.duration, per_decade);
    let stages = [(1, first, loading, loading, at.eps1), (2, second, test.second_stage_start(), unloading, at.eps2)];
    for (stage, times, start, ramp, strain) in stages {
        for time in times {
            let stress = match stage {
                1 => shape.first_stage(at, time + ramp / 2.0),
                _ => shape.second_stage(at, time + ramp / 2.0),
            };
            let stress = stress + recipe.noise * noise.deviate();
            // Writing into a `String` cannot fail.
            let _ = writeln!(
                rows,
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
