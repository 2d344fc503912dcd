//! `kovacs fit`: parameters of a model from data, with their errors and what the data do not determine.
//!
//! The descriptive form `double-kww` is fitted to curves as they are; every other name is a model, whose history is
//! simulated with its ramps and the dead time of the data.

pub mod data;
mod descriptive;
pub mod roles;
pub mod search;
pub mod several;
mod store;

use crate::candidates;
use crate::commands::model;
use crate::failure::Failure;
use crate::output::{counted, notice, print, print_json};
use crate::watched::Watched;
use clap::Args;
use clap_complete::ArgValueCandidates;
use data::DataOptions;
use kovacs_core::model::{EvaluationError, Evaluator};
use kovacs_fit::estimate::{
    Correlations, EstimateError, FitData, FitOptions, FitResult, Loss, Parameters, Progress, fit,
};
use kovacs_host::{ModelHandle, Models};
use kovacs_runner::exit_code;
use roles::RoleOptions;
use search::SearchOptions;
use std::fmt::Write;
use std::path::PathBuf;

/// Estimate the parameters of a model from data, with errors, warnings and information criteria
#[derive(Args)]
#[command(after_help = "\
DATA is a data package, whose tables state what was done, or a file with columns; then say what was done with --eps1,
--eps2, --t-w and --temperature, or with --protocol.
All tests of the table are fitted together; --where keeps some of them. Ramps and the dead time are simulated, not
corrected. The noise is estimated from the residuals.
double-kww (Eq. 1 of the paper) is no model: it describes single curves and needs no protocol.
A finished fit is stored with the digests of its data and its model and found again; --fresh computes it anew.
Ctrl-C keeps the best parameters so far.

Examples:
  kovacs fit ti-zr-hf-cu-ni-be two-step --where specimen=A --model kww
  kovacs fit pvc two-step --model tnm --free ln_prefactor,stretching_exponent --json
  kovacs fit relaxation.csv --time time --stress stress --eps1 0.5% --eps2 0.3% --t-w 900s --temperature 593K --model aoi
  kovacs fit pvc two-step --model kww --fix activation_energy --bounds stretching_exponent=0.2:0.8 --correlated
  kovacs fit hump.csv --from second-step --model double-kww --unit time=s --unit stress=MPa")]
pub struct Options {
    #[command(flatten)]
    data: DataOptions,
    /// Name of the model, or double-kww for a form that only describes a curve
    #[arg(long, add = ArgValueCandidates::new(candidates::models))]
    model: String,
    #[command(flatten)]
    roles: RoleOptions,
    /// What a residual costs: linear, soft_l1, huber, cauchy (those of scipy)
    #[arg(long, default_value = "linear", value_parser = loss)]
    loss: Loss,
    /// Estimate how far neighbouring residuals are correlated, so that errors and criteria mean something
    #[arg(long)]
    correlated: bool,
    #[command(flatten)]
    search: SearchOptions,
    /// Compute the fit even if it is stored
    #[arg(long)]
    fresh: bool,
    /// Approve the model's library, if nobody has done that
    #[arg(long)]
    trust: bool,
    /// Write data, model and residuals of every sample
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

fn loss(text: &str) -> Result<Loss, String> {
    Loss::from_word(text).ok_or_else(|| format!("`{text}` is none of linear, soft_l1, huber, cauchy"))
}

/// Fits and prints.
///
/// # Errors
/// No such data, model, parameter or glass; data that cannot be fitted; a model that refuses or breaks; a file that cannot be written.
pub fn run(options: &Options) -> Result<(), Failure> {
    let tests = options.data.tests()?;
    if options.model.replace('-', "_") == "double_kww" {
        return descriptive::double_kww(options, &options.data.stages(&tests));
    }
    with_protocol(&options.data)?;
    let observed = options.data.observations(&tests)?;
    let handle = load(&options.model, options.trust, "kovacs fit --trust")?;
    let glass = options.roles.glass(&tests, handle.description());
    let (parameters, settings) = options.roles.parameters(handle.description(), glass.as_deref())?;
    let fit_options =
        FitOptions { loss: options.loss, correlations: correlations(options.correlated), ..options.search.fit() };
    let fitting = Fitting { handle: &handle, settings: &settings, data: &observed, parameters: &parameters };
    let watched = Watched::begin(fitting.words())?;
    let result = fitting.found_or_fitted(&fit_options, options.fresh, &watched)?;
    if let Some(file) = &options.csv {
        kovacs_runner::replace_file(file, samples(&result).as_bytes())?;
    }
    if options.json {
        return print_json(&result);
    }
    let from = glass.map_or_else(|| "the model's defaults".to_owned(), |glass| format!("its parameter set `{glass}`"));
    print(&format!("{} of {}, starting from {from}\n{result}", counted(tests.len(), "test"), options.data.name()))
}

/// Refuses data of which nobody says what was done.
///
/// # Errors
/// A file without a protocol.
pub fn with_protocol(data: &DataOptions) -> Result<(), Failure> {
    match data.has_protocol() {
        true => Ok(()),
        false => Err(Failure::usage(format!("nobody says what was done to the sample of `{}`", data.name())).remedy(
            "give --eps1, --eps2, --t-w and --temperature or a --protocol; `kovacs fit --model double-kww` needs none",
        )),
    }
}

/// Whether neighbouring residuals may be correlated.
pub fn correlations(estimated: bool) -> Correlations {
    if estimated { Correlations::Estimated } else { Correlations::Ignored }
}

/// The model of this name; `tnm` under prescribed strain is its strain-driven form.
///
/// # Errors
/// There is no such model, or nobody has approved it.
pub fn load(name: &str, trust: bool, command: &str) -> Result<ModelHandle, Failure> {
    let name = if name == "tnm" { "tnm_strain" } else { name };
    let handle = model::load(&Models::discover(), name, trust.then_some(command))?;
    for warning in handle.warnings() {
        notice(&format!("warning: {warning}"));
    }
    Ok(handle)
}

/// One model and what it is fitted to.
pub struct Fitting<'a> {
    /// The model.
    pub handle: &'a ModelHandle,
    /// Its settings.
    pub settings: &'a [f64],
    /// What it explains.
    pub data: &'a FitData,
    /// Which of its parameters move.
    pub parameters: &'a Parameters,
}

impl Fitting<'_> {
    fn model(&self) -> &str {
        self.handle.description().short_id()
    }

    /// What a bar says.
    pub fn words(&self) -> String {
        format!("{} is fitted", self.model())
    }

    /// A new instance of the model.
    ///
    /// # Errors
    /// The model does not take its settings.
    pub fn make(&self) -> Result<Box<dyn Evaluator>, EvaluationError> {
        self.handle.instance(self.settings).map(|instance| Box::new(instance) as Box<dyn Evaluator>)
    }

    /// The fit from the store of finished fits, or made now and stored.
    ///
    /// # Errors
    /// The model cannot be fitted to the data, or it was interrupted before there was anything.
    pub fn found_or_fitted(&self, options: &FitOptions, fresh: bool, watched: &Watched) -> Result<FitResult, Failure> {
        let key = store::key(self.data, self.parameters, options, self.handle.description(), self.settings);
        if let Some(result) = if fresh { None } else { store::find(&key) } {
            notice("found in the store of finished fits; `--fresh` computes it anew");
            return Ok(result);
        }
        let progress = |progress: Progress| watched.goes_on(progress.done, progress.starts);
        let result = fit(&|| self.make(), self.data, self.parameters, options, &progress);
        watched.clear();
        let result = result.map_err(|error| match error {
            EstimateError::Stopped => Failure::new("interrupted").code(exit_code::INTERRUPTED),
            other => Failure::from(other).context(format!("cannot fit `{}`", self.model())),
        })?;
        if result.converged {
            store::keep(&key, &result);
        }
        Ok(result)
    }
}

/// Every sample beside the model, units in the first line.
fn samples(result: &FitResult) -> String {
    let mut text = String::from("curve,time [s],output,data,model,standardised residual\n");
    for curve in &result.curves {
        let label = curve.label.replace('"', "\"\"");
        let columns = curve.times.iter().zip(&curve.values).zip(&curve.model).zip(&curve.residuals);
        for (((time, value), model), residual) in columns {
            // Writing to a string does not fail.
            let _ = writeln!(text, "\"{label}\",{time},{},{value},{model},{residual}", curve.output);
        }
    }
    text
}
