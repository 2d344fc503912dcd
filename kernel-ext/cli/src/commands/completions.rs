//! `kovacs completions`: what makes the Tab key know the commands.

use crate::commands::CommandLine;
use crate::failure::Failure;
use crate::output::print;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Print the completion script of a shell
#[derive(Args)]
#[command(after_help = "Example:\n  kovacs completions bash > ~/.local/share/bash-completion/completions/kovacs")]
pub struct Options {
    /// Shell to complete in
    shell: Shell,
}

/// Prints the script.
///
/// # Errors
/// Standard output cannot be written.
pub fn run(options: &Options) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut CommandLine::command(), "kovacs", &mut script);
    print(&String::from_utf8_lossy(&script))
}
