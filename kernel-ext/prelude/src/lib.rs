//! What a notebook cell names.
//!
//! Owned types whose methods do their heavy work in the process that loaded the cell, over one narrow C seam: cells
//! compile against a small crate, while data sets, plugins, figures and thread pools exist once. The same types serve
//! an ordinary Rust program that links the engine (`kovacs_cell::attach`).

#![deny(unsafe_code)]

pub mod display;
mod error;
pub mod figure;
pub mod rt;
#[allow(unsafe_code)]
pub mod seam;
pub mod wire;

pub use error::{Error, Result};
pub use kovacs_core as core;

/// Everything a notebook needs: `use kovacs::prelude::*;`.
pub mod prelude {
    pub use crate::display::{Bundle, EvcxrDisplay};
    pub use kovacs_core::protocol::Protocol;
}
