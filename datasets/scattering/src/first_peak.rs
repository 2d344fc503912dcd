//! The first peak of `G(r)`: where it is and how wide.
//!
//! A width has several definitions in use, and the paper does not say which it took; each has a name here. Whatever the
//! definition, termination at `Q_max` contributes [`FirstPeak::termination_width`], which is reported beside the width:
//! differences of 0.01 Å mean something only between patterns of the same `Q_max` and window. How far a single width can
//! be trusted is what [`width_error`](crate::width_error) estimates.

use crate::error::{ScatteringError, check_columns};
use crate::pair_distribution::PairDistribution;
use crate::window::WIDTH_OF_DEVIATION;

/// What "full width at half maximum" means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WidthDefinition {
    /// Between the crossings of half the height above `G = 0`, interpolated linearly.
    #[default]
    AboveZero,
    /// Between the crossings of half the height above the line through the minima on both sides.
    AboveMinima,
    /// `2 sqrt(2 ln 2) s` of the least-squares Gaussian (in `ln G`) of the part above half height.
    Gaussian,
}

impl WidthDefinition {
    /// Every definition with its name on command lines, and what it says.
    pub const NAMED: [(&'static str, WidthDefinition, &'static str); 3] = [
        ("zero-base", WidthDefinition::AboveZero, "at half the height above G = 0"),
        (
            "local-base",
            WidthDefinition::AboveMinima,
            "at half the height above the line through the minima on both sides",
        ),
        ("gaussian", WidthDefinition::Gaussian, "of the least-squares Gaussian of the part above half height"),
    ];

    /// The name on command lines: `zero-base`.
    pub fn name(self) -> &'static str {
        Self::NAMED.iter().find(|(_, definition, _)| *definition == self).map_or("zero-base", |(name, ..)| name)
    }

    /// What it says, to follow "full width": `at half the height above G = 0`.
    pub fn words(self) -> &'static str {
        Self::NAMED.iter().find(|(_, definition, _)| *definition == self).map_or("", |(.., words)| words)
    }

    /// The definition of this name.
    ///
    /// # Errors
    /// There is none; the message has the names.
    pub fn of_name(name: &str) -> Result<WidthDefinition, ScatteringError> {
        let found = Self::NAMED.iter().find(|(known, ..)| *known == name).map(|(_, definition, _)| *definition);
        found.ok_or_else(|| ScatteringError::Name {
            what: "definition of a width",
            name: name.to_owned(),
            known: Self::NAMED.map(|(name, ..)| name).join(", "),
        })
    }
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
    /// Standard deviation of `width` from that of the intensity alone, Å; `None` where that was not known.
    pub counting_error: Option<f64>,
    /// Largest error (Å) that straight lines between the points can make in `width`.
    pub sampling_error: f64,
}

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
    let PairDistribution { r, g, options, noise } = distribution;
    let (start, end) = indices(r, g, window, 5)?;
    let refuse = |reason| ScatteringError::NoPeak { from: window.0, to: window.1, reason };
    let top = (start..end).max_by(|&left, &right| g[left].total_cmp(&g[right])).unwrap_or(start);
    if top == start || top + 1 == end {
        return Err(refuse("the largest value is at the edge of the window; widen it"));
    }
    if g[top] <= 0.0 {
        return Err(refuse("nothing rises above zero"));
    }
    let (position, height) = vertex([top - 1, top, top + 1].map(|index| (r[index], g[index])));
    let base = match definition {
        WidthDefinition::AboveZero | WidthDefinition::Gaussian => Base::Zero,
        WidthDefinition::AboveMinima => Base::through_minima(r, g, top),
    };
    let half_width = refuse("it does not fall to half its height on both sides");
    let [left, right] = crossings(r, g, top, (position, height), &base).ok_or(half_width)?;
    let (width, readings) = match definition {
        WidthDefinition::AboveZero | WidthDefinition::AboveMinima => {
            let mut readings = right.readings(position, &base, 1.0);
            readings.extend(left.readings(position, &base, -1.0));
            (right.place - left.place, readings)
        }
        WidthDefinition::Gaussian => gaussian_width(r, g, position, (left.place, right.place))
            .ok_or_else(|| refuse("fewer than four points lie above half its height; use a finer grid"))?,
    };
    Ok(FirstPeak {
        position,
        height,
        width,
        definition,
        termination_width: options.window.termination_width(options.q_max),
        counting_error: noise.as_ref().map(|noise| noise.deviation(&readings)),
        sampling_error: left.bend_error + right.bend_error,
    })
}

/// What heights are counted from.
enum Base {
    Zero,
    /// The line through two points of the curve.
    Line {
        left: (f64, f64),
        right: (f64, f64),
    },
}

impl Base {
    /// The line through the first minima on both sides of the top.
    fn through_minima(r: &[f64], g: &[f64], top: usize) -> Base {
        let valley = |direction: isize| {
            let mut index = top;
            while let Some(next) = index.checked_add_signed(direction).filter(|&next| next < g.len())
                && g[next] <= g[index]
            {
                index = next;
            }
            (r[index], g[index])
        };
        Base::Line { left: valley(-1), right: valley(1) }
    }

    fn at(&self, x: f64) -> f64 {
        match self {
            Base::Zero => 0.0,
            Base::Line { left, .. } => left.1 + (x - left.0) * self.slope(),
        }
    }

    fn slope(&self) -> f64 {
        match self {
            Base::Zero => 0.0,
            Base::Line { left, right } => (right.1 - left.1) / (right.0 - left.0),
        }
    }

    /// The base at `x` as readings of the curve, times a factor.
    fn readings(&self, x: f64, factor: f64) -> Vec<(f64, f64)> {
        match self {
            Base::Zero => Vec::new(),
            Base::Line { left, right } => {
                let share = (x - left.0) / (right.0 - left.0);
                vec![(factor * (1.0 - share), left.0), (factor * share, right.0)]
            }
        }
    }
}

/// Where the curve crosses half its height.
struct Crossing {
    /// Å.
    place: f64,
    /// Slope of curve minus base there, 1/Å³.
    slope: f64,
    /// Largest error (Å) of the straight line between the two points around it.
    bend_error: f64,
}

impl Crossing {
    /// How `sign` times the place moves with the curve: `G(x) = b(x) + [G(p) - b(p)]/2` to first order.
    fn readings(&self, position: f64, base: &Base, sign: f64) -> Vec<(f64, f64)> {
        let factor = sign / self.slope;
        let mut readings = vec![(-factor, self.place), (0.5 * factor, position)];
        readings.extend(base.readings(self.place, factor));
        readings.extend(base.readings(position, -0.5 * factor));
        readings
    }
}

/// Indices of the window, checked.
pub(crate) fn indices(
    r: &[f64],
    g: &[f64],
    window: (f64, f64),
    needed: usize,
) -> Result<(usize, usize), ScatteringError> {
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

/// Where the curve falls to half of its height above a base on both sides of the top, interpolated linearly.
fn crossings(r: &[f64], g: &[f64], top: usize, peak: (f64, f64), base: &Base) -> Option<[Crossing; 2]> {
    let (position, height) = peak;
    let half = 0.5 * (height - base.at(position));
    let above = |index: usize| g[index] - base.at(r[index]) - half;
    let crossing = |outer: usize, inner: usize| {
        let (low, high) = (above(outer), above(inner));
        let slope = (high - low) / (r[inner] - r[outer]);
        // The second difference next to the crossing bounds what the straight line misses, h^2 G''/8 in height.
        let bend = |index: usize| match (index.checked_sub(1), index + 1 < g.len()) {
            (Some(before), true) => (g[before] - 2.0 * g[index] + g[index + 1]).abs() / 8.0,
            _ => 0.0,
        };
        let bend_error = bend(outer).max(bend(inner)) / slope.abs();
        Crossing { place: r[outer] + (r[inner] - r[outer]) * low / (low - high), slope, bend_error }
    };
    let left = (0..top).rev().find(|&index| above(index) <= 0.0)?;
    let right = (top + 1..r.len()).find(|&index| above(index) <= 0.0)?;
    Some([crossing(left, left + 1), crossing(right, right - 1)])
}

/// Width of the Gaussian whose logarithm is the least-squares parabola through the points between two places, and how it
/// moves with them; `None` unless at least four points bend down.
fn gaussian_width(r: &[f64], g: &[f64], position: f64, (left, right): (f64, f64)) -> Option<(f64, Vec<(f64, f64)>)> {
    let points: Vec<(f64, f64)> =
        r.iter().zip(g).filter(|(r, _)| **r >= left && **r <= right).map(|(&r, &g)| (r, g)).collect();
    if points.len() < 4 || points.iter().any(|point| point.1 <= 0.0) {
        return None;
    }
    let scale = points.iter().map(|point| (point.0 - position).abs()).fold(0.0, f64::max);
    let rows = nalgebra::DMatrix::from_fn(points.len(), 3, |row, power| {
        ((points[row].0 - position) / scale).powi(power as i32)
    });
    let inverse = rows.pseudo_inverse(1e-12).ok()?;
    let weights: Vec<f64> = inverse.row(2).iter().map(|weight| 2.0 * weight / (scale * scale)).collect();
    let bend: f64 = weights.iter().zip(&points).map(|(weight, point)| weight * point.1.ln()).sum();
    if bend >= 0.0 {
        return None;
    }
    let width = WIDTH_OF_DEVIATION / (-bend).sqrt();
    // w = const (-b)^(-1/2), db = sum c dG/G.
    let readings = weights.iter().zip(&points).map(|(weight, (r, g))| (-0.5 * width / bend * weight / g, *r)).collect();
    Some((width, readings))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::pair_distribution::{TransformOptions, pair_distribution};
    use crate::structure_factor::StructureFactor;
    use crate::window::Window;

    /// `G(r)` of Gaussian shells `(r0, s)` seen up to `q_max`.
    pub(crate) fn shells(q_max: f64, r_step: f64, window: Window, shells: &[(f64, f64)]) -> PairDistribution {
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
    fn the_counting_error_is_the_scatter_of_noisy_curves() {
        // 200 curves with drawn errors, against the error computed to first order.
        let q: Vec<f64> = (1..=1650).map(|index| 0.01 * f64::from(index)).collect();
        let clean = |q: f64| 1.0 + (3.0 * q).sin() / 3.0 * (-0.5 * q * q * 0.0144).exp() / q;
        let options =
            TransformOptions { r_min: 1.0, r_max: 5.0, r_step: 0.005, ..TransformOptions::between(0.0, 16.5) };
        // Sums of twelve uniform numbers of a linear congruential generator (Knuth) are normal enough.
        let mut state = 20_231_127_u64;
        let mut normal = || {
            let mut uniform = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 11) as f64 / (1u64 << 53) as f64
            };
            (0..12).map(|_| uniform()).sum::<f64>() - 6.0
        };
        let sigma = 0.002;
        // 200 draws give the standard deviation to 5 %: three times that. First order holds the points that the Gaussian is
        // fitted to fixed, which overestimates its error by a fifth.
        let cases = [
            (WidthDefinition::AboveZero, 0.15),
            (WidthDefinition::AboveMinima, 0.15),
            (WidthDefinition::Gaussian, 0.35),
        ];
        for (definition, tolerance) in cases {
            let mut widths = Vec::new();
            let mut predicted = 0.0;
            for _ in 0..200 {
                let s = q.iter().map(|&q| clean(q) + sigma * normal()).collect();
                let structure =
                    StructureFactor { sigma: Some(vec![sigma; q.len()]), ..StructureFactor::of_columns(q.clone(), s) };
                let found =
                    first_peak(&pair_distribution(&structure, &options).unwrap(), (2.2, 3.8), definition).unwrap();
                widths.push(found.width);
                predicted = found.counting_error.unwrap();
            }
            let mean = widths.iter().sum::<f64>() / 200.0;
            let scatter = (widths.iter().map(|width| (width - mean).powi(2)).sum::<f64>() / 199.0).sqrt();
            assert!((predicted / scatter - 1.0).abs() < tolerance, "{definition:?}: {predicted}, scatter {scatter}");
        }
    }

    #[test]
    fn the_sampling_error_bounds_what_a_coarse_grid_changes() {
        let fine = width(40.0, 1e-3);
        for step in [0.005, 0.02, 0.05] {
            let coarse = width(40.0, step);
            let change = (coarse.width - fine.width).abs();
            assert!(
                change < coarse.sampling_error + 1e-6 && coarse.sampling_error < 0.1,
                "{step}: {change}, {coarse:?}"
            );
        }
    }

    #[test]
    fn definitions_have_names() {
        for (name, definition, _) in WidthDefinition::NAMED {
            assert_eq!((definition.name(), WidthDefinition::of_name(name).unwrap()), (name, definition));
        }
        assert!(WidthDefinition::of_name("fwhm").unwrap_err().to_string().contains("zero-base, local-base, gaussian"));
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
