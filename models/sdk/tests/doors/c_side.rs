//! The exported functions, called as a host in C would: in order, out of order, with pointers that lead nowhere.

use crate::decay::{Decay, REFUSED, TRIPS};
use crate::probe::{DRIVE, Probe};
use kovacs_sdk::abi::{self, Error, Eval, Experiment, Host, Model, Plugin};
use std::ffi::{CStr, c_char, c_void};
use std::ptr;

kovacs_sdk::export_models!(Probe, Decay);

pub fn tables() -> &'static Plugin {
    let mut plugin: *const Plugin = ptr::null();
    // SAFETY: no host table, and a place to write to.
    let status = unsafe { kovacs_plugin_v0(ptr::null::<Host>(), &mut plugin) };
    assert_eq!(status, abi::OK);
    // SAFETY: tables live for ever.
    unsafe { &*plugin }
}

fn model() -> &'static Model {
    // SAFETY: two models are exported, `Probe` first.
    unsafe { &**tables().models }
}

pub fn decay() -> &'static Model {
    // SAFETY: two models are exported, `Decay` second.
    unsafe { &**tables().models.add(1) }
}

fn text(pointer: *const c_char) -> &'static str {
    // SAFETY: strings of the tables end with a NUL and live for ever.
    unsafe { CStr::from_ptr(pointer) }.to_str().unwrap()
}

pub fn message(error: &Error) -> &str {
    CStr::from_bytes_until_nul(&error.message).unwrap().to_str().unwrap()
}

/// An instance with its error, released at the end.
struct Driver {
    model: &'static Model,
    /// Parameters that follow the first one in each row.
    rest: &'static [f64],
    instance: *mut c_void,
    error: Error,
}

impl Driver {
    fn new() -> Self {
        Driver::of(model(), &[0.0])
    }

    fn of(model: &'static Model, rest: &'static [f64]) -> Self {
        let mut driver = Driver { model, rest, instance: ptr::null_mut(), error: Error::cleared() };
        let settings = [2.0, 0.0];
        // SAFETY: our own table, two settings, two places to write to.
        let status =
            unsafe { (model.create.unwrap())(model, settings.as_ptr(), &mut driver.instance, &mut driver.error) };
        assert_eq!(status, abi::OK);
        driver
    }

    fn bind(&mut self, change: impl FnOnce(&mut Experiment)) -> abi::Status {
        let columns: [&[f64]; 4] = [&[0.0, 10.0, 10.0, 20.0], &[300.0; 4], &[0.0; 4], &[0.0, 1.0, 3.0, 3.0]];
        let inputs = columns.map(|column| column.as_ptr());
        let (times, before, wanted) = ([0.0, 5.0, 10.0, 10.0, 30.0], [0, 0, 1, 0, 0], [0]);
        let mut experiment = Experiment {
            struct_size: size_of::<Experiment>() as u32,
            n_inputs: 4,
            n_nodes: 4,
            inputs: inputs.as_ptr(),
            n_out: 5,
            out_time: times.as_ptr(),
            out_before: before.as_ptr(),
            n_wanted: 1,
            wanted: wanted.as_ptr(),
        };
        change(&mut experiment);
        // SAFETY: every pointer leads to as many values as stated, or is null.
        unsafe { (self.model.bind.unwrap())(self.instance, &experiment, &mut self.error) }
    }

    fn evaluate(&mut self, gains: &[f64], change: impl FnOnce(&mut Eval)) -> (abi::Status, Vec<f64>, Vec<i32>) {
        let params: Vec<f64> = gains.iter().flat_map(|&gain| [&[gain], self.rest].concat()).collect();
        let mut values = vec![f64::NAN; 5 * gains.len()];
        let mut rows = vec![abi::CANCELLED; gains.len()];
        let mut eval = Eval {
            struct_size: size_of::<Eval>() as u32,
            max_threads: 1,
            n_rows: gains.len() as u64,
            params: params.as_ptr(),
            out: values.as_mut_ptr(),
            row_status: rows.as_mut_ptr(),
            jac_params: ptr::null(),
            n_jac: 0,
            jac: ptr::null_mut(),
            seeds: ptr::null(),
            host_data: ptr::null_mut(),
            tick: None,
        };
        change(&mut eval);
        // SAFETY: every pointer leads to as many values as stated, or is null.
        let status = unsafe { (self.model.evaluate.unwrap())(self.instance, &eval, &mut self.error) };
        (status, values, rows)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // SAFETY: an instance from `create`, not used again.
        unsafe { (self.model.destroy.unwrap())(self.instance) };
    }
}

#[test]
fn the_tables_say_what_the_trait_says() {
    assert_eq!((tables().struct_size, tables().n_models), (32, 2));
    assert!(text(tables().build).starts_with("kovacs-sdk "));
    let model = model();
    assert_eq!((text(model.id), text(model.version)), ("org.example.probe", "1.2.3"));
    assert_eq!(model.caps, abi::CAP_DETERMINISTIC | abi::CAP_SEEDED | abi::CAP_TICKS | abi::CAP_STRESS);
    assert_eq!((model.n_params, model.n_settings, model.n_inputs, model.n_outputs, model.n_presets), (2, 2, 4, 2, 2));
    // SAFETY: lengths as just compared; strings and lists live for ever.
    let (stress, kind, preset) = unsafe { (&*model.outputs, &*model.settings.add(1), &*model.presets.add(1)) };
    assert_eq!((stress.si_factor, stress.si_dim), (1e6, [1, -1, -2, 0, 0, 0, 0, 0]));
    assert_eq!(kind.flags, abi::Q_CHOICE | abi::Q_INTEGER);
    // SAFETY: two choices and a terminating NULL; one value per setting.
    unsafe {
        assert_eq!((text(*kind.choices), text(*kind.choices.add(1))), ("plain", "ornate"));
        assert!((*kind.choices.add(2)).is_null());
        assert_eq!((*preset.params, *preset.settings), (7.0, 3.0));
    }
}

#[test]
fn the_tables_are_the_same_at_every_call() {
    assert!(ptr::eq(tables(), tables()));
}

#[test]
fn a_host_in_c_gets_its_curves() {
    let mut driver = Driver::new();
    assert_eq!(driver.bind(|_| {}), abi::OK);
    let (status, values, rows) = driver.evaluate(&[1.0, 3.0], |_| {});
    assert_eq!((status, rows), (abi::OK, vec![abi::OK, abi::OK]));
    assert_eq!(values, [DRIVE.map(|drive| 2.0 * drive), DRIVE.map(|drive| 6.0 * drive)].concat());
    assert_eq!(message(&driver.error), "");
}

#[test]
fn without_flags_every_value_is_the_one_after_the_jump() {
    let mut driver = Driver::new();
    assert_eq!(driver.bind(|experiment| experiment.out_before = ptr::null()), abi::OK);
    let (_, values, _) = driver.evaluate(&[1.0], |_| {});
    assert_eq!(values, [0.0, 1.0, 6.0, 6.0, 6.0]);
}

#[test]
fn a_refused_row_is_told_with_row_and_parameter() {
    let mut driver = Driver::new();
    driver.bind(|_| {});
    let (status, _, rows) = driver.evaluate(&[1.0, -1.0, 2.0], |_| {});
    assert_eq!((status, rows), (abi::OK, vec![abi::OK, abi::REJECTED, abi::OK]));
    assert_eq!((driver.error.row, driver.error.param, message(&driver.error)), (1, 0, "must not be negative"));
}

#[test]
fn calls_out_of_order_are_refused() {
    let mut driver = Driver::new();
    let (status, ..) = driver.evaluate(&[1.0], |_| {});
    assert_eq!((status, message(&driver.error)), (abi::E_STATE, "no experiment is bound"));
    driver.bind(|_| {});
    let (status, ..) = driver.evaluate(&[200.0], |_| {});
    assert_eq!((status, driver.error.row), (abi::E_INTERNAL, 0));
    assert!(message(&driver.error).contains("the gain two hundred"));
    assert_eq!(driver.bind(|_| {}), abi::E_STATE);
}

#[test]
fn sensitivities_are_not_supported_and_said_to_be_so() {
    let mut driver = Driver::new();
    driver.bind(|_| {});
    let (status, ..) = driver.evaluate(&[1.0], |eval| eval.n_jac = 1);
    let expected = "the model computes no derivatives, or none for this experiment";
    assert_eq!((status, message(&driver.error)), (abi::E_UNSUPPORTED, expected));
}

#[test]
fn derivatives_are_written_where_they_belong_and_nowhere_else() {
    const GUARD: f64 = 12345.0;
    let mut driver = Driver::of(decay(), &[10.0, 0.0]);
    driver.bind(|experiment| experiment.out_before = ptr::null());
    // Two rows, five times, two parameters, and a cell on either side that is not theirs; likewise for the values.
    let mut jacobian = vec![f64::NAN; 1 + 2 * 5 * 2 + 1];
    let mut values = [f64::NAN; 1 + 2 * 5 + 1];
    let mut rows = [77, abi::CANCELLED, abi::CANCELLED, 77];
    for cells in [&mut jacobian[..], &mut values[..]] {
        *cells.first_mut().unwrap() = GUARD;
        *cells.last_mut().unwrap() = GUARD;
    }
    let wanted = [1, 0];
    let (status, ..) = driver.evaluate(&[1.0, 3.0], |eval| {
        (eval.jac_params, eval.n_jac) = (wanted.as_ptr(), 2);
        eval.jac = jacobian[1..].as_mut_ptr();
        eval.out = values[1..].as_mut_ptr();
        eval.row_status = rows[1..].as_mut_ptr();
    });
    assert_eq!((status, message(&driver.error), rows), (abi::OK, "", [77, abi::OK, abi::OK, 77]));
    assert_eq!((jacobian[0], jacobian[21], values[0], values[11]), (GUARD, GUARD, GUARD, GUARD));
    assert!(jacobian[1..21].iter().chain(&values[1..11]).all(|value| value.is_finite() && *value != GUARD));

    let unknown = [3];
    let (status, ..) = driver.evaluate(&[1.0], |eval| {
        (eval.jac_params, eval.n_jac, eval.jac) = (unknown.as_ptr(), 1, jacobian.as_mut_ptr());
    });
    assert_eq!((status, message(&driver.error)), (abi::E_ARGUMENT, "there is no parameter 3"));
    let mut check = |change: &dyn Fn(&mut Eval), expected: &str| {
        let (status, ..) = driver.evaluate(&[1.0], change);
        assert_eq!((status, message(&driver.error)), (abi::E_ARGUMENT, expected));
    };
    check(&|eval| eval.n_jac = 1, "`jac_params` is NULL");
    check(&|eval| (eval.n_jac, eval.jac_params) = (1, wanted.as_ptr()), "`jac` is NULL");
}

#[test]
fn a_batch_of_a_host_in_c_may_use_threads() {
    let mut driver = Driver::of(decay(), &[10.0, 0.0]);
    driver.bind(|experiment| experiment.out_before = ptr::null());
    let gains = [1.0, REFUSED, 3.0, 4.0, 5.0];
    let (status, alone, rows) = driver.evaluate(&gains, |_| {});
    assert_eq!((status, rows), (abi::OK, vec![abi::OK, abi::REJECTED, abi::OK, abi::OK, abi::OK]));
    assert_eq!((driver.error.row, driver.error.param, message(&driver.error)), (1, 0, "too stiff"));
    let (_, together, _) = driver.evaluate(&gains, |eval| eval.max_threads = 4);
    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<u64>>();
    assert_eq!(bits(&alone), bits(&together));
    let (status, ..) = driver.evaluate(&[1.0, TRIPS], |eval| eval.max_threads = 2);
    assert_eq!((status, driver.error.row), (abi::E_INTERNAL, 1));
    assert!(message(&driver.error).contains("the modulus two hundred"));
    assert_eq!(driver.evaluate(&[1.0], |_| {}).0, abi::E_STATE);
}

#[test]
fn a_tick_that_asks_to_stop_keeps_the_rows_that_are_done() {
    unsafe extern "C" fn after_the_first_row(_host: *mut c_void, fraction: f64) -> i32 {
        i32::from(fraction > 0.5)
    }
    let mut driver = Driver::new();
    driver.bind(|_| {});
    let (status, _, rows) = driver.evaluate(&[1.0, 2.0], |eval| eval.tick = Some(after_the_first_row));
    assert_eq!((status, rows), (abi::CANCELLED, vec![abi::OK, abi::CANCELLED]));
    let (status, ..) = driver.evaluate(&[1.0], |_| {});
    assert_eq!(status, abi::OK);
}

#[test]
fn pointers_that_lead_nowhere_are_refused() {
    let mut driver = Driver::new();
    let mut check_bind = |change: fn(&mut Experiment), expected: &str| {
        assert_eq!(driver.bind(change), abi::E_ARGUMENT);
        assert_eq!(message(&driver.error), expected);
    };
    check_bind(|it| it.inputs = ptr::null(), "`inputs` is NULL");
    check_bind(|it| it.out_time = ptr::null(), "`out_time` is NULL");
    check_bind(|it| it.wanted = ptr::null(), "`wanted` is NULL");
    check_bind(|it| it.struct_size = 8, "the experiment is too short or does not have four inputs");
    check_bind(|it| it.n_inputs = 3, "the experiment is too short or does not have four inputs");

    let unknown = [2];
    assert_eq!(driver.bind(|it| it.wanted = unknown.as_ptr()), abi::E_ARGUMENT);
    assert_eq!(message(&driver.error), "there is no output 2");

    assert_eq!(driver.bind(|_| {}), abi::OK);
    let mut check = |change: fn(&mut Eval), expected: &str| {
        let (status, ..) = driver.evaluate(&[1.0], change);
        assert_eq!((status, message(&driver.error)), (abi::E_ARGUMENT, expected));
    };
    check(|it| it.params = ptr::null(), "`params` is NULL");
    check(|it| it.out = ptr::null_mut(), "`out` is NULL");
    check(|it| it.row_status = ptr::null_mut(), "`row_status` is NULL");
    check(|it| it.struct_size = 8, "the batch is too short");
    check(|it| it.n_rows = u64::MAX, "the batch is larger than memory");

    let mut error = Error::cleared();
    // SAFETY: null where null is what is being tried.
    unsafe {
        let (create, bind) = (model().create.unwrap(), model().bind.unwrap());
        let (evaluate, destroy) = (model().evaluate.unwrap(), model().destroy.unwrap());
        assert_eq!(create(ptr::null(), ptr::null(), ptr::null_mut(), &mut error), abi::E_ARGUMENT);
        assert_eq!(create(model(), ptr::null(), ptr::null_mut(), ptr::null_mut()), abi::E_ARGUMENT);
        assert_eq!(bind(ptr::null_mut(), ptr::null(), &mut error), abi::E_ARGUMENT);
        assert_eq!(evaluate(ptr::null_mut(), ptr::null(), &mut error), abi::E_ARGUMENT);
        destroy(ptr::null_mut());
        assert_eq!(kovacs_plugin_v0(ptr::null(), ptr::null_mut()), abi::E_ARGUMENT);
    }
    assert_eq!(message(&error), "`instance` is NULL");
}

#[test]
fn numbers_outside_their_bounds_are_refused_even_if_the_host_did_not_look() {
    let mut driver = Driver::of(decay(), &[1.0, 1.0]);
    assert_eq!(driver.bind(|_| {}), abi::OK);
    let (status, ..) = driver.evaluate(&[1.0, f64::NAN], |_| {});
    assert_eq!(status, abi::E_ARGUMENT);
    assert_eq!((driver.error.param, driver.error.row), (0, 1));
    assert!(message(&driver.error).starts_with("NaN is outside "), "{}", message(&driver.error));
}
