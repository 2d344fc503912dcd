//! Glasses that age: the models of Tool, Narayanaswamy and Moynihan.
//!
//! The structure of a glass is told by its fictive temperature, which follows the temperature with a memory that fades
//! as a stretched exponential in reduced time; how fast reduced time runs depends on the structure itself ([`clock`]).
//! [`Tnm`] is this, [`Kahr`] the same with a linear exponent and a spectrum of boxes, and [`TnmStrain`] lets strain
//! relax in the same reduced time. A run through an experiment is in [`walk`](mod@walk), what is remembered in
//! [`memory`].

#![forbid(unsafe_code)]

pub mod clock;
mod integrator;
mod kahr;
pub mod memory;
pub mod number;
mod parameters;
pub mod schedule;
pub mod spectrum;
mod thermal;
mod tnm;
mod tnm_strain;
pub mod walk;

pub use kahr::Kahr;
pub use tnm::Tnm;
pub use tnm_strain::TnmStrain;
