//! The thermal models against independent reference numbers.

mod common;

use common::{check, curve, preset};
use kovacs_core::Protocol;
use kovacs_core::model::Evaluator;
use kovacs_sdk::Local;
use kovacs_tnm::{Kahr, Tnm};

const ZERO_CELSIUS: f64 = 273.15;

#[test]
fn a_jump_from_40_to_30_degrees() {
    // Physics B2: converged values of the fictive temperature at 1e2, 1e3, 1e4 and 1e5 s.
    let expected = [36.454461, 34.006269, 31.688004, 30.230202];
    let jump = Protocol::at(313.15).temperature_step(303.15).hold(1e6);
    let run = |per_decade: f64, memory: f64| {
        let mut model = Local::<Tnm>::new(&[per_decade, 1e-3, memory]).unwrap();
        let parameters = preset(&model, "pvac");
        curve(&mut model, &parameters, &jump, "fictive_temperature", &[1e2, 1e3, 1e4, 1e5])
    };
    for (per_decade, memory, tolerance) in [(80.0, 0.0, 6e-5), (80.0, 2.0, 6e-5), (480.0, 0.0, 3e-6)] {
        for (found, expected) in run(per_decade, memory).into_iter().zip(expected) {
            assert!((found - ZERO_CELSIUS - expected).abs() < tolerance, "{} {expected}", found - ZERO_CELSIUS);
        }
    }
}

#[test]
fn equilibrium_relaxation_times_of_the_literature_sets() {
    // Physics B2: the temperature at which tau in equilibrium is 100 s.
    let expected = [("pvac", 309.9), ("pvc", 359.1), ("ps", 362.6), ("pc", 416.2), ("pmma", 380.8), ("b2o3", 561.1)];
    let model = Local::<Tnm>::new(&[]).unwrap();
    assert_eq!(model.description().presets.len(), expected.len());
    for (id, kelvin) in expected {
        let parameters = preset(&model, id);
        let found = parameters[1] / (100f64.ln() - parameters[0]);
        assert!((found - kelvin).abs() < 0.051, "{id}: {found} K");
        let set = model.description().preset(id).unwrap();
        assert!(set.doc.contains("to be verified"), "{id}: {}", set.doc);
    }
}

#[test]
fn the_linear_exponent_gives_what_its_definition_says() {
    // One time constant for all boxes: delta decays by d delta/dt = -delta/tau with tau = tau_r exp[-theta(...)], which
    // for x = 1 is a simple exponential.
    let mut model = Local::<Kahr>::new(&[]).unwrap();
    let mut parameters = preset(&model, "pvac");
    for (id, value) in
        [("spectrum_decades", 0.0), ("nonlinearity", 1.0), ("relaxation_time", 10.0), ("reference_temperature", 313.15)]
    {
        parameters[model.description().parameter(id).unwrap()] = value;
    }
    let jump = Protocol::at(313.15).temperature_step(311.15).hold(1e4);
    let time = 10.0 * f64::exp(2.0);
    let departure = curve(&mut model, &parameters, &jump, "volume_departure", &[0.0, time, 3.0 * time]);
    check(departure[0], 2.0 * 4e-4, 1e-13);
    check(departure[1], 2.0 * 4e-4 / std::f64::consts::E, 1e-12);
    check(departure[2], 2.0 * 4e-4 * (-3.0f64).exp(), 1e-12);
}
