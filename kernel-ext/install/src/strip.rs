//! Takes out of programs and libraries what only a debugger reads: half of their size.

use crate::error::InstallError;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Strips files with `strip` of the system, which comes with the linker that Rust needs. Without it, or where it refuses a
/// file, the file is taken as it is. The stripped copies live as long as this value.
#[derive(Debug)]
pub struct Stripper {
    folder: TempDir,
    wanted: bool,
    unstripped: Vec<PathBuf>,
}

impl Stripper {
    /// One that strips, or that takes files as they are.
    ///
    /// # Errors
    /// There is no folder for temporary files.
    pub fn new(wanted: bool) -> Result<Stripper, InstallError> {
        let folder = tempfile::Builder::new().prefix("kovacs-strip-").tempdir();
        let folder = folder.map_err(InstallError::file("create a folder in", std::env::temp_dir()))?;
        Ok(Stripper { folder, wanted, unstripped: Vec::new() })
    }

    /// The files that were to be stripped and were not.
    pub fn unstripped(&self) -> &[PathBuf] {
        &self.unstripped
    }

    /// A stripped copy, or the file itself.
    pub(crate) fn strip(&mut self, path: &Path) -> Result<PathBuf, InstallError> {
        if !self.wanted {
            return Ok(path.to_path_buf());
        }
        let copy = self.folder.path().join(path.file_name().unwrap_or_default());
        // Symbols that are looked up at run time are in a table of their own, which `strip` keeps.
        let mut command = Command::new("strip");
        command.arg("-o").arg(&copy).arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let done = command.status().is_ok_and(|status| status.success()) && copy.is_file();
        if !done {
            self.unstripped.push(path.to_path_buf());
        }
        Ok(if done { copy } else { path.to_path_buf() })
    }
}
