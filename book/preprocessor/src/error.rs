//! Why a book cannot be built.

use kovacs_runner::RunnerError;
use std::io;
use std::path::PathBuf;

/// Why a book cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BookError {
    /// The folder holds no book.
    #[error("`{}` is not the folder of a book: there is no `book.toml` in it", path.display())]
    NoBook {
        /// As given.
        path: PathBuf,
    },
    /// A chapter asks for something in a way that is not understood.
    #[error(
        "chapter `{}`, line {line}: cannot understand `{text}`; write `{{{{#notebook NAME}}}}` with the name of a \
         notebook without `.ipynb`, `{{{{#figure NAME CELL-ID}}}}` with the id of one of its code cells, or \
         `{{{{#scorecard}}}}`",
        chapter.display()
    )]
    BadInclude {
        /// The chapter's file, relative to the book's sources.
        chapter: PathBuf,
        /// Line of the chapter, from 1.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// An executed notebook or the scorecard is there but cannot be read.
    #[error(transparent)]
    Results(#[from] RunnerError),
    /// mdBook refuses the book.
    #[error("mdBook cannot build `{}`: {message}", path.display())]
    MdBook {
        /// Folder of the book.
        path: PathBuf,
        /// What mdBook says.
        message: String,
    },
    /// The place for the book holds something else.
    #[error(
        "`{}` is not empty and holds no book that Kovacs built, so it is not replaced; name another folder, or empty it",
        path.display()
    )]
    ForeignDestination {
        /// As given.
        path: PathBuf,
    },
    /// A file of the book cannot be read or written.
    #[error("cannot {what} `{}`: {source}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl BookError {
    pub(crate) fn file(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| BookError::File { what, path, source }
    }
}
