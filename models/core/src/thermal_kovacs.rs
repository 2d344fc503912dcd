//! The thermal Kovacs experiment (Kovacs, Fortschr. Hochpolym. Forsch. 3 (1964) 394): equilibrium at `T0`, a jump to
//! `T1` until the fictive temperature equals `T2`, a jump to `T2`, where the sample is in no equilibrium although its
//! volume says so: the fictive temperature rises, and falls back.
//!
//! It is the temperature's counterpart of the two-step test: a fall of strain acts as a rise of temperature does here.
//! What is read off is the height of `Tf - T2` at its maximum, its time, and `t1`, how long the sample stayed at `T1`.
//! A sample that was heated first and cooled back shows the same downwards.

use crate::hump::{Hump, HumpError, Window, find_hump, log_spaced};
use crate::model::{EvaluationError, Evaluator, Experiment};
use crate::protocol::Protocol;
use crate::second_stage::evaluate_one;
use crate::units::{Dimension, UnitError, parse_internal};
use std::fmt;
use std::str::FromStr;

/// How long a stage lasts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lasts {
    /// This many seconds.
    For(f64),
    /// Until the fictive temperature equals the temperature of the next stage.
    UntilEqual,
}

/// A temperature that is held, after a jump to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThermalStage {
    /// Temperature, K.
    pub temperature: f64,
    /// How long.
    pub lasts: Lasts,
}

/// A thermal Kovacs test: equilibrium, then two or more stages, the last of which is observed.
///
/// # Examples
/// ```
/// use kovacs_core::thermal_kovacs::{Lasts, ThermalKovacs};
/// let test: ThermalKovacs = "40C; 10C for 101.4h; 30C for 1000h".parse()?;
/// assert_eq!((test.start, test.stages[1].temperature), (313.15, 303.15)); // K
/// assert_eq!(test.stages[0].lasts, Lasts::For(101.4 * 3600.0)); // s
/// let test: ThermalKovacs = "40C; 10C until equal; 30C for 1000h".parse()?;
/// assert_eq!(test.stages[0].lasts, Lasts::UntilEqual);
/// # Ok::<(), kovacs_core::thermal_kovacs::ThermalTextError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ThermalKovacs {
    /// Temperature of equilibrium before the first jump, K.
    pub start: f64,
    /// The stages in order.
    pub stages: Vec<ThermalStage>,
}

/// Why a text is no thermal test. Pieces are counted from 1.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ThermalTextError {
    /// Fewer than three pieces.
    Pieces {
        /// How many there are.
        found: usize,
    },
    /// A piece is not of the form it must have.
    Form {
        /// Its number.
        piece: usize,
        /// As written.
        text: String,
        /// What is accepted there.
        accepted: &'static str,
    },
    /// A temperature or time of a piece cannot be read.
    Quantity {
        /// Its number.
        piece: usize,
        /// What is wrong with it.
        source: UnitError,
    },
    /// A value is outside what is accepted.
    Value {
        /// The number of the piece.
        piece: usize,
        /// `temperature` or `time`.
        field: &'static str,
        /// In K or s.
        value: f64,
        /// `K` or `s`.
        unit: &'static str,
    },
    /// `until equal` where no stage, or more than one, follows.
    UntilEqual {
        /// The number of the piece.
        piece: usize,
    },
}

const STAGE_FORM: &str = "`10C for 101.4h` or, in the piece before the last, `10C until equal`";

impl fmt::Display for ThermalTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ThermalTextError::Pieces { found } => write!(
                f,
                "a thermal test has at least three pieces, and there {}; write the temperature of equilibrium, the \
                 stages and the last stage, such as `40C; 10C for 101.4h; 30C for 1000h`",
                if *found == 1 { "is 1".to_owned() } else { format!("are {found}") }
            ),
            ThermalTextError::Form { piece, text, accepted } => {
                write!(f, "piece {piece}, `{text}`: write {accepted}")
            }
            ThermalTextError::Quantity { piece, source } => write!(f, "piece {piece}: {source}"),
            ThermalTextError::Value { piece, field, value, unit } => {
                write!(f, "piece {piece}: {field} = {value} {unit}; it must be finite and above 0 {unit}")
            }
            ThermalTextError::UntilEqual { piece } => write!(
                f,
                "piece {piece}: `until equal` is for the piece before the last, because the fictive temperature there \
                 becomes equal to the last temperature; write a time, such as `for 10h`"
            ),
        }
    }
}

impl std::error::Error for ThermalTextError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ThermalTextError::Quantity { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl FromStr for ThermalKovacs {
    type Err = ThermalTextError;

    /// Reads `T0; T1 for t1; T2 for t2`, with units; `T1 until equal` finds the time.
    fn from_str(text: &str) -> Result<Self, ThermalTextError> {
        let mut pieces: Vec<&str> = text.split(';').map(str::trim).collect();
        pieces.pop_if(|last| last.is_empty());
        let [start, stages @ ..] = pieces.as_slice() else {
            return Err(ThermalTextError::Pieces { found: 0 });
        };
        if start.split_whitespace().any(|word| word == "for" || word == "until") {
            let accepted = "a temperature alone, such as `40C`: the sample has been in equilibrium there";
            return Err(ThermalTextError::Form { piece: 1, text: (*start).to_owned(), accepted });
        }
        let quantity = |piece: usize, text: &str, dimension| {
            parse_internal(text, dimension).map_err(|source| ThermalTextError::Quantity { piece, source })
        };
        let stage = |(index, text): (usize, &&str)| {
            let piece = index + 2;
            let form = || ThermalTextError::Form { piece, text: (*text).to_owned(), accepted: STAGE_FORM };
            let (temperature, lasts) = match (text.split_once(" for "), text.split_once(" until ")) {
                (Some((temperature, time)), None) => (temperature, Lasts::For(quantity(piece, time, Dimension::Time)?)),
                (None, Some((temperature, word))) if word.trim() == "equal" => (temperature, Lasts::UntilEqual),
                _ => return Err(form()),
            };
            let temperature = quantity(piece, temperature, Dimension::Temperature)?;
            Ok(ThermalStage { temperature, lasts })
        };
        let test = ThermalKovacs {
            start: quantity(1, start, Dimension::Temperature)?,
            stages: stages.iter().enumerate().map(stage).collect::<Result<_, _>>()?,
        };
        test.check()?;
        Ok(test)
    }
}

/// What the fictive temperature does in the last stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThermalMemory {
    /// The hump; its heights are in K and counted from the first value, upwards if the sample was heated last.
    hump: Hump,
    /// 1 if the sample was heated last, -1 if it was cooled.
    direction: f64,
    /// How long the stage before the last one lasted, s.
    pub t1: f64,
    /// `Tf - T2` just after the last jump, K: 0 with `until equal`.
    pub departure: f64,
}

impl ThermalMemory {
    /// `peak`, `no_hump` or `monotone_rise`.
    pub fn kind(&self) -> &'static str {
        self.hump.kind()
    }

    /// Time of the extremum after the last jump, s; only a peak has one.
    pub fn hump_time(&self) -> Option<f64> {
        self.hump.t_p()
    }

    /// `Tf - T2` at the extremum, K: below 0 if the sample was cooled last. Only a peak has one.
    pub fn hump_height(&self) -> Option<f64> {
        self.hump.t_p().and(self.hump.delta_sigma()).map(|height| self.departure + self.direction * height)
    }
}

impl ThermalKovacs {
    /// The experiment of 1963: from equilibrium at `start` to `low`, then to `end`, observed for `duration` s; all in K.
    pub fn new(start: f64, low: f64, lasts: Lasts, end: f64, duration: f64) -> Self {
        let last = ThermalStage { temperature: end, lasts: Lasts::For(duration) };
        ThermalKovacs { start, stages: vec![ThermalStage { temperature: low, lasts }, last] }
    }

    /// The protocol, where a stage `until equal` lasts `t1` s: the one that [`ThermalMemory`] tells.
    pub fn protocol(&self, t1: f64) -> Protocol {
        let mut now = self.start;
        self.stages.iter().fold(Protocol::at(self.start), |protocol, stage| {
            let time = match stage.lasts {
                Lasts::For(time) => time,
                Lasts::UntilEqual => t1,
            };
            heated(protocol, &mut now, stage.temperature).hold(time)
        })
    }

    /// # Errors
    /// A field is outside what is accepted; the message names the piece.
    fn check(&self) -> Result<(), ThermalTextError> {
        if self.stages.len() < 2 {
            return Err(ThermalTextError::Pieces { found: self.stages.len() + 1 });
        }
        let positive = |piece: usize, field: &'static str, value: f64, unit: &'static str| {
            if value.is_finite() && value > 0.0 {
                return Ok(());
            }
            Err(ThermalTextError::Value { piece, field, value, unit })
        };
        positive(1, "temperature", self.start, "K")?;
        for (index, stage) in self.stages.iter().enumerate() {
            let piece = index + 2;
            positive(piece, "temperature", stage.temperature, "K")?;
            match stage.lasts {
                Lasts::For(time) => positive(piece, "time", time, "s")?,
                Lasts::UntilEqual if index + 2 == self.stages.len() => {}
                Lasts::UntilEqual => return Err(ThermalTextError::UntilEqual { piece }),
            }
        }
        Ok(())
    }
}

/// The longest time for which `until equal` waits, s: thirty thousand years.
const LONGEST: f64 = 1e12;

/// The shortest time at which equality is found, s.
const SHORTEST: f64 = 1e-9;

/// Samples per decade of a search for the time of equality.
const PER_DECADE: usize = 80;

const OUTPUT: &str = "fictive_temperature";

/// Computes the observables of a thermal Kovacs test with any model that has the output `fictive_temperature`.
/// `parameters` is one vector in the model's order.
///
/// # Errors
/// The test is malformed, the model refuses it or the parameters, has no such output, or broke; the fictive temperature
/// does not become equal to the last temperature within 1e12 s.
pub fn observe_thermal(
    evaluator: &mut dyn Evaluator,
    parameters: &[f64],
    test: &ThermalKovacs,
) -> Result<ThermalMemory, EvaluationError> {
    let malformed = |error: String| EvaluationError::Malformed { what: error };
    test.check().map_err(|error| malformed(error.to_string()))?;
    let description = evaluator.description();
    if description.output(OUTPUT).is_none() {
        let message = format!("it has no output `{OUTPUT}`; take a model that ages, such as `tnm`");
        return Err(EvaluationError::ProtocolRefused { model: description.id.clone(), message });
    }
    let continuous = description.capabilities.continuous;
    let [earlier @ .., before, last] = test.stages.as_slice() else {
        return Err(malformed(ThermalTextError::Pieces { found: test.stages.len() }.to_string()));
    };
    let mut history = Protocol::at(test.start);
    let mut now = test.start;
    for stage in earlier {
        if let Lasts::For(time) = stage.lasts {
            history = heated(history, &mut now, stage.temperature).hold(time);
        }
    }
    history = heated(history, &mut now, before.temperature);
    let start = history.duration();
    let t1 = match before.lasts {
        Lasts::For(time) => time,
        Lasts::UntilEqual => {
            let held = history.clone().hold(LONGEST);
            let departure = |times: &[f64]| departures(evaluator, parameters, &held, start, last.temperature, times);
            time_of_equality(departure, continuous, before.temperature, last.temperature)?
        }
    };
    let Lasts::For(duration) = last.lasts else {
        return Err(malformed(ThermalTextError::UntilEqual { piece: test.stages.len() + 1 }.to_string()));
    };
    let direction = if last.temperature < before.temperature { -1.0 } else { 1.0 };
    let whole = heated(history.hold(t1), &mut now, last.temperature).hold(duration);
    let begin = start + t1;
    let first = if continuous { (1e-6 * t1).min(1e-2) } else { 1e-2 };
    let window = Window { dead_time: 0.0, first: first.min(0.1 * duration), last: duration };
    let rising = |times: &[f64]| {
        let values = departures(evaluator, parameters, &whole, begin, last.temperature, times)?;
        Ok(values.into_iter().map(|kelvin| direction * kelvin).collect())
    };
    let located = find_hump(rising, window, continuous).map_err(|error| match error {
        HumpError::Evaluate(source) => source,
        other => malformed(other.to_string()),
    })?;
    Ok(ThermalMemory { hump: located.hump, direction, t1, departure: direction * located.sigma_0 })
}

/// Appends a jump to a temperature (K), unless it is there already.
fn heated(protocol: Protocol, now: &mut f64, kelvin: f64) -> Protocol {
    if std::mem::replace(now, kelvin) == kelvin { protocol } else { protocol.temperature_step(kelvin) }
}

/// Fictive temperature minus `level` (K) at times (s) after `start`.
fn departures(
    evaluator: &mut dyn Evaluator,
    parameters: &[f64],
    protocol: &Protocol,
    start: f64,
    level: f64,
    times: &[f64],
) -> Result<Vec<f64>, EvaluationError> {
    let experiment = Experiment {
        history: protocol.nodes()?,
        times: times.iter().map(|time| start + time).collect(),
        before: Vec::new(),
        wanted: vec![OUTPUT.to_owned()],
    };
    let values = evaluate_one(evaluator, &experiment, parameters)?;
    if values.len() != times.len() {
        let message = format!("{} fictive temperatures were asked for and {} came back", times.len(), values.len());
        return Err(EvaluationError::Broken { model: evaluator.description().id.clone(), message });
    }
    Ok(values.into_iter().map(|kelvin| kelvin - level).collect())
}

/// The first time (s) at which a departure changes its sign: on logarithmic samples, and where the model is exact at any
/// time in intervals twenty times as fine three times over, then linear in `ln t`.
fn time_of_equality(
    mut departure: impl FnMut(&[f64]) -> Result<Vec<f64>, EvaluationError>,
    continuous: bool,
    temperature: f64,
    level: f64,
) -> Result<f64, EvaluationError> {
    let mut times = log_spaced(SHORTEST, LONGEST, PER_DECADE);
    let mut values = departure(&times)?;
    let mut refinements = if continuous { 3 } else { 0 };
    loop {
        let crossing = values.windows(2).position(|pair| matches!(pair, [from, to] if from * to <= 0.0));
        let Some(at) = crossing else {
            let end = level + values.last().copied().unwrap_or(f64::NAN);
            return Err(EvaluationError::Malformed {
                what: format!(
                    "at {temperature} K the fictive temperature does not become equal to {level} K: it is {end} K after \
                 {LONGEST} s; the last temperature must lie between that and the first one, or write a time in place of \
                 `until equal`"
                ),
            });
        };
        let ((from, to), (left, right)) = ((times[at], times[at + 1]), (values[at], values[at + 1]));
        if refinements == 0 {
            let part = if left == right { 0.0 } else { left / (left - right) };
            return Ok(from * (to / from).powf(part));
        }
        refinements -= 1;
        times = log_spaced(from, to, (20.0 / (to / from).log10()).ceil() as usize);
        values = departure(&times)?;
    }
}
