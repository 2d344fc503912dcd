//! Which protocol was asked for: from a file, from the options, or as printed in the paper.

use super::Options;
use crate::commands::model::number;
use crate::failure::Failure;
use kovacs_core::TwoStep;
use kovacs_core::glasses::{Glass, glass};
use kovacs_core::toml_form::{ProtocolForm, read_protocol};
use std::path::Path;

/// A protocol, and what of it nobody gave.
pub struct Asked {
    /// The protocol.
    pub form: ProtocolForm,
    /// Time from the second step to the first sample, s.
    pub dead_time: f64,
    /// Options that were filled in from the paper.
    pub from_paper: Vec<&'static str>,
}

impl Asked {
    /// The protocol in a line.
    pub fn words(&self) -> String {
        let dead_time = match self.dead_time {
            0.0 => String::new(),
            seconds => format!(", first sample after {} s", number(seconds)),
        };
        match &self.form {
            ProtocolForm::TwoStep(test) => {
                let ramps = match test.ramp {
                    None => "exact steps".to_owned(),
                    Some(loading) => format!("loading ramp of {} s", number(loading)),
                };
                format!(
                    "strain {} for {} s, then {} for {} s, at {} K, {ramps}{dead_time}",
                    number(test.eps1),
                    number(test.t_w),
                    number(test.eps2),
                    number(test.duration),
                    number(test.temperature)
                )
            }
            ProtocolForm::Segments(protocol) => format!(
                "{} segments, {} s, from {} K{dead_time}",
                protocol.segments.len(),
                number(protocol.duration()),
                number(protocol.start_temperature)
            ),
        }
    }
}

/// Reads the protocol that the options describe.
///
/// # Errors
/// The file is no protocol, or something is missing that the paper does not give.
pub fn read(options: &Options) -> Result<Asked, Failure> {
    match &options.protocol {
        Some(file) => from_file(file, options.dead_time),
        None => from_options(options),
    }
}

fn from_file(file: &Path, dead_time: Option<f64>) -> Result<Asked, Failure> {
    let place = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::from(error).context(format!("cannot read the protocol `{place}`")))?;
    let mut form = read_protocol(&text).map_err(|error| Failure::from(error).context(format!("protocol `{place}`")))?;
    if let ProtocolForm::Segments(protocol) = &form
        && protocol.segments.iter().all(|segment| segment.target == 0.0)
    {
        return Err(Failure::new(format!("protocol `{place}` prescribes neither strain nor stress, only temperature"))
            .remedy("write a thermal test as `--thermal \"40C; 10C for 101.4h; 30C for 1000h\"`"));
    }
    let dead_time = match &mut form {
        ProtocolForm::TwoStep(test) => {
            test.dead_time = dead_time.unwrap_or(test.dead_time);
            test.dead_time
        }
        ProtocolForm::Segments(_) => dead_time.unwrap_or(0.0),
    };
    Ok(Asked { form, dead_time, from_paper: Vec::new() })
}

fn from_options(options: &Options) -> Result<Asked, Failure> {
    let mut picker = Picker::new(options.glass.as_deref());
    let eps1 = picker.pick("--eps1", options.test.eps1, |glass| glass.eps1);
    let eps2 = picker.pick("--eps2", options.test.eps2, |glass| glass.eps2);
    let t_w = picker.pick("--t-w", options.test.t_w, |glass| glass.t_w);
    let temperature = picker.pick("--temperature", options.test.temperature, |glass| glass.temperature);
    let (Some(eps1), Some(eps2), Some(t_w), Some(temperature)) = (eps1, eps2, t_w, temperature) else {
        return Err(picker.incomplete("`--eps1 0.5% --eps2 0.3% --t-w 900s --temperature 593K`"));
    };
    let mut test = TwoStep::new(eps1, eps2, t_w, temperature);
    test.ramp = options.test.ramp;
    test.duration = options.duration.unwrap_or(test.duration);
    test.dead_time = options.dead_time.unwrap_or(0.0);
    Ok(Asked { form: ProtocolForm::TwoStep(test), dead_time: test.dead_time, from_paper: picker.from_paper })
}

/// Takes what was given, else what the paper prints for the glass, and remembers which.
pub struct Picker {
    printed: Option<&'static Glass>,
    /// Options that were filled in from the paper.
    pub from_paper: Vec<&'static str>,
    missing: Vec<&'static str>,
}

impl Picker {
    /// For this glass, if it is one of the paper's.
    pub fn new(id: Option<&str>) -> Picker {
        Picker { printed: id.and_then(glass), from_paper: Vec::new(), missing: Vec::new() }
    }

    /// One number; `None` where nobody gives it.
    pub fn pick(&mut self, option: &'static str, given: Option<f64>, printed: fn(&Glass) -> f64) -> Option<f64> {
        given.or_else(|| {
            let value = self.printed.map(printed);
            if value.is_some() {
                self.from_paper.push(option)
            } else {
                self.missing.push(option)
            }
            value
        })
    }

    /// The failure that names what nobody gave; `example` is a complete set of options.
    pub fn incomplete(&self, example: &str) -> Failure {
        Failure::usage(format!("the protocol is not complete: {} missing", self.missing.join(", "))).remedy(format!(
            "give them, for example {example}, name a file with --protocol, or one of the paper's glasses with --glass"
        ))
    }
}
