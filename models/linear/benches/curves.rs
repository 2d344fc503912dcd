//! How long a curve and a hump take: the two things a fit and a figure do thousands of times.
//!
//! `cargo bench -p kovacs-linear`

use divan::{Bencher, black_box};
use kovacs_core::glasses::GLASSES;
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{Batch, Evaluator, Experiment};
use kovacs_core::observe_second_stage;
use kovacs_linear::{Fractional, Kelvin, Kww, Prony};
use kovacs_sdk::{Local, Model};

fn main() {
    divan::main();
}

/// One row of a fit: 400 stresses of a bound two-step test.
#[divan::bench(types = [Kww, Fractional, Prony, Kelvin])]
fn curve_of_400_points<M: Model>(bencher: Bencher<'_, '_>) {
    let (mut model, parameters) = glass::<M>();
    let history = GLASSES[0].two_step().protocol().and_then(|protocol| protocol.nodes()).unwrap();
    let times = log_spaced(1e-2, 1e5, 57);
    model.bind(&Experiment { history, times, before: vec![], wanted: vec!["stress".to_owned()] }).unwrap();
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))).unwrap());
}

/// One point of `t_p` against anything.
#[divan::bench(types = [Kww, Fractional, Prony, Kelvin])]
fn second_stage<M: Model>(bencher: Bencher<'_, '_>) {
    let (mut model, parameters) = glass::<M>();
    let test = GLASSES[0].two_step();
    bencher.bench_local(|| observe_second_stage(&mut model, black_box(&parameters), &test).unwrap());
}

/// What loading a model costs: its tables, with the spectra of the parameter sets.
#[divan::bench(types = [Kww, Fractional, Prony, Kelvin])]
fn parameter_sets<M: Model>() -> Vec<kovacs_sdk::Preset> {
    M::presets()
}

fn glass<M: Model>() -> (Local<M>, Vec<f64>) {
    let model = Local::<M>::new(&[]).unwrap();
    let parameters = model.description().preset(GLASSES[0].id).unwrap().parameters.clone();
    (model, parameters)
}
