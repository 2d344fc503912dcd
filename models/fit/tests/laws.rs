//! Laws that fits and the linear test obey whatever the numbers.

use kovacs_core::hump::log_spaced;
use kovacs_core::linear_response::RelaxationFunction;
use kovacs_core::linear_response::{Moduli, memory_kernel};
use kovacs_core::modes::{MaxwellSolid, Mode};
use kovacs_core::{Curve, TwoStep};
use kovacs_fit::{
    DoubleKww, DoubleKwwOptions, Initial, LinearTestOptions, TwoStepRecord, fit_double_kww, linear_test,
    measured_kernel,
};
use proptest::prelude::*;

fn form() -> impl Strategy<Value = DoubleKww> {
    (0.05..2.0f64, 1.0..2.5f64, 1.0..2.5f64, 0.4..0.9f64, 0.4..0.9f64).prop_map(|(overshoot, fast, ratio, b1, b2)| {
        DoubleKww {
            initial: 1.0,
            overshoot,
            slow_time: 10f64.powf(fast + ratio),
            fast_time: 10f64.powf(fast),
            slow_exponent: b1,
            fast_exponent: b2,
        }
    })
}

fn samples(form: &DoubleKww, times: &[f64]) -> Curve {
    let values = times.iter().map(|&time| form.value(time)).collect();
    Curve::new("samples", times.to_vec(), values).unwrap().x_axis("time", "s")
}

const KNOWN: DoubleKwwOptions = DoubleKwwOptions { initial: Initial::Known(1.0), deviations: None, start: None };

/// A spectrum of three modes and a spring, MPa.
fn solid() -> impl Strategy<Value = MaxwellSolid> {
    (prop::collection::vec((0.0..4.0f64, 0.1..1.0f64), 3), 0.1..2.0f64).prop_map(|(modes, relaxed_modulus)| {
        MaxwellSolid {
            relaxed_modulus: 1e4 * relaxed_modulus,
            modes: modes
                .into_iter()
                .map(|(place, modulus)| Mode { modulus: 1e4 * modulus, relaxation_time: 10f64.powf(place) })
                .collect(),
        }
    })
}

/// A record of exact steps of a linear solid, with a ripple of 0.01 MPa for noise.
fn record(solid: &MaxwellSolid, r: f64) -> TwoStepRecord {
    let (eps1, t_w) = (0.005, 300.0);
    let test = TwoStep { duration: 3e3, ..TwoStep::new(eps1, eps1 * (1.0 - r), t_w, 593.0) };
    let modulus = |time: f64| solid.relaxed_modulus + solid.relaxing_modulus() * solid.phi(time);
    let ripple = |row: usize| 0.01 * (row as f64 * 2.399_963).sin() + 0.01 * (row as f64 * row as f64 * 0.618).cos();
    let curve = |times: Vec<f64>, stress: &dyn Fn(f64) -> f64| {
        let values = times.iter().enumerate().map(|(row, &time)| stress(time) + ripple(row)).collect();
        Curve::new("stage", times, values).unwrap().x_axis("time", "s").y_axis("stress", "MPa")
    };
    TwoStepRecord {
        test,
        first: curve(log_spaced(0.5, t_w, 30), &|time| eps1 * modulus(time)),
        second: curve(log_spaced(0.5, 3e3, 30), &|time| eps1 * (modulus(t_w + time) - r * modulus(time))),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn interchanging_the_terms_changes_nothing_and_the_fit_keeps_its_branch(form in form()) {
        // A goes to 1 - A, that is D to -1 - D, and the terms change places.
        let other = DoubleKww {
            overshoot: -1.0 - form.overshoot,
            slow_time: form.fast_time,
            fast_time: form.slow_time,
            slow_exponent: form.fast_exponent,
            fast_exponent: form.slow_exponent,
            ..form
        };
        let times = log_spaced(0.3, 1e5, 20);
        for &time in &times {
            prop_assert!((form.value(time) - other.value(time)).abs() < 1e-14);
        }
        let fit = fit_double_kww(&samples(&other, &times), &KNOWN).unwrap();
        prop_assert!(fit.amplitude() >= 0.0 && fit.form.slow_time >= fit.form.fast_time, "{:?}", fit.form);
    }

    #[test]
    fn times_may_be_counted_in_another_unit(form in form(), power in -6i32..6) {
        let times = log_spaced(0.3, 1e5, 20);
        let factor = 4f64.powi(power);
        let scaled: Vec<f64> = times.iter().map(|time| factor * time).collect();
        let mut curve = samples(&form, &times);
        let one = fit_double_kww(&curve, &KNOWN).unwrap();
        curve.x = scaled;
        let two = fit_double_kww(&curve, &KNOWN).unwrap();
        // Both are exact data: what differs is rounding, times the condition of the problem. The curve is the same.
        for &time in &times {
            prop_assert!((one.form.value(time) - two.form.value(factor * time)).abs() < 1e-6, "{:?} {:?}", one.form, two.form);
        }
        if let (Some(one), Some(two)) = (one.peak, two.peak) {
            prop_assert!((two.t_p / (factor * one.t_p) - 1.0).abs() < 1e-3, "{one:?} {two:?}");
        }
    }

    #[test]
    fn superposition_explains_every_linear_material(solid in solid(), r in 0.1..0.9f64, factor in 0.1..10.0f64) {
        let record = record(&solid, r);
        let found = linear_test(&record, &LinearTestOptions::default()).unwrap();
        // On the level of 5 % one material in twenty is called nonlinear; none is by much.
        prop_assert!(found.excess.p_value > 1e-3, "{:?} {:?}", found.verdict, found.excess.p_value);
        // A line between the places of the grid is met to 1 %, or better where the noise is smaller than its bends.
        let first = record.first.y[0];
        prop_assert!(found.excess.residuals.iter().all(|rest| rest.abs() < 0.01 * first), "{:?}", found.excess.residuals);
        // Stress in another unit: the same but for rounding.
        let mut scaled = record.clone();
        scaled.first.y.iter_mut().chain(&mut scaled.second.y).for_each(|stress| *stress *= factor);
        let other = linear_test(&scaled, &LinearTestOptions::default()).unwrap();
        prop_assert!((other.noise / (factor * found.noise) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn the_kernel_of_a_record_keeps_its_bounds(solid in solid(), r in 0.1..0.9f64) {
        let moduli = Moduli { unrelaxed: solid.unrelaxed_modulus(), relaxed: solid.relaxed_modulus };
        let found = measured_kernel(&record(&solid, r), moduli, 0.01).unwrap();
        prop_assert!(!found.leaves_bounds, "{}", found.worst);
        for point in &found.points {
            let exact = memory_kernel(&solid, 300.0, point.time);
            prop_assert!((0.0..=solid.phi(point.time)).contains(&exact));
            // Linear interpolation of the first stage thirty to the decade.
            let off = (point.value - exact).abs();
            prop_assert!(off < 5.0 * point.standard_error + 2e-3 / (1.0 - found.waited), "{point:?}, not {exact}");
        }
    }
}
