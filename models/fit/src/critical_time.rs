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
//! A dead time also makes a break where there is none: state it with the data, and compare with what a linear material
//! shows then ([`judge_critical_time`](crate::judge_critical_time)).
//!
//! Against one line there is an F test as well. Because the break is looked for, the table of F would find it too often;
//! its probability is counted among simulated lines, which is exact for normal errors of one size. The power law is not a
//! special case of two lines, so there is no such test for it. How well the break is placed is said by a bootstrap.

use crate::error::FitError;
use crate::least_squares::{Residuals, Variable, best_of};
use crate::line::fit_line;
use crate::random::deviate;
use nalgebra::{DMatrix, DVector};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

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
    /// F statistic of two lines against one, with 2 and `points - 4` degrees of freedom.
    pub f_one_line: f64,
    /// How often one line with normal errors gives such a statistic or a larger one.
    pub p_one_line: f64,
    /// Number of waiting times.
    pub points: usize,
}

/// Where the break may be as well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CriticalInterval {
    /// Lower end of the 95 % interval, s.
    pub low: f64,
    /// Upper end, s.
    pub high: f64,
    /// Part of the bootstrap samples whose break lies on the second or the last but one waiting time: with many of them
    /// the break is not inside the series.
    pub on_edge: f64,
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

/// Simulated lines, and their seed.
const SIMULATIONS: usize = 999;
const SEED: u64 = 1;

/// Fewest waiting times: one more than there are coefficients.
const FEWEST_SAMPLES: usize = 5;

/// Residuals below this part of the largest height are rounding, and no model is preferred for them.
const ROUNDING: f64 = 1e-12;

/// Fits heights `(t_w in s, delta_sigma in MPa)`, in any order.
///
/// # Errors
/// Fewer than five different waiting times, one that is not above zero, or a value that is not finite.
pub fn critical_time(heights: &[(f64, f64)]) -> Result<CriticalTime, FitError> {
    let (points, places) = in_decades(heights)?;
    let label = || LABEL.to_owned();
    let broken = two_lines(&points, &places).ok_or_else(|| FitError::NoFit { label: label() })?;
    let one_line = fit_line(&points)?;
    let (power, power_rest) = power_law(&points).ok_or_else(|| FitError::NoFit { label: label() })?;
    let scale = points.iter().map(|point| point.1.abs()).fold(0.0, f64::max);
    let bic = |sum_of_squares: f64, coefficients: f64| bic(points.len(), scale, sum_of_squares, coefficients);
    let floor = points.len() as f64 * (ROUNDING * scale).powi(2);
    let statistic = |one: f64, two: f64| {
        let two = two.max(floor).max(f64::MIN_POSITIVE);
        0.5 * (one - two).max(0.0) / (two / (points.len() - 4) as f64)
    };
    let f_one_line = statistic(one_line.sum_of_squares, broken.sum_of_squares);
    let p_one_line = if one_line.sum_of_squares <= floor { 1.0 } else { simulated(&points, &places, f_one_line) };
    Ok(CriticalTime {
        time: 10f64.powf(broken.place),
        slope_before: broken.slope_before,
        slope_after: broken.slope_after,
        sum_of_squares: broken.sum_of_squares,
        bic_two_lines: bic(broken.sum_of_squares, 4.0),
        bic_one_line: bic(one_line.sum_of_squares, 2.0),
        bic_power_law: bic(power_rest, 2.0),
        power,
        f_one_line,
        p_one_line,
        points: points.len(),
    })
}

/// The 95 % interval of the break by a bootstrap of so many samples, with a seed.
///
/// With `errors` (standard errors of the heights in MPa, in their order) the heights are moved by normal deviates of that
/// size; without, by the residuals of two lines drawn at random, enlarged for the degrees of freedom.
///
/// # Errors
/// As [`critical_time`], and errors that are not one for each height, finite and not below zero.
pub fn critical_interval(
    heights: &[(f64, f64)],
    errors: Option<&[f64]>,
    samples: usize,
    seed: u64,
) -> Result<CriticalInterval, FitError> {
    let (points, places) = in_decades(heights)?;
    let no_fit = || FitError::NoFit { label: LABEL.to_owned() };
    let broken = two_lines(&points, &places).ok_or_else(no_fit)?;
    let count = points.len();
    if let Some(errors) = errors {
        if errors.len() != count {
            return Err(FitError::Deviations { label: LABEL.to_owned(), found: errors.len(), needed: count });
        }
        if let Some((row, &value)) = errors.iter().enumerate().find(|(_, error)| !(error.is_finite() && **error >= 0.0))
        {
            return Err(FitError::Deviation { label: LABEL.to_owned(), row, value });
        }
    }
    let enlarged = (count as f64 / (count - 4) as f64).sqrt();
    let fitted: Vec<f64> = points.iter().map(|point| broken.value(point.0)).collect();
    let residuals: Vec<f64> = points.iter().zip(&fitted).map(|(point, fitted)| enlarged * (point.1 - fitted)).collect();
    // The heights in the order of the points, which are sorted.
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&a, &b| heights[a].0.total_cmp(&heights[b].0));
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut found = Vec::with_capacity(samples);
    let mut on_edge = 0;
    let edges = [places.get(1).copied(), places.len().checked_sub(2).and_then(|place| places.get(place)).copied()];
    for _ in 0..samples {
        let moved: Vec<(f64, f64)> = (0..count)
            .map(|row| {
                let by = match errors {
                    Some(errors) => points[row].1 + errors[order[row]] * deviate(&mut random),
                    None => fitted[row] + residuals[random.random_range(0..count)],
                };
                (points[row].0, by)
            })
            .collect();
        if let Some(broken) = two_lines(&moved, &places) {
            on_edge += usize::from(edges.contains(&Some(broken.place)));
            found.push(10f64.powf(broken.place));
        }
    }
    found.sort_by(f64::total_cmp);
    let quantile =
        |part: f64| found.get(((found.len() as f64 - 1.0) * part).round() as usize).copied().unwrap_or(f64::NAN);
    if found.is_empty() {
        return Err(no_fit());
    }
    Ok(CriticalInterval { low: quantile(0.025), high: quantile(0.975), on_edge: on_edge as f64 / found.len() as f64 })
}

/// How often one line with normal errors at these places has such an F statistic or a larger one.
fn simulated(points: &[(f64, f64)], places: &[f64], statistic: f64) -> f64 {
    let mut random = Pcg64Mcg::seed_from_u64(SEED);
    let mut larger = 1;
    for _ in 0..SIMULATIONS {
        let noise: Vec<(f64, f64)> = points.iter().map(|point| (point.0, deviate(&mut random))).collect();
        let (Ok(one), Some(two)) = (fit_line(&noise), two_lines(&noise, places)) else { continue };
        let two = two.sum_of_squares;
        let found =
            0.5 * (one.sum_of_squares - two).max(0.0) / (two.max(f64::MIN_POSITIVE) / (points.len() - 4) as f64);
        larger += usize::from(found >= statistic);
    }
    larger as f64 / (SIMULATIONS + 1) as f64
}

/// Schwarz's criterion of a fit with independent errors of one size that is not known; what is left below rounding of the
/// largest height counts as rounding.
pub(crate) fn bic(points: usize, scale: f64, sum_of_squares: f64, coefficients: f64) -> f64 {
    let count = points as f64;
    let floor = count * (ROUNDING * scale).powi(2);
    count * (sum_of_squares.max(floor).max(f64::MIN_POSITIVE) / count).ln() + coefficients * count.ln()
}

const LABEL: &str = "heights against waiting time";

/// The heights against `log10 t_w` in rising order, and the different places.
type Decades = (Vec<(f64, f64)>, Vec<f64>);

fn in_decades(heights: &[(f64, f64)]) -> Result<Decades, FitError> {
    let label = || LABEL.to_owned();
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
    Ok((points, places))
}

/// Two lines with a break.
struct Broken {
    place: f64,
    height: f64,
    slope_before: f64,
    slope_after: f64,
    sum_of_squares: f64,
}

impl Broken {
    fn value(&self, place: f64) -> f64 {
        let distance = place - self.place;
        self.height + self.slope_before * distance.min(0.0) + self.slope_after * distance.max(0.0)
    }
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
            height: before.intercept + before.slope * place,
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
        height: *coefficients.get(0)?,
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
