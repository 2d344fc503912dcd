//! How far linear superposition goes in a staircase of holds, and where it fails.
//!
//! The record up to the end of each hold in turn determines the modulus, and every later hold is predicted from it. So the
//! report says from how much and to how far: usually the next hold follows well, later ones worse, and at some strain or
//! at the first step down the prediction is off by more than the moduli are uncertain. There it fails, and there is
//! something that superposition does not know.

use crate::error::FitError;
use crate::holds::HoldPrediction;
use crate::superposition::superpose;
use kovacs_core::Curve;
use kovacs_core::model::Evaluator;
use std::fmt;

/// One hold predicted from those before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reach {
    /// How many holds the modulus was taken from: the first ones.
    pub known: usize,
    /// Which hold was predicted, from 0.
    pub hold: usize,
    /// Strain at its end (1).
    pub strain: f64,
    /// What was measured and predicted.
    pub prediction: HoldPrediction,
    /// Root mean square error over the largest stress of the record.
    pub relative_error: f64,
    /// The same over the standard error of the prediction at the end of the hold.
    pub in_standard_errors: f64,
}

/// All of them, and what they come to.
#[derive(Clone, Debug, PartialEq)]
pub struct ReachReport {
    /// By number of known holds, then by predicted hold.
    pub reaches: Vec<Reach>,
    /// Relative error that counts as a failure.
    pub tolerance: f64,
}

/// A prediction within so many standard errors has not failed, however far off.
const UNCERTAIN: f64 = 3.0;

impl Reach {
    /// Whether the error is above the tolerance and above the uncertainty of the prediction.
    pub fn fails(&self, tolerance: f64) -> bool {
        self.relative_error > tolerance && self.in_standard_errors > UNCERTAIN
    }
}

impl ReachReport {
    /// The predictions from so many holds.
    pub fn from_holds(&self, known: usize) -> impl Iterator<Item = &Reach> {
        self.reaches.iter().filter(move |reach| reach.known == known)
    }

    /// The first hold that so many holds do not predict.
    pub fn first_failure(&self, known: usize) -> Option<&Reach> {
        self.from_holds(known).find(|reach| reach.fails(self.tolerance))
    }

    /// How many predicted holds go the way that was predicted, and how many there are.
    pub fn directions(&self, known: usize) -> (usize, usize) {
        let right = self.from_holds(known).filter(|reach| reach.prediction.direction_is_right()).count();
        (right, self.from_holds(known).count())
    }
}

impl fmt::Display for ReachReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = self.reaches.iter().map(|reach| reach.known).max().unwrap_or(0);
        for known in 1..=most {
            let (right, count) = self.directions(known);
            let good = self.from_holds(known).take_while(|reach| !reach.fails(self.tolerance)).count();
            write!(
                f,
                "from {known} holds: {good} of {count} later ones in a row within {:.0} %",
                100.0 * self.tolerance
            )?;
            if let Some(failed) = self.first_failure(known) {
                write!(
                    f,
                    ", then hold {} at strain {:.3} is off by {:.1} % ({:.0} standard errors)",
                    failed.hold + 1,
                    failed.strain,
                    100.0 * failed.relative_error,
                    failed.in_standard_errors
                )?;
            }
            writeln!(f, "; {right} of {count} go the predicted way")?;
        }
        Ok(())
    }
}

/// Predicts every hold from all those before it, in turn. `holds` are first and last times in s, in order; curves as for
/// [`superpose`]; an error of `tolerance` of the largest stress is a failure.
///
/// # Errors
/// Fewer than two holds, or as [`superpose`].
pub fn superposition_reach(
    prony: &mut dyn Evaluator,
    strain: &Curve,
    stress: &Curve,
    holds: &[(f64, f64)],
    tolerance: f64,
) -> Result<ReachReport, FitError> {
    if holds.len() < 2 {
        return Err(FitError::FewSamples { label: "holds".to_owned(), found: holds.len(), needed: 2 });
    }
    let largest = stress.y.iter().map(|stress| stress.abs()).fold(0.0, f64::max);
    let mut reaches = Vec::new();
    for known in 1..holds.len() {
        let Some((&(_, until), later)) = holds.get(known - 1).zip(holds.get(known..)) else { continue };
        let linear = superpose(prony, strain, stress, until)?;
        for (offset, prediction) in linear.holds(stress, later)?.into_iter().enumerate() {
            let end = prediction.end;
            let error = linear.standard_error.at(end).unwrap_or(f64::NAN);
            reaches.push(Reach {
                known,
                hold: known + offset,
                strain: strain.at(end).unwrap_or(f64::NAN),
                prediction,
                relative_error: prediction.rms_error / largest,
                in_standard_errors: prediction.rms_error / error,
            });
        }
    }
    Ok(ReachReport { reaches, tolerance })
}
