//! `kovacs model`: which models there are, new ones, and whether they keep their promises.

mod check;
mod lock;
mod new;
mod show;
mod trust;

pub use show::{load, number};

use crate::failure::Failure;
use clap::Subcommand;
use kovacs_runner::exit_code;

/// List, show, write, check and approve models
#[derive(Subcommand)]
pub enum Command {
    /// List the models found, what is shadowed or refused and why, and the places searched
    #[command(after_help = "\
Examples:
  kovacs model list
  KOVACS_MODEL_PATH=$PWD/build kovacs model list --json")]
    List(show::ListOptions),
    /// Show parameters, bounds, parameter sets and outputs of a model
    #[command(after_help = "Example:\n  kovacs model info aoi")]
    Info(show::InfoOptions),
    New(new::Options),
    Check(check::Options),
    Trust(trust::Options),
    Lock(lock::Options),
}

/// Runs the command and gives the exit code.
///
/// # Errors
/// There is no such model, a folder cannot be written, or whatever else the command says.
pub fn run(command: &Command) -> Result<u8, Failure> {
    let done = |result: Result<(), Failure>| result.map(|()| exit_code::OK);
    match command {
        Command::List(options) => done(show::list(options)),
        Command::Info(options) => done(show::info(options)),
        Command::New(options) => done(new::run(options)),
        Command::Check(options) => check::run(options),
        Command::Trust(options) => done(trust::run(options)),
        Command::Lock(options) => done(lock::run(options)),
    }
}
