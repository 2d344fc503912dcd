//! Text with one separator and any header: what people and most programs write.
//!
//! [`layout`] finds the separator, the decimal mark and the first row; [`header`] reads what stands above it; [`body`]
//! reads the rows, and [`stream`] those of large regular files ([`plain`]), in
//! parallel and without holding the text. Other formats
//! that hold such a table below a header of their own use [`table`].

mod body;
mod cells;
mod header;
mod layout;
mod plain;
mod stream;
#[cfg(test)]
mod tests;

pub(crate) use cells::Separator;
pub(crate) use layout::{Line, lines};
pub(crate) use stream::read_file;

use crate::document::{Document, Sheet};
use crate::error::FormatError;
use crate::format::Format;
use crate::options::ReadOptions;
use crate::text::Text;

/// Reads a text whose table is found by its looks.
pub(crate) fn read(text: &Text<'_>, options: &ReadOptions<'_>) -> Result<Document, FormatError> {
    let unix;
    // Line ends of the old Macintosh.
    let content = if text.content.contains('\r') && !text.content.contains('\n') {
        unix = text.content.replace('\r', "\n");
        &unix
    } else {
        text.content.as_ref()
    };
    let (sheet, metadata) = table(content, 0, Format::Delimited, options)?;
    Ok(Document {
        format: Format::Delimited,
        encoding: Some(text.encoding),
        metadata,
        sheets: vec![sheet],
        doubts: Vec::new(),
    })
}

/// A table and the keys and values above it. `above` lines of the file stand above the text.
pub(crate) fn table(
    text: &str,
    above: usize,
    format: Format,
    options: &ReadOptions<'_>,
) -> Result<(Sheet, Vec<(String, String)>), FormatError> {
    let layout = layout::find(text, true, above, format, options)?;
    let sheet = body::read(text, &layout, format, options)?;
    Ok((sheet, layout.header.metadata))
}
