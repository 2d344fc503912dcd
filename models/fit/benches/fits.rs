//! How long descriptive fits take, and how that grows with the number of points.
//!
//! `cargo bench -p kovacs-fit`; the same data with the same start in lmfit: `python3 models/fit/benches/lmfit/fits.py`.

use divan::{Bencher, black_box};
use kovacs_core::Curve;
use kovacs_fit::{DoubleKww, DoubleKwwOptions, Initial, fit_double_kww, fit_double_kww_many};

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
