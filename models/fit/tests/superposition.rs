//! The prediction without a parameter where the truth is known: modes on the grid, noise, a stretched exponential.

use kovacs_core::model::Evaluator;
use kovacs_core::model::Experiment;
use kovacs_core::second_stage::evaluate_one;
use kovacs_core::{Control, Curve, History, Hump, hump_of_samples};
use kovacs_fit::{Direction, Superposition, relaxation_time_grid, superpose};
use kovacs_linear::{Kww, Prony};
use kovacs_sdk::{Local, Model};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// Strain and stress of a model at these times, the strain linear between them and a step at the first if it is not 0.
fn record<M: Model>(times: &[f64], strain: &[f64], changes: &[(&str, f64)]) -> (Curve, Curve) {
    let mut model = Local::<M>::new(&[]).unwrap();
    let mut parameters = model.description().defaults();
    for &(id, value) in changes {
        parameters[model.description().parameter(id).unwrap()] = value;
    }
    let mut history = History::default();
    history.push(times[0], 300.0, Control::Strain, 0.0);
    for (&time, &strain) in times.iter().zip(strain).skip(usize::from(strain[0] == 0.0)) {
        history.push(time, 300.0, Control::Strain, strain);
    }
    let wanted = vec!["stress".to_owned()];
    let experiment = Experiment { history, times: times.to_vec(), before: vec![], wanted };
    let stress = evaluate_one(&mut model, &experiment, &parameters).unwrap();
    let curve = |label: &str, values: Vec<f64>| Curve::new(label, times.to_vec(), values).unwrap().x_axis("time", "s");
    (curve("strain", strain.to_vec()), curve("stress", stress).y_axis("stress", "MPa"))
}

fn follow(strain: &Curve, stress: &Curve, until: f64) -> Superposition {
    superpose(&mut Local::<Prony>::new(&[]).unwrap(), strain, stress, until).unwrap()
}

fn largest_difference(a: &Curve, b: &Curve) -> f64 {
    a.y.iter().zip(&b.y).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// End of the fitted part of the staircase, s.
const TOP: f64 = 500.0;

/// Two ramps up and one down, 20 s each and a hold after each, sampled every 2 s for 800 s.
fn staircase_strain() -> (Vec<f64>, Vec<f64>) {
    let times: Vec<f64> = (0..=400).map(|index| 2.0 * f64::from(index)).collect();
    let ramp = |time: f64, start: f64| ((time - start) / 20.0).clamp(0.0, 1.0);
    let level = |time: f64| 0.01 * (ramp(time, 0.0) + ramp(time, 250.0) - 1.2 * ramp(time, TOP));
    let strain = times.iter().map(|&time| level(time)).collect();
    (times, strain)
}

/// Places in the grid and moduli (MPa) of the truth of the staircase.
const TRUTH: [(usize, f64); 3] = [(7, 300.0), (11, 150.0), (14, 80.0)];

/// A staircase of three modes that the grid offers, and a spring of 400 MPa.
fn staircase() -> (Curve, Curve) {
    let (times, strain) = staircase_strain();
    let grid = relaxation_time_grid(&times[..=250]);
    let mut changes = vec![("relaxed_modulus", 400.0)];
    for ((modulus, time), (place, value)) in
        [("modulus_1", "relaxation_time_1"), ("modulus_2", "relaxation_time_2"), ("modulus_3", "relaxation_time_3")]
            .into_iter()
            .zip(TRUTH)
    {
        changes.extend([(modulus, value), (time, grid[place])]);
    }
    record::<Prony>(&times, &strain, &changes)
}

#[test]
fn known_modes_are_found_and_the_rest_follows() {
    let (strain, stress) = staircase();
    let linear = follow(&strain, &stress, TOP);
    assert!(largest_difference(&linear.predicted, &stress) < 1e-6 * stress.max().unwrap().1);
    assert!((linear.relaxed_modulus - 400.0).abs() < 1e-6);
    assert_eq!(linear.modes.len(), TRUTH.len(), "{:?}", linear.modes);
    for (mode, (place, modulus)) in linear.modes.iter().zip(TRUTH) {
        assert_eq!(mode.relaxation_time, linear.offered[place]);
        assert!((mode.modulus - modulus).abs() < 1e-6, "{mode:?}");
    }
    // Nothing but rounding is left over, and the uncertainty says so.
    assert!(linear.misfit_before < 1e-12 && linear.misfit_after < 1e-11);
    assert!(linear.standard_error.max().unwrap().1 < 1e-11);
}

#[test]
fn the_grid_spans_sampling_and_length() {
    // Intervals from 0.5 s, 20 s long: 0.05 s to 200 s is 3.6 decades, hence 15 steps.
    let grid = relaxation_time_grid(&[0.0, 0.5, 1.5, 20.0]);
    assert_eq!(grid.len(), 16);
    assert_eq!(grid[0], 0.05);
    assert!((grid[4] - 0.5).abs() < 1e-15 && grid[15] >= 200.0 && grid[14] < 200.0);
    for nothing in [&[][..], &[1.0], &[1.0, 1.0], &[-1e308, 1e308], &[0.0, f64::from_bits(1)]] {
        assert!(relaxation_time_grid(nothing).is_empty(), "{nothing:?}");
    }
}

#[test]
fn noise_moves_the_prediction_about_as_far_as_the_band_says() {
    let (strain, truth) = staircase();
    let noise = 0.01 * truth.max().unwrap().1;
    let after = |curve: &Curve| curve.between(TOP, 800.0).y;
    // The error of the prediction after `until` in standard errors, and in standard deviations of a sample.
    let (mut squares, mut count, mut worst, mut furthest) = (0.0, 0.0, 0.0_f64, 0.0_f64);
    for seed in 0..20 {
        let mut random = SmallRng::seed_from_u64(seed);
        let mut noisy = truth.clone();
        for value in &mut noisy.y {
            // Twelve uniform numbers have the variance 1 and nearly the shape of a normal one.
            *value += noise * ((0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0);
        }
        let linear = follow(&strain, &noisy, TOP);
        // 250 samples give a standard deviation to 4.5 %, and this is three times that.
        assert!((linear.deviation / noise - 1.0).abs() < 0.135, "seed {seed}: {} of {noise}", linear.deviation);
        let truth = after(&truth);
        for ((predicted, truth), band) in after(&linear.predicted).iter().zip(truth).zip(after(&linear.standard_error))
        {
            let error = (predicted - truth).abs();
            (squares, count) = (squares + (error / band).powi(2), count + 1.0);
            (worst, furthest) = (worst.max(error / band), furthest.max(error / noise));
        }
    }
    let typical = f64::sqrt(squares / count);
    println!("{typical:.2} standard errors, at most {worst:.2}; at most {furthest:.2} deviations of a sample");
    // 1 if the modes were known; they are selected by the same data, which makes the band somewhat narrow.
    assert!((0.7..2.0).contains(&typical), "{typical}");
    assert!(worst < 5.0 && furthest < 4.0, "{worst} and {furthest}");
}

/// Times from `start` on, `per_decade` to the decade from 0.01 s to `last` s after it.
fn logarithmic(start: f64, last: f64, per_decade: f64) -> impl Iterator<Item = f64> {
    let count = ((last / 0.01).log10() * per_decade).round();
    (0..=count as usize).map(move |index| start + 0.01 * (last / 0.01).powf(index as f64 / count))
}

#[test]
fn the_second_stage_of_a_stretched_exponential_follows_from_the_first() {
    // Relaxation time 1e4 s, exponent 0.5, t_w = 900 s, r = 0.4, ramps of 0.15 s and 0.06 s.
    let (loaded, waited) = (0.15, 900.15);
    let start = waited + 0.06;
    let times: Vec<f64> = [0.0, loaded]
        .into_iter()
        .chain(logarithmic(loaded, 900.0, 40.0))
        .chain([start])
        .chain(logarithmic(start, 3e3, 40.0))
        .collect();
    let level = |&time: &f64| {
        if time == 0.0 {
            0.0
        } else if time < start {
            1.0
        } else {
            0.6
        }
    };
    let strain: Vec<f64> = times.iter().map(level).collect();
    for relaxed in [0.0, 1.0] {
        let moduli = [("unrelaxed_modulus", 1.0 + relaxed), ("relaxed_modulus", relaxed)];
        let (strain, stress) = record::<Kww>(&times, &strain, &moduli);
        let linear = follow(&strain, &stress, waited + 0.01);
        // What modes four to the decade make of a stretched exponential.
        assert!(linear.misfit_before < 1e-7, "{}", linear.misfit_before);
        let stage = |curve: &Curve| {
            let curve = curve.between(start, f64::INFINITY).shifted(-start);
            hump_of_samples(&curve.x, &curve.y, 0.0).unwrap()
        };
        let predicted = stage(&linear.predicted);
        let Hump::Peak { t_p, delta_sigma } = predicted.hump else { panic!("{predicted:?}") };
        // Printed reference of this test; a tangent parabola through samples does not resolve t_p below some percent.
        assert!((predicted.sigma_0 - relaxed * 0.6 - 0.3414541508).abs() < 1e-6, "{predicted:?}");
        assert!((delta_sigma / 0.0294574097 - 1.0).abs() < 2e-3, "{predicted:?}");
        let Hump::Peak { t_p: measured, .. } = stage(&stress).hump else { panic!("no peak") };
        assert!((t_p / measured - 1.0).abs() < 0.02 && (t_p / 266.630 - 1.0).abs() < 0.1, "{t_p} and {measured}");
        // Up to 100 s the oldest change of strain is a tenth older than any that was seen, up to 1000 s twice as old.
        let off = |last| {
            let part = |curve: &Curve| curve.between(start, start + last);
            largest_difference(&part(&linear.predicted), &part(&stress))
        };
        assert!(off(100.0) < 1e-5 && off(1000.0) < 1e-3, "{:e} and {:e}", off(100.0), off(1000.0));
    }
}

#[test]
fn a_first_sample_with_strain_is_a_step_at_its_time() {
    let times: Vec<f64> = logarithmic(5.0, 1e3, 20.0).collect();
    let strain: Vec<f64> = times.iter().map(|&time| if time < 300.0 { 0.01 } else { 0.004 }).collect();
    let fitted = times.partition_point(|&time| time <= 290.0);
    let offered = relaxation_time_grid(&times[..fitted])[20];
    let changes = [("relaxation_time_1", offered), ("relaxed_modulus", 2.0)];
    let (strain, stress) = record::<Prony>(&times, &strain, &changes);
    // Just after a step nothing has relaxed.
    assert_eq!(stress.y[0], 0.01 * (1.0 + 2.0));
    let linear = follow(&strain, &stress, 290.0);
    assert!(largest_difference(&linear.predicted, &stress) < 1e-10, "{:?}", linear.modes);
    // Without the step before it the first sample would be at rest, and nothing would fit.
    assert!((linear.predicted.y[0] - 0.03).abs() < 1e-12);
}

#[test]
fn time_and_units_of_stress_may_be_shifted_and_scaled() {
    let (strain, stress) = staircase();
    let linear = follow(&strain, &stress, TOP);
    let later = follow(&strain.shifted(4096.0), &stress.shifted(4096.0), TOP + 4096.0);
    // Times are shifted without rounding, so only intervals that were rounded differently could differ.
    assert!(largest_difference(&linear.predicted, &later.predicted) < 1e-10);
    let weaker = follow(&strain, &stress.scaled(1e-6, "MPa"), TOP);
    assert!(largest_difference(&linear.predicted.scaled(1e-6, "MPa"), &weaker.predicted) < 1e-16);
    // Samples after `until` have no say.
    let mut other = stress.clone();
    other.y.iter_mut().zip(&strain.x).filter(|(_, time)| **time > TOP).for_each(|(stress, _)| *stress = -7.0);
    assert_eq!(follow(&strain, &other, TOP).predicted.y, linear.predicted.y);
}

#[test]
fn holds_are_compared_one_by_one() {
    let (strain, stress) = staircase();
    let linear = follow(&strain, &stress, TOP);
    let holds = linear.holds(&stress, &[(20.0, 250.0), (520.0, 800.0)]).unwrap();
    let [up, down] = holds.as_slice() else { panic!("{holds:?}") };
    assert_eq!((up.measured.direction(), up.predicted.direction()), (Direction::Falls, Direction::Falls));
    assert_eq!((down.measured.direction(), down.predicted.direction()), (Direction::Rises, Direction::Rises));
    assert!(up.direction_is_right() && down.direction_is_right() && down.rms_error < 1e-10);
    assert_eq!((down.start, down.end, down.samples), (520.0, 800.0, 141));
    assert_eq!((down.measured.first, down.measured.last), (stress.at(520.0).unwrap(), stress.at(800.0).unwrap()));
    // A straight line has its own slope.
    let line = Curve { y: stress.x.iter().map(|time| 3.0 - 0.25 * time).collect(), ..stress.clone() };
    let compared = linear.holds(&line, &[(520.0, 800.0)]).unwrap();
    assert!((compared[0].measured.slope + 0.25).abs() < 1e-12 && !compared[0].direction_is_right());
    let flat = Curve { y: vec![1.0; stress.len()], ..stress.clone() };
    assert_eq!(linear.holds(&flat, &[(520.0, 800.0)]).unwrap()[0].measured.direction(), Direction::Stays);
    let error = linear.holds(&stress, &[(520.5, 523.0)]).unwrap_err().to_string();
    assert_eq!(
        error,
        "1 samples in the hold from 520.5 s to 523 s, and at least 2 are needed; the record goes from 0 s to 800 s"
    );
}

#[test]
fn the_prediction_says_how_it_was_made() {
    let (strain, stress) = staircase();
    let linear = follow(&strain, &stress, TOP);
    let predicted = &linear.predicted;
    assert_eq!(
        (predicted.x_unit.as_str(), predicted.y_unit.as_str(), predicted.origin.word()),
        ("s", "MPa", "calculated")
    );
    let line = |name: &str| predicted.provenance.iter().find(|line| line.0 == name).map(|line| line.1.as_str());
    assert_eq!(line("model"), Some("org.kovacs.prony"));
    assert_eq!(line("fitted until"), Some("500 s"));
    assert_eq!(line("stress"), Some("stress (calculated)"));
    predicted.check().unwrap();
}
