//! The stretched exponential `phi(t) = exp[-(t/tau)^beta]` of Kohlrausch, Williams and Watts: function, integral
//! and rate.
//!
//! Its integral is `(tau/beta) gamma(1/beta, x)` with `x = (t/tau)^beta` and the lower incomplete gamma function. For
//! `x < 1` the power series is used instead: it is exact to the last digits down to `t = 0`, where a ramp of a
//! nanosecond still has to give the stress of a step.

use crate::shift::ShapeDerivatives;
use kovacs_core::elementary::{exponentials, logarithms};
use kovacs_core::linear_response::{GAUSS_LEGENDRE, RelaxationFunction};
use statrs::function::gamma::{checked_gamma_lr, gamma};

/// How many times are in the works at a time.
const BLOCK: usize = 64;

/// `exp[-(t/tau)^beta]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StretchedExponential {
    /// `tau`, s, above zero.
    pub relaxation_time: f64,
    /// `beta`, above 0 and at most 1.
    pub exponent: f64,
}

impl StretchedExponential {
    /// `x = (t/tau)^beta`.
    fn reduced(&self, time: f64) -> f64 {
        (time / self.relaxation_time).powf(self.exponent)
    }
}

impl RelaxationFunction for StretchedExponential {
    fn phi(&self, time: f64) -> f64 {
        let mut value = [0.0];
        self.phi_at(&[time], &mut value);
        value[0]
    }

    fn phi_at(&self, times: &[f64], out: &mut [f64]) {
        // exp(-exp(beta (ln t - ln tau)))
        let ln_tau = self.relaxation_time.ln();
        out.copy_from_slice(times);
        logarithms(out);
        out.iter_mut().for_each(|value| *value = self.exponent * (*value - ln_tau));
        exponentials(out);
        out.iter_mut().for_each(|value| *value = -*value);
        exponentials(out);
    }

    fn integral(&self, time: f64) -> f64 {
        let x = self.reduced(time);
        let order = 1.0 / self.exponent;
        if x < 1.0 {
            // t sum_k (-x)^k / [k! (k beta + 1)]: terms fall faster than 1/k!, so 20 reach the last bit.
            let mut power = 1.0;
            let mut sum = 1.0;
            for k in 1..=20 {
                let k = f64::from(k);
                power *= -x / k;
                sum += power / (k * self.exponent + 1.0);
            }
            return time * sum;
        }
        // Beyond the domain of the function (x infinite) nothing is left to relax.
        let part = checked_gamma_lr(order, x).unwrap_or(1.0);
        self.relaxation_time * order * gamma(order) * part
    }

    fn ln_rate(&self, time: f64) -> f64 {
        let beta = self.exponent;
        let amplitude = beta.ln() - self.relaxation_time.ln() - self.reduced(time);
        if beta == 1.0 { amplitude } else { amplitude + (beta - 1.0) * (time / self.relaxation_time).ln() }
    }

    fn longest_time(&self) -> Option<f64> {
        // A true stretched exponential has ever slower modes; only the simple one ends.
        (self.exponent == 1.0).then_some(self.relaxation_time)
    }
}

impl ShapeDerivatives for StretchedExponential {
    fn with_shape_at(&self, times: &[f64], out: &mut [[f64; 3]]) {
        let ln_tau = self.relaxation_time.ln();
        for (times, out) in times.chunks(BLOCK).zip(out.chunks_mut(BLOCK)) {
            let [mut ln_ratio, mut reduced, mut left] = [[0.0; BLOCK]; 3];
            let count = times.len();
            let (ln_ratio, reduced, left) = (&mut ln_ratio[..count], &mut reduced[..count], &mut left[..count]);
            ln_ratio.copy_from_slice(times);
            logarithms(ln_ratio);
            ln_ratio.iter_mut().for_each(|value| *value -= ln_tau);
            reduced.iter_mut().zip(ln_ratio.iter()).for_each(|(value, ratio)| *value = self.exponent * ratio);
            exponentials(reduced);
            left.iter_mut().zip(reduced.iter()).for_each(|(value, x)| *value = -x);
            exponentials(left);
            for (((values, ln_ratio), x), left) in out.iter_mut().zip(ln_ratio).zip(reduced).zip(left) {
                let lost = *x * *left;
                // At the very start nothing is lost, however fast.
                *values = [*left, self.exponent * lost, if lost == 0.0 { 0.0 } else { -*ln_ratio * lost }];
            }
        }
    }

    fn integral_by_shape(&self, time: f64) -> [f64; 2] {
        // I = tau F(t/tau): its derivative by ln tau is I - t phi.
        [self.integral(time) - time * self.phi(time), self.integral_by_exponent(time)]
    }
}

impl StretchedExponential {
    /// The derivative with respect to `beta`.
    fn by_exponent(&self, time: f64) -> f64 {
        let mut values = [[0.0; 3]];
        self.with_shape_at(&[time], &mut values);
        values[0][2]
    }

    /// The derivative of the integral with respect to `beta`: from its series up to `tau`, by quadrature of that of
    /// `phi` from there on.
    fn integral_by_exponent(&self, time: f64) -> f64 {
        if time == 0.0 {
            return 0.0;
        }
        let (beta, tau) = (self.exponent, self.relaxation_time);
        let early = time.min(tau);
        let (x, ln_ratio) = (self.reduced(early), (early / tau).ln());
        let (mut power, mut sum) = (1.0, 0.0);
        for k in 1..=20 {
            let k = f64::from(k);
            power *= -x / k;
            let share = 1.0 / (k * beta + 1.0);
            sum += power * k * share * (ln_ratio - share);
        }
        // Beyond x = 700 nothing is left; in ln t the rest is smooth on the scale of 1.
        let reach = (time / tau).ln().clamp(0.0, 700f64.ln() / beta);
        let panels = (2.0 * reach).ceil();
        let mut later = 0.0;
        for panel in 0..panels as u32 {
            for (place, weight) in GAUSS_LEGENDRE {
                let at = tau * (reach / panels * (f64::from(panel) + 0.5 + 0.5 * place)).exp();
                later += 0.5 * weight * reach / panels * at * self.by_exponent(at);
            }
        }
        early * sum + later
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(actual: f64, expected: f64, tolerance: f64) {
        assert!((actual / expected - 1.0).abs() < tolerance, "{actual} is not {expected} within {tolerance:e}");
    }

    #[test]
    fn integral_of_a_half_is_known_in_closed_form() {
        // beta = 1/2: I = 2 tau [1 - (1 + sqrt x) e^-sqrt x], both sides of the switch from series to gamma function.
        let phi = StretchedExponential { relaxation_time: 1e4, exponent: 0.5 };
        for time in [5.0, 900.0, 9.9e3, 1e4, 1.01e4, 1e5, 1e7] {
            let root = (time / 1e4_f64).sqrt();
            check(phi.integral(time), 2e4 * (1.0 - (1.0 + root) * (-root).exp()), 1e-13 + 1e-15 / (root * root));
        }
        assert_eq!(phi.integral(0.0), 0.0);
        check(phi.integral(1e-12), 1e-12, 1e-7);
    }

    #[test]
    fn derivatives_are_those_of_the_functions() {
        for exponent in [0.1, 0.5, 0.9] {
            let of = |ln_tau: f64, exponent| StretchedExponential { relaxation_time: ln_tau.exp(), exponent };
            let (ln_tau, step) = (2.0, 1e-6);
            for time in [0.0, 1e-6, 0.3, 7.0, 8.0, 100.0, 1e5, 1e30] {
                let check = |derivative: f64, function: &dyn Fn(StretchedExponential) -> f64, by_exponent: bool| {
                    let [more, less] = [step, -step].map(|step| {
                        function(if by_exponent { of(ln_tau, exponent + step) } else { of(ln_tau + step, exponent) })
                    });
                    // Second order in the step, and the rounding of differences of values of this size.
                    let scale = function(of(ln_tau, exponent)).abs().max(derivative.abs()).max(1.0);
                    let found = (more - less) / (2.0 * step);
                    assert!(
                        (found - derivative).abs() < 1e-7 * scale,
                        "{exponent}, {time} s: {derivative}, not {found}"
                    );
                };
                let phi = of(ln_tau, exponent);
                for by_exponent in [false, true] {
                    let which = usize::from(by_exponent);
                    let mut values = [[0.0; 3]];
                    phi.with_shape_at(&[time], &mut values);
                    check(values[0][which + 1], &|phi| phi.phi(time), by_exponent);
                    assert_eq!(values[0][0], phi.phi(time));
                    check(phi.integral_by_shape(time)[which], &|phi| phi.integral(time), by_exponent);
                }
            }
        }
    }

    #[test]
    fn integral_agrees_with_the_simple_exponential_and_is_smooth_at_the_switch() {
        let simple = StretchedExponential { relaxation_time: 3.0, exponent: 1.0 };
        for time in [1e-9, 1.0, 2.9, 3.1, 50.0] {
            check(simple.integral(time), -3.0 * f64::exp_m1(-time / 3.0), 1e-14);
        }
        for exponent in [0.05, 0.23, 0.4, 0.9] {
            let phi = StretchedExponential { relaxation_time: 1.0, exponent };
            let jump = phi.integral(1.0 + 1e-9) - phi.integral(1.0 - 1e-9);
            // The slope at the switch is phi(1) = 1/e; a gap between the branches would dwarf 2e-9.
            check(jump, 2e-9 / std::f64::consts::E, 1e-4);
        }
    }
}
