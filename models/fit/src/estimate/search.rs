//! From several starts to one result: the best minimum, the noise it implies, and what may be said of it.

use super::correlation::most_likely;
use super::data::{FitData, Noise};
use super::error::EstimateError;
use super::intervals::{Intervals, in_bent_valleys, replace};
use super::loss::Loss;
use super::parameters::Parameters;
use super::problem::{Factory, Problem};
use super::profile::profile;
use super::progress::{Progress, Watch};
use super::report::{report, unit_of_cost};
use super::result::{FitResult, StartResult};
use super::starts::starts;
use crate::least_squares::{Residuals, Variable, minimise, minimise_to};
use kovacs_core::noise::robust_deviation;
use nalgebra::DVector;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;

/// Whether neighbouring residuals may know of each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Correlations {
    /// Every sample counts for itself.
    #[default]
    Ignored,
    /// The length of the correlation is estimated with the parameters.
    Estimated,
}

/// How a fit is made.
#[derive(Clone, Debug, PartialEq)]
pub struct FitOptions {
    /// What a residual costs.
    pub loss: Loss,
    /// Number of starts, the user's own included.
    pub starts: usize,
    /// Seed of the other starts.
    pub seed: u64,
    /// Whether neighbouring residuals may be correlated.
    pub correlations: Correlations,
    /// How the ends of the intervals are found.
    pub intervals: Intervals,
    /// Threads to use; the result does not depend on it.
    pub threads: NonZeroUsize,
}

impl Default for FitOptions {
    /// Least squares, twelve starts, uncorrelated noise, profiles where they are needed, one thread.
    fn default() -> Self {
        FitOptions {
            loss: Loss::Linear,
            starts: 12,
            seed: 1,
            correlations: Correlations::Ignored,
            intervals: Intervals::default(),
            threads: NonZeroUsize::MIN,
        }
    }
}

/// Rounds in which noise and parameters are estimated in turn.
const ROUNDS: usize = 20;

/// Relative change of the noise below which they agree.
const SETTLED: f64 = 1e-6;

/// How much narrower a robust loss may become from one round to the next.
const NARROWED: f64 = 0.5;

/// Noise below this part of the largest sample is rounding.
const ROUNDING: f64 = 1e-14;

/// Relative difference of costs within which two minima are equally good.
const EQUAL: f64 = 1e-7;

/// Residuals in units of their standard deviation below which a difference is rounding.
const ROUNDED: f64 = 1e-13;

/// Fits a model to data: `progress` is asked before every evaluation and answers `false` to stop, which keeps the best
/// parameters so far.
///
/// # Errors
/// The data or the parameters make no problem, no start led anywhere, or it was stopped before there was anything.
pub fn fit(
    make: Factory<'_>,
    data: &FitData,
    parameters: &Parameters,
    options: &FitOptions,
    progress: &(dyn Fn(Progress) -> bool + Sync),
) -> Result<FitResult, EstimateError> {
    let unknowns = parameters.unknowns(&data.groups())?;
    let places = starts(&unknowns, options.starts.max(1), options.seed);
    let watch = Watch::new(places.len(), progress);
    let stop = || watch.stop();
    let follow_share = |places: Share| -> Result<Ended, EstimateError> {
        let problem = Problem::new(make, data, parameters)?.with_loss(options.loss).until(&stop);
        let followed = places.into_iter().map(|(index, place)| {
            let followed = follow(&problem, &place, Precision::OfAStart);
            watch.one_done();
            (index, followed)
        });
        Ok(followed.collect())
    };
    let followed = spread(places.clone(), options.threads, &follow_share)?;
    let reason = followed.iter().find_map(|followed| followed.refusal.clone());
    let Some((best, place)) = best_place(&followed, data.points()) else {
        if watch.stopped() {
            return Err(EstimateError::Stopped);
        }
        let reason = reason.unwrap_or_else(|| "the derivatives are not finite there".to_owned());
        return Err(EstimateError::NoFit { starts: places.len(), reason });
    };
    let mut problem = Problem::new(make, data, parameters)?.with_loss(options.loss).until(&stop);
    let unit = unit_of_cost(&problem, options.loss);
    let (place, settled) = settle(&mut problem, place, options);
    let place = follow(&problem, &place, Precision::OfTheResult).place.unwrap_or(place);
    let converged = best.converged && settled && !watch.stopped();
    let starts = followed.iter().map(|followed| StartResult {
        cost: followed.place.as_ref().map(|_| 0.5 * unit * followed.squares),
        values: followed.place.as_ref().map_or(Vec::new(), |place| problem.values(place)),
        converged: followed.converged,
    });
    let starts = starts.collect();
    // The report itself must not be stopped.
    let description = make()?;
    let mut result = report(&problem, parameters, &place, options, starts)?;
    result.model = description.description().id.clone();
    result.version = description.description().version.clone();
    result.digest = description.description().digest.clone();
    result.evaluations = watch.evaluations();
    result.converged = converged;
    if let Some(broken) = followed.iter().find_map(|followed| followed.broken.clone()).or_else(|| problem.broken()) {
        result.warnings.push(format!("the model broke on the way, and what lies where it did is not known: {broken}"));
    }
    if watch.stopped() {
        result.warnings.insert(0, "stopped before the end: these are the best parameters so far".to_owned());
    } else if !converged {
        result.warnings.insert(0, "the search did not end by itself; these are the best parameters it met".to_owned());
    } else if options.loss == Loss::Linear && options.intervals == Intervals::ProfileWhereBent {
        let bent = in_bent_valleys(&problem, &result);
        if !bent.is_empty() {
            follow_valleys(make, data, parameters, &mut result, &bent, options, progress)?;
        }
    }
    Ok(result)
}

/// Puts intervals of profiles in the places of those of the covariance; somebody who does not wait for them keeps the latter.
fn follow_valleys(
    make: Factory<'_>,
    data: &FitData,
    parameters: &Parameters,
    result: &mut FitResult,
    names: &[String],
    options: &FitOptions,
    progress: &(dyn Fn(Progress) -> bool + Sync),
) -> Result<(), EstimateError> {
    let (starts, before) = (result.starts.len(), result.evaluations);
    let goes_on = |now: Progress| progress(Progress { done: starts, starts, evaluations: before + now.evaluations });
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match profile(make, data, parameters, result, &names, options.threads, &goes_on) {
        Ok(profiles) => replace(result, &profiles),
        Err(EstimateError::Stopped) => {
            result.converged = false;
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            result.warnings.push(format!(
                "the valley of the sum of squares is bent, and its profile was stopped: the intervals of {} are those of \
                 the covariance, which are wrong there",
                names.join(", ")
            ));
        }
        Err(other) => return Err(other),
    }
    Ok(())
}

/// Starts that one thread follows, with their places in the order.
type Share = Vec<(usize, Vec<f64>)>;

/// Where they led.
type Ended = Vec<(usize, Followed)>;

/// Where one start led.
pub(crate) struct Followed {
    /// The best place, in the variables of the search.
    pub(crate) place: Option<Vec<f64>>,
    /// Twice the cost there.
    pub(crate) squares: f64,
    /// Whether no better place was near.
    pub(crate) converged: bool,
    /// Why the model had no answer somewhere on the way.
    pub(crate) refusal: Option<String>,
    /// What it said where it broke.
    pub(crate) broken: Option<String>,
}

/// The best place, and the earliest start that led as far: where parameters may be exchanged, one of several equal
/// minima is as good as the other, and the user's own start chooses.
fn best_place(followed: &[Followed], points: usize) -> Option<(&Followed, Vec<f64>)> {
    let ended = || followed.iter().filter(|followed| followed.place.is_some());
    let least = ended().map(|followed| followed.squares).fold(f64::INFINITY, f64::min);
    let equal = least * (1.0 + EQUAL) + points as f64 * ROUNDED * ROUNDED;
    let best = ended().find(|followed| followed.squares <= equal)?;
    Some((best, best.place.clone()?))
}

/// How far a search goes.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Precision {
    /// As far as the choice among starts needs.
    OfAStart,
    /// As far as numbers have digits.
    OfTheResult,
}

/// Follows one start to its minimum.
pub(crate) fn follow(problem: &Problem<'_>, place: &[f64], precision: Precision) -> Followed {
    problem.forget();
    let variables: Vec<Variable> = problem
        .unknowns()
        .iter()
        .zip(place)
        .map(|(unknown, &start)| {
            let (lower, upper) = unknown.variable_bounds();
            Variable::between(start, lower, upper)
        })
        .collect();
    let minimum = match precision {
        Precision::OfAStart => minimise(problem, &variables),
        Precision::OfTheResult => {
            // Counts as met: a search begins a little inside of a bound and must not end worse than it began.
            problem.residuals(place, &mut DVector::zeros(problem.count()));
            minimise_to(problem, &variables, f64::EPSILON)
        }
    };
    let converged = minimum.is_some_and(|minimum| minimum.converged);
    let (squares, place) = problem.best().unzip();
    Followed {
        place,
        squares: squares.unwrap_or(f64::INFINITY),
        converged,
        refusal: problem.refusal(),
        broken: problem.broken(),
    }
}

/// Follows all starts on some threads, in the order of the starts.
fn spread(
    places: Vec<Vec<f64>>,
    threads: NonZeroUsize,
    follow: &(dyn Fn(Share) -> Result<Ended, EstimateError> + Sync),
) -> Result<Vec<Followed>, EstimateError> {
    let threads = threads.get().min(places.len()).max(1);
    let mut shares: Vec<Share> = vec![Vec::new(); threads];
    for (index, place) in places.into_iter().enumerate() {
        shares[index % threads].push((index, place));
    }
    let mut followed = Vec::new();
    std::thread::scope(|scope| {
        let running: Vec<_> = shares.into_iter().map(|share| scope.spawn(|| follow(share))).collect();
        for thread in running {
            match thread.join() {
                Ok(part) => followed.extend(part?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok::<(), EstimateError>(())
    })?;
    followed.sort_by_key(|(index, _)| *index);
    Ok(followed.into_iter().map(|(_, followed)| followed).collect())
}

/// Estimates noise and parameters in turn until they agree; whether they did.
fn settle(problem: &mut Problem<'_>, mut place: Vec<f64>, options: &FitOptions) -> (Vec<f64>, bool) {
    let correlated = options.correlations == Correlations::Estimated;
    // One unknown scale and white noise: the parameters do not depend on it, and one round is all.
    let once = problem.scales().len() <= 1 && !correlated && options.loss == Loss::Linear && all_estimated(problem);
    if problem.scales().is_empty() && !correlated {
        return (place, true);
    }
    for _ in 0..ROUNDS {
        let Some(residuals) = problem.standardised(&place) else { return (place, false) };
        let lambda = match correlated {
            false => 0.0,
            true => most_likely(&elapsed_with(problem.data(), &residuals)),
        };
        let before = (problem.scales().clone(), problem.lambda());
        problem.set_noise(before.0.clone(), lambda);
        let scales = scales(problem, &residuals, options.loss);
        let change = |old: f64, new: f64| (new - old).abs() <= SETTLED * old.abs().max(new.abs());
        let same = scales.iter().all(|(output, &scale)| change(before.0[output], scale));
        // A length of correlation moves by the width of its search even where nothing else does.
        let same = same && (lambda - before.1).abs() <= 1e-3 * lambda.max(before.1);
        problem.set_noise(scales, lambda);
        if same || once {
            return (place, true);
        }
        let followed = follow(problem, &place, Precision::OfAStart);
        match followed.place {
            Some(better) => place = better,
            None => return (place, false),
        }
    }
    (place, false)
}

fn all_estimated(problem: &Problem<'_>) -> bool {
    problem.data().observations.iter().all(|observation| observation.noise == Noise::Estimated)
}

/// Times and residuals of each observation.
fn elapsed_with(data: &FitData, residuals: &[Vec<f64>]) -> Vec<(Vec<f64>, Vec<f64>)> {
    data.observations.iter().zip(residuals).map(|(observation, own)| (observation.elapsed(), own.clone())).collect()
}

/// Standard deviation of each output whose noise is not known, from standardised residuals: unbiased by the number of
/// free parameters; from the median of the residuals where the loss is a robust one, but at most [`NARROWED`] at a
/// time, because a loss that forgets far samples has a minimum wherever a search begins.
fn scales(problem: &Problem<'_>, residuals: &[Vec<f64>], loss: Loss) -> BTreeMap<String, f64> {
    let data = problem.data();
    let share = problem.unknowns().len() as f64 / data.points() as f64;
    let scales = problem.scales().iter().map(|(output, &before)| {
        let (mut all, mut largest) = (Vec::new(), 0.0_f64);
        let observations = data.observations.iter().zip(residuals).zip(problem.neighbours());
        for ((observation, residuals), rho) in observations.filter(|((o, _), _)| o.output() == output) {
            let mut white = residuals.clone();
            super::correlation::whiten(&mut white, rho);
            all.extend(white);
            largest = observation.values.iter().fold(largest, |largest, value| largest.max(value.abs()));
        }
        let freedom = (all.len() as f64 * (1.0 - share)).max(f64::MIN_POSITIVE);
        let root = (all.iter().map(|value| value * value).sum::<f64>() / freedom).sqrt();
        let factor = match loss {
            Loss::Linear => root,
            _ => robust_deviation(&all).max(NARROWED * root.min(1.0)),
        };
        let rounding = ROUNDING * if largest > 0.0 { largest } else { 1.0 };
        (output.clone(), (before * factor).max(rounding))
    });
    scales.collect()
}
