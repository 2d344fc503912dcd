//! The C table of the seam, and the unsafe code that it takes.
//!
//! Every function catches panics: none may cross into a cell, whose standard library is another one.

use crate::notices::{Notices, Standalone};
use crate::objects::objects;
use crate::operations;
use kovacs::Error;
use kovacs::seam::{self, Buffer, Callback, ColumnView, DONE, FAILED, Operation, Table, VERSION};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::ThreadId;

static NOTICES: OnceLock<Arc<dyn Notices>> = OnceLock::new();
/// The thread that attached the engine, which in a cell process runs the cells.
static CELL_THREAD: OnceLock<ThreadId> = OnceLock::new();
static FLUSH: Mutex<Option<unsafe extern "C" fn()>> = Mutex::new(None);

static TABLE: Table = Table {
    size: size_of::<Table>() as u32,
    version: VERSION,
    call,
    free,
    column,
    retain,
    release,
    interrupt,
    on_flush,
    adopt,
    on_cell_thread,
};

/// The table that the executable exports under the name [`kovacs::seam::SYMBOL`].
pub fn seam_table() -> *const Table {
    &TABLE
}

/// Makes the engine of this process available to the types of `kovacs`, and says where notices go. A second call
/// changes nothing.
pub fn attach(notices: Option<Arc<dyn Notices>>) {
    CELL_THREAD.get_or_init(|| std::thread::current().id());
    NOTICES.get_or_init(|| notices.unwrap_or_else(|| Arc::new(Standalone)));
    seam::attach(&TABLE);
}

/// Flushes the standard output of cells.
pub fn flush() {
    let flush = *FLUSH.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(flush) = flush {
        // SAFETY: registered by the prelude of a cell; libraries of cells are never unloaded.
        unsafe { flush() };
    }
}

pub(crate) fn notices() -> &'static dyn Notices {
    NOTICES.get_or_init(|| Arc::new(Standalone)).as_ref()
}

/// Runs `work` and fills in `output`; a panic becomes an error.
///
/// # Safety
/// `output` is writable.
unsafe fn guarded(output: *mut Buffer, work: impl FnOnce() -> Result<Vec<u8>, Error>) -> i32 {
    let result = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let text = seam::panic_text(&*payload);
        Err(Error::new("EngineFault", format!("the engine failed on this call: {text}"))
            .with_remedy("this is a defect of Kovacs; the session goes on"))
    });
    let (status, bytes) = seam::encode_result(result);
    // SAFETY: by the caller's promise.
    unsafe { *output = Buffer::from_vec(bytes) };
    status
}

/// # Safety
/// `input` points to `length` bytes.
unsafe fn bytes<'a>(input: *const u8, length: usize) -> &'a [u8] {
    if input.is_null() {
        return &[];
    }
    // SAFETY: by the caller's promise.
    unsafe { std::slice::from_raw_parts(input, length) }
}

unsafe extern "C" fn call(operation: u32, input: *const u8, length: usize, output: *mut Buffer) -> i32 {
    // SAFETY: the prelude gives `length` bytes and a writable buffer.
    unsafe {
        let input = bytes(input, length);
        guarded(output, || match Operation::from_code(operation) {
            Some(operation) => operations::perform(operation, input),
            None => Err(Error::new("OtherVersion", format!("this engine does not know operation {operation}"))),
        })
    }
}

unsafe extern "C" fn free(buffer: Buffer) {
    // SAFETY: made by `Buffer::from_vec` in `guarded`.
    drop(unsafe { buffer.into_vec() });
}

unsafe extern "C" fn column(handle: u64, name: *const u8, length: usize, view: *mut ColumnView) -> i32 {
    let found = catch_unwind(|| {
        // SAFETY: the prelude gives `length` bytes.
        let name = std::str::from_utf8(unsafe { bytes(name, length) }).ok()?;
        objects().number_column(handle, name)
    });
    let Ok(Some((data, length))) = found else { return FAILED };
    // SAFETY: the prelude gives a writable view.
    unsafe { *view = ColumnView { data, length } };
    DONE
}

unsafe extern "C" fn retain(handle: u64) {
    objects().retain(handle);
}

unsafe extern "C" fn release(handle: u64) {
    // Dropping a closure of a cell runs the user's code.
    let _ = catch_unwind(|| objects().release(handle));
}

unsafe extern "C" fn interrupt() -> *const AtomicBool {
    notices().interrupted()
}

unsafe extern "C" fn on_cell_thread() -> i32 {
    CELL_THREAD.get().is_some_and(|thread| *thread == std::thread::current().id()).into()
}

unsafe extern "C" fn on_flush(flush: unsafe extern "C" fn()) {
    *FLUSH.lock().unwrap_or_else(PoisonError::into_inner) = Some(flush);
}

unsafe extern "C" fn adopt(input: *const u8, length: usize, callback: Callback, output: *mut Buffer) -> i32 {
    let closure = CellClosure { callback };
    // SAFETY: the prelude gives `length` bytes and a writable buffer.
    unsafe {
        let input = bytes(input, length);
        guarded(output, || operations::adopt_model(input, closure))
    }
}

/// A closure defined in a cell.
pub(crate) struct CellClosure {
    callback: Callback,
}

// SAFETY: the prelude takes only closures that are `Send`; calls are serialised by `&mut`.
unsafe impl Send for CellClosure {}

impl CellClosure {
    /// Calls the closure: encoded arguments in, encoded answer out.
    pub(crate) fn call(&mut self, input: &[u8]) -> Result<Vec<u8>, Error> {
        let mut output = Buffer::EMPTY;
        // SAFETY: the closure lives until `drop`; input and output are valid during the call.
        let status = unsafe { (self.callback.call)(self.callback.data, input.as_ptr(), input.len(), &mut output) };
        // SAFETY: the cell's side filled in `length` bytes at `data`.
        let answer = unsafe { bytes(output.data, output.length) }.to_vec();
        // SAFETY: given back once, to the side that made it.
        unsafe { (self.callback.free)(output) };
        if status == DONE {
            return Ok(answer);
        }
        Err(Error::decode(&mut kovacs::wire::Reader::new(&answer)).unwrap_or_else(Error::from))
    }
}

impl Drop for CellClosure {
    fn drop(&mut self) {
        // SAFETY: dropped once, never called again.
        unsafe { (self.callback.drop)(self.callback.data) };
    }
}
