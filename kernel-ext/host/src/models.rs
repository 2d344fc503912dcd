//! The models there are, by name.

use crate::catalogue::{Catalogue, Entry};
use crate::error::{HostError, HostErrorKind};
use crate::places::{self, Place, PlaceKind};
use crate::plugin::{ModelHandle, Plugin};
use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The models there are. Making it costs nothing: folders are read and libraries opened when the first model is asked
/// for, once.
#[derive(Debug)]
pub struct Models {
    places: Vec<Place>,
    catalogue: OnceLock<Catalogue>,
}

impl Models {
    /// Models in the places of the running program: the folders of `KOVACS_MODEL_PATH`, the folder of the executable,
    /// `deps` in it, and `../lib/kovacs/models` beside it.
    pub fn discover() -> Self {
        let executable = env::current_exe().ok();
        Models::from_environment(executable.as_deref().and_then(Path::parent))
    }

    /// As [`discover`](Models::discover), for a program in this folder.
    pub fn beside(executable_folder: &Path) -> Self {
        Models::from_environment(Some(executable_folder))
    }

    /// Models in these places only.
    pub fn in_places(places: Vec<Place>) -> Self {
        Models { places, catalogue: OnceLock::new() }
    }

    fn from_environment(executable_folder: Option<&Path>) -> Self {
        Models::in_places(places::standard(executable_folder, env::var_os(places::SEARCH_PATH_VARIABLE)))
    }

    /// The places, in the order of search.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Everything found in the places; displays as a listing.
    pub fn catalogue(&self) -> &Catalogue {
        self.catalogue.get_or_init(|| Catalogue::read(&self.places))
    }

    /// Opens a model. `name` is a full id (`org.kovacs.aoi`), its last part (`aoi`), or the absolute path of a library,
    /// with `#id` behind it where the library has several models; `-` may stand for `_`.
    ///
    /// # Errors
    /// Nobody has the model, several have, or the library is refused; [`HostError::kind`] says which.
    pub fn load(&self, name: &str) -> Result<ModelHandle, HostError> {
        if name.contains(std::path::MAIN_SEPARATOR) { load_file(name) } else { self.load_id(name) }
    }

    fn load_id(&self, name: &str) -> Result<ModelHandle, HostError> {
        let catalogue = self.catalogue();
        let fitting: Vec<&Entry> = catalogue.entries.iter().filter(|entry| fits(&entry.handle, name)).collect();
        let Some(first) = fitting.first() else { return Err(unknown(name, catalogue)) };
        let id = first.handle.id();
        if fitting.iter().any(|entry| entry.handle.id() != id) {
            let mut ids: Vec<String> = fitting.iter().map(|entry| entry.handle.id().to_owned()).collect();
            ids.sort();
            ids.dedup();
            return Err(HostErrorKind::AmbiguousName { name: name.to_owned(), ids }.into());
        }
        match fitting.iter().skip(1).find(|entry| entry.place == first.place) {
            Some(second) => Err(HostErrorKind::DuplicateInFolder {
                id: id.to_owned(),
                first: first.handle.path().to_path_buf(),
                second: second.handle.path().to_path_buf(),
            }
            .into()),
            None => Ok(first.handle.clone()),
        }
    }
}

/// A library named by its path, with or without the id of a model.
fn load_file(name: &str) -> Result<ModelHandle, HostError> {
    let (path, id) = match name.rsplit_once('#') {
        // A file name may contain a `#` itself.
        Some((path, id)) if !Path::new(name).exists() => (Path::new(path), Some(id)),
        _ => (Path::new(name), None),
    };
    let path = path.to_path_buf();
    if path.is_relative() {
        return Err(HostErrorKind::RelativePath { path }.into());
    }
    let handles = Plugin::open(&path, PlaceKind::Named)?.handles();
    let ids = handles.iter().map(|handle| handle.id().to_owned()).collect();
    let wanted = |handle: &&ModelHandle| id.is_none_or(|id| fits(handle, id));
    let mut found = handles.iter().filter(wanted);
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only.clone()),
        (Some(_), Some(_)) => Err(HostErrorKind::SeveralModels { path, ids }.into()),
        (None, _) => Err(HostErrorKind::NotInLibrary { path, name: id.unwrap_or_default().to_owned(), ids }.into()),
    }
}

/// Whether the model is called this: full id or last part, `-` for `_`.
fn fits(handle: &ModelHandle, name: &str) -> bool {
    let name = name.replace('-', "_");
    handle.id() == name || handle.description().short_id() == name
}

fn unknown(name: &str, catalogue: &Catalogue) -> HostError {
    let found = |reading: &crate::PlaceReading| (reading.place.path.clone(), reading.state.to_string());
    let refused = |path: &PathBuf, error: &HostError| match error.kind() {
        HostErrorKind::Library { fault, .. } => (path.clone(), fault.to_string()),
        _ => (path.clone(), error.to_string()),
    };
    HostErrorKind::UnknownModel {
        name: name.to_owned(),
        known: catalogue.models().map(|model| model.id().to_owned()).collect(),
        places: catalogue.places.iter().map(found).collect(),
        broken: catalogue.broken.iter().map(|broken| refused(&broken.path, &broken.error)).collect(),
    }
    .into()
}
