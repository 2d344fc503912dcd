//! Linear viscoelastic models: the stretched exponential with Arrhenius shift, and the generalised Maxwell solid.

#![forbid(unsafe_code)]

pub mod maxwell;
pub mod stretched;
