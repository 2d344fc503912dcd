//! Questions about data packages, and tables made from tables.
//!
//! A cell writes what it wants; the work is done by the engine, which holds the rows. Each step gives another table and
//! leaves its own alone, so steps are chained with `?`:
//!
//! ```no_run
//! use kovacs::prelude::*;
//!
//! # fn main() -> Result<(), kovacs::Error> {
//! let curves = query("curves where glass = 'PVC' and t_w > 15 min")?;
//! let means = curves.filter("stage = 2")?.group_by(["eps2", "t_w"]).mean("stress")?;
//! let fastest = means.sort(["stress_mean"])?.head(5)?;
//! # Ok(())
//! # }
//! ```

use crate::dataset::Table;
use crate::error::Result;
use crate::seam::{self, Operation};
use crate::wire::{Reader, WireError, Writer};

/// Asks all data packages a question in SQL; `select * from` may be left out: `curves where t_w > 100`.
///
/// Tables are `"package.table"` in double quotes, the same with `_` (`pvc_two_step`), and `curves`, all tables that have
/// `time` and `stress`. Numbers are in internal units or say theirs: `t_w > 15 min`, `eps2 = 0.3 %`.
///
/// # Errors
/// The question cannot be understood, or no row answers it; the error says what there is.
pub fn query(text: &str) -> Result<Table> {
    let mut writer = Writer::new();
    writer.text(text);
    Table::decode(&seam::call(Operation::Query, writer)?)
}

/// How a table is made from another one. Both sides of the seam read it.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Some columns.
    Select(Vec<String>),
    /// A column under another name.
    Rename(String, String),
    /// The rows that meet a condition.
    Filter(String),
    /// The rows in the order of these columns, falling if so.
    Sort(Vec<String>, bool),
    /// The first row for each combination of values.
    Unique(Vec<String>),
    /// The first rows.
    Head(usize),
    /// The last rows.
    Tail(usize),
    /// A computed column: name, expression, stated unit.
    Column(String, String, Option<String>),
    /// One row for each group: grouping columns; column and statistic of each new column.
    Aggregate(Vec<String>, Vec<(String, Statistic)>),
    /// The number of rows in each group.
    Count(Vec<String>),
    /// With another table side by side: its handle, the keys, and whether rows without a partner stay.
    Join(u64, Vec<String>, bool),
    /// With another table below.
    Stack(u64),
}

/// What is said of the values of a column in a group.
#[derive(Clone, Debug, PartialEq)]
pub enum Statistic {
    /// `mean`, `std`, `min`, `max`, `sum`, `count`, `first`, `last`, `median`.
    Named(String),
    /// The value below which this part of the values lies.
    Quantile(f64),
}

impl Step {
    /// Writes the step into a message of the seam.
    pub fn encode(&self, writer: &mut Writer) {
        match self {
            Step::Select(columns) => {
                writer.u8(0);
                writer.texts(columns);
            }
            Step::Rename(from, to) => {
                writer.u8(1);
                writer.text(from);
                writer.text(to);
            }
            Step::Filter(condition) => {
                writer.u8(2);
                writer.text(condition);
            }
            Step::Sort(by, falling) => {
                writer.u8(3);
                writer.texts(by);
                writer.bool(*falling);
            }
            Step::Unique(columns) => {
                writer.u8(4);
                writer.texts(columns);
            }
            Step::Head(count) => {
                writer.u8(5);
                writer.count(*count);
            }
            Step::Tail(count) => {
                writer.u8(6);
                writer.count(*count);
            }
            Step::Column(name, expression, unit) => {
                writer.u8(7);
                writer.text(name);
                writer.text(expression);
                writer.option(unit.as_deref(), Writer::text);
            }
            Step::Aggregate(by, statistics) => {
                writer.u8(8);
                writer.texts(by);
                writer.sequence(statistics, |writer, (column, statistic)| {
                    writer.text(column);
                    match statistic {
                        Statistic::Named(word) => {
                            writer.u8(0);
                            writer.text(word);
                        }
                        Statistic::Quantile(part) => {
                            writer.u8(1);
                            writer.f64(*part);
                        }
                    }
                });
            }
            Step::Count(by) => {
                writer.u8(9);
                writer.texts(by);
            }
            Step::Join(other, on, all) => {
                writer.u8(10);
                writer.u64(*other);
                writer.texts(on);
                writer.bool(*all);
            }
            Step::Stack(other) => {
                writer.u8(11);
                writer.u64(*other);
            }
        }
    }

    /// Reads a step from a message of the seam.
    ///
    /// # Errors
    /// The message is damaged.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Step, WireError> {
        Ok(match reader.u8()? {
            0 => Step::Select(reader.texts()?),
            1 => Step::Rename(reader.text()?, reader.text()?),
            2 => Step::Filter(reader.text()?),
            3 => Step::Sort(reader.texts()?, reader.bool()?),
            4 => Step::Unique(reader.texts()?),
            5 => Step::Head(reader.count()?),
            6 => Step::Tail(reader.count()?),
            7 => Step::Column(reader.text()?, reader.text()?, reader.option(Reader::text)?),
            8 => Step::Aggregate(
                reader.texts()?,
                reader.sequence(|reader| {
                    let column = reader.text()?;
                    let statistic = match reader.u8()? {
                        0 => Statistic::Named(reader.text()?),
                        1 => Statistic::Quantile(reader.f64()?),
                        _ => return Err(WireError { expected: "a statistic" }),
                    };
                    Ok((column, statistic))
                })?,
            ),
            9 => Step::Count(reader.texts()?),
            10 => Step::Join(reader.u64()?, reader.texts()?, reader.bool()?),
            11 => Step::Stack(reader.u64()?),
            _ => return Err(WireError { expected: "a step from table to table" }),
        })
    }
}

/// Names of columns: a list of texts, `["time", "stress"]`.
fn names<S: AsRef<str>>(columns: impl IntoIterator<Item = S>) -> Vec<String> {
    columns.into_iter().map(|name| name.as_ref().to_owned()).collect()
}

impl Table {
    fn step(&self, step: &Step) -> Result<Table> {
        Table::decode(&self.ask(Operation::TransformTable, |writer| step.encode(writer))?)
    }

    /// The table with these columns only: `table.select(["time", "stress"])?`.
    ///
    /// # Errors
    /// There is no such column.
    pub fn select<S: AsRef<str>>(&self, columns: impl IntoIterator<Item = S>) -> Result<Table> {
        self.step(&Step::Select(names(columns)))
    }

    /// The table with a column under another name.
    ///
    /// # Errors
    /// There is no such column, or the name is taken.
    pub fn rename(&self, column: &str, to: &str) -> Result<Table> {
        self.step(&Step::Rename(column.to_owned(), to.to_owned()))
    }

    /// The rows that meet a condition, written as in a query: `table.filter("t_w > 15 min and eps2 < 0.4 %")?`.
    ///
    /// # Errors
    /// The condition cannot be understood, or no row meets it; the error says which values there are.
    pub fn filter(&self, condition: &str) -> Result<Table> {
        self.step(&Step::Filter(condition.to_owned()))
    }

    /// The rows in rising order of these columns; equal ones keep their order.
    ///
    /// # Errors
    /// There is no such column.
    pub fn sort<S: AsRef<str>>(&self, columns: impl IntoIterator<Item = S>) -> Result<Table> {
        self.step(&Step::Sort(names(columns), false))
    }

    /// The rows in falling order of these columns; equal ones keep their order.
    ///
    /// # Errors
    /// There is no such column.
    pub fn sort_descending<S: AsRef<str>>(&self, columns: impl IntoIterator<Item = S>) -> Result<Table> {
        self.step(&Step::Sort(names(columns), true))
    }

    /// The first row for each combination of values in these columns.
    ///
    /// # Errors
    /// There is no such column.
    pub fn unique<S: AsRef<str>>(&self, columns: impl IntoIterator<Item = S>) -> Result<Table> {
        self.step(&Step::Unique(names(columns)))
    }

    /// The first rows.
    ///
    /// # Errors
    /// `count` is 0.
    pub fn head(&self, count: usize) -> Result<Table> {
        self.step(&Step::Head(count))
    }

    /// The last rows.
    ///
    /// # Errors
    /// `count` is 0.
    pub fn tail(&self, count: usize) -> Result<Table> {
        self.step(&Step::Tail(count))
    }

    /// The table with a computed column whose unit follows from those it is made of: `"stress / strain"` is in MPa.
    ///
    /// # Errors
    /// The expression cannot be understood, or its unit does not follow; then [`Table::with_column_in`] states it.
    pub fn with_column(&self, name: &str, expression: &str) -> Result<Table> {
        self.step(&Step::Column(name.to_owned(), expression.to_owned(), None))
    }

    /// The table with a computed column in this unit: converted where the unit follows, stated where it does not.
    ///
    /// # Errors
    /// The expression cannot be understood, or is in a unit that measures something else.
    pub fn with_column_in(&self, name: &str, expression: &str, unit: &str) -> Result<Table> {
        self.step(&Step::Column(name.to_owned(), expression.to_owned(), Some(unit.to_owned())))
    }

    /// Groups of rows with the same values in these columns; what is said of them comes next:
    /// `table.group_by(["eps2"]).mean("stress")?`.
    pub fn group_by<S: AsRef<str>>(&self, columns: impl IntoIterator<Item = S>) -> Groups {
        Groups { table: self.clone(), by: names(columns) }
    }

    /// Each row with the rows of another table that have the same values in the columns `on`; rows without a partner
    /// go. Other columns that both have come from the second table as `name_right`.
    ///
    /// # Errors
    /// A key that one table lacks or that measures something else in the other, or no partner at all.
    pub fn join<S: AsRef<str>>(&self, other: &Table, on: impl IntoIterator<Item = S>) -> Result<Table> {
        self.step(&Step::Join(other.handle().number(), names(on), false))
    }

    /// As [`Table::join`], but all rows of this table stay; without a partner there are gaps.
    ///
    /// # Errors
    /// As [`Table::join`].
    pub fn left_join<S: AsRef<str>>(&self, other: &Table, on: impl IntoIterator<Item = S>) -> Result<Table> {
        self.step(&Step::Join(other.handle().number(), names(on), true))
    }

    /// The rows of another table below those of this one; columns are found by name.
    ///
    /// # Errors
    /// Columns of one name that do not measure the same.
    pub fn stack(&self, other: &Table) -> Result<Table> {
        self.step(&Step::Stack(other.handle().number()))
    }
}

/// Groups of rows. Each method gives a table with one row for each group, in the order of first appearance.
#[derive(Clone, Debug)]
pub struct Groups {
    table: Table,
    by: Vec<String>,
}

impl Groups {
    fn one(&self, column: &str, statistic: Statistic) -> Result<Table> {
        self.table.step(&Step::Aggregate(self.by.clone(), vec![(column.to_owned(), statistic)]))
    }

    fn named(&self, column: &str, word: &str) -> Result<Table> {
        self.one(column, Statistic::Named(word.to_owned()))
    }

    /// Several statistics at once: `groups.of([("stress", "mean"), ("stress", "std")])?` gives `stress_mean` and
    /// `stress_std`. The statistics are `mean`, `std`, `min`, `max`, `sum`, `count`, `first`, `last`, `median`.
    ///
    /// # Errors
    /// There is no such column or statistic, or it is not one of words; so for every method below.
    pub fn of<'a>(&self, statistics: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Table> {
        let named = |(column, word): (&str, &str)| (column.to_owned(), Statistic::Named(word.to_owned()));
        self.table.step(&Step::Aggregate(self.by.clone(), statistics.into_iter().map(named).collect()))
    }

    /// The mean of a column, as `stress_mean`.
    ///
    /// # Errors
    /// As [`Groups::of`].
    pub fn mean(&self, column: &str) -> Result<Table> {
        self.named(column, "mean")
    }

    /// The standard deviation of a sample (n - 1), as `stress_std`.
    ///
    /// # Errors
    /// As [`Groups::of`].
    pub fn std(&self, column: &str) -> Result<Table> {
        self.named(column, "std")
    }

    /// The smallest value, as `stress_min`.
    ///
    /// # Errors
    /// As [`Groups::of`].
    pub fn min(&self, column: &str) -> Result<Table> {
        self.named(column, "min")
    }

    /// The largest value, as `stress_max`.
    ///
    /// # Errors
    /// As [`Groups::of`].
    pub fn max(&self, column: &str) -> Result<Table> {
        self.named(column, "max")
    }

    /// The value of the first row, as `stress_first`.
    ///
    /// # Errors
    /// As [`Groups::of`].
    pub fn first(&self, column: &str) -> Result<Table> {
        self.named(column, "first")
    }

    /// The value of the last row, as `stress_last`.
    ///
    /// # Errors
    /// As [`Groups::of`].
    pub fn last(&self, column: &str) -> Result<Table> {
        self.named(column, "last")
    }

    /// The value below which this part of the values lies (0 to 1), as `stress_quantile_0.9`.
    ///
    /// # Errors
    /// As [`Groups::of`], or a part outside 0 to 1.
    pub fn quantile(&self, column: &str, part: f64) -> Result<Table> {
        self.one(column, Statistic::Quantile(part))
    }

    /// The number of rows, as `count`.
    ///
    /// # Errors
    /// There is no such column.
    pub fn count(&self) -> Result<Table> {
        self.table.step(&Step::Count(self.by.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_crosses_the_seam_unchanged() {
        let words = |list: &[&str]| names(list.iter().copied());
        let steps = [
            Step::Select(words(&["time", "σ"])),
            Step::Rename("a".into(), "b".into()),
            Step::Filter("t_w > 15 min".into()),
            Step::Sort(words(&["a"]), true),
            Step::Unique(Vec::new()),
            Step::Head(5),
            Step::Tail(0),
            Step::Column("a".into(), "b / c".into(), Some("MPa".into())),
            Step::Aggregate(
                words(&["a"]),
                vec![("b".into(), Statistic::Named("mean".into())), ("b".into(), Statistic::Quantile(0.5))],
            ),
            Step::Count(words(&["a"])),
            Step::Join(7, words(&["a"]), true),
            Step::Stack(8),
        ];
        for step in steps {
            let mut writer = Writer::new();
            step.encode(&mut writer);
            let bytes = writer.into_bytes();
            assert_eq!(Step::decode(&mut Reader::new(&bytes)), Ok(step.clone()));
            for end in 0..bytes.len() {
                assert!(Step::decode(&mut Reader::new(&bytes[..end])).is_err(), "{step:?} cut to {end} bytes");
            }
        }
        assert!(Step::decode(&mut Reader::new(&[99])).is_err());
    }
}
