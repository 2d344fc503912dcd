//! Parameters and settings: defaults or those of the glass, then what the command line sets.

use super::Options;
use crate::failure::Failure;
use kovacs_core::model::{ModelDescription, Quantity};
use kovacs_core::units::{convert, parse_quantity, parse_unit};

/// What an instance and an evaluation are made of.
pub struct Values {
    /// One per parameter.
    pub parameters: Vec<f64>,
    /// One per setting; none for the defaults.
    pub settings: Vec<f64>,
}

/// Reads `id=value`.
///
/// # Errors
/// A sentence for the user.
pub fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=').map(|(id, value)| (id.trim(), value.trim())) {
        Some((id, value)) if !id.is_empty() && !value.is_empty() => Ok((id.to_owned(), value.to_owned())),
        _ => Err(format!("`{text}` is not of the form id=value, for example `unrelaxed_modulus=90000`")),
    }
}

/// Parameters and settings of a run.
///
/// # Errors
/// There is no such glass, parameter or setting, or a value is none.
pub fn read(options: &Options, description: &ModelDescription) -> Result<Values, Failure> {
    let model = description.short_id();
    let (mut parameters, mut settings) = match &options.glass {
        None => (description.defaults(), Vec::new()),
        Some(glass) => {
            let preset = description.preset(glass).ok_or_else(|| {
                let remedy = match description.presets.as_slice() {
                    _ if options.model == "tnm" => "name one of these; the thermal sets of `tnm` are for --thermal",
                    [] => "leave out --glass and set parameters with --param",
                    _ => "name one of these, or leave out --glass and set parameters with --param",
                };
                let known = names(description.presets.iter().map(|set| set.id.as_str()));
                Failure::new(format!("model `{model}` has no parameter set `{glass}`; it has {known}")).remedy(remedy)
            })?;
            (preset.parameters.clone(), preset.settings.clone().unwrap_or_default())
        }
    };
    assign("parameter", &options.parameters, &description.parameters, &mut parameters, model)?;
    if !options.settings.is_empty() && settings.is_empty() {
        settings = description.settings.iter().map(|quantity| quantity.initial).collect();
    }
    assign("setting", &options.settings, &description.settings, &mut settings, model)?;
    Ok(Values { parameters, settings })
}

/// Puts the given values where they belong.
fn assign(
    noun: &str,
    given: &[(String, String)],
    known: &[Quantity],
    values: &mut [f64],
    model: &str,
) -> Result<(), Failure> {
    for (id, text) in given {
        let Some((quantity, place)) = known.iter().zip(values.iter_mut()).find(|(quantity, _)| quantity.id == *id)
        else {
            let known = names(known.iter().map(|quantity| quantity.id.as_str()));
            return Err(Failure::new(format!("model `{model}` has no {noun} `{id}`; it has {known}"))
                .remedy(format!("`kovacs model info {model}` shows what it has")));
        };
        *place = value_of(quantity, text)
            .map_err(|reason| Failure::usage(format!("{noun} `{id}` of model `{model}`: {reason}")))?;
    }
    Ok(())
}

fn names<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = ids.map(|id| format!("`{id}`")).collect();
    if quoted.is_empty() { "none".to_owned() } else { quoted.join(", ") }
}

/// A number in the quantity's unit: bare, with a unit that is converted, or the name of a choice.
///
/// # Errors
/// A sentence for the user.
pub fn value_of(quantity: &Quantity, text: &str) -> Result<f64, String> {
    if let Some(choice) = quantity.choices.iter().position(|choice| choice == text) {
        return Ok(choice as f64);
    }
    if let Ok(value) = text.parse::<f64>() {
        return if value.is_finite() { Ok(value) } else { Err(format!("`{text}` is not a finite number")) };
    }
    if !quantity.choices.is_empty() {
        return Err(format!("`{text}` is none of {}", names(quantity.choices.iter().map(String::as_str))));
    }
    let unit = &quantity.unit;
    let (value, given) = parse_quantity(text).map_err(|error| error.to_string())?;
    let wanted = parse_unit(unit).map_err(|_| format!("give `{text}` as a bare number in {unit}"))?;
    convert(value, given, wanted).map_err(|error| error.to_string())
}
