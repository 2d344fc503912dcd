//! Bytes of a file into text: a byte order mark, else UTF-8 if it is valid, else UTF-16 by its zero bytes, else GBK where
//! it is unmistakable, else windows-1252.
//!
//! windows-1252 accepts any byte, so it comes last; it contains latin-1. GBK would accept the degree sign and the `C` of
//! a western `°C` as one Chinese character, so it is taken only where the bytes above 0x7F come in pairs that are
//! Chinese characters in everyday use, and several in a row. Whoever knows better states the encoding.

use crate::error::FormatError;
use encoding_rs::{Encoding, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Number of bytes that are looked at for the zero bytes of UTF-16.
const SAMPLE: usize = 4096;

/// A text and how it was encoded.
#[derive(Clone, Debug)]
pub(crate) struct Text<'a> {
    /// Without a byte order mark.
    pub(crate) content: Cow<'a, str>,
    /// Name in the WHATWG encoding standard.
    pub(crate) encoding: &'static str,
}

/// Decodes a text. With `complete` unset the bytes are the beginning of a file and may end within a character.
pub(crate) fn decode<'a>(bytes: &'a [u8], stated: Option<&str>, complete: bool) -> Result<Text<'a>, FormatError> {
    let (encoding, mark) = match stated {
        Some(label) => {
            let encoding = Encoding::for_label(label.as_bytes()).ok_or_else(|| FormatError::Stated {
                reason: format!(
                    "no encoding is called `{label}`; known are utf-8, utf-16le, utf-16be, gbk, windows-1252"
                ),
            })?;
            let mark =
                Encoding::for_bom(bytes).filter(|(marked, _)| *marked == encoding).map_or(0, |(_, length)| length);
            (encoding, mark)
        }
        None => match Encoding::for_bom(bytes) {
            Some(found) => found,
            None => (guess(bytes, complete)?, 0),
        },
    };
    let body = bytes.get(mark..).unwrap_or_default();
    let body = if complete { body } else { whole_characters(body, encoding) };
    let (content, malformed) = encoding.decode_without_bom_handling(body);
    if malformed && (stated.is_some() || mark > 0) {
        let line = content.split('\u{FFFD}').next().unwrap_or_default().matches('\n').count() + 1;
        let name = encoding.name();
        let reason = if stated.is_some() {
            format!("line {line} is not {name}; leave the encoding out, or state another")
        } else {
            format!(
                "its first bytes say that it is {name}, but line {line} is not; save it again, or state the encoding"
            )
        };
        return Err(FormatError::Stated { reason });
    }
    Ok(Text { content, encoding: encoding.name() })
}

/// The encoding of bytes without a byte order mark.
fn guess(bytes: &[u8], complete: bool) -> Result<&'static Encoding, FormatError> {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    if sample.contains(&0) {
        let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
        let (even, odd, pairs) = (zeros(0), zeros(1), sample.len() / 2);
        return match () {
            // Of western text in UTF-16 nearly every second byte is zero, and hardly any of the others.
            () if 10 * odd > 7 * pairs && 20 * even < pairs => Ok(UTF_16LE),
            () if 10 * even > 7 * pairs && 20 * odd < pairs => Ok(UTF_16BE),
            () => Err(FormatError::NotATable {
                reason: "it is binary, no text that a table can be read from; export it as text or as a workbook"
                    .to_owned(),
            }),
        };
    }
    match std::str::from_utf8(bytes) {
        Ok(_) => Ok(UTF_8),
        Err(error) if !complete && error.error_len().is_none() => Ok(UTF_8),
        Err(_) if is_chinese(bytes) => Ok(GBK),
        Err(_) => {
            let control = |byte: &&u8| **byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1A | 0x1B);
            let (controls, size) = (sample.iter().filter(control).count(), sample.len());
            if 20 * controls > size {
                let reason = "it is binary, no text that a table can be read from; export it as text or as a workbook";
                return Err(FormatError::NotATable { reason: reason.to_owned() });
            }
            Ok(WINDOWS_1252)
        }
    }
}

/// Whether the bytes above 0x7F are pairs of GB 2312: level-1 characters (rows 0xB0 to 0xD7) and punctuation (0xA1 to
/// 0xA3), at least four of the former, two of them in a row.
fn is_chinese(bytes: &[u8]) -> bool {
    let (mut characters, mut longest) = (0, 0);
    let mut rest = bytes;
    while let Some(start) = rest.iter().position(|byte| *byte >= 0x80) {
        let run = rest.get(start..).unwrap_or_default();
        let length = run.iter().position(|byte| *byte < 0x80).unwrap_or(run.len());
        let (run, after) = run.split_at(length);
        let mut in_row = 0;
        for pair in run.chunks(2) {
            match pair {
                [0xB0..=0xD7, 0xA1..=0xFE] => in_row += 1,
                [0xA1..=0xA3, 0xA1..=0xFE] => {}
                _ => return false,
            }
        }
        characters += in_row;
        longest = longest.max(in_row);
        rest = after;
    }
    characters >= 4 && longest >= 2
}

/// The bytes without a character that is cut at their end.
fn whole_characters<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> &'a [u8] {
    let kept = if encoding == UTF_16LE || encoding == UTF_16BE {
        bytes.len() / 2 * 2
    } else if encoding == UTF_8 {
        match std::str::from_utf8(bytes) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => bytes.len(),
        }
    } else {
        bytes.len()
    };
    bytes.get(..kept).unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a text in this encoding is taken for, and that it comes out the same.
    fn check(text: &str, bytes: &[u8], encoding: &str) {
        let decoded = decode(bytes, None, true).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((decoded.content.as_ref(), decoded.encoding), (text, encoding));
    }

    fn utf16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes_of).collect()
    }

    #[test]
    fn encodings_are_told_apart() {
        let western = "Temperature (°C)\tDisplacement (µm)\n20,5\t1,25\n";
        check(western, western.as_bytes(), "UTF-8");
        check(western, &[b"\xEF\xBB\xBF", western.as_bytes()].concat(), "UTF-8");
        check(western, &utf16(western, u16::to_le_bytes), "UTF-16LE");
        check(western, &utf16(western, u16::to_be_bytes), "UTF-16BE");
        check(western, &[b"\xFF\xFE".to_vec(), utf16(western, u16::to_le_bytes)].concat(), "UTF-16LE");
        check(western, &[b"\xFE\xFF".to_vec(), utf16(western, u16::to_be_bytes)].concat(), "UTF-16BE");
        check(western, &WINDOWS_1252.encode(western).0, "windows-1252");
        let chinese = "时间,位移,力\n(s),(mm),(N)\n0,0,0\n";
        check(chinese, chinese.as_bytes(), "UTF-8");
        check(chinese, &GBK.encode(chinese).0, "GBK");
        check("", b"", "UTF-8");
    }

    #[test]
    fn a_stated_encoding_is_used_or_refused() {
        let bytes = GBK.encode("力").0;
        assert_eq!(decode(&bytes, Some("gbk"), true).map(|text| text.content.into_owned()).ok().as_deref(), Some("力"));
        let message = |label: &str| decode(&bytes, Some(label), true).err().map(|error| error.to_string());
        assert!(message("klingon").is_some_and(|text| text.contains("no encoding is called `klingon`")));
        assert!(message("utf-8").is_some_and(|text| text.contains("line 1 is not UTF-8")));
    }

    #[test]
    fn binary_is_no_text() {
        let bytes: Vec<u8> = (0..4096_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let message = decode(&bytes, None, true).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(message.contains("it is binary"), "{message}");
    }

    #[test]
    fn a_beginning_may_end_within_a_character() {
        let text = "20 °C";
        let cut = text.as_bytes().get(..4).unwrap_or_default();
        assert_eq!(decode(cut, None, false).map(|text| text.encoding).ok(), Some("UTF-8"));
        assert_eq!(decode(cut, None, true).map(|text| text.encoding).ok(), Some("windows-1252"));
    }
}
