//! Parameters of any model from any curves: what was measured, which parameters may move, the best ones and how sure
//! they are.
//!
//! Everything here sees [`Evaluator`](kovacs_core::model::Evaluator) only. The sampling is part of the experiment: ramps
//! and the dead time are simulated by the model and never corrected out of the data (a dead time of 10 s takes a third
//! of the height of a hump, physics of a linear material alone). A fit is [`fit`]: several starts, each a
//! Levenberg-Marquardt search between bounds, and a [`FitResult`] that says in words what the data do not determine.

mod bootstrap;
mod correlation;
mod criteria;
mod data;
mod error;
mod function;
mod intervals;
mod loss;
mod parameters;
mod problem;
mod profile;
mod progress;
mod report;
mod result;
mod search;
mod starts;

pub use bootstrap::{Bootstrap, BootstrapInterval, BootstrapOptions, Resampling, bootstrap};
pub use criteria::Criteria;
pub use data::{FitData, Noise, Observation};
pub use error::EstimateError;
pub use function::{Function, FunctionSamples};
pub use intervals::Intervals;
pub use loss::Loss;
pub use parameters::{FreeParameter, Parameters, Role};
pub use problem::{Factory, Problem};
pub use profile::{Profile, ProfilePoint, profile};
pub use progress::Progress;
pub use result::{FitResult, FittedParameter, StartResult};
pub(crate) use result::{numbers, rounded};
pub use search::{Correlations, FitOptions, fit};
