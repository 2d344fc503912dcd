//! Joining what the mapping says of each column with what a header row says, and writing the numbers out.

use super::sheet::{Cell, Sheet};
use super::{ColumnMapping, Mapping};
use crate::descriptor::{FieldKind, FieldStatement, UnitBasis};
use crate::error::DatasetError;
use kovacs_core::units::parse_unit;
use std::path::Path;

/// One statement per column of the sheet; `None` where the column is left out.
pub(super) fn resolve(
    file: &Path,
    sheet: &Sheet,
    mapping: &Mapping,
) -> Result<Vec<Option<FieldStatement>>, DatasetError> {
    let width = sheet.width();
    let unmentioned = vec![ColumnMapping::default(); width];
    let mapped = if mapping.columns.is_empty() { &unmentioned } else { &mapping.columns };
    if mapped.len() != width {
        let (found, described, preview) = (width, mapped.len(), sheet.preview());
        return Err(DatasetError::ColumnCount { file: file.to_path_buf(), found, described, preview });
    }
    let header = mapping.header_rows.checked_sub(1).and_then(|row| sheet.rows.get(row));
    let mut statements: Vec<Option<FieldStatement>> = Vec::with_capacity(width);
    for (index, column) in mapped.iter().enumerate() {
        if column.skip {
            statements.push(None);
            continue;
        }
        let title = header.and_then(|row| row.get(index)).and_then(|cell| match cell {
            Cell::Words(words) => Some(split_title(words)),
            _ => None,
        });
        let statement = state(file, sheet, mapping, index, column, title)?;
        if statements.iter().flatten().any(|other| other.name == statement.name) {
            let path = file.to_path_buf();
            return Err(DatasetError::BadName { path, what: "second column of that", name: statement.name });
        }
        statements.push(Some(statement));
    }
    Ok(statements)
}

/// The table as CSV, numbers in the shortest form that reads back as the same number.
pub(super) fn csv(
    file: &Path,
    sheet: &Sheet,
    mapping: &Mapping,
    columns: &[Option<FieldStatement>],
) -> Result<String, DatasetError> {
    let names: Vec<String> = columns.iter().flatten().map(|column| quoted(&column.name)).collect();
    let mut csv = format!("{}\n", names.join(","));
    for (index, row) in sheet.rows.iter().enumerate().skip(mapping.header_rows) {
        let mut cells: Vec<String> = Vec::with_capacity(names.len());
        for (position, column) in columns.iter().enumerate() {
            let Some(column) = column else { continue };
            let found = row.get(position).unwrap_or(&Cell::Empty);
            let expected = match (column.kind, found) {
                (FieldKind::Text, Cell::Empty) => "a word",
                (FieldKind::Text, found) => {
                    cells.push(quoted(&found.to_string()));
                    continue;
                }
                (kind, Cell::Number(value)) if kind == FieldKind::Number || value.fract() == 0.0 => {
                    cells.push(value.to_string());
                    continue;
                }
                (FieldKind::Integer, _) => "a whole number",
                (FieldKind::Number, _) => "a number (is this a row of titles? say `header_rows`)",
            };
            return Err(DatasetError::Cell {
                file: file.to_path_buf(),
                resource: mapping.resource.clone(),
                row: index + 1 - mapping.header_rows,
                column: column.name.clone(),
                value: found.to_string().into(),
                expected,
            });
        }
        csv.push_str(&cells.join(","));
        csv.push('\n');
    }
    Ok(csv)
}

fn state(
    file: &Path,
    sheet: &Sheet,
    mapping: &Mapping,
    index: usize,
    column: &ColumnMapping,
    title: Option<(String, Option<String>)>,
) -> Result<FieldStatement, DatasetError> {
    let (title_name, title_unit) = title.map_or((None, None), |(name, unit)| (Some(name), unit));
    let name = column.name.clone().or(title_name).map(|name| name.trim().to_string()).filter(|name| !name.is_empty());
    let kind = column.kind.unwrap_or(FieldKind::Number);
    let basis = match (&column.unit, &title_unit) {
        (Some(_), _) => column.basis.unwrap_or(UnitBasis::User),
        (None, _) => UnitBasis::Stated,
    };
    let unit = column.unit.clone().or(title_unit).filter(|_| kind != FieldKind::Text);
    let complete = name.is_some() && (unit.is_some() || kind == FieldKind::Text);
    let Some(name) = name.clone().filter(|_| complete) else {
        let said = name.as_deref().unwrap_or("stress");
        let remedy = format!("columns = [ ..., {{ name = \"{said}\", unit = \"MPa\" }}, ... ]  # one entry per column");
        return Err(DatasetError::UnstatedUnit {
            file: file.to_path_buf(),
            number: index + 1,
            name,
            preview: sheet.preview(),
            remedy,
        });
    };
    let unit = match unit {
        Some(text) => Some(parse_unit(&text).map_err(|source| DatasetError::Unit {
            path: file.to_path_buf(),
            resource: mapping.resource.clone(),
            column: name.clone(),
            source,
        })?),
        None => None,
    };
    Ok(FieldStatement {
        name,
        kind,
        unit: unit.map(|unit| unit.code().to_string()),
        unit_basis: unit.map(|_| basis),
        description: column.description.clone(),
        constraints: None,
    })
}

/// `Stress (MPa)` and `Time [s]` into name and unit; the name in small letters with `_` for spaces.
fn split_title(title: &str) -> (String, Option<String>) {
    let plain = |name: &str| name.trim().to_lowercase().replace(' ', "_");
    let bracketed = [('(', ')'), ('[', ']')].iter().find_map(|(open, close)| {
        let inner = title.trim().strip_suffix(*close)?;
        let (name, unit) = inner.rsplit_once(*open)?;
        Some((plain(name), Some(unit.trim().to_string())))
    });
    bracketed.unwrap_or_else(|| (plain(title), None))
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_string() }
}
