//! Notebooks of format 3, as IPython wrote them until 2015, read as format 4.
//!
//! What a reader needs of them: worksheets become one list of cells, headings become text. Outputs are of another form
//! and would be replaced by a run anyway, so they are not read.

use serde_json::{Map, Value, json};

/// The root of the same notebook in format 4; what is damaged stays so, for the reader of format 4 to name.
pub(super) fn upgraded(mut root: Map<String, Value>) -> Map<String, Value> {
    let mut cells = Vec::new();
    if let Some(Value::Array(sheets)) = root.remove("worksheets") {
        for mut sheet in sheets {
            if let Some(Value::Array(more)) = sheet.get_mut("cells").map(Value::take) {
                cells.extend(more.into_iter().map(cell));
            }
        }
        root.insert("cells".into(), cells.into());
    }
    root.insert("nbformat".into(), 4.into());
    root.insert("nbformat_minor".into(), 0.into());
    // Its `name` is that of the file.
    if let Some(Value::Object(metadata)) = root.get_mut("metadata") {
        metadata.remove("name");
    }
    root
}

fn cell(cell: Value) -> Value {
    let Value::Object(mut fields) = cell else { return cell };
    match fields.get("cell_type").and_then(Value::as_str) {
        Some("code") => {
            if let Some(source) = fields.remove("input") {
                fields.insert("source".into(), source);
            }
            fields.insert("outputs".into(), json!([]));
            for gone in ["prompt_number", "language", "collapsed"] {
                fields.remove(gone);
            }
        }
        Some("heading") => {
            let level = fields.remove("level").and_then(|level| level.as_u64()).unwrap_or(1).clamp(1, 6);
            let text = fields.get("source").and_then(super::joined).unwrap_or_default();
            let signs = "#".repeat(usize::try_from(level).unwrap_or(1));
            fields.insert("source".into(), format!("{signs} {}", text.replace('\n', " ")).into());
            fields.insert("cell_type".into(), "markdown".into());
        }
        Some("html") => {
            fields.insert("cell_type".into(), "markdown".into());
        }
        _ => {}
    }
    Value::Object(fields)
}
