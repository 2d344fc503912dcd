//! What an installation consists of.

use crate::error::InstallError;
use crate::sources::standalone_crates;
use crate::strip::Stripper;
use crate::{OWN, VERSION};
use kovacs_home::Home;
use std::collections::BTreeMap;
use std::env::consts;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Papers that everybody who passes a program on has to pass on, too.
const DOCUMENTS: [&str; 4] = ["LICENSE-APACHE", "LICENSE-MIT", "CHANGELOG.md", "CITATION.cff"];

/// By which papermill writes parameters as Rust.
const PAPERMILL: &str = "kovacs_papermill.py";

/// The file with the licences of the crates of others.
pub(crate) const LICENCES: &str = "THIRD-PARTY.txt";

/// Where the bytes of a file come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A copy of this file.
    File(PathBuf),
    /// These bytes.
    Bytes(Vec<u8>),
}

/// One file of an installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where its bytes come from.
    pub source: Source,
    /// Whether it is a program.
    pub executable: bool,
}

impl Part {
    /// Number of bytes.
    ///
    /// # Errors
    /// The file is gone.
    pub fn bytes(&self) -> Result<u64, InstallError> {
        match &self.source {
            Source::Bytes(bytes) => Ok(bytes.len() as u64),
            Source::File(path) => Ok(fs::metadata(path).map_err(InstallError::file("read", path))?.len()),
        }
    }

    pub(crate) fn open(&self) -> Result<Box<dyn Read + '_>, InstallError> {
        match &self.source {
            Source::Bytes(bytes) => Ok(Box::new(bytes.as_slice())),
            Source::File(path) => Ok(Box::new(fs::File::open(path).map_err(InstallError::file("read", path))?)),
        }
    }
}

/// Files of an installation that lie together, for a summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Their folder, relative to the prefix.
    pub folder: PathBuf,
    /// How many there are.
    pub files: usize,
    /// How large they are together.
    pub bytes: u64,
}

/// The files of an installation by their paths relative to its prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    parts: BTreeMap<PathBuf, Part>,
}

impl Contents {
    /// What a program has with it: the program itself, models, packages, sources, what papermill needs, licences.
    ///
    /// # Errors
    /// Something of it is missing or cannot be read.
    pub fn of(home: &Home, program: &Path, stripper: &mut Stripper) -> Result<Contents, InstallError> {
        let mut contents = Contents::default();
        let program_name = format!("kovacs{}", consts::EXE_SUFFIX);
        contents.file(Path::new("bin").join(program_name), stripper.strip(program)?, true);
        for (name, library) in libraries(&home.models())? {
            contents.file(own("models").join(name), stripper.strip(&library)?, false);
        }
        for package in packages(&home.packages())? {
            let name = package.file_name().unwrap_or_default();
            contents.tree(&own("packages").join(name), &package)?;
        }
        for (path, source) in standalone_crates(home)? {
            contents.parts.insert(Path::new(OWN).join(path), Part { source, executable: false });
        }
        contents.file(own("papermill").join(PAPERMILL), home.papermill().join(PAPERMILL), false);
        for name in DOCUMENTS {
            contents.file(documents(name), home.documents().join(name), false);
        }
        contents.text(VERSION, format!("{}\n", env!("CARGO_PKG_VERSION")));
        Ok(contents)
    }

    /// Adds a file with this text.
    pub fn text(&mut self, path: impl Into<PathBuf>, text: impl Into<Vec<u8>>) {
        self.parts.insert(path.into(), Part { source: Source::Bytes(text.into()), executable: false });
    }

    /// Adds the crates of others that cells name: all files of this folder.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn cell_crates(&mut self, folder: &Path) -> Result<(), InstallError> {
        self.tree(&own("crates"), folder)
    }

    /// Adds the licences of everything that is linked into the program.
    pub fn licences(&mut self, text: String) {
        self.text(documents(LICENCES), text);
    }

    /// The files, sorted by path.
    pub fn parts(&self) -> impl Iterator<Item = (&Path, &Part)> {
        self.parts.iter().map(|(path, part)| (path.as_path(), part))
    }

    /// Size of all files together.
    ///
    /// # Errors
    /// A file is gone.
    pub fn bytes(&self) -> Result<u64, InstallError> {
        self.parts.values().map(Part::bytes).sum()
    }

    /// The folders that files lie in, three levels deep, with number and size of the files.
    ///
    /// # Errors
    /// A file is gone.
    pub fn groups(&self) -> Result<Vec<Group>, InstallError> {
        let mut groups: BTreeMap<PathBuf, Group> = BTreeMap::new();
        for (path, part) in self.parts() {
            let folder: PathBuf = path.parent().unwrap_or(path).components().take(3).collect();
            let group = groups.entry(folder.clone()).or_insert(Group { folder, files: 0, bytes: 0 });
            group.files += 1;
            group.bytes += part.bytes()?;
        }
        Ok(groups.into_values().collect())
    }

    fn file(&mut self, path: PathBuf, from: PathBuf, executable: bool) {
        self.parts.insert(path, Part { source: Source::File(from), executable });
    }

    fn tree(&mut self, path: &Path, folder: &Path) -> Result<(), InstallError> {
        for (below, file) in files_below(folder)? {
            self.file(path.join(below), file, false);
        }
        Ok(())
    }
}

fn own(part: &str) -> PathBuf {
    Path::new(OWN).join(part)
}

fn documents(name: &str) -> PathBuf {
    Path::new("share/doc/kovacs").join(name)
}

/// The libraries of models in these folders by file name; where two have the same name, the one of the first folder.
fn libraries(folders: &[PathBuf]) -> Result<BTreeMap<PathBuf, PathBuf>, InstallError> {
    let prefix = format!("{}kovacs_model_", consts::DLL_PREFIX);
    let mut found = BTreeMap::new();
    for folder in folders.iter().rev().filter(|folder| folder.is_dir()) {
        for path in listed(folder)? {
            let name = PathBuf::from(path.file_name().unwrap_or_default());
            let text = name.to_string_lossy();
            if text.starts_with(&prefix) && text.ends_with(consts::DLL_SUFFIX) {
                found.insert(name, path);
            }
        }
    }
    match found.is_empty() {
        true => Err(InstallError::Missing { what: "libraries of models", sought: folders.to_vec() }),
        false => Ok(found),
    }
}

/// The folders of data packages in a folder.
fn packages(folder: &Path) -> Result<Vec<PathBuf>, InstallError> {
    let mut packages = listed(folder)?;
    packages.retain(|package| package.join("datapackage.json").is_file());
    match packages.is_empty() {
        true => Err(InstallError::Missing { what: "data packages", sought: vec![folder.to_path_buf()] }),
        false => Ok(packages),
    }
}

/// All files below a folder with their paths relative to it, sorted. Links are followed: their target may stay behind.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<(PathBuf, PathBuf)>, InstallError> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(next) = pending.pop() {
        for path in listed(&next)? {
            if path.is_dir() {
                pending.push(path);
            } else if let Ok(below) = path.strip_prefix(folder) {
                found.push((below.to_path_buf(), path));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, InstallError> {
    let entries = fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
    let entries = entries.map_err(InstallError::file("list", folder))?;
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}
