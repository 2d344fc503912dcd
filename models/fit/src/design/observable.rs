//! What can be read off an experiment, how well, and the grid of experiments to choose from.

use super::DesignError;
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{Evaluator, Experiment};
use kovacs_core::recovery::{RecoveryTest, observe_recovery};
use kovacs_core::second_stage::{evaluate_one, observe_second_stage};
use kovacs_core::{Hump, TwoStep};
use nalgebra::DVector;
use serde::{Deserialize, Serialize};

/// What is read off a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observable {
    /// The stress of the second stage, 20 samples per decade of time.
    Curve,
    /// The time of the maximum, `t_p`.
    PeakTime,
    /// The height of the maximum, `Delta-sigma`.
    Height,
    /// The part of the strain that has come back at the end when the stress is taken away after the waiting time.
    Recovery,
}

impl Observable {
    /// All of them.
    pub const ALL: [Observable; 4] =
        [Observable::Curve, Observable::PeakTime, Observable::Height, Observable::Recovery];

    /// As in a table.
    pub fn word(self) -> &'static str {
        match self {
            Observable::Curve => "curve",
            Observable::PeakTime => "t_p",
            Observable::Height => "Delta-sigma",
            Observable::Recovery => "recovery",
        }
    }
}

/// One experiment that could be done, and what would be read off it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// Strain of the first stage (1).
    pub eps1: f64,
    /// Strain of the second stage (1); of no account for a recovery.
    pub eps2: f64,
    /// Waiting time, s.
    pub t_w: f64,
    /// Temperature, K.
    pub temperature: f64,
    /// What is read off.
    pub observable: Observable,
}

/// Standard deviations of readings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Readings {
    /// Of each sample of a curve, MPa.
    pub stress: f64,
    /// Of the logarithm of `t_p`.
    pub ln_peak_time: f64,
    /// Of `Delta-sigma`, MPa.
    pub height: f64,
    /// Of the part of the strain that has come back.
    pub recovery: f64,
}

impl Default for Readings {
    /// 1 MPa for a curve and a height (specimens differ by more than an instrument's noise), 10 % of `t_p`, 1 % of the strain.
    fn default() -> Self {
        Readings { stress: 1.0, ln_peak_time: 0.1, height: 1.0, recovery: 0.01 }
    }
}

impl Readings {
    pub(super) fn check(&self) -> Result<(), DesignError> {
        let all = [
            ("stress", self.stress),
            ("ln_peak_time", self.ln_peak_time),
            ("height", self.height),
            ("recovery", self.recovery),
        ];
        match all.into_iter().find(|(_, value)| !(value.is_finite() && *value > 0.0)) {
            Some((what, value)) => Err(DesignError::Reading { what, value }),
            None => Ok(()),
        }
    }

    pub(super) fn of(&self, observable: Observable) -> f64 {
        match observable {
            Observable::Curve => self.stress,
            Observable::PeakTime => self.ln_peak_time,
            Observable::Height => self.height,
            Observable::Recovery => self.recovery,
        }
    }
}

/// Every combination of these strains, waiting times (s) and temperatures (K) with every observable; recoveries once per
/// waiting time and temperature.
pub fn proposals(eps1: f64, eps2: &[f64], waiting: &[f64], temperatures: &[f64]) -> Vec<Proposal> {
    let mut all = Vec::new();
    for &temperature in temperatures {
        for &t_w in waiting {
            for observable in Observable::ALL {
                let strains = if observable == Observable::Recovery { &eps2[..eps2.len().min(1)] } else { eps2 };
                all.extend(strains.iter().map(|&eps2| Proposal { eps1, eps2, t_w, temperature, observable }));
            }
        }
    }
    all
}

/// Samples per decade of a curve.
const PER_DECADE: usize = 20;

impl Proposal {
    /// What a model would show: samples in MPa, `ln t_p`, MPa, or a part of the strain.
    pub(super) fn predict(&self, model: &mut dyn Evaluator, parameters: &[f64]) -> Result<DVector<f64>, String> {
        let words = |error: kovacs_core::model::EvaluationError| error.to_string();
        let test = TwoStep::new(self.eps1, self.eps2, self.t_w, self.temperature);
        match self.observable {
            Observable::Curve => {
                let history =
                    test.protocol().and_then(|protocol| protocol.nodes()).map_err(|error| error.to_string())?;
                let start = test.second_stage_start();
                let last = (10.0 * self.t_w).max(100.0);
                let times: Vec<f64> = log_spaced(1.0, last, PER_DECADE).iter().map(|time| start + time).collect();
                let before = vec![false; times.len()];
                let experiment = Experiment { history, times, before, wanted: vec!["stress".to_owned()] };
                evaluate_one(model, &experiment, parameters).map(DVector::from_vec).map_err(words)
            }
            Observable::PeakTime | Observable::Height => {
                let seen = observe_second_stage(model, parameters, &test).map_err(words)?;
                let number = match (self.observable, seen.t_p(), seen.delta_sigma()) {
                    (Observable::PeakTime, Some(time), _) => time.ln(),
                    (Observable::Height, _, Some(height)) => height,
                    _ => {
                        let why = if matches!(seen.hump, Hump::NoHump) { "falls" } else { "rises" };
                        return Err(format!("the stress only {why}"));
                    }
                };
                Ok(DVector::from_element(1, number))
            }
            Observable::Recovery => {
                let test = RecoveryTest::new(self.eps1, self.t_w, self.temperature);
                let seen = observe_recovery(model, parameters, &test).map_err(words)?;
                Ok(DVector::from_element(1, seen.recovered_fraction(seen.left_at_end())))
            }
        }
    }
}
