//! Takes over standard output and error of the cell process.
//!
//! Both are pipes whose other end is read here, byte for byte, and sent on as events. evcxr's own notices, which
//! generated code prints to standard output, are picked out of the stream, also where they stick to an unfinished
//! line of the user's, and go where evcxr reads them; displays that are printed between its marks become displays.
//!
//! Each stream keeps its order. Between the two, what was written to standard error before it was looked comes first:
//! two pipes do not tell which of them was written to before the other.

use super::content::Contents;
use crate::events::{self, CellEvent};
use crate::outcome::{InputRequest, Output};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl, fstat};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Every notice of evcxr starts like this.
const MARK: &[u8] = b"EVCXR_";
const PANIC: &[u8] = b"EVCXR_PANIC_NOTIFICATION";
const ERROR: &[u8] = b"EVCXR_ERROR_OCCURRED";
const BEGIN: &[u8] = b"EVCXR_BEGIN_CONTENT ";
const END: &[u8] = b"EVCXR_END_CONTENT";
/// How a cell announces that it reads a line: a prompt follows a colon.
const INPUT: &[u8] = b"EVCXR_INPUT_REQUEST:";
const PASSWORD: &[u8] = b"EVCXR_INPUT_REQUEST_PASSWORD:";
/// Notices that are the whole rest of their line.
const NOTICES: [&[u8]; 7] = [PANIC, ERROR, b"EVCXR_VARIABLE_CHANGED_TYPE:", BEGIN, END, INPUT, PASSWORD];
/// So long a finished form of a display waits for another one, ms.
const FORMS: i64 = 50;
const PIECE: usize = 64 * 1024;

/// The captured streams and the two places where they go.
pub(super) struct Capture {
    state: Mutex<State>,
    /// The ends that cells write to, to be put back after a cell that closed or redirected them.
    ends: [OwnedFd; 2],
}

struct State {
    stdout: File,
    stderr: File,
    /// Bytes of an unfinished line or character.
    held_out: Vec<u8>,
    held_err: Vec<u8>,
    contents: Contents,
    /// Lines that the cell is about to read.
    announced: Vec<InputRequest>,
    events: UnixStream,
    evcxr: File,
}

impl Capture {
    /// Puts pipes in place of standard output and error; what was standard output stays for evcxr.
    pub(super) fn install(events: UnixStream) -> io::Result<Arc<Capture>> {
        let evcxr = File::from(rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 10)?);
        let (stdout, out_end) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        let (stderr, err_end) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        rustix::stdio::dup2_stdout(&out_end)?;
        rustix::stdio::dup2_stderr(&err_end)?;
        // Out of the way of programs that count on low numbers being free.
        let stdout = rustix::io::fcntl_dupfd_cloexec(&stdout, 10)?;
        let stderr = rustix::io::fcntl_dupfd_cloexec(&stderr, 10)?;
        let ends = [rustix::io::fcntl_dupfd_cloexec(&out_end, 10)?, rustix::io::fcntl_dupfd_cloexec(&err_end, 10)?];
        for end in [&stdout, &stderr] {
            fcntl_setfl(end, fcntl_getfl(end)? | OFlags::NONBLOCK)?;
        }
        let watched = [stdout.try_clone()?, stderr.try_clone()?];
        let capture = Arc::new(Capture {
            state: Mutex::new(State {
                stdout: File::from(stdout),
                stderr: File::from(stderr),
                held_out: Vec::new(),
                held_err: Vec::new(),
                contents: Contents::default(),
                announced: Vec::new(),
                events,
                evcxr,
            }),
            ends,
        });
        let forwarder = Arc::clone(&capture);
        std::thread::Builder::new().name("output".into()).spawn(move || forwarder.forward(&watched))?;
        Ok(capture)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for output and sends it on, until the session is gone.
    fn forward(&self, watched: &[OwnedFd; 2]) {
        loop {
            let mut fds = watched.each_ref().map(|fd| PollFd::new(fd, PollFlags::IN));
            let patience = Timespec { tv_sec: 0, tv_nsec: FORMS * 1_000_000 };
            let waits = self.lock().contents.waits();
            let Ok(ready) = poll(&mut fds, waits.then_some(&patience)) else { continue };
            let mut state = self.lock();
            let sent = if ready == 0 { state.send_forms() } else { state.drain(false) };
            drop(state);
            if sent.is_err() {
                // The session closed its end: nobody waits for this process any more.
                std::process::exit(0);
            }
        }
    }

    /// The descriptors that the output can be read from, also by the session once this process has died.
    pub(super) fn descriptors(&self) -> [i32; 2] {
        let state = self.lock();
        [state.stdout.as_raw_fd(), state.stderr.as_raw_fd()]
    }

    /// The descriptors that nobody but this process may hold.
    pub(super) fn private(&self) -> [i32; 2] {
        let state = self.lock();
        [state.events.as_raw_fd(), state.evcxr.as_raw_fd()]
    }

    /// Sends everything written so far, unfinished lines too; what the cell has announced to read.
    pub(super) fn drain(&self) -> io::Result<Vec<InputRequest>> {
        let mut state = self.lock();
        state.drain(true)?;
        Ok(std::mem::take(&mut state.announced))
    }

    /// Sends the last output of a cell, and puts back the streams that it closed or redirected.
    pub(super) fn finish_cell(&self) -> io::Result<()> {
        let ours = [ours(rustix::stdio::stdout(), &self.ends[0]), ours(rustix::stdio::stderr(), &self.ends[1])];
        if !ours[0] {
            rustix::stdio::dup2_stdout(&self.ends[0])?;
        }
        if !ours[1] {
            rustix::stdio::dup2_stderr(&self.ends[1])?;
        }
        let mut state = self.lock();
        state.drain(true)?;
        state.announced.clear();
        if let Some(text) = state.contents.abandon() {
            state.send_stdout(&text)?;
        }
        if ours != [true, true] {
            events::send(&mut state.events, &CellEvent::StreamsRestored)?;
        }
        Ok(())
    }

    /// Sends an event after everything written so far.
    pub(super) fn event(&self, event: &CellEvent) -> io::Result<()> {
        let mut state = self.lock();
        state.drain(true)?;
        events::send(&mut state.events, event)
    }

    /// Sends a line to evcxr after everything written so far.
    pub(super) fn tell_evcxr(&self, line: &str) -> io::Result<()> {
        let mut state = self.lock();
        state.drain(true)?;
        writeln!(state.evcxr, "{line}")?;
        state.evcxr.flush()
    }
}

impl State {
    /// Sends the forms of a display that nothing follows.
    fn send_forms(&mut self) -> io::Result<()> {
        match self.contents.take() {
            Some(display) => events::send(&mut self.events, &CellEvent::Output(display)),
            None => Ok(()),
        }
    }

    fn drain(&mut self, to_the_end: bool) -> io::Result<()> {
        let mut piece = vec![0; PIECE];
        // Standard error first: a notice on standard output ends what was said before it.
        while let Some(length) = read(&mut self.stderr, &mut piece)? {
            self.held_err.extend_from_slice(&piece[..length]);
            self.send_stderr(false)?;
        }
        while let Some(length) = read(&mut self.stdout, &mut piece)? {
            self.held_out.extend_from_slice(&piece[..length]);
            self.send_lines()?;
        }
        if to_the_end {
            self.send_stderr(true)?;
            let rest = std::mem::take(&mut self.held_out);
            if self.contents.is_open() {
                self.held_out = rest;
            } else {
                self.send_stdout(&rest)?;
            }
            self.send_forms()?;
        }
        Ok(())
    }

    /// Sends whole lines, and the beginning of an unfinished one if it cannot become a notice.
    fn send_lines(&mut self) -> io::Result<()> {
        let held = std::mem::take(&mut self.held_out);
        // Text between notices goes out in one piece: a flood of short lines must not become a flood of events.
        let mut text_start = 0;
        let mut rest = 0;
        while let Some(length) = held[rest..].iter().position(|byte| *byte == b'\n') {
            let line = rest..rest + length + 1;
            let notice = notice_in(&held[rest..rest + length]);
            if self.contents.is_open() || notice.is_some() {
                self.send_stdout(&held[text_start..line.start])?;
                self.take_notice(&held[rest..rest + length], notice)?;
                text_start = line.end;
            }
            rest = line.end;
        }
        self.send_stdout(&held[text_start..rest])?;
        let unfinished = &held[rest..];
        let ready = if self.contents.is_open() { 0 } else { notice_start(unfinished).unwrap_or(unfinished.len()) };
        let ready = ready - incomplete_character(&unfinished[..ready]);
        self.send_stdout(&unfinished[..ready])?;
        self.held_out = unfinished[ready..].to_vec();
        Ok(())
    }

    /// Deals with a line that is evcxr's: the inside of a display, or a notice, before which the user's text may stand.
    fn take_notice(&mut self, line: &[u8], notice: Option<(usize, &'static [u8])>) -> io::Result<()> {
        let (start, mark) = notice.unwrap_or((line.len(), b""));
        if !self.contents.is_open() {
            self.send_stdout(&line[..start])?;
        } else if (start > 0 || mark.is_empty())
            && let Some(text) = self.contents.line(&line[..start])
        {
            self.send_stdout(&text)?;
        }
        let argument = || String::from_utf8_lossy(line.get(start + mark.len()..).unwrap_or_default()).into_owned();
        match mark {
            b"" => Ok(()),
            BEGIN => {
                self.contents.begin(&argument());
                Ok(())
            }
            END => match self.contents.end() {
                Some(earlier) => events::send(&mut self.events, &CellEvent::Output(earlier)),
                None => Ok(()),
            },
            INPUT | PASSWORD => {
                self.announced.push(InputRequest { prompt: argument(), password: mark == PASSWORD });
                Ok(())
            }
            _ => {
                if let Some(text) = self.contents.abandon() {
                    self.send_stdout(&text)?;
                }
                let event = match mark {
                    PANIC => Some(CellEvent::PanicLeftCell),
                    ERROR => Some(CellEvent::ErrorLeftCell),
                    _ => None,
                };
                if let Some(event) = event {
                    events::send(&mut self.events, &event)?;
                }
                self.evcxr.write_all(&line[start..])?;
                self.evcxr.write_all(b"\n")?;
                self.evcxr.flush()
            }
        }
    }

    fn send_stdout(&mut self, bytes: &[u8]) -> io::Result<()> {
        if !bytes.is_empty() {
            self.send_forms()?;
        }
        for piece in bytes.chunks(PIECE) {
            events::send(&mut self.events, &CellEvent::Output(Output::Stdout(text(piece))))?;
        }
        Ok(())
    }

    fn send_stderr(&mut self, all: bool) -> io::Result<()> {
        let keep = if all { 0 } else { incomplete_character(&self.held_err) };
        let length = self.held_err.len() - keep;
        let bytes: Vec<u8> = self.held_err.drain(..length).collect();
        if !bytes.is_empty() {
            self.send_forms()?;
        }
        for piece in bytes.chunks(PIECE) {
            events::send(&mut self.events, &CellEvent::Output(Output::Stderr(text(piece))))?;
        }
        Ok(())
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Bytes that are there now; `None` when there are none.
fn read(stream: &mut File, piece: &mut [u8]) -> io::Result<Option<usize>> {
    loop {
        match stream.read(piece) {
            Ok(0) => return Ok(None),
            Ok(length) => return Ok(Some(length)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether this descriptor is still the one that was put there.
fn ours(descriptor: BorrowedFd<'_>, end: &OwnedFd) -> bool {
    match (fstat(descriptor), fstat(end)) {
        (Ok(now), Ok(then)) => (now.st_dev, now.st_ino) == (then.st_dev, then.st_ino),
        _ => false,
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// The notice that ends this line, and where it begins.
fn notice_in(line: &[u8]) -> Option<(usize, &'static [u8])> {
    let start = find(line, MARK)?;
    NOTICES.into_iter().find_map(|notice| {
        let start = start + find(&line[start..], notice)?;
        let takes_rest = notice.ends_with(b":") || notice.ends_with(b" ");
        (takes_rest || line.len() == start + notice.len()).then_some((start, notice))
    })
}

/// Where a notice begins, or may begin, in an unfinished line.
fn notice_start(line: &[u8]) -> Option<usize> {
    find(line, MARK).or_else(|| {
        let longest = MARK.len().min(line.len());
        (1..longest).rev().map(|length| line.len() - length).find(|start| MARK.starts_with(&line[*start..]))
    })
}

/// Number of bytes at the end that begin a character but do not finish it.
fn incomplete_character(bytes: &[u8]) -> usize {
    for length in 1..=bytes.len().min(3) {
        let byte = bytes[bytes.len() - length];
        if byte & 0b1100_0000 != 0b1000_0000 {
            let expected = match byte {
                0b1100_0000..=0b1101_1111 => 2,
                0b1110_0000..=0b1110_1111 => 3,
                0b1111_0000..=0b1111_0111 => 4,
                _ => 1,
            };
            return if expected > length { length } else { 0 };
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_line_is_held_only_where_a_notice_may_begin() {
        assert_eq!(notice_start(b"abc"), None);
        assert_eq!(notice_start(b"abcE"), Some(3));
        assert_eq!(notice_start(b"abcEVCXR"), Some(3));
        assert_eq!(notice_start(b"abcEVCXR_PANIC"), Some(3));
        assert_eq!(notice_start(b"E V"), None);
    }

    #[test]
    fn a_notice_is_found_behind_an_unfinished_line() {
        assert_eq!(notice_in(b"EVCXR_PANIC_NOTIFICATION"), Some((0, PANIC)));
        assert_eq!(notice_in(b"abcEVCXR_PANIC_NOTIFICATION"), Some((3, PANIC)));
        assert_eq!(notice_in(b"EVCXR_PANIC_NOTIFICATION is what evcxr prints"), None);
        assert_eq!(notice_in(b"xEVCXR_BEGIN_CONTENT text/plain"), Some((1, BEGIN)));
        assert_eq!(notice_in(b"EVCXR_"), None);
        assert_eq!(notice_in(b"EVCXR_INPUT_REQUEST:name"), Some((0, INPUT)));
        assert_eq!(notice_in(b"EVCXR_INPUT_REQUEST_PASSWORD:word"), Some((0, PASSWORD)));
    }

    #[test]
    fn a_character_cut_in_two_is_held_back() {
        let bytes = "aσ€😀".as_bytes();
        assert_eq!(incomplete_character(&bytes[..2]), 1);
        assert_eq!(incomplete_character(&bytes[..3]), 0);
        assert_eq!(incomplete_character(&bytes[..5]), 2);
        assert_eq!(incomplete_character(&bytes[..9]), 3);
        assert_eq!(incomplete_character(bytes), 0);
        assert_eq!(incomplete_character(b""), 0);
    }
}
