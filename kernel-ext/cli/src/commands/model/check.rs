//! `kovacs model check`: what a model library promises, tried out.

use crate::candidates;
use crate::failure::{Explain, Failure};
use crate::output::{aligned, notice, print, print_json};
use crate::quantities;
use clap::Args;
use clap_complete::ArgValueCandidates;
use kovacs_check::{Report, Test, TestReport, Verdict, Worker, check};
use kovacs_host::{Manifest, Models, probe};
use kovacs_runner::exit_code;
use regex_lite::Regex;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Check whether a model library keeps what the plugin interface promises
#[derive(Args)]
#[command(after_help = after_help())]
pub struct Options {
    /// Path of a library, or name or full id of a model
    #[arg(required_unless_present = "list")]
    model_or_library: Option<String>,
    /// Check one model of the library only
    #[arg(long, value_name = "ID", add = ArgValueCandidates::new(candidates::models))]
    model: Option<String>,
    /// Make only the tests whose name this matches
    #[arg(long, value_name = "REGEX")]
    only: Option<Regex>,
    /// Seed of all random numbers; the report says which it was [default: another one each time]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Another value for a setting of the model, such as a smaller lattice
    #[arg(long, value_name = "ID=VALUE", value_parser = setting)]
    setting: Vec<(String, f64)>,
    /// Also try the laws of physics that known outputs obey, and ask for citation, licence and labels
    #[arg(long)]
    pedantic: bool,
    /// Time that a test may take
    #[arg(long, value_name = "TIME", value_parser = quantities::limit, default_value = "45s")]
    limit: Duration,
    /// Make the tests in this process, for a debugger; a crash then ends the check
    #[arg(long)]
    in_process: bool,
    /// Write the manifest beside the library if it is conformant
    #[arg(long)]
    write_manifest: bool,
    /// Show every test, not only what is wrong
    #[arg(short, long)]
    all: bool,
    /// List the tests and end
    #[arg(long)]
    list: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

fn after_help() -> &'static str {
    "\
Each test runs in a process of its own: a model that crashes, hangs or ends the process fails that test only.
A model need not be approved to be checked, but its code runs: check what you would run anyway.

Exit codes: 0 conformant (warnings allowed), 1 a test failed, crashed or hung, 2 wrong command line.

Examples:
  kovacs model check aoi
  kovacs model check target/debug/libkovacs_model_mine.so --pedantic --all
  kovacs model check mine --only '^finite' --seed 7
  kovacs model check soft_domain_lattice --setting edge=16
  kovacs model check --list"
}

fn setting(text: &str) -> Result<(String, f64), String> {
    let (id, value) = text.split_once('=').ok_or_else(|| format!("`{text}` is not of the form `edge=16`"))?;
    let value = value.parse().map_err(|_| format!("`{value}` is not a number"))?;
    Ok((id.to_owned(), value))
}

/// Checks and gives the exit code.
///
/// # Errors
/// There is no such library or model, or no process can be started.
pub fn run(options: &Options) -> Result<u8, Failure> {
    if options.list {
        return list(options.json).map(|()| exit_code::OK);
    }
    let (library, named) = library(options.model_or_library.as_deref().unwrap_or_default())?;
    let worker = Worker { program: std::env::current_exe()?, arguments: Vec::new() };
    let how = kovacs_check::Options {
        model: options.model.clone().or(named),
        only: options.only.clone(),
        seed: options.seed.unwrap_or_else(any_seed),
        settings: options.setting.iter().cloned().collect::<BTreeMap<_, _>>(),
        pedantic: options.pedantic,
        limit: options.limit,
        worker: (!options.in_process).then_some(worker),
        ignore_manifest: options.write_manifest,
    };
    let live = std::io::stderr().is_terminal() && !options.json;
    let progress = |test: &TestReport| {
        if live && test.finding.verdict.is_bad() {
            notice(&format!("{} {}", test.finding.verdict, test.test.name()));
        }
    };
    let report = check(&library, &how, &progress).doing("cannot check the model")?;
    let manifest = match options.write_manifest && report.is_conformant() {
        true => Some(write_manifest(&library)?),
        false => None,
    };
    if options.json {
        print_json(&as_json(&report, manifest.as_deref()))?;
    } else {
        print(&as_text(&report, options, manifest.as_deref()))?;
    }
    Ok(if report.is_conformant() { exit_code::OK } else { exit_code::CELL_FAILED })
}

/// The file of a library; with the id of the model where one was asked for by name.
fn library(asked: &str) -> Result<(PathBuf, Option<String>), Failure> {
    if asked.contains(std::path::MAIN_SEPARATOR) || Path::new(asked).is_file() {
        let path = Path::new(asked).canonicalize();
        let path = path.map_err(|error| Failure::from(error).context(format!("cannot read `{asked}`")))?;
        return Ok((path, None));
    }
    let models = Models::discover();
    // A library that nobody has approved yet is meant all the same: checking comes before trusting.
    let name = asked.replace('-', "_");
    let known = models.catalogue().models().find(|entry| entry.id() == name || entry.description().short_id() == name);
    match known {
        Some(entry) => Ok((entry.path().to_path_buf(), Some(entry.id().to_owned()))),
        None => {
            let handle = models.load(asked).doing("cannot find the model")?;
            Ok((handle.path().to_path_buf(), Some(handle.id().to_owned())))
        }
    }
}

/// A seed that nobody chose: the report says it, so that a failure can be had again.
fn any_seed() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(1, |since| since.as_nanos() as u64 % 1_000_000)
}

fn write_manifest(library: &Path) -> Result<PathBuf, Failure> {
    let handles = probe::open(library).doing("cannot read the tables of the library")?;
    let handle = handles.first().ok_or_else(|| Failure::new("the library has no model"))?;
    Manifest::of(handle).write(library).doing("cannot write the manifest")
}

fn as_json(report: &Report, manifest: Option<&Path>) -> serde_json::Value {
    let count = |verdict: Verdict| (verdict.word().to_owned(), json!(report.count(verdict)));
    json!({
        "conformant": report.is_conformant(),
        "counts": Verdict::ALL.into_iter().map(count).collect::<serde_json::Map<_, _>>(),
        "report": report,
        "manifest": manifest,
    })
}

fn as_text(report: &Report, options: &Options, manifest: Option<&Path>) -> String {
    let mut text = report.text(options.all);
    if let Some(bad) = report.bad().next() {
        let Report { plugin_path, seed, .. } = report;
        let model = bad.model.as_ref().map(|id| format!(" --model {id}")).unwrap_or_default();
        let pedantic = if options.pedantic { " --pedantic" } else { "" };
        text.push_str(&format!("{}: {}\n", bad.test.name(), bad.test.description()));
        text.push_str(&format!(
            "again: kovacs model check '{}'{model} --only '^{}$' --seed {seed}{pedantic}\n",
            plugin_path.display(),
            bad.test.name()
        ));
    }
    if let Some(manifest) = manifest {
        text.push_str(&format!("wrote {}\n", manifest.display()));
    } else if options.write_manifest {
        text.push_str("no manifest was written: the library is not conformant\n");
    }
    text
}

fn list(as_json: bool) -> Result<(), Failure> {
    if as_json {
        let test = |test: Test| {
            json!({"name": test.name(), "group": test.group(), "pedantic": test.is_pedantic(),
                "description": test.description()})
        };
        return print_json(&Test::all().map(test).collect::<Vec<_>>());
    }
    let row = |test: Test| vec![test.name().to_owned(), test.group().title().to_owned(), test.description().to_owned()];
    print(&aligned("", &Test::all().map(row).collect::<Vec<_>>()))
}
