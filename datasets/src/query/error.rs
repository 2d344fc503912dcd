//! What can be wrong with a query.

use crate::error::join;
use crate::near::near;
use kovacs_core::units::UnitError;

/// Why a query or an expression cannot be understood or answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// It is not SQL.
    #[error(
        "cannot understand `{text}`: {reason}; a query is `curves where t_w > 100` or `select time, stress from pvc_two_step`"
    )]
    Syntax {
        /// As written.
        text: String,
        /// What the parser said.
        reason: String,
    },
    /// The name of a table with a hyphen, without quotes.
    #[error("the table `{name}` has a hyphen in its name: write `\"{name}\"` in double quotes, or `{}`", name.replace(['-', '.'], "_"))]
    Unquoted {
        /// The name.
        name: String,
    },
    /// It is a statement that changes something, or several of them.
    #[error("`{text}` is not a question; a query is one `select`, and nothing here writes, drops or reads files")]
    NotAQuestion {
        /// As written.
        text: String,
    },
    /// No table has this name.
    #[error("there is no table `{name}`{}; tables are {}{}", near(name, known), listed(known), quoting(name, known))]
    UnknownTable {
        /// As written.
        name: String,
        /// Names that exist, `curves` first.
        known: Vec<String>,
    },
    /// A short name fits several tables.
    #[error("`{name}` may be any of {}; write the name in double quotes", join(fitting))]
    AmbiguousTable {
        /// As written.
        name: String,
        /// Full names that it fits.
        fitting: Vec<String>,
    },
    /// There is not one curve to ask about.
    #[error("`curves` is empty: no package here has a table with the columns `time` and `stress`{}", told(notes))]
    NoCurves {
        /// What was left out, and why.
        notes: Vec<String>,
    },
    /// A question about nothing.
    #[error("`{text}` names no table; begin with one, such as `curves`")]
    NoTable {
        /// As written.
        text: String,
    },
    /// A function in the place of a table.
    #[error("`{name}(...)` is not a table: a query reads data packages only, no files")]
    TableFunction {
        /// As written.
        name: String,
    },
    /// No column has this name.
    #[error("there is no column `{name}`{}; columns here are {}", near(name, known), join(known))]
    UnknownColumn {
        /// As written.
        name: String,
        /// Columns of the tables of the query.
        known: Vec<String>,
    },
    /// A number with a unit that cannot be understood, or that measures something else than its column.
    #[error("{quantity}: {source}{}", alias_hint(source))]
    Unit {
        /// Number and unit as written.
        quantity: String,
        /// What is wrong.
        source: UnitError,
    },
    /// A column is compared with a quantity of another kind.
    #[error("`{column}` is {measures}, and {quantity} is not; write it in {accepted}")]
    WrongDimension {
        /// The column or expression.
        column: String,
        /// Its unit, or `text`.
        measures: String,
        /// What it is compared with.
        quantity: String,
        /// Units that would do.
        accepted: String,
    },
    /// Two expressions of different units are compared or added.
    #[error("`{left}` is in {left_unit} and `{right}` in {right_unit}: they cannot be {action}")]
    UnitsDiffer {
        /// One side.
        left: String,
        /// Its unit.
        left_unit: &'static str,
        /// The other side.
        right: String,
        /// Its unit.
        right_unit: &'static str,
        /// `compared` or `added`.
        action: &'static str,
    },
    /// A Celsius temperature where a difference is meant.
    #[error("`{quantity}` in a sum may mean a temperature or a difference; write differences in K")]
    Difference {
        /// As written.
        quantity: String,
    },
    /// The condition of a filter is not a condition.
    #[error("`{text}` is not a condition; write one that is true or false for each row, such as `t_w > 100`")]
    NotACondition {
        /// As written.
        text: String,
    },
    /// An aggregate in a condition on rows.
    #[error("`{function}` is of many rows, and `where` looks at one; use `having`, or compute it first")]
    AggregateInWhere {
        /// The function.
        function: String,
    },
    /// The engine cannot do it.
    #[error("cannot answer `{text}`: {reason}")]
    Engine {
        /// As written.
        text: String,
        /// What the engine said.
        reason: String,
    },
    /// Nothing answers to the query.
    #[error("no row answers `{text}`{}", values(present))]
    NoRows {
        /// As written.
        text: String,
        /// Values that occur in the columns of its conditions: `eps2: 0.002, 0.003`.
        present: Vec<String>,
    },
}

/// Table names in a message before the rest is counted.
const LISTED: usize = 12;

fn listed(known: &[String]) -> String {
    let shown = known.get(..LISTED).unwrap_or(known);
    let rest = known.len() - shown.len();
    if rest == 0 { join(known) } else { format!("{} and {rest} more (`kovacs data list`)", join(shown)) }
}

fn quoting(name: &str, known: &[String]) -> &'static str {
    if known.iter().any(|known| known.starts_with(&format!("{name}.")) || known.starts_with(&format!("{name}-"))) {
        "; names with `.` or `-` stand in double quotes"
    } else {
        ""
    }
}

fn alias_hint(source: &UnitError) -> &'static str {
    if matches!(source, UnitError::UnknownUnit { .. }) { "; to give a number a name, write `as`" } else { "" }
}

fn values(present: &[String]) -> String {
    if present.is_empty() { String::new() } else { format!("; values that occur: {}", present.join("; ")) }
}

fn told(notes: &[String]) -> String {
    notes.iter().map(|note| format!("; {note}")).collect()
}
