//! Files appear whole or not at all.

use crate::error::RunnerError;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Writes a file under a temporary name in the same folder and renames it; missing folders are made.
///
/// A reader sees the old file or the new one, never half of one.
///
/// # Errors
/// The folder cannot be made, the disk is full, and whatever else the system refuses.
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), RunnerError> {
    let write = || {
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder)?;
        // Temporary files are private by default; this one becomes an ordinary file, subject to the umask.
        let mut file = tempfile::Builder::new()
            .prefix(".")
            .suffix(".part")
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|source| RunnerError::Write { path: path.to_owned(), source })
}
