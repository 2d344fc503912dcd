//! The JSON export of TRIOS.
//!
//! The schema of the vendor (`https://software.tainstruments.com/schemas/TRIOSJSONExportSchema`) has all rows of all
//! steps in one array of objects, whose keys are `Name_unit` and are explained in `ColumnHeaders`. Files in circulation
//! that imitate it hold a list of results instead, each with `columns` and `values`. Both are read.

use crate::document::{Column, Document, Sheet, StatedUnit, Values};
use crate::error::FormatError;
use crate::format::Format;
use crate::heading;
use crate::options::ReadOptions;
use crate::recognise::Head;
use crate::text::Text;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The column that says to which step a row belongs.
const STEP_KEY: &str = "Results Step Id";

/// Whether a text that begins so is a JSON object. Which one is seen when it is read.
pub(crate) fn recognises(head: &Head<'_>) -> bool {
    let mut characters = head.text.trim_start().chars();
    characters.next() == Some('{') && characters.find(|c| !c.is_whitespace()).is_some_and(|c| c == '"' || c == '}')
}

/// Reads a JSON export.
pub(crate) fn read(text: &Text<'_>, _: &ReadOptions<'_>) -> Result<Document, FormatError> {
    let format = Format::TriosJson;
    let root: Value = serde_json::from_str(&text.content).map_err(|error| FormatError::Line {
        format,
        line: error.line(),
        reason: format!("this is not JSON ({error}); is the file complete?"),
    })?;
    let content = root.get("Experiment").unwrap_or(&root);
    let sheets = match content.get("Results") {
        Some(Value::Object(sets)) => {
            let several = sets.len() > 1;
            sets.iter().flat_map(|(name, set)| vendor_steps(set, several.then_some(name))).collect()
        }
        Some(Value::Array(results)) => results.iter().flat_map(listed_result).collect(),
        _ => {
            let reason = "it is JSON, but no TRIOS export: it has no `Results`; export the table as csv";
            return Err(FormatError::NotATable { reason: reason.to_owned() });
        }
    };
    let sheets: Vec<Sheet> = sheets;
    if sheets.is_empty() {
        let reason = "this TRIOS JSON export has no rows of data; export it with its results".to_owned();
        return Err(FormatError::NoTable { reason });
    }
    let mut metadata = Vec::new();
    for (key, value) in root.as_object().into_iter().flatten().chain(content.as_object().into_iter().flatten()) {
        if key != "Results" && key != "Experiment" {
            flatten(key, value, &mut metadata);
        }
    }
    metadata.dedup();
    Ok(Document { format, encoding: Some(text.encoding), metadata, sheets, doubts: Vec::new() })
}

/// The steps of one set of results in the schema of the vendor.
fn vendor_steps(set: &Value, prefix: Option<&String>) -> Vec<Sheet> {
    let headers = set.get("ColumnHeaders").and_then(Value::as_object);
    let mut steps: Vec<(String, String)> = Vec::new();
    for step in set.get("ResultsSteps").and_then(Value::as_array).into_iter().flatten() {
        let text = |key| step.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        steps.push((text("Id"), text("Name")));
    }
    let mut rows_of: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for row in set.get("Rows").and_then(Value::as_array).into_iter().flatten() {
        let id = row.get(STEP_KEY).and_then(Value::as_str).unwrap_or_default();
        rows_of.entry(id).or_default().push(row);
    }
    // Rows of a step that is not listed are named by its id.
    let listed: BTreeSet<String> = steps.iter().map(|(id, _)| id.clone()).collect();
    steps.extend(rows_of.keys().filter(|id| !listed.contains(**id)).map(|id| ((*id).to_owned(), (*id).to_owned())));
    let mut sheets = Vec::new();
    for (id, name) in steps {
        let rows = rows_of.remove(id.as_str()).unwrap_or_default();
        let columns: Vec<Column> = headers
            .into_iter()
            .flatten()
            .filter(|(key, _)| key.as_str() != STEP_KEY && rows.iter().any(|row| row.get(key.as_str()).is_some()))
            .map(|(key, header)| {
                let name = header.get("DisplayName").and_then(Value::as_str).unwrap_or(key);
                let unit = header.pointer("/Unit/Name").and_then(Value::as_str).unwrap_or_default();
                column(name, unit, rows.iter().map(|row| row.get(key.as_str())))
            })
            .collect();
        if !columns.is_empty() {
            let name = prefix.map_or(name.clone(), |prefix| format!("{prefix}: {name}"));
            sheets.push(Sheet { name, metadata: Vec::new(), columns, first_line: 1, doubts: Vec::new() });
        }
    }
    sheets
}

/// The data sets of one result in the form with `columns` and `values`.
fn listed_result(result: &Value) -> Vec<Sheet> {
    let name = result.pointer("/Properties/Name").and_then(Value::as_str).unwrap_or_default();
    let sets = result.get("DataSet").and_then(Value::as_array);
    let sheets = sets.into_iter().flatten().filter_map(|set| {
        let headers = set.pointer("/Data/columns")?.as_array()?;
        let rows = set.pointer("/Data/values")?.as_array()?;
        let columns: Vec<Column> = headers
            .iter()
            .enumerate()
            .map(|(index, header)| {
                let text = |key| header.get(key).and_then(Value::as_str).unwrap_or_default();
                column(text("name"), text("unit"), rows.iter().map(|row| row.get(index)))
            })
            .collect();
        let mut metadata = Vec::new();
        if let Some(properties) = set.get("Properties") {
            flatten("", properties, &mut metadata);
        }
        let sheet = Sheet { name: name.to_owned(), metadata, columns, first_line: 1, doubts: Vec::new() };
        (!rows.is_empty() && !sheet.columns.is_empty()).then_some(sheet)
    });
    sheets.collect()
}

fn column<'a>(name: &str, unit: &str, cells: impl Iterator<Item = Option<&'a Value>> + Clone) -> Column {
    let is_word = |cell: &Option<&Value>| matches!(cell, Some(Value::String(_) | Value::Bool(_)));
    let values = if cells.clone().any(|cell| is_word(&cell)) {
        Values::Words(cells.map(|cell| cell.map(leaf).unwrap_or_default()).collect())
    } else {
        Values::Numbers(cells.map(|cell| cell.and_then(Value::as_f64).unwrap_or(f64::NAN)).collect())
    };
    let unit = if unit.trim().is_empty() { StatedUnit::Missing } else { heading::unit(unit) };
    Column { name: name.trim().to_owned(), unit, values }
}

/// A value without structure as it is shown.
fn leaf(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

/// Keys of nested objects, joined; a number with its unit is one value.
fn flatten(key: &str, value: &Value, metadata: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => match (object.get("Value"), value.pointer("/Unit/Name").and_then(Value::as_str)) {
            (Some(number), Some(unit)) => metadata.push((key.to_owned(), format!("{} {unit}", leaf(number)))),
            (Some(number), None) if object.len() == 1 => metadata.push((key.to_owned(), leaf(number))),
            _ => {
                for (inner, value) in object {
                    let key = if key.is_empty() { inner.clone() } else { format!("{key}: {inner}") };
                    flatten(&key, value, metadata);
                }
            }
        },
        Value::Array(values) => values.iter().for_each(|value| flatten(key, value, metadata)),
        Value::Null => {}
        other => metadata.push((key.to_owned(), leaf(other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(content: &str) -> Result<Document, FormatError> {
        read(&Text { content: content.into(), encoding: "UTF-8" }, &ReadOptions::default())
    }

    #[test]
    fn rows_go_to_their_steps() {
        let text = r#"{"Schema": {"Url": "https://x/TRIOSJSONExportSchema"}, "Sample": {"Gap": {"Value": 1.5, "Unit": {"Name": "mm"}}},
            "Results": {"Processed": {"ResultsSteps": [{"Id": "a", "Name": "Hold"}, {"Id": "b", "Name": "Empty"}],
            "ColumnHeaders": {"Time_min": {"DisplayName": "Time", "Unit": {"Name": "min"}}, "Tan": {"DisplayName": "Tan"},
            "Status bits": {"DisplayName": "Status bits"}, "Results Step Id": {}},
            "Rows": [{"Time_min": 1, "Tan": null, "Status bits": "0x1", "Results Step Id": "a"},
                     {"Time_min": 2, "Results Step Id": "z"}]}}}"#;
        assert!(recognises(&Head { bytes: &[], text }));
        let document = read_text(text).unwrap();
        assert!(document.metadata.contains(&("Sample: Gap".to_owned(), "1.5 mm".to_owned())));
        let names: Vec<(&str, usize, usize)> =
            document.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.columns.len(), sheet.rows())).collect();
        assert_eq!(names, [("Hold", 3, 1), ("z", 1, 1)]);
    }

    #[test]
    fn other_json_is_refused() {
        assert!(read_text(r#"{"a": [1, 2]}"#).unwrap_err().to_string().contains("no TRIOS export"));
        assert!(read_text(r#"{"Results": {"#).unwrap_err().to_string().contains("is the file complete"));
        assert!(read_text(r#"{"Results": []}"#).unwrap_err().to_string().contains("no rows of data"));
        assert!(!recognises(&Head { bytes: &[], text: "{1, 2}" }));
    }
}
