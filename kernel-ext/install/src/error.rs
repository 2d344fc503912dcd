//! What can go wrong with an installation.

use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why an installation could not be written, packed or removed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InstallError {
    /// A file or folder could not be read, written, renamed.
    #[error("cannot {what} `{}`: {source}", .path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Why it did not work.
        source: io::Error,
    },
    /// Something that belongs to every installation is not there.
    #[error("there are no {what} in {}", listed(.sought))]
    Missing {
        /// What.
        what: &'static str,
        /// Where it was sought.
        sought: Vec<PathBuf>,
    },
    /// A `Cargo.toml` of the sources is not what was expected.
    #[error("cannot take over `{}`: {message}", .path.display())]
    Manifest {
        /// Which one.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// The folder is not an installation of Kovacs, and would be replaced by one.
    #[error("`{}` is there and has no record of an installation (`MANIFEST`), so it is left alone", .0.display())]
    Foreign(PathBuf),
    /// Nothing is installed there.
    #[error("nothing of Kovacs is installed in `{}`: there is no `{}`", .prefix.display(), .record.display())]
    NotInstalled {
        /// Where it was sought.
        prefix: PathBuf,
        /// The record that would be there.
        record: PathBuf,
    },
    /// The record names something that no installation contains.
    #[error("`{}`, line {line}, is no record of an installed file: `{text}`", .path.display())]
    Record {
        /// The record.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// What is in it.
        text: String,
    },
    /// The licences of other people's code could not be collected.
    #[error("cannot collect the licences of the crates in use: {message}")]
    Licences {
        /// Why.
        message: String,
    },
}

impl InstallError {
    /// For `map_err`, where a file or folder is the matter.
    pub(crate) fn file(what: &'static str, path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> InstallError {
        move |source| InstallError::File { what, path: path.as_ref().to_path_buf(), source }
    }
}

fn listed(folders: &[PathBuf]) -> String {
    folders.iter().map(|folder| format!("`{}`", folder.display())).collect::<Vec<_>>().join(" or ")
}
