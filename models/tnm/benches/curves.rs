//! How long a curve of an ageing glass takes, and how that grows with steps, output times and jumps.
//!
//! `cargo bench -p kovacs-tnm --bench curves`; `benches/numpy/two_step.py` is the same calculation in numpy.

use divan::{Bencher, black_box};
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{Batch, Evaluator, Experiment};
use kovacs_core::{Protocol, TwoStep};
use kovacs_sdk::{Local, Model};
use kovacs_tnm::{Tnm, TnmStrain};

fn main() {
    divan::main();
}

/// A model bound to an experiment, and the parameters of a glass.
fn bound<M: Model>(
    settings: &[f64],
    glass: &str,
    protocol: &Protocol,
    output: &str,
    times: Vec<f64>,
) -> (Local<M>, Vec<f64>) {
    let mut model = Local::<M>::new(settings).unwrap();
    let parameters = model.description().preset(glass).unwrap().parameters.clone();
    let history = protocol.nodes().unwrap();
    model.bind(&Experiment { history, times, before: vec![], wanted: vec![output.to_owned()] }).unwrap();
    (model, parameters)
}

/// The paper's test of the titanium glass, a second stage of 1e5 s read at `count` times.
fn two_step(settings: &[f64], count: usize) -> (Local<TnmStrain>, Vec<f64>) {
    let test = TwoStep { duration: 1e5, ..TwoStep::new(0.005, 0.003, 900.0, 593.0) };
    let times = log_spaced(1e-2, 1e5, (count / 7).max(1)).into_iter().map(|time| 900.0 + time).collect();
    bound(settings, "ti-zr-hf-cu-ni-be", &test.protocol().unwrap(), "stress", times)
}

/// One row of a fit: 400 stresses of a bound two-step test; sum (1) and modes (2).
#[divan::bench(args = [1.0, 2.0])]
fn curve_of_400_points(bencher: Bencher<'_, '_>, memory: f64) {
    let (mut model, parameters) = two_step(&[60.0, 1e-3, memory], 400);
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))).unwrap());
}

/// More output times: proportional to them, beside the steps.
#[divan::bench(args = [100, 10_000, 1_000_000])]
fn output_times(bencher: Bencher<'_, '_>, count: usize) {
    let (mut model, parameters) = two_step(&[60.0, 1e-3, 0.0], count);
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))).unwrap());
}

/// More steps: proportional to the steps per decade.
#[divan::bench(args = [10.0, 100.0, 1000.0])]
fn steps_per_decade(bencher: Bencher<'_, '_>, per_decade: f64) {
    let (mut model, parameters) = two_step(&[per_decade, 1e-3, 0.0], 100);
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))).unwrap());
}

/// Cooling and heating through the transition at 1 K/s by this many kelvin below 60 degC: proportional to them in modes.
#[divan::bench(args = [40.0, 80.0, 160.0])]
fn scan(bencher: Bencher<'_, '_>, kelvin: f64) {
    let cold = 333.15 - kelvin;
    let protocol = Protocol::at(333.15).temperature_ramp(cold, kelvin).temperature_ramp(333.15, kelvin);
    let times = (0..=400).map(|index| f64::from(index) * kelvin / 200.0).collect();
    let (mut model, parameters) = bound::<Tnm>(&[], "pvac", &protocol, "fictive_temperature", times);
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))).unwrap());
}

/// The same row with derivatives: by every parameter (8), or by all but the coupling to strain (7).
#[divan::bench(args = [7, 8])]
fn jacobian_of_400_points(bencher: Bencher<'_, '_>, count: usize) {
    let (mut model, parameters) = two_step(&[60.0, 1e-3, 0.0], 400);
    let all = [0, 1, 2, 3, 4, 6, 7, 5];
    bencher.bench_local(|| {
        model.evaluate(Batch { sensitivities: &all[..count], ..Batch::new(black_box(&parameters)) }).unwrap()
    });
}
