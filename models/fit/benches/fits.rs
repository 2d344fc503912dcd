//! How long descriptive fits take, and how that grows with the number of points.
//!
//! `cargo bench -p kovacs-fit`; the same data with the same start in lmfit: `python3 models/fit/benches/lmfit/fits.py`.

use divan::{Bencher, black_box};
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{EvaluationError, Evaluator, Experiment};
use kovacs_core::second_stage::evaluate_one;
use kovacs_core::{Curve, Origin, TwoStep};
use kovacs_fit::estimate::{FitData, FitOptions, Noise, Observation, Parameters, fit};
use kovacs_fit::{DoubleKww, DoubleKwwOptions, Initial, fit_double_kww, fit_double_kww_many};
use kovacs_sdk::Local;
use kovacs_tnm::TnmStrain;

fn main() {
    divan::main();
}

const OPTIONS: DoubleKwwOptions = DoubleKwwOptions { initial: Initial::Known(1.0), deviations: None, start: None };

/// The reference of Eq. 1 from 1 s to its slow time, with a ripple in the place of noise: no generator is needed to
/// have the same numbers elsewhere.
fn noisy(points: usize, phase: f64) -> Curve {
    let truth = DoubleKww {
        initial: 1.0,
        overshoot: 0.5,
        slow_time: 2e4,
        fast_time: 150.0,
        slow_exponent: 0.6,
        fast_exponent: 0.7,
    };
    let times: Vec<f64> = (0..points).map(|row| 2e4_f64.powf(row as f64 / (points - 1) as f64)).collect();
    let ripple = |row: usize| 1.4e-3 * (row as f64 * 2.399_963 + phase).sin();
    let values = times.iter().enumerate().map(|(row, &time)| truth.value(time) + ripple(row)).collect();
    Curve::new("stress", times, values).expect("finite").x_axis("time", "s")
}

#[divan::bench(args = [50, 500, 5000, 50_000])]
fn double_kww(bencher: Bencher<'_, '_>, points: usize) {
    let curve = noisy(points, 0.0);
    bencher.bench_local(|| fit_double_kww(black_box(&curve), &OPTIONS).unwrap());
}

/// From the start of the script in Python alone.
#[divan::bench]
fn double_kww_of_500_points_from_one_start(bencher: Bencher<'_, '_>) {
    let curve = noisy(500, 0.0);
    let (fast_time, slow_time) = (280.0, 84_000.0);
    let start =
        DoubleKww { initial: 1.0, overshoot: 0.3, slow_time, fast_time, slow_exponent: 0.75, fast_exponent: 0.75 };
    let options = DoubleKwwOptions { start: Some(start), ..OPTIONS };
    bencher.bench_local(|| fit_double_kww(black_box(&curve), &options).unwrap());
}

#[divan::bench(args = [1, 2], sample_count = 5)]
fn a_thousand_double_kww_of_500_points(bencher: Bencher<'_, '_>, threads: usize) {
    let curves: Vec<Curve> = (0..1000).map(|index| noisy(500, f64::from(index))).collect();
    bencher.bench_local(|| fit_double_kww_many(black_box(&curves), &OPTIONS, threads));
}

fn tnm_strain() -> Result<Box<dyn Evaluator>, EvaluationError> {
    Ok(Box::new(Local::<TnmStrain>::new(&[])?))
}

/// Second stages of the titanium glass at five temperatures, with a ripple in the place of noise.
fn second_stages(curves: usize, points: usize) -> (FitData, Vec<f64>) {
    let mut model = tnm_strain().expect("it is linked");
    let truth = model.description().preset("ti-zr-hf-cu-ni-be").expect("its glass").parameters.clone();
    let observations = (0..curves).map(|curve| {
        let t_w = 100.0 * 3.0_f64.powi((curve / 5) as i32);
        let test = TwoStep::new(0.005, 0.003, t_w, 573.0 + 10.0 * (curve % 5) as f64);
        let per_decade = points / 4;
        let mut times = log_spaced(1.0, 1e4, per_decade);
        times.truncate(points);
        times.iter_mut().for_each(|time| *time += test.second_stage_start());
        let history = test.protocol().and_then(|protocol| protocol.nodes()).expect("a valid test");
        let experiment = Experiment { history, times, before: Vec::new(), wanted: vec!["stress".to_owned()] };
        let mut values = evaluate_one(model.as_mut(), &experiment, &truth).expect("it has an answer");
        values.iter_mut().enumerate().for_each(|(row, value)| *value += 0.3 * (row as f64 * 2.399_963).sin());
        let label = format!("curve {curve}");
        Observation { label, group: None, experiment, values, noise: Noise::Estimated, origin: Origin::Calculated }
    });
    (FitData::new(observations.collect()).expect("finite"), truth)
}

/// The eight parameters of the model in strain, the first ones of them free.
const EIGHT: [&str; 8] = [
    "ln_prefactor",
    "stretching_exponent",
    "unrelaxed_modulus",
    "relaxed_modulus",
    "nonlinearity",
    "activation_enthalpy",
    "initial_fictive_temperature",
    "strain_coupling",
];

fn global_fit(bencher: Bencher<'_, '_>, curves: usize, points: usize, free: usize) {
    let (data, truth) = second_stages(curves, points);
    let model = tnm_strain().expect("it is linked");
    let description = model.description();
    let mut parameters =
        Parameters::new(description, &truth).and_then(|all| all.only(&EIGHT[..free])).expect("its parameters");
    for id in &EIGHT[..free.min(5)] {
        let value = description.parameter(id).map_or(0.0, |index| truth[index]);
        parameters = parameters.from_value(id, 0.98 * value).expect("inside its bounds");
    }
    let options = FitOptions { starts: 1, ..FitOptions::default() };
    bencher.bench_local(|| fit(&tnm_strain, black_box(&data), &parameters, &options, &|_| true).expect("it fits"));
}

/// From one start, on one thread.
#[divan::bench(sample_count = 3)]
fn tnm_strain_of_20_curves_of_200_points_with_8_parameters(bencher: Bencher<'_, '_>) {
    global_fit(bencher, 20, 200, 8);
}

#[divan::bench(args = [5, 10, 20], sample_count = 3)]
fn tnm_strain_against_curves(bencher: Bencher<'_, '_>, curves: usize) {
    global_fit(bencher, curves, 200, 4);
}

#[divan::bench(args = [50, 200, 800], sample_count = 3)]
fn tnm_strain_against_points(bencher: Bencher<'_, '_>, points: usize) {
    global_fit(bencher, 10, points, 4);
}

#[divan::bench(args = [2, 4, 8], sample_count = 3)]
fn tnm_strain_against_parameters(bencher: Bencher<'_, '_>, free: usize) {
    global_fit(bencher, 10, 200, free);
}
