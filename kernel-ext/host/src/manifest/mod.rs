//! The manifest beside a library: what is in it, readable without running it.
//!
//! `aoi.model.toml` beside `libkovacs_model_aoi.so` carries a copy of the tables and the digest of the file. A listing
//! needs nothing else, so it runs no code of a library that has one. When the library is opened, its own tables must
//! say the same, else it is refused: a manifest cannot promise what the library does not hold. Manifests are written by
//! `kovacs model check --write-manifest`, never by hand.

mod tables;

use crate::error::{HostError, HostErrorKind, LibraryFault};
use crate::own_file::{FORMAT, OwnFile};
use crate::places::model_of_library;
use crate::plugin::ModelHandle;
use kovacs_core::description::DescriptionFault;
use kovacs_core::model::ModelDescription;
use kovacs_core::swap::SwapReport;
use serde::{Deserialize, Serialize};
use std::env::consts;
use std::path::{Path, PathBuf};
use tables::ModelTable;

const COMMENT: &str = "Written by `kovacs model check --write-manifest`; a library that says otherwise is refused.";

/// What a library says of itself, and which file it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// Major of the interface.
    abi: u32,
    /// Processor and system.
    target: String,
    /// File name of the library.
    #[serde(rename = "library")]
    file: String,
    /// Of the library, hexadecimal.
    sha256: String,
    /// Compiler and revision, in the library's own words.
    build: String,
    #[serde(rename = "model")]
    models: Vec<ModelTable>,
}

impl Manifest {
    /// The manifest of the library that a model was loaded from, with all models of the library.
    pub fn of(handle: &ModelHandle) -> Manifest {
        let library = handle.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        Manifest::new(library, handle.digest(), handle.build(), handle.siblings())
    }

    pub(crate) fn new<'a>(
        library: String,
        digest: &str,
        build: &str,
        models: impl Iterator<Item = &'a ModelDescription>,
    ) -> Manifest {
        Manifest {
            format: FORMAT,
            abi: kovacs_abi::ABI_MAJOR,
            target: this_target(),
            file: library,
            sha256: digest.to_owned(),
            build: build.to_owned(),
            models: models.map(ModelTable::from).collect(),
        }
    }

    /// Where the manifest of a library lies: `aoi.model.toml` beside `libkovacs_model_aoi.so`.
    pub fn beside(library: &Path) -> PathBuf {
        let name = model_of_library(library).map(str::to_owned);
        let name = name.or_else(|| library.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        library.with_file_name(format!("{}.model.toml", name.unwrap_or_default()))
    }

    /// Writes the manifest beside a library and gives its path.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn write(&self, library: &Path) -> Result<PathBuf, HostError> {
        let path = Manifest::beside(library);
        Manifest::file(&path).write(COMMENT, self, 0o644)?;
        Ok(path)
    }

    /// Reads the manifest of a library; `None` where it has none.
    ///
    /// # Errors
    /// It is damaged, or describes a model that cannot be.
    pub fn read(library: &Path) -> Result<Option<Manifest>, HostError> {
        let path = Manifest::beside(library);
        let Some(manifest) = Manifest::file(&path).read::<Manifest>()? else { return Ok(None) };
        match manifest.check() {
            Ok(()) => Ok(Some(manifest)),
            Err((model, fault)) => Err(HostErrorKind::ManifestModel { path, model, fault }.into()),
        }
    }

    fn check(&self) -> Result<(), (String, DescriptionFault)> {
        for model in self.models() {
            model.check().map_err(|fault| (model.id, fault))?;
        }
        Ok(())
    }

    fn file(path: &Path) -> OwnFile<'_> {
        OwnFile { what: "manifest", path, remedy: "write it anew with `kovacs model check --write-manifest`" }
    }

    /// SHA-256 of the library, hexadecimal.
    pub fn digest(&self) -> &str {
        &self.sha256
    }

    /// What the library says of its models, with its digest.
    pub fn models(&self) -> impl Iterator<Item = ModelDescription> {
        self.models.iter().map(|table| {
            let mut description = ModelDescription::from(table.clone());
            description.digest = Some(self.sha256.clone());
            description
        })
    }

    /// Full ids, in the order of the library.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.models.iter().map(|model| model.id.clone()).collect()
    }

    /// Whether the library is one for this program at all.
    pub(crate) fn fits_here(&self, library: &Path) -> Result<(), LibraryFault> {
        let manifest = Manifest::beside(library);
        if self.abi != kovacs_abi::ABI_MAJOR {
            return Err(LibraryFault::OtherAbi { found: self.abi, host: kovacs_abi::ABI_MAJOR });
        }
        if self.target != this_target() {
            return Err(LibraryFault::ManifestTarget { manifest, stated: self.target.clone(), here: this_target() });
        }
        match library.file_name() {
            Some(name) if name != self.file.as_str() => {
                Err(LibraryFault::ManifestFile { manifest, stated: self.file.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Compares with what the opened library says.
    pub(crate) fn agrees_with<'a>(
        &self,
        library: &Path,
        models: impl Iterator<Item = &'a ModelDescription> + Clone,
    ) -> Result<(), LibraryFault> {
        let found: Vec<ModelTable> = models.clone().map(ModelTable::from).collect();
        // Compared as text, in which a default that is not a number equals itself.
        let text = |models: &[ModelTable]| models.iter().map(|model| toml::to_string(model).ok()).collect::<Vec<_>>();
        if text(&found) == text(&self.models) {
            return Ok(());
        }
        let ids = |list: &[ModelTable]| list.iter().map(|model| model.id.clone()).collect::<Vec<_>>();
        let (stated, held) = (ids(&self.models), ids(&found));
        let difference = if stated == held {
            let pairs = self.models().zip(models);
            let differing = pairs.map(|(stated, found)| SwapReport::between(&stated, found));
            let differing =
                differing.filter(|report| !report.keeps_its_tables() || report.from.version != report.to.version);
            differing.map(|report| report.to_string()).collect::<Vec<_>>().join("\n")
        } else {
            format!("it names the models {}, the library has {}", stated.join(", "), held.join(", "))
        };
        Err(LibraryFault::ManifestTables { manifest: Manifest::beside(library), difference })
    }
}

/// Processor and system of this program, as manifests and locks name them: `x86_64-linux`.
pub(crate) fn this_target() -> String {
    format!("{}-{}", consts::ARCH, consts::OS)
}
