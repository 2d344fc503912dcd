//! A package on disk: its descriptor checked, its files read only when their digests agree.
//!
//! A file is read once, its digest is taken of those bytes, and the same bytes become the table, so that what was
//! checked is what is used.

use crate::descriptor::{Descriptor, FieldKind, ProtocolStatement, Resource, check_name};
use crate::digest::{sha256, sha256_of_file};
use crate::error::DatasetError;
use crate::field::Field;
use crate::findings::Findings;
use crate::format::FileFormat;
use crate::protocol::{self, RowProtocol};
use crate::read::{self, Place};
use crate::source::TableSource;
use crate::table::Table;
use kovacs_core::Origin;
use kovacs_core::units::parse_unit;
use polars::prelude::DataFrame;
use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// File name of the descriptor.
pub const DESCRIPTOR: &str = "datapackage.json";

/// A data package whose descriptor has been read and checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    folder: PathBuf,
    descriptor: Descriptor,
    digest: String,
    shadowed: Vec<PathBuf>,
    /// The shipped package of this name, which has tables that this one has not.
    lender: Option<Arc<Package>>,
}

impl Package {
    /// Opens the package in a folder and checks its descriptor. Files are read later, by [`Package::table`].
    ///
    /// # Errors
    /// No readable descriptor; a bad name; a resource without licence, without the source its origin needs, with a
    /// path that leads outside, or with a column of unknown or missing unit.
    pub fn open(folder: impl AsRef<Path>) -> Result<Package, DatasetError> {
        let package = Package::read(folder.as_ref())?;
        let mut findings = Findings::first();
        package.check(&mut findings);
        findings.refuse()?;
        Ok(package)
    }

    /// Reads the descriptor in a folder; what it says is not checked yet.
    pub(crate) fn read(folder: &Path) -> Result<Package, DatasetError> {
        let folder = folder.to_path_buf();
        let path = folder.join(DESCRIPTOR);
        let bytes = std::fs::read(&path).map_err(|source| DatasetError::io("read", &path, source))?;
        let descriptor: Descriptor =
            serde_json::from_slice(&bytes).map_err(|source| DatasetError::Descriptor { path: path.clone(), source })?;
        Ok(Package { folder, descriptor, digest: sha256(&bytes), shadowed: Vec::new(), lender: None })
    }

    /// Name by which notebooks open it.
    pub fn name(&self) -> &str {
        &self.descriptor.name
    }

    /// One line on what it is; empty if the descriptor has none.
    pub fn title(&self) -> &str {
        self.descriptor.title.as_deref().unwrap_or_default()
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// SHA-256 of the descriptor, which holds the digests of all files: the digest of the package.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The descriptor as read.
    pub fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// Folders of packages with the same name that this one hides, in the order of the search.
    pub fn shadowed(&self) -> &[PathBuf] {
        &self.shadowed
    }

    pub(crate) fn hiding(mut self, shadowed: Vec<PathBuf>) -> Package {
        self.shadowed = shadowed;
        self
    }

    pub(crate) fn with_tables_of(mut self, lender: Option<Package>) -> Package {
        self.lender = lender.map(Arc::new);
        self
    }

    /// Every table that this package can give, and the package that it lies in: its own ones first, then those that the
    /// shipped package of the same name lends to it.
    pub fn tables(&self) -> Vec<(&str, &Package)> {
        let own = self.resources();
        let lent =
            self.lender.iter().flat_map(|lender| lender.resources().into_iter().map(|name| (name, lender.as_ref())));
        let lent: Vec<_> = lent.filter(|(name, _)| !own.contains(name)).collect();
        own.into_iter().map(|name| (name, self)).chain(lent).collect()
    }

    /// Tables that the shipped package lends to this one, how their numbers came about, and that package.
    pub fn lent(&self) -> Vec<(&str, Origin, &Package)> {
        let lent = self.tables().into_iter().filter(|(_, holder)| !std::ptr::eq(*holder, self));
        lent.filter_map(|(name, holder)| Some((name, holder.resource(name).ok()?.origin.kind(), holder))).collect()
    }

    /// The package that a table lies in: this one, unless another lends it.
    pub(crate) fn holder(&self, resource: &str) -> &Package {
        self.tables().into_iter().find(|(name, _)| *name == resource).map_or(self, |(_, package)| package)
    }

    /// The columns of a resource that together name one row; without `time` they name one curve.
    ///
    /// # Errors
    /// No such resource.
    pub fn primary_key(&self, resource: &str) -> Result<&[String], DatasetError> {
        self.holder(resource).resource(resource).map(|resource| resource.schema.primary_key.as_slice())
    }

    /// Names of its own resources, in the order of the descriptor; [`Package::tables`] has those that are lent to it too.
    pub fn resources(&self) -> Vec<&str> {
        self.descriptor.resources.iter().map(|resource| resource.name.as_str()).collect()
    }

    /// Reads a resource as a table, after checking size and digest of its file and every cell.
    ///
    /// # Errors
    /// No such resource, a missing or changed file, columns that are not those of the descriptor, a cell that is not
    /// what its column promises, times that do not rise within a curve.
    pub fn table(&self, resource: &str) -> Result<Table, DatasetError> {
        let holder = self.holder(resource);
        let statement = holder.resource(resource)?;
        let mut findings = Findings::first();
        let table = holder.table_with(statement, &mut findings);
        findings.refuse()?;
        table.ok_or_else(|| DatasetError::Table {
            file: holder.folder.join(&statement.path),
            resource: resource.to_string(),
            reason: "it has no rows".to_string(),
        })
    }

    /// Reads some columns of a resource, for tables of which there is not enough memory for all. Of parquet and arrow
    /// files nothing else is decoded; the digest is still that of the whole file, taken block by block.
    ///
    /// # Errors
    /// As [`Package::table`], for the columns that are read; and no such column. Times are checked if `time` and all
    /// columns that tell curves apart are among them.
    pub fn columns(&self, resource: &str, names: &[&str]) -> Result<Table, DatasetError> {
        let holder = self.holder(resource);
        if !std::ptr::eq(holder, self) {
            return holder.columns(resource, names);
        }
        let statement = self.resource(resource)?;
        let path = self.descriptor_path();
        let all = fields(&path, statement)?;
        if let Some(unknown) = names.iter().find(|name| !all.iter().any(|field| field.name == **name)) {
            return Err(DatasetError::NoColumn {
                table: format!("{} {resource}", self.name()),
                kind: "described",
                column: unknown.to_string(),
                known: all.into_iter().map(|field| field.name).collect(),
            });
        }
        let wanted: Vec<Field> = all.into_iter().filter(|field| names.contains(&field.name.as_str())).collect();
        let format = FileFormat::of(&path, statement)?;
        if format == FileFormat::Csv {
            let names: Vec<&str> = wanted.iter().map(|field| field.name.as_str()).collect();
            return self.table(resource)?.select(&names);
        }
        let file = self.file(statement)?;
        let failed = |source| DatasetError::io("read", &file, source);
        let (size, digest) = sha256_of_file(&file).map_err(failed)?;
        self.check_size(statement, &file, size)?;
        self.check_digest(statement, &file, &digest)?;
        let open = std::fs::File::open(&file).map_err(failed)?;
        let mut findings = Findings::first();
        let frame = read::columns(open, format, Place { file: &file, resource: statement }, &wanted, &mut findings);
        findings.refuse()?;
        let empty = || DatasetError::NewTable { resource: resource.to_string(), reason: "it has no rows".to_string() };
        Ok(Table::new(frame.ok_or_else(empty)?, wanted, Arc::new(self.source_of(statement, digest))))
    }

    /// Whether the descriptor says enough of a resource, and nothing forbidden, for its file to be read.
    pub(crate) fn can_be_read(&self, resource: &Resource) -> bool {
        let path = self.descriptor_path();
        let stated_format = resource.format.is_none() || FileFormat::of(&path, resource).is_ok();
        stated_format && self.inside(resource).is_ok() && fields(&path, resource).is_ok()
    }

    /// A table, and what is wrong with it; `None` if that leaves no table.
    pub(crate) fn table_with(&self, statement: &Resource, findings: &mut Findings) -> Option<Table> {
        let file = findings.take(self.file(statement))?;
        let bytes = std::fs::read(&file).map_err(|source| DatasetError::io("read", &file, source));
        let bytes = findings.take(bytes)?;
        findings.take(self.check_size(statement, &file, bytes.len() as u64))?;
        let fields = findings.take(fields(&self.descriptor_path(), statement))?;
        let format = findings.take(FileFormat::of(&self.descriptor_path(), statement))?;
        let place = Place { file: &file, resource: statement };
        let digest_agrees = |found: &str| self.check_digest(statement, &file, found);
        let (frame, file_digest) = read::described(&bytes, format, place, &fields, digest_agrees, findings)?;
        Some(Table::new(frame, fields, Arc::new(self.source_of(statement, file_digest))))
    }

    /// The columns of a resource as the descriptor states them.
    ///
    /// # Errors
    /// No such resource, or a unit that is not known.
    pub fn fields(&self, resource: &str) -> Result<Vec<Field>, DatasetError> {
        let holder = self.holder(resource);
        fields(&holder.descriptor_path(), holder.resource(resource)?)
    }

    /// Where the rows of a resource come from, by the descriptor.
    pub(crate) fn source_of(&self, statement: &Resource, file_digest: String) -> TableSource {
        TableSource {
            package: self.name().to_string(),
            version: self.descriptor.version.clone(),
            package_digest: self.digest.clone(),
            resource: statement.name.clone(),
            file_digest,
            licence: self.licences(statement).join(", "),
            sources: self.sources(statement),
            origin: statement.origin.clone(),
        }
    }

    /// Holds a file to the descriptor without keeping it in memory.
    pub(crate) fn check_file(&self, statement: &Resource, file: &Path) -> Result<(), DatasetError> {
        let (size, digest) = sha256_of_file(file).map_err(|source| DatasetError::io("read", file, source))?;
        self.check_size(statement, file, size)?;
        self.check_digest(statement, file, &digest)
    }

    /// The format of a resource.
    pub(crate) fn format_of(&self, statement: &Resource) -> Result<FileFormat, DatasetError> {
        FileFormat::of(&self.descriptor_path(), statement)
    }

    /// Reads and checks every resource; what a caller needs who wants one answer.
    ///
    /// # Errors
    /// As [`Package::table`], for the first resource that fails.
    pub fn verify(&self) -> Result<(), DatasetError> {
        for resource in &self.descriptor.resources {
            self.table(&resource.name)?;
            self.protocols(&resource.name)?;
        }
        Ok(())
    }

    /// What was done to the samples of a resource; empty where the package does not say.
    ///
    /// # Errors
    /// No such resource, or a protocol that cannot be understood.
    pub fn protocols(&self, resource: &str) -> Result<Vec<RowProtocol>, DatasetError> {
        let holder = self.holder(resource);
        let statement = holder.resource(resource)?;
        statement.protocol.iter().map(|stated| holder.understand(statement, stated)).collect()
    }

    /// The same for the rows of a table in the units used inside ([`Table::in_internal_units`]).
    ///
    /// # Errors
    /// As [`Package::protocols`] and [`Package::table`].
    pub fn protocols_in_internal_units(&self, resource: &str) -> Result<Vec<RowProtocol>, DatasetError> {
        let (mut protocols, table) = (self.protocols(resource)?, self.table(resource)?);
        for protocol in &mut protocols {
            for (column, value) in &mut protocol.rows {
                *value = table.unit(column)?.to_internal(*value);
            }
        }
        Ok(protocols)
    }

    pub(crate) fn understand(
        &self,
        resource: &Resource,
        stated: &ProtocolStatement,
    ) -> Result<RowProtocol, DatasetError> {
        protocol::read(stated).map_err(|reason| DatasetError::Protocol {
            path: self.descriptor_path(),
            resource: resource.name.clone(),
            reason,
        })
    }

    /// Checks a table that is not written yet by every rule of [`Package::table`]; messages point at `file`.
    pub(crate) fn rehearse(
        file: &Path,
        package: &str,
        resource: &Resource,
        columns: DataFrame,
    ) -> Result<Table, DatasetError> {
        let fields = fields(file, resource)?;
        let mut findings = Findings::first();
        let frame = read::checked(columns, Place { file, resource }, &fields, &mut findings);
        findings.refuse()?;
        let source = TableSource {
            package: package.to_string(),
            version: None,
            package_digest: String::new(),
            resource: resource.name.clone(),
            file_digest: String::new(),
            licence: String::new(),
            sources: Vec::new(),
            origin: resource.origin.clone(),
        };
        let empty = || DatasetError::NewTable { resource: resource.name.clone(), reason: "it has no rows".to_string() };
        Ok(Table::new(frame.ok_or_else(empty)?, fields, Arc::new(source)))
    }

    fn descriptor_path(&self) -> PathBuf {
        self.folder.join(DESCRIPTOR)
    }

    pub(crate) fn resource(&self, name: &str) -> Result<&Resource, DatasetError> {
        let mut found = self.descriptor.resources.iter().filter(|resource| resource.name == name);
        match (found.next(), found.next()) {
            (Some(resource), None) => Ok(resource),
            _ => Err(self.no_single(name)),
        }
    }

    fn no_single(&self, name: &str) -> DatasetError {
        DatasetError::Resource {
            path: self.descriptor_path(),
            resource: name.to_string(),
            count: self.descriptor.resources.iter().filter(|resource| resource.name == name).count(),
            known: self.tables().iter().map(|(name, _)| name.to_string()).collect(),
        }
    }

    /// Checks everything that the descriptor alone can get wrong.
    pub(crate) fn check(&self, findings: &mut Findings) {
        let path = self.descriptor_path();
        findings.take(check_name(&path, "package", self.name()));
        let mut names = HashSet::new();
        for resource in &self.descriptor.resources {
            findings.take(check_name(&path, "resource", &resource.name));
            if !names.insert(resource.name.as_str()) {
                findings.add(self.no_single(&resource.name));
            }
            if self.licences(resource).is_empty() {
                findings.add(DatasetError::MissingLicence { path: path.clone(), resource: resource.name.clone() });
            }
            let origin = resource.origin.kind();
            let from_elsewhere = matches!(origin, Origin::Measured | Origin::Digitised | Origin::Tabulated);
            if from_elsewhere && self.sources(resource).is_empty() {
                let (path, resource) = (path.clone(), resource.name.clone());
                findings.add(DatasetError::MissingSource { path, resource, origin: origin.word() });
            }
            findings.take(self.inside(resource));
            if resource.format.is_some() {
                findings.take(FileFormat::of(&path, resource));
            }
            check_fields(&path, resource, findings);
        }
    }

    pub(crate) fn licences(&self, resource: &Resource) -> Vec<String> {
        let stated = if resource.licenses.is_empty() { &self.descriptor.licenses } else { &resource.licenses };
        stated.iter().map(|licence| licence.name.trim().to_string()).filter(|name| !name.is_empty()).collect()
    }

    pub(crate) fn sources(&self, resource: &Resource) -> Vec<String> {
        let stated = if resource.sources.is_empty() { &self.descriptor.sources } else { &resource.sources };
        let line = |source: &crate::descriptor::Source| match &source.path {
            Some(path) => format!("{} ({path})", source.title.trim()),
            None => source.title.trim().to_string(),
        };
        stated.iter().map(line).filter(|line| !line.is_empty()).collect()
    }

    /// The file of a resource as the descriptor names it: relative, and not climbing out.
    fn inside(&self, resource: &Resource) -> Result<PathBuf, DatasetError> {
        let relative = Path::new(&resource.path);
        let reason = if resource.path.contains("://") {
            "is an address"
        } else if relative.is_absolute() {
            "is absolute"
        } else if relative.components().any(|part| part == Component::ParentDir) {
            "contains `..`"
        } else if relative.components().next().is_none() {
            "is empty"
        } else {
            return Ok(self.folder.join(relative));
        };
        Err(self.unsafe_path(resource, reason))
    }

    /// The file of a resource as it lies on disk, symbolic links followed.
    pub(crate) fn file(&self, resource: &Resource) -> Result<PathBuf, DatasetError> {
        let named = self.inside(resource)?;
        let folder = self.folder.canonicalize().map_err(|source| DatasetError::io("resolve", &self.folder, source))?;
        let file = match named.canonicalize() {
            Ok(file) => file,
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => {
                let resource = resource.name.clone();
                return Err(DatasetError::MissingFile { path: self.descriptor_path(), resource, file: named });
            }
            Err(source) => return Err(DatasetError::io("resolve", named, source)),
        };
        if !file.starts_with(&folder) {
            return Err(self.unsafe_path(resource, "is a link that leads outside"));
        }
        if !file.is_file() {
            return Err(self.unsafe_path(resource, "is not a regular file"));
        }
        Ok(file)
    }

    fn unsafe_path(&self, resource: &Resource, reason: &'static str) -> DatasetError {
        DatasetError::UnsafePath {
            path: self.descriptor_path(),
            resource: resource.name.clone(),
            file: PathBuf::from(&resource.path),
            reason,
        }
    }

    fn check_size(&self, resource: &Resource, file: &Path, size: u64) -> Result<(), DatasetError> {
        match resource.bytes {
            // Without a digest the size is no use: the message about the digest comes first.
            Some(expected) if expected != size && resource.hash.is_some() => {
                Err(mismatch(resource, file, format!("{expected} bytes"), format!("{size} bytes")))
            }
            _ => Ok(()),
        }
    }

    fn check_digest(&self, resource: &Resource, file: &Path, found: &str) -> Result<(), DatasetError> {
        let Some(stated) = &resource.hash else {
            let (path, resource, found) = (self.descriptor_path(), resource.name.clone(), found.to_string());
            return Err(DatasetError::MissingDigest { path, resource, found });
        };
        let found = format!("sha256:{found}");
        if !stated.eq_ignore_ascii_case(&found) {
            return Err(mismatch(resource, file, stated.clone(), found));
        }
        Ok(())
    }
}

fn mismatch(resource: &Resource, file: &Path, expected: String, found: String) -> DatasetError {
    DatasetError::Digest { resource: resource.name.clone(), file: file.to_path_buf(), expected, found }
}

/// The columns of a resource, with names and units checked; `path` is what a message points at.
fn fields(path: &Path, resource: &Resource) -> Result<Vec<Field>, DatasetError> {
    let mut findings = Findings::first();
    let fields = check_fields(path, resource, &mut findings);
    findings.refuse()?;
    Ok(fields)
}

/// The columns of a resource that are sound, and what is wrong with the others.
fn check_fields(path: &Path, resource: &Resource, findings: &mut Findings) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::with_capacity(resource.schema.fields.len());
    let mut names = HashSet::new();
    for stated in &resource.schema.fields {
        let (path, column) = (|| path.to_path_buf(), || stated.name.clone());
        if stated.name.trim().is_empty() || !names.insert(stated.name.as_str()) {
            findings.add(DatasetError::BadName { path: path(), what: "column", name: column() });
            continue;
        }
        let unit = match (&stated.unit, stated.kind) {
            (Some(text), _) => parse_unit(text).map(Some).map_err(|source| DatasetError::Unit {
                path: path(),
                resource: resource.name.clone(),
                column: column(),
                source,
            }),
            (None, FieldKind::Text) => Ok(None),
            (None, _) => {
                let resource = resource.name.clone();
                Err(DatasetError::MissingUnit { path: path(), resource, column: column() })
            }
        };
        fields.extend(findings.take(unit).map(|unit| Field::from_statement(stated, unit)));
    }
    fields
}
