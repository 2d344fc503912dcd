//! Why a session cannot be had. A failing cell is not one of these: it is a [`CellError`](crate::CellError).

use std::io;
use std::path::PathBuf;

/// Why a session cannot be started or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// There is no Rust compiler.
    #[error("cannot run `rustc`: {source}; install Rust from rustup.rs, cells are compiled with it")]
    NoCompiler {
        /// What the system says.
        source: io::Error,
    },
    /// The compiler is there but of no use.
    #[error("`rustc` does not tell where its libraries are: {message}")]
    BadCompiler {
        /// What it said.
        message: String,
    },
    /// The sources of the standard library are missing.
    #[error("the sources of the standard library are not in {}; run `rustup component add rust-src`", path.display())]
    NoStandardLibrarySources {
        /// Where they should be.
        path: PathBuf,
    },
    /// The prelude cannot be compiled for cells.
    #[error("the prelude cannot be compiled for cells: {message}")]
    PreludeFailed {
        /// What the compiler said.
        message: String,
    },
    /// No folder for what all sessions share.
    #[error("no folder to set up sessions in: set `KOVACS_CACHE_DIR`, `XDG_CACHE_HOME` or `HOME`")]
    NoCacheFolder,
    /// The crates of others are not ready for cells.
    #[error(
        "polars, ndarray, plotly and statrs cannot be used in cells: {message}; run `cargo build` in the workspace of \
         Kovacs, then `kovacs setup`"
    )]
    CellCrates {
        /// What is missing, or what the compiler says.
        message: String,
    },
    /// A file of the session cannot be written or read.
    #[error("cannot {what} {}: {source}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The engine did not start.
    #[error("the engine did not start: {message}")]
    EngineFailed {
        /// What it said.
        message: String,
    },
    /// The engine ended, or does not answer.
    #[error("the engine is gone: {message}")]
    EngineGone {
        /// What it said last.
        message: String,
    },
}

impl SessionError {
    pub(crate) fn file(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| SessionError::File { what, path, source }
    }
}
