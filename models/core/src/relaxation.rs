//! Stress relaxation: one exact step to a strain, and the stress that is left of it, at one temperature.
//!
//! Several of these at different temperatures are what an activation energy is read from.

use crate::hump::{SAMPLES_PER_DECADE, log_spaced};
use crate::model::{EvaluationError, Evaluator, Experiment};
use crate::protocol::{Protocol, ProtocolError};
use crate::second_stage::evaluate_one;

/// The stress after one step of strain.
#[derive(Clone, Debug, PartialEq)]
pub struct Relaxation {
    /// Temperature, K.
    pub temperature: f64,
    /// Stress just after the step, MPa.
    pub stress_0: f64,
    /// Times after the step, s, rising and above zero.
    pub times: Vec<f64>,
    /// Stress at these times, MPa.
    pub stress: Vec<f64>,
}

/// Computes a relaxation with any model: a step to `strain` (1) at `temperature` (K), sampled 40 to the decade from
/// `first` to `last` (s).
///
/// # Errors
/// A number is outside what is accepted, the model refuses the protocol or the parameters, or has no output `stress`.
pub fn observe_relaxation(
    evaluator: &mut dyn Evaluator,
    parameters: &[f64],
    strain: f64,
    temperature: f64,
    (first, last): (f64, f64),
) -> Result<Relaxation, EvaluationError> {
    if !(first > 0.0 && first < last && last.is_finite()) {
        let accepted = "above 0 and before the last one";
        return Err(ProtocolError::Setting { field: "first sample", value: first, unit: "s", accepted }.into());
    }
    let history = Protocol::at(temperature).step(strain).hold(last).nodes()?;
    let times = log_spaced(first, last, SAMPLES_PER_DECADE);
    let asked = std::iter::once(0.0).chain(times.iter().copied()).collect();
    let experiment = Experiment { history, times: asked, before: Vec::new(), wanted: vec!["stress".to_owned()] };
    let mut stress = evaluate_one(evaluator, &experiment, parameters)?;
    if stress.len() != times.len() + 1 {
        return Err(EvaluationError::Malformed { what: format!("{} values came back", stress.len()) });
    }
    let stress_0 = stress.remove(0);
    Ok(Relaxation { temperature, stress_0, times, stress })
}
