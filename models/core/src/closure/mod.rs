//! A model that is one function: parameters and an experiment in, curves out.
//!
//! It is what a person writes first, in a cell of a notebook or in a test, before there is a crate. [`Definition`] is
//! the table of its parameters, [`Parameters`] and [`Experiment`](crate::model::Experiment) are what the function is
//! given, [`Answer`] is what it returns. [`ClosureModel`] puts it behind the trait that a loaded plugin has, with the
//! same checks and the same words, so predictions, fits and comparisons cannot tell the difference. A crate that was
//! made of such a function uses the same types, and so gives the same numbers.
//!
//! # Examples
//! ```
//! use kovacs_core::closure::{ClosureModel, Definition};
//! use kovacs_core::define::Quantity;
//! use kovacs_core::{TwoStep, observe_second_stage};
//!
//! let parameters = [
//!     Quantity::new("modulus").unit("MPa").above(0.0).initial(90_000.0),
//!     Quantity::new("relaxation_time").unit("s").above(0.0).initial(1e4),
//! ];
//! let mut model = ClosureModel::new(parameters, |p, experiment| {
//!     let (modulus, tau) = (p["modulus"], p["relaxation_time"]);
//!     experiment.superpose(|t| modulus * 0.5 * (1.0 + (-(t / tau).sqrt()).exp()))
//! })?;
//! let test = TwoStep::new(0.005, 0.003, 900.0, 593.0);
//! let stage = observe_second_stage(&mut model, &[90_000.0, 1e4], &test)?;
//! // The stretched exponential with exponent 0.5: t_p = 266.62 s, delta_sigma = 6.7735 MPa.
//! assert!((stage.t_p().unwrap() / 266.621_993 - 1.0).abs() < 1e-6);
//! assert!((stage.delta_sigma().unwrap() / 6.773_459 - 1.0).abs() < 1e-6);
//! # Ok::<(), kovacs_core::model::EvaluationError>(())
//! ```

mod answer;
mod definition;
mod evaluator;
mod experiment;
mod parameters;

pub use answer::Answer;
pub use definition::Definition;
pub use evaluator::{ClosureModel, Formula};
pub use experiment::admit;
pub use parameters::Parameters;

/// What the text of a model's function may name, in a cell and in a crate alike.
pub mod prelude {
    pub use super::{Answer, Definition, Parameters};
    pub use crate::define::{Origin as PresetOrigin, Preset, Quantity};
    pub use crate::hump::log_spaced;
    pub use crate::linear_response::{Moduli, RelaxationFunction, StrainTest};
    pub use crate::model::Experiment;
    pub use crate::refusal::Refusal;
    pub use crate::{BOLTZMANN, Control, Curve, History, Origin, Protocol, TwoStep};
}
