//! `kovacs model trust`: whose code may run.

use crate::failure::{Explain, Failure};
use crate::output::{aligned, print, print_json};
use clap::Args;
use kovacs_host::TrustStore;
use serde_json::json;
use std::path::Path;

/// Approve a model library, or everything that is built in a project; without a path, list the approvals
#[derive(Args)]
#[command(after_help = "\
An approval is for the content of a file, wherever it lies; a changed file is unknown again.
Loading a model runs its author's code with your rights: approve what you would run.

Examples:
  kovacs model trust build/libkovacs_model_mine.so
  kovacs model trust ~/models/mine            # a folder with a Cargo.toml: its builds
  kovacs model trust                          # what is approved
  kovacs model trust --withdraw ~/models/mine")]
pub struct Options {
    /// Library, or folder of a project
    path: Option<String>,
    /// Take the approval back; a library can also be named by its SHA-256
    #[arg(long, requires = "path")]
    withdraw: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Who approves, as the store records it.
const BY: &str = "kovacs model trust";

/// Approves, withdraws or lists.
///
/// # Errors
/// The library is refused for another reason, or the store cannot be read or written.
pub fn run(options: &Options) -> Result<(), Failure> {
    let store = TrustStore::of_user();
    match &options.path {
        None => list(&store, options.json),
        Some(path) if options.withdraw => withdraw(&store, path, options.json),
        Some(path) => approve(&store, path, options.json),
    }
}

fn approve(store: &TrustStore, path: &str, as_json: bool) -> Result<(), Failure> {
    let absolute = Path::new(path).canonicalize();
    let absolute = absolute.map_err(|error| Failure::from(error).context(format!("cannot read `{path}`")))?;
    if absolute.is_dir() {
        let project = store.approve_project(&absolute, BY).doing("cannot approve the project")?;
        let words = format!("approved everything that is built in {}", project.path.display());
        return if as_json { print_json(&json!({"project": project})) } else { print(&words) };
    }
    let approval = store.approve(&absolute, BY).doing("cannot approve the library")?;
    if as_json {
        return print_json(&json!({"library": approval}));
    }
    print(&format!("approved {} in {}\nSHA-256 {}", approval.models.join(", "), absolute.display(), approval.sha256))
}

fn withdraw(store: &TrustStore, path: &str, as_json: bool) -> Result<(), Failure> {
    let count = store.withdraw(path).doing("cannot withdraw the approval")?;
    if count == 0 {
        return Err(Failure::new(format!("`{path}` is not approved")).remedy("`kovacs model trust` lists what is"));
    }
    if as_json { print_json(&json!({"withdrawn": count})) } else { print(&format!("withdrew {count} approvals")) }
}

fn list(store: &TrustStore, as_json: bool) -> Result<(), Failure> {
    let approvals = store.read().doing("cannot read the approvals")?;
    if as_json {
        return print_json(&json!({"store": store.path(), "approvals": approvals}));
    }
    let projects = approvals.projects.iter().map(|project| {
        vec!["project".to_owned(), project.date.clone(), String::new(), project.path.display().to_string()]
    });
    let libraries = approvals.libraries.iter().map(|library| {
        let digest: String = library.sha256.chars().take(12).collect();
        vec![library.models.join(", "), library.date.clone(), digest, library.path.display().to_string()]
    });
    let rows: Vec<Vec<String>> = projects.chain(libraries).collect();
    let place = store.path().map(|path| path.display().to_string()).unwrap_or_default();
    match rows.is_empty() {
        true => print(&format!("nothing is approved; approvals are kept in {place}")),
        false => print(&format!("{}kept in {place}", aligned("", &rows))),
    }
}
