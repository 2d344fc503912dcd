//! `kovacs completions`: what makes the Tab key know commands, models, packages and notebooks.
//!
//! The script of a shell is short: it calls this program, with [`VARIABLE`] set, and the program answers.

use crate::commands::CommandLine;
use crate::failure::Failure;
use crate::output::print;
use clap::{Args, CommandFactory};
use clap_complete::env::Shells;
use clap_complete::{CompleteEnv, Shell};

/// Set by the scripts when they ask what to offer.
const VARIABLE: &str = "KOVACS_COMPLETE";

/// Print the completion script of a shell
#[derive(Args)]
#[command(after_help = "\
`kovacs install` writes the scripts where bash, zsh and fish find them.

Examples:
  kovacs completions bash > ~/.local/share/bash-completion/completions/kovacs
  source <(kovacs completions zsh)")]
pub struct Options {
    /// Shell to complete in
    shell: Shell,
}

/// Prints the script.
///
/// # Errors
/// Standard output cannot be written.
pub fn run(options: &Options) -> Result<(), Failure> {
    print(&script(options.shell)?)
}

/// Answers a script that asks what to offer, and ends the program then.
pub fn answer() {
    CompleteEnv::with_factory(CommandLine::command).var(VARIABLE).complete();
}

/// The scripts of an installation, with where each belongs below its prefix.
///
/// # Errors
/// Never in practice: the scripts are written into memory.
pub fn installed() -> Result<Vec<(&'static str, String)>, Failure> {
    [
        ("share/bash-completion/completions/kovacs", Shell::Bash),
        ("share/zsh/site-functions/_kovacs", Shell::Zsh),
        ("share/fish/vendor_completions.d/kovacs.fish", Shell::Fish),
    ]
    .into_iter()
    .map(|(path, shell)| Ok((path, script(shell)?)))
    .collect()
}

fn script(shell: Shell) -> Result<String, Failure> {
    let shells = Shells::builtins();
    let shell = shell.to_string();
    let completer = shells.completer(&shell).ok_or_else(|| Failure::usage(format!("no script for `{shell}`")))?;
    let mut script = Vec::new();
    completer.write_registration(VARIABLE, "kovacs", "kovacs", "kovacs", &mut script)?;
    Ok(String::from_utf8_lossy(&script).into_owned())
}
