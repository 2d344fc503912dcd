//! Why a cell cannot become a crate.

use thiserror::Error;

/// Why a cell cannot become a crate.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum FromCellError {
    /// The notebook has no cell with this id.
    #[error("there is no code cell `{id}`; there are {}", backticked(.known))]
    NoSuchCell {
        /// As asked for.
        id: String,
        /// Ids of the code cells.
        known: Vec<String>,
    },
    /// No cell defines a model.
    #[error("{} has no `Model::from_fn(definition, |p, experiment| ..)`",
        .cell.as_ref().map_or("the notebook".to_owned(), |cell| format!("cell `{cell}`")))]
    NoModel {
        /// The cell asked for, if one was.
        cell: Option<String>,
    },
    /// Several models are defined, and it was not said which one is meant.
    #[error("models are defined in the cells {}; name one as `NOTEBOOK#CELL`, and give each model a cell", backticked(.cells))]
    SeveralModels {
        /// Id of the cell of each of them.
        cells: Vec<String>,
    },
    /// A cell does not parse.
    #[error("cell `{cell}` is not Rust: {message} (line {line})")]
    NotRust {
        /// Id of the cell.
        cell: String,
        /// The parser's own words.
        message: String,
        /// Line of the cell, from 1.
        line: usize,
    },
    /// What computes the curves is neither a closure nor a function of the notebook.
    #[error(
        "cell `{cell}` does not give `Model::from_fn` a closure; write `|p, experiment| ..` as its second argument"
    )]
    NoClosure {
        /// Id of the cell.
        cell: String,
    },
    /// The model leans on something that exists only while the notebook runs.
    #[error("the model in cell `{cell}` cannot leave its notebook: {}", lines(.names))]
    CannotCarry {
        /// Id of the cell.
        cell: String,
        /// Everything that stands in the way.
        names: Vec<CannotCarry>,
    },
}

/// A name that cannot go along.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{name}` {reason}")]
pub struct CannotCarry {
    /// The name.
    pub name: String,
    /// Why not, and what to do.
    pub reason: Reason,
}

/// Why a name cannot go along, and what to do.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A variable that is computed from something of the notebook.
    #[error(
        "is computed in cell `{cell}` from `{from}`, which only a running notebook has; make it a parameter \
         (`Quantity::new(\"{name}\")`), or write its value as a literal"
    )]
    Computed {
        /// The variable.
        name: String,
        /// Id of the cell that computes it.
        cell: String,
        /// What it is computed from.
        from: String,
    },
    /// A variable that may change.
    #[error("is `mut` in cell `{cell}`, so its value depends on what has run; bind it again without `mut`")]
    Mutable {
        /// Id of the cell.
        cell: String,
    },
    /// A variable whose computation can end the cell.
    #[error("is computed in cell `{cell}` with `?`; make it a parameter, or compute it inside the closure")]
    Fallible {
        /// Id of the cell.
        cell: String,
    },
    /// A name of the notebook's own vocabulary.
    #[error("belongs to notebooks, and models do not see them; leave it out")]
    OfNotebooks,
    /// A name of a crate that the notebook added.
    #[error("is of the crate `{root}`, which cell `{cell}` uses; write it without that crate, or add it by hand")]
    OfCrate {
        /// The crate.
        root: String,
        /// Id of the cell with the `use`.
        cell: String,
    },
    /// A place outside the program: files, environment, clock.
    #[error("reaches outside the program, and a model is a function of its arguments; make what it reads a parameter")]
    Outside,
    /// Nobody defines it before the model.
    #[error("is not defined in this cell or one above it")]
    Unknown,
}

fn backticked(ids: &[String]) -> String {
    ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}

/// One name stays in the line, several get one each.
fn lines(names: &[CannotCarry]) -> String {
    match names {
        [only] => only.to_string(),
        _ => names.iter().map(|name| format!("\n  {name}")).collect(),
    }
}
