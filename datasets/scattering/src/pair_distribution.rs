//! The reduced pair distribution function `G(r) = (2/pi) int_0^Q_max Q [S(Q) - 1] sin(Q r) dQ`.
//!
//! Ending the integral at `Q_max` convolutes `G` with a kernel of full width 3.79/Q_max: 0.23 Å at 16.5 1/Å, as wide as
//! what is read from it. A [`Window`] takes the ripples away and widens the kernel, Lorch's by half.
//! PDFgetX3 (Juhás et al., J. Appl. Cryst. 46 (2013) 560) further takes a polynomial off `Q (S - 1)` so that no
//! structure remains below a distance `rpoly`; that is an option here, off by default, because it moves amplitudes.
//!
//! What is measured with a standard deviation has one here too: the sum over `Q` is linear, so `G` and everything read from
//! it inherits [`Noise`], term by term, correlations between neighbouring `r` included.

use crate::error::{ScatteringError, check_columns};
use crate::structure_factor::StructureFactor;
use crate::transform::{Distances, phase_sums, sine_transform, trapezoid};
use crate::window::Window;
use std::f64::consts::PI;

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
    /// `rpoly Q_inst / pi`, as in PDFgetX3; between two whole numbers both polynomials are averaged with their weights.
    pub polynomial: Option<f64>,
    /// Last `Q` that the polynomial is fitted to, 1/Å, `qmaxinst` of PDFgetX3; `None` for `q_max`.
    pub q_max_inst: Option<f64>,
}

impl TransformOptions {
    /// From 0 to 30 Å in steps of 0.01 Å, with everything between these two `Q` (1/Å), sharply.
    pub fn between(q_min: f64, q_max: f64) -> Self {
        let (r_min, r_max, r_step) = (0.0, 30.0, 0.01);
        let window = Window::Sharp;
        TransformOptions { q_min, q_max, r_min, r_max, r_step, window, polynomial: None, q_max_inst: None }
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
        if let Some(end) = self.q_max_inst.filter(|end| !(end.is_finite() && *end >= self.q_max)) {
            return refuse("q_max_inst", end, "1/Å", "finite and not below q_max");
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
    /// What the standard deviation of the intensity makes of it; `None` where that was not known.
    pub noise: Option<Noise>,
}

/// Independent normal errors of the terms `x_k sin(Q_k r)` that `G(r)` is the sum of.
#[derive(Clone, Debug, PartialEq)]
pub struct Noise {
    /// `Q_k`, 1/Å.
    pub q: Vec<f64>,
    /// Standard deviation of `x_k`, 1/Å².
    pub amplitude: Vec<f64>,
}

impl Noise {
    /// Standard deviation of a linear reading of `G`: `sum_j c_j G(r_j)` for `(c_j, r_j)`.
    pub(crate) fn deviation(&self, readings: &[(f64, f64)]) -> f64 {
        let term = |(q, amplitude): (&f64, &f64)| {
            let share: f64 = readings.iter().map(|(factor, r)| factor * (q * r).sin()).sum();
            (amplitude * share).powi(2)
        };
        self.q.iter().zip(&self.amplitude).map(term).sum::<f64>().sqrt()
    }
}

impl PairDistribution {
    /// One that comes from elsewhere: `r` in Å, `g` in 1/Å², with the `Q_max` (1/Å) it was transformed to, sharply.
    ///
    /// # Errors
    /// Columns that differ in length, are not finite or not even in `r`, or an impossible `Q_max`.
    pub fn of_columns(r: Vec<f64>, g: Vec<f64>, q_max: f64) -> Result<Self, ScatteringError> {
        check_columns(["r", "G"], &r, &g, 3)?;
        let (first, last) = (r[0], r[r.len() - 1]);
        let r_step = (last - first) / (r.len() - 1) as f64;
        // Files with few decimals round each r by up to half of the last one.
        let uneven = (0..r.len()).find(|&index| (r[index] - first - index as f64 * r_step).abs() > 0.1 * r_step);
        if let Some(index) = uneven {
            return Err(ScatteringError::Row {
                what: "r, which must be evenly spaced,",
                row: index + 1,
                value: r[index],
            });
        }
        let options = TransformOptions { r_min: first, r_max: last, r_step, ..TransformOptions::between(0.0, q_max) };
        options.check()?;
        Ok(PairDistribution { r, g, options, noise: None })
    }

    /// Standard deviation of `G` at each `r`, 1/Å²; `None` where that of the intensity was not known.
    pub fn sigma(&self) -> Option<Vec<f64>> {
        let noise = self.noise.as_ref()?;
        let squares: Vec<f64> = noise.amplitude.iter().map(|amplitude| amplitude * amplitude).collect();
        let total: f64 = squares.iter().sum();
        // sin^2 = (1 - cos 2)/2.
        let TransformOptions { r_min, r_step, .. } = self.options;
        let doubled = Distances { first: 2.0 * r_min, step: 2.0 * r_step, count: self.r.len() };
        let sums = phase_sums(&squares, &noise.q, doubled);
        Some(sums.iter().map(|sum| (0.5 * (total - sum.re)).max(0.0).sqrt()).collect())
    }

    /// Largest spacing (Å) that keeps what was measured up to `Q_max`: `pi / Q_max`, Nyquist's.
    pub fn nyquist_step(&self) -> f64 {
        PI / self.options.q_max
    }

    /// The same curve on a finer grid of spacing `step` (Å), by the series of Whittaker and Shannon for odd functions. It is
    /// exact between the points where the spacing is Nyquist's or finer and the list reaches from 0 far beyond the `r`
    /// of interest; a coarser list has lost what is asked for.
    ///
    /// # Errors
    /// The list is coarser than Nyquist's spacing or begins later than one spacing after 0, or the step is impossible.
    pub fn resampled(&self, step: f64) -> Result<PairDistribution, ScatteringError> {
        let TransformOptions { r_min, r_max, r_step, .. } = self.options;
        let refuse = |what, value, accepted| Err(ScatteringError::Setting { what, value, unit: "Å", accepted });
        if r_step > self.nyquist_step() * 1.001 {
            return refuse("the spacing of r", r_step, "at most pi/Q_max to be resampled");
        }
        if r_min > r_step * 1.001 {
            return refuse("the first r", r_min, "at most one spacing to be resampled");
        }
        let options = TransformOptions { r_step: step, ..self.options };
        let distances = options.check()?;
        let r: Vec<f64> = (0..distances.count).map(|index| distances.value(index)).collect();
        let sinc = |x: f64| if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) };
        let value = |r: &f64| {
            let term = |(known, g): (&f64, &f64)| g * (sinc((r - known) / r_step) - sinc((r + known) / r_step));
            self.r.iter().zip(&self.g).map(term).sum()
        };
        let g = r.iter().map(value).collect();
        let options = TransformOptions { r_max: r.last().copied().unwrap_or(r_max), ..options };
        Ok(PairDistribution { r, g, options, noise: self.noise.clone() })
    }
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
    let end = options.q_max_inst.unwrap_or(options.q_max);
    check_range(&structure.q, options, end)?;
    let kept = points_between(&structure.q, options.q_min, end);
    let mut q: Vec<f64> = structure.q[kept.clone()].to_vec();
    let mut f: Vec<f64> =
        structure.q[kept.clone()].iter().zip(&structure.s[kept]).map(|(q, s)| q * (s - 1.0)).collect();
    if let Some(distance) = options.polynomial {
        let last = q.last().copied().unwrap_or(end);
        take_off_polynomials(&q, &mut f, distance * last / PI);
    }
    let count = points_between(&q, options.q_min, options.q_max).end;
    q.truncate(count);
    f.truncate(count);
    let needed = 10;
    let Some(&q_max) = q.last().filter(|_| q.len() >= needed) else {
        let (from, to) = (options.q_min, options.q_max);
        return Err(ScatteringError::Range { from, to, unit: "1/Å", found: q.len(), needed });
    };
    for (&q, f) in q.iter().zip(&mut f) {
        *f *= options.window.factor(q, q_max);
    }
    Ok((q, f))
}

/// Indices of the points between two `Q` (1/Å), ends included: a point that misses one of them by rounding counts.
pub fn points_between(q: &[f64], q_min: f64, q_max: f64) -> std::ops::Range<usize> {
    /// Grids such as `0.01 n` miss their own numbers by some 1e-16.
    const ROUNDING: f64 = 1e-12;
    let end = q.partition_point(|&q| q <= q_max * (1.0 + ROUNDING));
    q.partition_point(|&q| q < q_min * (1.0 - ROUNDING)).min(end)..end
}

/// Refuses a range that ends beyond the data by more than their spacing.
fn check_range(q: &[f64], options: &TransformOptions, end: f64) -> Result<(), ScatteringError> {
    let (Some(&from), Some(&to)) = (q.first(), q.last()) else { return Ok(()) };
    let spacing = (to - from) / (q.len().max(2) - 1) as f64;
    let beyond = |what, value| Err(ScatteringError::Beyond { what, value, from, to });
    if options.q_max > to + 1.5 * spacing {
        return beyond("q_max", options.q_max);
    }
    if end > to + 1.5 * spacing {
        return beyond("q_max_inst", end);
    }
    Ok(())
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
    // What was asked for is kept where only rounding is between it and the last point.
    let reached = q.last().copied().filter(|last| (last / options.q_max - 1.0).abs() > 1e-12);
    let options = TransformOptions { q_max: reached.unwrap_or(options.q_max), ..*options };
    let noise = structure.sigma.as_ref().map(|sigma| noise(structure, sigma, &q, &options));
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
    Ok(PairDistribution { r, g, options, noise })
}

/// Errors of the terms. The straight line below `q_min` and the polynomial are taken as they are.
fn noise(structure: &StructureFactor, sigma: &[f64], used: &[f64], options: &TransformOptions) -> Noise {
    let first = used.first().copied().unwrap_or(0.0);
    let start = structure.q.partition_point(|&q| q < first);
    let amplitude =
        |((&q, &sigma), weight): ((&f64, &f64), f64)| weight * q * sigma * options.window.factor(q, options.q_max);
    let amplitude = used.iter().zip(&sigma[start..]).zip(trapezoid(used)).map(amplitude).collect();
    Noise { q: used.to_vec(), amplitude }
}

/// Takes polynomials `Q (a_0 + a_1 Q + .. )` of the two whole degrees around `degree` off, each with its weight.
fn take_off_polynomials(q: &[f64], f: &mut [f64], degree: f64) {
    let lower = degree.floor();
    let share = degree - lower;
    let mut with_lower = f.to_vec();
    take_off_polynomial(q, &mut with_lower, lower as usize);
    let mut with_upper = f.to_vec();
    take_off_polynomial(q, &mut with_upper, lower as usize + 1);
    for ((f, lower), upper) in f.iter_mut().zip(with_lower).zip(with_upper) {
        *f = (1.0 - share) * lower + share * upper;
    }
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
        assert!(message(TransformOptions { q_min: 19.95, q_max: 20.0, ..good }).contains("at least 10"));
        assert!(message(TransformOptions { polynomial: Some(40.0), ..good }).starts_with("rpoly = 40 Å"));
        assert!(message(TransformOptions { q_max: 25.0, ..good }).starts_with("q_max = 25 1/Å is beyond the data"));
        assert!(
            message(TransformOptions { q_max_inst: Some(25.0), ..good }).starts_with("q_max_inst = 25 1/Å is beyond")
        );
        assert!(message(TransformOptions { q_max_inst: Some(10.0), ..good }).contains("not below q_max"));
    }

    #[test]
    fn a_last_point_that_misses_q_max_by_rounding_is_used() {
        let q: Vec<f64> = (0..4000).map(|index| 0.01 + 0.01 * f64::from(index)).collect();
        let asked = q.iter().position(|&q| q > 16.5).map(|index| q[index]).unwrap();
        assert!(asked - 16.5 < 1e-10, "this grid has its 16.5 just above: {asked}");
        let structure = StructureFactor::of_columns(q.clone(), vec![1.0; q.len()]);
        let found = pair_distribution(&structure, &TransformOptions::between(0.0, 16.5)).unwrap();
        assert_eq!(found.options.q_max, 16.5);
        assert_eq!(points_between(&q, 0.01, 16.5), 0..1650);
        assert_eq!(points_between(&q, 50.0, 60.0), 4000..4000);
    }

    #[test]
    fn a_polynomial_between_two_degrees_is_between_both() {
        let mut bent = shell(25.0, 3.0, 0.12);
        for (q, s) in bent.q.iter().zip(&mut bent.s) {
            *s += 0.1 * (0.2 * q).sin();
        }
        let reduced = |degree: f64| {
            let options =
                TransformOptions { polynomial: Some(degree * PI / 25.0), ..TransformOptions::between(0.0, 25.0) };
            reduced_structure_function(&bent, &options).unwrap().1
        };
        let (three, half, four) = (reduced(3.0), reduced(3.5), reduced(4.0));
        assert!(three.iter().zip(&four).any(|(three, four)| (three - four).abs() > 1e-3));
        for ((three, half), four) in three.iter().zip(&half).zip(&four) {
            // 3 and 4 may come out a bit off, which gives them a share of 1e-15 of a neighbour.
            assert!((half - 0.5 * (three + four)).abs() < 1e-9);
        }
    }

    #[test]
    fn noise_of_the_intensity_becomes_that_of_the_curve() {
        let clean = shell(20.0, 3.0, 0.12);
        let noisy = StructureFactor { sigma: Some(vec![0.01; clean.q.len()]), ..clean.clone() };
        let options = TransformOptions { r_min: 1.0, r_max: 4.0, r_step: 0.05, ..TransformOptions::between(0.5, 20.0) };
        let found = pair_distribution(&noisy, &options).unwrap();
        let sigma = found.sigma().unwrap();
        // int Q^2 dQ by hand: (2/pi)^2 dQ sigma^2 int Q^2 sin^2 dQ, sin^2 averaging to a half.
        let expected = 2.0 / PI * 0.01 * (0.01 * 20f64.powi(3) / 6.0).sqrt();
        for (index, (r, sigma)) in found.r.iter().zip(&sigma).enumerate() {
            assert!((sigma / expected - 1.0).abs() < 0.1, "{r}: {sigma}, not about {expected}");
            let direct = found.noise.as_ref().unwrap().deviation(&[(1.0, found.r[index])]);
            assert!((sigma / direct - 1.0).abs() < 1e-9);
        }
        assert_eq!(pair_distribution(&clean, &options).unwrap().sigma(), None);
    }

    #[test]
    fn a_curve_on_the_coarsest_grid_comes_back() {
        let structure = shell(30.0, 3.0, 0.12);
        let fine = TransformOptions { r_max: 40.0, ..TransformOptions::between(0.0, 30.0) };
        let fine = pair_distribution(&structure, &fine).unwrap();
        let coarse = TransformOptions { r_step: fine.nyquist_step(), ..fine.options };
        let coarse = pair_distribution(&structure, &coarse).unwrap();
        let back = coarse.resampled(0.01).unwrap();
        for ((r, fine), back) in fine.r.iter().zip(&fine.g).zip(&back.g).filter(|((r, _), _)| **r < 10.0) {
            // The list ends at 40 Å, where termination ripples of 1e-4 still run.
            assert!((fine - back).abs() < 1e-3, "{r}: {back}, not {fine}");
        }
        let lost = TransformOptions { r_step: 2.0 * fine.nyquist_step(), ..fine.options };
        let lost = pair_distribution(&structure, &lost).unwrap();
        assert!(lost.resampled(0.01).unwrap_err().to_string().contains("at most pi/Q_max"));
        assert!(fine.resampled(0.0).unwrap_err().to_string().starts_with("r_step = 0 Å"));
    }
}
