//! `kovacs findings`: which model reproduces which finding of the paper, computed now.

use crate::failure::{Explain, Failure};
use crate::interrupt::Interrupts;
use crate::output::{aligned, print, print_json};
use crate::waiting::Waiting;
use clap::Args;
use kovacs_core::glasses::{GLASSES, Glass, glass};
use kovacs_fit::FitError;
use kovacs_fit::findings::{Column, FINDINGS, Subject, judge_all, markdown};
use kovacs_host::Models;
use kovacs_runner::exit_code;
use std::sync::Mutex;

/// The models of the table, in its order: linear theory first.
const MODELS: [&str; 4] = ["kww", "aoi", "tnm_strain", "soft_domain"];

/// Which model reproduces which finding of the paper
#[derive(Args)]
#[command(after_help = "\
Every model goes through the same series of tests with its own parameter set of the glass.
Each verdict is followed by the numbers it rests on; the criteria are in the book, \"Which model reproduces what\".
Any model that has a parameter set for the glass can be judged, also one of your own.

Examples:
  kovacs findings --glass ti-zr-hf-cu-ni-be
  kovacs findings --model kww --model soft-domain --json")]
pub struct Options {
    /// Glass; may be repeated [default: the paper's three]
    #[arg(long = "glass", value_name = "GLASS")]
    glasses: Vec<String>,
    /// Model; may be repeated [default: kww, aoi, tnm_strain, soft_domain]
    #[arg(long = "model", value_name = "MODEL")]
    models: Vec<String>,
    /// Print as JSON: every verdict with its numbers
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print as Markdown
    #[arg(long)]
    markdown: bool,
}

/// Computes the tables and prints them.
///
/// # Errors
/// No such model or glass, a model without a parameter set for the glass, a model that breaks, or an interrupted run.
pub fn run(options: &Options) -> Result<(), Failure> {
    let glasses = glasses(&options.glasses)?;
    let subjects = subjects(&options.models, &glasses)?;
    let interrupts = Interrupts::listen()?;
    let waiting = Mutex::new(Waiting::new("models are tested"));
    let progress = |fraction: f64| {
        if let Ok(waiting) = waiting.lock() {
            waiting.show(fraction);
        }
        !interrupts.requested()
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let columns = judge_all(subjects, threads, &progress);
    if let Ok(waiting) = waiting.lock() {
        waiting.clear();
    }
    let columns = columns.map_err(|error| match error {
        FitError::Stopped => Failure::new("interrupted").code(exit_code::INTERRUPTED),
        other => Failure::from(other).context("cannot judge the models"),
    })?;
    if options.json {
        return print_json(&columns);
    }
    let mut text = String::new();
    for glass in glasses {
        let own: Vec<Column> = columns.iter().filter(|column| column.glass == glass.id).cloned().collect();
        if options.markdown {
            text.push_str(&format!("### {}\n\n{}\n", glass.id, markdown(&own)));
        } else {
            text.push_str(&page(&glass, &own));
        }
    }
    print(&text)
}

fn glasses(ids: &[String]) -> Result<Vec<Glass>, Failure> {
    if ids.is_empty() {
        return Ok(GLASSES.to_vec());
    }
    let known = || GLASSES.map(|glass| format!("`{}`", glass.id)).join(", ");
    ids.iter()
        .map(|id| {
            glass(id).copied().ok_or_else(|| Failure::usage(format!("there is no glass `{id}`; there are {}", known())))
        })
        .collect()
}

/// One instance for each model and glass.
fn subjects(ids: &[String], glasses: &[Glass]) -> Result<Vec<Subject>, Failure> {
    let models = Models::discover();
    let ids: Vec<&str> = if ids.is_empty() { MODELS.to_vec() } else { ids.iter().map(String::as_str).collect() };
    let mut subjects = Vec::new();
    for glass in glasses {
        for id in &ids {
            let handle = models.load(id).doing("cannot load the model")?;
            let Some(preset) = handle.description().preset(glass.id) else {
                let what = format!("model `{id}` has no parameter set for the glass `{}`", glass.id);
                return Err(Failure::new(what).remedy("choose another glass with --glass, or add the set to the model"));
            };
            let settings = preset.settings.clone().unwrap_or_default();
            let instance = handle.instance(&settings).doing(format!("cannot make `{id}`"))?;
            let parameters = preset.parameters.clone();
            subjects.push(Subject { evaluator: Box::new(instance), parameters, glass: *glass });
        }
    }
    Ok(subjects)
}

/// The table and the reasons, for a terminal.
fn page(glass: &Glass, columns: &[Column]) -> String {
    let head = std::iter::once(String::new()).chain(columns.iter().map(|column| column.model.clone()));
    let mut rows: Vec<Vec<String>> = vec![head.collect()];
    for (row, (_, words)) in FINDINGS.iter().enumerate() {
        let verdicts = columns.iter().map(|column| column.findings.get(row).map_or("", |found| found.verdict.word()));
        rows.push(std::iter::once(*words).chain(verdicts).map(str::to_owned).collect());
    }
    let mut text = format!("{} ({})\n{}", glass.label, glass.id, aligned("  ", &rows));
    for (row, (_, words)) in FINDINGS.iter().enumerate() {
        text.push_str(&format!("\n{words}\n"));
        let reasons = columns.iter().filter_map(|column| {
            let found = column.findings.get(row)?;
            Some(vec![column.model.clone(), found.verdict.word().to_owned(), found.reason.clone()])
        });
        text.push_str(&aligned("  ", &reasons.collect::<Vec<_>>()));
    }
    text.push('\n');
    text
}
