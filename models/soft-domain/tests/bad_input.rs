//! What a user or a fit can hand in by mistake: refused by name, or answered; never a panic.

mod common;

use common::{curves, glass, model};
use kovacs_core::model::{Batch, EvaluationError, Evaluator, Experiment, RowStatus};
use kovacs_core::second_stage::evaluate_one;
use kovacs_core::{Protocol, TwoStep, observe_second_stage};
use kovacs_sdk::Local;
use kovacs_soft_domain::SoftDomain;

fn with(model: &Local<SoftDomain>, id: &str, value: f64) -> Vec<f64> {
    let mut parameters = glass(model, 0);
    parameters[model.description().parameter(id).unwrap()] = value;
    parameters
}

fn refusal(model: &mut Local<SoftDomain>, parameters: &[f64], protocol: &Protocol) -> String {
    let history = protocol.nodes().unwrap();
    let experiment = Experiment { history, times: vec![1.0], before: vec![], wanted: vec!["stress".into()] };
    match evaluate_one(model, &experiment, parameters).unwrap_err() {
        EvaluationError::Rejected { message, .. } | EvaluationError::ProtocolRefused { message, .. } => message,
        other => panic!("{other}"),
    }
}

const STEP: fn(f64) -> Protocol = |temperature| Protocol::at(temperature).step(0.005).hold(100.0);

#[test]
fn every_parameter_refuses_what_is_no_number() {
    let mut model = model(&[]);
    let ids: Vec<String> = model.description().parameters.iter().map(|quantity| quantity.id.clone()).collect();
    for id in ids {
        for value in [f64::NAN, f64::INFINITY, -1e300] {
            let parameters = with(&model, &id, value);
            let error = observe_second_stage(&mut model, &parameters, &TwoStep::new(0.005, 0.003, 9.0, 593.0));
            let Err(EvaluationError::ParameterOutOfBounds { parameter, .. }) = error else { panic!("{id} {value}") };
            assert_eq!(parameter, id);
        }
    }
}

#[test]
fn a_coupling_with_two_states_of_its_own_is_refused_with_its_bound() {
    let mut model = model(&[]);
    let parameters = with(&model, "neighbour_coupling", 0.21);
    let message = refusal(&mut model, &parameters, &STEP(593.0));
    assert!(
        message.contains("parameter `neighbour_coupling`: must not exceed 4 kT = 0.204403 eV at 593 K"),
        "{message}"
    );
    // The same coupling is fine where it is hotter, if the glass is below its threshold at rest.
    let mut hot = with(&model, "neighbour_coupling", 0.21);
    hot[model.description().parameter("back_stress_energy").unwrap()] = 0.3;
    assert!(curves(&mut model, &hot, &STEP(700.0), &[1.0])[0][0].is_finite());
}

#[test]
fn a_glass_that_flows_at_rest_is_refused() {
    let mut model = model(&[]);
    let parameters = with(&model, "back_stress_energy", 0.02);
    let message = refusal(&mut model, &parameters, &STEP(593.0));
    assert!(message.contains("parameter `back_stress_energy`") && message.contains("0.4034"), "{message}");
    // Without flow it may rest.
    let mut parameters = parameters;
    parameters[model.description().parameter("flow_rate").unwrap()] = 0.0;
    assert!(curves(&mut model, &parameters, &STEP(593.0), &[1.0])[0][0].is_finite());
}

#[test]
fn a_changing_temperature_is_refused_saying_where() {
    let mut model = model(&[]);
    let parameters = glass(&model, 0);
    let message = refusal(&mut model, &parameters, &STEP(593.0).temperature_ramp(600.0, 7.0));
    assert!(message.contains("from 593 K to 600 K until 107 s"), "{message}");
}

#[test]
fn cold_hot_weak_and_strong_have_an_answer() {
    let mut model = model(&[]);
    let parameters = glass(&model, 0);
    for temperature in [1e-3, 0.1, 1.0, 20.0, 5000.0] {
        // Near 0 K nothing relaxes; at 5000 K the titanium glass would flow at rest.
        let protocol = STEP(temperature);
        if temperature > 1000.0 {
            assert!(refusal(&mut model, &parameters, &protocol).contains("threshold"));
        } else {
            let columns = curves(&mut model, &parameters, &protocol, &[0.0, 99.0]);
            assert!((columns[0][1] / 450.0 - 1.0).abs() < 1e-9, "{columns:?}");
        }
    }
    for strain in [0.0, 1e-300, 1e-9, 0.5, 1e6, -0.005] {
        let protocol = Protocol::at(593.0).step(strain).hold(1e5);
        let columns = curves(&mut model, &parameters, &protocol, &[0.0, 1.0, 1e5]);
        assert!(columns.iter().flatten().all(|value| value.is_finite()), "{strain}: {columns:?}");
        if strain == 0.0 {
            // Nothing is done, and nothing happens but rounding in the sum of 162 shares.
            assert!(columns[0].iter().all(|stress| stress.abs() < 1e-9), "{columns:?}");
        }
    }
    for (id, value) in [
        ("transformation_strain", 0.0),
        ("transformation_strain", 1.0),
        ("activation_volume", 0.0),
        ("activation_volume", 1e3),
        ("beta_weight", 0.0),
        ("beta_weight", 1.0),
        ("alpha_width", 0.0),
        ("alpha_width", 5.0),
        ("beta_width", 5.0),
        ("alpha_relaxation_time", 1e-12),
        ("alpha_relaxation_time", 1e20),
        ("flow_rate", 1e12),
        ("flow_barrier", 50.0),
        ("cooperative_barrier", 5.0),
        ("unrelaxed_modulus", 1e9),
        ("unrelaxed_modulus", 1e-9),
    ] {
        let parameters = with(&model, id, value);
        let columns = curves(&mut model, &parameters, &STEP(593.0), &[0.0, 1e-3, 100.0]);
        assert!(columns.iter().flatten().all(|value| value.is_finite()), "{id} = {value}: {columns:?}");
    }
}

#[test]
fn a_million_times_and_none_at_all() {
    let mut model = model(&[]);
    let parameters = glass(&model, 0);
    let times: Vec<f64> = (0..1_000_000).map(|index| f64::from(index) * 1e-2).collect();
    let protocol = Protocol::two_step(0.005, 0.003, 900.0, 9100.0, 593.0);
    let stress = curves(&mut model, &parameters, &protocol, &times).swap_remove(0);
    assert!(stress.iter().all(|value| value.is_finite()));
    assert_eq!(stress[0], 450.0);
    let history = protocol.nodes().unwrap();
    let none = Experiment { history, times: vec![], before: vec![], wanted: vec!["stress".into()] };
    model.bind(&none).unwrap();
    assert_eq!(model.evaluate(Batch::new(&parameters)).unwrap().status, [RowStatus::Done]);
}

#[test]
fn values_before_a_jump_and_after_the_last_node_are_given() {
    let mut model = model(&[]);
    let parameters = glass(&model, 0);
    let history = Protocol::two_step(0.005, 0.003, 900.0, 100.0, 593.0).nodes().unwrap();
    let times = vec![0.0, 0.0, 900.0, 900.0, 1000.0, 5000.0];
    let before = vec![true, false, true, false, false, false];
    let experiment = Experiment { history, times, before, wanted: vec!["stress".into(), "strain".into()] };
    let values = evaluate_one(&mut model, &experiment, &parameters).unwrap();
    let (stress, strain) = values.split_at(6);
    assert_eq!(strain, [0.0, 0.005, 0.005, 0.003, 0.003, 0.003]);
    assert_eq!((stress[0], stress[1]), (0.0, 450.0));
    // The jump of 0.2 % costs 180 MPa at once.
    assert!((stress[2] - stress[3] - 180.0).abs() < 1e-9, "{stress:?}");
    // The hold goes on after the last node as if it had been longer; only a whole number of steps differs.
    let longer = Protocol::two_step(0.005, 0.003, 900.0, 1e4, 593.0);
    let expected = curves(&mut model, &parameters, &longer, &[5000.0])[0][0];
    assert!((stress[5] / expected - 1.0).abs() < 1e-4, "{} and {expected}", stress[5]);
}

#[test]
fn settings_outside_their_bounds_are_refused_by_name() {
    let cases = [
        ([0.0, 1e-2, 81.0, 0.0], "points_per_decade"),
        ([40.0, 0.0, 81.0, 0.0], "first_step"),
        ([40.0, 1e-2, 0.5, 0.0], "barriers"),
    ];
    for (settings, id) in cases {
        let Err(EvaluationError::SettingsRefused { message, .. }) = Local::<SoftDomain>::new(&settings) else {
            panic!("{id} was accepted")
        };
        assert!(message.contains(id), "{message}");
    }
}

#[test]
fn a_run_can_be_stopped() {
    let mut model = model(&[]);
    let parameters = glass(&model, 0);
    let history = Protocol::two_step(0.005, 0.003, 900.0, 1e5, 593.0).nodes().unwrap();
    model.bind(&Experiment { history, times: vec![1e3], before: vec![], wanted: vec!["stress".into()] }).unwrap();
    let mut seen = Vec::new();
    let mut stop = |fraction: f64| {
        seen.push(fraction);
        fraction < 0.5
    };
    let stopped = model.evaluate(Batch { tick: Some(&mut stop), ..Batch::new(&parameters) }).unwrap();
    assert_eq!(stopped.status, [RowStatus::Cancelled]);
    assert!(seen.windows(2).all(|pair| pair[1] >= pair[0]) && seen.last().unwrap() < &0.6, "{seen:?}");
    assert_eq!(model.evaluate(Batch::new(&parameters)).unwrap().status, [RowStatus::Done], "and goes on afterwards");
}
