//! Parameters of several models at once: the options of every command that compares models.

use crate::failure::{Explain, Failure};
use clap::Args;
use kovacs_fit::estimate::Parameters;
use kovacs_host::ModelHandle;

/// Which parameters of which model move.
#[derive(Args)]
pub struct FreeOptions {
    /// Fit these parameters of a model and hold its others; may be repeated
    #[arg(long, value_name = "MODEL:ID,...", value_parser = freed)]
    free: Vec<(String, Vec<String>)>,
}

impl FreeOptions {
    /// Refuses parameters of a model that is not among these.
    ///
    /// # Errors
    /// There is one.
    pub fn check(&self, models: &[String]) -> Result<(), Failure> {
        match self.free.iter().find(|(model, _)| !models.iter().any(|name| normalised(name) == *model)) {
            None => Ok(()),
            Some((model, _)) => Err(Failure::usage(format!("--free names `{model}`, which is not among the models"))
                .remedy(format!("name one of {}", models.join(", ")))),
        }
    }

    /// Roles of the parameters of one model, and its settings: from its parameter set of the glass where it has one.
    ///
    /// # Errors
    /// It has no such parameter.
    pub fn roles(&self, handle: &ModelHandle, glass: Option<&str>) -> Result<(Parameters, Vec<f64>), Failure> {
        let description = handle.description();
        let name = description.short_id();
        let preset = glass.and_then(|glass| description.preset(glass));
        let (values, settings) = match preset {
            Some(preset) => (preset.parameters.clone(), preset.settings.clone().unwrap_or_default()),
            None => (description.defaults(), Vec::new()),
        };
        let parameters = Parameters::new(description, &values).doing(format!("cannot fit `{name}`"))?;
        // `tnm` in a strain-driven test is its strain-driven form, under either name.
        let wanted =
            self.free.iter().find(|(model, _)| model == name || name.strip_suffix("_strain") == Some(model.as_str()));
        let parameters = match wanted {
            Some((_, ids)) => parameters.only(&ids.iter().map(String::as_str).collect::<Vec<_>>()),
            None => Ok(parameters),
        };
        Ok((parameters.doing(format!("cannot fit `{name}`"))?, settings))
    }
}

fn freed(text: &str) -> Result<(String, Vec<String>), String> {
    let (model, ids) = text
        .split_once(':')
        .ok_or_else(|| format!("`{text}` is not MODEL:ID,ID, for example `kww:relaxation_time,stretching_exponent`"))?;
    Ok((normalised(model), ids.split(',').map(|id| id.trim().to_owned()).collect()))
}

/// `soft-domain` and `soft_domain` are one name.
pub fn normalised(model: &str) -> String {
    model.trim().replace('-', "_")
}
