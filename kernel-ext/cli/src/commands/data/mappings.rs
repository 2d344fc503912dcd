//! `kovacs data mappings`: what is remembered of imported files.

use crate::failure::Failure;
use crate::output::{aligned, print, print_json};
use clap::Args;
use kovacs_datasets::import::Memory;
use serde_json::json;

/// List or forget what was said of imported files, and is used for others with the same headings
#[derive(Args)]
#[command(after_help = "\
Examples:
  kovacs data mappings
  kovacs data mappings --forget run-1.txt
  kovacs data mappings --forget 1f0c6a2b93de")]
pub struct Options {
    /// Forget one, by its id or by the file it was last used for
    #[arg(long, value_name = "ID or FILE")]
    forget: Option<String>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Lists or forgets.
///
/// # Errors
/// There is nothing to forget, or it cannot be removed.
pub fn run(options: &Options) -> Result<(), Failure> {
    let memory = Memory::of_user();
    if let Some(meant) = &options.forget {
        let forgotten = memory.forget(meant)?;
        return match options.json {
            true => print_json(&json!({"forgotten": forgotten})),
            false => print(&format!("forgot {forgotten}\n")),
        };
    }
    let known = memory.list();
    if options.json {
        let mappings: Vec<_> = known
            .iter()
            .map(|(id, known)| {
                json!({
                    "id": id, "file": known.file, "format": known.format,
                    "headings": known.headings, "mapping": known.mapping,
                })
            })
            .collect();
        return print_json(&json!({"folder": memory.folder(), "mappings": mappings}));
    }
    let rows: Vec<Vec<String>> =
        known.into_iter().map(|(id, known)| vec![id, known.file, known.format, known.headings.join(", ")]).collect();
    match rows.is_empty() {
        true => print("nothing is remembered yet\n"),
        false => print(&aligned("", &rows)),
    }
}
