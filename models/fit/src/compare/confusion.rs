//! Which experiments could tell models apart at all: data made by each model, explained by all of them.
//!
//! A comparison of measured data says which of the models at hand is best. Whether the protocol was able to tell is
//! another question, and it is answered here before or without any data: each model makes curves for the same tests with
//! the same noise, all models are compared on them, and the matrix counts who wins. Off its diagonal the experiment
//! misleads; where it is not clear, the experiment does not decide.

use super::{Candidate, CompareError, CompareOptions, Comparison, RankedBy, Separation, compare};
use crate::estimate::{FitData, FitOptions};
use crate::parallel::in_parallel;
use crate::random::deviate;
use kovacs_core::second_stage::evaluate_one;
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A model that also makes data.
pub struct KnownTruth<'a> {
    /// The model as it is fitted.
    pub candidate: Candidate<'a>,
    /// One value per parameter, in its unit, with which it makes data.
    pub truth: Vec<f64>,
}

/// How data are made and compared.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfusionOptions {
    /// How the models are compared; its threads are spread over data sets.
    pub compare: CompareOptions,
    /// Standard deviation of the noise that is added, in the unit of the output.
    pub noise: f64,
    /// Data sets of each model; the first has this seed...
    pub first_seed: u64,
    /// ... and so many follow, itself included.
    pub seeds: u64,
}

/// How one data set was explained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Seed of the noise.
    pub seed: u64,
    /// The best model; `None` if no model could be fitted.
    pub best: Option<String>,
    /// Whether every other model is worse, beyond the error of the difference or for every single test.
    pub clear: bool,
    /// The best model by AICc.
    pub best_by_aicc: Option<String>,
    /// The second best model.
    pub second: Option<String>,
    /// How much worse it is.
    pub difference: Option<f64>,
    /// The error of that.
    pub difference_error: Option<f64>,
}

/// All data sets of one model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfusionRow {
    /// The model that made them.
    pub made_by: String,
    /// How often each model was best, in the order of [`Confusion::models`].
    pub best: Vec<usize>,
    /// How often clearly.
    pub clear: Vec<usize>,
    /// How often each was best by AICc.
    pub best_by_aicc: Vec<usize>,
    /// Every data set.
    pub outcomes: Vec<Outcome>,
}

/// Who wins where who made the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confusion {
    /// The models.
    pub models: Vec<String>,
    /// Labels of the curves.
    pub curves: Vec<String>,
    /// Standard deviation of the noise, in the unit of the output.
    pub noise: f64,
    /// What the best model is best by.
    pub ranked_by: RankedBy,
    /// One row per model that makes data.
    pub rows: Vec<ConfusionRow>,
    /// Whether it was stopped before every data set was compared.
    pub stopped: bool,
}

impl ConfusionRow {
    /// Counts outcomes.
    pub fn of(made_by: String, models: &[String], outcomes: Vec<Outcome>) -> Self {
        let count = |is: &dyn Fn(&Outcome, &String) -> bool| -> Vec<usize> {
            models.iter().map(|model| outcomes.iter().filter(|outcome| is(outcome, model)).count()).collect()
        };
        let best = count(&|outcome, model| outcome.best.as_ref() == Some(model));
        let clear = count(&|outcome, model| outcome.clear && outcome.best.as_ref() == Some(model));
        let best_by_aicc = count(&|outcome, model| outcome.best_by_aicc.as_ref() == Some(model));
        ConfusionRow { made_by, best, clear, best_by_aicc, outcomes }
    }
}

/// Makes data with every model at the experiments of `design` (whose values are not used) and compares all models on them.
/// `progress` is told the data sets done and their number before every evaluation, and answers `false` to stop, which
/// keeps the data sets that are done.
///
/// # Errors
/// As of [`compare`]; the noise is not above zero; a model has no answer for its own truth.
pub fn confusion(
    known: &[KnownTruth<'_>],
    design: &FitData,
    options: &ConfusionOptions,
    progress: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Result<Confusion, CompareError> {
    if !(options.noise.is_finite() && options.noise > 0.0) {
        return Err(CompareError::Noise { noise: options.noise });
    }
    let curves = known.iter().map(|known| noiseless(known, design)).collect::<Result<Vec<_>, _>>()?;
    let candidates: Vec<Candidate<'_>> = known.iter().map(|known| known.candidate.clone()).collect();
    let seeds = options.first_seed..options.first_seed.saturating_add(options.seeds);
    let sets: Vec<(usize, u64)> =
        (0..known.len()).flat_map(|model| seeds.clone().map(move |seed| (model, seed))).collect();
    let (done, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let fit = FitOptions { threads: NonZeroUsize::MIN, ..options.compare.fit.clone() };
    let one = CompareOptions { fit, ..options.compare.clone() };
    let compared = in_parallel(&sets, options.compare.fit.threads.get(), |&(model, seed)| {
        let data = noisy(design, &curves[model], options.noise, seed);
        let comparison = compare(&candidates, &data, &one, &|_| {
            if !stopped.load(Ordering::Relaxed) && !progress(done.load(Ordering::Relaxed), sets.len()) {
                stopped.store(true, Ordering::Relaxed);
            }
            !stopped.load(Ordering::Relaxed)
        })?;
        done.fetch_add(1, Ordering::Relaxed);
        Ok::<_, CompareError>((outcome(seed, &comparison), comparison.ranked_by, comparison.stopped))
    });
    let compared = compared.into_iter().collect::<Result<Vec<_>, _>>()?;
    let models: Vec<String> = known.iter().map(|known| known.candidate.name.clone()).collect();
    let ranked_by = compared.first().map_or(RankedBy::Aicc, |(_, ranked_by, _)| *ranked_by);
    let rows = models.iter().enumerate().map(|(model, name)| {
        let own = sets.iter().zip(&compared).filter(|((of, _), (.., stopped))| *of == model && !stopped);
        ConfusionRow::of(name.clone(), &models, own.map(|(_, (outcome, ..))| outcome.clone()).collect())
    });
    Ok(Confusion {
        rows: rows.collect(),
        curves: design.observations.iter().map(|observation| observation.label.clone()).collect(),
        noise: options.noise,
        ranked_by,
        stopped: stopped.load(Ordering::Relaxed),
        models,
    })
}

/// What a model shows with its truth, without noise.
fn noiseless(known: &KnownTruth<'_>, design: &FitData) -> Result<Vec<Vec<f64>>, CompareError> {
    let refused = |error: kovacs_core::model::EvaluationError| CompareError::Truth {
        model: known.candidate.name.clone(),
        reason: error.to_string(),
    };
    let mut model = (known.candidate.factory)().map_err(refused)?;
    let curves = design.observations.iter();
    curves.map(|curve| evaluate_one(model.as_mut(), &curve.experiment, &known.truth).map_err(refused)).collect()
}

fn noisy(design: &FitData, curves: &[Vec<f64>], noise: f64, seed: u64) -> FitData {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut data = design.clone();
    for (observation, curve) in data.observations.iter_mut().zip(curves) {
        observation.values = curve.iter().map(|value| value + noise * deviate(&mut random)).collect();
    }
    data
}

fn outcome(seed: u64, comparison: &Comparison) -> Outcome {
    let fitted: Vec<_> = comparison.models.iter().filter(|model| model.result().is_some()).collect();
    let worse = |separation| matches!(separation, Separation::Worse | Separation::WorseHere);
    let second = fitted.get(1);
    let aicc = fitted.iter().filter_map(|model| Some((model.criteria()?.aicc?, &model.name)));
    Outcome {
        seed,
        best: fitted.first().map(|model| model.name.clone()),
        clear: fitted.iter().skip(1).all(|model| worse(model.separation)) && !fitted.is_empty(),
        best_by_aicc: aicc.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name.clone()),
        second: second.map(|model| model.name.clone()),
        difference: second.and_then(|model| model.difference),
        difference_error: second.and_then(|model| model.difference_error),
    }
}

impl fmt::Display for Confusion {
    /// Rows made the data, columns explain them best; in brackets how often not clearly.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.models.iter().map(|name| name.chars().count()).max().unwrap_or(0).max("made by".len());
        let column = width.max(8);
        write!(f, "{:width$}", "made by")?;
        for model in &self.models {
            write!(f, "  {model:>column$}")?;
        }
        writeln!(f)?;
        for row in &self.rows {
            write!(f, "{:width$}", row.made_by)?;
            for (best, clear) in row.best.iter().zip(&row.clear) {
                let unclear = best - clear;
                let cell = if unclear > 0 { format!("{best} ({unclear})") } else { best.to_string() };
                write!(f, "  {cell:>column$}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
