//! Which model explains the data: several models fitted to the same observations, judged by what they cost and by what
//! they say of a test that they have not seen.
//!
//! Samples of one curve are neighbours, and leaving out one of a thousand tests nothing: here a whole test is left out,
//! every curve of it, and predicted from the others (an unseen waiting time). The predictions are compared by the
//! logarithm of the predictive density and the error of its difference over the tests (Vehtari, Gelman & Gabry, Stat.
//! Comput. 27 (2017) 1413), and the answer is given in words, because a rank without its error is read as one. Beside
//! it stand AICc, BIC and Akaike weights. A model that refuses the protocol is listed with its reason.

mod confusion;
mod error;
mod left_out;
mod ranking;
mod text;

pub use confusion::{Confusion, ConfusionOptions, ConfusionRow, KnownTruth, Outcome, confusion};
pub use error::CompareError;
pub use left_out::{LeftOut, left_out_tests};
pub(crate) use ranking::error_of_sum;
pub use ranking::{Judged, ModelOutcome, RankedBy, Separation, akaike_weights};

use crate::estimate::{EstimateError, Factory, FitData, FitOptions, FitResult, Parameters, fit};
use crate::parallel::in_parallel;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// One of the models to compare.
#[derive(Clone)]
pub struct Candidate<'a> {
    /// What it is called in the table; unique.
    pub name: String,
    /// Makes instances of it.
    pub factory: Factory<'a>,
    /// Its parameters: which are free, from where, between which values.
    pub parameters: Parameters,
}

/// How models are compared.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareOptions {
    /// How each is fitted. Its threads are spread over models and tests that are left out.
    pub fit: FitOptions,
    /// Whether every test is left out once and predicted. Without it, models are ranked by AICc.
    pub leave_out: bool,
}

impl Default for CompareOptions {
    /// The defaults of a fit, and every test left out once.
    fn default() -> Self {
        CompareOptions { fit: FitOptions::default(), leave_out: true }
    }
}

/// How far a comparison is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompareProgress {
    /// Fits that are done, those without a test included.
    pub done: usize,
    /// All of them.
    pub fits: usize,
    /// Evaluations of a model for all its observations so far.
    pub evaluations: usize,
}

/// Several models beside each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The models, the best first; those without a fit last.
    pub models: Vec<Judged>,
    /// What the order goes by.
    pub ranked_by: RankedBy,
    /// Labels of the tests that were left out, in the order of [`Judged::left_out`].
    pub tests: Vec<String>,
    /// What separates the models and what does not, in sentences.
    pub words: Vec<String>,
    /// Whether it was stopped before everything was done.
    pub stopped: bool,
}

impl Comparison {
    /// The model with this name.
    pub fn model(&self, name: &str) -> Option<&Judged> {
        self.models.iter().find(|model| model.name == name)
    }
}

/// Fits every candidate to the data, leaves every test out once, and ranks them. `progress` is asked before every
/// evaluation and answers `false` to stop, which keeps what is done.
///
/// The result does not depend on the number of threads.
///
/// # Errors
/// There is no candidate, or two have the same name. What happens to one model is said in its place of the table.
pub fn compare(
    candidates: &[Candidate<'_>],
    data: &FitData,
    options: &CompareOptions,
    progress: &(dyn Fn(CompareProgress) -> bool + Sync),
) -> Result<Comparison, CompareError> {
    if candidates.is_empty() {
        return Err(CompareError::NoCandidate);
    }
    for (index, candidate) in candidates.iter().enumerate() {
        if candidates.iter().take(index).any(|other| other.name == candidate.name) {
            return Err(CompareError::SameName { name: candidate.name.clone() });
        }
    }
    let tests = if options.leave_out { left_out_tests(data) } else { Vec::new() };
    let counters = Counters::new(candidates.len() * (1 + tests.len()), progress);
    let threads = options.fit.threads.get();
    let alone = FitOptions { threads: std::num::NonZeroUsize::MIN, ..options.fit.clone() };

    let fits: Vec<Result<FitResult, EstimateError>> = in_parallel(candidates, threads, |candidate| {
        let fitted = fit(candidate.factory, data, &candidate.parameters, &alone, &|_| counters.evaluate());
        counters.finish();
        fitted
    });
    let tasks: Vec<(usize, usize)> = (0..candidates.len())
        .filter(|&candidate| fits[candidate].is_ok())
        .flat_map(|candidate| (0..tests.len()).map(move |test| (candidate, test)))
        .collect();
    counters.skip((candidates.len() * tests.len()) - tasks.len());
    let predicted = in_parallel(&tasks, threads, |&(candidate, test)| {
        let known = fits[candidate].as_ref().ok()?;
        let left_out = left_out::predict(&candidates[candidate], data, &tests[test], known, &alone, &counters);
        counters.finish();
        Some(left_out)
    });
    let mut terms: Vec<Vec<LeftOut>> = vec![Vec::new(); candidates.len()];
    for (&(candidate, _), left_out) in tasks.iter().zip(predicted) {
        terms[candidate].extend(left_out);
    }
    let outcomes = candidates.iter().zip(fits).zip(terms).map(|((candidate, fitted), left_out)| {
        let outcome = match fitted {
            Ok(result) => ModelOutcome::Fitted { result: Box::new(result) },
            Err(error) => ModelOutcome::Failed { reason: error.to_string() },
        };
        Judged::new(candidate.name.clone(), outcome, left_out)
    });
    let labels = tests.iter().map(|test| left_out::label(data, test)).collect();
    Ok(ranking::rank(outcomes.collect(), labels, counters.stopped()))
}

/// What all fits of a comparison count together.
struct Counters<'a> {
    done: AtomicUsize,
    fits: usize,
    evaluations: AtomicUsize,
    stopped: AtomicBool,
    progress: &'a (dyn Fn(CompareProgress) -> bool + Sync),
}

impl<'a> Counters<'a> {
    fn new(fits: usize, progress: &'a (dyn Fn(CompareProgress) -> bool + Sync)) -> Self {
        let (done, evaluations) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Counters { done, fits, evaluations, stopped: AtomicBool::new(false), progress }
    }

    /// Asks whether to go on.
    fn evaluate(&self) -> bool {
        let evaluations = 1 + self.evaluations.fetch_add(1, Ordering::Relaxed);
        let state = CompareProgress { done: self.done.load(Ordering::Relaxed), fits: self.fits, evaluations };
        if !self.stopped() && !(self.progress)(state) {
            self.stopped.store(true, Ordering::Relaxed);
        }
        !self.stopped()
    }

    fn finish(&self) {
        self.skip(1);
    }

    fn skip(&self, fits: usize) {
        self.done.fetch_add(fits, Ordering::Relaxed);
    }

    fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}
