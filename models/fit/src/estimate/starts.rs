//! Where searches start: at the user's values, then spread over what is plausible.
//!
//! The others are a Latin hypercube (McKay, Beckman & Conover, Technometrics 21 (1979) 239): each variable is cut into as
//! many strata as there are starts, and every stratum is used once. A variable spans its bounds where these are near,
//! else a factor of ten, or a size of its own, to either side of its start.

use super::parameters::FreeParameter;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Reach to either side of the start: a factor of ten, or one nominal size.
fn reach(unknown: &FreeParameter) -> f64 {
    if unknown.logarithmic { std::f64::consts::LN_10 } else { 1.0 }
}

/// `count` starts in the variables of the search; the first is the user's own. The same seed gives the same starts.
pub(crate) fn starts(unknowns: &[FreeParameter], count: usize, seed: u64) -> Vec<Vec<f64>> {
    let own: Vec<f64> = unknowns.iter().map(|unknown| unknown.variable(unknown.start)).collect();
    let others = count.saturating_sub(1);
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut starts = vec![own.clone(); others];
    for (place, unknown) in unknowns.iter().enumerate() {
        let (lower, upper) = unknown.variable_bounds();
        let low = lower.max(own[place] - reach(unknown));
        let high = upper.min(own[place] + reach(unknown));
        let mut strata: Vec<usize> = (0..others).collect();
        for last in (1..others).rev() {
            strata.swap(last, random.random_range(0..=last));
        }
        for (start, stratum) in starts.iter_mut().zip(strata) {
            let part = (stratum as f64 + random.random::<f64>()) / others as f64;
            start[place] = low + part * (high - low);
        }
    }
    std::iter::once(own).chain(starts).collect()
}
