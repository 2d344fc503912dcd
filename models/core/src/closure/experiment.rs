//! What a model's function asks of an experiment, and which experiments it is not given.

use crate::closure::Answer;
use crate::history::value_at;
use crate::linear_response::{Columns, GAUSS_LEGENDRE, LinearTestError, StrainTest};
use crate::model::{Capabilities, Experiment};
use crate::refusal::Refusal;

/// Where panels of a ramp's quadrature begin, as a part of its duration.
const FIRST_PANEL: f64 = 1e-9;

impl Experiment {
    /// Whether output time `index` asks for the value just before a jump at that time.
    pub fn is_before(&self, index: usize) -> bool {
        self.before.get(index).copied().unwrap_or(false)
    }

    /// The prescribed value at output time `index`, strain (1) or stress in MPa: linear between nodes, at a jump the
    /// value after it unless [`is_before`](Experiment::is_before). NaN if there is no such output time.
    pub fn drive_at(&self, index: usize) -> f64 {
        self.column_at(&self.history.drive, index)
    }

    /// The temperature at output time `index`, K; as [`drive_at`](Experiment::drive_at).
    pub fn temperature_at(&self, index: usize) -> f64 {
        self.column_at(&self.history.temperature, index)
    }

    fn column_at(&self, column: &[f64], index: usize) -> f64 {
        match self.times.get(index) {
            Some(&time) => value_at(&self.history.time, column, time, self.is_before(index)),
            None => f64::NAN,
        }
    }

    /// The temperature in K if it never changes.
    pub fn constant_temperature(&self) -> Option<f64> {
        let first = self.history.temperature.first().copied()?;
        self.history.temperature.iter().all(|&temperature| temperature == first).then_some(first)
    }

    /// Whether strain is prescribed throughout.
    pub fn is_strain_controlled(&self) -> bool {
        self.history.control.iter().all(|&control| control == 0.0)
    }

    /// The experiment as a list of changes of strain at one temperature.
    ///
    /// # Errors
    /// Stress is prescribed, or the temperature changes.
    pub fn strain_test(&self) -> Result<StrainTest, LinearTestError> {
        StrainTest::new(Columns {
            time: &self.history.time,
            temperature: &self.history.temperature,
            control: &self.history.control,
            drive: &self.history.drive,
            wanted: &self.times,
            before: &self.before,
        })
    }

    /// [`superposed_stress`](Experiment::superposed_stress) as the answer of a model's function.
    ///
    /// # Errors
    /// As there.
    pub fn superpose(&self, modulus: impl Fn(f64) -> f64) -> Result<Answer, Refusal> {
        self.superposed_stress(modulus).map(Answer::from)
    }

    /// The stress (MPa) at every output time of a linear solid with this relaxation modulus: `modulus(t)` in MPa, `t` in
    /// s after a step.
    ///
    /// Boltzmann superposition over every change of strain. Steps are exact; a ramp is the mean of the modulus over the
    /// ages of its parts, by Gauss-Legendre quadrature on panels that double in age: about eight digits for a modulus
    /// that is smooth in `ln t` and finite at 0.
    ///
    /// # Errors
    /// Refused: prescribed stress, a temperature that changes, and a sample that is strained before the first node, of
    /// which a modulus does not say how far it has relaxed.
    pub fn superposed_stress(&self, modulus: impl Fn(f64) -> f64) -> Result<Vec<f64>, Refusal> {
        let test = self.strain_test()?;
        if test.rest_strain != 0.0 {
            let strain = test.rest_strain;
            return Err(Refusal::rejected(format!(
                "the strain is {strain} before the first node; begin with strain 0"
            )));
        }
        let stress = test.times.iter().zip(&test.before).map(|(&time, &before)| {
            let parts = test.changes.iter().map(|change| {
                let duration = change.end - change.start;
                if change.is_over(time, before) {
                    change.strain * mean(&modulus, time - change.end, duration)
                } else if time > change.start {
                    let passed = time - change.start;
                    change.strain * (passed / duration) * mean(&modulus, 0.0, passed)
                } else {
                    0.0
                }
            });
            parts.sum()
        });
        Ok(stress.collect())
    }
}

/// The mean of `modulus` over the ages from `since` to `since + duration`, s.
fn mean(modulus: &impl Fn(f64) -> f64, since: f64, duration: f64) -> f64 {
    if duration == 0.0 {
        return modulus(since);
    }
    let (mut sum, mut start) = (0.0, 0.0);
    while start < duration {
        // As long as the age at its start: within a panel the age doubles at most.
        let length = (since + start).max(FIRST_PANEL * duration).min(duration - start);
        let middle = since + start + 0.5 * length;
        let panel: f64 = GAUSS_LEGENDRE.iter().map(|&(at, weight)| weight * modulus(middle + 0.5 * length * at)).sum();
        sum += 0.5 * length * panel;
        start += length;
        if length < duration * f64::EPSILON {
            break;
        }
    }
    sum / duration
}

/// Refuses an experiment that a model with these capabilities would compute wrongly.
///
/// # Errors
/// Stress is prescribed or the temperature changes, and the model does not announce that it takes that.
pub fn admit(can: Capabilities, experiment: &Experiment) -> Result<(), Refusal> {
    let refused = match experiment.strain_test() {
        Err(error @ LinearTestError::StressControl { .. }) if !can.stress => Some((error, "stress_control")),
        _ => None,
    };
    let history = &experiment.history;
    let first = history.temperature.first().copied().unwrap_or(f64::NAN);
    let changed = history.temperature.iter().zip(&history.time).find(|&(&kelvin, _)| kelvin != first);
    let refused = refused.or_else(|| {
        let (&to, &time) = changed.filter(|_| !can.temperature)?;
        Some((LinearTestError::TemperatureChange { from: first, to, time }, "changing_temperature"))
    });
    match refused {
        None => Ok(()),
        Some((error, method)) => Err(Refusal::rejected(format!(
            "{error}; where its function handles this, say so in the definition with `.{method}()`"
        ))),
    }
}
