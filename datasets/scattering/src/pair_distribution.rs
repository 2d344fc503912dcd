//! The reduced pair distribution function `G(r) = (2/pi) int_0^Q_max Q [S(Q) - 1] sin(Q r) dQ`.
//!
//! Ending the integral at `Q_max` convolutes `G` with a kernel of full width 3.79/Q_max: 0.23 Å at 16.5 1/Å, as wide as
//! what is read from it. A Lorch window (J. Phys. C 2 (1969) 229) takes the ripples away and widens the kernel by half.
//! PDFgetX3 (Juhás et al., J. Appl. Cryst. 46 (2013) 560) further takes a polynomial off `Q (S - 1)` so that no
//! structure remains below a distance `rpoly`; that is an option here, off by default, because it moves amplitudes.

use crate::error::{ScatteringError, check_columns};
use crate::structure_factor::StructureFactor;
use crate::transform::{Distances, sine_transform};
use std::f64::consts::PI;

/// How the integral ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// A sharp end at `Q_max`.
    #[default]
    Sharp,
    /// `sin(pi Q/Q_max) / (pi Q/Q_max)`, Lorch (1969).
    Lorch,
}

impl Window {
    /// The factor at `Q` of `Q_max` (1/Å).
    pub fn factor(self, q: f64, q_max: f64) -> f64 {
        let place = PI * q / q_max;
        match self {
            Window::Lorch if place != 0.0 => place.sin() / place,
            Window::Lorch | Window::Sharp => 1.0,
        }
    }

    /// Full width at half maximum (Å) of a peak that is infinitely sharp in truth: what termination at `Q_max` (1/Å)
    /// alone makes of it.
    pub fn termination_width(self, q_max: f64) -> f64 {
        // The kernel int_0^1 W(x) cos(x u) dx in u = Q_max r: the half width is its first crossing of half its top.
        let kernel = |u: f64| {
            let points = 400;
            let sum: f64 = (0..=points)
                .map(|index| {
                    let x = f64::from(index) / f64::from(points);
                    let simpson = match index {
                        0 => 1.0,
                        _ if index == points => 1.0,
                        _ if index % 2 == 1 => 4.0,
                        _ => 2.0,
                    };
                    simpson * self.factor(x, 1.0) * (x * u).cos()
                })
                .sum();
            sum / (3.0 * f64::from(points))
        };
        let half = 0.5 * kernel(0.0);
        let (mut low, mut high) = (0.0, 4.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if kernel(middle) > half { low = middle } else { high = middle }
        }
        2.0 * low / q_max
    }
}

/// How `G(r)` is computed from `S(Q)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransformOptions {
    /// First `Q` used, 1/Å; below it the integrand is taken to run straight to zero at `Q = 0`.
    pub q_min: f64,
    /// Last `Q` used, 1/Å.
    pub q_max: f64,
    /// First `r`, Å.
    pub r_min: f64,
    /// Last `r`, Å.
    pub r_max: f64,
    /// Spacing in `r`, Å.
    pub r_step: f64,
    /// How the integral ends.
    pub window: Window,
    /// Distance `rpoly` (Å) below which a polynomial in `Q` is taken off `Q (S - 1)`; `None` for none. The degree is
    /// `rpoly Q_max / pi`, as in PDFgetX3, rounded to the nearest whole number.
    pub polynomial: Option<f64>,
}

impl TransformOptions {
    /// From 0 to 30 Å in steps of 0.01 Å, with everything between these two `Q` (1/Å), sharply.
    pub fn between(q_min: f64, q_max: f64) -> Self {
        let (r_min, r_max, r_step) = (0.0, 30.0, 0.01);
        TransformOptions { q_min, q_max, r_min, r_max, r_step, window: Window::Sharp, polynomial: None }
    }

    fn check(&self) -> Result<Distances, ScatteringError> {
        let refuse = |what, value, unit, accepted| Err(ScatteringError::Setting { what, value, unit, accepted });
        if !(self.q_min.is_finite() && self.q_min >= 0.0) {
            return refuse("q_min", self.q_min, "1/Å", "finite and not below 0");
        }
        if !(self.q_max.is_finite() && self.q_max > self.q_min) {
            return refuse("q_max", self.q_max, "1/Å", "finite and above q_min");
        }
        if !(self.r_min.is_finite() && self.r_min >= 0.0) {
            return refuse("r_min", self.r_min, "Å", "finite and not below 0");
        }
        if !(self.r_max.is_finite() && self.r_max > self.r_min) {
            return refuse("r_max", self.r_max, "Å", "finite and above r_min");
        }
        let intervals = ((self.r_max - self.r_min) / self.r_step).round();
        if !(self.r_step > 0.0 && (1.0..=1e7).contains(&intervals)) {
            return refuse("r_step", self.r_step, "Å", "above 0, with at most 1e7 steps from r_min to r_max");
        }
        if let Some(distance) = self.polynomial.filter(|distance| !(0.0..=5.0).contains(distance)) {
            return refuse("rpoly", distance, "Å", "between 0 and 5 (the nearest neighbour is usually beyond 0.9)");
        }
        Ok(Distances { first: self.r_min, step: self.r_step, count: intervals as usize + 1 })
    }
}

/// `G(r)` with how it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct PairDistribution {
    /// `r`, Å, evenly spaced.
    pub r: Vec<f64>,
    /// `G`, 1/Å².
    pub g: Vec<f64>,
    /// How it was made, with the `Q_max` that was really reached.
    pub options: TransformOptions,
}

/// `Q [S(Q) - 1]` (1/Å) between `q_min` and `q_max`, the window and the polynomial applied.
///
/// # Errors
/// The options are impossible, or fewer than 10 points lie between the two.
pub fn reduced_structure_function(
    structure: &StructureFactor,
    options: &TransformOptions,
) -> Result<(Vec<f64>, Vec<f64>), ScatteringError> {
    options.check()?;
    check_columns(["Q", "S"], &structure.q, &structure.s, 2)?;
    let within = |q: f64| q >= options.q_min && q <= options.q_max;
    let kept = structure.q.iter().zip(&structure.s).filter(|(q, _)| within(**q));
    let (q, mut f): (Vec<f64>, Vec<f64>) = kept.map(|(&q, &s)| (q, q * (s - 1.0))).unzip();
    let needed = 10;
    let Some(&q_max) = q.last().filter(|_| q.len() >= needed) else {
        let (from, to) = (options.q_min, options.q_max);
        return Err(ScatteringError::Range { from, to, unit: "1/Å", found: q.len(), needed });
    };
    if let Some(distance) = options.polynomial {
        take_off_polynomial(&q, &mut f, (distance * q_max / PI).round().max(1.0) as usize);
    }
    for (&q, f) in q.iter().zip(&mut f) {
        *f *= options.window.factor(q, q_max);
    }
    Ok((q, f))
}

/// `G(r)` of a structure factor.
///
/// The integral is the trapezoidal rule on the points as measured; points further apart than `pi / (2 r_max)` cannot
/// carry the longest distance, so keep the spacing at or below 0.01 1/Å for 30 Å and more.
///
/// # Errors
/// As [`reduced_structure_function`].
pub fn pair_distribution(
    structure: &StructureFactor,
    options: &TransformOptions,
) -> Result<PairDistribution, ScatteringError> {
    let distances = options.check()?;
    let (mut q, mut f) = reduced_structure_function(structure, options)?;
    let options = TransformOptions { q_max: q.last().copied().unwrap_or(options.q_max), ..*options };
    if let (Some(&first), Some(&value)) = (q.first(), f.first())
        && first > 0.0
    {
        // Straight to zero: on an even grid with the same spacing, so that the grid stays even.
        let spacing = q.get(1).map_or(first, |next| next - first);
        let missing = (first / spacing).round().max(1.0) as usize;
        let even = (first - missing as f64 * spacing).abs() < 1e-6 * spacing;
        let places: Vec<f64> = if even {
            (0..missing).map(|index| first - (missing - index) as f64 * spacing).collect()
        } else {
            vec![0.0]
        };
        let values: Vec<f64> = places.iter().map(|place| value * place.max(0.0) / first).collect();
        q.splice(0..0, places);
        f.splice(0..0, values);
    }
    let g = sine_transform(&q, &f, distances);
    let r = (0..distances.count).map(|index| distances.value(index)).collect();
    Ok(PairDistribution { r, g, options })
}

/// Takes the least-squares polynomial `Q (a_0 + a_1 Q + .. )` of a degree off the function.
fn take_off_polynomial(q: &[f64], f: &mut [f64], degree: usize) {
    // Legendre polynomials of Q/Q_max on 0..1 keep the normal equations well conditioned; orthogonalised on the points.
    let scale = q.last().copied().unwrap_or(1.0);
    let x: Vec<f64> = q.iter().map(|q| q / scale).collect();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for power in 1..=degree {
        let mut column: Vec<f64> = match basis.last() {
            None => x.clone(),
            Some(last) => last.iter().zip(&x).map(|(value, x)| value * x).collect(),
        };
        // Gram-Schmidt, twice is enough.
        for _ in 0..2 {
            for earlier in &basis {
                let overlap: f64 = column.iter().zip(earlier).map(|(left, right)| left * right).sum();
                for (value, earlier) in column.iter_mut().zip(earlier) {
                    *value -= overlap * earlier;
                }
            }
        }
        let length = column.iter().map(|value| value * value).sum::<f64>().sqrt();
        if length < 1e-12 * power as f64 {
            break;
        }
        column.iter_mut().for_each(|value| *value /= length);
        let overlap: f64 = column.iter().zip(&*f).map(|(left, right)| left * right).sum();
        for (value, column) in f.iter_mut().zip(&column) {
            *value -= overlap * column;
        }
        basis.push(column);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Q (S - 1) = (A/r0) sin(Q r0) exp(-Q^2 s^2 / 2)`: one Gaussian shell (physics in closed form).
    fn shell(q_max: f64, r0: f64, s: f64) -> StructureFactor {
        let q: Vec<f64> = (0..=(q_max / 0.01).round() as usize).map(|index| 0.01 * index as f64).collect();
        let value = |&q: &f64| match q {
            0.0 => 2.0,
            q => 1.0 + (q * r0).sin() / r0 * (-0.5 * q * q * s * s).exp() / q,
        };
        let s = q.iter().map(value).collect();
        StructureFactor::of_columns(q, s)
    }

    #[test]
    fn the_closed_form_pair_is_met() {
        let (r0, s) = (3.0, 0.12);
        let options = TransformOptions { r_max: 6.0, r_step: 0.005, ..TransformOptions::between(0.0, 60.0) };
        let found = pair_distribution(&shell(60.0, r0, s), &options).unwrap();
        for (&r, &g) in found.r.iter().zip(&found.g) {
            let peak = |offset: f64| (-0.5 * offset * offset / (s * s)).exp();
            let expected = (peak(r - r0) - peak(r + r0)) / (r0 * (2.0 * PI).sqrt() * s);
            // The integrand has decayed to exp(-26) at 60 1/Å and the trapezoid converges faster than any power.
            assert!((g - expected).abs() < 1e-5, "G({r}) = {g}, not {expected}");
        }
    }

    #[test]
    fn termination_widths_are_those_of_the_kernels() {
        // The first half maximum of sin(u)/u is at u = 1.895494; Lorch's kernel is 5.437/Q_max wide.
        assert!((Window::Sharp.termination_width(16.5) - 2.0 * 1.895_494_267 / 16.5).abs() < 1e-8);
        assert!(
            (Window::Lorch.termination_width(1.0) - 5.437).abs() < 2e-3,
            "{}",
            Window::Lorch.termination_width(1.0)
        );
    }

    #[test]
    fn a_polynomial_is_taken_off_without_the_shell() {
        let mut bent = shell(25.0, 3.0, 0.12);
        for (q, s) in bent.q.iter().zip(&mut bent.s) {
            *s += 0.02 * (q / 25.0) - 0.015;
        }
        let options = TransformOptions { r_max: 6.0, ..TransformOptions::between(0.0, 25.0) };
        let near_zero = |options: &TransformOptions| {
            let found = pair_distribution(&bent, options).unwrap();
            found.r.iter().zip(&found.g).filter(|(r, _)| **r < 0.6).map(|(_, g)| g.abs()).fold(0.0, f64::max)
        };
        let (without, with) = (near_zero(&options), near_zero(&TransformOptions { polynomial: Some(0.9), ..options }));
        assert!(with < 0.1 * without, "{with} after, {without} before");
    }

    #[test]
    fn impossible_options_are_refused() {
        let structure = shell(20.0, 3.0, 0.1);
        let good = TransformOptions::between(0.5, 16.5);
        let message = |options: TransformOptions| pair_distribution(&structure, &options).unwrap_err().to_string();
        assert!(message(TransformOptions { q_max: 0.2, ..good }).starts_with("q_max = 0.2 1/Å"));
        assert!(message(TransformOptions { r_step: 0.0, ..good }).starts_with("r_step = 0 Å"));
        assert!(message(TransformOptions { r_step: f64::NAN, ..good }).starts_with("r_step = NaN Å"));
        assert!(message(TransformOptions { q_min: 19.99, q_max: 30.0, ..good }).contains("at least 10"));
        assert!(message(TransformOptions { polynomial: Some(40.0), ..good }).starts_with("rpoly = 40 Å"));
    }
}
