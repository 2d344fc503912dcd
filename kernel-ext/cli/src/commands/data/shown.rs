//! A table on standard output, in the form that was asked for. Each says where the numbers come from.

use crate::failure::Failure;
use crate::output::{notice, print, print_json};
use kovacs_core::Origin;
use kovacs_datasets::descriptor::FieldKind;
use kovacs_datasets::{ExportFormat, Table, export};
use serde_json::{Map, Value, json};
use std::io::IsTerminal;

/// Rows of text when nobody says how many.
const ROWS: usize = 20;

/// How a table is printed.
pub enum Form {
    /// For people: headings with units, at most so many rows, lines folded at a width.
    Text {
        /// Rows, first and last ones.
        rows: Option<usize>,
        /// Characters of a line.
        width: Option<usize>,
    },
    /// For programs: columns with units, then rows.
    Json,
    /// For spreadsheets.
    Csv,
}

/// Prints a table.
///
/// # Errors
/// Standard output cannot be written.
pub fn show(table: &Table, form: Form) -> Result<(), Failure> {
    match form {
        Form::Text { rows, width } => {
            print(&table.to_text_within(rows.unwrap_or(ROWS), width.or_else(terminal_width).unwrap_or(usize::MAX)))
        }
        Form::Json => print_json(&as_json(table)?),
        Form::Csv => {
            say_origin(table);
            print(&String::from_utf8_lossy(&export(table, ExportFormat::Csv)?))
        }
    }
}

/// Says on standard error what the rows are, where their file cannot say it.
pub fn say_origin(table: &Table) {
    if table.sources().origins() != Origin::Measured.word() {
        notice(&format!("these rows are {}", table.sources().origins()));
    }
    table.sources().lines().iter().for_each(|line| notice(line));
    table.notes().iter().for_each(|note| notice(&format!("note: {note}")));
}

/// The width of the terminal, if standard output is one.
fn terminal_width() -> Option<usize> {
    let (terminal_size::Width(width), _) =
        terminal_size::terminal_size().filter(|_| std::io::stdout().is_terminal())?;
    Some(width.into())
}

fn as_json(table: &Table) -> Result<Value, Failure> {
    let mut columns = Vec::new();
    let mut rows = vec![Map::new(); table.rows()];
    for field in table.fields() {
        let unit = field.unit.map(|unit| unit.code());
        columns.push(json!({"name": field.name, "unit": unit, "text": field.kind == FieldKind::Text}));
        let values: Vec<Value> = match field.kind {
            FieldKind::Text => table.text(&field.name)?.into_iter().map(Value::from).collect(),
            // Whole numbers are stored as such; a gap is null.
            FieldKind::Integer => {
                let whole = |number: f64| if number.is_nan() { Value::Null } else { Value::from(number as i64) };
                table.column(&field.name)?.into_iter().map(whole).collect()
            }
            FieldKind::Number => table.column(&field.name)?.into_iter().map(Value::from).collect(),
        };
        for (row, value) in rows.iter_mut().zip(values) {
            row.insert(field.name.clone(), value);
        }
    }
    let provenance: Vec<Value> =
        table.provenance().into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    Ok(json!({
        "label": table.label(), "origin": table.sources().origins(), "columns": columns, "rows": rows,
        "provenance": provenance, "notes": table.notes(),
    }))
}
