//! A model's description, built from its trait and checked like a foreign one.

use crate::model::{About, Model};
use crate::quantity::{Preset, Quantity};
use crate::refusal::Refusal;
use kovacs_core::description::INPUTS;
use kovacs_core::model::{self, ModelDescription};

/// Everything `M` says of itself.
///
/// # Errors
/// The description does not hold together; the refusal says where.
pub(crate) fn describe<M: Model>() -> Result<ModelDescription, Refusal> {
    const {
        assert!(!M::CAPABILITIES.jacobian, "the SDK has no sensitivities yet: leave `jacobian` unset");
        assert!(!M::CAPABILITIES.batch, "the SDK evaluates row by row: leave `batch` unset");
    }
    let About { id, name, version, summary, citation, license } = M::about();
    let parameters = owned(M::parameters());
    let settings = owned(M::settings());
    let presets = M::presets().into_iter().map(|preset| resolve(preset, &parameters, &settings));
    let description = ModelDescription {
        id: id.to_owned(),
        name: name.to_owned(),
        version: version.to_owned(),
        summary: summary.to_owned(),
        citation: citation.to_owned(),
        license: license.to_owned(),
        digest: None,
        path: None,
        presets: presets.collect::<Result<_, _>>()?,
        parameters,
        settings,
        inputs: inputs(),
        outputs: owned(M::outputs()),
        capabilities: M::CAPABILITIES,
    };
    match description.check() {
        Ok(()) => Ok(description),
        Err(fault) => Err(Refusal::broken(format!("description of model `{id}`: {fault}"))),
    }
}

fn owned(quantities: Vec<Quantity>) -> Vec<model::Quantity> {
    quantities.into_iter().map(Into::into).collect()
}

/// The four columns of a history; every Rust model takes all of them.
fn inputs() -> Vec<model::Quantity> {
    let [time, temperature, control, drive] = INPUTS;
    owned(vec![
        Quantity::new(time).unit("s"),
        Quantity::new(temperature).unit("K").above(0.0).initial(300.0),
        Quantity::new(control).bounds(0.0, 1.0).integer().initial(0.0).doc("0: strain is prescribed; 1: stress"),
        Quantity::new(drive).initial(0.0).doc("strain (1), or stress in MPa, as control says"),
    ])
}

/// Puts the values of a parameter set into the order of the model.
fn resolve(
    preset: Preset,
    parameters: &[model::Quantity],
    settings: &[model::Quantity],
) -> Result<model::Preset, Refusal> {
    let Preset { id, label, doc, origin, parameters: given, settings: given_settings } = preset;
    let place = |given: &[(String, f64)], quantities: &[model::Quantity]| {
        let mut values: Vec<f64> = quantities.iter().map(|quantity| quantity.initial).collect();
        for (name, value) in given {
            match quantities.iter().position(|quantity| quantity.id == *name) {
                Some(index) => values[index] = *value,
                None => return Err(Refusal::broken(format!("parameter set `{id}` names `{name}`, which is unknown"))),
            }
        }
        Ok(values)
    };
    let parameters = place(&given, parameters)?;
    let settings = if given_settings.is_empty() { None } else { Some(place(&given_settings, settings)?) };
    Ok(model::Preset { id, label, doc, origin: origin.word().to_owned(), parameters, settings })
}
