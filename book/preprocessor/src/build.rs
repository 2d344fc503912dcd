//! One call builds a book; the old one stays until the new one is complete.

use crate::error::BookError;
use crate::expand::{Expanded, Expander, Results};
use crate::offline::{ExternalResource, external_resources};
use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use std::cell::RefCell;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// In every book that was built here, so that nothing else is ever replaced.
const MARKER: &str = "kovacs-book.json";

/// What a book is built from.
#[derive(Clone, Debug)]
pub struct BookOptions {
    /// Folder with `book.toml`.
    pub source: PathBuf,
    /// Folder of executed notebooks; `{{#notebook NAME}}` shows `NAME.ipynb` of it.
    pub executed_notebooks: PathBuf,
    /// Folder of the notebooks as they are now, to mark results that are older; `None` to trust them.
    pub notebooks: Option<PathBuf>,
    /// The file that `{{#scorecard}}` shows.
    pub scorecard: Option<PathBuf>,
    /// Folder for the book; it is replaced as a whole, and only if it is empty or holds a book built here.
    pub destination: PathBuf,
}

/// A book that was built.
#[derive(Clone, Debug)]
pub struct BuiltBook {
    /// The page to open.
    pub index: PathBuf,
    /// Notebooks that chapters ask for and that were not executed; the pages say so.
    pub missing_notebooks: Vec<String>,
    /// What pages would load over the network; empty unless a notebook's text or a chapter brings it in.
    pub external_resources: Vec<ExternalResource>,
}

/// Builds the book and puts it in its place.
///
/// # Errors
/// No book in the folder, a chapter asks for something unknown, a damaged notebook or scorecard, a destination that
/// holds something else, files that cannot be written. The old book is untouched then.
pub fn build(options: &BookOptions) -> Result<BuiltBook, BookError> {
    let configuration = options.source.join("book.toml");
    if !configuration.is_file() {
        return Err(BookError::NoBook { path: options.source.clone() });
    }
    let destination =
        std::path::absolute(&options.destination).map_err(BookError::file("find", &options.destination))?;
    refuse_foreign(&destination)?;
    let parent = destination.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(parent).map_err(BookError::file("make", parent))?;
    let staging = tempfile::Builder::new()
        .prefix(".kovacs-book-")
        .tempdir_in(parent)
        .map_err(BookError::file("make a folder in", parent))?;
    let fresh = staging.path().join("book");
    let expanded = render(options, &configuration, &fresh)?;
    for (name, bytes) in &expanded.files {
        write(&fresh.join(name), bytes)?;
    }
    let marker = serde_json::json!({
        "engine_version": kovacs_runner::ENGINE_VERSION,
        "missing_notebooks": expanded.missing,
    });
    write(&fresh.join(MARKER), format!("{marker:#}\n").as_bytes())?;
    let external_resources = external_resources(&fresh)?;
    if destination.exists() {
        let old = staging.path().join("old");
        fs::rename(&destination, &old).map_err(BookError::file("replace", &destination))?;
    }
    fs::rename(&fresh, &destination).map_err(BookError::file("write", &destination))?;
    Ok(BuiltBook { index: destination.join("index.html"), missing_notebooks: expanded.missing, external_resources })
}

fn refuse_foreign(destination: &Path) -> Result<(), BookError> {
    if !destination.exists() {
        return Ok(());
    }
    let is_empty = fs::read_dir(destination).map_err(BookError::file("list", destination))?.next().is_none();
    if is_empty || destination.join(MARKER).is_file() {
        Ok(())
    } else {
        Err(BookError::ForeignDestination { path: destination.to_owned() })
    }
}

fn render(options: &BookOptions, configuration: &Path, fresh: &Path) -> Result<Expanded, BookError> {
    let refused = |message: String| BookError::MdBook { path: options.source.clone(), message };
    let mut config = Config::from_disk(configuration).map_err(|error| refused(format!("{error:#}")))?;
    config.build.build_dir = fresh.to_owned();
    config.build.create_missing = false;
    let expanded = Rc::new(RefCell::new(Expanded::default()));
    let results = Results {
        executed: options.executed_notebooks.clone(),
        notebooks: options.notebooks.clone(),
        scorecard: options.scorecard.clone(),
    };
    // mdBook panics on Markdown that it takes for a bug of its own; text of a notebook must not end the process.
    let built = catch_unwind(AssertUnwindSafe(|| {
        let mut book = MDBook::load_with_config(&options.source, config)?;
        book.with_preprocessor(Expander::new(results, Rc::clone(&expanded)));
        book.build()
    }));
    match built {
        Ok(Ok(())) => Ok(expanded.take()),
        Ok(Err(error)) => Err(error.downcast::<BookError>().unwrap_or_else(|error| refused(format!("{error:#}")))),
        Err(_) => Err(refused("it panicked; the text of a notebook or chapter has HTML it cannot follow".to_owned())),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), BookError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(BookError::file("make", folder))?;
    }
    fs::write(path, bytes).map_err(BookError::file("write", path))
}

#[cfg(test)]
mod tests;
