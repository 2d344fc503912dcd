//! How long a curve and a hump take.
//!
//! `cargo bench -p kovacs-stz`

use divan::{Bencher, black_box};
use kovacs_core::glasses::GLASSES;
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{Batch, Evaluator, Experiment};
use kovacs_core::observe_second_stage;
use kovacs_sdk::Local;
use kovacs_stz::Stz;

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

/// One point of `t_p` against anything.
#[divan::bench]
fn second_stage(bencher: Bencher<'_, '_>) {
    let (mut model, parameters) = glass();
    let test = GLASSES[0].two_step();
    bencher.bench_local(|| observe_second_stage(&mut model, black_box(&parameters), &test).unwrap());
}

fn glass() -> (Local<Stz>, Vec<f64>) {
    let model = Local::<Stz>::new(&[]).unwrap();
    let parameters = model.description().preset(GLASSES[0].id).unwrap().parameters.clone();
    (model, parameters)
}
