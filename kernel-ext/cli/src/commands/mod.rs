//! The command line: one module per command.

mod book;
mod cite;
mod compare;
pub mod completions;
mod data;
mod design;
mod dist;
mod figures;
mod findings;
mod fit;
mod install;
mod kernel;
mod linear;
pub mod man;
mod model;
mod new;
mod posterior;
mod predict;
mod reproduce;
mod run;
mod setup;
mod structure;
mod study;
mod two_step;

use crate::failure::Failure;
use clap::{Parser, Subcommand};
use kovacs_runner::exit_code;

/// A notebook runtime for glass relaxation: models as plugins, data with units, notebooks that run anywhere.
#[derive(Parser)]
#[command(name = "kovacs", version, max_term_width = 110, after_help = AFTER_HELP)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  kovacs reproduce
  kovacs predict aoi --glass ti-zr-hf-cu-ni-be
  kovacs fit pvc two-step --model kww
  kovacs run analysis.ipynb
  kovacs model new zener

Environment:
  KOVACS_MODEL_PATH  folders of model libraries, searched first
  KOVACS_DATA_PATH   folders of data packages, searched first
  KOVACS_CACHE_DIR   where sessions keep what they share
  KOVACS_LOCKED      1: open only the model libraries that `models.lock` holds
  KOVACS_WORKER      program that isolated models run in; otherwise this one
  KOVACS_SDK         folder with the sources that new models in Rust are built on

Exit codes: 0 done, 1 failed, 2 wrong command line; `kovacs run --help` has those of notebooks.";

#[derive(Subcommand)]
enum Command {
    Reproduce(reproduce::Options),
    Predict(predict::Options),
    Findings(findings::Options),
    Fit(fit::Options),
    Posterior(posterior::Options),
    Compare(compare::Options),
    Design(design::Options),
    Linear(linear::Options),
    Run(run::Options),
    #[command(subcommand)]
    Data(data::Command),
    #[command(subcommand)]
    Structure(structure::Command),
    #[command(subcommand)]
    Study(study::Command),
    #[command(subcommand)]
    New(new::Command),
    #[command(subcommand)]
    Model(model::Command),
    #[command(subcommand)]
    Kernel(kernel::Command),
    #[command(subcommand)]
    Book(book::Command),
    Figures(figures::Options),
    Setup(setup::Options),
    Install(install::Options),
    Uninstall(install::UninstallOptions),
    Dist(dist::Options),
    Cite(cite::Options),
    Completions(completions::Options),
    Man(man::Options),
}

impl CommandLine {
    /// Does what was asked for and gives the exit code.
    ///
    /// # Errors
    /// The command failed; the failure has its own exit code.
    pub fn run(&self) -> Result<u8, Failure> {
        let done = |result: Result<(), Failure>| result.map(|()| exit_code::OK);
        match &self.command {
            Command::Reproduce(options) => reproduce::run(options),
            Command::Predict(options) => done(predict::run(options)),
            Command::Findings(options) => done(findings::run(options)),
            Command::Fit(options) => done(fit::run(options)),
            Command::Posterior(options) => done(posterior::run(options)),
            Command::Compare(options) => done(compare::run(options)),
            Command::Design(options) => done(design::run(options)),
            Command::Linear(options) => done(linear::run(options)),
            Command::Run(options) => run::run(options),
            Command::Data(command) => data::run(command),
            Command::Structure(command) => structure::run(command),
            Command::Study(command) => study::run(command),
            Command::New(command) => done(new::run(command)),
            Command::Model(command) => model::run(command),
            Command::Kernel(command) => kernel::run(command),
            Command::Book(command) => book::run(command),
            Command::Figures(options) => done(figures::run(options)),
            Command::Setup(options) => done(setup::run(options)),
            Command::Install(options) => done(install::run(options)),
            Command::Uninstall(options) => done(install::uninstall(options)),
            Command::Dist(options) => done(dist::run(options)),
            Command::Cite(options) => done(cite::run(options)),
            Command::Man(options) => done(man::run(options)),
            Command::Completions(options) => done(completions::run(options)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent_and_every_command_has_an_example() {
        let mut command = CommandLine::command();
        command.build();
        command.clone().debug_assert();
        let mut pending = vec![command];
        while let Some(command) = pending.pop() {
            let subcommands: Vec<_> =
                command.get_subcommands().filter(|sub| sub.get_name() != "help").cloned().collect();
            if subcommands.is_empty() {
                let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.contains("Example"), "`{}` has no example", command.get_name());
            }
            pending.extend(subcommands);
        }
    }
}
