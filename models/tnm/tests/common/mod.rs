//! What the tests of these models share: running one, its glasses, a tolerance.
#![allow(dead_code, reason = "every test file is its own program and uses a part")]

use kovacs_core::Protocol;
use kovacs_core::model::{Evaluator, Experiment};
use kovacs_core::second_stage::evaluate_one;
use kovacs_sdk::{Local, Model};

#[track_caller]
pub fn check(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual / expected - 1.0).abs() < tolerance, "{actual} is not {expected} within {tolerance:e}");
}

/// The parameters of a glass.
pub fn preset<M: Model>(model: &Local<M>, id: &str) -> Vec<f64> {
    model.description().preset(id).unwrap().parameters.clone()
}

/// The same with some of them changed.
pub fn with<M: Model>(model: &Local<M>, id: &str, changes: &[(&str, f64)]) -> Vec<f64> {
    let mut parameters = preset(model, id);
    for (id, value) in changes {
        parameters[model.description().parameter(id).unwrap()] = *value;
    }
    parameters
}

/// One output at some times.
pub fn curve<M: Model>(
    model: &mut Local<M>,
    parameters: &[f64],
    protocol: &Protocol,
    output: &str,
    times: &[f64],
) -> Vec<f64> {
    let history = protocol.nodes().unwrap();
    let experiment = Experiment { history, times: times.to_vec(), before: vec![], wanted: vec![output.to_owned()] };
    evaluate_one(model, &experiment, parameters).unwrap()
}
