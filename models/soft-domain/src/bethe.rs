//! Site percolation on the Bethe lattice of coordination number 4, in closed form.
//!
//! A branch is finite with probability `R = 1 - p + p R^3`. Beside `R = 1` this has the root
//! `R = [-p + sqrt(4p - 3p^2)] / (2p)`, below 1 for `p > 1/3`. A site belongs to the infinite cluster if it is occupied
//! and one of its four branches is infinite, `P_inf = p (1 - R^4)`; below the threshold the cluster of an occupied site
//! has `S = (1 + p)/(1 - 3p)` sites on average (Fisher & Essam, J. Math. Phys. 2 (1961) 609). The threshold 1/3 is close
//! to that of the simple cubic lattice, 0.3116, and `P_inf` starts there with a finite slope of 4.

/// Occupied fraction above which there is an infinite cluster.
pub const THRESHOLD: f64 = 1.0 / 3.0;

/// Mean cluster size is cut here: it diverges at the threshold, a sample does not.
pub const LARGEST_MEAN_SIZE: f64 = 1e4;

/// Probability that a branch is finite, for `p` above the threshold.
fn finite_branch(p: f64) -> f64 {
    0.5 * ((4.0 / p - 3.0).sqrt() - 1.0)
}

/// Fraction of all sites in the infinite cluster, `P_inf(p)`, for `p` in 0..=1.
pub fn infinite_cluster(p: f64) -> f64 {
    p * spanning_share(p)
}

/// Fraction of the occupied sites in the infinite cluster, `f = P_inf/p`, for `p` in 0..=1.
pub fn spanning_share(p: f64) -> f64 {
    if p > THRESHOLD { 1.0 - finite_branch(p).powi(4) } else { 0.0 }
}

/// `df/dp` above the threshold.
pub fn spanning_share_slope(p: f64) -> f64 {
    finite_branch(p).powi(3) * 4.0 / (p * p * (4.0 / p - 3.0).sqrt())
}

/// Mean number of sites in the cluster of an occupied site, `S(p)`, at most [`LARGEST_MEAN_SIZE`]; the cut value above
/// the threshold.
pub fn mean_size(p: f64) -> f64 {
    let room = 1.0 - 3.0 * p;
    if room * LARGEST_MEAN_SIZE > 1.0 + p { (1.0 + p) / room } else { LARGEST_MEAN_SIZE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(actual: f64, expected: f64, tolerance: f64) {
        assert!((actual - expected).abs() <= tolerance * expected.abs(), "{actual} is not {expected}");
    }

    #[test]
    fn closed_forms_meet_reference_values() {
        // Ten printed decimals.
        for (p, expected) in
            [(0.34, 0.0260589439), (0.4, 0.2166010489), (0.5, 0.4270509831), (0.8, 0.7985281374), (1.0, 1.0)]
        {
            check(infinite_cluster(p), expected, 2e-9);
        }
        assert_eq!((infinite_cluster(0.2), infinite_cluster(THRESHOLD)), (0.0, 0.0));
        for (p, expected) in [(0.1, 1.5714285714), (0.2, 3.0), (0.3, 13.0)] {
            check(mean_size(p), expected, 1e-10);
        }
        assert_eq!((mean_size(THRESHOLD), mean_size(0.9)), (LARGEST_MEAN_SIZE, LARGEST_MEAN_SIZE));
    }

    #[test]
    fn slope_of_the_share_is_its_derivative() {
        for p in [0.3334, 0.34, 0.5, 0.9] {
            let step = 1e-7;
            let numerical = (spanning_share(p + step) - spanning_share(p - step)) / (2.0 * step);
            // Second order in the step, with the rounding of a difference over it.
            check(spanning_share_slope(p), numerical, 1e-6);
        }
        // P_inf = p f starts with slope 4, so f starts with slope 4 / p_c.
        check(spanning_share_slope(THRESHOLD), 12.0, 1e-12);
    }
}
