//! Writing a package so that it is either there as a whole or not at all.
//!
//! Everything is written into a temporary folder beside the target and renamed into place. The digests in the
//! descriptor are taken from the bytes as written.

use crate::descriptor::{Descriptor, Resource};
use crate::digest::sha256;
use crate::error::DatasetError;
use crate::package::DESCRIPTOR;
use std::path::{Path, PathBuf};

/// A package in memory: a descriptor without digests, and the files it names or adds.
pub(crate) struct Draft {
    pub(crate) descriptor: Descriptor,
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

impl Draft {
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
