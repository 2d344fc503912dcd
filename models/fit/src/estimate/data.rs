//! What was measured, as a fit needs it: experiments, the samples of one output each, and how noisy they are.

use super::error::EstimateError;
use kovacs_core::model::Experiment;
use kovacs_core::{Curve, History, Origin, TwoStep};

/// How uncertain the samples of one observation are.
#[derive(Clone, Debug, PartialEq)]
pub enum Noise {
    /// The standard deviation of each sample, in units of the output: from replicates or from the instrument.
    Known(Vec<f64>),
    /// One standard deviation for all samples of this output, estimated from the residuals of the fit.
    Estimated,
}

/// Samples of one output of one experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// What a person calls it: `ti-zr-hf-cu-ni-be, t_w = 900 s, specimen A`.
    pub label: String,
    /// What it shares parameters with where some are per group: a glass. `None`: the one group without a name.
    pub group: Option<String>,
    /// What was done, and the times of the samples, s. Exactly one output is wanted.
    pub experiment: Experiment,
    /// The samples, in units of the output.
    pub values: Vec<f64>,
    /// How uncertain they are.
    pub noise: Noise,
    /// Where the numbers come from.
    pub origin: Origin,
}

/// Everything that one fit sees.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct FitData {
    /// The observations, in the order in which they are reported.
    pub observations: Vec<Observation>,
}

impl Observation {
    /// The second stage of a two-step test: a curve of stress (MPa) against the time after the second step (s).
    ///
    /// A sample at 0 s is the value just after the step. The dead time of the test needs no correction: it is the time
    /// of the first sample.
    ///
    /// # Errors
    /// The curve is malformed or not in s and MPa; the test is impossible.
    pub fn second_stage(test: &TwoStep, curve: &Curve) -> Result<Self, EstimateError> {
        let start = test.second_stage_start();
        Self::stress(test, curve, |time| start + time)
    }

    /// Both stages of a two-step test: a curve of stress (MPa) against the time from the start of the test (s).
    ///
    /// # Errors
    /// As [`second_stage`](Self::second_stage).
    pub fn two_step(test: &TwoStep, curve: &Curve) -> Result<Self, EstimateError> {
        Self::stress(test, curve, |time| time)
    }

    fn stress(test: &TwoStep, curve: &Curve, at: impl Fn(f64) -> f64) -> Result<Self, EstimateError> {
        let history = test.protocol().and_then(|protocol| protocol.nodes());
        let history = history
            .map_err(|error| EstimateError::Protocol { label: curve.label.clone(), message: error.to_string() })?;
        let times: Vec<f64> = curve.x.iter().map(|&time| at(time)).collect();
        let before = vec![false; times.len()];
        let experiment = Experiment { history, times, before, wanted: vec!["stress".to_owned()] };
        Self::of_curve(experiment, curve, "MPa")
    }

    /// An observation of an experiment whose times are those of the curve or follow from them.
    ///
    /// # Errors
    /// The curve is malformed, not against s, or not in `unit`.
    pub fn of_curve(experiment: Experiment, curve: &Curve, unit: &'static str) -> Result<Self, EstimateError> {
        curve.check()?;
        for (axis, found, expected) in [("x", &curve.x_unit, "s"), ("y", &curve.y_unit, unit)] {
            if found != expected {
                let (label, found) = (curve.label.clone(), found.clone());
                return Err(EstimateError::Unit { label, axis, found, expected });
            }
        }
        Ok(Observation {
            label: curve.label.clone(),
            group: None,
            experiment,
            values: curve.y.clone(),
            noise: Noise::Estimated,
            origin: curve.origin,
        })
    }

    /// The same with a group.
    pub fn in_group(mut self, group: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// The same with one known standard deviation for all samples, in units of the output.
    pub fn with_deviation(mut self, deviation: f64) -> Self {
        self.noise = Noise::Known(vec![deviation; self.values.len()]);
        self
    }

    /// The id of the output.
    pub fn output(&self) -> &str {
        self.experiment.wanted.first().map_or("", String::as_str)
    }

    /// Times since the step or the end of the ramp before each sample, s: on their logarithm samples are spread.
    ///
    /// A stage begins where strain, stress and temperature come to rest. Where they never do, in a history that was measured, the
    /// times count from the last node before the first sample.
    pub fn elapsed(&self) -> Vec<f64> {
        let History { time, temperature, control, drive } = &self.experiment.history;
        let first = self.experiment.times.first().copied().unwrap_or(0.0);
        let start = time.iter().copied().filter(|&node| node < first).fold(0.0, f64::max);
        let still = |node: usize| {
            let same = |column: &[f64]| column.get(node + 1).is_none_or(|next| column.get(node) == Some(next));
            let jumps = time.get(node + 1).is_some_and(|next| time.get(node) == Some(next));
            !jumps && same(temperature) && same(control) && same(drive)
        };
        let begins = |node: usize| still(node) && node.checked_sub(1).is_none_or(|before| !still(before));
        let nodes = time.iter().enumerate();
        let stages: Vec<f64> = nodes.filter(|(node, _)| begins(*node)).map(|(_, &time)| time).collect();
        let rows = self.experiment.times.iter().enumerate().map(|(row, &now)| {
            let before = self.experiment.before.get(row).copied().unwrap_or(false);
            let own = stages.iter().copied().rev().find(|&stage| stage < now || (stage == now && !before));
            now - own.unwrap_or(start.min(now))
        });
        rows.collect()
    }

    fn check(&self) -> Result<(), EstimateError> {
        let label = || self.label.clone();
        let [_] = self.experiment.wanted.as_slice() else {
            return Err(EstimateError::Outputs { label: label(), wanted: self.experiment.wanted.clone() });
        };
        let times = self.experiment.times.len();
        if times != self.values.len() {
            return Err(EstimateError::Lengths { label: label(), times, values: self.values.len() });
        }
        if let Some(row) = self.values.iter().position(|value| !value.is_finite()) {
            return Err(EstimateError::Value { label: label(), row, value: self.values[row] });
        }
        let Noise::Known(deviations) = &self.noise else { return Ok(()) };
        if deviations.len() != self.values.len() {
            let (values, times) = (deviations.len(), self.values.len());
            return Err(EstimateError::Lengths { label: label(), times, values });
        }
        match deviations.iter().position(|deviation| !(deviation.is_finite() && *deviation > 0.0)) {
            Some(row) => Err(EstimateError::Deviation { label: label(), row, deviation: deviations[row] }),
            None => Ok(()),
        }
    }
}

impl FitData {
    /// Some observations.
    ///
    /// # Errors
    /// There is none; one has values that are not finite, deviations that are not above zero, unequal lengths, or wants
    /// more than one output; the noise of an output is known for some of its observations and not for others.
    pub fn new(observations: Vec<Observation>) -> Result<Self, EstimateError> {
        if observations.iter().all(|observation| observation.values.is_empty()) {
            return Err(EstimateError::NoData);
        }
        for observation in &observations {
            observation.check()?;
            let same = |other: &&Observation| other.output() == observation.output();
            let known = |noise: &Noise| matches!(noise, Noise::Known(_));
            if let Some(other) = observations.iter().filter(same).find(|o| known(&o.noise) != known(&observation.noise))
            {
                let (known, estimated) = match known(&observation.noise) {
                    true => (observation, other),
                    false => (other, observation),
                };
                let (known, estimated) = (known.label.clone(), estimated.label.clone());
                return Err(EstimateError::MixedNoise { known, estimated });
            }
        }
        Ok(FitData { observations })
    }

    /// Number of samples.
    pub fn points(&self) -> usize {
        self.observations.iter().map(|observation| observation.values.len()).sum()
    }

    /// The groups, in the order of their first observation.
    pub fn groups(&self) -> Vec<Option<&str>> {
        let mut groups = Vec::new();
        for observation in &self.observations {
            let group = observation.group.as_deref();
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        groups
    }

    /// The same without one observation: for leaving out a whole curve.
    pub fn without(&self, index: usize) -> Self {
        let kept = self.observations.iter().enumerate().filter(|(other, _)| *other != index);
        FitData { observations: kept.map(|(_, observation)| observation.clone()).collect() }
    }
}
