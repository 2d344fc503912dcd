//! Where the numbers of a text begin, what separates them, and what stands above them.
//!
//! For every separator the longest run of lines is sought that have the same kinds of cells in the same places; the
//! separator whose run holds the most numbers is taken. A wrong separator leaves cells such as `5;2`, which are no
//! numbers, so consistency alone decides, and no list of known headers is needed.

use super::cells::{Notation, Separator, Shape, no_number, shape};
use super::header::{self, Header};
use crate::error::FormatError;
use crate::format::Format;
use crate::options::ReadOptions;

/// Number of lines that are looked at.
const MOST_LINES: usize = 1000;
/// Line breaks that the cells of one record may have.
const MOST_BREAKS: usize = 100;

/// A line of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    /// From 1.
    pub(crate) number: usize,
    /// Where it begins in the text, in bytes.
    pub(crate) start: usize,
    /// Without its end.
    pub(crate) text: &'a str,
}

/// What is in the cells of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing yet.
    Empty,
    /// Numbers.
    Number,
    /// Words.
    Word,
}

/// How a text is laid out.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) separator: Separator,
    pub(crate) notation: Notation,
    /// One for each column.
    pub(crate) kinds: Vec<Kind>,
    pub(crate) header: Header,
    /// The first line of numbers, from 1, and where it begins in the text, in bytes.
    pub(crate) first_line: usize,
    pub(crate) start: usize,
    /// Mean length of the lines of numbers that were looked at, in bytes.
    pub(crate) line_length: f64,
}

/// A run of lines that look alike.
struct Run {
    separator: Separator,
    /// Positions in the list of filled lines.
    first: usize,
    last: usize,
    kinds: Vec<Kind>,
    score: f64,
}

/// The lines of a text, with their places.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    text.split_inclusive('\n').enumerate().map(move |(index, whole)| {
        let line = Line { number: index + 1, start, text: whole.trim_end_matches(['\n', '\r']) };
        start += whole.len();
        line
    })
}

/// The lines of a text as [`lines`] gives them, but with the line breaks of quoted cells within them. A quote opens a cell
/// at the beginning of a line or behind one of these separators, and closes it before the next of them or the end of a
/// line. Where none closes within as many lines as are looked at, it was no more than a mark: `5" film`.
fn records<'a>(text: &'a str, separators: &'a [u8]) -> impl Iterator<Item = Line<'a>> {
    let mut start = 0;
    let mut number = 1;
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let length = record_length(rest, separators);
        let whole = rest.get(..length)?;
        let record = Line { number, start, text: whole.trim_end_matches(['\n', '\r']) };
        start += length;
        number += whole.matches('\n').count();
        Some(record)
    })
}

/// Bytes of the first record of a text, its line end included.
fn record_length(text: &str, separators: &[u8]) -> usize {
    let line = text.find('\n').map_or(text.len(), |at| at + 1);
    if !text.get(..line).is_some_and(|line| line.contains('"')) {
        return line;
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut breaks = 0;
    let mut begins = true;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'"' && begins {
            let Some(end) = closing_quote(bytes, at + 1, separators, &mut breaks) else { return line };
            at = end + 1;
            begins = false;
            continue;
        }
        at += 1;
        if byte == b'\n' {
            return at;
        }
        begins = separators.contains(&byte);
    }
    bytes.len()
}

/// Where the quote is that closes a cell; two of them are one in the cell. `breaks` counts lines.
fn closing_quote(bytes: &[u8], from: usize, separators: &[u8], breaks: &mut usize) -> Option<usize> {
    let mut at = from;
    loop {
        match bytes.get(at)? {
            b'"' if bytes.get(at + 1) == Some(&b'"') => at += 1,
            b'"' => {
                let after = bytes.get(at + 1);
                let closes = after.is_none_or(|byte| separators.contains(byte) || matches!(byte, b'\r' | b'\n'));
                return closes.then_some(at);
            }
            b'\n' => {
                *breaks += 1;
                if *breaks > MOST_BREAKS {
                    return None;
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// Whether a line is a comment; a row of units may begin with `%` too.
pub(crate) fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    let percent = line
        .strip_prefix('%')
        .is_some_and(|rest| rest.starts_with(|c: char| c == '%' || c == ' ' || c.is_alphabetic()));
    line.starts_with('#') || line.starts_with("//") || line.starts_with('!') || percent
}

/// The layout of a text, or of the beginning of one, whose last line may be cut if `complete` is unset.
///
/// `above` lines of the file stand above the text.
pub(crate) fn find(
    text: &str,
    complete: bool,
    above: usize,
    format: Format,
    options: &ReadOptions<'_>,
) -> Result<Layout, FormatError> {
    let marks = options.separator.map_or(vec![b'\t', b';', b','], |byte| vec![byte]);
    let numbered = records(text, &marks).map(|line| Line { number: line.number + above, ..line });
    let mut all: Vec<Line<'_>> = numbered.take(MOST_LINES).collect();
    if !complete && all.len() > 1 && all.len() < MOST_LINES {
        all.pop();
    }
    let filled: Vec<Line<'_>> =
        all.iter().copied().filter(|line| !line.text.trim().is_empty() && !is_comment(line.text)).collect();
    let stated = options.header_rows.map(|rows| rows.min(filled.len()));
    let separators = match options.separator {
        Some(b' ') => vec![Separator::Blanks],
        Some(byte) => vec![Separator::Byte(byte)],
        None => vec![Separator::Byte(b'\t'), Separator::Byte(b';'), Separator::Byte(b','), Separator::Blanks],
    };
    let mut best: Option<Run> = None;
    for separator in separators {
        let Some(run) = longest_run(&filled, separator, stated) else { continue };
        let tabs = |run: &Run| run.separator == Separator::Byte(b'\t') && run.kinds.len() > 1;
        let better = best.as_ref().is_none_or(|best| {
            let enough = run.score > best.score * (1.0 + 1e-9);
            // Tabs keep empty cells apart, which blanks do not.
            enough && !(separator == Separator::Blanks && tabs(best) && best.last - best.first >= run.last - run.first)
        });
        if better {
            best = Some(run);
        }
    }
    let Some(run) = best else { return Err(no_numbers(text)) };
    let rows = filled.get(run.first..=run.last).unwrap_or_default();
    let Some(first) = rows.first() else { return Err(no_numbers(text)) };
    if stated.is_none() {
        no_rows_above(filled.get(..run.first).unwrap_or_default(), &run, format)?;
    }
    let notation = notation(rows, &run, format, options)?;
    let above = match stated {
        Some(count) => filled.get(..count).unwrap_or_default().to_vec(),
        None => all.iter().copied().take_while(|line| line.start < first.start).collect(),
    };
    let mut header = header::find(&above, run.separator, run.kinds.len(), stated.is_some(), format)?;
    let mut kinds = run.kinds;
    // A separator at the end of every line makes no column.
    while kinds.len() > 1 && kinds.last() == Some(&Kind::Empty) && header.names.last().is_some_and(String::is_empty) {
        kinds.pop();
        header.names.pop();
        header.units.pop();
    }
    while kinds.len() < header.names.len() {
        kinds.push(Kind::Empty);
    }
    let bytes: usize = rows.iter().map(|line| line.text.len() + 1).sum();
    Ok(Layout {
        separator: run.separator,
        notation,
        kinds,
        header,
        first_line: first.number,
        start: first.start,
        line_length: bytes as f64 / rows.len().max(1) as f64,
    })
}

/// Refuses a text in which rows like those of the table stand above what would be its heading: they would be lost.
fn no_rows_above(above: &[Line<'_>], run: &Run, format: Format) -> Result<(), FormatError> {
    let is_row = |line: &Line<'_>| {
        let row: Vec<Kind> = run.separator.split(line.text).iter().map(|cell| kind(cell)).collect();
        row.len() == run.kinds.len() && row.len() > 1 && fits(&run.kinds, &row) && row.contains(&Kind::Number)
    };
    let Some(last) = above.iter().rposition(is_row) else { return Ok(()) };
    let (Some(row), Some(odd)) = (above.get(last), above.get(last + 1)) else { return Ok(()) };
    let beginning: String = odd.text.trim().chars().take(40).collect();
    let reason = format!(
        "`{beginning}` stands between rows of numbers (line {} is one) and is none itself; correct it, or put tables below \
         each other into files of their own",
        row.number
    );
    Err(FormatError::Line { format, line: odd.number, reason })
}

fn no_numbers(text: &str) -> FormatError {
    let reason = match text.lines().find(|line| !line.trim().is_empty()) {
        None => "it is empty".to_owned(),
        Some(line) => {
            let beginning: String = line.trim().chars().take(40).collect();
            format!("no line has a number in a cell of its own; it begins with `{beginning}`")
        }
    };
    FormatError::NoTable { reason }
}

/// What is in a cell.
fn kind(cell: &str) -> Kind {
    if cell.is_empty() || no_number(cell).is_some() {
        Kind::Empty
    } else if shape(cell).is_some() {
        Kind::Number
    } else {
        Kind::Word
    }
}

/// The run with the most numbers; with `stated` heading rows everything below them.
fn longest_run(filled: &[Line<'_>], separator: Separator, stated: Option<usize>) -> Option<Run> {
    let mut best: Option<Run> = None;
    let mut run: Option<Run> = None;
    for (position, line) in filled.iter().enumerate().skip(stated.unwrap_or(0)) {
        let row: Vec<Kind> = separator.split(line.text).iter().map(|cell| kind(cell)).collect();
        let numbers = row.iter().filter(|kind| **kind == Kind::Number).count();
        let worth = (numbers * numbers) as f64 / row.len().max(1) as f64;
        let goes_on =
            run.as_ref().is_some_and(|run| fits(&run.kinds, &row) && (numbers > 0 || run.kinds.len() == row.len()));
        match run.as_mut() {
            Some(run) if goes_on || (stated.is_some() && numbers > 0) => {
                run.last = position;
                run.score += worth;
                while run.kinds.len() < row.len() {
                    run.kinds.push(Kind::Empty);
                }
                for (known, new) in run.kinds.iter_mut().zip(&row) {
                    if *known == Kind::Empty {
                        *known = *new;
                    }
                }
            }
            _ => {
                best = longer(best, run.take());
                if numbers > 0 {
                    run = Some(Run { separator, first: position, last: position, kinds: row, score: worth });
                }
            }
        }
    }
    longer(best, run)
}

fn longer(best: Option<Run>, run: Option<Run>) -> Option<Run> {
    match (best, run) {
        (Some(best), Some(run)) if run.score > best.score => Some(run),
        (None, run) => run,
        (best, _) => best,
    }
}

/// Whether a row has the kinds of cells of the rows before it; cells at its end may be missing.
fn fits(kinds: &[Kind], row: &[Kind]) -> bool {
    row.len() <= kinds.len()
        && kinds.iter().zip(row).all(|(known, new)| known == new || *known == Kind::Empty || *new == Kind::Empty)
}

/// The decimal mark of the rows, and whether it is beyond doubt.
fn notation(rows: &[Line<'_>], run: &Run, format: Format, options: &ReadOptions<'_>) -> Result<Notation, FormatError> {
    if let Some(decimal_comma) = options.decimal_comma {
        return Ok(Notation { decimal_comma, groups: true });
    }
    let (mut point, mut comma, mut sure) = (None, None, false);
    let refuse = |line: usize, cell: &str, why: &str| FormatError::Line {
        format,
        line,
        reason: format!("`{cell}` {why}; state whether the decimal mark is a comma"),
    };
    for line in rows {
        for (cell, kind) in run.separator.split(line.text).iter().zip(&run.kinds) {
            match shape(cell) {
                Some(Shape::Grouped) if *kind == Kind::Number => {
                    return Err(refuse(line.number, cell, "has marks that group digits"));
                }
                Some(Shape::Point) => point = point.or(Some((line.number, cell.to_string()))),
                Some(Shape::Comma { thousands }) => {
                    comma = comma.or(Some((line.number, cell.to_string())));
                    sure |= !thousands;
                }
                _ => {}
            }
        }
    }
    match (point, comma) {
        (Some((_, other)), Some((line, cell))) => {
            Err(refuse(line, &cell, &format!("has a comma, while `{other}` has a point")))
        }
        (None, Some((line, cell))) if !sure => Err(refuse(line, &cell, "may be a fraction or group digits by three")),
        (_, comma) => Ok(Notation { decimal_comma: comma.is_some(), groups: false }),
    }
}
