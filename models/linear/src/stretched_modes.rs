//! The stretched exponential as a sum of simple ones: its spectrum of relaxation times, and modes taken from it.
//!
//! `phi(t) = integral H(ln tau') exp(-t/tau') d ln tau'` makes `H` the one-sided stable density of index `beta` in the
//! rate `tau/tau'`. It is computed from its positive, non-oscillating integral over an angle (Mikusinski, Studia Math.
//! 18 (1959) 191): `H = beta / [pi (1 - beta)] integral_0^pi z U exp(-z U) d angle`, with
//! `z = (tau'/tau)^(beta/(1-beta))` and `U = sin(beta a)^(beta/(1-beta)) sin((1-beta) a) / sin(a)^(1/(1-beta))`.
//! Pollard's integral (Bull. Am. Math. Soc. 52 (1946) 908) would lose all digits of the slow modes.
//!
//! Modes are the trapezoidal rule for the integral over `ln tau'`, either four to the decade or, for the narrow peak
//! that the spectrum is near `beta = 1`, dense at the peak ([`crate::spectrum`]): [`fine_modes`] meet `phi` to 1e-9 for
//! any exponent up to 0.995.

use crate::spectrum::{BEYOND, Peak, peaked_modes};
use crate::stretched::StretchedExponential;
use std::f64::consts::{LN_10, PI};

/// The spectrum of one exponent, prepared for many relaxation times.
pub struct StretchedSpectrum {
    exponent: f64,
    step: f64,
    /// `ln U` at the places of the rule, rising, and `d angle/dv / pi`.
    places: Vec<(f64, f64)>,
}

/// `ln 745`: beyond it `exp(-z U)` is no double.
const LN_LARGEST: f64 = 6.6134;

impl StretchedSpectrum {
    /// Prepares an exponent, `0 < beta < 1`.
    pub fn new(exponent: f64) -> Self {
        let stretch = 1.0 / (1.0 - exponent);
        // Angle a = pi / (1 + e^-v): fast modes come from the last 1e-5 of the angle, which v resolves evenly. Both
        // ends decay exponentially; the steeper U is, the finer the step has to be.
        let step = 0.125f64.min(0.25 * (1.0 - exponent));
        let reach = (30.0 / step) as i32;
        let place = |index: i32| {
            let v = f64::from(index) * step;
            let (angle, rest) = (PI / (1.0 + (-v).exp()), PI / (1.0 + v.exp()));
            let ln_u = exponent * stretch * (exponent * angle).sin().ln() + ((1.0 - exponent) * angle).sin().ln()
                - stretch * rest.min(angle).sin().ln();
            (ln_u, angle * rest / (PI * PI))
        };
        StretchedSpectrum { exponent, step, places: (-reach..=reach).map(place).collect() }
    }

    /// `H(ln tau')`, normalised to 1 over `ln tau'`, at `tau'/tau = exp(ln_ratio)`.
    pub fn at(&self, ln_ratio: f64) -> f64 {
        let power = self.exponent / (1.0 - self.exponent);
        // U only grows with the angle: where exp(-z U) has underflowed, nothing follows.
        let terms = self.places.iter().map(|(ln_u, weight)| (power * ln_ratio + ln_u, weight));
        let sum: f64 = terms
            .take_while(|(ln_zu, _)| *ln_zu < LN_LARGEST)
            .map(|(ln_zu, weight)| (ln_zu - ln_zu.exp()).exp() * weight)
            .sum();
        power * sum * self.step
    }
}

/// 61 modes of a stretched exponential, four to the decade from `1e-10 tau` to `1e5 tau`, as `(relaxation time in s,
/// weight)` with weights of sum 1, the fastest first; `0 < beta < 1`.
///
/// What lies beyond the fast end joins the fastest mode. For `beta` of 0.4 and 0.5 the modes give `phi` to 1.5e-7 from
/// `1e-8 tau` on; above 0.5 the spacing is too wide, see [`fine_modes`].
pub fn quarter_decade_modes(phi: &StretchedExponential) -> Vec<(f64, f64)> {
    let spacing = LN_10 / 4.0;
    let spectrum = StretchedSpectrum::new(phi.exponent);
    let mode = |index: i32| {
        let ln_ratio = f64::from(index - 40) * spacing;
        (phi.relaxation_time * ln_ratio.exp(), spectrum.at(ln_ratio) * spacing)
    };
    completed((0..61).map(mode).collect())
}

/// Width of the peak in units of `1 - beta`.
const PEAK_WIDTH: f64 = 4.0;
/// Above this exponent the spectrum is mixed from those at this exponent and at 1.
const ALMOST_SIMPLE: f64 = 0.995;

/// As many modes as it takes to give `phi` to 1e-9 at any time (130 at `beta` 0.5, 1000 at 0.05), as `(relaxation time
/// in s, weight)` with weights of sum 1, the fastest first; `0 < beta <= 1`.
///
/// Above an exponent of 0.995 the modes are a mixture and give `phi` to 4e-6; at 1 there is one mode.
pub fn fine_modes(phi: &StretchedExponential) -> Vec<(f64, f64)> {
    let tau = phi.relaxation_time;
    if phi.exponent == 1.0 {
        return vec![(tau, 1.0)];
    }
    let exponent = phi.exponent.min(ALMOST_SIMPLE);
    let modes = dense_modes(exponent).into_iter().map(|(ln_ratio, weight)| (tau * ln_ratio.exp(), weight));
    let mut modes = completed(modes.collect());
    let share = (1.0 - phi.exponent) / (1.0 - exponent);
    if share < 1.0 {
        modes.iter_mut().for_each(|(_, weight)| *weight *= share);
        modes.push((tau, 1.0 - share));
    }
    modes
}

/// Modes as `(ln(tau'/tau), weight)`.
fn dense_modes(exponent: f64) -> Vec<(f64, f64)> {
    let spectrum = StretchedSpectrum::new(exponent);
    let rest = 1.0 - exponent;
    let peak = Peak {
        // For beta near 1 the rate is 1 + (1 - beta) times a variable of Landau's distribution, shifted by ln(1 - beta).
        place: -rest * rest.ln(),
        width: PEAK_WIDTH * rest,
        // The fast tail goes as ratio^beta; the slow one as exp[-(1 - beta) (beta^beta ratio)^(1/(1-beta))], about.
        fastest: BEYOND.ln() / exponent,
        slowest: rest / exponent * (30.0 / (rest * exponent.powf(exponent / rest))).ln(),
    };
    peaked_modes(peak, |ln_ratio| spectrum.at(ln_ratio))
}

/// The modes with the sum 1: what is missing is too fast for any of them and joins the fastest, what is too much is an
/// error of all.
fn completed(mut modes: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let sum = modes.iter().map(|(_, weight)| weight).sum::<f64>();
    match modes.first_mut() {
        Some((_, fastest)) if sum < 1.0 => *fastest += 1.0 - sum,
        _ => modes.iter_mut().for_each(|(_, weight)| *weight /= sum),
    }
    modes
}

#[cfg(test)]
mod tests {
    use super::*;
    use kovacs_core::linear_response::RelaxationFunction;

    #[track_caller]
    fn check(actual: f64, expected: f64, tolerance: f64) {
        assert!((actual / expected - 1.0).abs() < tolerance, "{actual} is not {expected} within {tolerance:e}");
    }

    #[test]
    fn spectrum_of_a_half_is_known_in_closed_form() {
        // beta = 1/2: H = sqrt(ratio / (4 pi)) exp(-ratio / 4).
        let spectrum = StretchedSpectrum::new(0.5);
        for ratio in [1e-10, 1e-3, 0.1, 1.0, 10.0, 100.0, 1e3_f64] {
            check(spectrum.at(ratio.ln()), (ratio / (4.0 * PI)).sqrt() * (-ratio / 4.0).exp(), 1e-10);
        }
    }

    /// Largest error of `phi` over sixteen decades of time.
    fn error(phi: &StretchedExponential, modes: &[(f64, f64)], from: i32) -> f64 {
        assert!(modes.iter().all(|&(_, weight)| weight >= 0.0));
        check(modes.iter().map(|(_, weight)| weight).sum(), 1.0, 1e-13);
        let off = |decitenth: i32| {
            let time = phi.relaxation_time * 10f64.powf(f64::from(decitenth) / 10.0);
            let sum: f64 = modes.iter().map(|(tau, weight)| weight * (-time / tau).exp()).sum();
            (sum - phi.phi(time)).abs()
        };
        (from..=40).map(off).fold(0.0, f64::max)
    }

    #[test]
    fn quarter_decades_give_back_the_function() {
        for exponent in [0.4, 0.5] {
            let phi = StretchedExponential { relaxation_time: 100.0, exponent };
            // The trapezoidal rule at four modes to the decade errs by exp(-pi^2 / 0.576) = 4e-8 times an amplitude of
            // order one, here at most 1.4e-7.
            assert!(error(&phi, &quarter_decade_modes(&phi), -80) < 1.5e-7);
        }
    }

    #[test]
    fn fine_modes_give_back_the_function_for_any_exponent() {
        for (exponent, tolerance, count) in [
            (0.05, 2e-9, 1000),
            (0.1, 2e-9, 520),
            (0.23, 2e-9, 260),
            (0.5, 1e-9, 150),
            (0.7, 1e-9, 130),
            (0.9, 1e-9, 120),
            (0.99, 1e-9, 140),
            (0.995, 1e-9, 150),
            (0.9975, 4e-6, 150),
            (1.0, 1e-15, 1),
        ] {
            let phi = StretchedExponential { relaxation_time: 100.0, exponent };
            let modes = fine_modes(&phi);
            let error = error(&phi, &modes, -120);
            assert!(error < tolerance && modes.len() <= count, "beta {exponent}: {error:e} by {} modes", modes.len());
        }
    }
}
