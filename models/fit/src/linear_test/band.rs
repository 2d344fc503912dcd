//! How uncertain the prediction is, and why: noise of the first stage, or relaxation that the first stage never saw.
//!
//! The prediction at `t'` is `eps1 E(t_w + t') - (eps1 - eps2) E(t')`: it asks for a modulus beyond `t_w`. Its interval
//! holds what *any* linear material predicts that explains the first stage within the noise: among all moduli without
//! negative modes the smallest and the largest prediction are looked for whose sum of squares exceeds the minimum by no
//! more than noise does on the level of 95 % (a profile likelihood; strict bounds in the sense of Stark, J. Geophys. Res.
//! 97 (1992) 14055). The same is done for the two parts: the prediction as if every relaxation stopped at `t_w`, which is
//! known but for noise, and the rest, which is a continuation.

use super::TwoStepRecord;
use super::design::{Design, responses_of_changes};
use crate::error::FitError;
use crate::non_negative::non_negative_least_squares;
use kovacs_core::hump::log_spaced;
use nalgebra::{DMatrix, DVector, RowDVector};

/// The prediction at one time with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandPoint {
    /// Time from the end of the unloading, s.
    pub time: f64,
    /// Predicted stress, MPa.
    pub predicted: f64,
    /// Lower end, MPa.
    pub low: f64,
    /// Upper end, MPa.
    pub high: f64,
    /// Half the width of the interval of what the first stage has seen: noise, MPa.
    pub from_noise: f64,
    /// Half the width of the interval of what it has not seen: the relaxation after `t_w`, MPa.
    pub from_continuation: f64,
}

impl BandPoint {
    /// `noise` or `continuation`: the larger part.
    pub fn mostly(&self) -> &'static str {
        if self.from_continuation > self.from_noise { "continuation" } else { "noise" }
    }
}

/// Excess of the sum of squares in units of the variance at the ends of a 95 % interval.
const LIMIT: f64 = 3.841_458_8;
/// Part of the largest stress by which modes, four to the decade, miss the curve of a linear material.
const RESOLUTION: f64 = 1e-6;
/// Weight of the pull on the prediction, in samples.
const PULL: f64 = 10.0;
/// Doublings of the pull.
const DOUBLINGS: i32 = 60;

/// The interval at so many times to the decade over the second stage.
pub(super) fn band(
    record: &TwoStepRecord,
    design: &Design,
    central: &DVector<f64>,
    noise: f64,
    per_decade: usize,
) -> Result<Vec<BandPoint>, FitError> {
    let positive = record.second.x.iter().copied().find(|&time| time > 0.0).unwrap_or(f64::NAN);
    let times = log_spaced(positive, record.second.x.last().copied().unwrap_or(f64::NAN), per_decade);
    let (whole, seen) = functionals(record, design, &times)?;
    let unseen = &whole - &seen;
    // Without noise the modes themselves miss the curve by a little, at every sample.
    let missed = RESOLUTION * design.stress.amax() * (design.first as f64).sqrt();
    let problem = Triangle::new(design, (noise * LIMIT.sqrt()).hypot(missed));
    let point = |(row, time): (usize, f64)| {
        let width = |rows: &DMatrix<f64>| {
            let (low, high) = problem.range(&rows.row(row).into_owned());
            0.5 * (high - low)
        };
        let (low, high) = problem.range(&whole.row(row).into_owned());
        BandPoint {
            time,
            predicted: whole.row(row).transpose().dot(central),
            low,
            high,
            from_noise: width(&seen),
            from_continuation: width(&unseen),
        }
    };
    Ok(times.into_iter().enumerate().map(point).collect())
}

/// Rows whose products with the moduli are the prediction, and the prediction if nothing relaxed after `t_w`.
fn functionals(
    record: &TwoStepRecord,
    design: &Design,
    times: &[f64],
) -> Result<(DMatrix<f64>, DMatrix<f64>), FitError> {
    let start = record.test.second_stage_start();
    let wanted: Vec<f64> = times.iter().map(|time| start + time).collect();
    let whole = responses_of_changes(record, (&wanted, &[]), &design.times, f64::INFINITY)?;
    Ok((whole, responses_of_changes(record, (&wanted, &[]), &design.times, record.test.t_w)?))
}

/// The first stage, reduced to a triangle, and how much worse than the best a fit of it may be.
struct Triangle {
    columns: DMatrix<f64>,
    target: DVector<f64>,
    best: f64,
    allowed: f64,
}

impl Triangle {
    fn new(design: &Design, allowed: f64) -> Triangle {
        let count = design.columns.ncols();
        let mut joined = design.columns.rows(0, design.first).into_owned().insert_column(count, 0.0);
        joined.set_column(count, &design.stress.rows(0, design.first));
        let triangle = joined.qr().unpack_r();
        let target = triangle.column(count).into_owned();
        let mut problem = Triangle { columns: triangle.remove_column(count), target, best: 0.0, allowed };
        problem.best = problem.squares(&non_negative_least_squares(&problem.columns, &problem.target).coefficients);
        problem
    }

    fn squares(&self, moduli: &DVector<f64>) -> f64 {
        (&self.target - &self.columns * moduli).norm_squared()
    }

    /// Smallest and largest value of a functional among the moduli that are allowed.
    fn range(&self, functional: &RowDVector<f64>) -> (f64, f64) {
        let free = non_negative_least_squares(&self.columns, &self.target).coefficients;
        let middle = functional.transpose().dot(&free);
        let size = functional.amax();
        if size == 0.0 {
            return (0.0, 0.0);
        }
        (self.end(functional, middle, -1.0), self.end(functional, middle, 1.0))
    }

    /// Pulls the functional away from the middle until the fit is as much worse as allowed. Whatever the pull, the
    /// solution is the best fit with the value that it has, so every pull gives a point of the profile.
    fn end(&self, functional: &RowDVector<f64>, middle: f64, sign: f64) -> f64 {
        let rows = self.columns.nrows();
        let mut columns = self.columns.clone().insert_row(rows, 0.0);
        columns.set_row(rows, &(functional * PULL));
        let mut target = self.target.clone().insert_row(rows, 0.0);
        let limit = self.allowed;
        let (mut last_value, mut last_excess) = (middle, 0.0);
        for doubling in 0..DOUBLINGS {
            target[rows] = PULL * (middle + sign * limit * 2f64.powi(doubling));
            let moduli = non_negative_least_squares(&columns, &target).coefficients;
            let value = functional.transpose().dot(&moduli);
            let excess = (self.squares(&moduli) - self.best).max(0.0).sqrt();
            if excess >= limit {
                // The root of the excess is nearly straight in the value.
                let share = if excess > last_excess { (limit - last_excess) / (excess - last_excess) } else { 1.0 };
                return last_value + share * (value - last_value);
            }
            (last_value, last_excess) = (value, excess);
        }
        last_value
    }
}
