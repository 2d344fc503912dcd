//! The crates of others that a notebook cell can name, compiled in the ordinary build.
//!
//! No session compiles polars: that takes a quarter of an hour. They are dependencies of the workspace, so cargo has
//! compiled them when there is a `kovacs` executable at all, and set-up only links what lies in cargo's target folder
//! into one shared library (`kovacs_session`, `crates/library.rs`). This crate is what it links: through its metadata
//! the compiler finds exactly the libraries that belong together, however many others lie beside them.

#![forbid(unsafe_code)]

pub use {ndarray, plotly, polars, polars_io, statrs};
