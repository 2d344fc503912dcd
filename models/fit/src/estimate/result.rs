//! What a fit found, in a form that a person, a notebook and a file can use.

use super::criteria::Criteria;
use kovacs_core::model::short_number;
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// One parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedParameter {
    /// Its value, in `unit`.
    pub value: f64,
    /// Its standard error; `None` if it was not free, lies on a bound, or is not determined.
    pub standard_error: Option<f64>,
    /// Lower end of the 95 % interval, in `unit`; `None` where there is no error, or where the data do not bound it.
    pub lower: Option<f64>,
    /// Upper end of the 95 % interval, in `unit`; `None` where there is no error, or where the data do not bound it.
    pub upper: Option<f64>,
    /// UCUM code.
    pub unit: String,
    /// Whether it was estimated.
    pub free: bool,
}

/// Where one start led.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartResult {
    /// Half the sum of the losses; `None` where it led nowhere.
    pub cost: Option<f64>,
    /// The free parameters there, in their units and in the order of [`FitResult::free`].
    pub values: Vec<f64>,
    /// Whether no better place was near.
    pub converged: bool,
}

/// One observation beside what the model says of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedCurve {
    /// Label of the observation.
    pub label: String,
    /// The output.
    pub output: String,
    /// Times of the samples, s from the start of the history.
    pub times: Vec<f64>,
    /// Samples, in units of the output.
    pub values: Vec<f64>,
    /// The model at the optimum.
    pub model: Vec<f64>,
    /// Model minus sample over the standard deviation.
    pub residuals: Vec<f64>,
    /// Root mean square of model minus sample, in units of the output.
    pub misfit: f64,
}

/// The result of a fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FitResult {
    /// Id of the model.
    pub model: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the plugin; `None` for a model that is linked.
    pub digest: Option<String>,
    /// Every parameter of the model by id, or `id@group`.
    #[serde(serialize_with = "as_map", deserialize_with = "from_map")]
    pub parameters: Vec<(String, FittedParameter)>,
    /// Names of the free ones, in the order of `covariance` and `correlation`.
    pub free: Vec<String>,
    /// Half the sum of the losses of the residuals: standardised ones, or in the unit of the output where least squares
    /// are fitted to one output whose noise is estimated.
    pub cost: f64,
    /// Number of samples.
    pub points: usize,
    /// How many independent samples they are worth; `points` where the noise is white.
    pub effective_points: f64,
    /// Sum of squares over degrees of freedom, where the noise is known.
    pub reduced_chi_square: Option<f64>,
    /// Standard deviation of each output whose noise was estimated, in its unit.
    pub noise: BTreeMap<String, f64>,
    /// Length of the correlation of the noise in units of `ln t`; 0 where it is white.
    pub correlation_length: f64,
    /// The loss.
    pub loss: String,
    /// Information criteria; `None` with a loss that is no likelihood.
    pub criteria: Option<Criteria>,
    /// Covariance of the free parameters, in their units.
    #[serde(deserialize_with = "table")]
    pub covariance: Vec<Vec<f64>>,
    /// Their correlation.
    #[serde(deserialize_with = "table")]
    pub correlation: Vec<Vec<f64>>,
    /// Largest over smallest singular value of the standardised derivatives.
    #[serde(deserialize_with = "number")]
    pub condition: f64,
    /// The singular values, the largest first.
    #[serde(deserialize_with = "numbers")]
    pub singular_values: Vec<f64>,
    /// The direction that the data determine least, in words.
    pub sloppiest: String,
    /// Where each start led.
    pub starts: Vec<StartResult>,
    /// Evaluations of all observations.
    pub evaluations: usize,
    /// Whether the search ended by itself.
    pub converged: bool,
    /// What a reader must know, in words.
    pub warnings: Vec<String>,
    /// Every observation beside the model.
    pub curves: Vec<FittedCurve>,
}

impl FitResult {
    /// The parameter with this name.
    pub fn parameter(&self, name: &str) -> Option<&FittedParameter> {
        self.parameters.iter().find(|(id, _)| id == name).map(|(_, parameter)| parameter)
    }

    /// Value of the parameter with this name, in its unit; NaN if there is none.
    pub fn value(&self, name: &str) -> f64 {
        self.parameter(name).map_or(f64::NAN, |parameter| parameter.value)
    }
}

impl fmt::Display for FitResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}: {} samples, cost {}", self.model, self.version, self.points, rounded(self.cost))?;
        let width = self.parameters.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, parameter) in &self.parameters {
            let unit = if parameter.unit == "1" { "" } else { parameter.unit.as_str() };
            let sure = match (parameter.standard_error, parameter.lower, parameter.upper) {
                (Some(error), lower, upper) => {
                    let interval = match (lower, upper) {
                        (Some(lower), Some(upper)) => format!("{} to {}", rounded(lower), rounded(upper)),
                        (Some(lower), None) => format!("above {}", rounded(lower)),
                        (None, Some(upper)) => format!("below {}", rounded(upper)),
                        (None, None) => "anything".to_owned(),
                    };
                    format!("± {}, 95 %: {interval}", rounded(error))
                }
                _ if parameter.free => "not determined".to_owned(),
                _ => "not fitted".to_owned(),
            };
            writeln!(f, "  {name:width$}  {} {unit} ({sure})", rounded(parameter.value))?;
        }
        for (output, noise) in &self.noise {
            writeln!(f, "  noise of {output}: {}", rounded(*noise))?;
        }
        if let Some(criteria) = self.criteria {
            let aicc = criteria.aicc.map_or("-".to_owned(), |aicc| format!("{aicc:.2}"));
            writeln!(f, "  AICc {aicc}, BIC {:.2}", criteria.bic)?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        Ok(())
    }
}

/// Six significant digits.
pub(crate) fn rounded(value: f64) -> String {
    let rounded: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    short_number(rounded)
}

/// JSON has no NaN and no infinity: they are written as `null` and read as NaN.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

pub(crate) fn numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let read = Vec::<Option<f64>>::deserialize(deserializer)?;
    Ok(read.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect())
}

fn table<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<f64>>, D::Error> {
    let read = Vec::<Vec<Option<f64>>>::deserialize(deserializer)?;
    let rows = read.into_iter().map(|row| row.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect());
    Ok(rows.collect())
}

fn as_map<S: Serializer>(parameters: &[(String, FittedParameter)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(parameters.len()))?;
    for (name, parameter) in parameters {
        map.serialize_entry(name, parameter)?;
    }
    map.end()
}

fn from_map<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, FittedParameter)>, D::Error> {
    struct InOrder;

    impl<'de> Visitor<'de> for InOrder {
        type Value = Vec<(String, FittedParameter)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("parameters by name")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut parameters = Vec::new();
            while let Some(entry) = map.next_entry()? {
                parameters.push(entry);
            }
            Ok(parameters)
        }
    }

    deserializer.deserialize_map(InOrder)
}
