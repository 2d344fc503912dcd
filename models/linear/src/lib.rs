//! Linear viscoelastic models: the stretched exponential `kww`, the fractional Zener solid `fractional`, the generalised
//! Maxwell solid `prony` and the Kelvin chain `kelvin`.
//!
//! Each is one relaxation function and two moduli, exact for steps and ramps of any length under strain control at one
//! temperature. Under stress control, and where the temperature changes, its modes are carried through the history by
//! [`kovacs_core::modes`]. The physics is usable without any plugin; the modules named
//! after models put it behind the model interface. [`double_kww`] is no such model: it describes a second stage and nothing else.

#![forbid(unsafe_code)]

pub mod double_kww;
pub mod fractional;
pub mod kelvin;
pub mod kww;
pub mod mittag_leffler;
pub mod prony;
mod prony_derivatives;
pub mod shift;
pub mod shifted_model;
pub mod spectrum;
pub mod stretched;
pub mod stretched_modes;

pub use double_kww::DoubleKww;
pub use fractional::Fractional;
pub use kelvin::Kelvin;
pub use kww::Kww;
pub use prony::Prony;
