//! The C interface between Kovacs and a relaxation-model plugin, as Rust types.
//!
//! `include/kovacs_model.h` is the contract; this crate mirrors it with `repr(C)` and nothing more, so that the host
//! and the SDK agree with C, C++ and Fortran authors byte for byte. What every field means is said in the header; the
//! mirror repeats it in one line. Function pointers are `Option`, because a table written by somebody else may hold
//! NULL. Sizes are asserted at compile time and every offset is compared with C in `tests/layout.rs`.
//!
//! There is no code here and no `unsafe`: dereferencing these pointers is the business of `kovacs-sdk` (inside a
//! plugin) and `kovacs-host` (in front of one).

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod tables;

pub use tables::{Error, Eval, Experiment, Host, Linear, LinearInfo, Model, Plugin, Preset, Quantity};

use std::ffi::{CStr, c_char, c_void};

/// The header itself, for tools that hand it to model authors.
pub const HEADER: &str = include_str!("../include/kovacs_model.h");

/// ABI major: part of the name of the exported symbol.
pub const ABI_MAJOR: u32 = 0;
/// ABI minor: grows when a struct gains a field.
pub const ABI_MINOR: u32 = 0;
/// Name of the one exported function, NUL-terminated for a symbol look-up.
pub const ENTRY_SYMBOL: &str = "kovacs_plugin_v0\0";
/// What the entry symbol of every major begins with; the rest is the number.
pub const ENTRY_PREFIX: &str = "kovacs_plugin_v";

/// Id of the extension whose table is [`Linear`].
pub const EXTENSION_LINEAR: &CStr = c"kovacs.linear/1";

/// 0 is success, positive a refusal of the inputs, negative a bug or a broken instance.
pub type Status = i32;
/// Success.
pub const OK: Status = 0;
/// No valid result for these numbers.
pub const REJECTED: Status = 1;
/// `tick` asked to stop.
pub const CANCELLED: Status = 2;
/// Wrong size, NULL, NaN where it is not allowed.
pub const E_ARGUMENT: Status = -1;
/// A call out of order, such as `evaluate` before `bind`.
pub const E_STATE: Status = -2;
/// A capability that was not announced.
pub const E_UNSUPPORTED: Status = -3;
/// Out of memory.
pub const E_MEMORY: Status = -4;
/// A caught panic or exception; only `destroy` may follow.
pub const E_INTERNAL: Status = -5;

/// Bytes of [`Error::message`], terminating NUL included.
pub const MESSAGE_BYTES: usize = 496;

/// Fit and plot on a logarithmic scale.
pub const Q_LOG: u32 = 1 << 0;
/// Whole numbers only.
pub const Q_INTEGER: u32 = 1 << 1;
/// One of a list: 0..n-1, named in [`Quantity::choices`].
pub const Q_CHOICE: u32 = 1 << 2;
/// Not free in a fit unless the user says so.
pub const Q_FIXED: u32 = 1 << 3;
/// The lower bound itself is not allowed.
pub const Q_OPEN_LO: u32 = 1 << 4;
/// The upper bound itself is not allowed.
pub const Q_OPEN_HI: u32 = 1 << 5;

/// A batch is faster than a loop.
pub const CAP_BATCH: u32 = 1 << 0;
/// Fills [`Eval::jac`].
pub const CAP_JACOBIAN: u32 = 1 << 1;
/// Same input, same bits.
pub const CAP_DETERMINISTIC: u32 = 1 << 2;
/// Stochastic, driven by a seed.
pub const CAP_SEEDED: u32 = 1 << 3;
/// Honours [`Eval::max_threads`] above 1.
pub const CAP_THREADS: u32 = 1 << 4;
/// Calls [`Eval::tick`], so it can be cancelled.
pub const CAP_TICKS: u32 = 1 << 5;
/// Takes stress control.
pub const CAP_STRESS: u32 = 1 << 6;
/// Temperature may change in a run.
pub const CAP_TEMPERATURE: u32 = 1 << 7;
/// Exact at any time.
pub const CAP_CONTINUOUS: u32 = 1 << 8;

/// Log level: for whoever debugs the model.
pub const LOG_DEBUG: i32 = 0;
/// Log level: worth knowing.
pub const LOG_INFO: i32 = 1;
/// Log level: something is doubtful.
pub const LOG_WARN: i32 = 2;

/// The exported function: hands out the library's tables.
pub type EntryFn = unsafe extern "C" fn(host: *const Host, plugin: *mut *const Plugin) -> Status;
/// Makes an instance of a model.
pub type CreateFn = unsafe extern "C" fn(
    model: *const Model,
    settings: *const f64,
    instance: *mut *mut c_void,
    error: *mut Error,
) -> Status;
/// Fixes the experiment of an instance.
pub type BindFn =
    unsafe extern "C" fn(instance: *mut c_void, experiment: *const Experiment, error: *mut Error) -> Status;
/// Computes a batch.
pub type EvaluateFn = unsafe extern "C" fn(instance: *mut c_void, eval: *const Eval, error: *mut Error) -> Status;
/// Releases an instance; NULL is allowed.
pub type DestroyFn = unsafe extern "C" fn(instance: *mut c_void);
/// Looks up an optional interface of a model by name.
pub type ModelExtensionFn = unsafe extern "C" fn(model: *const Model, id: *const c_char) -> *const c_void;
/// Makes a linear response.
pub type LinearCreateFn = unsafe extern "C" fn(
    model: *const Model,
    settings: *const f64,
    params: *const f64,
    temperature: f64,
    response: *mut *mut c_void,
    info: *mut LinearInfo,
    error: *mut Error,
) -> Status;
/// Computes `phi`, its integral and the logarithm of its rate at some times.
pub type LinearEvaluateFn = unsafe extern "C" fn(
    response: *mut c_void,
    n_times: u64,
    times: *const f64,
    phi: *mut f64,
    integral: *mut f64,
    ln_rate: *mut f64,
    error: *mut Error,
) -> Status;
/// Writes the relaxation times and weights of a response.
pub type LinearSpectrumFn = unsafe extern "C" fn(
    response: *mut c_void,
    n_modes: u64,
    times: *mut f64,
    weights: *mut f64,
    error: *mut Error,
) -> Status;
/// Progress and cancel: non-zero asks to stop.
pub type TickFn = unsafe extern "C" fn(host_data: *mut c_void, fraction: f64) -> i32;
/// Takes a message for the host's log.
pub type LogFn = unsafe extern "C" fn(host_data: *mut c_void, level: i32, message: *const c_char);
/// Looks up an optional interface of the host by name.
pub type HostExtensionFn = unsafe extern "C" fn(host_data: *mut c_void, id: *const c_char) -> *const c_void;

// A 32-bit target would shift every offset; the plugins of one would be refused by the other.
const _: () = assert!(size_of::<*const ()>() == 8, "the Kovacs plugin ABI is defined for 64-bit targets only");
const _: () = assert!(size_of::<Error>() == 512);
const _: () = assert!(size_of::<Quantity>() == 112);
const _: () = assert!(size_of::<Experiment>() == 64);
const _: () = assert!(size_of::<Preset>() == 56);
const _: () = assert!(size_of::<Eval>() == 88);
const _: () = assert!(size_of::<Model>() == 160);
const _: () = assert!(size_of::<LinearInfo>() == 40);
const _: () = assert!(size_of::<Linear>() == 40);
const _: () = assert!(size_of::<Host>() == 48);
const _: () = assert!(size_of::<Plugin>() == 32);
