//! Whether what a model says of itself makes sense.
//!
//! Everything behind a model handle relies on it: parameters are matched by id, an optimiser scales its steps by
//! `nominal`, a fit starts at `initial`. So a model with a crooked table is refused when it is opened, not in the
//! middle of a fit. The same rules hold for a library in C and for a model linked statically.

use crate::model::{ModelDescription, Preset, Quantity};
use std::fmt;

/// Ids of the columns a history can have, in the order of [`History`](crate::History).
pub const INPUTS: [&str; 4] = ["time", "temperature", "control", "drive"];

/// Where the numbers of a parameter set may come from.
pub const PRESET_ORIGINS: [&str; 4] = ["literature", "paper", "tuned", "estimate"];

/// What is wrong with a description.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum DescriptionFault {
    /// The model's id is not a reverse domain name in lower case.
    ModelId {
        /// As found.
        id: String,
    },
    /// The model's version is not three numbers with dots, with an optional suffix.
    Version {
        /// As found.
        version: String,
    },
    /// An id of a quantity or a parameter set is not in the accepted form.
    Id {
        /// Which list: `parameter`, `setting`, `input`, `output`, `parameter set`.
        list: &'static str,
        /// As found.
        id: String,
    },
    /// An id occurs twice in its list.
    Duplicate {
        /// Which list.
        list: &'static str,
        /// The id.
        id: String,
    },
    /// A quantity has no unit.
    NoUnit {
        /// Which list.
        list: &'static str,
        /// Id of the quantity.
        id: String,
    },
    /// Bounds are NaN or the lower one lies above the upper one.
    Bounds {
        /// Which list.
        list: &'static str,
        /// Id of the quantity.
        id: String,
        /// Lower bound.
        lower: f64,
        /// Upper bound.
        upper: f64,
    },
    /// The default value is not inside the bounds.
    Initial {
        /// Which list.
        list: &'static str,
        /// Id of the quantity.
        id: String,
        /// Default value.
        initial: f64,
        /// Accepted interval.
        interval: String,
    },
    /// The typical magnitude is not a finite number above zero.
    Nominal {
        /// Which list.
        list: &'static str,
        /// Id of the quantity.
        id: String,
        /// Typical magnitude.
        nominal: f64,
    },
    /// An input is none of [`INPUTS`], or `time` is not the first one.
    Input {
        /// Id of the input.
        id: String,
    },
    /// The model has no outputs.
    NoOutput,
    /// A parameter set states an origin that is none of [`PRESET_ORIGINS`].
    PresetOrigin {
        /// Id of the parameter set.
        preset: String,
        /// As found.
        origin: String,
    },
    /// A parameter set holds another number of values than the model has.
    PresetLength {
        /// Id of the parameter set.
        preset: String,
        /// `parameters` or `settings`.
        list: &'static str,
        /// Number of values.
        found: usize,
        /// Number of quantities.
        expected: usize,
    },
    /// A value of a parameter set is outside its bounds.
    PresetValue {
        /// Id of the parameter set.
        preset: String,
        /// Id of the quantity.
        id: String,
        /// Offending value.
        value: f64,
        /// Accepted interval.
        interval: String,
    },
}

impl fmt::Display for DescriptionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ModelId { id } => write!(f, "model id `{id}` is not a reverse domain name such as `org.example.tnm`"),
            Self::Version { version } => write!(f, "version `{version}` is not a semantic version such as `1.0.0`"),
            Self::Id { list, id } => write!(f, "id `{id}` of a {list} is not in lower-case letters, digits and `_`"),
            Self::Duplicate { list, id } => write!(f, "{list} `{id}` occurs twice"),
            Self::NoUnit { list, id } => write!(f, "{list} `{id}` has no unit; a dimensionless one has `1`"),
            Self::Bounds { list, id, lower, upper } => write!(f, "{list} `{id}` has the bounds {lower} and {upper}"),
            Self::Initial { list, id, initial, interval } => {
                write!(f, "{list} `{id}` has the default {initial}, outside {interval}")
            }
            Self::Nominal { list, id, nominal } => {
                write!(f, "{list} `{id}` has the typical magnitude {nominal}, not a number above zero")
            }
            Self::Input { id } => write!(
                f,
                "input `{id}` is none of `time`, `temperature`, `control`, `drive`, or `time` is not the first"
            ),
            Self::NoOutput => write!(f, "the model has no output"),
            Self::PresetOrigin { preset, origin } => write!(
                f,
                "parameter set `{preset}` has the origin `{origin}`, none of `literature`, `paper`, `tuned`, `estimate`"
            ),
            Self::PresetLength { preset, list, found, expected } => {
                write!(f, "parameter set `{preset}` holds {found} {list}, the model has {expected}")
            }
            Self::PresetValue { preset, id, value, interval } => {
                write!(f, "parameter set `{preset}`: `{id}` = {value} is outside {interval}")
            }
        }
    }
}

impl std::error::Error for DescriptionFault {}

impl ModelDescription {
    /// Checks everything a model says of itself.
    ///
    /// # Errors
    /// The first fault found.
    pub fn check(&self) -> Result<(), DescriptionFault> {
        if !is_reverse_domain(&self.id) {
            return Err(DescriptionFault::ModelId { id: self.id.clone() });
        }
        if !is_semantic_version(&self.version) {
            return Err(DescriptionFault::Version { version: self.version.clone() });
        }
        check_list("parameter", &self.parameters, true)?;
        check_list("setting", &self.settings, true)?;
        check_list("input", &self.inputs, false)?;
        check_list("output", &self.outputs, false)?;
        for (position, input) in self.inputs.iter().enumerate() {
            if !INPUTS.contains(&input.id.as_str()) || (position == 0) != (input.id == "time") {
                return Err(DescriptionFault::Input { id: input.id.clone() });
            }
        }
        if self.inputs.is_empty() {
            return Err(DescriptionFault::Input { id: String::new() });
        }
        if self.outputs.is_empty() {
            return Err(DescriptionFault::NoOutput);
        }
        for (position, preset) in self.presets.iter().enumerate() {
            if !is_id(&preset.id, "_-") {
                return Err(DescriptionFault::Id { list: "parameter set", id: preset.id.clone() });
            }
            if self.presets[..position].iter().any(|earlier| earlier.id == preset.id) {
                return Err(DescriptionFault::Duplicate { list: "parameter set", id: preset.id.clone() });
            }
            self.check_preset(preset)?;
        }
        Ok(())
    }

    fn check_preset(&self, preset: &Preset) -> Result<(), DescriptionFault> {
        if !PRESET_ORIGINS.contains(&preset.origin.as_str()) {
            return Err(DescriptionFault::PresetOrigin { preset: preset.id.clone(), origin: preset.origin.clone() });
        }
        check_values(preset, "parameters", &self.parameters, &preset.parameters)?;
        match &preset.settings {
            Some(settings) => check_values(preset, "settings", &self.settings, settings),
            None => Ok(()),
        }
    }
}

fn check_values(
    preset: &Preset,
    list: &'static str,
    quantities: &[Quantity],
    values: &[f64],
) -> Result<(), DescriptionFault> {
    if quantities.len() != values.len() {
        return Err(DescriptionFault::PresetLength {
            preset: preset.id.clone(),
            list,
            found: values.len(),
            expected: quantities.len(),
        });
    }
    match quantities.iter().zip(values).find(|(quantity, value)| !quantity.accepts(**value)) {
        Some((quantity, &value)) => Err(DescriptionFault::PresetValue {
            preset: preset.id.clone(),
            id: quantity.id.clone(),
            value,
            interval: quantity.interval(),
        }),
        None => Ok(()),
    }
}

/// Inputs and outputs have no default value, so `initial` is looked at where `has_default`.
fn check_list(list: &'static str, quantities: &[Quantity], has_default: bool) -> Result<(), DescriptionFault> {
    for (position, quantity) in quantities.iter().enumerate() {
        let id = || quantity.id.clone();
        let Quantity { lower, upper, initial, nominal, .. } = *quantity;
        if !is_id(&quantity.id, "_") {
            return Err(DescriptionFault::Id { list, id: id() });
        }
        if quantities[..position].iter().any(|earlier| earlier.id == quantity.id) {
            return Err(DescriptionFault::Duplicate { list, id: id() });
        }
        if quantity.unit.is_empty() {
            return Err(DescriptionFault::NoUnit { list, id: id() });
        }
        if lower.is_nan() || upper.is_nan() || lower > upper {
            return Err(DescriptionFault::Bounds { list, id: id(), lower, upper });
        }
        if has_default && !quantity.accepts(initial) {
            return Err(DescriptionFault::Initial { list, id: id(), initial, interval: quantity.interval() });
        }
        if !(nominal > 0.0 && nominal.is_finite()) {
            return Err(DescriptionFault::Nominal { list, id: id(), nominal });
        }
    }
    Ok(())
}

fn is_id(id: &str, punctuation: &str) -> bool {
    let letter_first = id.starts_with(|first: char| first.is_ascii_lowercase());
    let accepted = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || punctuation.contains(c);
    letter_first && id.chars().all(accepted)
}

fn is_reverse_domain(id: &str) -> bool {
    id.contains('.') && id.split('.').all(|part| is_id(part, "_"))
}

fn is_semantic_version(version: &str) -> bool {
    let numbers = version.split(['-', '+']).next().unwrap_or_default();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.split('.').count() == 3 && numbers.split('.').all(is_number)
}
