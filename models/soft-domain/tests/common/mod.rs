//! What the tests of the mean-field model share: a glass, a test, a tolerance.
#![allow(dead_code, reason = "every test file is its own program and uses a part")]

use kovacs_core::glasses::GLASSES;
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{Evaluator, Experiment};
use kovacs_core::second_stage::evaluate_one;
use kovacs_core::{History, Protocol, SecondStage, TwoStep, observe_second_stage};
use kovacs_sdk::Local;
use kovacs_soft_domain::SoftDomain;

#[track_caller]
pub fn check(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual / expected - 1.0).abs() < tolerance, "{actual} is not {expected} within {tolerance:e}");
}

/// The model with its settings in order, none for the defaults.
pub fn model(settings: &[f64]) -> Local<SoftDomain> {
    Local::new(settings).unwrap()
}

/// The parameters of a glass, by its place in `GLASSES`.
pub fn glass(model: &Local<SoftDomain>, glass: usize) -> Vec<f64> {
    model.description().preset(GLASSES[glass].id).unwrap().parameters.clone()
}

pub fn observe(model: &mut Local<SoftDomain>, number: usize, test: &TwoStep) -> SecondStage {
    let parameters = glass(model, number);
    observe_second_stage(model, &parameters, test).unwrap()
}

pub fn second_stage(number: usize, test: &TwoStep) -> SecondStage {
    observe(&mut model(&[]), number, test)
}

/// Every output at some times, `[output][time]`, in the order of the model's outputs.
pub fn curves(model: &mut Local<SoftDomain>, parameters: &[f64], protocol: &Protocol, times: &[f64]) -> Vec<Vec<f64>> {
    let history: History = protocol.nodes().unwrap();
    let wanted: Vec<String> = model.description().outputs.iter().map(|output| output.id.clone()).collect();
    let experiment = Experiment { history, times: times.to_vec(), before: vec![], wanted };
    let values = evaluate_one(model, &experiment, parameters).unwrap();
    values.chunks_exact(times.len()).map(<[f64]>::to_vec).collect()
}

/// Height and time of the hump read on the model's own steps by a parabola in `ln t'`, and `sigma_0`.
///
/// `observe_second_stage` samples 40 to the decade, whatever the model's steps.
pub fn on_own_steps(
    model: &mut Local<SoftDomain>,
    parameters: &[f64],
    test: &TwoStep,
    per_decade: usize,
) -> (f64, f64, f64) {
    let steps = log_spaced(1e-2, test.duration, per_decade);
    let times: Vec<f64> = std::iter::once(0.0).chain(steps).map(|time| test.t_w + time).collect();
    let stress = curves(model, parameters, &test.protocol().unwrap(), &times).swap_remove(0);
    let top = (1..stress.len() - 1).max_by(|&a, &b| stress[a].total_cmp(&stress[b])).unwrap();
    let x = |index: usize| (times[index] - test.t_w).ln();
    let (left, right) = (x(top - 1) - x(top), x(top + 1) - x(top));
    let (below, above) = (stress[top - 1] - stress[top], stress[top + 1] - stress[top]);
    let bend = (below / left - above / right) / (left - right);
    let slope = below / left - bend * left;
    let place = -0.5 * slope / bend;
    (stress[top] + 0.5 * slope * place - stress[0], (x(top) + place).exp(), stress[0])
}
