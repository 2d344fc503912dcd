//! A model's description, built from its trait and checked like a foreign one.

use crate::model::{About, Model};
use kovacs_core::define::{Quantity, inputs};
use kovacs_core::model::{self, ModelDescription};
use kovacs_core::refusal::Refusal;

/// Everything `M` says of itself.
///
/// # Errors
/// The description does not hold together; the refusal says where.
pub(crate) fn describe<M: Model>() -> Result<ModelDescription, Refusal> {
    let About { id, name, version, summary, citation, license } = M::about();
    let parameters = owned(M::parameters());
    let settings = owned(M::settings());
    let presets = M::presets().into_iter().map(|preset| preset.resolve(&parameters, &settings));
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
