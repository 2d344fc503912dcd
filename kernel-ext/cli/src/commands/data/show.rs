//! `kovacs data show`: the rows or the columns of a table, in the units of its file.

use crate::candidates;
use crate::commands::data::shown::{self, Form};
use crate::failure::Failure;
use crate::output::{aligned, print, print_json};
use clap::Args;
use clap_complete::ArgValueCandidates;
use kovacs_datasets::{Package, Registry, Table};
use serde_json::json;

/// Show the rows or the columns of a table of a package
#[derive(Args)]
#[command(after_help = "\
Numbers are in the units of the file. In a condition a bare number is in the unit of its column; others say theirs.

Examples:
  kovacs data show pvc two-step
  kovacs data show pvc two-step --columns
  kovacs data show pvc two-step --where \"eps2 = 0.3 % and time > 5 min\" --rows 40")]
pub struct Options {
    /// Name of the package, or the path of its folder
    #[arg(add = ArgValueCandidates::new(candidates::packages))]
    package: String,
    /// Name of the table; not needed where there is only one
    table: Option<String>,
    /// Show what the columns are and which values they have, not the rows
    #[arg(long)]
    columns: bool,
    /// Only the rows that meet this condition
    #[arg(long, value_name = "CONDITION")]
    r#where: Option<String>,
    /// Rows shown, first and last ones
    #[arg(long, value_name = "N")]
    rows: Option<usize>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    /// Fold lines at this many characters; the width of the terminal if not given
    #[arg(long, value_name = "N")]
    width: Option<usize>,
}

/// Shows.
///
/// # Errors
/// There is no such package, table or column, it is damaged, or no row meets the condition.
pub fn run(options: &Options) -> Result<(), Failure> {
    let package = Registry::standard(&[]).find(&options.package)?;
    let name = only_table(&package, options.table.as_deref())?;
    let mut table = package.table(&name)?;
    if let Some(condition) = &options.r#where {
        table = table.filter(condition)?;
    }
    if options.columns {
        return columns(&table, options.json);
    }
    if !options.json {
        return shown::show(&table, Form::Text { rows: options.rows, width: options.width });
    }
    let table = options.rows.map_or(Ok(table.clone()), |rows| table.head(rows))?;
    shown::show(&table, Form::Json)
}

/// The table that is meant where none is named.
fn only_table(package: &Package, named: Option<&str>) -> Result<String, Failure> {
    match (named, package.resources().as_slice()) {
        (Some(name), _) => Ok(name.to_owned()),
        (None, [only]) => Ok((*only).to_owned()),
        (None, several) => {
            let message = format!("`{}` has {} tables; name one of them", package.name(), several.len());
            Err(Failure::usage(message).remedy(format!("they are {}", several.join(", "))))
        }
    }
}

fn columns(table: &Table, as_json: bool) -> Result<(), Failure> {
    let mut rows = Vec::new();
    let mut list = Vec::new();
    for field in table.fields() {
        let values = table.summary(&field.name)?;
        let basis = field.unit_basis.map_or("", |basis| basis.word());
        list.push(json!({
            "name": field.name, "unit": field.unit.map(|unit| unit.code()), "unit_basis": basis,
            "values": values, "description": field.description,
        }));
        let cells = [&field.name, field.unit_text(), basis, &values, &field.description];
        rows.push(cells.map(str::to_owned).to_vec());
    }
    if as_json {
        return print_json(&json!({"label": table.label(), "rows": table.rows(), "columns": list}));
    }
    let sources: String = table.sources().lines().iter().map(|line| format!("{line}\n")).collect();
    print(&format!("{}: {} rows\n{}{sources}", table.label(), table.rows(), aligned("  ", &rows)))
}
