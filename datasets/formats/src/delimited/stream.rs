//! Large regular files: parsed in chunks by several threads, never wholly in memory as text.
//!
//! Only the plainest form is read here ([`plain`]). At the first byte that is anything else the answer is `None`, and the
//! file is read cell by cell instead ([`super::body`]), which names lines and columns. So nothing has to be decided twice.
//!
//! A thread takes some whole lines and, in the same breath, one place in each column for each of them: as many as there
//! are line ends. So the numbers are written where they stay, and no thread waits for another's.

use super::layout::{self, Kind, Layout};
use super::plain;
use crate::document::{Column, Document, Sheet, StatedUnit, Values};
use crate::error::FormatError;
use crate::format::Format;
use crate::options::ReadOptions;
use crate::text;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of one chunk: its text stays in the cache of a core.
const CHUNK: usize = 1 << 18;
/// Files below this are read at once, in bytes.
const SMALLEST: u64 = 1 << 20;
/// Threads that parse, at most: one after the other they read from one file.
const MOST_THREADS: usize = 4;

/// How the work is divided.
#[derive(Clone, Copy, Debug)]
struct Division {
    /// Bytes of one chunk.
    chunk: usize,
    /// Threads that parse.
    threads: usize,
}

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
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    let division = Division { chunk: CHUNK, threads };
    let Some(columns) = columns(&mut file, body, &layout, options, division).map_err(|problem| match problem {
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

/// The file and the columns, of which whole lines and the place for their numbers are taken in turn.
struct Source<'f, R> {
    file: &'f mut R,
    /// Bytes that are read at once.
    chunk: usize,
    /// The beginning of a line whose end has not been read yet.
    rest: Vec<u8>,
    ended: bool,
    /// What is left of each column.
    places: Vec<&'f mut [f64]>,
    /// Rows and bytes that were taken.
    rows: usize,
    taken: u64,
}

impl<'f, R: Read> Source<'f, R> {
    /// Fills the buffer with whole lines; the result is their number of bytes.
    fn fill(&mut self, buffer: &mut Vec<u8>) -> std::io::Result<usize> {
        let mut filled = self.rest.len();
        if buffer.len() < filled + self.chunk {
            buffer.resize(filled + self.chunk, 0);
        }
        if let Some(start) = buffer.get_mut(..filled) {
            start.copy_from_slice(&self.rest);
        }
        self.rest.clear();
        while !self.ended {
            if filled == buffer.len() {
                // Of a line that is longer than a chunk.
                buffer.resize(filled + self.chunk, 0);
            }
            let free = buffer.get_mut(filled..).unwrap_or_default();
            let read = match self.file.read(free) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            filled += read;
            self.ended = read == 0;
            if filled < buffer.len() {
                continue;
            }
            if let Some(at) = memchr::memrchr(b'\n', buffer) {
                self.rest.extend_from_slice(buffer.get(at + 1..).unwrap_or_default());
                return Ok(at + 1);
            }
        }
        Ok(filled)
    }

    /// The next lines, in the buffer, and the places for their numbers.
    fn take(&mut self, buffer: &mut Vec<u8>) -> std::io::Result<Taken<'f>> {
        let filled = self.fill(buffer)?;
        let lines = buffer.get(..filled).unwrap_or_default();
        if lines.is_empty() {
            return Ok(Taken::Nothing);
        }
        let rows = rows(lines);
        if self.places.iter().any(|places| places.len() < rows) {
            // Before the beginning of the line that follows them.
            self.rest.splice(..0, lines.iter().copied());
            return Ok(Taken::Full);
        }
        let mut places = Vec::with_capacity(self.places.len());
        for left in &mut self.places {
            let (first, others) = std::mem::take(left).split_at_mut(rows);
            *left = others;
            places.push(first);
        }
        self.rows += rows;
        self.taken += filled as u64;
        Ok(Taken::Lines { bytes: filled, places })
    }
}

/// Lines that are not empty.
fn rows(lines: &[u8]) -> usize {
    let (mut rows, mut start) = (0, 0);
    for end in memchr::memchr_iter(b'\n', lines) {
        rows += usize::from(!matches!(lines.get(start..end), Some([] | [b'\r'])));
        start = end + 1;
    }
    rows + usize::from(start < lines.len())
}

/// What a thread got.
enum Taken<'f> {
    /// So many bytes, and a place for each of their lines in each column.
    Lines { bytes: usize, places: Vec<&'f mut [f64]> },
    /// The columns are full: lines are shorter than expected.
    Full,
    /// The file has ended.
    Nothing,
}

/// What the threads tell each other.
#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    cancelled: AtomicBool,
    full: AtomicBool,
    failed: Mutex<Option<std::io::Error>>,
}

/// A lock is only poisoned by a panic, which ends the whole reading anyway.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Parses the rest of the file; `None` where it is not regular.
fn columns<R: Read + Send>(
    file: &mut R,
    body: u64,
    layout: &Layout,
    options: &ReadOptions<'_>,
    Division { chunk, threads }: Division,
) -> Result<Option<Vec<Vec<f64>>>, Problem> {
    if options.progress.is_some_and(|progress| !progress(0, body)) {
        return Err(Problem::Cancelled);
    }
    // Zeros from the system take no memory before they are written to; a copy of them would.
    let expected = (body as f64 / layout.line_length.max(2.0) * 1.02) as usize + 16;
    let mut columns: Vec<Vec<f64>> = layout.kinds.iter().map(|_| vec![0.0; expected]).collect();
    let (mut rows, mut taken, mut rest, mut ended) = (0, 0, Vec::new(), false);
    loop {
        let shared = Shared::default();
        let places = columns.iter_mut().map(|column| column.get_mut(rows..).unwrap_or_default()).collect();
        let source = Mutex::new(Source { file: &mut *file, chunk, rest, ended, places, rows, taken });
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(|| work(&source, &shared, layout, None));
            }
            work(&source, &shared, layout, options.progress.map(|progress| (progress, body)));
        });
        let source = source.into_inner().unwrap_or_else(PoisonError::into_inner);
        (rows, taken, rest, ended) = (source.rows, source.taken, source.rest, source.ended);
        if shared.cancelled.into_inner() {
            return Err(Problem::Cancelled);
        }
        if let Some(error) = shared.failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(Problem::Io(error));
        }
        if shared.stop.into_inner() {
            return Ok(None);
        }
        if !shared.full.into_inner() {
            break;
        }
        // The lines that are to come may be as short as they can be; mostly they are as long as those before.
        let left = body.saturating_sub(taken) as f64 * rows.max(1) as f64 / taken.max(1) as f64;
        let here = memchr::memchr_iter(b'\n', &rest).count();
        columns.iter_mut().for_each(|column| column.resize(rows + (2 * here).max((left * 1.1) as usize) + 16, 0.0));
    }
    for column in &mut columns {
        column.truncate(rows);
        column.shrink_to_fit();
    }
    Ok((rows > 0).then_some(columns))
}

/// Who is told how many bytes of how many are done (`false` cancels), and the second number.
type Progress<'a> = (&'a dyn Fn(u64, u64) -> bool, u64);

/// Parses chunks until the file ends, a chunk is not regular, or the columns are full.
fn work<R: Read>(source: &Mutex<Source<'_, R>>, shared: &Shared, layout: &Layout, progress: Option<Progress<'_>>) {
    let stop = || shared.stop.store(true, Ordering::SeqCst);
    let mut buffer = Vec::new();
    let mut shapes = Vec::new();
    while !shared.stop.load(Ordering::SeqCst) {
        let mut turn = lock(source);
        let (taken, done) = (turn.take(&mut buffer), turn.taken);
        drop(turn);
        let (bytes, mut places) = match taken {
            Ok(Taken::Lines { bytes, places }) => (bytes, places),
            Ok(Taken::Nothing) => return,
            Ok(Taken::Full) => return shared.full.store(true, Ordering::SeqCst),
            Err(error) => {
                *lock(&shared.failed) = Some(error);
                return stop();
            }
        };
        let lines = buffer.get_mut(..bytes).unwrap_or_default();
        let expected = places.first().map_or(0, |places| places.len());
        match plain::parse(lines, layout, &mut shapes, &mut places) {
            Some(rows) if rows == expected => {}
            // A line of blanks.
            _ => return stop(),
        }
        if progress.is_some_and(|(progress, body)| !progress(done, body)) {
            shared.cancelled.store(true, Ordering::SeqCst);
            return stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::body;
    use super::*;
    use proptest::prelude::*;

    /// A cell as a program writes it, with a point; empty now and then.
    fn cell() -> impl Strategy<Value = String> {
        let any_value = any::<f64>().prop_filter("finite", |value| value.is_finite());
        prop_oneof![
            6 => (-1e4..1e4_f64, 1..9_usize).prop_map(|(value, decimals)| format!("{value:.decimals$}")),
            2 => (any::<i64>(), 0..60_u32).prop_map(|(value, shift)| (value >> shift).to_string()),
            2 => (any_value.clone(), 1..18_usize).prop_map(|(value, decimals)| format!("{value:.decimals$e}")),
            1 => any_value.prop_map(|value| format!("{value:?}")),
            1 => "[+-]?0{0,3}[0-9]{0,19}\\.[0-9]{1,19}",
            1 => Just("-0".to_owned()),
            1 => Just("-0.000".to_owned()),
            1 => Just(".5".to_owned()),
            1 => Just("7.".to_owned()),
            1 => Just(String::new()),
        ]
    }

    /// The rows of a text and whether the plain reader has to take them all: not quoted, not ragged, no line of blanks.
    fn rows() -> impl Strategy<Value = (Vec<String>, bool)> {
        let odd = prop_oneof![
            12 => Just(0_u8),
            1 => 1..9_u8,
        ];
        let line = |width: usize| (proptest::collection::vec(cell(), width..=width), 0..30_u8, 0..4_usize);
        (1..5_usize, odd).prop_flat_map(move |(width, odd)| {
            proptest::collection::vec(line(width), 1..80).prop_map(move |rows| {
                let mut plain = true;
                let lines = rows.into_iter().map(|(mut cells, kind, place)| {
                    let place = place % width;
                    // An empty row is none.
                    plain &= cells.iter().any(|cell| !cell.is_empty());
                    if kind == 0 && odd > 0 {
                        plain = false;
                        match odd {
                            1 => cells[place] = format!("\"{}\"", cells[place]),
                            2 => cells[place] = format!("\"{}\n\"", cells[place]),
                            3 => cells.truncate(place),
                            4 => cells[place] = "  ".to_owned(),
                            5 => cells = vec![String::new(); width],
                            6 => cells[place] = "nan".to_owned(),
                            7 => cells[place] = "1 2".to_owned(),
                            _ => cells.push(String::new()),
                        }
                    }
                    cells.join(";")
                });
                (lines.collect(), plain)
            })
        })
    }

    /// The numbers of each column as bits, all of those that are no number being the same.
    fn bits(columns: Vec<Vec<f64>>) -> Vec<Vec<u64>> {
        let bits = |value: f64| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
        columns.into_iter().map(|column| column.into_iter().map(bits).collect()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]
        #[test]
        fn a_text_in_chunks_gives_what_it_gives_as_a_whole(
            (lines, plain) in rows(),
            ends in proptest::collection::vec(prop_oneof![4 => Just("\n"), 4 => Just("\r\n"), 1 => Just("\n\n"), 1 => Just("\r\n\r\n")], 80),
            mixed in any::<bool>(),
            comma in any::<bool>(),
            last_end in any::<bool>(),
            chunk in 1..200_usize,
            threads in 1..4_usize,
        ) {
            // The first line says what is in the columns: beginnings are always long enough for that.
            let width = lines.iter().map(|line| line.matches(';').count() + 1).min().unwrap_or(1);
            let mut text = vec!["1.5"; width].join(";") + ends[0];
            for (line, end) in lines.iter().zip(&ends) {
                text += line;
                text += if mixed { end } else { ends[0] };
            }
            if !last_end {
                text.truncate(text.trim_end_matches(['\r', '\n']).len());
            }
            if comma {
                text = text.replace('.', ",");
            }
            let options = ReadOptions { separator: Some(b';'), header_rows: Some(0), ..ReadOptions::default() };
            let Ok(layout) = layout::find(&text, true, 0, Format::Delimited, &options) else { return Ok(()) };
            prop_assume!(layout.kinds.iter().all(|kind| *kind != Kind::Word));
            let whole = body::read(&text, &layout, Format::Delimited, &options);
            let mut source = std::io::Cursor::new(text.as_bytes());
            let division = Division { chunk, threads };
            let streamed = columns(&mut source, text.len() as u64, &layout, &options, division);
            let streamed = match streamed {
                Ok(streamed) => streamed,
                Err(Problem::Cancelled) => return Err(TestCaseError::fail("cancelled")),
                Err(Problem::Io(error)) => return Err(TestCaseError::fail(error.to_string())),
            };
            match streamed {
                Some(streamed) => {
                    let whole = whole.map_err(|error| TestCaseError::fail(format!("{error}\n{text:?}")))?;
                    let numbers = whole.columns.into_iter().map(|column| match column.values {
                        Values::Numbers(numbers) => Ok(numbers),
                        Values::Words(words) => Err(TestCaseError::fail(format!("{words:?}\n{text:?}"))),
                    });
                    let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
                    prop_assert_eq!(bits(streamed), bits(numbers), "{:?}", text);
                }
                None => prop_assert!(!plain || comma || width == 1 || !last_end, "not taken: {:?}", text),
            }
        }
    }
}
