//! Protocols from files, and what a measured history foretells of itself.

use crate::codec::{read_curve, read_protocol as decode_protocol, write_curve};
use crate::dataset::Hold;
use crate::error::{Error, Result};
use crate::seam::{self, Operation};
use crate::sheet::{Sheet, four_digits};
use crate::wire::{Reader, WireError, Writer};
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
    /// Stress that follows, MPa, at every measured time, first part included.
    pub predicted: Curve,
    /// Standard error of `predicted` from the uncertainty of the moduli, MPa, at the same times: a lower bound.
    pub standard_error: Curve,
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
    /// Measured and followed stress, hold by hold.
    pub holds: Vec<HoldPrediction>,
}

impl Superposition {
    /// Shows the holds, measured and predicted, as the value of a cell.
    pub fn evcxr_display(&self) {
        self.sheet().evcxr_display();
    }

    fn sheet(&self) -> Sheet {
        let columns = [
            "start [s]",
            "end [s]",
            "measured [MPa], first",
            "measured [MPa], last",
            "predicted [MPa], first",
            "predicted [MPa], last",
            "rms error [MPa]",
            "direction",
        ];
        let title = format!(
            "linear superposition: {} modes, relaxed modulus {} MPa",
            self.moduli.len(),
            four_digits(self.relaxed_modulus)
        );
        let sheet = self.holds.iter().fold(Sheet::new(title, columns), |sheet, hold| {
            let (measured, predicted) = (hold.measured, hold.predicted);
            let numbers =
                [hold.start, hold.end, measured.first, measured.last, predicted.first, predicted.last, hold.rms_error];
            let direction = if hold.direction_is_right { "as predicted" } else { "other than predicted" };
            sheet.row(numbers.map(four_digits).into_iter().chain([direction.to_owned()]))
        });
        let (before, after) = (four_digits(self.misfit_before), four_digits(self.misfit_after));
        sheet.note(format!("root mean square misfit: {before} MPa where it was fitted, {after} MPa where it predicts"))
    }
}

/// Measured and followed stress during one hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HoldPrediction {
    /// Time of the first sample in the hold, s.
    pub start: f64,
    /// Time of the last sample in the hold, s.
    pub end: f64,
    /// What was measured.
    pub measured: Course,
    /// What superposition says.
    pub predicted: Course,
    /// Root mean square of measured minus predicted stress, MPa.
    pub rms_error: f64,
    /// Whether the measured stress goes the way that was predicted: up or down.
    pub direction_is_right: bool,
}

/// One curve during a hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// Stress at the first sample, MPa.
    pub first: f64,
    /// Stress at the last sample, MPa.
    pub last: f64,
    /// Slope of the least-squares line through all samples, MPa/s.
    pub slope: f64,
}

impl Course {
    fn read(reader: &mut Reader<'_>) -> Result<Course, WireError> {
        Ok(Course { first: reader.f64()?, last: reader.f64()?, slope: reader.f64()? })
    }
}

/// Predicts the part of a measured history after `until` (s) from the part before it, by linear superposition.
///
/// The relaxation modulus is a sum of non-negative exponential modes, on a grid fixed by the sampling and the length
/// of the record, fitted to the first part by linear least squares with the strain as measured, ramps included; the
/// rest is a prediction with no free parameter. `strain` (1) and `stress` (MPa) are against time in s; measured and
/// predicted stress are compared in each of `holds`.
///
/// # Errors
/// The curves do not have the same times, there are too few samples before `until`, or a hold has no samples.
pub fn superpose(strain: &Curve, stress: &Curve, until: f64, holds: &[Hold]) -> Result<Superposition> {
    let mut writer = Writer::new();
    write_curve(&mut writer, strain);
    write_curve(&mut writer, stress);
    writer.f64(until);
    writer.sequence(holds, |writer, hold| {
        writer.f64(hold.start);
        writer.f64(hold.end);
    });
    let answer = seam::call(Operation::Superpose, writer)?;
    let mut reader = Reader::new(&answer);
    Ok(Superposition {
        predicted: read_curve(&mut reader)?,
        standard_error: read_curve(&mut reader)?,
        misfit_before: reader.f64()?,
        misfit_after: reader.f64()?,
        relaxation_times: reader.f64s()?,
        moduli: reader.f64s()?,
        relaxed_modulus: reader.f64()?,
        holds: reader.sequence(|reader| {
            Ok(HoldPrediction {
                start: reader.f64()?,
                end: reader.f64()?,
                measured: Course::read(reader)?,
                predicted: Course::read(reader)?,
                rms_error: reader.f64()?,
                direction_is_right: reader.bool()?,
            })
        })?,
    })
}
