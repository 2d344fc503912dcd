//! The `kovacs` program: every command, and the roles in which this executable is started again.
//!
//! Commands are thin: each reads its options, calls the crate that knows, and words the result for a shell.

mod candidates;
mod citation;
mod commands;
mod failure;
mod inputs;
mod installation;
mod interrupt;
mod notebooks;
mod output;
mod parameters;
mod project;
mod quantities;
mod references;
mod reporter;
mod reports;
mod roles;
mod waiting;
mod watched;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = roles::play() {
        return code;
    }
    commands::completions::answer();
    match commands::CommandLine::parse().run() {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            output::notice(&format!("error: {failure}"));
            ExitCode::from(failure.exit_code())
        }
    }
}
