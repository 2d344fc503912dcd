//! What every prediction prints besides its observables: the model, its parameters, where they come from.

use super::{Options, Ready};
use crate::commands::model::number;
use crate::output::aligned;
use serde::{Serialize, Serializer};

/// The model and the numbers it ran with, as JSON: the end of every prediction.
#[derive(Serialize)]
pub struct Provenance<'a> {
    model: &'a str,
    version: &'a str,
    digest: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    parameters: Parameters<'a>,
}

impl<'a> Provenance<'a> {
    /// Of this run.
    pub fn of(ready: &'a Ready) -> Provenance<'a> {
        let description = ready.handle.description();
        Provenance {
            model: description.short_id(),
            version: &description.version,
            digest: ready.handle.digest(),
            seed: ready.evaluator.seed(),
            parameters: Parameters::of(ready),
        }
    }
}

/// Id, value and unit of every parameter, in the model's order.
struct Parameters<'a>(Vec<(&'a str, f64, &'a str)>);

impl<'a> Parameters<'a> {
    fn of(ready: &'a Ready) -> Parameters<'a> {
        let known = ready.handle.description().parameters.iter().zip(&ready.parameters);
        Parameters(known.map(|(quantity, &value)| (quantity.id.as_str(), value, quantity.unit.as_str())).collect())
    }
}

#[derive(Serialize)]
struct WithUnit<'a> {
    value: f64,
    unit: &'a str,
}

impl Serialize for Parameters<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|&(id, value, unit)| (id, WithUnit { value, unit })))
    }
}

/// The page for people: model, protocol and its source, the observables, then parameters and library.
pub fn sheet(
    options: &Options,
    ready: &Ready,
    protocol: &str,
    from_paper: &[&str],
    observables: &[[&str; 3]],
    more: &str,
) -> String {
    let about = ready.handle.description();
    let set = match options.glass.as_ref().and_then(|glass| about.preset(glass)) {
        Some(preset) => format!("parameter set {} ({})", preset.id, preset.origin),
        None => "default parameters".to_owned(),
    };
    let mut text = format!("{} {} ({}), {set}\n{protocol}\n", about.short_id(), about.version, about.name);
    if !from_paper.is_empty() {
        text.push_str(&format!("as printed in the paper for this glass: {}\n", from_paper.join(", ")));
    }
    let rows: Vec<Vec<String>> = observables.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
    text.push_str(&format!("\n{}{more}\nparameters\n", aligned("  ", &rows)));
    let parameters = Parameters::of(ready).0.into_iter();
    let rows: Vec<Vec<String>> =
        parameters.map(|(id, value, unit)| vec![id.to_owned(), number(value), unit.to_owned()]).collect();
    text.push_str(&aligned("  ", &rows));
    if let Some(seed) = ready.evaluator.seed() {
        text.push_str(&format!("\nseed    {seed}"));
    }
    text.push_str(&format!("\nlibrary {}\nsha256  {}\n", ready.handle.path().display(), ready.handle.digest()));
    if let Some(file) = &options.csv {
        text.push_str(&format!("curve   {}\n", file.display()));
    }
    text
}

/// A number that may not be there.
pub fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}
