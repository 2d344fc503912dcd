//! Notebooks as files: read with clear refusals, edited as JSON, written so that every reader accepts them.
//!
//! A notebook stays a JSON value here. Typed readers drop what they do not know (outputs of a newer minor format,
//! attachments of raw cells) and give cells without an id a random one; then the executed copy differs from run to
//! run, and in ways nobody asked for. This one touches what it must and keeps the rest.

mod format3;

use crate::error::{RunnerError, read_text};
use crate::file::replace_file;
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// Version of Kovacs, as written into executed notebooks.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// Rust.
    Code,
    /// Text.
    Markdown,
    /// Neither run nor rendered.
    Raw,
}

/// A view of one cell.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    /// What it holds.
    pub kind: CellKind,
    fields: &'a Map<String, Value>,
}

impl<'a> Cell<'a> {
    /// Identifier, unique in the notebook.
    pub fn id(&self) -> &'a str {
        self.fields.get("id").and_then(Value::as_str).unwrap_or_default()
    }

    /// Its text.
    pub fn source(&self) -> String {
        self.fields.get("source").and_then(joined).unwrap_or_default()
    }

    /// First line with something on it, to call the cell by.
    pub fn label(&self) -> String {
        self.source().lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
    }

    /// Whether the cell carries this tag.
    pub fn has_tag(&self, tag: &str) -> bool {
        let tags = self.fields.get("metadata").and_then(|metadata| metadata.get("tags")).and_then(Value::as_array);
        tags.is_some_and(|tags| tags.iter().any(|candidate| candidate == tag))
    }

    /// What stands behind `NAME=` in a tag of the cell: `60s` of `timeout=60s`.
    pub fn tag_value(&self, name: &str) -> Option<&'a str> {
        let tags = self.fields.get("metadata").and_then(|metadata| metadata.get("tags")).and_then(Value::as_array);
        tags.into_iter().flatten().filter_map(Value::as_str).find_map(|tag| tag.strip_prefix(name)?.strip_prefix('='))
    }

    /// Its outputs, as in the file.
    pub fn outputs(&self) -> &'a [Value] {
        self.fields.get("outputs").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// Files that the text shows as `attachment:NAME`, each with its forms by MIME type.
    pub fn attachments(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let attachments = self.fields.get("attachments").and_then(Value::as_object);
        attachments.into_iter().flatten().map(|(name, forms)| (name.as_str(), forms))
    }

    /// What Kovacs noted when it ran the cell.
    pub fn note(&self) -> Option<&'a Value> {
        self.fields.get("metadata").and_then(|metadata| metadata.get("kovacs"))
    }
}

/// A notebook of format 4 in Rust, every cell of it well-formed.
#[derive(Clone, Debug, PartialEq)]
pub struct Notebook {
    metadata: Map<String, Value>,
    minor: i64,
    cells: Vec<(CellKind, Map<String, Value>)>,
}

impl Notebook {
    /// Reads a notebook, executed or not. Cells without an id get one that depends on their text only.
    ///
    /// # Errors
    /// No such file, a folder, not text, not JSON, not a notebook, a format before 3 or after 4, a damaged cell, another language.
    pub fn read(path: &Path) -> Result<Notebook, RunnerError> {
        Notebook::parse(path, &read_text(path)?)
    }

    /// Takes the text of a notebook; `path` is for messages.
    ///
    /// # Errors
    /// As [`read`](Notebook::read).
    pub fn parse(path: &Path, text: &str) -> Result<Notebook, RunnerError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let value: Value =
            serde_json::from_str(text).map_err(|source| RunnerError::NotJson { path: path.to_owned(), source })?;
        let wrong = |problem| RunnerError::NotANotebook { path: path.to_owned(), problem };
        let Value::Object(mut root) = value else {
            return Err(wrong("it is not an object"));
        };
        let major = root.get("nbformat").and_then(Value::as_i64).ok_or_else(|| wrong("it has no number `nbformat`"))?;
        match major {
            ..=2 => return Err(RunnerError::OldFormat { path: path.to_owned(), major }),
            3 => root = format3::upgraded(root),
            4 => {}
            _ => return Err(RunnerError::NewFormat { path: path.to_owned(), major }),
        }
        // Ids came with 4.5, so that is what is written; a later minor is a superset by promise and stays.
        let minor = root.get("nbformat_minor").and_then(Value::as_i64).unwrap_or(0).max(5);
        let metadata = match root.remove("metadata") {
            None => Map::new(),
            Some(Value::Object(metadata)) => metadata,
            Some(_) => return Err(wrong("its `metadata` is not an object")),
        };
        if let Some(language) = other_language(&metadata) {
            return Err(RunnerError::OtherLanguage { path: path.to_owned(), language });
        }
        let Some(Value::Array(cells)) = root.remove("cells") else {
            return Err(wrong("it has no list `cells`"));
        };
        let cells = cells
            .into_iter()
            .enumerate()
            .map(|(index, cell)| {
                well_formed(cell).map_err(|problem| RunnerError::BadCell {
                    path: path.to_owned(),
                    number: index + 1,
                    problem,
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let mut notebook = Notebook { metadata, minor, cells };
        notebook.complete_ids();
        Ok(notebook)
    }

    /// Number of cells of every kind.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The cells, in order.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        self.cells.iter().map(|(kind, fields)| Cell { kind: *kind, fields })
    }

    /// What Kovacs noted when it ran the notebook.
    pub fn note(&self) -> Option<&Value> {
        self.metadata.get("kovacs")
    }

    /// Digest of what a run depends on: the code cells with their tags. Text may change without making results stale.
    pub fn code_digest(&self) -> String {
        let mut digest = Sha256::new();
        for cell in self.cells().filter(|cell| cell.kind == CellKind::Code) {
            let source = cell.source();
            digest.update(source.len().to_le_bytes());
            digest.update(source);
            for tag in ["skip", "skip-execution", "raises-exception"] {
                digest.update([u8::from(cell.has_tag(tag))]);
            }
        }
        hex::encode(digest.finalize())
    }

    /// Forgets what an earlier run left, and names the kernel.
    pub(crate) fn prepare(&mut self) {
        self.metadata.insert(
            "kernelspec".into(),
            json!({"name": "kovacs", "display_name": "Rust (Kovacs)", "language": "rust"}),
        );
        self.metadata.insert(
            "language_info".into(),
            json!({"name": "rust", "file_extension": ".rs", "mimetype": "text/rust", "pygments_lexer": "rust"}),
        );
        self.metadata.remove("kovacs");
        for index in 0..self.cells.len() {
            self.set_results(index, None, Vec::new());
            self.set_cell_note(index, None);
        }
    }

    /// Puts a code cell with this tag behind cell `number` (from 1), in place of any other that carries the tag.
    pub(crate) fn put_after(&mut self, number: usize, tag: &str, source: &str) {
        let earlier: Vec<bool> = self.cells().map(|cell| cell.has_tag(tag)).collect();
        let removed_before = earlier.iter().take(number).filter(|has| **has).count();
        let mut keep = earlier.into_iter().map(|has| !has);
        self.cells.retain(|_| keep.next().unwrap_or(true));
        let taken = self.cells().any(|cell| cell.id() == tag);
        let Value::Object(mut fields) = json!({
            "cell_type": "code",
            "metadata": {"tags": [tag]},
            "source": split_lines(source),
            "execution_count": null,
            "outputs": [],
        }) else {
            return;
        };
        if !taken {
            fields.insert("id".into(), tag.into());
        }
        let place = number.saturating_sub(removed_before).min(self.cells.len());
        self.cells.insert(place, (CellKind::Code, fields));
        self.complete_ids();
    }

    /// What a code cell produced. Cells of other kinds have no results.
    pub(crate) fn set_results(&mut self, index: usize, count: Option<u32>, outputs: Vec<Value>) {
        if let Some((CellKind::Code, fields)) = self.cells.get_mut(index) {
            fields.insert("execution_count".into(), count.into());
            fields.insert("outputs".into(), outputs.into());
        }
    }

    pub(crate) fn set_cell_note(&mut self, index: usize, note: Option<Value>) {
        let metadata = self.cells.get_mut(index).and_then(|(_, fields)| fields.get_mut("metadata"));
        if let Some(Value::Object(metadata)) = metadata {
            match note {
                Some(note) => metadata.insert("kovacs".into(), note),
                None => metadata.remove("kovacs"),
            };
        }
    }

    pub(crate) fn set_note(&mut self, note: Value) {
        self.metadata.insert("kovacs".into(), note);
    }

    /// The text of the file: sorted keys and an indent of one, as Python's nbformat writes it.
    pub fn to_text(&self) -> String {
        let cells: Vec<Value> = self.cells.iter().map(|(_, fields)| Value::Object(fields.clone())).collect();
        let mut value = json!({"cells": cells, "metadata": self.metadata, "nbformat": 4, "nbformat_minor": self.minor});
        value.sort_all_objects();
        let mut bytes = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
        let written = value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter));
        debug_assert!(written.is_ok(), "a JSON value can be written to memory");
        bytes.push(b'\n');
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Writes the notebook, whole or not at all.
    ///
    /// # Errors
    /// [`RunnerError::Write`].
    pub fn write(&self, path: &Path) -> Result<(), RunnerError> {
        replace_file(path, self.to_text().as_bytes())
    }

    fn complete_ids(&mut self) {
        let valid = |id: &str| {
            (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        let mut taken = HashSet::new();
        let mut missing = Vec::new();
        for (index, (_, fields)) in self.cells.iter().enumerate() {
            match fields.get("id").and_then(Value::as_str) {
                Some(id) if valid(id) && taken.insert(id.to_owned()) => {}
                _ => missing.push(index),
            }
        }
        // Cells with the same text are told apart by counting, so that inserting another cell changes no id.
        let mut seen: HashMap<String, usize> = HashMap::new();
        for index in missing {
            let Some((kind, fields)) = self.cells.get_mut(index) else { continue };
            let source = fields.get("source").and_then(joined).unwrap_or_default();
            let stem = hex::encode(&Sha256::digest(format!("{kind:?}\n{source}")).as_slice()[..6]);
            let count = seen.entry(stem.clone()).or_default();
            let id = loop {
                *count += 1;
                let id = if *count == 1 { stem.clone() } else { format!("{stem}-{count}") };
                if taken.insert(id.clone()) {
                    break id;
                }
            };
            fields.insert("id".into(), id.into());
        }
    }
}

/// Text that the format stores as a string or as a list of strings.
pub(crate) fn joined(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(lines) => lines.iter().map(Value::as_str).collect::<Option<String>>(),
        _ => None,
    }
}

/// Text as the format likes to store it: one string a line, so that a difference between two files reads well.
pub(crate) fn split_lines(text: &str) -> Value {
    text.split_inclusive('\n').collect::<Vec<_>>().into()
}

/// The language of a notebook that is not for us.
fn other_language(metadata: &Map<String, Value>) -> Option<String> {
    let at = |outer: &str, inner: &str| metadata.get(outer)?.get(inner)?.as_str().filter(|text| !text.is_empty());
    let language = at("kernelspec", "language").or_else(|| at("language_info", "name"));
    match (language, at("kernelspec", "name")) {
        (Some(language), _) => (!language.eq_ignore_ascii_case("rust")).then(|| language.to_owned()),
        // Very old front ends name the kernel only.
        (None, Some(kernel)) => {
            let ours = ["kovacs", "rust", "evcxr"].iter().any(|name| kernel.to_ascii_lowercase().contains(name));
            (!ours).then(|| kernel.to_owned())
        }
        (None, None) => None,
    }
}

/// Checks a cell and fills in what the schema asks for; fields that the schema forbids are left out.
fn well_formed(cell: Value) -> Result<(CellKind, Map<String, Value>), &'static str> {
    let Value::Object(mut fields) = cell else {
        return Err("it is not an object");
    };
    let (kind, allowed): (_, &[&str]) = match fields.get("cell_type").and_then(Value::as_str) {
        Some("code") => (CellKind::Code, &["id", "cell_type", "metadata", "source", "execution_count", "outputs"]),
        Some("markdown") => (CellKind::Markdown, &["id", "cell_type", "metadata", "source", "attachments"]),
        Some("raw") => (CellKind::Raw, &["id", "cell_type", "metadata", "source", "attachments"]),
        Some(_) => return Err("its `cell_type` is none of code, markdown and raw"),
        None => return Err("it has no `cell_type`"),
    };
    if fields.get("source").and_then(joined).is_none() {
        return Err("its `source` is neither a string nor a list of strings");
    }
    if !fields.entry("metadata").or_insert_with(|| json!({})).is_object() {
        return Err("its `metadata` is not an object");
    }
    if kind == CellKind::Code {
        if !fields.entry("outputs").or_insert_with(|| json!([])).is_array() {
            return Err("its `outputs` are not a list");
        }
        fields.entry("execution_count").or_insert(Value::Null);
    }
    fields.retain(|key, _| allowed.contains(&key.as_str()));
    Ok((kind, fields))
}

#[cfg(test)]
mod tests;
