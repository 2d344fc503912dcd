//! A new package: from a template to be filled in, or from a person's own table.
//!
//! Both are valid at once: a descriptor with terms, origin, columns and units, the table, and a README that says what to
//! change. The rows of the template are examples and say that they are synthetic. `kovacs data import` does more for
//! files of instruments: it remembers the mapping, finds holds and asks about doubts.

use crate::descriptor::{
    Constraints, Descriptor, FieldKind, FieldStatement, License, OriginStatement, PROFILE, Parent, Resource, Schema,
    Source, UnitBasis, check_name,
};
use crate::digest::sha256;
use crate::error::DatasetError;
use crate::foreign::read_columnar;
use crate::import::ImportError;
use crate::package::Package;
use crate::write::Draft;
use kovacs_core::units::parse_unit;
use kovacs_formats::{ReadOptions, StatedUnit, Values};
use std::path::Path;

/// What a person says of a new package.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// Name of the package, and of its folder.
    pub name: String,
    /// Name of the table.
    pub table: String,
    /// One line on what it is.
    pub title: Option<String>,
    /// Terms of use, an SPDX identifier.
    pub license: String,
    /// Where the numbers come from.
    pub source: Option<Source>,
    /// How the numbers came about.
    pub origin: OriginStatement,
}

/// What a person says of one column of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum NewColumn {
    /// It is left out.
    Skip,
    /// Words under this name.
    Text(String),
    /// Numbers under this name, in this unit.
    Number(String, String),
}

impl std::str::FromStr for NewColumn {
    type Err = DatasetError;

    /// Reads `time:s`, `specimen:text`, `skip`.
    fn from_str(text: &str) -> Result<NewColumn, DatasetError> {
        match text.trim().rsplit_once(':').map(|(name, unit)| (name.trim(), unit.trim())) {
            None if text.trim() == "skip" => Ok(NewColumn::Skip),
            Some((name, "text")) if !name.is_empty() => Ok(NewColumn::Text(name.to_string())),
            Some((name, unit)) if !name.is_empty() && !unit.is_empty() => {
                Ok(NewColumn::Number(name.to_string(), unit.to_string()))
            }
            _ => Err(ImportError::ColumnArgument { text: text.to_string() }.into()),
        }
    }
}

/// Makes a package inside `into` with a table of a few example rows, which are synthetic and say so.
///
/// # Errors
/// A bad name; the folder exists or cannot be written.
pub fn new_from_template(name: &str, table: &str, into: &Path) -> Result<Package, DatasetError> {
    let about = About {
        name: name.to_string(),
        table: table.to_string(),
        title: Some("example rows, to be replaced".to_string()),
        license: "CC0-1.0".to_string(),
        source: None,
        origin: OriginStatement::Synthetic {
            generator: "kovacs data new".to_string(),
            version: env!("CARGO_PKG_VERSION").to_string(),
            seed: 0,
        },
    };
    let number = |name: &str, unit: &str, words: &str| FieldStatement {
        description: Some(words.to_string()),
        ..field(name, FieldKind::Number, Some((unit, UnitBasis::User)), false)
    };
    let words = FieldStatement {
        description: Some("which specimen".to_string()),
        ..field("specimen", FieldKind::Text, None, false)
    };
    let fields = vec![
        words,
        number("time", "s", "time from the start of the test"),
        number("strain", "%", "engineering strain"),
        number("stress", "MPa", "engineering stress"),
    ];
    let rows = 5;
    let times: Vec<f64> = (0..rows).map(|row| f64::from(row) * 10.0).collect();
    // One relaxation time of 30 s from 10 MPa: plainly nobody's measurement.
    let stresses = times.iter().map(|time| (10.0 * (-time / 30.0_f64).exp() * 1000.0).round() / 1000.0).collect();
    let columns = vec![
        Values::Words(vec!["A".to_string(); times.len()]),
        Values::Numbers(times.clone()),
        Values::Numbers(vec![0.5; times.len()]),
        Values::Numbers(stresses),
    ];
    create(&about, fields, columns, vec!["specimen".to_string(), "time".to_string()], None, into)
}

/// Makes a package inside `into` of the first table of a file: names and units as the columns are described or, where
/// none is, as the file states them.
///
/// # Errors
/// A bad name; the file cannot be read; a column without a unit; a number of descriptions that is not that of the
/// columns; words where numbers are described; the folder exists or cannot be written.
pub fn new_from_file(
    about: &About,
    file: &Path,
    described: &[NewColumn],
    into: &Path,
) -> Result<Package, DatasetError> {
    let bytes = std::fs::read(file).map_err(|source| DatasetError::io("read", file, source))?;
    let failed = |source| ImportError::Format { file: file.to_path_buf(), source };
    let document = match read_columnar(file, &bytes) {
        Some(document) => document?,
        None => kovacs_formats::read_bytes(&bytes, &ReadOptions::default()).map_err(failed)?,
    };
    let sheet = document.sheets.into_iter().next();
    let sheet =
        sheet.ok_or_else(|| failed(kovacs_formats::FormatError::NoTable { reason: "it is empty".to_string() }))?;
    let parent = Parent {
        path: file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        bytes: bytes.len() as u64,
        hash: format!("sha256:{}", sha256(&bytes)),
        sheet: Some(sheet.name.clone()).filter(|name| !name.is_empty()),
    };
    if !described.is_empty() && described.len() != sheet.columns.len() {
        return Err(DatasetError::DescribedColumns {
            file: file.to_path_buf(),
            headings: sheet.columns.into_iter().map(|column| column.name).collect(),
            described: described.len(),
        });
    }
    let mut fields = Vec::new();
    let mut columns = Vec::new();
    for (index, column) in sheet.columns.into_iter().enumerate() {
        let gaps = match &column.values {
            Values::Numbers(numbers) => numbers.iter().any(|number| number.is_nan()),
            Values::Words(words) => words.iter().any(String::is_empty),
        };
        let field = match (described.get(index), &column.values, &column.unit) {
            (Some(NewColumn::Skip), ..) => continue,
            (Some(NewColumn::Text(name)), ..) => field(name, FieldKind::Text, None, gaps),
            (Some(NewColumn::Number(name, unit)), ..) => {
                let unit = parse_unit(unit).map_err(|source| DatasetError::Unit {
                    path: file.to_path_buf(),
                    resource: about.table.clone(),
                    column: name.clone(),
                    source,
                })?;
                field(name, FieldKind::Number, Some((unit.code(), UnitBasis::User)), gaps)
            }
            (None, Values::Words(_), _) if !column.name.is_empty() => field(&column.name, FieldKind::Text, None, gaps),
            (None, Values::Numbers(_), StatedUnit::Known(unit)) if !column.name.is_empty() => {
                field(&column.name, FieldKind::Number, Some((unit.code(), UnitBasis::Stated)), gaps)
            }
            (None, _, unit) => {
                let stated = match unit {
                    StatedUnit::Unknown(text) => format!("the unit `{text}`, which is not known"),
                    _ if column.name.is_empty() => "no name".to_string(),
                    _ => "no unit".to_string(),
                };
                let (file, heading) = (file.to_path_buf(), column.name);
                return Err(DatasetError::Undescribed { file, number: index + 1, heading, stated });
            }
        };
        fields.push(field);
        columns.push(column.values);
    }
    create(about, fields, columns, Vec::new(), Some(parent), into)
}

fn field(name: &str, kind: FieldKind, unit: Option<(&str, UnitBasis)>, gaps: bool) -> FieldStatement {
    FieldStatement {
        name: name.to_string(),
        kind,
        unit: unit.map(|(code, _)| code.to_string()),
        unit_basis: unit.map(|(_, basis)| basis),
        description: None,
        constraints: gaps.then_some(Constraints { required: false }),
    }
}

fn create(
    about: &About,
    fields: Vec<FieldStatement>,
    columns: Vec<Values>,
    primary_key: Vec<String>,
    parent: Option<Parent>,
    into: &Path,
) -> Result<Package, DatasetError> {
    let folder = into.join(&about.name);
    check_name(&folder, "package", &about.name)?;
    check_name(&folder, "resource", &about.table)?;
    let resource = Resource {
        name: about.table.clone(),
        title: None,
        path: String::new(),
        format: None,
        bytes: None,
        hash: None,
        schema: Schema { fields, primary_key },
        origin: about.origin.clone(),
        parent,
        licenses: Vec::new(),
        sources: Vec::new(),
        protocol: Vec::new(),
        doubts: Vec::new(),
    };
    let readme = readme(about, &resource);
    // Checked by every rule before anything is written.
    let frame = crate::store::frame(&resource, columns)?;
    let table = Package::rehearse(&folder, &about.name, &resource, frame)?;
    let mut draft = Draft::new(Descriptor {
        schema: PROFILE.to_string(),
        name: about.name.clone(),
        title: about.title.clone(),
        description: None,
        version: Some("0.1.0".to_string()),
        licenses: vec![License { name: about.license.clone(), path: None }],
        sources: about.source.iter().cloned().collect(),
        resources: Vec::new(),
    });
    draft.add_frame(resource, table.frame(), None)?;
    draft.add_file("README.md", readme.into_bytes());
    draft.create(&folder)
}

fn readme(about: &About, resource: &Resource) -> String {
    let mut text = format!("# {}\n\n", about.name);
    if let Some(title) = &about.title {
        text.push_str(&format!("{title}\n\n"));
    }
    text.push_str(&format!("How the numbers came about: {}.\n", about.origin.kind().word()));
    text.push_str(&format!("Terms of use: {}.\n", about.license));
    if let Some(source) = &about.source {
        let address = source.path.as_ref().map(|path| format!(" ({path})")).unwrap_or_default();
        text.push_str(&format!("Source: {}{address}.\n", source.title));
    }
    text.push_str(&format!("\n## Table `{}`\n\n| column | unit | what it is |\n|---|---|---|\n", resource.name));
    for field in &resource.schema.fields {
        let (unit, words) = (field.unit.as_deref().unwrap_or("words"), field.description.as_deref().unwrap_or(""));
        text.push_str(&format!("| `{}` | {unit} | {words} |\n", field.name));
    }
    text.push_str(
        "\n## To do\n\n\
         - Say in `title` and `description` of `datapackage.json` what was done, and describe the columns.\n\
         - Name in `primaryKey` the columns that tell curves apart, and `time`.\n\
         - If you change the table, `kovacs data validate` names the digest to put into `hash`.\n",
    );
    text
}
