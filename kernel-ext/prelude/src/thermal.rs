//! Thermal memory as cells see it: what the fictive temperature of a model does after two or more jumps of temperature.

use crate::codec;
use crate::error::Result;
use crate::model::Model;
use crate::seam::{self, Operation};
use crate::sheet::{Sheet, four_digits};
use crate::wire::Reader;
use kovacs_core::thermal_kovacs::ThermalKovacs;

/// The fictive temperature in the last stage of a thermal test.
#[derive(Clone, Debug, PartialEq)]
pub struct ThermalMemory {
    /// `peak`, `no_hump` or `monotone_rise`.
    pub kind: String,
    /// Fictive minus prescribed temperature at its extremum, K: below 0 if the sample was cooled last. Only a peak has one.
    pub hump_height: Option<f64>,
    /// Time of the extremum after the last jump, s; only a peak has one.
    pub hump_time: Option<f64>,
    /// How long the stage before the last one lasted, s.
    pub t1: f64,
    /// Fictive minus prescribed temperature just after the last jump, K.
    pub departure: f64,
}

impl ThermalMemory {
    /// Shows the memory as the value of a cell.
    pub fn evcxr_display(&self) {
        let row = |name: &str, value: Option<f64>, unit: &str, what: &str| {
            [name.to_owned(), four_digits(value), unit.to_owned(), what.to_owned()]
        };
        Sheet::new(format!("thermal memory: {}", self.kind), ["quantity", "value", "unit", "what it is"])
            .row(row("hump_height", self.hump_height, "K", "fictive minus prescribed temperature at its extremum"))
            .row(row("hump_time", self.hump_time, "s", "when, from the last jump"))
            .row(row("t1", Some(self.t1), "s", "how long the stage before the last one lasted"))
            .row(row(
                "departure",
                Some(self.departure),
                "K",
                "fictive minus prescribed temperature after the last jump",
            ))
            .evcxr_display();
    }
}

impl Model {
    /// What the fictive temperature does in the last stage of a thermal test: its hump, and how long the stage before it
    /// lasted, where that was to be found (`until equal`).
    ///
    /// # Errors
    /// The test is malformed, or the model refuses it or has no output `fictive_temperature`.
    pub fn thermal_memory(&self, test: &ThermalKovacs) -> Result<ThermalMemory> {
        let mut writer = self.call();
        codec::write_thermal_test(&mut writer, test);
        let answer = seam::call(Operation::ObserveThermal, writer)?;
        let mut reader = Reader::new(&answer);
        Ok(ThermalMemory {
            kind: reader.text()?,
            hump_height: reader.option(Reader::f64)?,
            hump_time: reader.option(Reader::f64)?,
            t1: reader.f64()?,
            departure: reader.f64()?,
        })
    }
}
