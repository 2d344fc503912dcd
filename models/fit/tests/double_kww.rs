//! Two stretched exponentials by fit: the reference, its conditioning, the branch rule, and what is refused.

use kovacs_core::Curve;
use kovacs_core::hump::log_spaced;
use kovacs_core::linear_response::RelaxationFunction;
use kovacs_fit::{
    Branch, DoubleKww, DoubleKwwFit, DoubleKwwOptions, FitError, Initial, Profile, fit_double_kww, fit_double_kww_many,
    fit_double_kww_series,
};
use kovacs_linear::stretched::StretchedExponential;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// Physics A5.
const REFERENCE: DoubleKww = DoubleKww {
    initial: 1.0,
    overshoot: 0.5,
    slow_time: 2e4,
    fast_time: 150.0,
    slow_exponent: 0.6,
    fast_exponent: 0.7,
};

const KNOWN: DoubleKwwOptions = DoubleKwwOptions { initial: Initial::Known(1.0), deviations: None, start: None };

fn curve(times: Vec<f64>, value: impl Fn(f64) -> f64) -> Curve {
    let values = times.iter().map(|&time| value(time)).collect();
    Curve::new("stress", times, values).unwrap().x_axis("time", "s")
}

/// So many times, evenly spaced in their logarithm.
fn spaced(first: f64, last: f64, count: usize) -> Vec<f64> {
    (0..count).map(|index| first * (last / first).powf(index as f64 / (count - 1) as f64)).collect()
}

/// A standard normal deviate: twelve uniform ones less six.
fn deviate(random: &mut SmallRng) -> f64 {
    (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0
}

fn with_noise(curve: &Curve, noise: f64, seed: u64) -> Curve {
    let mut random = SmallRng::seed_from_u64(seed);
    let mut noisy = curve.clone();
    noisy.y.iter_mut().for_each(|value| *value += noise * deviate(&mut random));
    noisy
}

#[track_caller]
fn check(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual / expected - 1.0).abs() < tolerance, "{actual} is not {expected} within {tolerance:e}");
}

#[track_caller]
fn same(fit: &DoubleKwwFit, truth: &DoubleKww, tolerance: f64) {
    check(fit.form.overshoot, truth.overshoot, tolerance);
    check(fit.form.slow_time, truth.slow_time, tolerance);
    check(fit.form.fast_time, truth.fast_time, tolerance);
    check(fit.form.slow_exponent, truth.slow_exponent, tolerance);
    check(fit.form.fast_exponent, truth.fast_exponent, tolerance);
    check(fit.form.initial, truth.initial, tolerance);
}

#[test]
fn reference_values_and_peak() {
    for (time, expected) in [1.0, 10.0, 100.0, 1e3, 1e4].into_iter().zip([
        1.010829707538,
        1.054139047380,
        1.203340490208,
        1.259435144950,
        0.775467774877,
    ]) {
        // Twelve printed digits.
        check(REFERENCE.value(time), expected, 1e-12);
    }
    let (t_p, top) = REFERENCE.peak().unwrap();
    // Ten printed digits.
    check(t_p, 465.43753814, 1e-10);
    check(top - 1.0, 0.2959493409, 1e-9);
}

#[test]
fn truth_comes_back_from_exact_samples() {
    for last in [2e4, 3.0 * 465.437] {
        let fit = fit_double_kww(&curve(spaced(1.0, last, 500), |time| REFERENCE.value(time)), &KNOWN).unwrap();
        // What remains is the rounding of the sum of squares times the condition of the problem.
        same(&fit, &REFERENCE, 1e-6);
        let peak = fit.peak.unwrap();
        check(peak.t_p, 465.43753814, 1e-7);
        check(peak.delta_sigma, 0.2959493409, 1e-8);
        assert_eq!((fit.branch, fit.on_bound.len()), (Branch::Hump, 0));
    }
    // The initial value too, in units of the curve.
    let scaled = DoubleKww { initial: 211.7, ..REFERENCE };
    let samples = curve(spaced(1.0, 6e4, 300), |time| scaled.value(time));
    let fit = fit_double_kww(&samples, &DoubleKwwOptions::default()).unwrap();
    same(&fit, &scaled, 1e-5);
    check(fit.peak.unwrap().delta_sigma, 211.7 * 0.2959493409, 1e-5);
}

#[test]
fn condition_numbers_are_those_of_the_reference() {
    let condition = |first: f64, last: f64| {
        let samples = curve(spaced(first, last, 80), |time| REFERENCE.value(time));
        fit_double_kww(&samples, &KNOWN).unwrap().uncertainty.condition_number
    };
    let t_p = 465.43753814;
    // Printed to two or three digits.
    for (first, last, expected) in
        [(1.0, 2e4, 70.0), (1.0, 3.0 * t_p, 292.0), (10.0, 2e4, 72.0), (10.0, 3.0 * t_p, 761.0)]
    {
        let found = condition(first, last);
        println!("{first} s to {last} s: {found:.1}, reference {expected}");
        check(found, expected, 0.01);
    }
}

#[test]
fn a_window_that_ends_too_early_determines_no_slow_time() {
    let noisy = |last: f64| with_noise(&curve(spaced(1.0, last, 80), |time| REFERENCE.value(time)), 1e-3, 7);
    let long = fit_double_kww(&noisy(2e4), &KNOWN).unwrap();
    let short = fit_double_kww(&noisy(3.0 * 465.437), &KNOWN).unwrap();
    let error = |fit: &DoubleKwwFit| fit.uncertainty.standard_errors[0].unwrap();
    let growth = error(&short) / error(&long);
    println!("standard error of D: {:.4} and {:.4}, {growth:.1} times", error(&long), error(&short));
    // 9 to 20 times in the reference; the errors here are those of single noisy data sets.
    assert!((4.0..40.0).contains(&growth), "{growth}");
    check(long.slow_time().unwrap(), 2e4, 0.2);
    assert!(short.slow_time().is_none(), "{:?}", short.parameters());
    let value = short.parameters().into_iter().find(|value| value.id == "slow_time").unwrap();
    assert_eq!((value.value, value.standard_error, value.lower), (None, None, None));
    assert!(
        short.warnings().iter().any(|warning| warning.contains("do not determine tau_1")),
        "{:?}",
        short.warnings()
    );
    // What the hump is, is known all the same.
    let peak = short.peak.unwrap();
    assert!((peak.t_p - 465.437).abs() < 4.0 * peak.t_p_error.unwrap() && peak.t_p_error.unwrap() < 30.0, "{peak:?}");
    assert!((peak.delta_sigma - 0.29595).abs() < 4.0 * peak.delta_sigma_error.unwrap(), "{peak:?}");
}

fn profiles(last: f64, noise: f64, seed: u64) -> Vec<Profile> {
    let samples = with_noise(&curve(spaced(1.0, last, 80), |time| REFERENCE.value(time)), noise, seed);
    fit_double_kww(&samples, &KNOWN).unwrap().identifiability(&samples, &KNOWN).unwrap().profiles
}

#[test]
fn profiles_hold_the_truth_as_often_as_they_say() {
    let (mut held, mut count) = (0, 0);
    for seed in 0..60 {
        for (profile, truth) in profiles(6e4, 1e-3, seed).iter().zip([0.5, 150.0, 2e4, 0.6, 0.7]) {
            let (lower, upper) = (profile.lower.unwrap(), profile.upper.unwrap());
            held += i32::from(lower < truth && truth < upper);
            count += 1;
            assert!(profile.points.windows(2).all(|pair| pair[0].0 < pair[1].0), "{profile:?}");
        }
    }
    println!("{held} of {count} intervals hold the truth");
    // 95 % of 300, of which five at a time come from one data set: two standard deviations of 60 draws are 6 %.
    assert!((267..=300).contains(&held), "{held} of {count}");
}

#[test]
fn a_window_that_ends_before_the_peak_leaves_the_slow_time_open() {
    let slow = &profiles(0.5 * 465.437, 5e-3, 3)[2];
    assert!(slow.id == "slow_time" && slow.upper.is_none(), "{slow:?}");
}

#[test]
fn one_fit_more_is_as_good_as_any_start() {
    // Truth all over the place: the fit must reach it or something with as small a sum of squares.
    let mut random = SmallRng::seed_from_u64(11);
    let mut draw = |low: f64, high: f64| low + (high - low) * random.random::<f64>();
    let mut worst = 0.0_f64;
    for seed in 0..300 {
        let fast_time = 10f64.powf(draw(0.5, 3.0));
        let truth = DoubleKww {
            initial: 1.0,
            overshoot: 10f64.powf(draw(-1.3, 0.7)),
            fast_time,
            slow_time: fast_time * 10f64.powf(draw(0.7, 3.0)),
            slow_exponent: draw(0.3, 0.95),
            fast_exponent: draw(0.3, 0.95),
        };
        if truth.peak().is_none_or(|(_, top)| top < 1.02) {
            continue;
        }
        let exact = curve(spaced(0.5, 1e5, 400), |time| truth.value(time));
        let noisy = with_noise(&exact, 1e-3, seed);
        let fit = fit_double_kww(&noisy, &KNOWN).unwrap();
        let at_truth: f64 = noisy.y.iter().zip(&exact.y).map(|(noisy, exact)| (noisy - exact).powi(2)).sum();
        worst = worst.max(fit.sum_of_squares / at_truth);
        assert!(fit.sum_of_squares <= at_truth, "seed {seed}: {truth:?} {:?}", fit.form);
    }
    println!("sum of squares at most {worst:.3} of that of the truth");
}

#[test]
fn a_start_of_ones_own_is_followed() {
    let samples = curve(spaced(1.0, 6e4, 200), |time| REFERENCE.value(time));
    let start = DoubleKww { overshoot: 0.4, fast_time: 200.0, slow_time: 1e4, ..REFERENCE };
    same(&fit_double_kww(&samples, &DoubleKwwOptions { start: Some(start), ..KNOWN }).unwrap(), &REFERENCE, 1e-6);
    // It decides the branch: two decays cannot follow a hump.
    let decay = DoubleKww { overshoot: -0.4, ..start };
    let fit = fit_double_kww(&samples, &DoubleKwwOptions { start: Some(decay), ..KNOWN }).unwrap();
    assert!(fit.branch == Branch::Decay && fit.misfit > 0.05, "{fit:?}");
}

#[test]
fn many_curves_are_fitted_as_one_by_one() {
    let curves: Vec<Curve> = (0..12)
        .map(|seed| with_noise(&curve(spaced(1.0, 6e4, 100), |time| REFERENCE.value(time)), 1e-3, seed))
        .collect();
    let alone: Vec<_> = curves.iter().map(|curve| fit_double_kww(curve, &KNOWN)).collect();
    for threads in [1, 2, 5] {
        assert_eq!(fit_double_kww_many(&curves, &KNOWN, threads), alone);
    }
}

#[test]
fn a_linear_curve_is_described_as_well_as_the_reference_says() {
    // tau 1e4 s, beta 0.5, t_w 900 s, r 0.4; E_R = 0, y = sigma/sigma_0.
    let phi = StretchedExponential { relaxation_time: 1e4, exponent: 0.5 };
    let stress = |time: f64| (phi.phi(900.0 + time) - 0.4 * phi.phi(time)) / (phi.phi(900.0) - 0.4);
    for last in [1e4, 3e4, 1e5] {
        let fit = fit_double_kww(&curve(log_spaced(1.0, last, 20), stress), &KNOWN).unwrap();
        println!("to {last} s: rms {:.2e}", fit.misfit);
        assert!((1.5e-4..3.5e-4).contains(&fit.misfit), "{last}: {}", fit.misfit);
        check(fit.peak.unwrap().t_p, 266.62199344, 0.05);
    }
}

#[test]
fn a_monotone_curve_has_an_amplitude_below_one() {
    let truth = DoubleKww { overshoot: -0.4, ..REFERENCE };
    let fit = fit_double_kww(&curve(spaced(1.0, 1e5, 200), |time| truth.value(time)), &KNOWN).unwrap();
    assert_eq!((fit.branch, fit.peak), (Branch::Decay, None), "{fit:?}");
    same(&fit, &truth, 1e-5);
    assert!((0.0..=1.0).contains(&fit.amplitude()));
}

#[test]
fn a_curve_that_dips_first_has_its_later_root_as_peak() {
    let dips = DoubleKww { slow_exponent: 0.45, fast_exponent: 0.9, ..REFERENCE };
    let (t_p, top) = dips.peak().unwrap();
    assert!(dips.value(1e-3) < 1.0 && top > 1.0);
    for off in [0.9, 1.1] {
        assert!(dips.value(t_p * off) < top);
    }
    let fit = fit_double_kww(&curve(spaced(1.0, 1e5, 300), |time| dips.value(time)), &KNOWN).unwrap();
    check(fit.peak.unwrap().t_p, t_p, 1e-6);
}

#[test]
fn weights_count_and_only_their_ratios() {
    let mut samples = curve(spaced(1.0, 6e4, 200), |time| REFERENCE.value(time));
    // A stretch of nonsense that is said to be nonsense.
    samples.y[50..60].iter_mut().for_each(|value| *value += 0.5);
    let deviations: Vec<f64> = (0..200).map(|row| if (50..60).contains(&row) { 1e6 } else { 1e-3 }).collect();
    let fit = |factor: f64| {
        let deviations = Some(deviations.iter().map(|value| factor * value).collect());
        fit_double_kww(&samples, &DoubleKwwOptions { deviations, ..KNOWN }).unwrap()
    };
    same(&fit(1.0), &REFERENCE, 1e-4);
    assert_eq!(fit(1.0).form, fit(1024.0).form);
}

#[test]
fn shared_exponents_are_known_better() {
    let forms =
        [120.0, 200.0, 400.0].map(|fast_time| DoubleKww { fast_time, slow_time: 50.0 * fast_time, ..REFERENCE });
    let curves: Vec<Curve> = forms
        .iter()
        .zip(0..)
        .map(|(form, seed)| with_noise(&curve(spaced(1.0, 3e4, 120), |time| form.value(time)), 1e-3, seed))
        .collect();
    let shared = fit_double_kww_series(&curves, &[KNOWN, KNOWN, KNOWN]).unwrap();
    check(shared.slow_exponent, 0.6, 0.05);
    check(shared.fast_exponent, 0.7, 0.05);
    let alone = fit_double_kww(&curves[0], &KNOWN).unwrap();
    let error = |fit: &DoubleKwwFit| fit.uncertainty.standard_errors[3].unwrap();
    assert!(error(&shared.fits[0]) < 0.8 * error(&alone), "{} {}", error(&shared.fits[0]), error(&alone));
    assert_eq!(shared.slow_exponent_error, shared.fits[0].uncertainty.standard_errors[3]);
    for (fit, form) in shared.fits.iter().zip(forms) {
        assert_eq!(fit.form.slow_exponent, shared.slow_exponent);
        check(fit.form.fast_time, form.fast_time, 0.1);
    }
    // Four more numbers cannot make it worse, and here they hardly make it better.
    assert!(shared.sum_of_squares_apart <= shared.sum_of_squares * (1.0 + 1e-9));
    assert!(shared.sum_of_squares < 1.1 * shared.sum_of_squares_apart);
}

#[test]
fn what_says_nothing_is_refused() {
    let error = |curve: &Curve, options: &DoubleKwwOptions| fit_double_kww(curve, options).unwrap_err();
    let flat = curve(spaced(1.0, 1e3, 50), |_| 1.0);
    assert!(matches!(error(&flat, &KNOWN), FitError::Flat { .. }));
    let few = curve(spaced(1.0, 1e3, 5), |time| REFERENCE.value(time));
    assert!(matches!(error(&few, &KNOWN), FitError::FewSamples { found: 5, needed: 6, .. }));
    let early = curve(vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0], |time| REFERENCE.value(time));
    assert!(matches!(error(&early, &KNOWN), FitError::EarlySample { time: 0.0, .. }));
    let samples = curve(spaced(1.0, 1e3, 50), |time| REFERENCE.value(time));
    for initial in [0.0, 1e-3, -1.0] {
        let options = DoubleKwwOptions { initial: Initial::Known(initial), ..KNOWN };
        assert!(matches!(error(&samples, &options), FitError::InitialValue { .. }), "{initial}");
    }
    for (deviations, row) in [(vec![0.0; 50], 0), ([vec![1.0; 49], vec![f64::NAN]].concat(), 49)] {
        let options = DoubleKwwOptions { deviations: Some(deviations), ..KNOWN };
        assert!(matches!(error(&samples, &options), FitError::Deviation { row: found, .. } if found == row));
    }
    let options = DoubleKwwOptions { deviations: Some(vec![1.0]), ..KNOWN };
    assert!(matches!(error(&samples, &options), FitError::Deviations { found: 1, needed: 50, .. }));
    assert!(fit_double_kww_series(&[], &[]).is_err());
    let mut nan = samples;
    nan.y[3] = f64::NAN;
    assert!(matches!(error(&nan, &KNOWN), FitError::Curve(_)));
}
