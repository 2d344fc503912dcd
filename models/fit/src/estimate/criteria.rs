//! What an explanation costs: how well it fits against how many parameters it has.

use serde::{Deserialize, Serialize};

/// Information criteria of a fit. Smaller is better, and only differences on the same data mean anything.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criteria {
    /// Logarithm of the largest likelihood, Gaussian noise.
    pub log_likelihood: f64,
    /// Estimated numbers: free parameters, and those of the noise.
    pub estimated: usize,
    /// Samples.
    pub points: usize,
    /// Akaike's criterion `2 k - 2 ln L` (IEEE Trans. Autom. Control 19 (1974) 716).
    pub aic: f64,
    /// The same for few samples, `AIC + 2 k (k + 1) / (n - k - 1)` (Hurvich & Tsai, Biometrika 76 (1989) 297); `None`
    /// where `n <= k + 1`.
    pub aicc: Option<f64>,
    /// Schwarz's criterion `k ln n - 2 ln L` (Ann. Stat. 6 (1978) 461).
    pub bic: f64,
}

impl Criteria {
    /// The criteria of a likelihood with `estimated` numbers from `points` samples.
    pub fn new(log_likelihood: f64, estimated: usize, points: usize) -> Self {
        let (k, n) = (estimated as f64, points as f64);
        let aic = 2.0 * k - 2.0 * log_likelihood;
        let aicc = (n > k + 1.0).then(|| aic + 2.0 * k * (k + 1.0) / (n - k - 1.0));
        Criteria { log_likelihood, estimated, points, aic, aicc, bic: k * n.ln() - 2.0 * log_likelihood }
    }
}
