//! A library that was found and opened, and the models in it.

use crate::candidate::{self, Candidate};
use crate::error::{HostError, HostErrorKind, LibraryFault};
use crate::ffi::{self, Library};
use crate::gate::Gate;
use crate::instance::Instance;
use crate::places::PlaceKind;
use crate::private_copy::{self, PrivateCopy};
use crate::trust::TrustStore;
use crate::worker::{Isolated, WorkerProgram};
use kovacs_core::model::{EvaluationError, ModelDescription};
use kovacs_core::swap::SwapReport;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// So many versions of one model in a process are reported: each stays mapped until the process ends.
const MANY_GENERATIONS: u32 = 50;

/// An opened library together with the file it came from.
pub(crate) struct Plugin {
    path: PathBuf,
    kind: PlaceKind,
    gate: Arc<Gate>,
    opened: Arc<Library>,
    descriptions: Vec<ModelDescription>,
    warnings: Vec<String>,
    /// 1 for what was loaded first, 2 for what a reload put in its place.
    generation: u32,
}

impl Plugin {
    /// Reads, judges, inspects, copies and opens a library.
    ///
    /// # Errors
    /// Any of these steps refuses it.
    pub(crate) fn open(path: &Path, kind: PlaceKind, gate: &Arc<Gate>) -> Result<Arc<Plugin>, HostError> {
        let candidate = candidate::examine(path, kind).map_err(|fault| HostError::library(path, fault))?;
        Plugin::open_candidate(candidate, gate, 1)
    }

    /// Opens what was examined already.
    ///
    /// # Errors
    /// It is not approved, cannot be copied or opened, or its tables are refused.
    pub(crate) fn open_candidate(
        candidate: Candidate,
        gate: &Arc<Gate>,
        generation: u32,
    ) -> Result<Arc<Plugin>, HostError> {
        candidate.pass(gate).map_err(|fault| HostError::library(&candidate.path, fault))?;
        Plugin::open_passed(candidate, gate, generation)
    }

    /// Opens a library to be tested: nobody need have approved it, and its manifest is not looked at.
    ///
    /// # Errors
    /// It cannot be read, copied or opened, or its tables are refused.
    pub(crate) fn open_to_test(path: &Path) -> Result<Arc<Plugin>, HostError> {
        let candidate = candidate::without_manifest(path).map_err(|fault| HostError::library(path, fault))?;
        Plugin::open_passed(candidate, &Arc::new(TrustStore::of_user().gate()), 1)
    }

    fn open_passed(candidate: Candidate, gate: &Arc<Gate>, generation: u32) -> Result<Arc<Plugin>, HostError> {
        let refused = |fault: LibraryFault| HostError::library(&candidate.path, fault);
        let copy = || private_copy::write(&candidate.bytes, &candidate.digest);
        let library = ffi::open_once(&candidate.digest, copy);
        let library = library.map_err(|fault| HostError::library(&candidate.path, fault))?;
        if let Some(manifest) = &candidate.manifest {
            let models = library.models.iter().map(|model| &model.description);
            manifest.agrees_with(&candidate.path, models).map_err(refused)?;
        }
        let located = |model: &ffi::Model| {
            let path = Some(candidate.path.display().to_string());
            ModelDescription { path, ..model.description.clone() }
        };
        Ok(Arc::new(Plugin {
            descriptions: library.models.iter().map(located).collect(),
            warnings: candidate.warnings.into_iter().chain(library.warnings.iter().cloned()).collect(),
            path: candidate.path,
            kind: candidate.kind,
            gate: Arc::clone(gate),
            opened: library,
            generation,
        }))
    }

    /// Opens a private copy that another process of this program has verified, approved and written.
    ///
    /// # Errors
    /// It is not what its digest says, or its tables are refused.
    pub(crate) fn open_copy(path: &Path, digest: &str) -> Result<Arc<Plugin>, HostError> {
        let refused = |fault: LibraryFault| HostError::library(path, fault);
        let candidate = candidate::examine(path, PlaceKind::Named).map_err(refused)?;
        if candidate.digest != digest {
            let (stated, found) = (digest.to_owned(), candidate.digest);
            return Err(refused(LibraryFault::OtherCopy { stated, found }));
        }
        let copy = || Ok(PrivateCopy::at(path.to_path_buf()));
        let library = ffi::open_once(digest, copy).map_err(|fault| HostError::library(path, fault))?;
        Ok(Arc::new(Plugin {
            path: path.to_path_buf(),
            kind: PlaceKind::Named,
            gate: Arc::new(TrustStore::of_user().gate()),
            descriptions: library.models.iter().map(|model| model.description.clone()).collect(),
            warnings: Vec::new(),
            opened: library,
            generation: 1,
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

    /// The models of the same library, this one included, in its order.
    pub fn siblings(&self) -> impl Iterator<Item = &ModelDescription> + Clone {
        self.plugin.descriptions.iter()
    }

    /// Full id.
    pub fn id(&self) -> &str {
        &self.description().id
    }

    /// SHA-256 of the library, hexadecimal.
    pub fn digest(&self) -> &str {
        &self.plugin.opened.digest
    }

    /// The library's file.
    pub fn path(&self) -> &Path {
        &self.plugin.path
    }

    /// How often the model was reloaded with other code, plus one.
    pub fn generation(&self) -> u32 {
        self.plugin.generation
    }

    /// What the library says of its build: compiler, target, revision.
    pub fn build(&self) -> &str {
        &self.plugin.opened.build
    }

    /// What was doubtful about the library without being refused: loose permissions, a changed floating-point mode.
    pub fn warnings(&self) -> &[String] {
        &self.plugin.warnings
    }

    /// What the library has logged so far, oldest first, each with its level (0 debug, 1 info, 2 warning).
    pub fn log(&self) -> Vec<(i32, String)> {
        self.plugin.opened.log().into_iter().map(|line| (line.level, line.message)).collect()
    }

    /// Makes an instance; one value per setting, none at all for the defaults.
    ///
    /// # Errors
    /// [`EvaluationError::SettingsRefused`], or [`EvaluationError::Broken`] if the model could not be made.
    pub fn instance(&self, settings: &[f64]) -> Result<Instance, EvaluationError> {
        Instance::new(self.clone(), settings)
    }

    /// As [`instance`](ModelHandle::instance), in a worker process: a crash, a hang or an end of the model's code is an
    /// error of the call and nothing more, and the next call starts the worker anew. A call costs some microseconds more.
    ///
    /// # Errors
    /// As [`instance`](ModelHandle::instance), or the worker cannot be started.
    pub fn isolated(&self, settings: &[f64]) -> Result<Isolated, EvaluationError> {
        Isolated::start(self, settings)
    }

    /// As [`isolated`](ModelHandle::isolated), with this program as the worker.
    ///
    /// # Errors
    /// As [`isolated`](ModelHandle::isolated).
    pub fn isolated_in(&self, program: WorkerProgram, settings: &[f64]) -> Result<Isolated, EvaluationError> {
        Isolated::start_in(self, settings, program)
    }

    /// The verified copy of the library, written again if it has been removed.
    pub(crate) fn private_copy(&self) -> Result<PrivateCopy, HostError> {
        let Plugin { path, kind, .. } = &*self.plugin;
        if let Some(copy) = private_copy::existing(self.digest()) {
            return Ok(copy);
        }
        let refused = |fault: LibraryFault| HostError::library(path, fault);
        let candidate = candidate::examine(path, *kind).map_err(refused)?;
        if candidate.digest != self.digest() {
            let (stated, found) = (self.digest().to_owned(), candidate.digest);
            return Err(refused(LibraryFault::OtherCopy { stated, found }));
        }
        private_copy::write(&candidate.bytes, &candidate.digest).map_err(refused)
    }

    /// Looks at the library's file again and takes what was built meanwhile. Instances and handles made before keep the
    /// old code. The report says what has changed, or that nothing has; with an error the handle stays as it was.
    ///
    /// # Errors
    /// The file is refused as at the first time, the model is no longer in it, or numbers written for the old model are
    /// lost or mean something else ([`HostErrorKind::BreakingReload`]).
    pub fn reload(&mut self) -> Result<SwapReport, HostError> {
        self.take_rebuilt(false)
    }

    /// As [`reload`](ModelHandle::reload), and takes a model that lacks parameters or has other units, too.
    ///
    /// # Errors
    /// The file is refused as at the first time, or the model is no longer in it.
    pub fn reload_breaking(&mut self) -> Result<SwapReport, HostError> {
        self.take_rebuilt(true)
    }

    fn take_rebuilt(&mut self, breaking: bool) -> Result<SwapReport, HostError> {
        let Plugin { path, kind, gate, generation, .. } = &*self.plugin;
        let candidate = candidate::examine(path, *kind).map_err(|fault| HostError::library(path, fault))?;
        if candidate.digest == self.digest() {
            return Ok(SwapReport::between(self.description(), self.description()));
        }
        let rebuilt = Plugin::open_candidate(candidate, gate, generation + 1)?;
        let position = rebuilt.descriptions.iter().position(|model| model.id == self.id());
        let Some(index) = position else {
            let ids = rebuilt.descriptions.iter().map(|model| model.id.clone()).collect();
            return Err(HostErrorKind::ModelGone { path: path.clone(), id: self.id().to_owned(), ids }.into());
        };
        let rebuilt = ModelHandle { plugin: rebuilt, index };
        let report = SwapReport::between(self.description(), rebuilt.description());
        if report.is_breaking() && !breaking {
            return Err(HostErrorKind::BreakingReload { report: Box::new(report) }.into());
        }
        *self = rebuilt;
        Ok(report)
    }

    /// What a person should know when a process has loaded very many versions of the model.
    pub fn generations_note(&self) -> Option<String> {
        (self.generation() >= MANY_GENERATIONS).then(|| {
            format!(
                "this is version {} of `{}` in this process, and all of them stay in memory; restart the session to \
                 free it",
                self.generation(),
                self.description().short_id()
            )
        })
    }

    pub(crate) fn opened(&self) -> &Library {
        &self.plugin.opened
    }

    pub(crate) fn model(&self) -> &ffi::Model {
        &self.plugin.opened.models[self.index]
    }
}

impl fmt::Debug for ModelHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ModelHandle({} from {})", self.id(), self.path().display())
    }
}
