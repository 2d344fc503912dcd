//! `kovacs reproduce`: the main job, from the notebooks to the scorecard and the book.
//!
//! Whatever a notebook does, the scorecard and the book are written from what there is.

use crate::commands::{book, study};
use crate::failure::{Explain, Failure};
use crate::interrupt::Interrupts;
use crate::notebooks::{Finished, Job, Manner, exit_code_of, run_all};
use crate::output::{print, print_json};
use crate::project;
use crate::quantities;
use crate::references::Comparison;
use crate::reporter::Reporter;
use crate::reports::{github, junit};
use clap::Args;
use kovacs_book::BookOptions;
use kovacs_runner::{DEFAULT_OUTPUT_BYTES, Scorecard, exit_code, replace_file};
use kovacs_session::Limits;
use serde_json::json;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Reproduce the paper's figures: run the notebooks, print the scorecard, write the book
#[derive(Args)]
#[command(after_help = "\
Runs every notebook of the project's notebooks/ folder and writes below the output folder:
  notebooks/        executed copies
  scorecard.json    claim by model: reproduced, failed, by construction, not applicable
  book/index.html   the book

Long studies are not computed but looked at: which were made by other sources than these. --long computes those again.

A claim that fails is a result and does not change the exit code; a notebook that fails does (1).

Examples:
  kovacs reproduce
  kovacs reproduce --check --junit report.xml
  kovacs reproduce --out figures --json")]
pub struct Options {
    /// Folder for the results [default: target/reproduce in the project]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Time that a cell may take
    #[arg(long, value_name = "TIME", default_value = "10min", value_parser = quantities::limit)]
    timeout: Duration,
    /// Fail (7) if a published number or curve is not what the stored reference says
    #[arg(long)]
    check: bool,
    /// Run every cell, whatever is kept of earlier runs
    #[arg(long)]
    no_cache: bool,
    /// Notebooks that run at once [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Compute long studies again that were made by other sources: takes minutes or more
    #[arg(long)]
    long: bool,
    /// Write a JUnit report: a suite for each notebook, a case for each cell
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Print scorecard, notebooks and paths as JSON
    #[arg(long)]
    json: bool,
}

/// Does it all and gives the exit code.
///
/// # Errors
/// There is no project here, sessions cannot be had at all, or a result cannot be written.
pub fn run(options: &Options) -> Result<u8, Failure> {
    let begun = Instant::now();
    let project = project::find(&project::current_folder()?)?;
    let out = options.out.clone().unwrap_or_else(|| project.join("target").join("reproduce"));
    let executed = out.join("notebooks");
    let mut jobs = Vec::new();
    for notebook in project::notebooks(&project)? {
        let output = notebook.file_name().map_or_else(|| executed.clone(), |name| executed.join(name));
        forget(&output)?;
        jobs.push(Job { notebook, output });
    }
    let limits = Limits { time: Some(options.timeout), output_bytes: Some(DEFAULT_OUTPUT_BYTES) };
    let interrupts = Interrupts::listen()?;
    let mut reporter = Reporter::new(options.json);
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let manner = Manner {
        limits,
        parameters: Vec::new(),
        reuse: !options.no_cache,
        resume: false,
        at_once: options.jobs.map_or_else(cores, usize::from),
        comparison: if options.check { Comparison::Required } else { Comparison::IfStored },
        quiet: options.json,
    };
    let mut studies = study::standings(&project)?;
    if options.long {
        let stale =
            studies.iter().filter(|standing| !standing.is_current()).map(|standing| standing.definition.clone());
        study::compute(&project, &stale.collect::<Vec<_>>(), options.jobs, &interrupts)?;
        studies = study::standings(&project)?;
    }
    let finished = run_all(jobs, &manner, &interrupts, &mut reporter)?;
    if let Some(file) = &options.junit {
        replace_file(file, junit::report(&finished).as_bytes())?;
    }
    if github::is_here() && !options.json {
        print(&github::annotations(&finished))?;
    }

    let mut scorecard = Scorecard::new();
    for report in finished.iter().filter_map(|one| one.outcome.as_ref().ok()) {
        scorecard.add(&report.claims);
    }
    let scorecard_file = out.join("scorecard.json");
    scorecard.write(&scorecard_file).doing("cannot keep the scorecard")?;
    if !options.json {
        print(&format!("\n{}", scorecard.to_text()))?;
    }

    reporter.step("building the book");
    let built = kovacs_book::build(&BookOptions {
        source: project.join(project::BOOK),
        executed_notebooks: executed,
        notebooks: Some(project.join(project::NOTEBOOKS)),
        scorecard: Some(scorecard_file.clone()),
        destination: out.join("book"),
    });
    reporter.clear();
    let built = built.doing("the notebooks ran, but the book cannot be built")?;
    book::warn(&built);
    let seconds = begun.elapsed().as_secs_f64();
    let code = passed_or_failed(&finished, options.check);
    if options.json {
        print_json(&json!({
            "exit_code": code,
            "seconds": seconds,
            "scorecard_file": scorecard_file,
            "book": built.index,
            "scorecard": scorecard.claims(),
            "studies": studies.iter().map(study::Standing::to_json).collect::<Vec<_>>(),
            "notebooks": finished.iter().map(Finished::to_json).collect::<Vec<_>>(),
        }))?;
    } else {
        let (index, card) = (built.index.display(), scorecard_file.display());
        if !studies.is_empty() {
            print(&format!("\n{}", study::report(&studies)))?;
        }
        print(&format!("\nscorecard: {card}\nbook, to open in a browser: {index}\n{seconds:.1} s in all"))?;
    }
    Ok(code)
}

/// An interrupt has its own code, every other failure of a notebook is the same here: the result is not complete.
fn passed_or_failed(finished: &[Finished], check: bool) -> u8 {
    // What only differs from the reference is a result, unless it was asked for.
    let codes = finished.iter().map(Finished::exit_code).filter(|code| check || *code != exit_code::CHANGED);
    match exit_code_of(codes) {
        exit_code::CHANGED => exit_code::CHANGED,
        exit_code::OK => exit_code::OK,
        exit_code::INTERRUPTED => exit_code::INTERRUPTED,
        _ => exit_code::CELL_FAILED,
    }
}

/// Removes the executed copy of an earlier time: the book must not show it as this one's.
fn forget(copy: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(copy) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Failure::from(error).context(format!("cannot replace `{}`", copy.display())))
        }
        _ => Ok(()),
    }
}
