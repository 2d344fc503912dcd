//! What was recognised in a file, for a person to look at before anything is made of it.

use super::columns::{first_cells, letter};
use super::history::{is_creep, to_the_nanosecond};
use super::mapping::Mapping;
use super::{Need, Opened, Planned};
use crate::descriptor::{DoubtStatement, OriginStatement};
use kovacs_core::holds::{Hold, find_holds, protocol_of};
use kovacs_core::toml_form::{ProtocolForm, write_protocol};
use kovacs_core::units::{Dimension, parse_internal, parse_unit};
use kovacs_formats::{Column, Sheet, StatedUnit, Values};
use serde::Serialize;
use std::fmt;

/// Lines of a file's header that are shown.
const SHOWN_METADATA: usize = 12;

/// What is in a file, and what has to be stated before it can be imported.
#[derive(Clone, Debug, Serialize)]
pub struct Recognised {
    /// Its name.
    pub file: String,
    /// What it was recognised as, in words.
    pub format: &'static str,
    /// How its text is encoded.
    pub encoding: Option<&'static str>,
    /// Keys and values of its header.
    pub metadata: Vec<(String, String)>,
    /// Its tables, those without a row left out.
    pub tables: Vec<RecognisedTable>,
    /// What a person should look at before trusting the numbers.
    pub doubts: Vec<DoubtStatement>,
    /// What has to be stated; empty where the file can be imported.
    pub needs: Vec<Need>,
}

/// One table of a file.
#[derive(Clone, Debug, Serialize)]
pub struct RecognisedTable {
    /// Sheet, step or panel; empty where the file has one table without a name.
    pub sheet: String,
    /// Rows of data.
    pub rows: usize,
    /// Line or row of the file in which they begin, from 1.
    pub first_line: usize,
    /// Its columns.
    pub columns: Vec<RecognisedColumn>,
    /// Stretches of constant strain; empty unless time and strain are known.
    pub holds: Vec<RecognisedHold>,
    /// The protocol behind them as TOML, where the temperature is known.
    pub protocol: Option<String>,
}

/// One column of a file.
#[derive(Clone, Debug, Serialize)]
pub struct RecognisedColumn {
    /// Its letter, by which a mapping may name it.
    pub letter: String,
    /// Its name as the file has it; empty where it has none.
    pub name: String,
    /// The unit that the file states: a UCUM code.
    pub unit: Option<&'static str>,
    /// A unit that the file states and that is not in the table.
    pub unknown_unit: Option<String>,
    /// `number` or `text`.
    pub holds: &'static str,
    /// Its first cells.
    pub begins: String,
}

/// A stretch of constant strain.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RecognisedHold {
    /// Time of its first sample, s.
    pub start_s: f64,
    /// Time of its last sample, s.
    pub end_s: f64,
    /// Median strain (1).
    pub strain: f64,
}

pub(super) fn of(opened: &Opened, mapping: &Mapping, planned: &[Planned], needs: Vec<Need>) -> Recognised {
    let sheets = opened.document.sheets.iter().enumerate().filter(|(_, sheet)| sheet.rows() > 0);
    let tables = sheets.clone().map(|(index, sheet)| table(index, sheet, mapping, planned)).collect();
    let listed = |index: usize| planned.iter().any(|plan| plan.sheet == index && !plan.plan.curves.is_empty());
    Recognised {
        file: opened.parent.path.clone(),
        format: opened.document.format.name(),
        encoding: opened.document.encoding,
        metadata: opened.document.metadata.clone(),
        tables,
        doubts: opened.doubts(mapping, sheets.map(|(index, _)| (index, listed(index)))),
        needs,
    }
}

fn table(index: usize, sheet: &Sheet, mapping: &Mapping, planned: &[Planned]) -> RecognisedTable {
    let columns = sheet.columns.iter().enumerate().map(|(position, column)| RecognisedColumn {
        letter: letter(position),
        name: column.name.clone(),
        unit: match &column.unit {
            StatedUnit::Known(unit) => Some(unit.code()),
            _ => None,
        },
        unknown_unit: match &column.unit {
            StatedUnit::Unknown(text) => Some(text.clone()),
            _ => None,
        },
        holds: match &column.values {
            Values::Numbers(_) => "number",
            Values::Words(_) => "text",
        },
        begins: first_cells(&column.values),
    });
    let mut table = RecognisedTable {
        sheet: sheet.name.clone(),
        rows: sheet.rows(),
        first_line: sheet.first_line,
        columns: columns.collect(),
        holds: Vec::new(),
        protocol: None,
    };
    // Curves side by side have no one strain; a table that is not planned has no known columns.
    let plan = planned.iter().find(|plan| plan.sheet == index && plan.plan.curves.is_empty());
    if let Some((time, strain)) = plan.and_then(|plan| history(plan, sheet)) {
        let holds = find_holds(&time, &strain);
        table.protocol = temperature(mapping)
            .and_then(|kelvin| protocol_of(&time, &strain, &holds, kelvin))
            .map(|(protocol, _)| write_protocol(&ProtocolForm::Segments(protocol)));
        let shown = |hold: &Hold| RecognisedHold {
            start_s: to_the_nanosecond(hold.start),
            end_s: to_the_nanosecond(hold.end),
            strain: hold.strain,
        };
        table.holds = holds.iter().map(shown).collect();
    }
    table
}

/// Time (s) and strain (1) of a test, if both columns are known, finite and in order.
fn history(plan: &Planned, sheet: &Sheet) -> Option<(Vec<f64>, Vec<f64>)> {
    let columns = plan.parts.columns();
    let internal = |name: &str, dimension: Dimension| -> Option<Vec<f64>> {
        let (field, index) = columns.iter().find(|(field, _)| field.name == name)?;
        let unit = parse_unit(field.unit.as_deref()?).ok().filter(|unit| unit.dimension() == dimension)?;
        match sheet.columns.get((*index)?) {
            Some(Column { values: Values::Numbers(numbers), .. }) => {
                Some(numbers.iter().map(|value| unit.to_internal(*value)).collect())
            }
            _ => None,
        }
    };
    let (time, strain) = (internal("time", Dimension::Time)?, internal("strain", Dimension::Dimensionless)?);
    let stress = columns.iter().find(|(field, _)| field.name == "stress").and_then(|(_, index)| *index);
    if let Some(Column { values: Values::Numbers(stress), .. }) = stress.and_then(|index| sheet.columns.get(index))
        && is_creep(stress)
    {
        return None;
    }
    let sound = time.iter().chain(&strain).all(|value| value.is_finite()) && time.is_sorted_by(|a, b| a < b);
    sound.then_some((time, strain))
}

fn temperature(mapping: &Mapping) -> Option<f64> {
    match &mapping.origin {
        OriginStatement::Measured { temperature: Some(text), .. } => parse_internal(text, Dimension::Temperature).ok(),
        _ => None,
    }
}

impl fmt::Display for Recognised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoding = self.encoding.map(|name| format!(", {name}")).unwrap_or_default();
        writeln!(f, "`{}`: {}{encoding}", self.file, self.format)?;
        let width = self.metadata.iter().take(SHOWN_METADATA).map(|(key, _)| key.chars().count()).max().unwrap_or(0);
        for (key, value) in self.metadata.iter().take(SHOWN_METADATA) {
            writeln!(f, "{}", format!("  {key:width$}  {value}").trim_end())?;
        }
        if let Some(more) = self.metadata.len().checked_sub(SHOWN_METADATA).filter(|more| *more > 0) {
            writeln!(f, "  and {more} more lines of header")?;
        }
        for (number, table) in self.tables.iter().enumerate() {
            let name = if table.sheet.is_empty() { String::new() } else { format!(" `{}`", table.sheet) };
            writeln!(
                f,
                "table {} of {}{name}: {} rows from line {}",
                number + 1,
                self.tables.len(),
                table.rows,
                table.first_line
            )?;
            write!(f, "{table}")?;
        }
        for doubt in &self.doubts {
            writeln!(f, "doubt ({}): {}", doubt.kind, doubt.text)?;
        }
        Ok(())
    }
}

impl fmt::Display for RecognisedTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<[String; 4]> = self
            .columns
            .iter()
            .map(|column| {
                let unit = match (column.unit, &column.unknown_unit, column.holds) {
                    (Some(code), ..) => code.to_string(),
                    (None, Some(text), _) => format!("unknown unit `{text}`"),
                    (None, None, "text") => "text".to_string(),
                    _ => "no unit".to_string(),
                };
                let name = if column.name.is_empty() { "no name" } else { &column.name };
                [column.letter.clone(), name.to_string(), unit, column.begins.clone()]
            })
            .collect();
        let width = |cell: usize| rows.iter().map(|row| row[cell].chars().count()).max().unwrap_or(0);
        let widths = [width(0), width(1), width(2)];
        for [letter, name, unit, begins] in &rows {
            let [a, b, c] = widths;
            writeln!(f, "  {letter:a$}  {name:b$}  {unit:c$}  {begins}")?;
        }
        if !self.holds.is_empty() {
            writeln!(f, "  {} holds:", self.holds.len())?;
        }
        for (number, hold) in self.holds.iter().enumerate() {
            writeln!(f, "    {}: strain {:.4}, {} s to {} s", number + 1, hold.strain, hold.start_s, hold.end_s)?;
        }
        if let Some(protocol) = &self.protocol {
            writeln!(f, "  as a protocol:")?;
            for line in protocol.lines() {
                writeln!(f, "{}", format!("    {line}").trim_end())?;
            }
        }
        Ok(())
    }
}
