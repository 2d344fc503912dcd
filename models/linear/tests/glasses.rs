//! The parameter sets of the three glasses through the model interface, against values computed independently.
//!
//! `t_p` and `delta_sigma` are printed to nine or more digits; they are held to 1e-7 and 1e-8, which is what samples of
//! a flat top resolve in double precision.

use kovacs_core::glasses::{GLASSES, glass};
use kovacs_core::model::{EvaluationError, Evaluator, Experiment};
use kovacs_core::second_stage::{evaluate_one, observe_protocol};
use kovacs_core::{Hump, Protocol, SecondStage, TwoStep, observe_second_stage};
use kovacs_linear::{Kww, Prony};
use kovacs_sdk::{Local, Model};

#[track_caller]
fn check(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual / expected - 1.0).abs() < tolerance, "{actual} is not {expected} within {tolerance:e}");
}

fn observe<M: Model>(parameter_set: Option<&str>, test: &TwoStep) -> Result<SecondStage, EvaluationError> {
    let mut model = Local::<M>::new(&[]).unwrap();
    let parameters = match parameter_set {
        Some(id) => model.description().preset(id).unwrap().parameters.clone(),
        None => model.description().defaults(),
    };
    observe_second_stage(&mut model, &parameters, test)
}

/// Glass, temperature in K, t_p in s, delta_sigma in MPa.
const REFERENCE: [(&str, f64, f64, f64); 7] = [
    ("ti-zr-hf-cu-ni-be", 593.0, 266.62199344, 6.77345911),
    ("ti-zr-hf-cu-ni-be", 573.0, 215.65464942, 3.14029879),
    ("ti-zr-hf-cu-ni-be", 613.0, 379.36664705, 14.56895979),
    ("fe-zr-b", 597.0, 927.79223538, 14.18298630),
    ("pvc", 318.0, 131.90921626, 0.43809493),
    ("pvc", 308.0, 107.79814717, 0.22868838),
    ("pvc", 328.0, 179.72142441, 0.80421295),
];

#[test]
fn stretched_exponentials_of_three_glasses_and_their_temperatures() {
    for (id, temperature, t_p, delta_sigma) in REFERENCE {
        let test = TwoStep { temperature, ..glass(id).unwrap().two_step() };
        let stage = observe::<Kww>(Some(id), &test).unwrap();
        check(stage.t_p().unwrap(), t_p, 1e-7);
        check(stage.delta_sigma().unwrap(), delta_sigma, 1e-8);
    }
}

#[test]
fn stress_after_the_second_step() {
    for (id, sigma_0) in [("ti-zr-hf-cu-ni-be", 211.684100), ("fe-zr-b", 222.245466), ("pvc", 5.163280)] {
        let glass = glass(id).unwrap();
        let stage = observe::<Kww>(Some(id), &glass.two_step()).unwrap();
        // Six printed decimals.
        assert!((stage.sigma_0 - sigma_0).abs() < 6e-7, "{id}: {}", stage.sigma_0);
        let unrelaxed = if id == "fe-zr-b" {
            150_000.0
        } else if id == "pvc" {
            2500.0
        } else {
            90_000.0
        };
        check(stage.sigma_tw - stage.sigma_0, unrelaxed * (glass.eps1 - glass.eps2), 1e-12);
    }
}

#[test]
fn modes_of_the_spectrum_stand_for_the_stretched_exponential() {
    for (id, temperature, t_p, delta_sigma) in REFERENCE {
        let test = TwoStep { temperature, ..glass(id).unwrap().two_step() };
        let stage = observe::<Prony>(Some(id), &test).unwrap();
        // Four modes to the decade give phi to 1.5e-7 of the relaxing part, which is some 1e-5 of a small hump.
        check(stage.t_p().unwrap(), t_p, 1e-4);
        check(stage.delta_sigma().unwrap(), delta_sigma, 1e-4);
    }
}

#[test]
fn without_a_glass_the_model_is_the_dimensionless_one() {
    let stage = observe::<Kww>(None, &TwoStep::new(1.0, 0.6, 900.0, 593.0)).unwrap();
    check(stage.t_p().unwrap(), 266.62199344, 1e-7);
    check(stage.delta_sigma().unwrap(), 3.0104262707e-2, 1e-9);
    check(stage.strength(1.0).unwrap(), 3.0104262707e-2, 1e-9);
    // One mode never has a peak; its energy is zero, so temperature does not matter.
    assert_eq!(observe::<Prony>(None, &TwoStep::new(1.0, 0.6, 900.0, 300.0)).unwrap().t_p(), None);
}

#[test]
fn dead_time_makes_a_critical_waiting_time_out_of_nothing() {
    // Relative heights with data from 30 s on, moduli 1 and 0: printed to four decimals.
    for (t_w, height) in
        [(10.0, 0.0), (30.0, 0.0), (100.0, 0.0), (300.0, 0.0019), (900.0, 0.0124), (3000.0, 0.0422), (1e4, 0.1096)]
    {
        let test = TwoStep { dead_time: 30.0, ..TwoStep::new(1.0, 0.6, t_w, 593.0) };
        let stage = observe::<Kww>(None, &test).unwrap();
        assert_eq!(stage.dead_time, 30.0);
        let delta_sigma = stage.delta_sigma().unwrap();
        assert!((delta_sigma - height).abs() < 6e-5, "t_w = {t_w} s: {delta_sigma}");
        assert_eq!(stage.hump == Hump::NoHump, height == 0.0, "t_w = {t_w} s: {}", stage.hump);
    }
}

#[test]
fn a_ramp_lowers_the_hump_and_leaves_its_place() {
    let test = TwoStep { ramp: Some(10.0), ..TwoStep::new(1.0, 0.6, 900.0, 593.0) };
    let stage = observe::<Kww>(None, &test).unwrap();
    check(stage.sigma_0, 0.3450044982, 1e-9);
    check(stage.t_p().unwrap(), 267.133, 2e-6);
    check(stage.delta_sigma().unwrap(), 0.0251918385, 2e-9);
}

#[test]
fn strain_comes_back_and_times_do_not_steer() {
    let mut model = Local::<Prony>::new(&[]).unwrap();
    let parameters = model.description().preset("pvc").unwrap().parameters.clone();
    let history = Protocol::at(318.0).ramp(0.005, 2.0).hold(300.0).step(0.003).hold(1e4).nodes().unwrap();
    let mut run = |times: Vec<f64>| {
        let wanted = vec!["strain".to_owned(), "stress".to_owned()];
        let experiment = Experiment { history: history.clone(), times, before: vec![], wanted };
        evaluate_one(&mut model, &experiment, &parameters).unwrap()
    };
    let few = run(vec![1.0, 302.0, 5000.0]);
    assert_eq!(few[..3], [0.0025, 0.005 + (0.003 - 0.005), 0.003]);
    let many = run((0..=5000).map(f64::from).collect());
    for (column, time) in [(3, 1), (4, 302), (5, 5000)] {
        // Mode by mode over 5000 steps instead of three: rounding adds up to some 1e-13.
        check(many[5001 + time], few[column], 1e-11);
    }
}

#[test]
fn what_the_models_refuse_is_said() {
    let run = |protocol: Protocol, changes: &[(&str, f64)]| {
        let mut model = Local::<Kww>::new(&[]).unwrap();
        let mut parameters = model.description().defaults();
        for (id, value) in changes {
            parameters[model.description().parameter(id).unwrap()] = *value;
        }
        let history = protocol.nodes().unwrap();
        let experiment = Experiment { history, times: vec![1.0], before: vec![], wanted: vec!["stress".to_owned()] };
        evaluate_one(&mut model, &experiment, &parameters).unwrap_err().to_string()
    };
    let hold = || Protocol::at(300.0).step(0.01).hold(10.0);
    let wrong_order = run(hold(), &[("relaxed_modulus", 2.0)]);
    assert!(wrong_order.contains("must not exceed `unrelaxed_modulus` = 1 MPa, but is 2 MPa"), "{wrong_order}");
    let cold = run(Protocol::at(1.0).step(0.01).hold(10.0), &[("activation_energy", 2.0)]);
    assert!(cold.contains("2 eV makes relaxation times at 1 K inf times those at 593 K"), "{cold}");
    // The same on the way: the history passes 1 K.
    let passing = run(hold().temperature_ramp(1.0, 5.0), &[("activation_energy", 2.0)]);
    assert!(passing.contains("2 eV makes relaxation times at 1 K inf times those at 593 K"), "{passing}");
}

#[test]
fn every_parameter_set_belongs_to_a_glass_of_the_paper() {
    for description in [Local::<Kww>::new(&[]).unwrap().description(), Local::<Prony>::new(&[]).unwrap().description()]
    {
        let ids: Vec<_> = description.presets.iter().map(|preset| preset.id.as_str()).collect();
        assert_eq!(ids, GLASSES.map(|glass| glass.id));
        assert!(description.presets.iter().all(|preset| preset.origin == "tuned"));
        description.check().unwrap();
    }
}

#[test]
fn any_protocol_has_its_second_stage_found() {
    let mut model = Local::<Kww>::new(&[]).unwrap();
    let parameters = model.description().defaults();
    let mut observe = |protocol: Protocol, dead_time: f64| {
        observe_protocol(&mut model, &parameters, &protocol, dead_time).map_err(|error| error.to_string())
    };
    // The same ramps written segment by segment, after a rest.
    let written = Protocol::at(593.0).hold(50.0).ramp(1.0, 10.0).hold(900.0).ramp(0.6, 4.0).hold(1e6);
    let stage = observe(written, 0.0).unwrap();
    check(stage.sigma_0, 0.3450044982, 1e-9);
    check(stage.t_p().unwrap(), 267.133, 2e-6);
    check(stage.delta_sigma().unwrap(), 0.0251918385, 2e-9);
    assert_eq!(
        observe(Protocol::at(593.0).step(1.0).hold(10.0), 0.0).unwrap_err(),
        "malformed experiment: the protocol has 1 stages of constant strain after the rest, 2 are needed"
    );
    let late = observe(Protocol::two_step(1.0, 0.6, 10.0, 5.0, 593.0), 6.0).unwrap_err();
    assert!(late.contains("cannot look for a hump") && late.contains("dead time of 6 s"), "{late}");
}
