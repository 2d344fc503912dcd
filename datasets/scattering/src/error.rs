//! What can be wrong with a scattering pattern or with what is asked of it.

/// Why a step from intensity to structure cannot be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ScatteringError {
    /// The chemical formula cannot be read.
    #[error("`{formula}` is not a chemical formula ({reason}); write it as in `Ti16.7Zr16.7Hf16.7Cu16.7Ni16.7Be16.7`")]
    Formula {
        /// As given.
        formula: String,
        /// What is wrong.
        reason: String,
    },
    /// The tables know no such element.
    #[error("there is no form factor of `{symbol}`: {reason}")]
    FormFactor {
        /// Element symbol.
        symbol: String,
        /// What the tables say.
        reason: String,
    },
    /// The Compton scattering of an element cannot be computed.
    #[error("there is no Compton scattering of `{symbol}`: {reason}")]
    Compton {
        /// Element symbol.
        symbol: String,
        /// What the tables say.
        reason: String,
    },
    /// A radius is needed that cannot be computed.
    #[error("there is no radius of `{symbol}`: {reason}; give one in Å")]
    Radius {
        /// Element symbol.
        symbol: String,
        /// Why not.
        reason: String,
    },
    /// Columns of different length, or too short.
    #[error("{what} has {length} points and {other} are needed")]
    Length {
        /// Which column.
        what: &'static str,
        /// Its length.
        length: usize,
        /// The length it should have, or the least.
        other: usize,
    },
    /// A value is not finite, or the abscissa does not rise.
    #[error("row {row} of {what} is {value}; values must be finite and the first column must rise")]
    Row {
        /// Which column.
        what: &'static str,
        /// Row, counted from 1.
        row: usize,
        /// The value.
        value: f64,
    },
    /// A number that is asked for is outside its domain.
    #[error("{what} = {value} {unit} is not possible; it must be {accepted}")]
    Setting {
        /// Which.
        what: &'static str,
        /// The value.
        value: f64,
        /// Its unit.
        unit: &'static str,
        /// What is accepted.
        accepted: &'static str,
    },
    /// A word that is none of the known ones.
    #[error("there is no {what} `{name}`; there are {known}")]
    Name {
        /// What is named.
        what: &'static str,
        /// The name.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// More of `Q` is asked for than was measured.
    #[error("{what} = {value} 1/Å is beyond the data, which reach from {from} to {to} 1/Å")]
    Beyond {
        /// Which end.
        what: &'static str,
        /// Asked for, 1/Å.
        value: f64,
        /// First `Q`, 1/Å.
        from: f64,
        /// Last `Q`, 1/Å.
        to: f64,
    },
    /// The range of `Q` or `r` that is asked for holds too few points.
    #[error("between {from} and {to} {unit} there are {found} points, at least {needed} are needed")]
    Range {
        /// Start.
        from: f64,
        /// End.
        to: f64,
        /// Unit.
        unit: &'static str,
        /// Points found.
        found: usize,
        /// Points needed.
        needed: usize,
    },
    /// There is no peak where one is looked for.
    #[error("no peak between {from} Å and {to} Å: {reason}")]
    NoPeak {
        /// Start of the window, Å.
        from: f64,
        /// End of the window, Å.
        to: f64,
        /// Why not.
        reason: &'static str,
    },
    /// A file cannot be read.
    #[error("the file cannot be read: {reason}")]
    File {
        /// What is wrong, in which line, and what to do.
        reason: String,
    },
    /// What the first column of a file is, is unknown or does not fit.
    #[error("the file cannot be used: {reason}")]
    Abscissa {
        /// Why not, and what to state.
        reason: String,
    },
    /// The intensity cannot be brought to electron units.
    #[error("the intensity cannot be normalised: {reason}")]
    Normalise {
        /// Why not.
        reason: &'static str,
    },
}

/// Checks that an abscissa is finite and rises, and that an ordinate is finite and as long.
pub(crate) fn check_columns(
    names: [&'static str; 2],
    abscissa: &[f64],
    ordinate: &[f64],
    least: usize,
) -> Result<(), ScatteringError> {
    let [what, other] = names;
    if abscissa.len() < least {
        return Err(ScatteringError::Length { what, length: abscissa.len(), other: least });
    }
    if ordinate.len() != abscissa.len() {
        return Err(ScatteringError::Length { what: other, length: ordinate.len(), other: abscissa.len() });
    }
    let mut last = f64::NEG_INFINITY;
    for (index, (&x, &y)) in abscissa.iter().zip(ordinate).enumerate() {
        if !(x.is_finite() && x > last) {
            return Err(ScatteringError::Row { what, row: index + 1, value: x });
        }
        if !y.is_finite() {
            return Err(ScatteringError::Row { what: other, row: index + 1, value: y });
        }
        last = x;
    }
    Ok(())
}
