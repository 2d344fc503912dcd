//! `kovacs design`: which test to do next, to tell two models apart.

use crate::candidates;
use crate::commands::fit::data::{DataOptions, Given};
use crate::commands::fit::search::SearchOptions;
use crate::commands::fit::several::{FreeOptions, normalised};
use crate::commands::fit::{Fitting, correlations, load, with_protocol};
use crate::failure::{Explain, Failure};
use crate::output::{counted, print, print_json};
use crate::quantities;
use crate::watched::Watched;
use clap::Args;
use clap_complete::ArgValueCandidates;
use kovacs_core::TwoStep;
use kovacs_fit::compare::Candidate;
use kovacs_fit::design::{Design, Observable, Readings, Rival, next_experiment, proposals};
use kovacs_fit::estimate::{FitOptions, FitResult, Parameters};
use kovacs_host::ModelHandle;
use kovacs_runner::exit_code;

/// Find the waiting time, strain and temperature at which two models that both explain the data disagree most
#[derive(Args)]
#[command(after_help = "\
Both models are fitted to DATA (its curves as they are; `kovacs fit` says what DATA may be), and both predict every
combination of the strains, waiting times and temperatures to try: the curve of the second stage, the time and the height of
its maximum, and the part of the strain that comes back when the stress is taken away after the waiting time instead. The
number is the expected logarithm of the ratio of their predictions, with the errors of the readings and what the data leave
open in the parameters: below about 4 a test will not decide.
Ctrl-C keeps what was judged.

Examples:
  kovacs design ti-zr-hf-cu-ni-be two-step --where specimen=A --models aoi,soft-domain --free aoi:barrier_min,barrier_max
  kovacs design pvc two-step --models kww,tnm --try-t-w 100s,300s,1000s --try-temperature 308K,318K,328K --json
  kovacs design pvc two-step --models kww,aoi --try-eps2 0.1%,0.3% --reading t_p=5% --reading recovery=0.5%")]
pub struct Options {
    #[command(flatten)]
    data: DataOptions,
    /// Names of the two models
    #[arg(long, value_name = "MODEL,MODEL", value_delimiter = ',', required = true, add = ArgValueCandidates::new(candidates::models))]
    models: Vec<String>,
    #[command(flatten)]
    free: FreeOptions,
    /// Strain of the first stage [default: that of the first test of the data]
    #[arg(long, value_name = "STRAIN", value_parser = quantities::strain, allow_hyphen_values = true)]
    try_eps1: Option<f64>,
    /// Strains of the second stage to choose from [default: 0.2, 0.4, 0.6 and 0.8 of the first]
    #[arg(long, value_name = "STRAIN,...", value_delimiter = ',', value_parser = quantities::strain, allow_hyphen_values = true)]
    try_eps2: Vec<f64>,
    /// Waiting times to choose from [default: 1/30, 1/10, 1/3, 1 and 3 times that of the first test of the data]
    #[arg(long, value_name = "TIME,...", value_delimiter = ',', value_parser = quantities::time)]
    try_t_w: Vec<f64>,
    /// Temperatures to choose from [default: that of the first test of the data, and 20 K below and above]
    #[arg(long, value_name = "TEMPERATURE,...", value_delimiter = ',', value_parser = quantities::temperature)]
    try_temperature: Vec<f64>,
    /// Standard error of a reading: curve=1MPa (each sample), t_p=10% (of itself), height=1MPa, recovery=1% (of the
    /// strain), which are the defaults; may be repeated
    #[arg(long, value_name = "WHAT=ERROR", value_parser = reading)]
    reading: Vec<(Observable, f64)>,
    /// Treat every sample as independent of its neighbours
    #[arg(long)]
    independent: bool,
    #[command(flatten)]
    search: SearchOptions,
    /// Compute the fits even if they are stored
    #[arg(long)]
    fresh: bool,
    /// Approve the libraries of the models, if nobody has done that
    #[arg(long)]
    trust: bool,
    /// Print as JSON: every test with what both models predict
    #[arg(long)]
    json: bool,
}

fn reading(text: &str) -> Result<(Observable, f64), String> {
    let wrong = || format!("`{text}` is no error of a reading; write curve=1MPa, t_p=10%, height=1MPa or recovery=1%");
    let (what, error) = text.split_once('=').ok_or_else(wrong)?;
    let (observable, read): (_, fn(&str) -> Result<f64, String>) = match what.trim().replace('-', "_").as_str() {
        "curve" => (Observable::Curve, quantities::stress),
        "t_p" => (Observable::PeakTime, quantities::strain),
        "height" => (Observable::Height, quantities::stress),
        "recovery" => (Observable::Recovery, quantities::strain),
        _ => return Err(wrong()),
    };
    match read(error)? {
        error if error > 0.0 => Ok((observable, error)),
        _ => Err(wrong()),
    }
}

/// One of the two models, fitted.
struct Fitted {
    name: String,
    handle: ModelHandle,
    settings: Vec<f64>,
    parameters: Parameters,
    fit: FitResult,
}

/// Fits both models, judges every test, prints.
///
/// # Errors
/// No such data, model or parameter; not two models; a fit that fails or leaves a direction open; no two-step test to start from.
pub fn run(options: &Options) -> Result<(), Failure> {
    let [_, _] = options.models.as_slice() else {
        return Err(Failure::usage(format!(
            "--models names {} models; a design tells two apart",
            options.models.len()
        ))
        .remedy("name two, for example `--models aoi,soft-domain`"));
    };
    options.free.check(&options.models)?;
    with_protocol(&options.data)?;
    let tests = options.data.tests()?;
    let data = options.data.observations(&tests)?;
    let grid = options.grid(&tests)?;
    let glass = tests.first().and_then(|test| test.glass.clone());
    let fit_options = FitOptions { correlations: correlations(!options.independent), ..options.search.fit() };
    let mut watched = Watched::begin("models are fitted")?;
    let mut fitted = Vec::new();
    for name in &options.models {
        let handle = load(name, options.trust, "kovacs design --trust")?;
        let (parameters, settings) = options.free.roles(&handle, glass.as_deref())?;
        let fitting = Fitting { handle: &handle, settings: &settings, data: &data, parameters: &parameters };
        watched = watched.then(fitting.words());
        let fit = fitting.found_or_fitted(&fit_options, options.fresh, &watched)?;
        fitted.push(Fitted { name: normalised(name), handle, settings, parameters, fit });
    }
    let watched = watched.then("tests are judged");
    let design = judge(&fitted, &grid, &options.readings(), options.search.threads().get(), &watched);
    watched.clear();
    let design = design?;
    if design.stopped && design.ranked.is_empty() {
        return Err(Failure::new("interrupted").code(exit_code::INTERRUPTED));
    }
    if options.json {
        return print_json(&design);
    }
    let warnings = fitted.iter().flat_map(|model| {
        model.fit.warnings.iter().map(|warning| format!("warning: fit of `{}`: {warning}\n", model.name))
    });
    print(&format!(
        "{} of {}; {} judged\n\n{design}{}{}",
        counted(tests.len(), "test"),
        options.data.name(),
        counted(design.ranked.len(), "proposal"),
        answer(&design),
        warnings.collect::<String>()
    ))
}

fn judge(
    fitted: &[Fitted],
    grid: &[kovacs_fit::design::Proposal],
    readings: &Readings,
    threads: usize,
    watched: &Watched,
) -> Result<Design, Failure> {
    let [first, second] = fitted else { return Err(Failure::usage("a design tells two models apart")) };
    let makers = [first, second].map(|model| {
        move || {
            let instance = model.handle.instance(&model.settings)?;
            Ok(Box::new(instance) as Box<dyn kovacs_core::model::Evaluator>)
        }
    });
    let [make_first, make_second] = &makers;
    let candidate =
        |model: &Fitted, factory| Candidate { name: model.name.clone(), factory, parameters: model.parameters.clone() };
    let rivals = [
        Rival { candidate: candidate(first, make_first), fit: &first.fit },
        Rival { candidate: candidate(second, make_second), fit: &second.fit },
    ];
    next_experiment(&rivals, grid, readings, threads, &|done, all| watched.goes_on(done, all))
        .doing("cannot choose a test")
}

/// The most telling single number, in a sentence.
fn answer(design: &Design) -> String {
    let numbers = [Observable::PeakTime, Observable::Height, Observable::Recovery];
    let best = numbers.into_iter().filter_map(|observable| design.best(observable));
    match best.max_by(|a, b| a.expected.unwrap_or(0.0).total_cmp(&b.expected.unwrap_or(0.0))) {
        Some(best) if best.expected.is_some_and(|expected| expected >= DECIDES) => {
            let test = &best.proposal;
            format!(
                "of single numbers {} after {} s at {} K says most\n",
                test.observable.word(),
                test.t_w,
                test.temperature
            )
        }
        _ => format!("no single number is expected to decide: all are below {DECIDES}\n"),
    }
}

/// Expected log ratio below which a test does not decide.
const DECIDES: f64 = 4.0;

impl Options {
    /// The tests to choose from.
    fn grid(&self, tests: &[Given]) -> Result<Vec<kovacs_fit::design::Proposal>, Failure> {
        let known: Option<TwoStep> = tests.iter().find_map(|given| given.test.two_step);
        let missing = |what: &str| {
            Failure::usage(format!("the data hold no two-step test, so nobody says which {what} to try"))
                .remedy(format!("give --try-{what}"))
        };
        let eps1 = self.try_eps1.or(known.map(|test| test.eps1)).ok_or_else(|| missing("eps1"))?;
        let eps2 = if self.try_eps2.is_empty() {
            [0.2, 0.4, 0.6, 0.8].map(|part| three_digits(part * eps1)).to_vec()
        } else {
            self.try_eps2.clone()
        };
        let or_near = |given: &[f64], what: &str, near: &dyn Fn(TwoStep) -> Vec<f64>| match (given, known) {
            ([], Some(test)) => Ok(near(test)),
            ([], None) => Err(missing(what)),
            (given, _) => Ok(given.to_vec()),
        };
        let waiting = or_near(&self.try_t_w, "t-w", &|test| {
            [1.0 / 30.0, 0.1, 1.0 / 3.0, 1.0, 3.0].map(|factor| three_digits(factor * test.t_w)).to_vec()
        })?;
        let temperatures = or_near(&self.try_temperature, "temperature", &|test| {
            [-20.0, 0.0, 20.0].map(|more| test.temperature + more).to_vec()
        })?;
        Ok(proposals(eps1, &eps2, &waiting, &temperatures))
    }

    fn readings(&self) -> Readings {
        self.reading.iter().fold(Readings::default(), |readings, &(observable, error)| match observable {
            Observable::Curve => Readings { stress: error, ..readings },
            Observable::PeakTime => Readings { ln_peak_time: error, ..readings },
            Observable::Height => Readings { height: error, ..readings },
            Observable::Recovery => Readings { recovery: error, ..readings },
        })
    }
}

/// A number that a person would choose.
fn three_digits(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_readings_have_their_units() {
        assert_eq!(reading("t_p=5%"), Ok((Observable::PeakTime, 0.05)));
        assert_eq!(reading("height = 500kPa"), Ok((Observable::Height, 0.5)));
        for text in ["t_p", "speed=1%", "recovery=0%"] {
            assert!(reading(text).unwrap_err().contains("recovery=1%"), "{text}");
        }
        assert!(reading("curve=1").unwrap_err().contains("has no unit"));
    }
}
