//! What `Local` checks, refuses and survives.

use crate::probe::{DRIVE, Probe, experiment};
use kovacs_core::model::{Batch, EvaluationError, Evaluator, RowStatus};
use kovacs_sdk::{About, Capabilities, Curves, Experiment, Local, Model, Origin, Preset, Quantity, Refusal, Run};

fn probe() -> Local<Probe> {
    let mut probe = Local::new(&[]).unwrap();
    probe.bind(&experiment(&["stress"])).unwrap();
    probe
}

fn error<T>(result: Result<T, EvaluationError>) -> String {
    match result {
        Ok(_) => panic!("there is a result"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_description_is_what_the_trait_says() {
    let probe = probe();
    let description = probe.description();
    assert_eq!((description.short_id(), description.version.as_str()), ("probe", "1.2.3"));
    assert_eq!((&description.digest, &description.path), (&None, &None));
    let gain = &description.parameters[0];
    assert_eq!((gain.label.as_str(), gain.interval(), gain.logarithmic), ("gain", "[-10, 1000]".to_owned(), true));
    assert!(description.parameters[1].fixed);
    assert_eq!(description.settings[1].choices, ["plain", "ornate"]);
    assert_eq!(description.preset("loud").unwrap().parameters, [5.0, 1.0]);
    assert_eq!(description.preset("loud").unwrap().settings, None);
    assert_eq!(description.preset("louder").unwrap().settings, Some(vec![3.0, 0.0]));
    let inputs: Vec<&str> = description.inputs.iter().map(|input| input.id.as_str()).collect();
    assert_eq!(inputs, ["time", "temperature", "control", "drive"]);
}

#[test]
fn jumps_have_two_sides_and_the_last_value_is_held() {
    let expected = DRIVE.map(|drive| 2.0 * drive);
    assert_eq!(probe().evaluate(Batch::new(&[1.0, 0.0])).unwrap().values, expected);
}

#[test]
fn columns_come_in_the_order_in_which_they_are_wanted() {
    let mut probe = probe();
    probe.bind(&experiment(&["seed", "stress"])).unwrap();
    let batch = Batch { seeds: &[7, 8], ..Batch::new(&[1.0, 0.0, 2.0, 0.0]) };
    let values = probe.evaluate(batch).unwrap().values;
    let row = |seed: f64, gain: f64| [[seed; 5], DRIVE.map(|drive| 2.0 * gain * drive)].concat();
    assert_eq!(values, [row(7.0, 1.0), row(8.0, 2.0)].concat());
}

#[test]
fn settings_have_defaults_and_bounds() {
    let mut probe = Local::<Probe>::new(&[5.0, 1.0]).unwrap();
    probe.bind(&experiment(&["stress"])).unwrap();
    assert_eq!(probe.evaluate(Batch::new(&[1.0, 0.0])).unwrap().values[4], 15.0);
    let refused = "model `org.example.probe` cannot be made with these settings: ";
    let made = |settings: &[f64]| error(Local::<Probe>::new(settings));
    assert_eq!(made(&[0.0, 0.0]), format!("{refused}setting `factor` = 0 is outside (0, inf)"));
    assert_eq!(made(&[1.0, 0.5]), format!("{refused}setting `kind` = 0.5 is outside [0, 1]"));
    assert_eq!(made(&[1.0]), format!("{refused}1 values for 2 settings"));
    assert_eq!(made(&[60.0, 0.0]), format!("{refused}setting `factor`: more than the scale has"));
    let panic = made(&[50.0, 0.0]);
    assert!(panic.starts_with("model `org.example.probe` failed: panic at ") && panic.contains("the factor fifty"));
}

#[test]
fn a_refused_row_names_its_parameter_and_leaves_the_others() {
    let evaluation = probe().evaluate(Batch::new(&[1.0, 0.0, -1.0, 0.0, -2.0, 0.0])).unwrap();
    use RowStatus::{Done, Rejected};
    assert_eq!(evaluation.status, [Done, Rejected, Rejected]);
    assert_eq!(evaluation.message.as_deref(), Some("row 1: parameter `gain`: must not be negative"));
    assert!(evaluation.values[5..].iter().all(|value| value.is_nan()));
}

#[test]
fn a_broken_model_is_not_used_again() {
    for (gain, reason) in [(100.0, "the needle has left the scale"), (200.0, "the gain two hundred")] {
        let mut probe = probe();
        let first = error(probe.evaluate(Batch::new(&[gain, 0.0])));
        assert!(first.starts_with("model `org.example.probe` failed: ") && first.contains(reason), "{first}");
        let later = error(probe.evaluate(Batch::new(&[1.0, 0.0])));
        assert!(later.contains("the instance broke in an earlier call: ") && later.contains(reason), "{later}");
    }
}

#[test]
fn a_refused_experiment_leaves_none() {
    let mut probe = probe();
    let mut heated = experiment(&["stress"]);
    heated.history.temperature[3] = 310.0;
    let refused = "model `org.example.probe` cannot do this protocol: the temperature must not change";
    assert_eq!(error(probe.bind(&heated)), refused);
    assert_eq!(error(probe.evaluate(Batch::new(&[1.0, 0.0]))), "malformed experiment: no experiment is bound");
}

#[test]
fn progress_is_that_of_the_whole_batch_and_can_stop_it() {
    let mut probe = probe();
    let rows = [1.0, 0.0, 2.0, 0.0, 3.0, 0.0, 4.0, 0.0];
    let mut seen = Vec::new();
    let mut tick = |fraction: f64| {
        seen.push(fraction);
        fraction < 0.5
    };
    let evaluation = probe.evaluate(Batch { tick: Some(&mut tick), ..Batch::new(&rows) }).unwrap();
    use RowStatus::{Cancelled, Done};
    assert_eq!((seen, evaluation.status), (vec![0.125, 0.375, 0.625], vec![Done, Done, Cancelled, Cancelled]));
    assert_eq!(probe.evaluate(Batch::new(&rows)).unwrap().status, [Done, Done, Done, Done]);
}

#[test]
fn a_panic_of_the_caller_goes_on_and_does_not_break_the_model() {
    let mut probe = probe();
    let mut tick = |_: f64| -> bool { std::panic::resume_unwind(Box::new("mine")) };
    let batch = Batch { tick: Some(&mut tick), ..Batch::new(&[1.0, 0.0]) };
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| probe.evaluate(batch)));
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"mine"));
    assert!(probe.evaluate(Batch::new(&[1.0, 0.0])).is_ok());
}

/// A model whose description cannot hold together.
struct Muddled;

impl Model for Muddled {
    const CAPABILITIES: Capabilities = Capabilities::NONE;

    fn about() -> About {
        About { id: "org.example.muddled", ..Probe::about() }
    }

    fn parameters() -> Vec<Quantity> {
        vec![Quantity::new("gain")]
    }

    fn outputs() -> Vec<Quantity> {
        vec![Quantity::new("stress")]
    }

    fn presets() -> Vec<Preset> {
        vec![Preset::new("quiet", Origin::Paper).parameter("gian", 0.1)]
    }

    fn new(_settings: &[f64]) -> Result<Self, Refusal> {
        Ok(Muddled)
    }

    fn bind(&mut self, _experiment: &Experiment<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn evaluate(&mut self, _parameters: &[f64], _out: &mut Curves<'_>, _run: &mut Run<'_>) -> Result<(), Refusal> {
        Ok(())
    }
}

#[test]
fn a_parameter_set_with_a_typing_error_is_found_when_the_model_is_made() {
    let expected = "model `org.example.muddled` failed: parameter set `quiet` names `gian`, which is unknown";
    assert_eq!(error(Local::<Muddled>::new(&[])), expected);
}
