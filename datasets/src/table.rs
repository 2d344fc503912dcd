//! A table that remembers its units, its origin and what was selected from it.
//!
//! Long format: one row per sample, and columns that say which curve a sample belongs to, so that a query is a filter
//! and not a loop over files. The rows are a polars frame; [`Table::frame`] hands it out, nothing else here names polars.

use crate::descriptor::{FieldKind, OriginStatement};
use crate::error::DatasetError;
use crate::field::Field;
use crate::holds::{FEWEST_SAMPLES, Hold, find_holds};
use crate::read::number_series;
use kovacs_core::units::{Dimension, Unit, convert};
use kovacs_core::{Curve, Origin};
use polars::prelude::{BooleanChunked, DataFrame, DataType, NewChunkedArray, PlSmallStr};
use std::sync::Arc;

/// Which file the rows of a table come from.
#[derive(Clone, Debug, PartialEq)]
pub struct TableSource {
    /// Name of the package.
    pub package: String,
    /// Version of the data, if stated.
    pub version: Option<String>,
    /// SHA-256 of the package's descriptor.
    pub package_digest: String,
    /// Name of the resource.
    pub resource: String,
    /// SHA-256 of the file.
    pub file_digest: String,
    /// Terms of use, SPDX identifiers.
    pub licence: String,
    /// Where the numbers come from, one line each.
    pub sources: Vec<String>,
    /// How the numbers came about.
    pub origin: OriginStatement,
}

/// Rows of a data package, with units and origin.
#[derive(Clone, Debug)]
pub struct Table {
    frame: DataFrame,
    fields: Vec<Field>,
    source: Arc<TableSource>,
    selection: Vec<String>,
}

/// One group of a table: the value each grouping column has in it, and its rows.
#[derive(Clone, Debug)]
pub struct Group {
    /// Values of the grouping columns, as printed, in the order they were asked for.
    pub keys: Vec<String>,
    /// The rows, in the order of the file.
    pub table: Table,
}

impl Table {
    pub(crate) fn new(frame: DataFrame, fields: Vec<Field>, source: Arc<TableSource>) -> Table {
        Table { frame, fields, source, selection: Vec::new() }
    }

    /// The rows as a polars frame, for work that the methods here do not do.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// The columns with their units.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Which file the rows come from.
    pub fn source(&self) -> &TableSource {
        &self.source
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.frame.height()
    }

    /// Where the numbers come from. Whatever shows them says so unless they are measured.
    pub fn origin(&self) -> Origin {
        self.source.origin.kind()
    }

    /// Package, resource, what was selected, and the origin where it is not measured: what a legend or caption says.
    pub fn label(&self) -> String {
        let mut label = format!("{} {}", self.source.package, self.source.resource);
        if !self.selection.is_empty() {
            label.push_str(&format!(", {}", self.selection.join(", ")));
        }
        let origin = self.source.origin.words();
        if origin != Origin::Measured.word() {
            label.push_str(&format!(" ({origin})"));
        }
        label
    }

    /// Names and values that trace the numbers: package, version, digests, licence, sources, origin, selection.
    pub fn provenance(&self) -> Vec<(String, String)> {
        let source = &self.source;
        let mut lines = vec![
            ("package".to_string(), source.package.clone()),
            ("version".to_string(), source.version.clone().unwrap_or_else(|| "not stated".to_string())),
            ("package digest".to_string(), format!("sha256:{}", source.package_digest)),
            ("resource".to_string(), source.resource.clone()),
            ("file digest".to_string(), format!("sha256:{}", source.file_digest)),
            ("licence".to_string(), source.licence.clone()),
        ];
        lines.extend(source.sources.iter().map(|line| ("source".to_string(), line.clone())));
        lines.extend(source.origin.provenance());
        if !self.selection.is_empty() {
            lines.push(("selection".to_string(), self.selection.join(", ")));
        }
        lines
    }

    /// The field of a column, or `None`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The unit of a number column.
    ///
    /// # Errors
    /// No number column has this name.
    pub fn unit(&self, name: &str) -> Result<Unit, DatasetError> {
        self.number_field(name).map(|(_, unit)| unit)
    }

    /// The numbers of a column, in the unit of the file; a permitted gap is NaN.
    ///
    /// # Errors
    /// No number column has this name.
    pub fn column(&self, name: &str) -> Result<Vec<f64>, DatasetError> {
        self.number_field(name)?;
        let numbers = self.frame.column(name).and_then(|column| column.cast(&DataType::Float64));
        let numbers = numbers.ok().and_then(|column| column.f64().ok().cloned());
        let numbers = numbers.ok_or_else(|| self.no_column("number", name))?;
        Ok(numbers.iter().map(|value| value.unwrap_or(f64::NAN)).collect())
    }

    /// The numbers of a column, converted to a unit: `table.column_in("stress", "MPa")`.
    ///
    /// # Errors
    /// No such column, or a unit that is unknown or measures something else.
    pub fn column_in(&self, name: &str, unit: &str) -> Result<Vec<f64>, DatasetError> {
        let from = self.unit(name)?;
        let fail = |source| DatasetError::Conversion { table: self.label(), column: name.to_string(), source };
        let to = kovacs_core::units::parse_unit(unit).map_err(fail)?;
        let numbers = self.column(name)?;
        numbers.into_iter().map(|value| convert(value, from, to).map_err(fail)).collect()
    }

    /// The words of a text column.
    ///
    /// # Errors
    /// No text column has this name.
    pub fn text(&self, name: &str) -> Result<Vec<String>, DatasetError> {
        let missing = || self.no_column("text", name);
        if self.field(name).is_none_or(|field| field.kind != FieldKind::Text) {
            return Err(missing());
        }
        let column = self.frame.column(name).map_err(|_| missing())?;
        let words = column.str().map_err(|_| missing())?;
        Ok(words.iter().map(|word| word.unwrap_or_default().to_string()).collect())
    }

    /// The same rows with every number in the internal unit of its kind: s, K, MPa, strain as a fraction, eV.
    /// The file keeps the units it was given in; this is the step from one to the other. Lengths keep their unit: a
    /// specimen is measured in mm, a bond in ångström, and no model takes either.
    ///
    /// # Errors
    /// The frame could not be rebuilt.
    pub fn in_internal_units(&self) -> Result<Table, DatasetError> {
        let mut converted = self.clone();
        for field in &mut converted.fields {
            let Some(unit) = field.unit else { continue };
            let internal = unit.dimension().internal();
            if unit == internal || unit.dimension() == Dimension::Length {
                continue;
            }
            let values: Vec<f64> = self.column(&field.name)?.into_iter().map(|value| unit.to_internal(value)).collect();
            let replaced = converted.frame.replace(&field.name, number_series(&field.name, &values).into());
            replaced.map_err(|_| self.no_column("number", &field.name))?;
            (field.unit, field.kind) = (Some(internal), FieldKind::Number);
        }
        Ok(converted)
    }

    /// Rows in which a number equals `value` (in the column's unit), to one part in 10^9 of the value.
    ///
    /// # Errors
    /// No such column, or no such row; then the message lists the values that occur.
    pub fn where_number(&self, name: &str, value: f64) -> Result<Table, DatasetError> {
        let tolerance = 1e-9 * value.abs().max(f64::MIN_POSITIVE);
        self.filter_numbers(name, |found| (found - value).abs() <= tolerance, format!("{name} = {value}"))
    }

    /// Rows in which a number lies in `low..=high` (in the column's unit).
    ///
    /// # Errors
    /// No such column, or no such row.
    pub fn where_between(&self, name: &str, low: f64, high: f64) -> Result<Table, DatasetError> {
        self.filter_numbers(name, |found| low <= found && found <= high, format!("{low} <= {name} <= {high}"))
    }

    /// Rows in which a text column holds exactly this word.
    ///
    /// # Errors
    /// No such column, or no such row.
    pub fn where_text(&self, name: &str, word: &str) -> Result<Table, DatasetError> {
        let keep: Vec<bool> = self.text(name)?.iter().map(|found| found == word).collect();
        self.filter(&keep, name, format!("{name} = {word}"))
    }

    /// Rows `first..=last`, counted from 0.
    ///
    /// # Errors
    /// The range is empty or ends behind the last row.
    pub fn rows_between(&self, first: usize, last: usize) -> Result<Table, DatasetError> {
        if first > last || last >= self.rows() {
            return Err(DatasetError::NoRows {
                table: self.label(),
                condition: format!("number {first} to {last}"),
                present: vec![format!("0 to {}", self.rows().saturating_sub(1))],
            });
        }
        let frame = self.frame.slice(first as i64, last - first + 1);
        Ok(self.selected(frame, format!("rows {first} to {last}")))
    }

    /// The distinct numbers of a column, rising.
    ///
    /// # Errors
    /// No such column.
    pub fn unique_numbers(&self, name: &str) -> Result<Vec<f64>, DatasetError> {
        let mut values = self.column(name)?;
        values.sort_by(f64::total_cmp);
        values.dedup();
        Ok(values)
    }

    /// The distinct words of a column, in alphabetical order.
    ///
    /// # Errors
    /// No such column.
    pub fn unique_text(&self, name: &str) -> Result<Vec<String>, DatasetError> {
        let mut words = self.text(name)?;
        words.sort();
        words.dedup();
        Ok(words)
    }

    /// One group per combination of values in these columns, in the order of first appearance.
    ///
    /// # Errors
    /// No such column.
    pub fn group_by(&self, names: &[&str]) -> Result<Vec<Group>, DatasetError> {
        let columns: Vec<Vec<String>> = names.iter().map(|name| self.printed(name)).collect::<Result<_, _>>()?;
        let key_of = |row: usize| -> Vec<String> {
            columns.iter().map(|column| column.get(row).cloned().unwrap_or_default()).collect()
        };
        let keys: Vec<Vec<String>> = (0..self.rows()).map(key_of).collect();
        let mut distinct: Vec<&Vec<String>> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        distinct.extend(keys.iter().filter(|key| seen.insert(*key)));
        let group = |key: &Vec<String>| {
            let keep: Vec<bool> = keys.iter().map(|other| other == key).collect();
            let said: Vec<String> = names.iter().zip(key).map(|(name, value)| format!("{name} = {value}")).collect();
            let condition = said.join(", ");
            let table = self.filter(&keep, names.first().copied().unwrap_or_default(), condition)?;
            Ok(Group { keys: key.clone(), table })
        };
        distinct.into_iter().map(group).collect()
    }

    /// Two number columns as a curve in the internal units, with origin and provenance.
    ///
    /// # Errors
    /// No such columns, or `x` does not rise: the rows of several curves are still together.
    pub fn curve(&self, x: &str, y: &str) -> Result<Curve, DatasetError> {
        let converted = self.in_internal_units()?;
        let curve = Curve::new(self.label(), converted.column(x)?, converted.column(y)?)
            .map_err(|source| DatasetError::Curve { table: self.label(), source })?;
        let mut curve =
            curve.x_axis(x, converted.unit(x)?.code()).y_axis(y, converted.unit(y)?.code()).from_origin(self.origin());
        curve.provenance = self.provenance();
        Ok(curve)
    }

    /// The stretches of constant strain of one test, from the columns `time` and `strain`.
    ///
    /// # Errors
    /// No such columns, rows of several tests, or no hold.
    pub fn holds(&self) -> Result<Vec<Hold>, DatasetError> {
        let history = self.curve("time", "strain")?;
        let holds = find_holds(&history.x, &history.y);
        if holds.is_empty() {
            return Err(DatasetError::NoHold { table: self.label(), samples: FEWEST_SAMPLES });
        }
        Ok(holds)
    }

    /// A column as words, for grouping and printing: numbers in their shortest exact form.
    pub(crate) fn printed(&self, name: &str) -> Result<Vec<String>, DatasetError> {
        match self.field(name).map(|field| field.kind) {
            Some(FieldKind::Text) => self.text(name),
            _ => Ok(self.column(name)?.iter().map(f64::to_string).collect()),
        }
    }

    fn number_field(&self, name: &str) -> Result<(&Field, Unit), DatasetError> {
        self.field(name)
            .and_then(|field| Some((field, field.unit?)))
            .filter(|(field, _)| field.kind != FieldKind::Text)
            .ok_or_else(|| self.no_column("number", name))
    }

    fn no_column(&self, kind: &'static str, name: &str) -> DatasetError {
        let known = self.fields.iter().filter(|field| (field.kind == FieldKind::Text) == (kind == "text"));
        let known = known.map(|field| field.name.clone()).collect();
        DatasetError::NoColumn { table: self.label(), kind, column: name.to_string(), known }
    }

    fn filter_numbers(&self, name: &str, keep: impl Fn(f64) -> bool, condition: String) -> Result<Table, DatasetError> {
        let keep: Vec<bool> = self.column(name)?.into_iter().map(keep).collect();
        self.filter(&keep, name, condition)
    }

    fn filter(&self, keep: &[bool], name: &str, condition: String) -> Result<Table, DatasetError> {
        let mask = BooleanChunked::from_slice(PlSmallStr::EMPTY, keep);
        match self.frame.filter(&mask) {
            Ok(frame) if frame.height() > 0 => Ok(self.selected(frame, condition)),
            _ => {
                let mut present = self.printed(name)?;
                let mut seen = std::collections::HashSet::new();
                present.retain(|value| seen.insert(value.clone()));
                present.truncate(12);
                Err(DatasetError::NoRows { table: self.label(), condition, present })
            }
        }
    }

    fn selected(&self, frame: DataFrame, condition: String) -> Table {
        let mut selection = self.selection.clone();
        selection.push(condition);
        Table { frame, fields: self.fields.clone(), source: self.source.clone(), selection }
    }
}
