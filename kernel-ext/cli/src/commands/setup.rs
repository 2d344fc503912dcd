//! `kovacs setup`: makes what all sessions share, before the first one needs it.

use crate::failure::Failure;
use crate::notebooks::no_session;
use crate::output::print;
use crate::project::current_folder;
use crate::reporter::Reporter;
use clap::Args;
use kovacs_session::SessionOptions;

/// Prepare what notebook sessions share, so that the first one starts fast
#[derive(Args)]
#[command(after_help = "\
It is made once per compiler and version of Kovacs, without a network, and by any command that needs it.

Examples:
  kovacs setup
  kovacs setup --force    # anew, if sessions do not start")]
pub struct Options {
    /// Make it anew even if it is there; end running sessions first
    #[arg(long)]
    force: bool,
}

/// Makes the set-up and names its folder.
///
/// # Errors
/// There is no compiler, or the folder cannot be written.
pub fn run(options: &Options) -> Result<(), Failure> {
    let session = SessionOptions::new(current_folder()?);
    let mut reporter = Reporter::new(false);
    let folder = kovacs_session::set_up(&session, options.force, &mut |step| reporter.step(&step.to_string()));
    reporter.clear();
    print(&format!("sessions are set up in {}", folder.map_err(no_session)?.display()))
}
