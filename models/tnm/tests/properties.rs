//! Laws for any glass and any test: random parameters within what is physical, random strains and times.

mod common;

use common::curve;
use kovacs_core::hump::log_spaced;
use kovacs_core::model::Evaluator;
use kovacs_core::{Hump, Protocol, TwoStep, observe_second_stage};
use kovacs_sdk::Local;
use kovacs_tnm::{Tnm, TnmStrain};
use proptest::prelude::*;

/// A glass that ages at 593 K: relaxation time (ln s) in equilibrium at 683 K, enthalpy, x, beta, Tf0 and moduli.
fn glass() -> impl Strategy<Value = Vec<f64>> {
    (0.0..8.0f64, 2e4..1.2e5f64, 0.1..1.0f64, 0.25..1.0f64, 560.0..720.0f64, 1e3..2e5f64, 0.0..1.0f64).prop_map(
        |(ln_time, enthalpy, nonlinearity, exponent, fictive, unrelaxed, share)| {
            let ln_prefactor = ln_time - enthalpy / 683.0;
            vec![ln_prefactor, enthalpy, nonlinearity, exponent, fictive, 0.0, unrelaxed, share * unrelaxed]
        },
    )
}

fn model() -> Local<TnmStrain> {
    Local::new(&[30.0, 1e-3, 0.0]).unwrap()
}

fn stress(parameters: &[f64], protocol: &Protocol, times: &[f64]) -> Vec<f64> {
    curve(&mut model(), parameters, protocol, "stress", times)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn stress_only_falls_if_strain_is_not_taken_back(
        parameters in glass(), eps1 in 1e-4..1e-2f64, more in 0.0..1e-2f64, t_w in 1.0..1e4f64
    ) {
        let test = TwoStep { duration: 1e5, ..TwoStep::new(eps1, eps1 + more, t_w, 593.0) };
        let stage = observe_second_stage(&mut model(), &parameters, &test).unwrap();
        prop_assert_eq!(stage.hump, Hump::NoHump);
    }

    #[test]
    fn a_hump_is_lower_than_the_strain_taken_back(
        parameters in glass(), eps1 in 1e-4..1e-2f64, part in 0.01..0.99f64, t_w in 1.0..1e4f64
    ) {
        let test = TwoStep { duration: 1e5, ..TwoStep::new(eps1, part * eps1, t_w, 593.0) };
        let stage = observe_second_stage(&mut model(), &parameters, &test).unwrap();
        let relaxing = parameters[6] - parameters[7];
        if let Some(height) = stage.delta_sigma() {
            prop_assert!(height >= 0.0 && height < relaxing * (1.0 - part) * eps1, "{}", height);
        }
    }

    #[test]
    fn responses_to_strain_add_up(
        parameters in glass(), first in -1e-2..1e-2f64, second in -1e-2..1e-2f64, t_w in 1.0..1e4f64
    ) {
        let times: Vec<f64> = log_spaced(t_w * 1.001, 1e6, 4);
        let alone = |strain: f64, at: f64| {
            let rest = Protocol::at(593.0).hold(at).step(strain).hold(1e6);
            stress(&parameters, &rest, &times)
        };
        // Strain does not touch the clock, and a hold before it is not a change.
        let early = stress(&parameters, &Protocol::at(593.0).step(first).hold(1e6), &times);
        let late = alone(second, t_w);
        let both = Protocol::at(593.0).step(first).hold(t_w).step(first + second).hold(1e6);
        for ((both, early), late) in stress(&parameters, &both, &times).iter().zip(&early).zip(&late) {
            // Steps end at other times where a strain is: second order at 30 steps per decade, of E_U eps.
            prop_assert!((both - early - late).abs() < 1e-4 * parameters[6] * 1e-2, "{} {} {}", both, early, late);
        }
    }

    #[test]
    fn the_fictive_temperature_stays_between_the_temperatures_there_were(
        parameters in glass(), levels in prop::collection::vec((500.0..750.0f64, 1.0..1e5f64, 0.0..1e4f64), 1..5)
    ) {
        let mut tnm = Local::<Tnm>::new(&[10.0, 1e-2, 0.0]).unwrap();
        let mut protocol = Protocol::at(650.0);
        let (mut low, mut high) = (650.0f64, 650.0f64);
        for (kelvin, hold, ramp) in levels {
            protocol = protocol.temperature_ramp(kelvin, ramp).hold(hold);
            (low, high) = (low.min(kelvin), high.max(kelvin));
        }
        let times: Vec<f64> = (0..=40).map(|index| protocol.duration() * f64::from(index) / 40.0).collect();
        prop_assert!(tnm.description().parameters.len() == 4);
        let fictive = curve(&mut tnm, &parameters[..4], &protocol, "fictive_temperature", &times);
        // Modes are good to 1e-9 of the changes.
        prop_assert!(fictive.iter().all(|&kelvin| kelvin > low - 1e-6 && kelvin < high + 1e-6), "{:?}", fictive);
    }
}
