//! The analyser as its owner sees it: started, asked, and ended with its owner.

use crate::error::AssistError;
use crate::serve::{ASSIST_ARGUMENT, Reply, Request};
use kovacs_session::Sources;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

/// Reading the sources takes seconds on a busy machine.
const UNTIL_READY: Duration = Duration::from_secs(60);
/// An answer takes some hundredths of a second; what takes this long does not end.
const UNTIL_ANSWERED: Duration = Duration::from_secs(10);

/// A running analyser. Dropping it ends it.
pub(crate) struct Process {
    child: Child,
    requests: ChildStdin,
    replies: Receiver<Reply>,
    ready: bool,
}

impl Process {
    /// Starts an analyser; it reads its sources while its owner does other things.
    pub(crate) fn start(executable: &Path, sources: &Sources) -> Result<Process, AssistError> {
        let not_started = |source| AssistError::NotStarted { executable: executable.to_owned(), source };
        let sources = serde_json::to_string(sources).map_err(|error| not_started(error.into()))?;
        let mut child = Command::new(executable)
            .arg(ASSIST_ARGUMENT)
            .arg(sources)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // One heap: what is freed after loading can be given back as a whole.
            .env("MALLOC_ARENA_MAX", "1")
            // Ctrl-C at a terminal is for its owner.
            .process_group(0)
            .spawn()
            .map_err(not_started)?;
        let (Some(requests), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(AssistError::Ended);
        };
        let (sender, replies) = mpsc::channel();
        let read = move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let Ok(reply) = serde_json::from_str(&line) else { return };
                if sender.send(reply).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("assist".into()).spawn(read).map_err(not_started)?;
        Ok(Process { child, requests, replies, ready: false })
    }

    /// Asks, and waits for the answer. After an error the process is of no more use.
    pub(crate) fn ask(&mut self, request: &Request) -> Result<Reply, AssistError> {
        if !self.ready {
            self.receive(UNTIL_READY)?;
            self.ready = true;
        }
        let mut line =
            serde_json::to_vec(request).map_err(|error| AssistError::Failed { message: error.to_string() })?;
        line.push(b'\n');
        self.requests.write_all(&line).and_then(|()| self.requests.flush()).map_err(|_| AssistError::Ended)?;
        self.receive(UNTIL_ANSWERED)
    }

    fn receive(&mut self, patience: Duration) -> Result<Reply, AssistError> {
        match self.replies.recv_timeout(patience) {
            Ok(Reply::Failed(message)) => Err(AssistError::Failed { message }),
            Ok(reply) => Ok(reply),
            Err(RecvTimeoutError::Timeout) => Err(AssistError::Slow { seconds: patience.as_secs() }),
            Err(RecvTimeoutError::Disconnected) => Err(AssistError::Ended),
        }
    }

    /// The process, to look at what it takes.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It keeps nothing that must be saved.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
