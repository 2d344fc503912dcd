//! What reaches the session from its engine and from the cell process, in the order in which it came.

use crate::engine::Reply;
use crate::engine_process::EngineProcess;
use crate::events::{self, CellEvent, CellRequest};
use crate::outcome::Output;
use rustix::fs::{Mode, OFlags};
use std::fs::File;
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

/// No more is read of what a dead process left in its pipes, bytes.
const LAST_WORDS: u64 = 1 << 20;

/// Something that reached the session.
pub(crate) enum Incoming {
    Reply(Reply),
    EngineEnded,
    Connected(UnixStream),
    Cell(CellEvent),
    CellEnded,
}

/// What the session has to deal with.
pub(crate) enum News {
    Reply(Reply),
    EngineEnded,
    Cell(CellEvent),
    /// The cell process ended; what it had written and not sent.
    CellEnded(Vec<Output>),
    Nothing,
}

/// The cell process, as far as it has shown itself.
#[derive(Default)]
pub(crate) struct CellProcess {
    pub(crate) requests: Option<UnixStream>,
    pub(crate) pid: Option<u32>,
    /// The pipes of its cells' output, so that what is in them when it dies is not lost.
    output: Option<[File; 2]>,
}

impl CellProcess {
    /// Asks something of it; `false` if it cannot be asked.
    pub(crate) fn send(&mut self, request: &CellRequest) -> bool {
        self.requests.as_mut().is_some_and(|stream| events::send(stream, request).is_ok())
    }

    fn introduce(&mut self, pid: u32, streams: [i32; 2]) {
        let open = |descriptor: i32| {
            let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
            rustix::fs::open(format!("/proc/{pid}/fd/{descriptor}"), flags, Mode::empty()).ok().map(File::from)
        };
        self.pid = Some(pid);
        self.output = open(streams[0]).zip(open(streams[1])).map(|(out, err)| [out, err]);
    }

    fn last_words(self) -> Vec<Output> {
        let Some([out, err]) = self.output else { return Vec::new() };
        let read = |pipe: File| {
            let mut bytes = Vec::new();
            // The end of what is there may be an error: others may hold the pipe open.
            let _ = pipe.take(LAST_WORDS).read_to_end(&mut bytes);
            let text = String::from_utf8_lossy(&bytes);
            text.split_inclusive('\n').filter(|line| !line.contains("EVCXR_")).collect::<String>()
        };
        let texts = [Output::Stdout(read(out)), Output::Stderr(read(err))];
        texts.into_iter().filter(|output| output.size() > 0).collect()
    }
}

impl EngineProcess {
    /// The next news, waited for at most so long.
    pub(crate) fn next(&mut self, patience: Duration) -> News {
        loop {
            let incoming = match self.queue.pop_front() {
                Some(incoming) => incoming,
                None => match self.incoming.recv_timeout(patience) {
                    Ok(incoming) => incoming,
                    Err(RecvTimeoutError::Timeout) => return News::Nothing,
                    Err(RecvTimeoutError::Disconnected) => return News::EngineEnded,
                },
            };
            return match incoming {
                Incoming::Reply(reply) => News::Reply(reply),
                Incoming::EngineEnded => News::EngineEnded,
                Incoming::Connected(stream) => {
                    self.cell = CellProcess { requests: Some(stream), ..CellProcess::default() };
                    continue;
                }
                Incoming::Cell(CellEvent::Hello { pid, streams }) => {
                    self.cell.introduce(pid, streams);
                    continue;
                }
                Incoming::Cell(event) => {
                    if let CellEvent::Output(output) = &event {
                        self.backlog.taken(output);
                    }
                    News::Cell(event)
                }
                Incoming::CellEnded => News::CellEnded(std::mem::take(&mut self.cell).last_words()),
            };
        }
    }

    /// Whether the reply is among what has come already.
    pub(crate) fn reply_is_here(&mut self) -> bool {
        self.queue.extend(self.incoming.try_iter());
        self.queue.iter().any(|incoming| matches!(incoming, Incoming::Reply(_)))
    }

    /// Deals with news that no running cell waits for: output is kept, questions get no answer.
    pub(crate) fn set_aside(&mut self, event: CellEvent) {
        match event {
            CellEvent::Output(output) => self.unread.push(output),
            CellEvent::Input(_) => {
                // If it is gone, it does not wait either.
                self.cell.send(&CellRequest::Answer(None));
            }
            _ => {}
        }
    }
}
