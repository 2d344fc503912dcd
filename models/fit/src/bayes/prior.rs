//! What is believed of a parameter before the data: from the model's own description, unless somebody knows better.
//!
//! Between two finite bounds a parameter is uniform, or log-uniform where the model says that it is to be moved on a
//! logarithmic scale. Without one of the bounds it is weakly informed by the description: log-normal around the nominal
//! size with a factor of [`FACTOR`] as one standard deviation, or normal around the default value with
//! [`SIZES`] nominal sizes. Densities are of the variable of the search, so the Jacobian of that choice is in here.

use super::error::BayesError;
use crate::estimate::FreeParameter;

/// Factor of one standard deviation of a log-normal prior that comes from a nominal size.
pub const FACTOR: f64 = 100.0;

/// Nominal sizes in one standard deviation of a normal prior.
pub const SIZES: f64 = 10.0;

/// A distribution of one parameter, cut at the parameter's bounds.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "prior", rename_all = "snake_case")]
pub enum Prior {
    /// Every value is as likely as every other.
    Uniform,
    /// Every decade is as likely as every other.
    LogUniform,
    /// Gaussian.
    Normal {
        /// Mean, in the parameter's unit.
        mean: f64,
        /// Standard deviation, in the parameter's unit.
        deviation: f64,
    },
    /// The logarithm is Gaussian.
    LogNormal {
        /// Median, in the parameter's unit.
        median: f64,
        /// Factor of one standard deviation, above 1.
        factor: f64,
    },
}

impl Prior {
    /// What the description of a model says of a parameter with this default value.
    pub fn of(unknown: &FreeParameter, initial: f64) -> Self {
        let (lower, upper) = unknown.variable_bounds();
        match (lower.is_finite() && upper.is_finite(), unknown.logarithmic) {
            (true, true) => Prior::LogUniform,
            (true, false) => Prior::Uniform,
            (false, true) => Prior::LogNormal { median: unknown.scale, factor: FACTOR },
            (false, false) => Prior::Normal { mean: initial, deviation: SIZES * unknown.scale },
        }
    }

    /// Whether its numbers make a distribution.
    ///
    /// # Errors
    /// They do not.
    pub(super) fn check(&self, parameter: &str) -> Result<(), BayesError> {
        let above = |what, value: f64, above: f64| match value.is_finite() && value > above {
            true => Ok(()),
            false => Err(BayesError::Prior { parameter: parameter.to_owned(), what, value, above }),
        };
        match *self {
            Prior::Uniform | Prior::LogUniform => Ok(()),
            Prior::Normal { mean, deviation } => {
                above("mean", mean, f64::NEG_INFINITY)?;
                above("deviation", deviation, 0.0)
            }
            Prior::LogNormal { median, factor } => {
                above("median", median, 0.0)?;
                above("factor", factor, 1.0)
            }
        }
    }

    /// Logarithm of the density of a variable of the search up to a constant, and its derivative.
    pub(super) fn log_density(&self, unknown: &FreeParameter, variable: f64) -> (f64, f64) {
        let value = unknown.value(variable);
        let (density, slope) = match *self {
            Prior::Uniform => (0.0, 0.0),
            Prior::LogUniform => (-value.ln(), -1.0 / value),
            Prior::Normal { mean, deviation } => {
                let z = (value - mean) / deviation;
                (-0.5 * z * z, -z / deviation)
            }
            Prior::LogNormal { median, factor } => {
                let z = (value / median).ln() / factor.ln();
                (-0.5 * z * z - value.ln(), -(z / factor.ln() + 1.0) / value)
            }
        };
        match unknown.logarithmic {
            true => (density + variable, slope * value + 1.0),
            false => (density, slope * unknown.scale),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(logarithmic: bool) -> FreeParameter {
        let (group, name, unit) = (None, "tau".to_owned(), "s".to_owned());
        let bounds = (0.0, f64::INFINITY);
        FreeParameter { index: 0, group, per_group: false, name, unit, start: 2.0, bounds, logarithmic, scale: 3.0 }
    }

    #[test]
    fn slopes_are_those_of_the_densities() {
        let priors = [
            Prior::Uniform,
            Prior::LogUniform,
            Prior::Normal { mean: 1.0, deviation: 0.7 },
            Prior::LogNormal { median: 4.0, factor: 3.0 },
        ];
        for (prior, logarithmic) in priors.iter().flat_map(|prior| [(prior, true), (prior, false)]) {
            let unknown = unknown(logarithmic);
            let (_, slope) = prior.log_density(&unknown, 0.4);
            let [low, high] = [0.4 - 1e-5, 0.4 + 1e-5].map(|at| prior.log_density(&unknown, at).0);
            assert!(((high - low) / 2e-5 - slope).abs() < 1e-8, "{prior:?} {logarithmic}");
        }
    }

    #[test]
    fn an_open_bound_gives_a_prior_around_the_nominal_size() {
        assert_eq!(Prior::of(&unknown(true), 2.0), Prior::LogNormal { median: 3.0, factor: FACTOR });
        assert_eq!(Prior::of(&unknown(false), 2.0), Prior::Normal { mean: 2.0, deviation: 30.0 });
        let bounded = FreeParameter { bounds: (1.0, 9.0), ..unknown(true) };
        assert_eq!(Prior::of(&bounded, 2.0), Prior::LogUniform);
    }
}
