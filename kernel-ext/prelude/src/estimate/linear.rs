//! Is a memory effect more than linear viscoelasticity? The verdict on two-step tests, with what it rests on.

use super::fitted::show;
use super::measured::{Measured, checked, with_origin, write_tests};
use crate::error::{Error, Result};
use crate::figure::{Colour, Figure, Panel, Series};
use crate::seam::{self, Operation};
use crate::sheet::{Sheet, four_digits};
use crate::wire::{Reader, Writer};
use kovacs_core::{Curve, Origin};

/// What counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearTestOptions {
    /// How often a linear material may be called nonlinear.
    pub error_rate: f64,
    /// Seed of the simulations.
    pub seed: u64,
}

impl Default for LinearTestOptions {
    /// One in twenty.
    fn default() -> Self {
        LinearTestOptions { error_rate: 0.05, seed: 1 }
    }
}

/// The linear test of one two-step test.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearTest {
    /// Which test.
    pub label: String,
    /// `linear`, `not linear` or `cannot be decided`.
    pub verdict: String,
    /// Why it cannot be decided.
    pub reasons: Vec<String>,
    /// Height of the measured hump, MPa; `None` without one.
    pub delta_sigma: Option<f64>,
    /// `rms(measured - predicted)/delta_sigma` as long as the first stage determines the prediction.
    pub nonlinearity_index: Option<f64>,
    /// What that index of a linear material would be, with this noise.
    pub linear_index: Option<f64>,
    /// Until when (s) the first stage determines the second.
    pub determined_until: Option<f64>,
    /// Probability of an excess as large or larger if the material is linear.
    pub p_value: f64,
    /// Standard deviation of one sample, MPa.
    pub noise: f64,
    /// Root mean square of a deviation that would have been seen four times of five, MPa.
    pub detectable: f64,
    /// The second stage, MPa against s.
    pub measured: Curve,
    /// What the first stage makes of it.
    pub prediction: Curve,
    /// Lower end of the 95 % interval of the prediction.
    pub low: Curve,
    /// Its upper end.
    pub high: Curve,
}

impl LinearTest {
    /// The verdict in a sentence.
    pub fn words(&self) -> String {
        let label = &self.label;
        match self.verdict.as_str() {
            "linear" => {
                let part = self.delta_sigma.map_or_else(String::new, |height| {
                    format!(", {:.1} % of the hump", 100.0 * self.detectable / height)
                });
                let detectable = four_digits(self.detectable);
                format!(
                    "{label}: a linear material explains both stages; a deviation of {detectable} MPa{part}, would have been seen"
                )
            }
            "not linear" => format!("{label}: no linear material explains both stages (p = {:.2e})", self.p_value),
            _ => format!("{label}: cannot be decided, because {}", self.reasons.join("; ")),
        }
    }
}

/// The linear test of several two-step tests.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearTests {
    /// What was tested.
    pub data: String,
    /// Where the data come from.
    pub origin: String,
    /// The tests that could be judged.
    pub tests: Vec<LinearTest>,
    /// Label and reason of those that could not.
    pub failed: Vec<(String, String)>,
    /// How often a linear material is called nonlinear.
    pub error_rate: f64,
}

/// Predicts each second stage from its first without a free parameter, and says with a stated rate of error whether any
/// linear material explains both.
///
/// # Errors
/// Nobody states what was done to the samples, or there is no two-step test of stress.
pub fn linear_test(data: &impl Measured) -> Result<LinearTests> {
    linear_test_with(data, LinearTestOptions::default())
}

/// As [`linear_test`], with another rate of error.
///
/// # Errors
/// As [`linear_test`]; a rate that is no probability.
pub fn linear_test_with(data: &impl Measured, options: LinearTestOptions) -> Result<LinearTests> {
    if !(options.error_rate > 0.0 && options.error_rate < 1.0) {
        return Err(Error::new("ErrorRate", format!("{} is no probability between 0 and 1", options.error_rate)));
    }
    let tests = checked(data)?;
    let mut writer = Writer::new();
    write_tests(&mut writer, &tests);
    writer.f64(options.error_rate);
    writer.u64(options.seed);
    let answer = seam::call(Operation::LinearTest, writer)?;
    let reader = &mut Reader::new(&answer);
    let judged = reader.sequence(|reader| {
        Ok(LinearTest {
            label: reader.text()?,
            verdict: reader.text()?,
            reasons: reader.texts()?,
            delta_sigma: reader.option(Reader::f64)?,
            nonlinearity_index: reader.option(Reader::f64)?,
            linear_index: reader.option(Reader::f64)?,
            determined_until: reader.option(Reader::f64)?,
            p_value: reader.f64()?,
            noise: reader.f64()?,
            detectable: reader.f64()?,
            measured: crate::codec::read_curve(reader)?,
            prediction: crate::codec::read_curve(reader)?,
            low: crate::codec::read_curve(reader)?,
            high: crate::codec::read_curve(reader)?,
        })
    })?;
    let failed = reader.sequence(|reader| Ok((reader.text()?, reader.text()?)))?;
    let origin = tests.origin();
    Ok(LinearTests { data: tests.name, origin, tests: judged, failed, error_rate: options.error_rate })
}

impl LinearTests {
    /// The verdicts with what they rest on; below in sentences.
    pub fn sheet(&self) -> Sheet {
        let columns = ["test", "verdict", "Δσ [MPa]", "NI", "NI if linear", "determined until [s]", "p"];
        let title = format!("more than linear? {}", with_origin(&self.data, &self.origin));
        let sheet = self.tests.iter().fold(Sheet::new(title, columns), |sheet, test| {
            sheet.row([
                test.label.clone(),
                test.verdict.clone(),
                four_digits(test.delta_sigma),
                four_digits(test.nonlinearity_index),
                four_digits(test.linear_index),
                four_digits(test.determined_until),
                if test.p_value < 0.001 { "< 0.001".to_owned() } else { format!("{:.3}", test.p_value) },
            ])
        });
        let sheet = self.tests.iter().fold(sheet, |sheet, test| sheet.note(test.words()));
        let sheet = self.failed.iter().fold(sheet, |sheet, (label, reason)| sheet.note(format!("{label}: {reason}")));
        sheet.note(format!("a linear material is called `not linear` in {} % of the cases", 100.0 * self.error_rate))
    }

    /// Each second stage beside what the first one predicts, with the 95 % interval.
    pub fn figure(&self) -> Figure {
        let figure = Figure::new(format!("Second stages predicted from the first: {}", self.data));
        self.tests.iter().fold(figure.columns(2), |figure, test| {
            let panel = Panel::new(test.label.as_str()).x("time in second stage", "s").log_x().y("stress", "MPa");
            let (x, low, high) = (&test.low.x, &test.low.y, &test.high.y);
            let middle: Vec<f64> = low.iter().zip(high).map(|(low, high)| 0.5 * (low + high)).collect();
            let band = Series::xy("95 % of linear predictions", Origin::Calculated, x, &middle).as_line();
            figure.panel(
                panel
                    .series(band.interval(low, high).colour(Colour::SKY))
                    .series(Series::points(&test.measured).labelled("second stage").colour(Colour::BLACK))
                    .series(Series::line(&test.prediction).labelled("linear prediction").colour(Colour::VERMILLION)),
            )
        })
    }

    /// Shows the verdicts, in numbers and in words, and the predictions as the value of a cell.
    pub fn evcxr_display(&self) {
        show(&[self.sheet().bundle()], &self.figure());
    }
}
