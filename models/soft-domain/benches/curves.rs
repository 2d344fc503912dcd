//! How long a mean-field curve takes, and how that grows with steps and with output times.
//!
//! `cargo bench -p kovacs-soft-domain --bench curves`; `benches/numpy/two_step.py` is the same calculation in numpy.

use divan::{Bencher, black_box};
use kovacs_core::glasses::GLASSES;
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{Batch, Evaluator, Experiment};
use kovacs_core::{Protocol, TwoStep};
use kovacs_sdk::Local;
use kovacs_soft_domain::SoftDomain;

fn main() {
    divan::main();
}

/// A model bound to an experiment, and the parameters of the titanium glass.
fn bound(per_decade: f64, protocol: &Protocol, times: Vec<f64>) -> (Local<SoftDomain>, Vec<f64>) {
    let mut model = Local::<SoftDomain>::new(&[per_decade, 1e-2, 81.0, 0.0]).unwrap();
    let parameters = model.description().preset(GLASSES[0].id).unwrap().parameters.clone();
    let history = protocol.nodes().unwrap();
    model.bind(&Experiment { history, times, before: vec![], wanted: vec!["stress".to_owned()] }).unwrap();
    (model, parameters)
}

/// The paper's test with a second stage of 1e5 s.
fn two_step(t_w: f64) -> TwoStep {
    TwoStep { duration: 1e5, ..TwoStep::new(0.005, 0.003, t_w, 593.0) }
}

fn second_stage(t_w: f64, count: usize) -> Vec<f64> {
    log_spaced(1e-2, 1e5, (count / 7).max(1)).into_iter().map(|time| t_w + time).collect()
}

/// One row of a fit: 400 stresses of a bound two-step test, 479 time steps.
#[divan::bench(args = [100.0, 900.0, 3600.0])]
fn curve_of_400_points(bencher: Bencher<'_, '_>, t_w: f64) {
    let (mut model, parameters) = bound(40.0, &two_step(t_w).protocol().unwrap(), second_stage(t_w, 400));
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))).unwrap());
}

/// Hold for 900 s, then no stress: the recovery of a strain.
#[divan::bench]
fn recovery(bencher: Bencher<'_, '_>) {
    let protocol = Protocol::at(593.0).step(0.005).hold(900.0).stress_step(0.0).hold(3e4);
    let (mut model, parameters) = bound(40.0, &protocol, vec![900.0 + 3e4]);
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))).unwrap());
}

/// More steps: proportional to the steps per decade.
#[divan::bench(args = [10.0, 100.0, 1000.0])]
fn steps_per_decade(bencher: Bencher<'_, '_>, per_decade: f64) {
    let (mut model, parameters) = bound(per_decade, &two_step(900.0).protocol().unwrap(), second_stage(900.0, 100));
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))).unwrap());
}

/// More output times: proportional to them, beside the steps.
#[divan::bench(args = [100, 10_000, 1_000_000])]
fn output_times(bencher: Bencher<'_, '_>, count: usize) {
    let (mut model, parameters) = bound(40.0, &two_step(900.0).protocol().unwrap(), second_stage(900.0, count));
    bencher.bench_local(|| model.evaluate(Batch::new(black_box(&parameters))).unwrap());
}
