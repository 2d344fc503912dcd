//! Which tables a query can name, and which packages are opened for a name.
//!
//! Every resource of every package is a table under two names: `"pvc.two-step"`, in quotes because of its dot and
//! hyphen, and `pvc_two_step`. Only the packages that a name may mean are opened. `curves` is the exception, because it
//! is all of them: every resource with columns `time` and `stress`, with the package as a further column.

use super::error::QueryError;
use super::scan::{Part, PartColumn};
use crate::descriptor::FieldKind;
use crate::error::DatasetError;
use crate::field::Field;
use crate::package::Package;
use crate::registry::Registry;
use std::collections::BTreeSet;

/// The table of all curves.
pub(crate) const CURVES: &str = "curves";

/// Columns that make a resource part of `curves`.
const CURVE_COLUMNS: [&str; 2] = ["time", "stress"];

/// A table that a query names: the resources it is made of, and its columns.
pub(crate) struct Found {
    /// As the query writes it.
    pub(crate) name: String,
    /// The columns, in internal units.
    pub(crate) fields: Vec<Field>,
    /// The resources; one, but for `curves`.
    pub(crate) parts: Vec<Part>,
    /// What was left out, and why.
    pub(crate) notes: Vec<String>,
}

/// Finds the table of a name.
pub(crate) fn find(registry: &Registry, name: &str) -> Result<Found, DatasetError> {
    if name == CURVES {
        return curves(registry);
    }
    let packages = registry.names();
    let mut fitting: Vec<(Package, String)> = Vec::new();
    for candidate in &packages {
        let full = name.strip_prefix(candidate.as_str()).and_then(|rest| rest.strip_prefix('.'));
        let short = name.strip_prefix(&short(candidate)).and_then(|rest| rest.strip_prefix('_'));
        if full.is_none() && short.is_none() {
            continue;
        }
        let package = registry.open(candidate)?;
        for (resource, holder) in package.tables() {
            if full == Some(resource) || short == Some(self::short(resource).as_str()) {
                fitting.push((holder.clone(), resource.to_string()));
            }
        }
    }
    match fitting.as_slice() {
        [(package, resource)] => {
            let part = Part::whole(package, resource)?;
            Ok(Found { name: name.to_string(), fields: part.fields(), parts: vec![part], notes: Vec::new() })
        }
        [] => Err(unknown(registry, name)),
        several => {
            let fitting = several.iter().map(|(package, resource)| full_name(package, resource)).collect();
            Err(Box::new(QueryError::AmbiguousTable { name: name.to_string(), fitting }).into())
        }
    }
}

/// The names of all tables, `curves` first.
pub(crate) fn names(registry: &Registry) -> Vec<String> {
    let usable = registry.list().into_iter().filter(|listed| listed.hidden_by.is_none());
    let names: BTreeSet<String> = usable
        .filter_map(|listed| listed.package.ok())
        .flat_map(|package| package.tables().into_iter().map(|(name, _)| full_name(&package, name)).collect::<Vec<_>>())
        .collect();
    std::iter::once(CURVES.to_string()).chain(names).collect()
}

fn unknown(registry: &Registry, name: &str) -> DatasetError {
    let mut known = names(registry);
    if !name.contains(['.', '-']) {
        // The short names are what this one resembles.
        known = known.iter().map(|name| short(name)).collect();
    }
    Box::new(QueryError::UnknownTable { name: name.to_string(), known }).into()
}

fn full_name(package: &Package, resource: &str) -> String {
    format!("{}.{resource}", package.name())
}

/// A name that needs no quotes.
fn short(name: &str) -> String {
    name.replace(['-', '.'], "_")
}

/// All curves of all packages: the columns of all of them, with gaps where a resource lacks one.
fn curves(registry: &Registry) -> Result<Found, DatasetError> {
    let mut fields =
        vec![Field::words("package", "Package that the row comes from."), Field::words("resource", "Its table.")];
    let (mut parts, mut notes) = (Vec::new(), Vec::new());
    for listed in registry.list().into_iter().filter(|listed| listed.hidden_by.is_none()) {
        let package = match listed.package {
            Ok(package) => package,
            Err(error) => {
                notes.push(format!("`{}` is left out: {error}", listed.name));
                continue;
            }
        };
        for (resource, holder) in package.tables() {
            let part = Part::whole(holder, resource)?;
            let own = part.fields();
            let has = |name: &str| own.iter().any(|field| field.name == name && field.kind != FieldKind::Text);
            if !CURVE_COLUMNS.iter().all(|name| has(name)) {
                continue;
            }
            match clash(&fields, &own) {
                Some(reason) => notes.push(format!("`{}` is left out: {reason}", full_name(&package, resource))),
                None => {
                    extend(&mut fields, own);
                    parts.push(part.in_curves());
                }
            }
        }
    }
    if parts.is_empty() {
        return Err(Box::new(QueryError::NoCurves { notes }).into());
    }
    for part in &mut parts {
        part.fill(&fields);
    }
    Ok(Found { name: CURVES.to_string(), fields, parts, notes })
}

/// Why these columns do not go with those.
fn clash(fields: &[Field], own: &[Field]) -> Option<String> {
    own.iter().find_map(|field| {
        let other = fields.iter().find(|other| other.name == field.name)?;
        let text = |field: &Field| field.kind == FieldKind::Text;
        let said = |field: &Field| field.unit.map_or("text", |unit| unit.code());
        let same = text(other) == text(field) && other.unit == field.unit;
        (!same).then(|| format!("its column `{}` is in {}, elsewhere in {}", field.name, said(field), said(other)))
    })
}

fn extend(fields: &mut Vec<Field>, own: Vec<Field>) {
    for field in own {
        match fields.iter_mut().find(|other| other.name == field.name) {
            // Whole numbers in one package and others in another: numbers.
            Some(other) if other.kind != field.kind => other.kind = FieldKind::Number,
            Some(_) => {}
            None => fields.push(field),
        }
    }
}

impl Part {
    /// Gives the part every column of `curves`.
    fn fill(&mut self, fields: &[Field]) {
        let own = std::mem::take(&mut self.columns);
        let column = |field: &Field| {
            let known = own.iter().find(|column| column.field.name == field.name).map(|column| column.content.clone());
            PartColumn { field: field.clone(), content: known.unwrap_or_default() }
        };
        self.columns = fields.iter().map(column).collect();
    }
}
