//! `kovacs compare`: which model explains the data, and how sure that is.

use crate::candidates;
use crate::commands::fit::data::DataOptions;
use crate::commands::fit::search::SearchOptions;
use crate::commands::fit::{correlations, load};
use crate::failure::{Explain, Failure};
use crate::interrupt::Interrupts;
use crate::output::{print, print_json};
use crate::waiting::Waiting;
use clap::Args;
use clap_complete::ArgValueCandidates;
use kovacs_core::model::{EvaluationError, Evaluator};
use kovacs_fit::compare::{Candidate, CompareOptions, CompareProgress, compare};
use kovacs_fit::estimate::{FitOptions, Parameters};
use kovacs_host::ModelHandle;
use kovacs_runner::exit_code;
use std::sync::Mutex;

/// Fit several models to the same data and rank them by what they say of tests they have not seen
#[derive(Args)]
#[command(after_help = "\
Every model starts from its parameter set of the glass, where it has one, and frees what it says a fit should free.
Each test (every curve of one condition) is left out once and predicted from the others; the models are ranked by the
predictive density of those tests, and differences come with their errors. AICc, BIC and Akaike weights stand beside it.
Residuals may be correlated; --independent treats every sample as news.
Ctrl-C keeps what was done.

Examples:
  kovacs compare ti-zr-hf-cu-ni-be two-step --models kww,aoi,tnm --where specimen=A
  kovacs compare pvc two-step-waiting --models kww,soft-domain --free soft-domain:transformation_strain,flow_rate --json")]
pub struct Options {
    #[command(flatten)]
    data: DataOptions,
    /// Names of the models
    #[arg(long, value_name = "MODEL,...", value_delimiter = ',', required = true, add = ArgValueCandidates::new(candidates::models))]
    models: Vec<String>,
    /// Fit these parameters of a model and hold its others; may be repeated
    #[arg(long, value_name = "MODEL:ID,...", value_parser = freed)]
    free: Vec<(String, Vec<String>)>,
    /// Rank by AICc and leave no test out: faster, and blind to what a model says of other tests
    #[arg(long)]
    no_left_out: bool,
    /// Treat every sample as independent of its neighbours
    #[arg(long)]
    independent: bool,
    #[command(flatten)]
    search: SearchOptions,
    /// Approve the libraries of the models, if nobody has done that
    #[arg(long)]
    trust: bool,
    /// Print as JSON: every fit, every left-out test
    #[arg(long)]
    json: bool,
}

fn freed(text: &str) -> Result<(String, Vec<String>), String> {
    let (model, ids) = text
        .split_once(':')
        .ok_or_else(|| format!("`{text}` is not MODEL:ID,ID, for example `kww:relaxation_time,stretching_exponent`"))?;
    Ok((normalised(model), ids.split(',').map(|id| id.trim().to_owned()).collect()))
}

/// `soft-domain` and `soft_domain` are one name.
fn normalised(model: &str) -> String {
    model.trim().replace('-', "_")
}

type Factory = Box<dyn Fn() -> Result<Box<dyn Evaluator>, EvaluationError> + Sync>;

/// Compares and prints.
///
/// # Errors
/// No such data, model or parameter; an interrupted run that has nothing to show.
pub fn run(options: &Options) -> Result<(), Failure> {
    let tests = options.data.tests()?;
    if !options.data.has_protocol() {
        return Err(Failure::usage(format!("nobody says what was done to the sample of `{}`", options.data.name()))
            .remedy("give --eps1, --eps2, --t-w and --temperature or a --protocol"));
    }
    let data = options.data.observations(&tests)?;
    let glass = tests.first().and_then(|test| test.glass.clone());
    let mut models: Vec<(String, Factory, Parameters)> = Vec::new();
    for name in &options.models {
        let handle = load(name, options.trust, "kovacs compare --trust")?;
        let (parameters, settings) = roles(options, &handle, name, glass.as_deref())?;
        let make = move || handle.instance(&settings).map(|instance| Box::new(instance) as Box<dyn Evaluator>);
        models.push((normalised(name), Box::new(make), parameters));
    }
    let candidates: Vec<Candidate<'_>> = models
        .iter()
        .map(|(name, factory, parameters)| Candidate { name: name.clone(), factory, parameters: parameters.clone() })
        .collect();
    let fit = FitOptions { correlations: correlations(!options.independent), ..options.search.fit() };
    let compare_options = CompareOptions { fit, leave_out: !options.no_left_out };
    let interrupts = Interrupts::listen()?;
    let waiting = Mutex::new(Waiting::new("models are compared"));
    let progress = |progress: CompareProgress| {
        if let Ok(waiting) = waiting.try_lock() {
            waiting.show(progress.done as f64 / progress.fits.max(1) as f64);
        }
        !interrupts.requested()
    };
    let comparison = compare(&candidates, &data, &compare_options, &progress);
    if let Ok(waiting) = waiting.lock() {
        waiting.clear();
    }
    let comparison = comparison.doing("cannot compare the models")?;
    if comparison.stopped && comparison.models.iter().all(|model| model.result().is_none()) {
        return Err(Failure::new("interrupted").code(exit_code::INTERRUPTED));
    }
    if options.json {
        return print_json(&comparison);
    }
    let mut text = format!("{} curves of {}\n\n{comparison}", tests.len(), options.data.name());
    for model in &comparison.models {
        if let Some(result) = model.result() {
            text.push_str(&format!("\n{result}"));
        }
    }
    print(&text)
}

/// Roles of the parameters of one model, and its settings.
fn roles(
    options: &Options,
    handle: &ModelHandle,
    name: &str,
    glass: Option<&str>,
) -> Result<(Parameters, Vec<f64>), Failure> {
    let description = handle.description();
    let preset = glass.and_then(|glass| description.preset(glass));
    let (values, settings) = match preset {
        Some(preset) => (preset.parameters.clone(), preset.settings.clone().unwrap_or_default()),
        None => (description.defaults(), Vec::new()),
    };
    let parameters = Parameters::new(description, &values).doing(format!("cannot fit `{name}`"))?;
    let wanted = options.free.iter().find(|(model, _)| *model == normalised(name));
    let parameters = match wanted {
        Some((_, ids)) => parameters.only(&ids.iter().map(String::as_str).collect::<Vec<_>>()),
        None => Ok(parameters),
    };
    Ok((parameters.doing(format!("cannot fit `{name}`"))?, settings))
}
