//! The guard before a zipped workbook is opened: it must not be a bomb, must not name files outside itself, and must be a
//! spreadsheet.
//!
//! A few kilobytes can unpack to gigabytes, and the sizes that an archive declares can lie. So every entry is unpacked
//! once into nothing, and counted, before a parser sees the archive. The limits lie far above what a real workbook has:
//! a sheet with a million rows of five columns unpacks to about 0.2 GB, and spreadsheets pack at 5:1 to 30:1, where a
//! bomb packs at 1000:1.

use crate::error::FormatError;
use crate::format::Format;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Largest number of entries of a workbook.
const MOST_ENTRIES: usize = 10_000;
/// Largest size of all entries together, unpacked, in bytes.
const LARGEST_UNPACKED: u64 = 1 << 30;
/// Largest ratio of unpacked to packed size of one entry...
const LARGEST_RATIO: u64 = 200;
/// ... that is larger than this when unpacked, in bytes: small entries may pack well.
const RATIO_FROM: u64 = 4 << 20;

/// Checks a zip archive and says which workbook it is.
pub(super) fn check(bytes: &[u8]) -> Result<Format, FormatError> {
    let unreadable = |reason: String| FormatError::Workbook { reason };
    let damaged =
        |error: zip::result::ZipError| unreadable(format!("its zip archive is damaged ({error}); save it again"));
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > MOST_ENTRIES {
        let reason = format!("it has {} entries, more than the {MOST_ENTRIES} of any workbook", archive.len());
        return Err(unreadable(reason));
    }
    let mut names = Vec::with_capacity(archive.len());
    let mut unpacked = 0;
    for index in 0..archive.len() {
        {
            let entry = archive.by_index_raw(index).map_err(damaged)?;
            let name = String::from_utf8_lossy(entry.name_raw()).replace('\\', "/");
            if name.starts_with('/') || name.split('/').any(|part| part == "..") {
                return Err(unreadable(format!("its entry `{name}` points outside of the archive; it is not opened")));
            }
            if entry.encrypted() {
                return Err(unreadable(encrypted()));
            }
            names.push(name);
        }
        let entry = archive.by_index(index).map_err(damaged)?;
        let packed = entry.compressed_size().max(1);
        // The declared size is not asked: this counts what really comes out.
        let allowed = (packed.saturating_mul(LARGEST_RATIO)).max(RATIO_FROM).min(LARGEST_UNPACKED - unpacked);
        let size = std::io::copy(&mut entry.take(allowed + 1), &mut std::io::sink())
            .map_err(|error| unreadable(format!("its zip archive is damaged ({error}); save it again")))?;
        if size > allowed {
            let name = names.last().map(String::as_str).unwrap_or_default();
            let reason = format!(
                "its entry `{name}` unpacks to more than {allowed} bytes from {packed}; at most {LARGEST_RATIO} to 1 \
                 and {LARGEST_UNPACKED} bytes in all are accepted, because such archives are made to fill a memory; \
                 export the sheet as csv"
            );
            return Err(unreadable(reason));
        }
        unpacked += size;
    }
    kind(&names, &mut archive)
}

/// The message for a workbook with a password.
pub(super) fn encrypted() -> String {
    "it is protected by a password; remove the password in the spreadsheet program and save it again".to_owned()
}

/// Which kind of workbook the names of the entries show.
fn kind(names: &[String], archive: &mut ZipArchive<Cursor<&[u8]>>) -> Result<Format, FormatError> {
    let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    let refuse = |reason: &str| Err(FormatError::NotATable { reason: reason.to_owned() });
    if has("xl/workbook.xml") {
        return Ok(Format::Xlsx);
    }
    if has("xl/workbook.bin") {
        return refuse("it is a binary workbook (.xlsb); save it as .xlsx");
    }
    if has("word/document.xml") || has("ppt/presentation.xml") {
        return refuse("it is a text document or a presentation; put its table into a spreadsheet or a csv file");
    }
    let mut mimetype = String::new();
    if let Ok(entry) = archive.by_name("mimetype") {
        entry.take(200).read_to_string(&mut mimetype).unwrap_or_default();
    }
    if mimetype.starts_with("application/vnd.oasis.opendocument.spreadsheet") {
        return Ok(Format::Ods);
    }
    if mimetype.starts_with("application/vnd.oasis.opendocument") {
        return refuse("it is an OpenDocument file but no spreadsheet; put its table into a spreadsheet or a csv file");
    }
    refuse("it is a zip archive; unpack it and import the files in it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in entries {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn refusal(bytes: &[u8]) -> String {
        check(bytes).unwrap_err().to_string()
    }

    #[test]
    fn kinds_are_told_apart() {
        assert_eq!(check(&archive(&[("xl/workbook.xml", b"")])).unwrap(), Format::Xlsx);
        let ods = archive(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"")]);
        assert_eq!(check(&ods).unwrap(), Format::Ods);
        assert!(refusal(&archive(&[("xl/workbook.bin", b"")])).contains("save it as .xlsx"));
        assert!(refusal(&archive(&[("word/document.xml", b"")])).contains("text document"));
        assert!(refusal(&archive(&[("a.csv", b"1,2")])).contains("unpack it"));
        assert!(refusal(b"PK\x03\x04 and no more").contains("damaged"));
    }

    #[test]
    fn bombs_are_not_opened() {
        let zeros = vec![b' '; 12 << 20];
        let bomb = archive(&[("xl/workbook.xml", b""), ("xl/worksheets/sheet1.xml", &zeros)]);
        assert!(bomb.len() < 20_000, "{} bytes", bomb.len());
        assert!(refusal(&bomb).contains("`xl/worksheets/sheet1.xml` unpacks to more than"), "{}", refusal(&bomb));
        // A declared size that lies changes nothing: the size fields of the entry are overwritten by 1, as a bomb does.
        let declared = u32::try_from(zeros.len()).unwrap().to_le_bytes();
        let mut liar = bomb;
        for at in 0..liar.len() - 4 {
            if liar[at..at + 4] == declared {
                liar[at..at + 4].copy_from_slice(&1_u32.to_le_bytes());
            }
        }
        assert!(refusal(&liar).contains("unpacks to more than") || refusal(&liar).contains("damaged"));
        let names: Vec<String> = (0..=MOST_ENTRIES).map(|number| format!("e{number}")).collect();
        let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
        assert!(refusal(&archive(&many)).contains("10001 entries"));
    }

    #[test]
    fn names_stay_inside() {
        for name in ["../../etc/passwd", "xl/../../x", "/etc/passwd", "..\\x"] {
            assert!(refusal(&archive(&[("xl/workbook.xml", b""), (name, b"")])).contains("outside"), "{name}");
        }
    }
}
