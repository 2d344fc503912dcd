//! Large regular files: parsed in chunks by two threads, never wholly in memory as text.
//!
//! Only the plainest form is read here: every row complete, every cell a number or empty, no comment, no quote. At the
//! first byte that is anything else the answer is `None`, and the file is read cell by cell instead ([`super::body`]),
//! which names lines and columns. So nothing has to be decided twice.

use super::cells::Separator;
use super::layout::{self, Kind, Layout};
use crate::document::{Column, Document, Sheet, StatedUnit, Values};
use crate::error::FormatError;
use crate::format::Format;
use crate::options::ReadOptions;
use crate::text;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes of one chunk: text and numbers of it stay in the cache of a core.
const CHUNK: usize = 1 << 18;
/// Chunks that may be parsed before the one that comes next is.
const AHEAD: usize = 16;
/// Files below this are read at once, in bytes.
const SMALLEST: u64 = 1 << 20;
/// Threads that parse.
const THREADS: usize = 2;

/// Reads a file whose beginning no other reader took; `None` where it is not large and regular.
pub(crate) fn read_file(
    path: &Path,
    beginning: &[u8],
    options: &ReadOptions<'_>,
) -> Result<Option<Document>, FormatError> {
    let failed = |source: std::io::Error| FormatError::Io { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let decoded = text::decode(beginning, options.encoding.as_deref(), false)?;
    // Units above the numbers may be in any encoding of single bytes; the numbers themselves are ASCII in all of them.
    if size < SMALLEST || decoded.encoding.starts_with("UTF-16") {
        return Ok(None);
    }
    let Ok(layout) = layout::find(&decoded.content, false, 0, Format::Delimited, options) else { return Ok(None) };
    let plain = layout.kinds.iter().all(|kind| *kind != Kind::Word) && !layout.notation.groups;
    let Some(start) = start_of_line(beginning, layout.first_line).filter(|_| plain) else { return Ok(None) };
    file.seek(SeekFrom::Start(start as u64)).map_err(failed)?;
    let body = size.saturating_sub(start as u64);
    let Some(columns) = columns(&mut file, body, &layout, options).map_err(|problem| match problem {
        Problem::Cancelled => FormatError::Cancelled,
        Problem::Io(source) => failed(source),
    })?
    else {
        return Ok(None);
    };
    let names = layout
        .header
        .names
        .into_iter()
        .zip(layout.header.units)
        .chain(std::iter::repeat((String::new(), StatedUnit::Missing)));
    let columns = columns.into_iter().zip(names);
    let columns =
        columns.map(|(values, (name, unit))| Column { name, unit, values: Values::Numbers(values) }).collect();
    let sheet =
        Sheet { name: String::new(), metadata: Vec::new(), columns, first_line: layout.first_line, doubts: Vec::new() };
    Ok(Some(Document {
        format: Format::Delimited,
        encoding: Some(decoded.encoding),
        metadata: layout.header.metadata,
        sheets: vec![sheet],
        doubts: Vec::new(),
    }))
}

/// Where a line begins, in bytes.
fn start_of_line(bytes: &[u8], line: usize) -> Option<usize> {
    match line {
        0 => None,
        1 => Some(if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 }),
        _ => bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(line - 2).map(|(at, _)| at + 1),
    }
}

/// Why the parsing stopped.
enum Problem {
    Cancelled,
    Io(std::io::Error),
}

/// The file, from which whole lines are taken in turn.
struct Source<'f> {
    file: &'f mut File,
    rest: Vec<u8>,
    taken: usize,
    ended: bool,
}

impl Source<'_> {
    /// Fills the buffer with whole lines and says the how many-th chunk it is.
    fn take(&mut self, buffer: &mut Vec<u8>) -> std::io::Result<Option<usize>> {
        buffer.clear();
        buffer.append(&mut self.rest);
        while !self.ended {
            let read = self.file.take(CHUNK as u64).read_to_end(buffer)?;
            self.ended = read < CHUNK;
            if self.ended {
                break;
            }
            if let Some(at) = buffer.iter().rposition(|byte| *byte == b'\n') {
                self.rest.extend_from_slice(buffer.get(at + 1..).unwrap_or_default());
                buffer.truncate(at + 1);
                break;
            }
        }
        if buffer.is_empty() {
            return Ok(None);
        }
        self.taken += 1;
        Ok(Some(self.taken - 1))
    }
}

/// The columns so far, to which chunks are added in their order.
struct Sink {
    columns: Vec<Vec<f64>>,
    /// Chunks whose turn has not come.
    ahead: BTreeMap<usize, Vec<Vec<f64>>>,
    /// Vectors to be used again.
    spare: Vec<Vec<Vec<f64>>>,
    next: usize,
    done: u64,
    failed: Option<std::io::Error>,
}

impl Sink {
    /// Appends the chunks whose turn has come.
    fn append(&mut self) {
        while let Some(chunk) = self.ahead.remove(&self.next) {
            for (column, more) in self.columns.iter_mut().zip(&chunk) {
                if column.capacity() - column.len() < more.len() {
                    column.reserve_exact(more.len().max(column.capacity() / 8));
                }
                column.extend_from_slice(more);
            }
            self.spare.push(chunk);
            self.next += 1;
        }
    }
}

/// A lock is only poisoned by a panic, which ends the whole reading anyway.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Parses the rest of the file; `None` where it is not regular.
fn columns(
    file: &mut File,
    body: u64,
    layout: &Layout,
    options: &ReadOptions<'_>,
) -> Result<Option<Vec<Vec<f64>>>, Problem> {
    if options.progress.is_some_and(|progress| !progress(0, body)) {
        return Err(Problem::Cancelled);
    }
    let width = layout.kinds.len();
    let rows = (body as f64 / layout.line_length.max(2.0) * 1.02) as usize + 16;
    let columns = (0..width).map(|_| Vec::with_capacity(rows)).collect();
    let source = Mutex::new(Source { file, rest: Vec::new(), taken: 0, ended: false });
    let sink = Mutex::new(Sink { columns, ahead: BTreeMap::new(), spare: Vec::new(), next: 0, done: 0, failed: None });
    let (turn, stop, cancelled) = (Condvar::new(), AtomicBool::new(false), AtomicBool::new(false));
    let work = |progress: Option<&dyn Fn(u64, u64) -> bool>| {
        let mut buffer = Vec::new();
        let mut parsed: Vec<Vec<f64>> = vec![Vec::new(); width];
        // Under the lock, so that a thread that is about to wait for its turn does not miss it.
        let end = |error: Option<std::io::Error>| {
            let mut columns = lock(&sink);
            columns.failed = columns.failed.take().or(error);
            stop.store(true, Ordering::SeqCst);
            turn.notify_all();
        };
        while !stop.load(Ordering::SeqCst) {
            let taken = lock(&source).take(&mut buffer);
            let index = match taken {
                Ok(Some(index)) => index,
                Ok(None) => return,
                Err(error) => return end(Some(error)),
            };
            parsed.iter_mut().for_each(Vec::clear);
            let size = buffer.len() as u64;
            if parse(&mut buffer, layout, &mut parsed).is_none() {
                return end(None);
            }
            let mut columns = lock(&sink);
            while columns.ahead.len() >= AHEAD && columns.next != index {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                columns = turn.wait(columns).unwrap_or_else(PoisonError::into_inner);
            }
            let spare = columns.spare.pop().unwrap_or_else(|| vec![Vec::new(); width]);
            columns.ahead.insert(index, std::mem::replace(&mut parsed, spare));
            columns.append();
            columns.done += size;
            let done = columns.done;
            drop(columns);
            turn.notify_all();
            if progress.is_some_and(|progress| !progress(done, body)) {
                cancelled.store(true, Ordering::SeqCst);
                return end(None);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..THREADS {
            scope.spawn(|| work(None));
        }
        work(options.progress);
    });
    let sink = sink.into_inner().unwrap_or_else(PoisonError::into_inner);
    if cancelled.into_inner() {
        return Err(Problem::Cancelled);
    }
    if let Some(error) = sink.failed {
        return Err(Problem::Io(error));
    }
    if stop.into_inner() || sink.columns.first().is_none_or(Vec::is_empty) {
        return Ok(None);
    }
    let mut columns = sink.columns;
    columns.iter_mut().for_each(Vec::shrink_to_fit);
    Ok(Some(columns))
}

/// Parses whole lines; `None` at the first thing that is not plain.
fn parse(bytes: &mut [u8], layout: &Layout, columns: &mut [Vec<f64>]) -> Option<()> {
    if layout.notation.decimal_comma {
        for byte in bytes.iter_mut() {
            match byte {
                b',' => *byte = b'.',
                b'.' => return None,
                _ => {}
            }
        }
    }
    let (blanks, separator) = match layout.separator {
        Separator::Blanks => (true, b' '),
        Separator::Byte(byte) => (false, byte),
    };
    let gap = |byte: u8| byte == b' ' || (byte == b'\t' && separator != b'\t');
    let mut at = 0;
    let skip = |mut at: usize| {
        while bytes.get(at).is_some_and(|byte| gap(*byte)) {
            at += 1;
        }
        at
    };
    while at < bytes.len() {
        at = skip(at);
        if let Some(end) = line_end(bytes, at) {
            // A line of blanks; of one column it might be an empty cell.
            if columns.len() == 1 {
                return None;
            }
            at = end;
            continue;
        }
        let width = columns.len();
        for (index, column) in columns.iter_mut().enumerate() {
            let rest = bytes.get(at..)?;
            match rest.first() {
                Some(b'0'..=b'9' | b'-' | b'+' | b'.') => {
                    let (value, length) = short(rest).or_else(|| fast_float2::parse_partial(rest).ok())?;
                    if !value.is_finite() {
                        return None;
                    }
                    column.push(value);
                    at += length;
                }
                Some(byte) if !blanks && (*byte == separator || matches!(byte, b'\r' | b'\n')) => column.push(f64::NAN),
                _ => return None,
            }
            let after = skip(at);
            if index + 1 == width {
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
        if !blanks && bytes.get(at) == Some(&separator) {
            at = skip(at + 1);
        }
        at = line_end(bytes, at).or_else(|| (at == bytes.len()).then_some(at))?;
    }
    Some(())
}

/// Powers of ten that are exact in an f64, as many as [`short`] needs.
const POWERS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// A number of at most 15 digits without an exponent, and its length: both the digits and the power of ten are exact, so
/// one division rounds once and gives the nearest double (W. D. Clinger, "How to read floating point numbers
/// accurately", PLDI 1990). Instruments write little else.
fn short(bytes: &[u8]) -> Option<(f64, usize)> {
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
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        decimals = take(&mut at);
    }
    let plain = (1..=15).contains(&(whole + decimals)) && !matches!(bytes.get(at), Some(b'e' | b'E' | b'.'));
    let value = digits as f64 / POWERS.get(decimals).filter(|_| plain)?;
    Some((if negative { -value } else { value }, at))
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
    use super::short;

    #[test]
    fn short_numbers_are_the_nearest_doubles_and_others_are_left() {
        for text in
            ["0", "-0", "7", "-12.5", "0.1", "123456.789012345", "999999999999999", ".5", "3.", "0.00000000000001"]
        {
            let expected: f64 = text.parse().expect("a number");
            let read = short(text.as_bytes()).map(|(value, length)| (value.to_bits(), length));
            assert_eq!(read, Some((expected.to_bits(), text.len())), "{text}");
        }
        assert_eq!(short(b"1.25,3"), Some((1.25, 4)));
        for text in ["", "-", ".", "1e5", "1.5E3", "1234567890123456", "1.2.3", "x"] {
            assert_eq!(short(text.as_bytes()), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_short_number_is_the_nearest_double(digits in 0_u64..1_000_000_000_000_000, at in 0_usize..15) {
            let mut text = format!("{digits:015}");
            text.insert(at, '.');
            let expected: f64 = text.parse().expect("a number");
            proptest::prop_assert_eq!(short(text.as_bytes()), Some((expected, 16)));
        }
    }
}
