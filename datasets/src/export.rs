//! A table into a file for another program: text, a workbook, parquet, arrow, or `G(r)` as PDFgetX3 writes it.
//!
//! Whatever is written says the units and, where the format has room for it, where the numbers come from: a copy that
//! loses its origin soon passes for a measurement. What comes back through an import has the same data digest.

mod workbook;

use crate::descriptor::{Descriptor, FieldStatement, License, PROFILE, Resource, Schema, Source};
use crate::error::DatasetError;
use crate::field::Field;
use crate::format::FileFormat;
use crate::package::Package;
use crate::store;
use crate::table::Table;
use crate::table_error::TableError;
use crate::write::Draft;
use kovacs_core::Origin;
use kovacs_core::units::Dimension;
use kovacs_formats::{PdfFile, PdfKind};
use std::io::Write;
use std::path::Path;

/// What a table is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// Comma-separated text, headings `name [unit]`.
    Csv,
    /// Excel workbook: the rows below names and units, and a sheet `Provenance`.
    Xlsx,
    /// Parquet, units and origin in its metadata.
    Parquet,
    /// Arrow IPC file, units and origin in its metadata.
    Arrow,
    /// `G(r)` in the layout of PDFgetX3: columns `r` and `G`.
    Gr,
}

impl ExportFormat {
    /// All of them, in the order of help texts.
    pub const ALL: [ExportFormat; 5] =
        [ExportFormat::Csv, ExportFormat::Xlsx, ExportFormat::Parquet, ExportFormat::Arrow, ExportFormat::Gr];

    /// The word on a command line, which is also the ending of the file.
    pub fn word(self) -> &'static str {
        match self {
            ExportFormat::Csv => "csv",
            ExportFormat::Xlsx => "xlsx",
            ExportFormat::Parquet => "parquet",
            ExportFormat::Arrow => "arrow",
            ExportFormat::Gr => "gr",
        }
    }

    /// The format that the ending of a file names.
    ///
    /// # Errors
    /// It names none.
    pub fn of_file(file: &Path) -> Result<ExportFormat, DatasetError> {
        let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let known = ExportFormat::ALL.into_iter().find(|format| ending.as_deref() == Some(format.word()));
        known.ok_or_else(|| Box::new(TableError::FileEnding { file: file.to_path_buf() }).into())
    }

    /// The format of a table in a package, where this is one.
    pub fn of_package(self) -> Option<FileFormat> {
        FileFormat::ALL.into_iter().find(|format| format.word() == self.word())
    }
}

/// The bytes of a table in a format.
///
/// # Errors
/// The table does not fit into the format: too many rows for a workbook, no columns `r` and `G`.
pub fn export(table: &Table, format: ExportFormat) -> Result<Vec<u8>, DatasetError> {
    let failed = |reason: String| refused(table, format, reason);
    match format {
        ExportFormat::Csv => {
            let mut frame = table.frame().clone();
            let headings: Vec<String> = table.fields().iter().map(bracketed).collect();
            frame.set_column_names(&headings).map_err(|error| failed(error.to_string()))?;
            store::bytes(&frame, FileFormat::Csv, &[]).map_err(|error| failed(error.to_string()))
        }
        ExportFormat::Xlsx => workbook::bytes(table),
        ExportFormat::Parquet | ExportFormat::Arrow => {
            let mut notes = store::notes(&resource(table));
            // Rows of several files have several origins: what is said of the table is all of them.
            notes.retain(|(name, _)| name != "kovacs.origin");
            notes.push(("kovacs.origin".to_string(), table.sources().origins()));
            let lines = provenance(table)?.into_iter().filter(|(name, _)| name != "origin");
            notes.extend(lines.map(|(name, value)| (format!("kovacs.{name}"), value)));
            let file_format = if format == ExportFormat::Arrow { FileFormat::Arrow } else { FileFormat::Parquet };
            store::bytes(table.frame(), file_format, &notes).map_err(|error| failed(error.to_string()))
        }
        ExportFormat::Gr => pair_distribution(table).map(String::into_bytes),
    }
}

/// Writes a table to a file, whole or not at all; what was there is replaced.
///
/// # Errors
/// As [`export`], and the file cannot be written.
pub fn export_to(table: &Table, format: ExportFormat, file: &Path) -> Result<(), DatasetError> {
    let bytes = export(table, format)?;
    let failed = |source| DatasetError::io("write", file, source);
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut fresh = tempfile::Builder::new().prefix(".kovacs-export-").tempfile_in(folder).map_err(failed)?;
    fresh.write_all(&bytes).map_err(failed)?;
    fresh.persist(file).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Writes a table as a package of its own: licence, sources and origin go with it. `primary_key` names the columns that
/// tell curves apart, as [`Package::primary_key`] gives them.
///
/// # Errors
/// The folder exists, or cannot be written.
pub fn export_package(
    table: &Table,
    primary_key: &[String],
    format: FileFormat,
    folder: &Path,
) -> Result<Package, DatasetError> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let source = table.source();
    let all = || table.sources().iter();
    let licences = each_once(all().flat_map(|source| source.licence.split(", ")));
    let sources = each_once(all().flat_map(|source| source.sources.iter().map(String::as_str)));
    let tables = each_once(all().map(|source| {
        format!(
            "Rows of table `{}` of package `{}` (descriptor sha256:{}).",
            source.resource, source.package, source.package_digest
        )
    }));
    let mut draft = Draft::new(Descriptor {
        schema: PROFILE.to_string(),
        name,
        title: Some(table.label()),
        description: Some(tables.join("\n")),
        version: source.version.clone(),
        licenses: licences.into_iter().map(|name| License { name: name.to_string(), path: None }).collect(),
        sources: sources.into_iter().map(source_of).collect(),
        resources: Vec::new(),
    });
    let mut statement = resource(table);
    statement.schema.primary_key = primary_key.to_vec();
    draft.add_frame(statement, table.frame(), Some(format))?;
    draft.create(folder)
}

/// Things in the order in which they are first met.
fn each_once<T: PartialEq>(things: impl Iterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for thing in things {
        if !found.contains(&thing) {
            found.push(thing);
        }
    }
    found
}

/// A source as a descriptor has it, from the line `title (address)` that is made of one.
fn source_of(line: &str) -> Source {
    let parts = line.strip_suffix(')').and_then(|line| line.rsplit_once(" ("));
    match parts.filter(|(_, path)| path.contains("://")) {
        Some((title, path)) => Source { title: title.to_string(), path: Some(path.to_string()) },
        None => Source { title: line.to_string(), path: None },
    }
}

/// What is known of a table as names and values, the digest of the data last.
pub(crate) fn provenance(table: &Table) -> Result<Vec<(String, String)>, DatasetError> {
    let mut lines = table.provenance();
    lines.push(("data digest".to_string(), table.data_digest()?));
    Ok(lines)
}

/// `stress [MPa]`, `time [min]`, `strain [1]`, `specimen`: what an import takes apart again.
fn bracketed(field: &Field) -> String {
    match field.unit {
        Some(unit) => format!("{} [{}]", field.name, unit.code()),
        None => field.name.clone(),
    }
}

/// A table as a resource: its columns as they are now, its origin as it was; of several the one furthest from a
/// measurement.
fn resource(table: &Table) -> Resource {
    let origin = table.sources().origin();
    let source = table.sources().iter().find(|source| source.origin.kind() == origin).unwrap_or(table.source());
    let fields: Vec<FieldStatement> = table.fields().iter().map(Field::to_statement).collect();
    Resource {
        name: table.source().resource.clone(),
        title: Some(table.label()),
        path: String::new(),
        format: None,
        bytes: None,
        hash: None,
        schema: Schema { fields, primary_key: Vec::new() },
        origin: source.origin.clone(),
        parent: None,
        licenses: Vec::new(),
        sources: Vec::new(),
        protocol: Vec::new(),
        doubts: Vec::new(),
    }
}

/// The columns `r` and `G` in ångström and one over ångström squared, under a header that says where they come from.
fn pair_distribution(table: &Table) -> Result<String, DatasetError> {
    let failed = |reason: &str| refused(table, ExportFormat::Gr, reason.to_string());
    let (r, g) = ["G", "g"]
        .iter()
        .find(|name| table.field(name).is_some())
        .filter(|_| table.field("r").is_some())
        .map(|g| ("r", *g))
        .ok_or_else(|| failed("it needs the columns `r` and `G`"))?;
    if table.unit(r)?.dimension() != Dimension::Length {
        return Err(failed("its column `r` is no length"));
    }
    if table.unit(g)?.code() != "Ao-2" {
        return Err(failed("its column `G` must be in `Ao-2`, one over ångström squared"));
    }
    let x = table.column_in(r, "Ao")?;
    let y = table.column(g)?;
    if x.iter().chain(&y).any(|value| !value.is_finite()) {
        return Err(failed("it has gaps, which the format has no sign for"));
    }
    let mut settings = provenance(table)?;
    for (name, _) in &mut settings {
        *name = format!("kovacs_{}", name.replace(' ', "_"));
    }
    if table.origin() != Origin::Measured {
        settings.insert(0, ("warning".to_string(), format!("{} numbers, not measured", table.origin().word())));
    }
    Ok(PdfFile { kind: PdfKind::Gr, settings: &settings, x: &x, y: &y, sigma: None }.to_text())
}

fn refused(table: &Table, format: ExportFormat, reason: String) -> DatasetError {
    DatasetError::Export { table: table.label(), format: format.word(), reason }
}
