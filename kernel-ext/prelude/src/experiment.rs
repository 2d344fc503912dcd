//! Protocols from files, and what a measured history foretells of itself.

use crate::codec::{read_curve, read_protocol as decode_protocol, write_curve};
use crate::error::{Error, Result};
use crate::seam::{self, Operation};
use crate::wire::{Reader, Writer};
use kovacs_core::{Curve, Protocol};

/// Reads a protocol from a TOML file: the form that the shell and data packages use too.
///
/// # Errors
/// The file cannot be read, or is not a protocol; the message names the line or the segment.
pub fn read_protocol(path: &str) -> Result<Protocol> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::new("NoFile", format!("cannot read the protocol `{path}`: {error}")))?;
    let mut writer = Writer::new();
    writer.text(&text);
    let answer = seam::call(Operation::ParseProtocol, writer)
        .map_err(|error| Error::new(error.kind(), format!("`{path}`: {}", error.message())))?;
    Ok(decode_protocol(&mut Reader::new(&answer))?)
}

/// What linear superposition makes of a measured history: its relaxation modulus is determined from the first part,
/// and the rest follows without a parameter.
#[derive(Clone, Debug)]
pub struct Superposition {
    /// Stress that follows, at every measured time, first part included.
    pub predicted: Curve,
    /// Root mean square of measured minus followed stress over the first part, MPa.
    pub misfit_before: f64,
    /// The same over the rest, MPa: what superposition does not explain.
    pub misfit_after: f64,
    /// Relaxation times of the modes with weight, s.
    pub relaxation_times: Vec<f64>,
    /// Their moduli, MPa.
    pub moduli: Vec<f64>,
    /// Modulus that does not relax, MPa.
    pub relaxed_modulus: f64,
}

/// Predicts the part of a measured history after `until` (s) from the part before it, by linear superposition.
///
/// The relaxation modulus is a sum of non-negative exponential modes, on a grid fixed by the sampling and the length
/// of the record, fitted to the first part by linear least squares with the strain as measured, ramps included; the
/// rest is a prediction with no free parameter. `strain` (1) and `stress` (MPa) are against time in s.
///
/// # Errors
/// The curves do not have the same times, or there are too few samples before `until`.
pub fn superpose(strain: &Curve, stress: &Curve, until: f64) -> Result<Superposition> {
    let mut writer = Writer::new();
    write_curve(&mut writer, strain);
    write_curve(&mut writer, stress);
    writer.f64(until);
    let answer = seam::call(Operation::Superpose, writer)?;
    let mut reader = Reader::new(&answer);
    Ok(Superposition {
        predicted: read_curve(&mut reader)?,
        misfit_before: reader.f64()?,
        misfit_after: reader.f64()?,
        relaxation_times: reader.f64s()?,
        moduli: reader.f64s()?,
        relaxed_modulus: reader.f64()?,
    })
}
