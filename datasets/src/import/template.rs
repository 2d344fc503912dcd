//! A mapping file to be completed: everything that is known filled in, `"?"` where something has to be stated.

use super::columns::{first_cells, heading, is_empty, letter, plain_name};
use super::mapping::{ColumnMapping, Mapping, stated};
use super::{Need, Opened};
use crate::descriptor::FieldKind;
use kovacs_formats::{Sheet, StatedUnit, Values};
use std::fmt::Write;

/// The text of the file.
pub(super) fn text(opened: &Opened, mapping: &Mapping, needs: &[Need]) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = header(&mut text, opened, mapping, needs);
    let sheets: Vec<&Sheet> = opened.document.sheets.iter().filter(|sheet| sheet.rows() > 0).collect();
    let chosen = mapping.sheet.as_deref().and_then(|wanted| sheets.iter().find(|sheet| sheet.name == wanted));
    let _ = match (chosen, sheets.as_slice()) {
        _ if !mapping.tables.is_empty() => listed(&mut text, mapping),
        (Some(sheet), _) => columns(&mut text, sheet, &mapping.columns),
        (None, [only]) => columns(&mut text, only, &mapping.columns),
        (None, several) => several.iter().try_for_each(|sheet| {
            writeln!(text, "\n[[table]]")?;
            writeln!(text, "resource = {}", quoted(&plain_name(&sheet.name).replace('_', "-")))?;
            writeln!(text, "sheet = {}", quoted(&sheet.name))?;
            columns(&mut text, sheet, &[])
        }),
    };
    text
}

fn header(text: &mut String, opened: &Opened, mapping: &Mapping, needs: &[Need]) -> std::fmt::Result {
    let (file, format) = (&opened.parent.path, opened.document.format.name());
    writeln!(text, "# What `{file}` ({format}) means. Complete what is \"?\", then:")?;
    writeln!(text, "#   kovacs data import {file} --mapping THIS-FILE")?;
    let or_unknown = |known: &str| quoted(stated(known).unwrap_or("?"));
    writeln!(text, "name = {}   # notebooks open the package by it", or_unknown(&mapping.name))?;
    writeln!(text, "resource = {}   # the table in it", quoted(&mapping.resource))?;
    if let Some(title) = &mapping.title {
        writeln!(text, "title = {}", quoted(title))?;
    }
    writeln!(text, "license = {}   # terms of use, an SPDX identifier", or_unknown(&mapping.license))?;
    let source = mapping.source.as_ref();
    let title = or_unknown(source.map_or("", |source| source.title.as_str()));
    match source.and_then(|source| source.path.as_deref()) {
        Some(path) => writeln!(text, "source = {{ title = {title}, path = {} }}", quoted(path))?,
        None => writeln!(text, "source = {{ title = {title} }}   # by whom and where; `path` for an address")?,
    }
    let origin = toml::Value::try_from(&mapping.origin).map(|origin| inline(&origin)).unwrap_or_default();
    writeln!(text, "origin = {origin}   # `temperature = \"296 K\"` of an isothermal test gives it a protocol")?;
    let reading = [
        ("sheet", mapping.sheet.as_ref().map(|sheet| quoted(sheet))),
        ("header_rows", mapping.header_rows.map(|rows| rows.to_string())),
        ("separator", mapping.separator.map(|separator| quoted(&separator.to_string()))),
        ("decimal_comma", mapping.decimal_comma.map(|comma| comma.to_string())),
        ("encoding", mapping.encoding.as_ref().map(|encoding| quoted(encoding))),
    ];
    for (key, value) in reading.into_iter().filter_map(|(key, value)| Some((key, value?))) {
        writeln!(text, "{key} = {value}")?;
    }
    for need in needs.iter().filter(|need| need.kind == "doubt") {
        writeln!(text, "# {}", need.text)?;
        writeln!(text, "# {}", need.line)?;
    }
    if !mapping.constants.is_empty() {
        let constants = toml::Value::try_from(&mapping.constants).map(|constants| inline(&constants));
        writeln!(text, "constants = {}", constants.unwrap_or_default())?;
    }
    Ok(())
}

/// One entry per column of a sheet, with what the file holds beside it.
fn columns(text: &mut String, sheet: &Sheet, known: &[ColumnMapping]) -> std::fmt::Result {
    writeln!(text, "columns = [")?;
    let by_name = known.iter().any(|entry| entry.from.is_some());
    for (index, column) in sheet.columns.iter().enumerate() {
        let (letter, shown) = (letter(index), heading(column, index));
        let mine = known.iter().find(|entry| {
            entry.from.as_deref().is_some_and(|from| from == letter || from == column.name || from == shown)
        });
        let entry = if by_name { mine } else { known.get(index) }.cloned().unwrap_or_default();
        let begins = first_cells(&column.values);
        if entry.skip || is_empty(&column.values) {
            writeln!(text, "    {{ from = \"{letter}\", skip = true }},   # {shown}: {begins}")?;
            continue;
        }
        let own = Some(plain_name(&column.name)).filter(|name| !name.is_empty());
        let name = entry.name.or(own).unwrap_or_else(|| "?".to_string());
        let words = matches!(column.values, Values::Words(_)) && entry.unit.is_none();
        let unit = match (entry.unit, &column.unit) {
            _ if words || entry.kind == Some(FieldKind::Text) => "type = \"string\"".to_string(),
            (Some(unit), _) => {
                let basis = entry.basis.map(|basis| format!(", basis = \"{}\"", basis.word())).unwrap_or_default();
                format!("unit = {}{basis}", quoted(&unit))
            }
            (None, StatedUnit::Known(unit)) => format!("unit = {}, basis = \"stated\"", quoted(unit.code())),
            (None, _) => "unit = \"?\"".to_string(),
        };
        let gaps = if entry.gaps { ", gaps = true" } else { "" };
        writeln!(text, "    {{ from = \"{letter}\", name = {}, {unit}{gaps} }},   # {shown}: {begins}", quoted(&name))?;
    }
    writeln!(text, "]")
}

/// Tables that the mapping lists already, as they are.
fn listed(text: &mut String, mapping: &Mapping) -> std::fmt::Result {
    for table in &mapping.tables {
        let body = toml::to_string(table).map_err(|_| std::fmt::Error)?;
        write!(text, "\n[[table]]\n{}", body.replace("\n[", "\n[table."))?;
    }
    Ok(())
}

/// A table on one line.
fn inline(value: &toml::Value) -> String {
    match value {
        toml::Value::Table(entries) => {
            let parts: Vec<String> = entries.iter().map(|(key, value)| format!("{key} = {}", inline(value))).collect();
            format!("{{ {} }}", parts.join(", "))
        }
        other => other.to_string(),
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_string()).to_string()
}
