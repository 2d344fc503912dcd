//! What a user or a fit can hand in by mistake, and protocols at the ends of what can be written: refused by name, or
//! answered; never a panic.

mod common;

use common::{curve, preset, with};
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{Batch, EvaluationError, Evaluator, Experiment, RowStatus};
use kovacs_core::second_stage::evaluate_one;
use kovacs_core::{Hump, Protocol, TwoStep, observe_second_stage};
use kovacs_sdk::{Local, Model};
use kovacs_tnm::{Kahr, Tnm, TnmStrain};

const TITANIUM: &str = "ti-zr-hf-cu-ni-be";

fn strained() -> Local<TnmStrain> {
    Local::new(&[]).unwrap()
}

fn refusal<M: Model>(model: &mut Local<M>, parameters: &[f64], protocol: &Protocol, output: &str) -> String {
    let history = protocol.nodes().unwrap();
    let experiment = Experiment { history, times: vec![1.0], before: vec![], wanted: vec![output.to_owned()] };
    match evaluate_one(model, &experiment, parameters).unwrap_err() {
        EvaluationError::Rejected { message, .. } | EvaluationError::ProtocolRefused { message, .. } => message,
        other => panic!("{other}"),
    }
}

#[test]
fn every_parameter_refuses_what_is_no_number() {
    fn check<M: Model>(id: &str) {
        let mut model = Local::<M>::new(&[]).unwrap();
        let history = Protocol::at(300.0).hold(1.0).nodes().unwrap();
        let wanted = vec!["fictive_temperature".to_owned()];
        model.bind(&Experiment { history, times: vec![1.0], before: vec![], wanted }).unwrap();
        for index in 0..model.description().parameters.len() {
            for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1e300] {
                let mut parameters = preset(&model, id);
                parameters[index] = value;
                let error = model.evaluate(Batch::new(&parameters)).unwrap_err();
                let EvaluationError::ParameterOutOfBounds { parameter, .. } = error else { panic!("{error}") };
                assert_eq!(parameter, model.description().parameters[index].id);
            }
        }
    }
    check::<Tnm>("pvac");
    check::<Kahr>("pvac");
    check::<TnmStrain>(TITANIUM);
}

#[test]
fn moduli_in_the_wrong_order_are_refused_with_both_values() {
    let mut model = strained();
    let parameters = with(&model, TITANIUM, &[("relaxed_modulus", 90_001.0)]);
    let message = refusal(&mut model, &parameters, &Protocol::at(593.0).step(0.005).hold(1.0), "stress");
    assert!(message.contains("`relaxed_modulus`: must not exceed `unrelaxed_modulus` = 90000 MPa"), "{message}");
}

#[test]
fn a_coupling_that_makes_the_glass_colder_than_absolute_zero_is_refused() {
    let mut model = strained();
    let parameters = with(&model, TITANIUM, &[("strain_coupling", -1e5)]);
    let message = refusal(&mut model, &parameters, &Protocol::at(593.0).step(0.05).hold(1.0), "stress");
    assert!(message.contains("must stay above 0 K; take a coupling nearer to 0 K"), "{message}");
}

#[test]
fn thermal_models_refuse_strain_and_say_who_takes_it() {
    let mut model = Local::<Tnm>::new(&[]).unwrap();
    let parameters = preset(&model, "pvac");
    let protocol = Protocol::at(300.0).hold(5.0).step(0.005).hold(1.0);
    let message = refusal(&mut model, &parameters, &protocol, "departure");
    assert_eq!(
        message,
        "strain or stress is prescribed at 5 s, and this model knows temperature only; `tnm_strain` takes both"
    );
}

#[test]
fn a_liquid_that_crept_for_ever_is_refused_and_one_that_starts_at_rest_is_not() {
    let mut model = strained();
    let liquid = with(&model, TITANIUM, &[("relaxed_modulus", 0.0)]);
    let mut experiment = Experiment {
        history: Protocol::at(593.0).stress_step(10.0).hold(10.0).nodes().unwrap(),
        times: vec![1.0],
        before: vec![],
        wanted: vec!["strain".to_owned()],
    };
    assert!(evaluate_one(&mut model, &experiment, &liquid).unwrap()[0] > 10.0 / 90_000.0);
    experiment.history.drive[0] = 10.0;
    let error = evaluate_one(&mut model, &experiment, &liquid).unwrap_err().to_string();
    assert!(error.contains("the history begins at 10 MPa"), "{error}");
    // A solid has come to rest under it: 10 MPa over its relaxed modulus.
    let solid = preset(&model, TITANIUM);
    let strain = evaluate_one(&mut model, &experiment, &solid).unwrap()[0];
    assert!((strain - 10.0 / 45_000.0).abs() < 1e-12, "{strain}");
}

#[test]
fn no_strain_is_no_stress_and_no_hump() {
    let mut model = strained();
    let parameters = preset(&model, TITANIUM);
    let times = log_spaced(1e-3, 1e10, 3);
    let rest = Protocol::at(593.0).hold(1e10);
    assert!(curve(&mut model, &parameters, &rest, "stress", &times).iter().all(|&stress| stress == 0.0));
    // Nearly none is proportionally little.
    let tiny = TwoStep::new(1e-300, 0.6e-300, 900.0, 593.0);
    let stage = observe_second_stage(&mut model, &parameters, &tiny).unwrap();
    assert!(matches!(stage.hump, Hump::Peak { t_p, .. } if (t_p - 294.73).abs() < 0.01), "{:?}", stage.hump);
    let same = TwoStep::new(0.005, 0.005, 900.0, 593.0);
    assert_eq!(observe_second_stage(&mut model, &parameters, &same).unwrap().hump, Hump::NoHump);
}

#[test]
fn near_absolute_zero_a_glass_is_elastic() {
    let mut model = strained();
    let parameters = preset(&model, TITANIUM);
    for temperature in [1e-300, 1e-3, 1.0, 20.0] {
        let protocol = Protocol::two_step(0.005, 0.003, 900.0, 1e10, temperature);
        let stress = curve(&mut model, &parameters, &protocol, "stress", &[1.0, 900.0, 1e10]);
        // Rounding of 450 MPa.
        for (stress, expected) in stress.iter().zip([450.0, 270.0, 270.0]) {
            assert!((stress - expected).abs() < 1e-10, "{temperature} K: {stress} MPa");
        }
        let fictive = curve(&mut model, &parameters, &protocol, "fictive_temperature", &[1e10]);
        assert!((fictive[0] - 683.0).abs() < 1e-9, "{temperature} K: {fictive:?}");
    }
    // Cooling down there and back again.
    let mut tnm = Local::<Tnm>::new(&[]).unwrap();
    let parameters = preset(&tnm, "pvc");
    let dip = Protocol::at(400.0).temperature_ramp(0.5, 1e5).hold(1e5).temperature_ramp(400.0, 1e5).hold(10.0);
    let found = curve(&mut tnm, &parameters, &dip, "fictive_temperature", &[1e5, 2e5, 3e5 + 10.0]);
    assert!((found[0] - found[1]).abs() < 1e-9 && (340.0..380.0).contains(&found[0]), "{found:?}");
    assert!((found[2] - 400.0).abs() < 1e-6, "{found:?}");
}

#[test]
fn a_very_hot_liquid_is_in_equilibrium() {
    let mut model = strained();
    let parameters = preset(&model, TITANIUM);
    let protocol = Protocol::two_step(0.005, 0.003, 900.0, 1e10, 1e4);
    let times = [0.0, 1.0, 899.0, 901.0, 1e10];
    let stress = curve(&mut model, &parameters, &protocol, "stress", &times);
    let expected = [450.0, 225.0, 225.0, 135.0, 135.0];
    assert!(stress.iter().zip(expected).all(|(stress, expected)| (stress - expected).abs() < 1e-9), "{stress:?}");
}

#[test]
fn decades_of_time_and_extreme_parameters_are_answered_or_refused() {
    // Every corner of the bounds, on a protocol of ten decades: finite numbers or a rejected row with words.
    let mut model = Local::<TnmStrain>::new(&[8.0, 1e-3, 0.0]).unwrap();
    let history = Protocol::two_step(0.005, 0.003, 900.0, 1e10, 593.0).nodes().unwrap();
    let times: Vec<f64> = [0.0].into_iter().chain(log_spaced(1e-3, 1e10, 2)).collect();
    model.bind(&Experiment { history, times, before: vec![], wanted: vec!["stress".to_owned()] }).unwrap();
    let quantities = model.description().parameters.clone();
    let mut rows = Vec::new();
    for corner in 0..256u32 {
        rows.extend(quantities.iter().enumerate().map(|(index, quantity)| {
            let upper = corner >> index & 1 == 1;
            let bound = if upper { quantity.upper } else { quantity.lower };
            if !upper && quantity.open_lower { 1e-3 } else { bound }
        }));
    }
    let evaluation = model.evaluate(Batch::new(&rows)).unwrap();
    let width = evaluation.values.len() / 256;
    let mut done = 0;
    for (row, status) in evaluation.status.iter().enumerate() {
        if *status == RowStatus::Done {
            done += 1;
            assert!(evaluation.values[row * width..(row + 1) * width].iter().all(|stress| stress.is_finite()));
        }
    }
    // Half of the corners have their moduli in the wrong order or nearly so, and an eighth is below 0 K.
    assert!(done >= 96, "{done} of 256 corners have an answer");
    assert!(evaluation.message.is_some());
}

#[test]
fn grids_may_be_empty_long_or_out_of_order() {
    let mut model = strained();
    let parameters = preset(&model, TITANIUM);
    let history = Protocol::two_step(0.005, 0.003, 900.0, 1e4, 593.0).nodes().unwrap();
    let wanted = vec!["stress".to_owned()];
    let mut experiment = Experiment { history, times: vec![], before: vec![], wanted };
    assert_eq!(evaluate_one(&mut model, &experiment, &parameters).unwrap(), [0.0; 0]);
    experiment.times = vec![5.0, 1.0];
    assert!(model.bind(&experiment).is_err());
    experiment.times = (0..1_000_000).map(|index| 0.0109 * f64::from(index)).collect();
    let long = evaluate_one(&mut model, &experiment, &parameters).unwrap();
    assert!(long.len() == 1_000_000 && long.iter().all(|stress| stress.is_finite()));
    // Wanted times do not steer the steps: the same bits on a grid of three.
    experiment.times = vec![experiment.times[77], experiment.times[500_000], experiment.times[999_999]];
    assert_eq!(evaluate_one(&mut model, &experiment, &parameters).unwrap(), [long[77], long[500_000], long[999_999]]);
}

#[test]
fn settings_outside_their_bounds_are_refused() {
    for settings in [[0.0, 1e-3, 0.0], [60.0, 0.0, 0.0], [60.0, 1e-3, 3.0], [60.5, 1e-3, 0.0], [f64::NAN, 1e-3, 0.0]] {
        assert!(matches!(Local::<TnmStrain>::new(&settings), Err(EvaluationError::SettingsRefused { .. })));
    }
}

#[test]
fn a_run_can_be_stopped() {
    let mut model = Local::<Tnm>::new(&[10_000.0, 1e-3, 2.0]).unwrap();
    let parameters = preset(&model, "pvac");
    let history = Protocol::at(320.0).temperature_ramp(280.0, 4e4).hold(1e6).nodes().unwrap();
    let wanted = vec!["departure".to_owned()];
    model.bind(&Experiment { history, times: vec![1e6], before: vec![], wanted }).unwrap();
    let mut calls = 0;
    let mut tick = |_: f64| {
        calls += 1;
        calls < 3
    };
    let batch = Batch { tick: Some(&mut tick), ..Batch::new(&parameters) };
    assert_eq!(model.evaluate(batch).unwrap().status, [RowStatus::Cancelled]);
    assert_eq!(calls, 3);
    // And the instance goes on working.
    assert!(curve(&mut model, &parameters, &Protocol::at(320.0).hold(1.0), "departure", &[1.0])[0] == 0.0);
}
