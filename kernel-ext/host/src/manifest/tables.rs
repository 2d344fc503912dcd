//! The tables of a model as a manifest writes them; what is usual is left out.

use kovacs_core::model::{Capabilities, ModelDescription, Preset, Quantity};
use serde::{Deserialize, Serialize};

/// A model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ModelTable {
    pub(super) id: String,
    name: String,
    version: String,
    summary: String,
    citation: String,
    license: String,
    /// Names of the capabilities that the model has.
    #[serde(default)]
    capabilities: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parameters: Vec<QuantityTable>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    settings: Vec<QuantityTable>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    inputs: Vec<QuantityTable>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    outputs: Vec<QuantityTable>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    presets: Vec<PresetTable>,
}

/// A named number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct QuantityTable {
    id: String,
    symbol: String,
    label: String,
    unit: String,
    doc: String,
    lower: f64,
    upper: f64,
    initial: f64,
    nominal: f64,
    #[serde(default, skip_serializing_if = "is_false")]
    open_lower: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    open_upper: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    logarithmic: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    integer: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    fixed: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    choices: Vec<String>,
}

/// A parameter set with a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct PresetTable {
    id: String,
    label: String,
    doc: String,
    origin: String,
    parameters: Vec<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settings: Option<Vec<f64>>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// Every capability: its name, and how it is read and set.
type Ability = (&'static str, fn(&mut Capabilities) -> &mut bool);
const ABILITIES: [Ability; 9] = [
    ("batch", |has| &mut has.batch),
    ("jacobian", |has| &mut has.jacobian),
    ("deterministic", |has| &mut has.deterministic),
    ("seeded", |has| &mut has.seeded),
    ("threads", |has| &mut has.threads),
    ("ticks", |has| &mut has.ticks),
    ("stress", |has| &mut has.stress),
    ("temperature", |has| &mut has.temperature),
    ("continuous", |has| &mut has.continuous),
];

fn names(mut capabilities: Capabilities) -> Vec<String> {
    let has = ABILITIES.iter().filter(|(_, flag)| *flag(&mut capabilities));
    has.map(|(name, _)| (*name).to_owned()).collect()
}

fn capabilities(names: &[String]) -> Capabilities {
    let mut capabilities = Capabilities::NONE;
    for (name, flag) in ABILITIES {
        *flag(&mut capabilities) = names.iter().any(|known| known == name);
    }
    capabilities
}

impl From<&ModelDescription> for ModelTable {
    fn from(model: &ModelDescription) -> Self {
        let list = |quantities: &[Quantity]| quantities.iter().map(QuantityTable::from).collect();
        ModelTable {
            id: model.id.clone(),
            name: model.name.clone(),
            version: model.version.clone(),
            summary: model.summary.clone(),
            citation: model.citation.clone(),
            license: model.license.clone(),
            capabilities: names(model.capabilities),
            parameters: list(&model.parameters),
            settings: list(&model.settings),
            inputs: list(&model.inputs),
            outputs: list(&model.outputs),
            presets: model.presets.iter().map(PresetTable::from).collect(),
        }
    }
}

impl From<ModelTable> for ModelDescription {
    fn from(table: ModelTable) -> Self {
        let list = |quantities: Vec<QuantityTable>| quantities.into_iter().map(Quantity::from).collect();
        ModelDescription {
            capabilities: capabilities(&table.capabilities),
            id: table.id,
            name: table.name,
            version: table.version,
            summary: table.summary,
            citation: table.citation,
            license: table.license,
            digest: None,
            path: None,
            parameters: list(table.parameters),
            settings: list(table.settings),
            inputs: list(table.inputs),
            outputs: list(table.outputs),
            presets: table.presets.into_iter().map(Preset::from).collect(),
        }
    }
}

impl From<&Quantity> for QuantityTable {
    fn from(quantity: &Quantity) -> Self {
        let Quantity { id, symbol, label, unit, doc, choices, .. } = quantity.clone();
        let Quantity { lower, upper, initial, nominal, open_lower, open_upper, .. } = *quantity;
        let Quantity { logarithmic, integer, fixed, .. } = *quantity;
        QuantityTable {
            id,
            symbol,
            label,
            unit,
            doc,
            lower,
            upper,
            initial,
            nominal,
            open_lower,
            open_upper,
            logarithmic,
            integer,
            fixed,
            choices,
        }
    }
}

impl From<QuantityTable> for Quantity {
    fn from(table: QuantityTable) -> Self {
        Quantity {
            id: table.id,
            symbol: table.symbol,
            label: table.label,
            unit: table.unit,
            doc: table.doc,
            lower: table.lower,
            upper: table.upper,
            open_lower: table.open_lower,
            open_upper: table.open_upper,
            initial: table.initial,
            nominal: table.nominal,
            logarithmic: table.logarithmic,
            integer: table.integer,
            fixed: table.fixed,
            choices: table.choices,
        }
    }
}

impl From<&Preset> for PresetTable {
    fn from(preset: &Preset) -> Self {
        let Preset { id, label, doc, origin, parameters, settings } = preset.clone();
        PresetTable { id, label, doc, origin, parameters, settings }
    }
}

impl From<PresetTable> for Preset {
    fn from(table: PresetTable) -> Self {
        let PresetTable { id, label, doc, origin, parameters, settings } = table;
        Preset { id, label, doc, origin, parameters, settings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_comes_back_from_its_table_as_it_was() {
        let quantity = Quantity {
            id: "tau".to_owned(),
            symbol: "\\tau".to_owned(),
            label: "Relaxation \"time\"".to_owned(),
            unit: "s".to_owned(),
            doc: "Two\nlines, and größe.".to_owned(),
            lower: 5e-324,
            upper: f64::INFINITY,
            open_lower: true,
            open_upper: false,
            initial: 0.1 + 0.2,
            nominal: 1.0,
            logarithmic: true,
            integer: false,
            fixed: true,
            choices: vec!["one".to_owned()],
        };
        let preset = Preset {
            id: "pvc".to_owned(),
            label: "PVC".to_owned(),
            doc: String::new(),
            origin: "paper".to_owned(),
            parameters: vec![1e300, -0.0],
            settings: Some(Vec::new()),
        };
        let all = ABILITIES.map(|(name, _)| name.to_owned());
        let model = ModelDescription {
            id: "org.example.x".to_owned(),
            name: "X".to_owned(),
            version: "1.2.3-rc.1".to_owned(),
            summary: "# not a comment".to_owned(),
            citation: String::new(),
            license: "MIT".to_owned(),
            digest: None,
            path: None,
            parameters: vec![quantity.clone()],
            settings: Vec::new(),
            inputs: vec![quantity.clone()],
            outputs: vec![quantity],
            presets: vec![preset],
            capabilities: capabilities(&all),
        };
        assert_eq!(names(model.capabilities), all);
        let text = toml::to_string(&ModelTable::from(&model)).unwrap();
        let back: ModelTable = toml::from_str(&text).unwrap();
        assert_eq!(ModelDescription::from(back), model);
    }
}
