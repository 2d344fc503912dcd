//! Linear viscoelastic models: the stretched exponential `kww` and the generalised Maxwell solid `prony`.
//!
//! Both are one relaxation function and two moduli, exact for steps and ramps of any length under strain control at one
//! temperature. The physics is in [`stretched`] and [`maxwell`], usable without any plugin; [`kww`] and [`prony`] put
//! it behind the model interface.

#![forbid(unsafe_code)]

pub mod kww;
pub mod maxwell;
pub mod prony;
pub mod shift;
pub mod stretched;

pub use kww::Kww;
pub use prony::Prony;
