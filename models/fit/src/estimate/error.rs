//! Why parameters could not be estimated, with the curve, row or parameter, and what to do.

use kovacs_core::CurveError;
use kovacs_core::model::EvaluationError;

/// Why parameters could not be estimated. Rows are counted from 0.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EstimateError {
    /// Nothing to fit.
    #[error("there is no sample to fit; give at least one curve")]
    NoData,
    /// A curve is no curve.
    #[error(transparent)]
    Curve(#[from] CurveError),
    /// A curve is in a unit that is not used inside.
    #[error("curve `{label}`: {axis} is in `{found}`, and `{expected}` is needed; convert it first")]
    Unit {
        /// Label of the curve.
        label: String,
        /// `x` or `y`.
        axis: &'static str,
        /// UCUM code found.
        found: String,
        /// UCUM code needed.
        expected: &'static str,
    },
    /// The test cannot be made.
    #[error("curve `{label}`: {message}")]
    Protocol {
        /// Label of the curve.
        label: String,
        /// What the protocol says.
        message: String,
    },
    /// Not one output.
    #[error("curve `{label}` is of {} outputs ({}); give one observation per output", wanted.len(), wanted.join(", "))]
    Outputs {
        /// Label of the curve.
        label: String,
        /// The outputs.
        wanted: Vec<String>,
    },
    /// Unequal lengths.
    #[error(
        "curve `{label}` has {times} times and {values} values; it needs one value, and one deviation if known, per time"
    )]
    Lengths {
        /// Label of the curve.
        label: String,
        /// Number of times.
        times: usize,
        /// Number of values or deviations.
        values: usize,
    },
    /// A sample that is no number.
    #[error("curve `{label}`: row {row} is {value}; leave it out")]
    Value {
        /// Label of the curve.
        label: String,
        /// The row.
        row: usize,
        /// The sample.
        value: f64,
    },
    /// A standard deviation that is none.
    #[error(
        "curve `{label}`: the standard deviation of row {row} is {deviation}; it must be finite and above 0, or leave all of them out to have the noise estimated"
    )]
    Deviation {
        /// Label of the curve.
        label: String,
        /// The row.
        row: usize,
        /// What was given.
        deviation: f64,
    },
    /// Known and unknown noise of one output.
    #[error(
        "the noise of curve `{known}` is known and that of curve `{estimated}` is not; state it for both or for neither"
    )]
    MixedNoise {
        /// A curve with known noise.
        known: String,
        /// One without.
        estimated: String,
    },
    /// The model has no such parameter.
    #[error("model `{model}` has no parameter `{parameter}`; {}", match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("it has {}", known.join(", ")),
    })]
    UnknownParameter {
        /// Id of the model.
        model: String,
        /// The name given.
        parameter: String,
        /// The closest one.
        nearest: Option<String>,
        /// All of them.
        known: Vec<String>,
    },
    /// A value, start or bound outside what the model accepts.
    #[error("parameter `{parameter}`: {what} {value}{} is outside {interval}", match unit.as_str() {
        "1" => String::new(),
        unit => format!(" {unit}"),
    })]
    Bound {
        /// Its id.
        parameter: String,
        /// `start`, `value`, `lower bound`, `upper bound`.
        what: &'static str,
        /// The number.
        value: f64,
        /// UCUM code.
        unit: String,
        /// What is accepted.
        interval: String,
    },
    /// A parameter tied to one that is itself tied, or to itself.
    #[error("parameter `{parameter}` is tied to `{to}`, which is tied itself; tie it to a free or a fixed one")]
    Tie {
        /// Its id.
        parameter: String,
        /// What it is tied to.
        to: String,
    },
    /// Nothing may move.
    #[error("no parameter is free; free at least one of {}", known.join(", "))]
    NothingFree {
        /// All parameters.
        known: Vec<String>,
    },
    /// More unknowns than samples.
    #[error("{points} samples cannot determine {free} free parameters; fix some of {names}")]
    FewPoints {
        /// Samples.
        points: usize,
        /// Free parameters.
        free: usize,
        /// Their names.
        names: String,
    },
    /// No start led anywhere.
    #[error("none of {starts} starts led to a fit: {reason}")]
    NoFit {
        /// How many were tried.
        starts: usize,
        /// What the first one met.
        reason: String,
    },
    /// Somebody asked to stop before there was anything to keep.
    #[error("stopped before there was a fit")]
    Stopped,
    /// The model could not be evaluated.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
}
