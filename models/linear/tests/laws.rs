//! Laws of linear viscoelasticity for the continuous spectra, with random parameters and tests.

use kovacs_core::linear_response::{RelaxationFunction, linear_peak};
use kovacs_linear::mittag_leffler::MittagLeffler;
use kovacs_linear::stretched::StretchedExponential;
use proptest::prelude::*;
use proptest::test_runner::Config;

/// The second stage `s(t') = phi(t_w + t') - r phi(t')` at times over twelve decades around `t_w`.
fn second_stage(phi: &impl RelaxationFunction, t_w: f64, r: f64) -> Vec<f64> {
    let times = (-240..=240).map(|index| t_w * 10f64.powf(f64::from(index) / 40.0));
    times.map(|time| phi.phi(t_w + time) - r * phi.phi(time)).collect()
}

/// Rounding of `phi`, which is good to 1e-14 for the Mittag-Leffler function.
const ROUNDING: f64 = 4e-14;

fn laws(phi: &impl RelaxationFunction, t_w: f64, r: f64) -> Result<(), TestCaseError> {
    // Strain stepped further up, or not at all: the stress only falls.
    for up in [-r, 0.0] {
        let stress = second_stage(phi, t_w, up);
        prop_assert!(stress.windows(2).all(|pair| pair[1] <= pair[0] + ROUNDING), "r = {up}");
    }
    // Strain stepped down: one maximum at most, and its height is bounded.
    let stress = second_stage(phi, t_w, r);
    let largest = stress.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let start = phi.phi(t_w) - r;
    match linear_peak(phi, t_w, r) {
        Some((t_p, rise)) => {
            prop_assert!(rise > -ROUNDING && rise < r * (1.0 - phi.phi(t_p)) + ROUNDING, "{rise} at {t_p} s");
            prop_assert!(largest <= start + rise + ROUNDING, "{largest} above {}", start + rise);
        }
        None => prop_assert!(largest <= start.max(0.0) + ROUNDING, "{largest} without a peak"),
    }
    // Stepped back to nothing or beyond: it only rises.
    let stress = second_stage(phi, t_w, 1.0 + r);
    prop_assert!(stress.windows(2).all(|pair| pair[1] >= pair[0] - ROUNDING));
    Ok(())
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn stretched_exponentials_obey(exponent in 0.05..1.0f64, t_w in -6.0..6.0f64, r in 0.01..0.99f64) {
        laws(&StretchedExponential { relaxation_time: 1.0, exponent }, 10f64.powf(t_w), r)?;
    }

    #[test]
    fn mittag_leffler_functions_obey(exponent in 0.05..1.0f64, t_w in -6.0..6.0f64, r in 0.01..0.99f64) {
        laws(&MittagLeffler::new(1.0, exponent), 10f64.powf(t_w), r)?;
    }

    #[test]
    fn scaling_all_times_changes_nothing(exponent in 0.05..1.0f64, t_w in -3.0..3.0f64, r in 0.1..0.9f64, k in -6.0..6.0f64) {
        let (t_w, k) = (10f64.powf(t_w), 10f64.powf(k));
        let phi = |relaxation_time| StretchedExponential { relaxation_time, exponent };
        match (linear_peak(&phi(1.0), t_w, r), linear_peak(&phi(k), k * t_w, r)) {
            // Peaks where nothing is left of phi are the difference of two numbers that are too large for it.
            (Some((here, _)), _) if here > 1e6 => {}
            (Some((here, rise)), Some((there, scaled_rise))) => {
                // Where the curve is flat the root is less sharp than its height.
                prop_assert!((there / (k * here) - 1.0).abs() < 1e-6, "{here} {there}");
                prop_assert!((rise - scaled_rise).abs() < 1e-13);
            }
            (here, there) => prop_assert!(here.is_none() && there.is_none(), "{here:?} {there:?}"),
        }
    }
}
