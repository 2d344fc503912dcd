//! The bootstrap: what the parameters of other samples of the same experiment would have been.
//!
//! The fit is repeated on copies of the data in which the residuals are drawn anew (Efron & Tibshirani, An Introduction
//! to the Bootstrap, 1993), each from the parameters of the fit. Intervals are those that hold the middle 95 % of the
//! copies. A residual is drawn after whitening and before the noise is put back, so that known deviations and estimated
//! correlations stay what they are; blocks keep whatever correlation there is and assume none.

use super::correlation::{colour, whiten};
use super::data::FitData;
use super::error::EstimateError;
use super::parameters::Parameters;
use super::problem::{Factory, Problem};
use super::progress::{Progress, Watch};
use super::result::FitResult;
use super::search::{Precision, follow};
use crate::parallel::in_parallel;
use crate::random::deviate;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;

/// How copies of the data are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resampling {
    /// Whitened residuals of each curve are drawn with replacement.
    Residuals,
    /// Runs of so many neighbouring residuals are drawn with replacement (Kunsch, Ann. Stat. 17 (1989) 1217).
    Blocks(NonZeroUsize),
    /// Gaussian noise of the known or estimated deviation and correlation.
    Gaussian,
}

/// How a bootstrap is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BootstrapOptions {
    /// How copies of the data are made.
    pub resampling: Resampling,
    /// Number of copies.
    pub copies: usize,
    /// The same seed gives the same copies.
    pub seed: u64,
    /// Threads to use; the result does not depend on it.
    pub threads: NonZeroUsize,
}

impl Default for BootstrapOptions {
    /// 400 copies with residuals drawn, one thread.
    fn default() -> Self {
        BootstrapOptions { resampling: Resampling::Residuals, copies: 400, seed: 1, threads: NonZeroUsize::MIN }
    }
}

/// What the copies say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bootstrap {
    /// One per free parameter, in the order of [`FitResult::free`].
    pub intervals: Vec<BootstrapInterval>,
    /// Free parameters of each copy that could be fitted, in their units.
    pub copies: Vec<Vec<f64>>,
    /// Copies that could not be fitted.
    pub failed: usize,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

/// What the copies say of one parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BootstrapInterval {
    /// Its name.
    pub name: String,
    /// UCUM code.
    pub unit: String,
    /// Standard deviation over the copies, in `unit`.
    pub standard_error: f64,
    /// 2.5 % of the copies are below, in `unit`.
    pub lower: f64,
    /// 2.5 % of the copies are above, in `unit`.
    pub upper: f64,
}

/// The number of a copy, and its free parameters if it could be fitted.
type Copied = (usize, Option<Vec<f64>>);

/// Fewer copies than this have no 2.5 %.
const FEW: usize = 80;

/// Repeats a fit on copies of its data.
///
/// # Errors
/// The model cannot be made or bound, has no answer at the result, no copy could be fitted, or it was stopped.
pub fn bootstrap(
    make: Factory<'_>,
    data: &FitData,
    parameters: &Parameters,
    result: &FitResult,
    options: &BootstrapOptions,
    progress: &(dyn Fn(Progress) -> bool + Sync),
) -> Result<Bootstrap, EstimateError> {
    let watch = Watch::new(options.copies, progress);
    let threads = options.threads.get().min(options.copies.max(1));
    let shares: Vec<usize> = (0..threads).collect();
    let parts = in_parallel(&shares, threads, |&share| -> Result<Vec<Copied>, EstimateError> {
        let stop = || watch.stop();
        let mut problem = Problem::new(make, data, parameters)?.as_in(result).until(&stop);
        let place = problem.place_of(result);
        let source = Source::new(&problem, &place)?;
        let copies = (share..options.copies).step_by(threads).map(|copy| {
            let mut random = Pcg64Mcg::seed_from_u64(options.seed.wrapping_add(copy as u64));
            problem.set_values(source.copy(&problem, options.resampling, &mut random));
            let followed = follow(&problem, &place, Precision::OfAStart);
            watch.one_done();
            (copy, followed.place.filter(|_| followed.converged).map(|place| problem.values(&place)))
        });
        Ok(copies.collect())
    });
    if watch.stopped() {
        return Err(EstimateError::Stopped);
    }
    let mut all = Vec::new();
    for part in parts {
        all.extend(part?);
    }
    all.sort_by_key(|(copy, _)| *copy);
    let copies: Vec<Vec<f64>> = all.into_iter().filter_map(|(_, values)| values).collect();
    let failed = options.copies - copies.len();
    if copies.is_empty() {
        let reason = "no copy of the data could be fitted".to_owned();
        return Err(EstimateError::NoFit { starts: options.copies, reason });
    }
    let names = result.free.iter().enumerate();
    let intervals = names.map(|(index, name)| {
        let unit = result.parameter(name).map_or(String::new(), |parameter| parameter.unit.clone());
        interval(name.clone(), unit, copies.iter().filter_map(|copy| copy.get(index).copied()).collect())
    });
    let mut warnings = Vec::new();
    if copies.len() < FEW {
        warnings
            .push(format!("{} copies are too few for the ends of an interval; {FEW} or more are needed", copies.len()));
    }
    if failed > 0 {
        warnings.push(format!("{failed} of {} copies could not be fitted and are left out", options.copies));
    }
    Ok(Bootstrap { intervals: intervals.collect(), copies, failed, warnings })
}

/// Spread and middle 95 % of values.
fn interval(name: String, unit: String, mut values: Vec<f64>) -> BootstrapInterval {
    values.sort_by(f64::total_cmp);
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    let at = |part: f64| {
        let place = part * (count - 1.0);
        let (below, share) = (place.floor() as usize, place.fract());
        let next = (below + 1).min(values.len() - 1);
        values[below] + share * (values[next] - values[below])
    };
    let standard_error = (squares / (count - 1.0).max(1.0)).sqrt();
    BootstrapInterval { name, unit, standard_error, lower: at(0.025), upper: at(0.975) }
}

/// What copies are drawn from.
struct Source {
    /// What the model says at the result.
    predicted: Vec<Vec<f64>>,
    /// Standardised residuals, data minus model, per observation, their mean over all taken off and widened by the
    /// degrees of freedom that the fit took.
    residuals: Vec<Vec<f64>>,
    /// The same, whitened.
    white: Vec<Vec<f64>>,
}

impl Source {
    fn new(problem: &Problem<'_>, place: &[f64]) -> Result<Self, EstimateError> {
        let predicted = problem.predict(place)?;
        let (points, free) = (problem.data().points() as f64, problem.unknowns().len() as f64);
        let widened = if points > free { (points / (points - free)).sqrt() } else { 1.0 };
        let lost = || EstimateError::NoFit { starts: 1, reason: "the model has no answer at the result".to_owned() };
        let mut residuals = problem.standardised(place).ok_or_else(lost)?;
        residuals.iter_mut().flatten().for_each(|residual| *residual *= -widened);
        let mut white = residuals.clone();
        for (own, rho) in white.iter_mut().zip(problem.neighbours()) {
            whiten(own, rho);
        }
        for set in [&mut residuals, &mut white] {
            let mean = set.iter().flatten().sum::<f64>() / points;
            set.iter_mut().flatten().for_each(|residual| *residual -= mean);
        }
        Ok(Source { predicted, residuals, white })
    }

    /// Samples of every observation with residuals drawn anew.
    fn copy(&self, problem: &Problem<'_>, resampling: Resampling, random: &mut Pcg64Mcg) -> Vec<Vec<f64>> {
        let observations = problem.data().observations.iter().zip(problem.neighbours()).enumerate();
        let copies = observations.map(|(index, (observation, rho))| {
            let count = self.predicted[index].len();
            let drawn = match resampling {
                Resampling::Gaussian => {
                    let mut drawn: Vec<f64> = (0..count).map(|_| deviate(random)).collect();
                    colour(&mut drawn, rho);
                    drawn
                }
                Resampling::Residuals => {
                    let own = &self.white[index];
                    let mut drawn: Vec<f64> = (0..count).map(|_| own[random.random_range(0..count)]).collect();
                    colour(&mut drawn, rho);
                    drawn
                }
                Resampling::Blocks(length) => {
                    let length = length.get().min(count);
                    let mut drawn = Vec::with_capacity(count + length);
                    while drawn.len() < count {
                        let start = random.random_range(0..=count - length);
                        drawn.extend_from_slice(&self.residuals[index][start..start + length]);
                    }
                    drawn.truncate(count);
                    drawn
                }
            };
            let samples = self.predicted[index].iter().zip(problem.deviations(observation)).zip(drawn);
            samples.map(|((predicted, deviation), residual)| predicted + deviation * residual).collect()
        });
        copies.collect()
    }
}
