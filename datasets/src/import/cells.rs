//! Columns on their way from a file into a table: numbers stay numbers, no text in between.

use super::columns::{At, Taken};
use super::constants::Value;
use super::error::ImportError;
use crate::descriptor::{FieldKind, FieldStatement};
use crate::error::DatasetError;
use kovacs_core::units::{Unit, convert};
use kovacs_formats::Values;
use polars::prelude::{
    Column, DataFrame, Float64Chunked, Int64Chunked, IntoColumn, IntoSeries, NamedFrom, PlSmallStr, Series,
};

/// The cells of one column.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cells {
    /// Numbers; NaN is a gap.
    Numbers(Vec<f64>),
    /// Whole numbers.
    Whole(Vec<i64>),
    /// Words.
    Words(Vec<String>),
}

/// A column with its statement.
#[derive(Clone, Debug)]
pub(super) struct Filled {
    pub(super) field: FieldStatement,
    pub(super) unit: Option<Unit>,
    pub(super) cells: Cells,
}

/// Columns of one length.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub(super) columns: Vec<Filled>,
    pub(super) rows: usize,
}

/// The usual order of columns that say which curve a sample belongs to, and of those that hold the sample.
const ORDER: [&str; 11] =
    ["glass", "specimen", "eps1", "eps2", "t_w", "temperature", "stage", "time", "time_in_stage", "strain", "stress"];

impl Cells {
    /// Turns the cells of a file into those of a column of this kind.
    ///
    /// # Errors
    /// A cell that is not what the column is stated to hold, with line and content.
    pub(super) fn of(at: At<'_>, taken: &Taken, values: Values) -> Result<Cells, DatasetError> {
        let refuse = |row: usize, value: String, expected: &'static str| {
            DatasetError::from(ImportError::ImportedCell {
                file: at.file.to_path_buf(),
                sheet: at.sheet_name(),
                line: at.sheet.first_line + row,
                column: taken.field.name.clone(),
                value: value.into(),
                expected,
            })
        };
        let required = taken.field.constraints.as_ref().is_none_or(|limits| limits.required);
        let numbers = match (taken.field.kind, values) {
            (FieldKind::Text, Values::Words(words)) => {
                if let Some(row) = words.iter().position(String::is_empty).filter(|_| required) {
                    return Err(refuse(row, "(empty)".to_string(), "a word"));
                }
                return Ok(Cells::Words(words));
            }
            (FieldKind::Text, Values::Numbers(numbers)) => {
                return Ok(Cells::Words(numbers.iter().map(f64::to_string).collect()));
            }
            (_, Values::Numbers(numbers)) => numbers,
            (_, Values::Words(words)) => {
                let mut numbers = Vec::with_capacity(words.len());
                for (row, word) in words.into_iter().enumerate() {
                    match word.parse::<f64>() {
                        Ok(value) if value.is_finite() => numbers.push(value),
                        _ if word.is_empty() => numbers.push(f64::NAN),
                        _ => return Err(refuse(row, word, "a finite number")),
                    }
                }
                numbers
            }
        };
        if let Some((row, value)) = numbers.iter().enumerate().find(|(_, value)| value.is_infinite()) {
            return Err(refuse(row, value.to_string(), "a finite number"));
        }
        if taken.field.kind == FieldKind::Number {
            return Ok(Cells::Numbers(numbers));
        }
        let mut whole = Vec::with_capacity(numbers.len());
        for (row, value) in numbers.into_iter().enumerate() {
            if value.fract() != 0.0 || value.abs() >= 9_007_199_254_740_992.0 {
                return Err(refuse(row, value.to_string(), "a whole number"));
            }
            whole.push(value as i64);
        }
        Ok(Cells::Whole(whole))
    }

    /// One value in every row.
    pub(super) fn repeated(value: &Value, rows: usize) -> Cells {
        match value {
            Value::Whole(value) => Cells::Whole(vec![*value; rows]),
            Value::Number(value, _) => Cells::Numbers(vec![*value; rows]),
            Value::Words(words) => Cells::Words(vec![words.clone(); rows]),
        }
    }

    fn into_series(self, name: &str, gaps: bool) -> Series {
        let name = PlSmallStr::from_str(name);
        match self {
            Cells::Numbers(numbers) if gaps => {
                let gaps: Vec<Option<f64>> =
                    numbers.into_iter().map(|value| Some(value).filter(|v| !v.is_nan())).collect();
                Series::new(name, gaps)
            }
            Cells::Numbers(numbers) => Float64Chunked::from_vec(name, numbers).into_series(),
            Cells::Whole(whole) => Int64Chunked::from_vec(name, whole).into_series(),
            Cells::Words(words) => Series::new(name, words),
        }
    }
}

impl Filled {
    /// A column that holds one value, stated by whoever imports the file.
    pub(super) fn constant(name: &str, value: &Value, rows: usize) -> Filled {
        Filled {
            field: FieldStatement {
                name: name.to_string(),
                kind: value.kind(),
                unit: value.unit().map(|unit| unit.code().to_string()),
                unit_basis: value.unit().map(|_| crate::descriptor::UnitBasis::User),
                description: None,
                constraints: None,
            },
            unit: value.unit(),
            cells: Cells::repeated(value, rows),
        }
    }
}

impl Block {
    /// The column of this name.
    pub(super) fn get(&self, name: &str) -> Option<&Filled> {
        self.columns.iter().find(|column| column.field.name == name)
    }

    /// Numbers of a column with their unit.
    pub(super) fn numbers(&self, name: &str) -> Option<(&[f64], Unit)> {
        let column = self.get(name)?;
        match &column.cells {
            Cells::Numbers(numbers) => Some((numbers, column.unit?)),
            _ => None,
        }
    }

    /// Keeps the rows for which `keep` holds.
    pub(super) fn retain(&mut self, keep: &[bool]) {
        fn kept<T>(cells: &mut Vec<T>, keep: &[bool]) {
            let mut flags = keep.iter();
            cells.retain(|_| flags.next().copied().unwrap_or(true));
        }
        for column in &mut self.columns {
            match &mut column.cells {
                Cells::Numbers(cells) => kept(cells, keep),
                Cells::Whole(cells) => kept(cells, keep),
                Cells::Words(cells) => kept(cells, keep),
            }
        }
        self.rows = keep.iter().filter(|keep| **keep).count();
    }

    /// Columns in their usual order; others stay behind them, as they stood.
    pub(super) fn arrange(&mut self) {
        let place = |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
        self.columns.sort_by_key(|column| place(&column.field.name));
    }

    /// Appends the rows of another block with the same columns; numbers in other units of the same kind are converted
    /// to those of the first. Answers the names of the columns that were converted.
    ///
    /// # Errors
    /// The name of the first column that one of them lacks, or whose kind or dimension differs.
    pub(super) fn append(&mut self, mut other: Block) -> Result<Vec<String>, String> {
        if let Some(extra) = other.columns.iter().find(|column| self.get(&column.field.name).is_none()) {
            return Err(extra.field.name.clone());
        }
        let mut converted = Vec::new();
        for column in &mut self.columns {
            let name = column.field.name.clone();
            let at = other.columns.iter().position(|theirs| theirs.field.name == name).ok_or_else(|| name.clone())?;
            let theirs = other.columns.swap_remove(at);
            match (&mut column.cells, theirs.cells) {
                (Cells::Numbers(mine), Cells::Numbers(added)) => {
                    let (Some(to), Some(from)) = (column.unit, theirs.unit) else { return Err(name) };
                    if to == from {
                        mine.extend(added);
                    } else {
                        for value in added {
                            mine.push(convert(value, from, to).map_err(|_| name.clone())?);
                        }
                        converted.push(name);
                    }
                }
                (Cells::Whole(mine), Cells::Whole(added)) => mine.extend(added),
                (Cells::Words(mine), Cells::Words(added)) => mine.extend(added),
                _ => return Err(name),
            }
        }
        self.rows += other.rows;
        Ok(converted)
    }

    /// The columns as a frame, and their statements.
    pub(super) fn into_frame(self) -> Result<(DataFrame, Vec<FieldStatement>), String> {
        let mut fields = Vec::with_capacity(self.columns.len());
        let mut columns: Vec<Column> = Vec::with_capacity(self.columns.len());
        for column in self.columns {
            let gaps = column.field.constraints.as_ref().is_some_and(|limits| !limits.required);
            columns.push(column.cells.into_series(&column.field.name, gaps).into_column());
            fields.push(column.field);
        }
        let frame = DataFrame::new(self.rows, columns).map_err(|error| error.to_string())?;
        Ok((frame, fields))
    }
}
