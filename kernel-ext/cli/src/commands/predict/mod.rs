//! `kovacs predict`: one model, one protocol, from the shell.
//!
//! The model runs as the plugin that a notebook would load, and the observables come from the functions that cells and
//! tests call too, so the numbers here are theirs.

mod asked;
mod attended;
mod curve;
mod recovery;
mod sheet;
mod stages;
mod thermal;
pub mod values;

use crate::candidates;
use crate::commands::model;
use crate::commands::two_step::TestOptions;
use crate::failure::{Explain, Failure};
use crate::output::notice;
use crate::quantities;
use attended::Attended;
use clap::Args;
use clap_complete::ArgValueCandidates;
use kovacs_core::Protocol;
use kovacs_core::thermal_kovacs::ThermalKovacs;
use kovacs_host::{ModelHandle, Models};
use std::path::PathBuf;

/// Predict the memory hump of a two-step test, a recovery, a thermal test, or any protocol with one model
#[derive(Args)]
#[command(after_help = "\
Without --glass the parameters have their default values.
With one of the paper's glasses (ti-zr-hf-cu-ni-be, fe-zr-b, pvc) what is not given is as printed there.
--temperature changes the temperature of the test; the parameters stay those of the glass.
A protocol file with more than two steps gives the hump after each of them.
Runs that take longer show how far they are; Ctrl-C ends them.

Examples:
  kovacs predict aoi --glass ti-zr-hf-cu-ni-be
  kovacs predict kww --glass pvc --eps1 0.5% --eps2 0.3% --t-w 300s --temperature 318K --json
  kovacs predict kww --glass pvc --param relaxation_time=1h --ramp 0.15s --csv curve.csv
  kovacs predict prony --glass fe-zr-b --protocol test.toml
  kovacs predict soft-domain --glass ti-zr-hf-cu-ni-be --recovery --t-w 1h
  kovacs predict tnm --glass pvac --thermal \"40C; 10C for 101.4h; 30C for 1000h\"
  kovacs predict tnm --glass pvac --thermal \"40C; 10C until equal; 30C for 1000h\" --csv curve.csv")]
pub struct Options {
    /// Name of the model: kww, prony, aoi, tnm, soft-domain, ... (`-` may stand for `_`)
    #[arg(add = ArgValueCandidates::new(candidates::models))]
    model: String,
    /// Parameter set of the model: the glass
    #[arg(long)]
    glass: Option<String>,
    #[command(flatten)]
    test: TestOptions,
    /// Duration of the second stage [default: 1000 t_w, at least 1e5 s], or of the recovery [default: 3e4 s]
    #[arg(long, value_name = "TIME", value_parser = quantities::time)]
    duration: Option<f64>,
    /// Time from the last step to the first sample [default: 0 s; the fit of a recovery begins at 0.01 s]
    #[arg(long, value_name = "TIME", value_parser = quantities::time)]
    dead_time: Option<f64>,
    /// Hold --eps1 for --t-w, then take the stress away: how much strain comes back, and how fast
    #[arg(long, conflicts_with_all = ["eps2", "ramp", "protocol"])]
    recovery: bool,
    /// Thermal test instead of a mechanical one: equilibrium, stages, last stage, as in "40C; 10C for 101.4h; 30C for 1000h"
    #[arg(
        long,
        value_name = "TEST",
        conflicts_with_all = ["eps1", "eps2", "t_w", "temperature", "duration", "ramp", "dead_time", "recovery", "protocol"]
    )]
    thermal: Option<ThermalKovacs>,
    /// Protocol from a TOML file instead of the options above
    #[arg(long, value_name = "FILE", conflicts_with_all = ["eps1", "eps2", "t_w", "temperature", "duration", "ramp"])]
    protocol: Option<PathBuf>,
    /// Value of one parameter, in the model's unit or with its own; may be repeated
    #[arg(long = "param", value_name = "ID=VALUE", value_parser = values::assignment)]
    parameters: Vec<(String, String)>,
    /// Value of one setting of the model, such as its steps per decade; may be repeated
    #[arg(long = "setting", value_name = "ID=VALUE", value_parser = values::assignment)]
    settings: Vec<(String, String)>,
    /// Seed of a model with chance in it: the same seed gives the same curve [default: 0]
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Threads a model may use [default: one per processor]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    threads: Option<u32>,
    /// Approve the model's library, if nobody has done that
    #[arg(long)]
    trust: bool,
    /// Write the whole curve: time and every output of the model, units in the first line
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// A model that is ready to run, and what it runs with.
struct Ready {
    handle: ModelHandle,
    evaluator: Attended,
    parameters: Vec<f64>,
}

/// Predicts and prints.
///
/// # Errors
/// No such model, glass, parameter or setting; an impossible protocol; a model that refuses or breaks; a file that
/// cannot be read or written; an interrupted run.
pub fn run(options: &Options) -> Result<(), Failure> {
    let handle = load(options)?;
    let description = handle.description();
    if options.thermal.is_none() && description.output("stress").is_none() {
        let what = format!("model `{}` gives no stress, so there is no mechanical test of it", description.short_id());
        return Err(
            Failure::usage(what).remedy("give a thermal test, `--thermal \"40C; 10C for 101.4h; 30C for 1000h\"`")
        );
    }
    let values::Values { parameters, settings } = values::read(options, description)?;
    for warning in handle.warnings() {
        notice(&format!("warning: {warning}"));
    }
    let instance = handle.instance(&settings).doing(format!("cannot predict with `{}`", description.short_id()))?;
    let evaluator = Attended::new(instance, options)?;
    let mut ready = Ready { handle, evaluator, parameters };
    match &options.thermal {
        Some(test) => thermal::run(options, test, &mut ready),
        None if options.recovery => recovery::run(options, &mut ready),
        None => stages::run(options, &mut ready),
    }
}

/// The model of this name; `tnm` under prescribed strain is its strain-driven form.
fn load(options: &Options) -> Result<ModelHandle, Failure> {
    let models = Models::discover();
    let strained = options.thermal.is_none() && options.model == "tnm";
    let name = if strained { "tnm_strain" } else { options.model.as_str() };
    model::load(&models, name, options.trust.then_some("kovacs predict --trust"))
}

/// Writes the whole curve if it is wanted.
fn write_curve(options: &Options, ready: &mut Ready, protocol: &Protocol) -> Result<(), Failure> {
    let Some(file) = &options.csv else { return Ok(()) };
    let table = curve::sample(&mut ready.evaluator, &ready.parameters, protocol)
        .map_err(|error| ready.evaluator.failure(error))?;
    kovacs_runner::replace_file(file, table.as_bytes())?;
    Ok(())
}
