//! What the person who imports a file says about it: names, units, terms, source.
//!
//! A file seldom carries its own meaning, and a unit guessed wrongly is worse than none. So everything a table needs is
//! stated once, in a small TOML file or on the command line, and travels with the package.

use crate::descriptor::{FieldKind, OriginStatement, UnitBasis};
use crate::error::DatasetError;
use serde::Deserialize;
use std::path::Path;

/// How to read a file and what its columns mean.
///
/// # Examples
/// ```
/// let mapping: kovacs_datasets::import::Mapping = toml::from_str(r#"
///     name = "my-staircase"
///     license = "MIT"
///     source = { title = "Chongran-Zhao/Viscoelastic-fitting", path = "https://github.com/Chongran-Zhao" }
///     columns = [
///         { name = "time", unit = "s" },
///         { name = "force", unit = "N" },
///         { skip = true },
///         { name = "stress", unit = "kPa", basis = "inferred" },
///         { name = "strain", unit = "1" },
///     ]
/// "#)?;
/// assert_eq!(mapping.columns.len(), 5);
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Name of the package to make.
    pub name: String,
    /// Name of the table in it; `measured` if not given.
    #[serde(default = "default_resource")]
    pub resource: String,
    /// One line on what it is.
    #[serde(default)]
    pub title: Option<String>,
    /// Version of the data.
    #[serde(default)]
    pub version: Option<String>,
    /// Terms of use, an SPDX identifier.
    pub license: String,
    /// Where the file comes from.
    pub source: crate::descriptor::Source,
    /// Sheet of a workbook; the first if not given.
    #[serde(default)]
    pub sheet: Option<String>,
    /// Rows above the data, counted from the first row that holds anything; the last of them may name the columns.
    #[serde(default)]
    pub header_rows: usize,
    /// Separator of a text file, one ASCII character; `,` if not given.
    #[serde(default)]
    pub separator: Option<char>,
    /// Whether numbers in a text file have a decimal comma.
    #[serde(default)]
    pub decimal_comma: bool,
    /// One per column of the file, in its order. Empty: a header row states names and units.
    #[serde(default)]
    pub columns: Vec<ColumnMapping>,
    /// Columns that together name one row; without `time` they name one curve.
    #[serde(default)]
    pub primary_key: Vec<String>,
    /// How the numbers came about; `{ kind = "measured" }` if not given.
    #[serde(default = "measured")]
    pub origin: OriginStatement,
}

/// What one column of the file is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnMapping {
    /// Its name in the table; from the header row if not given.
    #[serde(default)]
    pub name: Option<String>,
    /// Its unit; from the header row if not given, and then it must be there.
    #[serde(default)]
    pub unit: Option<String>,
    /// How the unit is known; `user` if not given.
    #[serde(default)]
    pub basis: Option<UnitBasis>,
    /// `number`, `integer` or `string`; a number if not given.
    #[serde(default, rename = "type")]
    pub kind: Option<FieldKind>,
    /// What it is, in words.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether to leave it out.
    #[serde(default)]
    pub skip: bool,
}

fn default_resource() -> String {
    "measured".to_string()
}

fn measured() -> OriginStatement {
    OriginStatement::Measured { method: None, instrument: None, sample: None, temperature: None, note: None }
}

impl Mapping {
    /// A mapping with its required parts; set the others on it.
    pub fn new(name: &str, license: &str, source: &str) -> Mapping {
        Mapping {
            name: name.to_string(),
            resource: default_resource(),
            title: None,
            version: None,
            license: license.to_string(),
            source: crate::descriptor::Source { title: source.to_string(), path: None },
            sheet: None,
            header_rows: 0,
            separator: None,
            decimal_comma: false,
            columns: Vec::new(),
            primary_key: Vec::new(),
            origin: measured(),
        }
    }

    /// Reads a mapping from a TOML file.
    ///
    /// # Errors
    /// The file cannot be read, is not TOML, lacks a property or has an unknown one.
    pub fn read(path: &Path) -> Result<Mapping, DatasetError> {
        let text = std::fs::read_to_string(path).map_err(|source| DatasetError::io("read", path, source))?;
        toml::from_str(&text)
            .map_err(|source| DatasetError::Mapping { path: path.to_path_buf(), source: Box::new(source) })
    }
}

impl std::str::FromStr for ColumnMapping {
    type Err = DatasetError;

    /// Reads the command-line form: `time:s`, `strain:1`, `specimen:text`, `skip`.
    fn from_str(text: &str) -> Result<ColumnMapping, DatasetError> {
        let trimmed = text.trim();
        if trimmed == "skip" {
            return Ok(ColumnMapping { skip: true, ..ColumnMapping::default() });
        }
        match trimmed.rsplit_once(':').map(|(name, unit)| (name.trim(), unit.trim())) {
            Some((name, unit)) if !name.is_empty() && !unit.is_empty() => {
                let is_text = unit == "text";
                Ok(ColumnMapping {
                    name: Some(name.to_string()),
                    unit: (!is_text).then(|| unit.to_string()),
                    kind: is_text.then_some(FieldKind::Text),
                    ..ColumnMapping::default()
                })
            }
            _ => Err(DatasetError::ColumnArgument { text: text.to_string() }),
        }
    }
}
