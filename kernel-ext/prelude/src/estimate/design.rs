//! Which test to do next: where two models that both explain the data disagree most.

use super::fitted::Fitted;
use crate::error::Result;
use crate::seam::{self, Operation};
use crate::sheet::{Sheet, four_digits};
use crate::wire::{Reader, Writer};

/// Tests to choose from, and how well they can be read.
#[derive(Clone, Debug, PartialEq)]
pub struct DesignOptions {
    /// Strain of the first stage (1).
    pub eps1: f64,
    /// Strains of the second stage (1).
    pub eps2: Vec<f64>,
    /// Waiting times, s.
    pub t_w: Vec<f64>,
    /// Temperatures, K.
    pub temperature: Vec<f64>,
    /// Standard error of each sample of a curve, MPa.
    pub stress_error: f64,
    /// Standard error of `t_p`, as a part of it.
    pub peak_time_error: f64,
    /// Standard error of `delta_sigma`, MPa.
    pub height_error: f64,
    /// Standard error of the part of the strain that has come back.
    pub recovery_error: f64,
}

impl Default for DesignOptions {
    /// Around the test of the paper; 1 MPa, 10 % of `t_p`, 1 % of the strain.
    fn default() -> Self {
        DesignOptions {
            eps1: 0.005,
            eps2: vec![0.001, 0.003],
            t_w: vec![30.0, 900.0, 3600.0],
            temperature: vec![573.0, 593.0, 613.0],
            stress_error: 1.0,
            peak_time_error: 0.1,
            height_error: 1.0,
            recovery_error: 0.01,
        }
    }
}

/// What one test would tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// What is read off: `curve`, `t_p`, `Delta-sigma` or `recovery`.
    pub observable: String,
    /// Strain of the first stage (1).
    pub eps1: f64,
    /// Strain of the second stage (1); of no account for a recovery.
    pub eps2: f64,
    /// Waiting time, s.
    pub t_w: f64,
    /// Temperature, K.
    pub temperature: f64,
    /// Expected logarithm of the ratio of the predictive densities; below about 4 the test will not decide.
    pub expected: Option<f64>,
    /// What each model predicts of a single number: s, MPa, or a part of the strain.
    pub predictions: [Option<f64>; 2],
    /// Why nothing is expected.
    pub reason: Option<String>,
}

/// Tests in the order of what they would tell of two models.
#[derive(Clone, Debug, PartialEq)]
pub struct Design {
    /// Names of the two models.
    pub models: [String; 2],
    /// The most telling first; those without an expectation last.
    pub ranked: Vec<Judgement>,
    /// Whether it was interrupted before every test was judged.
    pub stopped: bool,
}

/// Judges tests around that of the paper by what they would tell of two fitted models.
///
/// # Errors
/// A fit leaves a direction open, or the fits are of an earlier process.
pub fn design(first: &Fitted, second: &Fitted) -> Result<Design> {
    design_with(first, second, &DesignOptions::default())
}

/// As [`design`], with other tests to choose from. Interrupting the cell keeps those that are judged.
///
/// # Errors
/// As [`design`]; there is nothing to choose from, or an error of a reading is not above zero.
pub fn design_with(first: &Fitted, second: &Fitted, options: &DesignOptions) -> Result<Design> {
    let mut writer = Writer::new();
    writer.u64(first.handle().number());
    writer.u64(second.handle().number());
    writer.f64(options.eps1);
    for values in [&options.eps2, &options.t_w, &options.temperature] {
        writer.f64s(values);
    }
    for error in [options.stress_error, options.peak_time_error, options.height_error, options.recovery_error] {
        writer.f64(error);
    }
    let answer = seam::call(Operation::DesignTest, writer)?;
    let reader = &mut Reader::new(&answer);
    let ranked = reader.sequence(|reader| {
        Ok(Judgement {
            observable: reader.text()?,
            eps1: reader.f64()?,
            eps2: reader.f64()?,
            t_w: reader.f64()?,
            temperature: reader.f64()?,
            expected: reader.option(Reader::f64)?,
            predictions: [reader.option(Reader::f64)?, reader.option(Reader::f64)?],
            reason: reader.option(Reader::text)?,
        })
    })?;
    Ok(Design { models: [first.name.clone(), second.name.clone()], ranked, stopped: reader.bool()? })
}

/// Rows that are shown of each observable.
const SHOWN: usize = 3;

impl Design {
    /// The most telling test of one observable: `t_p`, `recovery`.
    pub fn best(&self, observable: &str) -> Option<Judgement> {
        self.ranked.iter().find(|judged| judged.observable == observable && judged.expected.is_some()).cloned()
    }

    /// The most telling tests of each observable.
    pub fn sheet(&self) -> Sheet {
        let [first, second] = &self.models;
        let columns =
            ["reading", "expected", "ε2 [%]", "t_w [s]", "temperature [K]", first.as_str(), second.as_str(), "why not"];
        let title = format!("which test separates {first} from {second}");
        let mut sheet = Sheet::new(title, columns);
        for observable in ["recovery", "t_p", "Delta-sigma", "curve"] {
            let own = self.ranked.iter().filter(|judged| judged.observable == observable);
            for judged in own.take(SHOWN) {
                let strain = match observable {
                    "recovery" => String::new(),
                    _ => four_digits(100.0 * judged.eps2),
                };
                let predicted = |index: usize| judged.predictions.get(index).copied().flatten();
                let blank = |value: Option<f64>| value.map_or_else(String::new, |value| four_digits(value));
                sheet = sheet.row([
                    observable.to_owned(),
                    judged.expected.map_or_else(|| "none".to_owned(), |expected| format!("{expected:.1}")),
                    strain,
                    four_digits(judged.t_w),
                    four_digits(judged.temperature),
                    blank(predicted(0)),
                    blank(predicted(1)),
                    judged.reason.clone().unwrap_or_default(),
                ]);
            }
        }
        let sheet = sheet.note("expected: logarithm of the ratio of the two predictions if one model is true; below about 4 a test will not decide");
        match self.stopped {
            true => sheet.note("interrupted before the end: this is what was judged"),
            false => sheet,
        }
    }

    /// Shows the most telling tests as the value of a cell.
    pub fn evcxr_display(&self) {
        self.sheet().evcxr_display();
    }
}
