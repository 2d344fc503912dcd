//! `kovacs data query`: a question in SQL over all packages, answered as text, JSON, csv or a file.

use crate::commands::data::shown::{self, Form};
use crate::failure::Failure;
use crate::waiting::patiently;
use clap::Args;
use kovacs_datasets::{ExportFormat, Registry, Table, export_to};
use std::path::PathBuf;

/// Answer a question about all data packages, in SQL
#[derive(Args)]
#[command(after_help = "\
Tables are \"package.table\" in double quotes, the same with `_` for `-` and `.` (pvc_two_step), and `curves`: all tables
with time and stress, with the package as a column. `select * from` may be left out. Numbers are in s, K, MPa and strain as
a fraction, or say their unit. The answer keeps units; a computed column is given one by its name.

Examples:
  kovacs data query \"curves where glass = 'PVC' and t_w > 100\"
  kovacs data query \"select eps2, mean(stress), std(stress) from curves where t_w = 15 min group by eps2\"
  kovacs data query 'select time, stress / strain as \"modulus [GPa]\" from \"pvc.two-step\"' --csv
  kovacs data query \"pvc_two_step where eps2 = 0.3 %\" --out pvc.xlsx")]
pub struct Options {
    /// The question
    #[arg(value_name = "SQL")]
    question: String,
    /// Rows of the answer, at most
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Print as JSON
    #[arg(long, conflicts_with_all = ["csv", "out"])]
    json: bool,
    /// Print as csv, units in the headings
    #[arg(long, conflicts_with = "out")]
    csv: bool,
    /// Write into a file; the ending says the format: csv, xlsx, parquet, arrow, gr
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Fold lines of text at this many characters; the width of the terminal if not given
    #[arg(long, value_name = "N")]
    width: Option<usize>,
}

/// Answers.
///
/// # Errors
/// The question cannot be understood or answered, or the answer cannot be written.
pub fn run(options: &Options) -> Result<(), Failure> {
    let answer = patiently("reading packages", || {
        let table = Registry::standard(&[]).query(&options.question)?;
        options.limit.map_or(Ok(table.clone()), |limit| table.head(limit))
    })?;
    match &options.out {
        Some(file) => save(&answer, file),
        None => {
            let form = match (options.json, options.csv) {
                (true, _) => Form::Json,
                (_, true) => Form::Csv,
                _ => Form::Text { rows: options.limit, width: options.width },
            };
            shown::show(&answer, form)
        }
    }
}

fn save(answer: &Table, file: &std::path::Path) -> Result<(), Failure> {
    export_to(answer, ExportFormat::of_file(file)?, file)?;
    shown::say_origin(answer);
    crate::output::notice(&format!("{} rows in `{}`", answer.rows(), file.display()));
    Ok(())
}
