//! A model in a process of its own: what happens to it does not happen to this process.

use crate::support::{Folder, built_example, by_path, one_step};
use kovacs_core::linear_response::RelaxationFunction;
use kovacs_core::model::{Batch, EvaluationError, Evaluator, RowStatus};
use kovacs_host::worker::{Isolated, WorkerProgram};
use kovacs_host::{ModelHandle, Models};
use std::path::PathBuf;
use std::time::Duration;

fn worker() -> WorkerProgram {
    WorkerProgram::at(built_example("worker"))
}

fn load(macros: &[&str]) -> Option<ModelHandle> {
    let folder = Folder::new();
    let path = folder.compile("maxwell_c", macros)?;
    Some(by_path().load(path.to_str().unwrap()).unwrap())
}

/// A bound instance of the C model that misbehaves at some moduli; results at 0, 10 and 100 s.
fn misbehaving() -> Option<Isolated> {
    let folder = Folder::new();
    let path = folder.compile("maxwell_c", &["MISBEHAVES"])?;
    let handle = by_path().load(path.to_str().unwrap()).unwrap();
    let mut model = handle.isolated_in(worker(), &[]).unwrap();
    model.bind(&one_step(&[0.0, 10.0, 100.0])).unwrap();
    Some(model)
}

/// The model fails with these words at one modulus, and computes as before at the next call.
fn check(model: &mut Isolated, modulus: f64, expected: &str) {
    let before = model.process_id();
    let error = model.evaluate(Batch::new(&[modulus, 100.0])).unwrap_err();
    assert_eq!(error.to_string(), format!("model `org.example.maxwell_c` failed: {expected}"));
    assert_eq!(model.process_id(), None);
    let evaluation = model.evaluate(Batch::new(&[1000.0, 100.0])).unwrap();
    assert_eq!((evaluation.values[0], &evaluation.status[..]), (10.0, &[RowStatus::Done][..]));
    assert!(model.process_id().is_some() && model.process_id() != before);
}

const ANEW: &str = "the worker is started anew at the next call";

#[test]
fn an_isolated_model_gives_the_same_bits() {
    for name in ["kww", "prony", "aoi"] {
        let handle = Models::discover().load(name).unwrap();
        let mut direct = handle.instance(&[]).unwrap();
        let mut isolated = handle.isolated_in(worker(), &[]).unwrap();
        assert_eq!(isolated.description(), direct.description());
        let mut experiment = one_step(&[0.0, 1e-3, 1.0, 77.7, 1000.0]);
        experiment.history.temperature.fill(593.0);
        experiment.before = vec![true, false, false, false, true];
        direct.bind(&experiment).unwrap();
        isolated.bind(&experiment).unwrap();
        let defaults = handle.description().defaults();
        let rows = [defaults.clone(), defaults].concat();
        let free: Vec<usize> = (0..handle.description().parameters.len())
            .filter(|&index| !handle.description().parameters[index].integer)
            .collect();
        let batch = || Batch { sensitivities: &free, seeds: &[1, 2], ..Batch::new(&rows) };
        let (expected, found) = (direct.evaluate(batch()).unwrap(), isolated.evaluate(batch()).unwrap());
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&found.values), bits(&expected.values), "{name}");
        assert_eq!(bits(&found.jacobian), bits(&expected.jacobian), "{name}");
        assert_eq!((found.status, found.message), (expected.status, expected.message));
    }
}

#[test]
fn crashes_and_ends_of_a_model_are_errors_of_one_call() {
    let Some(mut model) = misbehaving() else { return };
    check(&mut model, 661.0, &format!("the plugin crashed: SIGSEGV in evaluate; {ANEW}"));
    check(&mut model, 662.0, &format!("the plugin crashed: SIGABRT in evaluate; {ANEW}"));
    check(&mut model, 664.0, &format!("the plugin ended its process with exit code 3 in evaluate; {ANEW}"));
}

#[test]
fn what_a_model_prints_is_kept_for_the_message_and_disturbs_no_answer() {
    let Some(mut model) = misbehaving() else { return };
    let words = "the last it wrote: this is no answer\nthe tables of 1867 are lost\n";
    check(&mut model, 665.0, &format!("the plugin crashed: SIGSEGV in evaluate; {ANEW}\n{}", words.trim_end()));
}

#[test]
fn a_model_that_hangs_is_stopped() {
    let Some(model) = misbehaving() else { return };
    let mut model = model.with_patience(Duration::from_millis(500));
    let words = format!("the plugin gave no sign of life for 0.5 s in evaluate and was stopped; {ANEW}");
    check(&mut model, 663.0, &words);
    let words = format!("the worker gave no answer, because it closed its pipe, in evaluate and was stopped; {ANEW}");
    check(&mut model, 666.0, &words);
}

#[test]
fn noise_on_the_pipe_is_no_answer() {
    let Some(mut model) = misbehaving() else { return };
    let words = "the worker gave a message of 4294967295 bytes, more than the limit of 1073741824 in evaluate and was \
                 stopped";
    check(&mut model, 667.0, &format!("{words}; {ANEW}"));
}

#[test]
fn a_signal_from_outside_is_survived() {
    let Some(mut model) = misbehaving() else { return };
    let worker = rustix::process::Pid::from_raw(model.process_id().unwrap() as i32).unwrap();
    // The first SIGSEGV that did not come of an access to memory is taken by Rust's guard of the stack.
    rustix::process::kill_process(worker, rustix::process::Signal::KILL).unwrap();
    let error = model.evaluate(Batch::new(&[1000.0, 100.0])).unwrap_err().to_string();
    assert_eq!(error, format!("model `org.example.maxwell_c` failed: the plugin crashed: SIGKILL in evaluate; {ANEW}"));
    assert!(model.evaluate(Batch::new(&[1000.0, 100.0])).is_ok());
}

#[test]
fn a_run_reports_progress_and_stops_when_asked() {
    let Some(mut model) = misbehaving() else { return };
    let rows: Vec<f64> = (1..=4).flat_map(|row| [1000.0, f64::from(row)]).collect();
    let mut fractions = Vec::new();
    let mut watch = |fraction: f64| {
        fractions.push(fraction);
        true
    };
    let evaluation = model.evaluate(Batch { tick: Some(&mut watch), ..Batch::new(&rows) }).unwrap();
    assert_eq!(evaluation.status, vec![RowStatus::Done; 4]);
    assert_eq!(fractions[0], 0.0);
    let worker = model.process_id();
    let evaluation = model.evaluate(Batch { tick: Some(&mut |_| false), ..Batch::new(&rows) }).unwrap();
    assert_eq!(evaluation.status, vec![RowStatus::Cancelled; 4]);
    assert!(evaluation.values.iter().all(|value| value.is_nan()));
    assert_eq!(model.process_id(), worker, "a model that stops by itself keeps its worker");
}

#[test]
fn a_model_that_hangs_is_stopped_when_the_program_wants_to() {
    let Some(mut model) = misbehaving() else { return };
    let mut calls = 0;
    // Row 0 asks `tick`; row 1 hangs, and the program goes on being asked.
    let mut stop_later = |_: f64| {
        calls += 1;
        calls < 4
    };
    let rows = [1000.0, 100.0, 663.0, 100.0];
    let evaluation = model.evaluate(Batch { tick: Some(&mut stop_later), ..Batch::new(&rows) }).unwrap();
    assert_eq!(evaluation.status, vec![RowStatus::Cancelled; 2]);
    assert_eq!(model.process_id(), None);
    assert!(model.evaluate(Batch::new(&[1000.0, 100.0])).is_ok());
}

#[test]
fn a_panic_of_the_caller_takes_the_worker_with_it() {
    let Some(mut model) = misbehaving() else { return };
    let mut tick = |_: f64| -> bool { std::panic::resume_unwind(Box::new("mine")) };
    let batch = Batch { tick: Some(&mut tick), ..Batch::new(&[1.0, 1.0]) };
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| model.evaluate(batch)));
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"mine"));
    assert_eq!(model.process_id(), None);
    assert!(model.evaluate(Batch::new(&[1.0, 1.0])).is_ok());
}

#[test]
fn refusals_are_those_of_the_model() {
    let handle = match load(&["MISBEHAVES"]) {
        Some(handle) => handle,
        None => return,
    };
    let mut isolated = handle.isolated_in(worker(), &[]).unwrap();
    let mut direct = handle.instance(&[]).unwrap();
    let unbound = |model: &mut dyn Evaluator| model.evaluate(Batch::new(&[1.0, 1.0])).unwrap_err();
    assert_eq!(unbound(&mut isolated), unbound(&mut direct));
    let mut moving = one_step(&[0.0]);
    moving.history.drive[1] = 0.02;
    let refused = |model: &mut dyn Evaluator| model.bind(&moving).unwrap_err();
    assert_eq!(refused(&mut isolated), refused(&mut direct));
    let worker = isolated.process_id();
    for model in [&mut isolated as &mut dyn Evaluator, &mut direct] {
        model.bind(&one_step(&[0.0, 1.0])).unwrap();
    }
    let outside = |model: &mut dyn Evaluator| model.evaluate(Batch::new(&[-1.0, 1.0])).unwrap_err();
    assert_eq!(outside(&mut isolated), outside(&mut direct));
    let row = |model: &mut dyn Evaluator| {
        let evaluation = model.evaluate(Batch::new(&[1.0, 1.0, 1.0, 1e-4])).unwrap();
        (evaluation.status, evaluation.message)
    };
    assert_eq!(row(&mut isolated), row(&mut direct));
    assert_eq!(isolated.process_id(), worker);
}

#[test]
fn a_model_that_dies_while_it_is_made_or_bound_says_so() {
    let Some(handle) = load(&["CRASHES_IN_CREATE"]) else { return };
    let Err(error) = handle.isolated_in(worker(), &[]) else { panic!("there is an instance") };
    let died =
        |call: &str| format!("model `org.example.maxwell_c` failed: the plugin crashed: SIGSEGV in {call}; {ANEW}");
    assert_eq!(error.to_string(), died("create"));
    let Some(handle) = load(&["CRASHES_IN_BIND"]) else { return };
    let mut model = handle.isolated_in(worker(), &[]).unwrap();
    assert_eq!(model.bind(&one_step(&[0.0])).unwrap_err().to_string(), died("bind"));
    let unbound = model.evaluate(Batch::new(&[1.0, 1.0])).unwrap_err().to_string();
    assert_eq!(unbound, "malformed experiment: no experiment is bound");
}

#[test]
fn a_worker_that_is_none_is_told_with_the_remedy() {
    let Some(handle) = load(&[]) else { return };
    let message = |program: PathBuf| {
        let Err(error) = handle.isolated_in(WorkerProgram::at(program), &[]) else { panic!("there is an instance") };
        error.to_string()
    };
    let failed = "model `org.example.maxwell_c` failed: ";
    let missing = Folder::new().path().join("kovacs");
    let expected =
        format!("{failed}the worker `{}` cannot be started: No such file or directory (os error 2)", missing.display());
    assert_eq!(message(missing), expected);
    let expected = format!("{failed}the plugin ended its process with exit code 0 in the first word; {ANEW}");
    assert_eq!(message("/bin/true".into()), expected);
    // This test has not offered to play the role, so it is not started again.
    if std::env::var_os("KOVACS_WORKER").is_none() {
        let Err(error) = handle.isolated(&[]) else { panic!("there is an instance") };
        let expected = "this program cannot play the worker of an isolated model; set KOVACS_WORKER to the absolute path \
                        of `kovacs`";
        assert_eq!(error.to_string(), format!("{failed}{expected}"));
    }
}

#[test]
fn a_reload_leaves_the_worker_its_code() {
    let folder = Folder::new();
    let Some(path) = folder.compile("maxwell_c", &["MISBEHAVES"]) else { return };
    let mut handle = by_path().load(path.to_str().unwrap()).unwrap();
    let mut old = handle.isolated_in(worker(), &[]).unwrap();
    old.bind(&one_step(&[0.0])).unwrap();
    folder.compile("maxwell_c", &["MISBEHAVES", "REBUILT"]);
    handle.reload().unwrap();
    // Also after it was started anew: it opens the private copy, not the file.
    assert!(old.evaluate(Batch::new(&[661.0, 1.0])).is_err());
    assert!(matches!(old.evaluate(Batch::new(&[1.0, 1e8])), Err(EvaluationError::ParameterOutOfBounds { .. })));
    assert!(old.evaluate(Batch::new(&[1.0, 1.0])).is_ok());
    let mut new = handle.isolated_in(worker(), &[]).unwrap();
    new.bind(&one_step(&[0.0])).unwrap();
    assert!(new.evaluate(Batch::new(&[1.0, 1e8])).is_ok());
}

#[test]
fn the_linear_response_stays_in_the_worker_and_gives_the_same_bits() {
    let Some(handle) = load(&["MISBEHAVES"]) else { return };
    let direct = handle.instance(&[]).unwrap();
    let mut isolated = handle.isolated_in(worker(), &[]).unwrap();
    let parameters = handle.description().defaults();
    let (expected, found) = match (direct.linear(&parameters, 593.0), isolated.linear(&parameters, 593.0)) {
        (Some(expected), Some(found)) => (expected.unwrap(), found.unwrap()),
        (expected, found) => panic!("only one of them is linear: {expected:?} {found:?}"),
    };
    assert_eq!((found.moduli, &found.spectrum), (expected.moduli, &expected.spectrum));
    assert_eq!(found.phi.longest_time(), expected.phi.longest_time());
    let values = |phi: &dyn RelaxationFunction| {
        [1e-3, 1.0, 1e4].map(|time| [phi.phi(time), phi.integral(time), phi.ln_rate(time)].map(f64::to_bits))
    };
    assert_eq!(values(&*found.phi), values(&*expected.phi));
    // A new worker is asked for the function again.
    let worker = rustix::process::Pid::from_raw(isolated.process_id().unwrap() as i32).unwrap();
    rustix::process::kill_process(worker, rustix::process::Signal::KILL).unwrap();
    assert!(isolated.bind(&one_step(&[0.0])).is_err());
    assert_eq!(values(&*found.phi), values(&*expected.phi));
    drop(found);
    let outside = isolated.linear(&[f64::NAN, 1.0], 593.0).expect("the model is linear").unwrap_err();
    assert!(matches!(outside, EvaluationError::ParameterOutOfBounds { .. }), "{outside}");
}

#[test]
fn a_worker_ends_with_the_program() {
    let Some(model) = misbehaving() else { return };
    let worker = rustix::process::Pid::from_raw(model.process_id().unwrap() as i32).unwrap();
    drop(model);
    // Dropping waits for the end, so the number is free or somebody else's by now.
    assert!(rustix::process::test_kill_process(worker).is_err());
}
