//! From several starts to one result: the best minimum, the noise it implies, and what may be said of it.

use super::correlation::{effective_points, most_likely};
use super::criteria::Criteria;
use super::data::{FitData, Noise};
use super::error::EstimateError;
use super::loss::Loss;
use super::parameters::{FreeParameter, Parameters, Role};
use super::problem::{Factory, Problem};
use super::result::{FitResult, FittedCurve, FittedParameter, StartResult, rounded};
use super::starts::starts;
use super::uncertainty::{Uncertainty, in_words, uncertainty};
use crate::least_squares::{Variable, minimise};
use kovacs_core::noise::{correlation, robust_deviation, student_975};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

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
    /// Threads to use; the result does not depend on it.
    pub threads: NonZeroUsize,
}

impl Default for FitOptions {
    /// Least squares, twelve starts, uncorrelated noise, one thread.
    fn default() -> Self {
        FitOptions {
            loss: Loss::Linear,
            starts: 12,
            seed: 1,
            correlations: Correlations::Ignored,
            threads: NonZeroUsize::MIN,
        }
    }
}

/// How far a fit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Starts that were followed to their end.
    pub done: usize,
    /// All of them.
    pub starts: usize,
    /// Evaluations of all observations so far.
    pub evaluations: usize,
}

/// Rounds in which noise and parameters are estimated in turn.
const ROUNDS: usize = 20;

/// Relative change of the noise below which they agree.
const SETTLED: f64 = 1e-6;

/// How much narrower a robust loss may become from one round to the next.
const NARROWED: f64 = 0.5;

/// Noise below this part of the largest sample is rounding.
const ROUNDING: f64 = 1e-14;

/// Relative difference of costs within which two starts led to the same place.
const SAME_COST: f64 = 1e-4;

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
    let (done, evaluations, stopped) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let stop = || {
        let evaluations = 1 + evaluations.fetch_add(1, Ordering::Relaxed);
        let state = Progress { done: done.load(Ordering::Relaxed), starts: places.len(), evaluations };
        if !stopped.load(Ordering::Relaxed) && !progress(state) {
            stopped.store(true, Ordering::Relaxed);
        }
        stopped.load(Ordering::Relaxed)
    };
    let follow = |places: Share| -> Result<Ended, EstimateError> {
        let problem = Problem::new(make, data, parameters)?.with_loss(options.loss).until(&stop);
        let followed = places.into_iter().map(|(index, place)| {
            let followed = follow(&problem, &place);
            done.fetch_add(1, Ordering::Relaxed);
            (index, followed)
        });
        Ok(followed.collect())
    };
    let followed = spread(places.clone(), options.threads, &follow)?;
    let reason = followed.iter().find_map(|followed| followed.refusal.clone());
    let best = followed.iter().filter(|followed| followed.place.is_some());
    let best = best.min_by(|a, b| a.squares.total_cmp(&b.squares));
    let Some((best, place)) = best.and_then(|best| Some((best, best.place.clone()?))) else {
        if stopped.load(Ordering::Relaxed) {
            return Err(EstimateError::Stopped);
        }
        let reason = reason.unwrap_or_else(|| "the derivatives are not finite there".to_owned());
        return Err(EstimateError::NoFit { starts: places.len(), reason });
    };
    let mut problem = Problem::new(make, data, parameters)?.with_loss(options.loss).until(&stop);
    let (place, settled) = settle(&mut problem, place, options);
    let converged = best.converged && settled && !stopped.load(Ordering::Relaxed);
    let starts = followed.iter().map(|followed| StartResult {
        cost: followed.place.as_ref().map(|_| 0.5 * followed.squares),
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
    result.evaluations = evaluations.load(Ordering::Relaxed);
    result.converged = converged;
    if stopped.load(Ordering::Relaxed) {
        result.warnings.insert(0, "stopped before the end: these are the best parameters so far".to_owned());
    } else if !converged {
        result.warnings.insert(0, "the search did not end by itself; these are the best parameters it met".to_owned());
    }
    Ok(result)
}

/// Starts that one thread follows, with their places in the order.
type Share = Vec<(usize, Vec<f64>)>;

/// Where they led.
type Ended = Vec<(usize, Followed)>;

/// Where one start led.
struct Followed {
    place: Option<Vec<f64>>,
    squares: f64,
    converged: bool,
    refusal: Option<String>,
}

/// Follows one start to its minimum.
fn follow(problem: &Problem<'_>, place: &[f64]) -> Followed {
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
    let converged = minimise(problem, &variables).is_some_and(|minimum| minimum.converged);
    let (squares, place) = problem.best().unzip();
    Followed { place, squares: squares.unwrap_or(f64::INFINITY), converged, refusal: problem.refusal() }
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
        let followed = follow(problem, &place);
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

/// Everything that may be said of a minimum.
fn report(
    problem: &Problem<'_>,
    parameters: &Parameters,
    place: &[f64],
    options: &FitOptions,
    starts: Vec<StartResult>,
) -> Result<FitResult, EstimateError> {
    let data = problem.data();
    let unknowns = problem.unknowns();
    let held: Vec<bool> = unknowns.iter().zip(place).map(|(unknown, &variable)| on_bound(unknown, variable)).collect();
    let predicted = problem.predict(place)?;
    let lost = || EstimateError::NoFit { starts: starts.len(), reason: "no derivatives at the best place".to_owned() };
    let (white, jacobian) = problem.information(place).ok_or_else(lost)?;
    let residuals = problem.standardised(place).ok_or_else(lost)?;
    let sure = uncertainty(&jacobian, &held);
    let effective: f64 = problem.neighbours().iter().map(|rho| effective_points(rho)).sum();
    let moving = held.iter().filter(|held| !**held).count();
    let quantile = student_975((data.points() as f64 - moving as f64).max(1.0));
    let values = problem.values(place);
    let slopes: Vec<f64> = unknowns.iter().zip(&values).map(|(unknown, &value)| unknown.slope(value)).collect();
    let fitted = unknowns.iter().enumerate().map(|(index, unknown)| {
        let error = sure.covariance[(index, index)].sqrt();
        let determined = !held[index] && error.is_finite() && !sure.singular;
        (unknown.name.clone(), fitted(unknown, values[index], determined.then_some(error), quantile))
    });
    let mut listed: Vec<(String, FittedParameter)> = Vec::new();
    let fitted: Vec<(String, FittedParameter)> = fitted.collect();
    let all = problem.model_parameters(place, data.groups().first().copied().flatten());
    for (index, (quantity, role)) in parameters.quantities().iter().zip(parameters.roles()).enumerate() {
        if matches!(role, Role::Free { .. }) {
            let own = unknowns.iter().zip(&fitted).filter(|(unknown, _)| unknown.index == index);
            listed.extend(own.map(|(_, fitted)| fitted.clone()));
        } else {
            let (value, unit) = (all[index], quantity.unit.clone());
            let still = FittedParameter { value, standard_error: None, lower: None, upper: None, unit, free: false };
            listed.push((quantity.id.clone(), still));
        }
    }
    let squares = white.norm_squared();
    let cost = 0.5 * white.iter().map(|&residual| options.loss.rho(residual)).sum::<f64>();
    let freedom = data.points() as f64 - unknowns.len() as f64;
    let known = problem.scales().is_empty();
    let count = unknowns.len();
    let covariance = |row: usize, column: usize| sure.covariance[(row, column)] * slopes[row] * slopes[column];
    let correlation = |row: usize, column: usize| {
        let size = (sure.covariance[(row, row)] * sure.covariance[(column, column)]).sqrt();
        if size > 0.0 { sure.covariance[(row, column)] / size } else { 0.0 }
    };
    let matrix = |of: &dyn Fn(usize, usize) -> f64| -> Vec<Vec<f64>> {
        (0..count).map(|row| (0..count).map(|column| of(row, column)).collect()).collect()
    };
    let curves = data.observations.iter().zip(predicted).zip(&residuals).map(|((observation, model), residuals)| {
        let squares = model.iter().zip(&observation.values).map(|(model, value)| (model - value).powi(2)).sum::<f64>();
        FittedCurve {
            label: observation.label.clone(),
            output: observation.output().to_owned(),
            times: observation.experiment.times.clone(),
            values: observation.values.clone(),
            misfit: (squares / observation.values.len().max(1) as f64).sqrt(),
            model,
            residuals: residuals.clone(),
        }
    });
    let criteria = (options.loss == Loss::Linear).then(|| criteria(problem, white.as_slice(), options.correlations));
    let mut result = FitResult {
        model: String::new(),
        version: String::new(),
        digest: None,
        parameters: listed,
        free: unknowns.iter().map(|unknown| unknown.name.clone()).collect(),
        cost,
        points: data.points(),
        effective_points: effective,
        reduced_chi_square: (known && freedom > 0.0).then(|| squares / freedom),
        noise: problem.scales().clone(),
        correlation_length: problem.lambda(),
        loss: options.loss.word().to_owned(),
        criteria,
        covariance: matrix(&covariance),
        correlation: matrix(&correlation),
        condition: sure.condition,
        singular_values: sure.singular_values.clone(),
        sloppiest: in_words(&sure.sloppiest, unknowns),
        starts,
        evaluations: 0,
        converged: false,
        warnings: Vec::new(),
        curves: curves.collect(),
    };
    result.warnings = warnings(&result, unknowns, &held, &sure, options);
    Ok(result)
}

/// A free parameter with its interval: symmetric in the variable of the search.
fn fitted(unknown: &FreeParameter, value: f64, error: Option<f64>, quantile: f64) -> FittedParameter {
    let ends = error.map(|error| {
        let variable = unknown.variable(value);
        [variable - quantile * error, variable + quantile * error].map(|end| match unknown.logarithmic {
            true => end.exp(),
            false => end * unknown.scale,
        })
    });
    FittedParameter {
        value,
        standard_error: error.map(|error| error * unknown.slope(value)),
        lower: ends.map(|[lower, _]| lower),
        upper: ends.map(|[_, upper]| upper),
        unit: unknown.unit.clone(),
        free: true,
    }
}

fn on_bound(unknown: &FreeParameter, variable: f64) -> bool {
    let (lower, upper) = unknown.variable_bounds();
    Variable::between(variable, lower, upper).is_on_bound(variable)
}

/// Criteria at the most likely noise.
fn criteria(problem: &Problem<'_>, white: &[f64], correlations: Correlations) -> Criteria {
    let data = problem.data();
    let mut outputs: BTreeMap<&str, (usize, f64)> = BTreeMap::new();
    let (mut row, mut likelihood) = (0, -problem.log_determinant());
    for observation in &data.observations {
        let own = &white[row..row + observation.values.len()];
        row += own.len();
        let squares = own.iter().map(|value| value * value).sum::<f64>();
        match &observation.noise {
            Noise::Known(deviations) => {
                likelihood -= 0.5 * squares;
                likelihood -= deviations.iter().map(|deviation| deviation.ln()).sum::<f64>();
                likelihood -= 0.5 * own.len() as f64 * std::f64::consts::TAU.ln();
            }
            Noise::Estimated => {
                let entry = outputs.entry(observation.output()).or_default();
                *entry = (entry.0 + own.len(), entry.1 + squares);
            }
        }
    }
    for (output, (points, squares)) in &outputs {
        let scale = problem.scales().get(*output).copied().unwrap_or(1.0);
        let variance = (scale * scale * squares / *points as f64).max(f64::MIN_POSITIVE);
        likelihood -= 0.5 * *points as f64 * ((std::f64::consts::TAU * variance).ln() + 1.0);
    }
    let noise = outputs.len() + usize::from(correlations == Correlations::Estimated);
    Criteria::new(likelihood, problem.unknowns().len() + noise, data.points())
}

/// What a reader must know before believing a number.
fn warnings(
    result: &FitResult,
    unknowns: &[FreeParameter],
    held: &[bool],
    sure: &Uncertainty,
    options: &FitOptions,
) -> Vec<String> {
    let mut warnings = Vec::new();
    for (unknown, _) in unknowns.iter().zip(held).filter(|(_, held)| **held) {
        let value = rounded(result.value(&unknown.name));
        warnings.push(
            format!(
                "`{}` = {value} {} lies on a bound and has no error; widen the bounds or fix it",
                unknown.name,
                if unknown.unit == "1" { "" } else { &unknown.unit }
            )
            .replace("  ", " "),
        );
    }
    if sure.singular {
        warnings.push(format!(
            "the data leave a direction open, so no parameter has an error: {}; fix one of them",
            result.sloppiest
        ));
    }
    for (index, unknown) in unknowns.iter().enumerate().filter(|(index, _)| !held[*index] && !sure.singular) {
        let error = sure.covariance[(index, index)].sqrt();
        let size = if unknown.logarithmic { 1.0 } else { (result.value(&unknown.name) / unknown.scale).abs() };
        if error.is_nan() || error > size {
            warnings.push(format!(
                "`{}` is not determined: its standard error is as large as itself; it moves with {}",
                unknown.name, result.sloppiest
            ));
        }
    }
    if options.correlations == Correlations::Ignored {
        let worst = result.curves.iter().filter(|curve| curve.residuals.len() >= 8).map(|curve| {
            let significant = 3.0 / (curve.residuals.len() as f64).sqrt();
            (correlation(&curve.residuals), significant, &curve.label)
        });
        let worst = worst.filter(|(rho, significant, _)| rho > significant).max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((rho, _, label)) = worst {
            let factor = ((1.0 + rho) / (1.0 - rho).max(1e-3)).sqrt();
            warnings.push(format!(
                "neighbouring residuals of `{label}` are correlated ({rho:.2}): errors are too small by a factor of \
                 about {factor:.1} and the criteria mean little; let the correlation be estimated"
            ));
        }
    }
    if let Some(chi) = result.reduced_chi_square {
        let spread = (2.0 / (result.points as f64 - unknowns.len() as f64)).sqrt();
        if chi > 1.0 + 4.0 * spread {
            warnings.push(format!("the model misses the data by more than their noise: reduced chi-square {chi:.2}"));
        } else if chi < 1.0 - 4.0 * spread {
            warnings.push(format!("the data scatter less than their noise says: reduced chi-square {chi:.2}"));
        }
    }
    let ended: Vec<f64> = result.starts.iter().filter_map(|start| start.cost).collect();
    let least = ended.iter().copied().fold(f64::INFINITY, f64::min);
    let agree = ended.iter().filter(|&&cost| cost <= least * (1.0 + SAME_COST) + f64::MIN_POSITIVE).count();
    if result.starts.len() > 3 && agree < 2 {
        warnings.push(format!(
            "only one of {} starts led here; there may be a better place: try more starts",
            result.starts.len()
        ));
    }
    for curve in &result.curves {
        if let (Some(last), Some(first)) = (curve.values.last(), curve.values.first()) {
            let highest = curve.values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let noise = result.noise.get(&curve.output).copied().unwrap_or(0.0);
            if curve.output == "stress" && *last >= highest - noise && *last > first + 4.0 * noise {
                warnings.push(format!("`{}` still rises at its last sample: its peak is not in the data", curve.label));
            }
        }
    }
    warnings
}
