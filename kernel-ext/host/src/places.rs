//! Where model libraries are looked for, and in which order.
//!
//! A bare name never reaches the system loader's own search path, and a relative folder is never followed: what a
//! notebook computes must not depend on the folder it is started in.

use std::env::{self, consts};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Environment variable with folders (or libraries) to search first, separated as in `PATH`.
pub const SEARCH_PATH_VARIABLE: &str = "KOVACS_MODEL_PATH";

/// What a library's file name has between the platform's prefix and the model's name.
const LIBRARY_INFIX: &str = "kovacs_model_";

/// Why a place is searched; decides how strictly its files are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    /// Named by the user in [`SEARCH_PATH_VARIABLE`], or a path given outright.
    Named,
    /// Built together with the running program: its own folder, and `deps` in it. Whoever can write there can replace
    /// the program itself, so loose permissions are a warning and not a refusal.
    Built,
    /// `../lib/kovacs/models`, where an installation puts them.
    Installed,
}

/// A folder in which libraries are looked for, or one library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Why it is searched.
    pub kind: PlaceKind,
    /// Folder or library.
    pub path: PathBuf,
}

/// The places of a program in this folder, in order. `search_path` is the value of [`SEARCH_PATH_VARIABLE`].
pub(crate) fn standard(executable_folder: Option<&Path>, search_path: Option<OsString>) -> Vec<Place> {
    let mut places = Vec::new();
    if let Some(list) = search_path {
        let named = env::split_paths(&list).filter(|path| !path.as_os_str().is_empty());
        places.extend(named.map(|path| Place { kind: PlaceKind::Named, path }));
    }
    if let Some(folder) = executable_folder {
        places.push(Place { kind: PlaceKind::Built, path: folder.to_path_buf() });
        places.push(Place { kind: PlaceKind::Built, path: folder.join("deps") });
        let prefix = folder.parent().unwrap_or(folder);
        places.push(Place { kind: PlaceKind::Installed, path: prefix.join("lib").join("kovacs").join("models") });
    }
    places
}

/// File name of the library of a model on this platform: `libkovacs_model_aoi.so`.
pub(crate) fn library_name(model: &str) -> String {
    format!("{}{LIBRARY_INFIX}{model}{}", consts::DLL_PREFIX, consts::DLL_SUFFIX)
}

/// Whether a file of this name is taken for a model library.
pub(crate) fn is_library_name(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let stem = name.strip_prefix(consts::DLL_PREFIX).and_then(|rest| rest.strip_suffix(consts::DLL_SUFFIX));
    stem.and_then(|stem| stem.strip_prefix(LIBRARY_INFIX)).is_some_and(|model| !model.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_folders_come_before_those_of_the_program() {
        let search_path = env::join_paths(["/models", "", "relative"]).unwrap();
        let places = standard(Some(Path::new("/opt/kovacs/bin")), Some(search_path));
        let found: Vec<(PlaceKind, &str)> =
            places.iter().map(|place| (place.kind, place.path.to_str().unwrap())).collect();
        use PlaceKind::{Built, Installed, Named};
        let expected = [
            (Named, "/models"),
            (Named, "relative"),
            (Built, "/opt/kovacs/bin"),
            (Built, "/opt/kovacs/bin/deps"),
            (Installed, "/opt/kovacs/lib/kovacs/models"),
        ];
        assert_eq!(found, expected);
        assert!(standard(None, None).is_empty());
    }

    #[test]
    fn a_model_library_is_known_by_its_name() {
        assert!(is_library_name(&Path::new("/models").join(library_name("aoi"))));
        assert!(!is_library_name(Path::new("/models/libserde-1.so")));
        assert!(!is_library_name(Path::new("/models").join(library_name("")).as_path()));
    }
}
