//! Whether a memory effect is more than linear viscoelasticity, as cells ask it of a measured test.
//!
//! The stress while the first strain is held says what a linear material would do after the step back, with no free
//! parameter. The book's page "Is it more than linear viscoelasticity?" has what the numbers mean and how often they
//! mislead.

use crate::codec::{read_curve, write_curve, write_two_step};
use crate::error::Result;
use crate::figure::Series;
use crate::seam::{self, Operation};
use crate::sheet::{Sheet, four_digits};
use crate::wire::{Reader, Writer};
use kovacs_core::{Curve, TwoStep};

/// What linear viscoelasticity makes of a second stage, and whether that is all.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearTest {
    /// What the first stage predicts for the second, MPa, at the measured times from the end of the unloading, s.
    pub prediction: Curve,
    /// Lower ends of its 95 % band at these times, MPa.
    pub lower: Vec<f64>,
    /// Upper ends, MPa.
    pub upper: Vec<f64>,
    /// Height of the measured hump, MPa; `None` without one.
    pub delta_sigma: Option<f64>,
    /// Until when the first stage determines the prediction to a tenth of the hump, s; `None` where it never does.
    pub determined_until: Option<f64>,
    /// Nonlinearity index: rms of measured minus predicted over the height of the hump, as long as it is determined.
    pub nonlinearity_index: Option<f64>,
    /// What the index of a linear material would be, with this noise.
    pub linear_index: Option<f64>,
    /// How probable what no linear material explains is, if the material is linear.
    pub p_value: f64,
    /// `linear`, `not linear` or `cannot be decided`.
    pub verdict: String,
    /// Why it cannot be decided; empty otherwise.
    pub reasons: Vec<String>,
}

impl LinearTest {
    /// The prediction as a dashed line with its band.
    pub fn series(&self) -> Series {
        Series::line(&self.prediction).interval(&self.lower, &self.upper).dashed()
    }

    /// Shows the test as the value of a cell.
    pub fn evcxr_display(&self) {
        let rows = [
            ("delta_sigma", self.delta_sigma, "MPa", "height of the measured hump"),
            ("determined_until", self.determined_until, "s", "so far the first stage determines the prediction"),
            ("nonlinearity_index", self.nonlinearity_index, "1", "rms of measured minus predicted, over the height"),
            ("linear_index", self.linear_index, "1", "what a linear material would have, with this noise"),
            ("p_value", Some(self.p_value), "1", "probability of what is off, if the material is linear"),
        ];
        let columns = ["quantity", "value", "unit", "what it is"];
        let sheet = rows.iter().fold(Sheet::new(format!("linear test: {}", self.verdict), columns), |sheet, row| {
            sheet.row([row.0.to_owned(), four_digits(row.1), row.2.to_owned(), row.3.to_owned()])
        });
        match self.reasons.is_empty() {
            true => sheet.evcxr_display(),
            false => sheet.note(self.reasons.join("; ")).evcxr_display(),
        }
    }
}

/// Tests a two-step test. `first` and `second` are its stages: stress in MPa against the time in s since the end of the
/// loading and of the unloading. Of `test` the strains, the waiting time and the ramp count.
///
/// # Errors
/// Fewer than twelve samples in a stage, samples of the first stage beyond its end, or no step back.
pub fn linear_test(test: &TwoStep, first: &Curve, second: &Curve) -> Result<LinearTest> {
    let mut writer = Writer::new();
    write_two_step(&mut writer, test);
    write_curve(&mut writer, first);
    write_curve(&mut writer, second);
    let answer = seam::call(Operation::LinearTest, writer)?;
    let mut reader = Reader::new(&answer);
    Ok(LinearTest {
        prediction: read_curve(&mut reader)?,
        lower: reader.f64s()?,
        upper: reader.f64s()?,
        delta_sigma: reader.option(Reader::f64)?,
        determined_until: reader.option(Reader::f64)?,
        nonlinearity_index: reader.option(Reader::f64)?,
        linear_index: reader.option(Reader::f64)?,
        p_value: reader.f64()?,
        verdict: reader.text()?,
        reasons: reader.texts()?,
    })
}
