//! `:load`: the cells of a file.

use serde_json::Value;
use std::path::Path;

/// The cells that a file holds: one of a file of Rust code, the code cells of a notebook.
///
/// # Errors
/// In words: the file cannot be read, or is neither.
pub(crate) fn cells_of(path: &Path) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    if path.extension().is_none_or(|extension| extension != "ipynb") {
        return Ok(vec![text]);
    }
    let notebook: Value = serde_json::from_str(&text)
        .map_err(|error| format!("`{}` is no notebook: {error}; save it as one, or as a `.rs` file", path.display()))?;
    let cells = notebook.get("cells").and_then(Value::as_array);
    let cells = cells.ok_or_else(|| format!("`{}` is no notebook of format 4: it has no cells", path.display()))?;
    let code = cells.iter().filter(|cell| cell.get("cell_type").and_then(Value::as_str) == Some("code"));
    Ok(code.filter_map(|cell| source(cell.get("source")?)).filter(|source| !source.trim().is_empty()).collect())
}

/// Notebooks keep a source as one string, or as its lines.
fn source(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(lines) => Some(lines.iter().filter_map(Value::as_str).collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::cells_of;
    use std::fs;

    #[test]
    fn a_notebook_gives_its_code_cells_and_a_file_of_code_itself() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (notebook, code) = (folder.path().join("a.ipynb"), folder.path().join("a.rs"));
        let text = r##"{"cells": [{"cell_type": "markdown", "source": ["# x"]}, {"cell_type": "code", "source": ["let a = 1;\n", "a"]},
            {"cell_type": "code", "source": " "}, {"cell_type": "code", "source": "b"}], "nbformat": 4}"##;
        fs::write(&notebook, text).expect("writable");
        fs::write(&code, "fn f() {}").expect("writable");
        assert_eq!(cells_of(&notebook), Ok(vec!["let a = 1;\na".to_owned(), "b".to_owned()]));
        assert_eq!(cells_of(&code), Ok(vec!["fn f() {}".to_owned()]));
        fs::write(&notebook, "[]").expect("writable");
        assert!(cells_of(&notebook).is_err_and(|message| message.contains("no cells")));
        assert!(cells_of(&folder.path().join("none.rs")).is_err_and(|message| message.contains("cannot read")));
    }
}
