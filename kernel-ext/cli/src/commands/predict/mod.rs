//! `kovacs predict`: one model, one protocol, from the shell.
//!
//! The model runs as the plugin that a notebook would load, and the observables come from the one function that cells
//! and tests call too, so the numbers here are theirs.

mod asked;
mod curve;

use crate::commands::model::number;
use crate::failure::{Explain, Failure};
use crate::output::{aligned, notice, print, print_json};
use crate::quantities;
use asked::Asked;
use clap::Args;
use kovacs_core::model::ModelDescription;
use kovacs_core::second_stage::observe_protocol;
use kovacs_core::toml_form::ProtocolForm;
use kovacs_core::units::{convert, parse_quantity, parse_unit};
use kovacs_core::{SecondStage, observe_second_stage};
use kovacs_host::{ModelHandle, Models};
use serde::{Serialize, Serializer};
use std::path::PathBuf;

/// Predict the second stage of a two-step test: is there a hump, when, and how high
#[derive(Args)]
#[command(after_help = "\
Without --glass the parameters have their default values.
With one of the paper's glasses (ti-zr-hf-cu-ni-be, fe-zr-b, pvc) what is not given is as printed there.
--temperature changes the temperature of the test; the parameters stay those of the glass.

Examples:
  kovacs predict aoi --glass ti-zr-hf-cu-ni-be
  kovacs predict kww --glass pvc --eps1 0.5% --eps2 0.3% --t-w 300s --temperature 318K --json
  kovacs predict kww --glass pvc --param relaxation_time=1h --ramp 0.15s --csv curve.csv
  kovacs predict prony --glass fe-zr-b --protocol test.toml")]
pub struct Options {
    /// Name of the model: kww, prony, aoi, ... (`-` may stand for `_`)
    model: String,
    /// Parameter set of the model: the glass
    #[arg(long)]
    glass: Option<String>,
    /// Strain of the first stage
    #[arg(long, value_name = "STRAIN", value_parser = quantities::strain, allow_hyphen_values = true)]
    eps1: Option<f64>,
    /// Strain of the second stage
    #[arg(long, value_name = "STRAIN", value_parser = quantities::strain, allow_hyphen_values = true)]
    eps2: Option<f64>,
    /// Waiting time in the first stage
    #[arg(long, value_name = "TIME", value_parser = quantities::time)]
    t_w: Option<f64>,
    /// Temperature
    #[arg(long, value_name = "TEMPERATURE", value_parser = quantities::temperature)]
    temperature: Option<f64>,
    /// Duration of the second stage [default: 1000 t_w, at least 1e5 s]
    #[arg(long, value_name = "TIME", value_parser = quantities::time)]
    duration: Option<f64>,
    /// Duration of the loading ramp; unloading has the same rate [default: exact steps]
    #[arg(long, value_name = "TIME", value_parser = quantities::time)]
    ramp: Option<f64>,
    /// Time from the second step to the first sample [default: 0 s]
    #[arg(long, value_name = "TIME", value_parser = quantities::time)]
    dead_time: Option<f64>,
    /// Protocol from a TOML file instead of the options above
    #[arg(long, value_name = "FILE", conflicts_with_all = ["eps1", "eps2", "t_w", "temperature", "duration", "ramp"])]
    protocol: Option<PathBuf>,
    /// Value of one parameter, in the model's unit or with its own; may be repeated
    #[arg(long = "param", value_name = "ID=VALUE", value_parser = assignment)]
    parameters: Vec<(String, String)>,
    /// Write the whole curve: time (s), strain (1), stress (MPa)
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=').map(|(id, value)| (id.trim(), value.trim())) {
        Some((id, value)) if !id.is_empty() && !value.is_empty() => Ok((id.to_owned(), value.to_owned())),
        _ => Err(format!("`{text}` is not of the form id=value, for example `unrelaxed_modulus=90000`")),
    }
}

/// What is printed with `--json`. Times in s, stresses in MPa; `null` where there is none.
#[derive(Serialize)]
struct Prediction<'a> {
    kind: &'static str,
    t_p_s: Option<f64>,
    delta_sigma_mpa: Option<f64>,
    sigma_0_mpa: f64,
    sigma_tw_mpa: f64,
    model: &'a str,
    version: &'a str,
    digest: &'a str,
    parameters: Parameters<'a>,
}

/// Id, value and unit of every parameter, in the model's order.
struct Parameters<'a>(Vec<(&'a str, f64, &'a str)>);

#[derive(Serialize)]
struct WithUnit<'a> {
    value: f64,
    unit: &'a str,
}

impl Serialize for Parameters<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|&(id, value, unit)| (id, WithUnit { value, unit })))
    }
}

/// Predicts and prints.
///
/// # Errors
/// No such model, glass or parameter; an impossible protocol; a model that refuses or breaks; a file that cannot be
/// read or written.
pub fn run(options: &Options) -> Result<(), Failure> {
    let handle = Models::discover().load(&options.model).doing("cannot load the model")?;
    let description = handle.description();
    let (parameters, settings) = values(options, description)?;
    let asked = asked::read(options)?;
    for warning in handle.warnings() {
        notice(&format!("warning: {warning}"));
    }
    let doing = || format!("cannot predict with `{}`", description.short_id());
    let mut instance = handle.instance(&settings).doing(doing())?;
    let stage = match &asked.form {
        ProtocolForm::TwoStep(test) => observe_second_stage(&mut instance, &parameters, test),
        ProtocolForm::Segments(protocol) => observe_protocol(&mut instance, &parameters, protocol, asked.dead_time),
    };
    let stage = stage.doing(doing()).map_err(|failure| {
        failure.remedy(format!("`kovacs model info {}` shows what it accepts", description.short_id()))
    })?;
    if let Some(file) = &options.csv {
        let table = curve::sample(&mut instance, &parameters, &asked.form).doing(doing())?;
        kovacs_runner::replace_file(file, table.as_bytes())?;
    }
    let named = Parameters(
        description
            .parameters
            .iter()
            .zip(&parameters)
            .map(|(quantity, &value)| (quantity.id.as_str(), value, quantity.unit.as_str()))
            .collect(),
    );
    if options.json {
        return print_json(&Prediction {
            kind: stage.hump.kind(),
            t_p_s: stage.t_p(),
            delta_sigma_mpa: stage.delta_sigma(),
            sigma_0_mpa: stage.sigma_0,
            sigma_tw_mpa: stage.sigma_tw,
            model: description.short_id(),
            version: &description.version,
            digest: handle.digest(),
            parameters: named,
        });
    }
    print(&sheet(options, &handle, &asked, &stage, &named))
}

/// Parameters and settings: defaults or those of the glass, then what the command line sets.
fn values(options: &Options, description: &ModelDescription) -> Result<(Vec<f64>, Vec<f64>), Failure> {
    let model = description.short_id();
    let (mut parameters, settings) = match &options.glass {
        None => (description.defaults(), Vec::new()),
        Some(glass) => {
            let preset = description.preset(glass).ok_or_else(|| {
                let known: Vec<String> = description.presets.iter().map(|set| format!("`{}`", set.id)).collect();
                Failure::new(format!("model `{model}` has no parameter set `{glass}`; it has {}", known.join(", ")))
                    .remedy("name one of these, or leave out --glass and set parameters with --param")
            })?;
            (preset.parameters.clone(), preset.settings.clone().unwrap_or_default())
        }
    };
    for (id, text) in &options.parameters {
        let Some(index) = description.parameter(id) else {
            let known: Vec<String> = description.parameters.iter().map(|known| format!("`{}`", known.id)).collect();
            return Err(Failure::new(format!("model `{model}` has no parameter `{id}`; it has {}", known.join(", "))));
        };
        if let (Some(slot), Some(quantity)) = (parameters.get_mut(index), description.parameters.get(index)) {
            *slot = value_in(text, &quantity.unit)
                .map_err(|reason| Failure::usage(format!("parameter `{id}` of model `{model}`: {reason}")))?;
        }
    }
    Ok((parameters, settings))
}

/// A number in this unit: bare, or with a unit that is converted.
fn value_in(text: &str, unit: &str) -> Result<f64, String> {
    if let Ok(value) = text.parse::<f64>() {
        return if value.is_finite() { Ok(value) } else { Err(format!("`{text}` is not a finite number")) };
    }
    let (value, given) = parse_quantity(text).map_err(|error| error.to_string())?;
    let wanted = parse_unit(unit).map_err(|_| format!("give `{text}` as a bare number in {unit}"))?;
    convert(value, given, wanted).map_err(|error| error.to_string())
}

fn sheet(
    options: &Options,
    handle: &ModelHandle,
    asked: &Asked,
    stage: &SecondStage,
    parameters: &Parameters<'_>,
) -> String {
    let about = handle.description();
    let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
    let set = match options.glass.as_ref().and_then(|glass| about.preset(glass)) {
        Some(preset) => format!("parameter set {} ({})", preset.id, preset.origin),
        None => "default parameters".to_owned(),
    };
    let mut text = format!("{} {} ({}), {set}\n{}\n", about.short_id(), about.version, about.name, asked.words());
    if !asked.from_paper.is_empty() {
        text.push_str(&format!("as printed in the paper for this glass: {}\n", asked.from_paper.join(", ")));
    }
    let shown = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |value| value.to_string());
    let rows = [
        row(["kind", stage.hump.kind(), ""]),
        row(["t_p", &shown(stage.t_p()), "s"]),
        row(["delta_sigma", &shown(stage.delta_sigma()), "MPa"]),
        row(["sigma_0", &stage.sigma_0.to_string(), "MPa"]),
        row(["sigma(t_w)", &stage.sigma_tw.to_string(), "MPa"]),
    ];
    text.push_str(&format!("\n{}\nparameters\n", aligned("  ", &rows)));
    let rows: Vec<Vec<String>> =
        parameters.0.iter().map(|(id, value, unit)| row([id, &number(*value), unit])).collect();
    text.push_str(&aligned("  ", &rows));
    text.push_str(&format!("\nlibrary {}\nsha256  {}\n", handle.path().display(), handle.digest()));
    if let Some(file) = &options.csv {
        text.push_str(&format!("curve   {}\n", file.display()));
    }
    text
}
