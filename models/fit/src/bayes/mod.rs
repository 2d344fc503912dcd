//! Posteriors: all parameters that the data and the priors allow, instead of the best ones.
//!
//! Priors come from the model's description ([`Prior`]). Where a model has derivatives, Hamiltonian trajectories without
//! U-turns draw from the posterior; otherwise, an affine-invariant ensemble does. Unknown noise is drawn with the
//! parameters. Chains start spread about the best fit, each has random numbers of its own, and a seed gives the same bits
//! at any number of threads. [`Posterior`] says whether the draws can be believed before it says what they are.

mod adaptation;
mod checks;
pub mod diagnostics;
mod ensemble;
mod error;
mod information;
mod nuts;
mod pareto;
mod prior;
mod result;
mod summary;
mod target;

pub use checks::CurveCheck;
pub use error::BayesError;
pub use information::{Expected, RELIABLE, leave_one_out, waic};
pub use prior::Prior;
pub use result::{Posterior, PosteriorParameter};

use crate::estimate::{
    EstimateError, Factory, FitData, FitOptions, FitResult, Intervals, Loss, Parameters, Problem, fit,
};
use crate::parallel::in_parallel;
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use target::{Density, Target};

/// Which sampler draws.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sampler {
    /// Trajectories where the model computes derivatives, else an ensemble.
    #[default]
    Automatic,
    /// Trajectories, with derivatives by differences where the model has none.
    Nuts,
    /// An ensemble.
    Ensemble,
}

/// How a posterior is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct BayesOptions {
    /// Independent chains, or ensembles of walkers.
    pub chains: usize,
    /// Turns before the draws, in which step and shape are learnt.
    pub warm_up: usize,
    /// Draws of each chain, or of each walker.
    pub draws: usize,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Which sampler draws.
    pub sampler: Sampler,
    /// Priors in the place of those of the description, by the name of the free parameter.
    pub priors: Vec<(String, Prior)>,
    /// How the best fit is found, from which chains start. Its threads are used for the chains too, and correlations
    /// that it estimates are held at their most likely length. Its loss is not used.
    pub fit: FitOptions,
}

impl Default for BayesOptions {
    /// Four chains of 1000 draws after 500 turns.
    fn default() -> Self {
        let fit = FitOptions { starts: 4, ..FitOptions::default() };
        let (sampler, priors) = (Sampler::Automatic, Vec::new());
        BayesOptions { chains: 4, warm_up: 500, draws: 1000, seed: 1, sampler, priors, fit }
    }
}

/// How far a posterior is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BayesProgress {
    /// Turns of all chains that are done.
    pub done: usize,
    /// All of them, the warm-up included.
    pub turns: usize,
}

/// Fewest draws of a chain that are worth a diagnostic.
const FEWEST: usize = 20;

/// Draws the posterior of the free parameters. `progress` is asked before every turn (and evaluation of the fit before
/// them) and answers `false` to stop, which keeps the draws so far.
///
/// # Errors
/// The data or the parameters make no problem, a prior is not one, too few chains or draws are asked for, the model fits
/// nowhere, or it was stopped before there were draws.
pub fn sample(
    make: Factory<'_>,
    data: &FitData,
    parameters: &Parameters,
    options: &BayesOptions,
    progress: &(dyn Fn(BayesProgress) -> bool + Sync),
) -> Result<Posterior, BayesError> {
    for (what, value, least) in [("chains", options.chains, 1), ("draws", options.draws, FEWEST)] {
        if value < least {
            return Err(BayesError::Few { what, value, least });
        }
    }
    let priors = priors(parameters, data, options)?;
    let turns = options.chains * (options.warm_up + options.draws);
    let (done, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let go_on = |turn: usize| {
        let done = done.fetch_add(turn, Ordering::Relaxed);
        if !stopped.load(Ordering::Relaxed) && !progress(BayesProgress { done, turns }) {
            stopped.store(true, Ordering::Relaxed);
        }
        !stopped.load(Ordering::Relaxed)
    };
    let (loss, intervals) = (Loss::Linear, Intervals::Covariance);
    let fit_options = FitOptions { loss, intervals, ..options.fit.clone() };
    let best = fit(make, data, parameters, &fit_options, &|_| go_on(0)).map_err(|error| match error {
        EstimateError::Stopped => BayesError::Stopped,
        other => BayesError::Estimate(other),
    })?;
    if stopped.load(Ordering::Relaxed) {
        return Err(BayesError::Stopped);
    }
    let target = || {
        let problem = Problem::new(make, data, parameters)?;
        Ok::<_, EstimateError>(Target::new(problem, priors.clone(), best.correlation_length))
    };
    let own = target()?;
    let centre = centre(&own, &best);
    let root = own.spread(&centre).unwrap_or_else(|| DMatrix::identity(own.dimension(), own.dimension()) * 0.1);
    let description = make().map_err(EstimateError::from)?;
    let description = description.description();
    let by_gradient = match options.sampler {
        Sampler::Automatic => description.capabilities.jacobian,
        Sampler::Nuts => true,
        Sampler::Ensemble => false,
    };
    let threads = options.fit.threads.get();
    let lengths = (options.warm_up, options.draws);
    let chains: Vec<usize> = (0..options.chains).collect();
    let runs = in_parallel(&chains, threads, |&chain| {
        let mut random = random(options.seed, chain);
        let target = target()?;
        let start = (centre.as_slice(), &root);
        Ok::<Run, BayesError>(match by_gradient {
            true => nuts::sample(&target, start, lengths, &mut random, &|| go_on(1)).into(),
            false => ensemble::sample(&target, start, lengths, &mut random, &|| go_on(1)).into(),
        })
    });
    let runs = runs.into_iter().collect::<Result<Vec<Run>, BayesError>>()?;
    let stopped = stopped.load(Ordering::Relaxed);
    let run = Run::together(runs);
    if run.places.is_empty() {
        return Err(if stopped { BayesError::Stopped } else { BayesError::NoStart });
    }
    let mut posterior = summary::summarise(&own, &run, &priors, options, stopped)?;
    for parameter in &mut posterior.parameters {
        if let Some(output) = parameter.name.strip_prefix("noise of ").and_then(|output| description.output(output)) {
            parameter.unit.clone_from(&description.outputs[output].unit);
        }
    }
    posterior.model.clone_from(&description.id);
    posterior.version.clone_from(&description.version);
    posterior.digest.clone_from(&description.digest);
    posterior.sampler = if by_gradient { "nuts" } else { "ensemble" }.to_owned();
    posterior.correlation_length = best.correlation_length;
    Ok(posterior)
}

/// What chains left, whichever sampler made them.
#[derive(Default)]
struct Run {
    /// Places on the real line: `[chain][draw][variable]`.
    places: Vec<Vec<Vec<f64>>>,
    densities: Vec<Vec<f64>>,
    divergences: usize,
    cut: usize,
    acceptance: f64,
}

impl From<nuts::Chain> for Run {
    fn from(chain: nuts::Chain) -> Run {
        let nuts::Chain { draws, densities, divergences, cut, acceptance } = chain;
        Run { places: vec![draws], densities: vec![densities], divergences, cut, acceptance }
    }
}

impl From<ensemble::Ensemble> for Run {
    fn from(ensemble: ensemble::Ensemble) -> Run {
        let ensemble::Ensemble { walkers, densities, acceptance } = ensemble;
        Run { places: walkers, densities, divergences: 0, cut: 0, acceptance }
    }
}

impl Run {
    /// Several runs as one: chains of equal length. Where some were stopped, those with less than half of the longest are
    /// left out and the others cut to the shortest.
    fn together(runs: Vec<Run>) -> Run {
        let longest = runs.iter().flat_map(|run| &run.places).map(Vec::len).max().unwrap_or(0);
        let worth = |chain: &Vec<Vec<f64>>| chain.len() >= FEWEST && 2 * chain.len() >= longest;
        let kept = runs.iter().flat_map(|run| &run.places).filter(|chain| worth(chain));
        let shortest = kept.map(Vec::len).min().unwrap_or(0);
        let count = runs.len().max(1) as f64;
        let mut all = Run::default();
        for run in runs {
            for (mut places, mut densities) in run.places.into_iter().zip(run.densities) {
                if worth(&places) {
                    places.truncate(shortest);
                    densities.truncate(shortest);
                    all.places.push(places);
                    all.densities.push(densities);
                }
            }
            all.divergences += run.divergences;
            all.cut += run.cut;
            all.acceptance += run.acceptance / count;
        }
        all
    }
}

/// Random numbers of one chain.
fn random(seed: u64, chain: usize) -> Pcg64Mcg {
    // Neighbouring seeds and chains far apart (the increment of Steele, Lea & Flood's SplitMix).
    Pcg64Mcg::seed_from_u64(seed.wrapping_add((chain as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

/// One prior per free parameter.
fn priors(parameters: &Parameters, data: &FitData, options: &BayesOptions) -> Result<Vec<Prior>, BayesError> {
    let unknowns = parameters.unknowns(&data.groups())?;
    for (parameter, prior) in &options.priors {
        if !unknowns.iter().any(|unknown| unknown.name == *parameter) {
            let free = unknowns.iter().map(|unknown| unknown.name.clone()).collect();
            return Err(BayesError::UnknownPrior { parameter: parameter.clone(), free });
        }
        prior.check(parameter)?;
    }
    let quantities = parameters.quantities();
    let priors = unknowns.iter().map(|unknown| {
        let own = options.priors.iter().rev().find(|(name, _)| *name == unknown.name);
        let initial = quantities.get(unknown.index).map_or(unknown.start, |quantity| quantity.initial);
        own.map_or_else(|| Prior::of(unknown, initial), |(_, prior)| *prior)
    });
    Ok(priors.collect())
}

/// Where the best fit is on the real line.
fn centre(target: &Target<'_>, best: &FitResult) -> Vec<f64> {
    let unknowns = target.problem().unknowns().iter();
    let variables: Vec<f64> = unknowns.map(|unknown| unknown.variable(best.value(&unknown.name))).collect();
    target.place(&variables, &best.noise)
}
