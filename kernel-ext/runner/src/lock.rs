//! One run at a time writes a notebook.

use crate::error::RunnerError;
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

/// Holds a notebook until it is dropped; the system lets go of it when the process ends, however that is.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: Option<File>,
}

impl Lock {
    /// Takes the executed copy at `output`; `folder` has the locks. Where locks cannot be had, nobody is kept out.
    ///
    /// # Errors
    /// [`RunnerError::Busy`].
    pub(crate) fn take(folder: &Path, output: &Path) -> Result<Lock, RunnerError> {
        let name = hex::encode(Sha256::digest(whole(output).as_os_str().as_encoded_bytes()));
        let path = folder.join(format!("{}.lock", name.get(..32).unwrap_or(&name)));
        let open = || {
            fs::create_dir_all(folder)?;
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)
        };
        let Ok(mut file) = open() else { return Ok(Lock { _file: None }) };
        match file.try_lock() {
            Ok(()) => {
                // Who it is, for the message of whoever comes next; a lock without it holds as well.
                let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
                Ok(Lock { _file: Some(file) })
            }
            Err(TryLockError::WouldBlock) => {
                let mut process = String::new();
                let _ = file.rewind().and_then(|()| file.read_to_string(&mut process));
                Err(RunnerError::Busy { path: output.to_owned(), process: process.trim().parse().ok() })
            }
            Err(TryLockError::Error(_)) => Ok(Lock { _file: None }),
        }
    }
}

/// The path from the root, with links in its folder followed: two names of one file are one.
fn whole(path: &Path) -> std::path::PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match (absolute.parent().and_then(|folder| folder.canonicalize().ok()), absolute.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => absolute,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_has_it_and_gets_it_afterwards() {
        let folder = tempfile::tempdir().expect("a folder");
        let output = folder.path().join("a.ipynb");
        let first = Lock::take(folder.path(), &output).expect("free");
        let error = Lock::take(folder.path(), &folder.path().join("./a.ipynb")).expect_err("taken");
        assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
        Lock::take(folder.path(), &folder.path().join("b.ipynb")).expect("another notebook");
        drop(first);
        Lock::take(folder.path(), &output).expect("free again");
    }
}
