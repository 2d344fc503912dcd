//! Laws of the formulas behind the shipped curves, over conditions that no file has.

use kovacs_core::Relaxation;
use kovacs_core::hump::log_spaced;
use kovacs_datasets::generate::{Conditions, RECIPES, Recipe};
use kovacs_fit::isoconversional_energy;
use proptest::prelude::*;

fn recipe() -> impl Strategy<Value = &'static Recipe> {
    (0..RECIPES.len()).prop_map(|index| &RECIPES[index])
}

/// Conditions around those of the paper: strain by a factor, waiting time by decades, temperature by parts of the way to
/// the last one in the files.
fn around(recipe: &Recipe, strain: f64, waiting: f64, warmer: f64) -> Conditions {
    let reference = recipe.reference();
    let warmest = recipe.temperatures.iter().copied().fold(reference.temperature, f64::max);
    Conditions {
        eps1: reference.eps1 * strain,
        t_w: reference.t_w * 10f64.powf(waiting),
        temperature: reference.temperature + warmer * (warmest - reference.temperature),
        ..reference
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn there_is_no_hump_at_or_above_the_first_strain(
        recipe in recipe(), waiting in -2.0..0.9, warmer in -1.0..1.0, above in 0.0..0.5,
    ) {
        let at = around(recipe, 1.0, waiting, warmer);
        prop_assert_eq!(recipe.shape.peak_time(&Conditions { eps2: at.eps1 * (1.0 + above), ..at }), None);
    }

    #[test]
    fn there_is_a_hump_below_it_and_it_is_later_for_a_smaller_second_strain(
        recipe in recipe(), waiting in -1.0..0.9, warmer in -1.0..1.0, below in 0.3..0.6,
    ) {
        let at = around(recipe, 1.0, waiting, warmer);
        let peak = |part: f64| recipe.shape.peak_time(&Conditions { eps2: at.eps1 * (1.0 - part), ..at });
        // A step back beyond zero stress lets the stress rise for good.
        let beyond = Conditions { eps2: at.eps1 * (0.95 - below), ..at };
        prop_assume!(recipe.shape.stress_after_step(&beyond) > 0.0);
        let (near, far) = (peak(below), peak(below + 0.05));
        prop_assert!(near.is_some() && far > near, "{:?} {:?}", near, far);
    }

    #[test]
    fn peak_times_grow_with_first_strain_waiting_time_and_temperature(
        recipe in recipe(), strain in 0.85..1.2, waiting in -1.0..0.8, warmer in -0.9..0.9,
    ) {
        let peak = |strain, waiting, warmer| recipe.shape.peak_time(&around(recipe, strain, waiting, warmer));
        let here = peak(strain, waiting, warmer);
        prop_assert!(here.is_some());
        prop_assert!(peak(strain + 0.02, waiting, warmer) > here);
        prop_assert!(peak(strain, waiting + 0.05, warmer) > here);
        prop_assert!(peak(strain, waiting, warmer + 0.1) > here);
    }

    #[test]
    fn stress_at_constant_strain_falls_and_is_proportional_to_it(
        recipe in recipe(), warmer in -1.0..1.0, time in -2.0..5.0f64, factor in 0.2..3.0f64,
    ) {
        let at = around(recipe, 1.0, 0.0, warmer);
        let time = 10f64.powf(time);
        let stress = recipe.shape.first_stage(&at, time);
        prop_assert!(recipe.shape.first_stage(&at, 1.1 * time) < stress);
        let more = recipe.shape.first_stage(&Conditions { eps1: factor * at.eps1, ..at }, time);
        // Tolerance: rounding.
        prop_assert!((more / stress / factor - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_strain_at_zero_stress_goes_from_what_is_not_elastic_to_what_lasts(
        recipe in recipe(), strain in 0.8..1.2, waiting in -1.5..0.9, warmer in -1.0..1.0,
    ) {
        let at = around(recipe, strain, waiting, warmer);
        let (shape, recovery) = (&recipe.shape, &recipe.recovery);
        let Some(time) = recovery.time(shape, &at) else { return Ok(()) };
        let start = recovery.strain_after_unloading(shape, &at);
        let lasting = recovery.lasting_strain(shape, &at);
        prop_assert!(time > recovery.time_offset);
        prop_assert!((0.0..start).contains(&lasting) && start < at.eps1);
        prop_assert_eq!(recovery.strain(shape, &at, time, 0.0), start);
        prop_assert!((recovery.strain(shape, &at, time, 1e9) - lasting).abs() < 1e-12);
        prop_assert_eq!(lasting == 0.0, at.t_w <= shape.critical_waiting_at(at.temperature));
    }
}

#[test]
fn the_isoconversional_energy_is_the_one_that_was_put_in() {
    for recipe in &RECIPES {
        let times = log_spaced(1e-2, 1e6, 60);
        let relaxations: Vec<Relaxation> = recipe
            .temperatures
            .iter()
            .map(|&temperature| {
                let at = Conditions { temperature, ..recipe.reference() };
                let stress = times.iter().map(|&time| recipe.shape.first_stage(&at, time)).collect();
                let stress_0 = recipe.shape.unrelaxed_modulus * at.eps1;
                Relaxation { temperature, stress_0, times: times.clone(), stress }
            })
            .collect();
        for time in [1.0, 30.0, 300.0, 3000.0] {
            let found = isoconversional_energy(&relaxations, recipe.printed.temperature, time).unwrap().energy;
            let expected = recipe.shape.activation_energy(time);
            // Tolerance: interpolation between 60 samples per decade.
            assert!((found - expected).abs() < 2e-3, "{}: {found} and {expected} eV at {time} s", recipe.printed.id);
        }
    }
}
