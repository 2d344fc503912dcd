//! Groups of rows and what is said of each: mean, standard deviation, extremes, quantiles, counts.
//!
//! A mean of stresses is a stress, and so is their standard deviation; a count has no unit. A standard deviation of
//! Celsius temperatures is in K, because the zero of °C drops out of it. Gaps do not count.

use crate::descriptor::FieldKind;
use crate::error::DatasetError;
use crate::field::Field;
use crate::query::has_offset;
use crate::table::Table;
use crate::table_error::TableError;
use kovacs_core::units::{Dimension, Unit};
use polars::lazy::frame::IntoLazy;
use polars::prelude::{DataType, Expr, PlSmallStr, QuantileMethod, col, len, lit};
use std::fmt;

/// What is said of the values of a column in a group.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Statistic {
    /// Arithmetic mean.
    Mean,
    /// Standard deviation of a sample (n - 1); a gap for a single value.
    Std,
    /// Smallest value.
    Min,
    /// Largest value.
    Max,
    /// Sum.
    Sum,
    /// Number of values, gaps left out.
    Count,
    /// Value of the first row.
    First,
    /// Value of the last row.
    Last,
    /// Median.
    Median,
    /// The value below which this part of the values lies, between 0 and 1; interpolated linearly.
    Quantile(f64),
}

impl Statistic {
    /// The statistic of this name: `mean`, `std`, `min`, `max`, `sum`, `count`, `first`, `last`, `median`.
    pub fn from_word(word: &str) -> Option<Statistic> {
        use Statistic::*;
        [Mean, Std, Min, Max, Sum, Count, First, Last, Median].into_iter().find(|known| known.to_string() == word)
    }

    /// Whether it can be said of words.
    fn is_of_words(self) -> bool {
        matches!(self, Statistic::Count | Statistic::First | Statistic::Last | Statistic::Min | Statistic::Max)
    }

    fn of(self, column: &str) -> Expr {
        let values = col(PlSmallStr::from_str(column));
        match self {
            Statistic::Mean => values.mean(),
            Statistic::Std => values.std(1),
            Statistic::Min => values.min(),
            Statistic::Max => values.max(),
            Statistic::Sum => values.sum(),
            Statistic::Count => values.count().cast(DataType::Int64),
            Statistic::First => values.first(),
            Statistic::Last => values.last(),
            Statistic::Median => values.median(),
            Statistic::Quantile(part) => values.quantile(lit(part), QuantileMethod::Linear),
        }
    }

    /// Its unit, from that of the column.
    fn unit(self, unit: Option<Unit>) -> Option<Unit> {
        match (self, unit) {
            (Statistic::Count, _) => Some(Dimension::Dimensionless.internal()),
            // The zero of °C drops out of a deviation and makes no sense in a sum.
            (Statistic::Std, Some(unit)) if has_offset(unit) => Some(unit.dimension().internal()),
            (Statistic::Sum, Some(unit)) if has_offset(unit) => None,
            (_, unit) => unit,
        }
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            Statistic::Mean => "mean",
            Statistic::Std => "std",
            Statistic::Min => "min",
            Statistic::Max => "max",
            Statistic::Sum => "sum",
            Statistic::Count => "count",
            Statistic::First => "first",
            Statistic::Last => "last",
            Statistic::Median => "median",
            Statistic::Quantile(part) => return write!(f, "quantile_{part}"),
        };
        f.write_str(word)
    }
}

/// A statistic of a column, which becomes the column `stress_mean`.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// The column.
    pub column: String,
    /// What is said of it.
    pub statistic: Statistic,
}

impl Aggregate {
    /// `Aggregate::new("stress", Statistic::Mean)` becomes the column `stress_mean`.
    pub fn new(column: &str, statistic: Statistic) -> Aggregate {
        Aggregate { column: column.to_string(), statistic }
    }

    /// The name of the new column.
    pub fn name(&self) -> String {
        format!("{}_{}", self.column, self.statistic)
    }
}

impl Table {
    /// One row for each combination of values in the columns `by`, in the order of first appearance, with these
    /// statistics; without `by` one row for all.
    ///
    /// # Errors
    /// There is no such column; a statistic of words that is one of numbers; a quantile outside 0 to 1; two columns of
    /// one name.
    pub fn aggregate(&self, by: &[&str], aggregates: &[Aggregate]) -> Result<Table, DatasetError> {
        let mut fields = self.select(by)?.fields().to_vec();
        let mut expressions = Vec::with_capacity(aggregates.len());
        for aggregate in aggregates {
            let field = self.aggregated(aggregate)?;
            if fields.iter().any(|known| known.name == field.name) {
                return Err(self.taken(&field.name));
            }
            expressions.push(aggregate.statistic.of(&aggregate.column).alias(PlSmallStr::from_str(&field.name)));
            fields.push(field);
        }
        self.grouped(by, expressions, fields)
    }

    /// The number of rows for each combination of values in the columns `by`, as the column `count`.
    ///
    /// # Errors
    /// There is no such column, or one called `count` is among them.
    pub fn count_rows(&self, by: &[&str]) -> Result<Table, DatasetError> {
        let mut fields = self.select(by)?.fields().to_vec();
        if by.contains(&"count") {
            return Err(self.taken("count"));
        }
        fields.push(Field::computed("count", FieldKind::Integer, Some(Dimension::Dimensionless.internal())));
        self.grouped(by, vec![len().cast(DataType::Int64).alias("count")], fields)
    }

    fn grouped(&self, by: &[&str], expressions: Vec<Expr>, fields: Vec<Field>) -> Result<Table, DatasetError> {
        let rows = self.frame().clone().lazy();
        let keys: Vec<Expr> = by.iter().map(|name| col(PlSmallStr::from_str(name))).collect();
        let frame = match (by, expressions.as_slice()) {
            ([], _) => rows.select(expressions).collect(),
            (_, []) => return self.select(by)?.unique(by),
            _ => rows.group_by_stable(keys).agg(expressions).collect(),
        };
        let frame = frame.map_err(|error| self.failed("grouping", &error))?;
        let said = by.join(", ");
        let table = self.derived(frame, fields);
        Ok(if by.is_empty() { table } else { table.chosen_by(format!("by {said}")) })
    }

    fn aggregated(&self, aggregate: &Aggregate) -> Result<Field, DatasetError> {
        let field = self.known(&aggregate.column)?;
        let statistic = aggregate.statistic;
        let refuse = |reason| TableError::Statistic {
            table: self.label(),
            column: aggregate.column.clone(),
            statistic: statistic.to_string(),
            reason,
        };
        if field.kind == FieldKind::Text && !statistic.is_of_words() {
            return Err(Box::new(refuse("the column holds words")).into());
        }
        if let Statistic::Quantile(part) = statistic
            && !(0.0..=1.0).contains(&part)
        {
            return Err(Box::new(refuse("a quantile lies between 0 and 1")).into());
        }
        let kind = match (statistic, field.kind) {
            (Statistic::Count, _) => FieldKind::Integer,
            (Statistic::Min | Statistic::Max | Statistic::First | Statistic::Last | Statistic::Sum, kind) => kind,
            _ => FieldKind::Number,
        };
        if statistic != Statistic::Count && kind == FieldKind::Text {
            return Ok(Field::words(&aggregate.name(), ""));
        }
        Ok(Field::computed(&aggregate.name(), kind, statistic.unit(field.unit)))
    }
}
