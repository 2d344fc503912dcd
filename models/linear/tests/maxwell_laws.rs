//! The recursion of the Maxwell elements against superposition, for random solids, protocols and sampling.

use kovacs_core::Protocol;
use kovacs_core::linear_response::{Columns, Moduli, StrainTest};
use kovacs_linear::maxwell::{MaxwellSolid, Mode};
use proptest::prelude::*;
use proptest::test_runner::Config;

prop_compose! {
    fn solid()(relaxed_modulus in 0.0..100.0f64, modes in prop::collection::vec((0.1..100.0f64, -3.0..4.0f64), 1..6))
        -> MaxwellSolid {
        let modes = modes.into_iter().map(|(modulus, decade)| Mode { modulus, relaxation_time: 10f64.powf(decade) });
        MaxwellSolid { relaxed_modulus, modes: modes.collect() }
    }
}

prop_compose! {
    /// Up to six changes of strain, as steps or ramps, each held; the first may come after a rest.
    fn protocol()(
        rest in prop::option::of(0.1..10.0f64),
        pieces in prop::collection::vec((-1.0..1.0f64, prop::option::of(-3.0..2.0f64), -1.0..3.0f64), 1..6),
    ) -> Protocol {
        let start = Protocol::at(300.0);
        let start = match rest { Some(seconds) => start.hold(seconds), None => start };
        pieces.into_iter().fold(start, |protocol, (strain, ramp, hold)| {
            let ramp = ramp.map_or(0.0, |decade| 10f64.powf(decade));
            protocol.ramp(strain, ramp).hold(10f64.powf(hold))
        })
    }
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn recursion_is_superposition(
        solid in solid(), protocol in protocol(), shift in -2.0..2.0f64,
        places in prop::collection::vec(0.0..1.2f64, 0..40),
    ) {
        let shift = 10f64.powf(shift);
        let nodes = protocol.nodes().unwrap();
        // Random times, inside ramps and after the end, and both sides of every node.
        let mut wanted: Vec<(f64, bool)> = places.iter().map(|place| (place * protocol.duration(), false)).collect();
        wanted.extend(nodes.time.iter().flat_map(|&time| [(time, true), (time, false)]));
        wanted.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let (times, before): (Vec<f64>, Vec<bool>) = wanted.into_iter().unzip();
        let test = StrainTest::new(Columns {
            time: &nodes.time,
            temperature: &nodes.temperature,
            control: &nodes.control,
            drive: &nodes.drive,
            wanted: &times,
            before: &before,
        }).unwrap();
        let mut recursion = vec![f64::NAN; times.len()];
        solid.stress(&test, shift, &mut recursion);

        let modes = solid.modes.iter().map(|mode| Mode { relaxation_time: mode.relaxation_time * shift, ..*mode });
        let shifted = MaxwellSolid { relaxed_modulus: solid.relaxed_modulus, modes: modes.collect() };
        let moduli = Moduli { unrelaxed: solid.unrelaxed_modulus(), relaxed: solid.relaxed_modulus };
        let mut superposition = vec![f64::NAN; times.len()];
        test.stress(moduli, &shifted, &mut superposition);
        for (((time, before), recursive), superposed) in times.iter().zip(before).zip(recursion).zip(superposition) {
            // Rounding of some hundred operations on stresses of up to some 600 MPa, and times good to 1e-13 s inside
            // ramps as short as 1 ms.
            prop_assert!(
                (recursive - superposed).abs() < 1e-6,
                "{recursive} and {superposed} MPa at {time} s, before a jump: {before}"
            );
        }
    }
}
