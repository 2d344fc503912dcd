//! Percolation on the simple cubic lattice against exact enumeration, the literature and reference values.

use kovacs_soft_domain::percolation::{BOND_THRESHOLD, Cubic, Kind, SITE_THRESHOLD, Sweep, canonical};

const OPEN: [bool; 3] = [false; 3];
const ROUND: [bool; 3] = [true, true, false];

/// Mean and standard error of a number over seeds.
fn over_seeds(seeds: u64, number: impl Fn(u64) -> f64) -> (f64, f64) {
    let values: Vec<f64> = (0..seeds).map(number).collect();
    let mean = values.iter().sum::<f64>() / seeds as f64;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (seeds - 1) as f64;
    (mean, (variance / seeds as f64).sqrt())
}

fn sweep(edge: usize, periodic: [bool; 3], kind: Kind, seed: u64, p: f64) -> Sweep {
    let mut sweep = Sweep::new(&Cubic::new(edge, periodic).unwrap(), kind, seed);
    sweep.advance_to((p * sweep.len() as f64).round() as usize);
    sweep
}

/// First spanning occupation, as a part of all sites or bonds.
fn first_spanning(edge: usize, periodic: [bool; 3], kind: Kind, seed: u64) -> f64 {
    let sweep = sweep(edge, periodic, kind, seed, 1.0);
    sweep.first_spanning().unwrap() as f64 / sweep.len() as f64
}

#[test]
fn eight_sites_span_as_often_as_enumeration_says() {
    // A cluster joins the two planes if and only if one of the four columns is occupied: 1 - (1 - p^2)^4.
    let seeds = 4000;
    let mut spanning = [0.0; 9];
    for seed in 0..seeds {
        let first = sweep(2, OPEN, Kind::Site, seed, 1.0).first_spanning().unwrap();
        spanning[first..].iter_mut().for_each(|value| *value += 1.0 / seeds as f64);
    }
    for p in [0.0, 0.2, 0.5, 0.8, 1.0] {
        let exact = 1.0 - (1.0_f64 - p * p).powi(4);
        // Four standard errors, and the rounding of a sum of 4000 parts.
        let error = 4.0 * (exact * (1.0 - exact) / seeds as f64).sqrt() + 1e-10;
        assert!((canonical(&spanning, p) - exact).abs() <= error, "p = {p}: {} and {exact}", canonical(&spanning, p));
    }
}

#[test]
fn canonical_averages_are_those_of_the_binomial_distribution() {
    // Mean and mean square of the number of occupied sites: N p and N p (1 - p) + (N p)^2.
    let numbers: Vec<f64> = (0..=1000).map(f64::from).collect();
    let squares: Vec<f64> = numbers.iter().map(|n| n * n).collect();
    for p in [0.0, 1e-3, 0.3116, 0.7, 1.0] {
        assert!((canonical(&numbers, p) - 1000.0 * p).abs() < 1e-9);
        let expected = 1000.0 * p * (1.0 - p) + (1000.0 * p).powi(2);
        assert!((canonical(&squares, p) - expected).abs() < 1e-6);
    }
    assert!(
        canonical(&[], 0.5).is_nan() && canonical(&numbers, 1.5).is_nan() && canonical(&numbers, f64::NAN).is_nan()
    );
}

/// Sizes of the clusters of all sites by flooding from each, and whether one touches both faces in z.
fn flooded(edge: usize, periodic: [bool; 3], occupied: &[bool]) -> (Vec<usize>, bool) {
    let place = |[x, y, z]: [usize; 3]| x + edge * (y + edge * z);
    let mut sizes = vec![0; occupied.len()];
    let mut spans = false;
    for start in 0..occupied.len() {
        if !occupied[start] || sizes[start] > 0 {
            continue;
        }
        let (mut found, mut waiting) = (vec![start], vec![start]);
        let mut seen = vec![false; occupied.len()];
        seen[start] = true;
        while let Some(site) = waiting.pop() {
            let coordinates = [site % edge, site / edge % edge, site / edge / edge];
            for axis in 0..3 {
                for step in [1, edge - 1] {
                    let moved = (coordinates[axis] + step) % edge;
                    let wraps = coordinates[axis].abs_diff(moved) != 1;
                    let mut next = coordinates;
                    next[axis] = moved;
                    let next = place(next);
                    if occupied[next] && !seen[next] && (periodic[axis] || !wraps) {
                        seen[next] = true;
                        found.push(next);
                        waiting.push(next);
                    }
                }
            }
        }
        let layer = edge * edge;
        spans |= found.iter().any(|&site| site < layer) && found.iter().any(|&site| site >= layer * (edge - 1));
        for &site in &found {
            sizes[site] = found.len();
        }
    }
    (sizes, spans)
}

#[test]
fn clusters_are_those_of_flooding() {
    for (periodic, seed) in [(OPEN, 1), (ROUND, 2), ([true; 3], 3)] {
        let edge = 9;
        let mut sweep = sweep(edge, periodic, Kind::Site, seed, 0.0);
        for count in (1..=sweep.len()).step_by(20) {
            sweep.advance_to(count);
            let coordinates = |site: usize| [site % edge, site / edge % edge, site / edge / edge];
            let sizes: Vec<usize> = (0..sweep.len()).map(|site| sweep.cluster_size(coordinates(site))).collect();
            let occupied: Vec<bool> = sizes.iter().map(|&size| size > 0).collect();
            assert_eq!(occupied.iter().filter(|&&occupied| occupied).count(), count);
            let (expected, spans) = flooded(edge, periodic, &occupied);
            assert_eq!((&sizes, sweep.spans()), (&expected, spans), "{periodic:?}, {count} sites");
            let largest = *expected.iter().max().unwrap();
            assert_eq!(sweep.largest(), largest);
            assert_eq!(sweep.mean_size(), expected.iter().sum::<usize>() as f64 / count as f64);
            let others = expected.iter().filter(|&&size| size > 0).count() - largest;
            if others > 0 {
                let squares = expected.iter().sum::<usize>() - largest * largest;
                assert_eq!(sweep.mean_finite_size(), squares as f64 / others as f64);
            }
        }
    }
}

#[test]
fn first_spanning_occupation_of_small_boxes() {
    for (edge, seeds, expected, reference_error) in [(16, 200, 0.3105, 0.0019), (24, 100, 0.3091, 0.0019)] {
        let (mean, error) = over_seeds(seeds, |seed| first_spanning(edge, ROUND, Kind::Site, seed));
        assert!((0.300..0.322).contains(&mean), "{mean}");
        assert!((mean - expected).abs() < 4.0 * error.hypot(reference_error), "{edge}: {mean} +- {error}");
    }
}

#[test]
fn half_of_the_boxes_span_at_the_threshold_none_below_all_above() {
    for (kind, threshold) in [(Kind::Site, SITE_THRESHOLD), (Kind::Bond, BOND_THRESHOLD)] {
        let first: Vec<f64> = (0..60).map(|seed| first_spanning(48, ROUND, kind, seed)).collect();
        let share = |p: f64| first.iter().filter(|&&first| first <= p).count() as f64 / first.len() as f64;
        assert!((0.25..0.75).contains(&share(threshold)), "{kind:?}: {}", share(threshold));
        assert_eq!((share(threshold - 0.06), share(threshold + 0.04)), (0.0, 1.0), "{kind:?}");
    }
}

#[test]
fn largest_cluster_above_the_threshold() {
    for (periodic, p, expected, reference_error) in [
        (OPEN, 0.35, 0.226, 0.004),
        (OPEN, 0.40, 0.3506, 0.0010),
        (OPEN, 0.50, 0.4872, 0.0004),
        (ROUND, 0.35, 0.255, 0.004),
        (ROUND, 0.40, 0.3575, 0.001),
        (ROUND, 0.50, 0.4885, 0.0004),
    ] {
        let share = |seed: u64| sweep(48, periodic, Kind::Site, seed, p).largest() as f64 / 48f64.powi(3);
        let (mean, error) = over_seeds(20, share);
        assert!((mean - expected).abs() < 3.0 * error.hypot(reference_error), "{p}: {mean} +- {error}");
    }
}

#[test]
fn the_infinite_cluster_grows_with_the_exponent_of_the_literature() {
    // At the threshold the largest cluster holds L^(-beta/nu) of the sites, beta/nu = 0.47705(15).
    let share = |edge: usize| {
        over_seeds(60, |seed| {
            sweep(edge, ROUND, Kind::Site, seed, SITE_THRESHOLD).largest() as f64 / (edge as f64).powi(3)
        })
    };
    let ((small, small_error), (large, large_error)) = (share(16), share(64));
    let exponent = (small / large).ln() / 4f64.ln();
    let error = (small_error / small).hypot(large_error / large) / 4f64.ln();
    // Small boxes have corrections of some per cent.
    assert!((exponent - 0.47705).abs() < 3.0 * error + 0.03, "{exponent} +- {error}");
}

#[test]
fn sweeps_are_seeded_and_end_with_one_cluster() {
    let largest = |seed: u64, p: f64| sweep(20, ROUND, Kind::Site, seed, p).largest();
    assert_eq!(largest(5, 0.33), largest(5, 0.33));
    assert_ne!(largest(5, 0.33), largest(6, 0.33));
    for kind in [Kind::Site, Kind::Bond] {
        let whole = sweep(20, ROUND, kind, 5, 1.0);
        assert_eq!((whole.largest(), whole.mean_size(), whole.mean_finite_size()), (8000, 8000.0, 0.0));
    }
    let bonds = |periodic: [bool; 3]| sweep(20, periodic, Kind::Bond, 5, 0.0).len();
    assert_eq!((bonds(OPEN), bonds(ROUND)), (3 * 20 * 20 * 19, 2 * 8000 + 20 * 20 * 19));
}

#[test]
fn a_single_site_is_a_box_too() {
    let site = sweep(1, [true; 3], Kind::Site, 0, 1.0);
    assert_eq!((site.len(), site.largest(), site.first_spanning()), (1, 1, Some(1)));
    let bond = sweep(1, [true; 3], Kind::Bond, 0, 1.0);
    assert_eq!((bond.len(), bond.largest(), bond.first_spanning()), (0, 1, Some(0)));
}
