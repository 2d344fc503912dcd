//! Stretched exponentials as sums of simple ones by non-negative least squares.

use kovacs_core::linear_response::RelaxationFunction;
use kovacs_fit::{FitError, fit_modes};
use kovacs_linear::stretched::StretchedExponential;

/// Largest error of `phi` over the times of the fit, by modes four to the decade between these decades of `tau`.
fn error(exponent: f64, from: i32, to: i32) -> f64 {
    let phi = StretchedExponential { relaxation_time: 100.0, exponent };
    let grid = |per_decade: i32, from: i32, to: i32| -> Vec<f64> {
        let time = |index| 100.0 * 10f64.powf(f64::from(index) / f64::from(per_decade));
        (per_decade * from..=per_decade * to).map(time).collect()
    };
    let modes = fit_modes(&phi, &grid(20, -9, 5), &grid(4, from, to)).unwrap();
    assert!(modes.iter().all(|&(_, weight)| weight > 0.0));
    let off = |time: &f64| {
        let sum: f64 = modes.iter().map(|(tau, weight)| weight * (-time / tau).exp()).sum();
        (sum - phi.phi(*time)).abs()
    };
    grid(33, -9, 5).iter().map(off).fold(0.0, f64::max)
}

#[test]
fn sixty_one_modes_and_what_their_range_decides() {
    // Computed independently: 8e-8, 1e-8 and 7e-9 with modes from 1e-10 tau on. The window of that fit is not known;
    // here it is 1e-9 to 1e5 tau.
    for (exponent, good, bad) in [(0.5, 8e-8, 1e-5), (0.35, 1.05e-8, 3e-4), (0.23, 7e-9, 4e-3)] {
        let wide = error(exponent, -10, 5);
        assert!(wide < good && wide > 0.5 * good, "{exponent}: {wide:e}");
        // The same number of modes from 1e-8 tau on: what is faster is lost, at most this much.
        let late = error(exponent, -8, 7);
        assert!(late < bad && late > 10.0 * good, "{exponent}: {late:e}");
    }
}

#[test]
fn no_times_are_no_grid() {
    let phi = StretchedExponential { relaxation_time: 100.0, exponent: 0.5 };
    let said = |times: &[f64], relaxation_times: &[f64]| match fit_modes(&phi, times, relaxation_times) {
        Err(error @ FitError::Grid { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(said(&[], &[1.0]), "there are no times; give at least one");
    let zero = "0 s is among the relaxation times; take finite ones above 0 s";
    assert_eq!(said(&[1.0], &[0.0]), zero);
    assert!(said(&[f64::NAN], &[1.0]).starts_with("NaN s is among the times"));
}
