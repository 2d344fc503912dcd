//! Text exports of NETZSCH Proteus (DMA, DSC, STA): a header that states its own notation, and a `##` row of names.
//!
//! `#DECIMAL` and `#SEPARATOR` are taken at their word. `DATA COMPARE` puts several measurements side by side, each with
//! its own columns; each becomes a sheet.

use crate::delimited::{self, Line, Separator, lines};
use crate::document::{Column, Document, Sheet, Values};
use crate::error::FormatError;
use crate::format::Format;
use crate::options::ReadOptions;
use crate::recognise::Head;
use crate::text::Text;

/// Whether the header of the program begins the text.
pub(crate) fn recognises(head: &Head<'_>) -> bool {
    let has = |key: &str| head.text.lines().any(|line| line.starts_with(key));
    head.text.trim_start().starts_with('#') && has("#EXPORTTYPE") && has("##")
}

/// Reads one sheet for each table, or for each measurement of a comparison.
pub(crate) fn read(text: &Text<'_>, options: &ReadOptions<'_>) -> Result<Document, FormatError> {
    let format = Format::Proteus;
    let all: Vec<Line<'_>> = lines(&text.content).collect();
    let starts: Vec<&Line<'_>> = all.iter().filter(|line| line.text.starts_with("##")).collect();
    let first = starts.first().map_or(0, |line| line.start);
    let header: Vec<(&str, &str)> = all
        .iter()
        .take_while(|line| line.start < first)
        .filter_map(|line| line.text.strip_prefix('#')?.split_once(':'))
        .map(|(key, value)| (key.trim(), value.trim_start_matches([';', ',', '\t', ' ']).trim_end()))
        .collect();
    let stated = |key: &str| header.iter().find(|(found, _)| *found == key).map(|(_, value)| *value);
    let separator = match stated("SEPARATOR") {
        Some("SEMICOLON") => Some(b';'),
        Some("COMMA") => Some(b','),
        Some("TAB") => Some(b'\t'),
        _ => None,
    };
    let decimal_comma = match stated("DECIMAL") {
        Some("COMMA") => Some(true),
        Some("POINT") => Some(false),
        _ => None,
    };
    let options = ReadOptions {
        separator: options.separator.or(separator),
        decimal_comma: options.decimal_comma.or(decimal_comma),
        header_rows: Some(1),
        ..options.clone()
    };
    let compared = stated("EXPORTTYPE").is_some_and(|kind| kind.starts_with("DATA COMPARE"));
    let mut sheets = Vec::new();
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).map_or(text.content.len(), |next| next.start);
        let block = text.content.get(start.start + 2..end).unwrap_or_default();
        let (sheet, _) = delimited::table(block, start.number - 1, format, &options)?;
        if compared {
            sheets.extend(measurements(sheet, &header, options.separator.unwrap_or(b';')));
        } else {
            sheets.push(sheet);
        }
    }
    let metadata = header.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    Ok(Document { format, encoding: Some(text.encoding), metadata, sheets, doubts: Vec::new() })
}

/// The measurements of a comparison: the columns begin again where the name of the first one comes again.
fn measurements(table: Sheet, header: &[(&str, &str)], separator: u8) -> Vec<Sheet> {
    let values = |key: &str| {
        let line = header.iter().find(|(found, _)| *found == key).map_or("", |(_, value)| value);
        let cells = Separator::Byte(separator).split(line);
        cells.iter().filter(|cell| !cell.is_empty()).map(|cell| cell.to_string()).collect::<Vec<_>>()
    };
    let names = [values("IDENTITY"), values("SAMPLE"), values("FILE")];
    let first = table.columns.first().map(|column| column.name.clone());
    let mut groups: Vec<Vec<Column>> = Vec::new();
    for column in table.columns {
        if Some(&column.name) == first.as_ref() {
            groups.push(Vec::new());
        }
        if let Some(group) = groups.last_mut() {
            group.push(column);
        }
    }
    let count = groups.len();
    let sheets = groups.into_iter().enumerate().map(|(index, mut columns)| {
        let filled = columns.iter().map(|column| match &column.values {
            Values::Numbers(numbers) => numbers.iter().rposition(|number| !number.is_nan()).map_or(0, |last| last + 1),
            Values::Words(words) => words.iter().rposition(|word| !word.is_empty()).map_or(0, |last| last + 1),
        });
        let length = filled.max().unwrap_or(0);
        for column in &mut columns {
            match &mut column.values {
                Values::Numbers(numbers) => numbers.truncate(length),
                Values::Words(words) => words.truncate(length),
            }
        }
        let name = names.iter().find(|names| names.len() == count).and_then(|names| names.get(index));
        let doubts = table.doubts.iter().filter(|doubt| doubt.kind != "ragged-rows").cloned().collect();
        Sheet {
            name: name.cloned().unwrap_or_else(|| format!("measurement {}", index + 1)),
            metadata: Vec::new(),
            columns,
            first_line: table.first_line,
            doubts,
        }
    });
    sheets.collect()
}
