//! Recovery, creep and changing temperatures through the model interface.

use kovacs_core::Protocol;
use kovacs_core::glasses::GLASSES;
use kovacs_core::hump::log_spaced;
use kovacs_core::linear_response::LinearResponse;
use kovacs_core::model::{EvaluationError, Evaluator, Experiment};
use kovacs_core::second_stage::evaluate_one;
use kovacs_linear::{Fractional, Kelvin, Kww, Prony};
use kovacs_sdk::{Local, Model};

#[track_caller]
fn check(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual / expected - 1.0).abs() < tolerance, "{actual} is not {expected} within {tolerance:e}");
}

/// The wanted outputs one after the other.
fn run<M: Model>(
    values: &[(&str, f64)],
    protocol: &Protocol,
    times: &[f64],
    wanted: &[&str],
) -> Result<Vec<f64>, EvaluationError> {
    let mut model = Local::<M>::new(&[]).unwrap();
    let mut parameters = model.description().defaults();
    for (id, value) in values {
        parameters[model.description().parameter(id).unwrap()] = *value;
    }
    let wanted = wanted.iter().map(|&output| output.to_owned()).collect();
    let experiment = Experiment { history: protocol.nodes().unwrap(), times: times.to_vec(), before: vec![], wanted };
    evaluate_one(&mut model, &experiment, &parameters)
}

const KWW: [(&str, f64); 4] = [
    ("relaxation_time", 1e4),
    ("stretching_exponent", 0.5),
    ("unrelaxed_modulus", 90_000.0),
    ("relaxed_modulus", 45_000.0),
];

#[test]
fn the_strain_of_a_recovery_brings_the_stress_to_nothing() {
    stress_of_the_recovered_strain::<Kww>("stretching_exponent");
    stress_of_the_recovered_strain::<Fractional>("exponent");
}

fn stress_of_the_recovered_strain<M: Model>(exponent: &str) {
    let values = [KWW[0], (exponent, 0.5), KWW[2], KWW[3]];
    // The strain that the model gives under zero stress goes back into it as ramps of strain, where the stress is exact
    // superposition with the stretched exponential itself: it has to vanish. This joins both ways of computing.
    let times = log_spaced(1e-3, 1e5, 200);
    let held = Protocol::at(593.0).step(0.005).hold(900.0);
    let after: Vec<f64> = std::iter::once(0.0).chain(times.iter().copied()).map(|time| 900.0 + time).collect();
    let strain = run::<M>(&values, &held.clone().stress_step(0.0).hold(1e5), &after, &["strain"]).unwrap();
    let back = after
        .windows(2)
        .zip(&strain[1..])
        .fold(held.step(strain[0]), |protocol, (time, strain)| protocol.ramp(*strain, time[1] - time[0]));
    let stress = run::<M>(&values, &back, &after, &["stress"]).unwrap();
    // Straight pieces of 1/200 of a decade: (0.0115)^2 / 8 of 450 MPa, and less where the strain bends less.
    let worst = stress.iter().map(|stress| stress.abs()).fold(0.0, f64::max);
    assert!(worst < 2e-3, "{worst} MPa");
    assert!(strain[0] > 1.2 * strain[strain.len() - 1] && strain[strain.len() - 1] > 0.0, "and it does recover");
}

#[test]
fn modes_of_three_models_give_one_recovery() {
    for glass in &GLASSES {
        let protocol = Protocol::at(glass.temperature).step(glass.eps1).hold(glass.t_w).stress_step(0.0).hold(1e5);
        let times: Vec<f64> = log_spaced(1e-2, 1e5, 10).into_iter().map(|time| glass.t_w + time).collect();
        let strain = |model: &mut dyn Evaluator| {
            let parameters = model.description().preset(glass.id).unwrap().parameters.clone();
            let wanted = vec!["strain".to_owned(), "strain_viscoplastic".to_owned()];
            let experiment =
                Experiment { history: protocol.nodes().unwrap(), times: times.clone(), before: vec![], wanted };
            evaluate_one(model, &experiment, &parameters).unwrap()
        };
        let fine = strain(&mut Local::<Kww>::new(&[]).unwrap());
        let coarse = strain(&mut Local::<Prony>::new(&[]).unwrap());
        let chain = strain(&mut Local::<Kelvin>::new(&[]).unwrap());
        for (coarse, chain) in coarse.iter().zip(&chain) {
            assert!((coarse - chain).abs() < 1e-12 * glass.eps1, "{}: {coarse} {chain}", glass.id);
        }
        for (fine, coarse) in fine.iter().zip(&coarse) {
            // Four modes to the decade: 1.5e-7 of the relaxing part. No part of a solid's strain stays.
            assert!((fine - coarse).abs() < 1e-6 * glass.eps1, "{}: {fine} {coarse}", glass.id);
        }
        assert!(fine[times.len()..].iter().all(|&viscous| viscous == 0.0));
    }
}

#[test]
fn a_simple_exponential_recovers_with_its_retardation_time() {
    let values = [
        ("stretching_exponent", 1.0),
        ("relaxation_time", 10.0),
        ("unrelaxed_modulus", 80.0),
        ("relaxed_modulus", 20.0),
    ];
    let protocol = Protocol::at(593.0).step(0.01).hold(30.0).stress_step(0.0).hold(1e3);
    let wanted = ["strain", "strain_elastic", "strain_anelastic"];
    let found = run::<Kww>(&values, &protocol, &[29.0, 70.0], &wanted).unwrap();
    check(found[1], 0.01 * -f64::exp_m1(-3.0) * 0.75 * f64::exp(-1.0), 1e-13);
    // Before unloading the elastic part is sigma/E_U, and all of the rest comes back.
    check(found[2], 0.01 * (0.25 + 0.75 * f64::exp(-2.9)), 1e-13);
    assert_eq!((found[3], found[5]), (0.0, found[1]));
    check(found[4], 0.01 - found[2], 1e-12);
}

#[test]
fn a_liquid_keeps_a_part_of_its_strain() {
    // Without a relaxed modulus a hold of infinite length would keep everything; 100 tau keep all but e^-100.
    let values = [("modulus_1", 60.0), ("relaxation_time_1", 10.0)];
    let protocol = Protocol::at(593.0).step(0.01).hold(20.0).stress_step(0.0).hold(1e3);
    let found = run::<Prony>(&values, &protocol, &[1000.0], &["strain", "strain_viscoplastic"]).unwrap();
    check(found[0], 0.01 * -f64::exp_m1(-2.0), 1e-14);
    assert_eq!(found[0], found[1]);
}

#[test]
fn a_chain_creeps_and_flows_as_its_elements_say() {
    // 2 MPa for 30 s, then none: sigma/E_U + J sigma (1 - e^-t/tau) + f sigma t, and each part comes back as it should.
    let values =
        [("unrelaxed_modulus", 80.0), ("compliance_1", 0.04), ("retardation_time_1", 20.0), ("fluidity", 1e-3)];
    let protocol = Protocol::at(593.0).stress_step(2.0).hold(30.0).stress_step(0.0).hold(100.0);
    let wanted = ["strain_elastic", "strain_anelastic", "strain_viscoplastic", "strain"];
    let found = run::<Kelvin>(&values, &protocol, &[10.0, 70.0], &wanted).unwrap();
    let delayed = 0.08 * -f64::exp_m1(-1.5) * f64::exp(-2.0);
    for (found, expected) in found.chunks(2).zip([
        [2.0 / 80.0, 0.0],
        [0.08 * -f64::exp_m1(-0.5), delayed],
        [0.02, 0.06],
        [0.025 + 0.08 * -f64::exp_m1(-0.5) + 0.02, delayed + 0.06],
    ]) {
        assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-14), "{found:?}");
    }
}

#[test]
fn all_times_share_the_arrhenius_factor() {
    let energy = 2.0;
    let values: Vec<(&str, f64)> =
        KWW.into_iter().chain([("activation_energy", energy), ("reference_temperature", 593.0)]).collect();
    // After a temperature step the stress falls as it would have, on a faster clock.
    let factor = (energy / kovacs_core::BOLTZMANN * (1.0 / 593.0 - 1.0 / 613.0)).exp();
    let warmed = Protocol::at(593.0).step(0.005).hold(900.0).temperature_step(613.0).hold(1e5);
    let steady = Protocol::at(593.0).step(0.005).hold(1e7);
    let later = [1.0, 100.0, 1e4];
    let found = run::<Kww>(&values, &warmed, &later.map(|time| 900.0 + time), &["stress"]).unwrap();
    let expected = run::<Kww>(&values, &steady, &later.map(|time| 900.0 + factor * time), &["stress"]).unwrap();
    for (found, expected) in found.iter().zip(&expected) {
        // Modes against the stretched exponential itself: 1e-9 of 225 MPa.
        assert!((found - expected).abs() < 3e-7, "{found} {expected}");
    }
}

#[test]
fn stress_on_nothing_is_refused() {
    let creep = Protocol::at(593.0).stress_step(1.0).hold(10.0);
    let error = run::<Prony>(&[("modulus_1", 0.0)], &creep, &[1.0], &["strain"]).unwrap_err().to_string();
    assert!(error.contains("stress is prescribed and the unrelaxed modulus is 0 MPa"), "{error}");
}

#[test]
fn the_linear_response_is_the_model() {
    fn response<M: Model>(id: &str, temperature: f64) -> (LinearResponse, Vec<f64>, f64) {
        let mut model = Local::<M>::new(&[]).unwrap();
        let parameters = model.description().preset(id).unwrap().parameters.clone();
        let response = model.linear(&parameters, temperature).unwrap().unwrap();
        let history = Protocol::at(temperature).step(1.0).hold(1e6).nodes().unwrap();
        let times = log_spaced(1e-3, 1e6, 3);
        let wanted = vec!["stress".to_owned()];
        let experiment = Experiment { history, times, before: vec![], wanted };
        let stress = evaluate_one(&mut model, &experiment, &parameters).unwrap();
        let total = response.spectrum.iter().map(|(_, weight)| weight).sum();
        (response, stress, total)
    }
    for (response, stress, total) in [
        response::<Kww>("pvc", 328.0),
        response::<Fractional>("fe-zr-b", 577.0),
        response::<Prony>("ti-zr-hf-cu-ni-be", 613.0),
        response::<Kelvin>("ti-zr-hf-cu-ni-be", 593.0),
    ] {
        check(total, 1.0, 1e-12);
        let relaxing = response.moduli.unrelaxed - response.moduli.relaxed;
        for (time, stress) in log_spaced(1e-3, 1e6, 3).into_iter().zip(stress) {
            check(response.moduli.relaxed + relaxing * response.phi.phi(time), stress, 1e-13);
            let modes: f64 = response.spectrum.iter().map(|(tau, weight)| weight * (-time / tau).exp()).sum();
            // The fine modes are good to 1e-8, those of `prony` are the model itself.
            assert!((modes - response.phi.phi(time)).abs() < 1e-8, "{modes} at {time} s");
        }
    }
}
