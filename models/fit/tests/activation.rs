//! Activation energies whose value is known.

use kovacs_aoi::Aoi;
use kovacs_core::model::Evaluator;
use kovacs_core::{BOLTZMANN, Relaxation, observe_relaxation};
use kovacs_fit::{
    FitError, StretchedIsotherm, isoconversional_energy, parametric_energy, rate_energy, stretched_isotherms,
};
use kovacs_linear::Kww;
use kovacs_sdk::Local;

const TEMPERATURES: [f64; 5] = [573.0, 583.0, 593.0, 603.0, 613.0];
const REFERENCE: f64 = 593.0;

/// A relaxation of `kww` at each temperature, with an exponent that may depend on it; 2 eV, 1e4 s at 593 K.
fn stretched(exponent: impl Fn(f64) -> f64) -> Vec<Relaxation> {
    let mut kww = Local::<Kww>::new(&[]).unwrap();
    let at = |&temperature: &f64| {
        let parameters = [1e4, exponent(temperature), 2.0, REFERENCE, 1.0, 0.0];
        observe_relaxation(&mut kww, &parameters, 0.005, temperature, (1e-2, 1e6)).unwrap()
    };
    TEMPERATURES.iter().map(at).collect()
}

#[test]
fn a_constant_exponent_gives_the_energy_at_every_time() {
    let relaxations = stretched(|_| 0.5);
    for time in [0.3, 10.0, 900.0, 5e4] {
        let found = isoconversional_energy(&relaxations, REFERENCE, time).unwrap();
        // Straight lines in the coordinates of the interpolation: rounding of 1 - y at early times.
        assert!((found.energy - 2.0).abs() < 1e-9, "{found:?}");
        assert_eq!(found.temperatures, TEMPERATURES);
        assert!(found.standard_error.unwrap() < 1e-9);
    }
    let fitted = stretched_isotherms(&relaxations).unwrap();
    for time in [10.0, 900.0] {
        // Fits of exact curves end within 1e-9 of the truth.
        assert!((parametric_energy(&fitted, REFERENCE, time).unwrap().energy - 2.0).abs() < 1e-7);
        let rate = rate_energy(&fitted, time).unwrap();
        assert!((rate.energy - 1.0).abs() < 1e-7, "beta times the energy: {rate:?}");
    }
}

#[test]
fn an_exponent_that_changes_with_temperature_alone_makes_the_energy_rise() {
    let exponent = |temperature: f64| 0.5 + 0.001 * (temperature - REFERENCE);
    let relaxations = stretched(exponent);
    let exact: Vec<StretchedIsotherm> = TEMPERATURES
        .iter()
        .map(|&temperature| StretchedIsotherm {
            temperature,
            relaxation_time: 1e4 * (2.0 / BOLTZMANN * (1.0 / temperature - 1.0 / REFERENCE)).exp(),
            exponent: exponent(temperature),
        })
        .collect();
    let fitted = stretched_isotherms(&relaxations).unwrap();
    for (time, energy) in [(10.0, 1.581156), (100.0, 1.720771), (1e3, 1.860385), (1e4, 2.0)] {
        // The reference has six decimals.
        assert!((parametric_energy(&exact, REFERENCE, time).unwrap().energy - energy).abs() < 1e-6);
        assert!((parametric_energy(&fitted, REFERENCE, time).unwrap().energy - energy).abs() < 1e-6);
        assert!((isoconversional_energy(&relaxations, REFERENCE, time).unwrap().energy - energy).abs() < 1e-6);
    }
}

#[test]
fn flat_barriers_give_the_logarithm_of_time() {
    let mut aoi = Local::<Aoi>::new(&[]).unwrap();
    let mut parameters = aoi.description().preset("ti-zr-hf-cu-ni-be").unwrap().parameters.clone();
    // Without a plateau, so that y is the relaxation function itself.
    parameters[aoi.description().parameter("relaxed_modulus").unwrap()] = 0.0;
    let relaxations: Vec<_> = TEMPERATURES
        .iter()
        .map(|&temperature| observe_relaxation(&mut aoi, &parameters, 0.005, temperature, (1e-2, 1e6)).unwrap())
        .collect();
    let found = isoconversional_energy(&relaxations, REFERENCE, 10.0).unwrap();
    // E = kT [ln(nu t) + 0.5772] = 1.67679 eV well inside the spectrum; its ends and the curvature cost 1e-3 of it.
    assert!((found.energy - 1.67679).abs() < 2e-3, "{found:?}");
    let later = isoconversional_energy(&relaxations, REFERENCE, 100.0).unwrap();
    let per_decade = BOLTZMANN * REFERENCE * std::f64::consts::LN_10;
    assert!(((later.energy - found.energy) / per_decade - 1.0).abs() < 0.02, "{later:?}");
}

#[test]
fn what_cannot_be_known_is_refused() {
    let relaxations = stretched(|_| 0.5);
    let error = |result: Result<_, FitError>| result.map(|_: kovacs_fit::ActivationEnergy| ()).unwrap_err();
    let none = error(isoconversional_energy(&relaxations, 600.0, 10.0));
    assert!(none.to_string().contains("no relaxation at 600 K") && none.to_string().contains("593"), "{none}");
    let late = error(isoconversional_energy(&relaxations, REFERENCE, 1e9));
    assert!(matches!(late, FitError::OutsideRelaxation { last: 1e6, .. }), "{late}");
    let few = error(isoconversional_energy(&relaxations[1..3], REFERENCE, 10.0));
    assert!(matches!(few, FitError::FewTemperatures { found: 2, needed: 3, .. }), "{few}");
    let mut kww = Local::<Kww>::new(&[]).unwrap();
    let defaults = kww.description().defaults();
    let window = observe_relaxation(&mut kww, &defaults, 0.005, 593.0, (1.0, 1.0)).unwrap_err();
    assert!(window.to_string().contains("first sample = 1 s"), "{window}");
}
