//! Whether data look like what the posterior predicts: curve by curve, against replicates.
//!
//! For each of some draws the whitened residuals of a curve are compared with those of a replicate, which are independent
//! standard normal numbers whatever the model: their mean square (does the curve lie where it should?), the correlation of
//! neighbours (is there a shape left over?), and the largest one (is there a wild sample?). The posterior predictive
//! p-value (Gelman, Meng & Stern, Stat. Sinica 6 (1996) 733) is the part of the replicates that show more of it than the
//! data: near 0 the model misses something.

use super::target::Target;
use kovacs_core::noise::correlation;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};

/// One curve against its replicates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurveCheck {
    /// Label of the curve.
    pub curve: String,
    /// Mean over the draws of the mean square of the whitened residuals; 1 is expected.
    pub mean_square: f64,
    /// Part of the replicates with a larger mean square.
    pub p_mean_square: f64,
    /// Mean over the draws of the correlation of neighbouring residuals; 0 is expected.
    pub correlation: f64,
    /// Part of the replicates with a larger correlation.
    pub p_correlation: f64,
    /// Part of the replicates with a larger largest residual.
    pub p_largest: f64,
}

/// What is compared: mean square, correlation of neighbours, largest size.
fn statistics(residuals: &[f64]) -> [f64; 3] {
    let count = residuals.len().max(1) as f64;
    let largest = residuals.iter().fold(0.0_f64, |largest, residual| largest.max(residual.abs()));
    let neighbours = if residuals.len() < 3 { 0.0 } else { correlation(residuals) };
    [residuals.iter().map(|residual| residual * residual).sum::<f64>() / count, neighbours, largest]
}

/// Checks every curve on these places of the real line.
pub(super) fn check(target: &Target<'_>, places: &[&Vec<f64>], seed: u64) -> Vec<CurveCheck> {
    let observations = &target.problem().data().observations;
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut sums = vec![[0.0; 5]; observations.len()];
    let mut count = 0.0;
    for place in places {
        let (variables, deviations) = target.split(place);
        let Some(residuals) = target.problem().whitened_residuals(&variables) else { continue };
        count += 1.0;
        let mut row = 0;
        for (index, (observation, sums)) in observations.iter().zip(&mut sums).enumerate() {
            let deviation = target.deviation(index, &deviations);
            let own = residuals.iter().skip(row).take(observation.values.len());
            let own: Vec<f64> = own.map(|residual| residual / deviation).collect();
            row += own.len();
            let replicate: Vec<f64> = own.iter().map(|_| random.sample::<f64, _>(StandardNormal)).collect();
            let (seen, expected) = (statistics(&own), statistics(&replicate));
            let more = |index: usize| f64::from(u8::from(expected[index] >= seen[index]));
            for (sum, term) in sums.iter_mut().zip([seen[0], more(0), seen[1], more(1), more(2)]) {
                *sum += term;
            }
        }
    }
    let checks = observations.iter().zip(sums).map(|(observation, sums)| {
        let [mean_square, p_mean_square, correlation, p_correlation, p_largest] =
            sums.map(|sum| sum / f64::max(count, 1.0));
        let curve = observation.label.clone();
        CurveCheck { curve, mean_square, p_mean_square, correlation, p_correlation, p_largest }
    });
    checks.collect()
}
