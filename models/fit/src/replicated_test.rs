//! The linear test of several specimens of one condition: what they say together, and how far they differ.
//!
//! Every specimen has its own modulus, so every one is predicted from its own first stage. What they share is the question:
//! their probabilities are joined by Fisher's method, and the deviation is averaged over them at common times, with the
//! scatter between specimens beside it. A deviation of one specimen that the others do not have is scatter, not physics.

use crate::error::FitError;
use crate::linear_test::{LinearTest, LinearVerdict, TwoStepRecord};
use kovacs_core::replicates::{Statistics, replicates, statistics};
use kovacs_core::{Curve, Origin};
use statrs::function::gamma::gamma_ur;

/// Times to the decade at which deviations are averaged.
const PER_DECADE: usize = 10;

/// Several specimens of one condition.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplicatedTest {
    /// Probability of all of them together if the material is linear.
    pub p_value: f64,
    /// Mean nonlinearity index and its scatter between specimens; `None` where none has an index.
    pub nonlinearity_index: Option<Statistics>,
    /// Measured less predicted stress (MPa) at common times `t'` (s): mean and scatter between specimens.
    pub deviation: Vec<(f64, Statistics)>,
    /// What it comes to.
    pub verdict: LinearVerdict,
}

/// Joins the tests of several records of one condition, decided by the options of the first.
///
/// # Errors
/// No tests, or another number of records than of tests.
pub fn join_linear_tests(records: &[TwoStepRecord], tests: &[LinearTest]) -> Result<ReplicatedTest, FitError> {
    let (Some(first), true) = (tests.first(), records.len() == tests.len()) else {
        let label = "specimens".to_owned();
        return Err(FitError::FewSamples { label, found: records.len().min(tests.len()), needed: tests.len().max(1) });
    };
    let count = tests.len() as f64;
    let sum: f64 = tests.iter().map(|test| -test.excess.p_value.max(f64::MIN_POSITIVE).ln()).sum();
    // Twice the sum is chi squared of twice as many degrees of freedom as there are specimens.
    let p_value = if sum > 0.0 { gamma_ur(count, sum) } else { 1.0 };
    let indices: Vec<f64> = tests.iter().filter_map(|test| test.nonlinearity_index).collect();
    let deviations: Vec<Curve> = records.iter().zip(tests).map(|(record, test)| deviation(record, test)).collect();
    let mean = |of: &dyn Fn(&LinearTest) -> Option<f64>| {
        statistics(&tests.iter().filter_map(of).collect::<Vec<_>>()).map(|found| found.mean)
    };
    let options = first.options;
    let height = mean(&|test| test.delta_sigma);
    let unexplained = mean(&|test| Some(test.excess.unexplained)).unwrap_or(f64::NAN);
    // Together they see as much less as their number is larger.
    let detectable = mean(&|test| Some(test.detectable)).unwrap_or(f64::NAN) / count.sqrt();
    let verdict = match height {
        _ if p_value < options.error_rate && height.is_none_or(|height| unexplained > options.negligible * height) => {
            LinearVerdict::NotLinear
        }
        Some(height) if detectable <= options.decisive * height => LinearVerdict::Linear,
        Some(height) => LinearVerdict::Undecided(vec![format!(
            "a deviation of less than {:.0} % of the hump would be lost in the noise of {count} specimens",
            100.0 * detectable / height
        )]),
        None => LinearVerdict::Undecided(vec!["no specimen has a hump above the noise".to_owned()]),
    };
    Ok(ReplicatedTest {
        p_value,
        nonlinearity_index: statistics(&indices),
        deviation: replicates(&deviations, PER_DECADE),
        verdict,
    })
}

/// Measured less predicted stress.
fn deviation(record: &TwoStepRecord, test: &LinearTest) -> Curve {
    Curve {
        y: record.second.y.iter().zip(&test.prediction.y).map(|(measured, predicted)| measured - predicted).collect(),
        y_name: "measured less predicted stress".to_owned(),
        origin: Origin::Converted,
        ..record.second.clone()
    }
}
