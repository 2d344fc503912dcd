//! Laws of Maxwell solids under strain and stress control, for random solids, protocols and sampling.

use kovacs_core::linear_response::{Columns, Moduli, StrainTest};
use kovacs_core::modes::{HistoryTest, MaxwellSolid, Mode, Thermal};
use kovacs_core::{Control, Protocol, Segment};
use proptest::prelude::*;
use proptest::test_runner::Config;

prop_compose! {
    fn solid()(
        relaxed_modulus in prop_oneof![Just(0.0), 0.1..100.0f64],
        modes in prop::collection::vec((0.1..100.0f64, -3.0..4.0f64), 1..6),
    ) -> MaxwellSolid {
        let modes = modes.into_iter().map(|(modulus, decade)| Mode { modulus, relaxation_time: 10f64.powf(decade) });
        MaxwellSolid { relaxed_modulus, modes: modes.collect() }
    }
}

/// One piece of a protocol: stress control or not, strain in 1 or stress in 100 MPa, ramp in decades of s, hold too.
type Piece = (bool, f64, Option<f64>, f64);

fn pieces(stress: impl Strategy<Value = bool>) -> impl Strategy<Value = Vec<Piece>> {
    prop::collection::vec((stress, -1.0..1.0f64, prop::option::of(-3.0..2.0f64), -1.0..3.0f64), 1..6)
}

fn protocol(pieces: &[Piece], rest: f64) -> Protocol {
    let start = if rest > 0.0 { Protocol::at(300.0).hold(rest) } else { Protocol::at(300.0) };
    pieces.iter().fold(start, |protocol, &(stress, drive, ramp, hold)| {
        let control = if stress { Control::Stress } else { Control::Strain };
        let target = if stress { 100.0 * drive } else { drive };
        let before = protocol.segments.last().map_or(Control::Strain, |segment| segment.control);
        // Control changes at a jump only.
        let duration = if before == control { ramp.map_or(0.0, |decade| 10f64.powf(decade)) } else { 0.0 };
        protocol.then(Segment { duration, control, target, temperature: 300.0 }).hold(10f64.powf(hold))
    })
}

/// Random times, inside ramps and after the end, and both sides of every node.
fn sampling(protocol: &Protocol, places: &[f64]) -> (Vec<f64>, Vec<bool>) {
    let nodes = protocol.nodes().unwrap();
    let mut wanted: Vec<(f64, bool)> = places.iter().map(|place| (place * protocol.duration(), false)).collect();
    wanted.extend(nodes.time.iter().flat_map(|&time| [(time, true), (time, false)]));
    wanted.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    wanted.into_iter().unzip()
}

/// Stress in 100 MPa and strain at the wanted times.
fn run(solid: &MaxwellSolid, protocol: &Protocol, times: &[f64], before: &[bool], factor: f64) -> Vec<[f64; 2]> {
    let nodes = protocol.nodes().unwrap();
    let columns = Columns {
        time: &nodes.time,
        temperature: &nodes.temperature,
        control: &nodes.control,
        drive: &nodes.drive,
        wanted: times,
        before,
    };
    let mut out = vec![[f64::NAN; 2]; times.len()];
    solid
        .run(&HistoryTest::new(columns).unwrap(), Thermal::Common(&|_| factor), |index, state| {
            out[index] = [0.01 * state.stress(), state.strain()];
        })
        .unwrap();
    out
}

fn largest(values: &[[f64; 2]]) -> f64 {
    values.iter().flatten().fold(1.0, |largest: f64, value| largest.max(value.abs()))
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn under_strain_it_is_superposition(
        solid in solid(), pieces in pieces(Just(false)), rest in prop_oneof![Just(0.0), 0.1..10.0f64],
        shift in -2.0..2.0f64, places in prop::collection::vec(0.0..1.2f64, 0..40),
    ) {
        let (protocol, shift) = (protocol(&pieces, rest), 10f64.powf(shift));
        let (times, before) = sampling(&protocol, &places);
        let found = run(&solid, &protocol, &times, &before, 1.0 / shift);
        let nodes = protocol.nodes().unwrap();
        let test = StrainTest::new(Columns {
            time: &nodes.time,
            temperature: &nodes.temperature,
            control: &nodes.control,
            drive: &nodes.drive,
            wanted: &times,
            before: &before,
        }).unwrap();
        let modes = solid.modes.iter().map(|mode| Mode { relaxation_time: mode.relaxation_time * shift, ..*mode });
        let shifted = MaxwellSolid { relaxed_modulus: solid.relaxed_modulus, modes: modes.collect() };
        let moduli = Moduli { unrelaxed: solid.unrelaxed_modulus(), relaxed: solid.relaxed_modulus };
        let mut superposition = vec![f64::NAN; times.len()];
        test.stress(moduli, &shifted, &mut superposition);
        for (((time, before), found), superposed) in times.iter().zip(before).zip(found).zip(superposition) {
            // Rounding of some hundred operations on stresses of up to some 600 MPa, and times good to 1e-13 s inside
            // ramps as short as 1 ms.
            prop_assert!(
                (100.0 * found[0] - superposed).abs() < 1e-6,
                "{} and {superposed} MPa at {time} s, before a jump: {before}", 100.0 * found[0]
            );
        }
    }

    #[test]
    fn times_do_not_steer_and_nothing_ages(
        solid in solid(), pieces in pieces(any::<bool>()), places in prop::collection::vec(0.0..1.2f64, 1..40),
        rest in 0.1..10.0f64,
    ) {
        let protocol_now = protocol(&pieces, 0.0);
        // A little off the corners: a shifted corner may round to the other side of a jump.
        let mut times: Vec<f64> = places.iter().map(|place| place * protocol_now.duration() + 1e-5).collect();
        times.sort_by(f64::total_cmp);
        let together = run(&solid, &protocol_now, &times, &[], 1.0);
        let scale = largest(&together);
        let later_times: Vec<f64> = times.iter().map(|time| time + rest).collect();
        let later = run(&solid, &protocol(&pieces, rest), &later_times, &[], 1.0);
        for ((time, together), later) in times.iter().zip(&together).zip(&later) {
            let alone = run(&solid, &protocol_now, &[*time], &[], 1.0)[0];
            for channel in 0..2 {
                prop_assert!((alone[channel] - together[channel]).abs() < 1e-10 * scale, "{alone:?} {together:?}");
                // A time of 1e3 s is good to 1e-13 s; inside a ramp of 1 ms that is 1e-10 of the drive.
                prop_assert!((later[channel] - together[channel]).abs() < 1e-8 * scale, "{later:?} {together:?}");
            }
        }
    }

    #[test]
    fn responses_add_under_any_control(
        solid in solid(), pieces in pieces(any::<bool>()), factors in prop::collection::vec(-2.0..2.0f64, 6),
        places in prop::collection::vec(0.0..1.2f64, 1..20),
    ) {
        let other: Vec<Piece> = pieces.iter().zip(&factors).map(|(p, factor)| (p.0, factor * p.1, p.2, p.3)).collect();
        let sum: Vec<Piece> = pieces.iter().zip(&other).map(|(a, b)| (a.0, a.1 + b.1, a.2, a.3)).collect();
        let mut times: Vec<f64> = places.iter().map(|place| place * protocol(&pieces, 0.0).duration()).collect();
        times.sort_by(f64::total_cmp);
        let [a, b, both] = [&pieces, &other, &sum].map(|p| run(&solid, &protocol(p, 0.0), &times, &[], 1.0));
        let scale = largest(&a) + largest(&b);
        for ((a, b), both) in a.iter().zip(&b).zip(&both) {
            for channel in 0..2 {
                prop_assert!((a[channel] + b[channel] - both[channel]).abs() < 1e-10 * scale);
            }
        }
    }

    #[test]
    fn strain_that_a_stress_made_makes_that_stress(solid in solid(), pieces in pieces(any::<bool>()), wait in -3.0..3.0f64) {
        // Taking over with the other control at the present value changes neither stress nor strain.
        let before = protocol(&pieces, 0.0);
        let end = before.duration();
        let at_end = run(&solid, &before, &[end], &[], 1.0)[0];
        let hold = 10f64.powf(wait);
        let strained = before.clone().step(at_end[1]).hold(hold);
        let stressed = before.stress_step(100.0 * at_end[0]).hold(hold);
        for taken_over in [strained, stressed] {
            let after = run(&solid, &taken_over, &[end], &[], 1.0)[0];
            let scale = largest(&[at_end]);
            for channel in 0..2 {
                prop_assert!((after[channel] - at_end[channel]).abs() < 1e-10 * scale, "{after:?} {at_end:?}");
            }
        }
    }

    #[test]
    fn creep_and_relaxation_belong_together(solid in solid(), time in -4.0..5.0f64) {
        // integral of E(t - s) J(s) over s = t (Ferry, ch. 3), in closed form for exponentials.
        let time = 10f64.powf(time);
        let chain = solid.to_kelvin().unwrap();
        let decay = |tau: f64| -tau * (-time / tau).exp_m1();
        let mut sum = 0.0;
        let mut moduli: Vec<(f64, f64)> = solid.modes.iter().map(|mode| (mode.modulus, mode.relaxation_time)).collect();
        moduli.push((solid.relaxed_modulus, f64::INFINITY));
        for (modulus, tau) in moduli {
            let relaxed = if tau.is_infinite() { time } else { decay(tau) };
            // Constant creep, flow, and the part of each element that has not come yet.
            let all = 1.0 / chain.unrelaxed_modulus + chain.modes.iter().map(|mode| mode.compliance).sum::<f64>();
            let flow = if tau.is_infinite() { 0.5 * time * time } else { tau * (time - relaxed) };
            sum += modulus * (all * relaxed + chain.fluidity * flow);
            for mode in &chain.modes {
                let mu = mode.retardation_time;
                let rest = if tau.is_infinite() {
                    decay(mu)
                } else {
                    // (e^-bt - e^-at) / (a - b), without loss of digits where they are alike.
                    let (gap, slower) = ((1.0 / tau - 1.0 / mu).abs(), mu.max(tau));
                    (-time / slower).exp() * -(-time * gap).exp_m1() / gap
                };
                sum -= modulus * mode.compliance * rest;
            }
        }
        // Large compliances of a soft solid cancel: J_R E_U is up to 6e3 here, and modes may lie close together.
        prop_assert!((sum / time - 1.0).abs() < 1e-8, "{sum} s after {time} s");
    }
}
