//! The guard before an .xls is opened: how large a rectangle its cells span.
//!
//! The parser reserves memory for the rectangle that a sheet declares, and then for the one that its cells span. Both can
//! be made to be terabytes in a file of a few kilobytes, and a reservation that fails ends the process. So the records
//! are walked once here, exactly as the parser will: from the place where each sheet begins to its end.
//!
//! Records: Microsoft, `[MS-XLS]: Excel Binary File Format (.xls) Structure`, section 2.3.

use super::archive::encrypted;
use crate::error::FormatError;
use std::io::{Cursor, Read};

/// Record types of [MS-XLS].
mod record {
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const END: u16 = 0x000A;
    pub(super) const BOUND_SHEET: u16 = 0x0085;
    pub(super) const MULTIPLE_RK: u16 = 0x00BD;
    pub(super) const RICH_STRING: u16 = 0x00D6;
    pub(super) const LABEL_OF_TABLE: u16 = 0x00FD;
    pub(super) const DIMENSIONS: u16 = 0x0200;
    pub(super) const NUMBER: u16 = 0x0203;
    pub(super) const LABEL: u16 = 0x0204;
    pub(super) const TRUTH_OR_ERROR: u16 = 0x0205;
    pub(super) const RK: u16 = 0x027E;
    pub(super) const BEGINNING: u16 = 0x0809;
}

/// Refuses an .xls whose sheets span more than `most` cells together, and what is no workbook.
pub(super) fn check(bytes: &[u8], most: u64) -> Result<(), FormatError> {
    let unreadable = |reason: String| FormatError::Workbook { reason };
    let damaged = |error: std::io::Error| {
        unreadable(format!("its container is damaged ({error}); open it in a spreadsheet program and save it again"))
    };
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    let streams: Vec<_> = file.walk().filter(cfb::Entry::is_stream).map(|entry| entry.path().to_owned()).collect();
    let named = |name: &str| {
        let name = name.to_owned();
        streams.iter().filter(move |path| path.file_name().is_some_and(|found| found.eq_ignore_ascii_case(&name)))
    };
    if named("EncryptedPackage").next().is_some() {
        return Err(unreadable(encrypted()));
    }
    let workbooks: Vec<_> = named("Workbook").chain(named("Book")).cloned().collect();
    if workbooks.is_empty() {
        let reason = "it is an OLE2 file without a workbook (a .doc, .ppt or .msi?); export its table as csv";
        return Err(FormatError::NotATable { reason: reason.to_owned() });
    }
    let mut total = 0_u64;
    for path in workbooks {
        let mut stream = Vec::new();
        let reader = file.open_stream(&path).map_err(damaged)?;
        reader.take(bytes.len() as u64).read_to_end(&mut stream).map_err(damaged)?;
        for span in spans(&stream) {
            total = total.saturating_add(span);
        }
        if total > most {
            let reason = format!(
                "its sheets span more than {most} cells; delete stray cells far from the table, or export the sheet \
                 as csv"
            );
            return Err(unreadable(reason));
        }
    }
    Ok(())
}

/// For each sheet, the larger of the rectangle that it declares and the one that its cells span, in cells.
fn spans(stream: &[u8]) -> Vec<u64> {
    let globals = Records { stream, at: 0 }.take_while(|(kind, _)| *kind != record::END);
    let sheets = globals.filter(|(kind, _)| *kind == record::BOUND_SHEET);
    let offsets = sheets.map(|(_, data)| word(data, 0) as usize | ((word(data, 2) as usize) << 16));
    offsets.map(|offset| span(Records { stream, at: offset })).collect()
}

/// The span of one sheet, whose first record is the next.
fn span(records: Records<'_>) -> u64 {
    let mut declared = 0;
    let mut rows = Extent::default();
    let mut columns = Extent::default();
    let mut depth = 0_u32;
    for (kind, data) in records {
        match kind {
            record::BEGINNING => depth += 1,
            record::END if depth <= 1 => break,
            record::END => depth -= 1,
            record::DIMENSIONS => declared = declared.max(dimensions(data)),
            record::FORMULA
            | record::NUMBER
            | record::LABEL
            | record::RICH_STRING
            | record::TRUTH_OR_ERROR
            | record::RK
            | record::LABEL_OF_TABLE => {
                rows.include(word(data, 0));
                columns.include(word(data, 2));
            }
            record::MULTIPLE_RK => {
                rows.include(word(data, 0));
                columns.include(word(data, 2));
                columns.include(word(data, data.len().saturating_sub(2)));
            }
            _ => {}
        }
    }
    declared.max(rows.length() * columns.length())
}

/// Cells of a DIMENSIONS record; a rectangle that ends before it begins counts as beyond every limit.
fn dimensions(data: &[u8]) -> u64 {
    let long = |at: usize| u64::from(word(data, at)) | (u64::from(word(data, at + 2)) << 16);
    let (first_row, end_row, end_column) = if data.len() < 14 {
        (u64::from(word(data, 0)), u64::from(word(data, 2)), u64::from(word(data, 6)))
    } else {
        (long(0), long(4), u64::from(word(data, 10)))
    };
    match (end_row.checked_sub(first_row), end_row, end_column) {
        (_, 0, _) | (_, _, 0) => 0,
        (Some(rows), _, columns) => rows.saturating_mul(columns),
        (None, _, _) => u64::MAX,
    }
}

/// Little-endian word; what is not there is zero.
fn word(data: &[u8], at: usize) -> u16 {
    match data.get(at..at + 2) {
        Some([low, high]) => u16::from_le_bytes([*low, *high]),
        _ => 0,
    }
}

/// First and last index that occurred.
#[derive(Default)]
struct Extent(Option<(u16, u16)>);

impl Extent {
    fn include(&mut self, index: u16) {
        let (first, last) = self.0.unwrap_or((index, index));
        self.0 = Some((first.min(index), last.max(index)));
    }

    fn length(&self) -> u64 {
        self.0.map_or(0, |(first, last)| u64::from(last - first) + 1)
    }
}

/// The records of a stream, type and data.
struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let header = self.stream.get(self.at..self.at.checked_add(4)?)?;
        let start = self.at + 4;
        let end = start + word(header, 2) as usize;
        let data = self.stream.get(start..end)?;
        self.at = end;
        Some((word(header, 0), data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn push(stream: &mut Vec<u8>, kind: u16, data: &[u8]) {
        stream.extend_from_slice(&kind.to_le_bytes());
        stream.extend_from_slice(&u16::try_from(data.len()).unwrap().to_le_bytes());
        stream.extend_from_slice(data);
    }

    /// An OLE2 file with one sheet of these records.
    fn workbook(records: &[(u16, Vec<u8>)]) -> Vec<u8> {
        let mut stream = Vec::new();
        push(&mut stream, record::BEGINNING, &[0; 16]);
        let offset_at = stream.len() + 4;
        push(&mut stream, record::BOUND_SHEET, b"\0\0\0\0\0\0\x05\0Sheet");
        push(&mut stream, record::END, &[]);
        let offset = u32::try_from(stream.len()).unwrap().to_le_bytes();
        stream[offset_at..offset_at + 4].copy_from_slice(&offset);
        push(&mut stream, record::BEGINNING, &[0; 16]);
        for (kind, data) in records {
            push(&mut stream, *kind, data);
        }
        push(&mut stream, record::END, &[]);
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        file.create_stream("Workbook").unwrap().write_all(&stream).unwrap();
        file.into_inner().into_inner()
    }

    fn number(row: u16, column: u16) -> (u16, Vec<u8>) {
        let mut data = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
        data.extend_from_slice(&1.5_f64.to_le_bytes());
        (record::NUMBER, data)
    }

    #[test]
    fn rectangles_too_large_are_refused_before_they_are_reserved() {
        assert!(check(&workbook(&[number(0, 0), number(9, 3)]), 40).is_ok());
        let message = |records: &[(u16, Vec<u8>)]| check(&workbook(records), 1_000).unwrap_err().to_string();
        assert!(message(&[number(0, 0), number(60_000, 60_000)]).contains("span more than 1000 cells"));
        // Rows 0 to 2^32 - 1 in 256 columns: a reservation of a terabyte.
        let declared = [0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 1, 0, 0].to_vec();
        assert!(message(&[(record::DIMENSIONS, declared)]).contains("span more than"));
        let backwards = [9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 4, 0, 0, 0].to_vec();
        assert!(message(&[(record::DIMENSIONS, backwards)]).contains("span more than"));
    }

    #[test]
    fn what_is_no_workbook_is_named() {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        file.create_stream("EncryptedPackage").unwrap().write_all(b"secret").unwrap();
        let bytes = file.into_inner().into_inner();
        assert!(check(&bytes, 1).unwrap_err().to_string().contains("password"));
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        file.create_stream("WordDocument").unwrap();
        let bytes = file.into_inner().into_inner();
        assert!(check(&bytes, 1).unwrap_err().to_string().contains("without a workbook"));
        assert!(check(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 1).unwrap_err().to_string().contains("damaged"));
    }
}
