//! Puts the verified bytes of a library where nobody else can write, and under a name that was never opened before.
//!
//! The loader then opens what was checked, and a rebuilt library gets a new name: opening the old path again would
//! answer with the old code.

use crate::error::LibraryFault;
use std::env::{self, consts};
use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tempfile::{NamedTempFile, TempDir};

/// Copies that nobody opened for this long are removed: every rebuild of a model leaves one.
const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// A private copy on disk. A temporary one vanishes with this value, which does no harm once it is opened.
pub(crate) struct PrivateCopy {
    pub(crate) path: PathBuf,
    _temporary: Option<TempDir>,
}

/// Writes the bytes into the user's cache, or into a temporary folder where there is no usable cache.
///
/// # Errors
/// Neither folder can be written.
pub(crate) fn write(bytes: &[u8], digest: &str) -> Result<PrivateCopy, LibraryFault> {
    let name = format!("{digest}{}", consts::DLL_SUFFIX);
    if let Some(folder) = cache_folder()
        && let Ok(path) = prepare(&folder).and_then(|()| write_into(&folder, &name, bytes))
    {
        remove_old_copies(&folder);
        return Ok(PrivateCopy { path, _temporary: None });
    }
    let refused = |folder: &Path| {
        let folder = folder.to_path_buf();
        move |source| LibraryFault::Copy { folder, source }
    };
    // `tempfile` makes the folder for this user alone (mode 0700).
    let folder = tempfile::Builder::new().prefix("kovacs-models-").tempdir().map_err(refused(&env::temp_dir()))?;
    let path = write_into(folder.path(), &name, bytes).map_err(refused(folder.path()))?;
    Ok(PrivateCopy { path, _temporary: Some(folder) })
}

/// `$XDG_CACHE_HOME/kovacs/models`, by default under `~/.cache`.
fn cache_folder() -> Option<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
    Some(base.join("kovacs").join("models"))
}

/// Makes the folder if needed, and sees to it that it is mine alone.
fn prepare(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let metadata = fs::symlink_metadata(folder)?;
    if !metadata.is_dir() || metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::from(io::ErrorKind::PermissionDenied));
    }
    if metadata.mode() & 0o077 != 0 {
        fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

fn write_into(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    let path = folder.join(name);
    // A copy from an earlier run is used if it is what its name says.
    if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == bytes.len() as u64)
        && fs::read(&path)? == bytes
    {
        // Only its age depends on this, so a failure is of no consequence.
        let _ = fs::File::open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        return Ok(path);
    }
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().set_permissions(Permissions::from_mode(0o500))?;
    file.persist(&path)?;
    Ok(path)
}

/// A copy that cannot be removed is left for the next time.
fn remove_old_copies(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let age = entry.metadata().and_then(|metadata| metadata.modified()).ok().and_then(|time| time.elapsed().ok());
        if age.is_some_and(|age| age > KEPT_FOR) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
