//! What works behind the seam for the cells of a notebook: data sets, models and figures.
//!
//! Cells are compiled against the small crate `kovacs`; this crate is linked once, into the executable that loads
//! them, and answers their calls. A program that wants the same types without a notebook calls [`attach`].

#![deny(unsafe_code)]

mod closure;
mod estimates;
pub mod figure;
mod fits;
pub mod inputs;
mod long;
pub mod measured;
mod notices;
mod objects;
mod operations;
mod plugins;
mod posterior;
mod shared;
mod steps;
mod stoppable;
mod structure;
#[allow(unsafe_code)]
mod table;

pub use figure::{PLOTLY_LICENCE, plotly_js};
pub use notices::{CellSource, Incident, Notices};
pub use table::{attach, flush, seam_table};
