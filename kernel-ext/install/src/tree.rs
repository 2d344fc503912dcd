//! An installation as files below a prefix: written beside what is there, put in place by renaming, removed by its record.

use crate::contents::{Contents, Part};
use crate::error::InstallError;
use crate::record::{Record, copy};
use crate::{MANIFEST, OWN, VERSION};
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempDir};

/// What was installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The version that was there before.
    pub replaced: Option<String>,
    /// Files of the version before that are no more, and were removed; relative to the prefix.
    pub removed: Vec<PathBuf>,
}

/// What was removed, relative to the prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Files that were installed.
    pub files: Vec<PathBuf>,
    /// Folders that were empty then.
    pub folders: Vec<PathBuf>,
    /// What lies in the folders of the installation and did not come with it: left alone.
    pub left: Vec<PathBuf>,
}

/// The version installed below `prefix`; `None` where there is none.
pub fn installed_version(prefix: &Path) -> Option<String> {
    let text = fs::read_to_string(prefix.join(VERSION)).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Writes an installation below `prefix`; `progress` hears how many bytes were written, each time.
///
/// Everything is written under temporary names first. Then `lib/kovacs` and each file elsewhere are put in place by
/// renaming, so a program that runs keeps the files it has open, and a full disk leaves what was there before.
///
/// # Errors
/// A folder cannot be written, or `lib/kovacs` is there and is not ours.
pub fn install(contents: &Contents, prefix: &Path, progress: &mut dyn FnMut(u64)) -> Result<Installed, InstallError> {
    let own = prefix.join(OWN);
    let before = Record::read(prefix)?;
    if before.is_none() && own.exists() {
        return Err(InstallError::Foreign(own));
    }
    let replaced = installed_version(prefix);
    let library = own.parent().unwrap_or(prefix);
    fs::create_dir_all(library).map_err(InstallError::file("create", library))?;
    let temporary = |name: &str| {
        let folder = tempfile::Builder::new().prefix(name).tempdir_in(library);
        folder.map_err(InstallError::file("create a folder in", library))
    };
    let new = temporary(".kovacs-new-")?;
    let mut record = Record::default();
    let mut elsewhere = Vec::new();
    for (path, part) in contents.parts() {
        let digest = match path.strip_prefix(OWN) {
            Ok(below) => write_new(&new.path().join(below), part, progress)?,
            Err(_) => {
                let destination = prefix.join(path);
                let (file, digest) = write_beside(&destination, part, progress)?;
                elsewhere.push((file, destination));
                digest
            }
        };
        record.digests.insert(path.to_path_buf(), digest);
    }
    let manifest = new.path().join(Path::new(MANIFEST).file_name().unwrap_or_default());
    fs::write(&manifest, record.text()).map_err(InstallError::file("write", &manifest))?;
    open_to_all(new.path())?;

    let old = temporary(".kovacs-old-")?;
    exchange(new, &own, &old.path().join("kovacs"))?;
    for (file, destination) in elsewhere {
        file.persist(&destination).map_err(|error| InstallError::file("write", &destination)(error.error))?;
    }
    let gone = before.unwrap_or_default().digests.into_keys().filter(|path| !record.digests.contains_key(path));
    let mut removed = Vec::new();
    for path in gone {
        // What was in `lib/kovacs` went with the old folder.
        if !path.starts_with(OWN) {
            remove(&prefix.join(&path))?;
            remove_empty_folders(prefix, &path, &mut Vec::new());
        }
        removed.push(path);
    }
    Ok(Installed { replaced, removed })
}

/// Removes the installation below `prefix`: the files that its record names, and folders that are empty then. With
/// `really` false nothing is removed, and the answer tells what would be.
///
/// # Errors
/// There is none, or a file cannot be removed.
pub fn uninstall(prefix: &Path, really: bool) -> Result<Removed, InstallError> {
    let record = prefix.join(MANIFEST);
    let mut files: Vec<PathBuf> = match Record::read(prefix)? {
        Some(record) => record.digests.into_keys().collect(),
        None => return Err(InstallError::NotInstalled { prefix: prefix.to_path_buf(), record }),
    };
    // Last, so that what is interrupted can be done again.
    files.push(PathBuf::from(MANIFEST));
    let mut removed = Removed::default();
    for (_, path) in crate::contents::files_below(&prefix.join(OWN))? {
        let below = path.strip_prefix(prefix).unwrap_or(&path).to_path_buf();
        if !files.contains(&below) {
            removed.left.push(below);
        }
    }
    if really {
        for path in &files {
            remove(&prefix.join(path))?;
            remove_empty_folders(prefix, path, &mut removed.folders);
        }
    }
    removed.files = files;
    Ok(removed)
}

fn write_new(path: &Path, part: &Part, progress: &mut dyn FnMut(u64)) -> Result<String, InstallError> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(InstallError::file("create", folder))?;
    let mut file = fs::File::create_new(path).map_err(InstallError::file("write", path))?;
    fill(&mut file, path, part, progress)
}

fn write_beside(
    path: &Path,
    part: &Part,
    progress: &mut dyn FnMut(u64),
) -> Result<(NamedTempFile, String), InstallError> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(InstallError::file("create", folder))?;
    let file = tempfile::Builder::new().prefix(".kovacs-").tempfile_in(folder);
    let mut file = file.map_err(InstallError::file("create a file in", folder))?;
    let digest = fill(file.as_file_mut(), path, part, progress)?;
    Ok((file, digest))
}

fn fill(file: &mut fs::File, path: &Path, part: &Part, progress: &mut dyn FnMut(u64)) -> Result<String, InstallError> {
    let digest = copy(part.open()?, file, progress).map_err(InstallError::file("write", path))?;
    let mode = if part.executable { 0o755 } else { 0o644 };
    let finished = file.flush().and_then(|()| file.set_permissions(Permissions::from_mode(mode)));
    finished.map_err(InstallError::file("write", path))?;
    Ok(digest)
}

/// A temporary folder is closed to others; what is installed is not.
fn open_to_all(folder: &Path) -> Result<(), InstallError> {
    fs::set_permissions(folder, Permissions::from_mode(0o755)).map_err(InstallError::file("open", folder))
}

/// Puts the new folder in place of the old one, which goes to `aside`; brings it back if that fails.
fn exchange(new: TempDir, place: &Path, aside: &Path) -> Result<(), InstallError> {
    let had = match fs::rename(place, aside) {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(InstallError::file("replace", place)(error)),
    };
    if let Err(error) = fs::rename(new.path(), place) {
        if had {
            // The first error is the one to tell of.
            let _ = fs::rename(aside, place);
        }
        return Err(InstallError::file("write", place)(error));
    }
    // Nothing is left to remove.
    let _ = new.keep();
    Ok(())
}

fn remove(path: &Path) -> Result<(), InstallError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(InstallError::file("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Removes the folders above a file, up to the prefix, that have nothing in them any more.
fn remove_empty_folders(prefix: &Path, file: &Path, removed: &mut Vec<PathBuf>) {
    for folder in file.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
        // Refused by the system where something is in it.
        if fs::remove_dir(prefix.join(folder)).is_err() {
            return;
        }
        removed.push(folder.to_path_buf());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(version: &str, more: &[&str]) -> Contents {
        let mut contents = Contents::default();
        contents.text("bin/kovacs", format!("program {version}"));
        contents.text(VERSION, format!("{version}\n"));
        more.iter().for_each(|path| contents.text(*path, *path));
        contents
    }

    fn all_files(prefix: &Path) -> Vec<String> {
        let files = crate::contents::files_below(prefix).unwrap();
        files.into_iter().map(|(path, _)| path.display().to_string()).collect()
    }

    #[test]
    fn a_newer_version_takes_the_place_of_the_older_one_and_leaves_nothing_of_it() {
        let place = tempfile::tempdir().unwrap();
        let prefix = place.path().join("a").join("prefix");
        let first = contents("1.0.0", &["share/man/man1/old.1", "lib/kovacs/models/old.so"]);
        let mut written = 0;
        let done = install(&first, &prefix, &mut |bytes| written += bytes).unwrap();
        assert_eq!(done, Installed { replaced: None, removed: Vec::new() });
        assert_eq!(written, first.bytes().unwrap());
        assert_eq!(installed_version(&prefix).as_deref(), Some("1.0.0"));

        let done = install(&contents("2.0.0", &["lib/kovacs/models/new.so"]), &prefix, &mut |_| ()).unwrap();
        assert_eq!(done.replaced.as_deref(), Some("1.0.0"));
        assert_eq!(done.removed, [Path::new("lib/kovacs/models/old.so"), Path::new("share/man/man1/old.1")]);
        let expected = ["bin/kovacs", MANIFEST, VERSION, "lib/kovacs/models/new.so"];
        assert_eq!(all_files(&prefix), expected);
        assert_eq!(fs::read_to_string(prefix.join("bin/kovacs")).unwrap(), "program 2.0.0");
        let mode = fs::metadata(prefix.join(OWN)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o755);
        assert!(!prefix.join("share").exists());
    }

    #[test]
    fn removing_takes_what_was_installed_and_leaves_what_was_added() {
        let place = tempfile::tempdir().unwrap();
        install(&contents("1.0.0", &["share/man/man1/kovacs.1"]), place.path(), &mut |_| ()).unwrap();
        fs::write(place.path().join("bin/other"), "").unwrap();
        fs::write(place.path().join("lib/kovacs/mine"), "").unwrap();
        let told = uninstall(place.path(), false).unwrap();
        assert_eq!(told.left, [Path::new("lib/kovacs/mine")]);
        assert!(place.path().join("bin/kovacs").is_file());
        let removed = uninstall(place.path(), true).unwrap();
        assert_eq!(removed.files, told.files);
        assert_eq!(all_files(place.path()), ["bin/other", "lib/kovacs/mine"]);
        assert!(!place.path().join("share").exists());
        let error = uninstall(place.path(), true).unwrap_err().to_string();
        assert!(error.contains("nothing of Kovacs is installed"), "{error}");
    }

    #[test]
    fn a_folder_that_is_not_ours_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir_all(place.path().join(OWN)).unwrap();
        let error = install(&contents("1.0.0", &[]), place.path(), &mut |_| ()).unwrap_err();
        assert!(matches!(error, InstallError::Foreign(_)), "{error}");
        assert!(all_files(place.path()).is_empty());
    }

    #[test]
    fn what_fails_while_it_is_written_leaves_what_was_there_before() {
        let place = tempfile::tempdir().unwrap();
        install(&contents("1.0.0", &[]), place.path(), &mut |_| ()).unwrap();
        let before = all_files(place.path());
        let mut broken = contents("2.0.0", &[]);
        broken.text("share/x", "x");
        // A file where a folder is needed.
        fs::write(place.path().join("share"), "").unwrap();
        install(&broken, place.path(), &mut |_| ()).unwrap_err();
        fs::remove_file(place.path().join("share")).unwrap();
        assert_eq!(all_files(place.path()), before);
        assert_eq!(installed_version(place.path()).as_deref(), Some("1.0.0"));
    }
}
