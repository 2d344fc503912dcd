//! Mappings that were used, found again for the next file of the same shape.
//!
//! Two exports of one instrument and method have the same headings. What was said of the first holds for the second,
//! and is offered with a line that says so. A file without headings has no shape to go by: its mapping is used again
//! only when asked for. Kept are units, names, terms and source; not the name of the package, and no accepted doubt.

use super::error::ImportError;
use super::mapping::Mapping;
use crate::digest::sha256;
use crate::error::DatasetError;
use kovacs_formats::{Document, Format};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What a file looks like, numbers aside: its format and the headings of its tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// What the file was recognised as.
    pub format: Format,
    /// Headings with units, of every table; an unnamed column is `-`.
    pub headings: Vec<String>,
    /// Whether every column has a heading.
    pub named: bool,
}

/// A mapping that was used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    /// File it was last used for.
    pub file: String,
    /// Name of the format of that file.
    pub format: String,
    /// Headings of that file.
    pub headings: Vec<String>,
    /// What was said of it.
    pub mapping: Mapping,
}

/// The user's mappings.
#[derive(Clone, Debug)]
pub struct Memory {
    folder: Option<PathBuf>,
}

impl Shape {
    /// The shape of a file that was read. Sheets that look the same count once: the number of steps or specimens differs
    /// from file to file.
    pub fn of(document: &Document) -> Shape {
        let mut tables: Vec<Vec<String>> = Vec::new();
        let mut named = true;
        for sheet in document.sheets.iter().filter(|sheet| sheet.rows() > 0) {
            named &= sheet.columns.iter().all(|column| !column.name.is_empty());
            let heading = |column: &kovacs_formats::Column| match column.name.is_empty() {
                true => "-".to_string(),
                false => super::columns::heading(column, 0),
            };
            let headings: Vec<String> = sheet.columns.iter().map(heading).collect();
            if !tables.contains(&headings) {
                tables.push(headings);
            }
        }
        Shape { format: document.format, headings: tables.concat(), named: named && !tables.is_empty() }
    }

    /// A short name of the shape: what a remembered mapping is called.
    pub fn id(&self) -> String {
        let text = format!("{}\n{}", self.format.name(), self.headings.join("\n"));
        sha256(text.as_bytes()).chars().take(12).collect()
    }
}

impl Memory {
    /// `$XDG_DATA_HOME/kovacs/mappings`, by default `~/.local/share/kovacs/mappings`.
    pub fn of_user() -> Memory {
        let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let data = absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")));
        Memory { folder: data.map(|data| data.join("kovacs").join("mappings")) }
    }

    /// Mappings kept in this folder.
    pub fn at(folder: PathBuf) -> Memory {
        Memory { folder: Some(folder) }
    }

    /// Where they are kept; `None` where the system names no folder for the user.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The mapping remembered for files of this shape. One that cannot be read any more counts as forgotten.
    pub fn find(&self, shape: &Shape) -> Option<Remembered> {
        read(&self.file(&shape.id())?)
    }

    /// All of them with their ids, the last used first.
    pub fn list(&self) -> Vec<(String, Remembered)> {
        let Some(folder) = &self.folder else { return Vec::new() };
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut found: Vec<(SystemTime, String, Remembered)> = entries
            .filter_map(|entry| {
                let path = entry.path();
                let id = path.file_stem()?.to_str()?.to_string();
                let used = entry.metadata().and_then(|about| about.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
                Some((used, id, read(&path)?))
            })
            .collect();
        found.sort_by(|(a, first, _), (b, second, _)| b.cmp(a).then_with(|| first.cmp(second)));
        found.into_iter().map(|(_, id, remembered)| (id, remembered)).collect()
    }

    /// Remembers a mapping for files of this shape, in place of the one before.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn remember(&self, shape: &Shape, file: &Path, mapping: &Mapping) -> Result<(), DatasetError> {
        let Some(path) = self.file(&shape.id()) else { return Ok(()) };
        let mut mapping = mapping.clone();
        (mapping.name, mapping.title, mapping.accept_doubts) = (String::new(), None, Vec::new());
        let remembered = Remembered {
            file: file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            format: shape.format.name().to_string(),
            headings: shape.headings.clone(),
            mapping,
        };
        let io = |source| DatasetError::io("write", &path, source);
        let text = toml::to_string(&remembered).map_err(|error| io(std::io::Error::other(error)))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(io)?;
        let fresh = tempfile::NamedTempFile::new_in(folder).map_err(io)?;
        std::fs::write(fresh.path(), text).map_err(io)?;
        fresh.persist(&path).map_err(|error| io(error.error))?;
        Ok(())
    }

    /// Forgets the mapping with this id, or those last used for a file of this name. Answers how many.
    ///
    /// # Errors
    /// There is none, or it cannot be removed.
    pub fn forget(&self, id_or_file: &str) -> Result<usize, DatasetError> {
        let known = self.list();
        let meant = known.into_iter().filter(|(id, remembered)| id == id_or_file || remembered.file == id_or_file);
        let mut forgotten = 0;
        for path in meant.filter_map(|(id, _)| self.file(&id)) {
            std::fs::remove_file(&path).map_err(|source| DatasetError::io("remove", &path, source))?;
            forgotten += 1;
        }
        if forgotten == 0 {
            return Err(ImportError::NotRemembered { what: format!("`{id_or_file}`") }.into());
        }
        Ok(forgotten)
    }

    fn file(&self, id: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(format!("{id}.toml")))
    }
}

fn read(path: &Path) -> Option<Remembered> {
    toml::from_str(&std::fs::read_to_string(path).ok()?).ok()
}
