//! The critical waiting time: does the height of the hump grow along two straight lines against `log10 t_w`, and where
//! do they meet?
//!
//! The curve is continuous: `h = a + b x + c max(0, x - x_c)` with `x = log10 t_w`. The least-squares solution is exact
//! (Hudson, J. Am. Stat. Assoc. 61 (1966) 1097): the samples are cut in two in every possible way, each part gets its
//! own line, and where the lines meet between the parts that is a candidate; where they do not, the break lies on a
//! sample. Nothing is iterated and nothing needs a start.
//!
//! A break can always be fitted, also to a smooth curve, so it proves nothing. The same numbers are therefore fitted
//! by one line and by the power law that every linear material follows at short times, `h = A t_w^p`, and a critical
//! time is only claimed if Schwarz's criterion (BIC, independent errors of one size) prefers two lines to both.
//! A dead time also makes a break where there is none: state it with the data.

use crate::error::FitError;
use crate::least_squares::{Residuals, Variable, best_of};
use crate::line::fit_line;
use nalgebra::{DMatrix, DVector};

/// Two lines that meet, and what they have to beat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CriticalTime {
    /// Where the lines meet, s.
    pub time: f64,
    /// Growth per decade of waiting before it, MPa.
    pub slope_before: f64,
    /// Growth per decade of waiting after it, MPa.
    pub slope_after: f64,
    /// Sum of the squares of what two lines leave, MPa squared.
    pub sum_of_squares: f64,
    /// BIC of two lines (4 coefficients).
    pub bic_two_lines: f64,
    /// BIC of one line (2 coefficients).
    pub bic_one_line: f64,
    /// BIC of the power law (2 coefficients).
    pub bic_power_law: f64,
    /// Exponent of the power law.
    pub power: f64,
    /// Number of waiting times.
    pub points: usize,
}

impl CriticalTime {
    /// `slope_after / slope_before`; `None` where the height does not grow before the break.
    pub fn slope_ratio(&self) -> Option<f64> {
        (self.slope_before > 0.0).then(|| self.slope_after / self.slope_before)
    }

    /// Whether two lines are preferred to one line and to a power law.
    pub fn is_supported(&self) -> bool {
        self.bic_two_lines < self.bic_one_line && self.bic_two_lines < self.bic_power_law
    }
}

/// Fewest waiting times: one more than there are coefficients.
const FEWEST_SAMPLES: usize = 5;

/// Residuals below this part of the largest height are rounding, and no model is preferred for them.
const ROUNDING: f64 = 1e-12;

/// Fits heights `(t_w in s, delta_sigma in MPa)`, in any order.
///
/// # Errors
/// Fewer than five different waiting times, one that is not above zero, or a value that is not finite.
pub fn critical_time(heights: &[(f64, f64)]) -> Result<CriticalTime, FitError> {
    let label = || "heights against waiting time".to_owned();
    if let Some((row, &(x, y))) =
        heights.iter().enumerate().find(|(_, (time, height))| !(time.is_finite() && height.is_finite()))
    {
        return Err(FitError::Point { row, x, y });
    }
    if let Some(&(time, _)) = heights.iter().find(|(time, _)| *time <= 0.0) {
        return Err(FitError::EarlySample { label: label(), time });
    }
    let mut points: Vec<(f64, f64)> = heights.iter().map(|&(time, height)| (time.log10(), height)).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut places: Vec<f64> = points.iter().map(|point| point.0).collect();
    places.dedup();
    if places.len() < FEWEST_SAMPLES {
        return Err(FitError::FewSamples { label: label(), found: places.len(), needed: FEWEST_SAMPLES });
    }
    let broken = two_lines(&points, &places).ok_or_else(|| FitError::NoFit { label: label() })?;
    let one_line = fit_line(&points)?;
    let (power, power_rest) = power_law(&points).ok_or_else(|| FitError::NoFit { label: label() })?;
    let scale = points.iter().map(|point| point.1.abs()).fold(0.0, f64::max);
    let count = points.len() as f64;
    let bic = |sum_of_squares: f64, coefficients: f64| {
        let floor = count * (ROUNDING * scale).powi(2);
        count * (sum_of_squares.max(floor).max(f64::MIN_POSITIVE) / count).ln() + coefficients * count.ln()
    };
    Ok(CriticalTime {
        time: 10f64.powf(broken.place),
        slope_before: broken.slope_before,
        slope_after: broken.slope_after,
        sum_of_squares: broken.sum_of_squares,
        bic_two_lines: bic(broken.sum_of_squares, 4.0),
        bic_one_line: bic(one_line.sum_of_squares, 2.0),
        bic_power_law: bic(power_rest, 2.0),
        power,
        points: points.len(),
    })
}

/// Two lines with a break.
struct Broken {
    place: f64,
    slope_before: f64,
    slope_after: f64,
    sum_of_squares: f64,
}

/// The best of all breaks, strictly inside the samples.
fn two_lines(points: &[(f64, f64)], places: &[f64]) -> Option<Broken> {
    let inner = places.get(1..places.len().saturating_sub(1)).unwrap_or_default();
    let between = inner.windows(2).filter_map(|pair| {
        let &[left, right] = pair else { return None };
        let split = points.partition_point(|point| point.0 <= left);
        let (before, after) = points.split_at(split);
        let (before, after) = (fit_line(before).ok()?, fit_line(after).ok()?);
        let place = (before.intercept - after.intercept) / (after.slope - before.slope);
        (left < place && place < right).then_some(Broken {
            place,
            slope_before: before.slope,
            slope_after: after.slope,
            sum_of_squares: before.sum_of_squares + after.sum_of_squares,
        })
    });
    let on_sample = inner.iter().filter_map(|&place| broken_at(points, place));
    between.chain(on_sample).min_by(|a, b| a.sum_of_squares.total_cmp(&b.sum_of_squares))
}

/// Linear least squares with the break at a given place.
fn broken_at(points: &[(f64, f64)], place: f64) -> Option<Broken> {
    let columns = DMatrix::from_fn(points.len(), 3, |row, column| {
        let distance = points.get(row).map_or(f64::NAN, |point| point.0 - place);
        match column {
            0 => 1.0,
            1 => distance.min(0.0),
            _ => distance.max(0.0),
        }
    });
    let target = DVector::from_iterator(points.len(), points.iter().map(|point| point.1));
    let decomposed = columns.clone().qr();
    let coefficients = decomposed.r().solve_upper_triangular(&decomposed.q().tr_mul(&target))?;
    let rest = (target - columns * &coefficients).norm_squared();
    Some(Broken {
        place,
        slope_before: *coefficients.get(1)?,
        slope_after: *coefficients.get(2)?,
        sum_of_squares: rest,
    })
}

/// Exponent of `h = A t_w^p` and the sum of squares it leaves, with the same weights as the lines.
fn power_law(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let problem = PowerLaw { points, scale: points.iter().map(|point| point.1.abs()).fold(0.0, f64::max) };
    if problem.scale == 0.0 {
        return Some((0.0, 0.0));
    }
    // In units of the largest height, at the middle of the samples: both unknowns are of the order of one.
    let starts = [0.1, 0.5, 1.0].map(|power| vec![Variable::free(0.3), Variable::between(power, -10.0, 10.0)]);
    let minimum = best_of(&problem, starts)?;
    Some((*minimum.variables.get(1)?, minimum.sum_of_squares * problem.scale.powi(2)))
}

/// `A 10^(p (x - middle))` against heights, in units of the largest one.
struct PowerLaw<'a> {
    points: &'a [(f64, f64)],
    scale: f64,
}

impl PowerLaw<'_> {
    fn terms(&self, variables: &[f64]) -> impl Iterator<Item = (f64, f64, f64, f64)> {
        let (amplitude, power) = match variables {
            &[amplitude, power] => (amplitude, power),
            _ => (f64::NAN, f64::NAN),
        };
        let middle = self.points.iter().map(|point| point.0).sum::<f64>() / self.points.len() as f64;
        self.points.iter().map(move |&(place, height)| {
            let decades = place - middle;
            (height / self.scale, amplitude, 10f64.powf(power * decades), decades)
        })
    }
}

impl Residuals for PowerLaw<'_> {
    fn count(&self) -> usize {
        self.points.len()
    }

    fn residuals(&self, variables: &[f64], out: &mut DVector<f64>) {
        for (out, (height, amplitude, growth, _)) in out.iter_mut().zip(self.terms(variables)) {
            *out = amplitude * growth - height;
        }
    }

    fn derivatives(&self, variables: &[f64], out: &mut DMatrix<f64>) {
        for (mut row, (_, amplitude, growth, decades)) in out.row_iter_mut().zip(self.terms(variables)) {
            row[0] = growth;
            row[1] = amplitude * growth * decades * std::f64::consts::LN_10;
        }
    }
}
