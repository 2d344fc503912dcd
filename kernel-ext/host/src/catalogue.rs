//! What was found in the places: models, shadowed models, refused libraries.
//!
//! A library with a manifest is listed without being opened. One without is opened if it may be, since only it knows
//! what is in it; if it may not, its file name is all there is to say.

use crate::candidate;
use crate::error::{HostError, HostErrorKind, LibraryFault, shell_word};
use crate::gate::Gate;
use crate::places::{Place, PlaceKind, is_library_name};
use crate::plugin::{ModelHandle, Plugin};
use kovacs_core::model::ModelDescription;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A model that was found.
#[derive(Clone, Debug)]
pub struct Entry {
    description: ModelDescription,
    path: PathBuf,
    kind: PlaceKind,
    digest: String,
    warnings: Vec<String>,
    source: EntrySource,
    /// Position of its place in [`Catalogue::places`].
    pub place: usize,
    /// The library that is used instead, where an earlier place has a model of the same id.
    pub shadowed_by: Option<PathBuf>,
}

/// How the model is known.
#[derive(Clone, Debug)]
enum EntrySource {
    /// From its opened library.
    Opened(ModelHandle),
    /// From the manifest of a library that may be opened.
    Manifest,
    /// From the manifest of a library that may not be opened, and why.
    Refused(HostError),
}

impl Entry {
    /// Everything the model says of itself, or its manifest of it.
    pub fn description(&self) -> &ModelDescription {
        &self.description
    }

    /// Full id.
    pub fn id(&self) -> &str {
        &self.description.id
    }

    /// The library's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// SHA-256 of the library, hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What was doubtful about the library without being refused.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Whether the library was opened for the listing; one with a manifest is not.
    pub fn is_opened(&self) -> bool {
        matches!(self.source, EntrySource::Opened(_))
    }

    /// Why the model cannot be opened: its library is not approved, or not in the lock.
    pub fn refusal(&self) -> Option<&HostError> {
        match &self.source {
            EntrySource::Refused(error) => Some(error),
            EntrySource::Opened(_) | EntrySource::Manifest => None,
        }
    }

    /// Whether the model takes part in the search by name. One that nobody approved, in a folder that is searched only
    /// because one works there, does not.
    pub(crate) fn counts(&self) -> bool {
        self.refusal().is_none() || self.kind != PlaceKind::Project
    }

    /// The model, opened now if that has not been done.
    pub(crate) fn open(&self, gate: &Arc<Gate>) -> Result<ModelHandle, HostError> {
        if let EntrySource::Opened(handle) = &self.source {
            return Ok(handle.clone());
        }
        let handles = Plugin::open(&self.path, self.kind, gate)?.handles();
        let ids = handles.iter().map(|handle| handle.id().to_owned()).collect();
        handles
            .into_iter()
            .find(|handle| handle.id() == self.id())
            .ok_or_else(|| HostErrorKind::ModelGone { path: self.path.clone(), id: self.id().to_owned(), ids }.into())
    }
}

/// A library that was found and refused.
#[derive(Clone, Debug)]
pub struct BrokenLibrary {
    /// Its file.
    pub path: PathBuf,
    /// Position of its place in [`Catalogue::places`].
    pub place: usize,
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
    /// Every model, shadowed and unapproved ones included.
    pub entries: Vec<Entry>,
    /// Libraries that were refused, or are not approved and have no manifest. They do not keep the others from working.
    pub broken: Vec<BrokenLibrary>,
    /// What is wrong with the search as a whole.
    pub warnings: Vec<String>,
}

impl Catalogue {
    /// Looks at every library in the places.
    pub(crate) fn read(places: &[Place], gate: &Arc<Gate>, complaint: Option<&HostError>) -> Self {
        let warnings = complaint.iter().map(|error| format!("projects are not searched: {error}")).collect();
        let mut catalogue = Catalogue { places: Vec::new(), entries: Vec::new(), broken: Vec::new(), warnings };
        for (position, place) in places.iter().enumerate() {
            let (state, files) = libraries_in(place);
            catalogue.places.push(PlaceReading { place: place.clone(), state });
            for path in files {
                match entries_of(&path, place.kind, position, gate) {
                    Ok(entries) => entries.into_iter().for_each(|entry| catalogue.add(entry)),
                    Err(error) => catalogue.broken.push(BrokenLibrary { path, place: position, error }),
                }
            }
        }
        // A copy of a library that is used needs no word: cargo makes such copies.
        let used: Vec<String> = catalogue.models().map(|model| model.digest().to_owned()).collect();
        catalogue.broken.retain(|broken| match broken.error.kind() {
            HostErrorKind::Library { fault, .. } => match &**fault {
                LibraryFault::NotApproved { digest, .. } => !used.contains(digest),
                _ => true,
            },
            _ => true,
        });
        catalogue
    }

    /// The models that are used: those that may be opened and that no earlier place has.
    pub fn models(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.shadowed_by.is_none() && entry.refusal().is_none())
    }

    fn add(&mut self, mut entry: Entry) {
        let earlier = self.entries.iter().find(|earlier| {
            // Within one folder nobody comes first: that is an error when the model is asked for.
            let is_used = earlier.counts() && earlier.shadowed_by.is_none();
            is_used && earlier.place != entry.place && earlier.id() == entry.id()
        });
        entry.shadowed_by = earlier.map(|earlier| earlier.path.clone());
        self.entries.push(entry);
    }
}

/// The models of a library, from its manifest if it has one.
fn entries_of(path: &Path, kind: PlaceKind, place: usize, gate: &Arc<Gate>) -> Result<Vec<Entry>, HostError> {
    let refused = |fault: LibraryFault| HostError::library(path, fault);
    let candidate = candidate::examine(path, kind).map_err(refused)?;
    let entry = |description: ModelDescription, digest: &str, warnings: &[String], source| Entry {
        description,
        path: path.to_path_buf(),
        kind,
        digest: digest.to_owned(),
        warnings: warnings.to_vec(),
        source,
        place,
        shadowed_by: None,
    };
    let Some(manifest) = &candidate.manifest else {
        let handles = Plugin::open_candidate(candidate, gate, 1)?.handles();
        let opened = handles.into_iter().map(|handle| {
            let source = EntrySource::Opened(handle.clone());
            entry(handle.description().clone(), handle.digest(), handle.warnings(), source)
        });
        return Ok(opened.collect());
    };
    let pass = candidate.pass(gate).map_err(refused);
    let listed = manifest.models().map(|mut description| {
        description.path = Some(path.display().to_string());
        let source = pass.clone().map_or_else(EntrySource::Refused, |()| EntrySource::Manifest);
        entry(description, &candidate.digest, &candidate.warnings, source)
    });
    Ok(listed.collect())
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
        self.models().any(|used| used.id() == shadowed.id() && used.digest() == shadowed.digest())
    }
}

/// The listing as people read it: one line per model, then what is shadowed, not approved, refused and doubtful, then
/// the places.
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
            let (id, path) = (entry.id(), entry.path().display());
            if let Some(error) = entry.refusal() {
                writeln!(
                    f,
                    "{}: `{id}` {}{}",
                    state_word(error),
                    entry.description.version,
                    remedy(error, &entry.path)
                )?;
            } else if let Some(used) = entry.shadowed_by.as_ref().filter(|_| !self.has_twin(entry)) {
                writeln!(f, "shadowed: `{id}` in {path}, because {} comes first", used.display())?;
            }
        }
        for broken in &self.broken {
            match broken.error.unapproved() {
                Some(path) => writeln!(f, "not approved: {}{}", path.display(), remedy(&broken.error, path))?,
                None => writeln!(f, "refused: {}", broken.error)?,
            }
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        writeln!(f, "searched:")?;
        for reading in &self.places {
            writeln!(f, "  {}: {}", reading.place.path.display(), reading.state)?;
        }
        Ok(())
    }
}

fn state_word(error: &HostError) -> &'static str {
    if error.unapproved().is_some() { "not approved" } else { "refused" }
}

/// What to do about a model that may not be opened.
fn remedy(error: &HostError, path: &Path) -> String {
    match error.kind() {
        HostErrorKind::Library { fault, .. } if error.unapproved().is_none() => format!(": {} {fault}", path.display()),
        _ => format!("; to approve it: kovacs model trust {}", shell_word(path)),
    }
}
