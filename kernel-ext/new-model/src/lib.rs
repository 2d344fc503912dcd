//! Writes the folder of a new model: sources that build, pass the checker and are there to be changed.
//!
//! A Rust model starts as a standard linear solid with a test computed by hand; one in C, C++ or Fortran as the example of
//! that language, with the header beside it. The texts are the files in `templates/` and `models/examples`, so what a
//! user gets is what the tests of this project compile and check.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod name;
mod sdk;

pub use name::Name;
pub use sdk::{SDK_VARIABLE, find_sdk};

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Language of a new model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Language {
    /// A crate on the SDK in this folder, see [`find_sdk`].
    Rust {
        /// Folder with `core` and `sdk`.
        sdk: PathBuf,
        /// The source of the library and the name of the type in it, where the model exists already.
        from_cell: Option<FromCell>,
    },
    /// C99.
    C,
    /// C++11.
    Cpp,
    /// Fortran 2003 for the physics, C99 for the tables.
    Fortran,
}

/// A model that was defined in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FromCell {
    /// Name of the type that is the model.
    pub type_name: String,
    /// `src/lib.rs`.
    pub crate_source: String,
}

/// A new model.
#[derive(Clone, Debug)]
pub struct NewModel {
    /// Name of the model, of its folder and of its library.
    pub name: Name,
    /// Folder in which the model's own folder is made.
    pub parent: PathBuf,
    /// What it is written in.
    pub language: Language,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The model's folder, absolute.
    pub folder: PathBuf,
    /// Files in it, relative, in the order in which to look at them.
    pub files: Vec<PathBuf>,
    /// The command that builds the library, in the folder.
    pub build: &'static str,
    /// Where the library will be, absolute.
    pub library: PathBuf,
}

/// Why a model could not be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NewModelError {
    /// The name cannot be that of a model, a crate and a file at once.
    #[error("`{name}` is no name for a model: {reason}")]
    Name {
        /// As given.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// There is something already.
    #[error("`{}` exists already; choose another name, or remove it first", .0.display())]
    Exists(PathBuf),
    /// The sources of the SDK are nowhere.
    #[error(
        "the sources of the SDK are not on this machine; sought in {}; say where they are with `--sdk` or {SDK_VARIABLE}: \
         the folder `models` of the sources of Kovacs, with `core` and `sdk` in it", listed(.sought)
    )]
    NoSdk {
        /// Folders that were looked at.
        sought: Vec<PathBuf>,
    },
    /// A path that cannot stand in a `Cargo.toml`.
    #[error("the path `{}` is not UTF-8, so no `Cargo.toml` can name it", .0.display())]
    NotUtf8(PathBuf),
    /// A file or folder cannot be written.
    #[error("cannot write `{}`: {source}", .path.display())]
    Write {
        /// Which one.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

fn listed(folders: &[PathBuf]) -> String {
    folders.iter().map(|folder| format!("`{}`", folder.display())).collect::<Vec<_>>().join(", ")
}

impl NewModel {
    /// Writes the folder. What was written is removed again if something goes wrong on the way.
    ///
    /// # Errors
    /// The folder exists, or cannot be written.
    pub fn write(&self) -> Result<Written, NewModelError> {
        let folder = self.parent.join(self.name.as_str());
        if folder.exists() {
            return Err(NewModelError::Exists(folder));
        }
        let files = self.files()?;
        let write = |path: &Path, text: &str| {
            let refused = |source| NewModelError::Write { path: path.to_path_buf(), source };
            fs::create_dir_all(path.parent().unwrap_or(&folder)).map_err(refused)?;
            fs::write(path, text).map_err(refused)
        };
        for (path, text) in &files {
            if let Err(error) = write(&folder.join(path), text) {
                // The first error is the one to tell of.
                let _ = fs::remove_dir_all(&folder);
                return Err(error);
            }
        }
        let refused = |source| NewModelError::Write { path: folder.clone(), source };
        let folder = folder.canonicalize().map_err(refused)?;
        let library = self.name.file();
        let (build, library) = match self.language {
            Language::Rust { .. } => ("cargo build", Path::new("target").join("debug").join(library)),
            Language::C | Language::Cpp | Language::Fortran => ("make", PathBuf::from(library)),
        };
        let files = files.into_iter().map(|(path, _)| PathBuf::from(path)).collect();
        Ok(Written { files, build, library: folder.join(library), folder })
    }

    /// Relative paths with their texts.
    fn files(&self) -> Result<Vec<(String, String)>, NewModelError> {
        let own = |text: &str| self.in_words_of_this_model(text);
        let files: Vec<(&str, String)> = match &self.language {
            Language::Rust { sdk, from_cell } => {
                let sdk = sdk.to_str().ok_or_else(|| NewModelError::NotUtf8(sdk.clone()))?;
                let type_name =
                    from_cell.as_ref().map_or_else(|| self.name.type_name(), |model| model.type_name.clone());
                let fill = |text: &str| own(text).replace("@sdk@", sdk).replace("@Type@", &type_name);
                let (library, tests) = match from_cell {
                    Some(model) => (model.crate_source.clone(), include_str!("../templates/tests_from_cell.rs")),
                    None => (fill(include_str!("../templates/model.rs")), include_str!("../templates/tests.rs")),
                };
                vec![
                    ("src/lib.rs", library),
                    ("tests/model.rs", fill(tests)),
                    ("plugin/src/lib.rs", fill(include_str!("../templates/plugin.rs"))),
                    ("plugin/Cargo.toml", fill(include_str!("../templates/plugin.toml"))),
                    ("Cargo.toml", fill(include_str!("../templates/workspace.toml"))),
                    ("README.md", fill(include_str!("../templates/README.md"))),
                    (".gitignore", "/target\n".to_owned()),
                ]
            }
            Language::C => vec![
                ("stretched.c", own(include_str!("../../../models/examples/c/stretched.c"))),
                ("Makefile", own(include_str!("../../../models/examples/c/Makefile"))),
                ("README.md", own(include_str!("../../../models/examples/c/README.md"))),
            ],
            Language::Cpp => vec![
                ("stretched.cpp", own(include_str!("../../../models/examples/cpp/stretched.cpp"))),
                ("Makefile", own(include_str!("../../../models/examples/cpp/Makefile"))),
                ("README.md", own(include_str!("../../../models/examples/cpp/README.md"))),
            ],
            Language::Fortran => vec![
                ("kernel.f90", own(include_str!("../../../models/examples/fortran/kernel.f90"))),
                ("tables.c", own(include_str!("../../../models/examples/fortran/tables.c"))),
                ("Makefile", own(include_str!("../../../models/examples/fortran/Makefile"))),
                ("README.md", own(include_str!("../../../models/examples/fortran/README.md"))),
            ],
        };
        let mut files: Vec<(String, String)> = files.into_iter().map(|(path, text)| (path.to_owned(), text)).collect();
        if !matches!(self.language, Language::Rust { .. }) {
            let exports = include_str!("../../../models/examples/c/exports.map");
            let test = include_str!("../../../models/examples/c/test.c");
            files.push(("test.c".to_owned(), test.to_owned()));
            files.push(("exports.map".to_owned(), exports.to_owned()));
            files.push(("include/kovacs_model.h".to_owned(), kovacs_abi::HEADER.to_owned()));
            files.push((".gitignore".to_owned(), "*.so\n*.o\n*.mod\ncompare\n".to_owned()));
        }
        Ok(files)
    }

    /// Templates and examples with the names of this model.
    fn in_words_of_this_model(&self, text: &str) -> String {
        let name = self.name.as_str();
        text.replace("@name@", name)
            .replace("@id@", &self.name.id())
            .replace("@Title@", &self.name.title())
            .replace("@version@", env!("CARGO_PKG_VERSION"))
            // The examples, longest first: one name is the beginning of another.
            .replace("stretched_fortran", name)
            .replace("stretched_cpp", name)
            .replace("stretched_c", name)
            .replace("../../abi/include", "include")
            .replace("../c/test.c", "test.c")
    }
}
