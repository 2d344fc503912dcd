//! What stands above the numbers: keys and values, comments, names, units.

use super::cells::{Separator, shape};
use super::layout::{Line, is_comment};
use crate::document::StatedUnit;
use crate::error::FormatError;
use crate::format::Format;
use crate::heading;

/// Names, units and all else that stands above the numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Header {
    /// As many as columns; empty where there is none.
    pub(crate) names: Vec<String>,
    pub(crate) units: Vec<StatedUnit>,
    /// Keys and values; the key of prose is `comment`.
    pub(crate) metadata: Vec<(String, String)>,
}

/// Reads the lines above a table of so many columns. With `stated` all of them are headings.
pub(crate) fn find(
    above: &[Line<'_>],
    separator: Separator,
    width: usize,
    stated: bool,
    format: Format,
) -> Result<Header, FormatError> {
    let filled: Vec<&Line<'_>> = above.iter().filter(|line| !line.text.trim().is_empty()).collect();
    let mut rest = filled.as_slice();
    let mut names: Option<Vec<String>> = None;
    let mut units: Option<Vec<String>> = None;
    while let Some((line, before)) = rest.split_last() {
        let Some(row) = heading_row(line, separator, width, stated, format)? else { break };
        let is_units = heading::is_unit_row(row.iter().map(String::as_str));
        let bracketed = row.iter().filter(|cell| !cell.is_empty()).all(|cell| cell.starts_with(['[', '(']));
        if units.is_none() && is_units && (bracketed || names_above(before, separator, width, stated, format)?) {
            units = Some(row);
        } else {
            names = Some(row);
            rest = before;
            break;
        }
        rest = before;
    }
    let mut header =
        Header { metadata: rest.iter().map(|line| key_and_value(line.text, separator)).collect(), ..Header::default() };
    let names = names.unwrap_or_default();
    for index in 0..width.max(names.len()) {
        let name = names.get(index).map_or("", String::as_str);
        let (name, unit) = match &units {
            Some(units) => (name.to_owned(), heading::unit(units.get(index).map_or("", String::as_str))),
            None => heading::split(name),
        };
        header.names.push(name);
        header.units.push(unit);
    }
    Ok(header)
}

/// Whether the next heading up is a row of names.
fn names_above(
    before: &[&Line<'_>],
    separator: Separator,
    width: usize,
    stated: bool,
    format: Format,
) -> Result<bool, FormatError> {
    match before.last() {
        Some(line) => Ok(heading_row(line, separator, width, stated, format)?.is_some()),
        None => Ok(false),
    }
}

/// The cells of a line if it is a heading of so many columns; `None` where it is something else.
fn heading_row(
    line: &Line<'_>,
    separator: Separator,
    width: usize,
    stated: bool,
    format: Format,
) -> Result<Option<Vec<String>>, FormatError> {
    let comment = is_comment(line.text);
    let text = if comment {
        {
            // `#L` marks the names in files of the spec and DABAX kind.
            let text = line.text.trim_start();
            text.strip_prefix("#L ").unwrap_or(text.trim_start_matches(['#', '%', '/', '!']))
        }
    } else {
        line.text
    };
    let mut cells: Vec<String> = separator.split(text).iter().map(|cell| cell.to_string()).collect();
    while cells.len() > width && cells.last().is_some_and(String::is_empty) {
        cells.pop();
    }
    let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
    let numbers = cells.iter().filter(|cell| shape(cell).is_some()).count();
    if comment {
        // Comments explain in prose as often as they name columns.
        let prose = text.contains('=') || (width == 1 && (text.contains(':') || text.trim().contains(' ')));
        if prose || numbers > 0 {
            return Ok(None);
        }
        if cells.len() != width {
            cells = words(text);
        }
        return Ok((cells.len() == width).then_some(cells));
    }
    if stated || (cells.len() == width && filled > 0 && numbers < filled) {
        return Ok(Some(cells));
    }
    if separator == Separator::Blanks && numbers < filled && width > 1 {
        // Names may have blanks in them.
        let cells = words(text);
        if cells.len() == width {
            return Ok(Some(cells));
        }
    }
    if filled <= 1 || (numbers == 0 && text.contains(": ")) {
        return Ok(None);
    }
    if separator != Separator::Blanks && cells.len() > width && numbers == 0 {
        return Ok(Some(cells));
    }
    // Rows such as `Date,2024,...` far above are settings; one with other numbers of cells right here is a doubt that
    // would shift names or lose a row.
    let key = cells.first().is_some_and(|cell| !cell.is_empty() && shape(cell).is_none());
    if key && numbers > 0 {
        return Ok(None);
    }
    let reason = format!(
        "it has {} cells, and the rows of numbers below have {width} (separated by {}); if it names the columns, give \
         each a name, otherwise state the separator or the number of heading rows",
        cells.len(),
        separator.name()
    );
    Err(FormatError::Line { format, line: line.number, reason })
}

/// Names that are separated by tabs or by two blanks at least, or whose units in brackets are set off by one.
fn words(text: &str) -> Vec<String> {
    let wide: Vec<String> = text
        .split('\t')
        .flat_map(|part| part.split("  "))
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    if wide.len() > 1 {
        return wide;
    }
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last) if word.starts_with(['(', '[']) => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// A line of settings as key and value.
fn key_and_value(line: &str, separator: Separator) -> (String, String) {
    let text = line.trim().trim_start_matches(['#', '%', '/', '!']).trim();
    let pair = |mark: &str| {
        let (key, value) = text.split_once(mark)?;
        let (key, value) = (key.trim(), value.trim());
        (!key.is_empty() && key.len() <= 40)
            .then(|| (key.to_owned(), value.trim_matches(['"', ';', ',', '\t']).to_owned()))
    };
    let cells = || {
        let cells = separator.split(text);
        let (key, values) = cells.split_first()?;
        let values: Vec<&str> = values.iter().map(|cell| cell.as_ref()).filter(|cell| !cell.is_empty()).collect();
        let is_pair = separator != Separator::Blanks && !key.is_empty() && !values.is_empty();
        is_pair.then(|| (key.trim_end_matches(':').to_owned(), values.join(" ")))
    };
    cells()
        .or_else(|| pair(": "))
        .or_else(|| pair(" = "))
        .or_else(|| pair("="))
        .or_else(|| text.strip_suffix(':').map(|key| (key.to_owned(), String::new())))
        .unwrap_or_else(|| ("comment".to_owned(), text.to_owned()))
}
