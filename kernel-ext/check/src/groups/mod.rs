//! The tests themselves, one module per group. Each is a function from the model under test to a finding.

pub(crate) mod cancellation;
pub(crate) mod concurrency;
pub(crate) mod library;
pub(crate) mod life_cycle;
pub(crate) mod metadata;
pub(crate) mod numbers;
pub(crate) mod physics;
pub(crate) mod sensitivities;
