//! Results of cells, kept by content.
//!
//! An entry is found by a key: the program and the compiler, the text of the cell, the keys of the cells it builds on,
//! and the content of files it names. What the cell used besides (models, packages, files read through the prelude) is
//! known only after it ran; it stands in the entry, and the entry holds while all of it is as it was.
//!
//! Entries are written under a temporary name and renamed, and carry a digest of themselves: a runner that was killed,
//! or two at once, leave whole entries or none, and what is damaged is not used.

use crate::dependencies::Dependencies;
use crate::file::replace_file;
use kovacs_session::Used;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// No larger file is read to see whether it has changed; its size and time tell.
const LARGE_FILE: u64 = 64 << 20;

/// Tells what inputs are now.
pub trait Inputs: Send + Sync {
    /// The digests of these inputs as a cell in `folder` would find them, in their order; empty if it cannot be told.
    fn digests(&self, folder: &Path, inputs: &[Used]) -> Vec<String>;
}

/// Where results of cells are kept.
#[derive(Clone)]
pub struct Cache {
    folder: PathBuf,
    engine: String,
    inputs: Arc<dyn Inputs>,
}

impl fmt::Debug for Cache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Cache")
            .field("folder", &self.folder)
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

/// What is kept of a cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Its outputs, as the notebook stores them.
    pub(crate) outputs: Vec<Value>,
    /// What Kovacs noted of it.
    pub(crate) note: Value,
    /// What it used.
    pub(crate) used: Vec<Used>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    digest: String,
    entry: String,
}

impl Cache {
    /// A cache in a folder, for results of this engine: of the program, the compiler, and what else decides on them.
    pub fn new(folder: impl Into<PathBuf>, engine: impl Into<String>, inputs: Arc<dyn Inputs>) -> Cache {
        Cache { folder: folder.into(), engine: engine.into(), inputs }
    }

    /// The keys of the cells of a notebook in `folder`, in order.
    pub(crate) fn keys(&self, folder: &Path, sources: &[&str], dependencies: &Dependencies) -> Vec<String> {
        let mut keys: Vec<String> = Vec::with_capacity(sources.len());
        for (index, source) in sources.iter().enumerate() {
            let mut digest = Sha256::new();
            let mut part = |text: &str| {
                digest.update(text.len().to_le_bytes());
                digest.update(text);
            };
            part(&self.engine);
            part(source);
            for text in dependencies.texts(index) {
                if let Some(content) = content_of(folder, text) {
                    part(&content);
                }
            }
            for other in dependencies.direct(index) {
                part(keys.get(other).map_or("", String::as_str));
            }
            keys.push(hex::encode(digest.finalize()));
        }
        keys
    }

    /// The entry of a key, if there is a whole one.
    pub(crate) fn get(&self, key: &str) -> Option<Entry> {
        let stored: Stored = serde_json::from_slice(&fs::read(self.path(key)).ok()?).ok()?;
        (hex::encode(Sha256::digest(&stored.entry)) == stored.digest).then_some(())?;
        serde_json::from_str(&stored.entry).ok()
    }

    /// Keeps an entry. A cache that cannot be written costs time and nothing else.
    pub(crate) fn put(&self, key: &str, entry: &Entry) {
        let Ok(entry) = serde_json::to_string(entry) else { return };
        let stored = Stored { digest: hex::encode(Sha256::digest(&entry)), entry };
        if let Ok(bytes) = serde_json::to_vec(&stored) {
            let _ = replace_file(&self.path(key), &bytes);
        }
    }

    /// Of these inputs, those that are not what they were.
    pub(crate) fn changed(&self, folder: &Path, inputs: &[Used]) -> Vec<Used> {
        if inputs.is_empty() {
            return Vec::new();
        }
        let now = self.inputs.digests(folder, inputs);
        let is_same = |index: usize, input: &Used| now.get(index).is_some_and(|digest| *digest == input.digest);
        inputs
            .iter()
            .enumerate()
            .filter(|(index, input)| !is_same(*index, input))
            .map(|(_, input)| input.clone())
            .collect()
    }

    fn path(&self, key: &str) -> PathBuf {
        let shelf = key.get(..2).unwrap_or("00");
        self.folder.join(shelf).join(format!("{key}.json"))
    }
}

/// What tells the content of a file that a text in a cell may name; `None` if it names none.
fn content_of(folder: &Path, text: &str) -> Option<String> {
    if text.is_empty() || text.len() > 1024 || text.contains(['\n', '\0']) {
        return None;
    }
    let path = folder.join(text);
    let about = fs::metadata(&path).ok().filter(|about| about.is_file())?;
    if about.len() > LARGE_FILE {
        return Some(format!("{} {:?}", about.len(), about.modified().ok()?));
    }
    Some(hex::encode(Sha256::digest(fs::read(&path).ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    struct Now(&'static str);

    impl Inputs for Now {
        fn digests(&self, _folder: &Path, inputs: &[Used]) -> Vec<String> {
            inputs.iter().map(|_| self.0.to_owned()).collect()
        }
    }

    fn entry() -> Entry {
        Entry { outputs: vec![json!({"output_type": "stream"})], note: json!({"status": "done"}), used: Vec::new() }
    }

    #[test]
    fn what_is_kept_comes_back_and_what_is_damaged_does_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::new(folder.path(), "1", Arc::new(Now("")));
        assert_eq!(cache.get("abcd"), None);
        cache.put("abcd", &entry());
        assert_eq!(cache.get("abcd"), Some(entry()));
        let path = cache.path("abcd");
        let text = fs::read_to_string(&path).expect("read");
        for damaged in [text.replace("stream", "dream"), text[..text.len() / 2].to_owned(), String::new()] {
            fs::write(&path, damaged).expect("written");
            assert_eq!(cache.get("abcd"), None);
        }
    }

    #[test]
    fn a_key_changes_with_the_engine_the_text_the_cells_before_and_the_files_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = |engine: &str, sources: &[&str]| {
            let cache = Cache::new(folder.path(), engine, Arc::new(Now("")));
            cache.keys(folder.path(), sources, &Dependencies::of(sources.iter().copied()))
        };
        let first = keys("1", &["let x = 1;", "x", "read(\"a.csv\")"]);
        assert_eq!(first, keys("1", &["let x = 1;", "x", "read(\"a.csv\")"]));
        assert!(first.iter().zip(keys("2", &["let x = 1;", "x", "read(\"a.csv\")"])).all(|(one, other)| *one != other));
        let edited = keys("1", &["let x = 2;", "x", "read(\"a.csv\")"]);
        let same: Vec<bool> = first.iter().zip(&edited).map(|(one, other)| one == other).collect();
        assert_eq!(same, [false, false, true]);
        fs::write(folder.path().join("a.csv"), "1").expect("written");
        let with_file = keys("1", &["let x = 1;", "x", "read(\"a.csv\")"]);
        assert_eq!(first[..2], with_file[..2]);
        assert_ne!(first[2], with_file[2]);
    }

    #[test]
    fn an_input_that_is_another_now_is_named() {
        let cache = Cache::new("none", "1", Arc::new(Now("b")));
        let used = |name: &str, digest: &str| Used { kind: "model".into(), name: name.into(), digest: digest.into() };
        let inputs = [used("tnm", "a"), used("kww", "b")];
        assert_eq!(cache.changed(Path::new("."), &inputs), [used("tnm", "a")]);
    }
}
