//! `kovacs fit`: parameters of a model from data, with their errors and what the data do not determine.
//!
//! The descriptive form `double-kww` is fitted to curves as they are; every other name is a model, whose history is
//! simulated with its ramps and the dead time of the data.

pub mod data;
mod descriptive;
pub mod search;
mod store;

use crate::candidates;
use crate::commands::model;
use crate::commands::predict::values::value_of;
use crate::failure::{Explain, Failure};
use crate::interrupt::Interrupts;
use crate::output::{notice, print, print_json};
use crate::waiting::Waiting;
use clap::Args;
use clap_complete::ArgValueCandidates;
use data::DataOptions;
use kovacs_core::model::{Evaluator, ModelDescription};
use kovacs_fit::estimate::{
    Correlations, EstimateError, FitData, FitOptions, FitResult, Loss, Parameters, Progress, fit,
};
use kovacs_host::{ModelHandle, Models};
use kovacs_runner::exit_code;
use search::SearchOptions;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Mutex;

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
    /// Parameter set to start from [default: that of the glass of the data, if the model has one]
    #[arg(long)]
    glass: Option<String>,
    /// Value to start from, in the model's unit or with its own; may be repeated
    #[arg(long = "param", value_name = "ID=VALUE", value_parser = crate::commands::predict::values::assignment)]
    starts_from: Vec<(String, String)>,
    /// Fit these parameters and hold the others
    #[arg(long, value_name = "ID,...", value_delimiter = ',')]
    free: Vec<String>,
    /// Hold a parameter where it starts, or at a value; may be repeated
    #[arg(long, value_name = "ID[=VALUE]")]
    fix: Vec<String>,
    /// Bounds of a parameter, in the model's unit; may be repeated
    #[arg(long, value_name = "ID=LOW:HIGH", value_parser = bounds)]
    bounds: Vec<(String, f64, f64)>,
    /// Make a parameter a multiple of another one, `relaxed_modulus=0.5*unrelaxed_modulus`; may be repeated
    #[arg(long, value_name = "ID=FACTOR*OTHER", value_parser = tie)]
    tie: Vec<(String, f64, String)>,
    /// Let every glass have its own value of these parameters
    #[arg(long, value_name = "ID,...", value_delimiter = ',')]
    per_glass: Vec<String>,
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

fn bounds(text: &str) -> Result<(String, f64, f64), String> {
    let wrong = || format!("`{text}` is not ID=LOW:HIGH, for example `stretching_exponent=0.2:0.8`");
    let (id, range) = text.split_once('=').ok_or_else(wrong)?;
    let (low, high) = range.split_once(':').ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse::<f64>().map_err(|_| wrong());
    Ok((id.trim().to_owned(), number(low)?, number(high)?))
}

fn tie(text: &str) -> Result<(String, f64, String), String> {
    let wrong = || format!("`{text}` is not ID=FACTOR*OTHER, for example `relaxed_modulus=0.5*unrelaxed_modulus`");
    let (id, rest) = text.split_once('=').ok_or_else(wrong)?;
    let (factor, other) = rest.split_once('*').unwrap_or(("1", rest));
    Ok((id.trim().to_owned(), factor.trim().parse().map_err(|_| wrong())?, other.trim().to_owned()))
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
    if !options.data.has_protocol() {
        return Err(Failure::usage(format!("nobody says what was done to the sample of `{}`", options.data.name()))
            .remedy("give --eps1, --eps2, --t-w and --temperature or a --protocol; `--model double-kww` needs none"));
    }
    let observed = options.data.observations(&tests)?;
    let handle = load(&options.model, options.trust, "kovacs fit --trust")?;
    let glass = options.glass.clone().or_else(|| {
        let glass = tests.first()?.glass.clone()?;
        handle.description().preset(&glass).map(|preset| preset.id.clone())
    });
    let (parameters, settings) = parameters(options, handle.description(), glass.as_deref())?;
    let fit_options =
        FitOptions { loss: options.loss, correlations: correlations(options.correlated), ..options.search.fit() };
    let key = store::key(&observed, &parameters, &fit_options, handle.description(), &settings);
    let stored = if options.fresh { None } else { store::find(&key) };
    let result = match stored {
        Some(result) => {
            notice("found in the store of finished fits; `--fresh` computes it anew");
            result
        }
        None => {
            let result = fitted(&handle, &settings, &observed, &parameters, &fit_options)?;
            if result.converged {
                store::keep(&key, &result);
            }
            result
        }
    };
    if let Some(file) = &options.csv {
        kovacs_runner::replace_file(file, samples(&result).as_bytes())?;
    }
    if options.json {
        return print_json(&result);
    }
    let from = glass.map_or_else(|| "the model's defaults".to_owned(), |glass| format!("its parameter set `{glass}`"));
    print(&format!("{} tests of {}, starting from {from}\n{result}", tests.len(), options.data.name()))
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

/// Roles of the parameters, and the settings.
fn parameters(
    options: &Options,
    description: &ModelDescription,
    glass: Option<&str>,
) -> Result<(Parameters, Vec<f64>), Failure> {
    let model = description.short_id();
    let (mut values, settings) = match glass {
        None => (description.defaults(), Vec::new()),
        Some(glass) => {
            let preset = description.preset(glass).ok_or_else(|| {
                let known: Vec<&str> = description.presets.iter().map(|preset| preset.id.as_str()).collect();
                Failure::usage(format!("model `{model}` has no parameter set `{glass}`; it has {}", known.join(", ")))
                    .remedy("name one of these, or set starts with --param")
            })?;
            (preset.parameters.clone(), preset.settings.clone().unwrap_or_default())
        }
    };
    let value = |id: &str, text: &str| -> Result<f64, Failure> {
        match description.parameter(id) {
            Some(index) => value_of(&description.parameters[index], text)
                .map_err(|reason| Failure::usage(format!("parameter `{id}` of model `{model}`: {reason}"))),
            // The roles know the names and say which one was meant.
            None => Ok(f64::NAN),
        }
    };
    let doing = || format!("cannot fit `{model}`");
    for (id, text) in &options.starts_from {
        let number = value(id, text)?;
        if let Some(index) = description.parameter(id) {
            values[index] = number;
        }
    }
    let mut parameters = Parameters::new(description, &values).doing(doing())?;
    for (id, text) in &options.starts_from {
        parameters = parameters.from_value(id, value(id, text)?).doing(doing())?;
    }
    if !options.free.is_empty() {
        let free: Vec<&str> = options.free.iter().map(String::as_str).collect();
        parameters = parameters.only(&free).doing(doing())?;
    }
    for (id, low, high) in &options.bounds {
        parameters = parameters.between(id, *low, *high).doing(doing())?;
    }
    for id in &options.per_glass {
        parameters = parameters.per_group(id).doing(doing())?;
    }
    for text in &options.fix {
        let (id, at) = match text.split_once('=') {
            Some((id, text)) => (id.trim(), Some(value(id.trim(), text.trim())?)),
            None => (text.trim(), None),
        };
        parameters = parameters.fix(id, at).doing(doing())?;
    }
    for (id, factor, other) in &options.tie {
        parameters = parameters.tie(id, other, *factor).doing(doing())?;
    }
    Ok((parameters, settings))
}

/// Fits with a bar and Ctrl-C.
fn fitted(
    handle: &ModelHandle,
    settings: &[f64],
    data: &FitData,
    parameters: &Parameters,
    options: &FitOptions,
) -> Result<FitResult, Failure> {
    let model = handle.description().short_id();
    let interrupts = Interrupts::listen()?;
    let waiting = Mutex::new(Waiting::new(format!("{model} is fitted")));
    let progress = |progress: Progress| {
        if let Ok(waiting) = waiting.try_lock() {
            waiting.show(progress.done as f64 / progress.starts.max(1) as f64);
        }
        !interrupts.requested()
    };
    let make = || handle.instance(settings).map(|instance| Box::new(instance) as Box<dyn Evaluator>);
    let result = fit(&make, data, parameters, options, &progress);
    if let Ok(waiting) = waiting.lock() {
        waiting.clear();
    }
    result.map_err(|error| match error {
        EstimateError::Stopped => Failure::new("interrupted").code(exit_code::INTERRUPTED),
        other => Failure::from(other).context(format!("cannot fit `{model}`")),
    })
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
