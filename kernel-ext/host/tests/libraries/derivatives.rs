//! Derivatives and linear responses of a model in C, correct and not.

use crate::support::{Folder, by_path, one_step};
use kovacs_core::linear_response::{LinearResponse, RelaxationFunction};
use kovacs_core::model::{Batch, EvaluationError, Evaluator, RowStatus};
use kovacs_host::{HostError, Instance};

fn opened(macros: &[&str]) -> Option<Result<kovacs_host::ModelHandle, HostError>> {
    let folder = Folder::new();
    let path = folder.compile("maxwell_c", macros)?;
    Some(by_path().load(path.to_str().expect("the path is ASCII")))
}

/// A bound instance of the C model with this macro; results at 0, 10 and 100 s.
fn instance(macros: &[&str]) -> Option<Instance> {
    let mut instance = opened(macros)?.unwrap().instance(&[]).unwrap();
    instance.bind(&one_step(&[0.0, 10.0, 100.0])).unwrap();
    Some(instance)
}

const ROWS: [f64; 4] = [1000.0, 100.0, 500.0, 10.0];

#[test]
fn derivatives_of_a_model_in_c_agree_with_differences() {
    let (Some(mut own), Some(mut without)) = (instance(&[]), instance(&["NO_DERIVATIVES"])) else { return };
    assert!(own.description().capabilities.jacobian && !without.description().capabilities.jacobian);
    for sensitivities in [&[0, 1][..], &[1, 0], &[1]] {
        let batch = || Batch { sensitivities, ..Batch::new(&ROWS) };
        let (own, differences) = (own.evaluate(batch()).unwrap(), without.evaluate(batch()).unwrap());
        assert_eq!((own.jacobian.len(), &own.values), (6 * sensitivities.len(), &differences.values));
        for (own, difference) in own.jacobian.iter().zip(&differences.jacobian) {
            // Differences keep ten digits of curves of this size (10 MPa) over steps of 6e-6.
            assert!((own - difference).abs() <= 1e-9 * own.abs() + 1e-10, "{own} {difference}");
        }
    }
    let one = own.evaluate(Batch { sensitivities: &[0], ..Batch::new(&ROWS[..2]) }).unwrap();
    assert_eq!(one.jacobian[0], 0.01);
}

#[test]
fn a_refused_row_has_no_derivatives_and_the_others_have() {
    let Some(mut model) = instance(&[]) else { return };
    let batch = Batch { sensitivities: &[1], ..Batch::new(&[1.0, 1.0, 1.0, 1e-4, 1.0, 5.0]) };
    let evaluation = model.evaluate(batch).unwrap();
    use RowStatus::{Done, Rejected};
    assert_eq!(evaluation.status, [Done, Rejected, Done]);
    let is_nan: Vec<bool> = evaluation.jacobian.iter().map(|value| value.is_nan()).collect();
    assert_eq!(is_nan, [[false; 3], [true; 3], [false; 3]].concat());
}

#[test]
fn a_derivative_that_is_not_a_number_is_not_a_result() {
    let Some(mut model) = instance(&["NAN_DERIVATIVE"]) else { return };
    assert_eq!(model.evaluate(Batch::new(&ROWS)).unwrap().status, [RowStatus::Done, RowStatus::Done]);
    let evaluation = model.evaluate(Batch { sensitivities: &[1], ..Batch::new(&ROWS) }).unwrap();
    assert_eq!(evaluation.status, [RowStatus::Rejected, RowStatus::Rejected]);
    let expected = "row 0: the model gave NaN for d `stress` / d `relaxation_time` at 0 s";
    assert_eq!(evaluation.message.as_deref(), Some(expected));
    assert!(evaluation.values.iter().chain(&evaluation.jacobian).all(|value| value.is_nan()));
}

#[test]
fn the_linear_response_of_a_model_in_c_is_that_of_its_curves() {
    let Some(mut model) = instance(&[]) else { return };
    let response = model.linear(&[1000.0, 100.0], 300.0).unwrap().unwrap();
    let LinearResponse { moduli, phi, spectrum } = &response;
    assert_eq!((moduli.unrelaxed, moduli.relaxed, phi.longest_time()), (1000.0, 0.0, Some(100.0)));
    assert_eq!(spectrum.as_slice(), [(100.0, 1.0)]);
    let curve = model.evaluate(Batch::new(&[1000.0, 100.0])).unwrap().values;
    for (time, stress) in [0.0, 10.0, 100.0].into_iter().zip(curve) {
        // One more multiplication than in the model: one rounding.
        assert!((moduli.unrelaxed * phi.phi(time) * 0.01 - stress).abs() <= 2.0 * f64::EPSILON * stress);
    }
    // -d phi/dt of one exponential is phi / tau, its integral tau (1 - phi); a few roundings each.
    assert!((phi.ln_rate(50.0) - (phi.phi(50.0) / 100.0).ln()).abs() < 1e-14);
    assert!((phi.integral(50.0) - 100.0 * (1.0 - phi.phi(50.0))).abs() < 1e-12);
    // It outlives the instance, because a library is never unloaded.
    drop(model);
    assert_eq!(response.phi.phi(0.0), 1.0);
}

#[test]
fn a_linear_response_needs_parameters_in_their_bounds_and_a_temperature() {
    let Some(model) = instance(&[]) else { return };
    let refused = |parameters: &[f64], temperature: f64| -> String {
        let answer: Result<LinearResponse, EvaluationError> = model.linear(parameters, temperature).unwrap();
        answer.unwrap_err().to_string()
    };
    let outside = "model `org.example.maxwell_c`: parameter `relaxation_time` = 0 s is outside (0, 1e6]";
    assert_eq!(refused(&[1.0, 0.0], 300.0), outside);
    assert_eq!(refused(&[1.0], 300.0), "malformed experiment: 1 values for 2 parameters");
    assert_eq!(refused(&[1.0, 1.0], f64::NAN), "malformed experiment: the temperature is NaN K");
    let says = "model `org.example.maxwell_c` has no answer for these parameters: parameter `relaxation_time`: too \
                fast to resolve";
    assert_eq!(refused(&[1.0, 1e-4], 300.0), says);
}

#[test]
fn an_extension_that_breaks_its_promise_is_told_so() {
    let refuses = |name, expected: &str| {
        let Some(handle) = opened(&[name]) else { return };
        let text = handle.unwrap_err().to_string();
        assert!(text.contains(expected), "{text}");
    };
    refuses("SHORT_LINEAR", "the extension `kovacs.linear/1` of model `org.example.maxwell_c`");
    refuses("NO_LINEAR_EVALUATE", "`evaluate` of `kovacs.linear/1` of model `org.example.maxwell_c`");
    let fails = |name, expected: &str| {
        let Some(model) = instance(&[name]) else { return };
        let text = model.linear(&[1.0, 1.0], 300.0).unwrap().unwrap_err().to_string();
        assert_eq!(text, format!("model `org.example.maxwell_c` failed: {expected}"));
    };
    fails("NULL_RESPONSE", "`create` of `kovacs.linear/1` answered OK without a response");
    fails("SILENT_INFO", "`create` of `kovacs.linear/1` left numbers of the response unwritten");
    fails("ENDLESS_SPECTRUM", "the spectrum of `kovacs.linear/1` has more than a million modes");
    fails("NEGATIVE_MODE", "the spectrum of `kovacs.linear/1` has times or weights that are none");
}
