//! The process in which cells run: it loads the library of each cell and calls it.
//!
//! It is the same executable as everything else, so the engine behind the seam is there once and cells find it by
//! name. It speaks evcxr's small protocol on its original standard streams, and keeps them out of the user's reach:
//! a cell's `print!` without a newline, its read from standard input, or its `fork` cannot disturb it.
//!
//! Libraries are never unloaded: thread-local destructors and stored variables may still need their code.

mod capture;
mod content;
mod guard;
mod input;

use crate::events::{self, CellEvent, CellRequest, Incident, SOCKET_VARIABLE};
use crate::outcome::{InputRequest, Output, Used};
use capture::Capture;
use input::Input;
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use sha2::{Digest, Sha256};
use std::ffi::c_void;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::mem::ManuallyDrop;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The notices that the engine behind the seam passes on to the session.
#[derive(Clone)]
pub struct Notices {
    capture: Arc<Capture>,
    input: Arc<Input>,
    interrupted: &'static AtomicBool,
    cell: Arc<Mutex<Option<String>>>,
}

/// Set while the running cell is asked to stop. Cells look at it without a call.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

impl Notices {
    /// Passes on a display, after everything that was printed before.
    pub fn output(&self, output: Output) {
        self.send(&CellEvent::Output(output));
    }

    /// Tells that the running cell used something beside its code.
    pub fn used(&self, kind: &str, name: &str, digest: String) {
        self.send(&CellEvent::Used(Used { kind: kind.to_owned(), name: name.to_owned(), digest }));
    }

    /// Asks the user for a line; `None` when nobody can answer.
    pub fn input(&self, prompt: &str, password: bool) -> Option<String> {
        if guard::is_copy() {
            return None;
        }
        self.input.ask(InputRequest { prompt: prompt.to_owned(), password })
    }

    /// The cell's thread panicked at this place of generated code.
    pub fn panic(&self, name: &str, message: &str, file: &str, line: u32, column: u32) {
        self.send(&CellEvent::Panic(incident(name, message, file, line, column)));
    }

    /// The cell is being left through `?` at this place of generated code.
    pub fn early_return(&self, name: &str, message: &str, file: &str, line: u32, column: u32) {
        self.send(&CellEvent::EarlyReturn(incident(name, message, file, line, column)));
    }

    /// Set while the user wants the running cell to stop.
    pub fn interrupted(&self) -> &'static AtomicBool {
        self.interrupted
    }

    /// Source of the running cell and its SHA-256, hexadecimal; `None` before the first one.
    pub fn cell(&self) -> Option<(String, String)> {
        let code = self.cell.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let digest = hex::encode(Sha256::digest(&code));
        Some((code, digest))
    }

    fn send(&self, event: &CellEvent) {
        // A copy that a cell made with `fork` has nobody to tell.
        if guard::is_copy() {
            return;
        }
        match self.capture.event(event) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                let text = format!("a display cannot be shown: {error}; show less at once, or write it to a file\n");
                self.send(&CellEvent::Output(Output::Stderr(text)));
            }
            // The session closed its end: nobody waits for this process any more.
            Err(_) => std::process::exit(0),
        }
    }
}

fn incident(name: &str, message: &str, file: &str, line: u32, column: u32) -> Incident {
    Incident { name: name.into(), message: message.into(), file: file.into(), line, column }
}

/// Runs cells until evcxr closes its end. `prepare` gets the notices and returns what flushes the cells' standard
/// output when a cell ends.
///
/// # Errors
/// The process was not started by a session, or its streams cannot be taken over.
pub fn run(prepare: impl FnOnce(Notices) -> Arc<dyn Fn() + Send + Sync>) -> io::Result<()> {
    let path = std::env::var_os(SOCKET_VARIABLE).ok_or_else(|| {
        io::Error::new(io::ErrorKind::NotFound, "the cell process is started by a session, not by hand")
    })?;
    let events = UnixStream::connect(path)?;
    let requests = events.try_clone()?;
    guard::memory();
    // evcxr's commands come on standard input: move it away, so that a cell does not read them.
    let commands = File::from(rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 10)?);
    let reads = requests.as_raw_fd();
    let capture = Capture::install(events)?;
    let input = Input::install(Arc::clone(&capture))?;
    let [writes, evcxr] = capture.private();
    guard::forget_in_copies([reads, writes, evcxr, commands.as_raw_fd()]);
    let notices = Notices { capture: Arc::clone(&capture), input, interrupted: &INTERRUPTED, cell: Arc::default() };
    let flush = prepare(notices.clone());
    notices.input.watch(Arc::clone(&flush))?;
    capture.event(&CellEvent::Hello { pid: std::process::id(), streams: capture.descriptors() })?;
    let answering = notices.clone();
    std::thread::Builder::new().name("requests".into()).spawn(move || answer_requests(requests, &answering))?;

    let mut store: *mut c_void = std::ptr::null_mut();
    for line in BufReader::new(commands).lines() {
        let line = line?;
        let mut words = line.split(' ');
        let (Some("LOAD_AND_RUN"), Some(library), Some(function)) = (words.next(), words.next(), words.next()) else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("unknown command `{line}`")));
        };
        if notices.interrupted.load(Ordering::Relaxed) {
            // Stopped while it was compiled: evcxr hears of a panic, so what the cell would have defined is not there.
            capture.tell_evcxr("EVCXR_PANIC_NOTIFICATION")?;
            capture.tell_evcxr("EVCXR_EXECUTION_COMPLETE")?;
            continue;
        }
        capture.event(&CellEvent::Started)?;
        notices.input.cell_runs(true);
        let loaded = load_and_run(library, function, &mut store);
        flush();
        flush_c_streams();
        if guard::is_copy() {
            guard::end_copy();
        }
        notices.input.cell_runs(false);
        if let Err(error) = loaded {
            capture.event(&CellEvent::LoadFailed(error.to_string()))?;
            // evcxr must not believe in variables that the cell would have made.
            capture.tell_evcxr("EVCXR_ERROR_OCCURRED")?;
        }
        capture.finish_cell()?;
        capture.tell_evcxr("EVCXR_EXECUTION_COMPLETE")?;
    }
    Ok(())
}

fn answer_requests(mut requests: UnixStream, notices: &Notices) {
    loop {
        let sent = match events::receive(&mut requests) {
            Ok(CellRequest::Sync(number)) => notices.capture.event(&CellEvent::Synced(number)),
            Ok(CellRequest::Interrupt) => {
                notices.interrupted.store(true, Ordering::Relaxed);
                Ok(())
            }
            Ok(CellRequest::Answer(line)) => {
                notices.input.answer(line);
                Ok(())
            }
            Ok(CellRequest::Cell { code }) => {
                notices.interrupted.store(false, Ordering::Relaxed);
                *notices.cell.lock().unwrap_or_else(PoisonError::into_inner) = Some(code);
                Ok(())
            }
            Err(error) => Err(error),
        };
        if sent.is_err() {
            std::process::exit(0);
        }
    }
}

#[expect(unsafe_code, reason = "running a cell means loading the library that the compiler just made of it")]
fn load_and_run(library: &str, function: &str, store: &mut *mut c_void) -> Result<(), libloading::Error> {
    type Cell = unsafe extern "C" fn(*mut c_void) -> *mut c_void;
    // SAFETY: the user asked to run this code; its constructors are the user's. Never unloaded.
    let library = ManuallyDrop::new(unsafe { Library::open(Some(library), RTLD_NOW | RTLD_LOCAL) }?);
    // SAFETY: evcxr generates every cell's function with this signature.
    let cell = unsafe { library.get::<Cell>(function.as_bytes()) }?;
    // SAFETY: the store is the one that earlier cells of this process made, or null; generated code catches panics.
    *store = unsafe { cell(*store) };
    Ok(())
}

/// Flushes what C code of a plugin or a cell has buffered.
#[expect(unsafe_code, reason = "C's standard streams have no other interface")]
fn flush_c_streams() {
    unsafe extern "C" {
        fn fflush(stream: *mut c_void) -> i32;
    }
    // SAFETY: a null stream means all output streams.
    unsafe { fflush(std::ptr::null_mut()) };
}
