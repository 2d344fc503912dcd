//! A table that remembers its units, its origin and what was selected from it.
//!
//! Long format: one row per sample, and columns that say which curve a sample belongs to, so that a query is a filter
//! and not a loop over files. The rows are a polars frame; [`Table::frame`] hands it out, nothing else here names polars.

use crate::descriptor::FieldKind;
use crate::error::DatasetError;
use crate::field::Field;
use crate::read::number_series;
use crate::source::{Sources, TableSource};
use kovacs_core::holds::{FEWEST_SAMPLES, Hold, find_holds};
use kovacs_core::units::{Unit, convert};
use kovacs_core::{Curve, Origin};
use polars::prelude::{BooleanChunked, DataFrame, DataType, IdxCa, IdxSize, NewChunkedArray, PlSmallStr, PolarsError};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Rows of data packages, with units and origin.
#[derive(Clone, Debug)]
pub struct Table {
    /// Every column in one piece, so that it can be lent as a slice.
    frame: DataFrame,
    fields: Vec<Field>,
    sources: Sources,
    selection: Vec<String>,
    notes: Vec<String>,
    /// The query that the rows answer.
    query: Option<String>,
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
        Table::of(frame, fields, Sources::one(source))
    }

    pub(crate) fn of(mut frame: DataFrame, fields: Vec<Field>, sources: Sources) -> Table {
        frame.rechunk_mut();
        Table { frame, fields, sources, selection: Vec::new(), notes: Vec::new(), query: None }
    }

    /// Another table made of the rows of this one.
    pub(crate) fn derived(&self, frame: DataFrame, fields: Vec<Field>) -> Table {
        let mut table = Table::of(frame, fields, self.sources.clone());
        (table.selection, table.notes) = (self.selection.clone(), self.notes.clone());
        table.query.clone_from(&self.query);
        table
    }

    /// The same rows, with a word on how they were chosen.
    pub(crate) fn chosen_by(mut self, condition: impl Into<String>) -> Table {
        self.selection.push(condition.into());
        self
    }

    pub(crate) fn with_notes(mut self, notes: impl IntoIterator<Item = String>) -> Table {
        self.notes.extend(notes);
        self
    }

    pub(crate) fn answering(mut self, query: &str) -> Table {
        self.query = Some(query.to_string());
        self
    }

    /// The same rows, which come from these files as well.
    pub(crate) fn also_from(mut self, others: &Sources) -> Table {
        self.sources.add(others);
        self
    }

    /// The rows as a polars frame, for work that the methods here do not do.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// The columns with their units.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Which file the rows come from; the first of them where there are several.
    pub fn source(&self) -> &TableSource {
        self.sources.first()
    }

    /// All files that the rows come from.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// What a reader of the numbers should know: packages that were left out, and why.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.frame.height()
    }

    /// Where the numbers come from. Whatever shows them says so unless they are measured. Of a mixture it is the origin
    /// furthest from a measurement; [`Sources::origins`] names all.
    pub fn origin(&self) -> Origin {
        self.sources.origin()
    }

    /// Package, resource, what was selected, and the origin where it is not measured: what a legend or caption says.
    pub fn label(&self) -> String {
        let mut label = self.sources.names();
        if !self.selection.is_empty() {
            label.push_str(&format!(", {}", self.selection.join(", ")));
        }
        let origins = self.sources.origins();
        if origins != Origin::Measured.word() {
            label.push_str(&format!(" ({origins})"));
        }
        label
    }

    /// Names and values that trace the numbers: package, version, digests, licence, sources, origin of every file, then
    /// the selection.
    pub fn provenance(&self) -> Vec<(String, String)> {
        let mut lines = self.sources.provenance();
        lines.extend(self.query.iter().map(|query| ("query".to_string(), query.clone())));
        if !self.selection.is_empty() {
            lines.push(("selection".to_string(), self.selection.join(", ")));
        }
        lines.extend(self.notes.iter().map(|note| ("note".to_string(), note.clone())));
        lines
    }

    /// The field of a column, or `None`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The unit of a number column.
    ///
    /// # Errors
    /// No number column has this name, or its unit is not known: nothing guesses the unit of a computed column.
    pub fn unit(&self, name: &str) -> Result<Unit, DatasetError> {
        let field = self.number_field(name)?;
        field.unit.ok_or_else(|| DatasetError::UnitNotKnown { table: self.label(), column: name.to_string() })
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
            let inside = field.inside();
            let Some(unit) = field.unit.filter(|_| inside.unit != field.unit) else { continue };
            let values: Vec<f64> = self.column(&field.name)?.into_iter().map(|value| unit.to_internal(value)).collect();
            let replaced = converted.frame.replace(&field.name, number_series(&field.name, &values).into());
            replaced.map_err(|_| self.no_column("number", &field.name))?;
            *field = inside;
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
        self.keep(&keep, name, format!("{name} = {word}"))
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
        let mut rows_of: HashMap<Vec<&str>, usize> = HashMap::new();
        let mut groups: Vec<(Vec<String>, Vec<IdxSize>)> = Vec::new();
        for row in 0..self.rows() {
            let key: Vec<&str> = columns.iter().filter_map(|column| column.get(row).map(String::as_str)).collect();
            let words = || key.iter().map(|word| word.to_string()).collect();
            let next = groups.len();
            let index = *rows_of.entry(key.clone()).or_insert(next);
            if index == next {
                groups.push((words(), Vec::new()));
            }
            if let Some((_, rows)) = groups.get_mut(index) {
                rows.push(row as IdxSize);
            }
        }
        let group = |(keys, rows): (Vec<String>, Vec<IdxSize>)| {
            let said: Vec<String> = names.iter().zip(&keys).map(|(name, value)| format!("{name} = {value}")).collect();
            let frame = self.frame.take(&IdxCa::from_vec(PlSmallStr::EMPTY, rows));
            let frame = frame.map_err(|error| self.failed("grouping", &error))?;
            Ok(Group { keys, table: self.selected(frame, said.join(", ")) })
        };
        groups.into_iter().map(group).collect()
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

    fn number_field(&self, name: &str) -> Result<&Field, DatasetError> {
        let field = self.field(name).filter(|field| field.kind != FieldKind::Text);
        field.ok_or_else(|| self.no_column("number", name))
    }

    /// The engine refused something that the checks before it let pass.
    pub(crate) fn failed(&self, action: &'static str, error: &PolarsError) -> DatasetError {
        DatasetError::Engine { table: self.label(), action, reason: error.to_string() }
    }

    pub(crate) fn no_column(&self, kind: &'static str, name: &str) -> DatasetError {
        let known = self.fields.iter().filter(|field| (field.kind == FieldKind::Text) == (kind == "text"));
        let known = known.map(|field| field.name.clone()).collect();
        DatasetError::NoColumn { table: self.label(), kind, column: name.to_string(), known }
    }

    fn filter_numbers(&self, name: &str, keep: impl Fn(f64) -> bool, condition: String) -> Result<Table, DatasetError> {
        let keep: Vec<bool> = self.column(name)?.into_iter().map(keep).collect();
        self.keep(&keep, name, condition)
    }

    fn keep(&self, keep: &[bool], name: &str, condition: String) -> Result<Table, DatasetError> {
        let mask = BooleanChunked::from_slice(PlSmallStr::EMPTY, keep);
        match self.frame.filter(&mask) {
            Ok(frame) if frame.height() > 0 => Ok(self.selected(frame, condition)),
            _ => {
                let present = self.present(name)?;
                Err(DatasetError::NoRows { table: self.label(), condition, present })
            }
        }
    }

    /// The first dozen distinct values of a column, as printed.
    pub(crate) fn present(&self, name: &str) -> Result<Vec<String>, DatasetError> {
        let mut present = self.printed(name)?;
        let mut seen = HashSet::new();
        present.retain(|value| seen.insert(value.clone()));
        present.truncate(12);
        Ok(present)
    }

    fn selected(&self, frame: DataFrame, condition: String) -> Table {
        self.derived(frame, self.fields.clone()).chosen_by(condition)
    }
}
