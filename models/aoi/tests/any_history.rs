//! Recovery, several memories and changing temperatures: single barriers carried through any history.

use kovacs_aoi::modes::barrier_modes;
use kovacs_aoi::{Aoi, relaxation};
use kovacs_core::glasses::GLASSES;
use kovacs_core::hump::log_spaced;
use kovacs_core::linear_response::RelaxationFunction;
use kovacs_core::model::{EvaluationError, Evaluator, Experiment};
use kovacs_core::second_stage::evaluate_one;
use kovacs_core::{BOLTZMANN, Protocol};
use kovacs_sdk::Local;

fn run(
    values: &[(&str, f64)],
    protocol: &Protocol,
    times: &[f64],
    wanted: &[&str],
) -> Result<Vec<f64>, EvaluationError> {
    let mut model = Local::<Aoi>::new(&[]).unwrap();
    let mut parameters = model.description().preset(GLASSES[0].id).unwrap().parameters.clone();
    for (id, value) in values {
        parameters[model.description().parameter(id).unwrap()] = *value;
    }
    let wanted = wanted.iter().map(|&output| output.to_owned()).collect();
    let experiment = Experiment { history: protocol.nodes().unwrap(), times: times.to_vec(), before: vec![], wanted };
    evaluate_one(&mut model, &experiment, &parameters)
}

#[test]
fn single_barriers_stand_for_the_box() {
    for (barrier_min, barrier_max, temperature) in [(1.53, 2.20, 593.0), (0.82, 1.12, 318.0), (1.53, 2.20, 100.0)] {
        let modes = barrier_modes(barrier_min, barrier_max, temperature).unwrap();
        let total: f64 = modes.iter().map(|(_, weight)| weight).sum();
        assert!((total - 1.0).abs() < 1e-14);
        let (phi, _) = relaxation([barrier_min, barrier_max, 1e13, 1.0, 0.0, 50.0], temperature).unwrap();
        for time in log_spaced(1e-14, 1e20, 10) {
            let rate = |barrier: f64| (1e13f64.ln() - barrier / (BOLTZMANN * temperature)).exp();
            let sum: f64 = modes.iter().map(|(barrier, weight)| weight * (-time * rate(*barrier)).exp()).sum();
            assert!((sum - phi.phi(time)).abs() < 2e-8, "{time} s at {temperature} K: {sum}");
        }
    }
}

#[test]
fn modes_and_exponential_integrals_agree_under_many_steps() {
    // Several memories after Murphy et al., Phys. Rev. Lett. 124 (2020) 168002: ever smaller strains, ever shorter waits.
    let memories = [(0.005, 1000.0), (0.002, 300.0), (0.0035, 100.0), (0.0025, 30.0), (0.003, 1e4)];
    let protocol =
        memories.into_iter().fold(Protocol::at(593.0), |protocol, (strain, wait)| protocol.step(strain).hold(wait));
    let times: Vec<f64> = (0..=1143).map(|index| 10.0 * f64::from(index)).collect();
    let exact = run(&[], &protocol, &times, &["stress"]).unwrap();
    // Wanting a part of the strain takes the way over modes.
    let modes = run(&[], &protocol, &times, &["stress", "strain_elastic"]).unwrap();
    for (index, (exact, stress)) in exact.iter().zip(&modes).enumerate() {
        assert!((exact - stress).abs() < 2e-8 * 450.0, "{exact} {stress}");
        assert!((modes[times.len() + index] - stress / 90_000.0).abs() < 1e-15);
    }
}

#[test]
fn the_strain_of_a_recovery_brings_the_stress_to_nothing() {
    let times = log_spaced(1e-3, 1e5, 200);
    let held = Protocol::at(593.0).step(0.005).hold(900.0);
    let after: Vec<f64> = std::iter::once(0.0).chain(times.iter().copied()).map(|time| 900.0 + time).collect();
    let strain = run(&[], &held.clone().stress_step(0.0).hold(1e5), &after, &["strain"]).unwrap();
    let back = after
        .windows(2)
        .zip(&strain[1..])
        .fold(held.step(strain[0]), |protocol, (time, strain)| protocol.ramp(*strain, time[1] - time[0]));
    let stress = run(&[], &back, &after, &["stress"]).unwrap();
    // Straight pieces of 1/200 of a decade.
    let worst = stress.iter().map(|stress| stress.abs()).fold(0.0, f64::max);
    assert!(worst < 2e-3, "{worst} MPa");
    assert!(strain[0] > 1.2 * strain[strain.len() - 1] && strain[strain.len() - 1] > 0.0, "and it does recover");
}

#[test]
fn a_lowered_flow_barrier_keeps_a_part_of_the_strain() {
    let recovery = |wait: f64| Protocol::at(593.0).step(0.005).hold(wait).stress_step(0.0).hold(1e9);
    let wanted = ["strain", "strain_viscoplastic"];
    // 2.2 eV: 5e5 s. The longer the wait, the more stays; without flow nothing does.
    let mut kept = Vec::new();
    for wait in [100.0, 900.0, 1e4] {
        let end = run(&[("flow_barrier", 2.2)], &recovery(wait), &[wait + 1e9], &wanted).unwrap();
        assert!((end[0] / end[1] - 1.0).abs() < 1e-12, "after 1e9 s only the flow is left: {end:?}");
        kept.push(end[0] / 0.005);
    }
    assert!(kept.is_sorted() && kept[0] > 1e-5 && kept[2] < 0.1, "{kept:?}");
    let solid = run(&[], &recovery(900.0), &[900.0, 900.0 + 1e9], &wanted).unwrap();
    assert!(solid[1].abs() < 1e-12 && solid[2..] == [0.0, 0.0], "{solid:?}");
    // The same branch in the exact form: superposition agrees with modes.
    let relaxing = Protocol::at(593.0).step(0.005).hold(10.0).ramp(0.003, 4.0).hold(1e7);
    let times = log_spaced(1.0, 1e7, 10);
    let exact = run(&[("flow_barrier", 2.2)], &relaxing, &times, &["stress"]).unwrap();
    let modes = run(&[("flow_barrier", 2.2)], &relaxing, &times, &["stress", "strain_elastic"]).unwrap();
    exact.iter().zip(&modes).for_each(|(exact, modes)| assert!((exact - modes).abs() < 2e-8 * 450.0));
    assert!(exact[exact.len() - 1] < 1e-6, "a liquid holds no stress");
}

#[test]
fn every_barrier_has_its_own_clock() {
    // Heating from 593 K to 613 K multiplies the time of a barrier U by exp(-U/k (1/593 - 1/613)), which differs by a
    // quarter over the box: the stress then is phi with each mode aged on its own clock, here summed directly.
    let protocol = Protocol::at(593.0).step(0.005).hold(900.0).temperature_step(613.0).hold(1e4);
    let later = [1.0, 100.0, 5000.0];
    let found = run(&[], &protocol, &later.map(|time| 900.0 + time), &["stress"]).unwrap();
    let parts = 200_000;
    for (time, found) in later.iter().zip(found) {
        let mode = |index: i32| {
            let barrier = 1.53 + 0.67 * (f64::from(index) + 0.5) / f64::from(parts);
            let rate = |kelvin: f64| (1e13f64.ln() - barrier / (BOLTZMANN * kelvin)).exp();
            (-900.0 * rate(593.0) - time * rate(613.0)).exp()
        };
        let phi = (0..parts).map(mode).sum::<f64>() / f64::from(parts);
        assert!((found - (225.0 + 225.0 * phi)).abs() < 2e-8 * 450.0, "{found}");
    }
}

#[test]
fn near_absolute_zero_there_is_an_answer_or_a_reason() {
    let held = Protocol::at(1.0).step(0.005).hold(900.0);
    let stress = run(&[], &held, &[900.0], &["stress"]).unwrap();
    assert!((stress[0] - 450.0).abs() < 1e-9, "nothing relaxes at 1 K, strain control is exact: {stress:?}");
    let error = run(&[], &held.stress_step(0.0).hold(1.0), &[900.0], &["strain"]).unwrap_err().to_string();
    assert!(error.contains("`barrier_max`") && error.contains("modes at 1 K, and 2500 are the most"), "{error}");
    let frozen = Protocol::at(40.0).step(0.005).hold(900.0).stress_step(0.0).hold(10.0);
    let strain = run(&[], &frozen, &[905.0], &["strain"]).unwrap();
    assert!(strain[0].abs() < 1e-15, "what has not relaxed springs back at once: {strain:?}");
}
