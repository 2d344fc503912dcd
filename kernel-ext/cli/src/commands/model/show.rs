//! `kovacs model list` and `info`: which models there are, where they come from, what they can do.

use crate::candidates;
use crate::failure::{Explain, Failure};
use crate::output::{aligned, print, print_json};
use clap::Args;
use clap_complete::ArgValueCandidates;
use kovacs_core::model::{ModelDescription, Quantity};
use kovacs_host::{Catalogue, ModelHandle, Models};
use serde_json::{Value, json};

/// Options of `model list`.
#[derive(Args)]
pub struct ListOptions {
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Options of `model info`.
#[derive(Args)]
pub struct InfoOptions {
    /// Name of the model (`aoi`), its full id, or the absolute path of a library
    #[arg(add = ArgValueCandidates::new(candidates::models))]
    name: String,
    /// Approve the model's library, if nobody has done that
    #[arg(long)]
    trust: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Lists the models.
///
/// # Errors
/// Standard output cannot be written.
pub fn list(options: &ListOptions) -> Result<(), Failure> {
    let models = Models::discover();
    if options.json { print_json(&listing(models.catalogue())) } else { print(&models.catalogue().to_string()) }
}

/// Shows what a model says of itself.
///
/// # Errors
/// There is no such model.
pub fn info(options: &InfoOptions) -> Result<(), Failure> {
    let approved_by = options.trust.then_some("kovacs model info --trust");
    let handle = load(&Models::discover(), &options.name, approved_by)?;
    if options.json { print_json(&details(&handle)) } else { print(&sheet(&handle)) }
}

/// Opens a model, and approves its library first if a command with `--trust` asks for that.
///
/// # Errors
/// There is no such model, or its library is refused.
pub fn load(models: &Models, name: &str, approved_by: Option<&str>) -> Result<ModelHandle, Failure> {
    let loaded = match approved_by {
        Some(command) => models.load_approving(name, command),
        None => models.load(name),
    };
    loaded.doing("cannot load the model")
}

fn listing(catalogue: &Catalogue) -> Value {
    let models = catalogue.entries.iter().map(|entry| {
        let about = entry.description();
        json!({
            "id": about.id,
            "name": about.short_id(),
            "version": about.version,
            "summary": about.summary,
            "path": entry.path(),
            "digest": entry.digest(),
            "shadowed_by": entry.shadowed_by,
            "warnings": entry.warnings(),
            "refused": entry.refusal().map(ToString::to_string),
        })
    });
    let broken = catalogue.broken.iter().map(|broken| json!({"path": broken.path, "reason": broken.error.to_string()}));
    let places =
        catalogue.places.iter().map(|reading| json!({"path": reading.place.path, "state": reading.state.to_string()}));
    json!({
        "models": models.collect::<Vec<_>>(),
        "refused": broken.collect::<Vec<_>>(),
        "searched": places.collect::<Vec<_>>(),
    })
}

fn details(handle: &ModelHandle) -> Value {
    let about = handle.description();
    let quantity = |quantity: &Quantity| {
        json!({
            "id": quantity.id,
            "label": quantity.label,
            "unit": quantity.unit,
            "default": quantity.initial,
            // JSON has no infinity: null is "no bound".
            "lower": quantity.lower,
            "upper": quantity.upper,
            "fixed": quantity.fixed,
            "meaning": quantity.doc,
        })
    };
    let presets = about.presets.iter().map(|preset| {
        let values = about.parameters.iter().zip(&preset.parameters);
        let values: serde_json::Map<String, Value> =
            values.map(|(quantity, value)| (quantity.id.clone(), json!(value))).collect();
        json!({"id": preset.id, "label": preset.label, "origin": preset.origin, "parameters": values})
    });
    json!({
        "id": about.id,
        "name": about.short_id(),
        "title": about.name,
        "version": about.version,
        "summary": about.summary,
        "citation": about.citation,
        "license": about.license,
        "path": handle.path(),
        "digest": handle.digest(),
        "build": handle.build(),
        "warnings": handle.warnings(),
        "abilities": abilities(about),
        "parameters": about.parameters.iter().map(quantity).collect::<Vec<_>>(),
        "settings": about.settings.iter().map(quantity).collect::<Vec<_>>(),
        "outputs": about.outputs.iter().map(quantity).collect::<Vec<_>>(),
        "parameter_sets": presets.collect::<Vec<_>>(),
    })
}

fn abilities(about: &ModelDescription) -> Vec<&'static str> {
    let has = about.capabilities;
    [
        (has.continuous, "exact at any time"),
        (has.stress, "stress control"),
        (has.temperature, "changing temperature"),
        (has.jacobian, "derivatives"),
        (has.deterministic, "same bits every time"),
        (has.seeded, "random, with a seed"),
        (has.threads, "several threads"),
    ]
    .into_iter()
    .filter_map(|(can, words)| can.then_some(words))
    .collect()
}

fn sheet(handle: &ModelHandle) -> String {
    let about = handle.description();
    let row = |name: &str, text: String| vec![name.to_owned(), text];
    let mut text = format!("{} {}: {}\n{}\n\n", about.short_id(), about.version, about.name, about.summary);
    let mut facts = vec![
        row("id", about.id.clone()),
        row("after", about.citation.clone()),
        row("licence", about.license.clone()),
        row("library", handle.path().display().to_string()),
        row("digest", handle.digest().to_owned()),
        row("built", handle.build().to_owned()),
        row("can do", abilities(about).join(", ")),
    ];
    facts.extend(handle.warnings().iter().map(|warning| row("warning", warning.clone())));
    text.push_str(&aligned("  ", &facts));
    for (title, quantities) in
        [("parameters", &about.parameters), ("settings", &about.settings), ("outputs", &about.outputs)]
    {
        if quantities.is_empty() {
            continue;
        }
        let is_output = title == "outputs";
        let mut rows = Vec::new();
        if !is_output {
            rows.push(["id", "default", "unit", "accepted", "meaning"].map(str::to_owned).to_vec());
        }
        for quantity in quantities {
            let Quantity { id, initial, unit, doc, .. } = quantity;
            rows.push(if is_output {
                vec![id.clone(), unit.clone(), doc.clone()]
            } else {
                vec![id.clone(), number(*initial), unit.clone(), quantity.interval(), doc.clone()]
            });
        }
        text.push_str(&format!("\n{title}\n{}", aligned("  ", &rows)));
    }
    if !about.presets.is_empty() {
        let rows: Vec<Vec<String>> = about
            .presets
            .iter()
            .map(|preset| vec![preset.id.clone(), preset.origin.clone(), preset.label.clone()])
            .collect();
        text.push_str(&format!("\nparameter sets, with their origin\n{}", aligned("  ", &rows)));
    }
    text
}

/// The shortest form that reads back as the same number; powers of ten where zeros would fill the line.
pub fn number(value: f64) -> String {
    match value.abs() {
        size if size != 0.0 && !(1e-4..1e7).contains(&size) => format!("{value:e}"),
        _ => value.to_string(),
    }
}
