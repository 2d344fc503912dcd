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

/// The file and the columns, of which whole lines and the place for their numbers are taken in turn.
struct Source<'f> {
    file: &'f mut File,
    /// The beginning of a line whose end has not been read yet.
    rest: Vec<u8>,
    ended: bool,
    /// What is left of each column.
    places: Vec<&'f mut [f64]>,
    /// Rows and bytes that were taken.
    rows: usize,
    taken: u64,
}

impl<'f> Source<'f> {
    /// Fills the buffer with whole lines; the result is their number of bytes.
    fn fill(&mut self, buffer: &mut Vec<u8>) -> std::io::Result<usize> {
        let mut filled = self.rest.len();
        if buffer.len() < filled + CHUNK {
            buffer.resize(filled + CHUNK, 0);
        }
        if let Some(start) = buffer.get_mut(..filled) {
            start.copy_from_slice(&self.rest);
        }
        self.rest.clear();
        while !self.ended {
            if filled == buffer.len() {
                // Of a line that is longer than a chunk.
                buffer.resize(filled + CHUNK, 0);
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
fn columns(
    file: &mut File,
    body: u64,
    layout: &Layout,
    options: &ReadOptions<'_>,
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
        let source = Mutex::new(Source { file: &mut *file, rest, ended, places, rows, taken });
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
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
fn work(source: &Mutex<Source<'_>>, shared: &Shared, layout: &Layout, progress: Option<Progress<'_>>) {
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
