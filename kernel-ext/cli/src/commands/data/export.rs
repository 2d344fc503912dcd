//! `kovacs data export`: a table of a package into a file for another program.

use crate::candidates;
use crate::failure::Failure;
use crate::output::{notice, print, print_json};
use clap::{Args, ValueEnum};
use clap_complete::ArgValueCandidates;
use kovacs_core::Origin;
use kovacs_datasets::{ExportFormat, Registry, Table, export_package, export_to};
use serde_json::json;
use std::path::PathBuf;

/// Write a table as csv, xlsx, parquet, arrow or gr
#[derive(Args)]
#[command(after_help = "\
csv has headings `name [unit]`, which `kovacs data import` reads back; xlsx has names, units and a sheet `Provenance`;
parquet and arrow carry units and origin in their metadata; gr is G(r) in the layout of PDFgetX3.
Without a table the package must have one only. `--where` may be given several times; all must hold.

Examples:
  kovacs data export pvc two-step --format xlsx --out pvc.xlsx
  kovacs data export pvc two-step --where specimen=A --where eps2=0.003 --out one-curve.csv
  kovacs data export pvc two-step --units internal --format parquet --out pvc.parquet
  kovacs data export pvc two-step --where specimen=A --package --format csv --out ./my-pvc")]
pub struct Options {
    /// Name of the package, or the path of its folder
    #[arg(add = ArgValueCandidates::new(candidates::packages))]
    package: String,
    /// Name of the table
    table: Option<String>,
    /// What to write [default: what --out ends in]
    #[arg(long, value_enum)]
    format: Option<FormatName>,
    /// File to write; with --package the folder to make
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Units of the numbers
    #[arg(long, value_enum, default_value = "as-stored")]
    units: Units,
    /// Only rows in which a column has this value, in the unit of the package
    #[arg(long = "where", value_name = "COLUMN=VALUE")]
    conditions: Vec<String>,
    /// Write a package of its own, with licence, sources and origin
    #[arg(long = "package")]
    package_folder: bool,
    /// Print what was written as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    Csv,
    Xlsx,
    Parquet,
    Arrow,
    Gr,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Units {
    /// As the package states them
    AsStored,
    /// s, K, MPa, strain as a fraction
    Internal,
}

/// Writes the file and says what it is.
///
/// # Errors
/// There is no such table or row, the table does not fit the format, or the file cannot be written.
pub fn run(options: &Options) -> Result<(), Failure> {
    let format = format(options)?;
    let package = Registry::standard(&[]).find(&options.package)?;
    let names = package.resources();
    let name = match (&options.table, names.as_slice()) {
        (Some(name), _) => name.as_str(),
        (None, [only]) => only,
        (None, several) => {
            return Err(Failure::usage(format!("`{}` has the tables {}", options.package, several.join(", ")))
                .remedy("name one of them behind the package"));
        }
    };
    let mut table = package.table(name)?;
    for condition in &options.conditions {
        table = selected(&table, condition)?;
    }
    if options.units == Units::Internal {
        table = table.in_internal_units()?;
    }
    match (options.package_folder, format.of_package()) {
        (false, _) => export_to(&table, format, &options.out)?,
        (true, Some(format)) => drop(export_package(&table, package.primary_key(name)?, format, &options.out)?),
        (true, None) => {
            return Err(Failure::usage(format!("a package cannot hold {}", format.word()))
                .remedy("use `--format csv`, `parquet` or `arrow`"));
        }
    }
    if table.origin() != Origin::Measured {
        notice(&format!("these numbers are {}; nobody measured them", table.origin().word()));
    }
    let digest = table.data_digest()?;
    if options.json {
        return print_json(&json!({
            "file": options.out, "format": format.word(), "rows": table.rows(), "origin": table.origin().word(),
            "data_digest": digest,
        }));
    }
    print(&format!("{}: {} rows of {}, data {digest}\n", options.out.display(), table.rows(), table.label()))
}

fn format(options: &Options) -> Result<ExportFormat, Failure> {
    match options.format {
        Some(FormatName::Csv) => Ok(ExportFormat::Csv),
        Some(FormatName::Xlsx) => Ok(ExportFormat::Xlsx),
        Some(FormatName::Parquet) => Ok(ExportFormat::Parquet),
        Some(FormatName::Arrow) => Ok(ExportFormat::Arrow),
        Some(FormatName::Gr) => Ok(ExportFormat::Gr),
        None if options.package_folder => Ok(ExportFormat::Csv),
        None => ExportFormat::of_file(&options.out)
            .map_err(|_| Failure::usage("what to write is not said").remedy("add `--format csv`, for example")),
    }
}

/// The rows in which a number or a word has the value.
fn selected(table: &Table, condition: &str) -> Result<Table, Failure> {
    let (column, value) = condition
        .split_once('=')
        .map(|(column, value)| (column.trim(), value.trim()))
        .ok_or_else(|| Failure::usage(format!("`{condition}` is no condition")).remedy("write `specimen=A`"))?;
    let is_text = table.field(column).is_some_and(|field| field.unit.is_none());
    match value.parse::<f64>() {
        Ok(number) if !is_text => Ok(table.where_number(column, number)?),
        _ => Ok(table.where_text(column, value)?),
    }
}
