//! `kovacs data import`: a measured file into a package, its columns and units stated by whoever imports it.

use crate::failure::Failure;
use crate::output::{print, print_json};
use clap::Args;
use kovacs_datasets::PROJECT_FOLDER;
use kovacs_datasets::descriptor::OriginStatement;
use kovacs_datasets::import::{ColumnMapping, Mapping, import};
use serde_json::json;
use std::path::PathBuf;

/// Make a package of a measured workbook or text table
#[derive(Args)]
#[command(after_help = "\
Nothing is guessed: each column needs a name and a unit, here, in the mapping or in a header row.
A header row states both as `stress [MPa]`. What is given here goes before what the mapping says. The original file is not changed; its digest is kept.

Mapping file:
  name = \"my-staircase\"
  license = \"MIT\"
  source = { title = \"who, where\", path = \"https://...\" }
  columns = [{ name = \"time\", unit = \"s\" }, { skip = true }, { name = \"stress\", unit = \"kPa\" }]

Examples:
  kovacs data import run.xlsx --mapping run.toml
  kovacs data import run.csv --name my-run --header-rows 1 --license CC-BY-4.0 --source 'our laboratory'
  kovacs data import run.xlsx --name my-run --license MIT --source https://example.org/run \\
      --column time:s --column skip --column stress:kPa --column strain:% --temperature 296K")]
pub struct Options {
    /// Workbook (.xlsx, .xls, .ods) or text table (.csv, .tsv, .txt)
    file: PathBuf,
    /// TOML file that says what the columns are
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Name of the package
    #[arg(long)]
    name: Option<String>,
    /// Name of the table in it [default: measured]
    #[arg(long)]
    table: Option<String>,
    /// One line on what it is
    #[arg(long)]
    title: Option<String>,
    /// Terms of use, an SPDX identifier
    #[arg(long, value_name = "SPDX")]
    license: Option<String>,
    /// Where the file comes from: words, or an address
    #[arg(long)]
    source: Option<String>,
    /// Sheet of a workbook [default: the first]
    #[arg(long)]
    sheet: Option<String>,
    /// Rows above the data; the last of them may name columns and units [default: 0]
    #[arg(long, value_name = "N", alias = "header-row")]
    header_rows: Option<usize>,
    /// One per column of the file, in its order: `time:s`, `strain:%`, `specimen:text`, `skip`
    #[arg(long = "column", value_name = "NAME:UNIT")]
    columns: Vec<ColumnMapping>,
    /// Temperature of the test; a protocol is then written for the holds that are found
    #[arg(long, value_name = "TEMPERATURE", value_parser = temperature_as_written)]
    temperature: Option<String>,
    /// Folder for the package
    #[arg(long, value_name = "DIR", default_value = PROJECT_FOLDER)]
    out: PathBuf,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// A package states its temperature as it was given.
fn temperature_as_written(text: &str) -> Result<String, String> {
    crate::quantities::temperature(text).map(|_| text.to_owned())
}

/// Imports and shows what was read.
///
/// # Errors
/// Something is not stated, the file is not what was stated, or the package cannot be written.
pub fn run(options: &Options) -> Result<(), Failure> {
    let report = import(&options.file, &mapping(options)?, &options.out)?;
    if !options.json {
        return print(&report.to_string());
    }
    let hold = |hold: &kovacs_datasets::Hold| json!({"start_s": hold.start, "end_s": hold.end, "strain": hold.strain});
    print_json(&json!({
        "name": report.package.name(),
        "folder": report.package.folder(),
        "digest": report.package.digest(),
        "table": report.table.source().resource,
        "rows": report.table.rows(),
        "columns": report.table.fields().iter().map(|field| json!({
            "name": field.name,
            "unit": field.unit.map(|unit| unit.code()),
        })).collect::<Vec<_>>(),
        "holds": report.holds.iter().map(hold).collect::<Vec<_>>(),
        "notes": report.notes,
    }))
}

fn mapping(options: &Options) -> Result<Mapping, Failure> {
    let mut mapping = match &options.mapping {
        Some(file) => Mapping::read(file)?,
        None => {
            let needed = [("--name", &options.name), ("--license", &options.license), ("--source", &options.source)];
            let missing: Vec<&str> =
                needed.iter().filter(|(_, given)| given.is_none()).map(|(option, _)| *option).collect();
            let (Some(name), Some(license), Some(source)) = (&options.name, &options.license, &options.source) else {
                return Err(Failure::usage(format!("an import without --mapping needs {}", missing.join(", ")))
                    .remedy(
                        "state them, for example `--name my-run --license CC-BY-4.0 --source 'our laboratory, 2026'`",
                    ));
            };
            Mapping::new(name, license, source)
        }
    };
    let put = |slot: &mut String, given: &Option<String>| {
        if let Some(text) = given {
            slot.clone_from(text);
        }
    };
    put(&mut mapping.name, &options.name);
    put(&mut mapping.resource, &options.table);
    put(&mut mapping.license, &options.license);
    if let Some(source) = &options.source {
        mapping.source.title.clone_from(source);
        mapping.source.path = source.starts_with("http").then(|| source.clone());
    }
    mapping.title = options.title.clone().or(mapping.title);
    mapping.sheet = options.sheet.clone().or(mapping.sheet);
    mapping.header_rows = options.header_rows.unwrap_or(mapping.header_rows);
    if !options.columns.is_empty() {
        mapping.columns.clone_from(&options.columns);
    }
    if let Some(text) = &options.temperature {
        match &mut mapping.origin {
            OriginStatement::Measured { temperature, .. } => *temperature = Some(text.clone()),
            other => {
                let kind = other.kind().word();
                return Err(Failure::usage(format!("--temperature is for measured data, and the mapping says {kind}")));
            }
        }
    }
    Ok(mapping)
}
