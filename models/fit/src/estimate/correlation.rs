//! Residuals that know of their neighbours.
//!
//! A model that is slightly wrong leaves residuals that keep their sign over a stretch of logarithmic time, and a
//! thousand such samples say no more than a few. They are described by an autoregression of first order in continuous
//! time (an Ornstein-Uhlenbeck process, Jones, Technometrics 23 (1981) 247), here in the logarithm of the time since
//! the last step: two neighbours have the correlation `rho_i = exp(-[ln t_i - ln t_(i-1)] / lambda)`, and
//! `e_i = (r_i - rho_i r_(i-1)) / sqrt(1 - rho_i^2)` are independent. `lambda = 0` is white noise.

/// Largest correlation of neighbours that is used: beyond it the curve is one number.
const LARGEST: f64 = 0.999;

/// Range of `lambda` that is searched, in units of the natural logarithm of time.
const RANGE: (f64, f64) = (1e-4, 20.0);

/// Correlation of each sample with the one before it; 0 for the first of a stage, whose time is less than the one before.
pub(crate) fn correlations(elapsed: &[f64], lambda: f64) -> Vec<f64> {
    let mut previous: Option<f64> = None;
    let rho = elapsed.iter().map(|&time| {
        let rho = match previous {
            Some(before) if before > 0.0 && time >= before && lambda > 0.0 => {
                (-(time / before).ln() / lambda).exp().min(LARGEST)
            }
            _ => 0.0,
        };
        previous = Some(time);
        rho
    });
    rho.collect()
}

/// Makes a column of standardised residuals, or of their derivatives, independent, in place.
pub(crate) fn whiten(column: &mut [f64], rho: &[f64]) {
    let mut previous = 0.0;
    for (value, &rho) in column.iter_mut().zip(rho) {
        let own = *value;
        if rho > 0.0 {
            *value = (own - rho * previous) / (1.0 - rho * rho).sqrt();
        }
        previous = own;
    }
}

/// The inverse of [`whiten`]: gives independent numbers the correlation of their places, in place.
pub(crate) fn colour(column: &mut [f64], rho: &[f64]) {
    let mut previous = 0.0;
    for (value, &rho) in column.iter_mut().zip(rho) {
        if rho > 0.0 {
            *value = rho * previous + (1.0 - rho * rho).sqrt() * *value;
        }
        previous = *value;
    }
}

/// Sum of `ln sqrt(1 - rho^2)`: what whitening takes from the logarithm of the likelihood.
pub(crate) fn log_determinant(rho: &[f64]) -> f64 {
    0.5 * rho.iter().map(|rho| (-rho * rho).ln_1p()).sum::<f64>()
}

/// How many independent samples say as much about a constant as these do.
pub(crate) fn effective_points(rho: &[f64]) -> f64 {
    // Whitened, a constant is 1, then (1 - rho) / sqrt(1 - rho^2) = sqrt((1 - rho) / (1 + rho)).
    rho.iter().map(|rho| (1.0 - rho) / (1.0 + rho)).sum()
}

/// The most likely `lambda` of standardised residuals of several curves, their scale being whatever fits best.
///
/// The likelihood has one maximum in practice; it is sought by golden section in `ln lambda` after a scan.
pub(crate) fn most_likely(curves: &[(Vec<f64>, Vec<f64>)]) -> f64 {
    let points: usize = curves.iter().map(|(_, residuals)| residuals.len()).sum();
    let cost = |ln_lambda: f64| {
        let (mut squares, mut determinant) = (0.0, 0.0);
        for (elapsed, residuals) in curves {
            let rho = correlations(elapsed, ln_lambda.exp());
            let mut white = residuals.clone();
            whiten(&mut white, &rho);
            squares += white.iter().map(|value| value * value).sum::<f64>();
            determinant += log_determinant(&rho);
        }
        0.5 * points as f64 * (squares / points as f64).ln() + determinant
    };
    let (low, high) = (RANGE.0.ln(), RANGE.1.ln());
    let grid: Vec<f64> = (0..=40).map(|index| low + (high - low) * f64::from(index) / 40.0).collect();
    let best = (0..grid.len()).min_by(|&a, &b| cost(grid[a]).total_cmp(&cost(grid[b]))).unwrap_or(0);
    let (mut left, mut right) = (grid[best.saturating_sub(1)], grid[(best + 1).min(grid.len() - 1)]);
    let ratio = 0.5 * (5.0_f64.sqrt() - 1.0);
    while right - left > 1e-4 {
        let (a, b) = (right - ratio * (right - left), left + ratio * (right - left));
        if cost(a) < cost(b) { right = b } else { left = a }
    }
    let lambda = (0.5 * (left + right)).exp();
    if lambda < 2.0 * RANGE.0 { 0.0 } else { lambda }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kovacs_core::hump::log_spaced;
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    /// Uniform numbers of variance 1: the estimate does not ask for more than two moments.
    fn innovations(count: usize, seed: u64) -> Vec<f64> {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        (0..count).map(|_| 12.0_f64.sqrt() * (random.random::<f64>() - 0.5)).collect()
    }

    fn coloured(elapsed: &[f64], lambda: f64, seed: u64) -> Vec<f64> {
        let mut series = innovations(elapsed.len(), seed);
        colour(&mut series, &correlations(elapsed, lambda));
        series
    }

    #[test]
    fn whitening_undoes_the_process() {
        let elapsed = log_spaced(1.0, 1e4, 50);
        let mut series = coloured(&elapsed, 0.3, 1);
        whiten(&mut series, &correlations(&elapsed, 0.3));
        for (white, innovation) in series.iter().zip(innovations(elapsed.len(), 1)) {
            assert!((white - innovation).abs() < 1e-12);
        }
    }

    #[test]
    fn the_correlation_of_a_long_series_is_found() {
        let elapsed = log_spaced(1.0, 1e6, 400);
        for lambda in [0.02, 0.2] {
            let found = most_likely(&[(elapsed.clone(), coloured(&elapsed, lambda, 7))]);
            // 13.8 units of ln t hold 13.8 / (2 lambda) independent values: a relative error of some 10 to 20 %.
            assert!((found / lambda).ln().abs() < 0.4, "{found} for {lambda}");
        }
        assert!(most_likely(&[(elapsed.clone(), innovations(elapsed.len(), 3))]) < 0.003);
    }

    #[test]
    fn a_correlated_series_counts_for_less() {
        let elapsed = log_spaced(1.0, 1e3, 100);
        let white = effective_points(&correlations(&elapsed, 0.0));
        assert_eq!(white, elapsed.len() as f64);
        // A window of 6.9 units of ln t with a correlation over 0.5: about 6.9 / (2 * 0.5) + 1.
        let few = effective_points(&correlations(&elapsed, 0.5));
        assert!((few - 7.9).abs() < 0.2, "{few}");
    }
}
