//! A worker process and the pipes to it.
//!
//! Nothing here waits for ever: every pipe is without blocking, and one `poll` watches for the answer, for room to write
//! and for what the model prints, while the program's `tick` is called and the time is kept.

use super::end::{Death, End};
use super::frame::{self, Assembler};
use super::message::{Reply, Request, decode, encode};
use super::program::WorkerProgram;
use kovacs_core::model::Tick;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};

/// While an answer is awaited the program is asked so often whether it still wants one.
const ASK_EVERY: Duration = Duration::from_millis(50);
/// A model that was told to stop has so long to do it by itself.
const GRACE: Duration = Duration::from_secs(1);
/// A process whose pipe has closed has so long to end.
const END_WITHIN: Duration = Duration::from_secs(1);
/// So much of what the model prints is kept, bytes.
const LAST_WORDS: usize = 2000;
const PIECE: usize = 1 << 16;

/// A running worker. It is killed when this value goes.
pub(super) struct Channel {
    child: Child,
    requests: ChildStdin,
    replies: ChildStdout,
    prints: Option<ChildStderr>,
    assembler: Assembler,
    last_words: Vec<u8>,
    piece: Box<[u8]>,
}

/// How long to wait, and for whom.
pub(super) struct Patience<'a, 'tick> {
    /// The longest time without a word, s.
    pub(super) silence: Duration,
    /// Progress and cancel of the program.
    pub(super) tick: Option<Tick<'tick>>,
    /// Whether the model announces that it can be told to stop.
    pub(super) can_stop: bool,
    /// What is done, for messages.
    pub(super) doing: &'a Doing,
}

/// What a worker is asked to do, as messages name it.
pub(super) type Doing = &'static str;

impl Channel {
    /// Starts the process; it has not said anything yet.
    ///
    /// # Errors
    /// It cannot be started; the system's words.
    pub(super) fn start(program: &WorkerProgram) -> std::io::Result<Channel> {
        let mut command = program.command();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Of its own group: what interrupts the program at a terminal is the program's to answer.
        let mut child = command.process_group(0).spawn()?;
        let (requests, replies, prints) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(requests), Some(replies), Some(prints)) = (requests, replies, prints) else {
            return Err(std::io::Error::other("a pipe is missing"));
        };
        for pipe in [requests.as_fd(), replies.as_fd(), prints.as_fd()] {
            fcntl_setfl(pipe, fcntl_getfl(pipe)? | OFlags::NONBLOCK)?;
        }
        Ok(Channel {
            child,
            requests,
            replies,
            prints: Some(prints),
            assembler: Assembler::default(),
            last_words: Vec::new(),
            piece: vec![0; PIECE].into_boxed_slice(),
        })
    }

    /// The process, as the system numbers it.
    pub(super) fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Asks, and waits for the answer. After an error the worker is dead.
    pub(super) fn exchange(&mut self, request: &Request, patience: Patience<'_, '_>) -> Result<Reply, Death> {
        let doing = *patience.doing;
        self.converse(request, patience).map_err(|end| self.bury(end, doing))
    }

    fn converse(&mut self, request: &Request, mut patience: Patience<'_, '_>) -> Result<Reply, End> {
        let mut outgoing = Outgoing::new(request)?;
        let mut heard = Instant::now();
        let mut asked = Instant::now();
        let mut fraction = 0.0;
        let mut told_to_stop: Option<Instant> = None;
        loop {
            while let Some(payload) = self.assembler.next().map_err(confused)? {
                heard = Instant::now();
                let reply = decode(&payload).map_err(|_| confused("a damaged answer"))?;
                let Reply::Tick { fraction: done } = reply else { return Ok(reply) };
                fraction = done;
                asked = heard;
                let go_on = told_to_stop.is_none() && patience.tick.as_mut().is_none_or(|tick| tick(fraction));
                if !go_on {
                    told_to_stop.get_or_insert(heard);
                }
                outgoing = Outgoing::new(&Request::GoOn { go_on })?;
            }
            let now = Instant::now();
            if let Some(tick) = patience.tick.as_mut()
                && told_to_stop.is_none()
                && now.duration_since(asked) >= ASK_EVERY
            {
                asked = now;
                if !tick(fraction) {
                    told_to_stop = Some(now);
                }
            }
            match told_to_stop {
                Some(_) if !patience.can_stop => return Err(End::Stopped),
                Some(since) if now.duration_since(since) >= GRACE => return Err(End::Stopped),
                _ if now.duration_since(heard) >= patience.silence => {
                    return Err(End::Silent { limit: patience.silence });
                }
                _ => {}
            }
            let until_silent = patience.silence.saturating_sub(now.duration_since(heard));
            let is_asking = patience.tick.is_some() || told_to_stop.is_some();
            let wait = if is_asking { until_silent.min(ASK_EVERY) } else { until_silent };
            self.watch(&mut outgoing, wait)?;
        }
    }

    /// Waits until something can be read or written, and does that.
    fn watch(&mut self, outgoing: &mut Outgoing, wait: Duration) -> Result<(), End> {
        let writes = if outgoing.is_sent() { PollFlags::empty() } else { PollFlags::OUT };
        let mut pipes = vec![
            PollFd::from_borrowed_fd(self.replies.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(self.requests.as_fd(), writes),
        ];
        pipes.extend(self.prints.iter().map(|prints| PollFd::from_borrowed_fd(prints.as_fd(), PollFlags::IN)));
        let wait = Timespec { tv_sec: wait.as_secs() as i64, tv_nsec: i64::from(wait.subsec_nanos()) };
        match poll(&mut pipes, Some(&wait)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(confused(format!("no way to be heard ({error})"))),
        }
        let ready: Vec<PollFlags> = pipes.iter().map(PollFd::revents).collect();
        if ready.get(2).is_some_and(|flags| !flags.is_empty()) {
            self.hear_prints();
        }
        if ready[1].contains(PollFlags::OUT) {
            outgoing.write(&mut self.requests)?;
        }
        if !ready[0].is_empty() {
            match self.replies.read(&mut self.piece) {
                Ok(0) => return Err(self.ended()),
                Ok(length) => self.assembler.push(&self.piece[..length]),
                Err(error) if is_temporary(&error) => {}
                Err(error) => return Err(confused(format!("an unreadable answer ({error})"))),
            }
        }
        Ok(())
    }

    /// Takes what the model has printed, and keeps the last of it.
    fn hear_prints(&mut self) {
        while let Some(prints) = &mut self.prints {
            match prints.read(&mut self.piece) {
                Ok(0) => self.prints = None,
                Ok(length) => {
                    self.last_words.extend_from_slice(&self.piece[..length]);
                    let surplus = self.last_words.len().saturating_sub(LAST_WORDS);
                    self.last_words.drain(..surplus);
                    if length < PIECE {
                        return;
                    }
                }
                Err(error) if is_temporary(&error) => return,
                Err(_) => self.prints = None,
            }
        }
    }

    /// The pipe is closed: how the process ends.
    fn ended(&mut self) -> End {
        let closed = Instant::now();
        while closed.elapsed() < END_WITHIN {
            match self.child.try_wait() {
                Ok(Some(status)) => return End::Ended { status },
                Ok(None) => std::thread::sleep(Duration::from_millis(2)),
                Err(_) => break,
            }
        }
        confused("no answer, because it closed its pipe,")
    }

    fn bury(&mut self, end: End, doing: Doing) -> Death {
        // Whatever it still does, nobody listens any more. One that has ended cannot be killed, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.hear_prints();
        Death { end, doing, last_words: String::from_utf8_lossy(&self.last_words).into_owned() }
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request that is being written.
struct Outgoing {
    frame: Vec<u8>,
    sent: usize,
}

impl Outgoing {
    fn new(request: &Request) -> Result<Self, End> {
        let payload = encode(request).map_err(confused)?;
        Ok(Outgoing { frame: frame::framed(&payload).map_err(confused)?, sent: 0 })
    }

    fn is_sent(&self) -> bool {
        self.sent == self.frame.len()
    }

    fn write(&mut self, pipe: &mut ChildStdin) -> Result<(), End> {
        match pipe.write(&self.frame[self.sent..]) {
            Ok(length) => self.sent += length,
            Err(error) if is_temporary(&error) => {}
            // The process is ending; how, is seen when its answers end.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => self.sent = self.frame.len(),
            Err(error) => return Err(confused(format!("no way to be asked ({error})"))),
        }
        Ok(())
    }
}

fn is_temporary(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

fn confused(what: impl std::fmt::Display) -> End {
    End::Confused { what: what.to_string() }
}
