//! Takes over standard output and error of the cell process.
//!
//! Both are pipes whose other end is read here, byte for byte, and sent on as events. evcxr's own notices, which
//! generated code prints to standard output, are picked out of the stream, also where they stick to an unfinished
//! line of the user's, and go where evcxr reads them.

use crate::events::{self, CellEvent};
use crate::outcome::Output;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Every notice of evcxr starts like this.
const MARK: &[u8] = b"EVCXR_";
const PANIC: &[u8] = b"EVCXR_PANIC_NOTIFICATION";
const ERROR: &[u8] = b"EVCXR_ERROR_OCCURRED";
const BEGIN: &[u8] = b"EVCXR_BEGIN_CONTENT ";
const END: &[u8] = b"EVCXR_END_CONTENT";
/// Notices that are the whole rest of their line.
const NOTICES: [&[u8]; 5] = [PANIC, ERROR, b"EVCXR_VARIABLE_CHANGED_TYPE:", BEGIN, END];
const PIECE: usize = 64 * 1024;

/// The captured streams and the two places where they go.
pub(super) struct Capture {
    state: Mutex<State>,
}

struct State {
    stdout: File,
    stderr: File,
    /// Bytes of an unfinished line or character.
    held_out: Vec<u8>,
    held_err: Vec<u8>,
    /// Inside `EVCXR_BEGIN_CONTENT` .. `EVCXR_END_CONTENT`, everything is evcxr's.
    in_content: bool,
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
                in_content: false,
                events,
                evcxr,
            }),
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
            if poll(&mut fds, None).is_err() {
                continue;
            }
            if self.lock().drain(false).is_err() {
                // The session closed its end: nobody waits for this process any more.
                std::process::exit(0);
            }
        }
    }

    /// Sends everything written so far, unfinished lines too.
    pub(super) fn drain(&self) -> io::Result<()> {
        self.lock().drain(true)
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
            self.send_stdout(&rest)?;
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
            if self.in_content || notice.is_some() {
                self.send_stdout(&held[text_start..line.start])?;
                self.pass_to_evcxr(&held[rest..rest + length], notice)?;
                text_start = line.end;
            }
            rest = line.end;
        }
        self.send_stdout(&held[text_start..rest])?;
        let unfinished = &held[rest..];
        let ready = if self.in_content { 0 } else { notice_start(unfinished).unwrap_or(unfinished.len()) };
        let ready = ready - incomplete_character(&unfinished[..ready]);
        self.send_stdout(&unfinished[..ready])?;
        self.held_out = unfinished[ready..].to_vec();
        Ok(())
    }

    /// Sends a line that is evcxr's: the inside of a display, or a notice, before which the user's text may stand.
    fn pass_to_evcxr(&mut self, line: &[u8], notice: Option<(usize, &'static [u8])>) -> io::Result<()> {
        let (start, mark) = notice.unwrap_or((line.len(), b""));
        if !self.in_content {
            self.send_stdout(&line[..start])?;
        } else if start > 0 {
            self.evcxr.write_all(&line[..start])?;
            self.evcxr.write_all(b"\n")?;
        }
        if mark == PANIC {
            events::send(&mut self.events, &CellEvent::PanicLeftCell)?;
        } else if mark == ERROR {
            events::send(&mut self.events, &CellEvent::ErrorLeftCell)?;
        }
        self.in_content = mark == BEGIN || (self.in_content && mark != END);
        if !mark.is_empty() {
            self.evcxr.write_all(&line[start..])?;
            self.evcxr.write_all(b"\n")?;
        }
        self.evcxr.flush()
    }

    fn send_stdout(&mut self, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.chunks(PIECE) {
            events::send(&mut self.events, &CellEvent::Output(Output::Stdout(text(piece))))?;
        }
        Ok(())
    }

    fn send_stderr(&mut self, all: bool) -> io::Result<()> {
        let keep = if all { 0 } else { incomplete_character(&self.held_err) };
        let length = self.held_err.len() - keep;
        let bytes: Vec<u8> = self.held_err.drain(..length).collect();
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
