//! The linear response of a loaded model: the extension `kovacs.linear/1`.

use super::call::CallFailure;
use kovacs_abi as abi;
use kovacs_core::linear_response::{LinearResponse, Moduli, RelaxationFunction};
use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;

/// A spectrum of more modes than this is no spectrum but a lost number.
const MODES_LIMIT: u64 = 1 << 20;

/// The functions of the extension, all present.
#[derive(Clone, Copy)]
pub(super) struct LinearFunctions {
    pub(super) table: *const abi::Model,
    pub(super) create: abi::LinearCreateFn,
    pub(super) evaluate: abi::LinearEvaluateFn,
    pub(super) spectrum: abi::LinearSpectrumFn,
    pub(super) destroy: abi::DestroyFn,
}

// SAFETY: the table is constant and lives for ever; `create` may be called from any thread, the others from any thread
// with one call at a time per response.
unsafe impl Send for LinearFunctions {}
// SAFETY: as above.
unsafe impl Sync for LinearFunctions {}

/// A response made by a library; released when dropped.
struct RawResponse {
    functions: LinearFunctions,
    response: *mut c_void,
    longest_time: Option<f64>,
    broken: Cell<bool>,
}

// SAFETY: the header: a response may be used from any thread, one call at a time. It is not `Sync`.
unsafe impl Send for RawResponse {}

/// Makes the response of a model for one parameter vector; `None` for a model without the extension. `settings` and
/// `parameters` have one value per setting and parameter, `temperature` is in K and above 0.
pub(crate) fn linear(
    model: &super::Model,
    settings: &[f64],
    parameters: &[f64],
    temperature: f64,
) -> Option<Result<LinearResponse, CallFailure>> {
    let functions = model.linear?;
    let description = &model.description;
    if settings.len() != description.settings.len() || parameters.len() != description.parameters.len() {
        return Some(Err(CallFailure::of_host("the number of settings or parameters does not fit")));
    }
    Some(make(functions, settings, parameters, temperature))
}

fn make(
    functions: LinearFunctions,
    settings: &[f64],
    parameters: &[f64],
    temperature: f64,
) -> Result<LinearResponse, CallFailure> {
    let mut response = ptr::null_mut();
    let mut error = abi::Error::cleared();
    let mut info = abi::LinearInfo {
        struct_size: size_of::<abi::LinearInfo>() as u32,
        reserved: 0,
        unrelaxed_modulus: f64::NAN,
        relaxed_modulus: f64::NAN,
        longest_time: f64::NAN,
        n_modes: 0,
    };
    // SAFETY: the header: the model's own table, one value per setting and parameter, three places to write to.
    let status = unsafe {
        (functions.create)(
            functions.table,
            settings.as_ptr(),
            parameters.as_ptr(),
            temperature,
            &mut response,
            &mut info,
            &mut error,
        )
    };
    if status != abi::OK {
        return Err(CallFailure::new(status, &error));
    }
    if response.is_null() {
        return Err(CallFailure::of_host("`create` of `kovacs.linear/1` answered OK without a response"));
    }
    let longest_time = (info.longest_time > 0.0).then_some(info.longest_time);
    let raw = RawResponse { functions, response, longest_time, broken: Cell::new(false) };
    let moduli = Moduli { unrelaxed: info.unrelaxed_modulus, relaxed: info.relaxed_modulus };
    let longest_is_sound = info.longest_time >= 0.0;
    if !(moduli.unrelaxed.is_finite() && moduli.relaxed.is_finite() && longest_is_sound) {
        return Err(CallFailure::of_host("`create` of `kovacs.linear/1` left numbers of the response unwritten"));
    }
    let spectrum = raw.spectrum(info.n_modes)?;
    Ok(LinearResponse { moduli, phi: Box::new(raw), spectrum })
}

impl RawResponse {
    fn spectrum(&self, modes: u64) -> Result<Vec<(f64, f64)>, CallFailure> {
        if modes == 0 {
            return Ok(Vec::new());
        }
        if modes > MODES_LIMIT {
            return Err(CallFailure::of_host("the spectrum of `kovacs.linear/1` has more than a million modes"));
        }
        let (mut times, mut weights) = (vec![f64::NAN; modes as usize], vec![f64::NAN; modes as usize]);
        let mut error = abi::Error::cleared();
        // SAFETY: the header: a response of this model, one call at a time, and room for as many modes as it said.
        let status = unsafe {
            (self.functions.spectrum)(self.response, modes, times.as_mut_ptr(), weights.as_mut_ptr(), &mut error)
        };
        if status != abi::OK {
            return Err(CallFailure::new(status, &error));
        }
        let sound = times.iter().all(|&time| time > 0.0) && weights.iter().all(|weight| weight.is_finite());
        if !sound {
            return Err(CallFailure::of_host("the spectrum of `kovacs.linear/1` has times or weights that are none"));
        }
        Ok(times.into_iter().zip(weights).collect())
    }

    /// One of the three functions at one time; NaN once the response is broken, which is all that a number can say.
    fn at(&self, time: f64, which: Which) -> f64 {
        let mut value = f64::NAN;
        if self.broken.get() {
            return value;
        }
        let out = ptr::from_mut(&mut value);
        let place = |wanted: Which| if which == wanted { out } else { ptr::null_mut() };
        let mut error = abi::Error::cleared();
        // SAFETY: the header: a response of this model, one call at a time (`RawResponse` is not `Sync`); one time,
        // and one place to write to.
        let status = unsafe {
            let (phi, integral, ln_rate) = (place(Which::Phi), place(Which::Integral), place(Which::LnRate));
            (self.functions.evaluate)(self.response, 1, &time, phi, integral, ln_rate, &mut error)
        };
        if status == abi::OK {
            return value;
        }
        self.broken.set(status == abi::E_INTERNAL);
        f64::NAN
    }
}

/// The functions of a response.
#[derive(Clone, Copy, PartialEq)]
enum Which {
    Phi,
    Integral,
    LnRate,
}

impl RelaxationFunction for RawResponse {
    fn phi(&self, time: f64) -> f64 {
        self.at(time, Which::Phi)
    }

    fn integral(&self, time: f64) -> f64 {
        self.at(time, Which::Integral)
    }

    fn ln_rate(&self, time: f64) -> f64 {
        self.at(time, Which::LnRate)
    }

    fn longest_time(&self) -> Option<f64> {
        self.longest_time
    }
}

impl Drop for RawResponse {
    fn drop(&mut self) {
        // SAFETY: the header: a response of this model, not used again.
        unsafe { (self.functions.destroy)(self.response) };
    }
}
