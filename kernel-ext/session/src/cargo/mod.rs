//! How cells are compiled: the session's own cargo, the crates that it gives to cells, and what it needs to know.
//!
//! The program is `kovacs-cell-cargo`; here is what is done around it. To let cells name another crate, add an
//! [`Extern`](kovacs_cell_cargo::Extern) to what [`Setup::externs`](crate::setup::Setup::externs) returns.

pub(crate) mod prelude;
pub(crate) mod toolchain;
pub(crate) mod tools;
