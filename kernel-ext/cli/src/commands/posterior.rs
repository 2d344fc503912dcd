//! `kovacs posterior`: all parameters that the data allow, instead of the best ones.

use crate::candidates;
use crate::commands::fit::data::DataOptions;
use crate::commands::fit::roles::RoleOptions;
use crate::commands::fit::search::SearchOptions;
use crate::commands::fit::{Fitting, correlations, load, with_protocol};
use crate::failure::Failure;
use crate::output::{aligned, counted, print, print_json};
use crate::watched::Watched;
use clap::{Args, ValueEnum};
use clap_complete::ArgValueCandidates;
use kovacs_fit::bayes::{self, BayesError, BayesOptions, BayesProgress, Posterior, Prior, sample};
use kovacs_fit::estimate::{EstimateError, FitOptions};
use kovacs_runner::exit_code;
use std::fmt::Write;
use std::path::PathBuf;

/// Draw all parameters of a model that data and priors allow, and say whether the draws can be believed
#[derive(Args)]
#[command(after_help = "\
The errors of `kovacs fit` assume that the sum of squares is a parabola; draws assume nothing of the kind.
A model with derivatives is drawn from by trajectories (NUTS), any other by an ensemble of walkers, which needs some ten
times as many draws. Priors come from the model's own bounds and scales: uniform or log-uniform between finite ones,
broad around the nominal size elsewhere; --prior gives others. Unknown noise is drawn with the parameters.
Read R-hat (above 1.01: the chains disagree) and ESS (below 400: too few independent draws) before the numbers.
The same seed gives the same bits at any number of threads. Ctrl-C keeps the draws so far.

Examples:
  kovacs posterior pvc two-step --where specimen=A --model kww
  kovacs posterior pvc two-step --model kww --free relaxation_time,stretching_exponent --draws 2000 --seed 7 --json
  kovacs posterior pvc two-step --model kww --prior stretching_exponent=normal:0.4:0.05 --csv draws.csv
  kovacs posterior relaxation.csv --eps1 0.5% --eps2 0.3% --t-w 900s --temperature 593K --model kww --correlated")]
pub struct Options {
    #[command(flatten)]
    data: DataOptions,
    /// Name of the model
    #[arg(long, add = ArgValueCandidates::new(candidates::models))]
    model: String,
    #[command(flatten)]
    roles: RoleOptions,
    /// What is believed of a parameter before the data: uniform, log-uniform, normal:MEAN:DEVIATION or
    /// log-normal:MEDIAN:FACTOR, in the model's unit; may be repeated
    #[arg(long, value_name = "ID=PRIOR", value_parser = prior)]
    prior: Vec<(String, Prior)>,
    /// Independent chains, or ensembles of walkers
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    chains: u16,
    /// Draws of each chain, or of each walker
    #[arg(long, default_value_t = 1000)]
    draws: u32,
    /// Turns before the draws, in which step and shape are learnt
    #[arg(long, default_value_t = 500)]
    warm_up: u32,
    /// How it is drawn
    #[arg(long, value_enum, default_value_t = Sampler::Automatic)]
    sampler: Sampler,
    /// Let neighbouring residuals be correlated, at the most likely length
    #[arg(long)]
    correlated: bool,
    #[command(flatten)]
    search: SearchOptions,
    /// Approve the model's library, if nobody has done that
    #[arg(long)]
    trust: bool,
    /// Write every draw: chain, draw, parameters in their units
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Print as JSON, with every draw
    #[arg(long)]
    json: bool,
}

/// Which sampler draws.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Sampler {
    /// Trajectories where the model computes derivatives, else an ensemble
    Automatic,
    /// Trajectories, with derivatives by differences where the model has none
    Nuts,
    /// An ensemble of walkers
    Ensemble,
}

fn prior(text: &str) -> Result<(String, Prior), String> {
    let wrong = || {
        format!(
            "`{text}` is not ID=PRIOR; a prior is uniform, log-uniform, normal:MEAN:DEVIATION or log-normal:MEDIAN:FACTOR, \
             as in `stretching_exponent=normal:0.5:0.1`"
        )
    };
    let (id, prior) = text.split_once('=').ok_or_else(wrong)?;
    let mut parts = prior.split(':').map(str::trim);
    let kind = parts.next().unwrap_or("");
    let numbers: Vec<f64> = parts.map(|part| part.parse().map_err(|_| wrong())).collect::<Result<_, String>>()?;
    let prior = match (kind.replace('-', "_").as_str(), numbers.as_slice()) {
        ("uniform", []) => Prior::Uniform,
        ("log_uniform", []) => Prior::LogUniform,
        ("normal", &[mean, deviation]) => Prior::Normal { mean, deviation },
        ("log_normal", &[median, factor]) => Prior::LogNormal { median, factor },
        _ => return Err(wrong()),
    };
    Ok((id.trim().replace('-', "_"), prior))
}

/// Draws and prints.
///
/// # Errors
/// No such data, model, parameter or glass; a prior that is none; a model that fits nowhere; an interrupted run without draws.
pub fn run(options: &Options) -> Result<(), Failure> {
    with_protocol(&options.data)?;
    let tests = options.data.tests()?;
    let data = options.data.observations(&tests)?;
    let handle = load(&options.model, options.trust, "kovacs posterior --trust")?;
    let glass = options.roles.glass(&tests, handle.description());
    let (parameters, settings) = options.roles.parameters(handle.description(), glass.as_deref())?;
    let fitting = Fitting { handle: &handle, settings: &settings, data: &data, parameters: &parameters };
    let asked = BayesOptions {
        chains: usize::from(options.chains),
        warm_up: options.warm_up as usize,
        draws: options.draws as usize,
        seed: options.search.seed,
        sampler: match options.sampler {
            Sampler::Automatic => bayes::Sampler::Automatic,
            Sampler::Nuts => bayes::Sampler::Nuts,
            Sampler::Ensemble => bayes::Sampler::Ensemble,
        },
        priors: options.prior.clone(),
        fit: FitOptions { correlations: correlations(options.correlated), ..options.search.fit() },
    };
    let watched = Watched::begin(format!("{} is drawn", options.model))?;
    let progress = |progress: BayesProgress| watched.goes_on(progress.done, progress.turns);
    let posterior = sample(&|| fitting.make(), &data, &parameters, &asked, &progress);
    watched.clear();
    let posterior = posterior.map_err(|error| match error {
        BayesError::Stopped | BayesError::Estimate(EstimateError::Stopped) => {
            Failure::new("interrupted before there were draws to keep").code(exit_code::INTERRUPTED)
        }
        other => Failure::from(other).context(format!("cannot draw parameters of `{}`", options.model)),
    })?;
    if let Some(file) = &options.csv {
        kovacs_runner::replace_file(file, draws(&posterior).as_bytes())?;
    }
    if options.json {
        return print_json(&posterior);
    }
    print(&format!("{} of {}\n{posterior}{}", counted(tests.len(), "test"), options.data.name(), checks(&posterior)))
}

/// Every curve against what the posterior would make, as a table.
fn checks(posterior: &Posterior) -> String {
    let head = ["curve", "mean square", "p", "correlation", "p", "largest, p"].map(str::to_owned).to_vec();
    let rows = posterior.checks.iter().map(|check| {
        let number = |value: f64| format!("{value:.2}");
        vec![
            check.curve.clone(),
            number(check.mean_square),
            number(check.p_mean_square),
            number(check.correlation),
            number(check.p_correlation),
            number(check.p_largest),
        ]
    });
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    format!(
        "curves against what the posterior would make (p: part of the replicates with a larger value):\n{}",
        aligned("  ", &rows)
    )
}

/// One line per draw, units in the first line.
fn draws(posterior: &Posterior) -> String {
    let mut text = String::from("chain,draw");
    for parameter in &posterior.parameters {
        // Writing to a string does not fail.
        let _ = write!(text, ",{} [{}]", parameter.name, parameter.unit);
    }
    text.push_str(",log density\n");
    for (chain, (draws, densities)) in posterior.draws.iter().zip(&posterior.log_densities).enumerate() {
        for (index, (draw, density)) in draws.iter().zip(densities).enumerate() {
            let values: Vec<String> = draw.iter().map(f64::to_string).collect();
            let _ = writeln!(text, "{},{},{},{density}", chain + 1, index + 1, values.join(","));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priors_are_read_and_what_is_none_shows_an_example() {
        let read = |text: &str| prior(text).map(|(id, prior)| (id, format!("{prior:?}")));
        assert_eq!(read("tau=log-uniform"), Ok(("tau".to_owned(), "LogUniform".to_owned())));
        let normal = Prior::Normal { mean: -0.5, deviation: 0.1 };
        assert_eq!(read("a-b = normal : -0.5 : 1e-1"), Ok(("a_b".to_owned(), format!("{normal:?}"))));
        for text in ["tau", "tau=flat", "tau=normal:1", "tau=normal:1:x", "tau=uniform:1"] {
            assert!(prior(text).unwrap_err().contains("normal:0.5:0.1"), "{text}");
        }
    }
}
