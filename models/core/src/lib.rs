//! Protocols, curves and observables of relaxation experiments.
//!
//! Pure: no I/O, no plugin, no notebook, and no dependency, so that cells of a notebook can compile it in
//! milliseconds. Units inside: s, K, MPa, strain dimensionless, energies in eV.

#![forbid(unsafe_code)]

pub mod history;
pub mod model;
pub mod units;

pub use history::{Control, History};
