//! Data packages for relaxation experiments: what was measured, in which units, by whom, under which terms.
//!
//! A package is a folder with a `datapackage.json` (Frictionless v2 and the fields of [`descriptor`]). [`Registry`]
//! finds it by name, [`Package`] checks it, [`Table`] holds the rows as a polars frame with units and origin.
//! [`generate`] writes the shipped synthetic packages, [`import`] turns a measured workbook or CSV into a package.
//! This crate never sees a model; what it hands on are columns, curves and protocols.

#![forbid(unsafe_code)]

mod aggregate;
mod combine;
pub mod descriptor;
mod digest;
mod error;
mod field;
mod findings;
mod format;
pub mod generate;
mod holds;
pub mod import;
mod info;
mod lend;
mod near;
mod package;
mod protocol;
mod query;
mod read;
mod registry;
mod render;
mod save;
mod source;
mod store;
mod table;
mod table_error;
mod transform;
mod write;

pub use aggregate::{Aggregate, Statistic};
pub use combine::JoinKind;
pub use digest::sha256;
pub use error::DatasetError;
pub use field::Field;
pub use format::{CSV_ROWS, FileFormat};
pub use holds::{Hold, find_holds, protocol_of};
pub use package::{DESCRIPTOR, Package};
pub use protocol::RowProtocol;
pub use query::QueryError;
pub use registry::{Listed, PATH_VARIABLE, PROJECT_FOLDER, Registry, shipped_folder};
pub use render::significant;
pub use save::SaveAs;
pub use source::{Sources, TableSource};
pub use table::{Group, Table};
pub use table_error::TableError;
pub use write::Draft;
