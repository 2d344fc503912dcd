//! Csv of WebPlotDigitizer: the names of the curves on the first line, `X,Y,X,Y` on the second, then pairs.
//!
//! Curves have different numbers of points, so each is a sheet of its own. The file does not say what the axes were, so
//! names and units of both columns are asked for; that the points were read off a figure is noted.

use crate::delimited;
use crate::document::{Column, Document, Sheet, Values};
use crate::error::FormatError;
use crate::format::Format;
use crate::options::ReadOptions;
use crate::recognise::Head;
use crate::text::Text;

/// Whether the second line is `X,Y,X,Y`.
pub(crate) fn recognises(head: &Head<'_>) -> bool {
    head.text.lines().nth(1).is_some_and(|line| separator(line).is_some())
}

fn separator(line: &str) -> Option<u8> {
    [b',', b';', b'\t'].into_iter().find(|byte| {
        let cells: Vec<&str> =
            line.trim_end().split(char::from(*byte)).map(|cell| cell.trim().trim_matches('"')).collect();
        let pairs = cells.chunks(2);
        cells.len() >= 2 && pairs.into_iter().all(|pair| pair == ["X", "Y"])
    })
}

/// Reads one sheet for each curve.
pub(crate) fn read(text: &Text<'_>, options: &ReadOptions<'_>) -> Result<Document, FormatError> {
    let format = Format::WebPlotDigitizer;
    let (names, rest) = text.content.split_once('\n').unwrap_or_default();
    let separator = rest.lines().next().and_then(separator).or(options.separator);
    let options = ReadOptions { separator, header_rows: Some(1), ..options.clone() };
    let (table, _) = delimited::table(rest, 1, format, &options)?;
    let names = delimited::Separator::Byte(separator.unwrap_or(b',')).split(names.trim_end());
    let origin = ("origin".to_owned(), "digitised".to_owned());
    let mut sheets = Vec::new();
    let mut columns = table.columns.into_iter();
    while let (Some(x), Some(y)) = (columns.next(), columns.next()) {
        let name = names.get(2 * sheets.len()).map(|name| name.to_string()).unwrap_or_default();
        let length = length(&x).max(length(&y));
        let columns = vec![shortened(x, length), shortened(y, length)];
        let metadata = vec![origin.clone()];
        sheets.push(Sheet { name, metadata, columns, first_line: table.first_line, doubts: Vec::new() });
    }
    // Curves of different lengths are no doubt here; everything else that was seen is about all of them.
    let doubts = table.doubts.into_iter().filter(|doubt| doubt.kind != "ragged-rows").collect();
    Ok(Document { format, encoding: Some(text.encoding), metadata: vec![origin], sheets, doubts })
}

/// Number of cells up to the last that is filled.
fn length(column: &Column) -> usize {
    match &column.values {
        Values::Numbers(numbers) => numbers.iter().rposition(|number| !number.is_nan()).map_or(0, |last| last + 1),
        Values::Words(words) => words.iter().rposition(|word| !word.is_empty()).map_or(0, |last| last + 1),
    }
}

fn shortened(mut column: Column, length: usize) -> Column {
    match &mut column.values {
        Values::Numbers(numbers) => numbers.truncate(length),
        Values::Words(words) => words.truncate(length),
    }
    column
}
