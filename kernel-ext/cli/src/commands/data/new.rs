//! `kovacs data new`: a package from a template, or from a table of one's own.

use crate::failure::Failure;
use crate::output::{notice, print, print_json};
use clap::Args;
use kovacs_datasets::descriptor::{OriginStatement, Source};
use kovacs_datasets::{About, NewColumn, PROJECT_FOLDER, Package, new_from_file, new_from_template};
use serde_json::json;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

/// Make a package that is valid at once, from a template or a table
#[derive(Args)]
#[command(after_help = "\
Without --from the table has five example rows, which are synthetic and say so: replace them.
With --from, columns have the names and units of the file, or what --column says of each, in their order.
What is not said is asked for where a terminal is there to answer. For files of instruments use `kovacs data import`.

Examples:
  kovacs data new my-curves
  kovacs data new my-curves --from run.csv --license CC-BY-4.0 --source 'our laboratory, 2026'
  kovacs data new my-curves --from run.csv --license MIT --source https://example.org/run \\
      --column time:min --column skip --column stress:MPa")]
pub struct Options {
    /// Name of the package
    name: String,
    /// Table to start from: csv, tsv, workbook, parquet, arrow
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// One per column of the file, in its order: `time:s`, `strain:%`, `specimen:text`, `skip`
    #[arg(long = "column", value_name = "NAME:UNIT", requires = "from")]
    columns: Vec<NewColumn>,
    /// Name of the table in it
    #[arg(long, default_value = "curves")]
    table: String,
    /// One line on what it is
    #[arg(long, requires = "from")]
    title: Option<String>,
    /// Terms of use, an SPDX identifier
    #[arg(long, value_name = "SPDX", requires = "from")]
    license: Option<String>,
    /// Where the numbers come from: words, or an address
    #[arg(long, requires = "from")]
    source: Option<String>,
    /// Folder for the package
    #[arg(long, value_name = "DIR", default_value = PROJECT_FOLDER)]
    out: PathBuf,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Makes the package and says where it is.
///
/// # Errors
/// Something is not stated, the file cannot be read, or the folder exists.
pub fn run(options: &Options) -> Result<(), Failure> {
    let package = match &options.from {
        None => {
            notice("the rows are examples and synthetic; replace them by your own");
            new_from_template(&options.name, &options.table, &options.out)?
        }
        Some(file) => new_from_file(&about(options)?, file, &options.columns, &options.out)?,
    };
    told(&package, options.json)
}

fn told(package: &Package, as_json: bool) -> Result<(), Failure> {
    let folder = package.folder();
    if as_json {
        let (name, digest) = (package.name(), package.digest());
        return print_json(&json!({"name": name, "folder": folder, "digest": digest, "tables": package.resources()}));
    }
    print(&format!("{package}next: `kovacs data validate {}`\n", folder.join("").display()))
}

fn about(options: &Options) -> Result<About, Failure> {
    let license = said(&options.license, "--license", "terms of use (an SPDX identifier such as CC-BY-4.0)")?;
    let source = said(&options.source, "--source", "where the numbers come from (words or an address)")?;
    Ok(About {
        name: options.name.clone(),
        table: options.table.clone(),
        title: options.title.clone(),
        license,
        source: Some(Source { path: source.starts_with("http").then(|| source.clone()), title: source }),
        origin: OriginStatement::Measured {
            method: None,
            instrument: None,
            sample: None,
            temperature: None,
            note: None,
        },
    })
}

/// What an option says, or an answer at the terminal.
fn said(option: &Option<String>, name: &str, question: &str) -> Result<String, Failure> {
    if let Some(text) = option {
        return Ok(text.clone());
    }
    let missing = || {
        Failure::usage(format!("a package made from a file needs {name}"))
            .remedy("state it, for example `--license CC-BY-4.0 --source 'our laboratory, 2026'`")
    };
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(missing());
    }
    let mut screen = std::io::stderr().lock();
    write!(screen, "{question}: ")?;
    screen.flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Some(answer.trim().to_owned()).filter(|answer| !answer.is_empty()).ok_or_else(missing)
}
