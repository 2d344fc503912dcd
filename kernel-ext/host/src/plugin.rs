//! A library that was found and opened, and the models in it.

use crate::error::{HostError, LibraryFault};
use crate::ffi::{self, Library};
use crate::inspect::inspect;
use crate::instance::Instance;
use crate::places::PlaceKind;
use crate::{private_copy, source};
use kovacs_core::model::{EvaluationError, ModelDescription};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An opened library together with the file it came from.
pub(crate) struct Plugin {
    path: PathBuf,
    library: Arc<Library>,
    descriptions: Vec<ModelDescription>,
    warnings: Vec<String>,
}

impl Plugin {
    /// Reads, judges, inspects, copies and opens a library.
    ///
    /// # Errors
    /// Any of these steps refuses it.
    pub(crate) fn open(path: &Path, kind: PlaceKind) -> Result<Arc<Plugin>, HostError> {
        let refused = |fault: LibraryFault| HostError::library(path, fault);
        let source = source::read(path, kind).map_err(refused)?;
        inspect(&source.bytes).map_err(refused)?;
        let copy = || private_copy::write(&source.bytes, &source.digest);
        let library = ffi::open_once(&source.digest, copy).map_err(|fault| HostError::library(path, fault))?;
        let located = |model: &ffi::Model| {
            let path = Some(path.display().to_string());
            ModelDescription { path, ..model.description.clone() }
        };
        Ok(Arc::new(Plugin {
            path: path.to_path_buf(),
            descriptions: library.models.iter().map(located).collect(),
            warnings: source.warnings.into_iter().chain(library.warnings.iter().cloned()).collect(),
            library,
        }))
    }

    /// Handles to all models of the library.
    pub(crate) fn handles(self: &Arc<Self>) -> Vec<ModelHandle> {
        (0..self.descriptions.len()).map(|index| ModelHandle { plugin: Arc::clone(self), index }).collect()
    }
}

/// A model of an opened library. Owned, cheap to clone, and made for a notebook variable: assigning another handle to
/// the variable swaps the model.
#[derive(Clone)]
pub struct ModelHandle {
    plugin: Arc<Plugin>,
    /// Position in the library; handles are made for existing positions only.
    index: usize,
}

impl ModelHandle {
    /// Everything the model says of itself, with digest and path of its library.
    pub fn description(&self) -> &ModelDescription {
        &self.plugin.descriptions[self.index]
    }

    /// Full id.
    pub fn id(&self) -> &str {
        &self.description().id
    }

    /// SHA-256 of the library, hexadecimal.
    pub fn digest(&self) -> &str {
        &self.plugin.library.digest
    }

    /// The library's file.
    pub fn path(&self) -> &Path {
        &self.plugin.path
    }

    /// What the library says of its build: compiler, target, revision.
    pub fn build(&self) -> &str {
        &self.plugin.library.build
    }

    /// What was doubtful about the library without being refused: loose permissions, a changed floating-point mode.
    pub fn warnings(&self) -> &[String] {
        &self.plugin.warnings
    }

    /// What the library has logged so far, oldest first, each with its level (0 debug, 1 info, 2 warning).
    pub fn log(&self) -> Vec<(i32, String)> {
        self.plugin.library.log().into_iter().map(|line| (line.level, line.message)).collect()
    }

    /// Makes an instance; one value per setting, none at all for the defaults.
    ///
    /// # Errors
    /// [`EvaluationError::SettingsRefused`], or [`EvaluationError::Broken`] if the model could not be made.
    pub fn instance(&self, settings: &[f64]) -> Result<Instance, EvaluationError> {
        Instance::new(self.clone(), settings)
    }

    pub(crate) fn model(&self) -> &ffi::Model {
        &self.plugin.library.models[self.index]
    }
}

impl fmt::Debug for ModelHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ModelHandle({} from {})", self.id(), self.path().display())
    }
}
