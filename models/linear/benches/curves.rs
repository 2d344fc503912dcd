//! How long a curve, its derivatives and a hump take, and how that grows with points and modes.
//!
//! `cargo bench -p kovacs-linear`; the same calculations in numpy: `python3 models/linear/benches/numpy/curves.py`.

use divan::{Bencher, black_box};
use kovacs_core::glasses::GLASSES;
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{Batch, Evaluator, Experiment};
use kovacs_core::{Protocol, observe_second_stage};
use kovacs_linear::{Fractional, Kelvin, Kww, Prony};
use kovacs_sdk::{Local, Model};

fn main() {
    divan::main();
}

/// One row of a fit: 400 stresses of a bound two-step test.
#[divan::bench(types = [Kww, Fractional, Prony, Kelvin])]
fn curve_of_400_points<M: Model>(bencher: Bencher<'_, '_>) {
    let (mut model, parameters) = glass::<M>();
    bind(&mut model, 400);
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))).unwrap());
}

/// The same with derivatives: all six parameters, or the relaxed modulus and seven of the modes.
#[divan::bench(types = [Kww, Fractional, Prony])]
fn derivatives_of_400_points<M: Model>(bencher: Bencher<'_, '_>) {
    let (mut model, parameters) = glass::<M>();
    bind(&mut model, 400);
    let sensitivities: Vec<usize> =
        if parameters.len() == 6 { (0..6).collect() } else { vec![0, 20, 22, 24, 26, 84, 86, 88] };
    bencher.bench_local(|| {
        model.evaluate(Batch { sensitivities: &sensitivities, ..Batch::new(black_box(&parameters)) }).unwrap()
    });
}

/// Cost against the number of points.
#[divan::bench(types = [Kww, Prony], args = [100, 1000, 10_000, 100_000, 1_000_000], max_time = 1)]
fn points<M: Model>(bencher: Bencher<'_, '_>, points: usize) {
    let (mut model, parameters) = glass::<M>();
    bind(&mut model, points);
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))).unwrap());
}

/// Cost of 400 points against the number of modes: those of the glass from the slowest on.
#[divan::bench(args = [4, 8, 15, 30, 60])]
fn modes(bencher: Bencher<'_, '_>, modes: usize) {
    let (mut model, mut parameters) = glass::<Prony>();
    bind(&mut model, 400);
    parameters[3 + modes..3 + 64].fill(0.0);
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))).unwrap());
}

/// A recovery, 400 strains under no stress.
#[divan::bench(types = [Kww, Fractional, Prony])]
fn recovery_of_400_points<M: Model>(bencher: Bencher<'_, '_>) {
    let (mut model, parameters) = glass::<M>();
    let history = Protocol::at(593.0).step(0.005).hold(900.0).stress_step(0.0).hold(1e5).nodes().unwrap();
    let times = log_spaced(1e-2, 1e5, 57).into_iter().map(|time| 900.0 + time).collect();
    model.bind(&Experiment { history, times, before: vec![], wanted: vec!["strain".to_owned()] }).unwrap();
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))).unwrap());
}

/// One point of `t_p` against anything.
#[divan::bench(types = [Kww, Fractional, Prony])]
fn second_stage<M: Model>(bencher: Bencher<'_, '_>) {
    let (mut model, parameters) = glass::<M>();
    let test = GLASSES[0].two_step();
    bencher.bench_local(|| observe_second_stage(&mut model, black_box(&parameters), &test).unwrap());
}

/// What loading a model costs: its tables, with the spectra of the parameter sets.
#[divan::bench(types = [Kww, Prony, Kelvin])]
fn parameter_sets<M: Model>() -> Vec<kovacs_sdk::Preset> {
    M::presets()
}

fn glass<M: Model>() -> (Local<M>, Vec<f64>) {
    let model = Local::<M>::new(&[]).unwrap();
    let parameters = model.description().preset(GLASSES[0].id).unwrap().parameters.clone();
    (model, parameters)
}

/// The two-step test of the glass, stresses from 1e-2 s to 1e5 s.
fn bind<M: Model>(model: &mut Local<M>, points: usize) {
    let history = GLASSES[0].two_step().protocol().and_then(|protocol| protocol.nodes()).unwrap();
    let times = log_spaced(1e-2, 1e5, points / 7);
    model.bind(&Experiment { history, times, before: vec![], wanted: vec!["stress".to_owned()] }).unwrap();
}
