//! Standard input of cells: asked of the user when a cell waits for it.
//!
//! Descriptor 0 is a pipe that nobody fills until somebody reads. A watcher looks which system call each thread is in
//! (`/proc/self/task/*/syscall`, also of programs that the cell started): a thread that waits in `read` on descriptor
//! 0 is a question, which goes to the session and comes back as a line. A thread that the line has woken is not
//! waiting any more, so nothing is asked twice. Where `/proc` does not tell, or nobody can answer, the cell reads an
//! end of file.

use super::capture::Capture;
use crate::events::CellEvent;
use crate::outcome::InputRequest;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl, fstat};
use rustix::pipe::{PipeFlags, pipe_with};
use std::collections::VecDeque;
use std::fs;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often it is looked whether a running cell waits for input.
const LOOK_EVERY: Duration = Duration::from_millis(25);
/// Programs that the cell started are looked at once in so many looks.
const CHILDREN_EVERY: u32 = 8;
/// How long flushing the cell's prompt may take: a cell may hold the lock of its standard output while it reads.
const FLUSH: Duration = Duration::from_millis(50);

/// `read` and `readv`, as the system numbers them.
#[cfg(target_arch = "x86_64")]
const READS: [&str; 2] = ["0", "19"];
#[cfg(not(target_arch = "x86_64"))]
const READS: [&str; 2] = ["63", "65"];

/// Standard input and the questions of cells.
pub(super) struct Input {
    capture: Arc<Capture>,
    state: Mutex<State>,
    changed: Condvar,
    /// Held by the one whose question is open.
    asking: Mutex<()>,
    running: AtomicBool,
}

struct State {
    pipe: Pipe,
    /// Set when the session has answered: the line, or that there is none.
    answer: Option<Option<String>>,
    /// What a cell has announced of its next read (the protocol of the crate `evcxr_input`).
    announced: VecDeque<InputRequest>,
}

/// The pipe that is descriptor 0.
struct Pipe {
    /// Kept, so that descriptor 0 can be put back.
    read_end: OwnedFd,
    write_end: File,
    /// As `/proc` names it: `pipe:[1234]`.
    name: String,
}

impl Pipe {
    /// A new pipe in place of descriptor 0.
    fn install() -> io::Result<Pipe> {
        let (read_end, write_end) = pipe_with(PipeFlags::CLOEXEC)?;
        let read_end = rustix::io::fcntl_dupfd_cloexec(&read_end, 10)?;
        let write_end = File::from(rustix::io::fcntl_dupfd_cloexec(&write_end, 10)?);
        fcntl_setfl(&write_end, fcntl_getfl(&write_end)? | OFlags::NONBLOCK)?;
        rustix::stdio::dup2_stdin(&read_end)?;
        let name = format!("pipe:[{}]", fstat(&read_end)?.st_ino);
        Ok(Pipe { read_end, write_end, name })
    }
}

impl Input {
    /// Takes over standard input. `flush` writes out what cells have buffered on standard output.
    pub(super) fn install(capture: Arc<Capture>) -> io::Result<Arc<Input>> {
        let state = State { pipe: Pipe::install()?, answer: None, announced: VecDeque::new() };
        Ok(Arc::new(Input {
            capture,
            state: Mutex::new(state),
            changed: Condvar::new(),
            asking: Mutex::new(()),
            running: AtomicBool::new(false),
        }))
    }

    /// Looks for threads that wait for input, from now on.
    pub(super) fn watch(self: &Arc<Input>, flush: Arc<dyn Fn() + Send + Sync>) -> io::Result<()> {
        let input = Arc::clone(self);
        std::thread::Builder::new().name("input".into()).spawn(move || {
            for look in 0_u32.. {
                std::thread::sleep(LOOK_EVERY);
                let children = look % CHILDREN_EVERY == 0;
                if input.running.load(Ordering::Relaxed) && input.somebody_waits(children) {
                    input.fill(&flush);
                }
            }
        })?;
        Ok(())
    }

    /// A cell begins or ends. Descriptor 0 is ours again, whatever the last one did to it.
    pub(super) fn cell_runs(&self, running: bool) {
        let mut state = self.lock();
        state.announced.clear();
        let name = fs::read_link("/proc/self/fd/0").ok();
        if name.is_none_or(|name| name != Path::new(&state.pipe.name)) {
            // Should it fail, the next cell reads what this one left there.
            let _ = rustix::stdio::dup2_stdin(&state.pipe.read_end);
        }
        self.running.store(running, Ordering::Relaxed);
    }

    /// Asks the user for a line; `None` when nobody answers.
    pub(super) fn ask(&self, request: InputRequest) -> Option<String> {
        let _turn = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        self.lock().answer = None;
        self.capture.event(&CellEvent::Input(request)).ok()?;
        let mut state = self.lock();
        loop {
            if let Some(answer) = state.answer.take() {
                return answer;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The session's answer to the open question.
    pub(super) fn answer(&self, line: Option<String>) {
        self.lock().answer = Some(line);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the one who waits a line, or an end of file.
    fn fill(&self, flush: &Arc<dyn Fn() + Send + Sync>) {
        let (done, flushed) = std::sync::mpsc::channel();
        let flush = Arc::clone(flush);
        std::thread::spawn(move || {
            flush();
            // Nobody listens when it took too long.
            let _ = done.send(());
        });
        let _ = flushed.recv_timeout(FLUSH);
        // What the cell said before comes before the question, an announcement of `evcxr_input` too.
        let announced = self.capture.drain().map(|announced| self.lock().announced.extend(announced));
        if announced.is_err() {
            return;
        }
        let plain = InputRequest { prompt: String::new(), password: false };
        let request = self.lock().announced.pop_front().unwrap_or(plain);
        let line = self.ask(request);
        let mut state = self.lock();
        let written = line.map(|line| feed(&mut state.pipe.write_end, &line));
        if !matches!(written, Some(Ok(()))) {
            // Whoever reads the old pipe gets its end; the next read is a question again.
            if let Ok(pipe) = Pipe::install() {
                state.pipe = pipe;
            }
        }
    }

    fn somebody_waits(&self, children: bool) -> bool {
        let name = self.lock().pipe.name.clone();
        let mut processes = vec!["self".to_owned()];
        while let Some(process) = processes.pop() {
            let folder = Path::new("/proc").join(&process);
            let reads_ours = fs::read_link(folder.join("fd/0")).is_ok_and(|link| link == Path::new(&name));
            for task in fs::read_dir(folder.join("task")).into_iter().flatten().flatten() {
                if reads_ours && waits_for_input(&task.path()) {
                    return true;
                }
                if children && let Ok(started) = fs::read_to_string(task.path().join("children")) {
                    processes.extend(started.split_whitespace().map(str::to_owned));
                }
            }
        }
        false
    }
}

/// Writes a line; an error if the reader leaves it there until the pipe is full.
fn feed(pipe: &mut File, line: &str) -> io::Result<()> {
    let bytes = format!("{line}\n").into_bytes();
    let mut rest = bytes.as_slice();
    for _ in 0..1000 {
        match pipe.write(rest) {
            Ok(written) => rest = rest.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => std::thread::sleep(Duration::from_millis(5)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if rest.is_empty() {
            return Ok(());
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

/// Whether this thread is in a `read` of descriptor 0.
fn waits_for_input(task: &Path) -> bool {
    let Ok(text) = fs::read_to_string(task.join("syscall")) else { return false };
    let mut words = text.split_whitespace();
    words.next().is_some_and(|number| READS.contains(&number)) && words.next() == Some("0x0")
}
