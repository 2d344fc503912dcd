//! The linear test where the truth is known: linear materials with noise and dead time, and the soft-domain model.

mod two_step_data;

use kovacs_core::noise::NORMAL_975;
use kovacs_fit::studies::FirstSample;
use kovacs_fit::{
    FitError, LinearTest, LinearTestOptions, LinearVerdict, TwoStepRecord, join_linear_tests, linear_test,
};
use two_step_data::{kww_record, soft_domain_record};

/// Noise of the shipped package of this glass, MPa.
const NOISE: f64 = 0.12;

fn test(record: &TwoStepRecord) -> LinearTest {
    linear_test(record, &LinearTestOptions::default()).unwrap()
}

#[test]
fn linear_materials_are_called_linear_with_and_without_dead_time() {
    for dead_time in [0.5, 30.0] {
        let verdicts: Vec<LinearVerdict> =
            (0..20).map(|seed| test(&kww_record(FirstSample(dead_time), NOISE, seed)).verdict).collect();
        let linear = verdicts.iter().filter(|verdict| **verdict == LinearVerdict::Linear).count();
        // One of twenty may be wrong; that more than four are has a chance of 3e-3 (binomial).
        assert!(linear >= 16, "dead time {dead_time} s: {linear} of 20 are linear");
    }
}

#[test]
fn the_soft_domain_model_is_called_not_linear_with_and_without_dead_time() {
    for dead_time in [0.5, 30.0] {
        for seed in 0..5 {
            let found = test(&soft_domain_record(FirstSample(dead_time), NOISE, seed));
            assert_eq!(found.verdict, LinearVerdict::NotLinear, "{found:?}");
            assert!(found.excess.p_value < 1e-6, "{}", found.excess.p_value);
            assert!(found.nonlinearity_index.unwrap() > 1.2 * found.linear_index.unwrap(), "{found:?}");
        }
    }
}

#[test]
fn the_band_holds_the_truth_and_says_where_its_width_comes_from() {
    let (mut held, mut count) = (0, 0);
    for seed in 0..10 {
        let record = kww_record(FirstSample(0.5), NOISE, seed);
        let truth = kww_record(FirstSample(0.5), 0.0, 0).second;
        let found = test(&record);
        for point in &found.band {
            let stress = truth.at(point.time).unwrap();
            held += i32::from(point.low <= stress && stress <= point.high);
            count += 1;
            assert!(point.low <= point.predicted && point.predicted <= point.high, "{point:?}");
        }
        let (first, last) = (found.band.first().unwrap(), found.band.last().unwrap());
        assert_eq!((first.mostly(), last.mostly()), ("noise", "continuation"));
        // A few tenths of a MPa of noise at first; ten times t_w later, tens of MPa that the first stage never saw.
        assert!(first.from_noise < 3.0 * NOISE && last.from_continuation > 20.0, "{first:?} {last:?}");
        let until = found.determined_until.unwrap();
        assert!((50.0..900.0).contains(&until), "{until}");
        // A linear material is as far off as it is expected to be.
        let (index, expected) = (found.nonlinearity_index.unwrap(), found.linear_index.unwrap());
        assert!(index < NORMAL_975 * expected, "{index} {expected}");
        assert!(found.whole_index.unwrap() > index);
    }
    println!("{held} of {count} intervals hold the truth");
    // Intervals of 95 % for any material; points of one record are off together.
    assert!(f64::from(held) >= 0.9 * f64::from(count), "{held} of {count}");
}

#[test]
fn noise_that_hides_the_hump_leaves_it_undecided() {
    let found = test(&kww_record(FirstSample(0.5), 5.0, 1));
    let LinearVerdict::Undecided(reasons) = &found.verdict else { panic!("{found:?}") };
    assert!(reasons.iter().all(|reason| reason.contains("noise")), "{reasons:?}");
    assert!(found.verdict.to_string().starts_with("cannot be decided because "));
}

#[test]
fn exact_linear_data_leave_nothing_over() {
    let found = test(&kww_record(FirstSample(0.5), 0.0, 0));
    // Modes four to the decade meet a stretched exponential to 1e-7 of its 450 MPa.
    assert!(found.noise < 1e-4, "{}", found.noise);
    assert_eq!(found.verdict, LinearVerdict::Linear);
    // The material is the one that made them: 90 GPa and 45 GPa, as far as 1e4 s tell.
    assert!((found.material.unrelaxed_modulus() / 9e4 - 1.0).abs() < 0.02, "{}", found.material.unrelaxed_modulus());
}

#[test]
fn the_index_of_exact_linear_data_is_that_of_a_linear_material() {
    // Without noise the first stage tells slow modes from a spring, and the prediction may not hide them in one.
    for dead_time in [0.5, 30.0] {
        let found = test(&kww_record(FirstSample(dead_time), 0.0, 0));
        assert_eq!(found.verdict, LinearVerdict::Linear, "{found:?}");
        for point in &found.band {
            let room = 1e-3 * found.delta_sigma.unwrap();
            assert!(point.low - room <= point.predicted && point.predicted <= point.high + room, "{point:?}");
        }
        let index = found.nonlinearity_index.unwrap();
        assert!(index < 0.1, "dead time {dead_time} s: {index} until {:?} s", found.determined_until);
    }
}

#[test]
fn records_that_say_nothing_are_refused() {
    let good = kww_record(FirstSample(0.5), NOISE, 1);
    let error = |record: &TwoStepRecord| linear_test(record, &LinearTestOptions::default()).unwrap_err();
    let late = TwoStepRecord { first: good.first.shifted(100.0), ..good.clone() };
    assert!(matches!(error(&late), FitError::LateSample { time: 1000.0, end: 900.0, .. }));
    let few = TwoStepRecord { second: good.second.between(0.0, 0.8), ..good.clone() };
    assert!(matches!(error(&few), FitError::FewSamples { needed: 12, .. }));
    let mut nan = good.clone();
    nan.second.y[4] = f64::NAN;
    assert!(matches!(error(&nan), FitError::Curve(_)));
    let mut kilo = good.clone();
    kilo.first.y_unit = "kPa".to_owned();
    assert!(matches!(error(&kilo), FitError::Unit { .. }));
    let mut zero = good.clone();
    zero.first.y.iter_mut().for_each(|stress| *stress = 0.0);
    assert!(matches!(error(&zero), FitError::NoModulus { .. }));
    let mut bad = good;
    bad.test.eps1 = 0.0;
    assert!(matches!(error(&bad), FitError::Evaluation(_)));
}

#[test]
fn specimens_speak_together() {
    let joined =
        |records: &[TwoStepRecord]| join_linear_tests(records, &records.iter().map(test).collect::<Vec<_>>()).unwrap();
    // Specimens differ in stiffness: each is predicted from its own first stage.
    let mut linear: Vec<TwoStepRecord> = (0..3).map(|seed| kww_record(FirstSample(0.5), NOISE, seed)).collect();
    for (record, factor) in linear.iter_mut().zip([0.95, 1.0, 1.06]) {
        record.first.y.iter_mut().chain(&mut record.second.y).for_each(|stress| *stress *= factor);
    }
    let found = joined(&linear);
    assert_eq!(found.verdict, LinearVerdict::Linear, "{:?}", found.p_value);
    assert_eq!(found.nonlinearity_index.unwrap().number, 3);
    let soft: Vec<TwoStepRecord> = (0..3).map(|seed| soft_domain_record(FirstSample(0.5), NOISE, seed)).collect();
    let found = joined(&soft);
    assert!(found.verdict == LinearVerdict::NotLinear && found.p_value < 1e-60, "{}", found.p_value);
    // Early on all three are off the same way, and the scatter between them is noise.
    let (time, early) = found.deviation[found.deviation.len() / 2];
    assert!(early.mean.abs() > 5.0 * early.standard_error.unwrap(), "{time} s: {early:?}");
    assert!(join_linear_tests(&soft, &[]).is_err());
}
