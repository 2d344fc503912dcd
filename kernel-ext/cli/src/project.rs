//! The project folder: the one that holds the notebooks and the book.

use crate::failure::Failure;
use std::path::{Path, PathBuf};

/// Folder of the notebooks.
pub const NOTEBOOKS: &str = "notebooks";
/// Folder of the book.
pub const BOOK: &str = "book";

/// The nearest folder, `start` or one above it, that holds notebooks and a book.
///
/// # Errors
/// There is none.
pub fn find(start: &Path) -> Result<PathBuf, Failure> {
    let is_project = |folder: &&Path| folder.join(NOTEBOOKS).is_dir() && folder.join(BOOK).join("book.toml").is_file();
    start.ancestors().find(is_project).map(Path::to_path_buf).ok_or_else(|| {
        let place = start.display();
        Failure::new(format!("no Kovacs project: neither `{place}` nor a folder above it has `notebooks` and `book`"))
            .remedy("change into the folder of the project; `kovacs run` runs notebooks anywhere")
    })
}

/// The notebooks of a project, in the order of their names.
///
/// # Errors
/// The folder cannot be listed, or holds no notebook.
pub fn notebooks(project: &Path) -> Result<Vec<PathBuf>, Failure> {
    let folder = project.join(NOTEBOOKS);
    let entries = std::fs::read_dir(&folder)
        .map_err(|error| Failure::from(error).context(format!("cannot list `{}`", folder.display())))?;
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ipynb") && path.is_file())
        .collect();
    found.sort();
    match found.is_empty() {
        true => Err(Failure::new(format!("`{}` holds no notebook, a file that ends in `.ipynb`", folder.display()))),
        false => Ok(found),
    }
}

/// The running program's folder of work.
///
/// # Errors
/// It is gone.
pub fn current_folder() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|error| {
        Failure::from(error).context("the current folder cannot be used").remedy("change into a folder that exists")
    })
}
