//! A loaded library and the same model linked into this program give the same bits and the same words.

use kovacs_core::model::{Batch, Evaluator, Experiment};
use kovacs_core::{History, Protocol, TwoStep};
use kovacs_host::Models;
use kovacs_sdk::{Local, Model};

/// The library that cargo built beside this test.
fn plugin(id: &str) -> Box<dyn Evaluator> {
    let handle = Models::discover().load(id).expect("cargo builds the plugins before the tests that depend on them");
    Box::new(handle.instance(&[]).expect("the model takes its default settings"))
}

fn linked<M: Model>() -> Box<dyn Evaluator> {
    Box::new(Local::<M>::new(&[]).expect("the model takes its default settings"))
}

/// Two steps with ramps and without, a staircase, a recovery, a change of temperature; results before and after each
/// jump.
fn experiments(temperature: f64, outputs: &[&str]) -> Vec<Experiment> {
    let ramped = TwoStep { ramp: Some(0.15), ..TwoStep::new(0.005, 0.003, 900.0, temperature) };
    let staircase = Protocol::at(temperature).step(0.01).hold(10.0).step(0.02).hold(1e4).ramp(0.0, 30.0).hold(1e5);
    let mut histories: Vec<History> = [TwoStep::new(0.005, 0.003, 900.0, temperature), ramped]
        .iter()
        .map(|test| test.protocol().and_then(|protocol| protocol.nodes()).expect("the test is well formed"))
        .collect();
    let recovery = Protocol::at(temperature).step(0.005).hold(900.0).stress_step(0.0).hold(1e4);
    let heated = Protocol::at(temperature).step(0.005).hold(900.0).temperature_ramp(temperature + 5.0, 60.0).hold(1e3);
    for protocol in [staircase, recovery, heated] {
        histories.push(protocol.nodes().expect("the protocol is well formed"));
    }
    histories.into_iter().map(|history| with_times(history, outputs)).collect()
}

/// Results before and after every node and at 60 times between the first and the last one.
fn with_times(history: History, outputs: &[&str]) -> Experiment {
    let (first, last) = (history.time[0], history.time[history.len() - 1]);
    let mut times: Vec<(f64, bool)> = history.time.iter().flat_map(|&time| [(time, true), (time, false)]).collect();
    times.extend((0..60).map(|index| (first + (last - first) * (f64::from(index) / 59.0).powi(4), false)));
    times.sort_by(|a, b| a.partial_cmp(b).expect("times are numbers"));
    Experiment {
        history,
        times: times.iter().map(|(time, _)| *time).collect(),
        before: times.iter().map(|(_, before)| *before).collect(),
        wanted: outputs.iter().map(|&output| output.to_owned()).collect(),
    }
}

/// Every parameter set of the model, and the defaults.
fn rows(model: &dyn Evaluator) -> Vec<f64> {
    let description = model.description();
    let mut rows = description.defaults();
    rows.extend(description.presets.iter().flat_map(|preset| preset.parameters.clone()));
    rows
}

fn check<M: Model>(id: &str, outputs: &[&str]) {
    let (mut plugin, mut linked) = (plugin(id), linked::<M>());

    // The same description but for where it comes from.
    let mut description = plugin.description().clone();
    assert!(description.digest.take().is_some() && description.path.take().is_some());
    assert_eq!(&description, linked.description());

    for temperature in [318.0, 593.0] {
        for experiment in experiments(temperature, outputs) {
            plugin.bind(&experiment).expect("the protocol is within the model's reach");
            linked.bind(&experiment).expect("the protocol is within the model's reach");
            let rows = rows(&*linked);
            let (here, there) =
                (linked.evaluate(Batch::new(&rows)).unwrap(), plugin.evaluate(Batch::new(&rows)).unwrap());
            assert_eq!((&here.status, &here.message), (&there.status, &there.message));
            let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<u64>>();
            assert_eq!(bits(&here.values), bits(&there.values));
            assert!(here.values.iter().any(|value| *value > 0.0));
        }
    }

    // The same words for what both refuse.
    let mut refused = experiments(593.0, outputs).remove(0);
    refused.history.temperature[0] = 0.0;
    assert_eq!(plugin.bind(&refused), linked.bind(&refused));
    assert!(linked.bind(&refused).is_err());
    let experiment = experiments(593.0, outputs).remove(0);
    plugin.bind(&experiment).expect("the protocol is within the model's reach");
    linked.bind(&experiment).expect("the protocol is within the model's reach");
    let outside = vec![f64::INFINITY; linked.description().parameters.len()];
    assert_eq!(plugin.evaluate(Batch::new(&outside)), linked.evaluate(Batch::new(&outside)));
}

#[test]
fn kww_gives_the_same_bits() {
    check::<kovacs_linear::Kww>("kww", &["stress", "strain"]);
}

#[test]
fn prony_gives_the_same_bits() {
    check::<kovacs_linear::Prony>("prony", &["stress", "strain"]);
}

#[test]
fn aoi_gives_the_same_bits() {
    check::<kovacs_aoi::Aoi>("aoi", &["strain", "stress"]);
}

#[test]
fn a_batch_gives_the_bits_of_its_rows() {
    let mut model = plugin("aoi");
    let experiment = experiments(593.0, &["stress"]).remove(0);
    model.bind(&experiment).unwrap();
    let rows = rows(&*model);
    let width = model.description().parameters.len();
    let together = model.evaluate(Batch::new(&rows)).unwrap().values;
    let singly: Vec<f64> = rows.chunks(width).flat_map(|row| model.evaluate(Batch::new(row)).unwrap().values).collect();
    assert_eq!(together, singly);
}
