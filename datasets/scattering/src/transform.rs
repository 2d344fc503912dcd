//! The sine transform `(2/pi) int F(Q) sin(Q r) dQ` by the trapezoidal rule, for many `r` at once.
//!
//! The rule itself is a sum over all points for every `r`; for 5000 of each that is 25 million sines. On an even grid
//! of `Q` and of `r` the same sum is a chirp transform (Bluestein, IEEE Trans. Audio 18 (1970) 451), three fast Fourier
//! transforms; on an uneven grid of `Q` it is summed with one rotation per term instead of one sine.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex64;
use std::f64::consts::PI;

/// Spacings count as even when they differ by less than this share.
const EVEN: f64 = 1e-6;

/// An evenly spaced list of distances.
#[derive(Clone, Copy, Debug)]
pub(super) struct Distances {
    /// First `r`, Å.
    pub first: f64,
    /// Spacing, Å.
    pub step: f64,
    /// How many.
    pub count: usize,
}

impl Distances {
    pub(super) fn value(&self, index: usize) -> f64 {
        self.first + index as f64 * self.step
    }
}

/// `(2/pi)` times the trapezoidal sum of `function(q) sin(q r)`; `q` rises and has at least two points.
pub(super) fn sine_transform(q: &[f64], function: &[f64], distances: Distances) -> Vec<f64> {
    let weighted: Vec<f64> = function.iter().zip(trapezoid(q)).map(|(value, weight)| value * weight).collect();
    phase_sums(&weighted, q, distances).into_iter().map(|sum| sum.im).collect()
}

/// `sum_k x_k exp(i q_k r)`.
pub(super) fn phase_sums(weighted: &[f64], q: &[f64], distances: Distances) -> Vec<Complex64> {
    match even_spacing(q) {
        Some(spacing) => chirp(weighted, q[0], spacing, distances),
        None => rotations(weighted, q, distances),
    }
}

/// The trapezoidal weight of each point times `2/pi`.
pub(super) fn trapezoid(q: &[f64]) -> Vec<f64> {
    let last = q.len() - 1;
    (0..q.len()).map(|index| (q[(index + 1).min(last)] - q[index.saturating_sub(1)]) / PI).collect()
}

/// The spacing of an even grid.
fn even_spacing(q: &[f64]) -> Option<f64> {
    let spacing = (q[q.len() - 1] - q[0]) / (q.len() - 1) as f64;
    q.iter()
        .enumerate()
        .all(|(index, &value)| (value - q[0] - index as f64 * spacing).abs() < EVEN * spacing)
        .then_some(spacing)
}

/// `sum_k x_k exp(i q_k r_m)` with `k m = [k^2 + m^2 - (m - k)^2] / 2`, which makes the sum a convolution.
fn chirp(weighted: &[f64], first_q: f64, spacing: f64, distances: Distances) -> Vec<Complex64> {
    let (points, count) = (weighted.len(), distances.count);
    let length = (points + count - 1).next_power_of_two();
    // k^2 / 2 steps of the phase; the square stays exact in a double up to 9e7 points.
    let phase = |index: usize| {
        let square = index as f64 * index as f64;
        Complex64::cis(0.5 * square * spacing * distances.step)
    };
    let mut signal = vec![Complex64::default(); length];
    for (index, (slot, value)) in signal.iter_mut().zip(weighted).enumerate() {
        *slot = value * Complex64::cis(index as f64 * spacing * distances.first) * phase(index);
    }
    let mut kernel = vec![Complex64::default(); length];
    for index in 0..points.max(count) {
        let value = phase(index).conj();
        if index < count {
            kernel[index] = value;
        }
        if index > 0 && index < points {
            kernel[length - index] = value;
        }
    }
    let mut planner = FftPlanner::new();
    let forward = planner.plan_fft_forward(length);
    forward.process(&mut signal);
    forward.process(&mut kernel);
    for (left, right) in signal.iter_mut().zip(&kernel) {
        *left *= right;
    }
    planner.plan_fft_inverse(length).process(&mut signal);
    let scale = 1.0 / length as f64;
    (0..count)
        .map(|index| {
            let turn = Complex64::cis(first_q * distances.value(index)) * phase(index);
            signal[index] * turn * scale
        })
        .collect()
}

/// The sum as it stands, with `exp(i q r)` turned on from one `r` to the next and set anew now and then.
fn rotations(weighted: &[f64], q: &[f64], distances: Distances) -> Vec<Complex64> {
    /// Rounding grows with the number of turns: 1e-14 after so many.
    const BLOCK: usize = 64;
    let turns: Vec<Complex64> = q.iter().map(|q| Complex64::cis(q * distances.step)).collect();
    let mut sums = Vec::with_capacity(distances.count);
    let mut start = 0;
    while start < distances.count {
        let first = distances.value(start);
        let mut vectors: Vec<Complex64> =
            q.iter().zip(weighted).map(|(q, weight)| weight * Complex64::cis(q * first)).collect();
        let end = (start + BLOCK).min(distances.count);
        for _ in start..end {
            sums.push(vectors.iter().sum());
            for (vector, turn) in vectors.iter_mut().zip(&turns) {
                *vector *= turn;
            }
        }
        start = end;
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_ways_give_the_same_sum() {
        let function = |q: f64| (3.0 * q).sin() * (-0.01 * q * q).exp() + 0.1 * q;
        let distances = Distances { first: 0.3, step: 0.013, count: 777 };
        let even: Vec<f64> = (0..1234).map(|index| 0.7 + 0.0121 * f64::from(index)).collect();
        let uneven: Vec<f64> = even.iter().map(|q| q + 0.004 * (5.0 * q).sin()).collect();
        assert!(even_spacing(&even).is_some() && even_spacing(&uneven).is_none());
        for q in [&even, &uneven] {
            let values: Vec<f64> = q.iter().map(|&q| function(q)).collect();
            let weighted: Vec<f64> = values.iter().zip(trapezoid(q)).map(|(value, weight)| value * weight).collect();
            let found = sine_transform(q, &values, distances);
            for (index, found) in found.iter().enumerate() {
                let r = distances.value(index);
                let plain: f64 = q.iter().zip(&weighted).map(|(q, weight)| weight * (q * r).sin()).sum();
                // Rounding: the terms are of order 0.1 and there are 1234 of them.
                assert!((found - plain).abs() < 1e-11, "r = {r}: {found} is not {plain}");
            }
        }
    }
}
