//! Calls the functions of a model.
//!
//! Everything a call needs is put together here and lives until it returns. Arguments are checked by the caller; what
//! is checked here are the lengths, on which memory safety rests.

use kovacs_abi as abi;
use kovacs_abi::Status;
use kovacs_core::model::Tick;
use std::any::Any;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;

/// The functions of a model, all present.
#[derive(Clone, Copy)]
pub(super) struct Functions {
    pub(super) table: *const abi::Model,
    pub(super) create: abi::CreateFn,
    pub(super) bind: abi::BindFn,
    pub(super) evaluate: abi::EvaluateFn,
    pub(super) destroy: abi::DestroyFn,
}

// SAFETY: the table is constant and lives for ever; the functions may be called from any thread, one call at a time
// per instance, which `&mut RawInstance` sees to.
unsafe impl Send for Functions {}
// SAFETY: as above.
unsafe impl Sync for Functions {}

/// A call that was not OK.
pub(crate) struct CallFailure {
    pub(crate) status: Status,
    pub(crate) message: String,
    /// The parameter or setting to blame.
    pub(crate) index: Option<usize>,
    pub(crate) row: Option<usize>,
}

/// An instance made by a library; released when dropped.
pub(crate) struct RawInstance {
    functions: Functions,
    instance: *mut c_void,
    /// Length of one row's result for the bound experiment.
    width: Option<usize>,
}

// SAFETY: the header: an instance may be used from any thread, one call at a time. It is not `Sync`.
unsafe impl Send for RawInstance {}

/// A batch, checked against the model's description.
pub(crate) struct EvalInput<'a, 'tick> {
    pub(crate) rows: usize,
    /// `[rows][parameters]`.
    pub(crate) parameters: &'a [f64],
    /// `[rows][wanted][times]`.
    pub(crate) values: &'a mut [f64],
    /// Indices of parameters; empty: no derivatives are wanted.
    pub(crate) sensitivities: &'a [usize],
    /// `[rows][wanted][times][sensitivities]`.
    pub(crate) jacobian: &'a mut [f64],
    /// `[rows]`.
    pub(crate) status: &'a mut [Status],
    /// Empty, or one per row.
    pub(crate) seeds: &'a [u64],
    pub(crate) threads: u32,
    pub(crate) tick: Option<Tick<'tick>>,
}

impl RawInstance {
    /// Makes an instance; `settings` has one value per setting of the model.
    pub(crate) fn create(model: &super::Model, settings: &[f64]) -> Result<Self, CallFailure> {
        let functions = model.functions;
        if settings.len() != model.description.settings.len() {
            return Err(CallFailure::of_host("the number of settings does not fit"));
        }
        let mut instance = ptr::null_mut();
        let mut error = abi::Error::cleared();
        // SAFETY: the header: the model's own table, as many settings as it asks for, and two places to write to.
        let status = unsafe { (functions.create)(functions.table, settings.as_ptr(), &mut instance, &mut error) };
        if status != abi::OK {
            return Err(CallFailure::new(status, &error));
        }
        if instance.is_null() {
            return Err(CallFailure::of_host("`create` answered OK without an instance"));
        }
        Ok(RawInstance { functions, instance, width: None })
    }

    /// Fixes the experiment. `columns` are the model's inputs, all of one length.
    pub(crate) fn bind(
        &mut self,
        columns: &[&[f64]],
        times: &[f64],
        before: &[u8],
        wanted: &[u32],
    ) -> Result<(), CallFailure> {
        self.width = None;
        let nodes = columns.first().map_or(0, |column| column.len());
        let fits = columns.iter().all(|column| column.len() == nodes);
        if !fits || !(before.is_empty() || before.len() == times.len()) {
            return Err(CallFailure::of_host("the lengths of the experiment do not fit together"));
        }
        let inputs: Vec<*const f64> = columns.iter().map(|column| column.as_ptr()).collect();
        let experiment = abi::Experiment {
            struct_size: size_of::<abi::Experiment>() as u32,
            n_inputs: inputs.len() as u32,
            n_nodes: nodes as u64,
            inputs: inputs.as_ptr(),
            n_out: times.len() as u64,
            out_time: times.as_ptr(),
            out_before: if before.is_empty() { ptr::null() } else { before.as_ptr() },
            n_wanted: wanted.len() as u64,
            wanted: wanted.as_ptr(),
        };
        let mut error = abi::Error::cleared();
        // SAFETY: the header: an instance of this model, one call at a time (`&mut self`); every pointer leads to as
        // many values as stated and lives until the call returns.
        let status = unsafe { (self.functions.bind)(self.instance, &experiment, &mut error) };
        if status != abi::OK {
            return Err(CallFailure::new(status, &error));
        }
        self.width = Some(times.len() * wanted.len());
        Ok(())
    }

    /// Computes a batch. A row that was refused shows in `status`; what was said of the first one is given back.
    /// A panic of `tick` goes on once the call is over.
    pub(crate) fn evaluate(&mut self, input: EvalInput<'_, '_>) -> Result<Option<CallFailure>, CallFailure> {
        let EvalInput { rows, parameters, values, sensitivities, jacobian, status, seeds, threads, tick } = input;
        let fits = self.width.and_then(|width| rows.checked_mul(width)) == Some(values.len())
            && values.len().checked_mul(sensitivities.len()) == Some(jacobian.len())
            && status.len() == rows
            && (seeds.is_empty() || seeds.len() == rows);
        if !fits {
            return Err(CallFailure::of_host("the lengths of the batch do not fit together"));
        }
        let indices: Vec<u32> = sensitivities.iter().map(|&index| index as u32).collect();
        let mut watcher = tick.map(|tick| Watcher { tick, panic: None, stopped: false });
        let eval = abi::Eval {
            struct_size: size_of::<abi::Eval>() as u32,
            max_threads: threads,
            n_rows: rows as u64,
            params: parameters.as_ptr(),
            out: values.as_mut_ptr(),
            row_status: status.as_mut_ptr(),
            jac_params: if indices.is_empty() { ptr::null() } else { indices.as_ptr() },
            n_jac: indices.len() as u64,
            jac: if indices.is_empty() { ptr::null_mut() } else { jacobian.as_mut_ptr() },
            seeds: if seeds.is_empty() { ptr::null() } else { seeds.as_ptr() },
            host_data: watcher.as_mut().map_or(ptr::null_mut(), |watcher| ptr::from_mut(watcher).cast()),
            tick: if watcher.is_some() { Some(forward_tick) } else { None },
        };
        let mut error = abi::Error::cleared();
        // SAFETY: the header: an instance of this model with a bound experiment, one call at a time (`&mut self`);
        // every pointer leads to as many values as stated and lives until the call returns.
        let code = unsafe { (self.functions.evaluate)(self.instance, &eval, &mut error) };
        let mut stopped = false;
        if let Some(watcher) = watcher {
            if let Some(payload) = watcher.panic {
                resume_unwind(payload);
            }
            stopped = watcher.stopped;
        }
        match code {
            abi::OK if error.message[0] == 0 => Ok(None),
            abi::OK => Ok(Some(CallFailure::new(code, &error))),
            abi::CANCELLED if !stopped => {
                Err(CallFailure::of_host("the model stopped although nobody had asked it to"))
            }
            _ => Err(CallFailure::new(code, &error)),
        }
    }
}

impl Drop for RawInstance {
    fn drop(&mut self) {
        // SAFETY: the header: an instance of this model, not used again.
        unsafe { (self.functions.destroy)(self.instance) };
    }
}

impl CallFailure {
    pub(super) fn new(status: Status, error: &abi::Error) -> Self {
        let end = error.message.iter().position(|&byte| byte == 0).unwrap_or(error.message.len());
        CallFailure {
            status,
            message: String::from_utf8_lossy(&error.message[..end]).into_owned(),
            index: usize::try_from(error.param).ok(),
            row: usize::try_from(error.row).ok(),
        }
    }

    /// Found on this side of the interface: the model broke its promise, or we would have broken ours.
    pub(super) fn of_host(message: &str) -> Self {
        CallFailure { status: abi::E_INTERNAL, message: message.to_owned(), index: None, row: None }
    }
}

/// The program's tick during one call.
struct Watcher<'a> {
    tick: Tick<'a>,
    panic: Option<Box<dyn Any + Send>>,
    stopped: bool,
}

unsafe extern "C" fn forward_tick(host_data: *mut c_void, fraction: f64) -> i32 {
    // SAFETY: the header: the model hands back `host_data`, on the calling thread and during the call; nobody else
    // holds a reference to the watcher meanwhile.
    let Some(watcher) = (unsafe { host_data.cast::<Watcher<'_>>().as_mut() }) else { return 0 };
    if watcher.panic.is_none() && !watcher.stopped {
        // A panic must not pass through the model's code.
        match catch_unwind(AssertUnwindSafe(|| (watcher.tick)(fraction))) {
            Ok(go_on) => watcher.stopped = !go_on,
            Err(payload) => watcher.panic = Some(payload),
        }
    }
    i32::from(watcher.stopped || watcher.panic.is_some())
}
