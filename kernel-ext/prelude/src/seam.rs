//! The seam: one C table through which cells reach the engine in their process.
//!
//! Cells are compiled against this small crate; data sets, models and figures live once, in the executable that
//! loaded the cell. It exports `kovacs_seam`, found here by name at run time: no second copy of anything is linked,
//! statics are shared by all cells, and a cell of another version is told so instead of crashing. A call costs tens
//! of nanoseconds plus the copy of its arguments. Panics are caught on both sides and cross as errors.
//!
//! All unsafe code of the crate is in this file and in `foreign`.

use crate::error::Error;
use crate::wire::{Reader, Writer};
use std::ffi::{c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

/// Changes whenever a message or the table does.
pub const VERSION: u32 = 9;

/// Name of the function that the executable exports; it returns a `*const Table`.
pub const SYMBOL: &std::ffi::CStr = c"kovacs_seam";

/// What a cell asks of the engine. The numbers are part of the seam.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Operation {
    /// Show a bundle of representations.
    Display = 1,
    /// A panic happened.
    Panic = 2,
    /// The cell was left through `?`.
    EarlyReturn = 3,
    /// Take away what the cell has shown.
    ClearOutput = 4,
    /// Ask the user for a line.
    Input = 5,
    /// Open a data package.
    OpenDataset = 10,
    /// Open a table of a package.
    OpenTable = 11,
    /// Keep the rows that satisfy a condition.
    FilterTable = 12,
    /// The distinct values of a column.
    DistinctValues = 13,
    /// Render a table as text and HTML.
    RenderTable = 14,
    /// A text column.
    TextColumn = 15,
    /// Which data packages there are.
    ListDatasets = 16,
    /// One column of a table against another.
    TableCurve = 17,
    /// The steady holds of a measured history.
    Holds = 18,
    /// Load a model.
    LoadModel = 20,
    /// Evaluate a model on an experiment.
    Evaluate = 21,
    /// What the second stage of a two-step experiment shows.
    SecondStage = 22,
    /// Which models there are.
    ListModels = 24,
    /// Predict the later part of a measured history from its first part.
    Superpose = 25,
    /// Read the text form of a protocol.
    ParseProtocol = 26,
    /// Take what was built of a model meanwhile.
    ReloadModel = 27,
    /// Have a model run in a process of its own.
    IsolateModel = 28,
    /// Render a figure.
    RenderFigure = 30,
    /// Give the script that draws interactive figures.
    EmbedPlotly = 31,
    /// Ask all data packages a question.
    Query = 40,
    /// Make a table from a table.
    TransformTable = 41,
    /// Read a scattering pattern.
    ReadPattern = 60,
    /// Take a background off a pattern.
    SubtractPattern = 61,
    /// Make a structure factor of a pattern.
    ReducePattern = 62,
    /// Make a pair distribution of a structure factor.
    TransformStructure = 63,
    /// Read a file of a pair distribution.
    ReadDistribution = 64,
    /// Describe the first peak of a pair distribution.
    FirstPeak = 65,
    /// Fit the two sub-peaks of the first shell.
    SubPeaks = 66,
    /// Weigh the pairs of a composition.
    PairWeights = 67,
    /// What the tests in a table show.
    ObserveTable = 70,
    /// What a model says of a recovery.
    ObserveRecovery = 71,
    /// What a model says of a relaxation.
    ObserveRelaxation = 72,
    /// What a model says of a thermal test.
    ObserveThermal = 73,
    /// Fit a straight line.
    FitLine = 80,
    /// Fit two lines that meet at a critical waiting time.
    CriticalTime = 81,
    /// Fit a stretched exponential.
    FitStretched = 82,
    /// Read activation energies off relaxations.
    ActivationEnergies = 83,
    /// Judge the findings of the paper on a model.
    Findings = 84,
    /// Fit two stretched exponentials.
    FitDoubleKww = 85,
    /// The tests in a table with what was done in them.
    TableTests = 90,
    /// Fit a model to tests.
    FitModel = 91,
    /// Compare models on tests.
    CompareModels = 92,
    /// Judge whether second stages are more than linear.
    LinearTest = 93,
    /// Choose the test that tells two fitted models apart.
    DesignTest = 94,
    /// Draw the posterior of the parameters of a model.
    DrawPosterior = 95,
}

impl Operation {
    /// The operation with this number.
    pub fn from_code(code: u32) -> Option<Self> {
        use Operation::*;
        [
            Display,
            Panic,
            EarlyReturn,
            ClearOutput,
            Input,
            OpenDataset,
            OpenTable,
            FilterTable,
            DistinctValues,
            RenderTable,
            TextColumn,
            ListDatasets,
            TableCurve,
            Holds,
            LoadModel,
            Evaluate,
            SecondStage,
            ListModels,
            Superpose,
            ParseProtocol,
            ReloadModel,
            IsolateModel,
            RenderFigure,
            EmbedPlotly,
            Query,
            TransformTable,
            ReadPattern,
            SubtractPattern,
            ReducePattern,
            TransformStructure,
            ReadDistribution,
            FirstPeak,
            SubPeaks,
            PairWeights,
            ObserveTable,
            ObserveRecovery,
            ObserveRelaxation,
            ObserveThermal,
            FitLine,
            CriticalTime,
            FitStretched,
            ActivationEnergies,
            Findings,
            FitDoubleKww,
            TableTests,
            FitModel,
            CompareModels,
            LinearTest,
            DesignTest,
            DrawPosterior,
        ]
        .into_iter()
        .find(|operation| *operation as u32 == code)
    }
}

/// Bytes owned by the side that filled them in; given back through that side's `free`.
#[repr(C)]
pub struct Buffer {
    /// First byte.
    pub data: *mut u8,
    /// Number of bytes.
    pub length: usize,
    /// Allocated bytes.
    pub capacity: usize,
}

impl Buffer {
    /// Nothing, which needs no `free`.
    pub const EMPTY: Buffer = Buffer { data: std::ptr::null_mut(), length: 0, capacity: 0 };

    /// Hands `bytes` over to the other side.
    pub fn from_vec(bytes: Vec<u8>) -> Self {
        let mut bytes = std::mem::ManuallyDrop::new(bytes);
        Buffer { data: bytes.as_mut_ptr(), length: bytes.len(), capacity: bytes.capacity() }
    }

    /// Takes the bytes back.
    ///
    /// # Safety
    /// The buffer was made by [`Buffer::from_vec`] in the same library (same allocator), and is not used again.
    pub unsafe fn into_vec(self) -> Vec<u8> {
        if self.data.is_null() {
            return Vec::new();
        }
        // SAFETY: by the caller's promise these are the parts of a `Vec<u8>` of this allocator.
        unsafe { Vec::from_raw_parts(self.data, self.length, self.capacity) }
    }
}

/// The call succeeded; the answer is in the buffer.
pub const DONE: i32 = 0;
/// The call failed; the buffer holds an encoded [`Error`].
pub const FAILED: i32 = 1;

/// A closure of a cell that the engine may call: arguments in, answer out, both encoded.
#[repr(C)]
pub struct Callback {
    /// What `call` and `drop` are given.
    pub data: *mut c_void,
    /// Calls the closure.
    pub call: unsafe extern "C" fn(data: *mut c_void, input: *const u8, length: usize, output: *mut Buffer) -> i32,
    /// Frees a buffer that `call` filled in.
    pub free: unsafe extern "C" fn(buffer: Buffer),
    /// Drops the closure.
    pub drop: unsafe extern "C" fn(data: *mut c_void),
}

/// A column of numbers, borrowed from the engine for as long as its table is held.
#[repr(C)]
pub struct ColumnView {
    /// First value.
    pub data: *const f64,
    /// Number of values.
    pub length: usize,
}

/// What the executable offers. Fields are only ever added at the end.
#[repr(C)]
pub struct Table {
    /// `size_of::<Table>()` of the executable.
    pub size: u32,
    /// [`VERSION`] of the executable.
    pub version: u32,
    /// Does an [`Operation`].
    pub call: unsafe extern "C" fn(operation: u32, input: *const u8, length: usize, output: *mut Buffer) -> i32,
    /// Frees a buffer that `call` filled in.
    pub free: unsafe extern "C" fn(buffer: Buffer),
    /// Looks at a column of numbers without copying it.
    pub column: unsafe extern "C" fn(handle: u64, column: *const u8, length: usize, view: *mut ColumnView) -> i32,
    /// Holds a table or a model once more.
    pub retain: unsafe extern "C" fn(handle: u64),
    /// Lets go of a table or a model.
    pub release: unsafe extern "C" fn(handle: u64),
    /// Where to look whether the user wants the cell to stop; never null, there as long as the process.
    pub interrupt: unsafe extern "C" fn() -> *const AtomicBool,
    /// Registers what flushes the standard output of cells.
    pub on_flush: unsafe extern "C" fn(flush: unsafe extern "C" fn()),
    /// Makes a model of a closure: description in; handle, description and the cell it is in out.
    pub adopt: unsafe extern "C" fn(input: *const u8, length: usize, callback: Callback, output: *mut Buffer) -> i32,
    /// 1 on the thread that runs cells.
    pub on_cell_thread: unsafe extern "C" fn() -> i32,
}

static ATTACHED: AtomicPtr<Table> = AtomicPtr::new(std::ptr::null_mut());

unsafe extern "C" {
    fn dlsym(handle: *mut c_void, symbol: *const c_char) -> *mut c_void;
}

/// `RTLD_DEFAULT`: search everything that is loaded.
#[cfg(not(target_vendor = "apple"))]
const SEARCH_ALL: *mut c_void = std::ptr::null_mut();
#[cfg(target_vendor = "apple")]
const SEARCH_ALL: *mut c_void = -2isize as *mut c_void;

/// Uses this table from now on: for programs and tests that link the engine instead of being loaded by it.
pub fn attach(table: &'static Table) {
    ATTACHED.store(std::ptr::from_ref(table).cast_mut(), Ordering::Release);
}

fn table() -> Result<&'static Table, Error> {
    let known = ATTACHED.load(Ordering::Acquire);
    if !known.is_null() {
        // SAFETY: only `&'static Table`s are ever stored.
        return Ok(unsafe { &*known });
    }
    // SAFETY: `SYMBOL` is NUL-terminated; `dlsym` may be called from any thread.
    let symbol = unsafe { dlsym(SEARCH_ALL, SYMBOL.as_ptr()) };
    if symbol.is_null() {
        return Err(Error::new("NoEngine", "there is no Kovacs engine in this process").with_remedy(
            "run this code in a Kovacs notebook, or link `kovacs-cell` and call `kovacs_cell::attach()`",
        ));
    }
    // SAFETY: the executable exports this name with this signature.
    let entry: extern "C" fn() -> *const Table = unsafe { std::mem::transmute(symbol) };
    let found = entry();
    if found.is_null() {
        return Err(Error::new("NoEngine", "the engine of this process has no table"));
    }
    // SAFETY: size and version are the first two fields of every version of the table.
    let (size, version) = unsafe { ((*found).size, (*found).version) };
    if version != VERSION || (size as usize) < size_of::<Table>() {
        return Err(Error::new(
            "OtherVersion",
            format!("the engine speaks version {version} of the seam, this cell was compiled for {VERSION}"),
        )
        .with_remedy("restart the session; if that does not help, run `kovacs setup --force`"));
    }
    ATTACHED.store(found.cast_mut(), Ordering::Release);
    // SAFETY: the table is a static of the executable, checked to be of this version.
    Ok(unsafe { &*found })
}

fn answer(status: i32, output: Buffer, free: unsafe extern "C" fn(Buffer)) -> Result<Vec<u8>, Error> {
    let bytes = if output.data.is_null() {
        Vec::new()
    } else {
        // SAFETY: the other side filled in `length` bytes at `data`, valid until `free`.
        unsafe { std::slice::from_raw_parts(output.data, output.length) }.to_vec()
    };
    if !output.data.is_null() {
        // SAFETY: given back once, to the side that made it.
        unsafe { free(output) };
    }
    if status == DONE {
        return Ok(bytes);
    }
    Err(Error::decode(&mut Reader::new(&bytes)).unwrap_or_else(Error::from))
}

/// Does an operation in the engine: encoded arguments in, encoded answer out.
///
/// # Errors
/// There is no engine, or the operation failed.
pub fn call(operation: Operation, input: Writer) -> Result<Vec<u8>, Error> {
    let table = table()?;
    let input = input.into_bytes();
    let mut output = Buffer::EMPTY;
    // SAFETY: `input` outlives the call, `output` is writable.
    let status = unsafe { (table.call)(operation as u32, input.as_ptr(), input.len(), &mut output) };
    answer(status, output, table.free)
}

static INTERRUPT: AtomicPtr<AtomicBool> = AtomicPtr::new(std::ptr::null_mut());

/// Whether the user asked this cell to stop. Loops of cells look by themselves; code that waits for something else may
/// ask.
#[inline]
pub fn interrupted() -> bool {
    let known = INTERRUPT.load(Ordering::Relaxed);
    // SAFETY: only set by `find_interrupt`, to a flag that stays as long as the process.
    let flag = if known.is_null() { find_interrupt() } else { unsafe { known.as_ref() } };
    flag.is_some_and(|flag| flag.load(Ordering::Relaxed))
}

/// Whether this thread runs cells; only the engine knows, because every cell has its own copy of this crate.
pub(crate) fn on_cell_thread() -> bool {
    // SAFETY: takes no argument, any thread.
    table().is_ok_and(|table| unsafe { (table.on_cell_thread)() } != 0)
}

#[cold]
fn find_interrupt() -> Option<&'static AtomicBool> {
    let table = table().ok()?;
    // SAFETY: takes no argument, any thread.
    let flag = unsafe { (table.interrupt)() };
    INTERRUPT.store(flag.cast_mut(), Ordering::Relaxed);
    // SAFETY: the engine's flag is a static of it.
    unsafe { flag.as_ref() }
}

/// Flushes the standard output of cells when a cell ends.
///
/// # Errors
/// There is no engine.
pub fn flush_at_end_of_cell() -> Result<(), Error> {
    unsafe extern "C" fn flush() {
        use std::io::Write;
        // Nobody is left to hear of a failing flush: the pipe is gone with the session.
        let _ = std::io::stdout().flush();
    }
    // SAFETY: `flush` lives as long as the process, libraries of cells are never unloaded.
    unsafe { (table()?.on_flush)(flush) };
    Ok(())
}

/// An object that the engine holds for a cell: a table or a model. Clones share it.
#[derive(Debug)]
pub struct Handle {
    number: u64,
}

impl Handle {
    /// Takes over a handle that the engine has just handed out.
    pub fn adopt(number: u64) -> Self {
        Handle { number }
    }

    /// The number under which the engine knows it.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// A column of numbers of a table, not copied.
    ///
    /// # Errors
    /// There is no such column, or it does not hold numbers.
    pub fn column(&self, name: &str) -> Result<&[f64], Error> {
        let table = table()?;
        let mut view = ColumnView { data: std::ptr::null(), length: 0 };
        // SAFETY: `name` outlives the call, `view` is writable.
        let status = unsafe { (table.column)(self.number, name.as_ptr(), name.len(), &mut view) };
        if status != DONE || view.data.is_null() {
            return Err(Error::new("NoSuchColumn", format!("there is no column of numbers `{name}`")));
        }
        // SAFETY: the engine keeps the column in place for as long as the handle is held, which `&self` outlives.
        Ok(unsafe { std::slice::from_raw_parts(view.data, view.length) })
    }
}

impl Clone for Handle {
    fn clone(&self) -> Self {
        if let Ok(table) = table() {
            // SAFETY: any number is accepted.
            unsafe { (table.retain)(self.number) };
        }
        Handle { number: self.number }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Ok(table) = table() {
            // SAFETY: any number is accepted; this one is not used again.
            unsafe { (table.release)(self.number) };
        }
    }
}

/// A closure that the engine may call, as [`adopt_model`] takes it.
pub type Closure = dyn Fn(&[u8]) -> Result<Vec<u8>, Error> + Send;

/// Gives a closure to the engine as a model; `description` is encoded as the engine expects it.
///
/// # Errors
/// There is no engine, or it refuses the description.
pub fn adopt_model(description: Writer, closure: Box<Closure>) -> Result<Vec<u8>, Error> {
    unsafe extern "C" fn call(data: *mut c_void, input: *const u8, length: usize, output: *mut Buffer) -> i32 {
        // SAFETY: `data` is the `Box<Box<Closure>>` made below, alive until `drop`; `input` has `length` bytes.
        let (closure, input) = unsafe { (&*data.cast::<Box<Closure>>(), std::slice::from_raw_parts(input, length)) };
        let result = catch_unwind(AssertUnwindSafe(|| closure(input))).unwrap_or_else(|payload| {
            Err(Error::new("Panic", format!("the model defined in a cell panicked: {}", panic_text(&*payload))))
        });
        let (status, bytes) = encode_result(result);
        // SAFETY: the caller gives a writable buffer.
        unsafe { *output = Buffer::from_vec(bytes) };
        status
    }
    unsafe extern "C" fn free(buffer: Buffer) {
        // SAFETY: made by `Buffer::from_vec` in `call` above.
        drop(unsafe { buffer.into_vec() });
    }
    unsafe extern "C" fn release(data: *mut c_void) {
        // SAFETY: made by `Box::into_raw` below, released once.
        drop(unsafe { Box::from_raw(data.cast::<Box<Closure>>()) });
    }
    let table = table()?;
    let description = description.into_bytes();
    let callback = Callback { data: Box::into_raw(Box::new(closure)).cast(), call, free, drop: release };
    let mut output = Buffer::EMPTY;
    // SAFETY: `description` outlives the call; the engine owns the callback from here, also if it refuses.
    let status = unsafe { (table.adopt)(description.as_ptr(), description.len(), callback, &mut output) };
    answer(status, output, table.free)
}

/// A result as status and bytes.
pub fn encode_result(result: Result<Vec<u8>, Error>) -> (i32, Vec<u8>) {
    match result {
        Ok(bytes) => (DONE, bytes),
        Err(error) => {
            let mut writer = Writer::new();
            error.encode(&mut writer);
            (FAILED, writer.into_bytes())
        }
    }
}

/// The text of a panic's payload.
pub fn panic_text(payload: &(dyn std::any::Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}
