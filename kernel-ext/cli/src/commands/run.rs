//! `kovacs run`: notebooks without Jupyter.

use crate::candidates;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::notebooks::{Finished, Job, exit_code_of, run_all};
use crate::output::print_json;
use crate::quantities;
use crate::reporter::Reporter;
use clap::Args;
use clap_complete::ArgValueCompleter;
use kovacs_runner::{DEFAULT_OUTPUT_BYTES, exit_code};
use kovacs_session::Limits;
use std::collections::HashMap;
use std::fmt::Write;
use std::path::PathBuf;
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
  kovacs run analysis.ipynb --in-place --json"
}

/// Runs the notebooks and gives the exit code of all.
///
/// # Errors
/// Sessions cannot be had at all, or two notebooks would write the same copy.
pub fn run(options: &Options) -> Result<u8, Failure> {
    let jobs = jobs(options)?;
    let limits =
        Limits { time: options.timeout, output_bytes: Some(options.max_output.unwrap_or(DEFAULT_OUTPUT_BYTES)) };
    let interrupts = Interrupts::listen()?;
    let finished = run_all(jobs, &limits, &interrupts, &mut Reporter::new(options.quiet))?;
    if options.json {
        print_json(&finished.iter().map(Finished::to_json).collect::<Vec<_>>())?;
    }
    Ok(exit_code_of(&finished))
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
