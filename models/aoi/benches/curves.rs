//! How long a curve and a hump take.
//!
//! `cargo bench -p kovacs-aoi`

use divan::{Bencher, black_box};
use kovacs_aoi::Aoi;
use kovacs_core::glasses::GLASSES;
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{Batch, Evaluator, Experiment};
use kovacs_core::{Protocol, observe_second_stage};
use kovacs_sdk::Local;

fn main() {
    divan::main();
}

/// One row of a fit: 400 stresses of a bound two-step test.
#[divan::bench]
fn curve_of_400_points(bencher: Bencher<'_, '_>) {
    let (mut model, parameters) = glass();
    let history = GLASSES[0].two_step().protocol().and_then(|protocol| protocol.nodes()).unwrap();
    let times = log_spaced(1e-2, 1e5, 57);
    model.bind(&Experiment { history, times, before: vec![], wanted: vec!["stress".to_owned()] }).unwrap();
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))).unwrap());
}

/// The same with the derivatives by all six parameters.
#[divan::bench]
fn derivatives_of_400_points(bencher: Bencher<'_, '_>) {
    let (mut model, parameters) = glass();
    let history = GLASSES[0].two_step().protocol().and_then(|protocol| protocol.nodes()).unwrap();
    let times = log_spaced(1e-2, 1e5, 57);
    model.bind(&Experiment { history, times, before: vec![], wanted: vec!["stress".to_owned()] }).unwrap();
    let sensitivities = [0, 1, 2, 3, 4, 5];
    bencher.bench_local(|| {
        model.evaluate(Batch { sensitivities: &sensitivities, ..Batch::new(black_box(&parameters)) }).unwrap()
    });
}

/// A recovery, 400 strains under no stress.
#[divan::bench]
fn recovery_of_400_points(bencher: Bencher<'_, '_>) {
    let (mut model, parameters) = glass();
    let history = Protocol::at(593.0).step(0.005).hold(900.0).stress_step(0.0).hold(1e5).nodes().unwrap();
    let times = log_spaced(1e-2, 1e5, 57).into_iter().map(|time| 900.0 + time).collect();
    model.bind(&Experiment { history, times, before: vec![], wanted: vec!["strain".to_owned()] }).unwrap();
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))).unwrap());
}

/// One point of `t_p` against anything.
#[divan::bench]
fn second_stage(bencher: Bencher<'_, '_>) {
    let (mut model, parameters) = glass();
    let test = GLASSES[0].two_step();
    bencher.bench_local(|| observe_second_stage(&mut model, black_box(&parameters), &test).unwrap());
}

fn glass() -> (Local<Aoi>, Vec<f64>) {
    let model = Local::<Aoi>::new(&[]).unwrap();
    let parameters = model.description().preset(GLASSES[0].id).unwrap().parameters.clone();
    (model, parameters)
}
