//! The shipped models, linked.
#![allow(dead_code, reason = "each test file uses a part of this")]

use kovacs_core::model::{EvaluationError, Evaluator};
use kovacs_fit::studies::GLASS;
use kovacs_sdk::{Local, Model};

/// A model with the settings of its titanium glass and these changes.
pub fn linked(model: &str, changed: &[(&str, f64)]) -> Result<Box<dyn Evaluator>, EvaluationError> {
    match model {
        "kww" => of::<kovacs_linear::Kww>(changed),
        "prony" => of::<kovacs_linear::Prony>(changed),
        "kelvin" => of::<kovacs_linear::Kelvin>(changed),
        "fractional" => of::<kovacs_linear::Fractional>(changed),
        "double_kww" => of::<kovacs_linear::DoubleKww>(changed),
        "aoi" => of::<kovacs_aoi::Aoi>(changed),
        "tnm_strain" => of::<kovacs_tnm::TnmStrain>(changed),
        "soft_domain" => of::<kovacs_soft_domain::SoftDomain>(changed),
        "stz" => of::<kovacs_stz::Stz>(changed),
        _ => Err(EvaluationError::Malformed { what: format!("no model `{model}` is linked here") }),
    }
}

fn of<M: Model + 'static>(changed: &[(&str, f64)]) -> Result<Box<dyn Evaluator>, EvaluationError> {
    let plain = Local::<M>::new(&[])?;
    let about = plain.description();
    let mut settings = match about.preset(GLASS).and_then(|preset| preset.settings.clone()) {
        Some(settings) => settings,
        None => about.settings.iter().map(|setting| setting.initial).collect(),
    };
    for (id, value) in changed {
        let place = about.settings.iter().position(|setting| setting.id == *id).expect("a setting of the model");
        settings[place] = *value;
    }
    Ok(Box::new(Local::<M>::new(&settings)?))
}
