//! The model of Amir, Oreg and Imry.

#![forbid(unsafe_code)]

pub mod barriers;
pub mod exponential_integral;
