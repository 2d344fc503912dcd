//! What a linear material would show in the same tests, seen as late and stepped as slowly as the data.
//!
//! `Delta-sigma` counts from the first sample. A hump whose peak lies before it is not seen at all, so a dead time alone
//! makes heights that are zero at short waiting times and grow at longer ones: a critical waiting time, where the peak
//! passes the dead time ([`apparent_critical_time`]), of a material that has none. A loading ramp lowers the height too,
//! while it hardly moves the peak.

use super::design::strain_test;
use crate::critical_time::{CriticalTime, bic, critical_time};
use crate::error::FitError;
use kovacs_core::TwoStep;
use kovacs_core::hump::{Hump, HumpError, Window, find_hump};
use kovacs_core::linear_response::{Moduli, RelaxationFunction, linear_peak};
use kovacs_core::model::EvaluationError;
use std::fmt;

/// What a linear material shows in one test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NullPoint {
    /// Waiting time, s.
    pub t_w: f64,
    /// The hump, counted from the first sample after the dead time of the test; ramps as in the test.
    pub hump: Hump,
    /// Its height, MPa: 0 without a hump.
    pub height: f64,
    /// The height with exact steps and no dead time, MPa.
    pub ideal_height: f64,
}

/// The humps of a linear material in tests with their ramps and dead times.
///
/// # Errors
/// A test is none, or the material gives stresses that are not finite.
pub fn linear_null(
    moduli: Moduli,
    phi: &impl RelaxationFunction,
    tests: &[TwoStep],
) -> Result<Vec<NullPoint>, FitError> {
    let height = |hump: Hump| hump.delta_sigma().unwrap_or(0.0);
    let point = |test: &TwoStep| {
        let hump = hump_of(moduli, phi, test)?;
        let ideal = hump_of(moduli, phi, &TwoStep { ramp: None, dead_time: 0.0, ..*test })?;
        Ok(NullPoint { t_w: test.t_w, hump, height: height(hump), ideal_height: height(ideal) })
    };
    tests.iter().map(point).collect()
}

/// First look after an exact step, in units of the waiting time, and the latest, s.
const FIRST: f64 = 1e-6;
const LATEST: f64 = 1e-2;

fn hump_of(moduli: Moduli, phi: &impl RelaxationFunction, test: &TwoStep) -> Result<Hump, FitError> {
    let start = test.second_stage_start();
    let first = (FIRST * test.t_w).min(LATEST).min(0.1 * test.duration);
    let window = Window { dead_time: test.dead_time, first, last: test.duration };
    let stress = |times: &[f64]| {
        let wanted: Vec<f64> = times.iter().map(|time| start + time).collect();
        let mut stress = vec![0.0; wanted.len()];
        strain_test(test, &wanted, &[])?.stress(moduli, phi, &mut stress);
        Ok::<_, FitError>(stress)
    };
    let malformed = |error: HumpError<FitError>| match error {
        HumpError::Evaluate(error) => error,
        other => FitError::Evaluation(EvaluationError::Malformed { what: other.to_string() }),
    };
    Ok(find_hump(stress, window, true).map_err(malformed)?.hump)
}

/// The waiting time (s) at which the peak of a linear material passes a dead time (s): where its heights begin, as far as
/// they are seen. `r = 1 - eps2/eps1`. `None` where no waiting time between a thousandth and a million times the dead time
/// does.
pub fn apparent_critical_time(phi: &impl RelaxationFunction, r: f64, dead_time: f64) -> Option<f64> {
    if !(dead_time > 0.0 && dead_time.is_finite() && r > 0.0 && r < 1.0) {
        return None;
    }
    // A peak that is not there has not passed the dead time.
    let late = |ln_time: f64| linear_peak(phi, ln_time.exp(), r).is_some_and(|(t_p, _)| t_p > dead_time);
    let outer = 1e6_f64.ln();
    let (mut low, mut high) = (dead_time.ln() - 0.5 * outer, dead_time.ln() + outer);
    if late(low) || !late(high) {
        return None;
    }
    while high - low > 1e-12 * high.abs().max(1.0) {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if late(middle) { high = middle } else { low = middle }
    }
    Some((0.5 * (low + high)).exp())
}

/// What may be said of a critical waiting time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CriticalVerdict {
    /// Two lines are preferred to one line, to a power law and to a linear material.
    Supported,
    /// A linear material seen through the same dead time and ramps shows the heights as well as two lines do, or better.
    Artefact,
    /// One line or a power law is as good.
    NotSupported,
}

impl CriticalVerdict {
    /// The word in tables and files.
    pub fn word(self) -> &'static str {
        match self {
            CriticalVerdict::Supported => "supported",
            CriticalVerdict::Artefact => "artefact",
            CriticalVerdict::NotSupported => "not supported",
        }
    }
}

/// A series of heights beside what a linear material would show.
#[derive(Clone, Debug, PartialEq)]
pub struct CriticalJudgement {
    /// Two lines through the measured heights.
    pub measured: CriticalTime,
    /// Two lines through the heights of the linear material, seen through the dead time and ramps of the tests.
    pub null: CriticalTime,
    /// What the heights of the linear material are multiplied by to come nearest to the measured ones.
    pub factor: f64,
    /// BIC of that (1 coefficient), to compare with those in `measured`.
    pub bic_null: f64,
    /// What follows.
    pub verdict: CriticalVerdict,
}

impl fmt::Display for CriticalJudgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (measured, null) = (self.measured.time, self.null.time);
        match self.verdict {
            CriticalVerdict::Supported => write!(f, "a critical waiting time of {measured:.3e} s is supported"),
            CriticalVerdict::Artefact => write!(
                f,
                "the break at {measured:.3e} s is an artefact: a linear material seen through the same dead time and \
                 ramps breaks at {null:.3e} s and explains the heights as well"
            ),
            CriticalVerdict::NotSupported => {
                write!(f, "no critical waiting time: the break at {measured:.3e} s is no better than a smooth curve")
            }
        }
    }
}

/// Compares heights `(t_w in s, Delta-sigma in MPa)` with those of a linear material in the same tests, one for each
/// height and in their order.
///
/// # Errors
/// As [`critical_time`] for both series, and another number of null points or other waiting times.
pub fn judge_critical_time(heights: &[(f64, f64)], null: &[NullPoint]) -> Result<CriticalJudgement, FitError> {
    let label = || "heights of the linear material".to_owned();
    if null.len() != heights.len() {
        return Err(FitError::FewSamples { label: label(), found: null.len(), needed: heights.len() });
    }
    if let Some((row, (height, null))) =
        heights.iter().zip(null).enumerate().find(|(_, (height, null))| height.0 != null.t_w)
    {
        return Err(FitError::Times { row, strain: null.t_w, stress: height.0 });
    }
    let measured = critical_time(heights)?;
    let of_null: Vec<(f64, f64)> = null.iter().map(|point| (point.t_w, point.height)).collect();
    let product: f64 = heights.iter().zip(null).map(|(height, null)| height.1 * null.height).sum();
    let square: f64 = null.iter().map(|point| point.height * point.height).sum();
    let factor = if square > 0.0 { product / square } else { 0.0 };
    let rest: f64 = heights.iter().zip(null).map(|(height, null)| (height.1 - factor * null.height).powi(2)).sum();
    let scale = heights.iter().map(|height| height.1.abs()).fold(0.0, f64::max);
    let bic_null = bic(heights.len(), scale, rest, 1.0);
    let verdict = if measured.bic_two_lines >= measured.bic_one_line {
        CriticalVerdict::NotSupported
    } else if bic_null <= measured.bic_two_lines {
        CriticalVerdict::Artefact
    } else if measured.is_supported() {
        CriticalVerdict::Supported
    } else {
        CriticalVerdict::NotSupported
    };
    Ok(CriticalJudgement { measured, null: critical_time(&of_null)?, factor, bic_null, verdict })
}
