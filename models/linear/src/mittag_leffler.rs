//! The relaxation function `phi(t) = E_a[-(t/tau)^a]` of fractional elements, with the Mittag-Leffler function `E_a`.
//!
//! A spring and a fractional dashpot (`sigma = V d^a eps/dt^a`) in series relax so (Bagley & Torvik, J. Rheol. 27 (1983)
//! 201; Mainardi, Fractional Calculus and Waves in Linear Viscoelasticity (2010), ch. 3); it is a stretched exponential
//! at short times and a power law `t^-a` at long ones. Its Laplace transform `s^(a-1) / (s^a + tau^-a)` has no
//! singularity but the cut along the negative axis, so the inverse transform on a parabola around it (Weideman &
//! Trefethen, Math. Comp. 76 (2007) 1341) converges as `8.1^-N`. Scaled with time the parabola is the same for all
//! times: one power per time and a sum of 16 complex fractions. At short times the power series, at long times the
//! asymptotic one keep the relative precision.

use crate::shift::ShapeDerivatives;
use crate::spectrum::{BEYOND, Peak, peaked_modes};
use kovacs_core::elementary::{exponentials, logarithms};
use kovacs_core::linear_response::RelaxationFunction;
use statrs::function::gamma::gamma;
use std::f64::consts::PI;

/// Places on the upper half of the parabola. Sixteen err by 1e-14, and rounding is multiplied by `e^4.2`.
const PLACES: usize = 16;
/// How many times are in the works at a time.
const BLOCK: usize = 64;
/// Terms of the power series, for `x < 0.1`.
const SERIES: usize = 15;
/// Terms of the asymptotic series, for `x > 1000`.
const ASYMPTOTIC: usize = 6;

/// `E_a[-(t/tau)^a]`.
#[derive(Clone, Debug, PartialEq)]
pub struct MittagLeffler {
    relaxation_time: f64,
    exponent: f64,
    places: [Place; PLACES],
    /// `1/Gamma(a k + 1)`.
    series: [f64; SERIES],
    /// `1/Gamma(1 - a k)`, from `k = 1`.
    asymptotic: [f64; ASYMPTOTIC],
}

/// A place `z` of the parabola.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Place {
    /// `z^a`.
    power: Complex,
    /// `e^z dz / (pi i)`: its real part with a function is the integral over both halves.
    weight: Complex,
    /// `ln z`.
    ln: Complex,
    /// `1/z`.
    inverse: Complex,
}

/// A complex number; only what is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Complex {
    re: f64,
    im: f64,
}

impl Complex {
    fn times(self, other: Complex) -> Complex {
        Complex { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }

    fn over(self, other: Complex) -> Complex {
        let size = 1.0 / (other.re * other.re + other.im * other.im);
        Complex {
            re: (self.re * other.re + self.im * other.im) * size,
            im: (self.im * other.re - self.re * other.im) * size,
        }
    }

    fn plus(self, real: f64) -> Complex {
        Complex { re: self.re + real, im: self.im }
    }

    /// `r e^(i angle)`.
    fn polar(size: f64, angle: f64) -> Complex {
        Complex { re: size * angle.cos(), im: size * angle.sin() }
    }
}

impl MittagLeffler {
    /// Prepares a relaxation time (s), above zero, and an exponent, `0 < a <= 1`.
    pub fn new(relaxation_time: f64, exponent: f64) -> Self {
        let count = PLACES as f64;
        let (step, scale) = (3.0 / count, PI * count / 12.0);
        let place = |index: usize| {
            // z = scale (1 + i u)^2, dz = 2 i scale (1 + i u) du.
            let u = (index as f64 + 0.5) * step;
            let root = Complex { re: 1.0, im: u };
            let square = root.times(root);
            let z = Complex { re: scale * square.re, im: scale * square.im };
            let ln = Complex { re: z.re.hypot(z.im).ln(), im: z.im.atan2(z.re) };
            Place {
                power: Complex::polar((exponent * ln.re).exp(), exponent * ln.im),
                weight: Complex::polar(z.re.exp() * 2.0 * scale * step / PI, z.im).times(root),
                ln,
                inverse: Complex { re: 1.0, im: 0.0 }.over(z),
            }
        };
        MittagLeffler {
            relaxation_time,
            exponent,
            places: std::array::from_fn(place),
            series: std::array::from_fn(|k| if k == 0 { 1.0 } else { 1.0 / gamma(exponent * k as f64 + 1.0) }),
            // 1/Gamma(1 - y) = Gamma(y) sin(pi y) / pi.
            asymptotic: std::array::from_fn(|k| {
                let y = exponent * (k + 1) as f64;
                gamma(y) * (PI * y).sin() / PI
            }),
        }
    }

    /// `tau`, s.
    pub fn relaxation_time(&self) -> f64 {
        self.relaxation_time
    }

    /// `a`.
    pub fn exponent(&self) -> f64 {
        self.exponent
    }

    /// `x = (t/tau)^a`.
    fn reduced(&self, time: f64) -> f64 {
        (time / self.relaxation_time).powf(self.exponent)
    }

    /// The inverse transform of `f(place) / (z^a + x)`.
    fn inverse_transform(&self, x: f64, numerator: impl Fn(&Place) -> Complex) -> f64 {
        self.places.iter().map(|place| place.weight.times(numerator(place)).over(place.power.plus(x)).re).sum()
    }

    /// `sum_k (-x)^k factor(k) / Gamma(a k + 1)`.
    fn power_series(&self, x: f64, factor: impl Fn(f64) -> f64) -> f64 {
        self.series.iter().enumerate().rev().fold(0.0, |sum, (k, coefficient)| coefficient * factor(k as f64) - x * sum)
    }

    /// `sum_k -(-x)^-k factor(k) / Gamma(1 - a k)`, from `k = 1`.
    fn asymptotic_series(&self, x: f64, factor: impl Fn(f64) -> f64) -> f64 {
        let terms = self.asymptotic.iter().enumerate().rev();
        terms.fold(0.0, |sum, (k, coefficient)| (coefficient * factor((k + 1) as f64) - sum) / x)
    }

    /// The derivative with respect to `a` of the inverse transform of `f(place) / (z^a + x)`, where `f` goes as `z^a`.
    fn transform_by_exponent(&self, time: f64, numerator: impl Fn(&Place) -> Complex) -> f64 {
        let (x, ln_ratio) = (self.reduced(time), (time / self.relaxation_time).ln());
        // d/da of z^a / (z^a + x) is z^a x (ln z - ln t/tau) / (z^a + x)^2.
        self.inverse_transform(x, |place| {
            let numerator = numerator(place).times(place.ln.plus(-ln_ratio));
            numerator.times(Complex { re: x, im: 0.0 }).over(place.power.plus(x))
        })
    }

    /// Modes that give `phi` to 1e-8 at any time, as `(relaxation time in s, weight)` with weights of sum 1, the fastest
    /// first.
    ///
    /// The spectrum over `x = ln(tau'/tau)` is `sin(pi a) / (2 pi [cosh(a x) + cos(pi a)])` (Cole & Cole's). It is even
    /// and has a slow tail as long as the fast one.
    pub fn modes(&self) -> Vec<(f64, f64)> {
        let (tau, a) = (self.relaxation_time, self.exponent);
        if a == 1.0 {
            return vec![(tau, 1.0)];
        }
        let reach = -BEYOND.ln() / a;
        let peak = Peak { place: 0.0, width: 4.0 * (1.0 - a), fastest: -reach, slowest: reach };
        // sin(pi a) and 1 + cos(pi a) from 1 - a, which near 1 is all that is left of them.
        let rest = PI * (1.0 - a);
        let spectrum = |x: f64| {
            let denominator = 2.0 * ((0.5 * a * x).sinh().powi(2) + (0.5 * rest).sin().powi(2));
            rest.sin() / (2.0 * PI * denominator)
        };
        let mut modes = peaked_modes(peak, spectrum);
        let missing = 1.0 - modes.iter().map(|(_, weight)| weight).sum::<f64>();
        if let Some((_, fastest)) = modes.first_mut() {
            *fastest = (*fastest + 0.5 * missing).max(0.0);
        }
        if let Some((_, slowest)) = modes.last_mut() {
            *slowest = (*slowest + 0.5 * missing).max(0.0);
        }
        modes.into_iter().map(|(x, weight)| (tau * x.exp(), weight)).collect()
    }
}

impl RelaxationFunction for MittagLeffler {
    fn phi(&self, time: f64) -> f64 {
        let mut value = [0.0];
        self.phi_at(&[time], &mut value);
        value[0]
    }

    fn phi_at(&self, times: &[f64], out: &mut [f64]) {
        let ln_tau = self.relaxation_time.ln();
        let numerators = self.places.map(|place| place.weight.times(place.power).times(place.inverse));
        for (times, out) in times.chunks(BLOCK).zip(out.chunks_mut(BLOCK)) {
            // x = (t/tau)^a
            let mut reduced = [0.0; BLOCK];
            let reduced = &mut reduced[..times.len()];
            reduced.copy_from_slice(times);
            logarithms(reduced);
            reduced.iter_mut().for_each(|value| *value = self.exponent * (*value - ln_tau));
            exponentials(reduced);
            if self.exponent == 1.0 {
                out.iter_mut().zip(reduced.iter()).for_each(|(value, x)| *value = -x);
                exponentials(out);
                continue;
            }
            out.fill(0.0);
            for (place, numerator) in self.places.iter().zip(&numerators) {
                let squared = place.power.im * place.power.im;
                for (value, x) in out.iter_mut().zip(reduced.iter()) {
                    let real = place.power.re + x;
                    *value += (numerator.re * real + numerator.im * place.power.im) / (real * real + squared);
                }
            }
            for (value, &x) in out.iter_mut().zip(reduced.iter()) {
                if x < 0.1 {
                    *value = self.power_series(x, |_| 1.0);
                } else if x > 1000.0 {
                    *value = self.asymptotic_series(x, |_| 1.0);
                }
            }
        }
    }

    fn integral(&self, time: f64) -> f64 {
        let (x, a) = (self.reduced(time), self.exponent);
        if a == 1.0 {
            return -self.relaxation_time * (-x).exp_m1();
        }
        if x < 0.1 {
            return time * self.power_series(x, |k| 1.0 / (a * k + 1.0));
        }
        time * self.inverse_transform(x, |place| place.power.times(place.inverse).times(place.inverse))
    }

    fn ln_rate(&self, time: f64) -> f64 {
        let (x, a) = (self.reduced(time), self.exponent);
        if a == 1.0 {
            return -x - self.relaxation_time.ln();
        }
        if time == 0.0 {
            return f64::INFINITY;
        }
        // g t = x times the inverse of 1/(z^a + x); where x is large, that of -z^a/(z^a + x), because e^z itself has none.
        let rate = if x < 0.1 {
            // d/dt of the series: x a sum_k (-x)^k (k + 1) / Gamma(a (k + 1) + 1).
            let terms = self.series.iter().enumerate().skip(1).rev();
            x * a * terms.fold(0.0, |sum, (k, coefficient)| coefficient * k as f64 - x * sum)
        } else if x > 1000.0 {
            a * self.asymptotic_series(x, |k| k)
        } else if x < 1.0 {
            x * self.inverse_transform(x, |_| Complex { re: 1.0, im: 0.0 })
        } else {
            -self.inverse_transform(x, |place| place.power)
        };
        rate.ln() - time.ln()
    }

    fn longest_time(&self) -> Option<f64> {
        (self.exponent == 1.0).then_some(self.relaxation_time)
    }
}

impl ShapeDerivatives for MittagLeffler {
    fn with_shape_at(&self, times: &[f64], out: &mut [[f64; 3]]) {
        let ln_tau = self.relaxation_time.ln();
        for (times, out) in times.chunks(BLOCK).zip(out.chunks_mut(BLOCK)) {
            let [mut ln_ratio, mut reduced, mut phi, mut by_ln_time, mut by_exponent] = [[0.0; BLOCK]; 5];
            let count = times.len();
            let (ln_ratio, reduced) = (&mut ln_ratio[..count], &mut reduced[..count]);
            self.phi_at(times, &mut phi[..count]);
            ln_ratio.copy_from_slice(times);
            logarithms(ln_ratio);
            ln_ratio.iter_mut().for_each(|value| *value -= ln_tau);
            reduced.iter_mut().zip(ln_ratio.iter()).for_each(|(value, ratio)| *value = self.exponent * ratio);
            exponentials(reduced);
            for place in &self.places {
                // d/d ln tau of z^a/(z^a + x) is a x z^a/(z^a + x)^2, d/da is x z^a (ln z - ln t/tau)/(z^a + x)^2.
                let numerator = place.weight.times(place.power).times(place.inverse);
                let with_ln = numerator.times(place.ln);
                let sums = by_ln_time.iter_mut().zip(&mut by_exponent);
                for ((by_ln_time, by_exponent), (x, ln_ratio)) in sums.zip(reduced.iter().zip(ln_ratio.iter())) {
                    let (real, imaginary) = (place.power.re + x, place.power.im);
                    let size = 1.0 / (real * real + imaginary * imaginary);
                    // 1/(z^a + x)^2
                    let square = Complex {
                        re: (real * real - imaginary * imaginary) * size * size,
                        im: -2.0 * real * imaginary * size * size,
                    };
                    let by_reduced = numerator.re * square.re - numerator.im * square.im;
                    *by_ln_time += by_reduced;
                    *by_exponent += (with_ln.re * square.re - with_ln.im * square.im) - ln_ratio * by_reduced;
                }
            }
            for (index, values) in out.iter_mut().enumerate() {
                let x = reduced[index];
                // At the very start nothing is lost, however fast.
                let lost = |sum: f64| if x == 0.0 { 0.0 } else { x * sum };
                *values = [phi[index], self.exponent * lost(by_ln_time[index]), lost(by_exponent[index])];
            }
        }
    }

    fn integral_by_shape(&self, time: f64) -> [f64; 2] {
        if time == 0.0 {
            return [0.0; 2];
        }
        let twice = |place: &Place| place.power.times(place.inverse).times(place.inverse);
        // I = tau F(t/tau): its derivative by ln tau is I - t phi.
        [self.integral(time) - time * self.phi(time), time * self.transform_by_exponent(time, twice)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(actual: f64, expected: f64, tolerance: f64) {
        assert!((actual / expected - 1.0).abs() < tolerance, "{actual} is not {expected} within {tolerance:e}");
    }

    #[test]
    fn an_exponent_of_a_half_is_the_scaled_complementary_error_function() {
        let phi = MittagLeffler::new(1.0, 0.5);
        // erfcx(sqrt t), twelve printed decimals.
        for (time, expected) in [(0.01, 0.896456979969), (1.0, 0.427583576156), (100.0, 0.056140992744)] {
            check(phi.phi(time), expected, 1e-11);
        }
        assert_eq!(phi.phi(0.0), 1.0);
        // And from the asymptotic series: erfcx(y) = (1 - 1/(2y^2) + ..) / (sqrt(pi) y).
        check(phi.phi(1e10), (1.0 - 0.5e-10) / (PI.sqrt() * 1e5), 1e-14);
    }

    #[test]
    fn branches_meet_and_integral_and_rate_belong_to_phi() {
        for a in [0.05, 0.2, 0.5, 0.8, 0.97, 0.999] {
            let phi = MittagLeffler::new(3.0, a);
            for x in [0.1_f64, 1.0, 1000.0] {
                let edge = 3.0 * x.powf(1.0 / a);
                let (below, above) = (edge * (1.0 - 1e-13), edge * (1.0 + 1e-13));
                // The parabola errs by some 1e-14 of the largest, whatever is left of phi.
                assert!(
                    (phi.phi(below) - phi.phi(above)).abs() < 2e-12,
                    "a = {a} at x = {x}: {:e}",
                    phi.phi(below) - phi.phi(above)
                );
                assert!((phi.integral(below) / phi.integral(above) - 1.0).abs() < 1e-11, "a = {a} at x = {x}");
                let rates = [below, above].map(|time| time * phi.ln_rate(time).exp());
                assert!((rates[0] - rates[1]).abs() < 2e-12, "a = {a} at x = {x}: {rates:?}");
            }
            for time in [1e-6, 0.3, 3.0, 40.0, 1e4] {
                let step = 1e-3 * time;
                let slope = (phi.integral(time + step) - phi.integral(time - step)) / (2.0 * step);
                let rate = (phi.phi(time - step) - phi.phi(time + step)) / (2.0 * step);
                let bend = 1e-6 * (1.0 + (time / 3.0).min(40.0).powi(2));
                assert!((slope - phi.phi(time)).abs() < bend, "a = {a}, {time} s: {slope}");
                let expected = phi.ln_rate(time).exp();
                assert!((rate - expected).abs() * time < bend, "a = {a}, {time} s: {rate} {expected}");
                let by = 1e-5;
                let [more, less] = [a + by, a - by].map(|a| MittagLeffler::new(3.0, a));
                let mut values = [[0.0; 3]];
                phi.with_shape_at(&[time], &mut values);
                let [value, by_ln_time, slope] = values[0];
                assert!(value == phi.phi(time) && (by_ln_time - time * expected).abs() < 1e-12, "a = {a}, {time} s");
                let slope_of_integral = phi.integral_by_shape(time)[1];
                assert!(((more.phi(time) - less.phi(time)) / (2.0 * by) - slope).abs() < 1e-6, "a = {a}, {time} s");
                let found = (more.integral(time) - less.integral(time)) / (2.0 * by);
                assert!(
                    (found - slope_of_integral).abs() < 1e-6 * time,
                    "a = {a}, {time} s: {slope_of_integral} {found}"
                );
            }
        }
    }

    #[test]
    fn an_exponent_of_one_is_a_simple_exponential_and_the_limit_of_others() {
        let (simple, almost) = (MittagLeffler::new(2.0, 1.0), MittagLeffler::new(2.0, 1.0 - 1e-9));
        for time in [1e-3, 2.0, 20.0] {
            check(simple.phi(time), (-0.5 * time).exp(), 5e-15);
            assert!((simple.phi(time) - almost.phi(time)).abs() < 1e-8);
            check(simple.integral(time), almost.integral(time), 1e-8);
        }
    }

    #[test]
    fn modes_give_back_the_function() {
        for (a, count) in [(0.1, 850), (0.3, 340), (0.5, 250), (0.9, 220), (0.99, 250), (0.999, 300)] {
            let phi = MittagLeffler::new(100.0, a);
            let modes = phi.modes();
            assert!(modes.iter().all(|&(_, weight)| weight >= 0.0) && modes.len() <= count, "{}", modes.len());
            check(modes.iter().map(|(_, weight)| weight).sum(), 1.0, 1e-13);
            for decitenth in -150..=150 {
                let time = 100.0 * 10f64.powf(f64::from(decitenth) / 10.0);
                let sum: f64 = modes.iter().map(|(tau, weight)| weight * (-time / tau).exp()).sum();
                let error = (sum - phi.phi(time)).abs();
                assert!(error < 1e-8, "a = {a}: phi({time}) is off by {error:e}");
            }
        }
    }
}
