//! What was found in the places: models, shadowed models, refused libraries.

use crate::error::HostError;
use crate::places::{Place, is_library_name};
use crate::plugin::{ModelHandle, Plugin};
use std::fmt;
use std::fs;
use std::path::PathBuf;

/// A model that was found.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The model.
    pub handle: ModelHandle,
    /// Position of its place in [`Catalogue::places`].
    pub place: usize,
    /// The library that is used instead, where an earlier place has a model of the same id.
    pub shadowed_by: Option<PathBuf>,
}

/// A library that was found and refused.
#[derive(Clone, Debug)]
pub struct BrokenLibrary {
    /// Its file.
    pub path: PathBuf,
    /// Why it is refused.
    pub error: HostError,
}

/// What a place turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceState {
    /// Searched; so many libraries.
    Libraries(usize),
    /// It does not exist.
    Missing,
    /// It exists and cannot be read; the reason.
    Unreadable(String),
    /// A relative path, which is never searched.
    Relative,
}

impl fmt::Display for PlaceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlaceState::Libraries(0) => write!(f, "no model library"),
            PlaceState::Libraries(1) => write!(f, "1 model library"),
            PlaceState::Libraries(count) => write!(f, "{count} model libraries"),
            PlaceState::Missing => write!(f, "does not exist"),
            PlaceState::Unreadable(reason) => write!(f, "cannot be read ({reason})"),
            PlaceState::Relative => write!(f, "ignored, because the path is relative"),
        }
    }
}

/// A place and what it turned out to be.
#[derive(Clone, Debug)]
pub struct PlaceReading {
    /// The place.
    pub place: Place,
    /// What was found.
    pub state: PlaceState,
}

/// Everything found in the places, in their order.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// Every place, in the order of search.
    pub places: Vec<PlaceReading>,
    /// Every model, shadowed ones included.
    pub entries: Vec<Entry>,
    /// Libraries that were refused. They do not keep the others from working.
    pub broken: Vec<BrokenLibrary>,
}

impl Catalogue {
    /// Opens every library in the places.
    pub(crate) fn read(places: &[Place]) -> Self {
        let mut catalogue = Catalogue { places: Vec::new(), entries: Vec::new(), broken: Vec::new() };
        for place in places {
            let (state, files) = libraries_in(place);
            catalogue.places.push(PlaceReading { place: place.clone(), state });
            for path in files {
                catalogue.add(path, place);
            }
        }
        catalogue
    }

    /// The models that are used: those that no earlier place has.
    pub fn models(&self) -> impl Iterator<Item = &ModelHandle> {
        self.entries.iter().filter(|entry| entry.shadowed_by.is_none()).map(|entry| &entry.handle)
    }

    fn add(&mut self, path: PathBuf, place: &Place) {
        let position = self.places.len() - 1;
        match Plugin::open(&path, place.kind) {
            Ok(plugin) => {
                for handle in plugin.handles() {
                    let earlier = self.entries.iter().find(|entry| {
                        // Within one folder nobody comes first: that is an error when the model is asked for.
                        entry.place != position && entry.shadowed_by.is_none() && entry.handle.id() == handle.id()
                    });
                    let shadowed_by = earlier.map(|entry| entry.handle.path().to_path_buf());
                    self.entries.push(Entry { handle, place: position, shadowed_by });
                }
            }
            Err(error) => self.broken.push(BrokenLibrary { path, error }),
        }
    }
}

/// The libraries of a place, in the order of their names.
fn libraries_in(place: &Place) -> (PlaceState, Vec<PathBuf>) {
    let path = &place.path;
    if path.is_relative() {
        return (PlaceState::Relative, Vec::new());
    }
    match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return (PlaceState::Missing, Vec::new()),
        Err(error) => return (PlaceState::Unreadable(error.to_string()), Vec::new()),
        Ok(metadata) if !metadata.is_dir() => return (PlaceState::Libraries(1), vec![path.clone()]),
        Ok(_) => {}
    }
    match fs::read_dir(path) {
        Ok(entries) => {
            let mut files: Vec<PathBuf> =
                entries.flatten().map(|entry| entry.path()).filter(|path| is_library_name(path)).collect();
            files.sort();
            (PlaceState::Libraries(files.len()), files)
        }
        Err(error) => (PlaceState::Unreadable(error.to_string()), Vec::new()),
    }
}

impl Catalogue {
    /// Whether the model that is used in place of a shadowed one is the same code: a copy, such as cargo makes.
    fn has_twin(&self, shadowed: &Entry) -> bool {
        self.models().any(|used| used.id() == shadowed.handle.id() && used.digest() == shadowed.handle.digest())
    }
}

/// The listing as people read it: one line per model, then what is shadowed, refused and doubtful, then the places.
impl fmt::Display for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.models().map(|model| model.id().len()).max().unwrap_or(0);
        for model in self.models() {
            let about = model.description();
            writeln!(f, "{:width$}  {}  {}  {}", about.id, about.version, about.summary, model.path().display())?;
            for warning in model.warnings() {
                writeln!(f, "{:width$}  warning: {warning}", "")?;
            }
        }
        for entry in &self.entries {
            if let Some(used) = entry.shadowed_by.as_ref().filter(|_| !self.has_twin(entry)) {
                let (id, path) = (entry.handle.id(), entry.handle.path().display());
                writeln!(f, "shadowed: `{id}` in {path}, because {} comes first", used.display())?;
            }
        }
        for broken in &self.broken {
            writeln!(f, "refused: {}", broken.error)?;
        }
        writeln!(f, "searched:")?;
        for reading in &self.places {
            writeln!(f, "  {}: {}", reading.place.path.display(), reading.state)?;
        }
        Ok(())
    }
}
