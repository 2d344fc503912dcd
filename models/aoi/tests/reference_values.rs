//! The relaxation function of a flat barrier distribution against values computed independently.

use kovacs_aoi::barriers::FlatBarriers;
use kovacs_core::linear_response::{RelaxationFunction, linear_peak};

#[track_caller]
fn check(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual / expected - 1.0).abs() < tolerance, "{actual} is not {expected} within {tolerance:e}");
}

#[test]
fn ageing_is_logarithmic_inside_the_spectrum() {
    let barriers = FlatBarriers::between(1e-9, 1e6);
    for (time, expected) in [(1.0, 0.1336214220), (10.0, 0.0694261761), (100.0, 0.0200686635), (1000.0, 0.0027595094)] {
        let aged = barriers.phi(time) - barriers.phi(100.0 + time);
        // Ten printed decimals.
        assert!((aged - expected).abs() < 6e-11, "{aged} at {time} s");
        let law = (1.0 + 100.0 / time).ln() / barriers.width;
        assert!((aged - law).abs() < 4e-9, "{aged} against {law}");
    }
}

#[test]
fn values_of_phi_over_nine_decades() {
    let barriers = FlatBarriers::between(1e-6, 1e2);
    for (time, expected) in
        [(1e-3, 0.994704075779), (1.0, 0.718664857020), (1e3, 0.343719075975), (1e6, 0.011909654016)]
    {
        check(barriers.phi(time), expected, 5e-11);
    }
}

#[test]
fn the_peak_follows_the_waiting_time_until_the_slowest_mode() {
    let barriers = FlatBarriers::between(1e-6, 1e2);
    for (t_w, ratio) in [(10.0, 0.6666777779), (900.0, 0.6676677177), (1e5, 0.7923342956)] {
        check(linear_peak(&barriers, t_w, 0.4).unwrap().0 / t_w, ratio, 2e-10);
    }
    // exp(-1) < 0.4: the stress rises for ever.
    assert_eq!(linear_peak(&barriers, 1e6, 0.4), None);
}

#[test]
fn the_logarithmic_hump() {
    // A spectrum far wider than the window: t_p = t_w r/(1 - r). L here is twice ln 1e8, so the height halves.
    let barriers = FlatBarriers::between(1e-11, 1e5);
    let (t_p, _) = linear_peak(&barriers, 1000.0, 0.4).unwrap();
    check(t_p, 2000.0 / 3.0, 1e-6);
    let second = |time: f64| barriers.phi(1000.0 + time) - 0.4 * barriers.phi(time);
    check(2.0 * (second(t_p) - second(1.0)), 0.113518603030, 1e-6);
}

#[test]
fn integral_and_rate_belong_to_phi() {
    for width in [0.01, 0.049, 0.051, 3.0, 18.0] {
        let barriers = FlatBarriers { ln_slowest_rate: 1e-4f64.ln(), width };
        for time in [1e-3, 1.0, 1e2, 1e4, 3e5] {
            let step = 1e-3 * time;
            let slope = (barriers.integral(time + step) - barriers.integral(time - step)) / (2.0 * step);
            // Central differences of the integral: second order in 1e-3, times up to (lambda t)^2.
            let bend = 1e-6 * (1.0 + (barriers.fastest_rate() * time).min(40.0).powi(2));
            assert!((slope - barriers.phi(time)).abs() < bend, "width {width}, {time} s: {slope}");
            let rate = (barriers.phi(time - step) - barriers.phi(time + step)) / (2.0 * step);
            let expected = barriers.ln_rate(time).exp();
            assert!((rate - expected).abs() <= bend * expected + 1e-12 / step, "width {width}, {time} s: {rate}");
        }
        check(barriers.phi(0.0), 1.0, 1e-15);
    }
}

#[test]
fn a_narrow_spectrum_is_a_simple_exponential() {
    let barriers = FlatBarriers { ln_slowest_rate: 0.1f64.ln(), width: 1e-9 };
    for time in [0.1, 10.0, 100.0] {
        check(barriers.phi(time), (-0.1 * time).exp(), 1e-8);
    }
}
