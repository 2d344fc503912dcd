//! Which parameters of a model may move, from where, between which values: the options of every fit of one model.

use super::data::Given;
use crate::commands::predict::values::value_of;
use crate::failure::{Explain, Failure};
use clap::Args;
use kovacs_core::model::ModelDescription;
use kovacs_fit::estimate::Parameters;

/// Starts, roles and bounds of parameters.
#[derive(Args)]
pub struct RoleOptions {
    /// Parameter set to start from [default: that of the glass of the data, if the model has one]
    #[arg(long)]
    glass: Option<String>,
    /// Value to start from, in the model's unit or with its own; may be repeated
    #[arg(long = "param", value_name = "ID=VALUE", value_parser = crate::commands::predict::values::assignment)]
    starts_from: Vec<(String, String)>,
    /// Fit these parameters and hold the others
    #[arg(long, value_name = "ID,...", value_delimiter = ',')]
    free: Vec<String>,
    /// Hold a parameter where it starts, or at a value; may be repeated
    #[arg(long, value_name = "ID[=VALUE]")]
    fix: Vec<String>,
    /// Bounds of a parameter, in the model's unit; may be repeated
    #[arg(long, value_name = "ID=LOW:HIGH", value_parser = bounds)]
    bounds: Vec<(String, f64, f64)>,
    /// Make a parameter a multiple of another one, `relaxed_modulus=0.5*unrelaxed_modulus`; may be repeated
    #[arg(long, value_name = "ID=FACTOR*OTHER", value_parser = tie)]
    tie: Vec<(String, f64, String)>,
    /// Let every glass have its own value of these parameters
    #[arg(long, value_name = "ID,...", value_delimiter = ',')]
    per_glass: Vec<String>,
}

impl RoleOptions {
    /// The parameter set to start from: the one asked for, or that of the glass of the data.
    pub fn glass(&self, tests: &[Given], description: &ModelDescription) -> Option<String> {
        self.glass.clone().or_else(|| {
            let glass = tests.first()?.glass.clone()?;
            description.preset(&glass).map(|preset| preset.id.clone())
        })
    }

    /// Roles of the parameters, and the settings.
    ///
    /// # Errors
    /// The model has no such parameter set or parameter; a value is outside its bounds.
    pub fn parameters(
        &self,
        description: &ModelDescription,
        glass: Option<&str>,
    ) -> Result<(Parameters, Vec<f64>), Failure> {
        let model = description.short_id();
        let (mut values, settings) = match glass {
            None => (description.defaults(), Vec::new()),
            Some(glass) => {
                let preset = description.preset(glass).ok_or_else(|| {
                    let known: Vec<&str> = description.presets.iter().map(|preset| preset.id.as_str()).collect();
                    Failure::usage(format!(
                        "model `{model}` has no parameter set `{glass}`; it has {}",
                        known.join(", ")
                    ))
                    .remedy("name one of these, or set starts with --param")
                })?;
                (preset.parameters.clone(), preset.settings.clone().unwrap_or_default())
            }
        };
        let value = |id: &str, text: &str| -> Result<f64, Failure> {
            match description.parameter(id) {
                Some(index) => value_of(&description.parameters[index], text)
                    .map_err(|reason| Failure::usage(format!("parameter `{id}` of model `{model}`: {reason}"))),
                // The roles know the names and say which one was meant.
                None => Ok(f64::NAN),
            }
        };
        let doing = || format!("cannot fit `{model}`");
        for (id, text) in &self.starts_from {
            let number = value(id, text)?;
            if let Some(index) = description.parameter(id) {
                values[index] = number;
            }
        }
        let mut parameters = Parameters::new(description, &values).doing(doing())?;
        for (id, text) in &self.starts_from {
            parameters = parameters.from_value(id, value(id, text)?).doing(doing())?;
        }
        if !self.free.is_empty() {
            let free: Vec<&str> = self.free.iter().map(String::as_str).collect();
            parameters = parameters.only(&free).doing(doing())?;
        }
        for (id, low, high) in &self.bounds {
            parameters = parameters.between(id, *low, *high).doing(doing())?;
        }
        for id in &self.per_glass {
            parameters = parameters.per_group(id).doing(doing())?;
        }
        for text in &self.fix {
            let (id, at) = match text.split_once('=') {
                Some((id, text)) => (id.trim(), Some(value(id.trim(), text.trim())?)),
                None => (text.trim(), None),
            };
            parameters = parameters.fix(id, at).doing(doing())?;
        }
        for (id, factor, other) in &self.tie {
            parameters = parameters.tie(id, other, *factor).doing(doing())?;
        }
        Ok((parameters, settings))
    }
}

fn bounds(text: &str) -> Result<(String, f64, f64), String> {
    let wrong = || format!("`{text}` is not ID=LOW:HIGH, for example `stretching_exponent=0.2:0.8`");
    let (id, range) = text.split_once('=').ok_or_else(wrong)?;
    let (low, high) = range.split_once(':').ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse::<f64>().map_err(|_| wrong());
    Ok((id.trim().to_owned(), number(low)?, number(high)?))
}

fn tie(text: &str) -> Result<(String, f64, String), String> {
    let wrong = || format!("`{text}` is not ID=FACTOR*OTHER, for example `relaxed_modulus=0.5*unrelaxed_modulus`");
    let (id, rest) = text.split_once('=').ok_or_else(wrong)?;
    let (factor, other) = rest.split_once('*').unwrap_or(("1", rest));
    Ok((id.trim().to_owned(), factor.trim().parse().map_err(|_| wrong())?, other.trim().to_owned()))
}
