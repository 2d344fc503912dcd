//! Everything that is wrong with a package, each with its place and what to do.
//!
//! [`Package::table`] gives the first reason not to use a table. Whoever prepares a package wants all of them at once,
//! and so do programs that read the result as JSON.

use crate::descriptor::Descriptor;
use crate::error::DatasetError;
use crate::findings::Findings;
use crate::package::{DESCRIPTOR, Package};
use std::path::{Path, PathBuf};

/// Findings listed of one package when nobody says how many.
pub const FINDINGS_LISTED: usize = 100;

/// What was found in a package.
#[derive(Debug)]
pub struct Validation {
    /// The folder.
    pub folder: PathBuf,
    /// Its name; `None` if the descriptor cannot be read.
    pub name: Option<String>,
    /// The tables that could be read.
    pub tables: Vec<ValidTable>,
    /// What is wrong; empty for a sound package.
    pub findings: Vec<Finding>,
    /// Whether the list of findings is full; there may be more.
    pub may_be_more: bool,
}

/// A table that could be read, whether or not something in it was found wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidTable {
    /// Name of the resource.
    pub name: String,
    /// Number of rows.
    pub rows: usize,
    /// `measured`, `synthetic`, ...
    pub origin: &'static str,
    /// Digest of the data, independent of the file format.
    pub data_digest: String,
}

/// One thing that is wrong. Rows are counted from 1, after the header.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Finding {
    /// The file in which it is.
    pub file: Option<PathBuf>,
    /// Name of the resource.
    pub resource: Option<String>,
    /// Row of the table.
    pub row: Option<usize>,
    /// Column of the table.
    pub column: Option<String>,
    /// What is wrong, in a sentence that ends in what to do.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

/// Checks descriptor, files, columns, cells, order of times and protocols of the package in a folder; lists at most
/// `most` findings.
pub fn validate(folder: &Path, most: usize) -> Validation {
    let mut findings = Findings::up_to(most.max(1));
    let mut validation = Validation {
        folder: folder.to_path_buf(),
        name: None,
        tables: Vec::new(),
        findings: Vec::new(),
        may_be_more: false,
    };
    if let Some(package) = findings.take(Package::read(folder)) {
        validation.name = Some(package.name().to_string());
        package.check(&mut findings);
        check_resources(&package, &mut validation.tables, &mut findings);
    }
    validation.may_be_more = findings.is_full();
    validation.findings = findings.into_vec().iter().map(Finding::from).collect();
    validation
}

fn check_resources(package: &Package, tables: &mut Vec<ValidTable>, findings: &mut Findings) {
    let Descriptor { resources, .. } = package.descriptor();
    if resources.is_empty() {
        findings.add(DatasetError::NoResources { path: package.folder().join(DESCRIPTOR) });
    }
    for (index, resource) in resources.iter().enumerate() {
        if findings.is_full() {
            return;
        }
        // Two resources of one name were told of; the first stands for both.
        if resources.iter().take(index).any(|other| other.name == resource.name) {
            continue;
        }
        // What the descriptor gets wrong was told of already.
        if !package.can_be_read(resource) {
            continue;
        }
        if let Some(table) = package.table_with(resource, findings) {
            let data_digest = findings.take(table.data_digest());
            tables.extend(data_digest.map(|data_digest| ValidTable {
                name: resource.name.clone(),
                rows: table.rows(),
                origin: table.origin().word(),
                data_digest,
            }));
        }
        for stated in &resource.protocol {
            findings.take(package.understand(resource, stated));
        }
    }
}

impl Validation {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

impl From<&DatasetError> for Finding {
    fn from(error: &DatasetError) -> Finding {
        let mut finding = Finding {
            file: None,
            resource: None,
            row: None,
            column: None,
            message: error.to_string(),
            remedy: remedy(error).to_string(),
        };
        let mut at = |file: &Path, resource: Option<&str>, row: Option<usize>, column: Option<&str>| {
            finding.file = Some(file.to_path_buf());
            finding.resource = resource.map(str::to_string);
            finding.row = row;
            finding.column = column.map(str::to_string);
        };
        use DatasetError as E;
        match error {
            E::Io { path, .. } | E::Descriptor { path, .. } | E::BadName { path, .. } | E::NoResources { path } => {
                at(path, None, None, None);
            }
            E::MissingLicence { path, resource }
            | E::MissingSource { path, resource, .. }
            | E::Resource { path, resource, .. }
            | E::UnsafePath { path, resource, .. }
            | E::MissingDigest { path, resource, .. }
            | E::ResourceFormat { path, resource, .. }
            | E::Protocol { path, resource, .. } => at(path, Some(resource), None, None),
            E::MissingFile { file, resource, .. }
            | E::Digest { file, resource, .. }
            | E::Columns { file, resource, .. }
            | E::Table { file, resource, .. } => at(file, Some(resource), None, None),
            E::Unit { path, resource, column, .. } | E::MissingUnit { path, resource, column } => {
                at(path, Some(resource), None, Some(column));
            }
            E::ColumnType { file, resource, column, .. } => at(file, Some(resource), None, Some(column)),
            E::Cell { file, resource, row, column, .. } | E::Unsorted { file, resource, row, column, .. } => {
                at(file, Some(resource), Some(*row), Some(column));
            }
            _ => {}
        }
        finding
    }
}

/// What to do about a finding, in a phrase.
fn remedy(error: &DatasetError) -> &'static str {
    use DatasetError as E;
    match error {
        E::Io { .. } => "check that the file is there and may be read",
        E::Descriptor { .. } => "correct the JSON at the line and column named",
        E::NoResources { .. } => "add a table, or remove the folder",
        E::BadName { .. } => "use lower-case letters, digits, `-`, `_` and `.`; a name of a column may occur once",
        E::MissingLicence { .. } => "state the terms of use in `licenses`",
        E::MissingSource { .. } => "state where the numbers come from in `sources`",
        E::Resource { .. } => "give every table a name of its own",
        E::UnsafePath { .. } => "put the file into the package folder and name it by a relative path",
        E::MissingFile { .. } => "restore the file, or take the resource out",
        E::MissingDigest { .. } => "state the digest that the message names in `hash`",
        E::Digest { .. } => "restore the file, or state its new size and digest if the change is intended",
        E::ResourceFormat { .. } => "state `csv`, `parquet` or `arrow` in `format`",
        E::Unit { .. } | E::MissingUnit { .. } => "state the unit that holds, as a UCUM code",
        E::Columns { .. } => "describe the columns that the file has",
        E::ColumnType { .. } => "correct the `type` of the column, or write the file again",
        E::Table { .. } => "write the file again from its original",
        E::Cell { .. } => "correct or remove the row and state the new digest, or permit gaps in the column",
        E::Unsorted { .. } => "sort the rows, or name the columns that tell curves apart in `primaryKey`",
        E::Protocol { .. } => "write the protocol as the page on protocol files says",
        _ => "see the message",
    }
}
