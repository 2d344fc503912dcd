//! Lines into cells, and cells into numbers.

use std::borrow::Cow;

/// What stands between two cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Separator {
    /// Any number of blanks and tabs.
    Blanks,
    /// One byte: comma, semicolon, tab or what was stated.
    Byte(u8),
}

/// How the numbers of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Notation {
    /// Whether the decimal mark is a comma.
    pub(crate) decimal_comma: bool,
    /// Whether the other mark may group digits by three: only where the decimal mark was stated.
    pub(crate) groups: bool,
}

/// The shape of a number as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Digits without a mark.
    Whole,
    /// One point.
    Point,
    /// One comma; `thousands` when it may as well group digits: `1,234`.
    Comma { thousands: bool },
    /// Several marks that group digits by three: `1.234,5`, `1,234.5`, `1.234.567`.
    Grouped,
}

impl Separator {
    /// The cells of one line, trimmed; quotes are taken off, and a line break in a cell becomes a blank.
    pub(crate) fn split<'a>(self, line: &'a str) -> Vec<Cow<'a, str>> {
        match self {
            Separator::Blanks => line.split_whitespace().map(|cell| Cow::Borrowed(unquoted(cell))).collect(),
            Separator::Byte(byte) if line.contains('"') => {
                let mut reader = records(line.as_bytes(), byte);
                let mut record = csv::StringRecord::new();
                match reader.read_record(&mut record) {
                    Ok(true) => record.iter().map(|cell| Cow::Owned(in_one_line(cell))).collect(),
                    _ => Vec::new(),
                }
            }
            Separator::Byte(byte) => line.split(char::from(byte)).map(|cell| Cow::Borrowed(cell.trim())).collect(),
        }
    }

    /// In a sentence.
    pub(super) fn name(self) -> &'static str {
        match self {
            Separator::Blanks => "blanks",
            Separator::Byte(b'\t') => "tabs",
            Separator::Byte(b',') => "commas",
            Separator::Byte(b';') => "semicolons",
            Separator::Byte(_) => "the stated separator",
        }
    }
}

/// A reader of records with cells as written and rows of any length.
pub(super) fn records<R: std::io::Read>(source: R, separator: u8) -> csv::Reader<R> {
    csv::ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(source)
}

/// A cell without the line breaks that spreadsheets put into headings.
fn in_one_line(cell: &str) -> String {
    cell.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}

fn unquoted(cell: &str) -> &str {
    cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(cell)
}

/// The shape of a cell if it is a number.
pub(super) fn shape(cell: &str) -> Option<Shape> {
    let plain = cell.trim_start_matches(['+', '-', '\u{2212}']);
    if cell.chars().count() > plain.chars().count() + 1 {
        return None;
    }
    let (mantissa, exponent) = match plain.find(['e', 'E', 'd', 'D']) {
        Some(at) => (plain.get(..at)?, plain.get(at + 1..)),
        None => (plain, None),
    };
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['+', '-', '\u{2212}']).unwrap_or(exponent);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
    }
    if !mantissa.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',')
        || !mantissa.bytes().any(|byte| byte.is_ascii_digit())
        || mantissa.starts_with(',')
        || mantissa.ends_with(',')
    {
        return None;
    }
    let count = |mark: u8| mantissa.bytes().filter(|byte| *byte == mark).count();
    match (count(b'.'), count(b',')) {
        (0, 0) => Some(Shape::Whole),
        (1, 0) => Some(Shape::Point),
        (0, 1) => Some(Shape::Comma { thousands: exponent.is_none() && groups(mantissa, ',') }),
        _ => {
            let point_last = mantissa.rfind('.') > mantissa.rfind(',');
            let (group, decimal) = if point_last { (',', '.') } else { ('.', ',') };
            let whole = mantissa.split(decimal).next().unwrap_or_default();
            let grouped = if whole.contains(group) { groups(whole, group) } else { groups(mantissa, decimal) };
            (grouped && mantissa.matches(decimal).count() <= 1 || groups(mantissa, decimal)).then_some(Shape::Grouped)
        }
    }
}

/// Whether digits are grouped by three, the first group of one to three digits and not beginning with zero.
fn groups(digits: &str, mark: char) -> bool {
    let mut parts = digits.split(mark);
    let first = parts.next().unwrap_or_default();
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && numeric(first)
        && parts.all(|part| part.len() == 3 && numeric(part))
}

/// The number in a cell, in this notation.
pub(crate) fn number(cell: &str, notation: Notation) -> Option<f64> {
    let (decimal, group) = if notation.decimal_comma { (',', '.') } else { ('.', ',') };
    match shape(cell)? {
        Shape::Whole => {}
        Shape::Point if !notation.decimal_comma => {}
        Shape::Comma { .. } if notation.decimal_comma => {}
        Shape::Point | Shape::Comma { .. } | Shape::Grouped if notation.groups => {
            let whole = cell.trim_start_matches(['+', '-', '\u{2212}']).split(decimal).next().unwrap_or_default();
            if !groups(whole, group) {
                return None;
            }
        }
        _ => return None,
    }
    let plain = |c: &char| !(notation.groups && *c == group);
    let common = |c: char| match c {
        '\u{2212}' => '-',
        'd' | 'D' => 'e',
        c if c == decimal => '.',
        c => c,
    };
    if cell.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E')) {
        let grouped = notation.groups && cell.contains(group);
        if !grouped {
            return fast_float2::parse(cell).ok();
        }
    }
    fast_float2::parse(cell.chars().filter(plain).map(common).collect::<String>()).ok()
}

/// What a word in a column of numbers says: that there is none, or that it is infinite.
pub(super) fn no_number(cell: &str) -> Option<f64> {
    const NONE: &[&str] = &[
        "-", "--", "---", "nan", "-nan", "na", "n/a", "#n/a", "null", "none", "#div/0!", "#value!", "#num!", "#ref!",
        "?",
    ];
    let lower = cell.to_ascii_lowercase();
    match lower.as_str() {
        "inf" | "+inf" | "infinity" | "∞" => Some(f64::INFINITY),
        "-inf" | "-infinity" | "-∞" => Some(f64::NEG_INFINITY),
        other => NONE.contains(&other).then_some(f64::NAN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cell: &str, decimal_comma: bool, groups: bool) -> Option<f64> {
        number(cell, Notation { decimal_comma, groups })
    }

    #[test]
    fn numbers_are_read_in_the_notation_of_the_file() {
        for (cell, value) in [("1", 1.0), ("-1.5e-3", -0.0015), ("+2.", 2.0), (".5", 0.5), ("1D2", 100.0), ("−3", -3.0)]
        {
            assert_eq!(read(cell, false, false), Some(value), "{cell}");
        }
        for (cell, value) in [("1", 1.0), ("-1,5e-3", -0.0015), ("7,67E-02", 0.0767), ("0,5", 0.5)] {
            assert_eq!(read(cell, true, false), Some(value), "{cell}");
        }
        for cell in
            ["", "-", "e5", "1e", "1,5", "1.2.3", "inf", "nan", "0x10", "1 2", "--1", "5%", "12:30", "10.10.2022"]
        {
            assert_eq!(read(cell, false, false), None, "{cell}");
        }
        assert_eq!(read("1.5", true, false), None);
    }

    #[test]
    fn digits_are_grouped_only_where_that_was_stated() {
        assert_eq!(read("1.234,5", true, false), None);
        assert_eq!(read("1.234,5", true, true), Some(1234.5));
        assert_eq!(read("1.234.567", true, true), Some(1_234_567.0));
        assert_eq!(read("1,234.5", false, true), Some(1234.5));
        assert_eq!(read("1,234", false, true), Some(1234.0));
        assert_eq!(read("0.5", true, true), None);
        assert_eq!(shape("1.234,5"), Some(Shape::Grouped));
        assert_eq!(shape("1,234"), Some(Shape::Comma { thousands: true }));
        assert_eq!(shape("0,234"), Some(Shape::Comma { thousands: false }));
    }
}
