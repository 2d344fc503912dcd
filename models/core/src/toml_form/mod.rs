//! The TOML form of a protocol: one file format for the shell, data packages and notebooks.
//!
//! Either the shorthand of a two-step test or a list of segments. A quantity is text with its unit, or a bare number in
//! s, K, MPa or strain:
//!
//! ```toml
//! [two_step]
//! eps1 = "0.5 %"
//! eps2 = "0.3 %"
//! t_w = "15 min"
//! temperature = "320 degC"
//! # May be left out: duration of the second stage (1000 t_w, at least 1e5 s), loading ramp (an exact step), dead time.
//! duration = "1e5 s"
//! ramp = "0.15 s"
//! dead_time = "1 s"
//! ```
//!
//! ```toml
//! temperature = "593 K"              # before the first segment
//!
//! [[segment]]
//! kind = "step"                      # to `strain`, `stress` or `temperature`, at once
//! strain = "0.5 %"
//!
//! [[segment]]
//! kind = "hold"                      # everything stays
//! duration = "900 s"
//!
//! [[segment]]
//! kind = "ramp"                      # to `strain`, `stress` or `temperature`, linearly
//! stress = "0 MPa"
//! duration = "2 s"
//! ```
//!
//! What is read is validated by the same rules as a protocol written in code; every refusal names the line.

mod error;
mod fields;

pub use error::{FormFault, ProtocolFormError};

use crate::history::Control;
use crate::protocol::{Protocol, ProtocolError, Segment};
use crate::two_step::TwoStep;
use crate::units::Dimension;
use fields::{Fields, line_of};
use std::fmt::Write;
use toml::de::DeTable;

/// What a protocol file holds.
#[derive(Clone, Debug, PartialEq)]
pub enum ProtocolForm {
    /// A list of segments.
    Segments(Protocol),
    /// A two-step test, whose ramps and dead time an evaluation has to know.
    TwoStep(TwoStep),
}

impl ProtocolForm {
    /// The list of segments, whichever form was written.
    ///
    /// # Errors
    /// A two-step test with impossible numbers; a form that was read is known to be good.
    pub fn protocol(&self) -> Result<Protocol, ProtocolError> {
        match self {
            ProtocolForm::Segments(protocol) => Ok(protocol.clone()),
            ProtocolForm::TwoStep(test) => test.protocol(),
        }
    }
}

/// Reads the TOML form.
///
/// # Errors
/// [`ProtocolFormError`]: the line, the segment, the field, and what is accepted.
///
/// # Examples
/// ```
/// use kovacs_core::toml_form::read_protocol;
/// let form = read_protocol("[two_step]\neps1 = '0.5%'\neps2 = '0.3%'\nt_w = '15 min'\ntemperature = '593 K'")?;
/// assert_eq!(form.protocol().unwrap().nodes().unwrap().time[2], 900.0); // s
/// # Ok::<(), kovacs_core::toml_form::ProtocolFormError>(())
/// ```
pub fn read_protocol(text: &str) -> Result<ProtocolForm, ProtocolFormError> {
    let document = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        ProtocolFormError::new(line, "the file", FormFault::Syntax { message: error.message().to_owned() })
    })?;
    let file = Fields::new(text, "the file".to_owned(), document.span().start, document.get_ref());
    match (file.get("two_step"), file.get("segment")) {
        (Some(_), Some(segments)) => Err(ProtocolFormError::new(segments.line, "the file", FormFault::BothForms)),
        (None, None) => Err(ProtocolFormError::new(1, "the file", FormFault::NoForm)),
        (Some(_), None) => {
            file.only(&["two_step"])?;
            read_two_step(&file).map(ProtocolForm::TwoStep)
        }
        (None, Some(_)) => {
            file.only(&["temperature", "segment"])?;
            read_segments(&file).map(ProtocolForm::Segments)
        }
    }
}

fn read_two_step(file: &Fields<'_>) -> Result<TwoStep, ProtocolFormError> {
    let table = file.table("two_step", "[two_step]")?;
    table.only(&["eps1", "eps2", "t_w", "temperature", "duration", "ramp", "dead_time"])?;
    let mut test = TwoStep::new(
        table.needed("eps1", Dimension::Dimensionless)?,
        table.needed("eps2", Dimension::Dimensionless)?,
        table.needed("t_w", Dimension::Time)?,
        table.needed("temperature", Dimension::Temperature)?,
    );
    if let Some(duration) = table.optional("duration", Dimension::Time)? {
        test.duration = duration;
    }
    test.ramp = table.optional("ramp", Dimension::Time)?;
    test.dead_time = table.optional("dead_time", Dimension::Time)?.unwrap_or(0.0);
    let valid = test.protocol().and_then(|protocol| protocol.nodes());
    valid.map_err(|error| ProtocolFormError::new(table.line(), "[two_step]", FormFault::Protocol(error)))?;
    Ok(test)
}

fn read_segments(file: &Fields<'_>) -> Result<Protocol, ProtocolFormError> {
    let mut protocol = Protocol::at(file.needed("temperature", Dimension::Temperature)?);
    let mut lines = Vec::new();
    for segment in file.tables("segment")? {
        lines.push(segment.line());
        protocol = read_segment(&segment, protocol)?;
    }
    protocol.nodes().map_err(|error| {
        let line = error.segment().and_then(|number| lines.get(number.checked_sub(1)?)).copied();
        ProtocolFormError::new(line.unwrap_or(file.line()), "the file", FormFault::Protocol(error))
    })?;
    Ok(protocol)
}

fn read_segment(fields: &Fields<'_>, protocol: Protocol) -> Result<Protocol, ProtocolFormError> {
    let kind = fields.text("kind", "\"step\", \"hold\" or \"ramp\"")?;
    let accepted: &[&str] = match kind {
        "hold" => &["kind", "duration"],
        "step" => &["kind", "strain", "stress", "temperature"],
        "ramp" => &["kind", "duration", "strain", "stress", "temperature"],
        other => {
            let fault = FormFault::UnknownKind { kind: other.to_owned() };
            return Err(ProtocolFormError::new(fields.line_of("kind"), fields.place(), fault));
        }
    };
    fields.only(accepted)?;
    let duration = if kind == "step" { 0.0 } else { fields.needed("duration", Dimension::Time)? };
    if kind == "hold" {
        return Ok(protocol.hold(duration));
    }
    let strain = fields.optional("strain", Dimension::Dimensionless)?;
    let stress = fields.optional("stress", Dimension::Stress)?;
    let temperature = fields.optional("temperature", Dimension::Temperature)?;
    // A hold of this length carries what is not said from the segment before.
    let mut protocol = protocol.hold(duration);
    if let Some(segment) = protocol.segments.last_mut() {
        (segment.control, segment.target) = match (strain, stress) {
            (Some(_), Some(_)) => {
                return Err(ProtocolFormError::new(fields.line(), fields.place(), FormFault::StrainAndStress));
            }
            (Some(strain), None) => (Control::Strain, strain),
            (None, Some(stress)) => (Control::Stress, stress),
            (None, None) if temperature.is_none() => {
                return Err(ProtocolFormError::new(fields.line(), fields.place(), FormFault::NoTarget));
            }
            (None, None) => (segment.control, segment.target),
        };
        segment.temperature = temperature.unwrap_or(segment.temperature);
    }
    Ok(protocol)
}

/// Writes the TOML form, in s, K, MPa and strain; reading it gives the same numbers to the last bit.
pub fn write_protocol(form: &ProtocolForm) -> String {
    let mut text = String::new();
    let mut line = |key: &str, value: String| {
        // Writing to a string cannot fail.
        let _ = if value.is_empty() { writeln!(text, "{key}") } else { writeln!(text, "{key} = {value}") };
    };
    match form {
        ProtocolForm::TwoStep(test) => {
            line("[two_step]", String::new());
            line("eps1", format!("{:?}", test.eps1));
            line("eps2", format!("{:?}", test.eps2));
            line("t_w", quoted(test.t_w, "s"));
            line("temperature", quoted(test.temperature, "K"));
            line("duration", quoted(test.duration, "s"));
            if let Some(ramp) = test.ramp {
                line("ramp", quoted(ramp, "s"));
            }
            if test.dead_time != 0.0 {
                line("dead_time", quoted(test.dead_time, "s"));
            }
        }
        ProtocolForm::Segments(protocol) => {
            line("temperature", quoted(protocol.start_temperature, "K"));
            let mut last = Segment {
                duration: 0.0,
                control: Control::Strain,
                target: 0.0,
                temperature: protocol.start_temperature,
            };
            for segment in &protocol.segments {
                let unchanged = Segment { duration: segment.duration, ..last } == *segment;
                let kind = match (segment.duration == 0.0, unchanged) {
                    (true, _) => "step",
                    (false, true) => "hold",
                    (false, false) => "ramp",
                };
                line("\n[[segment]]", String::new());
                line("kind", format!("\"{kind}\""));
                if kind != "step" {
                    line("duration", quoted(segment.duration, "s"));
                }
                if kind != "hold" {
                    match segment.control {
                        Control::Strain => line("strain", format!("{:?}", segment.target)),
                        Control::Stress => line("stress", quoted(segment.target, "MPa")),
                    }
                    if segment.temperature != last.temperature {
                        line("temperature", quoted(segment.temperature, "K"));
                    }
                }
                last = *segment;
            }
        }
    }
    text
}

fn quoted(value: f64, unit: &str) -> String {
    format!("\"{value:?} {unit}\"")
}
