//! The relaxation functions against values computed independently, before any model interface comes in.
//!
//! Closed forms are held to 1e-9 and peak positions to the number of digits printed in the reference.

use kovacs_core::hump::{Hump, Located, Window, find_hump};
use kovacs_core::linear_response::{
    Columns, Moduli, RelaxationFunction, StrainTest, existence_window, linear_peak, memory_kernel,
};
use kovacs_core::modes::{MaxwellSolid, Mode};
use kovacs_core::{Protocol, TwoStep};
use kovacs_linear::mittag_leffler::MittagLeffler;
use kovacs_linear::stretched::StretchedExponential;
use std::convert::Infallible;

const KWW: StretchedExponential = StretchedExponential { relaxation_time: 1e4, exponent: 0.5 };
const UNIT: Moduli = Moduli { unrelaxed: 1.0, relaxed: 0.0 };

#[track_caller]
fn check(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual / expected - 1.0).abs() < tolerance, "{actual} is not {expected} within {tolerance:e}");
}

fn strain_test(protocol: &Protocol, times: &[f64]) -> StrainTest {
    let nodes = protocol.nodes().unwrap();
    StrainTest::new(Columns {
        time: &nodes.time,
        temperature: &nodes.temperature,
        control: &nodes.control,
        drive: &nodes.drive,
        wanted: times,
        before: &[],
    })
    .unwrap()
}

/// The hump of a two-step test, searched on samples as a user's is.
fn locate(phi: &impl RelaxationFunction, moduli: Moduli, test: &TwoStep) -> Located {
    let protocol = test.protocol().unwrap();
    let stress = |times: &[f64]| {
        let times: Vec<f64> = times.iter().map(|time| test.second_stage_start() + time).collect();
        let mut stress = vec![0.0; times.len()];
        strain_test(&protocol, &times).stress(moduli, phi, &mut stress);
        Ok::<_, Infallible>(stress)
    };
    find_hump(stress, Window { dead_time: 0.0, first: 1e-3, last: 1e7 }, true).unwrap()
}

fn peak(located: Located) -> (f64, f64) {
    match located.hump {
        Hump::Peak { t_p, delta_sigma } => (t_p, delta_sigma),
        other => panic!("no peak but {other}"),
    }
}

#[test]
fn peaks_of_the_stretched_exponential_for_five_waiting_times() {
    // (t_w, t_p, rise) at r = 0.4. The samples resolve t_p to 1e-8: the top is flat, and doubles end there.
    for (t_w, t_p, rise) in [
        (10.0, 2.0004176963, 2.6971630641e-3),
        (100.0, 22.195792425, 8.919060946e-3),
        (900.0, 266.62199344, 3.0104262707e-2),
        (1e4, 6914.6149732, 0.13034820450),
        (1e5, 351135.82187, 0.35781334399),
    ] {
        let (root, height) = linear_peak(&KWW, t_w, 0.4).unwrap();
        check(root, t_p, 1e-10);
        check(height, rise, 1e-9);
        let (sampled, height) = peak(locate(&KWW, UNIT, &TwoStep::new(1.0, 0.6, t_w, 593.0)));
        check(sampled, t_p, 2e-7);
        check(height, rise, 1e-9);
    }
}

#[test]
fn peaks_of_the_stretched_exponential_for_five_depths() {
    for (r, t_p) in
        [(0.1, 15.497938476), (0.2, 61.123959472), (0.4, 266.62199344), (0.6, 788.54383690), (0.8, 2718.3877752)]
    {
        check(linear_peak(&KWW, 900.0, r).unwrap().0, t_p, 1e-10);
        check(peak(locate(&KWW, UNIT, &TwoStep::new(1.0, 1.0 - r, 900.0, 593.0))).0, t_p, 2e-7);
    }
}

#[test]
fn ramps_of_every_length_are_exact() {
    // (loading ramp, sigma_0, t_p, rise); the unloading ramp has the same rate.
    for (ramp, sigma_0, t_p, rise) in
        [(0.15, 0.3414541508, 266.630, 0.0294574097), (10.0, 0.3450044982, 267.133, 0.0251918385)]
    {
        let located = locate(&KWW, UNIT, &TwoStep { ramp: Some(ramp), ..TwoStep::new(1.0, 0.6, 900.0, 593.0) });
        check(located.sigma_0, sigma_0, 1e-9);
        check(peak(located).0, t_p, 2e-6);
        check(peak(located).1, rise, 2e-9);
    }
}

#[test]
fn a_ramp_of_a_nanosecond_is_a_step() {
    // What is lost by subtracting integrals: at 1e-6 s the third digit of t_p, at 1e-9 s everything.
    let step = peak(locate(&KWW, UNIT, &TwoStep::new(1.0, 0.6, 900.0, 593.0)));
    for ramp in [1e-4, 1e-6, 1e-8] {
        let short = TwoStep { ramp: Some(ramp), ..TwoStep::new(1.0, 0.6, 900.0, 593.0) };
        let (t_p, rise) = peak(locate(&KWW, UNIT, &short));
        check(t_p, step.0, 1e-6);
        // sigma_0 at the end of the ramp differs from the step by about sqrt(ramp / tau).
        check(rise, step.1, 40.0 * (ramp / 1e4).sqrt() + 1e-9);
    }
}

#[test]
fn two_modes_have_a_closed_form() {
    let solid = MaxwellSolid {
        relaxed_modulus: 0.0,
        modes: vec![Mode { modulus: 0.5, relaxation_time: 1.0 }, Mode { modulus: 0.5, relaxation_time: 100.0 }],
    };
    let (t_p, rise) = linear_peak(&solid, 3.0, 0.6).unwrap();
    check(t_p, 5.051281931061504, 1e-12);
    check(rise, 0.264221724592, 1e-11);
    // Outside the window, exp(-3/100) above and g(3)/g(0) below, there is no peak.
    let (lower, upper) = existence_window(&solid, 3.0);
    check(upper, (-0.03f64).exp(), 1e-15);
    check(lower, ((-3.0f64).exp() + 0.01 * (-0.03f64).exp()) / 1.01, 1e-13);
    let sampled = |r: f64| locate(&solid, UNIT, &TwoStep::new(1.0, 1.0 - r, 3.0, 593.0)).hump;
    for r in [lower * 0.99, 0.0, -0.5] {
        assert_eq!((linear_peak(&solid, 3.0, r), sampled(r)), (None, Hump::NoHump), "r = {r}");
    }
    for r in [upper * 1.001, 1.0, 1.2] {
        assert_eq!(linear_peak(&solid, 3.0, r), None);
        assert!(matches!(sampled(r), Hump::MonotoneRise { .. }), "r = {r}: {}", sampled(r));
    }
}

#[test]
fn a_single_exponential_never_has_a_peak() {
    let simple = StretchedExponential { relaxation_time: 50.0, exponent: 1.0 };
    for r in [0.01, 0.3, 0.7, 0.99] {
        assert_eq!(linear_peak(&simple, 30.0, r), None);
        let hump = locate(&simple, UNIT, &TwoStep::new(1.0, 1.0 - r, 30.0, 593.0)).hump;
        assert_eq!(hump.t_p(), None, "r = {r}: {hump}");
    }
}

#[test]
fn memory_kernel_of_prados_and_brey() {
    check(memory_kernel(&KWW, 900.0, 1.0), 0.027964308811, 1e-10);
    check(memory_kernel(&KWW, 900.0, 1e3), 0.411724174016, 1e-11);
    let stress = |times: &[f64]| Ok::<_, Infallible>(times.iter().map(|&t| memory_kernel(&KWW, 900.0, t)).collect());
    let located = find_hump(stress, Window { dead_time: 0.0, first: 1e-2, last: 1e6 }, true).unwrap();
    check(peak(located).0, 1783.346, 3e-7);
    check(peak(located).1, 0.4246792549, 1e-9);
    // The same protocol as two strains: eps2 = eps1 [1 - phi(t_w)] starts the second stage at equilibrium.
    check(1.0 - KWW.phi(900.0), 0.259181779318, 1e-11);
}

#[test]
fn the_fractional_solid_of_an_exponent_of_a_half() {
    let phi = MittagLeffler::new(1e4, 0.5);
    let (t_p, rise) = linear_peak(&phi, 900.0, 0.4).unwrap();
    check(t_p, 334.1709662919, 1e-11);
    check(rise, 0.0368432657, 2e-9);
    let located = locate(&phi, UNIT, &TwoStep::new(1.0, 0.6, 900.0, 593.0));
    check(peak(located).0, 334.1709662919, 2e-7);
    check(peak(located).1, 0.0368432657, 2e-9);
}

#[test]
fn the_peak_of_a_power_law_follows_the_waiting_time() {
    // Long after tau: t_p/t_w = q/(1 - q) with q = r^(1/(1 + a)).
    for (a, r) in [(0.3, 0.4), (0.5, 0.4), (0.8, 0.7)] {
        let (t_p, _) = linear_peak(&MittagLeffler::new(1.0, a), 1e9, r).unwrap();
        let q = f64::powf(r, 1.0 / (1.0 + a));
        // The next term of the long-time series is t^-a smaller.
        check(t_p / 1e9, q / (1.0 - q), 10.0 * 1e9_f64.powf(-a));
    }
}

#[test]
fn limits_of_short_and_long_waiting() {
    // KWW, t and t_w far below tau: q = r^(1/(1-beta)), t_p = t_w q/(1-q), and
    // rise = (t_w/tau)^beta [1 - (1+c)^beta + r c^beta] with c = q/(1-q).
    let (t_w, r, beta) = (1e-4, 0.4, 0.5);
    let q = f64::powf(r, 1.0 / (1.0 - beta));
    let c = q / (1.0 - q);
    let (t_p, rise) = linear_peak(&KWW, t_w, r).unwrap();
    // Corrections of the relative order (t_w/tau)^beta = 1e-4.
    check(t_p, t_w * c, 1e-3);
    check(rise, (t_w / 1e4).powf(beta) * (1.0 - (1.0 + c).powf(beta) + r * c.powf(beta)), 1e-3);
    // Far above tau: t_p = tau [beta t_w / (tau ln(1/r))]^(1/(1-beta)); corrections of the relative order t_w/t_p = 2e-4.
    let (t_p, _) = linear_peak(&KWW, 1e8, r).unwrap();
    check(t_p, 1e4 * (0.5 * 1e4 / -r.ln()).powi(2), 2e-3);
}
