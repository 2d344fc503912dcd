//! The stretched exponential `phi(t) = exp[-(t/tau)^beta]` of Kohlrausch, Williams and Watts: function, integral,
//! rate and spectrum.
//!
//! Its integral is `(tau/beta) gamma(1/beta, x)` with `x = (t/tau)^beta` and the lower incomplete gamma function. For
//! `x < 1` the power series is used instead: it is exact to the last digits down to `t = 0`, where a ramp of a
//! nanosecond still has to give the stress of a step.

use kovacs_core::linear_response::RelaxationFunction;
use statrs::function::gamma::{checked_gamma_lr, gamma};

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
        (-self.reduced(time)).exp()
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

/// Spectrum `H(ln tau')` of `exp[-(t/tau)^beta]`, normalised to 1 over `ln tau'`, at `tau'/tau = ratio`; `0 < beta < 1`.
///
/// `phi(t) = integral H(ln tau') exp(-t/tau') d ln tau'` makes `H` the one-sided stable density of index `beta` in the
/// rate `tau/tau'`. It is computed from its positive, non-oscillating integral over an angle (Mikusinski, Studia Math.
/// 18 (1959) 191): `H = beta / [pi (1 - beta)] integral_0^pi z U exp(-z U) d angle`, with
/// `z = ratio^(beta/(1-beta))` and `U = sin(beta a)^(beta/(1-beta)) sin((1-beta) a) / sin(a)^(1/(1-beta))`.
/// Pollard's integral (Bull. Am. Math. Soc. 52 (1946) 908) would lose all digits of the slow modes.
pub fn stretched_spectrum(exponent: f64, ratio: f64) -> f64 {
    let beta = exponent;
    let stretch = 1.0 / (1.0 - beta);
    let ln_z = beta * stretch * ratio.ln();
    // Angle a = pi / (1 + e^-v): fast modes come from the last 1e-5 of the angle, which v resolves evenly. Both ends
    // decay exponentially, so the trapezoidal rule converges exponentially.
    let places = (0..=STEPS).map(|index| f64::from(index - STEPS / 2) * STEP);
    let values = places.map(|v| {
        let angle = std::f64::consts::PI / (1.0 + (-v).exp());
        let rest = std::f64::consts::PI / (1.0 + v.exp());
        let ln_u = beta * stretch * (beta * angle).sin().ln() + ((1.0 - beta) * angle).sin().ln()
            - stretch * rest.min(angle).sin().ln();
        (ln_z + ln_u, angle * rest / std::f64::consts::PI)
    });
    // U only grows with the angle: where exp(-z U) has underflowed, nothing follows.
    let sum: f64 = values
        .take_while(|(ln_zu, _)| *ln_zu < LN_LARGEST)
        .map(|(ln_zu, weight)| (ln_zu - ln_zu.exp()).exp() * weight)
        .sum();
    beta * stretch / std::f64::consts::PI * sum * STEP
}

/// Step of the trapezoidal rule in `v`.
const STEP: f64 = 0.125;
/// From `v = -30` to 30, where the angle is within 1e-13 of its ends.
const STEPS: i32 = 480;
/// `ln 745`: beyond it `exp(-z U)` is no double.
const LN_LARGEST: f64 = 6.6134;

/// The modes of a stretched exponential as `(relaxation time, weight)`, weights above zero with the sum 1.
///
/// 61 modes, four to the decade from `1e-10 tau` to `1e5 tau`: the trapezoidal rule in `ln tau'`, which converges
/// exponentially for this smooth spectrum and needs no least squares. What lies beyond the fast end joins the fastest
/// mode. For `beta = 0.5` the modes give `phi` to 1.5e-7 from `1e-8 tau` on; `0 < beta < 1`.
pub fn stretched_modes(phi: &StretchedExponential) -> Vec<(f64, f64)> {
    let spacing = std::f64::consts::LN_10 / 4.0;
    let mut modes: Vec<(f64, f64)> = (0..61)
        .map(|index| {
            let ratio = (f64::from(index - 40) * spacing).exp();
            (phi.relaxation_time * ratio, stretched_spectrum(phi.exponent, ratio) * spacing)
        })
        .collect();
    let missing = 1.0 - modes.iter().map(|(_, weight)| weight).sum::<f64>();
    if let Some((_, fastest)) = modes.first_mut() {
        *fastest = (*fastest + missing).max(0.0);
    }
    modes
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

    #[test]
    fn spectrum_of_a_half_is_known_in_closed_form() {
        // beta = 1/2: H = sqrt(ratio / (4 pi)) exp(-ratio / 4).
        for ratio in [1e-10, 1e-3, 0.1, 1.0, 10.0, 100.0, 1e3_f64] {
            let expected = (ratio / (4.0 * std::f64::consts::PI)).sqrt() * (-ratio / 4.0).exp();
            check(stretched_spectrum(0.5, ratio), expected, 1e-10);
        }
    }

    #[test]
    fn modes_give_back_the_function() {
        for exponent in [0.4, 0.5] {
            let phi = StretchedExponential { relaxation_time: 100.0, exponent };
            let modes = stretched_modes(&phi);
            let total: f64 = modes.iter().map(|(_, weight)| weight).sum();
            check(total, 1.0, 1e-14);
            assert!(modes.iter().all(|&(_, weight)| weight >= 0.0));
            for exponent in -80..=30 {
                let time = 100.0 * 10f64.powf(f64::from(exponent) / 10.0);
                let sum: f64 = modes.iter().map(|(tau, weight)| weight * (-time / tau).exp()).sum();
                let error = (sum - phi.phi(time)).abs();
                // The trapezoidal rule at four modes to the decade errs by exp(-pi^2 / 0.576) = 4e-8 times an
                // amplitude of order one, here at most 1.4e-7.
                assert!(error < 1.5e-7, "phi({time}) is off by {error:e}");
            }
        }
    }
}
