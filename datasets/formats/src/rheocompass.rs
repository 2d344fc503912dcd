//! Csv and text exports of Anton Paar RheoCompass: a table for each interval of a test.
//!
//! Above each table stands `Interval and data points:`, then `Interval data:` with the names, an empty row, a row of
//! units, and rows that begin with an empty cell. `Time` runs on through the test while `Interval Time` begins again, the
//! order of stress and strain is that of a template, and a status may be written behind each point.

use crate::delimited::{self, Line, lines};
use crate::document::{Column, Document, Doubt, Sheet, Values};
use crate::error::FormatError;
use crate::format::Format;
use crate::options::ReadOptions;
use crate::recognise::Head;
use crate::text::Text;

const POINTS: &str = "Interval and data points:";
const NAMES: &str = "Interval data:";

/// Whether there is an interval.
pub(crate) fn recognises(head: &Head<'_>) -> bool {
    head.text.lines().any(|line| is(line, POINTS) || is(line, NAMES))
}

fn is(line: &str, key: &str) -> bool {
    line.trim_start_matches(['"', ' ']).starts_with(key)
}

/// Reads one sheet for each interval.
pub(crate) fn read(text: &Text<'_>, options: &ReadOptions<'_>) -> Result<Document, FormatError> {
    let format = Format::RheoCompass;
    let all: Vec<Line<'_>> = lines(&text.content).collect();
    let mut metadata = Vec::new();
    let mut sheets: Vec<Sheet> = Vec::new();
    // What was said since the last table belongs to the next one, once there was a table.
    let mut said: Vec<(String, String)> = Vec::new();
    let mut result = String::new();
    let mut position = 0;
    while let Some(line) = all.get(position) {
        if !is(line.text, NAMES) {
            if let Some((key, value)) = pair(line.text) {
                if key == "Result" {
                    result.clone_from(&value);
                }
                said.push((key, value));
            }
            position += 1;
            continue;
        }
        let after = all.iter().skip(position + 1);
        let rows =
            after.take_while(|line| line.text.starts_with(['\t', ',', ';', ' ', '"']) || line.text.trim().is_empty());
        // A quoted line is a row only if its first cell is empty.
        let rows = rows.take_while(|line| !line.text.starts_with('"') || line.text.starts_with("\"\"")).count();
        let end = all.get(position + 1 + rows).map_or(text.content.len(), |next| next.start);
        let block = text.content.get(line.start..end).unwrap_or_default();
        let (mut sheet, _) = delimited::table(block, line.number - 1, format, options)?;
        if sheet.columns.first().is_some_and(|column| is(&column.name, "Interval data")) {
            sheet.columns.remove(0);
        }
        // An interval without a status has the column nevertheless.
        if let Some(column) = sheet.columns.iter_mut().find(|column| is_status(column))
            && let Values::Numbers(numbers) = &column.values
            && numbers.iter().all(|number| number.is_nan())
        {
            column.values = Values::Words(vec![String::new(); numbers.len()]);
        }
        let number = said.iter().rev().find(|(key, _)| *key == POINTS.trim_end_matches(':'));
        let number = number.and_then(|(_, value)| value.split(' ').next()).map(str::to_owned);
        let number = number.unwrap_or_else(|| (sheets.len() + 1).to_string());
        sheet.name =
            if result.is_empty() { format!("interval {number}") } else { format!("{result}, interval {number}") };
        sheet.doubts.extend(statuses(&sheet));
        if sheets.is_empty() {
            metadata = std::mem::take(&mut said);
        } else {
            sheet.metadata = std::mem::take(&mut said);
        }
        sheets.push(sheet);
        position += 1 + rows;
    }
    if sheets.is_empty() {
        let reason = format!("it has no `{NAMES}`; export the intervals with their data points");
        return Err(FormatError::NoTable { reason });
    }
    Ok(Document { format, encoding: Some(text.encoding), metadata, sheets, doubts: Vec::new() })
}

/// Key and value of a line of the header.
fn pair(line: &str) -> Option<(String, String)> {
    let mut cells = line.split(['\t', ';', ',']).map(|cell| cell.trim().trim_matches('"'));
    let key = cells.next()?.trim_end_matches(':');
    let values: Vec<&str> = cells.filter(|cell| !cell.is_empty()).collect();
    (!key.is_empty()).then(|| (key.to_owned(), values.join(" ")))
}

fn is_status(column: &Column) -> bool {
    column.name.eq_ignore_ascii_case("status")
}

/// What the instrument said of its points.
fn statuses(sheet: &Sheet) -> Option<Doubt> {
    let column = sheet.columns.iter().find(|column| is_status(column))?;
    let Values::Words(words) = &column.values else { return None };
    let marked = words.iter().filter(|word| !word.is_empty()).count();
    let mut distinct: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
    distinct.sort_unstable();
    distinct.dedup();
    (marked > 0).then(|| Doubt {
        kind: "status-words",
        text: format!(
            "{marked} of {} points have a status ({}); look whether they can be used",
            words.len(),
            distinct.join(", ")
        ),
    })
}
