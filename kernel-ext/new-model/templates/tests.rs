//! The model against numbers that were not computed with it.

use @name@::@Type@;
use kovacs_core::model::{Batch, Evaluator, Experiment};
use kovacs_core::{Control, History};
use kovacs_sdk::Local;

/// Strain 1 % from 0 s on, 0.6 % from 1000 s on, at 300 K; results at these times.
fn two_steps(times: &[f64]) -> Experiment {
    let mut history = History::default();
    for (time, strain) in [(0.0, 0.0), (0.0, 0.01), (1000.0, 0.01), (1000.0, 0.006)] {
        history.push(time, 300.0, Control::Strain, strain);
    }
    Experiment { history, times: times.to_vec(), before: vec![], wanted: vec!["stress".into()] }
}

fn stress(parameters: &[f64], times: &[f64]) -> Vec<f64> {
    let mut model = Local::<@Type@>::new(&[]).expect("the description holds together");
    model.bind(&two_steps(times)).expect("strain is prescribed");
    model.evaluate(Batch::new(parameters)).expect("the parameters are inside their bounds").values
}

/// By hand: relaxation time 500 s, moduli 2000 and 1000 MPa.
/// 0 s: 2000 * 0.01 = 20. 500 s: 10 + 10/e. 1000 s: 6 + 10/e^2 - 4. 1500 s: 6 + 10/e^3 - 4/e.
#[test]
fn two_steps_of_strain_give_the_stress_computed_by_hand() {
    let e = std::f64::consts::E;
    let expected = [20.0, 10.0 + 10.0 / e, 2.0 + 10.0 / (e * e), 6.0 + 10.0 / (e * e * e) - 4.0 / e];
    let found = stress(&[500.0, 2000.0, 1000.0], &[0.0, 500.0, 1000.0, 1500.0]);
    for (found, expected) in found.iter().zip(expected) {
        // A handful of roundings.
        assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{found} MPa is not {expected} MPa");
    }
}

#[test]
fn moduli_in_the_wrong_order_are_refused_by_name() {
    let mut model = Local::<@Type@>::new(&[]).expect("the description holds together");
    model.bind(&two_steps(&[1.0])).expect("strain is prescribed");
    let answer = model.evaluate(Batch::new(&[500.0, 1.0, 2.0])).expect("a refusal is an answer");
    assert!(answer.message.expect("a reason").contains("`relaxed_modulus`"));
}
