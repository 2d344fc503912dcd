//! What the Tab key offers for names: models, packages, notebooks.
//!
//! Whatever goes wrong here, nothing is offered: a shell that completes is no place for messages.

use clap_complete::engine::{CompletionCandidate, PathCompleter};
use kovacs_datasets::Registry;
use kovacs_host::Models;
use std::path::Path;

/// The models there are, each with what it is.
pub fn models() -> Vec<CompletionCandidate> {
    let models = Models::discover();
    let visible = models.catalogue().entries.iter().filter(|entry| entry.shadowed_by.is_none());
    visible
        .map(|entry| {
            let about = entry.description();
            CompletionCandidate::new(about.short_id()).help(Some(about.name.clone().into()))
        })
        .collect()
}

/// The data packages there are.
pub fn packages() -> Vec<CompletionCandidate> {
    let listed = Registry::standard(&[]).list();
    let visible = listed.into_iter().filter(|package| package.hidden_by.is_none());
    visible
        .map(|listed| {
            let title = listed.package.ok().map(|package| package.title().to_owned());
            CompletionCandidate::new(listed.name).help(title.map(Into::into))
        })
        .collect()
}

/// Notebooks, and the folders on the way to them.
pub fn notebooks() -> PathCompleter {
    PathCompleter::any().filter(|path: &Path| path.extension().is_some_and(|extension| extension == "ipynb"))
}
