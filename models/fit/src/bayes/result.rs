//! A posterior: draws, what they say of each parameter, and whether they can be believed.

use super::checks::CurveCheck;
use super::information::Expected;
use super::prior::Prior;
use crate::estimate::rounded;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the posterior says of one parameter, or of the noise of an output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PosteriorParameter {
    /// Its name; `noise of stress` for a standard deviation.
    pub name: String,
    /// UCUM code.
    pub unit: String,
    /// What was believed before; `None` for noise, which is log-uniform.
    pub prior: Option<Prior>,
    /// Mean of the draws, in `unit`.
    pub mean: f64,
    /// Standard error of that mean from the finite number of draws.
    pub error_of_mean: Option<f64>,
    /// Their standard deviation.
    pub standard_deviation: f64,
    /// Their median.
    pub median: f64,
    /// Lower end of the central 95 %.
    pub lower: f64,
    /// Upper end of the central 95 %.
    pub upper: f64,
    /// Rank-normalised split R-hat; `None` where the chains are too short or constant.
    pub r_hat: Option<f64>,
    /// Effective number of draws in the middle of the distribution.
    pub bulk_size: Option<f64>,
    /// Effective number of draws in its tails.
    pub tail_size: Option<f64>,
}

/// The posterior of the parameters of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Posterior {
    /// Id of the model.
    pub model: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the plugin; `None` for a model that is linked.
    pub digest: Option<String>,
    /// `nuts` or `ensemble`.
    pub sampler: String,
    /// Seed of the chains.
    pub seed: u64,
    /// The free parameters, then the noise of each output whose noise is not known.
    pub parameters: Vec<PosteriorParameter>,
    /// Values in their units: `[chain][draw][parameter]`. The walkers of an ensemble are chains.
    pub draws: Vec<Vec<Vec<f64>>>,
    /// Logarithm of the density on the real line of each, up to a constant.
    pub log_densities: Vec<Vec<f64>>,
    /// Turns before the draws.
    pub warm_up: usize,
    /// Trajectories that left the density; 0 for an ensemble.
    pub divergences: usize,
    /// Trajectories that were cut at their longest.
    pub cut: usize,
    /// Mean acceptance.
    pub acceptance: f64,
    /// Length of the correlation of the noise in units of `ln t`, held at its most likely value.
    pub correlation_length: f64,
    /// Every curve against replicates.
    pub checks: Vec<CurveCheck>,
    /// Expected density of new samples, by WAIC.
    pub waic: Expected,
    /// Expected density of new samples, by leave-one-out.
    pub leave_one_out: Expected,
    /// Expected density of new curves, by leave-one-out of whole curves.
    pub leave_one_curve_out: Expected,
    /// What a reader must know, in words.
    pub warnings: Vec<String>,
    /// Whether it was stopped before everything was drawn.
    pub stopped: bool,
}

impl Posterior {
    /// The parameter with this name.
    pub fn parameter(&self, name: &str) -> Option<&PosteriorParameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// All draws of one parameter, chain after chain, in its unit; empty if there is none of this name.
    pub fn draws_of(&self, name: &str) -> Vec<f64> {
        let Some(place) = self.parameters.iter().position(|parameter| parameter.name == name) else {
            return Vec::new();
        };
        self.draws.iter().flatten().filter_map(|draw| draw.get(place).copied()).collect()
    }
}

impl fmt::Display for Posterior {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let draws: usize = self.draws.iter().map(Vec::len).sum();
        let (model, version, sampler, chains) = (&self.model, &self.version, &self.sampler, self.draws.len());
        writeln!(f, "{model} {version}: {draws} draws of {chains} chains by {sampler}, seed {}", self.seed)?;
        let width = self.parameters.iter().map(|parameter| parameter.name.chars().count()).max().unwrap_or(0);
        for parameter in &self.parameters {
            let unit = if parameter.unit == "1" { "" } else { parameter.unit.as_str() };
            let number = |value: Option<f64>, digits: usize| value.map_or("-".to_owned(), |v| format!("{v:.digits$}"));
            writeln!(
                f,
                "  {:width$}  {} ± {} {unit} (95 %: {} to {}; R-hat {}, ESS {} and {})",
                parameter.name,
                rounded(parameter.mean),
                rounded(parameter.standard_deviation),
                rounded(parameter.lower),
                rounded(parameter.upper),
                number(parameter.r_hat, 3),
                number(parameter.bulk_size, 0),
                number(parameter.tail_size, 0),
            )?;
        }
        let expected = |expected: &Expected| {
            let error = expected.error.map_or(String::new(), |error| format!(" ± {error:.1}"));
            format!("{:.1}{error}", expected.sum)
        };
        writeln!(
            f,
            "  expected log density: {} by samples, {} by curves; WAIC {}",
            expected(&self.leave_one_out),
            expected(&self.leave_one_curve_out),
            expected(&self.waic)
        )?;
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        Ok(())
    }
}
