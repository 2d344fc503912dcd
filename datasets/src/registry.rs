//! Where packages are looked for, and which one a name means.
//!
//! A name resolves to the same package in a notebook, on the command line and in a test, whatever the current folder:
//! 1. folders given explicitly;
//! 2. `KOVACS_DATA_PATH` (a list, separated as `PATH` is);
//! 3. the project folder: the nearest folder named `kovacs-data` in the current folder or above it;
//! 4. the packages shipped with Kovacs.
//!
//! The first hit wins and reports what it hides, so that a user's measured curves replace the shipped synthetic ones
//! under the same name without an edit to a notebook, and visibly.

use crate::descriptor::check_name;
use crate::error::DatasetError;
use crate::package::{DESCRIPTOR, Package};
use std::path::{Path, PathBuf};

/// Environment variable with further folders of packages.
pub const PATH_VARIABLE: &str = "KOVACS_DATA_PATH";

/// Name of the project folder of packages.
pub const PROJECT_FOLDER: &str = "kovacs-data";

/// The folders searched for packages, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Registry {
    places: Vec<PathBuf>,
}

/// A package as [`Registry::list`] reports it.
#[derive(Debug)]
pub struct Listed {
    /// Name of the package, or of its folder where the descriptor cannot be read.
    pub name: String,
    /// Where it lies.
    pub folder: PathBuf,
    /// The package, or why it cannot be used.
    pub package: Result<Package, DatasetError>,
    /// The folder of the package of the same name that is used in its place.
    pub hidden_by: Option<PathBuf>,
}

impl Registry {
    /// The standard search, with `extra` folders before all others.
    pub fn standard(extra: &[PathBuf]) -> Registry {
        let mut places = extra.to_vec();
        if let Some(list) = std::env::var_os(PATH_VARIABLE) {
            places.extend(std::env::split_paths(&list).filter(|path| !path.as_os_str().is_empty()));
        }
        if let Ok(here) = std::env::current_dir() {
            places.extend(here.ancestors().map(|folder| folder.join(PROJECT_FOLDER)).find(|folder| folder.is_dir()));
        }
        places.push(shipped_folder());
        Registry::of(places)
    }

    /// A search in these folders only.
    pub fn of(places: Vec<PathBuf>) -> Registry {
        let mut distinct: Vec<PathBuf> = Vec::with_capacity(places.len());
        for place in places {
            if !distinct.contains(&place) {
                distinct.push(place);
            }
        }
        Registry { places: distinct }
    }

    /// The folders searched, in order.
    pub fn places(&self) -> &[PathBuf] {
        &self.places
    }

    /// Opens the package of this name; [`Package::shadowed`] lists those of the same name that it hides.
    ///
    /// # Errors
    /// No package has the name, or the first that has it is damaged.
    pub fn open(&self, name: &str) -> Result<Package, DatasetError> {
        check_name(Path::new(DESCRIPTOR), "package", name).map_err(|_| self.unknown(name))?;
        let mut found = self.candidates().filter(|(known, _)| known == name).map(|(_, folder)| folder);
        let Some(folder) = found.next() else {
            return Err(self.unknown(name));
        };
        Ok(Package::open(folder)?.hiding(found.collect()))
    }

    /// Every package in the order of the search, damaged and hidden ones included.
    pub fn list(&self) -> Vec<Listed> {
        let mut listed: Vec<Listed> = Vec::new();
        for (name, folder) in self.candidates() {
            let hidden_by = listed.iter().find(|other| other.name == name).map(|other| other.folder.clone());
            listed.push(Listed { package: Package::open(&folder), name, folder, hidden_by });
        }
        listed
    }

    /// The names that packages declare, each once, in the order of the search.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for (name, _) in self.candidates() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn unknown(&self, name: &str) -> DatasetError {
        let mut known: Vec<String> = self.candidates().map(|(name, _)| name).collect();
        known.sort();
        known.dedup();
        DatasetError::UnknownPackage { name: name.to_string(), known, searched: self.places.clone() }
    }

    /// Name and folder of everything that has a descriptor: a place itself, or a folder in it.
    fn candidates(&self) -> impl Iterator<Item = (String, PathBuf)> {
        self.places.iter().flat_map(|place| {
            if place.join(DESCRIPTOR).is_file() {
                return vec![(declared_name(place), place.clone())];
            }
            let mut folders: Vec<PathBuf> = match std::fs::read_dir(place) {
                Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
                // A place that is not there holds no packages; it is named in the list of searched folders.
                Err(_) => Vec::new(),
            };
            folders.retain(|folder| folder.join(DESCRIPTOR).is_file());
            folders.sort();
            folders.into_iter().map(|folder| (declared_name(&folder), folder)).collect()
        })
    }
}

/// The name a descriptor declares, or the folder's where it declares none: a damaged package is still found by name.
fn declared_name(folder: &Path) -> String {
    #[derive(serde::Deserialize)]
    struct NameOnly {
        name: String,
    }
    let declared = std::fs::read(folder.join(DESCRIPTOR))
        .ok()
        .and_then(|bytes| serde_json::from_slice::<NameOnly>(&bytes).ok())
        .map(|descriptor| descriptor.name);
    let from_folder = || folder.file_name().map(|name| name.to_string_lossy().into_owned());
    declared.or_else(from_folder).unwrap_or_default()
}

/// The packages that come with Kovacs: `../share/kovacs/datasets` beside an installed executable, else the source tree.
pub fn shipped_folder() -> PathBuf {
    let installed = std::env::current_exe()
        .ok()
        .and_then(|executable| Some(executable.parent()?.parent()?.join("share/kovacs/datasets")))
        .filter(|folder| folder.is_dir());
    installed.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")))
}
