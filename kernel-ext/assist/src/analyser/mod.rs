//! The analyser: rust-analyzer over the prelude, the standard library and the cell being written.
//!
//! It knows nothing of the session but what each question brings along: the items and variables so far are put before
//! the cell, as source. So it has no state to lose, and can be started again at any time.

mod completing;
mod inspecting;
mod program;
#[cfg(test)]
mod tests;
mod world;

use ra_ap_ide::RaFixtureConfig;

pub(crate) use completing::Completed;
pub(crate) use program::Program;
pub(crate) use world::World;

/// No text in a cell is a test of rust-analyzer's own.
const NO_FIXTURES: RaFixtureConfig<'static> =
    RaFixtureConfig { disable_ra_fixture: true, ..RaFixtureConfig::default() };
