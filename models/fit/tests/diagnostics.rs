//! Diagnostics of chains and expected densities against ArviZ 0.23.4, on numbers that a few lines of any language make.

use kovacs_fit::bayes::diagnostics::{bulk_size, mean_size, r_hat, rank_r_hat, tail_size};
use kovacs_fit::bayes::{leave_one_out, waic};
use proptest::prelude::*;

/// A linear congruential generator, uniform between -1/2 and 1/2.
struct Congruential(u64);

impl Congruential {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / 2.0_f64.powi(53) - 0.5
    }
}

/// Four chains, each an autoregression, shifted from each other.
fn chains(rho: f64, shift: f64, draws: usize) -> Vec<Vec<f64>> {
    let chain = |index: u32| {
        let (mut random, mut state) = (Congruential(u64::from(index) + 1), 0.0);
        let draw = |_| {
            state = rho * state + random.next();
            state + shift * f64::from(index)
        };
        (0..draws).map(draw).collect()
    };
    (0..4).map(chain).collect()
}

fn views(chains: &[Vec<f64>]) -> Vec<&[f64]> {
    chains.iter().map(Vec::as_slice).collect()
}

/// 1e-9 relative: sums in another order, and quantiles of the normal distribution from another library.
fn check(found: f64, expected: f64) {
    assert!((found / expected - 1.0).abs() < 1e-9, "{found} for {expected}");
}

#[test]
fn chains_are_judged_as_arviz_judges_them() {
    // az.rhat(method="rank"), az.ess(method="bulk"), "tail", "mean".
    let expected = [
        (0.0, 0.0, 250, [1.0009495053126798, 930.7157815958636, 991.7333268478731, 870.1306728073642]),
        (0.9, 0.0, 500, [1.0126201779942636, 116.35854792724714, 181.58437400738825, 114.83545540111758]),
        (-0.4, 0.0, 251, [0.9996085474532955, 2191.7881766012656, 1130.3896164389587, 2032.2778043108433]),
        (0.5, 0.3, 300, [1.428966614080107, 8.697438186045813, 114.7974196506703, 8.486023858396054]),
    ];
    for (rho, shift, draws, expected) in expected {
        let chains = chains(rho, shift, draws);
        let views = views(&chains);
        let found = [r_hat(&views), bulk_size(&views), tail_size(&views), mean_size(&views)];
        for (found, expected) in found.into_iter().zip(expected) {
            check(found, expected);
        }
    }
}

#[test]
fn expected_densities_are_those_of_arviz() {
    let mut random = Congruential(7);
    let row = |_| (0..6).map(|term| -0.5 * (4.0 * random.next() * f64::from(term + 1) / 2.0).powi(2) - 1.0).collect();
    let likelihoods: Vec<Vec<f64>> = (0..1000).map(row).collect();
    let waic = waic(&likelihoods);
    // ArviZ takes the mean square deviation of the 1000 draws for their variance.
    check(waic.effective_parameters, 49.271198375133594 * 1000.0 / 999.0);
    check(waic.sum, -60.98504757896251 - 49.271198375133594 / 999.0);
    let left_out = leave_one_out(&likelihoods);
    check(left_out.sum, -38.641245510775704);
    check(left_out.effective_parameters, 26.92739630694679);
    let expected = [
        -0.8711702418368115,
        -0.6394566542833832,
        -0.5735259368257163,
        -0.6133284915994102,
        -0.09468854878417113,
        0.1536785901712001,
    ];
    for (found, expected) in left_out.pareto_k.iter().zip(expected) {
        check(*found, expected);
    }
    // The same for the spread over the six terms.
    check(left_out.error.unwrap() * (5.0_f64 / 6.0).sqrt(), 12.412835625132233);
}

#[test]
fn chains_that_say_nothing_have_no_diagnostics() {
    assert!(r_hat(&[]).is_nan() && r_hat(&[&[1.0]]).is_nan());
    assert!(bulk_size(&[]).is_nan() && bulk_size(&[&[1.0, 2.0]]).is_nan());
    assert!(r_hat(&[&[1.0; 50], &[1.0; 50]]).is_nan());
    assert!(bulk_size(&[&[f64::NAN; 50]]).is_nan());
}

proptest! {
    #[test]
    fn ranks_do_not_see_a_rising_map(rho in -0.5..0.95_f64, shift in 0.0..0.3_f64, power in 0.2..3.0_f64) {
        let chains = chains(rho, shift, 100);
        let mapped: Vec<Vec<f64>> =
            chains.iter().map(|chain| chain.iter().map(|draw| (power * draw).exp()).collect()).collect();
        prop_assert_eq!(rank_r_hat(&views(&chains)), rank_r_hat(&views(&mapped)));
        prop_assert_eq!(bulk_size(&views(&chains)), bulk_size(&views(&mapped)));
        let falling: Vec<Vec<f64>> = chains.iter().map(|chain| chain.iter().map(|draw| 1.0 - 2.0 * draw).collect()).collect();
        // The two draws next to the median are equally far from it, and rounding decides which is the nearer one.
        prop_assert!((r_hat(&views(&chains)) / r_hat(&views(&falling)) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn a_constant_is_added_to_every_term(constant in -1e3..1e3_f64, seed in 1..1000_u64) {
        let mut random = Congruential(seed);
        let rows: Vec<Vec<f64>> = (0..200).map(|_| (0..3).map(|_| 5.0 * random.next()).collect()).collect();
        let moved: Vec<Vec<f64>> = rows.iter().map(|row| row.iter().map(|value| value + constant).collect()).collect();
        let pairs = [(waic(&rows), waic(&moved)), (leave_one_out(&rows), leave_one_out(&moved))];
        for (own, moved) in pairs {
            // Logarithms of 1000 are exact to 1e-13, and the fit of a tail multiplies that.
            prop_assert!((own.sum + 3.0 * constant - moved.sum).abs() < 1e-6);
            prop_assert!((own.effective_parameters - moved.effective_parameters).abs() < 1e-6);
            for (a, b) in own.pareto_k.iter().zip(&moved.pareto_k) {
                prop_assert!((a - b).abs() < 1e-6);
            }
        }
    }
}
