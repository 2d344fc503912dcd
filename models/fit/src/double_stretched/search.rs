//! The search: twelve starts on a few averages of the samples, the best of them on all samples.
//!
//! Of 3000 curves drawn at random (times over three decades, exponents 0.3 to 0.95, noise 1e-3) two ended in a worse
//! minimum than the truth, both with a slow time far beyond the window; with a ratio of 120 in the place of 300 it was
//! five.

use super::form::{COUNT, Samples};
use crate::few_unknowns::{Bounds, Found, descend};

/// Averages, evenly spaced in the logarithm of time, on which the starts are tried.
const AVERAGES: usize = 28;
/// Rounds on the averages: how many steps, and how many of the starts go on.
const ROUNDS: [(usize, usize); 3] = [(8, 6), (10, 4), (60, 2)];
/// Steps on all samples.
const LAST_STEPS: usize = 200;
/// Two ends whose variables differ by less than this are one.
const SAME: f64 = 1e-3;

/// The best fit within bounds; `None` if no start leads anywhere.
pub(super) fn search(samples: &Samples, bounds: &Bounds<COUNT>) -> Option<Found<COUNT>> {
    let averages = averages(samples);
    let mut places = starts(&averages, bounds);
    for (steps, kept) in ROUNDS {
        let mut ends: Vec<Found<COUNT>> =
            places.into_iter().filter_map(|place| descend(&averages, place, bounds, steps)).collect();
        ends.sort_by(|a, b| a.squares.total_cmp(&b.squares));
        places = Vec::with_capacity(kept);
        for end in ends {
            let alike = |other: &[f64; COUNT]| {
                end.unknowns.iter().zip(other).all(|(a, b)| (a - b).abs() <= SAME * (1.0 + a.abs()))
            };
            if places.len() < kept && !places.iter().any(alike) {
                places.push(end.unknowns);
            }
        }
    }
    places.into_iter().filter_map(|place| follow(samples, place, bounds)).min_by(|a, b| a.squares.total_cmp(&b.squares))
}

/// From one start, on all samples.
pub(super) fn follow(samples: &Samples, start: [f64; COUNT], bounds: &Bounds<COUNT>) -> Option<Found<COUNT>> {
    descend(samples, start, bounds, LAST_STEPS)
}

/// Means of the samples in equal parts of `ln t`; the samples themselves where they are few.
fn averages(samples: &Samples) -> Samples {
    let (Some(&first), Some(&last)) = (samples.ln_times.first(), samples.ln_times.last()) else {
        return samples.clone();
    };
    if samples.len() <= 2 * AVERAGES || last <= first {
        return samples.clone();
    }
    let part = (last - first) / AVERAGES as f64;
    let mut means = Samples { ln_times: Vec::new(), values: Vec::new(), weights: Vec::new() };
    let (mut sums, mut open) = ([0.0; 3], 0);
    let mut close = |[weight, time, value]: [f64; 3]| {
        if weight > 0.0 {
            means.ln_times.push(time / weight);
            means.values.push(value / weight);
            means.weights.push(weight.sqrt());
        }
    };
    for ((&time, &value), &root) in samples.ln_times.iter().zip(&samples.values).zip(&samples.weights) {
        let place = (((time - first) / part) as usize).min(AVERAGES - 1);
        if place != open {
            close(sums);
            (sums, open) = ([0.0; 3], place);
        }
        let weight = root * root;
        sums = [sums[0] + weight, sums[1] + weight * time, sums[2] + weight * value];
    }
    close(sums);
    means
}

/// Three fast times around where the largest value is, two ratios, two exponents; the overshoot that suits each best.
fn starts(samples: &Samples, bounds: &Bounds<COUNT>) -> Vec<[f64; COUNT]> {
    let (Some(&first), Some(&last)) = (samples.ln_times.first(), samples.ln_times.last()) else { return Vec::new() };
    let top =
        samples.ln_times.iter().zip(&samples.values).reduce(|best, next| if next.1 > best.1 { next } else { best });
    let middle = 0.5 * (first + last);
    let place = match top {
        Some((&place, _)) if place > first && place < last => place,
        _ => middle,
    };
    let (lowest, highest) = bounds[COUNT - 1];
    let initial = samples.values.first().copied().unwrap_or(1.0).max(lowest).min(highest);
    let mut starts = Vec::with_capacity(12);
    for fast in [0.15_f64, 0.6, 2.5] {
        for ratio in [8.0_f64, 300.0] {
            for exponent in [0.4, 0.8] {
                let shape = [0.0, place + fast.ln(), ratio.ln(), exponent, exponent, initial];
                starts.push([
                    best_overshoot(samples, &shape, bounds[0]),
                    shape[1],
                    shape[2],
                    exponent,
                    exponent,
                    initial,
                ]);
            }
        }
    }
    starts
}

/// The overshoot with the least squares for a shape: the form is linear in it.
fn best_overshoot(samples: &Samples, shape: &[f64; COUNT], (lowest, highest): (f64, f64)) -> f64 {
    let without = samples.residuals(shape);
    let slope = samples.jacobian(shape);
    let (mut product, mut square) = (0.0, 0.0);
    for (residual, derivative) in without.iter().zip(slope.column(0).iter()) {
        (product, square) = (product - residual * derivative, square + derivative * derivative);
    }
    let best = if square > 0.0 { product / square } else { 0.1 };
    // A start on a bound would have to find its way off it.
    let margin = 0.01 * (highest - lowest).min(1.0);
    best.max(lowest + margin).min(highest - margin)
}
