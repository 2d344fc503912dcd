//! A library that was found, looked at from every side that does not run its code.

use crate::error::LibraryFault;
use crate::gate::Gate;
use crate::inspect::inspect;
use crate::manifest::Manifest;
use crate::places::PlaceKind;
use crate::source;
use std::path::{Path, PathBuf};

/// The verified bytes of a library, with everything known of them.
pub(crate) struct Candidate {
    pub(crate) path: PathBuf,
    pub(crate) kind: PlaceKind,
    pub(crate) bytes: Vec<u8>,
    /// SHA-256, hexadecimal.
    pub(crate) digest: String,
    pub(crate) manifest: Option<Manifest>,
    pub(crate) warnings: Vec<String>,
}

/// Reads and judges a library's file, its manifest and what is in it.
///
/// # Errors
/// Any of these refuses it.
pub(crate) fn examine(path: &Path, kind: PlaceKind) -> Result<Candidate, LibraryFault> {
    let source::Source { bytes, digest, mut warnings } = source::read(path, kind)?;
    let manifest = Manifest::read(path).map_err(LibraryFault::OwnFile)?;
    if let Some(manifest) = &manifest {
        manifest.fits_here(path)?;
    }
    inspect(&bytes)?;
    let stale = manifest.as_ref().filter(|manifest| manifest.digest() != digest).map(|manifest| {
        let (stated, found) = (manifest.digest().to_owned(), digest.clone());
        LibraryFault::ManifestDigest { manifest: Manifest::beside(path), stated, found }
    });
    let manifest = match (stale, kind) {
        (None, _) => manifest,
        // Whoever compiles again has not written the manifest anew yet; the library speaks for itself.
        (Some(fault), PlaceKind::Built | PlaceKind::Project) => {
            warnings.push(fault.to_string());
            None
        }
        (Some(fault), _) => return Err(fault),
    };
    Ok(Candidate { path: path.to_path_buf(), kind, bytes, digest, manifest, warnings })
}

/// Reads and judges a library's file and what is in it; a manifest beside it is not looked at.
///
/// # Errors
/// Any of these refuses it.
pub(crate) fn without_manifest(path: &Path) -> Result<Candidate, LibraryFault> {
    let kind = PlaceKind::Named;
    let source::Source { bytes, digest, warnings } = source::read(path, kind)?;
    inspect(&bytes)?;
    Ok(Candidate { path: path.to_path_buf(), kind, bytes, digest, manifest: None, warnings })
}

impl Candidate {
    /// Whether it may be opened.
    ///
    /// # Errors
    /// It is not approved, or not in the lock.
    pub(crate) fn pass(&self, gate: &Gate) -> Result<(), LibraryFault> {
        gate.check(&self.path, self.kind, &self.digest, self.bytes.len(), self.manifest.as_ref())
    }
}
