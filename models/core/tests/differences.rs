//! Derivatives by differences: how exact they are, where the values lie, and what becomes of refused neighbours.

use kovacs_core::define::Quantity;
use kovacs_core::differences::central_differences;
use kovacs_core::model::{Batch, Capabilities, Evaluation, EvaluationError, ModelDescription, RowStatus};

/// A model without a model: four parameters, one output.
fn description(capabilities: Capabilities) -> ModelDescription {
    let quantities = |list: Vec<Quantity>| list.into_iter().map(Into::into).collect();
    ModelDescription {
        id: "org.example.powers".into(),
        name: String::new(),
        version: "1.0.0".into(),
        summary: String::new(),
        citation: String::new(),
        license: String::new(),
        digest: None,
        path: None,
        parameters: quantities(vec![
            Quantity::new("time").unit("s").above(0.0).at_most(1e100).initial(1e4).logarithmic(),
            Quantity::new("share").bounds(0.0, 1.0).initial(0.5),
            Quantity::new("count").integer().initial(2.0),
            Quantity::new("pinned").bounds(3.0, 3.0).initial(3.0),
        ]),
        settings: Vec::new(),
        inputs: Vec::new(),
        outputs: quantities(vec![Quantity::new("stress")]),
        presets: Vec::new(),
        capabilities,
    }
}

/// `time^3 exp(share)` and `time exp(2 share)` as two times of one output.
fn curves(parameters: &[f64]) -> [f64; 2] {
    let (time, share) = (parameters[0], parameters[1]);
    [time.powi(3) * share.exp(), time * (2.0 * share).exp()]
}

/// Evaluates every row with [`curves`], refusing those that `refuses` names.
fn evaluate(batch: &Batch<'_>, refuses: impl Fn(&[f64]) -> bool) -> Evaluation {
    let mut evaluation = Evaluation { values: Vec::new(), jacobian: Vec::new(), status: Vec::new(), message: None };
    for (row, parameters) in batch.parameters.chunks(4).enumerate() {
        let refused = refuses(parameters);
        evaluation.values.extend(if refused { [f64::NAN; 2] } else { curves(parameters) });
        evaluation.status.push(if refused { RowStatus::Rejected } else { RowStatus::Done });
        if refused {
            evaluation.message.get_or_insert(format!("row {row}: not this one"));
        }
    }
    evaluation
}

fn differences(parameters: &[f64], sensitivities: &[usize], refuses: fn(&[f64]) -> bool) -> Evaluation {
    let batch = Batch { sensitivities, ..Batch::new(parameters) };
    central_differences(&description(Capabilities::NONE), batch, |batch| Ok(evaluate(&batch, refuses))).unwrap()
}

#[test]
fn what_cannot_change_its_sign_is_moved_by_a_part_of_itself() {
    // 1/x of a compliance of 1e-5 whose typical magnitude is 1: a step of 6e-6 would be more than half of it.
    let mut about = description(Capabilities::NONE);
    about.parameters[1] = Quantity::new("compliance").bounds(0.0, 1e9).initial(1.0).into();
    for compliance in [1e-5, 3e-9, 0.2] {
        let inverse = |batch: Batch<'_>| {
            let values: Vec<f64> = batch.parameters.chunks(4).map(|row| 1.0 / row[1]).collect();
            let status = vec![RowStatus::Done; values.len()];
            Ok(Evaluation { values, jacobian: Vec::new(), status, message: None })
        };
        let parameters = [1.0, compliance, 2.0, 3.0];
        let batch = Batch { sensitivities: &[1], ..Batch::new(&parameters) };
        let found = central_differences(&about, batch, inverse).unwrap().jacobian[0];
        // Below a millionth of the typical magnitude the step is that of the millionth: 2e-3 of 3e-9, and its square.
        assert!((found * compliance * compliance + 1.0).abs() < 1e-5, "{compliance}: {found}");
    }
}

#[track_caller]
fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance * expected.abs(), "{found} is not {expected}");
    }
}

/// The exact derivatives with respect to `share` and `time`, `[times][sensitivities]`.
fn exact(time: f64, share: f64) -> [f64; 4] {
    let [cubic, linear] = curves(&[time, share]);
    [cubic, 3.0 * cubic / time, 2.0 * linear, linear / time]
}

#[test]
fn derivatives_of_smooth_curves_keep_ten_digits() {
    // Steps of 6e-6: an error of second order near 4e-11, and rounding of one part in 1e16 over the step, 4e-11.
    for (time, share) in [(1e4, 0.5), (1e-8, 0.9), (3e60, 0.1)] {
        let found = differences(&[time, share, 2.0, 3.0], &[1, 0], |_| false);
        close(&found.jacobian, &exact(time, share), 3e-10);
        assert_eq!(found.values, curves(&[time, share]));
    }
}

#[test]
fn at_a_bound_both_values_lie_on_the_inner_side_and_the_error_is_still_of_second_order() {
    for share in [0.0, 1.0, 1e-7, 1.0 - 1e-7] {
        let found = differences(&[2.0, share, 2.0, 3.0], &[1, 0], |row| !(0.0..=1.0).contains(&row[1]));
        assert_eq!(found.status, [RowStatus::Done]);
        close(&found.jacobian, &exact(2.0, share), 1e-9);
    }
}

#[test]
fn many_rows_are_one_batch_with_their_seeds() {
    let parameters = [1.0, 0.25, 2.0, 3.0, 2.0, 0.5, 2.0, 3.0, 3.0, 0.75, 2.0, 3.0];
    let batch = Batch { seeds: &[7, 8, 9], max_threads: 5, sensitivities: &[1, 0], ..Batch::new(&parameters) };
    let mut asked = Vec::new();
    let found = central_differences(&description(Capabilities::NONE), batch, |batch| {
        assert!(batch.sensitivities.is_empty() && batch.max_threads == 5);
        assert_eq!(batch.parameters[..12], parameters);
        asked.push(batch.seeds.to_vec());
        Ok(evaluate(&batch, |_| false))
    })
    .unwrap();
    assert_eq!(asked, [[7, 8, 9, 7, 7, 7, 7, 8, 8, 8, 8, 9, 9, 9, 9]]);
    assert_eq!(found.jacobian.len(), 3 * 2 * 2);
    for (row, (time, share)) in [(1.0, 0.25), (2.0, 0.5), (3.0, 0.75)].into_iter().enumerate() {
        close(&found.jacobian[4 * row..4 * row + 4], &exact(time, share), 3e-10);
    }
}

#[test]
fn a_refused_neighbour_leaves_the_other_side() {
    // One-sided: an error of first order, half the step of 3e-6 times the second derivative over the first (here 2).
    let found = differences(&[2.0, 0.5, 2.0, 3.0], &[1, 0], |row| row[1] > 0.5);
    assert_eq!((found.status.as_slice(), found.message.as_deref()), ([RowStatus::Done].as_slice(), None));
    close(&found.jacobian, &exact(2.0, 0.5), 1e-5);
}

#[test]
fn a_row_whose_neighbours_are_all_refused_is_refused() {
    let parameters = [2.0, 0.25, 2.0, 3.0, 2.0, 0.5, 2.0, 3.0];
    let found = differences(&parameters, &[1], |row| row[1] != 0.5 && row[1] > 0.4);
    assert_eq!(found.status, [RowStatus::Done, RowStatus::Rejected]);
    let expected = "row 1: no derivative with respect to `share`: the model refuses its neighbours";
    assert_eq!(found.message.as_deref(), Some(expected));
    assert!(found.values[2..].iter().chain(&found.jacobian[2..]).all(|value| value.is_nan()));
    assert!(found.values[..2].iter().chain(&found.jacobian[..2]).all(|value| value.is_finite()));
}

#[test]
fn a_refused_row_keeps_its_words() {
    let parameters = [2.0, 0.25, 2.0, 3.0, 2.0, 0.5, 2.0, 3.0];
    let found = differences(&parameters, &[0], |row| row[1] == 0.5);
    assert_eq!(found.status, [RowStatus::Done, RowStatus::Rejected]);
    assert_eq!(found.message.as_deref(), Some("row 1: not this one"));
}

#[test]
fn a_batch_that_is_stopped_keeps_the_rows_whose_neighbours_are_finished() {
    let parameters = [1.0, 0.25, 2.0, 3.0, 2.0, 0.5, 2.0, 3.0];
    let batch = Batch { sensitivities: &[0], ..Batch::new(&parameters) };
    let found = central_differences(&description(Capabilities::NONE), batch, |batch| {
        let mut evaluation = evaluate(&batch, |_| false);
        evaluation.status[5] = RowStatus::Cancelled;
        Ok(evaluation)
    })
    .unwrap();
    assert_eq!(found.status, [RowStatus::Done, RowStatus::Cancelled]);
    assert!(found.jacobian[..2].iter().all(|value| value.is_finite()));
    assert!(found.values[2..].iter().chain(&found.jacobian[2..]).all(|value| value.is_nan()));
}

#[test]
fn what_has_no_derivative_is_refused_in_words() {
    let refused = |capabilities: Capabilities, sensitivities: &[usize]| {
        let batch = Batch { sensitivities, ..Batch::new(&[2.0, 0.5, 2.0, 3.0]) };
        let asked = |_: Batch<'_>| -> Result<Evaluation, EvaluationError> { panic!("the model is asked") };
        central_differences(&description(capabilities), batch, asked).unwrap_err().to_string()
    };
    let malformed = "malformed experiment: ";
    assert_eq!(
        refused(Capabilities::NONE, &[2]),
        format!("{malformed}parameter `count` takes whole numbers only, so nothing has a derivative by it")
    );
    assert_eq!(
        refused(Capabilities::NONE, &[3]),
        format!(
            "{malformed}parameter `pinned` = 3 cannot be moved within [3, 3], so nothing has a derivative by it; leave \
             it out"
        )
    );
    assert_eq!(
        refused(Capabilities { seeded: true, ..Capabilities::NONE }, &[0]),
        format!("{malformed}derivatives of the stochastic model `org.example.powers` need a seed for every row")
    );
}
