//! Random numbers that are the same on every platform and in every year.
//!
//! A library's default generator may change with its version, and the usual way to normal deviates goes through `ln`
//! and `cos`, whose last bits differ between platforms. So: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), and the sum
//! of twelve uniform numbers minus six, which has mean 0, variance 1, and never exceeds 6.

/// A stream of random numbers.
pub(super) struct Noise {
    state: u64,
}

impl Noise {
    /// The stream that belongs to a seed and a label; different labels give unrelated streams.
    pub(super) fn new(seed: u64, label: &str) -> Noise {
        // FNV-1a of the label, started from the seed.
        let start = seed ^ 0xcbf2_9ce4_8422_2325;
        let state = label.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Noise { state }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in 0..1, 53 bits.
    fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Mean 0, standard deviation 1, nearly normal.
    pub(super) fn deviate(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_stream_of_splitmix64_is_reproduced() {
        // First outputs for state 1234567, from the reference implementation in C.
        let mut noise = Noise { state: 1_234_567 };
        let first: Vec<u64> = (0..3).map(|_| noise.next()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn deviates_have_mean_zero_and_variance_one() {
        let mut noise = Noise::new(1, "variance");
        let n = 20_000;
        let values: Vec<f64> = (0..n).map(|_| noise.deviate()).collect();
        let mean = values.iter().sum::<f64>() / f64::from(n);
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / f64::from(n);
        // Four standard errors: 4/sqrt(n) = 0.028 for the mean, 4 sqrt(2/n) = 0.04 for the variance.
        assert!(mean.abs() < 0.028 && (variance - 1.0).abs() < 0.04, "{mean} {variance}");
    }

    #[test]
    fn labels_and_seeds_give_different_streams() {
        let first = |seed, label| Noise::new(seed, label).next();
        assert_ne!(first(1, "a"), first(1, "b"));
        assert_ne!(first(1, "a"), first(2, "a"));
        assert_eq!(first(1, "a"), first(1, "a"));
    }
}
