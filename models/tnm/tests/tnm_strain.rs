//! The model under strain against independent reference numbers and against the linear model that it contains.

mod common;

use common::{check, curve, preset, with};
use kovacs_core::glasses::glass;
use kovacs_core::hump::log_spaced;
use kovacs_core::{SecondStage, TwoStep, observe_second_stage};
use kovacs_sdk::Local;
use kovacs_tnm::TnmStrain;

fn model() -> Local<TnmStrain> {
    Local::new(&[]).unwrap()
}

/// The paper's test of a glass with another waiting time (s) and temperature (K).
fn test_of(id: &str, t_w: f64, temperature: f64) -> TwoStep {
    TwoStep { t_w, temperature, duration: 1e5, ..glass(id).unwrap().two_step() }
}

/// Time and height of the hump by a parabola in `ln t'` through the three largest samples at 60 to the decade: how the
/// reference numbers were read.
fn on_sixty_steps(id: &str, test: &TwoStep) -> (f64, f64) {
    let mut model = model();
    let parameters = preset(&model, id);
    let steps = log_spaced(1e-2, test.duration, 60);
    let times: Vec<f64> = std::iter::once(0.0).chain(steps).map(|time| test.t_w + time).collect();
    let stress = curve(&mut model, &parameters, &test.protocol().unwrap(), "stress", &times);
    let top = (1..stress.len() - 1).max_by(|&a, &b| stress[a].total_cmp(&stress[b])).unwrap();
    let x = |index: usize| (times[index] - test.t_w).ln();
    let (left, right) = (x(top - 1) - x(top), x(top + 1) - x(top));
    let (below, above) = (stress[top - 1] - stress[top], stress[top + 1] - stress[top]);
    let bend = (below / left - above / right) / (left - right);
    let slope = below / left - bend * left;
    let place = -0.5 * slope / bend;
    ((x(top) + place).exp(), stress[top] + 0.5 * slope * place - stress[0])
}

fn refined(id: &str, test: &TwoStep) -> SecondStage {
    let mut model = model();
    let parameters = preset(&model, id);
    observe_second_stage(&mut model, &parameters, test).unwrap()
}

fn reference_values(id: &str, t_w: f64, temperature: f64, t_p: f64, t_p_digits: f64, height: f64, height_digits: f64) {
    let test = test_of(id, t_w, temperature);
    let (found_time, found_height) = on_sixty_steps(id, &test);
    // Half of the last printed digit, and 1e-4 for the peak and its height on equal steps.
    let near = |found: f64, expected: f64, digits: f64| (found - expected).abs() < 0.5 * digits + 1e-4 * expected;
    assert!(near(found_time, t_p, t_p_digits), "{id}, {t_w} s, {temperature} K: {found_time} s is not {t_p} s");
    assert!(
        near(found_height, height, height_digits),
        "{id}, {t_w} s, {temperature} K: {found_height} is not {height}"
    );
    // Read without the error of a parabola through steps: a parabola 60 to the decade misses the peak by 3e-4.
    let refined = refined(id, &test);
    check(refined.t_p().unwrap(), found_time, 4e-4);
    check(refined.delta_sigma().unwrap(), found_height, 2e-6);
}

#[test]
fn reference_values_of_the_alloys() {
    let titanium = |t_w, temperature, t_p, digits, height| {
        reference_values("ti-zr-hf-cu-ni-be", t_w, temperature, t_p, digits, height, 1e-3);
    };
    titanium(30.0, 593.0, 7.65, 0.01, 0.564);
    titanium(90.0, 593.0, 24.2, 0.1, 0.902);
    titanium(300.0, 593.0, 87.8, 0.1, 1.485);
    titanium(900.0, 593.0, 294.66, 0.01, 2.296);
    titanium(2700.0, 593.0, 1027.6, 0.1, 3.467);
    titanium(9000.0, 593.0, 4223.0, 1.0, 5.278);
    titanium(900.0, 573.0, 253.4, 0.1, 1.057);
    titanium(900.0, 583.0, 271.2, 0.1, 1.572);
    titanium(900.0, 603.0, 324.7, 0.1, 3.304);
    titanium(900.0, 613.0, 362.9, 0.1, 4.707);
    reference_values("fe-zr-b", 1800.0, 597.0, 866.45, 0.01, 1.826747, 1e-6);
}

#[test]
fn reference_values_of_poly_vinyl_chloride() {
    for (temperature, t_p, height) in [
        (308.0, 157.4, 0.0298),
        (313.0, 161.3, 0.0381),
        (318.0, 165.0, 0.0485),
        (323.0, 168.2, 0.0613),
        (328.0, 170.6, 0.0773),
    ] {
        reference_values("pvc", 300.0, temperature, t_p, 0.1, height, 1e-4);
    }
    reference_values("pvc", 300.0, 318.0, 165.01, 0.01, 0.048454, 1e-6);
}

#[test]
fn ageing_during_the_test_moves_the_peak() {
    // Physics, surprise 8: with the relaxation time held at its first value, 5.4e9 s, the peak comes earlier.
    let mut model = model();
    let ln_time = -622.0 + 225_000.0 * (0.10 / 318.0 + 0.90 / 353.0);
    check(f64::exp(ln_time), 5.4e9, 0.01);
    let parameters = with(&model, "pvc", &[("ln_prefactor", ln_time), ("activation_enthalpy", 0.0)]);
    let frozen = observe_second_stage(&mut model, &parameters, &test_of("pvc", 300.0, 318.0)).unwrap();
    assert!((frozen.t_p().unwrap() - 132.54).abs() < 0.005, "{:?}", frozen.hump);
    assert!((frozen.delta_sigma().unwrap() - 0.0586).abs() < 5e-5, "{:?}", frozen.hump);
    // Converged, ageing: 165.03 s and 0.04845 MPa.
    let ageing = refined("pvc", &test_of("pvc", 300.0, 318.0));
    assert!((ageing.t_p().unwrap() - 165.03).abs() < 0.005, "{:?}", ageing.hump);
    assert!((ageing.delta_sigma().unwrap() - 0.04845).abs() < 5e-6, "{:?}", ageing.hump);
}

#[test]
fn a_strong_coupling_to_strain_freezes_the_second_stage() {
    let mut model = model();
    let parameters = with(&model, "pvc", &[("strain_coupling", 1500.0)]);
    let stage = observe_second_stage(&mut model, &parameters, &test_of("pvc", 300.0, 318.0)).unwrap();
    // 3.8e4 s, instead of 165 s without it.
    assert!((stage.t_p().unwrap() - 3.8e4).abs() < 500.0, "{:?}", stage.hump);
}
