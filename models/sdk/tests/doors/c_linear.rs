//! The extension `kovacs.linear/1`, called as a host in C would: with the right pointers and with wrong ones.

use crate::c_side::{decay, message, tables};
use crate::decay::{LINEAR_TRIPS, PHI_TRIPS, REFUSED, RELEASE_TRIPS};
use kovacs_sdk::abi::{self, Error, Linear, LinearInfo, Model};
use std::ffi::{CStr, c_void};
use std::ptr;

fn extension(model: &Model, id: &CStr) -> *const c_void {
    // SAFETY: the model's own table, and a string.
    unsafe { (model.extension.unwrap())(model, id.as_ptr()) }
}

fn linear() -> &'static Linear {
    // SAFETY: what this id leads to lives for ever.
    unsafe { &*extension(decay(), abi::EXTENSION_LINEAR).cast::<Linear>() }
}

/// A response with its error, released at the end.
struct Response {
    response: *mut c_void,
    info: LinearInfo,
    error: Error,
}

impl Response {
    fn new(modulus: f64, relaxation_time: f64) -> (abi::Status, Response) {
        let info = LinearInfo {
            struct_size: size_of::<LinearInfo>() as u32,
            reserved: 0,
            unrelaxed_modulus: f64::NAN,
            relaxed_modulus: f64::NAN,
            longest_time: f64::NAN,
            n_modes: 0,
        };
        let mut response = Response { response: ptr::null_mut(), info, error: Error::cleared() };
        let params = [modulus, relaxation_time, 0.0];
        // SAFETY: our own table, no settings, three parameters, three places to write to.
        let status = unsafe {
            (linear().create.unwrap())(
                decay(),
                ptr::null(),
                params.as_ptr(),
                300.0,
                &mut response.response,
                &mut response.info,
                &mut response.error,
            )
        };
        (status, response)
    }

    fn evaluate(&mut self, times: &[f64], out: [*mut f64; 3]) -> abi::Status {
        let [phi, integral, ln_rate] = out;
        let length = times.len() as u64;
        // SAFETY: a response of this extension, and room for as many values as there are times, or null.
        unsafe {
            let evaluate = linear().evaluate.unwrap();
            evaluate(self.response, length, times.as_ptr(), phi, integral, ln_rate, &mut self.error)
        }
    }

    fn spectrum(&mut self, modes: u64, times: *mut f64, weights: *mut f64) -> abi::Status {
        // SAFETY: a response of this extension, and room for as many modes as stated, or null.
        unsafe { (linear().spectrum.unwrap())(self.response, modes, times, weights, &mut self.error) }
    }
}

impl Drop for Response {
    fn drop(&mut self) {
        // SAFETY: a response of this extension or null, not used again.
        unsafe { (linear().destroy.unwrap())(self.response) };
    }
}

#[test]
fn only_a_linear_model_has_the_extension() {
    assert!(extension(decay(), c"kovacs.state/1").is_null());
    assert!(ptr::eq(extension(decay(), abi::EXTENSION_LINEAR), extension(decay(), c"kovacs.linear/1")));
    // SAFETY: NULL where NULL is what is being tried; the first of two models.
    unsafe {
        assert!((decay().extension.unwrap())(decay(), ptr::null()).is_null());
        assert!((**tables().models).extension.is_none());
    }
}

#[test]
fn a_host_in_c_gets_phi_its_integral_and_its_rate() {
    let (status, mut response) = Response::new(3.0, 10.0);
    assert_eq!((status, message(&response.error)), (abi::OK, ""));
    let info = &response.info;
    assert_eq!((info.unrelaxed_modulus, info.relaxed_modulus, info.longest_time, info.n_modes), (3.0, 0.0, 10.0, 1));
    let (mut phi, mut integral, mut ln_rate) = ([0.0; 2], [0.0; 2], [0.0; 2]);
    let out = [phi.as_mut_ptr(), integral.as_mut_ptr(), ln_rate.as_mut_ptr()];
    assert_eq!(response.evaluate(&[20.0, 0.0], out), abi::OK);
    assert_eq!(phi, [(-2.0f64).exp(), 1.0]);
    assert_eq!(integral, [-10.0 * (-2.0f64).exp_m1(), 0.0]);
    assert_eq!(ln_rate, [-10.0f64.ln() - 2.0, -10.0f64.ln()]);
    // Each may be left out, and all of them.
    assert_eq!(response.evaluate(&[1.0], [ptr::null_mut(), integral.as_mut_ptr(), ptr::null_mut()]), abi::OK);
    assert_eq!(response.evaluate(&[], [ptr::null_mut(); 3]), abi::OK);
    let (mut time, mut weight) = (f64::NAN, f64::NAN);
    assert_eq!(response.spectrum(1, &mut time, &mut weight), abi::OK);
    assert_eq!((time, weight), (10.0, 1.0));
}

#[test]
fn what_cannot_be_answered_is_refused() {
    let (status, refused) = Response::new(REFUSED, 10.0);
    assert_eq!((status, refused.error.param, message(&refused.error)), (abi::REJECTED, 0, "too stiff"));
    assert!(refused.response.is_null());
    let (status, panicked) = Response::new(1.0, LINEAR_TRIPS);
    assert_eq!(status, abi::E_INTERNAL);
    assert!(message(&panicked.error).contains("a response that cannot be made"));

    let (_, mut response) = Response::new(1.0, 10.0);
    assert_eq!(response.spectrum(0, ptr::null_mut(), ptr::null_mut()), abi::E_ARGUMENT);
    assert_eq!(message(&response.error), "room for 0 modes, and there are 1");
    assert_eq!(response.spectrum(1, ptr::null_mut(), ptr::null_mut()), abi::E_ARGUMENT);
    assert_eq!(message(&response.error), "`times` is NULL");
    let mut error = Error::cleared();
    // SAFETY: null where null is what is being tried.
    unsafe {
        let (create, evaluate) = (linear().create.unwrap(), linear().evaluate.unwrap());
        let mut short = LinearInfo { struct_size: 8, ..response.info.clone() };
        let mut place = ptr::null_mut();
        let null = ptr::null();
        assert_eq!(create(ptr::null(), null, null, 1.0, &mut place, &mut short, &mut error), abi::E_ARGUMENT);
        assert_eq!(create(decay(), null, null, 1.0, ptr::null_mut(), &mut short, &mut error), abi::E_ARGUMENT);
        assert_eq!(create(decay(), null, null, 1.0, &mut place, ptr::null_mut(), &mut error), abi::E_ARGUMENT);
        assert_eq!(create(decay(), null, null, 1.0, &mut place, &mut short, &mut error), abi::E_ARGUMENT);
        assert_eq!(message(&error), "`info` is too short");
        let mut info = response.info.clone();
        assert_eq!(create(decay(), null, null, 1.0, &mut place, &mut info, &mut error), abi::E_ARGUMENT);
        assert_eq!(message(&error), "`params` is NULL");
        let nothing = ptr::null_mut();
        assert_eq!(evaluate(nothing, 0, null, nothing.cast(), nothing.cast(), nothing.cast(), &mut error), -1);
        assert_eq!(message(&error), "`response` is NULL");
        assert!(place.is_null());
    }
}

#[test]
fn a_panic_of_the_relaxation_function_breaks_the_response_and_no_other() {
    let (_, mut response) = Response::new(1.0, PHI_TRIPS);
    let mut phi = [f64::NAN];
    let out = [phi.as_mut_ptr(), ptr::null_mut(), ptr::null_mut()];
    assert_eq!(response.evaluate(&[1.0], out), abi::E_INTERNAL);
    assert!(message(&response.error).contains("the relaxation time seventeen"));
    assert_eq!(response.evaluate(&[1.0], out), abi::E_STATE);
    let (_, mut other) = Response::new(1.0, 10.0);
    assert_eq!(other.evaluate(&[1.0], out), abi::OK);
    let (status, leaving) = Response::new(1.0, RELEASE_TRIPS);
    assert_eq!(status, abi::OK);
    drop(leaving);
}
