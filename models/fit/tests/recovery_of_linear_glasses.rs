//! The straight line between the peak time and the recovery time, for linear glasses of five stiffnesses.
//!
//! Linear theory has no constant offset between them, but over a decade or two of waiting times a straight line fits,
//! with a negative intercept and a slope that the ratio of the moduli sets. Values computed independently: relaxation
//! time 1e4 s, exponent 0.5, activation energy 2 eV at 593 K, strain stepped back to 0.6 of the first.

use kovacs_core::model::Evaluator;
use kovacs_core::recovery::{RecoveryTest, observe_recovery};
use kovacs_core::{TwoStep, observe_second_stage};
use kovacs_fit::{fit_line, fit_recovery};
use kovacs_linear::Kww;
use kovacs_sdk::Local;

/// Peak time and recovery time, s.
fn times(ratio: f64, t_w: f64, temperature: f64) -> (f64, f64) {
    let mut model = Local::<Kww>::new(&[]).unwrap();
    let mut parameters = model.description().defaults();
    for (id, value) in [
        ("relaxation_time", 1e4),
        ("stretching_exponent", 0.5),
        ("activation_energy", 2.0),
        ("reference_temperature", 593.0),
        ("unrelaxed_modulus", 1.0),
        ("relaxed_modulus", ratio),
    ] {
        parameters[model.description().parameter(id).unwrap()] = value;
    }
    let peak = observe_second_stage(&mut model, &parameters, &TwoStep::new(1.0, 0.6, t_w, temperature)).unwrap();
    let test = RecoveryTest { first: 1.0, duration: 2e5, ..RecoveryTest::new(1.0, t_w, temperature) };
    let recovery = observe_recovery(&mut model, &parameters, &test).unwrap();
    (peak.t_p().unwrap(), fit_recovery(&recovery).unwrap().relaxation_time)
}

/// Ratio of the moduli; slope, intercept (s) and R2 of the waiting times; recovery times (s) at 573, 593 and 613 K.
const REFERENCE: [(f64, [f64; 3], [f64; 3]); 5] = [
    (0.1, [0.339, -151.0, 0.994], [1095.0, 1280.0, 2043.0]),
    (0.3, [0.472, -283.0, 0.973], [1112.0, 1242.0, 1332.0]),
    (0.5, [0.702, -398.0, 0.950], [1066.0, 1062.0, 940.0]),
    (0.7, [0.957, -481.0, 0.931], [1001.0, 908.0, 720.0]),
    (0.9, [1.230, -547.0, 0.916], [933.0, 787.0, 580.0]),
];

#[test]
fn the_line_of_the_waiting_times_and_the_recovery_times_of_three_temperatures() {
    for (ratio, line, recovery_times) in REFERENCE {
        let points: Vec<(f64, f64)> = [100.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0]
            .map(|t_w| times(ratio, t_w, 593.0))
            .map(|(t_p, tau_rec)| (tau_rec, t_p))
            .to_vec();
        let found = fit_line(&points).unwrap();
        // As printed: three decimals, whole seconds.
        for (found, expected, digit) in
            [(found.slope, line[0], 1e-3), (found.intercept, line[1], 1.0), (found.r_squared, line[2], 1e-3)]
        {
            assert!((found - expected).abs() < 0.51 * digit, "E_R/E_U = {ratio}: {found}, not {expected}");
        }
        for (temperature, expected) in [573.0, 593.0, 613.0].into_iter().zip(recovery_times) {
            let found = times(ratio, 900.0, temperature).1;
            assert!((found - expected).abs() < 0.51, "E_R/E_U = {ratio}, {temperature} K: {found} s, not {expected} s");
        }
    }
}
