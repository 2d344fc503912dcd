//! `kovacs run`: notebooks without Jupyter.

use crate::candidates;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::notebooks::{Finished, Job, Manner, exit_code_of, run_all};
use crate::output::{print, print_json};
use crate::parameters;
use crate::quantities;
use crate::references::Comparison;
use crate::reporter::Reporter;
use crate::reports::{github, junit};
use clap::{Args, ValueEnum};
use clap_complete::ArgValueCompleter;
use kovacs_runner::{DEFAULT_OUTPUT_BYTES, Notebook, exit_code, replace_file};
use kovacs_session::Limits;
use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Run notebooks from the first cell to the last, and write executed copies
#[derive(Args)]
#[command(after_help = after_help())]
pub struct Options {
    /// Notebooks to run, in this order, each in a session of its own that starts in the notebook's folder
    #[arg(required = true, value_name = "NOTEBOOK", add = ArgValueCompleter::new(candidates::notebooks()))]
    notebooks: Vec<PathBuf>,
    /// Folder for the executed copies
    #[arg(long, value_name = "DIR", default_value = "executed", conflicts_with = "in_place")]
    out: PathBuf,
    /// Write the results into the notebooks themselves
    #[arg(long)]
    in_place: bool,
    /// Value of a parameter: `t_w=900`, `t_w=15min`, `model=tnm`; may be given several times
    #[arg(short, long = "parameter", value_name = "NAME=VALUE", value_parser = parameters::given)]
    parameter: Vec<(String, String)>,
    /// List the parameters of the notebooks and run nothing
    #[arg(long, conflicts_with_all = ["parameter", "check", "update"])]
    parameters: bool,
    /// Compare published numbers and curves with the stored reference, within their tolerances
    #[arg(long, conflicts_with = "parameter")]
    check: bool,
    /// Print what changed against the stored reference, and store the results as the new one
    #[arg(long, conflicts_with_all = ["parameter", "check"])]
    update: bool,
    /// Run every cell, whatever is kept of earlier runs
    #[arg(long, conflicts_with = "resume")]
    no_cache: bool,
    /// Go on after the last good cell of the executed copy
    #[arg(long)]
    resume: bool,
    /// Notebooks that run at once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: u16,
    /// Write a JUnit report: a suite for each notebook, a case for each cell
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Print an annotation for each failure; by itself where GITHUB_ACTIONS is `true`
    #[arg(long, value_enum, value_name = "WHERE")]
    annotations: Option<Annotations>,
    /// Time that a cell may take, compilation included: 60s, 15min
    #[arg(long, value_name = "TIME", value_parser = quantities::limit)]
    timeout: Option<Duration>,
    /// Output that a cell may write: 16MB, 1GiB [default: 16MiB]
    #[arg(long, value_name = "BYTES", value_parser = quantities::bytes)]
    max_output: Option<u64>,
    /// Print the reports as JSON
    #[arg(long)]
    json: bool,
    /// Tell of failures only
    #[arg(short, long)]
    quiet: bool,
}

/// Who reads annotations.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Annotations {
    /// GitHub Actions
    Github,
    /// Nobody
    None,
}

fn after_help() -> String {
    let mut text = "\
The executed copy is written while the notebook runs: whatever happens, what was done before is in it.
Ctrl-C stops the running cell and keeps the rest; a second Ctrl-C ends the program at once.

Exit codes (of several notebooks: an interrupt, else the first that did not pass):\n"
        .to_owned();
    for (code, meaning) in exit_code::TABLE {
        // Writing into a `String` cannot fail.
        let _ = writeln!(text, "  {code:3}  {meaning}");
    }
    text + "
Examples:
  kovacs run analysis.ipynb
  kovacs run notebooks/*.ipynb --out target/executed --timeout 60s
  kovacs run analysis.ipynb --in-place --json
  kovacs run analysis.ipynb --parameters
  kovacs run analysis.ipynb -p t_w=15min -p model=tnm
  kovacs run notebooks/*.ipynb --check --jobs 2 --junit report.xml"
}

/// Runs the notebooks and gives the exit code of all.
///
/// # Errors
/// Sessions cannot be had at all, or two notebooks would write the same copy.
pub fn run(options: &Options) -> Result<u8, Failure> {
    if options.parameters {
        return list_parameters(options);
    }
    let jobs = jobs(options)?;
    for job in &jobs {
        parameters::check(&job.notebook, &options.parameter)?;
    }
    let limits =
        Limits { time: options.timeout, output_bytes: Some(options.max_output.unwrap_or(DEFAULT_OUTPUT_BYTES)) };
    let interrupts = Interrupts::listen()?;
    let manner = Manner {
        limits,
        parameters: options.parameter.clone(),
        reuse: !options.no_cache,
        resume: options.resume,
        at_once: usize::from(options.jobs),
        comparison: match (options.check, options.update) {
            (true, _) => Comparison::Required,
            (_, true) => Comparison::Update,
            _ => Comparison::None,
        },
        quiet: options.quiet,
    };
    let finished = run_all(jobs, &manner, &interrupts, &mut Reporter::new(options.quiet))?;
    if let Some(file) = &options.junit {
        replace_file(file, junit::report(&finished).as_bytes())?;
    }
    let annotates = options.annotations.map_or_else(github::is_here, |who| who == Annotations::Github);
    if annotates && !options.json {
        print(&github::annotations(&finished))?;
    }
    if options.json {
        print_json(&finished.iter().map(Finished::to_json).collect::<Vec<_>>())?;
    }
    Ok(exit_code_of(finished.iter().map(Finished::exit_code)))
}

/// Prints what the notebooks take.
fn list_parameters(options: &Options) -> Result<u8, Failure> {
    let mut listed: Vec<(&Path, Vec<_>)> = Vec::new();
    for path in &options.notebooks {
        let unreadable = |failure: Failure| failure.code(exit_code::NOTEBOOK_UNREADABLE);
        let notebook = Notebook::read(path).map_err(|error| unreadable(error.into()))?;
        let found = notebook.parameters().map_err(|error| {
            unreadable(Failure::from(error).context(format!("cannot list the parameters of `{}`", path.display())))
        })?;
        listed.push((path, found));
    }
    if options.json {
        let all: Vec<_> = listed
            .iter()
            .map(|(path, parameters)| serde_json::json!({"notebook": path, "parameters": parameters}))
            .collect();
        print_json(&all)?;
    } else {
        print(&parameters::listing(&listed))?;
    }
    Ok(exit_code::OK)
}

fn jobs(options: &Options) -> Result<Vec<Job>, Failure> {
    let mut taken: HashMap<PathBuf, &PathBuf> = HashMap::new();
    let mut jobs = Vec::with_capacity(options.notebooks.len());
    for notebook in &options.notebooks {
        let output = match (options.in_place, notebook.file_name()) {
            (false, Some(name)) => options.out.join(name),
            _ => notebook.clone(),
        };
        if let Some(other) = taken.insert(output.clone(), notebook) {
            return Err(Failure::usage(format!(
                "`{}` and `{}` would both be written to `{}`",
                other.display(),
                notebook.display(),
                output.display()
            ))
            .remedy("run them apart with different `--out`, or use `--in-place`"));
        }
        jobs.push(Job { notebook: notebook.clone(), output });
    }
    Ok(jobs)
}
