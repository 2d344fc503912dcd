//! From intensity to `G(r)`: how long, and how it grows with the number of points.
//!
//! `benches/numpy/transform.py` does the same in numpy and scipy, for one run beside this one.

#![allow(missing_docs, reason = "the macros of the bench harness make public items")]

use kovacs_scattering::{
    Composition, Compton, Detector, Pattern, Scale, ScatteringCorrections, StructureFactor, TransformOptions,
    WidthDefinition, first_peak, pair_distribution, structure_factor, width_error,
};

fn main() {
    divan::main();
}

/// `Q_max`, 1/Å.
const Q_MAX: f64 = 25.0;

/// A pattern of the paper's alloy with one shell at 3 Å, of `points` points.
fn pattern(points: usize) -> (Composition, Pattern) {
    let alloy = Composition::parse("TiZrHfCuNiBe").expect("a formula");
    let q: Vec<f64> = (1..=points).map(|index| Q_MAX * index as f64 / points as f64).collect();
    let factors = alloy.mean_form_factors(&q, None).expect("a range that is tabulated");
    let compton = alloy.compton(&q).expect("elements that are tabulated");
    let intensity = (0..points).map(|index| {
        let s = 1.0 + (3.0 * q[index]).sin() / (3.0 * q[index]) * (-0.0072 * q[index] * q[index]).exp();
        factors.mean_square[index] + (s - 1.0) * factors.mean[index].powi(2) + compton[index]
    });
    let pattern = Pattern::new(q.clone(), intensity.collect()).expect("columns");
    (alloy, pattern)
}

fn options(points: usize) -> TransformOptions {
    let r_step = 30.0 / (points - 1) as f64;
    TransformOptions { r_step, ..TransformOptions::between(0.0, Q_MAX) }
}

fn corrections(pattern: &Pattern) -> ScatteringCorrections {
    ScatteringCorrections {
        scale: Scale::last_fifth(pattern),
        compton: Compton::Calculated { recoil: Some((60.037, Detector::Integrating)) },
        ..ScatteringCorrections::default()
    }
}

fn structure(points: usize) -> StructureFactor {
    let (alloy, pattern) = pattern(points);
    structure_factor(&pattern, &alloy, &corrections(&pattern)).expect("a pattern that can be normalised")
}

/// Form factors, Compton scattering, scale, `S(Q)` and `G(r)`: as many `r` as `Q`.
#[divan::bench(args = [500, 5000, 50_000, 500_000])]
fn intensity_to_g(bencher: divan::Bencher, points: usize) {
    let (alloy, pattern) = pattern(points);
    let (options, corrections) = (options(points), corrections(&pattern));
    bencher.bench(|| {
        let structure = structure_factor(&pattern, &alloy, &corrections).expect("a pattern that can be normalised");
        pair_distribution(&structure, &options).expect("a range within the data")
    });
}

/// The transform alone, on an even grid of `Q`.
#[divan::bench(args = [500, 5000, 50_000, 500_000])]
fn even_transform(bencher: divan::Bencher, points: usize) {
    let (structure, options) = (structure(points), options(points));
    bencher.bench(|| pair_distribution(&structure, &options).expect("a range within the data"));
}

/// The transform alone, on an uneven grid, where the sum is taken as it stands.
#[divan::bench(args = [500, 5000])]
fn uneven_transform(bencher: divan::Bencher, points: usize) {
    let (mut structure, options) = (structure(points), options(points));
    let spacing = Q_MAX / points as f64;
    for (index, q) in structure.q.iter_mut().enumerate() {
        *q -= 0.1 * spacing * (index % 3) as f64;
    }
    bencher.bench(|| pair_distribution(&structure, &options).expect("a range within the data"));
}

/// One width, and its error.
#[divan::bench]
fn width_of_5000(bencher: divan::Bencher) {
    let distribution = pair_distribution(&structure(5000), &options(5000)).expect("a range within the data");
    bencher.bench(|| first_peak(&distribution, (2.2, 3.8), WidthDefinition::AboveZero).expect("a peak"));
}

#[divan::bench]
fn width_error_of_5000(bencher: divan::Bencher) {
    let distribution = pair_distribution(&structure(5000), &options(5000)).expect("a range within the data");
    bencher.bench(|| width_error(&distribution, (2.2, 3.8)).expect("a peak"));
}
