//! Joining what the mapping says of each column with what the file says of it.

use super::error::ImportError;
use super::mapping::{ColumnMapping, Others, TableMapping, stated};
use super::needs::{ColumnPlace, Need, Place, Property};
use crate::descriptor::{Constraints, FieldKind, FieldStatement, UnitBasis};
use crate::error::DatasetError;
use kovacs_core::units::{Unit, parse_unit};
use kovacs_formats::{Column, Sheet, StatedUnit, Values};
use std::path::Path;

/// A column that is taken over: where it stands, and what it is.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    /// Position in the sheet, from 0.
    pub(super) index: usize,
    /// What the descriptor will say.
    pub(super) field: FieldStatement,
    /// Its unit; `None` for words.
    pub(super) unit: Option<Unit>,
}

/// The columns that are taken over, and what has to be known before they can be.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    pub(super) columns: Vec<Taken>,
    pub(super) needs: Vec<Need>,
}

/// The file and the table, for messages.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) file: &'a Path,
    /// Number of the table in the mapping.
    pub(super) table: usize,
    pub(super) plan: &'a TableMapping,
    pub(super) sheet: &'a Sheet,
}

/// The letter of a column as spreadsheets have it: A to Z, AA, AB, ...
pub fn letter(index: usize) -> String {
    let (rest, last) = (index / 26, (b'A' + (index % 26) as u8) as char);
    if rest == 0 { last.to_string() } else { format!("{}{last}", letter(rest - 1)) }
}

/// The column that a letter stands for.
fn index_of(letters: &str) -> Option<usize> {
    let upper = !letters.is_empty() && letters.len() <= 3 && letters.bytes().all(|byte| byte.is_ascii_uppercase());
    upper.then(|| letters.bytes().fold(0, |index, byte| index * 26 + usize::from(byte - b'A') + 1) - 1)
}

/// Heading as the file has it, unit included; the letter where it has none.
pub(super) fn heading(column: &Column, index: usize) -> String {
    let unit = match &column.unit {
        StatedUnit::Missing => String::new(),
        StatedUnit::Known(unit) => format!(" ({})", unit.symbol()),
        StatedUnit::Unknown(text) => format!(" ({text})"),
    };
    let name = if column.name.is_empty() { letter(index) } else { column.name.clone() };
    format!("{name}{unit}")
}

impl At<'_> {
    /// The column that a mapping means by a heading or a letter.
    pub(super) fn find(&self, property: &'static str, reference: &str) -> Result<usize, DatasetError> {
        let wanted = reference.trim();
        let columns = || self.sheet.columns.iter().enumerate();
        let named = columns().filter(|(index, column)| column.name == wanted || heading(column, *index) == wanted);
        let found: Vec<usize> = named.map(|(index, _)| index).collect();
        let letters = |indices: &[usize]| indices.iter().map(|index| letter(*index)).collect::<Vec<_>>().join(", ");
        match (found.as_slice(), index_of(wanted).filter(|index| *index < self.sheet.columns.len())) {
            ([one], _) => Ok(*one),
            ([], Some(index)) => Ok(index),
            ([], None) => Err(self.refuse(property, reference, {
                let known: Vec<String> = columns()
                    .map(|(index, column)| format!("{} `{}`", letter(index), heading(column, index)))
                    .collect();
                format!("a heading or letter of {}: {}", self.sheet_name(), known.join(", "))
            })),
            (several, _) => Err(self.refuse(
                property,
                reference,
                format!("one column; several have this heading: write the letter, one of {}", letters(several)),
            )),
        }
    }

    pub(super) fn refuse(&self, property: &'static str, value: &str, accepted: String) -> DatasetError {
        ImportError::MappingValue { file: self.file.to_path_buf(), property, value: value.to_string(), accepted }.into()
    }

    /// `sheet `Fig. 1b``, or `the file` where there is one table without a name.
    pub(super) fn sheet_name(&self) -> String {
        if self.sheet.name.is_empty() { "the file".to_string() } else { format!("sheet `{}`", self.sheet.name) }
    }

    fn resource(&self) -> String {
        self.plan.resource.clone().unwrap_or_default()
    }

    /// Parses a unit that the mapping states.
    pub(super) fn unit(&self, column: &str, text: &str) -> Result<Unit, DatasetError> {
        parse_unit(text).map_err(|source| DatasetError::Unit {
            path: self.file.to_path_buf(),
            resource: self.resource(),
            column: column.to_string(),
            source,
        })
    }
}

/// What each column of a table is, and what is missing.
///
/// # Errors
/// The mapping names a column that is not there, describes another number of columns, or states an unknown unit.
pub(super) fn resolve(at: At<'_>) -> Result<Resolved, DatasetError> {
    let entries = entries(at)?;
    let mut resolved = Resolved::default();
    for (index, (column, entry)) in at.sheet.columns.iter().zip(entries).enumerate() {
        let Some((entry, number)) = entry else { continue };
        let untouched = entry == ColumnMapping::default();
        // A column without a single cell is nothing that anybody could state a unit of.
        if entry.skip || (untouched && is_empty(&column.values)) {
            continue;
        }
        let place = |what| {
            let width = at.sheet.columns.len();
            let column =
                ColumnPlace { table: at.table, column: index, letter: letter(index), entry: number, width, what };
            Some(Place::Column(column))
        };
        resolve_one(at, index, column, &entry, &place, &mut resolved)?;
    }
    for (position, taken) in resolved.columns.iter().enumerate() {
        let earlier = resolved.columns.iter().take(position);
        if let Some(other) = earlier.into_iter().find(|other| other.field.name == taken.field.name) {
            let (first, second) = (letter(other.index), letter(taken.index));
            let name = &taken.field.name;
            let entry = ColumnPlace {
                table: at.table,
                column: taken.index,
                letter: second.clone(),
                entry: None,
                width: at.sheet.columns.len(),
                what: Property::Name,
            };
            resolved.needs.push(Need {
                kind: "column-name",
                text: format!(
                    "columns {first} and {second} of {} are both called `{name}`; rename or skip one, or list curves \
                     that stand side by side under `curves`",
                    at.sheet_name()
                ),
                line: format!("{{ from = \"{second}\", name = \"?\" }}"),
                option: format!("--column '{second}=NAME:UNIT' or --column {second}=skip"),
                place: at.plan.columns.iter().all(|entry| entry.from.is_some()).then_some(Place::Column(entry)),
            });
        }
    }
    Ok(resolved)
}

/// For each column of the sheet the entry that speaks of it, with its number in the mapping; `None` for a column that
/// is left out because nothing speaks of it.
#[expect(clippy::type_complexity, reason = "used here only, once")]
fn entries(at: At<'_>) -> Result<Vec<Option<(ColumnMapping, Option<usize>)>>, DatasetError> {
    let (given, width) = (&at.plan.columns, at.sheet.columns.len());
    let kept = || (at.plan.others == Others::Keep).then(|| (ColumnMapping::default(), None));
    if given.iter().any(|entry| entry.from.is_some()) {
        let mut entries = vec![kept(); width];
        for (number, entry) in given.iter().enumerate() {
            let Some(reference) = &entry.from else {
                let accepted = "entries that all have `from`, or none of them".to_string();
                return Err(at.refuse("columns", entry.name.as_deref().unwrap_or("an entry"), accepted));
            };
            let index = at.find("columns", reference)?;
            if let Some(slot) = entries.get_mut(index) {
                *slot = Some((entry.clone(), Some(number)));
            }
        }
        return Ok(entries);
    }
    if given.is_empty() {
        return Ok(vec![kept(); width]);
    }
    if given.len() != width {
        let (file, preview) = (at.file.to_path_buf(), preview(at.sheet));
        return Err(ImportError::ColumnCount { file, found: width, described: given.len(), preview }.into());
    }
    Ok(given.iter().cloned().enumerate().map(|(number, entry)| Some((entry, Some(number)))).collect())
}

fn resolve_one(
    at: At<'_>,
    index: usize,
    column: &Column,
    entry: &ColumnMapping,
    place: &dyn Fn(Property) -> Option<Place>,
    resolved: &mut Resolved,
) -> Result<(), DatasetError> {
    let (shown, letter) = (heading(column, index), letter(index));
    let from_file = stated(&column.name).map(plain_name).filter(|name| !name.is_empty());
    let name = entry.name.as_deref().and_then(stated).map(str::to_string).or(from_file);
    let user_unit = entry.unit.as_deref().and_then(stated);
    let is_words = matches!(column.values, Values::Words(_));
    let has_unit = user_unit.is_some() || matches!(column.unit, StatedUnit::Known(_));
    let kind = entry.kind.unwrap_or(if is_words && !has_unit { FieldKind::Text } else { FieldKind::Number });
    let unit = match (kind, user_unit, &column.unit) {
        (FieldKind::Text, ..) => None,
        (_, Some(text), _) => {
            Some((at.unit(name.as_deref().unwrap_or(&letter), text)?, entry.basis.unwrap_or(UnitBasis::User)))
        }
        (_, None, StatedUnit::Known(unit)) => Some((*unit, UnitBasis::Stated)),
        (_, None, _) => None,
    };
    let mut needs = Vec::new();
    let cells = first_cells(&column.values);
    let unit_missing = kind != FieldKind::Text && unit.is_none();
    if name.is_none() {
        let and_unit = if unit_missing { " and no unit" } else { "" };
        needs.push(Need {
            kind: "column-name",
            text: format!("column {letter} of {} has no name{and_unit}; it begins {cells}", at.sheet_name()),
            line: format!("{{ from = \"{letter}\", name = \"?\", unit = \"?\" }}"),
            option: format!("--column '{letter}=NAME:UNIT' or --column {letter}=skip"),
            place: place(Property::Name),
        });
    }
    if let Some(said) = name.as_deref().filter(|_| unit_missing) {
        let why = match &column.unit {
            StatedUnit::Unknown(text) => format!("has the unit `{text}`, which is not in the table of units"),
            _ => "has no unit".to_string(),
        };
        needs.push(Need {
            kind: "unit",
            text: format!("column {letter} `{shown}` of {} {why}; it begins {cells}", at.sheet_name()),
            line: format!("{{ from = \"{letter}\", name = \"{said}\", unit = \"?\" }}"),
            option: format!("--column '{letter}={said}:UNIT'"),
            place: place(Property::Unit),
        });
    }
    let gaps = if kind == FieldKind::Text || entry.gaps { None } else { first_gap(&column.values) };
    if let Some((first, count)) = gaps {
        let (said, line) = (name.as_deref().unwrap_or("?"), at.sheet.first_line + first);
        needs.push(Need {
            kind: "gaps",
            text: format!(
                "column {letter} `{shown}` of {} has {count} empty cells, the first in line {line}",
                at.sheet_name()
            ),
            line: format!("{{ from = \"{letter}\", name = \"{said}\", gaps = true }}"),
            option: format!("--gaps {letter} or --column {letter}=skip"),
            place: place(Property::Gaps),
        });
    }
    let complete = needs.is_empty();
    resolved.needs.append(&mut needs);
    let Some(name) = name.filter(|_| complete) else { return Ok(()) };
    resolved.columns.push(Taken {
        index,
        field: FieldStatement {
            name,
            kind,
            unit: unit.map(|(unit, _)| unit.code().to_string()),
            unit_basis: unit.map(|(_, basis)| basis),
            description: entry.description.clone(),
            constraints: entry.gaps.then_some(Constraints { required: false }),
        },
        unit: unit.map(|(unit, _)| unit),
    });
    Ok(())
}

/// `Relaxation Modulus` as `relaxation_modulus`: a name that can be typed.
pub(super) fn plain_name(heading: &str) -> String {
    let lower = heading.trim().to_lowercase();
    let mut plain = String::with_capacity(lower.len());
    for character in lower.chars() {
        match character {
            _ if character.is_alphanumeric() => plain.push(character),
            '\'' | '′' | '"' | '″' | '*' => plain.push(character),
            _ if plain.ends_with('_') || plain.is_empty() => {}
            _ => plain.push('_'),
        }
    }
    plain.trim_end_matches('_').to_string()
}

/// Row of the first empty cell, from 0, and how many there are.
fn first_gap(values: &Values) -> Option<(usize, usize)> {
    let rows: Box<dyn Iterator<Item = usize> + '_> = match values {
        Values::Numbers(numbers) => {
            Box::new(numbers.iter().enumerate().filter(|(_, v)| v.is_nan()).map(|(row, _)| row))
        }
        Values::Words(words) => Box::new(words.iter().enumerate().filter(|(_, w)| w.is_empty()).map(|(row, _)| row)),
    };
    rows.fold(None, |found, row| match found {
        None => Some((row, 1)),
        Some((first, count)) => Some((first, count + 1)),
    })
}

pub(super) fn is_empty(values: &Values) -> bool {
    match values {
        Values::Numbers(numbers) => numbers.iter().all(|value| value.is_nan()),
        Values::Words(words) => words.iter().all(String::is_empty),
    }
}

/// The first cells, for questions.
pub(super) fn first_cells(values: &Values) -> String {
    let cells: Vec<String> = match values {
        Values::Numbers(numbers) => numbers.iter().take(3).map(|value| six_digits(*value)).collect(),
        Values::Words(words) => words.iter().take(3).cloned().collect(),
    };
    let more = if values.len() > cells.len() { ", ..." } else { "" };
    format!("{}{more}", cells.join(", "))
}

/// A number that a person is to recognise, not to compute with.
fn six_digits(value: f64) -> String {
    let exact = value.to_string();
    if exact.len() <= 10 {
        return exact;
    }
    format!("{value:.5e}").parse().map_or(exact, |rounded: f64| rounded.to_string())
}

/// The first rows as read, for messages.
pub(super) fn preview(sheet: &Sheet) -> String {
    let cell = |column: &Column, row: usize| match &column.values {
        Values::Numbers(numbers) => numbers.get(row).map(f64::to_string).unwrap_or_default(),
        Values::Words(words) => words.get(row).cloned().unwrap_or_default(),
    };
    let line = |row: usize| {
        let cells: Vec<String> = sheet.columns.iter().map(|column| cell(column, row)).collect();
        format!("  row {}: {}", row + 1, cells.join(" | "))
    };
    (0..sheet.rows().min(4)).map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_a_spreadsheet() {
        for (index, letters) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letter(index), letters);
            assert_eq!(index_of(letters), Some(index));
        }
        for word in ["", "a", "time", "ABCD", "A1"] {
            assert_eq!(index_of(word), None, "{word}");
        }
    }

    #[test]
    fn headings_become_names_that_can_be_typed() {
        for (heading, name) in
            [("Relaxation Modulus", "relaxation_modulus"), ("G'", "g'"), ("t_w", "t_w"), (" ε2 ", "ε2")]
        {
            assert_eq!(plain_name(heading), name);
        }
    }
}
