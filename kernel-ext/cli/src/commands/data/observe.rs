//! `kovacs data observe`: what the tests in a table show, with errors: steps, dead times, humps.

use crate::candidates;
use crate::failure::{Explain, Failure};
use crate::output::{aligned, notice, print, print_json};
use crate::quantities;
use clap::Args;
use clap_complete::ArgValueCandidates;
use kovacs_core::Origin;
use kovacs_core::replicates::Statistics;
use kovacs_core::units::{convert, parse_quantity};
use kovacs_datasets::observe::{ObservedCondition, ObservedStage, conditions, grid};
use kovacs_datasets::{Package, Registry, Table};
use serde_json::{Value, json};

/// Read humps off noisy curves: t_p and delta_sigma with errors, dead times, scatter of specimens
#[derive(Args)]
#[command(after_help = "\
Each test is read on its own; specimens of one condition are then averaged.
Time runs from the end of the second step; sigma_0 is the stress at the first sample after it, and delta_sigma counts from there.
The verdict is one of: peak; rising (a maximum, if any, lies after the last sample); no_hump (none above the noise); hidden_or_none (the stress falls from the first sample on, so a hump before it would not have been seen).
Intervals hold the truth in 95 % of the cases; how they are made is in the book, \"Humps in noisy data\".

Examples:
  kovacs data observe pvc two-step
  kovacs data observe ti-zr-hf-cu-ni-be two-step --where specimen=A
  kovacs data observe ./kovacs-data/my-staircase --dead-time 5s --json")]
pub struct Options {
    /// Name of the package, or the path of its folder
    #[arg(add = ArgValueCandidates::new(candidates::packages))]
    package: String,
    /// Name of the table; not needed where there is only one
    table: Option<String>,
    /// Keep rows with this value: a number in the unit used inside, or with a unit; may be repeated
    #[arg(long = "where", value_name = "COLUMN=VALUE", value_parser = condition)]
    conditions: Vec<(String, String)>,
    /// Columns that tell the tests apart [default: those that are not measured]
    #[arg(long, value_name = "COLUMN,...", value_delimiter = ',')]
    by: Option<Vec<String>>,
    /// Leave out samples of a stage before this time [default: none]
    #[arg(long, value_name = "TIME", value_parser = quantities::time, default_value = "0s")]
    dead_time: f64,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Reads `COLUMN=VALUE`.
///
/// # Errors
/// A sentence for the user.
pub fn condition(text: &str) -> Result<(String, String), String> {
    match text.split_once('=').map(|(name, value)| (name.trim(), value.trim())) {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("`{text}` is not of the form COLUMN=VALUE, for example `specimen=A` or `t_w=5min`")),
    }
}

/// Reads the table, observes its tests and prints them.
///
/// # Errors
/// There is no such package, table, column or row, or no test has a second stage.
pub fn run(options: &Options) -> Result<(), Failure> {
    let package = Registry::standard(&[]).find(&options.package)?;
    let mut table = table_of(&package, options.table.as_deref())?.in_internal_units()?;
    for (name, value) in &options.conditions {
        table = kept(&table, name, value)?;
    }
    let by = options.by.clone().unwrap_or_else(|| table.test_columns());
    let by: Vec<&str> = by.iter().map(String::as_str).collect();
    let stages = table.observe(&by, options.dead_time).doing(format!("cannot observe `{}`", table.label()))?;
    let conditions = conditions(&stages);
    if options.json {
        return print_json(&json!({
            "package": package.name(),
            "table": table.source().resource,
            "origin": table.origin().word(),
            "dead_time_asked_s": options.dead_time,
            "stages": stages.iter().map(stage_json).collect::<Vec<_>>(),
            "conditions": conditions.iter().map(condition_json).collect::<Vec<_>>(),
        }));
    }
    if table.origin() != Origin::Measured {
        notice(&format!("these curves are {}; nobody measured them", table.origin()));
    }
    let mut text =
        format!("{}\norigin: {}\n{}", table.label(), table.origin(), aligned("  ", &grid::humps(&table, &stages)));
    let more = [
        ("steps, from the recorded strain", grid::steps(&table, &stages)),
        ("specimens together", grid::specimens(&table, &conditions)),
    ];
    for (title, rows) in more {
        text.extend(rows.map(|rows| format!("\n{title}\n{}", aligned("  ", &rows))));
    }
    print(&text)
}

/// The table that is meant.
fn table_of(package: &Package, name: Option<&str>) -> Result<Table, Failure> {
    if let Some(name) = name {
        return Ok(package.table(name)?);
    }
    match package.resources().as_slice() {
        [only] => Ok(package.table(only)?),
        several => Err(Failure::usage(format!("`{}` has the tables {}", package.name(), several.join(", ")))
            .remedy(format!("name one of them: `kovacs data observe {} TABLE`", package.name()))),
    }
}

/// Rows with this value, a number with or without a unit, or a word.
///
/// # Errors
/// There is no such column or row, or the unit does not fit.
pub fn kept(table: &Table, name: &str, value: &str) -> Result<Table, Failure> {
    let Ok(unit) = table.unit(name) else { return Ok(table.where_text(name, value)?) };
    let number = match value.parse::<f64>() {
        Ok(number) => number,
        Err(_) => parse_quantity(value)
            .and_then(|(number, given)| convert(number, given, unit))
            .map_err(|error| Failure::usage(format!("--where {name}={value}: {error}")))?,
    };
    Ok(table.where_number(name, number)?)
}

fn stage_json(stage: &ObservedStage) -> Value {
    let hump = &stage.hump;
    let keys: serde_json::Map<String, Value> =
        stage.keys.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({
        "test": keys,
        "strain_before": stage.strains.map(|strains| strains.0),
        "strain": stage.strains.map(|strains| strains.1),
        "waited_s": stage.waited,
        "ramp_rate_per_s": stage.ramp_rate.map(|rate| rate.0),
        "ramp_rate_error_per_s": stage.ramp_rate.and_then(|rate| rate.1),
        "first_sample_s": hump.dead_time,
        "dead_time_interval_s": stage.dead_time,
        "last_sample_s": hump.last,
        "noise_mpa": hump.noise,
        "sigma_0_mpa": hump.sigma_0,
        "sigma_0_error_mpa": hump.sigma_0_error,
        "verdict": hump.verdict().word(),
        "t_p_s": hump.hump.t_p(),
        "t_p_error_s": hump.t_p_error(),
        "t_p_interval_s": [hump.t_p_interval.0, hump.t_p_interval.1],
        "rise_mpa": hump.rise,
        "delta_sigma_mpa": hump.hump.delta_sigma(),
        "delta_sigma_error_mpa": hump.delta_sigma_error,
        "delta_sigma_interval_mpa": hump.delta_sigma_interval(),
    })
}

fn condition_json(condition: &ObservedCondition) -> Value {
    let keys: serde_json::Map<String, Value> =
        condition.keys.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let statistics = |found: Option<Statistics>| {
        found.map(|found| {
            json!({
                "mean": found.mean, "standard_deviation": found.standard_deviation,
                "standard_error": found.standard_error, "number": found.number,
            })
        })
    };
    json!({
        "test": keys,
        "strain_before": condition.strains.map(|strains| strains.0),
        "strain": condition.strains.map(|strains| strains.1),
        "stages": condition.stages,
        "t_p_s": statistics(condition.t_p),
        "delta_sigma_mpa": statistics(condition.delta_sigma),
    })
}
