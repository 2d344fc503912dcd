//! Which reader takes a file: one list, the most specific first, decided by the beginning of the file alone.

use crate::document::Document;
use crate::error::FormatError;
use crate::options::ReadOptions;
use crate::text::{self, Text};
use crate::{doubts, scattering, trios, universal_analysis, workbook};

/// Number of bytes that recognition looks at, more only where lines are very long.
pub(crate) const HEAD: usize = 64 << 10;

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
    Entry { recognises: scattering::recognises, read: Reader::Text(scattering::read) },
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

/// Reads a file that is wholly in memory with the first reader that recognises it.
pub(crate) fn read_bytes(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Document, FormatError> {
    if bytes.is_empty() {
        return Err(FormatError::NoTable { reason: "it is empty".to_owned() });
    }
    let beginning = bytes.get(..HEAD).unwrap_or(bytes);
    let decoded = text::decode(beginning, options.encoding.as_deref(), beginning.len() == bytes.len());
    let head = Head { bytes: beginning, text: decoded.as_ref().map_or("", |text| text.content.as_ref()) };
    let reader = READERS.iter().find(|entry| (entry.recognises)(&head)).map(|entry| entry.read);
    let mut document = match reader {
        Some(Reader::Bytes(read)) => read(bytes, options),
        Some(Reader::Text(read)) => read(&text::decode(bytes, options.encoding.as_deref(), true)?, options),
        None => {
            text::decode(bytes, options.encoding.as_deref(), true)?;
            Err(FormatError::NoTable { reason: "no reader takes it".to_owned() })
        }
    }?;
    doubts::check(&mut document);
    Ok(document)
}
