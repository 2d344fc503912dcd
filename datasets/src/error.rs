//! Everything that can be wrong with a data package, a table query or an imported file.
//!
//! One enum: its variants are the kinds; those of queries, of tables made from tables and of imports are enums of their
//! own beside what they are about. Each carries the numbers and names a person needs to find the place, and its
//! message ends in what to do, because the reader of it is at a bench and not in a debugger.

use crate::import::ImportError;
use crate::near::near;
use crate::query::QueryError;
use crate::table_error::TableError;
use kovacs_core::units::UnitError;
use std::path::PathBuf;

/// Why a package, a table or a file cannot be used. Rows are counted from 1, after the header.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// The operating system refused.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// What was tried, as a verb: `read`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A scattering pattern cannot be computed.
    #[error("resource `{resource}` cannot be computed: {source}")]
    Scattering {
        /// The resource.
        resource: String,
        /// What is wrong.
        source: kovacs_scattering::ScatteringError,
    },
    /// No package has this name.
    #[error(
        "no data package named `{name}`; known packages: {}; searched: {}; add a folder with `KOVACS_DATA_PATH` or \
         import one with `kovacs data import`",
        join(known),
        join_paths(searched)
    )]
    UnknownPackage {
        /// The name asked for.
        name: String,
        /// Names that exist.
        known: Vec<String>,
        /// Folders searched, in order.
        searched: Vec<PathBuf>,
    },
    /// A name is not fit for a package or a resource.
    #[error(
        "`{name}` in `{}` is not a usable {what} name; use lower-case letters, digits, `-`, `_` and `.`, beginning \
         with a letter or digit",
        path.display()
    )]
    BadName {
        /// Descriptor or mapping.
        path: PathBuf,
        /// `package`, `resource` or `column`.
        what: &'static str,
        /// As written.
        name: String,
    },
    /// The descriptor is not JSON or lacks a property.
    #[error("`{}` is not a valid package descriptor: {source}", path.display())]
    Descriptor {
        /// The `datapackage.json`.
        path: PathBuf,
        /// Line, column and reason.
        source: serde_json::Error,
    },
    /// The descriptor has an empty list of tables.
    #[error("`{}` has no tables; add one to `resources`, or remove the folder", path.display())]
    NoResources {
        /// The `datapackage.json`.
        path: PathBuf,
    },
    /// Neither package nor resource names a licence.
    #[error(
        "resource `{resource}` of `{}` has no licence; add `\"licenses\": [{{\"name\": \"CC-BY-4.0\"}}]`",
        path.display()
    )]
    MissingLicence {
        /// The `datapackage.json`.
        path: PathBuf,
        /// Resource name.
        resource: String,
    },
    /// Measured, digitised or tabulated numbers without a word on where they come from.
    #[error(
        "resource `{resource}` of `{}` is {origin} but names no source; add `\"sources\": [{{\"title\": \"who, \
         where\"}}]`",
        path.display()
    )]
    MissingSource {
        /// The `datapackage.json`.
        path: PathBuf,
        /// Resource name.
        resource: String,
        /// `measured`, `digitised` or `tabulated`.
        origin: &'static str,
    },
    /// The package has no such resource, or two of one name.
    #[error("`{}` has {count} resources named `{resource}`; its resources are {}", path.display(), join(known))]
    Resource {
        /// The `datapackage.json`.
        path: PathBuf,
        /// The name asked for.
        resource: String,
        /// How many have it: 0, or more than 1.
        count: usize,
        /// Names that exist.
        known: Vec<String>,
    },
    /// A resource path leads out of the package.
    #[error(
        "resource `{resource}` of `{}` has the path `{}`, which {reason}; a resource is one regular file inside the \
         package folder, named by a relative path without `..`",
        path.display(), file.display()
    )]
    UnsafePath {
        /// The `datapackage.json`.
        path: PathBuf,
        /// Resource name.
        resource: String,
        /// The path as written.
        file: PathBuf,
        /// What is wrong with it: `is absolute`.
        reason: &'static str,
    },
    /// The file of a resource does not exist.
    #[error(
        "resource `{resource}` of `{}` names the file `{}`, which is not there; restore it or take the resource out",
        path.display(), file.display()
    )]
    MissingFile {
        /// The `datapackage.json`.
        path: PathBuf,
        /// Resource name.
        resource: String,
        /// The file.
        file: PathBuf,
    },
    /// The descriptor states no digest.
    #[error(
        "resource `{resource}` of `{}` states no digest; if the file is what it should be, add `\"hash\": \
         \"sha256:{found}\"`",
        path.display()
    )]
    MissingDigest {
        /// The `datapackage.json`.
        path: PathBuf,
        /// Resource name.
        resource: String,
        /// SHA-256 of the file as it is.
        found: String,
    },
    /// The file is not the one the descriptor describes.
    #[error(
        "`{}` (resource `{resource}`) is not the file its package describes: `datapackage.json` says {expected}, the \
         file has {found}; restore the file, or, if the change is intended, put the new value into the descriptor",
        file.display()
    )]
    Digest {
        /// Resource name.
        resource: String,
        /// The file.
        file: PathBuf,
        /// What the descriptor says: `sha256:...` or a number of bytes.
        expected: String,
        /// What the file has.
        found: String,
    },
    /// A column's unit is missing or unknown.
    #[error("column `{column}` of resource `{resource}` in `{}`: {source}", path.display())]
    Unit {
        /// The `datapackage.json` or the mapping.
        path: PathBuf,
        /// Resource name.
        resource: String,
        /// Column name.
        column: String,
        /// What is wrong with it.
        source: UnitError,
    },
    /// A number column states no unit.
    #[error(
        "column `{column}` of resource `{resource}` in `{}` states no unit; add `\"unit\": \"MPa\"` (or the UCUM code \
         that holds; `1` if dimensionless)",
        path.display()
    )]
    MissingUnit {
        /// The `datapackage.json`.
        path: PathBuf,
        /// Resource name.
        resource: String,
        /// Column name.
        column: String,
    },
    /// The columns of the file are not those of the descriptor.
    #[error(
        "`{}` (resource `{resource}`) has the columns {}, its package describes {}; missing: {}; not described: {}",
        file.display(), join(found), join(described), join(&beyond(described, found)), join(&beyond(found, described))
    )]
    Columns {
        /// The file.
        file: PathBuf,
        /// Resource name.
        resource: String,
        /// Columns of the file.
        found: Vec<String>,
        /// Columns of the descriptor.
        described: Vec<String>,
    },
    /// The file of a resource is of a kind that is not read.
    #[error(
        "resource `{resource}` of `{}` has the format `{stated}`; write `\"format\": \"csv\"`, `parquet` or `arrow`, \
         whichever its file is",
        path.display()
    )]
    ResourceFormat {
        /// The `datapackage.json`.
        path: PathBuf,
        /// Resource name.
        resource: String,
        /// What it states, or what its file ends in.
        stated: String,
    },
    /// A column of a parquet or arrow file is not of the kind its package describes.
    #[error(
        "`{}` (resource `{resource}`), column `{column}`: the file holds {found}, its package describes {described}; \
         correct the `type` of the column, or write the file again",
        file.display()
    )]
    ColumnType {
        /// The file.
        file: PathBuf,
        /// Resource name.
        resource: String,
        /// Column name.
        column: String,
        /// Type in the file: `str`, `f64`.
        found: String,
        /// `number`, `integer` or `string`.
        described: &'static str,
    },
    /// A table does not fit into the format it is to be written in.
    #[error("`{table}` cannot be written as {format}: {reason}")]
    Export {
        /// Package and resource, with the selection.
        table: String,
        /// `xlsx`, `gr`, ...
        format: &'static str,
        /// What does not fit, and what does.
        reason: String,
    },
    /// A column of a file that a package is made from has no unit.
    #[error(
        "column {number} of `{}`, `{heading}`, states {stated}; none is guessed: describe every column, such as \
         `--column time:s --column specimen:text --column skip --column stress:MPa`",
        file.display()
    )]
    Undescribed {
        /// The file.
        file: PathBuf,
        /// Column, from 1.
        number: usize,
        /// Its heading; may be empty.
        heading: String,
        /// `no unit`, or what the file says.
        stated: String,
    },
    /// Other columns are described than the file has.
    #[error(
        "`{}` has the {} columns {}, and {described} are described; describe each, in the order of the file, or `skip` it",
        file.display(), headings.len(), join(headings)
    )]
    DescribedColumns {
        /// The file.
        file: PathBuf,
        /// Headings of the file.
        headings: Vec<String>,
        /// How many are described.
        described: usize,
    },
    /// The columns of a new table do not fit together.
    #[error("table `{resource}` cannot be written: {reason}")]
    NewTable {
        /// Resource name.
        resource: String,
        /// What does not fit: numbers of columns or rows.
        reason: String,
    },
    /// The file is not a table.
    #[error("`{}` (resource `{resource}`) is not a readable table: {reason}", file.display())]
    Table {
        /// The file.
        file: PathBuf,
        /// Resource name.
        resource: String,
        /// What the reader said.
        reason: String,
    },
    /// A cell holds something else than the column promises.
    #[error(
        "`{}` (resource `{resource}`), row {row}, column `{column}`: `{value}` is not {expected}; correct or remove \
         the row and update the digest",
        file.display()
    )]
    Cell {
        /// The file.
        file: PathBuf,
        /// Resource name.
        resource: String,
        /// Row, from 1.
        row: usize,
        /// Column name.
        column: String,
        /// As written.
        value: Box<str>,
        /// What was expected: `a finite number`.
        expected: &'static str,
    },
    /// Time does not rise.
    #[error(
        "`{}` (resource `{resource}`), row {row}, column `{column}`: {value} follows {previous}; times must rise \
         within one curve; sort the rows, or name the columns that tell curves apart in `primaryKey`",
        file.display()
    )]
    Unsorted {
        /// The file.
        file: PathBuf,
        /// Resource name.
        resource: String,
        /// Row, from 1.
        row: usize,
        /// Column name.
        column: String,
        /// Value in this row.
        value: f64,
        /// Value in the row of the same curve before it.
        previous: f64,
    },
    /// A table has no such column, or not of the kind that was asked for.
    #[error("`{table}` has no {kind} column `{column}`; its {kind} columns are {}", join(known))]
    NoColumn {
        /// Package and resource.
        table: String,
        /// `number` or `text`.
        kind: &'static str,
        /// The name asked for.
        column: String,
        /// Columns of that kind.
        known: Vec<String>,
    },
    /// No row fulfils a condition.
    #[error("`{table}` has no row with {condition}; values there: {}", join(present))]
    NoRows {
        /// Package and resource.
        table: String,
        /// The condition: `eps2 = 0.3`.
        condition: String,
        /// Values that occur, at most a dozen.
        present: Vec<String>,
    },
    /// A table has no such column, whatever its kind.
    #[error("`{table}` has no column `{column}`{}; its columns are {}", near(column, known), join(known))]
    NoSuchColumn {
        /// Package and resource.
        table: String,
        /// The name asked for.
        column: String,
        /// Columns that exist.
        known: Vec<String>,
    },
    /// The unit of a computed column does not follow from the columns it is made of.
    #[error(
        "the unit of column `{column}` of `{table}` is not known; state it, as in `\"{column} [MPa]\"` in a query or \
         with the unit of a computed column"
    )]
    UnitNotKnown {
        /// Package and resource.
        table: String,
        /// Column name.
        column: String,
    },
    /// A table cannot be turned into what was asked for.
    #[error(transparent)]
    Transform(#[from] Box<TableError>),
    /// A query or an expression cannot be understood or answered.
    #[error(transparent)]
    Query(#[from] Box<QueryError>),
    /// A file cannot be imported.
    #[error(transparent)]
    Import(Box<ImportError>),
    /// The engine below refused something that the checks let pass.
    #[error("{action} `{table}`: {reason}")]
    Engine {
        /// Package and resource.
        table: String,
        /// What was tried: `sorting`.
        action: &'static str,
        /// What the engine said.
        reason: String,
    },
    /// A conversion between units that measure different things.
    #[error("column `{column}` of `{table}`: {source}")]
    Conversion {
        /// Package and resource.
        table: String,
        /// Column name.
        column: String,
        /// What is wrong with it.
        source: UnitError,
    },
    /// Columns do not make a curve.
    #[error("`{table}`: {source}; choose the rows of one curve first")]
    Curve {
        /// Package and resource, with the selection.
        table: String,
        /// What is wrong.
        source: kovacs_core::CurveError,
    },
    /// A stored protocol cannot be understood.
    #[error("protocol of resource `{resource}` in `{}`: {reason}", path.display())]
    Protocol {
        /// The `datapackage.json`.
        path: PathBuf,
        /// Resource name.
        resource: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The folder to write exists and holds something else.
    #[error("`{}` exists and is not {owner}; move it away, or choose another name or folder", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
        /// What it would have to be to be replaced: `a generated package`.
        owner: &'static str,
    },
    /// No hold was found where one is needed.
    #[error("`{table}` has no stretch of constant strain; holds are stretches of at least {samples} samples")]
    NoHold {
        /// Package and resource.
        table: String,
        /// Samples a hold has at least.
        samples: usize,
    },
    /// The column `stress` holds something else.
    #[error(
        "`{table}`: the column `stress` is in `{unit}`, which is no stress; import it with its unit, or name another \
         column `stress`"
    )]
    NotAStress {
        /// Package and resource.
        table: String,
        /// UCUM code of the unit found.
        unit: String,
    },
    /// Nothing follows a step.
    #[error(
        "`{table}` has no second stage with eight samples; a stage is what follows a step of the column `strain`, what \
         the columns `stage` and `time_in_stage` say, or, without these, the whole table"
    )]
    NoSecondStage {
        /// Package and resource.
        table: String,
    },
    /// Samples that no hump can be read from.
    #[error("`{table}`: {source}")]
    Samples {
        /// Package and resource.
        table: String,
        /// What is wrong with them.
        source: kovacs_core::sampled_hump::SamplesError,
    },
}

impl DatasetError {
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        DatasetError::Io { action, path: path.into(), source }
    }
}

impl From<ImportError> for DatasetError {
    fn from(error: ImportError) -> Self {
        DatasetError::Import(Box::new(error))
    }
}

/// Words that a message lists; a table may have ten thousand columns, and nobody reads all their names.
const LISTED: usize = 24;

pub(crate) fn join(words: &[String]) -> String {
    let listed: Vec<String> = words.iter().take(LISTED).map(|word| format!("`{word}`")).collect();
    match words.len().checked_sub(LISTED) {
        _ if words.is_empty() => "none".to_string(),
        Some(more) if more > 0 => format!("{} and {more} more", listed.join(", ")),
        _ => listed.join(", "),
    }
}

/// The words of `left` that are not in `right`.
fn beyond(left: &[String], right: &[String]) -> Vec<String> {
    let right: std::collections::HashSet<&String> = right.iter().collect();
    left.iter().filter(|word| !right.contains(word)).cloned().collect()
}

fn join_paths(paths: &[PathBuf]) -> String {
    join(&paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>())
}
