//! The parameter sets of the three glasses through the model interface, against values computed independently.

use kovacs_aoi::Aoi;
use kovacs_core::glasses::{GLASSES, glass};
use kovacs_core::model::{EvaluationError, Evaluator};
use kovacs_core::{Hump, SecondStage, TwoStep, observe_second_stage};
use kovacs_sdk::Local;

#[track_caller]
fn check(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual / expected - 1.0).abs() < tolerance, "{actual} is not {expected} within {tolerance:e}");
}

fn observe(id: &str, test: &TwoStep) -> SecondStage {
    let mut model = Local::<Aoi>::new(&[]).unwrap();
    let parameters = model.description().preset(id).unwrap().parameters.clone();
    observe_second_stage(&mut model, &parameters, test).unwrap()
}

#[test]
fn peaks_of_three_glasses() {
    // Printed to nine digits; samples of a flat top resolve t_p to 1e-7.
    for (id, t_p, delta_sigma) in [
        ("ti-zr-hf-cu-ni-be", 601.810659, 39.06919442),
        ("fe-zr-b", 1803.671510, 62.64472260),
        ("pvc", 201.788740, 1.05360499),
    ] {
        let stage = observe(id, &glass(id).unwrap().two_step());
        check(stage.t_p().unwrap(), t_p, 1e-7);
        check(stage.delta_sigma().unwrap(), delta_sigma, 5e-9);
    }
}

#[test]
fn rates_of_the_titanium_glass() {
    let barriers = kovacs_aoi::barriers::FlatBarriers::new(1.53, 2.20, 1e13, 593.0);
    // Seven printed digits.
    check(barriers.slowest_rate(), 2.007603e-6, 3e-7);
    check(barriers.fastest_rate(), 0.9928013, 1e-7);
    assert_eq!(barriers.spectrum(1e3), 1.0 / barriers.width);
    assert_eq!((barriers.spectrum(0.5), barriers.spectrum(1e6)), (0.0, 0.0));
}

#[test]
fn the_peak_time_hardly_depends_on_temperature() {
    let test = |temperature| TwoStep { temperature, ..GLASSES[0].two_step() };
    // Printed to one decimal.
    for (temperature, t_p) in [(573.0, 600.4), (613.0, 607.4)] {
        let found = observe("ti-zr-hf-cu-ni-be", &test(temperature)).t_p().unwrap();
        assert!((found - t_p).abs() < 0.051, "{found} s at {temperature} K");
    }
}

#[test]
fn cold_and_hot_have_an_answer() {
    // At 20 K the slowest rate is exp(-1246) of the attempt frequency; nothing relaxes, and nothing is NaN.
    let cold = observe("ti-zr-hf-cu-ni-be", &TwoStep { temperature: 20.0, ..GLASSES[0].two_step() });
    check(cold.sigma_tw, 450.0, 1e-12);
    // At 5000 K everything has relaxed before the second step.
    let hot = observe("ti-zr-hf-cu-ni-be", &TwoStep { temperature: 5000.0, ..GLASSES[0].two_step() });
    check(hot.sigma_tw, 225.0, 1e-12);
    assert!(matches!(hot.hump, Hump::MonotoneRise { .. }), "{}", hot.hump);
}

#[test]
fn barriers_in_the_wrong_order_are_refused() {
    let mut model = Local::<Aoi>::new(&[]).unwrap();
    let mut parameters = model.description().defaults();
    parameters[1] = 1.0;
    let error = observe_second_stage(&mut model, &parameters, &TwoStep::new(0.005, 0.003, 900.0, 593.0)).unwrap_err();
    let EvaluationError::Rejected { message, .. } = error else { panic!("{error}") };
    assert!(message.contains("must be above `barrier_min` = 1.53 eV, but is 1 eV"), "{message}");
}
