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
mod export;
mod field;
mod findings;
mod foreign;
mod format;
pub mod generate;
pub mod import;
mod info;
mod lend;
mod measured;
mod near;
mod new;
pub mod observe;
mod package;
mod protocol;
mod query;
mod read;
mod registry;
mod render;
mod source;
mod store;
mod table;
mod table_error;
mod transform;
mod validate;
mod write;

pub use aggregate::{Aggregate, Statistic};
pub use combine::JoinKind;
pub use digest::sha256;
pub use error::DatasetError;
pub use export::{ExportFormat, export, export_package, export_to};
pub use field::Field;
pub use foreign::read_columnar;
pub use format::{CSV_ROWS, FileFormat};
pub use kovacs_core::holds::{Hold, find_holds, protocol_of};
pub use measured::MeasuredTest;
pub use new::{About, NewColumn, new_from_file, new_from_template};
pub use package::{DESCRIPTOR, Package};
pub use protocol::RowProtocol;
pub use query::QueryError;
pub use registry::{
    Listed, PATH_VARIABLE, PROJECT_FOLDER, Registry, is_path, packages_in, shipped_folder, user_folder,
};
pub use render::significant;
pub use source::{Sources, TableSource};
pub use table::{Group, Table};
pub use table_error::TableError;
pub use validate::{FINDINGS_LISTED, Finding, ValidTable, Validation, validate};
pub use write::Draft;
