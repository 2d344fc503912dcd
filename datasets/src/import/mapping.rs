//! What the person who imports a file says about it: names, units, terms, source.
//!
//! A file seldom carries its own meaning, and a unit guessed wrongly is worse than none. So everything a table needs is
//! stated once, in a small TOML file or on the command line, and travels with the package. What is not known yet may be
//! left out or written as `"?"`: the import then says what it needs.
//!
//! The properties that [`Mapping`] and [`TableMapping`] share stand in both: as one flattened part they could not refuse an
//! unknown property, which serde checks in the whole or not at all, and a misspelt `unti` would be lost.

use super::constants::Constant;
use super::error::ImportError;
use crate::descriptor::{FieldKind, OriginStatement, Source, UnitBasis};
use crate::error::DatasetError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Name of the package to make.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Name of the table in it; `measured` if not given.
    #[serde(default = "default_resource")]
    pub resource: String,
    /// One line on what it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Version of the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Terms of use, an SPDX identifier.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub license: String,
    /// Where the file comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Sheet of a workbook, step of a procedure; may be left out where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Rows above the data, the last of which names the columns; seen in the file if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_rows: Option<usize>,
    /// Separator of a text file, one ASCII character; seen in the file if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separator: Option<char>,
    /// Whether numbers in a text file have a decimal comma; seen in the file if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal_comma: Option<bool>,
    /// Encoding of a text file, such as `windows-1252`; seen in the file if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// What the columns are: one entry per column of the file in its order, or entries with `from`, in any order.
    /// Empty: the file names them and states their units.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnMapping>,
    /// What becomes of columns without an entry, where entries have `from`.
    #[serde(default, skip_serializing_if = "Others::is_default")]
    pub others: Others,
    /// Columns that hold one value in all rows, such as `eps1 = "0.5 %"` and `glass = "pvc"`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub constants: BTreeMap<String, Constant>,
    /// Columns that together name one row; without `time` they name one curve.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub primary_key: Vec<String>,
    /// Doubts that would refuse the file and were looked into: `["dma-sweep-as-relaxation"]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accept_doubts: Vec<String>,
    /// How the numbers came about; `{ kind = "measured" }` if not given.
    #[serde(default = "measured")]
    pub origin: OriginStatement,
    /// Several tables of one file; those of the same package and resource become one, their rows below each other.
    #[serde(default, rename = "table", skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TableMapping>,
}

/// One table of the packages to make, from one sheet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableMapping {
    /// Package that it belongs to; the mapping's `name` if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// Name of the table; the mapping's `resource` if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// One line on what it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Sheet of the workbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// As [`Mapping::columns`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnMapping>,
    /// As [`Mapping::others`].
    #[serde(default, skip_serializing_if = "Others::is_default")]
    pub others: Others,
    /// As [`Mapping::constants`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub constants: BTreeMap<String, Constant>,
    /// As [`Mapping::primary_key`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub primary_key: Vec<String>,
    /// What the abscissa of curves that stand side by side is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<AxisMapping>,
    /// What their ordinate is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<AxisMapping>,
    /// Curves that stand side by side on one sheet, each with what distinguishes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curves: Vec<CurveMapping>,
    /// Fills `stage`, `time`, `time_in_stage` and `strain` of two-step tests from `eps1`, `eps2` and `t_w`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub two_step: Option<TwoStepMapping>,
}

/// What one column of the file is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnMapping {
    /// Which column: its heading, or its letter as in a spreadsheet. Not given: the entries are in the order of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Its name in the table; the heading in small letters if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its unit; as the file states it if not given, and then the file must.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How the unit is known; `user` if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<UnitBasis>,
    /// `number`, `integer` or `string`; what the cells hold if not given.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<FieldKind>,
    /// What it is, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether to leave it out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skip: bool,
    /// Whether cells may be empty.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gaps: bool,
}

/// What becomes of columns that the mapping does not mention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Others {
    /// They are kept, with name and unit as the file states them.
    #[default]
    Keep,
    /// They are left out.
    Skip,
}

impl Others {
    fn is_default(&self) -> bool {
        *self == Others::Keep
    }
}

/// What an axis of curves side by side is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AxisMapping {
    /// Its name in the table: `time`, `time_in_stage`, `stress`.
    pub name: String,
    /// Its unit; as the headings state it if not given, and then they must.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How the unit is known; `user` if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<UnitBasis>,
    /// The column, where all curves share it: heading or letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

/// One of several curves that stand side by side: its columns, and the values that distinguish it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CurveMapping {
    /// Column of the abscissa, heading or letter; the shared one if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// Column of the ordinate, heading or letter.
    pub y: String,
    /// Everything else: `eps2 = "0.3 %"`.
    #[serde(flatten)]
    pub constants: BTreeMap<String, Constant>,
}

/// What is needed to know in which stage of a two-step test a sample was taken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TwoStepMapping {
    /// Rate of both ramps, such as `200 %/min`; steps are exact if neither this nor `ramp` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<String>,
    /// Duration of the loading ramp, such as `0.15 s`, in place of the rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramp: Option<String>,
    /// Keeps the samples taken during the ramps, which belong to neither stage; their time in the stage is negative.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_ramps: bool,
}

fn default_resource() -> String {
    "measured".to_string()
}

fn measured() -> OriginStatement {
    OriginStatement::Measured { method: None, instrument: None, sample: None, temperature: None, note: None }
}

/// What is stated, unless it is empty or `?`.
pub(super) fn stated(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty() && *text != "?")
}

impl Default for Mapping {
    /// Nothing is known but that the numbers are measured.
    fn default() -> Mapping {
        Mapping {
            name: String::new(),
            resource: default_resource(),
            title: None,
            version: None,
            license: String::new(),
            source: None,
            sheet: None,
            header_rows: None,
            separator: None,
            decimal_comma: None,
            encoding: None,
            columns: Vec::new(),
            others: Others::Keep,
            constants: BTreeMap::new(),
            primary_key: Vec::new(),
            accept_doubts: Vec::new(),
            origin: measured(),
            tables: Vec::new(),
        }
    }
}

impl Mapping {
    /// A mapping with its required parts; set the others on it.
    pub fn new(name: &str, license: &str, source: &str) -> Mapping {
        Mapping {
            name: name.to_string(),
            license: license.to_string(),
            source: Some(Source { title: source.to_string(), path: None }),
            ..Mapping::default()
        }
    }

    /// Reads a mapping from a TOML file.
    ///
    /// # Errors
    /// The file cannot be read, is not TOML, or has an unknown property.
    pub fn read(path: &Path) -> Result<Mapping, DatasetError> {
        let text = std::fs::read_to_string(path).map_err(|source| DatasetError::io("read", path, source))?;
        let refused = |source| ImportError::Mapping { path: path.to_path_buf(), source: Box::new(source) };
        Ok(toml::from_str(&text).map_err(refused)?)
    }

    /// The tables to make: those listed, or the one that the mapping itself describes. What the mapping says holds for
    /// all of them where they do not say it themselves.
    pub(super) fn planned(&self) -> Vec<TableMapping> {
        let own = TableMapping {
            sheet: self.sheet.clone(),
            columns: self.columns.clone(),
            others: self.others,
            ..TableMapping::default()
        };
        let listed = if self.tables.is_empty() { vec![own] } else { self.tables.clone() };
        let complete = |table: TableMapping| {
            let constants = self.constants.iter().chain(&table.constants);
            TableMapping {
                package: Some(table.package.unwrap_or_else(|| self.name.clone())),
                resource: Some(table.resource.unwrap_or_else(|| self.resource.clone())),
                title: table.title.or_else(|| self.title.clone()),
                sheet: table.sheet.or_else(|| self.sheet.clone()),
                constants: constants.map(|(name, value)| (name.clone(), value.clone())).collect(),
                primary_key: if table.primary_key.is_empty() { self.primary_key.clone() } else { table.primary_key },
                ..table
            }
        };
        listed.into_iter().map(complete).collect()
    }

    /// The column entries of a planned table, to be completed in place.
    pub(super) fn columns_of(&mut self, table: usize) -> &mut Vec<ColumnMapping> {
        match self.tables.get_mut(table) {
            Some(table) => &mut table.columns,
            None => &mut self.columns,
        }
    }
}

impl std::str::FromStr for ColumnMapping {
    type Err = DatasetError;

    /// Reads the command-line form: `time:s`, `strain:1`, `specimen:text`, `skip`, each as the next column of the file,
    /// or for a column by its heading or letter: `Stress=stress:kPa`, `B=skip`, `Stress=sigma`.
    fn from_str(text: &str) -> Result<ColumnMapping, DatasetError> {
        let refused = || DatasetError::from(ImportError::ColumnArgument { text: text.to_string() });
        let (from, said) = match text.split_once('=') {
            Some((from, said)) if !from.trim().is_empty() => (Some(from.trim().to_string()), said.trim()),
            Some(_) => return Err(refused()),
            None => (None, text.trim()),
        };
        if said == "skip" {
            return Ok(ColumnMapping { from, skip: true, ..ColumnMapping::default() });
        }
        match said.rsplit_once(':').map(|(name, unit)| (name.trim(), unit.trim())) {
            Some((name, unit)) if !name.is_empty() && !unit.is_empty() => {
                let is_text = unit == "text";
                Ok(ColumnMapping {
                    from,
                    name: Some(name.to_string()),
                    unit: (!is_text).then(|| unit.to_string()),
                    kind: is_text.then_some(FieldKind::Text),
                    ..ColumnMapping::default()
                })
            }
            None if from.is_some() && !said.is_empty() => {
                Ok(ColumnMapping { from, name: Some(said.to_string()), ..ColumnMapping::default() })
            }
            _ => Err(refused()),
        }
    }
}
