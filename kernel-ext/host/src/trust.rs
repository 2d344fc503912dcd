//! The libraries and projects whose code the user has agreed to run.
//!
//! An approval is bound to the SHA-256 of a library, so a file that is exchanged silently is unknown again. It is no
//! judgement of what the code does. A project in which the user writes models is approved as a folder: everything that
//! cargo builds below its `target` may be opened, else every compilation would ask.

use crate::candidate;
use crate::error::HostError;
use crate::gate::Gate;
use crate::own_file::{FORMAT, OwnFile, now};
use crate::places::{self, PlaceKind};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

const COMMENT: &str = "Model libraries whose code you agreed to run, by the SHA-256 of their files, and projects whose \
                       builds you did.\nWritten by `kovacs model trust`; removing an entry withdraws the approval.";

/// Where approvals are kept: one file, `trust.toml` in the user's folder for the state of programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustStore {
    /// `None` where the user has no folder at all: then nothing is approved.
    path: Option<PathBuf>,
}

/// An approved library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Ids of its models as far as a manifest told them; else what its file name speaks of.
    pub models: Vec<String>,
    /// Where it lay when it was approved.
    pub path: PathBuf,
    /// When, UTC.
    pub date: String,
    /// What approved it: a command.
    pub approved_by: String,
}

/// An approved project: a folder with models that the user writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedProject {
    /// The folder with its `Cargo.toml`.
    pub path: PathBuf,
    /// When, UTC.
    pub date: String,
    /// What approved it: a command.
    pub approved_by: String,
}

/// Everything that was approved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approvals {
    format: u32,
    /// Libraries.
    #[serde(default, rename = "library", skip_serializing_if = "Vec::is_empty")]
    pub libraries: Vec<Approval>,
    /// Projects.
    #[serde(default, rename = "project", skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<ApprovedProject>,
}

impl Approvals {
    pub(crate) fn has_library(&self, digest: &str) -> bool {
        self.libraries.iter().any(|library| library.sha256 == digest)
    }

    /// Whether cargo has built a library from an approved project: it lies below the project's `target`, or below the
    /// one place for all builds and cargo's note beside it names sources of the project.
    pub(crate) fn has_build(&self, library: &Path, shared_target: Option<&Path>) -> bool {
        let Ok(library) = library.canonicalize() else { return false };
        let is_below = |folder: &Path| folder.canonicalize().is_ok_and(|folder| library.starts_with(folder));
        let sources = match shared_target.is_some_and(is_below) {
            true => fs::read_to_string(library.with_extension("d")).unwrap_or_default(),
            false => String::new(),
        };
        // As in a makefile, a space in a path has a backslash in front.
        let is_source =
            |path: &Path| sources.contains(&format!(" {}/", path.display().to_string().replace(' ', "\\ ")));
        self.projects.iter().any(|project| is_below(&project.path.join("target")) || is_source(&project.path))
    }
}

impl TrustStore {
    /// The user's: `$XDG_STATE_HOME/kovacs/trust.toml`, by default `~/.local/state/kovacs/trust.toml`.
    pub fn of_user() -> TrustStore {
        TrustStore { path: kovacs_home::state_folder().map(|folder| folder.join("trust.toml")) }
    }

    /// Another one.
    pub fn at(path: PathBuf) -> TrustStore {
        TrustStore { path: Some(path) }
    }

    /// Its file; `None` where the user has no folder for it.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Reads what was approved; nothing where there is no file yet.
    ///
    /// # Errors
    /// The file is damaged, or somebody else could have written it.
    pub fn read(&self) -> Result<Approvals, HostError> {
        let Some(path) = &self.path else { return Ok(Approvals::default()) };
        let file = store_file(path);
        file.check_owner()?;
        Ok(file.read()?.unwrap_or_default())
    }

    /// Approves a library: this very content, wherever it lies from now on. `by` is what approves it, as the store
    /// records it: `kovacs model trust`.
    ///
    /// # Errors
    /// The file is no model library of this platform, somebody else could change it, or the store cannot be written.
    pub fn approve(&self, library: &Path, by: &str) -> Result<Approval, HostError> {
        if library.is_relative() {
            return Err(crate::HostErrorKind::RelativePath { path: library.to_path_buf() }.into());
        }
        let refused = |fault| HostError::library(library, fault);
        let found = candidate::examine(library, PlaceKind::Named).map_err(refused)?;
        let models = match &found.manifest {
            Some(manifest) => manifest.ids(),
            None => vec![file_model(library)],
        };
        let approval = Approval {
            sha256: found.digest,
            models,
            path: library.to_path_buf(),
            date: now(),
            approved_by: by.to_owned(),
        };
        self.change(|approvals| {
            if !approvals.has_library(&approval.sha256) {
                approvals.libraries.push(approval.clone());
            }
        })?;
        Ok(approval)
    }

    /// Approves everything that cargo builds in a project, and has it searched for models from any folder.
    ///
    /// # Errors
    /// The folder has no `Cargo.toml`, or the store cannot be written.
    pub fn approve_project(&self, folder: &Path, by: &str) -> Result<ApprovedProject, HostError> {
        let not_a_project = || crate::HostErrorKind::NotAProject { path: folder.to_path_buf() };
        let path = folder.canonicalize().map_err(|_| not_a_project())?;
        if !path.join("Cargo.toml").is_file() {
            return Err(not_a_project().into());
        }
        let project = ApprovedProject { path, date: now(), approved_by: by.to_owned() };
        self.change(|approvals| {
            if approvals.projects.iter().all(|known| known.path != project.path) {
                approvals.projects.push(project.clone());
            }
        })?;
        Ok(project)
    }

    /// Withdraws the approvals of a library or project by its path, or of a library by its digest; says how many there
    /// were.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub fn withdraw(&self, path_or_digest: &str) -> Result<usize, HostError> {
        let path = Path::new(path_or_digest);
        let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let mut count = 0;
        self.change(|approvals| {
            let before = approvals.libraries.len() + approvals.projects.len();
            approvals.libraries.retain(|library| library.sha256 != path_or_digest && library.path != path);
            approvals.projects.retain(|project| project.path != path);
            count = before - approvals.libraries.len() - approvals.projects.len();
        })?;
        Ok(count)
    }

    /// Reads, changes and writes the store while nobody else does.
    fn change(&self, change: impl FnOnce(&mut Approvals)) -> Result<(), HostError> {
        let path = self.path.as_deref().ok_or(crate::HostErrorKind::NoStore)?;
        let _alone = alone(path);
        let mut approvals = self.read()?;
        approvals.format = FORMAT;
        change(&mut approvals);
        store_file(path).write(COMMENT, &approvals, 0o600)
    }

    pub(crate) fn gate(&self) -> Gate {
        Gate::new(self.clone())
    }
}

/// Two programs that approve at the same time must not lose one of the approvals. Where the lock cannot be had, the
/// write that follows says what is wrong with the folder.
fn alone(path: &Path) -> Option<File> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path.parent()?).ok()?;
    let file = File::options().create(true).truncate(false).write(true).open(path.with_extension("lock")).ok()?;
    file.lock().ok()?;
    Some(file)
}

fn store_file(path: &Path) -> OwnFile<'_> {
    OwnFile { what: "trust store", path, remedy: "repair it or remove it, and approve your libraries again" }
}

/// What a library's file name says of its model.
pub(crate) fn file_model(library: &Path) -> String {
    let stem = || library.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    places::model_of_library(library).map(str::to_owned).or_else(stem).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_belongs_to_the_project_whose_sources_it_was_made_of() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        let (mine, shared) = (home.join("my models"), home.join("builds"));
        let build = |folder: &Path, model: &str, source: &Path| {
            fs::create_dir_all(folder).unwrap();
            let library = folder.join(places::library_name(model));
            fs::write(&library, "").unwrap();
            let source = source.join("src").join("lib.rs").display().to_string().replace(' ', "\\ ");
            fs::write(library.with_extension("d"), format!("{}: {source}\n", library.display())).unwrap();
            library
        };
        let project = ApprovedProject { path: mine.clone(), date: now(), approved_by: "a test".to_owned() };
        let approvals = Approvals { projects: vec![project], ..Approvals::default() };
        let own = build(&mine.join("target").join("debug"), "own", &mine);
        assert!(approvals.has_build(&own, None));
        let in_shared = build(&shared.join("debug"), "mine", &mine);
        assert!(approvals.has_build(&in_shared, Some(&shared)) && !approvals.has_build(&in_shared, None));
        let strange = build(&shared.join("debug"), "strange", &home.join("my models and others"));
        assert!(!approvals.has_build(&strange, Some(&shared)));
        let outside = build(&mine.join("downloads"), "outside", &mine);
        assert!(!approvals.has_build(&outside, Some(&shared)));
    }
}
