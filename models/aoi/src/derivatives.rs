//! Derivatives of the relaxation function with respect to the two ends of the spectrum and to the viscous branch.
//!
//! With `a = lambda_min t` and `b = lambda_max t`, `phi L = E1(a) - E1(b)` gives
//! `d phi / d ln lambda_min = (phi - e^-a)/L` and `d phi / d ln lambda_max = (e^-b - phi)/L`; both hold for the integrals
//! too. In a spectrum that is narrow the differences vanish as `L` does, and quadrature over the box takes their place.

use crate::barriers::{FlatBarriers, NARROW};
use kovacs_core::elementary::exponentials;
use kovacs_core::linear_response::{GAUSS_LEGENDRE, Kernel, RelaxationFunction};

/// What superposes for the derivatives of a stress: `phi`, its derivatives by `ln lambda_min` and `ln lambda_max`, the
/// exponential of the viscous branch, and its derivative by `ln lambda_f`.
pub(crate) struct Derivatives {
    /// The box of barriers.
    pub(crate) barriers: FlatBarriers,
    /// `lambda_f`, 1/s; 0 without a viscous branch.
    pub(crate) flow_rate: f64,
}

impl Derivatives {
    /// Both derivatives, from `phi` and the values of a single mode: at the slow end, at the fast end, and its derivative
    /// by `ln lambda` at any `lambda`.
    fn by_ends(&self, mean: f64, slow: f64, fast: f64, by_ln_rate: impl Fn(f64) -> f64) -> [f64; 2] {
        let width = self.barriers.width;
        if width > NARROW {
            return [(mean - slow) / width, (fast - mean) / width];
        }
        // The mean over the box of (1 - s) f' and of s f', s from the slow to the fast end.
        GAUSS_LEGENDRE.iter().fold([0.0; 2], |[by_slow, by_fast], (place, weight)| {
            let share = 0.5 + 0.5 * place;
            let slope = 0.5 * weight * by_ln_rate((self.barriers.ln_slowest_rate + width * share).exp());
            [by_slow + (1.0 - share) * slope, by_fast + share * slope]
        })
    }
}

/// How many times are in the works at a time.
const BLOCK: usize = 64;

/// `(1 - e^-rate t) / rate`, which is `t` where `rate t` is too small to count.
fn area(rate: f64, time: f64) -> f64 {
    if rate * time > 0.0 { -(-rate * time).exp_m1() / rate } else { time }
}

/// The derivative of `e^-rate t` by `ln rate`.
fn decay_slope(rate: f64, time: f64) -> f64 {
    let left = (-rate * time).exp();
    if left == 0.0 { 0.0 } else { -rate * time * left }
}

/// The derivative of [`area`] by `ln rate`.
fn area_slope(rate: f64, time: f64) -> f64 {
    time * (-rate * time).exp() - area(rate, time)
}

impl Kernel<5> for Derivatives {
    fn values(&self, time: f64) -> [f64; 5] {
        let mut values = [[0.0; 5]];
        self.values_at(&[time], &mut values);
        values[0]
    }

    fn values_at(&self, times: &[f64], out: &mut [[f64; 5]]) {
        let ends = [self.barriers.slowest_rate(), self.barriers.fastest_rate(), self.flow_rate];
        for (times, out) in times.chunks(BLOCK).zip(out.chunks_mut(BLOCK)) {
            let [mut phi, mut slow, mut fast, mut flow] = [[0.0; BLOCK]; 4];
            let count = times.len();
            self.barriers.phi_at(times, &mut phi[..count]);
            for (left, rate) in [&mut slow, &mut fast, &mut flow].into_iter().zip(ends) {
                let left = &mut left[..count];
                left.iter_mut().zip(times).for_each(|(left, time)| *left = -rate * time);
                if rate == 0.0 { left.fill(1.0) } else { exponentials(left) }
            }
            for (index, (values, &time)) in out.iter_mut().zip(times).enumerate() {
                let by_ln_rate = |rate| decay_slope(rate, time);
                let [by_slow, by_fast] = self.by_ends(phi[index], slow[index], fast[index], by_ln_rate);
                let by_flow = if flow[index] == 0.0 { 0.0 } else { -self.flow_rate * time * flow[index] };
                *values = [phi[index], by_slow, by_fast, flow[index], by_flow];
            }
        }
    }

    fn integrals(&self, time: f64) -> [f64; 5] {
        let integral = self.barriers.integral(time);
        let (slow, fast) = (area(self.barriers.slowest_rate(), time), area(self.barriers.fastest_rate(), time));
        let [by_slow, by_fast] = self.by_ends(integral, slow, fast, |rate| area_slope(rate, time));
        [integral, by_slow, by_fast, area(self.flow_rate, time), area_slope(self.flow_rate, time)]
    }
}
