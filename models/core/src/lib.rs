//! Protocols, curves and observables of relaxation experiments.
//!
//! Pure: no I/O, no plugin, no notebook, and no dependency, so that cells of a notebook can compile it in
//! milliseconds. Units inside: s, K, MPa, strain dimensionless, energies in eV.

#![forbid(unsafe_code)]

mod checks;
pub mod closure;
pub mod curve;
pub mod define;
pub mod description;
pub mod differences;
pub mod elementary;
pub mod glasses;
pub mod guard;
pub mod history;
pub mod holds;
pub mod hump;
pub mod linear_response;
mod local_polynomial;
pub mod log_time;
pub mod model;
pub mod modes;
pub mod noise;
pub mod protocol;
pub mod recovery;
pub mod refusal;
pub mod relaxation;
pub mod replicates;
pub mod sampled_hump;
pub mod second_stage;
pub mod si;
pub mod swap;
pub mod thermal_kovacs;
#[cfg(feature = "toml")]
pub mod toml_form;
pub mod two_step;
pub mod units;

pub use curve::{Curve, CurveError, Origin};
pub use history::{Control, History};
pub use hump::{Hump, find_hump};
pub use protocol::{Protocol, ProtocolError, Segment, Stage};
pub use recovery::{Recovery, RecoveryTest, observe_recovery};
pub use relaxation::{Relaxation, observe_relaxation};
pub use sampled_hump::{SampledHump, hump_of_samples};
pub use second_stage::{SecondStage, observe_second_stage};
pub use two_step::TwoStep;

/// Boltzmann's constant, eV/K (CODATA 2018, exact by definition of the units).
pub const BOLTZMANN: f64 = 8.617333262e-5;
