//! The table of a model that is one function: parameters, outputs, parameter sets, and what the function can do.

use crate::define::{self, Preset, Quantity};
use crate::model::{Capabilities, ModelDescription};
use crate::refusal::Refusal;

/// Name of a model that nobody named.
const UNNAMED: &str = "closure";

/// What a model says of itself when it is one function.
///
/// A list of [`Quantity`]s is a definition too, of a model called `closure`. Outputs are `stress` (MPa) and `strain` (1)
/// unless more are added. The function is taken to compute each time on its own, under strain control at one
/// temperature; an experiment that it does not say it can do is refused instead of being computed wrongly.
///
/// # Examples
/// ```
/// use kovacs_core::closure::Definition;
/// use kovacs_core::define::Quantity;
/// let definition = Definition::new("power_law")
///     .summary("a power law for every step of strain")
///     .parameter(Quantity::new("modulus").unit("MPa").above(0.0).initial(2500.0))
///     .parameter(Quantity::new("exponent").bounds(0.0, 1.0).initial(0.05));
/// assert_eq!(definition.describe()?.defaults(), [2500.0, 0.05]);
/// # Ok::<(), kovacs_core::refusal::Refusal>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    name: String,
    title: String,
    summary: String,
    citation: String,
    parameters: Vec<Quantity>,
    outputs: Vec<Quantity>,
    presets: Vec<Preset>,
    capabilities: Capabilities,
}

impl Definition {
    /// A model without parameters, called `name`: `[a-z][a-z0-9_]*`, as a plugin would be.
    pub fn new(name: &str) -> Self {
        Definition {
            name: name.to_owned(),
            title: name.replace('_', " "),
            summary: String::new(),
            citation: String::new(),
            parameters: Vec::new(),
            outputs: define::stress_and_strain(),
            presets: Vec::new(),
            capabilities: Capabilities { deterministic: true, continuous: true, ..Capabilities::NONE },
        }
    }

    /// As printed; without it, the name with spaces.
    pub fn title(mut self, title: &str) -> Self {
        self.title = title.to_owned();
        self
    }

    /// One line.
    pub fn summary(mut self, summary: &str) -> Self {
        self.summary = summary.to_owned();
        self
    }

    /// DOI or full reference.
    pub fn citation(mut self, citation: &str) -> Self {
        self.citation = citation.to_owned();
        self
    }

    /// Adds a parameter.
    pub fn parameter(mut self, parameter: Quantity) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Adds parameters.
    pub fn parameters(mut self, parameters: impl IntoIterator<Item = Quantity>) -> Self {
        self.parameters.extend(parameters);
        self
    }

    /// Adds an output besides `stress` and `strain`.
    pub fn output(mut self, output: Quantity) -> Self {
        self.outputs.push(output);
        self
    }

    /// Adds a parameter set with a name: a glass.
    pub fn preset(mut self, preset: Preset) -> Self {
        self.presets.push(preset);
        self
    }

    /// The function looks at `control` and takes prescribed stress too; it then returns `strain`.
    pub fn stress_control(mut self) -> Self {
        self.capabilities.stress = true;
        self
    }

    /// The function looks at the temperature at every time and takes one that changes.
    pub fn changing_temperature(mut self) -> Self {
        self.capabilities.temperature = true;
        self
    }

    /// The function integrates in steps: a maximum is then looked for on a fixed grid of times.
    pub fn stepped(mut self) -> Self {
        self.capabilities.continuous = false;
        self
    }

    /// The function draws random numbers, all of them from [`Parameters::seed`](crate::closure::Parameters::seed).
    pub fn seeded(mut self) -> Self {
        (self.capabilities.seeded, self.capabilities.deterministic) = (true, false);
        self
    }

    /// What the function can do.
    pub fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    /// The parameters, in the order in which the function gets them.
    pub fn parameter_table(&self) -> Vec<Quantity> {
        self.parameters.clone()
    }

    /// The outputs, `stress` and `strain` first.
    pub fn output_table(&self) -> Vec<Quantity> {
        self.outputs.clone()
    }

    /// The parameter sets.
    pub fn preset_table(&self) -> Vec<Preset> {
        self.presets.clone()
    }

    /// The checked description. The id is `cell.` and the name: a promise to nobody, unlike that of a plugin.
    ///
    /// # Errors
    /// The table does not hold together; the refusal says where.
    pub fn describe(&self) -> Result<ModelDescription, Refusal> {
        let owned = |quantities: &[Quantity]| quantities.iter().cloned().map(Into::into).collect();
        let parameters: Vec<crate::model::Quantity> = owned(&self.parameters);
        let presets = self.presets.iter().cloned().map(|preset| preset.resolve(&parameters, &[]));
        let description = ModelDescription {
            id: format!("cell.{}", self.name),
            name: self.title.clone(),
            version: "0.0.0".to_owned(),
            summary: self.summary.clone(),
            citation: self.citation.clone(),
            license: String::new(),
            digest: None,
            path: None,
            presets: presets.collect::<Result<_, _>>()?,
            parameters,
            settings: Vec::new(),
            inputs: define::inputs(),
            outputs: owned(&self.outputs),
            capabilities: self.capabilities,
        };
        match description.check() {
            Ok(()) => Ok(description),
            Err(fault) => Err(Refusal::broken(format!("definition of model `{}`: {fault}", self.name))),
        }
    }
}

impl From<Vec<Quantity>> for Definition {
    fn from(parameters: Vec<Quantity>) -> Self {
        Definition::new(UNNAMED).parameters(parameters)
    }
}

impl<const N: usize> From<[Quantity; N]> for Definition {
    fn from(parameters: [Quantity; N]) -> Self {
        Definition::new(UNNAMED).parameters(parameters)
    }
}
