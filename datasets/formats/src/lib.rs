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

mod document;
mod error;
mod format;
mod pdf_file;

pub use document::{Column, Document, Doubt, Sheet, StatedUnit, Values};
pub use error::FormatError;
pub use format::Format;
pub use pdf_file::{PdfFile, PdfKind};
