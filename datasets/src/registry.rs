//! Where packages are looked for, and which one a name means.
//!
//! A name resolves to the same package in a notebook, on the command line and in a test, whatever the current folder:
//! 1. folders given explicitly;
//! 2. `KOVACS_DATA_PATH` (a list, separated as `PATH` is);
//! 3. the project folder: the nearest folder named `kovacs-data` in the current folder or above it;
//! 4. the user's folder, `$XDG_DATA_HOME/kovacs/packages` (by default below `~/.local/share`);
//! 5. the packages shipped with Kovacs.
//!
//! The first hit wins and reports what it hides, so that a user's measured curves replace the shipped synthetic ones
//! under the same name without an edit to a notebook, and visibly. Tables that the shipped package has and the user's has
//! not are lent to it, each with its own origin: a notebook that needs them beside the measured ones still runs.
//!
//! Descriptors are read on all cores and no table is opened, so that thousands of packages list in a moment.

use crate::descriptor::check_name;
use crate::error::DatasetError;
use crate::package::{DESCRIPTOR, Package};
use kovacs_home::Home;
use std::collections::{HashMap, HashSet};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

/// Environment variable with further folders of packages.
pub const PATH_VARIABLE: &str = kovacs_home::DATA_PATH_VARIABLE;

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
        places.extend(user_folder());
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

    /// Opens what a person wrote: a path if it has a separator in it (`./pvc`), else a name to search for.
    ///
    /// # Errors
    /// As [`Package::open`] and [`Registry::open`].
    pub fn find(&self, name_or_path: &str) -> Result<Package, DatasetError> {
        if is_path(name_or_path) { Package::open(name_or_path) } else { self.open(name_or_path) }
    }

    /// Opens the package of this name; [`Package::shadowed`] lists those of the same name that it hides.
    ///
    /// # Errors
    /// No package has the name, or the first that has it is damaged.
    pub fn open(&self, name: &str) -> Result<Package, DatasetError> {
        let known = on_all_cores(self.folders(), |folder| (declared_name(&folder), folder));
        let unknown = || {
            let mut known: Vec<String> = known.iter().map(|(name, _)| name.clone()).collect();
            known.sort();
            known.dedup();
            DatasetError::UnknownPackage { name: name.to_string(), known, searched: self.places.clone() }
        };
        check_name(Path::new(DESCRIPTOR), "package", name).map_err(|_| unknown())?;
        let mut found = known.iter().filter(|(known, _)| known == name).map(|(_, folder)| folder);
        let folder = found.next().ok_or_else(unknown)?;
        let hidden: Vec<PathBuf> = found.cloned().collect();
        // What is damaged is named by `kovacs data list`; here it only has nothing to lend.
        let lender = hidden.iter().find(|folder| is_shipped(folder)).and_then(|folder| Package::open(folder).ok());
        Ok(Package::open(folder)?.hiding(hidden).with_tables_of(lender))
    }

    /// Opens the package in a folder as its name would, so that it has the tables that are lent to it.
    ///
    /// # Errors
    /// As [`Package::open`].
    pub fn open_folder(&self, folder: &Path) -> Result<Package, DatasetError> {
        let package = Package::open(folder)?;
        let by_name = self.open(package.name()).ok().filter(|found| found.folder() == folder);
        Ok(by_name.unwrap_or(package))
    }

    /// Every package in the order of the search, damaged and hidden ones included.
    pub fn list(&self) -> Vec<Listed> {
        let opened = on_all_cores(self.folders(), |folder| {
            let package = Package::open(&folder);
            let name = package.as_ref().map_or_else(|_| declared_name(&folder), |package| package.name().to_string());
            Listed { name, folder, package, hidden_by: None }
        });
        let mut told: Vec<Listed> = Vec::with_capacity(opened.len());
        let mut first: HashMap<String, usize> = HashMap::new();
        for mut listed in opened {
            match first.get(&listed.name).and_then(|at| told.get_mut(*at)) {
                None => drop(first.insert(listed.name.clone(), told.len())),
                Some(used) => {
                    listed.hidden_by = Some(used.folder.clone());
                    if let (Ok(package), Ok(hidden)) = (&mut used.package, &listed.package)
                        && is_shipped(&listed.folder)
                    {
                        *package = package.clone().with_tables_of(Some(hidden.clone()));
                    }
                }
            }
            told.push(listed);
        }
        told
    }

    /// The names that packages declare, each once, in the order of the search.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = on_all_cores(self.folders(), |folder| declared_name(&folder));
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }

    /// Every folder that has a descriptor: a place itself, or a folder in it.
    fn folders(&self) -> Vec<PathBuf> {
        self.places.iter().flat_map(|place| packages_in(place)).collect()
    }
}

/// Whether a person who wrote this means a folder and not a name to search for.
pub fn is_path(text: &str) -> bool {
    text.contains(MAIN_SEPARATOR)
}

/// The folders of packages in a place, sorted: the place itself if it is one, else those directly in it.
pub fn packages_in(place: &Path) -> Vec<PathBuf> {
    if place.join(DESCRIPTOR).is_file() {
        return vec![place.to_path_buf()];
    }
    let mut folders: Vec<PathBuf> = match std::fs::read_dir(place) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        // A place that is not there holds no packages; it is named in the list of searched folders.
        Err(_) => Vec::new(),
    };
    folders.retain(|folder| folder.join(DESCRIPTOR).is_file());
    folders.sort();
    folders
}

/// Does the same to every folder, in order, on as many threads as there are cores.
fn on_all_cores<T: Send>(folders: Vec<PathBuf>, work: impl Fn(PathBuf) -> T + Sync) -> Vec<T> {
    /// Below so many folders a thread costs more than it saves.
    const WORTH_A_THREAD: usize = 64;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = folders.len().div_ceil(cores).max(WORTH_A_THREAD);
    let mut shares: Vec<Vec<PathBuf>> = folders.chunks(share).map(<[PathBuf]>::to_vec).collect();
    let own = shares.pop().unwrap_or_default();
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(move || share.into_iter().map(work).collect::<Vec<T>>()))
            .collect();
        let last: Vec<T> = own.into_iter().map(work).collect();
        let mut done: Vec<T> = Vec::new();
        for thread in threads {
            match thread.join() {
                Ok(part) => done.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done.extend(last);
        done
    })
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

/// The user's own packages, for all their projects: `$XDG_DATA_HOME/kovacs/packages`, beside the models they installed.
pub fn user_folder() -> Option<PathBuf> {
    kovacs_home::data_folder().map(|folder| folder.join("packages"))
}

/// Whether a package came with Kovacs.
fn is_shipped(folder: &Path) -> bool {
    folder.parent() == Some(&shipped_folder())
}

/// The packages that come with Kovacs: `../lib/kovacs/packages` beside an installed executable, else the source tree.
pub fn shipped_folder() -> PathBuf {
    Home::find().packages()
}
