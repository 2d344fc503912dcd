//! What has to be stated before a file can become a package, each with the line to write and the option to give.
//!
//! Everything that is missing is collected and asked for at once: a person who has been refused four times in a row
//! begins to guess.

use super::error::ImportError;
use super::mapping::{ColumnMapping, Mapping, TableMapping, stated};
use crate::descriptor::{OriginStatement, Source};
use crate::error::DatasetError;
use kovacs_core::Origin;
use kovacs_core::units::parse_unit;
use kovacs_formats::Document;
use serde::Serialize;

/// One thing that the importer has to know.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Need {
    /// Which kind, a stable word: `unit`, `licence`.
    pub kind: &'static str,
    /// What is missing, as a sentence without a full stop.
    pub text: String,
    /// What to write into a mapping file, with `?` where the answer goes.
    pub line: String,
    /// The option of `kovacs data import` that says it.
    pub option: String,
    /// Where the answer goes; `None` where it takes more than a word.
    #[serde(skip)]
    pub(super) place: Option<Place>,
}

/// Where in a mapping an answer goes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    /// Name of the package.
    Name,
    /// Terms of use.
    Licence,
    /// Where the numbers come from.
    Source,
    /// Sheet of the only table.
    Sheet(Vec<String>),
    /// A property of a column.
    Column(ColumnPlace),
}

/// A property of one column of one table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ColumnPlace {
    /// Table of the mapping.
    pub(super) table: usize,
    /// Column of the sheet.
    pub(super) column: usize,
    /// Letter of that column.
    pub(super) letter: String,
    /// The entry that speaks of it, if any.
    pub(super) entry: Option<usize>,
    /// Columns of the sheet.
    pub(super) width: usize,
    /// Which property.
    pub(super) what: Property,
}

/// A property of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Property {
    Name,
    Unit,
    Gaps,
}

impl Need {
    /// A question that a word answers, for the prompt of a terminal; `None` where a mapping has to be written.
    pub fn question(&self) -> Option<String> {
        Some(match self.place.as_ref()? {
            Place::Name => "name of the package (letters, digits, -)".to_string(),
            Place::Licence => "terms of use, an SPDX identifier such as CC-BY-4.0".to_string(),
            Place::Source => "where the numbers come from, in words or an address".to_string(),
            Place::Sheet(known) => format!("which table: {}", known.join(", ")),
            Place::Column(place) => match place.what {
                Property::Name => format!("name of column {} (or `skip`)", place.letter),
                Property::Unit => format!("{}; its unit, or `skip`", self.text),
                Property::Gaps => format!("{}; `keep` the gaps, or `skip` the column", self.text),
            },
        })
    }

    /// Puts an answer into the mapping.
    ///
    /// # Errors
    /// The answer is empty, or no unit where one was asked for; nothing is changed then.
    pub fn answer(&self, mapping: &mut Mapping, answer: &str) -> Result<(), DatasetError> {
        let refused = |accepted: &str| {
            DatasetError::from(ImportError::Answer { answer: answer.to_string(), accepted: accepted.to_string() })
        };
        let answer = stated(answer).ok_or_else(|| refused("a word"))?;
        match self.place.as_ref() {
            None => return Err(refused("a mapping file")),
            Some(Place::Name) => mapping.name = answer.to_string(),
            Some(Place::Licence) => mapping.license = answer.to_string(),
            Some(Place::Source) => mapping.source = Some(source(answer)),
            Some(Place::Sheet(known)) => {
                let found = known.iter().find(|name| name.eq_ignore_ascii_case(answer));
                mapping.sheet = Some(found.ok_or_else(|| refused(&known.join(", ")))?.clone());
            }
            Some(Place::Column(place)) => {
                if place.what == Property::Unit && answer != "skip" {
                    parse_unit(answer).map_err(|error| refused(&error.to_string()))?;
                }
                if place.what == Property::Gaps && !["keep", "skip"].contains(&answer) {
                    return Err(refused("`keep` or `skip`"));
                }
                let entry = place.entry_in(mapping);
                match (place.what, answer) {
                    (_, "skip") => entry.skip = true,
                    (Property::Name, name) => entry.name = Some(name.to_string()),
                    (Property::Unit, unit) => entry.unit = Some(unit.to_string()),
                    (Property::Gaps, _) => entry.gaps = true,
                }
            }
        }
        Ok(())
    }
}

impl ColumnPlace {
    /// The entry that speaks of the column, made if there is none.
    fn entry_in<'a>(&self, mapping: &'a mut Mapping) -> &'a mut ColumnMapping {
        let entries = mapping.columns_of(self.table);
        if entries.is_empty() {
            entries.resize(self.width, ColumnMapping::default());
        }
        let by_name = entries.iter().any(|entry| entry.from.is_some());
        let mine = |entry: &ColumnMapping| entry.from.as_deref() == Some(&self.letter);
        let at = match self.entry {
            Some(entry) => entry,
            None if !by_name => self.column,
            None => entries.iter().position(mine).unwrap_or(entries.len()),
        };
        if at >= entries.len() {
            entries.push(ColumnMapping { from: Some(self.letter.clone()), ..ColumnMapping::default() });
        }
        let last = entries.len() - 1;
        &mut entries[at.min(last)]
    }
}

/// A source from one line: an address is also the path.
pub fn source(text: &str) -> Source {
    let address = ["http://", "https://", "doi:"].iter().any(|start| text.starts_with(start));
    Source { title: text.to_string(), path: address.then(|| text.to_string()) }
}

/// What has to be said of numbers that were read off a figure: the file says that they were, or the mapping does and
/// leaves something open.
pub(super) fn of_origin(mapping: &Mapping, document: &Document) -> Option<Need> {
    let digitised = document.metadata.iter().any(|(key, value)| key == "origin" && value == Origin::Digitised.word());
    let open = match &mapping.origin {
        OriginStatement::Digitised { figure, tool, error_x, error_y } => {
            [figure, tool, error_x, error_y].into_iter().any(|text| stated(text).is_none())
        }
        origin => digitised && origin.kind() == Origin::Measured,
    };
    open.then(|| Need {
        kind: "origin",
        text: "the numbers were read off a figure; it is not stated off which, with which tool and how exactly"
            .to_string(),
        line: "origin = { kind = \"digitised\", figure = \"?\", tool = \"?\", errorX = \"?\", errorY = \"?\" }"
            .to_string(),
        option: "none: it goes into the mapping file".to_string(),
        place: None,
    })
}

/// What the package as a whole still needs.
pub(super) fn of_package(mapping: &Mapping, tables: &[TableMapping], suggested: &str) -> Vec<Need> {
    let mut needs = Vec::new();
    let nameless = tables.iter().any(|table| table.package.as_deref().and_then(stated).is_none());
    if nameless {
        needs.push(Need {
            kind: "name",
            text: "the package has no name by which notebooks open it".to_string(),
            line: "name = \"?\"".to_string(),
            option: format!("--name {suggested}"),
            place: Some(Place::Name),
        });
    }
    if stated(&mapping.license).is_none() {
        needs.push(Need {
            kind: "licence",
            text: "it is not stated under which terms the numbers may be used".to_string(),
            line: "license = \"?\"".to_string(),
            option: "--license CC-BY-4.0".to_string(),
            place: Some(Place::Licence),
        });
    }
    let origin = mapping.origin.kind();
    let from_elsewhere = matches!(origin, Origin::Measured | Origin::Digitised | Origin::Tabulated);
    let named = mapping.source.as_ref().and_then(|source| stated(&source.title)).is_some();
    if from_elsewhere && !named {
        needs.push(Need {
            kind: "source",
            text: format!("the numbers are {origin}, and it is not stated by whom and where"),
            line: "source = { title = \"?\" }".to_string(),
            option: "--source 'our laboratory, 2026'".to_string(),
            place: Some(Place::Source),
        });
    }
    needs
}
