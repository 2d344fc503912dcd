//! Measured tests as fits take them: experiments with their samples, and records of two stages.
//!
//! Cells and the command line come here, so that a test is fitted in the same way from both.

use kovacs_core::model::Experiment;
use kovacs_core::{Curve, Protocol, TwoStep};
use kovacs_fit::TwoStepRecord;
use kovacs_fit::estimate::{EstimateError, Observation};

/// Of two samples at one time the first was taken before the step, the second after it.
fn before_steps(curve: &Curve) -> Vec<bool> {
    let next = curve.x.iter().skip(1).map(Some).chain([None]);
    curve.x.iter().zip(next).map(|(time, next)| next == Some(time)).collect()
}

/// How many samples were taken before the second step of a test.
pub fn first_stage(curve: &Curve, test: &TwoStep) -> usize {
    let start = test.second_stage_start();
    let samples = curve.x.iter().zip(before_steps(curve));
    samples.filter(|(time, before)| **time < start || *before && **time <= start).count()
}

/// An experiment with its samples: `stress` in MPa or `strain`, against the time (s) from the beginning of the protocol.
///
/// # Errors
/// A protocol that no history follows from, or a curve that is none or in other units.
pub fn observation(
    protocol: &Protocol,
    output: &str,
    curve: &Curve,
    glass: Option<&str>,
) -> Result<Observation, EstimateError> {
    let history = protocol.nodes();
    let history =
        history.map_err(|error| EstimateError::Protocol { label: curve.label.clone(), message: error.to_string() })?;
    let (times, before) = (curve.x.clone(), before_steps(curve));
    let experiment = Experiment { history, times, before, wanted: vec![output.to_owned()] };
    let observation = Observation::of_curve(experiment, curve, if output == "stress" { "MPa" } else { "1" })?;
    Ok(match glass {
        Some(glass) => observation.in_group(glass),
        None => observation,
    })
}

/// The two stages of a test, each against its own time; `None` where the strain does not change.
pub fn record(test: &TwoStep, curve: &Curve) -> Option<TwoStepRecord> {
    let (loaded, start) = (test.ramp.unwrap_or(0.0), test.second_stage_start());
    let early = first_stage(curve, test);
    let part = |first: usize, end: usize| {
        let of = |values: &[f64]| values.get(first..end).unwrap_or_default().to_vec();
        Curve { x: of(&curve.x), y: of(&curve.y), ..curve.clone() }
    };
    let last = curve.x.last().copied()?;
    // Samples at the very steps have no time since them, those on the unloading ramp belong to neither stage.
    let first = part(0, early).shifted(-loaded).between(f64::MIN_POSITIVE, test.t_w);
    let second = part(early, curve.len()).shifted(-start).between(f64::MIN_POSITIVE, last);
    (test.eps1 != test.eps2).then_some(TwoStepRecord { test: *test, first, second })
}
