//! `kovacs data`: which data packages there are, whether they are sound, and how they come about.

mod export;
mod import;
mod mappings;
mod new;
mod observe;
mod query;
mod show;
mod shown;
mod validate;

pub use observe::{condition, kept};

use crate::candidates;
use crate::failure::Failure;
use crate::output::{aligned, notice, print, print_json};
use clap::{Args, Subcommand};
use clap_complete::ArgValueCandidates;
use kovacs_datasets::generate::{EXAMPLE_NOTE, EXAMPLE_SEED, SHIPPED_SEED, write_all, write_example_workbook};
use kovacs_datasets::{Listed, PROJECT_FOLDER, Package, Registry};
use kovacs_runner::exit_code;
use serde_json::{Value, json};
use std::path::PathBuf;

/// List, check, generate and import data packages
#[derive(Subcommand)]
pub enum Command {
    /// List the packages found, damaged and hidden ones included, and the folders searched
    #[command(after_help = "Example:\n  kovacs data list")]
    List(ListOptions),
    /// Show tables, columns, units, origin and terms of a package
    #[command(after_help = "Examples:\n  kovacs data info pvc\n  kovacs data info ./kovacs-data/my-curves --json")]
    Info(PackageOptions),
    Validate(validate::Options),
    /// Write the three synthetic glass packages
    #[command(after_help = "\
The packages are synthetic and say so; with the default seed they are those that come with Kovacs.

Examples:
  kovacs data generate --out /tmp/packages
  kovacs data generate --seed 7
  kovacs data generate --example-workbook example.xlsx")]
    Generate(GenerateOptions),
    Import(Box<import::Options>),
    Mappings(mappings::Options),
    Query(query::Options),
    Show(show::Options),
    Export(export::Options),
    New(Box<new::Options>),
    Observe(observe::Options),
}

/// Options of `data list`.
#[derive(Args)]
pub struct ListOptions {
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Options that name a package.
#[derive(Args)]
pub struct PackageOptions {
    /// Name of the package, or the path of its folder
    #[arg(add = ArgValueCandidates::new(candidates::packages))]
    name: String,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Options of `data generate`.
#[derive(Args)]
pub struct GenerateOptions {
    /// Seed of noise and scatter [default: 2023, that of the shipped packages; 44187 for the example workbook]
    #[arg(long)]
    seed: Option<u64>,
    /// Folder for the packages
    #[arg(long, value_name = "DIR", default_value = PROJECT_FOLDER)]
    out: PathBuf,
    /// Write no packages but a workbook in the form of an article's Source Data, synthetic and saying so
    #[arg(long, value_name = "FILE")]
    example_workbook: Option<PathBuf>,
}

/// Runs the command and gives the exit code.
///
/// # Errors
/// There is no such package, it is damaged, or files cannot be read or written.
pub fn run(command: &Command) -> Result<u8, Failure> {
    match command {
        Command::List(options) => list(options)?,
        Command::Info(options) => info(options)?,
        Command::Validate(options) => return validate::run(options),
        Command::Generate(options) => generate(options)?,
        Command::Import(options) => return import::run(options),
        Command::Mappings(options) => mappings::run(options)?,
        Command::Query(options) => query::run(options)?,
        Command::Show(options) => show::run(options)?,
        Command::Export(options) => export::run(options)?,
        Command::New(options) => new::run(options)?,
        Command::Observe(options) => observe::run(options)?,
    }
    Ok(exit_code::OK)
}

fn list(options: &ListOptions) -> Result<(), Failure> {
    let registry = Registry::standard(&[]);
    let listed = registry.list();
    if options.json {
        let packages: Vec<Value> = listed.iter().map(listed_json).collect();
        return print_json(&json!({"packages": packages, "searched": registry.places()}));
    }
    let mut rows = Vec::new();
    let mut remarks = String::new();
    for Listed { name, folder, package, hidden_by } in &listed {
        match (package, hidden_by) {
            (_, Some(first)) => {
                let (hidden, first) = (folder.display(), first.display());
                remarks.push_str(&format!("hidden: `{name}` in {hidden}, because {first} comes first\n"));
            }
            (Err(error), None) => remarks.push_str(&format!("damaged: `{name}`: {error}\n")),
            (Ok(package), None) => rows.push(vec![
                name.clone(),
                origins(package).join(", "),
                package.title().to_owned(),
                folder.display().to_string(),
            ]),
        }
    }
    let mut text = aligned("", &rows) + &remarks + "searched:\n";
    for place in registry.places() {
        let state = if place.is_dir() { "" } else { ": does not exist" };
        text.push_str(&format!("  {}{state}\n", place.display()));
    }
    print(&text)
}

fn listed_json(listed: &Listed) -> Value {
    let Listed { name, folder, package, hidden_by } = listed;
    let (title, digest, origin, error) = match package {
        Ok(package) => (Some(package.title()), Some(package.digest()), origins(package), None),
        Err(error) => (None, None, Vec::new(), Some(error.to_string())),
    };
    json!({
        "name": name, "folder": folder, "title": title, "digest": digest,
        "origin": origin, "hidden_by": hidden_by, "error": error,
    })
}

/// The kinds of origin in a package, each once.
fn origins(package: &Package) -> Vec<&'static str> {
    let own = package.descriptor().resources.iter().map(|resource| resource.origin.kind().word());
    let lent = package.lent().into_iter().map(|(_, origin, _)| origin.word());
    let mut words: Vec<_> = own.chain(lent).collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn info(options: &PackageOptions) -> Result<(), Failure> {
    let package = Registry::standard(&[]).find(&options.name)?;
    if options.json {
        return print_json(&json!({
            "folder": package.folder(),
            "digest": package.digest(),
            "hides": package.shadowed(),
            "descriptor": package.descriptor(),
            "lent": package.lent().into_iter().map(|(name, origin, holder)| json!({
                "table": name, "origin": origin.word(), "folder": holder.folder(),
            })).collect::<Vec<_>>(),
            "data_digests": data_digests(&package).into_iter().collect::<serde_json::Map<_, _>>(),
        }));
    }
    let digests = data_digests(&package);
    let about = package.descriptor();
    let row = |name: &str, text: String| vec![name.to_owned(), text];
    let mut facts = vec![row("folder", package.folder().display().to_string())];
    facts.extend(about.version.iter().map(|version| row("version", version.clone())));
    facts.push(row("digest", package.digest().to_owned()));
    facts.extend(about.licenses.iter().map(|licence| row("licence", licence.name.clone())));
    facts.extend(about.sources.iter().map(|source| {
        row(
            "source",
            [Some(&source.title), source.path.as_ref()].into_iter().flatten().cloned().collect::<Vec<_>>().join(", "),
        )
    }));
    facts.extend(package.shadowed().iter().map(|folder| row("hides", folder.display().to_string())));
    let mut text = format!("{}: {}\n{}", package.name(), package.title(), aligned("  ", &facts));
    for (resource, (_, digest)) in about.resources.iter().zip(digests) {
        let origin = resource.origin.kind().word();
        text.push_str(&format!("\ntable `{}` ({origin})\n", resource.name));
        text.push_str(&format!("  data {}\n", digest.as_str().unwrap_or("cannot be read; see `kovacs data validate`")));
        let columns: Vec<Vec<String>> = resource
            .schema
            .fields
            .iter()
            .map(|field| {
                let unit = field.unit.clone().unwrap_or_else(|| "text".to_owned());
                let basis = field.unit_basis.map_or("", |basis| basis.word());
                let words = field.description.clone().unwrap_or_default();
                vec![field.name.clone(), unit, basis.to_owned(), words]
            })
            .collect();
        text.push_str(&aligned("  ", &columns));
    }
    for (name, origin, holder) in package.lent() {
        text.push_str(&format!("\ntable `{name}` ({})\n  lent by {}\n", origin.word(), holder.folder().display()));
    }
    print(&text)
}

/// Name and digest of the data of each table, in their order; null for a table that cannot be read.
fn data_digests(package: &Package) -> Vec<(String, Value)> {
    let digest =
        |name: &str| package.table(name).and_then(|table| table.data_digest()).map_or(Value::Null, Value::from);
    package.resources().into_iter().map(|name| (name.to_owned(), digest(name))).collect()
}

fn generate(options: &GenerateOptions) -> Result<(), Failure> {
    if let Some(file) = &options.example_workbook {
        write_example_workbook(file, options.seed.unwrap_or(EXAMPLE_SEED))?;
        notice(EXAMPLE_NOTE);
        let file = file.display();
        return print(&format!(
            "{file}\nto import it: kovacs data import {file} --mapping notebooks/source-data.toml\n"
        ));
    }
    let written = write_all(&options.out, options.seed.unwrap_or(SHIPPED_SEED))?;
    notice("these curves are synthetic; nobody measured them");
    print(&written.iter().map(|folder| format!("{}\n", folder.display())).collect::<String>())
}
