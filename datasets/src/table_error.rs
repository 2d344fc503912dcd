//! What can be wrong with tables made from tables.

use std::path::PathBuf;

/// Why a table cannot be turned into what was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// A new column would have the name of another one.
    #[error("`{table}` has a column `{column}` already; rename it first, or choose another name")]
    NameTaken {
        /// Package and resource.
        table: String,
        /// The name.
        column: String,
    },
    /// A unit was stated for a column that has another one.
    #[error("column `{column}` of `{table}` is in {known}; to convert it, use `column_in` or compute a column")]
    UnitKnown {
        /// Package and resource.
        table: String,
        /// Column name.
        column: String,
        /// Its unit.
        known: &'static str,
    },
    /// A column cannot be lent without a copy.
    #[error("column `{column}` of `{table}` {reason}, so there is no slice of it; `column` copies it")]
    NotASlice {
        /// Package and resource.
        table: String,
        /// Column name.
        column: String,
        /// What is in the way: `holds whole numbers`.
        reason: &'static str,
    },
    /// A statistic that does not exist, or not of this column.
    #[error("{statistic} of column `{column}` of `{table}`: {reason}")]
    Statistic {
        /// Package and resource.
        table: String,
        /// Column name.
        column: String,
        /// As asked for: `mean`.
        statistic: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// Key columns of a join that do not measure the same.
    #[error(
        "`{left}` and `{right}` cannot be joined on `{column}`: it is {there} in the first and {here} in the second"
    )]
    JoinKey {
        /// The first table.
        left: String,
        /// The second table.
        right: String,
        /// The key.
        column: String,
        /// Unit or kind in the first table.
        there: Box<str>,
        /// Unit or kind in the second table.
        here: Box<str>,
    },
    /// A stress that was held, as in creep and recovery, and so has no hump.
    #[error(
        "the stress of `{table}` is {stress} MPa in every row: it was held and not measured, as in creep and recovery, \
         while a hump is read from the stress after a step of the strain; choose a table of stress relaxation"
    )]
    HeldStress {
        /// Package and resource.
        table: String,
        /// The stress, in MPa.
        stress: f64,
    },
    /// It is not known what was done in a test.
    #[error(
        "`{table}`, test {test}: {reason}; state what was done to them as `protocol` in datapackage.json, or import the \
         file again with `kovacs data import`"
    )]
    NoProtocol {
        /// Package and resource.
        table: String,
        /// The test.
        test: String,
        /// What is missing or too much.
        reason: String,
    },
    /// The ending of a file names no format that tables are written in.
    #[error("`{}` does not say a format by its ending; tables are written as .csv, .xlsx, .parquet, .arrow or .gr", file.display())]
    FileEnding {
        /// The file.
        file: PathBuf,
    },
}
