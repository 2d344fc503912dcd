//! What a posterior is expected to say of data that it has not seen, from the draws alone.
//!
//! WAIC (Watanabe, J. Mach. Learn. Res. 11 (2010) 3571) and leave-one-out by Pareto-smoothed importance sampling (Vehtari,
//! Gelman & Gabry, Stat. Comput. 27 (2017) 1413), once for single samples and once for whole curves. A curve carries so
//! much of the information that its weights often fail (`k > 0.7`); then it has to be left out in truth, which
//! [`compare`](crate::compare::compare) does.

use super::pareto::{log_sum, smoothed};
use crate::compare::error_of_sum;
use serde::{Deserialize, Serialize};

/// Shape of the tail of weights beyond which they are not to be trusted.
pub const RELIABLE: f64 = 0.7;

/// An expected logarithm of the density of new data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// Sum over samples or curves; larger is better.
    pub sum: f64,
    /// Its standard error, from the spread over them; `None` for one.
    pub error: Option<f64>,
    /// How many parameters the model uses of those it has.
    pub effective_parameters: f64,
    /// The terms.
    pub terms: Vec<f64>,
    /// Shape of the tail of the weights of each; empty for WAIC.
    #[serde(deserialize_with = "crate::estimate::numbers")]
    pub pareto_k: Vec<f64>,
}

impl Expected {
    /// How many terms are not to be trusted.
    pub fn unreliable(&self) -> usize {
        self.pareto_k.iter().filter(|k| k.is_nan() || **k > RELIABLE).count()
    }

    fn new(terms: Vec<f64>, full: f64, pareto_k: Vec<f64>) -> Self {
        let sum: f64 = terms.iter().sum();
        Expected { sum, error: error_of_sum(&terms), effective_parameters: full - sum, terms, pareto_k }
    }
}

/// The widely applicable information criterion, as an expected density, from the logarithms of the likelihood of each
/// sample or curve (`[draws][terms]`).
pub fn waic(likelihoods: &[Vec<f64>]) -> Expected {
    let columns = columns(likelihoods);
    let full: f64 = columns.iter().map(|column| log_mean(column)).sum();
    let terms = columns.iter().map(|column| {
        let (count, mean) = (column.len() as f64, column.iter().sum::<f64>() / column.len() as f64);
        log_mean(column) - column.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0)
    });
    Expected::new(terms.collect(), full, Vec::new())
}

/// Leave-one-out by smoothed weights, from the same.
pub fn leave_one_out(likelihoods: &[Vec<f64>]) -> Expected {
    let columns = columns(likelihoods);
    let full: f64 = columns.iter().map(|column| log_mean(column)).sum();
    let terms = columns.iter().map(|column| {
        let (weights, shape) = smoothed(column.iter().map(|value| -value).collect());
        let weighted: Vec<f64> = weights.iter().zip(column).map(|(weight, value)| weight + value).collect();
        (log_sum(&weighted), shape)
    });
    let (terms, shapes) = terms.unzip();
    Expected::new(terms, full, shapes)
}

fn log_mean(values: &[f64]) -> f64 {
    log_sum(values) - (values.len() as f64).ln()
}

fn columns(likelihoods: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let count = likelihoods.first().map_or(0, Vec::len);
    (0..count).map(|column| likelihoods.iter().filter_map(|row| row.get(column)).copied().collect()).collect()
}
