//! From draws to what may be said of them.

use super::checks::check;
use super::diagnostics::{bulk_size, mean_size, quantile, r_hat, tail_size};
use super::information::{RELIABLE, leave_one_out, waic};
use super::prior::Prior;
use super::result::{Posterior, PosteriorParameter};
use super::target::Target;
use super::{BayesError, BayesOptions, Run};

/// R-hat above which chains have not seen the same distribution (Vehtari et al. 2021).
const AGREE: f64 = 1.01;

/// Effective draws per chain below which a quantile is not to be trusted (the same).
const ENOUGH: f64 = 100.0;

/// Draws on which curves are checked.
const CHECKED: usize = 400;

/// Numbers that are kept for the expected densities, at most.
const KEPT: usize = 4_000_000;

/// A p-value that is called extreme, to either side.
const EXTREME: f64 = 0.005;

pub(super) fn summarise(
    target: &Target<'_>,
    run: &Run,
    priors: &[Prior],
    options: &BayesOptions,
    stopped: bool,
) -> Result<Posterior, BayesError> {
    let draws: Vec<Vec<Vec<f64>>> =
        run.places.iter().map(|chain| chain.iter().map(|place| target.values(place)).collect()).collect();
    let parameters = target.names().into_iter().enumerate().map(|(place, (name, unit))| {
        let chains: Vec<Vec<f64>> =
            draws.iter().map(|chain| chain.iter().filter_map(|draw| draw.get(place).copied()).collect()).collect();
        parameter(name, unit, priors.get(place).copied(), &chains)
    });
    let parameters: Vec<PosteriorParameter> = parameters.collect();

    let all: Vec<&Vec<f64>> = run.places.iter().flatten().collect();
    let points = target.problem().data().points().max(1);
    let kept = evenly(&all, (KEPT / points).max(CHECKED));
    let likelihoods: Vec<Vec<Vec<f64>>> = kept.iter().filter_map(|place| log_likelihoods(target, place)).collect();
    let samples: Vec<Vec<f64>> = likelihoods.iter().map(|curves| curves.concat()).collect();
    let curves: Vec<Vec<f64>> =
        likelihoods.iter().map(|curves| curves.iter().map(|curve| curve.iter().sum()).collect()).collect();

    let mut posterior = Posterior {
        model: String::new(),
        version: String::new(),
        digest: None,
        sampler: String::new(),
        seed: options.seed,
        parameters,
        draws,
        log_densities: run.densities.clone(),
        warm_up: options.warm_up,
        divergences: run.divergences,
        cut: run.cut,
        acceptance: run.acceptance,
        correlation_length: 0.0,
        checks: check(target, &evenly(&all, CHECKED), options.seed),
        waic: waic(&samples),
        leave_one_out: leave_one_out(&samples),
        leave_one_curve_out: leave_one_out(&curves),
        warnings: Vec::new(),
        stopped,
    };
    posterior.warnings = warnings(&posterior);
    Ok(posterior)
}

fn parameter(name: String, unit: String, prior: Option<Prior>, chains: &[Vec<f64>]) -> PosteriorParameter {
    let views: Vec<&[f64]> = chains.iter().map(Vec::as_slice).collect();
    let all = chains.concat();
    let count = all.len() as f64;
    let mean = all.iter().sum::<f64>() / count;
    let deviation = (all.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt();
    let finite = |value: f64| value.is_finite().then_some(value);
    PosteriorParameter {
        name,
        unit,
        prior,
        mean,
        error_of_mean: finite(deviation / mean_size(&views).sqrt()),
        standard_deviation: deviation,
        median: quantile(&all, 0.5),
        lower: quantile(&all, 0.025),
        upper: quantile(&all, 0.975),
        r_hat: finite(r_hat(&views)),
        bulk_size: finite(bulk_size(&views)),
        tail_size: finite(tail_size(&views)),
    }
}

/// At most so many of them, evenly spread.
fn evenly<'a>(all: &[&'a Vec<f64>], count: usize) -> Vec<&'a Vec<f64>> {
    let count = count.min(all.len());
    (0..count).filter_map(|index| all.get(index * all.len() / count).copied()).collect()
}

/// Logarithm of the likelihood of each sample of each curve, with the noise of the draw.
fn log_likelihoods(target: &Target<'_>, place: &[f64]) -> Option<Vec<Vec<f64>>> {
    let (variables, deviations) = target.split(place);
    let residuals = target.problem().whitened_residuals(&variables)?;
    let constants = target.constants();
    let mut row = 0;
    let curves = constants.iter().enumerate().map(|(index, constants)| {
        let deviation = target.deviation(index, &deviations);
        let own = residuals
            .iter()
            .skip(row)
            .zip(constants)
            .map(|(residual, constant)| constant - deviation.ln() - 0.5 * (residual / deviation).powi(2));
        let own: Vec<f64> = own.collect();
        row += own.len();
        own
    });
    Some(curves.collect())
}

fn warnings(posterior: &Posterior) -> Vec<String> {
    let mut warnings = Vec::new();
    let chains = posterior.draws.len() as f64;
    if posterior.stopped {
        warnings.push("stopped before the end: these are the draws so far".to_owned());
    }
    if posterior.draws.len() == 1 {
        warnings.push("one chain alone cannot disagree with another; draw several".to_owned());
    }
    for parameter in &posterior.parameters {
        let name = &parameter.name;
        match parameter.r_hat {
            Some(r_hat) if r_hat <= AGREE => {}
            Some(r_hat) => warnings.push(format!("the chains do not agree on `{name}`: R-hat {r_hat:.3}; draw longer")),
            None => warnings.push(format!("whether the chains agree on `{name}` cannot be said: they do not move")),
        }
        let size = parameter.bulk_size.unwrap_or(0.0).min(parameter.tail_size.unwrap_or(0.0));
        if size < ENOUGH * chains.min(4.0) {
            warnings.push(format!("`{name}` has only {size:.0} independent draws; draw longer"));
        }
    }
    if posterior.divergences > 0 {
        warnings.push(format!(
            "{} trajectories left the posterior: parts of it may be missing; narrow the bounds or give priors",
            posterior.divergences
        ));
    }
    if posterior.cut > 0 {
        warnings.push(format!(
            "{} trajectories were cut at their longest: a direction is hardly determined",
            posterior.cut
        ));
    }
    for (expected, of) in [(&posterior.leave_one_out, "samples"), (&posterior.leave_one_curve_out, "curves")] {
        let (bad, all) = (expected.unreliable(), expected.terms.len());
        if bad > 0 {
            warnings.push(format!(
                "leaving out {of} by weights fails for {bad} of {all} (Pareto k above {RELIABLE}): leave whole tests out in \
                 truth, by a comparison"
            ));
        }
    }
    for check in &posterior.checks {
        let curve = &check.curve;
        if check.p_correlation < EXTREME {
            let rho = check.correlation;
            warnings.push(format!(
                "neighbouring residuals of `{curve}` are correlated ({rho:.2}): the posterior is too narrow; let the \
                 correlation be estimated"
            ));
        }
        if check.p_mean_square < EXTREME || check.p_mean_square > 1.0 - EXTREME {
            let (square, than) = (check.mean_square, if check.mean_square > 1.0 { "more" } else { "less" });
            warnings.push(format!("`{curve}` scatters {than} than the posterior predicts: mean square {square:.2}"));
        }
        if check.p_largest < EXTREME {
            warnings.push(format!("`{curve}` has a sample that lies farther off than the posterior predicts"));
        }
    }
    warnings
}
