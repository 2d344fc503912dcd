//! Joining what the mapping says of each column with what a header row says, and writing the numbers out.

use super::sheet::{Cell, Sheet};
use super::{ColumnMapping, Mapping};
use crate::descriptor::{FieldKind, FieldStatement, UnitBasis};
use crate::error::DatasetError;
use kovacs_core::units::parse_unit;
use kovacs_formats::Values;
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

/// The cells of each column that is kept, in the order of `columns`.
pub(super) fn values(
    file: &Path,
    sheet: &Sheet,
    mapping: &Mapping,
    columns: &[Option<FieldStatement>],
) -> Result<Vec<Values>, DatasetError> {
    let kept = columns.iter().enumerate().filter_map(|(position, column)| Some((position, column.as_ref()?)));
    kept.map(|(position, column)| {
        let cells = sheet.rows.iter().skip(mapping.header_rows).map(|row| row.get(position).unwrap_or(&Cell::Empty));
        let refused = |(row, found): (usize, &Cell), expected| DatasetError::Cell {
            file: file.to_path_buf(),
            resource: mapping.resource.clone(),
            row: row + 1,
            column: column.name.clone(),
            value: found.to_string().into(),
            expected,
        };
        if column.kind == FieldKind::Text {
            let word = |(row, found): (usize, &Cell)| match found {
                Cell::Empty => Err(refused((row, found), "a word")),
                found => Ok(found.to_string()),
            };
            return cells.enumerate().map(word).collect::<Result<_, _>>().map(Values::Words);
        }
        let number = |(row, found): (usize, &Cell)| match (column.kind, found) {
            (_, Cell::Number(value)) if value.is_nan() => Err(refused((row, found), "a finite number")),
            (kind, Cell::Number(value)) if kind == FieldKind::Number || value.fract() == 0.0 => Ok(*value),
            (FieldKind::Integer, _) => Err(refused((row, found), "a whole number")),
            _ => Err(refused((row, found), "a number (is this a row of titles? say `header_rows`)")),
        };
        cells.enumerate().map(number).collect::<Result<_, _>>().map(Values::Numbers)
    })
    .collect()
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
