//! Normal deviates from seeds, the same on every platform.

use rand::{Rng, RngExt};

/// A standard normal deviate, nearly: twelve uniform numbers less six. Unlike `ln` and `cos` sums have the same bits
/// everywhere.
pub(crate) fn deviate(random: &mut impl Rng) -> f64 {
    (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0
}
