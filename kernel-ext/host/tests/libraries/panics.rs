//! A Rust model that panics: the host has another standard library than the plugin, so a panic that crossed the border
//! would abort this very process.

use crate::support::{approve, built_example, by_path, one_step};
use kovacs_core::model::{Batch, EvaluationError, Evaluator, RowStatus};
use kovacs_host::{Instance, ModelHandle};

/// The library of `clumsy.rs` or `stumbling.rs`, which cargo builds with the examples of this package.
fn example(name: &str) -> ModelHandle {
    let path = built_example(&format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX));
    approve(&path);
    by_path().load(path.to_str().expect("the path is UTF-8")).unwrap()
}

fn instance(trips_in: f64) -> Result<Instance, EvaluationError> {
    example("clumsy").instance(&[trips_in])
}

/// The message of a failure without its place, which names a line of the source.
fn tail(error: EvaluationError) -> String {
    let text = error.to_string();
    assert!(text.starts_with("model `org.example.clumsy` failed: panic at "), "{text}");
    assert!(text.contains("clumsy.rs:"), "{text}");
    text.split_once("clumsy.rs:")
        .map(|(_, rest)| rest.trim_start_matches(char::is_numeric).to_owned())
        .unwrap_or_default()
}

#[test]
fn a_panic_while_starting_is_a_failure_with_message_and_place() {
    let Err(error) = instance(1.0) else { panic!("there is an instance") };
    assert!(tail(error).contains("tripped while starting"));
}

#[test]
fn a_panic_while_binding_breaks_the_instance_and_no_other() {
    let mut model = instance(2.0).unwrap();
    assert!(tail(model.bind(&one_step(&[0.0])).unwrap_err()).contains("tripped over the experiment"));
    let again = model.bind(&one_step(&[0.0])).unwrap_err().to_string();
    assert!(again.contains("the instance broke in an earlier call: panic at "), "{again}");
    let mut other = instance(0.0).unwrap();
    assert!(other.bind(&one_step(&[0.0])).is_ok());
}

#[test]
fn a_panic_while_evaluating_is_cut_at_a_character_and_breaks_the_instance() {
    let mut model = instance(3.0).unwrap();
    model.bind(&one_step(&[0.0])).unwrap();
    assert_eq!(model.evaluate(Batch::new(&[1.0])).unwrap().values, [1.0]);
    let message = tail(model.evaluate(Batch::new(&[2.0])).unwrap_err());
    assert!(message.starts_with(": größe größe") && !message.contains('\u{fffd}'), "{message}");
    assert!(model.evaluate(Batch::new(&[1.0])).is_err());
}

#[test]
fn a_panic_on_release_ends_there() {
    let mut model = instance(4.0).unwrap();
    model.bind(&one_step(&[0.0])).unwrap();
    drop(model);
    assert!(instance(0.0).is_ok());
}

#[test]
fn progress_passes_through_a_rust_model() {
    let mut model = instance(0.0).unwrap();
    model.bind(&one_step(&[0.0])).unwrap();
    let mut seen = Vec::new();
    let mut tick = |fraction: f64| {
        seen.push(fraction);
        seen.len() < 2
    };
    let evaluation = model.evaluate(Batch { tick: Some(&mut tick), ..Batch::new(&[1.0, 2.0, 3.0, 4.0]) }).unwrap();
    assert_eq!(seen, [0.125, 0.375]);
    use RowStatus::{Cancelled, Done};
    assert_eq!(evaluation.status, [Done, Cancelled, Cancelled, Cancelled]);
    assert_eq!(model.evaluate(Batch::new(&[5.0])).unwrap().values, [5.0]);
}

#[test]
fn settings_are_checked_before_the_model_sees_them() {
    let Err(error) = instance(7.0) else { panic!("there is an instance") };
    let expected =
        "model `org.example.clumsy` cannot be made with these settings: setting `trips_in` = 7 is outside [0, 4]";
    assert_eq!(error.to_string(), expected);
    assert_eq!(example("clumsy").description().settings[0].choices, ["nothing", "new", "bind", "evaluate", "drop"]);
}

/// A bound instance of `stumbling.rs` that panics in the function with this number in its list.
fn stumbling(trips_in: f64) -> Instance {
    let mut model = example("stumbling").instance(&[trips_in]).unwrap();
    model.bind(&one_step(&[0.0, 1.0])).unwrap();
    model
}

/// That the failure tells of a panic in `stumbling.rs`, and of this one.
#[track_caller]
fn stumbled<T>(result: Result<T, EvaluationError>, words: &str) {
    let Err(error) = result else { panic!("there is a result") };
    let text = error.to_string();
    assert!(text.starts_with("model `org.example.stumbling` failed: panic at ") && text.contains("stumbling.rs:"));
    assert!(text.ends_with(words), "{text}");
}

#[test]
fn panics_in_derivatives_and_batches_break_the_instance_and_no_other() {
    let sound = stumbling(0.0).evaluate(Batch { sensitivities: &[0], ..Batch::new(&[2.0]) }).unwrap();
    assert_eq!((sound.values, sound.jacobian), (vec![2.0, 1.0], vec![1.0, 0.5]));
    for (trips_in, sensitivities, max_threads, words) in [
        (1.0, &[0][..], 1, "tripped over a derivative"),
        (2.0, &[], 1, "tripped over the batch"),
        (3.0, &[], 1, "tripped over a row"),
        (3.0, &[], 2, "tripped over a row"),
    ] {
        let mut model = stumbling(trips_in);
        let batch = || Batch { sensitivities, max_threads, ..Batch::new(&[1.0, 2.0, 3.0]) };
        stumbled(model.evaluate(batch()), words);
        let again = model.evaluate(batch()).unwrap_err().to_string();
        assert!(again.contains("the instance broke in an earlier call: panic at "), "{again}");
    }
}

#[test]
fn an_experiment_for_which_the_model_declines_has_differences() {
    let mut model = stumbling(0.0);
    model.bind(&one_step(&[1.0])).unwrap();
    for _ in 0..2 {
        let mut tick = |fraction: f64| (0.0..=1.0).contains(&fraction);
        let batch = Batch { sensitivities: &[0], tick: Some(&mut tick), ..Batch::new(&[2.0, 3.0]) };
        let evaluation = model.evaluate(batch).unwrap();
        assert_eq!((evaluation.values, evaluation.status.len()), (vec![1.0, 1.5], 2));
        // The curve is proportional to its parameter: only rounding over a step of 6e-6 is left.
        assert!(evaluation.jacobian.iter().all(|value| (value - 0.5).abs() < 1e-10), "{:?}", evaluation.jacobian);
    }
    model.bind(&one_step(&[0.0, 1.0])).unwrap();
    let own = model.evaluate(Batch { sensitivities: &[0], ..Batch::new(&[2.0]) }).unwrap();
    assert_eq!(own.jacobian, [1.0, 0.5]);
}

#[test]
fn panics_in_a_linear_response_leave_the_instance_and_the_process_alone() {
    let response = |trips_in| stumbling(trips_in).linear(&[2.0], 300.0).unwrap();
    assert_eq!(response(0.0).unwrap().phi.phi(1.0), 0.5);
    stumbled(response(4.0), "tripped over the response");
    let trips = response(5.0).unwrap();
    // A number is all that the function can answer, and the response is not asked again.
    assert!(trips.phi.phi(1.0).is_nan() && trips.phi.integral(1.0).is_nan());
    drop(response(6.0));
    let mut model = stumbling(4.0);
    assert!(model.linear(&[2.0], 300.0).unwrap().is_err());
    assert_eq!(model.evaluate(Batch::new(&[2.0])).unwrap().values, [2.0, 1.0]);
}

#[test]
fn each_side_releases_what_it_allocated() {
    // The allocator of `stumbling.rs` ends the process otherwise.
    let mut model = stumbling(0.0);
    for max_threads in [1, 3] {
        let rows = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(model.evaluate(Batch { max_threads, ..Batch::new(&rows) }).unwrap().status.len(), 4);
        let wide = model.evaluate(Batch { sensitivities: &[0], ..Batch::new(&rows) }).unwrap();
        assert_eq!(wide.jacobian.len(), 8);
    }
    let response = model.linear(&[2.0], 300.0).unwrap().unwrap();
    drop(model);
    // Also from another thread than the one that asked for it.
    let integral = std::thread::spawn(move || response.phi.integral(1.0)).join();
    assert_eq!(integral.ok(), Some(2f64.ln()));
    stumbled(stumbling(2.0).evaluate(Batch::new(&[1.0])), "tripped over the batch");
    assert!(example("stumbling").instance(&[9.0]).is_err());
}
