//! The fit of one stretched exponential: truth comes back, bounds are said, and nothing is made of nothing.

use kovacs_core::Curve;
use kovacs_core::hump::log_spaced;
use kovacs_fit::{FitError, Plateau, fit_stretched};

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
