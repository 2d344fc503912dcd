//! The extension `kovacs.linear/1`: the relaxation function of a model as C functions.

use super::pointers::{Declared, inside_bounds, null, optional_slice_mut, report, slice, slice_mut};
use crate::engine::{Failure, linear_response};
use crate::model::Model;
use kovacs_abi as abi;
use kovacs_abi::{E_ARGUMENT, E_INTERNAL, E_STATE, Status};
use kovacs_core::guard::guard;
use kovacs_core::linear_response::LinearResponse;
use std::ffi::{CStr, c_char, c_void};
use std::marker::PhantomData;
use std::ptr;

/// A response and whether one of its functions has panicked.
struct Response {
    linear: LinearResponse,
    broken: bool,
}

/// The table of `M`.
struct Table<M>(PhantomData<M>);

impl<M: Model> Table<M> {
    const LINEAR: &'static abi::Linear = &abi::Linear {
        struct_size: size_of::<abi::Linear>() as u32,
        reserved: 0,
        create: Some(create::<M>),
        evaluate: Some(evaluate),
        spectrum: Some(spectrum),
        destroy: Some(destroy),
    };
}

pub(super) unsafe extern "C" fn extension<M: Model>(_model: *const abi::Model, id: *const c_char) -> *const c_void {
    // SAFETY: the header: a string that lives during the call, or null.
    if !id.is_null() && unsafe { CStr::from_ptr(id) } == abi::EXTENSION_LINEAR {
        ptr::from_ref(Table::<M>::LINEAR).cast()
    } else {
        ptr::null()
    }
}

unsafe extern "C" fn create<M: Model>(
    model: *const abi::Model,
    settings: *const f64,
    params: *const f64,
    temperature: f64,
    response: *mut *mut c_void,
    info: *mut abi::LinearInfo,
    error: *mut abi::Error,
) -> Status {
    let make = || {
        // SAFETY: the header: `model` is one of our tables, or null.
        let Some(model) = (unsafe { model.as_ref() }) else { return Err(null("model")) };
        if response.is_null() {
            return Err(null("response"));
        }
        // SAFETY: the header: the host's, writable during the call, or null.
        let Some(info) = (unsafe { info.as_mut() }) else { return Err(null("info")) };
        if (info.struct_size as usize) < size_of::<abi::LinearInfo>() {
            return Err(Failure::new(E_ARGUMENT, "`info` is too short"));
        }
        // SAFETY: the header: one value per setting and per parameter of the table.
        let (settings, params) = unsafe {
            (slice(settings, model.n_settings.into(), "settings")?, slice(params, model.n_params.into(), "params")?)
        };
        let declared = Declared::by::<M>()?;
        inside_bounds(&declared.settings, settings)?;
        inside_bounds(&declared.parameters, params)?;
        let linear = linear_response::<M>(settings, params, temperature)?;
        let longest = guard(|| linear.phi.longest_time()).map_err(|panic| Failure::new(E_INTERNAL, panic))?;
        info.unrelaxed_modulus = linear.moduli.unrelaxed;
        info.relaxed_modulus = linear.moduli.relaxed;
        info.longest_time = longest.unwrap_or(0.0);
        info.n_modes = linear.spectrum.len() as u64;
        // SAFETY: not null, and the header lets us write it. `destroy` takes the box back.
        unsafe { *response = Box::into_raw(Box::new(Response { linear, broken: false })).cast() };
        Ok(())
    };
    // SAFETY: the header: `error` is null or the host's, writable during the call.
    unsafe { report(make(), error) }
}

unsafe extern "C" fn evaluate(
    response: *mut c_void,
    n_times: u64,
    times: *const f64,
    phi: *mut f64,
    integral: *mut f64,
    ln_rate: *mut f64,
    error: *mut abi::Error,
) -> Status {
    let compute = || {
        // SAFETY: the header: a response from `create`, one call at a time.
        let response = unsafe { usable(response) }?;
        // SAFETY: the header: arrays of `n_times` values that do not overlap, NULL where one is not wanted.
        let (times, phi, integral, ln_rate) = unsafe {
            (
                slice(times, n_times, "times")?,
                optional_slice_mut(phi, n_times, "phi")?,
                optional_slice_mut(integral, n_times, "integral")?,
                optional_slice_mut(ln_rate, n_times, "ln_rate")?,
            )
        };
        let function = &response.linear.phi;
        let fill = |out: Option<&mut [f64]>, value: &dyn Fn(f64) -> f64| {
            if let Some(out) = out {
                out.iter_mut().zip(times).for_each(|(out, &time)| *out = value(time));
            }
        };
        let computed = guard(|| {
            fill(phi, &|time| function.phi(time));
            fill(integral, &|time| function.integral(time));
            fill(ln_rate, &|time| function.ln_rate(time));
        });
        computed.map_err(|panic| {
            response.broken = true;
            Failure::new(E_INTERNAL, panic)
        })
    };
    // SAFETY: the header: `error` is null or the host's, writable during the call.
    unsafe { report(compute(), error) }
}

unsafe extern "C" fn spectrum(
    response: *mut c_void,
    n_modes: u64,
    times: *mut f64,
    weights: *mut f64,
    error: *mut abi::Error,
) -> Status {
    let copy = || {
        // SAFETY: the header: a response from `create`, one call at a time.
        let response = unsafe { usable(response) }?;
        let spectrum = &response.linear.spectrum;
        if n_modes < spectrum.len() as u64 {
            let message = format!("room for {n_modes} modes, and there are {}", spectrum.len());
            return Err(Failure::new(E_ARGUMENT, message));
        }
        // SAFETY: the header: arrays of `n_modes` values that do not overlap.
        let (times, weights) =
            unsafe { (slice_mut(times, n_modes, "times")?, slice_mut(weights, n_modes, "weights")?) };
        for ((&(mode_time, mode_weight), time), weight) in spectrum.iter().zip(times).zip(weights) {
            (*time, *weight) = (mode_time, mode_weight);
        }
        Ok(())
    };
    // SAFETY: the header: `error` is null or the host's, writable during the call.
    unsafe { report(copy(), error) }
}

unsafe extern "C" fn destroy(response: *mut c_void) {
    if !response.is_null() {
        // SAFETY: the header: a response from `create`, not used again.
        let response = unsafe { Box::from_raw(response.cast::<Response>()) };
        // A panic in the model's own drop ends here; nobody is left to be told.
        let _ = guard(|| drop(response));
    }
}

/// A response that has not broken.
///
/// # Safety
/// `response` is null or from `create`, and nobody else uses it during the call.
unsafe fn usable<'a>(response: *mut c_void) -> Result<&'a mut Response, Failure> {
    // SAFETY: by the contract of this function.
    let Some(response) = (unsafe { response.cast::<Response>().as_mut() }) else { return Err(null("response")) };
    if response.broken { Err(Failure::new(E_STATE, "the response broke in an earlier call")) } else { Ok(response) }
}
