//! CSV bytes into a frame.
//!
//! polars parses the numbers; what it cannot parse becomes a gap, and only then is the file read once more as text to
//! say which row and which word it was. So the ordinary case costs one pass, and the message is still exact.

use super::{Place, check, data_type, expectation, in_order};
use crate::error::DatasetError;
use crate::field::Field;
use crate::findings::Findings;
use polars::prelude::{DataFrame, PlSmallStr, Schema};
use polars_io::SerReader;
use polars_io::prelude::CsvReadOptions;
use std::io::Cursor;
use std::sync::Arc;

pub(super) fn frame(bytes: &[u8], place: Place<'_>, fields: &[Field], findings: &mut Findings) -> Option<DataFrame> {
    findings.take(check_header(place, bytes, fields))?;
    let schema = fields.iter().map(|field| (PlSmallStr::from_str(&field.name), data_type(field.kind)));
    let frame = findings.take(parse(place, bytes, Some(Schema::from_iter(schema)), true))?;
    check_gaps(place, &frame, fields, bytes, findings);
    check::finite(place, &frame, fields, findings);
    Some(frame)
}

/// Without the byte-order mark that some editors put before UTF-8 text.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn parse(place: Place<'_>, bytes: &[u8], schema: Option<Schema>, forgiving: bool) -> Result<DataFrame, DatasetError> {
    CsvReadOptions::default()
        .with_has_header(true)
        .with_schema_overwrite(schema.map(Arc::new))
        .with_infer_schema_length(Some(0))
        .with_ignore_errors(forgiving)
        .into_reader_with_file_handle(Cursor::new(without_mark(bytes)))
        .finish()
        .map_err(|error| place.unreadable(error.to_string()))
}

/// Every gap is one that the descriptor permits, and was an empty cell and not a word.
fn check_gaps(place: Place<'_>, frame: &DataFrame, fields: &[Field], bytes: &[u8], findings: &mut Findings) {
    if in_order(frame, fields).all(|(_, column)| column.null_count() == 0) {
        return;
    }
    let Some(as_text) = findings.take(parse(place, bytes, None, false)) else { return };
    let words = in_order(&as_text, fields);
    for ((field, column), (_, words)) in in_order(frame, fields).zip(words).filter(|((_, c), _)| c.null_count() > 0) {
        let words = words.str().map_err(|error| place.unreadable(error.to_string()));
        let Some(words) = findings.take(words) else { return };
        for (row, _) in column.is_null().iter().enumerate().filter(|(_, gap)| *gap == Some(true)) {
            if findings.is_full() {
                return;
            }
            let value = words.get(row).unwrap_or_default();
            if field.required || !value.trim().is_empty() {
                findings.add(place.cell(row, field, value.to_string(), expectation(field.kind)));
            }
        }
    }
}

fn check_header(place: Place<'_>, bytes: &[u8], fields: &[Field]) -> Result<(), DatasetError> {
    if std::str::from_utf8(bytes).is_err() {
        return Err(place.unreadable("it is not UTF-8 text; convert it first"));
    }
    let head = CsvReadOptions::default()
        .with_has_header(true)
        .with_n_rows(Some(0))
        .with_infer_schema_length(Some(0))
        .into_reader_with_file_handle(Cursor::new(without_mark(bytes)))
        .finish()
        .map_err(|error| place.unreadable(error.to_string()))?;
    place.check_names(head.get_column_names().iter().map(|name| name.to_string()).collect(), fields)
}
