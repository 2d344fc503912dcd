//! Laws of linear viscoelasticity, for random sums of exponentials and random protocols.

use kovacs_core::Protocol;
use kovacs_core::hump::{Hump, Window, find_hump};
use kovacs_core::linear_response::{
    Columns, LinearTestError, Moduli, RelaxationFunction, StrainTest, existence_window, linear_peak, memory_kernel,
};
use proptest::prelude::*;
use proptest::test_runner::Config;
use std::convert::Infallible;

/// A sum of exponentials: (weight, relaxation time in s), weights of sum 1.
#[derive(Clone, Debug)]
struct Exponentials(Vec<(f64, f64)>);

impl RelaxationFunction for Exponentials {
    fn phi(&self, time: f64) -> f64 {
        self.0.iter().map(|(weight, tau)| weight * (-time / tau).exp()).sum()
    }

    fn integral(&self, time: f64) -> f64 {
        self.0.iter().map(|(weight, tau)| -weight * tau * (-time / tau).exp_m1()).sum()
    }

    fn ln_rate(&self, time: f64) -> f64 {
        let terms = || self.0.iter().map(|(weight, tau)| (weight / tau).ln() - time / tau);
        let largest = terms().fold(f64::NEG_INFINITY, f64::max);
        largest + terms().map(|term| (term - largest).exp()).sum::<f64>().ln()
    }

    fn longest_time(&self) -> Option<f64> {
        self.0.iter().map(|(_, tau)| *tau).reduce(f64::max)
    }
}

prop_compose! {
    /// One to five modes between 1e-2 s and 1e5 s.
    fn spectrum()(modes in prop::collection::vec((0.05..1.0f64, -2.0..5.0f64), 1..5)) -> Exponentials {
        let total: f64 = modes.iter().map(|(weight, _)| weight).sum();
        Exponentials(modes.into_iter().map(|(weight, decade)| (weight / total, 10f64.powf(decade))).collect())
    }
}

prop_compose! {
    /// Up to six pieces: (strain, ramp in s or 0, hold in s).
    fn pieces()(pieces in prop::collection::vec((-1.0..1.0f64, prop::option::of(-6.0..2.0f64), -1.0..3.0f64), 1..6))
        -> Vec<(f64, f64, f64)> {
        let ramp = |decade: Option<f64>| decade.map_or(0.0, |decade| 10f64.powf(decade));
        pieces.into_iter().map(|(strain, decade, hold)| (strain, ramp(decade), 10f64.powf(hold))).collect()
    }
}

const MODULI: Moduli = Moduli { unrelaxed: 100.0, relaxed: 30.0 };

fn protocol(pieces: &[(f64, f64, f64)], delay: f64) -> Protocol {
    let start = if delay > 0.0 { Protocol::at(593.0).hold(delay) } else { Protocol::at(593.0) };
    pieces.iter().fold(start, |protocol, &(strain, ramp, hold)| protocol.ramp(strain, ramp).hold(hold))
}

fn stress(protocol: &Protocol, phi: &Exponentials, times: &[f64]) -> Vec<f64> {
    let nodes = protocol.nodes().unwrap();
    let columns = Columns {
        time: &nodes.time,
        temperature: &nodes.temperature,
        control: &nodes.control,
        drive: &nodes.drive,
        wanted: times,
        before: &[],
    };
    let mut out = vec![f64::NAN; times.len()];
    StrainTest::new(columns).unwrap().stress(MODULI, phi, &mut out);
    out
}

fn grid(protocol: &Protocol) -> Vec<f64> {
    (0..=60).map(|index| protocol.duration() * 1.1 * f64::from(index) / 60.0).collect()
}

/// Rounding of a few hundred operations on stresses of up to about 100 MPa, with times good to 1e-13 of the duration.
const ROUNDING: f64 = 1e-9;

proptest! {
    // Failures are printed with their input; no file of past failures is kept beside the tests.
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn responses_add(phi in spectrum(), steps in pieces(), factors in prop::collection::vec(-2.0..2.0f64, 6)) {
        // The same times with other strains: sigma[a + b] = sigma[a] + sigma[b].
        let other: Vec<_> = steps.iter().zip(&factors).map(|(&(strain, ramp, hold), f)| (f * strain, ramp, hold)).collect();
        let sum: Vec<_> = steps.iter().zip(&other).map(|(a, b)| (a.0 + b.0, a.1, a.2)).collect();
        let times = grid(&protocol(&steps, 0.0));
        let [a, b, both] = [&steps, &other, &sum].map(|pieces| stress(&protocol(pieces, 0.0), &phi, &times));
        for ((a, b), both) in a.iter().zip(&b).zip(&both) {
            prop_assert!((a + b - both).abs() < ROUNDING, "{a} + {b} is not {both}");
        }
    }

    #[test]
    fn nothing_ages(phi in spectrum(), steps in pieces(), delay in 1.0..1e3f64) {
        let now = protocol(&steps, 0.0);
        // Times a little off the corners: a shifted corner may round to the other side of a jump.
        let times: Vec<f64> = grid(&now).into_iter().map(|time| time + 1e-3).collect();
        let shifted: Vec<f64> = times.iter().map(|time| time + delay).collect();
        let later = stress(&protocol(&steps, delay), &phi, &shifted);
        for ((time, now), later) in times.iter().zip(stress(&now, &phi, &times)).zip(later) {
            // A time of 1e3 s is good to 1e-13 s; inside a ramp of 1e-6 s that is 1e-7 of the strain.
            prop_assert!((now - later).abs() < 1e-4, "{now} and {later} MPa at {time} s");
        }
    }

    #[test]
    fn a_short_ramp_is_a_step(phi in spectrum(), decade in -9.0..-5.0f64, time in -1.0..4.0f64) {
        let (ramp, time) = (10f64.powf(decade), 10f64.powf(time));
        let step = stress(&Protocol::at(593.0).step(1.0).hold(1e5), &phi, &[time]);
        let ramped = stress(&Protocol::at(593.0).ramp(1.0, ramp).hold(1e5), &phi, &[time]);
        // The mean of phi over the ramp lies half a ramp earlier: at most 70 MPa g(0) ramp / 2.
        let bound = 70.0 * phi.ln_rate(0.0).exp() * ramp + 1e-10;
        prop_assert!((step[0] - ramped[0]).abs() < bound, "{} and {} MPa, ramp {ramp} s", step[0], ramped[0]);
    }

    #[test]
    fn a_second_step_up_never_makes_a_hump(phi in spectrum(), t_w in 0.0..4.0f64, ratio in 1.0..3.0f64) {
        prop_assert_eq!(second_stage(&phi, 10f64.powf(t_w), ratio).0, Hump::NoHump);
    }

    #[test]
    fn sampled_humps_agree_with_the_root_and_stay_in_bounds(
        phi in spectrum(), t_w in 0.0..4.0f64, place in 0.02..0.98f64,
    ) {
        let t_w = 10f64.powf(t_w);
        let (lower, upper) = existence_window(&phi, t_w);
        prop_assume!(upper - lower > 1e-3);
        let r = lower + place * (upper - lower);
        let Some((t_p, rise)) = linear_peak(&phi, t_w, r) else {
            return Err(TestCaseError::fail(format!("no root at r = {r} inside {lower}..{upper}")));
        };
        // Humps of less than 1e-6 of the stress, above the start or above the relaxed stress, are too flat for doubles
        // to say where their top is.
        let above_relaxed = phi.phi(t_w + t_p) - r * phi.phi(t_p);
        prop_assume!(rise > 1e-6 && above_relaxed > 1e-6 && t_p < 1e6);
        let (hump, sigma_0) = second_stage(&phi, t_w, 1.0 - r);
        let Hump::Peak { t_p: sampled, delta_sigma } = hump else {
            return Err(TestCaseError::fail(format!("{hump} where the peak is at {t_p} s")));
        };
        prop_assert!((sampled / t_p - 1.0).abs() < 1e-4, "{sampled} and {t_p} s");
        prop_assert!((delta_sigma / 70.0 - rise).abs() < 1e-8 * rise + 1e-13, "{} and {rise}", delta_sigma / 70.0);
        prop_assert!(delta_sigma >= 0.0 && delta_sigma < 70.0 * r * (1.0 - phi.phi(t_p)));
        prop_assert!(sigma_0.is_finite());
    }

    #[test]
    fn the_memory_kernel_lies_between_nothing_and_phi(phi in spectrum(), t_w in 0.0..4.0f64, time in -2.0..5.0f64) {
        let (t_w, time) = (10f64.powf(t_w), 10f64.powf(time));
        let kernel = memory_kernel(&phi, t_w, time);
        // Rounding of 1e-16 is divided by 1 - phi(t_w).
        let rounding = 1e-15 / (1.0 - phi.phi(t_w));
        prop_assert!(kernel > -rounding && kernel < phi.phi(time) + rounding, "{kernel}");
    }
}

/// Hump and first stress of a two-step test from 1 to `eps2`.
fn second_stage(phi: &Exponentials, t_w: f64, eps2: f64) -> (Hump, f64) {
    let protocol = Protocol::two_step(1.0, eps2, t_w, 1e7, 593.0);
    let after = |times: &[f64]| {
        Ok::<_, Infallible>(stress(&protocol, phi, &times.iter().map(|time| t_w + time).collect::<Vec<_>>()))
    };
    let located = find_hump(after, Window { dead_time: 0.0, first: 1e-4, last: 1e7 }, true).unwrap();
    (located.hump, located.sigma_0)
}

#[test]
fn both_sides_of_a_jump_are_exact() {
    let phi = Exponentials(vec![(1.0, 10.0)]);
    let nodes = Protocol::two_step(1.0, 0.5, 3.0, 10.0, 593.0).nodes().unwrap();
    let columns = Columns {
        time: &nodes.time,
        temperature: &nodes.temperature,
        control: &nodes.control,
        drive: &nodes.drive,
        wanted: &[0.0, 0.0, 3.0, 3.0],
        before: &[true, false, true, false],
    };
    let test = StrainTest::new(columns).unwrap();
    let (mut strain, mut stress) = ([0.0; 4], [0.0; 4]);
    test.strain(&mut strain);
    test.stress(MODULI, &phi, &mut stress);
    assert_eq!(strain, [0.0, 1.0, 1.0, 0.5]);
    let waited = 70.0 * (-0.3f64).exp();
    assert_eq!(stress, [0.0, 100.0, 30.0 + waited, 15.0 + 70.0 * ((-0.3f64).exp() - 0.5)]);
}

#[test]
fn what_a_linear_model_cannot_do_is_said() {
    let refuse = |protocol: Protocol| {
        let nodes = protocol.nodes().unwrap();
        let columns = Columns {
            time: &nodes.time,
            temperature: &nodes.temperature,
            control: &nodes.control,
            drive: &nodes.drive,
            wanted: &[],
            before: &[],
        };
        StrainTest::new(columns).unwrap_err().to_string()
    };
    assert_eq!(
        refuse(Protocol::at(593.0).step(0.01).hold(9.0).stress_step(0.0).hold(1.0)),
        "stress is prescribed at 9 s, and this model takes strain only; prescribe the strain instead"
    );
    assert_eq!(
        refuse(Protocol::at(593.0).step(0.01).hold(9.0).temperature_step(600.0).hold(1.0)),
        "the temperature goes from 593 K to 600 K at 9 s, and this model takes one temperature only; keep it constant"
    );
    let columns = Columns { time: &[0.0], temperature: &[], control: &[0.0], drive: &[0.0], wanted: &[], before: &[] };
    assert_eq!(StrainTest::new(columns), Err(LinearTestError::Columns));
}
