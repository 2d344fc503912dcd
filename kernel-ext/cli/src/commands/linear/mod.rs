//! `kovacs linear`: is a memory effect more than linear viscoelasticity?

mod staircase;

use crate::commands::fit::data::{DataOptions, Given};
use crate::failure::{Explain, Failure};
use crate::output::{aligned, print, print_json};
use crate::waiting::patiently;
use clap::Args;
use kovacs_cell::measured;
use kovacs_core::model::short_number;
use kovacs_fit::{FitError, LinearTest, LinearTestOptions, LinearVerdict, TwoStepRecord, linear_test};
use serde_json::{Value, json};

/// Test whether the second stage of two-step tests is more than linear viscoelasticity
#[derive(Args)]
#[command(after_help = "\
The stress of the first stage predicts the second one without a free parameter: what a linear material would do.
NI is rms(measured - predicted) over the height of the hump, as long as the first stage determines the prediction.
The verdict rests on another question: is there any linear material that explains both stages? A linear one is called
`not linear` in one case of twenty; `cannot be decided` says why.
A record of several holds in which the strain was measured too needs no protocol: every hold is predicted from those
before it, and the answer says how far that goes and where it fails.

Examples:
  kovacs linear oca-staircase
  kovacs linear ti-zr-hf-cu-ni-be two-step --where specimen=A
  kovacs linear record.csv --time time --stress stress --eps1 0.5% --eps2 0.3% --t-w 900s --temperature 593K --json")]
pub struct Options {
    #[command(flatten)]
    data: DataOptions,
    /// How often a linear material may be called nonlinear
    #[arg(long, value_name = "PROBABILITY", default_value_t = LinearTestOptions::default().error_rate)]
    error_rate: f64,
    /// Of a record with measured strain: error of a hold, as a part of the largest stress, that counts as a failure
    #[arg(long, value_name = "PART", default_value_t = 0.05)]
    tolerance: f64,
    /// Seed of the simulations
    #[arg(long, default_value_t = LinearTestOptions::default().seed)]
    seed: u64,
    /// Print as JSON, predictions and bands included
    #[arg(long)]
    json: bool,
}

/// Tests and prints.
///
/// # Errors
/// No such data, or none of them is a two-step test with both stages.
pub fn run(options: &Options) -> Result<(), Failure> {
    if !(options.error_rate > 0.0 && options.error_rate < 1.0) {
        return Err(Failure::usage(format!("--error-rate {} is no probability between 0 and 1", options.error_rate)));
    }
    let asked =
        LinearTestOptions { error_rate: options.error_rate, seed: options.seed, ..LinearTestOptions::default() };
    if let Some(record) = options.data.staircase()? {
        return staircase::run(&record, &options.data.name(), options.tolerance, options.json);
    }
    let tests = options.data.tests()?;
    let judged: Vec<(&Given, Result<LinearTest, FitError>)> = patiently("records are tested", || {
        tests.iter().filter_map(|given| Some((given, linear_test(&record(given)?, &asked)))).collect()
    });
    if judged.is_empty() {
        return Err(Failure::new(format!("`{}` has no two-step test of stress", options.data.name())).remedy(
            "choose a table with two-step tests, or say what was done with --eps1, --eps2, --t-w and --temperature",
        ));
    }
    if let [(given, Err(error))] = judged.as_slice() {
        return Err::<(), _>(error.clone()).doing(format!("cannot test `{}`", given.test.label));
    }
    if options.json {
        let records: Vec<Value> = judged.iter().map(|(given, judged)| as_json(given, judged)).collect();
        return print_json(&json!({ "data": options.data.name(), "error_rate": asked.error_rate, "tests": records }));
    }
    let head = ["test", "Δσ, MPa", "NI", "linear NI", "until, s", "excess p", "verdict"].map(str::to_owned).to_vec();
    let mut rows = vec![head];
    let mut reasons = String::new();
    for (given, judged) in &judged {
        let label = given.test.label.clone();
        match judged {
            Ok(test) => {
                let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
                let until = test.determined_until.map_or_else(|| "-".to_owned(), |time| format!("{time:.0}"));
                let cells = [
                    label.clone(),
                    number(test.delta_sigma),
                    number(test.nonlinearity_index),
                    number(test.linear_index),
                    until,
                    probability(test.excess.p_value),
                    test.verdict.word().to_owned(),
                ];
                rows.push(cells.to_vec());
                if let LinearVerdict::Undecided(why) = &test.verdict {
                    reasons.push_str(&format!("{label}: {}\n", why.join("; ")));
                }
            }
            Err(error) => reasons.push_str(&format!("{label}: {error}\n")),
        }
    }
    let rate = short_number(100.0 * asked.error_rate);
    print(&format!(
        "{}{reasons}A linear material is called `not linear` in {rate} % of the cases.\n",
        aligned("", &rows)
    ))
}

/// The two stages of a test of stress.
fn record(given: &Given) -> Option<TwoStepRecord> {
    let test = given.test.two_step.filter(|_| given.test.output == "stress")?;
    measured::record(&test, &given.test.curve)
}

fn probability(value: f64) -> String {
    if value < 0.001 { "< 0.001".to_owned() } else { format!("{value:.3}") }
}

fn as_json(given: &Given, judged: &Result<LinearTest, FitError>) -> Value {
    let label = &given.test.label;
    match judged {
        Err(error) => json!({ "test": label, "error": error.to_string() }),
        Ok(test) => json!({
            "test": label,
            "verdict": test.verdict.word(),
            "reasons": match &test.verdict { LinearVerdict::Undecided(reasons) => reasons.clone(), _ => Vec::new() },
            "delta_sigma_mpa": test.delta_sigma,
            "nonlinearity_index": test.nonlinearity_index,
            "linear_index": test.linear_index,
            "whole_index": test.whole_index,
            "determined_until_s": test.determined_until,
            "probability": test.excess.p_value,
            "noise_mpa": test.noise,
            "detectable_mpa": test.detectable,
            "prediction": { "time_s": test.prediction.x, "stress_mpa": test.prediction.y },
        }),
    }
}
