//! What cells use beside their code, told by digests: a runner that keeps results asks whether they still hold.
//!
//! The same functions note an input when a cell asks for it and look at it again later, so that the two are equal
//! unless something has changed. What is not there has a digest too: the cell saw that it was not.

use crate::plugins;
use crate::table::notices;
use kovacs_datasets::{DatasetError, Package, Registry};
use kovacs_host::{HostError, ModelHandle, Models};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// No larger file is read to see whether it has changed; its size and time tell.
const LARGE_FILE: u64 = 64 << 20;

/// A model, by the name it is loaded by.
const MODEL: &str = "model";
/// The names of all models.
const MODELS: &str = "list of models";
/// A package, by the name it is opened by.
const PACKAGE: &str = "package";
/// Every package there is.
const PACKAGES: &str = "set of packages";
/// A file, by its path from the root.
const FILE: &str = "file";

/// The digest of an input as it is now, for a cell in the current folder; `None` for a kind that is not known here.
pub fn digest(kind: &str, name: &str) -> Option<String> {
    Some(match kind {
        MODEL => of_model(&Models::discover().load(name)),
        MODELS => of_names(plugins::names()),
        PACKAGE => of_package(&Registry::standard(&[]).find(name)),
        PACKAGES => of_packages(),
        FILE => of_file(Path::new(name)),
        _ => return None,
    })
}

pub(crate) fn note_model(name: &str, loaded: &Result<ModelHandle, HostError>) {
    notices().used(MODEL, name, of_model(loaded));
}

pub(crate) fn note_models() {
    notices().used(MODELS, "", of_names(plugins::names()));
}

pub(crate) fn note_package(name: &str, found: &Result<Package, DatasetError>) {
    notices().used(PACKAGE, name, of_package(found));
}

pub(crate) fn note_packages() {
    notices().used(PACKAGES, "", of_packages());
}

pub(crate) fn note_file(path: &str) {
    let whole = std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path));
    notices().used(FILE, &whole.to_string_lossy(), of_file(&whole));
}

fn of_model(loaded: &Result<ModelHandle, HostError>) -> String {
    match loaded {
        Ok(handle) => format!("{} {}", handle.id(), handle.digest()),
        Err(error) => format!("refused: {error}"),
    }
}

fn of_names(names: impl IntoIterator<Item = String>) -> String {
    let mut digest = Sha256::new();
    for name in names {
        digest.update(name);
        digest.update([0]);
    }
    hex::encode(digest.finalize())
}

fn of_package(found: &Result<Package, DatasetError>) -> String {
    match found {
        Ok(package) => {
            let mut digest = Sha256::new();
            add_folder(&mut digest, package.folder());
            for (_, _, lender) in package.lent() {
                add_folder(&mut digest, lender.folder());
            }
            hex::encode(digest.finalize())
        }
        Err(error) => format!("refused: {error}"),
    }
}

fn of_packages() -> String {
    let mut digest = Sha256::new();
    for listed in Registry::standard(&[]).list() {
        digest.update(listed.name);
        add_folder(&mut digest, &listed.folder);
    }
    hex::encode(digest.finalize())
}

/// The content of every file in a folder and below, in the order of their names.
fn add_folder(digest: &mut Sha256, folder: &Path) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        digest.update(path.file_name().unwrap_or_default().as_encoded_bytes());
        // A link to a folder could lead round in a circle.
        match fs::symlink_metadata(&path) {
            Ok(about) if about.is_dir() => add_folder(digest, &path),
            _ => digest.update(of_file(&path)),
        }
    }
}

fn of_file(path: &Path) -> String {
    let look = || {
        let about = fs::metadata(path)?;
        if about.len() > LARGE_FILE {
            return Ok(format!("{} bytes of {:?}", about.len(), about.modified()?));
        }
        fs::read(path).map(|bytes| hex::encode(Sha256::digest(bytes)))
    };
    look().unwrap_or_else(|error: std::io::Error| format!("refused: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_told_by_names_and_contents() {
        let folder = tempfile::tempdir().expect("a folder");
        let of = || {
            let mut digest = Sha256::new();
            add_folder(&mut digest, folder.path());
            hex::encode(digest.finalize())
        };
        let mut seen = vec![of()];
        for (name, text) in [("a/b.csv", "1"), ("a/b.csv", "2"), ("a/c.csv", "2")] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(&path, text).expect("written");
            let now = of();
            assert!(!seen.contains(&now), "{name} {text}");
            assert_eq!(now, of());
            seen.push(now);
        }
    }

    #[test]
    fn what_is_not_there_is_told_apart_and_unknown_kinds_are_refused() {
        assert!(digest(FILE, "/no/such/file").expect("known").starts_with("refused"));
        assert!(digest(PACKAGE, "no-such-package").expect("known").starts_with("refused"));
        assert_eq!(digest("planet", "mars"), None);
    }
}
