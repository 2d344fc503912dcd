//! Why a book cannot be built.

use crate::place::Place;
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
    /// The BibTeX file is not understood.
    #[error("`{}`, line {line}: {message}", path.display())]
    Bibliography {
        /// The file.
        path: PathBuf,
        /// Line of the file, from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// A chapter cites something, and the book names no BibTeX file.
    #[error(
        "{place}: `@{key}` cites a source, and the book has none; name a BibTeX file in `book.toml`: \
         `[preprocessor.kovacs]`, `bibliography = \"references.bib\"`"
    )]
    NoBibliography {
        /// Where it is cited.
        place: Place,
        /// The key.
        key: String,
    },
    /// A chapter cites something that is not in the BibTeX file.
    #[error(
        "{place}: there is no entry `{key}` in `{}`; {}",
        bibliography.display(),
        similar.as_ref().map_or_else(|| "add it there, or correct the key".to_owned(), |near| format!("is `{near}` meant?"))
    )]
    UnknownCitation {
        /// Where it is cited.
        place: Place,
        /// The key.
        key: String,
        /// The BibTeX file.
        bibliography: PathBuf,
        /// A key that is nearly the same.
        similar: Option<String>,
    },
    /// A reference to a figure or an equation that is not there, or is there more than once.
    #[error(
        "{place}: `[@{label}]` refers to {}; write `[@fig:CELL-ID]` for the figure of a cell, or `[@eq:NAME]` for \
         an equation that ends with `{{#eq:NAME}}`",
        if pages.is_empty() { "nothing in this book".to_owned() } else {
            let pages: Vec<_> = pages.iter().map(|page| page.display().to_string()).collect();
            format!("several things, in {}", pages.join(" and "))
        }
    )]
    UnknownReference {
        /// Where it stands.
        place: Place,
        /// What is referred to.
        label: String,
        /// Pages that have such a thing.
        pages: Vec<PathBuf>,
    },
    /// A formula is not understood.
    #[error("{place}: cannot show the formula `{formula}`: {message}; write it in LaTeX")]
    Formula {
        /// Where it stands.
        place: Place,
        /// The formula.
        formula: String,
        /// What is wrong with it.
        message: String,
    },
    /// A published value is asked for that cannot be had.
    #[error("{place}: cannot show `{{{{#value {text}}}}}`: {message}")]
    Value {
        /// Where it stands.
        place: Place,
        /// What is asked for.
        text: String,
        /// What is wrong.
        message: String,
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
    /// What a preprocessor is given is no book.
    #[error("this is not what mdBook 0.5 writes to a preprocessor: {message}; let mdBook start it, from `book.toml`")]
    Protocol {
        /// What is wrong.
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
