//! Notebooks written for a test, and what became of them.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A code cell.
pub fn code(source: &str) -> Value {
    json!({"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": null})
}

/// A code cell with a tag.
pub fn tagged(tag: &str, source: &str) -> Value {
    let mut cell = code(source);
    cell["metadata"] = json!({"tags": [tag]});
    cell
}

/// Writes a notebook of these cells, with ids.
pub fn notebook(folder: &Path, name: &str, cells: &[Value]) -> PathBuf {
    let cells: Vec<Value> = cells
        .iter()
        .enumerate()
        .map(|(number, cell)| {
            let mut cell = cell.clone();
            cell["id"] = json!(format!("cell-{}", number + 1));
            cell
        })
        .collect();
    let text = json!({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).to_string();
    file(folder, name, &text)
}

/// Writes any file.
pub fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
    std::fs::write(&path, text).expect("the file is written");
    path
}

/// An executed notebook.
pub struct Executed(pub Value);

impl Executed {
    /// Reads it.
    #[track_caller]
    pub fn read(path: &Path) -> Executed {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Executed(serde_json::from_str(&text).expect("JSON"))
    }

    /// The outputs of a cell, counted from 1.
    #[track_caller]
    pub fn outputs(&self, cell: usize) -> &[Value] {
        self.0["cells"][cell - 1]["outputs"].as_array().expect("outputs")
    }

    /// What a cell wrote to standard output, and the text forms of its results.
    #[track_caller]
    pub fn text(&self, cell: usize) -> String {
        let joined = |value: &Value| match value {
            Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
            other => other.as_str().unwrap_or_default().to_owned(),
        };
        self.outputs(cell)
            .iter()
            .map(|output| match output["output_type"].as_str() {
                Some("stream") if output["name"] == "stdout" => joined(&output["text"]),
                Some("display_data" | "execute_result") => joined(&output["data"]["text/plain"]),
                _ => String::new(),
            })
            .collect()
    }

    /// Name and message of the error that ended a cell.
    #[track_caller]
    pub fn error(&self, cell: usize) -> (String, String) {
        let error = self
            .outputs(cell)
            .iter()
            .find(|output| output["output_type"] == "error")
            .unwrap_or_else(|| panic!("cell {cell} has no error: {}", self.0["cells"][cell - 1]));
        let word = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (word("ename"), word("evalue"))
    }
}
