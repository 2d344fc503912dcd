//! Writing a package so that it is either there as a whole or not at all.
//!
//! Everything is written into a temporary folder beside the target and renamed into place. The digests in the
//! descriptor are taken from the bytes as written.

use crate::descriptor::{Descriptor, Resource};
use crate::digest::sha256;
use crate::error::DatasetError;
use crate::format::FileFormat;
use crate::package::{DESCRIPTOR, Package};
use crate::store;
use kovacs_formats::Values;
use polars::prelude::DataFrame;
use std::path::{Path, PathBuf};

/// A package in memory: a descriptor without digests, and the files it names or adds.
#[derive(Debug)]
pub struct Draft {
    pub(crate) descriptor: Descriptor,
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

impl Draft {
    /// A package with these words about it and no tables yet.
    pub fn new(descriptor: Descriptor) -> Draft {
        Draft { descriptor, files: Vec::new() }
    }

    /// Adds a table of columns as they were read, in the order of the fields of `resource`; NaN is a gap. The file is
    /// named after the resource; without a `format` it is csv or parquet by the number of rows.
    ///
    /// # Errors
    /// Columns that do not fit the fields or each other.
    pub fn add_columns(
        &mut self,
        resource: Resource,
        columns: Vec<Values>,
        format: Option<FileFormat>,
    ) -> Result<(), DatasetError> {
        let frame = store::frame(&resource, columns)?;
        self.add_frame(resource, &frame, format)
    }

    /// Adds a table that is a frame already, such as the one [`Package::rehearse`](crate::Package) has checked.
    ///
    /// # Errors
    /// The frame cannot be written in the format.
    pub(crate) fn add_frame(
        &mut self,
        mut resource: Resource,
        frame: &DataFrame,
        format: Option<FileFormat>,
    ) -> Result<(), DatasetError> {
        let format = format.unwrap_or_else(|| FileFormat::for_rows(frame.height()));
        format.name_file(&mut resource);
        let notes = store::notes(&resource);
        let bytes = store::bytes(frame, format, &notes)
            .map_err(|error| DatasetError::NewTable { resource: resource.name.clone(), reason: error.to_string() })?;
        self.files.push((resource.path.clone(), bytes));
        self.descriptor.resources.push(resource);
        Ok(())
    }

    /// Adds a file that is no table, such as `README.md`; `name` is a plain file name.
    pub fn add_file(&mut self, name: &str, bytes: Vec<u8>) {
        self.files.push((name.to_string(), bytes));
    }

    /// Writes the package as the folder `target`, which must not exist yet, and opens it.
    ///
    /// # Errors
    /// The folder exists or cannot be written; the descriptor is not sound.
    pub fn create(self, target: &Path) -> Result<Package, DatasetError> {
        Package::open(self.write(target, |_| false, "free for a new package")?)
    }

    /// Fills size and digest of every resource from the files of the draft.
    fn seal(&mut self) {
        for resource in &mut self.descriptor.resources {
            let file = self.files.iter().find(|(name, _)| *name == resource.path);
            seal(resource, file.map(|(_, bytes)| bytes.as_slice()).unwrap_or_default());
        }
    }

    /// Writes the package as the folder `target`, replacing what is there only if `may_replace` agrees.
    pub(crate) fn write(
        mut self,
        target: &Path,
        may_replace: impl Fn(&Path) -> bool,
        owner: &'static str,
    ) -> Result<PathBuf, DatasetError> {
        self.seal();
        let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(parent).map_err(|source| DatasetError::io("create", parent, source))?;
        let occupied = target.symlink_metadata().is_ok();
        if occupied && !may_replace(target) {
            return Err(DatasetError::Exists { path: target.to_path_buf(), owner });
        }
        let staging = tempfile::Builder::new()
            .prefix(".kovacs-package-")
            .tempdir_in(parent)
            .map_err(|source| DatasetError::io("write into", parent, source))?;
        let fresh = staging.path().join("new");
        self.write_files(&fresh)?;
        if occupied {
            let old = staging.path().join("old");
            std::fs::rename(target, &old).map_err(|source| DatasetError::io("replace", target, source))?;
            if let Err(source) = std::fs::rename(&fresh, target) {
                // Put back what was there: a failed replacement loses nothing.
                std::fs::rename(&old, target).map_err(|source| DatasetError::io("restore", target, source))?;
                return Err(DatasetError::io("write", target, source));
            }
        } else {
            std::fs::rename(&fresh, target).map_err(|source| DatasetError::io("write", target, source))?;
        }
        Ok(target.to_path_buf())
    }

    fn write_files(&self, folder: &Path) -> Result<(), DatasetError> {
        std::fs::create_dir(folder).map_err(|source| DatasetError::io("create", folder, source))?;
        let mut descriptor = serde_json::to_vec_pretty(&self.descriptor)
            .map_err(|source| DatasetError::Descriptor { path: folder.join(DESCRIPTOR), source })?;
        descriptor.push(b'\n');
        let descriptor = (DESCRIPTOR.to_string(), descriptor);
        for (name, bytes) in self.files.iter().chain([&descriptor]) {
            let path = folder.join(name);
            std::fs::write(&path, bytes).map_err(|source| DatasetError::io("write", &path, source))?;
        }
        Ok(())
    }
}

fn seal(resource: &mut Resource, bytes: &[u8]) {
    resource.bytes = Some(bytes.len() as u64);
    resource.hash = Some(format!("sha256:{}", sha256(bytes)));
}
