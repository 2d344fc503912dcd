//! Files as instruments, beamlines and people write them, into named columns with their units as stated.
//!
//! A file is recognised by what is in it, never by its ending. What comes out is a [`Document`]: its sheets, their
//! columns with heading and unit as written, the keys and values of its header, and [`Doubt`]s: what a person must look
//! at before trusting the numbers. Nothing is guessed here: a unit that the file does not state is
//! [`StatedUnit::Missing`], and whoever imports the file is asked.
//!
//! This crate knows no packages and no polars, so that every reader is a plain function of bytes that can be tested and
//! fuzzed alone: [`read_bytes`].

#![forbid(unsafe_code)]

mod delimited;
mod document;
mod doubts;
mod error;
mod fixed_width;
mod format;
mod heading;
mod mts;
mod no_table;
mod options;
mod pdf_file;
mod proteus;
mod recognise;
mod reptate;
mod rheocompass;
mod scattering;
mod text;
mod text_table;
mod trios;
mod universal_analysis;
mod web_plot_digitizer;
mod workbook;

pub use document::{Column, Document, Doubt, Sheet, StatedUnit, Values};
pub use error::FormatError;
pub use format::Format;
pub use options::ReadOptions;
pub use pdf_file::{PdfFile, PdfKind};

use std::path::Path;

/// Reads a file, recognised by its content.
///
/// # Errors
/// [`FormatError`], which says where and what to do.
pub fn read(path: &Path, options: &ReadOptions<'_>) -> Result<Document, FormatError> {
    recognise::read_file(path, options)
}

/// Reads the content of a file that is in memory already.
///
/// # Errors
/// [`FormatError`], which says where and what to do.
pub fn read_bytes(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Document, FormatError> {
    recognise::read_bytes(bytes, options)
}
