//! How far linear superposition goes in a staircase of holds, and where it fails.
//!
//! The record up to the end of each hold in turn determines the modulus, and every later hold is predicted from it. So the
//! report says from how much and to how far: usually the next hold follows well, later ones worse, and at some strain or
//! at the first step down the prediction is off by more than the moduli are uncertain. There it fails, and there is
//! something that superposition does not know.

use crate::error::FitError;
use crate::holds::HoldPrediction;
use crate::superposition::{Superposition, superpose};
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
    /// From when on, s after the first sample of the hold, the error stays above [`UNCERTAIN`] standard errors until its end; `None`
    /// where it ends within.
    pub exceeded_after: Option<f64>,
    /// By how much the predicted stress would change over the samples of the hold if every level had been reached in one step, a
    /// sample before the first one of its hold, MPa. What is less in [`HoldPrediction::predicted`] went by unseen in ramps.
    pub after_steps: f64,
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
pub const UNCERTAIN: f64 = 3.0;

impl Reach {
    /// Whether the error is above the tolerance and above the uncertainty of the prediction.
    pub fn fails(&self, tolerance: f64) -> bool {
        self.relative_error > tolerance && self.in_standard_errors > UNCERTAIN
    }

    /// By how much the measured stress changes over the samples of the hold, MPa.
    pub fn change(&self) -> f64 {
        self.prediction.measured.last - self.prediction.measured.first
    }

    /// The same of the predicted stress.
    pub fn predicted_change(&self) -> f64 {
        self.prediction.predicted.last - self.prediction.predicted.first
    }

    /// The error over the change of the measured stress: above 1 superposition knows less of the hold than that it stays as it is.
    pub fn of_change(&self) -> f64 {
        self.prediction.rms_error / self.change().abs()
    }
}

impl ReachReport {
    /// Each hold, predicted from all those before it.
    pub fn next_holds(&self) -> impl Iterator<Item = &Reach> {
        self.reaches.iter().filter(|reach| reach.hold == reach.known)
    }

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
    /// In words and numbers: hold by hold, then what it comes to. Stresses are in kPa.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "each hold from all those before it; stresses in kPa, times in s")?;
        writeln!(
            f,
            "hold   from  strain |  measured change   predicted  after steps | rms error  of change  standard errors  exceeds"
        )?;
        for reach in self.next_holds() {
            let exceeds = match reach.exceeded_after {
                Some(0.0) => "throughout".to_owned(),
                Some(after) => format!("after {after:.0}"),
                None => "not at its end".to_owned(),
            };
            writeln!(
                f,
                "{:4} {:6.0} {:7.2} | {:8.2} {:7} {:11.2} {:12.2} | {:9.2} {:8.0} % {:16.0}  {exceeds}",
                reach.hold + 1,
                reach.prediction.start,
                reach.strain,
                1e3 * reach.change(),
                reach.prediction.measured.direction().to_string(),
                1e3 * reach.predicted_change(),
                1e3 * reach.after_steps,
                1e3 * reach.prediction.rms_error,
                100.0 * reach.of_change(),
                reach.in_standard_errors,
            )?;
        }
        for sentence in self.sentences() {
            writeln!(f, "{sentence}")?;
        }
        let most = self.reaches.iter().map(|reach| reach.known).max().unwrap_or(0);
        for known in 1..=most {
            let (right, count) = self.directions(known);
            let good = self.from_holds(known).take_while(|reach| !reach.fails(self.tolerance)).count();
            let noun = if known == 1 { "hold" } else { "holds" };
            write!(
                f,
                "from {known} {noun}: {good} of {count} later ones in a row within {:.0} %",
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

impl ReachReport {
    /// What the predictions of the next holds come to, in sentences.
    pub fn sentences(&self) -> Vec<String> {
        let tolerance = format!("{:.0} % of the largest stress", 100.0 * self.tolerance);
        let (failed, good): (Vec<&Reach>, Vec<&Reach>) =
            self.next_holds().partition(|reach| reach.fails(self.tolerance));
        let named = |holds: &[&Reach]| {
            let names: Vec<String> = holds.iter().map(|reach| (reach.hold + 1).to_string()).collect();
            match names.as_slice() {
                [only] => format!("hold {only}"),
                _ => format!("holds {}", names.join(", ")),
            }
        };
        let mut sentences = Vec::new();
        if !good.is_empty() {
            sentences.push(format!(
                "Linear superposition of what came before predicts {} within {tolerance}.",
                named(&good)
            ));
        }
        if let Some(worst) = failed.iter().max_by(|a, b| a.relative_error.total_cmp(&b.relative_error)) {
            sentences.push(format!(
                "It fails in {}: worst in hold {} at strain {:.2}, {:.2} kPa off, {:.1} % of the largest stress and {:.0} % of what \
                 the stress changes by in that hold.",
                named(&failed),
                worst.hold + 1,
                worst.strain,
                1e3 * worst.prediction.rms_error,
                100.0 * worst.relative_error,
                100.0 * worst.of_change(),
            ));
        }
        let beyond: Vec<&Reach> = self.next_holds().filter(|reach| reach.exceeded_after.is_some()).collect();
        if let Some(first) = beyond.first() {
            sentences.push(format!(
                "The error ends above {UNCERTAIN} standard errors of the prediction in {}, the first time from {:.0} s on.",
                named(&beyond),
                first.prediction.start + first.exceeded_after.unwrap_or(0.0),
            ));
        }
        let all: Vec<&Reach> = self.next_holds().collect();
        let right = all.iter().filter(|reach| reach.prediction.direction_is_right()).count();
        let rises = all.iter().filter(|reach| reach.change() > 0.0).count();
        sentences.push(format!(
            "The stress goes the predicted way in {right} of {} holds; in {rises} of them it rises.",
            all.len()
        ));
        let (seen, whole) = all.iter().fold((0.0, 0.0), |(seen, whole), reach| {
            (seen + reach.predicted_change().abs(), whole + reach.after_steps.abs())
        });
        if whole > 0.0 {
            sentences.push(format!(
                "Ramps and missing first samples leave {:.0} % of the change to be seen that would follow instant steps.",
                100.0 * seen / whole
            ));
        }
        sentences
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
    let steps = steps(strain, holds);
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
                exceeded_after: exceeded_after(&linear, stress, &prediction),
                after_steps: linear.after_steps(&steps, &prediction),
            });
        }
    }
    Ok(ReachReport { reaches, tolerance })
}

/// Time (s) and size (1) of the steps that would lead from level to level, each a sample before the first one of its hold.
fn steps(strain: &Curve, holds: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let intervals = strain.x.windows(2).filter_map(|pair| Some(pair.last()? - pair.first()?));
    let interval = intervals.filter(|interval| *interval > 0.0).reduce(f64::min).unwrap_or(0.0);
    let levels = holds.iter().map(|&(start, end)| (start - interval, strain.at(end).unwrap_or(0.0)));
    let steps = levels.scan(0.0, |before, (time, level)| {
        let step = level - *before;
        *before = level;
        Some((time, step))
    });
    steps.collect()
}

/// See [`Reach::exceeded_after`].
fn exceeded_after(linear: &Superposition, stress: &Curve, hold: &HoldPrediction) -> Option<f64> {
    let rows = stress.x.iter().zip(&stress.y).zip(&linear.predicted.y).zip(&linear.standard_error.y);
    let own = rows.filter(|(((time, _), _), _)| (hold.start..=hold.end).contains(time));
    let mut since = None;
    for (((&time, measured), predicted), error) in own {
        match (measured - predicted).abs() > UNCERTAIN * error {
            true => since = since.or(Some(time - hold.start)),
            false => since = None,
        }
    }
    since
}

impl Superposition {
    /// Change of the stress (MPa) over the samples of a hold after steps, time (s) and size (1) each.
    fn after_steps(&self, steps: &[(f64, f64)], hold: &HoldPrediction) -> f64 {
        let left =
            |time: f64| self.modes.iter().map(|mode| mode.modulus * (-time / mode.relaxation_time).exp()).sum::<f64>();
        let earlier = steps.iter().filter(|(time, _)| *time < hold.start);
        earlier.map(|(time, step)| step * (left(hold.end - time) - left(hold.start - time))).sum()
    }
}
