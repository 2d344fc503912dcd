//! `kovacs model lock`: the very libraries that a project computes with, by their digests.

use crate::failure::{Explain, Failure};
use crate::output::{notice, print, print_json};
use crate::project::current_folder;
use clap::Args;
use kovacs_host::{LOCK_NAME, LOCKED_VARIABLE, Lock, Models};
use serde_json::json;
use std::path::PathBuf;

/// Write the digests of the libraries in use to `models.lock`: with KOVACS_LOCKED=1 no other is opened
#[derive(Args)]
#[command(after_help = "Examples:\n  kovacs model lock\n  KOVACS_LOCKED=1 kovacs predict aoi")]
pub struct Options {
    /// File to write [default: `models.lock` in the current folder]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Writes the lock and says what is in it.
///
/// # Errors
/// There is no model that may be opened, or the file cannot be written.
pub fn run(options: &Options) -> Result<(), Failure> {
    let path = match &options.out {
        Some(path) => path.clone(),
        None => current_folder()?.join(LOCK_NAME),
    };
    let models = Models::discover();
    let catalogue = models.catalogue();
    let lock = Lock::of(catalogue);
    if lock.libraries.is_empty() {
        return Err(Failure::new("no model may be opened, so there is nothing to lock").remedy(format!(
            "`kovacs model list` says why; {LOCKED_VARIABLE} must not be set while a lock is written"
        )));
    }
    lock.write(&path).doing("cannot write the lock")?;
    let unlocked = catalogue.entries.iter().filter_map(|entry| entry.refusal().map(|_| entry.path()));
    let unknown = catalogue.broken.iter().map(|broken| broken.path.as_path());
    for library in unlocked.chain(unknown) {
        notice(&format!("not locked: `{}` may not be opened", library.display()));
    }
    if options.json {
        return print_json(&json!({"lock": path, "libraries": lock.libraries}));
    }
    let mut text = format!("{}\n", path.display());
    for library in &lock.libraries {
        text.push_str(&format!("  {}  {}: {}\n", &library.sha256[..12], library.file, library.models.join(", ")));
    }
    print(&text)
}
