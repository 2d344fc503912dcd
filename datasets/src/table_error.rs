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
    /// More rows than a file of this kind can hold.
    #[error("`{table}` has {rows} rows, and a sheet holds {most}; write parquet or csv")]
    TooManyRows {
        /// Package and resource.
        table: String,
        /// Rows of the table.
        rows: usize,
        /// Rows of a sheet.
        most: usize,
    },
    /// The ending of a file names no format that tables are written in.
    #[error("`{}` does not say a format by its ending; tables are written as .csv, .parquet, .arrow or .xlsx", file.display())]
    FileEnding {
        /// The file.
        file: PathBuf,
    },
}
