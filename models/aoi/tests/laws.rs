//! Laws of linear viscoelasticity for flat barriers, with and without a viscous branch.

use kovacs_aoi::relaxation;
use kovacs_core::linear_response::{RelaxationFunction, linear_peak};
use proptest::prelude::*;
use proptest::test_runner::Config;

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn humps_are_bounded_and_only_a_step_back_makes_one(
        lowest in 0.5..2.0f64, width in 0.001..1.0f64, temperature in 250.0..700.0f64,
        flow in prop_oneof![Just(50.0), 1.5..3.0f64], t_w in -3.0..6.0f64, r in 0.01..0.99f64,
    ) {
        let (phi, _) = relaxation([lowest, lowest + width, 1e13, 1.0, 0.3, flow], temperature).unwrap();
        let t_w = 10f64.powf(t_w);
        let stage = |r: f64| -> Vec<f64> {
            let times = (-160..=160).map(|index| t_w * 10f64.powf(f64::from(index) / 20.0));
            times.map(|time| phi.phi(t_w + time) - r * phi.phi(time)).collect()
        };
        // Differences of exponential integrals are good to 1e-14, divided by the width in ln lambda where that is small.
        let rounding = 1e-12;
        for up in [-r, 0.0] {
            prop_assert!(stage(up).windows(2).all(|pair| pair[1] <= pair[0] + rounding), "r = {up}");
        }
        prop_assert!(stage(1.0 + r).windows(2).all(|pair| pair[1] >= pair[0] - rounding));
        let largest = stage(r).into_iter().fold(f64::NEG_INFINITY, f64::max);
        let start = phi.phi(t_w) - r;
        match linear_peak(&phi, t_w, r) {
            Some((t_p, rise)) => {
                prop_assert!(rise > -rounding && rise < r * (1.0 - phi.phi(t_p)) + rounding, "{rise} at {t_p} s");
                prop_assert!(largest <= start + rise + rounding);
            }
            None => prop_assert!(largest <= start.max(0.0) + rounding, "{largest} without a peak"),
        }
    }
}
