//! Understood tables into packages on disk.

use super::cells::Block;
use super::error::ImportError;
use super::mapping::Mapping;
use super::report::{ImportReport, ImportedTable};
use super::{ImportOptions, Opened, Planned, Step, history, two_step};
use crate::descriptor::{Descriptor, License, OriginStatement, PROFILE, Parent, ProtocolStatement, Resource, Schema};
use crate::error::DatasetError;
use crate::package::Package;
use crate::write::Draft;
use kovacs_formats::{FormatError, Values};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// A table that is being put together from one or more tables of the mapping.
struct Growing {
    package: String,
    resource: String,
    title: Option<String>,
    primary_key: Vec<String>,
    block: Block,
    constants: Vec<String>,
    protocols: Vec<ProtocolStatement>,
    sheets: Vec<usize>,
    /// Whether its curves are listed one by one.
    curves: bool,
    notes: Vec<String>,
}

/// Makes the packages.
///
/// # Errors
/// As [`Opened::import`].
pub(super) fn write(
    mut opened: Opened,
    planned: Vec<Planned>,
    mapping: &Mapping,
    into: &Path,
    options: &ImportOptions<'_>,
) -> Result<ImportReport, DatasetError> {
    let file = opened.file.clone();
    let carry_on = |step: Step| match options.progress {
        Some(progress) if !progress(step) => {
            Err(DatasetError::from(ImportError::Format { file: file.clone(), source: FormatError::Cancelled }))
        }
        _ => Ok(()),
    };
    carry_on(Step::Checking)?;
    let growing = grow(&mut opened, planned)?;
    let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
    let mut tables = Vec::with_capacity(growing.len());
    for table in growing {
        let package = table.package.clone();
        let (imported, resource) = finish(&opened, table, mapping, options)?;
        let draft = drafts.entry(package).or_insert_with_key(|name| Draft::new(descriptor(name, mapping)));
        draft.add_frame(resource, imported.table.frame(), None)?;
        tables.push(imported);
        carry_on(Step::Checking)?;
    }
    let mut packages = Vec::with_capacity(drafts.len());
    for (name, mut draft) in drafts {
        carry_on(Step::Writing)?;
        if options.keep_original {
            let bytes = std::fs::read(&opened.file).map_err(|source| DatasetError::io("read", &opened.file, source))?;
            draft.files.push((format!("original-{}", opened.parent.path), bytes));
        }
        let hash = opened.parent.hash.clone();
        let from_same_file = |folder: &Path| {
            Package::open(folder).is_ok_and(|package| {
                let mut resources = package.descriptor().resources.iter();
                resources.all(|resource| resource.parent.as_ref().is_some_and(|old| old.hash == hash))
            })
        };
        let folder = draft.write(&into.join(&name), from_same_file, "a package imported from the same file")?;
        packages.push(Package::open(folder)?);
    }
    Ok(ImportReport { packages, tables, parent: opened.parent })
}

/// Takes the rows out of the file, table by table; those of one resource go below each other.
fn grow(opened: &mut Opened, planned: Vec<Planned>) -> Result<Vec<Growing>, DatasetError> {
    let mut uses: HashMap<(usize, usize), usize> = HashMap::new();
    for planned in &planned {
        for column in planned.parts.taken() {
            *uses.entry((planned.sheet, column)).or_default() += 1;
        }
    }
    // The cells are moved into the tables, not copied, unless several curves share them.
    let mut values: HashMap<(usize, usize), Values> = HashMap::new();
    let lengths: Vec<usize> = opened.document.sheets.iter().map(kovacs_formats::Sheet::rows).collect();
    for (sheet, column) in uses.keys() {
        let found = opened.document.sheets.get_mut(*sheet).and_then(|sheet| sheet.columns.get_mut(*column));
        if let Some(found) = found {
            let taken = std::mem::replace(&mut found.values, Values::Numbers(Vec::new()));
            values.insert((*sheet, *column), taken);
        }
    }
    let mut growing: Vec<Growing> = Vec::new();
    for planned in planned {
        let Planned { plan, table, sheet, parts } = planned;
        let Some(at) = opened.at(table, &plan, sheet) else { continue };
        let mut notes = Vec::new();
        let take = |column: usize| {
            let key = (sheet, column);
            let left = uses.get_mut(&key).map_or(0, |uses| {
                *uses = uses.saturating_sub(1);
                *uses
            });
            let taken = if left == 0 { values.remove(&key) } else { values.get(&key).cloned() };
            taken.unwrap_or(Values::Numbers(Vec::new()))
        };
        let parts = parts.fill(at, lengths.get(sheet).copied().unwrap_or_default(), take)?;
        let mut in_ramps = 0;
        for mut part in parts {
            let mut protocol = None;
            if let Some(settings) = &plan.two_step {
                let filled = two_step::fill(&mut part, settings).map_err(|reason| ImportError::Stages {
                    file: opened.file.clone(),
                    sheet: at.sheet_name(),
                    reason,
                })?;
                in_ramps += filled.in_ramps;
                protocol = Some(filled.protocol);
            }
            let (package, resource) =
                (plan.package.clone().unwrap_or_default(), plan.resource.clone().unwrap_or_default());
            let constants: Vec<String> = part.constants.keys().cloned().collect();
            let same = |other: &&mut Growing| other.package == package && other.resource == resource;
            let Some(earlier) = growing.iter_mut().find(same) else {
                growing.push(Growing {
                    package,
                    resource,
                    title: plan.title.clone(),
                    primary_key: plan.primary_key.clone(),
                    block: part.block,
                    constants,
                    protocols: protocol.into_iter().collect(),
                    sheets: vec![sheet],
                    curves: !plan.curves.is_empty(),
                    notes: Vec::new(),
                });
                continue;
            };
            let stacked = earlier.block.append(part.block).map_err(|column| ImportError::Stacking {
                file: opened.file.clone(),
                resource: resource.clone(),
                column,
            })?;
            for column in stacked {
                notes.push(format!("`{column}` of {} was converted to the unit of the first table", at.sheet_name()));
            }
            if !earlier.sheets.contains(&sheet) {
                earlier.sheets.push(sheet);
            }
            // Specimens tested alike share one protocol.
            if let Some(protocol) = protocol.filter(|new| earlier.protocols.iter().all(|old| old.rows != new.rows)) {
                earlier.protocols.push(protocol);
            }
        }
        if in_ramps > 0 {
            notes.push(format!(
                "{in_ramps} samples of {} taken during the ramps were left out; `two_step = {{ keep_ramps = true }}` \
                 keeps them",
                at.sheet_name()
            ));
        }
        notes.dedup();
        let made = growing.iter_mut().rev().find(|made| made.sheets.contains(&sheet));
        if let Some(made) = made {
            made.notes.append(&mut notes);
        }
    }
    Ok(growing)
}

/// Checks a table, finds what was done in it, and gives it with its resource and file.
fn finish(
    opened: &Opened,
    table: Growing,
    mapping: &Mapping,
    options: &ImportOptions<'_>,
) -> Result<(ImportedTable, Resource), DatasetError> {
    let Growing { package, resource, title, primary_key, block, constants, protocols, sheets, curves, mut notes } =
        table;
    crate::descriptor::check_name(&opened.file, "package", &package)?;
    crate::descriptor::check_name(&opened.file, "resource", &resource)?;
    let several_curves = !constants.is_empty();
    let primary_key = if primary_key.is_empty() { curve_key(&block, &constants) } else { primary_key };
    let unreadable = |reason| DatasetError::Table { file: opened.file.clone(), resource: resource.clone(), reason };
    let (frame, fields) = block.into_frame().map_err(unreadable)?;
    let names: Vec<&str> =
        sheets.iter().filter_map(|sheet| opened.document.sheets.get(*sheet)).map(|sheet| sheet.name.as_str()).collect();
    let sheet = Some(names.join(", ")).filter(|names| !names.is_empty());
    let doubts = opened.doubts(mapping, sheets.iter().map(|sheet| (*sheet, curves)));
    let mut statement = Resource {
        name: resource.clone(),
        title,
        path: String::new(),
        format: None,
        bytes: None,
        hash: None,
        schema: Schema { fields, primary_key },
        origin: origin(opened, mapping, &sheets),
        parent: Some(Parent { sheet, ..opened.parent.clone() }),
        licenses: Vec::new(),
        sources: Vec::new(),
        protocol: protocols,
        doubts: doubts.clone(),
    };
    let checked = Package::rehearse(&opened.file, &package, &statement, frame)?;
    let mut holds = Vec::new();
    if !several_curves || options.protocol.is_some() {
        let mut found = history::of_table(&opened.file, &checked, &statement.origin, options.protocol)?;
        holds = found.holds;
        notes.append(&mut found.notes);
        if let Some(protocol) = found.statement {
            statement.protocol = vec![protocol];
        }
    }
    let imported =
        ImportedTable { package, table: checked, holds, protocol: statement.protocol.clone(), notes, doubts };
    Ok((imported, statement))
}

/// The columns that tell curves apart, and the time in them.
fn curve_key(block: &Block, constants: &[String]) -> Vec<String> {
    if constants.is_empty() {
        return Vec::new();
    }
    let of_curve = |name: &str| constants.iter().any(|constant| constant == name);
    let names = block.columns.iter().map(|column| column.field.name.as_str());
    let timed = block.get("time").is_some();
    // With a time of its own the stage tells nothing apart; without one, every stage begins anew.
    let key = names.filter(|name| *name == "time" || (of_curve(name) && !(timed && *name == "stage")));
    key.map(str::to_string).collect()
}

/// The origin as the mapping states it; a note that the file itself carries is added.
fn origin(opened: &Opened, mapping: &Mapping, sheets: &[usize]) -> OriginStatement {
    let mut origin = mapping.origin.clone();
    if let OriginStatement::Measured { note, .. } = &mut origin {
        let of_sheets = sheets.iter().filter_map(|sheet| opened.document.sheets.get(*sheet));
        let mut known = opened.document.metadata.iter().chain(of_sheets.flat_map(|sheet| &sheet.metadata));
        let own = known.find(|(key, _)| key.eq_ignore_ascii_case("note")).map(|(_, value)| value.trim().to_string());
        // What the file says of itself goes first: an example must not become somebody's measurement.
        *note = match (own.filter(|own| !own.is_empty()), note.take()) {
            (Some(own), Some(said)) if !own.contains(&said) => Some(format!("{own}; {said}")),
            (Some(own), _) => Some(own),
            (None, said) => said,
        };
    }
    origin
}

fn descriptor(package: &str, mapping: &Mapping) -> Descriptor {
    Descriptor {
        schema: PROFILE.to_string(),
        name: package.to_string(),
        title: mapping.title.clone(),
        description: None,
        version: mapping.version.clone(),
        licenses: vec![License { name: mapping.license.clone(), path: None }],
        sources: mapping.source.clone().into_iter().collect(),
        resources: Vec::new(),
    }
}
