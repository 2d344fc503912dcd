//! Derivatives, batches and linear responses of a model that runs in place.

use crate::decay::{Decay, ENDLESS, FORGOTTEN, LINEAR_TRIPS, REFUSED, TRIPS};
use crate::probe::{DRIVE, Probe, experiment};
use kovacs_core::linear_response::RelaxationFunction;
use kovacs_core::model::{Batch, EvaluationError, Evaluator, Experiment, RowStatus};
use kovacs_core::{Control, History};
use kovacs_sdk::Local;

/// 1 % from t = 0 on, at 300 K; results at 0, 5 and 20 s.
pub fn one_step(wanted: &[&str]) -> Experiment {
    let mut history = History::default();
    history.push(0.0, 300.0, Control::Strain, 0.01);
    history.push(100.0, 300.0, Control::Strain, 0.01);
    let wanted = wanted.iter().map(|&output| output.to_owned()).collect();
    Experiment { history, times: vec![0.0, 5.0, 20.0], before: Vec::new(), wanted }
}

fn decay(wanted: &[&str]) -> Local<Decay> {
    let mut decay = Local::new(&[]).unwrap();
    decay.bind(&one_step(wanted)).unwrap();
    decay
}

fn stress(modulus: f64, relaxation_time: f64) -> [f64; 3] {
    [0.0, 5.0, 20.0].map(|time: f64| modulus * (-time / relaxation_time).exp() * 0.01)
}

fn error<T>(result: Result<T, EvaluationError>) -> String {
    match result {
        Ok(_) => panic!("there is a result"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_model_gives_its_own_derivatives_in_the_order_asked_for() {
    let mut decay = decay(&["seed", "stress"]);
    let parameters = [3.0, 10.0, 0.0, 5.0, 20.0, 0.0];
    let both = decay.evaluate(Batch { sensitivities: &[1, 0], ..Batch::new(&parameters) }).unwrap();
    // `[rows][wanted][times][sensitivities]`: in each row first the seed's six zeros, then the stress.
    assert_eq!(both.jacobian.len(), 2 * 2 * 3 * 2);
    assert_eq!(both.jacobian[..6], [0.0; 6]);
    let expected = |modulus: f64, relaxation_time: f64| {
        [0.0, 5.0, 20.0].map(|time: f64| {
            let phi = (-time / relaxation_time).exp();
            [modulus * phi * time / (relaxation_time * relaxation_time) * 0.01, phi * 0.01]
        })
    };
    assert_eq!(both.jacobian[6..12], *expected(3.0, 10.0).as_flattened());
    assert_eq!(both.jacobian[18..], *expected(5.0, 20.0).as_flattened());
    let one = decay.evaluate(Batch { sensitivities: &[0], ..Batch::new(&parameters[..3]) }).unwrap();
    assert_eq!(one.jacobian[3..], expected(3.0, 10.0).map(|row| row[1]));
    let none = decay.evaluate(Batch::new(&parameters)).unwrap();
    assert_eq!((none.jacobian, none.values), (Vec::new(), both.values));
}

#[test]
fn a_row_that_is_refused_has_no_derivatives() {
    let rows = [3.0, 10.0, 0.0, REFUSED, 10.0, 0.0];
    let refused = decay(&["stress"]).evaluate(Batch { sensitivities: &[0], ..Batch::new(&rows) }).unwrap();
    assert_eq!(refused.status, [RowStatus::Done, RowStatus::Rejected]);
    assert_eq!(refused.message.as_deref(), Some("row 1: parameter `modulus`: too stiff"));
    assert!(refused.jacobian[..3].iter().all(|value| value.is_finite()));
    assert!(refused.jacobian[3..].iter().all(|value| value.is_nan()));
}

#[test]
fn derivatives_that_make_no_sense_are_refused() {
    let refused = |sensitivities: &[usize]| {
        error(decay(&["stress"]).evaluate(Batch { sensitivities, ..Batch::new(&[1.0, 1.0, 0.0]) }))
    };
    let whole = "malformed experiment: parameter `idle` takes whole numbers only, so nothing has a derivative by it";
    assert_eq!(refused(&[2]), whole);
    assert_eq!(refused(&[3]), "malformed experiment: a derivative with respect to parameter 3 is wanted; there are 3");
    assert_eq!(refused(&[0, 0]), "malformed experiment: the derivative with respect to `modulus` is wanted twice");
}

#[test]
fn a_model_without_derivatives_has_them_by_differences() {
    let mut probe = Local::<Probe>::new(&[]).unwrap();
    probe.bind(&experiment(&["stress"])).unwrap();
    let rows = [1.0, 0.0, 4.0, 0.0];
    let by_differences = probe.evaluate(Batch { sensitivities: &[0, 1], ..Batch::new(&rows) }).unwrap();
    // Stress is 2 * gain * drive, and `idle` does nothing. Differences of numbers near 10 over steps of 1e-5 of them
    // keep ten digits.
    for (row, derivatives) in by_differences.jacobian.chunks(2).enumerate() {
        assert!((derivatives[0] - 2.0 * DRIVE[row % 5]).abs() < 1e-9, "{row}: {derivatives:?}");
        assert_eq!(derivatives[1], 0.0);
    }
    assert_eq!(by_differences.values, probe.evaluate(Batch::new(&rows)).unwrap().values);
}

#[test]
fn an_experiment_for_which_the_model_declines_has_differences() {
    let mut decay = decay(&["stress"]);
    let rows = [3.0, 10.0, 0.0, 5.0, 20.0, 0.0];
    let batch = || Batch { sensitivities: &[1, 0], ..Batch::new(&rows) };
    let own = decay.evaluate(batch()).unwrap();
    let mut under_stress = one_step(&["stress"]);
    under_stress.history.control.fill(Control::Stress.code());
    decay.bind(&under_stress).unwrap();
    let differences = decay.evaluate(batch()).unwrap();
    assert_eq!(own.values, differences.values);
    assert_ne!(own.jacobian, differences.jacobian);
    for (own, difference) in own.jacobian.iter().zip(&differences.jacobian) {
        // Differences keep ten digits of curves of this size (0.05 MPa) over steps of 6e-6.
        assert!((own - difference).abs() < 1e-11, "{own} {difference}");
    }
}

#[test]
fn a_batch_has_the_bits_of_its_rows_on_any_number_of_threads() {
    let mut decay = decay(&["stress", "seed"]);
    let rows: Vec<f64> = (1..=20).flat_map(|row| [f64::from(row), 7.0, 0.0]).collect();
    let seeds: Vec<u64> = (100..120).collect();
    let batch = |max_threads| Batch { max_threads, seeds: &seeds, ..Batch::new(&rows) };
    let alone = decay.evaluate(batch(1)).unwrap();
    for threads in [2, 3, 64] {
        assert_eq!(decay.evaluate(batch(threads)).unwrap(), alone);
    }
    for (row, values) in alone.values.chunks(6).enumerate() {
        assert_eq!(values[..3], stress((row + 1) as f64, 7.0));
        assert_eq!(values[3..], [(100 + row) as f64; 3]);
    }
}

#[test]
fn a_batch_tells_refused_rows_by_their_number() {
    let rows = [1.0, 7.0, 0.0, REFUSED, 7.0, 0.0, 3.0, 7.0, 0.0, REFUSED, 7.0, 0.0];
    for max_threads in [1, 4] {
        let evaluation = decay(&["stress"]).evaluate(Batch { max_threads, ..Batch::new(&rows) }).unwrap();
        use RowStatus::{Done, Rejected};
        assert_eq!(evaluation.status, [Done, Rejected, Done, Rejected]);
        assert_eq!(evaluation.message.as_deref(), Some("row 1: parameter `modulus`: too stiff"));
        assert_eq!(evaluation.values[6..9], stress(3.0, 7.0));
    }
}

#[test]
fn a_batch_that_is_stopped_keeps_the_rows_that_are_finished() {
    let rows = [[1.0, 7.0, 0.0].repeat(4), [ENDLESS, 7.0, 0.0].repeat(4)].concat();
    for max_threads in [1, 2] {
        let mut decay = decay(&["stress"]);
        let mut last = 0.0;
        // Half of the rows are done, and each thread is half-way through one of the others.
        let in_the_end = 0.5 + f64::from(max_threads) * 0.5 / 8.0;
        let mut tick = |fraction: f64| {
            assert!(fraction >= last, "{fraction} after {last}");
            last = fraction;
            fraction < in_the_end - 1e-9
        };
        let batch = Batch { max_threads, tick: Some(&mut tick), ..Batch::new(&rows) };
        let stopped = decay.evaluate(batch).unwrap();
        assert!((last - in_the_end).abs() < 1e-9, "{last}");
        use RowStatus::{Cancelled, Done};
        assert_eq!(stopped.status, [Done, Done, Done, Done, Cancelled, Cancelled, Cancelled, Cancelled]);
        assert_eq!(stopped.values[..12], stress(1.0, 7.0).repeat(4));
        assert!(stopped.values[12..].iter().all(|value| value.is_nan()));
        // The instance is as it was.
        assert_eq!(decay.evaluate(Batch::new(&[1.0, 7.0, 0.0])).unwrap().values, stress(1.0, 7.0));
    }
}

#[test]
fn a_panic_on_another_thread_is_told_with_its_place_and_breaks_the_instance() {
    for max_threads in [1, 2] {
        let mut decay = decay(&["stress"]);
        let rows = [1.0, 7.0, 0.0, TRIPS, 7.0, 0.0, 3.0, 7.0, 0.0];
        let first = error(decay.evaluate(Batch { max_threads, ..Batch::new(&rows) }));
        assert!(first.contains("decay.rs:") && first.contains("the modulus two hundred"), "{first}");
        let second = error(decay.evaluate(Batch::new(&[1.0, 7.0, 0.0])));
        assert!(second.contains("the instance broke in an earlier call"), "{second}");
    }
}

#[test]
fn a_batch_that_forgets_a_row_is_broken() {
    let forgotten = error(decay(&["stress"]).evaluate(Batch::new(&[FORGOTTEN, 7.0, 0.0])));
    assert_eq!(forgotten, "model `org.example.decay` failed: `batch` answered without a result for row 0");
}

#[test]
fn a_linear_response_is_that_of_the_model() {
    let mut decay = decay(&["stress"]);
    let response = decay.linear(&[3.0, 10.0, 0.0], 300.0).unwrap().unwrap();
    assert_eq!((response.moduli.unrelaxed, response.moduli.relaxed), (3.0, 0.0));
    assert_eq!((response.spectrum.as_slice(), response.phi.longest_time()), ([(10.0, 1.0)].as_slice(), Some(10.0)));
    let curve = decay.evaluate(Batch::new(&[3.0, 10.0, 0.0])).unwrap().values;
    assert_eq!([0.0, 5.0, 20.0].map(|time| 3.0 * response.phi.phi(time) * 0.01), *curve);
    let hot = decay.linear(&[3.0, 10.0, 0.0], 600.0).unwrap().unwrap();
    assert_eq!(hot.phi.phi(5.0), response.phi.phi(10.0));
}

#[test]
fn a_linear_response_that_cannot_be_made_says_why() {
    let decay = decay(&["stress"]);
    let refused = |parameters: &[f64], temperature| error(decay.linear(parameters, temperature).unwrap());
    let answer = "model `org.example.decay` has no answer for these parameters: parameter `modulus`: too stiff";
    assert_eq!(refused(&[REFUSED, 10.0, 0.0], 300.0), answer);
    let outside = "model `org.example.decay`: parameter `modulus` = -1 MPa is outside [0, 1000]";
    assert_eq!(refused(&[-1.0, 10.0, 0.0], 300.0), outside);
    assert_eq!(refused(&[1.0, 10.0], 300.0), "malformed experiment: 2 values for 3 parameters");
    assert_eq!(refused(&[1.0, 10.0, 0.0], 0.0), "malformed experiment: the temperature is 0 K");
    assert!(refused(&[1.0, LINEAR_TRIPS, 0.0], 300.0).contains("a response that cannot be made"));
    // A model that is not linear has none, whatever it is asked.
    let probe = Local::<Probe>::new(&[]).unwrap();
    assert!(probe.linear(&[1.0, 0.0], 300.0).is_none() && probe.linear(&[], -1.0).is_none());
}
