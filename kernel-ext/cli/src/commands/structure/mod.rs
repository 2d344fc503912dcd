//! `kovacs structure`: from scattered intensity to `S(Q)`, `G(r)`, its first peak and the widths, from the shell.

mod each;
mod geometry;
mod gr;
mod input;
mod peak;
mod reduce;
mod sq;
mod weights;

use crate::failure::Failure;
use clap::Subcommand;
use kovacs_runner::exit_code;
use std::path::{Path, PathBuf};

/// Structure from X-ray scattering: S(Q), G(r), the first peak and its widths, pair weights, geometry
#[derive(Subcommand)]
pub enum Command {
    Sq(Box<sq::Options>),
    Gr(Box<gr::Options>),
    Peak(peak::Options),
    Weights(weights::Options),
    Geometry(geometry::Options),
}

/// Runs the command and gives the exit code.
///
/// # Errors
/// A file cannot be read or does not say what is needed, or what is asked for is not possible.
pub fn run(command: &Command) -> Result<u8, Failure> {
    match command {
        Command::Sq(options) => sq::run(options)?,
        Command::Gr(options) => gr::run(options)?,
        Command::Peak(options) => peak::run(options)?,
        Command::Weights(options) => weights::run(options)?,
        Command::Geometry(options) => geometry::run(options)?,
    }
    Ok(exit_code::OK)
}

/// Where the result of one of several files goes: `out` itself for one file, else `out/NAME.ending`.
fn place(out: &Path, file: &Path, several: bool, ending: &str) -> PathBuf {
    if !several {
        return out.to_path_buf();
    }
    let name = file.file_stem().unwrap_or(file.as_os_str());
    out.join(name).with_extension(ending)
}

/// Refuses several files of which two would be written to one place.
fn check_places(out: &Path, files: &[PathBuf], ending: &str) -> Result<(), Failure> {
    let mut places: Vec<PathBuf> = files.iter().map(|file| place(out, file, files.len() > 1, ending)).collect();
    places.sort();
    match places.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Failure::usage(format!("two of the files would be written to `{}`", pair[0].display()))
            .remedy("run the command once for each folder, with another --out")),
        None => Ok(()),
    }
}

/// A length or wave number with as many digits as mean something.
fn digits(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}")
}
