//! Which reader takes a file: one list, the most specific first, decided by the beginning of the file alone.

use crate::delimited;
use crate::document::Document;
use crate::error::FormatError;
use crate::options::ReadOptions;
use crate::text::{self, Text};
use crate::{
    doubts, fixed_width, mts, no_table, proteus, reptate, rheocompass, scattering, trios, universal_analysis,
    web_plot_digitizer, workbook,
};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Number of bytes that recognition looks at, more only where lines are very long.
const HEAD: usize = 64 << 10;
/// Number of lines it should hold...
const FEWEST_LINES: usize = 20;
/// ... unless it is longer than this, in bytes.
const MOST_HEAD: usize = 16 << 20;

/// The beginning of a file.
pub(crate) struct Head<'a> {
    /// As it is.
    pub(crate) bytes: &'a [u8],
    /// Decoded; empty where it is no text.
    pub(crate) text: &'a str,
}

/// How a reader takes a file.
#[derive(Clone, Copy)]
enum Reader {
    /// As bytes.
    Bytes(fn(&[u8], &ReadOptions<'_>) -> Result<Document, FormatError>),
    /// As text.
    Text(fn(&Text<'_>, &ReadOptions<'_>) -> Result<Document, FormatError>),
}

/// A reader and what it takes.
struct Entry {
    recognises: fn(&Head<'_>) -> bool,
    read: Reader,
}

/// Every reader but the last, delimited text, which takes what no other did.
static READERS: &[Entry] = &[
    Entry { recognises: |head| foreign(head.bytes).is_some(), read: Reader::Bytes(refuse) },
    Entry { recognises: workbook::recognises, read: Reader::Bytes(workbook::read) },
    Entry { recognises: universal_analysis::recognises, read: Reader::Text(universal_analysis::read) },
    Entry { recognises: trios::recognises, read: Reader::Text(trios::read) },
    Entry { recognises: trios::json::recognises, read: Reader::Text(trios::json::read) },
    Entry { recognises: proteus::recognises, read: Reader::Text(proteus::read) },
    Entry { recognises: rheocompass::recognises, read: Reader::Text(rheocompass::read) },
    Entry { recognises: mts::recognises, read: Reader::Text(mts::read) },
    Entry { recognises: web_plot_digitizer::recognises, read: Reader::Text(web_plot_digitizer::read) },
    Entry { recognises: reptate::recognises, read: Reader::Text(reptate::read) },
    Entry { recognises: fixed_width::recognises, read: Reader::Text(fixed_width::read) },
    Entry { recognises: scattering::recognises, read: Reader::Text(scattering::read) },
    Entry { recognises: no_table::recognises, read: Reader::Text(no_table::read) },
];

/// First bytes of files that people try to import, what they are, and what to do.
const FOREIGN: &[(&[u8], &str)] = &[
    (b"%PDF", "it is a PDF; export the table as csv, or digitise the figure"),
    (b"\x89PNG", "it is a picture; digitise the curve and import its points"),
    (b"\xff\xd8\xff", "it is a picture; digitise the curve and import its points"),
    (b"GIF8", "it is a picture; digitise the curve and import its points"),
    (b"PAR1", "it is a Parquet file; put it beside a datapackage.json that describes it"),
    (b"ARROW1", "it is an Arrow file; put it beside a datapackage.json that describes it"),
    (b"\x89HDF", "it is an HDF5 file; export the table as csv"),
    (b"\x1f\x8b", "it is compressed (gzip); unpack it first"),
    (b"BZh", "it is compressed (bzip2); unpack it first"),
    (b"\xfd7zXZ", "it is compressed (xz); unpack it first"),
    (b"7z\xbc\xaf", "it is compressed (7z); unpack it first"),
    (b"Rar!", "it is compressed (rar); unpack it first"),
    (b"CPYA", "it is an Origin project; export the worksheet as csv"),
    (b"CPYUA", "it is an Origin project; export the worksheet as csv"),
];

fn foreign(bytes: &[u8]) -> Option<&'static str> {
    FOREIGN.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, reason)| *reason)
}

fn refuse(bytes: &[u8], _: &ReadOptions<'_>) -> Result<Document, FormatError> {
    Err(FormatError::NotATable { reason: foreign(bytes).unwrap_or("it is binary").to_owned() })
}

/// Reads a file; a large one of plain numbers is never wholly in memory as text.
pub(crate) fn read_file(path: &Path, options: &ReadOptions<'_>) -> Result<Document, FormatError> {
    let failed = |source: std::io::Error| FormatError::Io { path: path.to_owned(), source };
    let mut beginning = Vec::new();
    let mut file = File::open(path).map_err(failed)?;
    // Ten thousand names make a line that is longer than what is usually looked at.
    while beginning.len() < MOST_HEAD && beginning.iter().filter(|byte| **byte == b'\n').count() < FEWEST_LINES {
        let read = file.by_ref().take(HEAD as u64).read_to_end(&mut beginning).map_err(failed)?;
        if read < HEAD {
            return read_bytes(&beginning, options);
        }
    }
    if find(&beginning, false, options).is_none()
        && let Some(mut document) = delimited::read_file(path, &beginning, options)?
    {
        doubts::check(&mut document);
        return Ok(document);
    }
    file.read_to_end(&mut beginning).map_err(failed)?;
    read_bytes(&beginning, options)
}

/// Reads a file that is wholly in memory with the first reader that recognises it.
pub(crate) fn read_bytes(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Document, FormatError> {
    if bytes.is_empty() {
        return Err(FormatError::NoTable { reason: "it is empty".to_owned() });
    }
    let beginning = bytes.get(..HEAD).unwrap_or(bytes);
    let reader = find(beginning, beginning.len() == bytes.len(), options).unwrap_or(Reader::Text(delimited::read));
    let mut document = match reader {
        Reader::Bytes(read) => read(bytes, options),
        Reader::Text(read) => read(&text::decode(bytes, options.encoding.as_deref(), true)?, options),
    }?;
    if document.sheets.is_empty() {
        let reason = format!("it begins as `{}`, but no table with rows follows", document.format);
        return Err(FormatError::NoTable { reason });
    }
    doubts::check(&mut document);
    Ok(document)
}

/// The reader that recognises a file by its beginning.
fn find(beginning: &[u8], complete: bool, options: &ReadOptions<'_>) -> Option<Reader> {
    let decoded = text::decode(beginning, options.encoding.as_deref(), complete);
    let head = Head { bytes: beginning, text: decoded.as_ref().map_or("", |text| text.content.as_ref()) };
    READERS.iter().find(|entry| (entry.recognises)(&head)).map(|entry| entry.read)
}
