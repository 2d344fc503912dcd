//! What type inference sees of statrs: names and types, nothing behind them.
//!
//! The compiler never sees this crate: it gets the real statrs. What is missing here works all the same, but a `let`
//! with it needs its type written out. That every signature is the real one is tested (`tests/views.rs`).

#![allow(unused, clippy::all)]

pub mod distribution;
pub mod function;
pub mod statistics;
