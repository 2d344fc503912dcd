//! Laws that hold whatever the numbers are.

use kovacs_scattering::{
    Composition, PairDistribution, Pattern, Scale, ScatteringCorrections, ScatteringFile, StructureFactor,
    TransformOptions, WidthDefinition, first_peak, pair_distribution, structure_factor, two_gaussians, width_error,
};
use proptest::prelude::*;

const METALS: [&str; 8] = ["Be", "Ti", "Fe", "Ni", "Cu", "Zr", "Hf", "Al"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn weights_add_up_to_one_and_fractions_to_their_denominator(amounts in prop::collection::vec(1u32..1000, 1..8)) {
        let parts: Vec<(&str, f64)> =
            METALS.iter().zip(&amounts).map(|(symbol, amount)| (*symbol, f64::from(*amount) / 10.0)).collect();
        let weights = Composition::from_parts(&parts).unwrap().pair_weights();
        prop_assert!((weights.iter().map(|pair| pair.weight).sum::<f64>() - 1.0).abs() < 1e-12);
        let (_, denominator) = weights[0].fraction.unwrap();
        prop_assert_eq!(weights.iter().map(|pair| pair.fraction.unwrap().0).sum::<u128>(), denominator);
        for pair in &weights {
            let (over, under) = pair.fraction.unwrap();
            prop_assert!((pair.weight - over as f64 / under as f64).abs() < 1e-14);
        }
    }

    #[test]
    fn the_unit_of_the_intensity_does_not_matter(factor in 1e-6..1e6f64, slope in 0.0..1.0f64) {
        let q: Vec<f64> = (1..200).map(|index| 0.1 * f64::from(index)).collect();
        let alloy = Composition::parse("TiZrHfCuNiBe").unwrap();
        let reduced = |factor: f64| {
            let intensity = q.iter().map(|q| factor * (5.0 + slope * q + (2.0 * q).sin())).collect();
            let pattern = Pattern::new(q.clone(), intensity).unwrap();
            let corrections = ScatteringCorrections { scale: Scale::last_fifth(&pattern), ..ScatteringCorrections::default() };
            structure_factor(&pattern, &alloy, &corrections).unwrap()
        };
        for (one, other) in reduced(1.0).s.iter().zip(&reduced(factor).s) {
            prop_assert!((one - other).abs() <= 1e-11 * (1.0 + one.abs()));
        }
    }

    #[test]
    fn g_is_linear_in_s(first in 1.5..4.0f64, second in 1.5..4.0f64, share in -2.0..2.0f64) {
        let q: Vec<f64> = (0..400).map(|index| 0.3 + 0.05 * f64::from(index)).collect();
        let options = TransformOptions { r_max: 8.0, r_step: 0.05, ..TransformOptions::between(0.3, 18.0) };
        let g = |s: &dyn Fn(f64) -> f64| {
            let structure = StructureFactor::of_columns(q.clone(), q.iter().map(|q| 1.0 + s(*q)).collect());
            pair_distribution(&structure, &options).unwrap().g
        };
        let (one, two) = (|q: f64| (first * q).sin() / q, |q: f64| (second * q).sin() / q);
        let joined = g(&|q| one(q) + share * two(q));
        for ((left, right), joined) in g(&one).iter().zip(g(&two)).zip(joined) {
            prop_assert!((left + share * right - joined).abs() < 1e-9);
        }
    }

    #[test]
    fn no_curve_whatever_makes_a_peak_search_panic(g in prop::collection::vec(-5.0..5.0f64, 3..200), q_max in 0.5..60.0f64) {
        let r = (0..g.len()).map(|index| 1.5 + 0.02 * index as f64).collect();
        let distribution = PairDistribution::of_columns(r, g, q_max).unwrap();
        for (_, definition, _) in WidthDefinition::NAMED {
            if let Ok(found) = first_peak(&distribution, (2.2, 3.8), definition) {
                prop_assert!(found.width > 0.0 && found.position > 2.1 && found.position < 3.9);
            }
        }
        let _ = width_error(&distribution, (2.2, 3.8));
        let _ = two_gaussians(&distribution, (2.2, 3.8), (2.7, 3.1));
    }

    #[test]
    fn no_bytes_whatever_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(file) = ScatteringFile::read(&bytes) {
            let _ = file.measured(None, None);
            let _ = file.transformed(Some(20.0), None);
        }
    }
}
