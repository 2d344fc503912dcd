//! polars as cells name it: the crate itself, its readers and writers of files, the ways from a table of `kovacs` and
//! to a curve, and how frames are shown.
//!
//! Set-up compiles this crate against the polars of the build, as a small shared library of its own: the prelude is
//! another one in every version, polars is not.

mod show;
mod tables;

pub use kovacs_cell_crates::polars::*;
pub use kovacs_cell_crates::polars_io as io;

/// Everything one needs: `use polars::prelude::*;`.
pub mod prelude {
    pub use super::tables::{IntoFrame, ToCurve};
    // Of two modules in polars' own prelude, which the compiler warns about.
    pub use kovacs_cell_crates::polars::lazy::dsl::{max_horizontal, mean_horizontal, min_horizontal, sum_horizontal};
    pub use kovacs_cell_crates::polars::prelude::*;
    pub use kovacs_cell_crates::polars_io::prelude::*;
}
