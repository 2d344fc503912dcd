//! A library that runs: a correct model in C, and what happens when it does not keep its word.

use crate::support::{Folder, by_path, one_step};
use kovacs_core::model::{Batch, EvaluationError, Evaluator, RowStatus};
use kovacs_host::{Instance, ModelHandle};

fn load(folder: &Folder, macros: &[&str]) -> Option<ModelHandle> {
    let path = folder.compile("maxwell_c", macros)?;
    Some(by_path().load(path.to_str().expect("the path is ASCII")).unwrap())
}

/// A bound instance of the C model with this macro; results at 0, 10 and 100 s.
fn instance(macros: &[&str]) -> Option<Instance> {
    let mut instance = load(&Folder::new(), macros)?.instance(&[]).unwrap();
    instance.bind(&one_step(&[0.0, 10.0, 100.0])).unwrap();
    Some(instance)
}

fn message(error: EvaluationError) -> String {
    error.to_string()
}

#[test]
fn a_model_in_c_computes() {
    let Some(mut model) = instance(&[]) else { return };
    let evaluation = model.evaluate(Batch::new(&[1000.0, 100.0, 500.0, 10.0])).unwrap();
    assert_eq!(evaluation.status, [RowStatus::Done, RowStatus::Done]);
    assert_eq!(evaluation.message, None);
    let exact = |modulus: f64, tau: f64| [0.0, 10.0, 100.0].map(|t: f64| modulus * 0.01 * (-t / tau).exp());
    let expected = [exact(1000.0, 100.0), exact(500.0, 10.0)].concat();
    for (value, expected) in evaluation.values.iter().zip(&expected) {
        // The `exp` of two mathematics libraries may differ in the last bit.
        assert!((value - expected).abs() <= 4.0 * f64::EPSILON * expected.abs(), "{value} {expected}");
    }
}

#[test]
fn its_description_is_owned_and_complete() {
    let folder = Folder::new();
    let Some(handle) = load(&folder, &[]) else { return };
    let description = handle.description();
    assert_eq!((handle.id(), description.short_id()), ("org.example.maxwell_c", "maxwell_c"));
    assert_eq!(description.digest.as_deref(), Some(handle.digest()));
    assert_eq!((handle.digest().len(), handle.build()), (64, "cc"));
    let time = &description.parameters[1];
    assert_eq!((time.id.as_str(), time.unit.as_str(), time.interval()), ("relaxation_time", "s", "(0, 1e6]".into()));
    assert!(time.logarithmic && time.open_lower && !time.open_upper && !time.integer);
    assert_eq!(description.preset("soft").unwrap().parameters, [2.0, 10.0]);
    assert_eq!(description.inputs.len(), 2);
    assert!(description.capabilities.continuous && !description.capabilities.stress);
    assert_eq!(handle.log(), [(1, "hello".to_owned())]);
}

#[test]
fn structs_of_a_later_minor_are_stepped_through() {
    let Some(mut model) = instance(&["LATER_MINOR"]) else { return };
    let ids: Vec<&str> = model.description().parameters.iter().map(|quantity| quantity.id.as_str()).collect();
    assert_eq!(ids, ["modulus", "relaxation_time"]);
    let evaluation = model.evaluate(Batch::new(&[1000.0, 100.0])).unwrap();
    assert_eq!(evaluation.values[0], 10.0);
}

#[test]
fn a_parameter_outside_its_bounds_never_reaches_the_model() {
    let Some(mut model) = instance(&[]) else { return };
    let refused = |model: &mut Instance, value: f64| message(model.evaluate(Batch::new(&[1.0, value])).unwrap_err());
    let model_says = "model `org.example.maxwell_c`: parameter `relaxation_time`";
    assert_eq!(refused(&mut model, 0.0), format!("{model_says} = 0 s is outside (0, 1e6]"));
    assert_eq!(refused(&mut model, 2e6), format!("{model_says} = 2e6 s is outside (0, 1e6]"));
    assert_eq!(refused(&mut model, f64::NAN), format!("{model_says} = NaN s is outside (0, 1e6]"));
    let odd = model.evaluate(Batch::new(&[1.0, 2.0, 3.0])).unwrap_err();
    assert_eq!(message(odd), "malformed experiment: 3 values are no whole number of rows of 2 parameters");
    let seeds = model.evaluate(Batch { seeds: &[1, 2], ..Batch::new(&[1.0, 2.0]) }).unwrap_err();
    assert_eq!(message(seeds), "malformed experiment: 2 seeds for 1 rows");
}

#[test]
fn a_refused_row_leaves_the_others() {
    let Some(mut model) = instance(&[]) else { return };
    let evaluation = model.evaluate(Batch::new(&[1.0, 1.0, 1.0, 1e-4, 1.0, 2e-4, 1.0, 5.0])).unwrap();
    use RowStatus::{Done, Rejected};
    assert_eq!(evaluation.status, [Done, Rejected, Rejected, Done]);
    assert_eq!(evaluation.message.as_deref(), Some("row 1: parameter `relaxation_time`: too fast to resolve"));
    let is_nan: Vec<bool> = evaluation.values.iter().map(|value| value.is_nan()).collect();
    assert_eq!(is_nan, [[false; 3], [true; 3], [true; 3], [false; 3]].concat());
}

#[test]
fn the_model_refuses_a_protocol_in_its_own_words() {
    let Some(mut model) = instance(&[]) else { return };
    let mut experiment = one_step(&[0.0]);
    experiment.history.drive[1] = 0.02;
    let refused = message(model.bind(&experiment).unwrap_err());
    assert_eq!(refused, "model `org.example.maxwell_c` cannot do this protocol: the strain must not change");
    // What was bound before is gone.
    let unbound = message(model.evaluate(Batch::new(&[1.0, 1.0])).unwrap_err());
    assert_eq!(unbound, "malformed experiment: no experiment is bound");
}

#[test]
fn malformed_experiments_are_refused_before_the_model_sees_them() {
    let Some(mut model) = instance(&[]) else { return };
    let mut check = |change: &dyn Fn(&mut kovacs_core::model::Experiment), expected: &str| {
        let mut experiment = one_step(&[0.0, 1.0]);
        change(&mut experiment);
        assert_eq!(message(model.bind(&experiment).unwrap_err()), format!("malformed experiment: {expected}"));
    };
    check(
        &|it| it.wanted = vec!["volume".into()],
        "model `org.example.maxwell_c` has no output `volume`; it has `stress`",
    );
    check(&|it| it.wanted.push("stress".into()), "output `stress` is wanted twice");
    check(&|it| it.wanted.clear(), "no output is wanted");
    check(&|it| it.times = vec![1.0, 0.5], "output time 1 is 0.5 s, after an output time of 1 s");
    check(&|it| it.times[0] = -1.0, "output time 0 is -1 s, before the first node at 0 s");
    check(&|it| it.times[1] = f64::NAN, "output time 1 is NaN");
    check(&|it| it.before = vec![true], "2 output times but 1 flags `before`");
    check(&|it| it.history = Default::default(), "the history has no node");
    check(&|it| it.history.drive[1] = f64::INFINITY, "`drive` of node 1 is inf");
    check(&|it| it.history.time[1] = -5.0, "`time` falls from 0 s to -5 s at node 1");
    check(&|it| it.history.temperature[0] = 0.0, "`temperature` of node 0 is 0 K");
    check(&|it| it.history.control[1] = 1.0, "`control` changes between 0 s and 1000 s, not at a jump");
    check(&|it| it.history.control[0] = 0.5, "`control` of node 0 is 0.5, neither 0 (strain) nor 1 (stress)");
    check(&|it| it.history.drive.truncate(1), "the history has 2 times but 1 values of `drive`");
    let jump = |it: &mut kovacs_core::model::Experiment| {
        for _ in 0..2 {
            it.history.push(1000.0, 300.0, kovacs_core::Control::Strain, 0.01);
        }
    };
    check(&jump, "more than two nodes at 1000 s: a jump has a left and a right value");
}

#[test]
fn a_run_reports_progress_and_stops_when_asked() {
    let Some(mut model) = instance(&[]) else { return };
    let rows = [1.0, 1.0, 1.0, 2.0, 1.0, 3.0, 1.0, 4.0];
    let mut seen = Vec::new();
    let mut tick = |fraction: f64| {
        seen.push(fraction);
        fraction < 0.5
    };
    let evaluation = model.evaluate(Batch { tick: Some(&mut tick), ..Batch::new(&rows) }).unwrap();
    use RowStatus::{Cancelled, Done};
    assert_eq!(seen, [0.0, 0.25, 0.5]);
    assert_eq!(evaluation.status, [Done, Done, Cancelled, Cancelled]);
    assert!(evaluation.values[..6].iter().all(|value| value.is_finite()));
    assert!(evaluation.values[6..].iter().all(|value| value.is_nan()));
    assert_eq!(model.evaluate(Batch::new(&rows)).unwrap().status, [Done, Done, Done, Done]);
}

#[test]
fn a_panic_of_the_caller_passes_by_the_model() {
    let Some(mut model) = instance(&[]) else { return };
    let mut tick = |_: f64| -> bool { std::panic::resume_unwind(Box::new("mine")) };
    let batch = Batch { tick: Some(&mut tick), ..Batch::new(&[1.0, 1.0]) };
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| model.evaluate(batch)));
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"mine"));
    assert!(model.evaluate(Batch::new(&[1.0, 1.0])).is_ok());
}

#[test]
fn a_result_that_is_not_a_number_is_not_a_result() {
    let Some(mut model) = instance(&["NAN_RESULT"]) else { return };
    let evaluation = model.evaluate(Batch::new(&[1.0, 1.0])).unwrap();
    assert_eq!(evaluation.status, [RowStatus::Rejected]);
    assert_eq!(evaluation.message.as_deref(), Some("row 0: the model gave `stress` = NaN at 10 s"));
    assert!(evaluation.values.iter().all(|value| value.is_nan()));
}

#[test]
fn an_instance_that_broke_is_not_called_again() {
    let Some(mut model) = instance(&["BREAKS"]) else { return };
    let failure = "model `org.example.maxwell_c` failed: ";
    let first = message(model.evaluate(Batch::new(&[1.0, 1.0])).unwrap_err());
    assert_eq!(first, format!("{failure}lost my tables"));
    let second = message(model.bind(&one_step(&[0.0])).unwrap_err());
    assert_eq!(second, format!("{failure}the instance broke in an earlier call: lost my tables"));
}

#[test]
fn answers_that_make_no_sense_are_failures() {
    let check = |name, expected: &str| {
        let Some(mut model) = instance(&[name]) else { return };
        let found = message(model.evaluate(Batch::new(&[1.0, 1.0])).unwrap_err());
        assert_eq!(found, format!("model `org.example.maxwell_c` failed: {expected}"));
    };
    check("SILENT_ROW", "it left row 0 with the status 2");
    check("STRAY_CANCEL", "the model stopped although nobody had asked it to");
    check("UNKNOWN_STATUS", "it answers the unknown status 42 ()");
}

#[test]
fn a_batch_refused_as_a_whole_is_refused_rows() {
    let Some(mut model) = instance(&["REJECTS_ALL"]) else { return };
    let evaluation = model.evaluate(Batch::new(&[1.0, 1.0, 1.0, 2.0])).unwrap();
    assert_eq!(evaluation.status, [RowStatus::Rejected, RowStatus::Rejected]);
    assert_eq!(evaluation.message.as_deref(), Some("not today"));
}

#[test]
fn an_instance_that_cannot_be_made_says_why() {
    let check = |name, expected: &str| {
        let Some(handle) = load(&Folder::new(), &[name]) else { return };
        let Err(error) = handle.instance(&[]) else { panic!("there is an instance") };
        assert_eq!(message(error), expected);
    };
    check("CREATE_REJECTS", "model `org.example.maxwell_c` cannot be made with these settings: no licence server");
    check("NULL_INSTANCE", "model `org.example.maxwell_c` failed: `create` answered OK without an instance");
    let Some(handle) = load(&Folder::new(), &[]) else { return };
    let Err(error) = handle.instance(&[1.0]) else { panic!("there is an instance") };
    let expected = "model `org.example.maxwell_c` cannot be made with these settings: 1 values for 0 settings";
    assert_eq!(message(error), expected);
}

#[test]
fn instances_are_independent_and_move_between_threads() {
    let folder = Folder::new();
    let Some(handle) = load(&folder, &[]) else { return };
    let workers: Vec<_> = (1..=8)
        .map(|worker| {
            let mut model = handle.instance(&[]).unwrap();
            model.bind(&one_step(&[0.0, 10.0])).unwrap();
            std::thread::spawn(move || model.evaluate(Batch::new(&[f64::from(worker), 10.0])).unwrap().values)
        })
        .collect();
    for (worker, thread) in (1..=8).zip(workers) {
        let alone = {
            let mut model = handle.instance(&[]).unwrap();
            model.bind(&one_step(&[0.0, 10.0])).unwrap();
            model.evaluate(Batch::new(&[f64::from(worker), 10.0])).unwrap().values
        };
        assert_eq!(thread.join().unwrap(), alone);
    }
}

#[test]
fn results_of_nothing_are_empty() {
    let Some(mut model) = instance(&[]) else { return };
    let nothing = model.evaluate(Batch::new(&[])).unwrap();
    assert_eq!((nothing.values.len(), nothing.status.len()), (0, 0));
    model.bind(&one_step(&[])).unwrap();
    let no_times = model.evaluate(Batch::new(&[1.0, 1.0])).unwrap();
    assert_eq!((no_times.values.len(), no_times.status), (0, vec![RowStatus::Done]));
}
