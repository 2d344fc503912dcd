//! The model against what can be written down: small strains, constant effective temperature, zero stress, elasticity.

use kovacs_core::model::{Batch, Evaluator, Experiment};
use kovacs_core::second_stage::evaluate_one;
use kovacs_core::{Hump, Protocol, TwoStep, observe_second_stage};
use kovacs_sdk::Local;
use kovacs_stz::{Stz, linear_modes};
use proptest::prelude::*;

/// A model and its default parameters with some of them set.
fn model(changes: &[(&str, f64)]) -> (Local<Stz>, Vec<f64>) {
    let model = Local::<Stz>::new(&[]).unwrap();
    let mut parameters = model.description().defaults();
    for (id, value) in changes {
        parameters[model.description().parameter(id).unwrap()] = *value;
    }
    (model, parameters)
}

/// Effective temperature that stays as it is.
const CONSTANT: [(&str, f64); 2] = [("heat_capacity", 1e12), ("ageing_rate", 0.0)];

fn stress(model: &mut Local<Stz>, parameters: &[f64], protocol: &Protocol, times: &[f64]) -> Vec<f64> {
    let experiment = Experiment {
        history: protocol.nodes().unwrap(),
        times: times.to_vec(),
        before: vec![],
        wanted: vec!["stress".to_owned()],
    };
    evaluate_one(model, &experiment, parameters).unwrap()
}

#[test]
fn a_small_strain_relaxes_in_two_exponentials() {
    let (mut model, parameters) = model(&CONSTANT);
    let modes = linear_modes(parameters.as_slice().try_into().unwrap(), 593.0);
    let strain = 1e-8;
    let times = [1e-3, 1.0, 30.0, 300.0, 3e3, 3e4, 3e5];
    let found = stress(&mut model, &parameters, &Protocol::at(593.0).step(strain).hold(1e6), &times);
    for (time, found) in times.iter().zip(found) {
        let phi: f64 = modes.iter().map(|(rate, share)| share * (-rate * time).exp()).sum();
        let expected = 90_000.0 * strain * phi;
        // The bias v s / kT is 3e-6 here, and its cube is what is left out; the integration is good to 1e-9 of a step.
        assert!((found - expected).abs() < 1e-6 * expected.abs() + 1e-12, "{time} s: {found}, not {expected}");
    }
}

#[test]
fn the_small_hump_is_that_of_two_modes() {
    let (mut model, parameters) = model(&CONSTANT);
    let [(fast, a1), (slow, a2)] = linear_modes(parameters.as_slice().try_into().unwrap(), 593.0);
    let (t_w, r) = (900.0, 0.4);
    let found = observe_second_stage(&mut model, &parameters, &TwoStep::new(1e-6, 0.6e-6, t_w, 593.0)).unwrap();
    // Two modes have their peak at ln{a1 k1 (r - e1) / [a2 k2 (e2 - r)]} / (k1 - k2), with e_i = exp(-k_i t_w).
    let [e1, e2] = [fast, slow].map(|rate| (-rate * t_w).exp());
    let expected = (a1 * fast * (r - e1) / (a2 * slow * (e2 - r))).ln() / (fast - slow);
    let t_p = found.t_p().expect("a hump");
    // Between steps the solution is a polynomial good to 1e-8 of the stress; at a flat top that moves t_p by a few 1e-4.
    assert!((t_p / expected - 1.0).abs() < 1e-3, "{t_p} s, not {expected} s");
}

#[test]
fn without_noise_there_is_one_relaxation_and_no_memory() {
    let (mut model, parameters) = model(&[CONSTANT[0], CONSTANT[1], ("noise_rate", 0.0)]);
    let [(fast, share), (slow, rest)] = linear_modes(parameters.as_slice().try_into().unwrap(), 593.0);
    assert!(slow == 0.0 && share + rest == 1.0 && rest > 0.0, "one exponential to a plateau");
    let found = observe_second_stage(&mut model, &parameters, &TwoStep::new(1e-6, 0.6e-6, 900.0, 593.0)).unwrap();
    // s = plateau + a [exp(-k (t_w + t)) - r exp(-k t)]: it falls or rises for ever, and never has a maximum.
    let falls = (-fast * 900.0f64).exp() > 0.4;
    match found.hump {
        Hump::NoHump => assert!(falls),
        // Rounding of the integration may put the largest value before the end of a plateau: its height says so.
        Hump::MonotoneRise { .. } => assert!(!falls),
        Hump::Peak { t_p, .. } => assert!(!falls && t_p > 5.0 / fast, "a peak at {t_p} s"),
    }
}

#[test]
fn nothing_strained_is_nothing_stressed() {
    let (mut model, parameters) = model(&[]);
    let protocol = Protocol::at(593.0).hold(10.0).step(0.005).hold(1.0);
    let found = stress(&mut model, &parameters, &protocol, &[0.0, 5.0, 10.0]);
    assert_eq!(found[..2], [0.0, 0.0]);
    assert_eq!(found[2], 450.0, "just after the step the zones have not moved");
}

#[test]
fn a_released_sample_comes_back_in_part() {
    let (mut model, parameters) = model(&[]);
    let protocol = Protocol::at(593.0).step(0.005).hold(900.0).stress_step(0.0).hold(1e6);
    let experiment = Experiment {
        history: protocol.nodes().unwrap(),
        times: vec![900.0, 1e3, 1e4, 1e5, 1e6],
        before: vec![true, false, false, false, false],
        wanted: ["strain", "stress", "orientation"].map(str::to_owned).to_vec(),
    };
    let values = evaluate_one(&mut model, &experiment, &parameters).unwrap();
    let (strain, rest) = values.split_at(5);
    let (stress, orientation) = rest.split_at(5);
    assert_eq!(strain[0], 0.005);
    assert!(stress[0] > 0.0 && stress[1..].iter().all(|&stress| stress == 0.0));
    assert!(strain[..3].windows(2).all(|pair| pair[1] < pair[0]), "{strain:?}");
    assert!(
        (strain[4] / strain[3] - 1.0).abs() < 1e-6 && strain[4] > 0.0 && orientation[4].abs() < 1e-3 * orientation[0],
        "what is forgotten stays: {strain:?}"
    );
}

#[test]
fn impossible_numbers_are_refused_with_a_reason() {
    let (mut model, parameters) = model(&[("relaxation_time", 1e-300)]);
    let experiment = Experiment {
        history: Protocol::at(593.0).step(0.005).hold(1e10).nodes().unwrap(),
        times: vec![1.0],
        before: vec![],
        wanted: vec!["stress".to_owned()],
    };
    model.bind(&experiment).unwrap();
    let message = model.evaluate(Batch::new(&parameters)).unwrap().message.unwrap();
    assert!(message.contains("`relaxation_time`"), "{message}");
}

#[test]
fn every_glass_has_a_hump_that_ends() {
    for glass in &kovacs_core::glasses::GLASSES {
        let mut model = Local::<Stz>::new(&[]).unwrap();
        let parameters = model.description().preset(glass.id).unwrap().parameters.clone();
        let found = observe_second_stage(&mut model, &parameters, &glass.two_step()).unwrap();
        println!("{}: {}, sigma_0 = {} MPa", glass.id, found.hump, found.sigma_0);
        assert!(matches!(found.hump, Hump::Peak { .. }), "{}: {}", glass.id, found.hump);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A strain that rises once more has no hump; shifting the protocol changes nothing without ageing.
    #[test]
    fn no_hump_when_the_second_strain_is_not_smaller(t_w in 1.0..1e4f64, share in 1.0..1.5f64) {
        let (mut model, parameters) = model(&[]);
        let test = TwoStep::new(0.004, 0.004 * share, t_w, 593.0);
        prop_assert_eq!(observe_second_stage(&mut model, &parameters, &test).unwrap().hump, Hump::NoHump);
    }

    #[test]
    fn an_earlier_start_changes_nothing_without_ageing(wait in 0.0..1e4f64) {
        let (mut model, parameters) = model(&CONSTANT);
        let at = |wait: f64| [1.0, 100.0, 1e4].map(|time| wait + time);
        let protocol = |wait: f64| match wait {
            0.0 => Protocol::at(593.0).step(0.005).hold(1e5),
            wait => Protocol::at(593.0).hold(wait).step(0.005).hold(1e5),
        };
        let early = stress(&mut model, &parameters, &protocol(0.0), &at(0.0));
        let late = stress(&mut model, &parameters, &protocol(wait), &at(wait));
        for (early, late) in early.iter().zip(&late) {
            // The times differ in their last bits by wait * 2^-52, and so does nothing else.
            prop_assert!((early - late).abs() < 1e-8 * early.abs(), "{} and {}", early, late);
        }
    }
}
