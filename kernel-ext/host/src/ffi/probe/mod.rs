//! A model's own functions, without the host in front of them: what the conformance tool talks to.
//!
//! An [`Instance`](crate::Instance) checks every argument before the call, so it can never show what a plugin itself
//! does with a wrong one. A probe passes them on: a batch before an experiment, parameters outside their bounds, a cancel
//! at the first tick. In return it lends memory that is watched (guard cells, a copy of every input), spoils it when
//! the call is over, and reports what it saw. A faulty plugin can still bring the process down; that is why each
//! conformance test runs in a process of its own.

mod buffers;

use super::call::Functions;
use super::read;
use crate::candidate;
use crate::error::{HostError, LibraryFault};
use crate::inspect;
use crate::places::PlaceKind;
use crate::plugin::{ModelHandle, Plugin};
use buffers::{Cell, Guarded};
use kovacs_abi as abi;
use std::ffi::{CStr, CString, c_void};
use std::fmt::Write;
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::ThreadId;

pub use crate::inspect::Export;

/// What cells of a result hold that nobody wrote: a NaN that no calculation produces.
pub const UNWRITTEN: f64 = <f64 as Cell>::PATTERN;

/// Opens the library at an absolute path whether or not anybody trusts it, and gives all its models.
///
/// # Errors
/// The library is refused.
pub fn open(path: &Path) -> Result<Vec<ModelHandle>, HostError> {
    Ok(Plugin::open_to_test(path)?.handles())
}

/// Compares a library with the manifest beside it; `false` where there is none.
///
/// # Errors
/// They do not agree, or the manifest is damaged.
pub fn manifest_agrees(handle: &ModelHandle) -> Result<bool, HostError> {
    let path = handle.path();
    let refused = |fault: LibraryFault| HostError::library(path, fault);
    match candidate::examine(path, PlaceKind::Named).map_err(refused)?.manifest {
        None => Ok(false),
        Some(manifest) => manifest.agrees_with(path, handle.siblings()).map(|()| true).map_err(refused),
    }
}

/// Everything the library exports.
///
/// # Errors
/// It cannot be read, or is damaged.
pub fn exports(path: &Path) -> Result<Vec<Export>, LibraryFault> {
    inspect::exports(&std::fs::read(path).map_err(LibraryFault::Unreadable)?)
}

/// A model's own functions.
#[derive(Clone)]
pub struct Probe {
    handle: ModelHandle,
    functions: Functions,
}

/// What a call answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: abi::Status,
    /// What the model says of it; `Err` with the broken text where it is not UTF-8 or does not end.
    pub message: Result<String, String>,
    /// The parameter or setting it blames.
    pub parameter: i32,
    /// The row it blames.
    pub row: i64,
    /// What the model did to memory that was not its own, if anything.
    pub trespass: Option<String>,
}

/// An experiment in the form of the interface, believed to be anything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RawExperiment {
    /// One column per input of the model, in its order.
    pub columns: Vec<Vec<f64>>,
    /// Output times, s.
    pub times: Vec<f64>,
    /// Empty, or one flag per output time.
    pub before: Vec<u8>,
    /// Indices of outputs.
    pub wanted: Vec<u32>,
}

/// A batch in the form of the interface.
#[derive(Default)]
pub struct RawBatch<'a> {
    /// Number of rows.
    pub rows: usize,
    /// `[rows][parameters]`.
    pub parameters: &'a [f64],
    /// Empty, or one per row.
    pub seeds: &'a [u64],
    /// Parameters whose sensitivities are asked for.
    pub sensitivities: &'a [u32],
    /// Threads the model may use; 0 is passed on as 1.
    pub threads: u32,
    /// Called with the fraction done; `false` asks to stop.
    pub tick: Option<&'a mut dyn FnMut(f64) -> bool>,
}

/// What came out of a batch.
#[derive(Clone, Debug)]
pub struct RawResult {
    /// What the call answered.
    pub answer: Answer,
    /// `[rows][wanted][times]`; cells that nobody wrote are NaN.
    pub values: Vec<f64>,
    /// One per row; `CANCELLED` where nobody wrote.
    pub status: Vec<abi::Status>,
    /// `[rows][wanted][times][sensitivities]`; cells that nobody wrote are NaN.
    pub jacobian: Vec<f64>,
    /// How often the model ticked from the calling thread.
    pub ticks: u64,
    /// How often it ticked from another one, which is forbidden.
    pub foreign_ticks: u64,
}

/// The SI columns of a quantity, which the host itself does not use.
#[derive(Clone, Debug, PartialEq)]
pub struct SiColumns {
    /// `parameter`, `setting`, `input` or `output`.
    pub list: &'static str,
    /// Id of the quantity.
    pub id: String,
    /// UCUM code.
    pub unit: String,
    /// SI value = value * factor + offset; a factor of 0: the unit has no SI value.
    pub factor: f64,
    /// See `factor`.
    pub offset: f64,
    /// Exponents of kg m s A K mol cd rad.
    pub exponents: [i8; 8],
}

impl ModelHandle {
    /// The model's own functions, for a conformance test.
    pub fn probe(&self) -> Probe {
        Probe { handle: self.clone(), functions: self.model().functions }
    }
}

impl Probe {
    /// The model.
    pub fn handle(&self) -> &ModelHandle {
        &self.handle
    }

    /// Whether opening the library changed rounding, flush-to-zero or traps of the thread that opened it.
    pub fn changed_floats_on_opening(&self) -> bool {
        self.handle.opened().changed_floats
    }

    /// Calls the library's entry function once more; `Err` says how the answer differs from the first one.
    ///
    /// # Errors
    /// It fails, or hands out other tables.
    pub fn enter_again(&self) -> Result<(), String> {
        let library = self.handle.opened();
        let mut plugin: *const abi::Plugin = ptr::null();
        // SAFETY: the header: the host table lives for ever, `plugin` may be written during the call.
        let status = unsafe { (library.entry)(library.host.table(), &mut plugin) };
        if status != abi::OK {
            return Err(format!("the second call of the entry function answers {status}"));
        }
        if plugin != library.tables.0 {
            return Err("the second call of the entry function gives other tables".to_owned());
        }
        // SAFETY: the tables that were read when the library was opened; the header: they are constant.
        match unsafe { read::plugin(plugin, &library.digest) } {
            Ok(tables) if tables.models.iter().map(|model| &model.description).eq(library.descriptions()) => Ok(()),
            Ok(_) => Err("the tables say something else at the second reading".to_owned()),
            Err(fault) => Err(format!("the tables are refused at the second reading: {fault}")),
        }
    }

    /// The SI columns of all quantities.
    ///
    /// # Errors
    /// The tables, which were fine when the library was opened, are not any more.
    pub fn si_columns(&self) -> Result<Vec<SiColumns>, LibraryFault> {
        // SAFETY: the table of an opened library, read in full when it was opened; constant by the header.
        let model = unsafe { &*self.functions.table };
        let about = self.handle.description();
        let lists = [
            ("parameter", model.params, &about.parameters),
            ("setting", model.settings, &about.settings),
            ("input", model.inputs, &about.inputs),
            ("output", model.outputs, &about.outputs),
        ];
        let mut found = Vec::new();
        for (list, first, quantities) in lists {
            // SAFETY: as above, and of the length that was read then.
            let rows = unsafe { read::structures(first, quantities.len(), list) }?;
            found.extend(rows.into_iter().zip(quantities).map(|(row, quantity)| SiColumns {
                list,
                id: quantity.id.clone(),
                unit: quantity.unit.clone(),
                factor: row.si_factor,
                offset: row.si_offset,
                exponents: row.si_dim,
            }));
        }
        Ok(found)
    }

    /// Makes an instance; one value per setting.
    pub fn create(&self, settings: &[f64]) -> (Answer, Option<ProbeInstance>) {
        let settings = Guarded::new(settings);
        let mut instance = ptr::null_mut();
        let mut error = ErrorPlace::new();
        // SAFETY: the header: the model's own table, settings followed by guard cells, two places to write to.
        let status = unsafe {
            (self.functions.create)(self.functions.table, settings.pointer(), &mut instance, error.pointer())
        };
        let mut watch = Watch::default();
        watch.input("settings", &settings);
        let answer = error.answer(status, watch);
        let made = (status == abi::OK && !instance.is_null()).then(|| ProbeInstance {
            probe: self.clone(),
            instance,
            lent: None,
            width: (0, 0),
        });
        (answer, made)
    }

    /// Releases nothing: the header allows NULL.
    pub fn destroy_nothing(&self) {
        // SAFETY: the header: NULL is allowed.
        unsafe { (self.functions.destroy)(ptr::null_mut()) };
    }

    /// Whether the model offers this extension.
    pub fn has_extension(&self, id: &str) -> bool {
        // SAFETY: the table of an opened library, constant by the header.
        let model = unsafe { &*self.functions.table };
        let (Some(extension), Ok(id)) = (model.extension, CString::new(id)) else { return false };
        // SAFETY: the header: the model's own table and a string that lives during the call.
        !unsafe { extension(self.functions.table, id.as_ptr()) }.is_null()
    }
}

/// An instance that was made without checks; released when dropped.
pub struct ProbeInstance {
    probe: Probe,
    instance: *mut c_void,
    /// The memory of the last experiment.
    lent: Option<LentExperiment>,
    /// Wanted outputs and output times of the last experiment.
    width: (usize, usize),
}

// SAFETY: the header: an instance may be used from any thread, one call at a time. It is not `Sync`.
unsafe impl Send for ProbeInstance {}

struct LentExperiment {
    columns: Vec<Guarded<f64>>,
    times: Guarded<f64>,
    before: Guarded<u8>,
    wanted: Guarded<u32>,
}

impl ProbeInstance {
    /// Hands over an experiment as it is. Its memory stays as it was until the next one or [`spoil`](Self::spoil).
    pub fn bind(&mut self, experiment: &RawExperiment) -> Answer {
        self.bind_sized(experiment, size_of::<abi::Experiment>())
    }

    /// As [`bind`](Self::bind), from a host of a later minor whose structs are larger than the model knows.
    pub fn bind_grown(&mut self, experiment: &RawExperiment) -> Answer {
        self.bind_sized(experiment, size_of::<Grown<abi::Experiment>>())
    }

    fn bind_sized(&mut self, experiment: &RawExperiment, size: usize) -> Answer {
        let lent = LentExperiment {
            columns: experiment.columns.iter().map(|column| Guarded::new(column)).collect(),
            times: Guarded::new(&experiment.times),
            before: Guarded::new(&experiment.before),
            wanted: Guarded::new(&experiment.wanted),
        };
        let inputs: Vec<*const f64> = lent.columns.iter().map(Guarded::pointer).collect();
        let raw = Grown::new(abi::Experiment {
            struct_size: size as u32,
            n_inputs: inputs.len() as u32,
            n_nodes: experiment.columns.first().map_or(0, Vec::len) as u64,
            inputs: inputs.as_ptr(),
            n_out: experiment.times.len() as u64,
            out_time: lent.times.pointer(),
            out_before: lent.before.pointer_or_null(),
            n_wanted: experiment.wanted.len() as u64,
            wanted: lent.wanted.pointer(),
        });
        let mut error = ErrorPlace::new();
        // SAFETY: the header: an instance of this model, one call at a time (`&mut self`); every pointer leads to as
        // many values as stated, with guard cells around them.
        let status = unsafe { (self.probe.functions.bind)(self.instance, &raw.known, error.pointer()) };
        let mut watch = Watch::default();
        for column in &lent.columns {
            watch.input("inputs", column);
        }
        watch.input("out_time", &lent.times);
        watch.input("out_before", &lent.before);
        watch.input("wanted", &lent.wanted);
        // Kept until the next experiment, so that a model that did not copy never reads freed memory.
        self.lent = Some(lent);
        self.width = (experiment.wanted.len(), experiment.times.len());
        error.answer(status, watch)
    }

    /// Overwrites the memory of the last experiment: the header tells models to copy it, and whoever did not computes
    /// nonsense from now on.
    pub fn spoil(&mut self) {
        if let Some(lent) = &mut self.lent {
            lent.columns.iter_mut().for_each(Guarded::poison);
            lent.times.poison();
            lent.before.poison();
            lent.wanted.poison();
        }
    }

    /// Hands over a batch as it is.
    pub fn evaluate(&mut self, batch: RawBatch<'_>) -> RawResult {
        self.evaluate_sized(batch, size_of::<abi::Eval>())
    }

    /// As [`evaluate`](Self::evaluate), from a host of a later minor whose structs are larger than the model knows.
    pub fn evaluate_grown(&mut self, batch: RawBatch<'_>) -> RawResult {
        self.evaluate_sized(batch, size_of::<Grown<abi::Eval>>())
    }

    fn evaluate_sized(&mut self, batch: RawBatch<'_>, size: usize) -> RawResult {
        let RawBatch { rows, parameters, seeds, sensitivities, threads, tick } = batch;
        let cells = rows * self.width.0 * self.width.1;
        let parameters = Guarded::new(parameters);
        let seeds = Guarded::new(seeds);
        let wanted_parameters = Guarded::new(sensitivities);
        let mut values = Guarded::new(&vec![f64::PATTERN; cells]);
        let mut jacobian = Guarded::new(&vec![f64::PATTERN; cells * sensitivities.len()]);
        let mut row_status = Guarded::new(&vec![abi::CANCELLED; rows]);
        let has_tick = tick.is_some();
        let mut watcher =
            TickWatcher { thread: std::thread::current().id(), tick, ticks: 0, foreign: AtomicU64::new(0) };
        let raw = Grown::new(abi::Eval {
            struct_size: size as u32,
            max_threads: threads.max(1),
            n_rows: rows as u64,
            params: parameters.pointer(),
            out: values.pointer_mut(),
            row_status: row_status.pointer_mut(),
            jac_params: wanted_parameters.pointer_or_null(),
            n_jac: sensitivities.len() as u64,
            jac: if sensitivities.is_empty() { ptr::null_mut() } else { jacobian.pointer_mut() },
            seeds: seeds.pointer_or_null(),
            host_data: ptr::from_mut(&mut watcher).cast(),
            tick: if has_tick { Some(take_tick) } else { None },
        });
        let mut error = ErrorPlace::new();
        // SAFETY: the header: an instance of this model, one call at a time (`&mut self`); every pointer leads to as
        // many values as the last experiment asks for, with guard cells around them, and lives during the call.
        let status = unsafe { (self.probe.functions.evaluate)(self.instance, &raw.known, error.pointer()) };
        let mut watch = Watch::default();
        watch.output("out", &values);
        watch.output("jac", &jacobian);
        watch.output("row_status", &row_status);
        watch.input("params", &parameters);
        watch.input("seeds", &seeds);
        watch.input("jac_params", &wanted_parameters);
        RawResult {
            answer: error.answer(status, watch),
            values: values.content().to_vec(),
            status: row_status.content().to_vec(),
            jacobian: jacobian.content().to_vec(),
            ticks: watcher.ticks,
            foreign_ticks: watcher.foreign.into_inner(),
        }
    }
}

impl Drop for ProbeInstance {
    fn drop(&mut self) {
        // SAFETY: the header: an instance of this model, not used again.
        unsafe { (self.probe.functions.destroy)(self.instance) };
    }
}

/// A struct as a later minor would have it: what is known, and something behind it.
#[repr(C)]
struct Grown<T> {
    known: T,
    added_later: [u64; 4],
}

impl<T> Grown<T> {
    fn new(known: T) -> Self {
        Grown { known, added_later: [u64::MAX; 4] }
    }
}

/// Where a model may write its words, with a guard behind it.
#[repr(C)]
struct ErrorPlace {
    error: abi::Error,
    behind: [u8; 64],
}

impl ErrorPlace {
    fn new() -> Box<Self> {
        Box::new(ErrorPlace { error: abi::Error::cleared(), behind: [0xa5; 64] })
    }

    fn pointer(&mut self) -> *mut abi::Error {
        &mut self.error
    }

    fn answer(&self, status: abi::Status, mut watch: Watch) -> Answer {
        if std::hint::black_box(&self.behind).iter().any(|&byte| byte != 0xa5) {
            watch.add("it writes past the end of the error struct");
        }
        if self.error.struct_size as usize != size_of::<abi::Error>() {
            watch.add("it changes `struct_size` of the error struct");
        }
        let message = match self.error.message.iter().position(|&byte| byte == 0) {
            Some(end) => std::str::from_utf8(&self.error.message[..end])
                .map(str::to_owned)
                .map_err(|_| String::from_utf8_lossy(&self.error.message[..end]).into_owned()),
            None => Err(String::from_utf8_lossy(&self.error.message).into_owned()),
        };
        Answer { status, message, parameter: self.error.param, row: self.error.row, trespass: watch.found }
    }
}

/// Collects what a model did to memory that is not its own.
#[derive(Default)]
struct Watch {
    found: Option<String>,
}

impl Watch {
    fn add(&mut self, words: &str) {
        let text = self.found.get_or_insert_default();
        // Writing into a `String` cannot fail.
        let _ = write!(text, "{}{words}", if text.is_empty() { "" } else { "; " });
    }

    fn output<T: Cell>(&mut self, name: &str, array: &Guarded<T>) {
        match array.overrun() {
            Some(distance) if distance > 0 => {
                self.add(&format!("it writes {distance} past the end of `{name}`"));
            }
            Some(distance) => self.add(&format!("it writes {} before the beginning of `{name}`", -distance)),
            None => {}
        }
    }

    fn input<T: Cell>(&mut self, name: &str, array: &Guarded<T>) {
        self.output(name, array);
        if let Some(place) = array.changed() {
            self.add(&format!("it changes value {place} of `{name}`, which it may only read"));
        }
    }
}

/// The tick of one call.
struct TickWatcher<'a> {
    thread: ThreadId,
    tick: Option<&'a mut dyn FnMut(f64) -> bool>,
    ticks: u64,
    foreign: AtomicU64,
}

unsafe extern "C" fn take_tick(host_data: *mut c_void, fraction: f64) -> i32 {
    let watcher = host_data.cast::<TickWatcher<'_>>();
    if watcher.is_null() {
        return 0;
    }
    // SAFETY: the header: the model hands back `host_data` during the call. Both fields may be read from any thread.
    let (owner, foreign) = unsafe { ((*watcher).thread, &(*watcher).foreign) };
    if std::thread::current().id() != owner {
        foreign.fetch_add(1, Ordering::Relaxed);
        return 0;
    }
    // SAFETY: on the calling thread, to which these two fields are left.
    let (ticks, tick) = unsafe { (&mut (*watcher).ticks, &mut (*watcher).tick) };
    *ticks += 1;
    i32::from(tick.as_mut().is_some_and(|tick| !tick(fraction)))
}

/// Rounding, flush-to-zero and trap bits of this thread, as a number to compare.
pub fn float_control_word() -> u64 {
    super::float_state::FloatState::read().bits()
}

/// The process-wide locale, as text to compare.
pub fn locale() -> String {
    // SAFETY: a query; the checker has one thread at this moment, so nobody changes the locale meanwhile.
    let current = unsafe { libc::setlocale(libc::LC_ALL, ptr::null()) };
    if current.is_null() {
        return String::new();
    }
    // SAFETY: not null: a string that lives until the next call of `setlocale`.
    unsafe { CStr::from_ptr(current) }.to_string_lossy().into_owned()
}
