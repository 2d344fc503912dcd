//! Tests with what was done in them: what a fit sees.
//!
//! A table of a package knows what was done, because its package states it. For any other curve it is said here.

use crate::codec::{read_curve, read_protocol, read_two_step, write_curve, write_protocol, write_two_step};
use crate::dataset::Table;
use crate::error::{Error, Result};
use crate::seam::Operation;
use crate::sheet::Sheet;
use crate::wire::{Reader, WireError, Writer};
use kovacs_core::model::short_number;
use kovacs_core::{Curve, Protocol, TwoStep};

/// One curve with what was done.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredTest {
    /// What a person calls it: `t_w = 900 s, specimen = A`.
    pub label: String,
    /// The glass, where parameters may differ between glasses.
    pub glass: Option<String>,
    /// What was done.
    pub protocol: Protocol,
    /// The same where it is a two-step test.
    pub two_step: Option<TwoStep>,
    /// What was measured: `stress` (MPa) or `strain` (1).
    pub output: String,
    /// It, against the time (s) from the beginning of the protocol.
    pub curve: Curve,
    /// Standard deviation of each sample, in the unit of the output; `None` to have it estimated from the residuals.
    pub deviation: Option<f64>,
}

/// Several tests that are explained together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tests {
    /// What they are called together.
    pub name: String,
    /// The tests.
    pub tests: Vec<MeasuredTest>,
}

/// Something that tests with their protocols can be had from: a table of a package, or [`Tests`].
pub trait Measured {
    /// The tests.
    ///
    /// # Errors
    /// Nobody states what was done to the samples.
    fn measured(&self) -> Result<Tests>;
}

impl Measured for Tests {
    fn measured(&self) -> Result<Tests> {
        Ok(self.clone())
    }
}

impl Measured for Table {
    fn measured(&self) -> Result<Tests> {
        let answer = self.ask(Operation::TableTests, |_| {})?;
        Ok(read_tests(&mut Reader::new(&answer))?)
    }
}

impl<T: Measured + ?Sized> Measured for &T {
    fn measured(&self) -> Result<Tests> {
        (**self).measured()
    }
}

impl Tests {
    /// No test yet.
    ///
    /// ```
    /// use kovacs::estimate::Tests;
    /// use kovacs_core::{Curve, TwoStep};
    ///
    /// let curve = Curve::new("run 7", vec![1.0, 10.0, 100.0], vec![5.1, 5.6, 5.2])?
    ///     .x_axis("time", "s")
    ///     .y_axis("stress", "MPa");
    /// let tests = Tests::new("my glass").second_stage(&curve, &TwoStep::new(0.005, 0.003, 900.0, 593.0))?;
    /// assert_eq!(tests.tests[0].curve.x[0], 901.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(name: &str) -> Tests {
        Tests { name: name.to_owned(), tests: Vec::new() }
    }

    /// Adds a two-step test: stress (MPa) against the time (s) from the beginning of the test.
    ///
    /// # Errors
    /// The test cannot be made.
    pub fn two_step(self, curve: &Curve, test: &TwoStep) -> Result<Tests> {
        let protocol = test.protocol().map_err(|error| Error::new("BadProtocol", error.to_string()))?;
        let mut tests = self.protocol(curve, &protocol, "stress");
        if let Some(added) = tests.tests.last_mut() {
            added.two_step = Some(*test);
        }
        Ok(tests)
    }

    /// Adds the second stage of a two-step test: stress (MPa) against the time (s) from the end of the second step.
    ///
    /// # Errors
    /// The test cannot be made.
    pub fn second_stage(self, curve: &Curve, test: &TwoStep) -> Result<Tests> {
        self.two_step(&curve.clone().shifted(test.second_stage_start()), test)
    }

    /// Adds a test of any protocol: `stress` (MPa) where the strain was prescribed, `strain` (1) where the stress was,
    /// against the time (s) from the beginning of the protocol.
    #[must_use]
    pub fn protocol(mut self, curve: &Curve, protocol: &Protocol, output: &str) -> Tests {
        let (label, output) = (curve.label.clone(), output.to_owned());
        let (protocol, curve) = (protocol.clone(), curve.clone());
        self.tests.push(MeasuredTest { label, glass: None, protocol, two_step: None, output, curve, deviation: None });
        self
    }

    /// Adds the tests of other data.
    ///
    /// # Errors
    /// Nobody states what was done to those samples.
    pub fn and(mut self, other: &impl Measured) -> Result<Tests> {
        self.tests.extend(other.measured()?.tests);
        Ok(self)
    }

    /// Says of which glass all these tests are.
    #[must_use]
    pub fn of_glass(mut self, glass: &str) -> Tests {
        self.tests.iter_mut().for_each(|test| test.glass = Some(glass.to_owned()));
        self
    }

    /// States the standard deviation of each sample, in the unit of the output, for all these tests.
    #[must_use]
    pub fn with_deviation(mut self, deviation: f64) -> Tests {
        self.tests.iter_mut().for_each(|test| test.deviation = Some(deviation));
        self
    }

    /// Keeps every so many samples of each stage, the first one included: neighbours of a smooth curve say the same, and a fit
    /// takes less time without them.
    #[must_use]
    pub fn every(mut self, count: usize) -> Tests {
        for test in &mut self.tests {
            let start = test.two_step.map_or(f64::INFINITY, |known| known.second_stage_start());
            let (curve, mut stage, mut place) = (&mut test.curve, false, 0);
            let keep = |time: f64| {
                if !stage && time >= start {
                    (stage, place) = (true, 0);
                }
                place += 1;
                (place - 1) % count.max(1) == 0
            };
            let kept: Vec<bool> = curve.x.iter().copied().map(keep).collect();
            let of =
                |values: &[f64]| values.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(value, _)| *value).collect();
            (curve.x, curve.y) = (of(&curve.x), of(&curve.y));
        }
        self
    }

    /// Where the numbers come from: `measured`, `synthetic`, or both.
    pub fn origin(&self) -> String {
        let mut words: Vec<&str> = Vec::new();
        for test in &self.tests {
            let word = test.curve.origin.word();
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words.join(" and ")
    }

    /// Shows what there is as the value of a cell.
    pub fn evcxr_display(&self) {
        let columns = ["test", "glass", "measured", "samples", "from [s]", "to [s]"];
        let title = format!("{}: {}", self.name, self.origin());
        let sheet = self.tests.iter().fold(Sheet::new(title, columns), |sheet, test| {
            let end = |time: Option<&f64>| time.map_or_else(|| "none".to_owned(), |time| short_number(*time));
            sheet.row([
                test.label.clone(),
                test.glass.clone().unwrap_or_default(),
                test.output.clone(),
                test.curve.len().to_string(),
                end(test.curve.x.first()),
                end(test.curve.x.last()),
            ])
        });
        sheet.evcxr_display();
    }
}

/// The tests of some data, with curves that are curves: their fields are open to everybody.
pub(super) fn checked(data: &impl Measured) -> Result<Tests> {
    let tests = data.measured()?;
    for test in &tests.tests {
        test.curve.check().map_err(|error| Error::new("BadCurve", error.to_string()))?;
    }
    Ok(tests)
}

/// Writes tests into a message of the seam.
pub fn write_tests(writer: &mut Writer, tests: &Tests) {
    writer.text(&tests.name);
    writer.sequence(&tests.tests, |writer, test| {
        writer.text(&test.label);
        writer.option(test.glass.as_deref(), Writer::text);
        write_protocol(writer, &test.protocol);
        writer.option(test.two_step.as_ref(), write_two_step);
        writer.text(&test.output);
        write_curve(writer, &test.curve);
        writer.option(test.deviation, Writer::f64);
    });
}

/// Reads tests from a message of the seam.
///
/// # Errors
/// The message is damaged.
pub fn read_tests(reader: &mut Reader<'_>) -> Result<Tests, WireError> {
    let name = reader.text()?;
    let tests = reader.sequence(|reader| {
        Ok(MeasuredTest {
            label: reader.text()?,
            glass: reader.option(Reader::text)?,
            protocol: read_protocol(reader)?,
            two_step: reader.option(read_two_step)?,
            output: reader.text()?,
            curve: read_curve(reader)?,
            deviation: reader.option(Reader::f64)?,
        })
    })?;
    Ok(Tests { name, tests })
}

/// Data with where they come from; tables of packages say that in their names.
pub(super) fn with_origin(data: &str, origin: &str) -> String {
    if data.contains(&format!("({origin}")) { data.to_owned() } else { format!("{data} ({origin})") }
}
