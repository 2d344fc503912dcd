//! The models there are, by name.

use crate::catalogue::{Catalogue, Entry};
use crate::error::{HostError, HostErrorKind, LibraryFault};
use crate::gate::Gate;
use crate::lock::Lock;
use crate::places::{self, Place, PlaceKind, Surroundings};
use crate::plugin::{ModelHandle, Plugin};
use crate::trust::{TrustStore, file_model};
use kovacs_home::Home;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The models there are. Making it costs next to nothing: folders are read and libraries opened when the first model is
/// asked for, once. What is built afterwards is seen by another `Models`.
#[derive(Debug)]
pub struct Models {
    places: Vec<Place>,
    gate: Arc<Gate>,
    /// What is wrong with the trust store, where projects could not be read from it.
    complaint: Option<HostError>,
    catalogue: OnceLock<Catalogue>,
}

impl Models {
    /// Models in the places of the running program, in this order: the folders of `KOVACS_MODEL_PATH`; what cargo has
    /// built in the project around the current folder and in the approved projects; `$XDG_DATA_HOME/kovacs/models`; what
    /// came with the program, see [`Home::models`].
    pub fn discover() -> Self {
        Models::with(Home::find())
    }

    /// As [`discover`](Models::discover), for a program in this folder.
    pub fn beside(executable_folder: &Path) -> Self {
        Models::with(Home::of(executable_folder))
    }

    /// Models in these places only.
    pub fn in_places(places: Vec<Place>) -> Self {
        let gate = Arc::new(Gate::new(TrustStore::of_user()));
        Models { places, gate, complaint: None, catalogue: OnceLock::new() }
    }

    /// Asks this trust store instead of the user's.
    #[must_use]
    pub fn trusting(self, store: TrustStore) -> Self {
        Models { gate: Arc::new(store.gate()), ..self }
    }

    /// Opens only what this lock holds, approved or not; `path` is where it lies, for messages.
    #[must_use]
    pub fn locked(self, path: PathBuf, lock: Lock) -> Self {
        let mut gate = Gate::clone(&self.gate);
        gate.keep(path, lock);
        Models { gate: Arc::new(gate), ..self }
    }

    fn with(home: Home) -> Self {
        let store = TrustStore::of_user();
        let (projects, complaint) = match store.read() {
            Ok(approvals) => (approvals.projects.into_iter().map(|project| project.path).collect(), None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let surroundings = Surroundings {
            home: Some(home),
            search_path: env::var_os(places::SEARCH_PATH_VARIABLE),
            current_folder: env::current_dir().ok(),
            projects,
            shared_target: places::shared_target(),
            data_folder: kovacs_home::data_folder(),
        };
        Models { complaint, ..Models::in_places(surroundings.places()) }
    }

    /// The places, in the order of search.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Everything found in the places; displays as a listing. Libraries that have a manifest are not opened for it.
    pub fn catalogue(&self) -> &Catalogue {
        self.catalogue.get_or_init(|| Catalogue::read(&self.places, &self.gate, self.complaint.as_ref()))
    }

    /// Opens a model. `name` is a full id (`org.kovacs.aoi`), its last part (`aoi`), or the absolute path of a library,
    /// with `#id` behind it where the library has several models; `-` may stand for `_`.
    ///
    /// # Errors
    /// Nobody has the model, several have, or the library is refused or not approved; [`HostError::kind`] says which.
    pub fn load(&self, name: &str) -> Result<ModelHandle, HostError> {
        if name.contains(std::path::MAIN_SEPARATOR) { self.load_file(name) } else { self.load_id(name) }
    }

    /// As [`load`](Models::load), and approves the model's library if that is all that is missing: for commands with
    /// `--trust`, which `by` names.
    ///
    /// # Errors
    /// As [`load`](Models::load), and the trust store cannot be written.
    pub fn load_approving(&self, name: &str, by: &str) -> Result<ModelHandle, HostError> {
        let refusal = match self.load(name) {
            Err(error) if error.unapproved().is_some() => error,
            loaded => return loaded,
        };
        self.gate.store().approve(refusal.unapproved().unwrap_or(Path::new("")), by)?;
        let places = self.places.clone();
        Models { places, gate: Arc::clone(&self.gate), complaint: None, catalogue: OnceLock::new() }.load(name)
    }

    fn load_id(&self, name: &str) -> Result<ModelHandle, HostError> {
        let catalogue = self.catalogue();
        let all: Vec<&Entry> = catalogue.entries.iter().filter(|entry| fits(entry.id(), name)).collect();
        // What nobody approved in a folder one happens to work in does not stand in the way of what is approved.
        let counting: Vec<&Entry> = all.iter().copied().filter(|entry| entry.counts()).collect();
        let fitting = if counting.is_empty() { all } else { counting };
        if let Some(error) = catalogue.unapproved_library(name, fitting.first().map(|entry| entry.place)) {
            return Err(error.clone());
        }
        let Some(first) = fitting.first() else { return Err(unknown(name, catalogue)) };
        let id = first.id();
        if fitting.iter().any(|entry| entry.id() != id) {
            let mut ids: Vec<String> = fitting.iter().map(|entry| entry.id().to_owned()).collect();
            ids.sort();
            ids.dedup();
            return Err(HostErrorKind::AmbiguousName { name: name.to_owned(), ids }.into());
        }
        match fitting.iter().skip(1).find(|entry| entry.place == first.place) {
            Some(second) => Err(HostErrorKind::DuplicateInFolder {
                id: id.to_owned(),
                first: first.path().to_path_buf(),
                second: second.path().to_path_buf(),
            }
            .into()),
            None => first.open(&self.gate),
        }
    }

    /// A library named by its path, with or without the id of a model.
    fn load_file(&self, name: &str) -> Result<ModelHandle, HostError> {
        let (path, id) = match name.rsplit_once('#') {
            // A file name may contain a `#` itself.
            Some((path, id)) if !Path::new(name).exists() => (Path::new(path), Some(id)),
            _ => (Path::new(name), None),
        };
        let path = path.to_path_buf();
        if path.is_relative() {
            return Err(HostErrorKind::RelativePath { path }.into());
        }
        let handles = Plugin::open(&path, self.kind_of(&path), &self.gate)?.handles();
        let ids = handles.iter().map(|handle| handle.id().to_owned()).collect();
        let wanted = |handle: &&ModelHandle| id.is_none_or(|id| fits(handle.id(), id));
        let mut found = handles.iter().filter(wanted);
        match (found.next(), found.next()) {
            (Some(only), None) => Ok(only.clone()),
            (Some(_), Some(_)) => Err(HostErrorKind::SeveralModels { path, ids }.into()),
            (None, _) => Err(HostErrorKind::NotInLibrary { path, name: id.unwrap_or_default().to_owned(), ids }.into()),
        }
    }

    /// A path into one of the places is judged as that place is.
    fn kind_of(&self, library: &Path) -> PlaceKind {
        let folder = library.parent().and_then(|folder| folder.canonicalize().ok());
        let same = |place: &&Place| folder.is_some() && place.path.canonicalize().ok() == folder;
        self.places.iter().find(same).map_or(PlaceKind::Named, |place| place.kind)
    }
}

/// Whether the model is called this: full id or last part, `-` for `_`.
fn fits(id: &str, name: &str) -> bool {
    let name = name.replace('-', "_");
    id == name || id.rsplit('.').next() == Some(&name)
}

impl Catalogue {
    /// Why the library that is named after the model cannot be opened: it lies before `place` in a folder that the user
    /// has set up, nobody approved it, and without a manifest nothing but its file name speaks of its models.
    fn unapproved_library(&self, name: &str, place: Option<usize>) -> Option<&HostError> {
        let comes_first = |broken: &usize| place.is_none_or(|place| *broken < place);
        let may_block = |position: usize| place.is_none() || self.places[position].place.kind != PlaceKind::Project;
        self.broken
            .iter()
            .filter(|broken| {
                broken.error.unapproved().is_some() && comes_first(&broken.place) && may_block(broken.place)
            })
            .find(|broken| fits(&file_model(&broken.path), name))
            .map(|broken| &broken.error)
    }
}

fn unknown(name: &str, catalogue: &Catalogue) -> HostError {
    let found = |reading: &crate::PlaceReading| (reading.place.path.clone(), reading.state.to_string());
    let refused = |path: &PathBuf, error: &HostError| match error.kind() {
        HostErrorKind::Library { fault, .. } => match **fault {
            LibraryFault::NotApproved { .. } => (path.clone(), "is not approved (`kovacs model trust`)".to_owned()),
            _ => (path.clone(), fault.to_string()),
        },
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
