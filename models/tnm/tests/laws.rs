//! Laws: limits that are known in closed form, superposition, and convergence at the stated order.

mod common;

use common::{check, curve, preset, with};
use kovacs_core::hump::log_spaced;
use kovacs_core::model::Evaluator;
use kovacs_core::{Protocol, Segment, TwoStep, observe_second_stage};
use kovacs_linear::Kww;
use kovacs_sdk::Local;
use kovacs_tnm::{Kahr, Tnm, TnmStrain};

const TITANIUM: &str = "ti-zr-hf-cu-ni-be";

/// `tnm_strain` with steps per decade and memory (0 automatic, 1 sum, 2 modes).
fn strained(per_decade: f64, memory: f64) -> Local<TnmStrain> {
    Local::new(&[per_decade, 1e-3, memory]).unwrap()
}

fn largest_difference(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| (left - right).abs()).fold(0.0, f64::max)
}

#[test]
fn in_equilibrium_and_without_coupling_it_is_the_stretched_exponential() {
    let ramped = TwoStep { ramp: Some(10.0), duration: 1e5, ..TwoStep::new(0.005, 0.003, 900.0, 593.0) };
    let stepped = TwoStep { ramp: None, ..ramped };
    let times: Vec<f64> = [0.0, 0.1, 5.0, 10.0, 100.0].into_iter().chain(log_spaced(920.0, 1e5, 10)).collect();
    let ln_time = 1e4f64.ln() - 70_800.0 / 593.0;
    let mut kww = Local::<Kww>::new(&[]).unwrap();
    let mut linear = kww.description().defaults();
    for (id, value) in [("relaxation_time", 1e4), ("unrelaxed_modulus", 9e4), ("relaxed_modulus", 4.5e4)] {
        linear[kww.description().parameter(id).unwrap()] = value;
    }
    for (test, memory, tolerance) in [
        // The sum is exact for steps; reduced time is exact because the rate never changes: rounding of 4e4 MPa * 1e-3.
        (stepped, 0.0, 1e-11),
        // Modes are good to 1e-9 of (E_U - E_R) eps1 = 225 MPa; ramps are exact in them.
        (stepped, 2.0, 225.0 * 2e-9),
        (ramped, 0.0, 225.0 * 2e-9),
    ] {
        let protocol = test.protocol().unwrap();
        let mut model = strained(60.0, memory);
        let changes = [("ln_prefactor", ln_time), ("stretching_exponent", 0.5), ("initial_fictive_temperature", 593.0)];
        let parameters = with(&model, TITANIUM, &changes);
        let stress = curve(&mut model, &parameters, &protocol, "stress", &times);
        let expected = curve(&mut kww, &linear, &protocol, "stress", &times);
        let off = largest_difference(&stress, &expected);
        assert!(off < tolerance, "memory {memory}: {off:e} MPa");
    }
}

#[test]
fn steps_converge_at_second_order_for_steps_and_ramps() {
    let stepped = TwoStep { duration: 1e5, ..TwoStep::new(0.005, 0.003, 300.0, 318.0) };
    let ramped = TwoStep { ramp: Some(3.0), ..stepped };
    for (test, coupling) in [(stepped, 0.0), (stepped, 200.0), (ramped, 200.0)] {
        let peak = |per_decade: f64| {
            let mut model = strained(per_decade, 0.0);
            let parameters = with(&model, "pvc", &[("strain_coupling", coupling)]);
            observe_second_stage(&mut model, &parameters, &test).unwrap().delta_sigma().unwrap()
        };
        let [coarse, middle, fine] = [20.0, 40.0, 80.0].map(peak);
        let ratio = (coarse - middle) / (middle - fine);
        // Second order: halving the step leaves a quarter of the error.
        assert!((ratio / 4.0 - 1.0).abs() < 0.15, "coupling {coupling}, ramp {:?}: ratio {ratio}", test.ramp);
    }
}

#[test]
fn stress_is_linear_in_strain_without_coupling_and_not_with_it() {
    let scaled = |scale: f64, coupling: f64| {
        let mut model = strained(60.0, 0.0);
        let parameters = with(&model, TITANIUM, &[("strain_coupling", coupling)]);
        let protocol = Protocol::two_step(0.005 * scale, 0.003 * scale, 900.0, 1e4, 593.0);
        let times: Vec<f64> = log_spaced(0.1, 1e4, 10);
        let stress = curve(&mut model, &parameters, &protocol, "stress", &times);
        stress.iter().map(|stress| stress / scale).collect::<Vec<_>>()
    };
    // Rounding of 450 MPa.
    assert!(largest_difference(&scaled(1.0, 0.0), &scaled(0.01, 0.0)) < 1e-11);
    assert!(largest_difference(&scaled(1.0, 300.0), &scaled(0.01, 300.0)) > 0.1);
}

#[test]
fn sum_and_modes_agree_and_so_do_jumps_and_ramps_in_the_limit() {
    // Cooling at 1 K/s through the transition, a hold, heating again: everything a scan is made of.
    let scan =
        Protocol::at(333.15).temperature_ramp(293.15, 400.0).hold(3600.0).temperature_ramp(333.15, 400.0).hold(10.0);
    let times: Vec<f64> = (0..=44).map(|index| 100.0 * f64::from(index)).collect();
    let run = |per_decade: f64, memory: f64| {
        let mut model = Local::<Tnm>::new(&[per_decade, 1e-3, memory]).unwrap();
        let parameters = preset(&model, "pvac");
        curve(&mut model, &parameters, &scan, "fictive_temperature", &times)
    };
    // In the glass, where a ramp of the sum is a row of jumps, each in the middle of its step. In the liquid it lags
    // behind by what those jumps are, and modes, for which a ramp is a ramp, by what the liquid is: 1 mK.
    let glassy = |per_decade, memory| run(per_decade, memory)[4..=40].to_vec();
    let apart = |per_decade: f64| largest_difference(&glassy(per_decade, 1.0), &glassy(per_decade, 2.0));
    let [coarse, fine] = [60.0, 120.0].map(apart);
    // Order 1 + beta = 1.57: the memory of the latest step is what the middle of it misses.
    assert!(coarse < 2e-4, "{coarse} K");
    assert!((coarse / fine).log2() > 1.3, "{coarse} K, {fine} K");
    // Modes themselves are within some mK of the limit.
    let left = largest_difference(&run(60.0, 2.0), &run(240.0, 2.0));
    assert!(left < 2e-3, "{left} K");
}

#[test]
fn one_mode_under_stress_creeps_and_recovers_as_a_zener_solid() {
    // beta = 1 in equilibrium: tau = 100 s, E_U = 1000, E_R = 250 MPa, so retardation takes 400 s.
    let changes = [
        ("ln_prefactor", 100f64.ln()),
        ("activation_enthalpy", 0.0),
        ("stretching_exponent", 1.0),
        ("unrelaxed_modulus", 1000.0),
        ("relaxed_modulus", 250.0),
    ];
    let protocol = Protocol::at(300.0).stress_step(10.0).hold(500.0).stress_step(0.0).hold(1e4);
    let times = [0.0, 1.0, 100.0, 499.0, 500.0, 600.0, 1500.0, 5000.0];
    let creep = |time: f64| 10.0 * (1.0 / 1000.0 + (1.0 / 250.0 - 1.0 / 1000.0) * -(-time / 400.0f64).exp_m1());
    let expected = times.map(|time| if time < 500.0 { creep(time) } else { creep(time) - creep(time - 500.0) });
    let off = |per_decade: f64| {
        let mut model = strained(per_decade, 0.0);
        let parameters = with(&model, TITANIUM, &changes);
        let strain = curve(&mut model, &parameters, &protocol, "strain", &times);
        largest_difference(&strain, &expected)
    };
    // Second order: of a strain of 0.04, 1e-5 at 60 steps per decade and a quarter of it at 120.
    let (coarse, fine) = (off(60.0), off(120.0));
    assert!(coarse < 5e-6, "{coarse:e}");
    assert!((coarse / fine / 4.0 - 1.0).abs() < 0.25, "{coarse:e} {fine:e}");
}

#[test]
fn in_equilibrium_a_recovery_is_that_of_the_stretched_exponential() {
    let protocol = Protocol::at(593.0).step(0.005).hold(900.0).stress_step(0.0).hold(1e5);
    let times: Vec<f64> = std::iter::once(900.0).chain(log_spaced(900.01, 1e5, 10)).collect();
    let mut kww = Local::<Kww>::new(&[]).unwrap();
    let parameters = preset(&kww, TITANIUM);
    let expected = curve(&mut kww, &parameters, &protocol, "strain", &times);
    let off = |per_decade: f64| {
        let mut model = strained(per_decade, 0.0);
        let ln_time = 1e4f64.ln() - 70_800.0 / 593.0;
        let changes = [("ln_prefactor", ln_time), ("stretching_exponent", 0.5), ("initial_fictive_temperature", 593.0)];
        let parameters = with(&model, TITANIUM, &changes);
        largest_difference(&curve(&mut model, &parameters, &protocol, "strain", &times), &expected)
    };
    // There the elements are Kelvin's and exact; here strain runs evenly within a step: second order, of 0.005.
    let (coarse, fine) = (off(60.0), off(120.0));
    assert!(coarse < 1e-6, "{coarse:e}");
    assert!((coarse / fine).log2() > 1.5, "{coarse:e} {fine:e}");
}

#[test]
fn stress_control_undoes_strain_control() {
    // Creep under the stress of a relaxation test would be that test backwards; here the strain found under stress is
    // prescribed again, and the stress must come back. Both runs age, and a recovery follows.
    let mut model = strained(120.0, 2.0);
    let parameters = preset(&model, TITANIUM);
    let held = Protocol::at(593.0).step(0.005).hold(900.0).stress_step(0.0);
    let recovery: Vec<f64> = log_spaced(1e-2, 1e4, 40);
    let times: Vec<f64> = std::iter::once(0.0).chain(recovery.iter().copied()).map(|time| 900.0 + time).collect();
    let strain = curve(&mut model, &parameters, &held.hold(1e4), "strain", &times);
    let mut again = Protocol::at(593.0).step(0.005).hold(900.0).step(strain[0]);
    let mut before = 0.0;
    for (time, strain) in recovery.iter().zip(&strain[1..]) {
        again = again.ramp(*strain, time - before);
        before = *time;
    }
    let stress = curve(&mut model, &parameters, &again, "stress", &times);
    // Strain is linear in reduced time under stress and in time when prescribed: second order, of 225 MPa.
    let off = stress.iter().fold(0.0, |worst: f64, stress| worst.max(stress.abs()));
    assert!(off < 0.01, "{off} MPa");
    assert!(strain[0] > 5.0 * strain[strain.len() - 1] && strain[strain.len() - 1] > 0.0);
}

#[test]
fn strain_takes_no_part_in_ageing() {
    let mut strain = strained(60.0, 0.0);
    let mut thermal = Local::<Tnm>::new(&[]).unwrap();
    let parameters = with(&strain, TITANIUM, &[("initial_fictive_temperature", 700.0)]);
    let quench = Protocol::at(700.0).temperature_step(593.0).hold(1e4);
    let times = log_spaced(1e-2, 1e4, 5);
    let expected = curve(&mut thermal, &parameters[..4], &quench, "fictive_temperature", &times);
    let strained = Protocol::at(593.0).step(0.005).hold(1e4);
    let found = curve(&mut strain, &parameters, &strained, "fictive_temperature", &times);
    assert!(largest_difference(&found, &expected) < 1e-10);
}

#[test]
fn equilibrium_stays_and_is_reached() {
    let mut tnm = Local::<Tnm>::new(&[]).unwrap();
    let mut kahr = Local::<Kahr>::new(&[]).unwrap();
    for (id, cold, hot) in [("pvac", 295.0, 330.0), ("pvc", 345.0, 390.0), ("b2o3", 540.0, 620.0)] {
        let parameters = preset(&tnm, id);
        let rest = Protocol::at(cold).hold(1e10);
        assert_eq!(curve(&mut tnm, &parameters, &rest, "departure", &[0.0, 1e10]), [0.0, 0.0], "{id}");
        let heated = Protocol::at(cold).temperature_step(hot).hold(1e4).temperature_step(hot - 1.0).hold(1e4);
        let departure = curve(&mut tnm, &parameters, &heated, "departure", &[0.0, 1e4 - 1.0, 1e4, 2e4]);
        check(departure[0], cold - hot, 1e-12);
        assert!(departure[1].abs() < 1e-9 && departure[3].abs() < 1e-9, "{id} {departure:?}");
        check(departure[2], 1.0, 1e-9);
    }
    let parameters = preset(&kahr, "pvac");
    let heated = Protocol::at(300.0).temperature_step(330.0).hold(1e4);
    let departure = curve(&mut kahr, &parameters, &heated, "volume_departure", &[0.0, 1e4]);
    check(departure[0], -30.0 * 4e-4, 1e-12);
    assert!(departure[1].abs() < 1e-12);
}

#[test]
fn temperature_and_strain_may_change_together() {
    // A jump of both at one time is the same as two protocols that differ by a rest of 1e-9 s between them.
    let mut model = strained(60.0, 0.0);
    let parameters = preset(&model, TITANIUM);
    let both = Segment { duration: 0.0, control: kovacs_core::Control::Strain, target: 0.005, temperature: 603.0 };
    let together = Protocol::at(593.0).hold(100.0).then(both).hold(1e3);
    let apart = Protocol::at(593.0).hold(100.0).temperature_step(603.0).hold(1e-9).step(0.005).hold(1e3);
    let times = [101.0, 200.0, 1000.0];
    let [one, two] = [together, apart].map(|protocol| curve(&mut model, &parameters, &protocol, "stress", &times));
    assert!(largest_difference(&one, &two) < 1e-5, "{one:?} {two:?}");
}
