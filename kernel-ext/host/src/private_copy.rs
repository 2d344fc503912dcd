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
/// So many copies are kept, the latest ones.
const KEPT: usize = 32;

/// A private copy on disk. A temporary one vanishes with this value, which does no harm once it is opened.
pub(crate) struct PrivateCopy {
    pub(crate) path: PathBuf,
    _temporary: Option<TempDir>,
}

impl PrivateCopy {
    /// One that somebody else has written and keeps.
    pub(crate) fn at(path: PathBuf) -> Self {
        PrivateCopy { path, _temporary: None }
    }
}

/// The copy in the user's cache, if there is one.
pub(crate) fn existing(digest: &str) -> Option<PrivateCopy> {
    let path = cache_folder()?.join(file_name(digest));
    path.is_file().then(|| PrivateCopy::at(path))
}

fn file_name(digest: &str) -> String {
    format!("{digest}{}", consts::DLL_SUFFIX)
}

/// Writes the bytes into the user's cache, or into a temporary folder where there is no usable cache.
///
/// # Errors
/// Neither folder can be written.
pub(crate) fn write(bytes: &[u8], digest: &str) -> Result<PrivateCopy, LibraryFault> {
    write_to(cache_folder(), bytes, digest)
}

fn write_to(cache: Option<PathBuf>, bytes: &[u8], digest: &str) -> Result<PrivateCopy, LibraryFault> {
    let name = file_name(digest);
    if let Some(folder) = cache
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

/// Where copies of models are kept.
fn cache_folder() -> Option<PathBuf> {
    kovacs_home::cache_folder().map(|folder| folder.join("models"))
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

/// A copy that cannot be removed is left for the next time. One that a process has opened stays usable there.
fn remove_old_copies(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let dated = |entry: fs::DirEntry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()));
    let mut copies: Vec<(SystemTime, PathBuf)> = entries.flatten().filter_map(dated).collect();
    copies.sort_by(|a, b| b.cmp(a));
    let now = SystemTime::now();
    for (position, (opened, path)) in copies.iter().enumerate() {
        let age = now.duration_since(*opened).unwrap_or_default();
        if position >= KEPT || age > KEPT_FOR {
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_is_the_users_alone_and_made_once() {
        let home = tempfile::tempdir().unwrap();
        let cache = home.path().join("kovacs").join("models");
        let copy = write_to(Some(cache.clone()), b"code", "d1").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!((mode(&cache), mode(&copy.path)), (0o700, 0o500));
        let inode = fs::metadata(&copy.path).unwrap().ino();
        let again = write_to(Some(cache.clone()), b"code", "d1").unwrap();
        assert_eq!(fs::metadata(&again.path).unwrap().ino(), inode);
        assert_eq!(fs::read_dir(&cache).unwrap().count(), 1);
    }

    #[test]
    fn a_copy_that_is_not_what_its_name_says_is_replaced() {
        let home = tempfile::tempdir().unwrap();
        let cache = home.path().to_path_buf();
        fs::write(cache.join(format!("d1{}", consts::DLL_SUFFIX)), b"evil").unwrap();
        let copy = write_to(Some(cache), b"code", "d1").unwrap();
        assert_eq!(fs::read(copy.path).unwrap(), b"code");
    }

    #[test]
    fn a_loose_cache_folder_is_closed_first() {
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), Permissions::from_mode(0o777)).unwrap();
        write_to(Some(home.path().to_path_buf()), b"code", "d1").unwrap();
        assert_eq!(fs::metadata(home.path()).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn without_a_usable_cache_the_copy_is_temporary() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        fs::write(&file, b"").unwrap();
        for cache in [None, Some(file.join("models"))] {
            let copy = write_to(cache, b"code", "d1").unwrap();
            assert_eq!(fs::read(&copy.path).unwrap(), b"code");
            let path = copy.path.clone();
            drop(copy);
            assert!(!path.exists());
        }
    }

    #[test]
    fn copies_that_nobody_opened_for_long_are_removed() {
        let home = tempfile::tempdir().unwrap();
        let cache = home.path().to_path_buf();
        let old = aged_copy(&cache, "d1", KEPT_FOR + Duration::from_secs(60));
        let new = write_to(Some(cache), b"new", "d2").unwrap().path;
        assert!(!old.exists() && new.exists());
    }

    #[test]
    fn the_latest_copies_are_kept() {
        let home = tempfile::tempdir().unwrap();
        let cache = home.path().to_path_buf();
        let age = |number: usize| Duration::from_secs(60 * number as u64);
        // Written oldest first, so that none is removed before the last one comes.
        let copies: Vec<PathBuf> =
            (1..=KEPT).rev().map(|number| aged_copy(&cache, &format!("d{number}"), age(number))).collect();
        assert!(copies.iter().all(|copy| copy.exists()));
        let new = write_to(Some(cache), b"new", "d0").unwrap().path;
        let left: Vec<bool> = copies.iter().map(|copy| copy.exists()).collect();
        assert_eq!(left, [vec![false], vec![true; KEPT - 1]].concat());
        assert!(new.exists());
    }

    fn aged_copy(cache: &Path, digest: &str, age: Duration) -> PathBuf {
        let path = write_to(Some(cache.to_path_buf()), b"old", digest).unwrap().path;
        fs::File::open(&path).unwrap().set_modified(SystemTime::now() - age).unwrap();
        path
    }
}
