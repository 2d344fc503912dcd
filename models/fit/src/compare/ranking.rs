//! From fits and predictions to an order, differences with their errors, and sentences.

use super::Comparison;
use super::left_out::LeftOut;
use crate::estimate::{Criteria, FitResult};
use kovacs_core::noise::student_975;
use serde::{Deserialize, Serialize};

/// Differences of predictive densities below this say nothing, whatever their error (Sivula, Magnusson & Vehtari,
/// arXiv 2008.10296).
const SMALLEST: f64 = 4.0;

/// Differences of AICc that a reader may take for support, and for a clear case (Burnham & Anderson, Model Selection and
/// Multimodel Inference, 2nd ed. (2002), section 2.6).
const SOME_SUPPORT: f64 = 2.0;
const CLEAR: f64 = 10.0;

/// What became of one model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ModelOutcome {
    /// It was fitted.
    Fitted {
        /// The fit to all data.
        result: Box<FitResult>,
    },
    /// It could not be.
    Failed {
        /// Why, in words.
        reason: String,
    },
}

/// What the order of models goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RankedBy {
    /// The predicted density of tests that were left out.
    LeftOutTests,
    /// Akaike's criterion for few samples.
    Aicc,
}

/// What the comparison with the best model says of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Separation {
    /// It is the best one.
    Best,
    /// The best one is better beyond the error of the difference; by AICc, beyond 10.
    Worse,
    /// The best one is better for every test at hand, by amounts that differ too much to be carried over to others; by AICc,
    /// by 2 to 10.
    WorseHere,
    /// The data do not separate them.
    NotSeparated,
    /// There is nothing to compare: no fit, no prediction, or no criterion.
    Unknown,
}

/// One model in a comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// Its name in the table.
    pub name: String,
    /// The fit, or why there is none.
    #[serde(flatten)]
    pub outcome: ModelOutcome,
    /// Each left-out test, in the order of [`Comparison::tests`](super::Comparison::tests).
    pub left_out: Vec<LeftOut>,
    /// Sum of the densities of the left-out tests; `None` if one of them is missing.
    pub left_out_sum: Option<f64>,
    /// Standard error of that sum, from its spread over the tests.
    pub left_out_error: Option<f64>,
    /// How much less than the best model by [`Comparison::ranked_by`](super::Comparison::ranked_by): of the sum, or of AICc
    /// (then more). 0 for the best one.
    pub difference: Option<f64>,
    /// Standard error of the difference over the tests; `None` where the order goes by AICc.
    pub difference_error: Option<f64>,
    /// What that difference says.
    pub separation: Separation,
    /// Akaike weight among the models of the table.
    pub akaike_weight: Option<f64>,
}

impl Judged {
    pub(super) fn new(name: String, outcome: ModelOutcome, left_out: Vec<LeftOut>) -> Self {
        let densities: Option<Vec<f64>> = left_out.iter().map(|term| term.density).collect();
        let sum = densities.filter(|densities| !densities.is_empty());
        let (left_out_sum, left_out_error) = match sum {
            Some(densities) => (Some(densities.iter().sum()), error_of_sum(&densities)),
            None => (None, None),
        };
        Judged {
            name,
            outcome,
            left_out,
            left_out_sum,
            left_out_error,
            difference: None,
            difference_error: None,
            separation: Separation::Unknown,
            akaike_weight: None,
        }
    }

    /// The fit to all data, if there is one.
    pub fn result(&self) -> Option<&FitResult> {
        match &self.outcome {
            ModelOutcome::Fitted { result } => Some(result),
            ModelOutcome::Failed { .. } => None,
        }
    }

    /// The information criteria, if there are any.
    pub fn criteria(&self) -> Option<Criteria> {
        self.result().and_then(|result| result.criteria)
    }

    fn aicc(&self) -> Option<f64> {
        self.criteria().and_then(|criteria| criteria.aicc)
    }
}

/// Standard error of a sum over tests, from their spread: `sqrt(n)` times the standard deviation; `None` for fewer than
/// two.
pub(crate) fn error_of_sum(terms: &[f64]) -> Option<f64> {
    let count = terms.len() as f64;
    if terms.len() < 2 {
        return None;
    }
    let mean = terms.iter().sum::<f64>() / count;
    let squares = terms.iter().map(|term| (term - mean).powi(2)).sum::<f64>();
    Some((count * squares / (count - 1.0)).sqrt())
}

/// Akaike weights `exp(-AICc/2)` over their sum: relative support of models that were fitted to the same data. Only
/// differences count. Empty for none; NaN if one is.
pub fn akaike_weights(criteria: &[f64]) -> Vec<f64> {
    let least = criteria.iter().copied().fold(f64::INFINITY, f64::min);
    let support: Vec<f64> = criteria.iter().map(|criterion| (-0.5 * (criterion - least)).exp()).collect();
    let sum: f64 = support.iter().sum();
    support.into_iter().map(|support| support / sum).collect()
}

/// Orders the models and says what follows.
pub(super) fn rank(mut models: Vec<Judged>, tests: Vec<String>, stopped: bool) -> Comparison {
    let ranked_by = match models.iter().any(|model| model.left_out_sum.is_some()) {
        true => RankedBy::LeftOutTests,
        false => RankedBy::Aicc,
    };
    // Those with predictions of all tests, then those with a fit by AICc, then the others in the order given.
    let key = |model: &Judged| match (model.left_out_sum, model.result()) {
        (Some(sum), _) => (0, -sum),
        (None, Some(result)) => (1, model.aicc().unwrap_or(result.cost)),
        (None, None) => (2, 0.0),
    };
    models.sort_by(|a, b| key(a).0.cmp(&key(b).0).then(key(a).1.total_cmp(&key(b).1)));

    let weighed: Vec<usize> = (0..models.len()).filter(|&index| models[index].aicc().is_some()).collect();
    let criteria: Vec<f64> = weighed.iter().filter_map(|&index| models[index].aicc()).collect();
    for (&index, weight) in weighed.iter().zip(akaike_weights(&criteria)) {
        models[index].akaike_weight = Some(weight);
    }
    if let Some(best) = models.first().cloned() {
        for (place, model) in models.iter_mut().enumerate() {
            (model.difference, model.difference_error) = match ranked_by {
                RankedBy::LeftOutTests => difference(&best, model),
                RankedBy::Aicc => (model.aicc().zip(best.aicc()).map(|(own, best)| own - best), None),
            };
            model.separation = match (place, model.result()) {
                (_, None) => Separation::Unknown,
                (0, _) => Separation::Best,
                _ => separation(&best, model, ranked_by),
            };
        }
    }
    let words = words(&models, ranked_by, tests.len());
    Comparison { models, ranked_by, tests, words, stopped }
}

/// How much better one model predicts the left-out tests than another, and the error of that over the tests.
fn difference(best: &Judged, model: &Judged) -> (Option<f64>, Option<f64>) {
    match terms(best, model) {
        Some(terms) => (Some(terms.iter().sum()), error_of_sum(&terms)),
        None => (None, None),
    }
}

/// The difference for each test; `None` if there is no test or one of them is not predicted by both.
fn terms(best: &Judged, model: &Judged) -> Option<Vec<f64>> {
    let pairs = best.left_out.iter().zip(&model.left_out);
    let terms: Option<Vec<f64>> = pairs.map(|(best, own)| Some(best.density? - own.density?)).collect();
    terms.filter(|terms| !terms.is_empty())
}

fn words(models: &[Judged], ranked_by: RankedBy, tests: usize) -> Vec<String> {
    let mut words = Vec::new();
    let Some((best, others)) = models.split_first() else { return words };
    for other in others.iter().filter(|model| model.result().is_some()) {
        words.push(match ranked_by {
            RankedBy::LeftOutTests => by_left_out(best, other, tests),
            RankedBy::Aicc => by_aicc(best, other),
        });
    }
    for model in models {
        match &model.outcome {
            ModelOutcome::Failed { reason } => words.push(format!("`{}` has no fit: {reason}", model.name)),
            ModelOutcome::Fitted { result } => {
                let missing = model.left_out.iter().find(|term| term.density.is_none());
                if let Some((term, reason)) = missing.and_then(|term| Some((term, term.reason.as_ref()?))) {
                    words.push(format!("`{}` does not predict `{}`: {reason}", model.name, term.test));
                }
                if let Some(warning) = result.warnings.iter().find(|warning| warning.contains("criteria mean little")) {
                    words.push(format!("`{}`: {warning}", model.name));
                }
            }
        }
    }
    if ranked_by == RankedBy::Aicc && tests == 0 {
        words.push("no test was left out: the order says how well curves are described, not predicted".to_owned());
    }
    words
}

/// Whether a difference means anything.
fn separation(best: &Judged, model: &Judged, ranked_by: RankedBy) -> Separation {
    let Some(difference) = model.difference else { return Separation::Unknown };
    if ranked_by == RankedBy::Aicc {
        return match difference {
            small if small < SOME_SUPPORT => Separation::NotSeparated,
            clear if clear >= CLEAR => Separation::Worse,
            _ => Separation::WorseHere,
        };
    }
    let Some((terms, error)) = terms(best, model).zip(model.difference_error) else { return Separation::Unknown };
    let least = terms.iter().copied().fold(f64::INFINITY, f64::min);
    if difference >= SMALLEST && difference > student_975(terms.len() as f64 - 1.0) * error {
        Separation::Worse
    } else if terms.len() > 2 && least >= SMALLEST {
        Separation::WorseHere
    } else {
        Separation::NotSeparated
    }
}

fn by_left_out(best: &Judged, other: &Judged, tests: usize) -> String {
    let (first, second) = (&best.name, &other.name);
    let (Some(difference), Some(error)) = (other.difference, other.difference_error) else {
        return format!("`{second}` is placed after `{first}` because it does not predict every test");
    };
    match other.separation {
        Separation::Worse => {
            format!("`{first}` predicts unseen tests better than `{second}`: difference {difference:.1} ± {error:.1}")
        }
        Separation::WorseHere => {
            let least = terms(best, other).unwrap_or_default().into_iter().fold(f64::INFINITY, f64::min);
            format!(
                "`{first}` predicts each of the {tests} tests better than `{second}`, by {least:.1} or more; the difference \
                 {difference:.1} ± {error:.1} varies too much among them to be carried over to others"
            )
        }
        _ => format!("the data do not separate `{first}` from `{second}`: difference {difference:.1} ± {error:.1}"),
    }
}

fn by_aicc(best: &Judged, other: &Judged) -> String {
    let (first, second) = (&best.name, &other.name);
    let Some(difference) = other.difference else {
        return format!("`{second}` has no AICc to compare with that of `{first}`: too few samples or a robust loss");
    };
    match other.separation {
        Separation::NotSeparated => {
            format!("the data do not separate `{first}` from `{second}`: AICc differs by {difference:.1}")
        }
        Separation::WorseHere => {
            format!("`{first}` describes the data better than `{second}`, not clearly: AICc differs by {difference:.1}")
        }
        _ => format!("`{first}` describes the data better than `{second}`: AICc differs by {difference:.1}"),
    }
}
