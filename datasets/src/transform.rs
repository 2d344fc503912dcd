//! Tables from tables: columns chosen, renamed, computed, rows filtered, sorted, thinned out, stacked.
//!
//! No method changes its table; each gives another one that shares what it can. Units, origin and the words on what was
//! selected go along. A result without rows is an error that says which values there are, because every step that
//! follows would fail for a reason that is harder to see.

use crate::descriptor::{FieldKind, UnitBasis};
use crate::error::DatasetError;
use crate::field::Field;
use crate::query::{Kind, QueryError, Scope, Walk, on_large_stack, parse_expression};
use crate::render::summary;
use crate::table::Table;
use crate::table_error::TableError;
use kovacs_core::units::{Unit, convert, parse_unit};
use polars::lazy::frame::IntoLazy;
use polars::prelude::{
    ChunkApply, Column, DataFrame, DataType, Expr, IntoColumn, PlSmallStr, PolarsError, PolarsResult,
    SortMultipleOptions, UniqueKeepStrategy,
};

/// An expression over the columns of a table, ready for the engine.
struct Ready {
    expr: Expr,
    kind: Kind,
    /// Columns in it.
    columns: Vec<String>,
}

impl Table {
    /// The table with these columns only, in this order.
    ///
    /// # Errors
    /// There is no such column, or one is named twice.
    pub fn select(&self, names: &[&str]) -> Result<Table, DatasetError> {
        let mut fields: Vec<Field> = Vec::with_capacity(names.len());
        for name in names {
            let field = self.known(name)?;
            if fields.iter().any(|other| other.name == field.name) {
                return Err(self.taken(name));
            }
            fields.push(field.clone());
        }
        let frame =
            self.frame().select(names.iter().copied()).map_err(|error| self.failed("choosing columns of", &error))?;
        Ok(self.derived(frame, fields))
    }

    /// The table with one column under another name.
    ///
    /// # Errors
    /// There is no such column, or the new name is taken.
    pub fn rename(&self, name: &str, to: &str) -> Result<Table, DatasetError> {
        self.known(name)?;
        if name != to && self.field(to).is_some() {
            return Err(self.taken(to));
        }
        let mut frame = self.frame().clone();
        frame.rename(name, PlSmallStr::from_str(to)).map_err(|error| self.failed("renaming a column of", &error))?;
        let mut fields = self.fields().to_vec();
        for field in fields.iter_mut().filter(|field| field.name == name) {
            field.name = to.to_string();
        }
        Ok(self.derived(frame, fields))
    }

    /// The rows that meet a condition: `t_w > 15 min and eps2 < 0.4 %`. It is the `where` of a query. A bare number is
    /// in the unit of its column; a number with a unit is converted to it.
    ///
    /// # Errors
    /// A text that is no condition, a column that does not exist, units that do not go together, or no such row.
    pub fn filter(&self, condition: &str) -> Result<Table, DatasetError> {
        let ready = self.ready(condition, true)?;
        if !matches!(ready.kind, Kind::Condition | Kind::Unknown) {
            return Err(Box::new(QueryError::NotACondition { text: condition.trim().to_string() }).into());
        }
        let frame = self.run(condition, || self.frame().clone().lazy().filter(ready.expr.clone()).collect())?;
        if frame.height() == 0 {
            let present = self.fields().iter().filter(|field| ready.columns.contains(&field.name));
            let present = present.filter_map(|field| {
                let values = self.frame().column(&field.name).ok()?;
                Some(summary(field, values.as_materialized_series()))
            });
            let text = condition.trim().to_string();
            return Err(Box::new(QueryError::NoRows { text, present: present.collect() }).into());
        }
        Ok(self.derived(frame, self.fields().to_vec()).chosen_by(condition.trim()))
    }

    /// The rows in rising order of these columns, gaps last; rows that are equal in them keep their order.
    ///
    /// # Errors
    /// There is no such column.
    pub fn sort(&self, names: &[&str]) -> Result<Table, DatasetError> {
        self.sorted(names, false)
    }

    /// The rows in falling order of these columns, gaps last; rows that are equal in them keep their order.
    ///
    /// # Errors
    /// There is no such column.
    pub fn sort_descending(&self, names: &[&str]) -> Result<Table, DatasetError> {
        self.sorted(names, true)
    }

    fn sorted(&self, names: &[&str], descending: bool) -> Result<Table, DatasetError> {
        names.iter().try_for_each(|name| self.known(name).map(|_| ()))?;
        if names.is_empty() {
            return Ok(self.clone());
        }
        let options = SortMultipleOptions::default()
            .with_order_descending(descending)
            .with_maintain_order(true)
            .with_nulls_last(true);
        let frame =
            self.frame().sort(names.iter().copied(), options).map_err(|error| self.failed("sorting", &error))?;
        Ok(self.derived(frame, self.fields().to_vec()))
    }

    /// The first row of each combination of values in these columns, in the order of the table.
    ///
    /// # Errors
    /// There is no such column.
    pub fn unique(&self, names: &[&str]) -> Result<Table, DatasetError> {
        names.iter().try_for_each(|name| self.known(name).map(|_| ()))?;
        let columns: Vec<String> = names.iter().map(|name| name.to_string()).collect();
        let columns = (!columns.is_empty()).then_some(columns);
        let frame = self
            .frame()
            .unique_stable(columns.as_deref(), UniqueKeepStrategy::First, None)
            .map_err(|error| self.failed("thinning out", &error))?;
        Ok(self.derived(frame, self.fields().to_vec()))
    }

    /// The first rows, `count` of them or as many as there are.
    ///
    /// # Errors
    /// `count` is 0.
    pub fn head(&self, count: usize) -> Result<Table, DatasetError> {
        self.rows_between(0, count.min(self.rows()).wrapping_sub(1)).map(|table| table.within(self))
    }

    /// The last rows, `count` of them or as many as there are.
    ///
    /// # Errors
    /// `count` is 0.
    pub fn tail(&self, count: usize) -> Result<Table, DatasetError> {
        let first = self.rows() - count.min(self.rows());
        self.rows_between(first, self.rows().wrapping_sub(1)).map(|table| table.within(self))
    }

    /// Nothing was chosen where all rows are still there.
    fn within(self, whole: &Table) -> Table {
        if self.rows() == whole.rows() { whole.clone() } else { self }
    }

    /// The table with a further column, computed from others: `with_column("modulus", "stress / strain", None)`.
    ///
    /// The unit follows where that is plain: sums and differences of equal units, ratios, products with a dimensionless
    /// column. Elsewhere `unit` states it. Where it follows, `unit` converts to another one of its dimension.
    ///
    /// # Errors
    /// A name that is taken, an expression that cannot be understood, a unit that does not follow and is not stated, or
    /// one that measures something else.
    pub fn with_column(&self, name: &str, expression: &str, unit: Option<&str>) -> Result<Table, DatasetError> {
        if self.field(name).is_some() {
            return Err(self.taken(name));
        }
        let ready = self.ready(expression, false)?;
        let aliased = ready.expr.alias(PlSmallStr::from_str(name));
        let frame = self.run(expression, || self.frame().clone().lazy().with_column(aliased.clone()).collect())?;
        let column = frame.column(name).map_err(|error| self.failed("computing a column of", &error))?;
        let (column, field) = self.computed(name, column, ready.kind, unit)?;
        let mut frame = self.frame().clone();
        frame.with_column(column).map_err(|error| self.failed("computing a column of", &error))?;
        let mut fields = self.fields().to_vec();
        fields.push(field);
        Ok(self.derived(frame, fields))
    }

    /// The table with the unit of a column stated, where it is not known.
    ///
    /// # Errors
    /// There is no such column of numbers, or a unit that does not exist.
    pub fn with_unit(&self, name: &str, unit: &str) -> Result<Table, DatasetError> {
        let stated = self.parsed(name, unit)?;
        let field = self.known(name)?;
        match (field.kind, field.unit) {
            (FieldKind::Text, _) => return Err(self.no_column("number", name)),
            (_, Some(known)) if known != stated => {
                let column = name.to_string();
                let table = self.label();
                return Err(Box::new(TableError::UnitKnown { table, column, known: known.code() }).into());
            }
            _ => {}
        }
        let mut fields = self.fields().to_vec();
        for field in fields.iter_mut().filter(|field| field.name == name && field.unit.is_none()) {
            (field.unit, field.unit_basis) = (Some(stated), Some(UnitBasis::User));
        }
        Ok(self.derived(self.frame().clone(), fields))
    }

    fn computed(
        &self,
        name: &str,
        column: &Column,
        kind: Kind,
        unit: Option<&str>,
    ) -> Result<(Column, Field), DatasetError> {
        if *column.dtype() == DataType::String {
            return Ok((column.clone(), Field::words(name, "")));
        }
        let not_known = || DatasetError::UnitNotKnown { table: self.label(), column: name.to_string() };
        let failed = |error: PolarsError| self.failed("computing a column of", &error);
        let numbers = column.cast(&DataType::Float64).map_err(failed)?;
        let mut field = Field::computed(name, FieldKind::Number, kind.unit());
        let stated = unit.map(|unit| self.parsed(name, unit)).transpose()?;
        match (kind.unit(), stated) {
            (None, None) => return Err(not_known()),
            (Some(derived), Some(stated)) if derived != stated => {
                // The dimension is looked at before any value is.
                self.converted(name, 0.0, derived, stated)?;
                (field.unit, field.unit_basis) = (Some(stated), Some(UnitBasis::User));
                return Ok((in_unit(&numbers, derived, stated).map_err(failed)?, field));
            }
            (_, Some(stated)) => (field.unit, field.unit_basis) = (Some(stated), Some(UnitBasis::User)),
            (Some(_), None) => {}
        }
        Ok((numbers, field))
    }

    /// Rows of several tables below each other. Columns are found by name and converted to the unit that the first
    /// table gives them; where a table lacks a column there are gaps.
    ///
    /// # Errors
    /// No table, or columns of one name that do not measure the same.
    pub fn stack(tables: &[Table]) -> Result<Table, DatasetError> {
        let Some((first, others)) = tables.split_first() else {
            return Err(DatasetError::NoRows {
                table: "nothing".into(),
                condition: "any value".into(),
                present: Vec::new(),
            });
        };
        let mut fields = first.fields().to_vec();
        for field in others.iter().flat_map(Table::fields) {
            if fields.iter().all(|known| known.name != field.name) {
                fields.push(field.clone());
            }
        }
        for field in &mut fields {
            let kinds = tables.iter().filter_map(|table| table.field(&field.name)).map(|other| other.kind);
            let mixed =
                kinds.clone().any(|kind| kind != field.kind) && kinds.clone().all(|kind| kind != FieldKind::Text);
            if mixed || (field.kind == FieldKind::Integer && kinds.count() < tables.len()) {
                field.kind = FieldKind::Number;
            }
        }
        let mut stacked: Option<DataFrame> = None;
        for table in tables {
            let columns: Vec<Column> = fields.iter().map(|field| table.as_field(field)).collect::<Result<_, _>>()?;
            let piece = DataFrame::new(table.rows(), columns).map_err(|error| table.failed("stacking", &error))?;
            stacked = Some(match stacked {
                None => piece,
                Some(above) => above.vstack(&piece).map_err(|error| table.failed("stacking", &error))?,
            });
        }
        let stacked = first.derived(stacked.unwrap_or_default(), fields);
        Ok(others.iter().fold(stacked, |all, table| all.also_from(table.sources()).with_notes(table.notes().to_vec())))
    }

    /// The column of this name as the field of another table asks for it: in its unit and type, or gaps.
    pub(crate) fn as_field(&self, wanted: &Field) -> Result<Column, DatasetError> {
        let name = &wanted.name;
        let as_type = match wanted.kind {
            FieldKind::Number => DataType::Float64,
            FieldKind::Integer => DataType::Int64,
            FieldKind::Text => DataType::String,
        };
        let Some(own) = self.field(name) else {
            return Ok(Column::full_null(PlSmallStr::from_str(name), self.rows(), &as_type));
        };
        let failed = |error: PolarsError| self.failed("converting a column of", &error);
        let column = self.frame().column(name).map_err(failed)?;
        match (own.unit, wanted.unit) {
            _ if (own.kind == FieldKind::Text) != (wanted.kind == FieldKind::Text) => {
                Err(self.no_column(if wanted.kind == FieldKind::Text { "text" } else { "number" }, name))
            }
            (Some(from), Some(to)) if from != to => {
                self.converted(name, 0.0, from, to)?;
                in_unit(column, from, to).map_err(failed)
            }
            (own, wanted) if own != wanted => {
                Err(DatasetError::UnitNotKnown { table: self.label(), column: name.clone() })
            }
            _ => column.cast(&as_type).map_err(failed),
        }
    }

    fn converted(&self, name: &str, value: f64, from: Unit, to: Unit) -> Result<f64, DatasetError> {
        convert(value, from, to).map_err(|source| self.conversion(name, source))
    }

    fn parsed(&self, name: &str, unit: &str) -> Result<Unit, DatasetError> {
        parse_unit(unit).map_err(|source| self.conversion(name, source))
    }

    fn conversion(&self, name: &str, source: kovacs_core::units::UnitError) -> DatasetError {
        DatasetError::Conversion { table: self.label(), column: name.to_string(), source }
    }

    pub(crate) fn known(&self, name: &str) -> Result<&Field, DatasetError> {
        self.field(name).ok_or_else(|| DatasetError::NoSuchColumn {
            table: self.label(),
            column: name.to_string(),
            known: self.fields().iter().map(|field| field.name.clone()).collect(),
        })
    }

    pub(crate) fn taken(&self, name: &str) -> DatasetError {
        Box::new(TableError::NameTaken { table: self.label(), column: name.to_string() }).into()
    }

    /// Reads an expression, checks its units and hands it to the engine's own parser.
    fn ready(&self, text: &str, is_condition: bool) -> Result<Ready, DatasetError> {
        let scope = Scope::of_fields(self.fields());
        let read = || -> Result<(String, Kind, Vec<String>), QueryError> {
            let (mut expr, quantities) = parse_expression(text)?;
            let mut walk = Walk::new(&quantities, Vec::new());
            walk.in_where = is_condition;
            let kind = walk.expression(&mut expr, &scope, None)?;
            Ok((expr.to_string(), kind, walk.asked))
        };
        let engine = |reason: String| Box::new(QueryError::Engine { text: text.trim().to_string(), reason });
        let (sql, kind, columns) = on_large_stack(read)
            .unwrap_or_else(|| Err(*engine("it is nested too deeply".to_string())))
            .map_err(Box::new)?;
        let expr = self.run(text, || polars::sql::sql_expr(&sql))?;
        Ok(Ready { expr, kind, columns })
    }

    /// Runs the engine below; what it refuses is said with the text that asked for it.
    fn run<T: Send>(
        &self,
        text: &str,
        work: impl Fn() -> Result<T, PolarsError> + Send + Sync,
    ) -> Result<T, DatasetError> {
        let said = |reason: String| -> DatasetError {
            Box::new(QueryError::Engine { text: text.trim().to_string(), reason }).into()
        };
        match on_large_stack(&work) {
            Some(done) => done.map_err(|error| said(error.to_string().lines().next().unwrap_or_default().to_string())),
            None => Err(said("the engine below failed".to_string())),
        }
    }
}

/// A column of numbers in another unit of its dimension.
pub(crate) fn in_unit(column: &Column, from: Unit, to: Unit) -> PolarsResult<Column> {
    let numbers = column.cast(&DataType::Float64)?;
    let converted = numbers.f64()?.apply_values(|value| convert(value, from, to).unwrap_or(f64::NAN));
    Ok(converted.into_column())
}
