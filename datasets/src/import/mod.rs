//! Files of instruments, workbooks and text tables into packages: the numbers unchanged, their meaning stated.
//!
//! [`Opened::read`] recognises a file by its content, [`Opened::recognise`] says what is in it and what has to be stated
//! before it can be used, and [`Opened::import`] makes the packages. The original is read and never written. Its digest
//! is kept as the parent of every table; the stored numbers are those of the file, in its units. Conversion happens on
//! reading, by [`Table::in_internal_units`](crate::Table). Where time and strain are there, the holds are found and the
//! protocol is written into the package.

mod cells;
mod columns;
mod constants;
mod error;
mod history;
mod mapping;
mod memory;
mod needs;
mod packages;
mod parts;
mod recognised;
mod report;
mod template;
mod two_step;

pub use constants::Constant;
pub use error::ImportError;
pub use mapping::{AxisMapping, ColumnMapping, CurveMapping, Mapping, Others, TableMapping, TwoStepMapping};
pub use memory::{Memory, Remembered, Shape};
pub use needs::{Need, source};
pub use recognised::{Recognised, RecognisedColumn, RecognisedTable};
pub use report::{ImportReport, ImportedTable};

use crate::descriptor::{DoubtStatement, Parent};
use crate::error::DatasetError;
use crate::foreign::read_any;
use columns::At;
use kovacs_core::toml_form::ProtocolForm;
use kovacs_formats::{Document, FormatError, ReadOptions};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Kinds of doubt that refuse a file until whoever imports it has looked into them.
const REFUSING: [&str; 1] = ["dma-sweep-as-relaxation"];

/// Kinds of doubt that are settled where the mapping lists the curves of a sheet one by one.
const SETTLED_BY_CURVES: [&str; 2] = ["several-time-columns", "ragged-rows"];

/// How far an import is; the answer `false` stops it, and nothing is left behind.
pub type Progress<'a> = &'a dyn Fn(Step) -> bool;

/// What an import is doing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Bytes of the file read, of how many.
    Reading(u64, u64),
    /// Rows are checked.
    Checking,
    /// The package is written.
    Writing,
}

/// How an import is done, beyond what the mapping says of the file.
#[derive(Clone, Copy, Default)]
pub struct ImportOptions<'a> {
    /// Copies the original into the package.
    pub keep_original: bool,
    /// The protocol of the test, in place of the one found in the strain.
    pub protocol: Option<&'a ProtocolForm>,
    /// Is told what is being done.
    pub progress: Option<Progress<'a>>,
}

/// A file that was read and recognised.
#[derive(Debug)]
pub struct Opened {
    file: PathBuf,
    document: Document,
    parent: Parent,
}

/// A table of the mapping that was understood.
struct Planned {
    plan: TableMapping,
    table: usize,
    sheet: usize,
    parts: parts::Plan,
}

/// Reads a file and makes a package of it inside `into`: [`Opened::read`] and [`Opened::import`] in one.
///
/// A package of that name imported from the very same file is replaced; anything else that is there is left alone.
///
/// # Errors
/// As those.
pub fn import(file: &Path, mapping: &Mapping, into: &Path) -> Result<ImportReport, DatasetError> {
    Opened::read(file, mapping, None)?.import(mapping, into, &ImportOptions::default())
}

impl Opened {
    /// Reads a file and recognises it by its content; of the mapping only what says how to read it is used.
    ///
    /// # Errors
    /// The file cannot be read or is of no known format, or it changed meanwhile.
    pub fn read(file: &Path, mapping: &Mapping, progress: Option<Progress<'_>>) -> Result<Opened, DatasetError> {
        let before = state(file)?;
        let separator = mapping.separator.map(|separator| {
            u8::try_from(separator).ok().filter(u8::is_ascii).ok_or_else(|| ImportError::MappingValue {
                file: file.to_path_buf(),
                property: "separator",
                value: separator.to_string(),
                accepted: "one ASCII character, such as `;`".to_string(),
            })
        });
        let report = progress.map(|progress| move |done, total| progress(Step::Reading(done, total)));
        let options = ReadOptions {
            sheet: mapping.sheet.clone().filter(|_| mapping.tables.is_empty()),
            separator: separator.transpose()?,
            decimal_comma: mapping.decimal_comma,
            header_rows: mapping.header_rows,
            encoding: mapping.encoding.clone(),
            progress: report.as_ref().map(|report| report as &dyn Fn(u64, u64) -> bool),
        };
        // The digest is taken beside the reading: both wait for the same bytes.
        let (document, digest) = std::thread::scope(|scope| {
            let digest = scope.spawn(|| digest(file));
            let document = read_any(file, &options);
            (document, digest.join())
        });
        let document = document?;
        let digest = digest.unwrap_or_else(|_| Err(ImportError::Changed { file: file.to_path_buf() }.into()))?;
        if state(file)? != before {
            return Err(ImportError::Changed { file: file.to_path_buf() }.into());
        }
        let parent = Parent {
            path: file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            bytes: before.0,
            hash: format!("sha256:{digest}"),
            sheet: None,
        };
        Ok(Opened { file: file.to_path_buf(), document, parent })
    }

    /// What was read.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The shape of the file, by which its mapping is remembered.
    pub fn shape(&self) -> Shape {
        Shape::of(&self.document)
    }

    /// What is in the file, and what has to be stated before it can be imported with this mapping.
    ///
    /// # Errors
    /// The mapping contradicts the file: it names a sheet or column that is not there, or an unknown unit.
    pub fn recognise(&self, mapping: &Mapping) -> Result<Recognised, DatasetError> {
        let (planned, needs) = self.plan(mapping)?;
        Ok(recognised::of(self, mapping, &planned, needs))
    }

    /// A mapping file with everything filled in that is known, and `"?"` where something has to be stated.
    ///
    /// # Errors
    /// As [`Opened::recognise`].
    pub fn template(&self, mapping: &Mapping) -> Result<String, DatasetError> {
        let (_, needs) = self.plan(mapping)?;
        Ok(template::text(self, mapping, &needs))
    }

    /// Makes the packages inside `into`.
    ///
    /// # Errors
    /// Something has to be stated first; a cell is not what its column is stated to hold; times do not rise; a package
    /// of that name was made from something else.
    pub fn import(
        self,
        mapping: &Mapping,
        into: &Path,
        options: &ImportOptions<'_>,
    ) -> Result<ImportReport, DatasetError> {
        let (planned, needs) = self.plan(mapping)?;
        if !needs.is_empty() {
            return Err(ImportError::Incomplete { file: self.file, needs }.into());
        }
        packages::write(self, planned, mapping, into, options)
    }

    /// Understands every table of the mapping, and collects what is missing.
    fn plan(&self, mapping: &Mapping) -> Result<(Vec<Planned>, Vec<Need>), DatasetError> {
        let tables = mapping.planned();
        let mut needs = needs::of_package(mapping, &tables, &self.suggested_name());
        needs.extend(needs::of_origin(mapping, &self.document));
        let mut planned = Vec::with_capacity(tables.len());
        for (table, plan) in tables.into_iter().enumerate() {
            let Some(sheet) = self.sheet(&plan, &mut needs)? else { continue };
            let Some(at) = self.at(table, &plan, sheet) else { continue };
            let parts = parts::plan(at, &mut needs)?;
            planned.push(Planned { parts, plan, table, sheet });
        }
        let sheets = planned.iter().map(|planned| (planned.sheet, !planned.plan.curves.is_empty()));
        for doubt in self.doubts(mapping, sheets) {
            if REFUSING.contains(&doubt.kind.as_str()) && !doubt.accepted {
                needs.push(Need {
                    kind: "doubt",
                    text: format!("{} ({}); accept it only if you have looked into it", doubt.text, doubt.kind),
                    line: format!("accept_doubts = [\"{}\"]", doubt.kind),
                    option: format!("--accept-doubt {}", doubt.kind),
                    place: None,
                });
            }
        }
        Ok((planned, needs))
    }

    /// The sheet that a table of the mapping means; `None` where it has to be asked for.
    fn sheet(&self, plan: &TableMapping, needs: &mut Vec<Need>) -> Result<Option<usize>, DatasetError> {
        let sheets = || self.document.sheets.iter().enumerate().filter(|(_, sheet)| sheet.rows() > 0);
        if let Some(wanted) = plan.sheet.as_deref().and_then(mapping::stated) {
            let exact = sheets().find(|(_, sheet)| sheet.name == wanted);
            let alike = || sheets().find(|(_, sheet)| sheet.name.trim().eq_ignore_ascii_case(wanted));
            return match exact.or_else(alike) {
                Some((index, _)) => Ok(Some(index)),
                None => Err(ImportError::NoSheet {
                    file: self.file.clone(),
                    sheet: wanted.to_string(),
                    known: sheets().map(|(_, sheet)| sheet.name.clone()).collect(),
                }
                .into()),
            };
        }
        let mut found = sheets();
        match (found.next(), found.next()) {
            (Some((index, _)), None) => Ok(Some(index)),
            (None, _) => Err(ImportError::Format {
                file: self.file.clone(),
                source: FormatError::NoTable { reason: "no sheet has a row of numbers".to_string() },
            }
            .into()),
            _ => {
                let known: Vec<String> = sheets().map(|(_, sheet)| sheet.name.clone()).collect();
                needs.push(Need {
                    kind: "sheet",
                    text: format!("the file has {} tables: `{}`", known.len(), known.join("`, `")),
                    line: "sheet = \"?\"  # or one [[table]] for each".to_string(),
                    option: format!("--sheet '{}'", known.first().map_or("", String::as_str)),
                    place: Some(needs::Place::Sheet(known)),
                });
                Ok(None)
            }
        }
    }

    fn at<'a>(&'a self, table: usize, plan: &'a TableMapping, sheet: usize) -> Option<At<'a>> {
        Some(At { file: &self.file, table, plan, sheet: self.document.sheets.get(sheet)? })
    }

    /// The doubts of the file and of these sheets, each once; beside a sheet stands whether its curves are listed.
    fn doubts(&self, mapping: &Mapping, sheets: impl Iterator<Item = (usize, bool)>) -> Vec<DoubtStatement> {
        let of_sheets = sheets.filter_map(|(sheet, listed)| Some((self.document.sheets.get(sheet)?, listed)));
        let of_sheets = of_sheets.flat_map(|(sheet, listed)| {
            sheet.doubts.iter().filter(move |doubt| !(listed && SETTLED_BY_CURVES.contains(&doubt.kind)))
        });
        let mut doubts: Vec<DoubtStatement> = Vec::new();
        for doubt in self.document.doubts.iter().chain(of_sheets) {
            let accepted = mapping.accept_doubts.iter().any(|kind| kind == doubt.kind);
            let doubt = DoubtStatement { kind: doubt.kind.to_string(), text: doubt.text.clone(), accepted };
            if !doubts.contains(&doubt) {
                doubts.push(doubt);
            }
        }
        doubts
    }

    /// The name of the file as the name of a package.
    fn suggested_name(&self) -> String {
        let stem = self.file.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
        let plain: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
        if parts.is_empty() { "my-run".to_string() } else { parts.join("-") }
    }
}

/// Size and time of the last change, by which a change during the reading is noticed.
fn state(file: &Path) -> Result<(u64, Option<std::time::SystemTime>), DatasetError> {
    let about = std::fs::metadata(file).map_err(|source| DatasetError::io("read", file, source))?;
    Ok((about.len(), about.modified().ok()))
}

/// SHA-256 of a file of any size.
fn digest(file: &Path) -> Result<String, DatasetError> {
    let io = |source| DatasetError::io("read", file, source);
    let mut stream = std::fs::File::open(file).map_err(io)?;
    let (mut digest, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        let count = stream.read(&mut buffer).map_err(io)?;
        if count == 0 {
            return Ok(hex::encode(digest.finalize()));
        }
        digest.update(buffer.get(..count).unwrap_or_default());
    }
}
