//! Questions in SQL over all data packages: `curves where glass = 'PVC' and t_w > 100`.
//!
//! polars answers them; what is added here is physics. Tables are the resources of packages, read when a query names
//! them and no further than it needs. Numbers are in internal units, quantities may be written with their units, units
//! follow from the columns to the result, and the result knows its files. A query reads packages and nothing else: it
//! has no function that opens a file and no statement that changes anything.

mod catalogue;
mod columns;
mod error;
mod expressions;
mod pieces;
mod quantities;
mod scan;
mod statement;

pub use error::QueryError;

pub(crate) use columns::{Kind, Scope};
pub(crate) use expressions::{Walk, has_offset};
pub(crate) use statement::parse_expression;

use crate::descriptor::{FieldKind, UnitBasis};
use crate::error::DatasetError;
use crate::field::Field;
use crate::registry::Registry;
use crate::render::summary;
use crate::source::Sources;
use crate::table::Table;
use crate::transform::in_unit;
use catalogue::Found;
use columns::{Output, Relation};
use kovacs_core::units::convert;
use polars::lazy::frame::LazyFrame;
use polars::prelude::{DataFrame, DataType, col};
use polars::sql::SQLContext;
use scan::{Report, Reported};
use std::sync::{Arc, PoisonError};

/// Stack for a query: its tree is walked recursively, here and in the engine.
const STACK: usize = 64 << 20;

impl Registry {
    /// Answers a question about the packages of this registry. `select * from` may be left out.
    ///
    /// Tables are `"package.resource"` (in double quotes), the same with `_` for `-` and `.` (`pvc_two_step`), and
    /// `curves`, the union of all tables with `time` and `stress`. Numbers are in internal units (s, K, MPa, 1; lengths
    /// keep theirs), or say their unit: `t_w > 15 min`, `eps2 = 0.3 %`. A column is given a unit by its name:
    /// `select stress / 0.005 as "modulus [GPa]"`.
    ///
    /// # Errors
    /// A text that is no question; a table, column or unit that does not exist, with those that do; units that do not
    /// go together; a package that cannot be read; no row that answers, with the values that occur.
    pub fn query(&self, text: &str) -> Result<Table, DatasetError> {
        on_large_stack(|| answer(self, text)).unwrap_or_else(|| {
            let reason = "the engine below failed".to_string();
            Err(Box::new(QueryError::Engine { text: text.trim().to_string(), reason }).into())
        })
    }

    /// The tables that a query can name, `curves` first.
    pub fn tables(&self) -> Vec<String> {
        catalogue::names(self)
    }
}

/// Runs work that recurses deeply; `None` if it panics, which polars does at some queries that it does not support.
pub(crate) fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        thread.ok().and_then(|thread| thread.join().ok())
    })
}

fn answer(registry: &Registry, text: &str) -> Result<Table, DatasetError> {
    let mut parsed = statement::parse_query(text).map_err(|error| Box::new(unquoted(registry, text, error)))?;
    let condition = parsed.condition();
    let names = parsed.tables();
    let found: Vec<Found> = names.iter().map(|name| catalogue::find(registry, name)).collect::<Result<_, _>>()?;
    let relation = |found: &Found| Relation {
        name: found.name.clone(),
        columns: found.fields.iter().map(|field| Output::new(&field.name, Kind::of(field))).collect(),
    };
    let mut walk = Walk::new(&parsed.quantities, found.iter().map(relation).collect());
    let outputs = walk.query(&mut parsed.query, Vec::new()).map_err(Box::new)?;
    let asked = std::mem::take(&mut walk.asked);
    let report = Report::default();
    let engine = |error: &dyn std::fmt::Display| -> DatasetError {
        match report.lock().unwrap_or_else(PoisonError::into_inner).error.take() {
            Some(error) => error,
            None => Box::new(QueryError::Engine { text: text.trim().to_string(), reason: first_line(error) }).into(),
        }
    };
    let mut context = SQLContext::new();
    for table in &found {
        context.register(&table.name, scan::lazy(&table.parts, &report).map_err(|error| engine(&error))?);
    }
    let frame =
        context.execute(&parsed.query.to_string()).and_then(LazyFrame::collect).map_err(|error| engine(&error))?;
    if frame.height() == 0 {
        let present = asked.iter().filter_map(|column| present(&found, column)).collect();
        return Err(Box::new(QueryError::NoRows { text: text.trim().to_string(), present }).into());
    }
    let Reported { used, notes, .. } = std::mem::take(&mut *report.lock().unwrap_or_else(PoisonError::into_inner));
    let all = found.iter().flat_map(|table| &table.parts).map(|part| part.source.clone());
    // An answer without rows of its own, such as a count of none, is about all that was asked.
    let sources = Sources::several(used).or_else(|| Sources::several(all));
    let sources = sources.ok_or_else(|| Box::new(QueryError::NoTable { text: text.trim().to_string() }))?;
    let known: Vec<&Field> = found.iter().flat_map(|table| &table.fields).collect();
    let (frame, fields) = shaped(frame, &outputs, &known, text)?;
    let mut notes: Vec<String> = notes.into_iter().chain(found.iter().flat_map(|table| table.notes.clone())).collect();
    notes.dedup();
    let table = Table::of(frame, fields, sources).with_notes(notes).answering(text.trim());
    Ok(match condition {
        Some(condition) => table.chosen_by(condition),
        None => table,
    })
}

/// What is wrong with a text that is not SQL where the reason is the name of a table with a hyphen.
fn unquoted(registry: &Registry, text: &str, error: QueryError) -> QueryError {
    let bare =
        |name: &String| name.contains('-') && text.contains(name.as_str()) && !text.contains(&format!("\"{name}\""));
    match error {
        QueryError::Syntax { .. } => match catalogue::names(registry).into_iter().find(bare) {
            Some(name) => QueryError::Unquoted { name },
            None => error,
        },
        other => other,
    }
}

fn first_line(error: &dyn std::fmt::Display) -> String {
    let said = error.to_string();
    said.lines().next().unwrap_or_default().to_string()
}

/// The answer of the engine as columns of a table: numbers, whole numbers and words, with the units that follow.
fn shaped(
    frame: DataFrame,
    outputs: &[Output],
    known: &[&Field],
    text: &str,
) -> Result<(DataFrame, Vec<Field>), DatasetError> {
    let refused = |error: polars::error::PolarsError| -> DatasetError {
        Box::new(QueryError::Engine { text: text.trim().to_string(), reason: first_line(&error) }).into()
    };
    let (mut columns, mut fields) = (Vec::new(), Vec::new());
    for column in frame.columns() {
        let name = column.name().as_str();
        let output = outputs.iter().find(|output| output.name == name);
        let kind = output.map_or(Kind::Unknown, |output| output.kind);
        let (field_kind, as_type) = match column.dtype() {
            DataType::String => (FieldKind::Text, DataType::String),
            whole if whole.is_integer() => (FieldKind::Integer, DataType::Int64),
            number if number.is_primitive_numeric() || number.is_null() => (FieldKind::Number, DataType::Float64),
            _ => (FieldKind::Text, DataType::String),
        };
        let mut column = column.cast(&as_type).map_err(refused)?;
        let mut field = Field::computed(name, field_kind, kind.unit().filter(|_| field_kind != FieldKind::Text));
        if let Some(plain) = known.iter().find(|known| known.name == name && known.unit == field.unit) {
            (field.description, field.unit_basis) = (plain.description.clone(), plain.unit_basis);
        }
        if let Some(stated) = output.and_then(|output| output.stated).filter(|_| field_kind != FieldKind::Text) {
            if let Some(derived) = field.unit.filter(|derived| *derived != stated) {
                convert(0.0, derived, stated).map_err(|source| {
                    Box::new(QueryError::Unit { quantity: format!("`{name} [{stated}]`"), source })
                })?;
                column = in_unit(&column, derived, stated).map_err(refused)?;
                field.kind = FieldKind::Number;
            }
            (field.unit, field.unit_basis) = (Some(stated), Some(UnitBasis::User));
        }
        columns.push(column);
        fields.push(field);
    }
    let frame = DataFrame::new(frame.height(), columns).map_err(refused)?;
    Ok((frame, fields))
}

/// The values of a column in the tables of a query: what a person reads when no row answers.
fn present(found: &[Found], column: &str) -> Option<String> {
    let table = found.iter().find(|table| table.fields.iter().any(|field| field.name == column))?;
    let field = table.fields.iter().find(|field| field.name == column)?;
    let values = scan::lazy(&table.parts, &Arc::default()).ok()?.select([col(column)]).collect().ok()?;
    let values = values.column(column).ok()?.as_materialized_series().clone();
    Some(summary(field, &values))
}
