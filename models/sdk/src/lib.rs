//! Write a relaxation model once, as a Rust trait; run it in place or export it as a plugin.
//!
//! A model crate implements [`Model`] and stays an ordinary library without unsafe code, tested without any loading. A
//! package of five lines beside it turns it into a plugin with [`export_models!`]. The macro is not in the model crate
//! itself, because two models linked into one program would then define the same symbol. [`Local`] runs the same model
//! in place behind the trait that a loaded plugin has, with the same checks and the same bits.
//!
//! What happens around a model is written once, in `engine.rs`: rows of a batch, refusals, panics. `shim/` (the C
//! side) and `local.rs` (the Rust side) are two doors to it.
//!
//! # Examples
//! ```
//! use kovacs_core::model::{Batch, Capabilities, Evaluator, Experiment};
//! use kovacs_core::{Control, History};
//! use kovacs_sdk::{About, Curves, Local, Model, Quantity, Refusal, Run};
//!
//! /// An elastic solid: stress follows the strain.
//! struct Spring {
//!     strain: Vec<f64>,
//! }
//!
//! impl Model for Spring {
//!     const CAPABILITIES: Capabilities = Capabilities { deterministic: true, ..Capabilities::NONE };
//!
//!     fn about() -> About {
//!         About {
//!             id: "org.example.spring",
//!             name: "Spring",
//!             version: "1.0.0",
//!             summary: "an elastic solid",
//!             citation: "R. Hooke, De potentia restitutiva (1678)",
//!             license: "MIT",
//!         }
//!     }
//!
//!     fn parameters() -> Vec<Quantity> {
//!         vec![Quantity::new("modulus").unit("MPa").label("Young's modulus").above(0.0).initial(1000.0)]
//!     }
//!
//!     fn outputs() -> Vec<Quantity> {
//!         vec![Quantity::new("stress").unit("MPa")]
//!     }
//!
//!     fn new(_settings: &[f64]) -> Result<Self, Refusal> {
//!         Ok(Spring { strain: Vec::new() })
//!     }
//!
//!     fn bind(&mut self, experiment: &kovacs_sdk::Experiment<'_>) -> Result<(), Refusal> {
//!         if !experiment.is_strain_controlled() {
//!             return Err(Refusal::rejected("only strain control"));
//!         }
//!         self.strain = (0..experiment.times().len()).map(|index| experiment.drive_at(index)).collect();
//!         Ok(())
//!     }
//!
//!     fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, _run: &mut Run<'_>) -> Result<(), Refusal> {
//!         for (_output, stress) in out.iter_mut() {
//!             for (stress, strain) in stress.iter_mut().zip(&self.strain) {
//!                 *stress = parameters[0] * strain;
//!             }
//!         }
//!         Ok(())
//!     }
//! }
//!
//! let mut history = History::default();
//! history.push(0.0, 300.0, Control::Strain, 0.0);
//! history.push(10.0, 300.0, Control::Strain, 0.01);
//! let experiment = Experiment { history, times: vec![5.0, 10.0], before: vec![], wanted: vec!["stress".into()] };
//!
//! let mut spring = Local::<Spring>::new(&[]).unwrap();
//! spring.bind(&experiment).unwrap();
//! assert_eq!(spring.evaluate(Batch::new(&[200.0])).unwrap().values, [1.0, 2.0]); // MPa
//! ```

#![deny(unsafe_code)]
#![deny(missing_docs)]

mod bound;
mod engine;
mod experiment;
pub mod linear;
mod local;
mod model;
mod pieces;
mod rows;
#[doc(hidden)]
#[expect(unsafe_code, reason = "the C interface: pointers in, pointers out")]
pub mod shim;
mod tables;

#[doc(hidden)]
pub use kovacs_abi as abi;

pub use bound::Bound;
pub use experiment::{Curves, Experiment, Jacobian, Run};
pub use kovacs_core::define::{Origin, Preset, Quantity};
pub use kovacs_core::linear_response::LinearResponse;
pub use kovacs_core::model::Capabilities;
pub use kovacs_core::refusal::Refusal;
pub use local::Local;
pub use model::{About, Model};
pub use pieces::{Piece, Pieces, Prescribed};
pub use rows::{Row, RowSet};
