//! `datapackage.json`: Frictionless Data Package v2 with the fields that physics needs.
//!
//! Frictionless says what files there are and what their columns are called; it has no unit, no origin and no
//! protocol. These are ours: `unit` (UCUM) and `unitBasis` per column, `origin` and `protocol` per resource. Unknown
//! properties are left alone, as the standard asks. Specification: <https://datapackage.org/standard/data-package/>.

use crate::error::DatasetError;
use kovacs_core::Origin;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Profile named in every descriptor this crate writes.
pub const PROFILE: &str = "https://datapackage.org/profiles/2.0/datapackage.json";

/// A package: what it is called, who may use it, where it comes from, what files it has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Descriptor {
    /// Profile, the address of the JSON schema.
    #[serde(rename = "$schema", default)]
    pub schema: String,
    /// Name by which notebooks open it.
    pub name: String,
    /// One line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A paragraph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Version of the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Under which terms; a resource may state its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<License>,
    /// Where from; a resource may state its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// The files.
    pub resources: Vec<Resource>,
}

/// Terms of use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct License {
    /// SPDX identifier, `CC-BY-4.0`.
    pub name: String,
    /// Address of the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// Where data come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Who and where, in words.
    pub title: String,
    /// Address or DOI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// One file with a table in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// Name by which notebooks ask for it.
    pub name: String,
    /// One line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// File, relative to the package folder.
    pub path: String,
    /// `csv`, `parquet` or `arrow`; else what the file ends in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Size of the file in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// `sha256:` and the digest of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Columns.
    pub schema: Schema,
    /// How the numbers came about.
    pub origin: OriginStatement,
    /// The file this one was made from, where it was not made from nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// Terms of use, where they differ from the package's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<License>,
    /// Where from, where it differs from the package's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// What was done to the samples.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub protocol: Vec<ProtocolStatement>,
    /// What a person should look at before trusting the numbers, as seen when the original was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<DoubtStatement>,
}

/// Something seen in the original of a table that may make its numbers mean something else than they seem to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DoubtStatement {
    /// Which kind, a stable word: `time-goes-back`.
    pub kind: String,
    /// What was seen, where, and what to do.
    pub text: String,
    /// Whether the person who imported the file has looked at it and says that the numbers are what they seem.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accepted: bool,
}

/// The columns of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schema {
    /// One per column, in the order of the file.
    pub fields: Vec<FieldStatement>,
    /// Columns that together name one row; without `time` they name one curve.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub primary_key: Vec<String>,
}

/// One column as the descriptor states it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldStatement {
    /// As in the header of the file.
    pub name: String,
    /// Number, whole number or text.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// UCUM code; required unless the column is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How the unit is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_basis: Option<UnitBasis>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether a cell may be empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraints: Option<Constraints>,
}

/// Limits on the cells of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Constraints {
    /// `false` permits empty cells. Here the default is `true`: a gap in a curve is stated, never silent.
    #[serde(default = "yes")]
    pub required: bool,
}

fn yes() -> bool {
    true
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// A number with a unit.
    Number,
    /// A whole number with a unit.
    Integer,
    /// Words.
    #[serde(rename = "string")]
    Text,
}

impl FieldKind {
    /// The word used in files.
    pub fn word(self) -> &'static str {
        match self {
            FieldKind::Number => "number",
            FieldKind::Integer => "integer",
            FieldKind::Text => "string",
        }
    }
}

/// How the unit of a column is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnitBasis {
    /// The original file says it.
    Stated,
    /// It follows from other columns or from a figure.
    Inferred,
    /// The person who imported the file says it.
    User,
}

impl UnitBasis {
    /// The word used in files.
    pub fn word(self) -> &'static str {
        match self {
            UnitBasis::Stated => "stated",
            UnitBasis::Inferred => "inferred",
            UnitBasis::User => "user",
        }
    }
}

/// How numbers came about, with what each way needs to be traced. The closed list of [`Origin`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub enum OriginStatement {
    /// Recorded by an instrument; the package or resource names its source.
    Measured {
        /// Kind of test.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        method: Option<String>,
        /// Instrument.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instrument: Option<String>,
        /// What was measured.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sample: Option<String>,
        /// At which temperature, `593 K`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        temperature: Option<String>,
        /// What a legend adds in brackets, up to the first colon: `Source Data of Tong et al.: Fig. 1`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Read off a printed figure; the package or resource names its source.
    Digitised {
        /// Which figure.
        figure: String,
        /// With which tool.
        tool: String,
        /// Estimated error along x, with unit.
        error_x: String,
        /// Estimated error along y, with unit.
        error_y: String,
    },
    /// Made by a generator in the shape of data.
    Synthetic {
        /// What made it.
        generator: String,
        /// Version of the generator.
        version: String,
        /// Seed of its random numbers.
        seed: u64,
    },
    /// Computed by a model.
    Calculated {
        /// Which model.
        model: String,
        /// Version of the model.
        version: String,
        /// Its parameters, by id.
        parameters: std::collections::BTreeMap<String, f64>,
    },
    /// Copied from a printed table; the package or resource names its source.
    Tabulated {
        /// Which table.
        table: String,
    },
    /// Derived from another file.
    Converted {
        /// SHA-256 of that file, `sha256:...`.
        parent: String,
        /// How.
        method: String,
    },
}

impl OriginStatement {
    /// The bare kind.
    pub fn kind(&self) -> Origin {
        match self {
            OriginStatement::Measured { .. } => Origin::Measured,
            OriginStatement::Digitised { .. } => Origin::Digitised,
            OriginStatement::Synthetic { .. } => Origin::Synthetic,
            OriginStatement::Calculated { .. } => Origin::Calculated,
            OriginStatement::Tabulated { .. } => Origin::Tabulated,
            OriginStatement::Converted { .. } => Origin::Converted,
        }
    }

    /// The kind with what a legend adds to it: `measured (Source Data of Tong et al.)`.
    pub fn words(&self) -> String {
        let note = match self {
            OriginStatement::Measured { note: Some(note), .. } => note.split(':').next().unwrap_or_default().trim(),
            _ => "",
        };
        if note.is_empty() { self.kind().to_string() } else { format!("{} ({note})", self.kind()) }
    }

    /// What is known of how the numbers came about, as names and values.
    pub fn provenance(&self) -> Vec<(String, String)> {
        let mut lines = vec![("origin".to_string(), self.kind().word().to_string())];
        let mut say = |name: &str, value: &str| lines.push((name.to_string(), value.to_string()));
        match self {
            OriginStatement::Measured { method, instrument, sample, temperature, note } => {
                let known = [
                    ("method", method),
                    ("instrument", instrument),
                    ("sample", sample),
                    ("temperature", temperature),
                    ("note", note),
                ];
                for (name, value) in known {
                    if let Some(value) = value {
                        say(name, value);
                    }
                }
            }
            OriginStatement::Digitised { figure, tool, error_x, error_y } => {
                for (name, value) in [("figure", figure), ("tool", tool), ("error x", error_x), ("error y", error_y)] {
                    say(name, value);
                }
            }
            OriginStatement::Synthetic { generator, version, seed } => {
                say("generator", &format!("{generator} {version}"));
                say("seed", &seed.to_string());
            }
            OriginStatement::Calculated { model, version, parameters } => {
                say("model", &format!("{model} {version}"));
                for (id, value) in parameters {
                    say(id, &value.to_string());
                }
            }
            OriginStatement::Tabulated { table } => say("table", table),
            OriginStatement::Converted { parent, method } => {
                say("parent", parent);
                say("method", method);
            }
        }
        lines
    }
}

/// The file a resource was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parent {
    /// Its name.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// `sha256:` and its digest.
    pub hash: String,
    /// Sheet of a workbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
}

/// What was done to some of the samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProtocolStatement {
    /// To which rows it applies: values of number columns, in the column's unit. Empty: to all.
    #[serde(rename = "where", default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub rows: std::collections::BTreeMap<String, f64>,
    /// Time of the file at which the protocol begins, s.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub start: f64,
    /// The TOML form of the protocol, as JSON: the same keys and values.
    pub form: serde_json::Value,
}

fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

/// Checks a name against what file systems, command lines and addresses all accept.
pub(crate) fn check_name(path: &Path, what: &'static str, name: &str) -> Result<(), DatasetError> {
    let head = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let body = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c));
    if head && body && name.len() <= 100 {
        return Ok(());
    }
    Err(DatasetError::BadName { path: path.to_path_buf(), what, name: name.to_string() })
}
