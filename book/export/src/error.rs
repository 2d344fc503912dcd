//! Why a figure cannot be written.

use std::io;
use std::path::{Path, PathBuf};

/// Why a figure cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// A width that is not understood.
    #[error(
        "`{text}` is no width; write `89mm`, `8.9cm` or `3.5in` between 10 mm and 2 m, or `single` (89 mm) or `double` (183 mm)"
    )]
    Length {
        /// As given.
        text: String,
    },
    /// The picture is no SVG that can be drawn.
    #[error("the picture of cell `{cell}` cannot be drawn: {message}")]
    Picture {
        /// Id of the cell.
        cell: String,
        /// What is wrong.
        message: String,
    },
    /// No browser to make PDF and PNG with.
    #[error(
        "no browser was found to make PDF and PNG with; install Chromium, Chrome or Edge, or name one in KOVACS_BROWSER; SVG needs none"
    )]
    NoBrowser,
    /// The browser made no file.
    #[error("`{program}` made no file of cell `{cell}`: {message}")]
    Browser {
        /// The program.
        program: String,
        /// Id of the cell.
        cell: String,
        /// What it says.
        message: String,
    },
    /// More pixels than a browser draws.
    #[error("{width} by {height} pixels are too many; ask for fewer dots per inch or a smaller width")]
    TooLarge {
        /// Pixels across.
        width: u64,
        /// Pixels down.
        height: u64,
    },
    /// A file for or of the browser cannot be written or read.
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

impl ExportError {
    pub(crate) fn file(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ExportError {
        move |source| ExportError::File { what, path: path.to_owned(), source }
    }
}
