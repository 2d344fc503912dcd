//! Why there is no posterior.

use crate::estimate::EstimateError;

/// Why there is no posterior.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BayesError {
    /// The data or the parameters make no problem, or no place was found where the model fits at all.
    #[error(transparent)]
    Estimate(#[from] EstimateError),
    /// A prior for a parameter that is not free or not there.
    #[error("there is a prior for `{parameter}`, which is not free; free are {}", free.join(", "))]
    UnknownPrior {
        /// The name given.
        parameter: String,
        /// Names of the free parameters.
        free: Vec<String>,
    },
    /// A prior that is no distribution.
    #[error("the prior of `{parameter}` has {what} {value}; it must be finite and above {above}")]
    Prior {
        /// The parameter.
        parameter: String,
        /// `deviation`, `median` or `factor`.
        what: &'static str,
        /// What was given.
        value: f64,
        /// What it must exceed.
        above: f64,
    },
    /// Too few draws for any diagnostic.
    #[error("{what} = {value} is too few; at least {least} are needed")]
    Few {
        /// `draws`, `chains`.
        what: &'static str,
        /// What was asked for.
        value: usize,
        /// What is needed.
        least: usize,
    },
    /// No chain found a place with a finite density.
    #[error("no chain could start: the model has no answer near the best parameters; narrow the bounds")]
    NoStart,
    /// Somebody asked to stop before there was anything to keep.
    #[error("stopped before there were draws to keep")]
    Stopped,
}
