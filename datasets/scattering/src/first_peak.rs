//! The first peak of `G(r)`: where it is, how wide, and of which two sub-peaks it consists.
//!
//! A width has several definitions in use, and the paper does not say which it took; each has a name here. Whatever the
//! definition, termination at `Q_max` contributes [`FirstPeak::termination_width`], which is reported beside the width:
//! differences of 0.01 Å mean something only between patterns of the same `Q_max` and window.

use crate::error::{ScatteringError, check_columns};
use crate::pair_distribution::PairDistribution;
use levenberg_marquardt::{LeastSquaresProblem, LevenbergMarquardt};
use nalgebra::storage::Owned;
use nalgebra::{Dyn, OMatrix, OVector, U6, Vector6};

/// What "full width at half maximum" means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WidthDefinition {
    /// Between the crossings of half the height above `G = 0`, interpolated linearly.
    #[default]
    AboveZero,
    /// Between the crossings of half the height above the line through the minima on both sides.
    AboveMinima,
    /// `2 sqrt(2 ln 2) s` of the Gaussian through the three points around the maximum and both crossings, which is the
    /// least-squares Gaussian of the part above half height.
    Gaussian,
}

/// The first peak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirstPeak {
    /// Place of the maximum, Å: a parabola through the three highest points.
    pub position: f64,
    /// Height of that parabola, 1/Å².
    pub height: f64,
    /// Full width at half maximum, Å.
    pub width: f64,
    /// How the width was taken.
    pub definition: WidthDefinition,
    /// Width that termination at `Q_max` gives to a peak without any width, Å.
    pub termination_width: f64,
}

/// A Gaussian `height exp[-(r - position)^2 / 2 s^2]` as a person reads it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaussian {
    /// Place of the maximum, Å.
    pub position: f64,
    /// Height, 1/Å².
    pub height: f64,
    /// Full width at half maximum, Å.
    pub width: f64,
}

/// Two Gaussians fitted to the first peak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoGaussians {
    /// The one at the smaller distance.
    pub near: Gaussian,
    /// The other one.
    pub far: Gaussian,
    /// Root mean square of the residuals, 1/Å².
    pub rms: f64,
    /// Width that termination alone gives, Å: sub-peaks closer than this are not resolved by the measurement.
    pub termination_width: f64,
}

impl TwoGaussians {
    /// Whether the two lie further apart than termination blurs them.
    pub fn is_resolved(&self) -> bool {
        self.far.position - self.near.position > self.termination_width
    }
}

/// `2 sqrt(2 ln 2)`: full width at half maximum over standard deviation of a Gaussian.
const WIDTH_OF_DEVIATION: f64 = 2.354_820_045_030_949;

/// Position, height and width of the highest peak between two distances (Å); the first shell of metallic glasses lies
/// between 2.2 and 3.8.
///
/// # Errors
/// Columns that do not belong together, a window with fewer than five points, or no maximum inside it.
pub fn first_peak(
    distribution: &PairDistribution,
    window: (f64, f64),
    definition: WidthDefinition,
) -> Result<FirstPeak, ScatteringError> {
    let PairDistribution { r, g, options } = distribution;
    let (start, end) = indices(r, g, window, 5)?;
    let refuse = |reason| Err(ScatteringError::NoPeak { from: window.0, to: window.1, reason });
    let top = (start..end).max_by(|&left, &right| g[left].total_cmp(&g[right])).unwrap_or(start);
    if top == start || top + 1 == end {
        return refuse("the largest value is at the edge of the window; widen it");
    }
    if g[top] <= 0.0 {
        return refuse("nothing rises above zero");
    }
    let (position, height) = vertex([top - 1, top, top + 1].map(|index| (r[index], g[index])));
    let base = |_: f64| 0.0;
    let width = match definition {
        WidthDefinition::AboveZero => crossings(r, g, top, height, base).map(|(left, right)| right - left),
        WidthDefinition::AboveMinima => {
            let valley = |direction: isize| {
                let mut index = top;
                while let Some(next) = index.checked_add_signed(direction).filter(|&next| next < g.len())
                    && g[next] <= g[index]
                {
                    index = next;
                }
                (r[index], g[index])
            };
            let ((left, low), (right, high)) = (valley(-1), valley(1));
            let line = move |x: f64| low + (high - low) * (x - left) / (right - left);
            crossings(r, g, top, height, line).map(|(left, right)| right - left)
        }
        WidthDefinition::Gaussian => crossings(r, g, top, height, base).and_then(|(left, right)| {
            // ln G is a parabola in r; its least-squares curvature over the part above half height.
            let points: Vec<(f64, f64)> =
                (0..r.len()).filter(|&i| r[i] >= left && r[i] <= right).map(|i| (r[i] - position, g[i].ln())).collect();
            curvature(&points).map(|bend| WIDTH_OF_DEVIATION / (-bend).sqrt())
        }),
    };
    match width {
        Some(width) => {
            let termination_width = options.window.termination_width(options.q_max);
            Ok(FirstPeak { position, height, width, definition, termination_width })
        }
        None => refuse("it does not fall to half its height on both sides"),
    }
}

/// Fits two Gaussians to `G(r)` between two distances (Å), starting from sub-peaks at these two places (Å): 2.70 and
/// 3.10 in the paper.
///
/// # Errors
/// A window with fewer than twelve points, starts outside it, or a fit that ends elsewhere than at two positive peaks.
pub fn two_gaussians(
    distribution: &PairDistribution,
    window: (f64, f64),
    starts: (f64, f64),
) -> Result<TwoGaussians, ScatteringError> {
    let PairDistribution { r, g, options } = distribution;
    let (start, end) = indices(r, g, window, 12)?;
    for value in [starts.0, starts.1] {
        if !(value > window.0 && value < window.1) {
            let accepted = "inside the window";
            return Err(ScatteringError::Setting { what: "start of a sub-peak", value, unit: "Å", accepted });
        }
    }
    let (r, g) = (&r[start..end], &g[start..end]);
    let nearest = |place: f64| g[r.partition_point(|&point| point < place).min(g.len() - 1)].max(1e-6);
    let deviation = 0.35 * (starts.1 - starts.0).abs().max(0.1);
    let parameters = Vector6::new(nearest(starts.0), starts.0, deviation, nearest(starts.1), starts.1, deviation);
    let (fit, report) = LevenbergMarquardt::new().minimize(Shells { r, g, parameters });
    let refuse = |reason| Err(ScatteringError::NoPeak { from: window.0, to: window.1, reason });
    if !report.termination.was_successful() {
        return refuse("the fit of two Gaussians did not converge; give other starts or a narrower window");
    }
    let p = fit.parameters;
    let gaussian = |first: usize| Gaussian {
        height: p[first],
        position: p[first + 1],
        width: WIDTH_OF_DEVIATION * p[first + 2].abs(),
    };
    let (mut near, mut far) = (gaussian(0), gaussian(3));
    if near.position > far.position {
        (near, far) = (far, near);
    }
    let inside = |peak: &Gaussian| peak.height > 0.0 && peak.position > window.0 && peak.position < window.1;
    if !(inside(&near) && inside(&far)) {
        return refuse("the fit of two Gaussians ended at one peak only");
    }
    let rms = (2.0 * report.objective_function / r.len() as f64).sqrt();
    let termination_width = options.window.termination_width(options.q_max);
    Ok(TwoGaussians { near, far, rms, termination_width })
}

/// Indices of the window, checked.
fn indices(r: &[f64], g: &[f64], window: (f64, f64), needed: usize) -> Result<(usize, usize), ScatteringError> {
    check_columns(["r", "G"], r, g, 3)?;
    let (from, to) = window;
    let (start, end) = (r.partition_point(|&x| x < from), r.partition_point(|&x| x <= to));
    let found = end.saturating_sub(start);
    if found < needed {
        return Err(ScatteringError::Range { from, to, unit: "Å", found, needed });
    }
    Ok((start, end))
}

/// Top of the parabola through three points.
fn vertex(points: [(f64, f64); 3]) -> (f64, f64) {
    let [(x0, y0), (x1, y1), (x2, y2)] = points;
    let (left, right) = ((y1 - y0) / (x1 - x0), (y2 - y1) / (x2 - x1));
    let bend = (right - left) / (x2 - x0);
    if bend >= 0.0 {
        return (x1, y1);
    }
    let place = 0.5 * (x0 + x1) - 0.5 * left / bend;
    (place, y1 + (place - x1) * (left + bend * (place - x0)))
}

/// Where the curve falls to half of `height` above a base on both sides of the top, interpolated linearly.
fn crossings(r: &[f64], g: &[f64], top: usize, height: f64, base: impl Fn(f64) -> f64) -> Option<(f64, f64)> {
    let middle = base(r[top]);
    let above = |index: usize| g[index] - base(r[index]) - 0.5 * (height - middle);
    let between = |outer: usize, inner: usize| {
        let (low, high) = (above(outer), above(inner));
        r[outer] + (r[inner] - r[outer]) * low / (low - high)
    };
    let left = (0..top).rev().find(|&index| above(index) <= 0.0)?;
    let right = (top + 1..r.len()).find(|&index| above(index) <= 0.0)?;
    Some((between(left, left + 1), between(right, right - 1)))
}

/// Second derivative of the least-squares parabola through points; `None` unless it bends down.
fn curvature(points: &[(f64, f64)]) -> Option<f64> {
    if points.len() < 4 {
        return None;
    }
    let scale = points.iter().map(|point| point.0.abs()).fold(0.0, f64::max);
    let rows = nalgebra::DMatrix::from_fn(points.len(), 3, |row, power| (points[row].0 / scale).powi(power as i32));
    let values = nalgebra::DVector::from_iterator(points.len(), points.iter().map(|point| point.1));
    let solution = rows.svd(true, true).solve(&values, 1e-12).ok()?;
    let bend = 2.0 * solution[2] / (scale * scale);
    (bend < 0.0).then_some(bend)
}

/// Two Gaussians against points: height, position and standard deviation of each.
struct Shells<'a> {
    r: &'a [f64],
    g: &'a [f64],
    parameters: Vector6<f64>,
}

impl LeastSquaresProblem<f64, Dyn, U6> for Shells<'_> {
    type ResidualStorage = Owned<f64, Dyn>;
    type JacobianStorage = Owned<f64, Dyn, U6>;
    type ParameterStorage = Owned<f64, U6>;

    fn set_params(&mut self, parameters: &OVector<f64, U6>) {
        self.parameters.copy_from(parameters);
    }

    fn params(&self) -> OVector<f64, U6> {
        self.parameters
    }

    fn residuals(&self) -> Option<OVector<f64, Dyn>> {
        let p = &self.parameters;
        let shell = |r: f64, first: usize| p[first] * (-0.5 * ((r - p[first + 1]) / p[first + 2]).powi(2)).exp();
        let residual = |(&r, &g): (&f64, &f64)| shell(r, 0) + shell(r, 3) - g;
        Some(OVector::<f64, Dyn>::from_iterator(self.r.len(), self.r.iter().zip(self.g).map(residual)))
    }

    fn jacobian(&self) -> Option<OMatrix<f64, Dyn, U6>> {
        let p = &self.parameters;
        Some(OMatrix::<f64, Dyn, U6>::from_fn(self.r.len(), |row, column| {
            let first = 3 * (column / 3);
            let (height, position, deviation) = (p[first], p[first + 1], p[first + 2]);
            let place = (self.r[row] - position) / deviation;
            let value = (-0.5 * place * place).exp();
            match column % 3 {
                0 => value,
                1 => height * value * place / deviation,
                _ => height * value * place * place / deviation,
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pair_distribution::{TransformOptions, Window, pair_distribution};
    use crate::structure_factor::StructureFactor;

    fn shells(q_max: f64, r_step: f64, window: Window, shells: &[(f64, f64)]) -> PairDistribution {
        let q: Vec<f64> = (1..=(q_max / 0.005).round() as usize).map(|index| 0.005 * index as f64).collect();
        let value = |q: f64| {
            shells.iter().map(|(r0, s)| (q * r0).sin() / r0 * (-0.5 * q * q * s * s).exp()).sum::<f64>() / q + 1.0
        };
        let s = q.iter().map(|&q| value(q)).collect();
        let options =
            TransformOptions { r_min: 1.0, r_max: 5.0, r_step, window, ..TransformOptions::between(0.0, q_max) };
        pair_distribution(&StructureFactor::of_columns(q, s), &options).unwrap()
    }

    fn width(q_max: f64, r_step: f64) -> FirstPeak {
        let distribution = shells(q_max, r_step, Window::Sharp, &[(3.0, 0.12)]);
        first_peak(&distribution, (2.2, 3.8), WidthDefinition::AboveZero).unwrap()
    }

    #[test]
    fn widths_of_one_shell_are_the_reference_ones() {
        // Independent values to six decimals; ideal width 0.282578.
        for (q_max, r_step, expected) in [(40.0, 1e-3, 0.282579), (40.0, 5e-3, 0.282592), (16.5, 1e-3, 0.309260)] {
            let found = width(q_max, r_step).width;
            assert!((found - expected).abs() < 2e-6, "{q_max}, {r_step}: {found} is not {expected}");
        }
        let found = width(16.5, 1e-3);
        assert!((found.position - 2.999993).abs() < 2e-6, "{}", found.position);
        assert!((found.termination_width - 0.2297).abs() < 2e-4);
    }

    #[test]
    fn other_definitions_agree_on_a_pure_gaussian() {
        let distribution = shells(60.0, 1e-3, Window::Sharp, &[(3.0, 0.12)]);
        for definition in [WidthDefinition::AboveZero, WidthDefinition::AboveMinima, WidthDefinition::Gaussian] {
            let found = first_peak(&distribution, (2.2, 3.8), definition).unwrap();
            // Linear interpolation on 1e-3 Å errs by 1e-6; the Gaussian by its curvature sampling.
            assert!((found.width - 0.282578).abs() < 3e-6, "{definition:?}: {}", found.width);
        }
    }

    #[test]
    fn the_split_shell_stays_split_or_merges_as_stated() {
        // 2.70 and 3.10 Å: split for s = 0.12 and 0.17 Å at 16.5 1/Å, merged for 0.20 Å, and by a Lorch window always.
        let maxima = |s: f64, q_max: f64, window: Window| -> Vec<f64> {
            let distribution = shells(q_max, 1e-3, window, &[(2.7, s), (3.1, s)]);
            let (r, g) = (&distribution.r, &distribution.g);
            (1..r.len() - 1)
                .filter(|&i| r[i] > 2.4 && r[i] < 3.4 && g[i] > g[i - 1] && g[i] > g[i + 1])
                .map(|i| r[i])
                .collect()
        };
        for (s, expected) in [(0.12, [2.692, 3.110]), (0.17, [2.732, 3.042])] {
            let found = maxima(s, 16.5, Window::Sharp);
            assert_eq!(found.len(), 2, "s = {s}: {found:?}");
            assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1.1e-3), "{found:?}");
        }
        assert_eq!(maxima(0.20, 40.0, Window::Sharp).len(), 1);
        for s in [0.12, 0.17, 0.20] {
            assert_eq!(maxima(s, 16.5, Window::Lorch).len(), 1, "s = {s}");
        }
    }

    #[test]
    fn two_gaussians_are_found_where_there_are_two() {
        let distribution = shells(60.0, 5e-3, Window::Sharp, &[(2.7, 0.12), (3.1, 0.15)]);
        let found = two_gaussians(&distribution, (2.2, 3.6), (2.75, 3.05)).unwrap();
        // The images at negative r are 5 Å away; what is left is the convergence of the fit.
        assert!((found.near.position - 2.7).abs() < 1e-5 && (found.far.position - 3.1).abs() < 1e-5, "{found:?}");
        assert!((found.near.width - 0.12 * WIDTH_OF_DEVIATION).abs() < 1e-5);
        assert!((found.far.width - 0.15 * WIDTH_OF_DEVIATION).abs() < 1e-5);
        assert!(found.rms < 1e-6 && found.is_resolved());
        assert!(two_gaussians(&distribution, (2.2, 3.6), (1.0, 3.0)).is_err());
    }

    #[test]
    fn no_peak_is_an_answer() {
        let distribution = shells(40.0, 0.01, Window::Sharp, &[(3.0, 0.12)]);
        let message = |window| first_peak(&distribution, window, WidthDefinition::AboveZero).unwrap_err().to_string();
        assert!(message((3.1, 3.3)).contains("edge of the window"));
        assert!(message((2.99, 3.01)).contains("at least 5"));
        let flat = PairDistribution { g: vec![-1.0; distribution.r.len()], ..distribution.clone() };
        assert!(first_peak(&flat, (2.2, 3.8), WidthDefinition::AboveZero).is_err());
    }
}
