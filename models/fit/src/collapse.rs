//! Do curves fall on one curve when they are scaled, how well, and where not?
//!
//! Linear theory has two collapses. In a medium without a time of its own, one that relaxes logarithmically, a second stage
//! is one curve `s(t'/t_w; r)` for all waiting times but for a constant, so that it is counted from `t' = t_w`
//! ([`scaled_stage`]); and with time-temperature superposition `Delta-sigma/[(E_U - E_R)
//! eps1]` is one curve against `t_w/tau(T)`. Where they fail is a time or a temperature at which something else begins.

use crate::error::FitError;
use kovacs_core::hump::log_spaced;
use kovacs_core::linear_response::Moduli;
use kovacs_core::replicates::{Statistics, statistics};
use kovacs_core::{Curve, TwoStep};

/// A place on the abscissa at which the curves are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CollapsePoint {
    /// Scaled abscissa.
    pub x: f64,
    /// Mean of the curves there.
    pub mean: f64,
    /// Standard deviation between them.
    pub spread: f64,
    /// How many there are.
    pub curves: usize,
}

/// How well curves fall together.
#[derive(Clone, Debug, PartialEq)]
pub struct Collapse {
    /// Root of the mean square of the spread between curves over the standard deviation of the common curve along `x`: 0
    /// for one curve, of the order of 1 for none.
    pub quality: f64,
    /// Wherever two curves or more are there, twenty places to the decade.
    pub points: Vec<CollapsePoint>,
    /// First and last `x` of the stretches in which the spread exceeds a tenth of the range of the common curve.
    pub fails: Vec<(f64, f64)>,
    /// Root mean square distance of each curve from the mean of the others, over that range; `None` for one that meets no
    /// other.
    pub distances: Vec<Option<f64>>,
}

/// Places to the decade.
const PER_DECADE: usize = 20;
/// Part of the range of the common curve from which on a spread is a failure.
const FAILURE: f64 = 0.1;

/// Compares curves against a common, scaled abscissa above 0.
///
/// # Errors
/// Fewer than two curves, a malformed one, or no place where two of them are.
pub fn collapse(curves: &[Curve]) -> Result<Collapse, FitError> {
    let few = |found: usize| FitError::FewSamples { label: "curves that overlap".to_owned(), found, needed: 2 };
    if curves.len() < 2 {
        return Err(few(curves.len()));
    }
    for curve in curves {
        curve.check()?;
    }
    let firsts = curves.iter().filter_map(|curve| curve.x.iter().copied().find(|&x| x > 0.0));
    let lasts = curves.iter().filter_map(|curve| curve.x.last().copied());
    let places = log_spaced(firsts.fold(f64::INFINITY, f64::min), lasts.fold(0.0, f64::max), PER_DECADE);
    let values = |x: f64| -> Vec<Option<f64>> { curves.iter().map(|curve| curve.at(x)).collect() };
    let mut points = Vec::new();
    let mut off: Vec<Vec<f64>> = vec![Vec::new(); curves.len()];
    for x in places {
        let here = values(x);
        let there: Vec<f64> = here.iter().copied().flatten().collect();
        let Some(Statistics { mean, standard_deviation: Some(spread), number, .. }) = statistics(&there) else {
            continue;
        };
        points.push(CollapsePoint { x, mean, spread, curves: number });
        for (value, off) in here.iter().zip(&mut off) {
            // From the mean of the others.
            off.extend(value.map(|value| (value - mean) * number as f64 / (number - 1) as f64));
        }
    }
    let means: Vec<f64> = points.iter().map(|point| point.mean).collect();
    let Some(along) = statistics(&means).and_then(|found| found.standard_deviation) else {
        return Err(few(points.len()));
    };
    let range =
        means.iter().copied().fold(f64::NEG_INFINITY, f64::max) - means.iter().copied().fold(f64::INFINITY, f64::min);
    let square = |values: &mut dyn Iterator<Item = f64>| crate::holds::root_mean_square(values);
    let quality = square(&mut points.iter().map(|point| point.spread)) / along;
    let bad = |point: &CollapsePoint| point.spread > FAILURE * range;
    let fails = points
        .chunk_by(|now, next| bad(now) == bad(next))
        .filter(|stretch| stretch.first().is_some_and(bad))
        .filter_map(|stretch| Some((stretch.first()?.x, stretch.last()?.x)))
        .collect();
    let distances =
        off.into_iter().map(|off| (!off.is_empty()).then(|| square(&mut off.into_iter()) / range)).collect();
    Ok(Collapse { quality, points, fails, distances })
}

/// A second stage as `s(t'/t_w) - s(1)`, `s = sigma/[(E_U - E_R) eps1]`. `second` is stress in MPa against the time from the
/// second step in s.
///
/// # Errors
/// The second stage does not reach `t_w`.
pub fn scaled_stage(test: &TwoStep, second: &Curve, moduli: Moduli) -> Result<Curve, FitError> {
    let relaxing = (moduli.unrelaxed - moduli.relaxed) * test.eps1;
    let zero = second.at(test.t_w).ok_or_else(|| FitError::OutsideRelaxation {
        time: test.t_w,
        first: second.x.first().copied().unwrap_or(f64::NAN),
        last: second.x.last().copied().unwrap_or(f64::NAN),
    })?;
    Ok(Curve {
        x: second.x.iter().map(|time| time / test.t_w).collect(),
        y: second.y.iter().map(|stress| (stress - zero) / relaxing).collect(),
        x_name: "t'/t_w".to_owned(),
        x_unit: "1".to_owned(),
        y_name: "s - s(t_w)".to_owned(),
        y_unit: "1".to_owned(),
        ..second.clone()
    })
}
