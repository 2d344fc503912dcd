//! What is done to a sample, as a person writes it: a list of segments.
//!
//! Every quantity is linear in time within a segment and **a step is a segment of zero duration**. It stays exact all
//! the way to the model: [`Protocol::nodes`] turns it into two nodes at one time, never into a short ramp, because the
//! stress just after a jump (`sigma_0`) and with it the height of the memory hump depend on it.
//! The classical thermal Kovacs protocol is the same type with temperature steps.

use crate::curve::{Curve, Origin};
use crate::history::{Control, History};
use std::fmt;

/// One piece of a protocol: within it the controlled quantity and the temperature run linearly to their targets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// Duration, s; zero for a step.
    pub duration: f64,
    /// What is prescribed during the segment; it may differ from the segment before only in a step.
    pub control: Control,
    /// Value at the end of the segment: strain (1) under strain control, MPa under stress control.
    pub target: f64,
    /// Temperature at the end of the segment, K.
    pub temperature: f64,
}

/// A list of segments that starts from rest: strain zero, at one temperature, for ever.
///
/// # Examples
/// ```
/// use kovacs_core::Protocol;
/// let protocol = Protocol::at(593.0).step(0.005).hold(900.0).step(0.003).hold(1e4);
/// assert_eq!(protocol.nodes()?.time, [0.0, 0.0, 900.0, 900.0, 10_900.0]);
/// # Ok::<(), kovacs_core::ProtocolError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Protocol {
    /// Temperature before the first segment, K.
    pub start_temperature: f64,
    /// The segments in order.
    pub segments: Vec<Segment>,
}

/// A stretch of time in which nothing that is prescribed changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// Start, s.
    pub start: f64,
    /// End, s.
    pub end: f64,
    /// What is prescribed.
    pub control: Control,
    /// The prescribed value: strain (1) or MPa.
    pub level: f64,
    /// Temperature, K.
    pub temperature: f64,
}

impl Protocol {
    /// Begins a protocol: at rest, unstrained, at this temperature (K).
    pub fn at(temperature_k: f64) -> Self {
        Protocol { start_temperature: temperature_k, segments: Vec::new() }
    }

    /// Two exact strain steps: 0 to `eps1`, `t_w` seconds of holding, then to `eps2`, held for `duration` seconds.
    ///
    /// Strains are dimensionless (0.5 % is 0.005), the temperature is in K. [`TwoStep`](crate::TwoStep) is the same
    /// with ramps and a dead time.
    pub fn two_step(eps1: f64, eps2: f64, t_w: f64, duration: f64, temperature_k: f64) -> Self {
        Protocol::at(temperature_k).step(eps1).hold(t_w).step(eps2).hold(duration)
    }

    /// Jumps to a strain (1), exactly.
    pub fn step(self, strain: f64) -> Self {
        self.ramp(strain, 0.0)
    }

    /// Keeps everything as it is for this many seconds.
    pub fn hold(self, seconds: f64) -> Self {
        let (control, target, temperature) = self.last();
        self.then(Segment { duration: seconds, control, target, temperature })
    }

    /// Runs linearly to a strain (1) in this many seconds.
    pub fn ramp(self, strain: f64, seconds: f64) -> Self {
        let (_, _, temperature) = self.last();
        self.then(Segment { duration: seconds, control: Control::Strain, target: strain, temperature })
    }

    /// Jumps to a stress (MPa), exactly; from here on stress is prescribed.
    pub fn stress_step(self, mpa: f64) -> Self {
        self.stress_ramp(mpa, 0.0)
    }

    /// Runs linearly to a stress (MPa) in this many seconds.
    pub fn stress_ramp(self, mpa: f64, seconds: f64) -> Self {
        let (_, _, temperature) = self.last();
        self.then(Segment { duration: seconds, control: Control::Stress, target: mpa, temperature })
    }

    /// Jumps to a temperature (K), exactly, with the controlled quantity unchanged.
    pub fn temperature_step(self, kelvin: f64) -> Self {
        self.temperature_ramp(kelvin, 0.0)
    }

    /// Runs linearly to a temperature (K) in this many seconds, with the controlled quantity unchanged.
    pub fn temperature_ramp(self, kelvin: f64, seconds: f64) -> Self {
        let (control, target, _) = self.last();
        self.then(Segment { duration: seconds, control, target, temperature: kelvin })
    }

    /// Appends a segment as it is: the way to change strain and temperature at once.
    pub fn then(mut self, segment: Segment) -> Self {
        self.segments.push(segment);
        self
    }

    /// Whole duration, s.
    pub fn duration(&self) -> f64 {
        self.segments.iter().map(|segment| segment.duration).sum()
    }

    /// The nodes of the history, validated: what a model receives.
    ///
    /// # Errors
    /// [`ProtocolError`] names the segment (counted from 1), the field, the value and what is accepted.
    pub fn nodes(&self) -> Result<History, ProtocolError> {
        self.validate()?;
        let mut history = History::default();
        let (mut control, mut drive) = self.rest();
        history.push(0.0, self.start_temperature, control, drive);
        let mut time = 0.0;
        let mut jumped_at = None;
        for (index, segment) in self.segments.iter().enumerate() {
            let segment_number = index + 1;
            let end = time + segment.duration;
            if segment.duration == 0.0 {
                if jumped_at == Some(time) {
                    return Err(ProtocolError::SecondJump { segment: segment_number, time });
                }
                jumped_at = Some(time);
            } else if segment.control != control {
                return Err(ProtocolError::ControlChange {
                    segment: segment_number,
                    from: control,
                    to: segment.control,
                    duration: segment.duration,
                });
            } else if end <= time || !end.is_finite() {
                return Err(ProtocolError::Unresolved { segment: segment_number, duration: segment.duration, time });
            }
            (time, control, drive) = (end, segment.control, segment.target);
            history.push(time, segment.temperature, control, drive);
        }
        if time == 0.0 {
            return Err(ProtocolError::NoDuration);
        }
        Ok(history)
    }

    /// What is prescribed at a time (s), just after a jump at that time, and its value (strain or MPa).
    ///
    /// # Errors
    /// The protocol is not valid.
    pub fn drive_at(&self, time: f64) -> Result<(Control, f64), ProtocolError> {
        let (control, drive, _) = self.state_at(time)?;
        Ok((control, drive))
    }

    /// Strain at a time (s), just after a jump; `None` where stress is prescribed, because only a model knows it then.
    ///
    /// # Errors
    /// The protocol is not valid.
    pub fn strain_at(&self, time: f64) -> Result<Option<f64>, ProtocolError> {
        let (control, drive) = self.drive_at(time)?;
        Ok((control == Control::Strain).then_some(drive))
    }

    /// Temperature (K) at a time (s), just after a jump.
    ///
    /// # Errors
    /// The protocol is not valid.
    pub fn temperature_at(&self, time: f64) -> Result<f64, ProtocolError> {
        Ok(self.state_at(time)?.2)
    }

    /// The prescribed strain against time, corner by corner: a step is two points at one time (Fig. 1a of the paper).
    ///
    /// # Errors
    /// The protocol is not valid, or prescribes stress somewhere.
    pub fn strain_curve(&self) -> Result<Curve, ProtocolError> {
        if let Some(index) = self.segments.iter().position(|segment| segment.control == Control::Stress) {
            return Err(ProtocolError::StrainUnknown { segment: index + 1 });
        }
        let nodes = self.nodes()?;
        Ok(corner_curve(nodes.time, nodes.drive, "strain", "1"))
    }

    /// The prescribed temperature against time, corner by corner.
    ///
    /// # Errors
    /// The protocol is not valid.
    pub fn temperature_curve(&self) -> Result<Curve, ProtocolError> {
        let nodes = self.nodes()?;
        Ok(corner_curve(nodes.time, nodes.temperature, "temperature", "K"))
    }

    /// Every stage in which nothing prescribed changes, neighbouring holds at the same values joined.
    ///
    /// The second stage of a two-step test is the element with index 1, with or without ramps.
    ///
    /// # Errors
    /// The protocol is not valid.
    pub fn stages(&self) -> Result<Vec<Stage>, ProtocolError> {
        self.validate()?;
        let (mut control, mut level) = self.rest();
        let mut temperature = self.start_temperature;
        let mut stages: Vec<Stage> = Vec::new();
        let mut time = 0.0;
        for segment in &self.segments {
            let end = time + segment.duration;
            let same = segment.control == control && segment.target == level && segment.temperature == temperature;
            if segment.duration > 0.0 && same {
                match stages.last_mut() {
                    Some(stage)
                        if stage.end == time
                            && stage.control == control
                            && stage.level == level
                            && stage.temperature == temperature =>
                    {
                        stage.end = end;
                    }
                    _ => stages.push(Stage { start: time, end, control, level, temperature }),
                }
            }
            (time, control, level, temperature) = (end, segment.control, segment.target, segment.temperature);
        }
        Ok(stages)
    }

    /// Control and drive before the first segment: at rest under whatever the first segment prescribes.
    fn rest(&self) -> (Control, f64) {
        (self.segments.first().map_or(Control::Strain, |segment| segment.control), 0.0)
    }

    fn last(&self) -> (Control, f64, f64) {
        match self.segments.last() {
            Some(segment) => (segment.control, segment.target, segment.temperature),
            None => (Control::Strain, 0.0, self.start_temperature),
        }
    }

    fn validate(&self) -> Result<(), ProtocolError> {
        if self.segments.is_empty() {
            return Err(ProtocolError::Empty);
        }
        if !(self.start_temperature.is_finite() && self.start_temperature > 0.0) {
            return Err(ProtocolError::Setting {
                field: "start temperature",
                value: self.start_temperature,
                unit: "K",
                accepted: "finite and above 0 K",
            });
        }
        for (index, segment) in self.segments.iter().enumerate() {
            let refuse = |field, value, unit, accepted| {
                Err(ProtocolError::Segment { segment: index + 1, field, value, unit, accepted })
            };
            if !(segment.duration.is_finite() && segment.duration >= 0.0) {
                return refuse("duration", segment.duration, "s", "finite and not below 0 s");
            }
            if !(segment.temperature.is_finite() && segment.temperature > 0.0) {
                return refuse("temperature", segment.temperature, "K", "finite and above 0 K");
            }
            if !segment.target.is_finite() {
                let unit = if segment.control == Control::Strain { "1" } else { "MPa" };
                return refuse("target", segment.target, unit, "finite");
            }
        }
        Ok(())
    }

    fn state_at(&self, time: f64) -> Result<(Control, f64, f64), ProtocolError> {
        self.nodes()?;
        let (mut control, mut drive) = self.rest();
        let mut temperature = self.start_temperature;
        let mut start = 0.0;
        for segment in &self.segments {
            let end = start + segment.duration;
            if time < end {
                // A time before the first segment belongs to the rest before it.
                let part = ((time - start) / segment.duration).max(0.0);
                drive += part * (segment.target - drive);
                temperature += part * (segment.temperature - temperature);
                return Ok((control, drive, temperature));
            }
            (start, control, drive, temperature) = (end, segment.control, segment.target, segment.temperature);
        }
        Ok((control, drive, temperature))
    }
}

fn corner_curve(time: Vec<f64>, values: Vec<f64>, name: &str, unit: &str) -> Curve {
    Curve {
        x: time,
        y: values,
        x_name: "time".to_owned(),
        x_unit: "s".to_owned(),
        y_name: name.to_owned(),
        y_unit: unit.to_owned(),
        label: "protocol".to_owned(),
        origin: Origin::Calculated,
        provenance: Vec::new(),
    }
}

/// Why a protocol cannot be used. Segments are counted from 1.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ProtocolError {
    /// There is no segment.
    Empty,
    /// All segments are steps: nothing lasts.
    NoDuration,
    /// A field of a segment is outside what is accepted.
    Segment {
        /// Number of the segment, from 1.
        segment: usize,
        /// `duration`, `target` or `temperature`.
        field: &'static str,
        /// The value found.
        value: f64,
        /// Its unit.
        unit: &'static str,
        /// What is accepted, in words.
        accepted: &'static str,
    },
    /// A number that belongs to no single segment is outside what is accepted.
    Setting {
        /// Its name.
        field: &'static str,
        /// The value found.
        value: f64,
        /// Its unit.
        unit: &'static str,
        /// What is accepted, in words.
        accepted: &'static str,
    },
    /// Control changes in a segment that lasts.
    ControlChange {
        /// Number of the segment, from 1.
        segment: usize,
        /// Control before.
        from: Control,
        /// Control in this segment.
        to: Control,
        /// Duration of the segment, s.
        duration: f64,
    },
    /// Two steps follow each other at one time.
    SecondJump {
        /// Number of the second step, from 1.
        segment: usize,
        /// The time, s.
        time: f64,
    },
    /// A duration is too short, or the sum too long, to be told apart at the time where it lies.
    Unresolved {
        /// Number of the segment, from 1.
        segment: usize,
        /// Its duration, s.
        duration: f64,
        /// Where it begins, s.
        time: f64,
    },
    /// The strain is wanted, but a segment prescribes stress.
    StrainUnknown {
        /// Number of the segment, from 1.
        segment: usize,
    },
    /// There are fewer stages than the observable needs.
    MissingStage {
        /// How many are needed.
        needed: usize,
        /// How many there are.
        found: usize,
    },
}

impl ProtocolError {
    /// Number of the segment at fault, from 1, where one is.
    pub fn segment(&self) -> Option<usize> {
        match self {
            ProtocolError::Segment { segment, .. }
            | ProtocolError::ControlChange { segment, .. }
            | ProtocolError::SecondJump { segment, .. }
            | ProtocolError::Unresolved { segment, .. }
            | ProtocolError::StrainUnknown { segment } => Some(*segment),
            ProtocolError::Empty
            | ProtocolError::NoDuration
            | ProtocolError::Setting { .. }
            | ProtocolError::MissingStage { .. } => None,
        }
    }
}

fn control_name(control: Control) -> &'static str {
    match control {
        Control::Strain => "strain",
        Control::Stress => "stress",
    }
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProtocolError::Empty => write!(f, "the protocol has no segment; add a step and a hold"),
            ProtocolError::NoDuration => write!(f, "the protocol lasts 0 s; add a hold after the step"),
            ProtocolError::Segment { segment, field, value, unit, accepted } => {
                write!(f, "segment {segment}: {field} = {value} {unit}, but it must be {accepted}")
            }
            ProtocolError::Setting { field, value, unit, accepted } => {
                write!(f, "{field} = {value} {unit}, but it must be {accepted}")
            }
            ProtocolError::ControlChange { segment, from, to, duration } => write!(
                f,
                "segment {segment} goes from {} to {} control within {duration} s; control changes only in a step: \
                 put a step of 0 s to the first {} before it",
                control_name(*from),
                control_name(*to),
                control_name(*to)
            ),
            ProtocolError::SecondJump { segment, time } => write!(
                f,
                "segment {segment} is a second step at {time} s; put a hold between them, or change strain and \
                 temperature in one segment"
            ),
            ProtocolError::Unresolved { segment, duration, time } => write!(
                f,
                "segment {segment}: duration = {duration} s cannot be resolved at {time} s; write a step of 0 s or a \
                 longer segment"
            ),
            ProtocolError::StrainUnknown { segment } => {
                write!(f, "segment {segment} prescribes stress; the strain there follows from a model")
            }
            ProtocolError::MissingStage { needed, found } => {
                write!(f, "the protocol has {found} stages of constant strain after the rest, {needed} are needed")
            }
        }
    }
}

impl std::error::Error for ProtocolError {}
