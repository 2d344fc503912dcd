//! Whole lines of the plainest form into numbers: every row complete, every cell a number or empty, no comment, no quote.
//!
//! An instrument writes the numbers of a column in one format, so the next number most likely has as many digits before
//! and after its point as the one above it. [`Shape`] checks just that, and takes all digits at once; where it does not
//! hold, the number is read digit by digit, and what [`short`] cannot take exactly by `fast-float2`.

use super::cells::Separator;
use super::layout::Layout;

/// Parses whole lines into `columns`, which have a place for each line, and returns the number of rows; `None` at the
/// first thing that is not plain. `shapes` is kept from one call to the next.
pub(super) fn parse(
    bytes: &mut [u8],
    layout: &Layout,
    shapes: &mut Vec<Option<Shape>>,
    columns: &mut [&mut [f64]],
) -> Option<usize> {
    let decimal_comma = layout.notation.decimal_comma;
    if decimal_comma {
        // A point in a file with decimal commas is no plain number.
        if memchr::memchr(b'.', bytes).is_some() {
            return None;
        }
        bytes.iter_mut().filter(|byte| **byte == b',').for_each(|byte| *byte = b'.');
    }
    let bytes = &*bytes;
    let (blanks, separator) = match layout.separator {
        Separator::Blanks => (true, b' '),
        Separator::Byte(byte) => (false, byte),
    };
    let gap = |byte: u8| byte == b' ' || (byte == b'\t' && separator != b'\t');
    let skip = |mut at: usize| {
        while bytes.get(at).is_some_and(|byte| gap(*byte)) {
            at += 1;
        }
        at
    };
    let end_of_line = match memchr::memchr(b'\n', bytes) {
        Some(end) if end > 0 && bytes.get(end - 1) == Some(&b'\r') => b'\r',
        _ => b'\n',
    };
    let width = columns.len();
    shapes.resize(width, None);
    let (mut at, mut row) = (0, 0);
    while at < bytes.len() {
        at = skip(at);
        if let Some(end) = line_end(bytes, at) {
            // A line of blanks; of one column it might be an empty cell.
            if width == 1 {
                return None;
            }
            at = end;
            continue;
        }
        let (mut ended, mut empty) = (false, 0);
        for (index, (column, shape)) in columns.iter_mut().zip(shapes.iter_mut()).enumerate() {
            let place = column.get_mut(row)?;
            let last = index + 1 == width;
            let rest = bytes.get(at..)?;
            let end = if last { end_of_line } else { separator };
            if let Some((value, length)) = shape.as_ref().and_then(|shape| shape.read(rest, end)) {
                *place = value;
                if !last {
                    at = skip(at + length + 1);
                } else if end_of_line == b'\n' {
                    at += length + 1;
                    ended = true;
                } else {
                    at += length;
                }
                continue;
            }
            match rest.first() {
                Some(b'0'..=b'9' | b'-' | b'+' | b'.') => {
                    let (value, length, new) = match short(rest) {
                        Some(read) => read,
                        None => {
                            let (value, length) = fast_float2::parse_partial(rest).ok()?;
                            (value, length, *shape)
                        }
                    };
                    if !value.is_finite() || (decimal_comma && !has_inner_point(rest.get(..length)?)) {
                        return None;
                    }
                    *shape = new;
                    *place = value;
                    at += length;
                }
                Some(byte) if !blanks && (*byte == separator || matches!(byte, b'\r' | b'\n')) => {
                    *place = f64::NAN;
                    empty += 1;
                }
                _ => return None,
            }
            let after = skip(at);
            if last {
                at = after;
            } else if blanks {
                if after == at {
                    return None;
                }
                at = after;
            } else if bytes.get(after) == Some(&separator) {
                at = skip(after + 1);
            } else {
                return None;
            }
        }
        if empty == width {
            // No row, and as rare as a line of blanks.
            return None;
        }
        row += 1;
        if ended {
            continue;
        }
        if !blanks && bytes.get(at) == Some(&separator) {
            at = skip(at + 1);
        }
        at = line_end(bytes, at).or_else(|| (at == bytes.len()).then_some(at))?;
    }
    Some(row)
}

/// How the numbers of a column are written: so many digits, a point, so many digits, and no more than fifteen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shape {
    /// Digits before the point, at most eight.
    whole: usize,
    /// Bytes without the sign.
    length: usize,
    point: bool,
    /// Whether all digits fit into one word.
    short: bool,
    /// What is kept of a word that begins with the first digit, and of one that begins behind the point.
    whole_mask: u64,
    decimals_mask: u64,
    /// How far digits are moved so that the last is in the highest byte: all, or those behind the point.
    shift: u32,
    /// Power of ten of the digits behind the point.
    power: f64,
}

/// Bytes that [`Shape::read`] looks at: a sign, eight digits, the point, eight digits, what comes next, and some more.
const WINDOW: usize = 32;
/// Eight times the digit zero.
const ZEROS: u64 = 0x3030_3030_3030_3030;

impl Shape {
    /// So many digits before and behind the point; `None` where they are none or too many.
    fn new(whole: usize, decimals: usize, point: bool) -> Option<Shape> {
        if whole > 8 || decimals > 8 || !(1..=15).contains(&(whole + decimals)) {
            return None;
        }
        let mask = |digits: usize| u64::MAX.checked_shr(64 - 8 * digits as u32).unwrap_or(0);
        let short = whole + decimals <= 8;
        let moved = if short { whole + decimals } else { decimals };
        Some(Shape {
            whole,
            length: whole + usize::from(point) + decimals,
            point,
            short,
            whole_mask: mask(whole),
            decimals_mask: mask(decimals),
            shift: 64 - 8 * moved as u32,
            power: *POWERS.get(decimals)?,
        })
    }

    /// A number of this shape with `end` behind it, and its length; `None` also near the end of the text.
    // It is called for every cell, and twice as fast where its caller's loop has it.
    #[inline(always)]
    fn read(&self, bytes: &[u8], end: u8) -> Option<(f64, usize)> {
        let window: &[u8; WINDOW] = bytes.first_chunk()?;
        let negative = matches!(window, [b'-', ..]);
        let start = usize::from(negative);
        let (point, length) = (start + self.whole, start + self.length);
        let mark = if self.point { b'.' } else { end };
        if window.get(point) != Some(&mark) || window.get(length) != Some(&end) {
            return None;
        }
        let whole = word(window, start)? & self.whole_mask;
        let decimals = word(window, point + 1)? & self.decimals_mask;
        let digits = if self.short {
            // Where there are no digits behind the point, there may be eight before it.
            let behind = decimals.checked_shl(8 * self.whole as u32).unwrap_or(0);
            value_of(digits((whole | behind) << self.shift, ZEROS << self.shift)?)
        } else {
            let before = 64 - 8 * self.whole as u32;
            let whole = value_of(digits(whole << before, ZEROS << before)?);
            whole * self.power as u64 + value_of(digits(decimals << self.shift, ZEROS << self.shift)?)
        };
        // Fewer than 2^53, so exact as they are.
        let value = digits as i64 as f64 / self.power;
        Some((f64::from_bits(value.to_bits() | u64::from(negative) << 63), length))
    }
}

/// Eight bytes, the first of them the lowest.
#[inline(always)]
fn word(window: &[u8; WINDOW], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*window.get(at..)?.first_chunk()?))
}

/// The values of the digits in a word; `zeros` has a zero where one is expected. `None` where there is something else.
#[inline(always)]
fn digits(word: u64, zeros: u64) -> Option<u64> {
    let digits = word ^ zeros;
    // The highest bit of a byte above nine is set, or is by adding 0x76 to it.
    let odd = (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080;
    (odd == 0).then_some(digits)
}

/// The number that eight digits form, the first in the lowest byte: neighbours are joined in pairs, three times.
#[inline(always)]
fn value_of(digits: u64) -> u64 {
    let pairs = digits.wrapping_mul(10 * 256 + 1) >> 8 & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(100 * 65_536 + 1) >> 16 & 0x0000_FFFF_0000_FFFF;
    fours.wrapping_mul((10_000 << 32) + 1) >> 32
}

/// Powers of ten that are exact in an f64, as many as [`short`] needs.
const POWERS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// A number of at most 15 digits without an exponent, its length and its shape: both the digits and the power of ten are exact, so
/// one division rounds once and gives the nearest double (W. D. Clinger, "How to read floating point numbers
/// accurately", PLDI 1990). Instruments write little else.
fn short(bytes: &[u8]) -> Option<(f64, usize, Option<Shape>)> {
    let negative = bytes.first() == Some(&b'-');
    let mut at = usize::from(negative);
    let mut digits: u64 = 0;
    let mut take = |at: &mut usize| {
        let start = *at;
        while let Some(digit) = bytes.get(*at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit <= 9) {
            digits = digits.wrapping_mul(10).wrapping_add(u64::from(digit));
            *at += 1;
        }
        *at - start
    };
    let whole = take(&mut at);
    let mut decimals = 0;
    let point = bytes.get(at) == Some(&b'.');
    if point {
        at += 1;
        decimals = take(&mut at);
    }
    let plain = (1..=15).contains(&(whole + decimals)) && !matches!(bytes.get(at), Some(b'e' | b'E' | b'.'));
    let value = digits as f64 / POWERS.get(decimals).filter(|_| plain)?;
    Some((if negative { -value } else { value }, at, Shape::new(whole, decimals, point)))
}

/// Whether a digit stands on either side of the point, if there is one: `,5` and `7,` are no numbers in a file with
/// decimal commas, where a comma may also be an empty cell.
fn has_inner_point(number: &[u8]) -> bool {
    let is_digit = |at: Option<usize>| at.and_then(|at| number.get(at)).is_some_and(u8::is_ascii_digit);
    memchr::memchr(b'.', number).is_none_or(|at| is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)))
}

/// Where the next line begins if a line ends here.
fn line_end(bytes: &[u8], at: usize) -> Option<usize> {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'\n'), _) => Some(at + 1),
        (Some(b'\r'), Some(b'\n')) => Some(at + 2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::cells::Notation;
    use super::super::layout::Kind;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn short_numbers_are_the_nearest_doubles_and_others_are_left() {
        for text in
            ["0", "-0", "7", "-12.5", "0.1", "123456.789012345", "999999999999999", ".5", "3.", "0.00000000000001"]
        {
            let expected: f64 = text.parse().expect("a number");
            let read = short(text.as_bytes()).map(|(value, length, _)| (value.to_bits(), length));
            assert_eq!(read, Some((expected.to_bits(), text.len())), "{text}");
        }
        assert_eq!(short(b"1.25,3"), Some((1.25, 4, Shape::new(1, 2, true))));
        for text in ["", "-", ".", "1e5", "1.5E3", "1234567890123456", "1.2.3", "x"] {
            assert_eq!(short(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_shape_takes_its_own_numbers_alone() {
        let shape = Shape::new(2, 3, true).expect("short");
        let read = |text: &str| shape.read(format!("{text}{}", " ".repeat(WINDOW)).as_bytes(), b',');
        assert_eq!(read("45.003,1"), Some((45.003, 6)));
        assert_eq!(read("-45.003,1"), Some((-45.003, 7)));
        for text in ["45.0031,1", "45.03,1", "5.003,1", "145.003,1", "45.0x3,1", "+5.003,1", "4/.003,1", "4:.003,1"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("45.003;1"), None);
    }

    /// The columns of a text with commas.
    fn columns(text: &str, width: usize) -> Option<Vec<Vec<f64>>> {
        let layout = Layout {
            separator: Separator::Byte(b','),
            notation: Notation { decimal_comma: false, groups: false },
            kinds: vec![Kind::Number; width],
            header: super::super::header::Header::default(),
            first_line: 1,
            start: 0,
            line_length: 1.0,
        };
        let mut columns = vec![vec![0.0; text.lines().count()]; width];
        let mut places: Vec<&mut [f64]> = columns.iter_mut().map(Vec::as_mut_slice).collect();
        let rows = parse(&mut text.as_bytes().to_vec(), &layout, &mut Vec::new(), &mut places)?;
        columns.iter_mut().for_each(|column| column.truncate(rows));
        Some(columns)
    }

    #[test]
    fn blank_lines_are_no_rows_and_empty_cells_are_no_numbers() {
        let read = columns("1,2\n \n3,\n\n", 2).expect("plain");
        assert_eq!(read[0], [1.0, 3.0]);
        assert!(read[1][0] == 2.0 && read[1][1].is_nan());
        for text in ["1,2\n3\n", "1,2,3\n", "1,x\n", "1,\"2\"\n", "1,2 3\n", "1,1e999\n", "1,2\n# 3,4\n"] {
            assert_eq!(columns(text, 2), None, "{text}");
        }
    }

    /// A number as some program writes it.
    fn written() -> impl Strategy<Value = String> {
        let any_value = any::<f64>().prop_filter("finite", |value| value.is_finite());
        prop_oneof![
            4 => (-1e4..1e4_f64, 0..12_usize).prop_map(|(value, decimals)| format!("{value:.decimals$}")),
            1 => (any::<i64>(), 0..60_u32).prop_map(|(value, shift)| (value >> shift).to_string()),
            1 => (any_value.clone(), 0..18_usize).prop_map(|(value, decimals)| format!("{value:.decimals$e}")),
            1 => any_value.prop_map(|value| format!("{value:?}")),
            1 => "[+-]?[0-9]{0,20}\\.[0-9]{1,20}",
            1 => "[+-]?[0-9]{1,20}\\.",
        ]
    }

    proptest! {
        #[test]
        fn every_short_number_is_the_nearest_double(digits in 0_u64..1_000_000_000_000_000, at in 0_usize..15) {
            let mut text = format!("{digits:015}");
            text.insert(at, '.');
            let expected: f64 = text.parse().expect("a number");
            prop_assert_eq!(short(text.as_bytes()).map(|(value, length, _)| (value, length)), Some((expected, 16)));
        }

        #[test]
        fn every_number_has_the_bits_that_the_standard_library_gives(
            (rows, repeat) in (1..4_usize).prop_flat_map(|width| {
                (proptest::collection::vec(proptest::collection::vec(written(), width..=width), 1..40), 1..4_usize)
            }),
            end in prop_oneof![Just("\n"), Just("\r\n")],
        ) {
            // Repeated, so that shapes hold.
            let rows: Vec<&Vec<String>> = rows.iter().flat_map(|row| std::iter::repeat_n(row, repeat)).collect();
            let text: String = rows.iter().map(|row| row.join(",") + end).collect();
            let width = rows.first().map_or(0, |row| row.len());
            let read = columns(&text, width).ok_or_else(|| TestCaseError::fail(text.clone()))?;
            for (index, column) in read.iter().enumerate() {
                let expected: Vec<u64> =
                    rows.iter().map(|row| row[index].parse::<f64>().expect("a number").to_bits()).collect();
                prop_assert_eq!(column.iter().map(|value| value.to_bits()).collect::<Vec<_>>(), expected, "{}", text);
            }
        }
    }
}
