//! What an assistant is told when it is made.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The sources that completion and inspection read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    /// Folder with `core`, `alloc` and `std`, each with its `src`.
    pub standard_library: PathBuf,
    /// The crates that cells can name, each after those that it uses.
    pub crates: Vec<PathCrate>,
    /// What every session begins with: `use kovacs::prelude::*;`.
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
