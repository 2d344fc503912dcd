//! The form itself: values, derivatives, and where its maximum is.

use crate::few_unknowns::{SummedSquares, Sums};
use kovacs_core::elementary::exponentials;
use nalgebra::DMatrix;

/// Number of variables of the fit: `D, ln tau_2, ln(tau_1/tau_2), b_1, b_2` and the initial value in units of the scale.
pub(super) const COUNT: usize = 6;

/// Two stretched exponentials: `y = A exp[-(t/tau_1)^b_1] + (1 - A) exp[-(t/tau_2)^b_2]`, times an initial value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DoubleKww {
    /// Value at `t = 0`, in units of the curve.
    pub initial: f64,
    /// `D = A - 1`: above 0 the curve first rises, from -1 to 0 it only falls.
    pub overshoot: f64,
    /// `tau_1`, s: the slow decay.
    pub slow_time: f64,
    /// `tau_2`, s: the fast rise, or the fast part of a decay.
    pub fast_time: f64,
    /// `b_1`.
    pub slow_exponent: f64,
    /// `b_2`.
    pub fast_exponent: f64,
}

impl DoubleKww {
    /// The value at a time (s, `>= 0`), in units of the curve.
    pub fn value(&self, time: f64) -> f64 {
        let left = |tau: f64, exponent: f64| (-(time / tau).powf(exponent)).exp();
        let (slow, fast) = (left(self.slow_time, self.slow_exponent), left(self.fast_time, self.fast_exponent));
        self.initial * ((1.0 + self.overshoot) * slow - self.overshoot * fast)
    }

    /// Time (s) and value (in units of the curve) of the maximum after `t = 0`; `None` where the form has none.
    ///
    /// The root of `D b_2 v e^-v = (1 + D) b_1 u e^-u`, `u = (t/tau_1)^b_1`, `v = (t/tau_2)^b_2`, at which the slope goes
    /// from above to below zero. With `b_1 < b_2` the curve dips first, and its root is the later of two.
    pub fn peak(&self) -> Option<(f64, f64)> {
        if self.overshoot <= 0.0 {
            return None;
        }
        let (ln_slow, ln_fast) = (self.slow_time.ln(), self.fast_time.ln());
        let (b1, b2) = (self.slow_exponent, self.fast_exponent);
        let amplitudes = (self.overshoot * b2).ln() - ((1.0 + self.overshoot) * b1).ln();
        // The logarithm of the ratio of both sides: above 0 the curve rises.
        let rising = |x: f64| {
            let (ln_u, ln_v) = (b1 * (x - ln_slow), b2 * (x - ln_fast));
            amplitudes + ln_v - ln_v.exp() - ln_u + ln_u.exp()
        };
        let (first, last) = (ln_fast - REACH / b2, ln_slow + BEYOND / b1);
        let step = (last - first) / PLACES as f64;
        let mut best: Option<(f64, f64)> = None;
        let mut before = rising(first);
        for place in 1..=PLACES {
            let x = first + step * place as f64;
            let here = rising(x);
            if before > 0.0 && here <= 0.0 {
                let at = bisect(rising, x - step, x).exp();
                let top = self.value(at);
                let higher = |(_, value): (f64, f64)| top / self.initial > value / self.initial;
                if best.is_none_or(higher) {
                    best = Some((at, top));
                }
            }
            before = here;
        }
        best
    }

    /// The variables of the fit, the initial value in units of `scale`.
    pub(super) fn variables(&self, scale: f64) -> [f64; COUNT] {
        let ln_fast = self.fast_time.ln();
        let (ratio, initial) = (self.slow_time.ln() - ln_fast, self.initial / scale);
        [self.overshoot, ln_fast, ratio, self.slow_exponent, self.fast_exponent, initial]
    }

    /// The form with these variables.
    pub(super) fn of(variables: &[f64; COUNT], scale: f64) -> DoubleKww {
        let &[overshoot, ln_fast, ratio, slow_exponent, fast_exponent, initial] = variables;
        DoubleKww {
            initial: initial * scale,
            overshoot,
            slow_time: (ln_fast + ratio).exp(),
            fast_time: ln_fast.exp(),
            slow_exponent,
            fast_exponent,
        }
    }
}

/// How far before `tau_2` and beyond `tau_1` a maximum is looked for, in units of `ln u`: `e^-40` of the change.
const REACH: f64 = 40.0;
const BEYOND: f64 = 4.0;
/// Places at which the slope is looked at.
const PLACES: usize = 160;

/// The zero between two places of different sign, by halving.
fn bisect(function: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if function(middle) > 0.0 { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// Value and derivatives in units of the scale, by the variables of the fit, at a logarithm of time.
pub(super) fn gradient(variables: &[f64; COUNT], ln_time: f64) -> (f64, [f64; COUNT]) {
    let terms = Terms::new(variables);
    let mut arguments = [terms.slow(ln_time), terms.fast(ln_time), 0.0, 0.0];
    exponentials(&mut arguments[..2]);
    let [u, v, ..] = arguments;
    let mut left = [-u, -v];
    exponentials(&mut left);
    terms.row(ln_time, u, v, left[0], left[1])
}

/// Samples of a curve in units of the scale.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Samples {
    pub(super) ln_times: Vec<f64>,
    pub(super) values: Vec<f64>,
    /// Roots of the weights.
    pub(super) weights: Vec<f64>,
}

/// What does not depend on time.
#[derive(Clone, Copy)]
struct Terms {
    overshoot: f64,
    ln_fast: f64,
    ln_slow: f64,
    b1: f64,
    b2: f64,
    initial: f64,
}

impl Terms {
    fn new(variables: &[f64; COUNT]) -> Terms {
        let &[overshoot, ln_fast, ratio, b1, b2, initial] = variables;
        Terms { overshoot, ln_fast, ln_slow: ln_fast + ratio, b1, b2, initial }
    }

    fn slow(&self, ln_time: f64) -> f64 {
        self.b1 * (ln_time - self.ln_slow)
    }

    fn fast(&self, ln_time: f64) -> f64 {
        self.b2 * (ln_time - self.ln_fast)
    }

    #[inline(always)]
    fn row(&self, ln_time: f64, u: f64, v: f64, slow: f64, fast: f64) -> (f64, [f64; COUNT]) {
        let s = self.initial;
        let relative = (1.0 + self.overshoot) * slow - self.overshoot * fast;
        let (lost_slow, lost_fast) = (s * (1.0 + self.overshoot) * slow * u, s * self.overshoot * fast * v);
        let by_slow = self.b1 * lost_slow;
        let row = [
            s * (slow - fast),
            by_slow - self.b2 * lost_fast,
            by_slow,
            -lost_slow * (ln_time - self.ln_slow),
            lost_fast * (ln_time - self.ln_fast),
            relative,
        ];
        (s * relative, row)
    }
}

/// How many samples are in the works at a time.
const BLOCK: usize = 64;

impl Samples {
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Calls `add` with value, row of derivatives and index of every sample.
    #[inline(always)]
    fn each(&self, variables: &[f64; COUNT], mut add: impl FnMut(usize, f64, [f64; COUNT])) {
        let terms = Terms::new(variables);
        let [mut u, mut v, mut slow, mut fast] = [[0.0; BLOCK]; 4];
        for (block, times) in self.ln_times.chunks(BLOCK).enumerate() {
            let count = times.len();
            let (u, v, slow, fast) = (&mut u[..count], &mut v[..count], &mut slow[..count], &mut fast[..count]);
            for (index, &time) in times.iter().enumerate() {
                (u[index], v[index]) = (terms.slow(time), terms.fast(time));
            }
            exponentials(u);
            exponentials(v);
            for index in 0..count {
                (slow[index], fast[index]) = (-u[index], -v[index]);
            }
            exponentials(slow);
            exponentials(fast);
            for index in 0..count {
                let (value, row) = terms.row(times[index], u[index], v[index], slow[index], fast[index]);
                add(block * BLOCK + index, value, row);
            }
        }
    }

    /// Weighted derivatives, one row per sample.
    pub(super) fn jacobian(&self, variables: &[f64; COUNT]) -> DMatrix<f64> {
        let mut jacobian = DMatrix::zeros(self.len(), COUNT);
        self.each(variables, |index, _, row| {
            for (column, derivative) in row.into_iter().enumerate() {
                jacobian[(index, column)] = self.weights[index] * derivative;
            }
        });
        jacobian
    }

    /// Weighted fitted minus given values.
    pub(super) fn residuals(&self, variables: &[f64; COUNT]) -> Vec<f64> {
        let mut residuals = vec![0.0; self.len()];
        self.each(variables, |index, value, _| residuals[index] = self.weights[index] * (value - self.values[index]));
        residuals
    }
}

impl SummedSquares<COUNT> for Samples {
    fn sums(&self, variables: &[f64; COUNT]) -> Sums<COUNT> {
        let mut products = [[0.0; COUNT]; COUNT];
        let mut gradient = [0.0; COUNT];
        let mut squares = 0.0;
        self.each(variables, |index, value, row| {
            let weight = self.weights[index];
            let residual = weight * (value - self.values[index]);
            let row = row.map(|derivative| weight * derivative);
            squares += residual * residual;
            for i in 0..COUNT {
                gradient[i] += row[i] * residual;
                for j in 0..=i {
                    products[i][j] += row[i] * row[j];
                }
            }
        });
        let mut sums = Sums::zero();
        sums.squares = squares;
        for i in 0..COUNT {
            sums.gradient[i] = gradient[i];
            for (j, &product) in products[i].iter().enumerate().take(i + 1) {
                (sums.products[(i, j)], sums.products[(j, i)]) = (product, product);
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_the_values() {
        for variables in [[0.5, 5.0, 4.9, 0.6, 0.7, 1.0], [-0.3, 3.0, 2.0, 0.9, 0.4, 0.8]] {
            let form =
                |variables: &[f64; COUNT], ln_time: f64| DoubleKww::of(variables, 2.0).value(ln_time.exp()) / 2.0;
            for ln_time in [-3.0, 2.0, 5.0, 9.0] {
                let (value, row) = gradient(&variables, ln_time);
                assert!((value - form(&variables, ln_time)).abs() < 1e-14);
                for index in 0..COUNT {
                    let step = 1e-6;
                    let [mut more, mut less] = [variables; 2];
                    (more[index], less[index]) = (more[index] + step, less[index] - step);
                    let difference = (form(&more, ln_time) - form(&less, ln_time)) / (2.0 * step);
                    // Second order in the step, and rounding over it.
                    assert!(
                        (difference - row[index]).abs() < 1e-9,
                        "{index} at {ln_time}: {difference} {}",
                        row[index]
                    );
                }
            }
            assert_eq!(DoubleKww::of(&variables, 2.0).variables(2.0).len(), COUNT);
        }
    }
}
