//! What the command line says of a file, put over what a mapping says.

use super::Options;
use crate::failure::Failure;
use kovacs_datasets::descriptor::OriginStatement;
use kovacs_datasets::import::{ColumnMapping, Constant, Mapping, Others, source};

/// The mapping with the options put over it.
///
/// # Errors
/// Options that contradict the mapping or each other.
pub(super) fn apply(options: &Options, mut mapping: Mapping) -> Result<Mapping, Failure> {
    let put = |slot: &mut String, given: &Option<String>| {
        if let Some(text) = given {
            slot.clone_from(text);
        }
    };
    put(&mut mapping.name, &options.name);
    put(&mut mapping.resource, &options.table);
    put(&mut mapping.license, &options.license);
    if let Some(text) = &options.source {
        mapping.source = Some(source(text));
    }
    mapping.title = options.title.clone().or(mapping.title);
    mapping.sheet = options.sheet.clone().or(mapping.sheet);
    mapping.header_rows = options.header_rows.or(mapping.header_rows);
    mapping.separator = options.separator.or(mapping.separator);
    mapping.decimal_comma = options.decimal_comma.then_some(true).or(mapping.decimal_comma);
    mapping.encoding = options.encoding.clone().or(mapping.encoding);
    mapping.accept_doubts.extend(options.accept_doubts.iter().cloned());
    columns(options, &mut mapping);
    for constant in &options.constants {
        let Some((name, value)) = constant.split_once('=').map(|(name, value)| (name.trim(), value.trim())) else {
            return Err(Failure::usage(format!("`{constant}` is no constant; write `eps1=0.5%` or `glass=pvc`")));
        };
        let value = value.parse().map_or_else(|_| Constant::Written(value.to_owned()), Constant::Whole);
        mapping.constants.insert(name.to_owned(), value);
    }
    if options.temperature.is_some() || options.note.is_some() {
        match &mut mapping.origin {
            OriginStatement::Measured { temperature, note, .. } => {
                *temperature = options.temperature.clone().or(temperature.take());
                *note = options.note.clone().or(note.take());
            }
            other => {
                let kind = other.kind().word();
                let message = format!("--temperature and --note are for measured data, and the mapping says {kind}");
                return Err(Failure::usage(message));
            }
        }
    }
    Ok(mapping)
}

/// Columns in their order replace those of the mapping; columns by heading or letter go beside them.
fn columns(options: &Options, mapping: &mut Mapping) {
    let by_name = |columns: &[ColumnMapping]| columns.iter().any(|column| column.from.is_some());
    if !options.columns.is_empty() {
        if !by_name(&options.columns) || !by_name(&mapping.columns) {
            mapping.columns.clear();
        }
        mapping.columns.retain(|old| options.columns.iter().all(|new| new.from != old.from));
        mapping.columns.extend(options.columns.iter().cloned());
    }
    if let Some(others) = &options.others {
        mapping.others = if others == "skip" { Others::Skip } else { Others::Keep };
    }
    for column in &options.gaps {
        match mapping.columns.iter_mut().find(|entry| entry.from.as_deref() == Some(column)) {
            Some(entry) => entry.gaps = true,
            None => {
                let from = Some(column.clone());
                mapping.columns.push(ColumnMapping { from, gaps: true, ..ColumnMapping::default() });
            }
        }
    }
}

/// Whether two mappings read a file in the same way, whatever they say of its columns.
pub(super) fn is_read_alike(a: &Mapping, b: &Mapping) -> bool {
    a.sheet == b.sheet
        && a.header_rows == b.header_rows
        && a.separator == b.separator
        && a.decimal_comma == b.decimal_comma
        && a.encoding == b.encoding
}
