//! The fit of one stretched exponential: truth comes back, bounds are said, and nothing is made of nothing.

use kovacs_core::Curve;
use kovacs_core::hump::log_spaced;
use kovacs_fit::{FitError, Initial, Plateau, StretchedOptions, fit_recovery_curve, fit_stretched, fit_stretched_with};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// `plateau + (initial - plateau) exp[-(t/tau)^beta]`, 40 samples to the decade from 1e-2 s to 3e4 s.
fn decay(tau: f64, beta: f64, initial: f64, plateau: f64) -> Curve {
    let times = log_spaced(1e-2, 3e4, 40);
    let values = times.iter().map(|time| plateau + (initial - plateau) * (-(time / tau).powf(beta)).exp()).collect();
    Curve::new("decay", times, values).unwrap().x_axis("time", "s")
}

#[track_caller]
fn check(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance * expected.abs().max(1e-3), "{actual} is not {expected}");
}

#[test]
fn truth_comes_back() {
    for (tau, beta, initial, plateau) in [
        (400.0, 0.5, 2.9e-3, 3e-4),
        (3.0, 0.9, 1.0, 0.2),
        (2e4, 0.35, 2e-3, 0.0),
        (50.0, 1.0, -0.01, -0.004),
        (900.0, 0.6, 1.0, 1.7),
    ] {
        let fit = fit_stretched(&decay(tau, beta, initial, plateau), initial, Plateau::Free).unwrap();
        // Exact data: what remains is the tolerance of the search, times the condition of the problem.
        check(fit.relaxation_time, tau, 1e-6);
        check(fit.exponent, beta, 1e-6);
        check(fit.plateau, plateau, 1e-6);
        assert!(fit.misfit < 1e-9 * initial.abs(), "{fit:?}");
        assert!(fit.on_bound.is_empty(), "{fit:?}");
        assert_eq!(fit.window, (1e-2, 3e4));
    }
}

#[test]
fn a_known_plateau_is_kept() {
    let fit = fit_stretched(&decay(400.0, 0.5, 1.0, 0.25), 1.0, Plateau::Fixed(0.25)).unwrap();
    check(fit.relaxation_time, 400.0, 1e-9);
    assert_eq!(fit.plateau, 0.25);
    let wrong = fit_stretched(&decay(400.0, 0.5, 1.0, 0.25), 1.0, Plateau::Fixed(0.0)).unwrap();
    assert!(wrong.misfit > 0.01, "{wrong:?}");
}

#[test]
fn a_time_beyond_the_window_lies_on_the_bound_and_is_said() {
    // A change that is linear in time and has hardly begun: any tau beyond the window will do.
    let times = log_spaced(1.0, 100.0, 40);
    let values = times.iter().map(|time| 1.0 - 1e-9 * time).collect();
    let curve = Curve::new("start", times, values).unwrap().x_axis("time", "s");
    let fit = fit_stretched(&curve, 1.0, Plateau::Fixed(0.0)).unwrap();
    assert_eq!(fit.on_bound, ["relaxation_time"], "{fit:?}");
    assert!((fit.relaxation_time / 1000.0 - 1.0).abs() < 1e-4, "ten times the last sample: {fit:?}");
}

#[test]
fn nothing_is_made_of_nothing() {
    let error = |curve: &Curve, initial: f64| fit_stretched(curve, initial, Plateau::Free).unwrap_err();
    let curve =
        |times: &[f64], values: &[f64]| Curve::new("c", times.to_vec(), values.to_vec()).unwrap().x_axis("time", "s");
    let flat = error(&curve(&[1.0, 2.0, 3.0, 4.0], &[0.5; 4]), 0.5);
    assert!(matches!(flat, FitError::Flat { .. }), "{flat}");
    let zero = error(&curve(&[1.0, 2.0, 3.0, 4.0], &[0.0; 4]), 0.0);
    assert!(matches!(zero, FitError::Flat { .. }), "{zero}");
    let few = error(&curve(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]), 4.0);
    assert!(matches!(few, FitError::FewSamples { found: 3, needed: 4, .. }), "{few}");
    let early = error(&curve(&[0.0, 1.0, 2.0, 3.0], &[4.0, 3.0, 2.0, 1.0]), 4.0);
    assert!(matches!(early, FitError::EarlySample { time: 0.0, .. }), "{early}");
    let minutes = error(&curve(&[1.0, 2.0, 3.0, 4.0], &[4.0, 3.0, 2.0, 1.0]).x_axis("time", "min"), 5.0);
    assert!(matches!(minutes, FitError::Unit { .. }), "{minutes}");
}

fn noisy(curve: &Curve, noise: f64, seed: u64) -> Curve {
    let mut random = SmallRng::seed_from_u64(seed);
    let mut noisy = curve.clone();
    for value in &mut noisy.y {
        *value += noise * ((0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0);
    }
    noisy
}

#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    let exact = decay(400.0, 0.5, 1.0, 0.25);
    let options = StretchedOptions { initial: Initial::Free, plateau: Plateau::Free, deviations: None };
    let mut held = [0; 4];
    for seed in 0..200 {
        let fit = fit_stretched_with(&noisy(&exact, 0.01, seed), &options).unwrap();
        for ((value, truth), held) in fit.parameters().iter().zip([400.0, 0.5, 0.25, 1.0]).zip(&mut held) {
            let (lower, upper) = (value.lower.unwrap(), value.upper.unwrap());
            assert!(value.free && value.standard_error.unwrap() > 0.0);
            *held += i32::from(lower < truth && truth < upper);
        }
    }
    println!("{held:?} of 200");
    // 95 % of 200 with three standard deviations of that.
    assert!(held.iter().all(|held| (180..=199).contains(held)), "{held:?}");
}

#[test]
fn what_was_given_has_no_error_and_what_is_not_reached_is_said() {
    let fit = fit_stretched(&decay(400.0, 0.5, 1.0, 0.25), 1.0, Plateau::Fixed(0.25)).unwrap();
    let [_, _, plateau, initial] = fit.parameters().try_into().unwrap();
    assert_eq!((plateau.value, plateau.standard_error, plateau.free), (Some(0.25), None, false));
    assert_eq!((initial.value, initial.standard_error, initial.free), (Some(1.0), None, false));
    assert!(fit.warnings().is_empty());
    assert_eq!(fit.value(0.0), 1.0);

    let early = decay(2e4, 0.5, 1.0, 0.25).between(0.0, 3e3);
    let fit = fit_stretched(&noisy(&early, 1e-3, 5), 1.0, Plateau::Free).unwrap();
    assert!(fit.warnings().iter().any(|warning| warning.contains("is an extrapolation")), "{:?}", fit.warnings());
    assert!(fit.uncertainty.condition_number > 50.0, "{}", fit.uncertainty.condition_number);

    let times = log_spaced(1.0, 100.0, 40);
    let values = times.iter().map(|time| 1.0 - 1e-9 * time).collect();
    let start = Curve::new("start", times, values).unwrap().x_axis("time", "s");
    let fit = fit_stretched(&start, 1.0, Plateau::Fixed(0.0)).unwrap();
    assert_eq!(fit.parameters()[0].value, None);
    assert!(fit.warnings().iter().any(|warning| warning.contains("`relaxation_time` lies on its bound")));
}

#[test]
fn weights_count() {
    let mut curve = decay(400.0, 0.5, 1.0, 0.25);
    curve.y[100..110].iter_mut().for_each(|value| *value += 0.3);
    let deviations = (0..curve.len()).map(|row| if (100..110).contains(&row) { 1e6 } else { 1.0 }).collect();
    let options =
        StretchedOptions { initial: Initial::Known(1.0), plateau: Plateau::Free, deviations: Some(deviations) };
    check(fit_stretched_with(&curve, &options).unwrap().relaxation_time, 400.0, 1e-5);
    let bad = StretchedOptions { deviations: Some(vec![1.0, 0.0]), ..options };
    assert!(matches!(fit_stretched_with(&curve, &bad).unwrap_err(), FitError::Deviations { found: 2, .. }));
}

#[test]
fn a_recovery_has_two_estimates_of_what_is_lost() {
    let curve = decay(400.0, 0.5, 2.9e-3, 3e-4);
    let fits = fit_recovery_curve(&noisy(&curve, 1e-6, 1), 2.9e-3).unwrap();
    let error = fits.anelastic_error.unwrap();
    assert!((fits.anelastic_fitted - 2.6e-3).abs() < 4.0 * error && error < 1e-5, "{fits:?}");
    // After 3e4 s nothing is left: both agree.
    assert!((fits.anelastic_at_end - fits.anelastic_fitted).abs() < 5e-6, "{fits:?}");
    // Ended at tau, they do not, and the end gives less.
    let early = fit_recovery_curve(&noisy(&curve.between(0.0, 400.0), 1e-6, 1), 2.9e-3).unwrap();
    assert!(early.anelastic_at_end < 0.7 * early.anelastic_fitted, "{early:?}");
    let at_end = early.at_end.unwrap();
    assert!(at_end.relaxation_time < 0.5 * early.fitted.relaxation_time, "{at_end:?}");
}
