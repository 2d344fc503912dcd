//! How long it takes to read a noisy test, and how that grows with its samples.
//!
//! `cargo bench -p kovacs-core`. The curves are synthetic.

use divan::{Bencher, black_box};
use kovacs_core::holds::{find_holds, ramps};
use kovacs_core::log_time::log_bins;
use kovacs_core::{Curve, hump_of_samples, replicates};

fn main() {
    divan::main();
}

/// Times (s) and noisy stresses (MPa) of a second stage sampled evenly over 7200 s.
fn stage(samples: usize) -> (Vec<f64>, Vec<f64>) {
    let times: Vec<f64> = (1..=samples).map(|row| 7200.0 * row as f64 / samples as f64).collect();
    let mut state = 7u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    };
    let stress = |t: f64| 1.5 * (-(t / 2e4).powf(0.6)).exp() - 0.5 * (-(t / 150.0).powf(0.7)).exp();
    let stresses = times.iter().map(|&time| stress(time) + 0.03 * noise()).collect();
    (times, stresses)
}

/// Strains of a staircase of ten holds.
fn staircase(samples: usize) -> (Vec<f64>, Vec<f64>) {
    let times: Vec<f64> = (0..samples).map(|row| 1000.0 * row as f64 / samples as f64).collect();
    let (_, noise) = stage(samples);
    let level = |time: f64| (time / 100.0).floor() + ((time / 100.0).fract() * 10.0).min(1.0);
    let strains = times.iter().zip(&noise).map(|(&time, noise)| level(time) + 1e-2 * noise).collect();
    (times, strains)
}

/// Everything that is read off one test of a two-step protocol: holds, ramps, hump.
#[divan::bench(args = [500, 5000, 50_000, 500_000], max_time = 1)]
fn whole_test(bencher: Bencher<'_, '_>, samples: usize) {
    let ((times, strains), (after, stresses)) = (staircase(samples), stage(samples));
    bencher.bench_local(|| {
        let holds = find_holds(black_box(&times), black_box(&strains));
        let ramps = ramps(&times, &strains, &holds);
        (ramps, hump_of_samples(black_box(&after), black_box(&stresses), 0.0).unwrap())
    });
}

#[divan::bench(args = [500, 5000, 50_000, 500_000], max_time = 1)]
fn hump(bencher: Bencher<'_, '_>, samples: usize) {
    let (times, stresses) = stage(samples);
    bencher.bench_local(|| hump_of_samples(black_box(&times), black_box(&stresses), 0.0).unwrap());
}

#[divan::bench(args = [500, 5000, 50_000, 500_000], max_time = 1)]
fn holds(bencher: Bencher<'_, '_>, samples: usize) {
    let (times, strains) = staircase(samples);
    bencher.bench_local(|| find_holds(black_box(&times), black_box(&strains)));
}

#[divan::bench(args = [500, 5000, 50_000, 500_000], max_time = 1)]
fn log_time(bencher: Bencher<'_, '_>, samples: usize) {
    let (times, stresses) = stage(samples);
    bencher.bench_local(|| log_bins(black_box(&times), black_box(&stresses), 40));
}

/// Ten specimens of 500 samples each at 40 times to the decade.
#[divan::bench]
fn ten_specimens(bencher: Bencher<'_, '_>) {
    let (times, stresses) = stage(500);
    let specimens: Vec<Curve> =
        (0..10).map(|_| Curve::new("specimen", times.clone(), stresses.clone()).unwrap()).collect();
    bencher.bench_local(|| replicates::replicates(black_box(&specimens), 40));
}
