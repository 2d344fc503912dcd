//! `kovacs man`: the help of every command as pages of the manual.

use crate::commands::CommandLine;
use crate::failure::Failure;
use crate::output::print;
use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use std::path::PathBuf;

/// Print or write the manual pages
#[derive(Args)]
#[command(after_help = "\
`kovacs install` writes them where `man` finds them.

Examples:
  kovacs man predict | man -l -
  kovacs man data import
  kovacs man --out ~/.local/share/man/man1    # all of them")]
pub struct Options {
    /// Command whose page is printed, in the words of the command line [default: kovacs itself]
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
    /// Write the pages of all commands into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    out: Option<PathBuf>,
}

/// Prints a page, or writes all.
///
/// # Errors
/// There is no such command, or the folder cannot be written.
pub fn run(options: &Options) -> Result<(), Failure> {
    let pages = pages(CommandLine::command())?;
    let Some(folder) = &options.out else {
        let words = std::iter::once("kovacs").chain(options.command.iter().map(String::as_str));
        let wanted = format!("{}.1", words.collect::<Vec<_>>().join("-"));
        let page = pages.into_iter().find(|(name, _)| *name == wanted).ok_or_else(|| {
            Failure::usage(format!("there is no command `kovacs {}`", options.command.join(" ")))
                .remedy("`kovacs help` lists the commands")
        })?;
        return print(&String::from_utf8_lossy(&page.1));
    };
    let refused = |error: std::io::Error| Failure::from(error).context(format!("cannot write `{}`", folder.display()));
    std::fs::create_dir_all(folder).map_err(refused)?;
    for (name, page) in &pages {
        std::fs::write(folder.join(name), page).map_err(refused)?;
    }
    print(&format!("wrote {} pages into {}", pages.len(), folder.display()))
}

/// File names and texts of the pages of a command and of those below it.
///
/// # Errors
/// Never in practice: the pages are written into memory.
pub fn pages(command: Command) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    let mut pending = vec![command];
    while let Some(command) = pending.pop() {
        pending.extend(command.get_subcommands().filter(|below| !below.is_hide_set()).cloned());
        let source = format!("Kovacs {}", env!("CARGO_PKG_VERSION"));
        let page = Man::new(command).source(source).manual("Kovacs");
        let mut text = Vec::new();
        page.render(&mut text)?;
        pages.push((page.get_filename(), text));
    }
    pages.sort();
    Ok(pages)
}
