//! What everybody but the loader knows of a model: its description, an experiment, and something that evaluates it.
//!
//! Fitting, prediction and notebooks see [`Evaluator`] only, never a plugin: a loaded library, a statically linked
//! model and (later) a closure in a cell are the same thing to them. Parameters are matched by id.

use crate::history::History;
use crate::linear_response::LinearResponse;
use std::fmt;

/// A named number: a parameter, a setting, an input channel or an output of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// Stable identifier, `[a-z][a-z0-9_]*`.
    pub id: String,
    /// As printed in a formula, TeX.
    pub symbol: String,
    /// As printed in a table.
    pub label: String,
    /// UCUM code; `1` if dimensionless.
    pub unit: String,
    /// One paragraph.
    pub doc: String,
    /// Smallest value, in `unit`.
    pub lower: f64,
    /// Largest value, in `unit`.
    pub upper: f64,
    /// Whether the lower bound itself is refused.
    pub open_lower: bool,
    /// Whether the upper bound itself is refused.
    pub open_upper: bool,
    /// Default value, in `unit`.
    pub initial: f64,
    /// Typical magnitude, above zero.
    pub nominal: f64,
    /// Fit and plot on a logarithmic scale.
    pub logarithmic: bool,
    /// Only whole numbers.
    pub integer: bool,
    /// Not free in a fit unless the user says so.
    pub fixed: bool,
    /// Names of the choices 0..n-1, where the quantity is one of a list.
    pub choices: Vec<String>,
}

impl Quantity {
    /// Whether `value` (in `unit`) lies inside the bounds.
    pub fn accepts(&self, value: f64) -> bool {
        let above = if self.open_lower { value > self.lower } else { value >= self.lower };
        let below = if self.open_upper { value < self.upper } else { value <= self.upper };
        value.is_finite() && above && below && (!self.integer || value.fract() == 0.0)
    }

    /// The accepted interval as text, `(0, 1]`.
    pub fn interval(&self) -> String {
        let left = if self.open_lower || self.lower.is_infinite() { '(' } else { '[' };
        let right = if self.open_upper || self.upper.is_infinite() { ')' } else { ']' };
        format!("{left}{}, {}{right}", short_number(self.lower), short_number(self.upper))
    }
}

/// A number as people write it: `593`, `0.5`, `1e13`. Every digit is kept.
pub fn short_number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e6).contains(&size) { format!("{value:e}") } else { value.to_string() }
}

/// A number with its UCUM unit, as people write both: the unit of a dimensionless number is left out.
pub(crate) fn with_unit(value: f64, unit: &str) -> String {
    match unit {
        "1" => short_number(value),
        unit => format!("{} {unit}", short_number(value)),
    }
}

/// A parameter set with a name: a glass.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    /// Identifier, `ti-zr-hf-cu-ni-be`.
    pub id: String,
    /// As printed.
    pub label: String,
    /// Where the numbers come from, in words.
    pub doc: String,
    /// `literature`, `paper`, `tuned` or `estimate`.
    pub origin: String,
    /// One value per parameter.
    pub parameters: Vec<f64>,
    /// One value per setting; `None` for the defaults.
    pub settings: Option<Vec<f64>>,
}

/// What a model can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// A batch is faster than a loop.
    pub batch: bool,
    /// Sensitivities are computed by the model.
    pub jacobian: bool,
    /// Same input, same bits.
    pub deterministic: bool,
    /// Stochastic, driven by a seed.
    pub seeded: bool,
    /// Uses several threads when allowed to.
    pub threads: bool,
    /// Reports progress and can be cancelled.
    pub ticks: bool,
    /// Takes stress control.
    pub stress: bool,
    /// Takes a temperature that changes during the run.
    pub temperature: bool,
    /// Exact at any time: a peak may be refined by asking for more times.
    pub continuous: bool,
}

impl Capabilities {
    /// None of them: what a constant starts from, `Capabilities { deterministic: true, ..Capabilities::NONE }`.
    pub const NONE: Capabilities = Capabilities {
        batch: false,
        jacobian: false,
        deterministic: false,
        seeded: false,
        threads: false,
        ticks: false,
        stress: false,
        temperature: false,
        continuous: false,
    };
}

/// Everything a model says of itself, owned.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelDescription {
    /// Full id, reverse domain: `org.kovacs.aoi`.
    pub id: String,
    /// As printed.
    pub name: String,
    /// Semantic version of the model.
    pub version: String,
    /// One line.
    pub summary: String,
    /// DOI or full reference.
    pub citation: String,
    /// SPDX expression.
    pub license: String,
    /// SHA-256 of the library it was loaded from; `None` when linked statically.
    pub digest: Option<String>,
    /// Where the library lies; `None` when linked statically.
    pub path: Option<String>,
    /// What varies from call to call.
    pub parameters: Vec<Quantity>,
    /// What is fixed when an instance is made.
    pub settings: Vec<Quantity>,
    /// Columns of the history.
    pub inputs: Vec<Quantity>,
    /// Columns of the result.
    pub outputs: Vec<Quantity>,
    /// Parameter sets that ship with the model.
    pub presets: Vec<Preset>,
    /// What the model can do.
    pub capabilities: Capabilities,
}

impl ModelDescription {
    /// The last part of the id: `aoi` of `org.kovacs.aoi`.
    pub fn short_id(&self) -> &str {
        self.id.rsplit('.').next().unwrap_or(&self.id)
    }

    /// Index of the parameter with this id.
    pub fn parameter(&self, id: &str) -> Option<usize> {
        self.parameters.iter().position(|quantity| quantity.id == id)
    }

    /// Index of the output with this id.
    pub fn output(&self, id: &str) -> Option<usize> {
        self.outputs.iter().position(|quantity| quantity.id == id)
    }

    /// The parameter set of this glass.
    pub fn preset(&self, id: &str) -> Option<&Preset> {
        self.presets.iter().find(|preset| preset.id == id)
    }

    /// Default value of every parameter.
    pub fn defaults(&self) -> Vec<f64> {
        self.parameters.iter().map(|quantity| quantity.initial).collect()
    }
}

/// What was done to the sample, and when results are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// Nodes of the history.
    pub history: History,
    /// Times at which results are wanted, s; never falling. They do not steer an integration.
    pub times: Vec<f64>,
    /// For each time whether the value just before a jump at that time is wanted; empty: just after, everywhere.
    pub before: Vec<bool>,
    /// Ids of the wanted outputs.
    pub wanted: Vec<String>,
}

/// How one row of a batch ended.
#[derive(Clone, Debug, PartialEq)]
pub enum RowStatus {
    /// The row's numbers are valid.
    Done,
    /// The model has no answer for these numbers.
    Rejected,
    /// Stopped before the row was finished.
    Cancelled,
}

/// Progress and cancel: called with the fraction done in 0..=1, answers `false` to stop.
pub type Tick<'a> = &'a mut dyn FnMut(f64) -> bool;

/// Rows of parameters to evaluate.
pub struct Batch<'a> {
    /// `rows` parameter vectors, row-major, in the order of `ModelDescription::parameters`.
    pub parameters: &'a [f64],
    /// Seed of each row; empty: not seeded.
    pub seeds: &'a [u64],
    /// Threads the model may use.
    pub max_threads: u32,
    /// Progress and cancel.
    pub tick: Option<Tick<'a>>,
    /// Indices of the parameters with respect to which derivatives are wanted; empty: none.
    pub sensitivities: &'a [usize],
}

impl<'a> Batch<'a> {
    /// One or more parameter vectors, unseeded, on one thread, without derivatives.
    pub fn new(parameters: &'a [f64]) -> Self {
        Batch { parameters, seeds: &[], max_threads: 1, tick: None, sensitivities: &[] }
    }
}

/// Result of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// `[rows][wanted][times]`, row-major; NaN where a row is not `Done`.
    pub values: Vec<f64>,
    /// `[rows][wanted][times][sensitivities]`: derivative of each value with respect to each parameter that was asked
    /// for; NaN where a row is not `Done`, empty where none was asked for.
    pub jacobian: Vec<f64>,
    /// One per row.
    pub status: Vec<RowStatus>,
    /// What the model said of the first row it refused, if anything.
    pub message: Option<String>,
}

/// Something that turns parameters into curves: a plugin, a statically linked model, a closure.
pub trait Evaluator: Send {
    /// What the model says of itself.
    fn description(&self) -> &ModelDescription;

    /// Values of the settings the instance was made with, in the order of [`ModelDescription::settings`]; empty where
    /// they are not known.
    fn settings(&self) -> &[f64] {
        &[]
    }

    /// Fixes the experiment; may be called again with another.
    ///
    /// # Errors
    /// The model cannot do this protocol, or the experiment is malformed.
    fn bind(&mut self, experiment: &Experiment) -> Result<(), EvaluationError>;

    /// Computes a batch for the bound experiment. A refused row is a [`RowStatus`], not an error.
    ///
    /// Derivatives come from the model where it announces them, else from
    /// [`central_differences`](crate::differences::central_differences).
    ///
    /// # Errors
    /// Nothing is bound, a parameter is outside its bounds, or the model broke.
    fn evaluate(&mut self, batch: Batch<'_>) -> Result<Evaluation, EvaluationError>;

    /// The relaxation function of a linear model for one parameter vector at a temperature in K; `None` for a model
    /// that has none. It depends on the settings and not on the bound experiment.
    ///
    /// # Errors
    /// A parameter is outside its bounds, the model has no answer for these numbers, or it broke.
    fn linear(&self, _parameters: &[f64], _temperature: f64) -> Option<Result<LinearResponse, EvaluationError>> {
        None
    }
}

/// Why an evaluation could not be made.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EvaluationError {
    /// A parameter is outside its bounds or not finite.
    ParameterOutOfBounds {
        /// Model id.
        model: String,
        /// Parameter id.
        parameter: String,
        /// Offending value, in `unit`.
        value: f64,
        /// Accepted interval as text.
        interval: String,
        /// UCUM code.
        unit: String,
    },
    /// The model does not do this protocol.
    ProtocolRefused {
        /// Model id.
        model: String,
        /// The model's own words.
        message: String,
    },
    /// The model has no answer for these parameters, asked for by somebody who needs one.
    Rejected {
        /// Model id.
        model: String,
        /// The model's own words.
        message: String,
    },
    /// The model cannot be made with these settings.
    SettingsRefused {
        /// Model id.
        model: String,
        /// Which setting, or the model's own words.
        message: String,
    },
    /// The experiment or the batch is malformed.
    Malformed {
        /// What is wrong, as a lower-case fragment.
        what: String,
    },
    /// The model broke: a caught panic or an inconsistent answer.
    Broken {
        /// Model id.
        model: String,
        /// The model's own words.
        message: String,
    },
}

impl fmt::Display for EvaluationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EvaluationError::ParameterOutOfBounds { model, parameter, value, interval, unit } => {
                let value = with_unit(*value, unit);
                write!(f, "model `{model}`: parameter `{parameter}` = {value} is outside {interval}")
            }
            EvaluationError::ProtocolRefused { model, message } => {
                write!(f, "model `{model}` cannot do this protocol: {message}")
            }
            EvaluationError::Rejected { model, message } => {
                write!(f, "model `{model}` has no answer for these parameters: {message}")
            }
            EvaluationError::SettingsRefused { model, message } => {
                write!(f, "model `{model}` cannot be made with these settings: {message}")
            }
            EvaluationError::Malformed { what } => write!(f, "malformed experiment: {what}"),
            EvaluationError::Broken { model, message } => write!(f, "model `{model}` failed: {message}"),
        }
    }
}

impl std::error::Error for EvaluationError {}

#[cfg(test)]
mod tests {
    use super::{short_number, with_unit};

    #[test]
    fn numbers_are_short_and_keep_every_digit() {
        let numbers = [0.0, 593.0, 0.5, 1e13, 1e300, 1.5e-7, f64::INFINITY, -45_000.0, 123_456.789];
        let expected = ["0", "593", "0.5", "1e13", "1e300", "1.5e-7", "inf", "-45000", "123456.789"];
        assert_eq!(numbers.map(short_number), expected);
        assert_eq!((with_unit(0.5, "1"), with_unit(2e6, "s")), ("0.5".to_owned(), "2e6 s".to_owned()));
    }
}
