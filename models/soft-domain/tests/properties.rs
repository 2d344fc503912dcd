//! What holds for any parameters, protocol and scheme: found by chance, reduced to the smallest case.

mod common;

use common::{curves, model};
use kovacs_core::hump::log_spaced;
use kovacs_core::model::{Batch, Evaluator, Experiment, RowStatus};
use kovacs_core::{Control, Protocol, Segment};
use kovacs_soft_domain::SoftDomain;
use proptest::prelude::*;

/// Parameters between plausible and odd, in the order of the model.
fn parameters() -> impl Strategy<Value = Vec<f64>> {
    let elastic = (1f64..6.0, -4f64..-1.0, -3f64..0.5, 0.0..0.3);
    let beta = (0.0..1.0, 0.0..3.0, 0.0..0.3, 5f64..15.0);
    let alpha = (0.0..4.0, 0.0..0.3, -3f64..8.0);
    let flow = (0.0..4.0, prop_oneof![Just(0.0), (-6f64..3.0).prop_map(|power| 10f64.powf(power))], 0.0..0.3);
    (elastic, beta, alpha, flow, 0.0..0.1).prop_map(|(elastic, beta, alpha, flow, coupling)| {
        let power = |value: f64| 10f64.powf(value);
        vec![
            power(elastic.0),
            power(elastic.1),
            power(elastic.2),
            elastic.3,
            beta.0,
            beta.1,
            beta.2,
            power(beta.3),
            alpha.0,
            alpha.1,
            power(alpha.2),
            flow.0,
            flow.1,
            flow.2,
            coupling,
            500.0,
        ]
    })
}

/// A few segments of strain or stress, of up to 1e5 s.
fn protocol() -> impl Strategy<Value = Protocol> {
    let segment = (any::<bool>(), -1f64..1.0, prop_oneof![Just(None), (-3f64..5.0).prop_map(Some)]);
    (300f64..900.0, prop::collection::vec(segment, 1..5)).prop_map(|(temperature, segments)| {
        let mut protocol = Protocol::at(temperature);
        for (stress, level, ramp) in segments {
            let (control, target) =
                if stress { (Control::Stress, 1000.0 * level) } else { (Control::Strain, 0.02 * level) };
            protocol = protocol.then(Segment { duration: 0.0, control, target, temperature });
            let length = ramp.map_or(10.0, |power| 10f64.powf(power));
            let target = if ramp.is_some() { 0.5 * target } else { target };
            protocol = protocol.then(Segment { duration: length, control, target, temperature });
        }
        protocol
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn strain_adds_up_and_flow_never_comes_back(
        parameters in parameters(),
        protocol in protocol(),
        per_decade in 1u32..40,
        order in 0u32..2,
    ) {
        let mut model = model(&[f64::from(per_decade), 1e-2, 21.0, f64::from(order)]);
        let end = protocol.duration();
        let mut times = vec![0.0];
        times.extend(log_spaced(1e-3, 2.0 * end, 30));
        let wanted: Vec<String> = model.description().outputs.iter().map(|output| output.id.clone()).collect();
        let history = protocol.nodes().unwrap();
        model.bind(&Experiment { history, times: times.clone(), before: vec![], wanted }).unwrap();
        let evaluation = model.evaluate(Batch::new(&parameters)).unwrap();
        if evaluation.status == [RowStatus::Rejected] {
            // Only a glass that flows at rest, or one with two states of its own, may be refused.
            let message = evaluation.message.unwrap();
            prop_assert!(message.contains("never rests") || message.contains("must not exceed 4 kT"), "{}", message);
            return Ok(());
        }
        let columns: Vec<&[f64]> = evaluation.values.chunks_exact(times.len()).collect();
        let [stress, strain, elastic, anelastic, flown, percolating, transformed] = columns[..] else { panic!() };
        for index in 0..times.len() {
            let size = elastic[index].abs() + anelastic[index].abs() + flown[index];
            let parts = elastic[index] + anelastic[index] + flown[index];
            prop_assert!((strain[index] - parts).abs() <= 1e-15 + 1e-15 * size);
            prop_assert!((stress[index] - parameters[0] * elastic[index]).abs() <= 1e-12 * stress[index].abs() + 1e-12);
        }
        prop_assert!(flown.windows(2).all(|pair| pair[1] >= pair[0]) && flown[0] == 0.0);
        prop_assert!(percolating.iter().chain(transformed).all(|share| (-1e-12..=1.0 + 1e-12).contains(share)));
        if parameters[12] == 0.0 {
            prop_assert!(flown.iter().all(|&strain| strain == 0.0));
        }
    }

    #[test]
    fn asking_for_other_times_changes_nothing(
        parameters in parameters(),
        protocol in protocol(),
        places in prop::collection::vec(0f64..1.5, 1..6),
    ) {
        let mut model = model(&[10.0, 1e-2, 21.0, 0.0]);
        let mut times: Vec<f64> = places.iter().map(|place| place * protocol.duration()).collect();
        times.sort_by(f64::total_cmp);
        let run = |model: &mut kovacs_sdk::Local<SoftDomain>, times: &[f64]| {
            let history = protocol.nodes().unwrap();
            let wanted = vec!["stress".to_owned()];
            model.bind(&Experiment { history, times: times.to_vec(), before: vec![], wanted }).unwrap();
            model.evaluate(Batch::new(&parameters)).unwrap()
        };
        let together = run(&mut model, &times);
        if together.status == [RowStatus::Done] {
            for (&time, &expected) in times.iter().zip(&together.values) {
                prop_assert_eq!(run(&mut model, &[time]).values[0].to_bits(), expected.to_bits());
            }
        }
    }
}

#[test]
fn the_same_curve_comes_out_of_a_model_that_has_seen_others() {
    let mut used = model(&[]);
    let mut parameters = common::glass(&used, 0);
    let protocol = Protocol::two_step(0.005, 0.003, 900.0, 1e4, 593.0);
    let first = curves(&mut used, &parameters, &protocol, &[1e3]);
    parameters[0] = 1e5;
    let other = curves(&mut used, &parameters, &protocol, &[1e3]);
    assert_ne!(first, other);
    parameters[0] = 90_000.0;
    assert_eq!(curves(&mut used, &parameters, &protocol, &[1e3]), first);
}
