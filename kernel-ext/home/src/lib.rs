//! Where everything is that comes with Kovacs, and where it keeps what it makes.
//!
//! A program is either *installed* or *of the workspace*. It is installed if `../lib/kovacs` is a folder beside the one it
//! lies in, and then finds everything there and nothing elsewhere: an installation can be moved, and does not change
//! when the sources that it was built from do. Else everything is found in those sources and in cargo's target folder.
//!
//! | | installed below `PREFIX` | in the workspace |
//! |---|---|---|
//! | program | `bin/kovacs` | the target folder |
//! | libraries of models | `lib/kovacs/models` | beside the program |
//! | data packages | `lib/kovacs/packages` | `datasets` |
//! | sources that models are built on | `lib/kovacs/sdk` | `models` |
//! | sources that cells name | `lib/kovacs/prelude` | `kernel-ext/prelude` |
//! | crates of others that cells name, linked | `lib/kovacs/crates` | made in the cache |
//! | what papermill needs to write parameters as Rust | `lib/kovacs/papermill` | `integrations/papermill` |
//! | licences, changelog | `share/doc/kovacs` | the root |
//!
//! No variable of the environment changes this. The user's own folders ([`cache_folder`], [`data_folder`],
//! [`state_folder`]) depend on nothing else.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod user;

pub use user::{CACHE_VARIABLE, DATA_PATH_VARIABLE, cache_folder, data_folder, for_another_folder, state_folder};

use std::path::{Path, PathBuf};

/// The sources that this program was built from.
const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Where a program finds what came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// Folder of the program; `None` where the system does not tell.
    program_folder: Option<PathBuf>,
    /// Where it is installed; `None` in the workspace.
    prefix: Option<PathBuf>,
}

impl Home {
    /// That of the running program. A link to the program is followed first.
    pub fn find() -> Home {
        let program = std::env::current_exe().ok();
        let folder = program.as_deref().and_then(Path::parent);
        folder.map_or(Home { program_folder: None, prefix: None }, Home::of)
    }

    /// That of a program in this folder.
    pub fn of(program_folder: &Path) -> Home {
        let prefix = program_folder.parent().filter(|prefix| below(prefix).is_dir());
        Home { program_folder: Some(program_folder.to_path_buf()), prefix: prefix.map(Path::to_path_buf) }
    }

    /// An installation below this folder, whether it is there yet or not.
    pub fn installed(prefix: &Path) -> Home {
        Home { program_folder: Some(prefix.join("bin")), prefix: Some(prefix.to_path_buf()) }
    }

    /// Where the program is installed: the folder above `bin` and `lib/kovacs`. `None` in the workspace.
    pub fn prefix(&self) -> Option<&Path> {
        self.prefix.as_deref()
    }

    /// The sources that the program was built from; `None` where it is installed.
    pub fn workspace(&self) -> Option<&'static Path> {
        self.prefix.is_none().then_some(Path::new(WORKSPACE))
    }

    /// Folder of the program.
    pub fn program_folder(&self) -> Option<&Path> {
        self.program_folder.as_deref()
    }

    /// Folders with the libraries of the models that came with the program, in the order of search.
    pub fn models(&self) -> Vec<PathBuf> {
        match (&self.prefix, &self.program_folder) {
            (Some(prefix), _) => vec![below(prefix).join("models")],
            // Cargo writes into `deps` at every build and copies from there at some builds only: the copy may be old code.
            (None, Some(folder)) => vec![folder.join("deps"), folder.clone()],
            (None, None) => Vec::new(),
        }
    }

    /// The folder of the data packages that came with the program.
    pub fn packages(&self) -> PathBuf {
        self.folder("packages", "datasets")
    }

    /// The folder with the crates `core`, `abi` and `sdk`, which models in Rust are built on.
    pub fn sdk(&self) -> PathBuf {
        self.folder("sdk", "models")
    }

    /// The folder of the crate that cells name.
    pub fn prelude(&self) -> PathBuf {
        self.folder("prelude", "kernel-ext/prelude")
    }

    /// The folder with the crates of others that cells name, linked; `None` where there is none, as in the workspace.
    pub fn crates(&self) -> Option<PathBuf> {
        self.prefix.as_deref().map(|prefix| below(prefix).join("crates")).filter(|folder| folder.is_dir())
    }

    /// The folder with the Python file by which papermill writes parameters as Rust.
    pub fn papermill(&self) -> PathBuf {
        self.folder("papermill", "integrations/papermill")
    }

    /// The folder with licences, the changelog and how to cite.
    pub fn documents(&self) -> PathBuf {
        match &self.prefix {
            Some(prefix) => prefix.join("share/doc/kovacs"),
            None => PathBuf::from(WORKSPACE),
        }
    }

    fn folder(&self, installed: &str, in_workspace: &str) -> PathBuf {
        match &self.prefix {
            Some(prefix) => below(prefix).join(installed),
            None => Path::new(WORKSPACE).join(in_workspace),
        }
    }
}

/// What an installation has for itself alone.
fn below(prefix: &Path) -> PathBuf {
    prefix.join("lib").join("kovacs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installed_program_finds_everything_below_its_prefix_wherever_that_is() {
        let place = tempfile::tempdir().unwrap();
        let first = place.path().join("first");
        std::fs::create_dir_all(first.join("lib/kovacs")).unwrap();
        std::fs::create_dir_all(first.join("bin")).unwrap();
        let moved = place.path().join("moved");
        std::fs::rename(&first, &moved).unwrap();
        let home = Home::of(&moved.join("bin"));
        assert_eq!(home.prefix(), Some(moved.as_path()));
        assert_eq!(home, Home::installed(&moved));
        assert_eq!(home.models(), [moved.join("lib/kovacs/models")]);
        let rest = [home.packages(), home.sdk(), home.prelude(), home.papermill()];
        assert!(rest.iter().all(|folder| folder.starts_with(moved.join("lib/kovacs"))), "{rest:?}");
    }

    #[test]
    fn a_program_of_the_workspace_finds_the_sources_and_what_is_built_beside_it() {
        let place = tempfile::tempdir().unwrap();
        let home = Home::of(place.path());
        assert_eq!(home.prefix(), None);
        assert_eq!(home.models(), [place.path().join("deps"), place.path().to_path_buf()]);
        assert!(home.packages().join("pvc/datapackage.json").is_file());
        assert!(home.sdk().join("sdk/Cargo.toml").is_file());
        assert!(home.prelude().join("Cargo.toml").is_file());
        assert!(home.papermill().join("kovacs_papermill.py").is_file());
        assert_eq!(home.crates(), None);
    }
}
