//! `kovacs compare`: which model explains the data, and how sure that is.

use crate::candidates;
use crate::commands::fit::data::DataOptions;
use crate::commands::fit::search::SearchOptions;
use crate::commands::fit::several::{FreeOptions, normalised};
use crate::commands::fit::{correlations, load, with_protocol};
use crate::failure::{Explain, Failure};
use crate::output::{counted, print, print_json};
use crate::watched::Watched;
use clap::Args;
use clap_complete::ArgValueCandidates;
use kovacs_core::model::{EvaluationError, Evaluator};
use kovacs_fit::compare::{Candidate, CompareOptions, CompareProgress, compare};
use kovacs_fit::estimate::{FitOptions, Parameters};
use kovacs_runner::exit_code;

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
    #[command(flatten)]
    free: FreeOptions,
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

type Factory = Box<dyn Fn() -> Result<Box<dyn Evaluator>, EvaluationError> + Sync>;

/// Compares and prints.
///
/// # Errors
/// No such data, model or parameter; an interrupted run that has nothing to show.
pub fn run(options: &Options) -> Result<(), Failure> {
    options.free.check(&options.models)?;
    let tests = options.data.tests()?;
    with_protocol(&options.data)?;
    let data = options.data.observations(&tests)?;
    let glass = tests.first().and_then(|test| test.glass.clone());
    let mut models: Vec<(String, Factory, Parameters)> = Vec::new();
    for name in &options.models {
        let handle = load(name, options.trust, "kovacs compare --trust")?;
        let (parameters, settings) = options.free.roles(&handle, glass.as_deref())?;
        let make = move || handle.instance(&settings).map(|instance| Box::new(instance) as Box<dyn Evaluator>);
        models.push((normalised(name), Box::new(make), parameters));
    }
    let candidates: Vec<Candidate<'_>> = models
        .iter()
        .map(|(name, factory, parameters)| Candidate { name: name.clone(), factory, parameters: parameters.clone() })
        .collect();
    let fit = FitOptions { correlations: correlations(!options.independent), ..options.search.fit() };
    let compare_options = CompareOptions { fit, leave_out: !options.no_left_out };
    let watched = Watched::begin("models are compared")?;
    let progress = |progress: CompareProgress| watched.goes_on(progress.done, progress.fits);
    let comparison = compare(&candidates, &data, &compare_options, &progress);
    watched.clear();
    let comparison = comparison.doing("cannot compare the models")?;
    if comparison.stopped && comparison.models.iter().all(|model| model.result().is_none()) {
        return Err(Failure::new("interrupted").code(exit_code::INTERRUPTED));
    }
    if options.json {
        return print_json(&comparison);
    }
    let mut text = format!("{} of {}\n\n{comparison}", counted(tests.len(), "curve"), options.data.name());
    for model in &comparison.models {
        if let Some(result) = model.result() {
            text.push_str(&format!("\n{result}"));
        }
    }
    print(&text)
}
