//! A measured workbook or text file into a package: the numbers unchanged, their meaning stated.
//!
//! The original is read and never written. Its digest is kept as the parent of the table; the stored numbers are those
//! of the file, in its units. Conversion happens on reading, by [`Table::in_internal_units`](crate::Table).
//! Where time and strain are there, the holds are found and the protocol is written into the package.

mod columns;
mod mapping;
mod sheet;

pub use mapping::{ColumnMapping, Mapping};

use crate::descriptor::{
    Descriptor, License, OriginStatement, PROFILE, Parent, ProtocolStatement, Resource, Schema, check_name,
};
use crate::digest::sha256;
use crate::error::DatasetError;
use crate::holds::{Hold, protocol_of};
use crate::package::Package;
use crate::protocol::{self, RowProtocol};
use crate::store;
use crate::table::Table;
use crate::write::Draft;
use kovacs_core::toml_form::ProtocolForm;
use kovacs_core::units::{Dimension, parse_internal};
use sheet::Sheet;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// What an import made.
#[derive(Clone, Debug)]
pub struct ImportReport {
    /// The new package.
    pub package: Package,
    /// Its table.
    pub table: Table,
    /// The file it was made from.
    pub parent: Parent,
    /// Stretches of constant strain; empty where the table has no time and strain.
    pub holds: Vec<Hold>,
    /// What a person should know of the import, one sentence each.
    pub notes: Vec<String>,
}

/// Imports a workbook (`.xlsx`, `.xls`, `.ods`) or text table (`.csv`, `.tsv`, `.txt`) as a package inside `into`.
///
/// A package of that name imported from the very same file is replaced; anything else that is there is left alone.
///
/// # Errors
/// The file or folder cannot be used; a column without unit, with the first rows and the line to write; a wrong number
/// of columns; a cell that is not a number; times that do not rise; a package of that name made from something else.
pub fn import(file: &Path, mapping: &Mapping, into: &Path) -> Result<ImportReport, DatasetError> {
    check_name(file, "package", &mapping.name)?;
    check_name(file, "resource", &mapping.resource)?;
    let bytes = std::fs::read(file).map_err(|source| DatasetError::io("read", file, source))?;
    let sheet = Sheet::read(file, &bytes, mapping)?;
    let parent = Parent {
        path: file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        bytes: bytes.len() as u64,
        hash: format!("sha256:{}", sha256(&bytes)),
        sheet: sheet.name.clone(),
    };
    let columns = columns::resolve(file, &sheet, mapping)?;
    let values = columns::values(file, &sheet, mapping, &columns)?;
    let fields = columns.into_iter().flatten().collect();
    let mut resource = Resource {
        name: mapping.resource.clone(),
        title: mapping.title.clone(),
        path: String::new(),
        format: None,
        bytes: None,
        hash: None,
        schema: Schema { fields, primary_key: mapping.primary_key.clone() },
        origin: mapping.origin.clone(),
        parent: Some(parent.clone()),
        licenses: Vec::new(),
        sources: Vec::new(),
        protocol: Vec::new(),
        doubts: Vec::new(),
    };
    let mut notes = Vec::new();
    let rehearsal = Package::rehearse(file, &mapping.name, &resource, store::frame(&resource, values)?)?;
    let holds = match rehearsal.holds() {
        Ok(holds) => holds,
        Err(reason) => {
            notes.push(format!("no holds: {reason}"));
            Vec::new()
        }
    };
    match statement(file, &rehearsal, &holds, &mapping.origin)? {
        Some(statement) => resource.protocol.push(statement),
        None if holds.is_empty() => {}
        None => notes.push(
            "no protocol was written, because the temperature is not stated; add `origin = { kind = \"measured\", \
             temperature = \"296 K\" }` to the mapping, with the temperature that holds"
                .to_string(),
        ),
    }
    let descriptor = Descriptor {
        schema: PROFILE.to_string(),
        name: mapping.name.clone(),
        title: mapping.title.clone(),
        description: None,
        version: mapping.version.clone(),
        licenses: vec![License { name: mapping.license.clone(), path: None }],
        sources: vec![mapping.source.clone()],
        resources: Vec::new(),
    };
    let mut draft = Draft::new(descriptor);
    draft.add_frame(resource, rehearsal.frame(), None)?;
    let same_origin = |folder: &Path| {
        Package::open(folder).is_ok_and(|package| {
            let mut resources = package.descriptor().resources.iter();
            resources.all(|resource| resource.parent.as_ref().is_some_and(|old| old.hash == parent.hash))
        })
    };
    let folder = draft.write(&into.join(&mapping.name), same_origin, "a package imported from the same file")?;
    let package = Package::open(folder)?;
    let table = package.table(&mapping.resource)?;
    Ok(ImportReport { package, table, parent, holds, notes })
}

/// The protocol of a table with holds, where its temperature is stated.
fn statement(
    file: &Path,
    table: &Table,
    holds: &[Hold],
    origin: &OriginStatement,
) -> Result<Option<ProtocolStatement>, DatasetError> {
    let OriginStatement::Measured { temperature: Some(stated), .. } = origin else {
        return Ok(None);
    };
    let temperature = parse_internal(stated, Dimension::Temperature).map_err(|error| DatasetError::MappingValue {
        file: file.to_path_buf(),
        property: "temperature",
        value: stated.clone(),
        accepted: format!("a temperature with its unit, such as `296 K`: {error}"),
    })?;
    if holds.is_empty() {
        return Ok(None);
    }
    let history = table.curve("time", "strain")?;
    let Some((found, start)) = protocol_of(&history.x, &history.y, holds, temperature) else {
        return Ok(None);
    };
    let found = RowProtocol { rows: BTreeMap::new(), start, form: ProtocolForm::Segments(found) };
    protocol::state(&found).map(Some).map_err(|error| DatasetError::Protocol {
        path: file.to_path_buf(),
        resource: table.source().resource.clone(),
        reason: error.to_string(),
    })
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "package `{}` in `{}`, made from `{}` ({})",
            self.package.name(),
            self.package.folder().display(),
            self.parent.path,
            self.parent.hash
        )?;
        write!(f, "{}", self.table.to_text(6))?;
        if !self.holds.is_empty() {
            writeln!(f, "{} holds:", self.holds.len())?;
        }
        for (number, hold) in self.holds.iter().enumerate() {
            let Hold { start, end, strain, first_row, last_row } = hold;
            writeln!(f, "  {}: strain {strain:.4}, {start} s to {end} s, rows {first_row} to {last_row}", number + 1)?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "note: {note}"))
    }
}
