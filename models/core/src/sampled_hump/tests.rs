//! Humps of sampled curves with known truth.

use super::*;

/// Two modes of 1 s and 100 s, waited 3 s, stepped back to 0.4: peak at 5.0513 s, 0.26422 high.
fn two_modes(time: f64) -> f64 {
    let phi = |t: f64| 0.5 * (-t).exp() + 0.5 * (-t / 100.0).exp();
    phi(3.0 + time) - 0.6 * phi(time)
}

/// Nearly normal noise of standard deviation 1 from a multiplicative generator; the same numbers every time.
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        (0..12).map(|_| uniform()).sum::<f64>() - 6.0
    }
}

fn evenly(step: f64, count: usize) -> Vec<f64> {
    (0..count).map(|index| index as f64 * step).collect()
}

#[test]
fn a_noisy_hump_is_found_within_its_error() {
    for seed in 1..=20 {
        let mut noise = noise(seed);
        let times = evenly(0.1, 600);
        let stress: Vec<f64> = times.iter().map(|&time| two_modes(time) + 0.005 * noise()).collect();
        let found = hump_of_samples(&times, &stress, 0.0).unwrap();
        assert!((found.noise / 0.005 - 1.0).abs() < 0.25, "noise {}", found.noise);
        let Hump::Peak { t_p, delta_sigma } = found.hump else { panic!("{}", found.hump) };
        // Four standard errors: one in ten thousand lies further off.
        assert!((t_p - 5.0513).abs() < 4.0 * found.t_p_error().unwrap(), "{found}");
        assert!((delta_sigma - 0.26422).abs() < 4.0 * found.delta_sigma_error, "{found}");
    }
}

#[test]
fn samples_without_noise_give_a_symmetric_top_exactly() {
    // A parabola in ln t', sampled unevenly: rounding only.
    let times: Vec<f64> = (0..200).map(|index| 0.1 * f64::from(index).powf(1.3) + 0.01).collect();
    let stress: Vec<f64> = times.iter().map(|time| 7.0 - (time / 12.0).ln().powi(2)).collect();
    let found = hump_of_samples(&times, &stress, 0.0).unwrap();
    let Hump::Peak { t_p, delta_sigma } = found.hump else { panic!("{}", found.hump) };
    // Averaging a curved bin lowers it by at most (0.115 / 2)^2 / 3 of the curvature.
    assert!((t_p / 12.0 - 1.0).abs() < 3e-3, "{t_p}");
    assert!((delta_sigma - (1200.0f64).ln().powi(2)).abs() < 3e-3, "{delta_sigma}");
}

#[test]
fn noise_alone_is_no_hump() {
    for seed in 1..=50 {
        let mut noise = noise(seed);
        let times = evenly(1.0, 400);
        let flat: Vec<f64> = times.iter().map(|_| 5.0 + 0.1 * noise()).collect();
        assert_eq!(hump_of_samples(&times, &flat, 0.0).unwrap().hump, Hump::NoHump, "seed {seed}");
        let falling: Vec<f64> = times.iter().map(|time| (-time / 50.0).exp() + 0.01 * noise()).collect();
        assert_eq!(hump_of_samples(&times, &falling, 0.0).unwrap().hump, Hump::NoHump, "seed {seed}");
    }
}

#[test]
fn a_rise_that_has_not_ended_and_a_dead_time() {
    let times = evenly(0.01, 200);
    let stress: Vec<f64> = times.iter().map(|&time| two_modes(time)).collect();
    let rising = hump_of_samples(&times, &stress, 0.0).unwrap();
    assert!(matches!(rising.hump, Hump::MonotoneRise { .. }), "{}", rising.hump);
    let times = evenly(0.1, 600);
    let stress: Vec<f64> = times.iter().map(|&time| two_modes(time)).collect();
    let late = hump_of_samples(&times, &stress, 0.95).unwrap();
    assert_eq!((late.dead_time, late.sigma_0), (1.0, two_modes(1.0)));
    assert_eq!(hump_of_samples(&times, &stress, 6.0).unwrap().hump, Hump::NoHump);
}

#[test]
fn bad_samples_are_named() {
    let message = |times: &[f64], stress: &[f64]| hump_of_samples(times, stress, 0.0).unwrap_err().to_string();
    assert_eq!(message(&[1.0], &[]), "1 times and 0 stresses");
    assert_eq!(
        message(&[1.0, 1.0], &[2.0, 3.0]),
        "row 1 (1 s, 3 MPa) is not finite or not later than the row before; leave it out"
    );
    assert_eq!(message(&[1.0, 2.0], &[2.0, 3.0]), "2 samples after the dead time, at least 8 are needed to see a hump");
    let curve = Curve::new("c", vec![1.0], vec![1.0]).unwrap().x_axis("time", "s").y_axis("stress", "kPa");
    let text = curve.hump(0.0).unwrap_err().to_string();
    assert_eq!(text, "y is in `kPa`, and `MPa` is needed for a hump; convert it first");
    assert!(message(&[f64::NAN], &[1.0]).starts_with("row 0 (NaN s"));
    assert!(hump_of_samples(&evenly(-1.0, 3), &[1.0; 3], 0.0).is_err());
}
