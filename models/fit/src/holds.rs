//! The prediction hold by hold: does the stress go the way superposition says, and how far off is it?
//!
//! One number for a whole record hides what matters in a staircase: a prediction may be far off in level and still have
//! every rise after a step down. The direction of a hold is the slope of the least-squares line through its samples,
//! not the difference of two of them, so that noise of the first and last sample does not decide it.

use crate::error::FitError;
use kovacs_core::Curve;
use std::cmp::Ordering;
use std::fmt;

/// What the stress does during a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The stress goes up: memory, after a step down.
    Rises,
    /// The stress goes down: relaxation.
    Falls,
    /// It does neither.
    Stays,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Direction::Rises => "rises",
            Direction::Falls => "falls",
            Direction::Stays => "stays",
        })
    }
}

/// One curve during a hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// Stress at the first sample, MPa.
    pub first: f64,
    /// Stress at the last sample, MPa.
    pub last: f64,
    /// Slope of the least-squares line through all samples, MPa/s.
    pub slope: f64,
}

impl Course {
    /// Which way the stress goes: the sign of [`Course::slope`].
    pub fn direction(&self) -> Direction {
        match self.slope.partial_cmp(&0.0) {
            Some(Ordering::Greater) => Direction::Rises,
            Some(Ordering::Less) => Direction::Falls,
            _ => Direction::Stays,
        }
    }
}

/// Measured and predicted stress during one hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HoldPrediction {
    /// Time of the first sample in the hold, s.
    pub start: f64,
    /// Time of the last sample in the hold, s.
    pub end: f64,
    /// How many samples it has.
    pub samples: usize,
    /// What was measured.
    pub measured: Course,
    /// What superposition says.
    pub predicted: Course,
    /// Root mean square of measured minus predicted stress, MPa.
    pub rms_error: f64,
}

impl HoldPrediction {
    /// Whether the measured stress goes the way that was predicted.
    pub fn direction_is_right(&self) -> bool {
        self.measured.direction() == self.predicted.direction()
    }
}

/// Compares one hold, from `start` to `end` in s, both included.
pub(crate) fn compare(measured: &Curve, predicted: &Curve, start: f64, end: f64) -> Result<HoldPrediction, FitError> {
    let (measured_part, predicted_part) = (measured.between(start, end), predicted.between(start, end));
    let (Some(measured_course), Some(predicted_course)) = (course(&measured_part), course(&predicted_part)) else {
        return Err(FitError::EmptyHold {
            start,
            end,
            found: measured_part.len().min(predicted_part.len()),
            first: predicted.x.first().copied().unwrap_or(f64::NAN),
            last: predicted.x.last().copied().unwrap_or(f64::NAN),
        });
    };
    Ok(HoldPrediction {
        start: measured_part.x.first().copied().unwrap_or(start),
        end: measured_part.x.last().copied().unwrap_or(end),
        samples: measured_part.len(),
        measured: measured_course,
        predicted: predicted_course,
        rms_error: root_mean_square(measured_part.y.iter().zip(&predicted_part.y).map(|(a, b)| a - b)),
    })
}

/// `None` with fewer than two samples.
fn course(part: &Curve) -> Option<Course> {
    let (&first, &last) = (part.y.first()?, part.y.last()?);
    let count = part.len() as f64;
    let (mean_time, mean_stress) = (part.x.iter().sum::<f64>() / count, part.y.iter().sum::<f64>() / count);
    let spread: f64 = part.x.iter().map(|time| (time - mean_time).powi(2)).sum();
    let moment: f64 =
        part.x.iter().zip(&part.y).map(|(time, stress)| (time - mean_time) * (stress - mean_stress)).sum();
    (spread > 0.0).then(|| Course { first, last, slope: moment / spread })
}

/// Root of the mean square; NaN of nothing.
pub(crate) fn root_mean_square(differences: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) =
        differences.fold((0.0, 0.0), |(sum, count), difference| (sum + difference * difference, count + 1.0));
    f64::sqrt(sum / count)
}
