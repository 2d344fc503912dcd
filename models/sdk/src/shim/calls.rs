//! The functions of a model that the host calls: `create`, `bind`, `evaluate`, `destroy`.

use super::pointers::{Declared, inside_bounds, null, optional_slice, report, slice, slice_mut};
use crate::engine::{Engine, Failure, Rows};
use crate::experiment::Experiment;
use crate::model::Model;
use kovacs_abi as abi;
use kovacs_abi::{E_ARGUMENT, E_UNSUPPORTED, OK, Status};
use kovacs_core::guard::guard;
use kovacs_core::model::Quantity;
use std::ffi::c_void;

/// An instance as the host holds it.
struct Instance<M> {
    engine: Engine<M>,
    parameters: Vec<Quantity>,
}

pub(super) unsafe extern "C" fn create<M: Model>(
    model: *const abi::Model,
    settings: *const f64,
    instance: *mut *mut c_void,
    error: *mut abi::Error,
) -> Status {
    let make = || {
        if model.is_null() {
            return Err(null("model"));
        }
        if instance.is_null() {
            return Err(null("instance"));
        }
        let Declared { settings: declared, parameters, outputs } = Declared::by::<M>()?;
        // SAFETY: the header: `settings` holds as many values as the table has settings.
        let settings = unsafe { slice(settings, declared.len() as u64, "settings") }?;
        inside_bounds(&declared, settings)?;
        let engine = Engine::<M>::new(settings, parameters.len(), outputs)?;
        let made = Box::new(Instance { engine, parameters });
        // SAFETY: not null, and the header lets us write it. `destroy` takes the box back.
        unsafe { *instance = Box::into_raw(made).cast() };
        Ok(())
    };
    // SAFETY: the header: `error` is null or the host's, writable during the call.
    unsafe { report(make(), error) }
}

pub(super) unsafe extern "C" fn bind<M: Model>(
    instance: *mut c_void,
    experiment: *const abi::Experiment,
    error: *mut abi::Error,
) -> Status {
    let take = || {
        // SAFETY: the header: an instance from `create::<M>`, one call at a time.
        let Some(Instance { engine, .. }) = (unsafe { instance.cast::<Instance<M>>().as_mut() }) else {
            return Err(null("instance"));
        };
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

pub(super) unsafe extern "C" fn evaluate<M: Model>(
    instance: *mut c_void,
    eval: *const abi::Eval,
    error: *mut abi::Error,
) -> Status {
    let compute = || {
        // SAFETY: the header: an instance from `create::<M>`, one call at a time.
        let Some(Instance { engine, parameters }) = (unsafe { instance.cast::<Instance<M>>().as_mut() }) else {
            return Err(null("instance"));
        };
        // SAFETY: the header: valid during the call, or null.
        let Some(eval) = (unsafe { eval.as_ref() }) else { return Err(null("eval")) };
        if (eval.struct_size as usize) < size_of::<abi::Eval>() {
            return Err(Failure::new(E_ARGUMENT, "the batch is too short"));
        }
        if eval.n_jac > 0 && !engine.differentiable() {
            return Err(Failure::new(E_UNSUPPORTED, "the model computes no derivatives, or none for this experiment"));
        }
        let width = engine.width().unwrap_or(0) as u64;
        let product = |a: u64, b: u64| {
            a.checked_mul(b).ok_or_else(|| Failure::new(E_ARGUMENT, "the batch is larger than memory"))
        };
        // SAFETY: the header: `jac_params` holds `n_jac` indices.
        let sensitivities = unsafe { slice(eval.jac_params, eval.n_jac, "jac_params") }?;
        let sensitivities: Vec<usize> = sensitivities.iter().map(|&index| index as usize).collect();
        let mut tick = eval.tick.map(|tick| {
            let host_data = eval.host_data;
            // SAFETY: the header: called on the calling thread, during the call, with the host's own data.
            move |fraction: f64| unsafe { tick(host_data, fraction) } == 0
        });
        // SAFETY: the header: arrays of the stated lengths, `out`, `row_status` and `jac` writable and not overlapping.
        let rows = unsafe {
            Rows {
                parameters: slice(eval.params, product(eval.n_rows, engine.parameters() as u64)?, "params")?,
                values: slice_mut(eval.out, product(eval.n_rows, width)?, "out")?,
                sensitivities: &sensitivities,
                jacobian: slice_mut(eval.jac, product(product(eval.n_rows, width)?, eval.n_jac)?, "jac")?,
                status: slice_mut(eval.row_status, eval.n_rows, "row_status")?,
                seeds: optional_slice(eval.seeds, eval.n_rows),
                threads: eval.max_threads.max(1),
                tick: tick.as_mut().map(|tick| tick as &mut dyn FnMut(f64) -> bool),
            }
        };
        inside_bounds(parameters, rows.parameters)?;
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

pub(super) unsafe extern "C" fn destroy<M: Model>(instance: *mut c_void) {
    if !instance.is_null() {
        // SAFETY: the header: an instance from `create::<M>`, not used again.
        let instance = unsafe { Box::from_raw(instance.cast::<Instance<M>>()) };
        // A panic in the model's own drop ends here; nobody is left to be told.
        let _ = guard(|| drop(instance));
    }
}
