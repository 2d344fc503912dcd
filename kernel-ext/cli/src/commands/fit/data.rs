//! What is fitted: tests of a package with their protocols, or columns of a file with a protocol from the command line.

use crate::commands::data::kept;
use crate::commands::two_step::TestOptions;
use crate::failure::{Explain, Failure};
use crate::output::notice;
use crate::quantities;
use clap::Args;
use clap_complete::ArgValueCandidates;
use kovacs_cell::measured::{first_stage, observation};
use kovacs_core::toml_form::{ProtocolForm, read_protocol};
use kovacs_core::units::{Unit, parse_unit};
use kovacs_core::{Curve, Origin, Protocol, TwoStep};
use kovacs_datasets::{MeasuredTest, Package, Registry};
use kovacs_fit::estimate::FitData;
use kovacs_formats::{Column, ReadOptions, Sheet, StatedUnit, Values};
use std::path::{Path, PathBuf};

/// Temperature (K) of a history that nobody looks at: a descriptive form knows none.
const ROOM: f64 = 296.0;

/// Which data, and what was done to the sample.
#[derive(Args)]
pub struct DataOptions {
    /// Name of a data package, the path of its folder, or a file with columns of numbers
    #[arg(add = ArgValueCandidates::new(crate::candidates::packages))]
    data: String,
    /// Table of the package; not needed where there is only one
    table: Option<String>,
    /// Keep rows with this value: a number in the unit used inside, or with a unit; may be repeated
    #[arg(long = "where", value_name = "COLUMN=VALUE", value_parser = crate::commands::data::condition)]
    conditions: Vec<(String, String)>,
    /// Columns that tell the tests apart [default: those that are not measured]
    #[arg(long, value_name = "COLUMN,...", value_delimiter = ',')]
    by: Option<Vec<String>>,
    /// Of a file: the column of the time
    #[arg(long, value_name = "COLUMN")]
    time: Option<String>,
    /// Of a file: the column of the stress
    #[arg(long, value_name = "COLUMN", conflicts_with = "strain")]
    stress: Option<String>,
    /// Of a file: the column of the strain, where the stress is prescribed
    #[arg(long, value_name = "COLUMN")]
    strain: Option<String>,
    /// Of a file: the sheet of a workbook
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Of a file: the unit of a column that does not state it, `time=min`; may be repeated
    #[arg(long = "unit", value_name = "COLUMN=UNIT", value_parser = unit_of)]
    units: Vec<(String, Unit)>,
    #[command(flatten)]
    test: TestOptions,
    /// Of a file: protocol from a TOML file instead of the strains and times
    #[arg(long, value_name = "FILE", conflicts_with_all = ["eps1", "eps2", "t_w", "temperature", "ramp"])]
    protocol: Option<PathBuf>,
    /// Of a file: what its time counts from
    #[arg(long, value_name = "MOMENT", value_enum, default_value_t = Moment::Start)]
    from: Moment,
    /// Leave out samples of every stage before this time after its step [default: none]
    #[arg(long, value_name = "TIME", value_parser = quantities::time, default_value = "0s")]
    dead_time: f64,
}

/// What the time of a file counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Moment {
    /// The beginning of the test
    Start,
    /// The end of the second step
    SecondStep,
}

/// One curve with what was done.
pub struct Given {
    /// The test; its curve counts from the beginning of its protocol.
    pub test: MeasuredTest,
    /// The glass that its rows name.
    pub glass: Option<String>,
}

/// A record of strain and stress.
pub struct Staircase {
    /// Strain (1) against time (s).
    pub strain: Curve,
    /// Stress (MPa) at the same times.
    pub stress: Curve,
    /// First and last sample of each hold, s.
    pub holds: Vec<(f64, f64)>,
}

fn unit_of(text: &str) -> Result<(String, Unit), String> {
    let (column, unit) =
        text.split_once('=').ok_or_else(|| format!("`{text}` is not COLUMN=UNIT, as in `time=min`"))?;
    Ok((column.trim().to_owned(), parse_unit(unit.trim()).map_err(|error| error.to_string())?))
}

impl DataOptions {
    /// What the data are called.
    pub fn name(&self) -> String {
        self.table.as_ref().map_or_else(|| self.data.clone(), |table| format!("{} {table}", self.data))
    }

    /// The curves with what was done.
    ///
    /// # Errors
    /// There is no such package, table, file or column; a unit or the protocol is not known.
    pub fn tests(&self) -> Result<Vec<Given>, Failure> {
        let file = Path::new(&self.data);
        let tests =
            if file.is_file() { vec![Given { test: self.of_file(file)?, glass: None }] } else { self.of_package()? };
        let tests: Vec<Given> =
            tests.into_iter().map(|given| self.cut(given)).filter(|given| !given.test.curve.is_empty()).collect();
        if tests.is_empty() {
            return Err(Failure::new(format!("`{}` has no sample after the dead time", self.name())));
        }
        if let Some(origin) =
            tests.iter().map(|given| given.test.curve.origin).find(|origin| *origin != Origin::Measured)
        {
            notice(&format!("these curves are {origin}; nobody measured them"));
        }
        Ok(tests)
    }

    /// The curves as a fit takes them; the groups are the glasses.
    ///
    /// # Errors
    /// A protocol that no history follows from, or values that are no numbers.
    pub fn observations(&self, tests: &[Given]) -> Result<FitData, Failure> {
        let observations = tests.iter().map(|given| {
            let MeasuredTest { protocol, output, curve, .. } = &given.test;
            Ok(observation(protocol, output, curve, given.glass.as_deref())?)
        });
        let observations = observations.collect::<Result<Vec<_>, Failure>>()?;
        FitData::new(observations).doing(format!("cannot fit `{}`", self.name()))
    }

    /// The second stages against the time from the end of their step, or the curve as it is where none is known.
    pub fn stages(&self, tests: &[Given]) -> Vec<Curve> {
        let stages = tests.iter().map(|given| match given.test.two_step {
            None => given.test.curve.clone(),
            Some(test) => {
                let start = test.second_stage_start();
                let last = given.test.curve.x.last().copied().unwrap_or(start);
                let stage = given.test.curve.between(start, last).shifted(-start);
                // A sample at the very step is the initial value itself and has no logarithm of time.
                stage.between(f64::MIN_POSITIVE, last)
            }
        });
        stages.filter(|curve| !curve.is_empty()).collect()
    }

    /// Leaves out what lies within the dead time of a stage.
    fn cut(&self, mut given: Given) -> Given {
        if self.dead_time > 0.0
            && let Ok(nodes) = given.test.protocol.nodes()
        {
            let curve = &mut given.test.curve;
            let late = |time: f64| {
                let step = nodes.time.iter().copied().filter(|&node| node <= time).fold(f64::NEG_INFINITY, f64::max);
                time - step >= self.dead_time
            };
            let kept: Vec<(f64, f64)> =
                curve.x.iter().copied().zip(curve.y.iter().copied()).filter(|(x, _)| late(*x)).collect();
            (curve.x, curve.y) = kept.into_iter().unzip();
        }
        given
    }

    fn of_package(&self) -> Result<Vec<Given>, Failure> {
        let package = Registry::standard(&[]).find(&self.data)?;
        let name = self.resource(&package)?;
        let mut table = package.table(&name)?;
        for (column, value) in &self.conditions {
            table = kept(&table, column, value)?;
        }
        let by = self.by.clone().unwrap_or_else(|| table.test_columns());
        let by: Vec<&str> = by.iter().map(String::as_str).collect();
        let protocols = package.protocols(&name)?;
        let tests = table.tests(&by, &protocols).doing(format!("cannot fit `{}`", table.label()))?;
        let glass =
            |test: &MeasuredTest| test.keys.iter().find(|(key, _)| key == "glass").map(|(_, glass)| glass.clone());
        let fallback = || kovacs_core::glasses::glass(package.name()).map(|glass| glass.id.to_owned());
        Ok(tests.into_iter().map(|test| Given { glass: glass(&test).or_else(fallback), test }).collect())
    }

    /// Strain and stress of a record in which the strain was measured too: a table of a package with both, one test, more than two
    /// holds, and no two-step test stated.
    ///
    /// # Errors
    /// There is no such package or table.
    pub fn staircase(&self) -> Result<Option<Staircase>, Failure> {
        if Path::new(&self.data).is_file() || !self.conditions.is_empty() {
            return Ok(None);
        }
        let package = Registry::standard(&[]).find(&self.data)?;
        let name = self.resource(&package)?;
        let table = package.table(&name)?;
        let protocols = package.protocols(&name)?;
        let two_step = protocols.iter().any(|own| matches!(own.form, ProtocolForm::TwoStep(_)));
        // A table without these columns, or with several tests below each other, is something else and no failure.
        let (Ok(strain), Ok(stress), Ok(holds)) =
            (table.curve("time", "strain"), table.curve("time", "stress"), table.holds())
        else {
            return Ok(None);
        };
        let holds: Vec<(f64, f64)> = holds.iter().map(|hold| (hold.start, hold.end)).collect();
        Ok((!two_step && holds.len() > 2).then_some(Staircase { strain, stress, holds }))
    }

    fn resource(&self, package: &Package) -> Result<String, Failure> {
        if let Some(name) = &self.table {
            return Ok(name.clone());
        }
        match package.resources().as_slice() {
            [only] => Ok((*only).to_owned()),
            several => Err(Failure::usage(format!("`{}` has the tables {}", package.name(), several.join(", ")))
                .remedy(format!(
                    "name one of them behind the package, for example `{} {}`",
                    package.name(),
                    several.first().unwrap_or(&"two-step")
                ))),
        }
    }

    fn of_file(&self, file: &Path) -> Result<MeasuredTest, Failure> {
        let place = file.display();
        let options = ReadOptions { sheet: self.sheet.clone(), ..ReadOptions::default() };
        let document = kovacs_formats::read(file, &options).doing(format!("cannot read `{place}`"))?;
        for doubt in &document.doubts {
            notice(&format!("warning: {doubt}"));
        }
        let sheet = match document.sheets.as_slice() {
            [only] => only,
            several => {
                let names: Vec<&str> = several.iter().map(|sheet| sheet.name.as_str()).collect();
                return Err(Failure::usage(format!("`{place}` has {} tables: {}", several.len(), names.join(", ")))
                    .remedy("name one with --sheet"));
            }
        };
        for doubt in &sheet.doubts {
            notice(&format!("warning: {doubt}"));
        }
        let (output, column) = match (&self.stress, &self.strain) {
            (_, Some(strain)) => ("strain", strain.as_str()),
            (Some(stress), None) => ("stress", stress.as_str()),
            (None, None) => ("stress", "stress"),
        };
        let times = self.numbers(file, sheet, self.time.as_deref().unwrap_or("time"), "s")?;
        let values = self.numbers(file, sheet, column, if output == "stress" { "MPa" } else { "1" })?;
        let (protocol, two_step) = self.protocol()?;
        let shift = match (self.from, two_step) {
            (Moment::Start, _) => 0.0,
            (Moment::SecondStep, Some(test)) => test.second_stage_start(),
            (Moment::SecondStep, None) => {
                return Err(Failure::usage("--from second-step is for a two-step test")
                    .remedy("give --eps1, --eps2, --t-w and --temperature"));
            }
        };
        let curve = Curve::new(place.to_string(), times, values)
            .doing(format!("`{place}`"))?
            .x_axis("time", "s")
            .y_axis(output, if output == "stress" { "MPa" } else { "1" })
            .from_origin(Origin::Measured)
            .shifted(shift);
        if let (Moment::Start, Some(test)) = (self.from, two_step) {
            seen(&curve, &test)?;
        }
        Ok(MeasuredTest { keys: Vec::new(), label: place.to_string(), protocol, two_step, output, curve })
    }

    /// A column of a file in a unit used inside.
    fn numbers(&self, file: &Path, sheet: &Sheet, name: &str, unit: &str) -> Result<Vec<f64>, Failure> {
        let place = file.display();
        let wanted = parse_unit(unit)?;
        let same = |column: &&Column| column.name.eq_ignore_ascii_case(name);
        let Some(column) = sheet.columns.iter().find(same) else {
            let names: Vec<String> = sheet.columns.iter().map(|column| format!("`{}`", column.name)).collect();
            return Err(Failure::usage(format!("`{place}` has no column `{name}`; it has {}", names.join(", ")))
                .remedy("name the columns with --time and --stress (or --strain)"));
        };
        let given = self.units.iter().find(|(column, _)| column.eq_ignore_ascii_case(name)).map(|(_, unit)| *unit);
        let stated = match (&column.unit, given) {
            (_, Some(given)) => given,
            (StatedUnit::Known(unit), None) => *unit,
            (StatedUnit::Missing, None) => {
                return Err(Failure::usage(format!("`{place}` does not state the unit of `{name}`"))
                    .remedy(format!("state it with --unit \"{name}={unit}\" or what it is in")));
            }
            (StatedUnit::Unknown(written), None) => {
                return Err(Failure::usage(format!("`{place}` has `{name}` in `{written}`, which is no known unit"))
                    .remedy(format!("state it with --unit \"{name}={unit}\" or what it is in")));
            }
        };
        if stated.dimension() != wanted.dimension() {
            return Err(Failure::usage(format!(
                "`{name}` of `{place}` is in {}, and not in a unit like {unit}",
                stated.code()
            )));
        }
        match &column.values {
            Values::Numbers(numbers) => Ok(numbers.iter().map(|number| stated.to_internal(*number)).collect()),
            Values::Words(words) => {
                let word = words.iter().find(|word| word.parse::<f64>().is_err()).map_or("", String::as_str);
                Err(Failure::new(format!("column `{name}` of `{place}` holds words, such as `{word}`")))
            }
        }
    }

    /// What was done: from a file, from the options, or nothing, for forms that only describe a curve.
    fn protocol(&self) -> Result<(Protocol, Option<TwoStep>), Failure> {
        if let Some(file) = &self.protocol {
            let place = file.display();
            let text = std::fs::read_to_string(file)
                .map_err(|error| Failure::from(error).context(format!("cannot read the protocol `{place}`")))?;
            let form =
                read_protocol(&text).map_err(|error| Failure::from(error).context(format!("protocol `{place}`")))?;
            let two_step = match &form {
                ProtocolForm::TwoStep(test) => Some(*test),
                ProtocolForm::Segments(_) => None,
            };
            return Ok((form.protocol()?, two_step));
        }
        let given = [self.test.eps1, self.test.eps2, self.test.t_w, self.test.temperature];
        match given {
            [Some(eps1), Some(eps2), Some(t_w), Some(temperature)] => {
                let test = TwoStep { ramp: self.test.ramp, ..TwoStep::new(eps1, eps2, t_w, temperature) };
                Ok((test.protocol()?, Some(test)))
            }
            [None, None, None, None] => Ok((Protocol::at(ROOM), None)),
            _ => {
                let names = ["--eps1", "--eps2", "--t-w", "--temperature"];
                let missing: Vec<&str> =
                    names.into_iter().zip(given).filter(|(_, given)| given.is_none()).map(|(name, _)| name).collect();
                Err(Failure::usage(format!("the protocol is not complete: {} missing", missing.join(", ")))
                    .remedy("give them, for example `--eps1 0.5% --eps2 0.3% --t-w 900s --temperature 593K`, or name a file with --protocol"))
            }
        }
    }

    /// Whether somebody said what was done.
    pub fn has_protocol(&self) -> bool {
        self.protocol.is_some() || self.test.eps1.is_some() || !Path::new(&self.data).is_file()
    }
}

/// Refuses times that cannot count from the beginning of the test.
fn seen(curve: &Curve, test: &TwoStep) -> Result<(), Failure> {
    let start = test.second_stage_start();
    if curve.x.last().is_some_and(|last| *last <= start) {
        return Err(Failure::usage(format!(
            "the last sample of `{}` lies at {} s, before the second step at {start} s",
            curve.label,
            curve.x.last().copied().unwrap_or(0.0)
        ))
        .remedy("if its time counts from the second step, say `--from second-step`"));
    }
    let early = first_stage(curve, test);
    let (before, after) = curve.y.split_at(early);
    // A step changes the stress by far more than one sample differs from the next.
    if let (&[.., left, last], &[first, right, ..]) = (before, after)
        && test.eps1 != test.eps2
        && (first - last).abs() <= 2.0 * (left - last).abs().max((first - right).abs())
    {
        notice(&format!(
            "warning: `{}` shows no step at {start} s; if its time counts from the second step, say `--from second-step`",
            curve.label
        ));
    }
    Ok(())
}
