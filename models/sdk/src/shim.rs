//! The C side: tables that live for ever, and the functions the host calls. The only unsafe code of the SDK.
//!
//! Each function does the same three things: refuse null pointers and short structs, turn pointers into slices for the
//! time of the call, and hand over to the engine, which catches panics. Nothing here computes.
//!
//! What the host promises is written in `kovacs_model.h`: pointers are valid during the call, arrays have the stated
//! lengths, and an instance sees one call at a time. The `SAFETY` comments refer to it as "the header".

use crate::engine::{Engine, Failure, Rows};
use crate::experiment::Experiment;
use crate::model::Model;
use crate::si;
use crate::tables::describe;
use kovacs_abi as abi;
use kovacs_abi::{E_ARGUMENT, E_INTERNAL, E_UNSUPPORTED, OK, Status};
use kovacs_core::guard::{guard, install_hook};
use kovacs_core::model::{Capabilities, ModelDescription, Preset, Quantity};
use kovacs_core::refusal::Refusal;
use std::ffi::{CString, c_char, c_void};
use std::ptr;
use std::sync::OnceLock;

/// Makes the table of one model.
pub type MakeTable = fn() -> Result<*const abi::Model, Refusal>;

/// The tables of a library, built at the first call and kept for the life of the process.
pub struct Library {
    tables: OnceLock<Result<Tables, String>>,
}

/// A leaked library table.
struct Tables(*const abi::Plugin);

// SAFETY: the table and everything it points to are constant once built and never freed.
unsafe impl Send for Tables {}
// SAFETY: as above; nobody writes through the pointer.
unsafe impl Sync for Tables {}

impl Library {
    /// A library whose tables are not built yet.
    #[expect(clippy::new_without_default, reason = "only `export_models!` makes one, in a static")]
    pub const fn new() -> Self {
        Library { tables: OnceLock::new() }
    }

    /// The body of `kovacs_plugin_v0`.
    ///
    /// # Safety
    /// `host` is null or points to the host's table; `plugin` is null or may be written.
    pub unsafe fn enter(
        &self,
        host: *const abi::Host,
        plugin: *mut *const abi::Plugin,
        build: &str,
        models: &[MakeTable],
    ) -> Status {
        if plugin.is_null() {
            return E_ARGUMENT;
        }
        install_hook();
        let make = || guard(|| library_table(build, models)).unwrap_or_else(|panic| Err(Refusal::broken(panic)));
        match self.tables.get_or_init(|| make().map(Tables).map_err(|fault| fault.to_string())) {
            Ok(tables) => {
                // SAFETY: `plugin` is not null and the header lets us write it.
                unsafe { *plugin = tables.0 };
                OK
            }
            Err(message) => {
                // SAFETY: the header keeps the host's table valid for the life of the process.
                unsafe { log(host, message) };
                E_INTERNAL
            }
        }
    }
}

/// Says through the host's log why there are no tables; the entry function has no other way.
///
/// # Safety
/// `host` is null or points to the host's table.
unsafe fn log(host: *const abi::Host, message: &str) {
    // SAFETY: a valid reference if not null, see above.
    let Some(host) = (unsafe { host.as_ref() }) else { return };
    if let (Some(log), Ok(message)) = (host.log, CString::new(message)) {
        // SAFETY: the header: `log` takes the host's own data and a string that lives during the call.
        unsafe { log(host.host_data, abi::LOG_WARN, message.as_ptr()) };
    }
}

fn library_table(build: &str, models: &[MakeTable]) -> Result<*const abi::Plugin, Refusal> {
    let models: Vec<*const abi::Model> = models.iter().map(|make| make()).collect::<Result<_, _>>()?;
    Ok(leak(abi::Plugin {
        struct_size: size_of::<abi::Plugin>() as u32,
        abi_minor: abi::ABI_MINOR,
        build: text(build)?,
        n_models: models.len() as u64,
        models: models.leak().as_ptr(),
    }))
}

/// The table of `M`, leaked.
///
/// # Errors
/// What the model says of itself does not hold together.
pub fn model_table<M: Model>() -> Result<*const abi::Model, Refusal> {
    let description = describe::<M>()?;
    let ModelDescription { parameters, settings, inputs, outputs, presets, .. } = &description;
    Ok(leak(abi::Model {
        struct_size: size_of::<abi::Model>() as u32,
        caps: capability_bits(description.capabilities),
        id: text(&description.id)?,
        name: text(&description.name)?,
        version: text(&description.version)?,
        summary: text(&description.summary)?,
        citation: text(&description.citation)?,
        license: text(&description.license)?,
        n_params: parameters.len() as u32,
        n_settings: settings.len() as u32,
        n_inputs: inputs.len() as u32,
        n_outputs: outputs.len() as u32,
        params: array(parameters, quantity_row)?,
        settings: array(settings, quantity_row)?,
        inputs: array(inputs, quantity_row)?,
        outputs: array(outputs, quantity_row)?,
        n_presets: presets.len() as u64,
        presets: array(presets, preset_row)?,
        create: Some(create::<M>),
        bind: Some(bind::<M>),
        evaluate: Some(evaluate::<M>),
        destroy: Some(destroy::<M>),
        extension: None,
    }))
}

fn quantity_row(quantity: &Quantity) -> Result<abi::Quantity, Refusal> {
    let flags = [
        (quantity.logarithmic, abi::Q_LOG),
        (quantity.integer, abi::Q_INTEGER),
        (!quantity.choices.is_empty(), abi::Q_CHOICE),
        (quantity.fixed, abi::Q_FIXED),
        (quantity.open_lower, abi::Q_OPEN_LO),
        (quantity.open_upper, abi::Q_OPEN_HI),
    ];
    let choices = if quantity.choices.is_empty() {
        ptr::null()
    } else {
        let mut names: Vec<*const c_char> = quantity.choices.iter().map(|name| text(name)).collect::<Result<_, _>>()?;
        names.push(ptr::null());
        names.leak().as_ptr()
    };
    let si = si::of_code(&quantity.unit);
    Ok(abi::Quantity {
        struct_size: size_of::<abi::Quantity>() as u32,
        flags: bits(&flags),
        id: text(&quantity.id)?,
        symbol: text(&quantity.symbol)?,
        label: text(&quantity.label)?,
        unit: text(&quantity.unit)?,
        doc: text(&quantity.doc)?,
        si_factor: si.factor,
        si_offset: si.offset,
        si_dim: si.exponents,
        lower: quantity.lower,
        upper: quantity.upper,
        initial: quantity.initial,
        nominal: quantity.nominal,
        choices,
    })
}

fn preset_row(preset: &Preset) -> Result<abi::Preset, Refusal> {
    Ok(abi::Preset {
        struct_size: size_of::<abi::Preset>() as u32,
        reserved: 0,
        id: text(&preset.id)?,
        label: text(&preset.label)?,
        doc: text(&preset.doc)?,
        origin: text(&preset.origin)?,
        params: preset.parameters.clone().leak().as_ptr(),
        settings: preset.settings.clone().map_or(ptr::null(), |values| values.leak().as_ptr()),
    })
}

fn capability_bits(capabilities: Capabilities) -> u32 {
    // Taken apart, so that a new capability cannot be forgotten here.
    let Capabilities { batch, jacobian, deterministic, seeded, threads, ticks, stress, temperature, continuous } =
        capabilities;
    bits(&[
        (batch, abi::CAP_BATCH),
        (jacobian, abi::CAP_JACOBIAN),
        (deterministic, abi::CAP_DETERMINISTIC),
        (seeded, abi::CAP_SEEDED),
        (threads, abi::CAP_THREADS),
        (ticks, abi::CAP_TICKS),
        (stress, abi::CAP_STRESS),
        (temperature, abi::CAP_TEMPERATURE),
        (continuous, abi::CAP_CONTINUOUS),
    ])
}

fn bits(flags: &[(bool, u32)]) -> u32 {
    flags.iter().filter(|(set, _)| *set).fold(0, |bits, (_, bit)| bits | bit)
}

fn leak<T>(value: T) -> *const T {
    Box::leak(Box::new(value))
}

fn text(text: &str) -> Result<*const c_char, Refusal> {
    match CString::new(text) {
        Ok(text) => Ok(text.into_raw().cast_const()),
        Err(_) => Err(Refusal::broken(format!("a text of the description contains a NUL: {text:?}"))),
    }
}

fn array<T, R>(rows: &[T], convert: fn(&T) -> Result<R, Refusal>) -> Result<*const R, Refusal> {
    let rows: Vec<R> = rows.iter().map(convert).collect::<Result<_, _>>()?;
    Ok(rows.leak().as_ptr())
}

unsafe extern "C" fn create<M: Model>(
    model: *const abi::Model,
    settings: *const f64,
    instance: *mut *mut c_void,
    error: *mut abi::Error,
) -> Status {
    let make = || {
        // SAFETY: the header: `model` is one of our tables, or null.
        let Some(model) = (unsafe { model.as_ref() }) else { return Err(null("model")) };
        if instance.is_null() {
            return Err(null("instance"));
        }
        // SAFETY: the header: `settings` holds as many values as the table has settings.
        let settings = unsafe { slice(settings, model.n_settings.into(), "settings") }?;
        let engine = Engine::<M>::new(settings, model.n_params as usize, model.n_outputs as usize)?;
        // SAFETY: not null, and the header lets us write it. `destroy` takes the box back.
        unsafe { *instance = Box::into_raw(Box::new(engine)).cast() };
        Ok(())
    };
    // SAFETY: the header: `error` is null or the host's, writable during the call.
    unsafe { report(make(), error) }
}

unsafe extern "C" fn bind<M: Model>(
    instance: *mut c_void,
    experiment: *const abi::Experiment,
    error: *mut abi::Error,
) -> Status {
    let take = || {
        // SAFETY: the header: an instance from `create::<M>`, one call at a time.
        let Some(engine) = (unsafe { instance.cast::<Engine<M>>().as_mut() }) else { return Err(null("instance")) };
        // SAFETY: the header: valid during the call, or null.
        let Some(experiment) = (unsafe { experiment.as_ref() }) else { return Err(null("experiment")) };
        if (experiment.struct_size as usize) < size_of::<abi::Experiment>() || experiment.n_inputs != 4 {
            return Err(Failure::new(E_ARGUMENT, "the experiment is too short or does not have four inputs"));
        }
        // SAFETY: the header: `n_inputs` pointers, each to `n_nodes` values; lengths as stated in the struct.
        let view = unsafe {
            let columns = slice(experiment.inputs, 4, "inputs")?;
            let column = |index: usize| slice(columns[index], experiment.n_nodes, "inputs");
            Experiment {
                time: column(0)?,
                temperature: column(1)?,
                control: column(2)?,
                drive: column(3)?,
                times: slice(experiment.out_time, experiment.n_out, "out_time")?,
                before: optional_slice(experiment.out_before, experiment.n_out),
                wanted: slice(experiment.wanted, experiment.n_wanted, "wanted")?,
            }
        };
        engine.bind(&view)
    };
    // SAFETY: the header: `error` is null or the host's, writable during the call.
    unsafe { report(take(), error) }
}

unsafe extern "C" fn evaluate<M: Model>(
    instance: *mut c_void,
    eval: *const abi::Eval,
    error: *mut abi::Error,
) -> Status {
    let compute = || {
        // SAFETY: the header: an instance from `create::<M>`, one call at a time.
        let Some(engine) = (unsafe { instance.cast::<Engine<M>>().as_mut() }) else { return Err(null("instance")) };
        // SAFETY: the header: valid during the call, or null.
        let Some(eval) = (unsafe { eval.as_ref() }) else { return Err(null("eval")) };
        if (eval.struct_size as usize) < size_of::<abi::Eval>() {
            return Err(Failure::new(E_ARGUMENT, "the batch is too short"));
        }
        if eval.n_jac > 0 {
            return Err(Failure::new(E_UNSUPPORTED, "the model computes no sensitivities"));
        }
        let width = engine.width().unwrap_or(0) as u64;
        let size = |per_row: u64| {
            let too_large = || Failure::new(E_ARGUMENT, "the batch is larger than memory");
            eval.n_rows.checked_mul(per_row).ok_or_else(too_large)
        };
        let mut tick = eval.tick.map(|tick| {
            let host_data = eval.host_data;
            // SAFETY: the header: called on the calling thread, during the call, with the host's own data.
            move |fraction: f64| unsafe { tick(host_data, fraction) } == 0
        });
        // SAFETY: the header: arrays of the stated lengths, `out` and `row_status` writable and not overlapping.
        let rows = unsafe {
            Rows {
                parameters: slice(eval.params, size(engine.parameters() as u64)?, "params")?,
                values: slice_mut(eval.out, size(width)?, "out")?,
                status: slice_mut(eval.row_status, eval.n_rows, "row_status")?,
                seeds: optional_slice(eval.seeds, eval.n_rows),
                threads: eval.max_threads.max(1),
                tick: tick.as_mut().map(|tick| tick as &mut dyn FnMut(f64) -> bool),
            }
        };
        engine.evaluate(rows)
    };
    match compute() {
        Ok(None) => OK,
        Ok(Some(refused)) => {
            // SAFETY: the header: `error` is null or the host's. The batch as a whole went well.
            unsafe { report(Err(refused), error) };
            OK
        }
        // SAFETY: as above.
        Err(failure) => unsafe { report(Err(failure), error) },
    }
}

unsafe extern "C" fn destroy<M: Model>(instance: *mut c_void) {
    if !instance.is_null() {
        // SAFETY: the header: an instance from `create::<M>`, not used again.
        let engine = unsafe { Box::from_raw(instance.cast::<Engine<M>>()) };
        // A panic in the model's own drop ends here; nobody is left to be told.
        let _ = guard(|| drop(engine));
    }
}

fn null(what: &str) -> Failure {
    Failure::new(E_ARGUMENT, format!("`{what}` is NULL"))
}

/// A slice of `length` values; no values need no pointer.
///
/// # Safety
/// `pointer` is null or valid for `length` reads during the call.
unsafe fn slice<'a, T>(pointer: *const T, length: u64, what: &str) -> Result<&'a [T], Failure> {
    match usize::try_from(length) {
        Ok(0) => Ok(&[]),
        Ok(_) if pointer.is_null() => Err(null(what)),
        // SAFETY: not null, and valid by the contract of this function.
        Ok(length) => Ok(unsafe { std::slice::from_raw_parts(pointer, length) }),
        Err(_) => Err(Failure::new(E_ARGUMENT, format!("`{what}` is larger than memory"))),
    }
}

/// As [`slice`], where NULL means that there is none.
///
/// # Safety
/// As [`slice`].
unsafe fn optional_slice<'a, T>(pointer: *const T, length: u64) -> &'a [T] {
    // SAFETY: the contract is the same; the only failure left is a length beyond memory.
    if pointer.is_null() { &[] } else { unsafe { slice(pointer, length, "") }.unwrap_or(&[]) }
}

/// A writable slice of `length` values.
///
/// # Safety
/// `pointer` is null or valid for `length` writes during the call, and nobody else uses that memory.
unsafe fn slice_mut<'a, T>(pointer: *mut T, length: u64, what: &str) -> Result<&'a mut [T], Failure> {
    match usize::try_from(length) {
        Ok(0) => Ok(&mut []),
        Ok(_) if pointer.is_null() => Err(null(what)),
        // SAFETY: not null, and valid by the contract of this function.
        Ok(length) => Ok(unsafe { std::slice::from_raw_parts_mut(pointer, length) }),
        Err(_) => Err(Failure::new(E_ARGUMENT, format!("`{what}` is larger than memory"))),
    }
}

/// The status of a call; a failure is also written into the host's error, cut at a character boundary.
///
/// # Safety
/// `error` is null or writable.
unsafe fn report(result: Result<(), Failure>, error: *mut abi::Error) -> Status {
    let Err(failure) = result else { return OK };
    // SAFETY: by the contract of this function.
    if let Some(error) = unsafe { error.as_mut() }
        && error.struct_size as usize >= size_of::<abi::Error>()
    {
        let end = failure.message.floor_char_boundary(abi::MESSAGE_BYTES - 1);
        error.param = failure.index.and_then(|index| i32::try_from(index).ok()).unwrap_or(-1);
        error.row = failure.row.and_then(|row| i64::try_from(row).ok()).unwrap_or(-1);
        error.message = [0; abi::MESSAGE_BYTES];
        error.message[..end].copy_from_slice(&failure.message.as_bytes()[..end]);
    }

    failure.status
}

/// Exports models as a plugin: `kovacs_sdk::export_models!(Tnm, TnmHodge);` is all a plugin package contains.
#[macro_export]
macro_rules! export_models {
    ($($model:ty),+ $(,)?) => {
        #[cfg(panic = "abort")]
        compile_error!("a plugin must be built with panic = \"unwind\": a panic is caught and reported, not fatal");

        /// The one symbol of this library: hands out the tables of its models.
        ///
        /// # Safety
        /// As `kovacs_model.h` says: `host` points to the host's table and `plugin` may be written.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn kovacs_plugin_v0(
            host: *const $crate::abi::Host,
            plugin: *mut *const $crate::abi::Plugin,
        ) -> $crate::abi::Status {
            static LIBRARY: $crate::shim::Library = $crate::shim::Library::new();
            let build = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
            // SAFETY: the caller keeps the promise of the header.
            unsafe { LIBRARY.enter(host, plugin, build, &[$($crate::shim::model_table::<$model>),+]) }
        }
    };
}
