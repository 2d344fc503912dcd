//! Modes from a continuous spectrum with one peak: where to put them, and what they weigh.
//!
//! The trapezoidal rule over the logarithm of the relaxation time converges exponentially for a smooth spectrum and
//! needs no least squares. A spectrum that is nearly a simple exponential is a narrow peak on wide tails; its modes are
//! therefore spaced evenly in a variable that is the logarithm far away and dense at the peak,
//! `s(x) = x / (quarter decade) + 12 asinh[(x - peak)/width]`.

use std::f64::consts::LN_10;

/// Part of a relaxation function beyond each end of its modes; it joins the mode at that end.
pub const BEYOND: f64 = 1e-9;

/// Modes weaker than this are left out.
const NO_WEIGHT: f64 = 1e-15;
/// How many modes lie in the peak, about.
const PEAK_MODES: f64 = 12.0;
/// Newton's method needs four.
const MOST_ITERATIONS: usize = 30;

/// A peak in `x = ln(tau'/tau)`, and how far modes are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Peak {
    /// Where it is.
    pub place: f64,
    /// Half its width, above zero.
    pub width: f64,
    /// The fastest mode.
    pub fastest: f64,
    /// The slowest mode.
    pub slowest: f64,
}

/// Modes as `(x, weight)`, the fastest first; their weights are `spectrum(x) dx`.
pub fn peaked_modes(peak: Peak, spectrum: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    let Peak { place, width, fastest, slowest } = peak;
    let even = |x: f64| 4.0 * x / LN_10 + PEAK_MODES * ((x - place) / width).asinh();
    let slope = |x: f64| 4.0 / LN_10 + PEAK_MODES / (x - place).hypot(width);
    let count = (even(slowest) - even(fastest)).ceil().max(0.0) as u32;
    let mut x = fastest;
    let mut modes = Vec::with_capacity(count as usize + 1);
    for index in 0..=count {
        let wanted = even(fastest) + f64::from(index);
        // One mode further is a small step in x, from which Newton's method converges.
        for _ in 0..MOST_ITERATIONS {
            let step = (wanted - even(x)) / slope(x);
            x += step;
            if step.abs() <= 1e-15 * x.abs().max(width) {
                break;
            }
        }
        let weight = spectrum(x) / slope(x);
        if weight > NO_WEIGHT {
            modes.push((x, weight));
        }
    }
    modes
}
