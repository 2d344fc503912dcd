//! The sources that a session's cells see, for whoever reads them too: completion, inspection.

use crate::engine::BEGINNING;
use crate::setup::Setup;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The sources that a session's cells see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    /// Folder with `core`, `alloc` and `std`, each with its `src`.
    pub standard_library: PathBuf,
    /// The crates that cells can name, each after those that it uses.
    pub crates: Vec<PathCrate>,
    /// What every session begins with: `use kovacs::prelude::*;` and more.
    pub beginning: String,
}

/// A crate in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathCrate {
    /// As cells name it, `-` or `_` alike.
    pub name: String,
    /// The folder that `src/lib.rs` is in.
    pub folder: PathBuf,
    /// Names of the crates it uses, besides the standard library.
    pub dependencies: Vec<String>,
}

impl Sources {
    pub(crate) fn of(setup: &Setup) -> Sources {
        let prelude = setup.prelude();
        let core = prelude.with_file_name("kovacs-core");
        let core = PathCrate { name: "kovacs-core".into(), folder: core, dependencies: Vec::new() };
        let prelude = PathCrate { name: "kovacs".into(), folder: prelude, dependencies: vec![core.name.clone()] };
        Sources {
            standard_library: setup.standard_library(),
            crates: vec![core, prelude],
            beginning: BEGINNING.to_owned(),
        }
    }
}
