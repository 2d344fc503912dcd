//! `kovacs data validate`: everything that is wrong with packages, each with its place and what to do.

use crate::failure::Failure;
use crate::output::{aligned, print, print_json};
use crate::waiting::Waiting;
use clap::Args;
use kovacs_datasets::{DatasetError, FINDINGS_LISTED, Registry, Validation, is_path, packages_in, validate};
use kovacs_runner::exit_code;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Read every table of packages and check digests, units, cells and protocols
#[derive(Args)]
#[command(after_help = "\
A folder of packages stands for all in it. Exit code 1 if anything is wrong.

Examples:
  kovacs data validate pvc
  kovacs data validate ./kovacs-data
  kovacs data validate ./kovacs-data/my-curves pvc --json")]
pub struct Options {
    /// Names of packages, folders of packages, or folders with packages in them
    #[arg(required = true, value_name = "PACKAGE")]
    packages: Vec<String>,
    /// How many findings to list of one package
    #[arg(long, value_name = "N", default_value_t = FINDINGS_LISTED)]
    most: usize,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Checks and shows what was found; gives the exit code.
///
/// # Errors
/// No package has a name that was given, or nothing can be printed.
pub fn run(options: &Options) -> Result<u8, Failure> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for package in &options.packages {
        folders.extend(folders_of(package)?);
    }
    let waiting = Waiting::new("checking packages");
    let total = folders.len() as f64;
    let mut checked = Vec::with_capacity(folders.len());
    for (done, folder) in folders.iter().enumerate() {
        waiting.show(done as f64 / total);
        checked.push(validate(folder, options.most));
    }
    waiting.clear();
    let sound = checked.iter().all(Validation::is_sound);
    if options.json {
        let packages: Vec<Value> = checked.iter().map(as_json).collect();
        print_json(&json!({"valid": sound, "packages": packages}))?;
    } else {
        print(&checked.iter().map(as_text).collect::<String>())?;
    }
    Ok(if sound { exit_code::OK } else { exit_code::CELL_FAILED })
}

/// The folders that a word on the command line stands for. A damaged package is found by its name too.
fn folders_of(package: &str) -> Result<Vec<PathBuf>, Failure> {
    if is_path(package) {
        let found = packages_in(Path::new(package));
        // A folder without a descriptor is told of as what it is, a damaged package.
        return Ok(if found.is_empty() { vec![PathBuf::from(package)] } else { found });
    }
    let registry = Registry::standard(&[]);
    match registry.open(package) {
        Ok(found) => Ok(vec![found.folder().to_path_buf()]),
        Err(error @ DatasetError::UnknownPackage { .. }) => Err(error.into()),
        Err(error) => {
            let mut listed = registry.list().into_iter().filter(|listed| listed.name == package);
            listed.next().map(|listed| vec![listed.folder]).ok_or_else(|| error.into())
        }
    }
}

fn name(validation: &Validation) -> String {
    validation.name.clone().unwrap_or_else(|| validation.folder.display().to_string())
}

fn as_text(validation: &Validation) -> String {
    let name = name(validation);
    let rows: Vec<Vec<String>> = validation
        .tables
        .iter()
        .map(|table| vec![table.name.clone(), format!("{} rows", table.rows), table.origin.to_owned()])
        .collect();
    if validation.is_sound() {
        return format!("`{name}` is sound\n{}", aligned("  ", &rows));
    }
    let more = if validation.may_be_more { "at least " } else { "" };
    let mut text = format!("`{name}` is not sound: {more}{} findings\n", validation.findings.len());
    for finding in &validation.findings {
        text.push_str(&format!("  {}\n", finding.message));
    }
    text
}

fn as_json(validation: &Validation) -> Value {
    let tables = validation.tables.iter().map(|table| {
        json!({
            "name": table.name, "rows": table.rows, "origin": table.origin, "data_digest": table.data_digest,
        })
    });
    json!({
        "name": name(validation),
        "folder": validation.folder,
        "valid": validation.is_sound(),
        "tables": tables.collect::<Vec<_>>(),
        "findings": validation.findings,
        "may_be_more": validation.may_be_more,
    })
}
