//! `models.lock`: the very libraries that a project computes with.
//!
//! With `KOVACS_LOCKED=1`, in continuous integration or when a published notebook is run again, only libraries whose
//! digest is in the lock are opened, whatever has been approved. A process that has once been told so stays locked: code
//! in a cell that takes the variable away changes nothing.

use crate::catalogue::Catalogue;
use crate::error::{HostError, HostErrorKind};
use crate::manifest::this_target;
use crate::own_file::{FORMAT, OwnFile};
use serde::{Deserialize, Serialize};
use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Environment variable that turns the lock on: `1` for the nearest `models.lock` in the current folder or one above,
/// or the absolute path of a lock.
pub const LOCKED_VARIABLE: &str = "KOVACS_LOCKED";

/// File name of a lock.
pub const LOCK_NAME: &str = "models.lock";

const COMMENT: &str = "Written by `kovacs model lock`; with KOVACS_LOCKED=1 only these libraries are opened.";

/// Digests of libraries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    format: u32,
    /// One library each.
    #[serde(default, rename = "library")]
    pub libraries: Vec<LockedLibrary>,
}

/// A library in a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockedLibrary {
    /// File name, for people.
    pub file: String,
    /// Processor and system: `x86_64-linux`.
    pub target: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Its models with their versions, for people.
    pub models: Vec<String>,
}

impl Lock {
    /// The libraries of the models that are used now, the shadowed and the unapproved left out.
    pub fn of(catalogue: &Catalogue) -> Lock {
        let mut libraries: Vec<LockedLibrary> = Vec::new();
        for entry in catalogue.models() {
            let model = format!("{} {}", entry.id(), entry.description().version);
            match libraries.iter_mut().find(|library| library.sha256 == entry.digest()) {
                Some(library) => library.models.push(model),
                None => libraries.push(LockedLibrary {
                    file: entry.path().file_name().unwrap_or_default().to_string_lossy().into_owned(),
                    target: this_target(),
                    sha256: entry.digest().to_owned(),
                    models: vec![model],
                }),
            }
        }
        Lock { format: FORMAT, libraries }
    }

    /// Writes the lock. What an existing one holds for other platforms is kept.
    ///
    /// # Errors
    /// An existing lock is damaged, or the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), HostError> {
        let mut whole = self.clone();
        if let Some(earlier) = lock_file(path).read::<Lock>()? {
            whole.libraries.extend(earlier.libraries.into_iter().filter(|library| library.target != this_target()));
        }
        lock_file(path).write(COMMENT, &whole, 0o644)
    }

    /// Reads a lock.
    ///
    /// # Errors
    /// There is none, or it is damaged.
    pub fn read(path: &Path) -> Result<Lock, HostError> {
        lock_file(path).read()?.ok_or_else(|| HostErrorKind::NoLock { sought: path.to_path_buf() }.into())
    }

    pub(crate) fn has(&self, digest: &str) -> bool {
        self.libraries.iter().any(|library| library.sha256 == digest)
    }
}

fn lock_file(path: &Path) -> OwnFile<'_> {
    OwnFile { what: "lock", path, remedy: "write it anew with `kovacs model lock`" }
}

/// The lock that this process must keep, with its path; an error where it must keep one that cannot be read.
pub(crate) type Duty = Result<(PathBuf, Lock), HostError>;

/// Whether this process is locked, from the first time that [`LOCKED_VARIABLE`] said so.
pub(crate) fn of_process() -> Option<&'static Duty> {
    static SEEN: OnceLock<Duty> = OnceLock::new();
    if let Some(duty) = SEEN.get() {
        return Some(duty);
    }
    let value = env::var_os(LOCKED_VARIABLE).filter(|value| !value.is_empty() && value != "0")?;
    Some(SEEN.get_or_init(|| wanted(Path::new(&value), env::current_dir().unwrap_or_default())))
}

fn wanted(value: &Path, current_folder: PathBuf) -> Duty {
    let path = if value.is_absolute() {
        value.to_path_buf()
    } else {
        let candidates = current_folder.ancestors().map(|folder| folder.join(LOCK_NAME));
        let found = candidates.into_iter().find(|path| path.is_file());
        found.ok_or_else(|| HostErrorKind::NoLock { sought: current_folder.join(LOCK_NAME) })?
    };
    Ok((path.clone(), Lock::read(&path)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_lock_counts_and_an_absent_one_is_an_error() {
        let home = tempfile::tempdir().unwrap();
        let inner = home.path().join("notebooks").join("figures");
        std::fs::create_dir_all(&inner).unwrap();
        let none = wanted(Path::new("1"), inner.clone()).unwrap_err().to_string();
        let sought = inner.join(LOCK_NAME);
        let expected = format!(
            "KOVACS_LOCKED is set, and there is no lock `{}` nor one in a folder above; write it with `kovacs model \
             lock`, or unset KOVACS_LOCKED",
            sought.display()
        );
        assert_eq!(none, expected);
        let lock = Lock { format: FORMAT, libraries: Vec::new() };
        let path = home.path().join(LOCK_NAME);
        lock.write(&path).unwrap();
        assert_eq!(wanted(Path::new("1"), inner.clone()).unwrap(), (path.clone(), lock.clone()));
        assert_eq!(wanted(&path, PathBuf::new()).unwrap(), (path, lock));
    }

    #[test]
    fn other_platforms_keep_their_lines() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(LOCK_NAME);
        let library = |target: String, sha256: &str| LockedLibrary {
            file: "libkovacs_model_x.so".to_owned(),
            target,
            sha256: sha256.to_owned(),
            models: vec!["org.example.x 1.0.0".to_owned()],
        };
        let elsewhere = library("riscv64-plan9".to_owned(), "aa");
        let first = Lock { format: FORMAT, libraries: vec![elsewhere.clone(), library(this_target(), "bb")] };
        first.write(&path).unwrap();
        let second = Lock { format: FORMAT, libraries: vec![library(this_target(), "cc")] };
        second.write(&path).unwrap();
        assert_eq!(Lock::read(&path).unwrap().libraries, [library(this_target(), "cc"), elsewhere]);
    }
}
