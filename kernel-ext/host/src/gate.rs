//! Whether a library may be opened: approved by the user, in the lock if there is one to keep.

use crate::error::{HostError, LibraryFault};
use crate::lock::{self, Lock};
use crate::manifest::Manifest;
use crate::places::{PlaceKind, shared_target};
use crate::trust::{Approvals, TrustStore, file_model};
use std::path::{Path, PathBuf};

/// What decides. It can be tightened by a lock, never loosened.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    store: TrustStore,
    lock: Option<(PathBuf, Lock)>,
}

impl Gate {
    pub(crate) fn new(store: TrustStore) -> Gate {
        Gate { store, lock: None }
    }

    pub(crate) fn store(&self) -> &TrustStore {
        &self.store
    }

    pub(crate) fn keep(&mut self, path: PathBuf, lock: Lock) {
        self.lock = Some((path, lock));
    }

    /// Judges one library by where it lies and what it is.
    ///
    /// # Errors
    /// It is not approved, not in the lock, or the store cannot be read.
    pub(crate) fn check(
        &self,
        path: &Path,
        kind: PlaceKind,
        digest: &str,
        size: usize,
        manifest: Option<&Manifest>,
    ) -> Result<(), LibraryFault> {
        let own_file = |error: &HostError| LibraryFault::OwnFile(error.clone());
        let process = lock::of_process().map(|duty| duty.as_ref().map_err(own_file)).transpose()?;
        for (lock_path, lock) in process.into_iter().chain(&self.lock) {
            if !lock.has(digest) {
                return Err(LibraryFault::NotLocked { digest: digest.to_owned(), lock: lock_path.clone() });
            }
        }
        if matches!(kind, PlaceKind::Built | PlaceKind::Installed) {
            return Ok(());
        }
        let approvals: Approvals = self.store.read().map_err(|error| own_file(&error))?;
        if approvals.has_library(digest) || approvals.has_build(path, shared_target().as_deref()) {
            return Ok(());
        }
        Err(LibraryFault::NotApproved {
            path: path.to_path_buf(),
            models: manifest.map_or_else(|| vec![format!("{} (by its file name)", file_model(path))], Manifest::ids),
            size: size as u64,
            digest: digest.to_owned(),
        })
    }
}
