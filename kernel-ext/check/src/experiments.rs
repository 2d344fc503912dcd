//! What is done to a sample in a test: small experiments, from the one that most models take to the ones few do.
//!
//! A model may refuse a protocol, so a test asks for the first experiment on this list that the model accepts. Output
//! times are few and spread over six decades: enough to meet every branch, cheap enough for stepped models.

use kovacs_core::glasses;
use kovacs_core::model::{ModelDescription, Preset, Quantity};
use kovacs_core::{Control, History};
use kovacs_host::probe::RawExperiment;

/// An experiment of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Two steps of strain at one temperature: the memory test.
    TwoSteps,
    /// One step of strain.
    OneStep,
    /// A strain that was always there.
    Held,
    /// A step of stress.
    Creep,
    /// A jump of temperature at rest.
    TemperatureJump,
}

impl Kind {
    /// In the order in which a test tries them.
    pub(crate) const ALL: [Kind; 5] = [Kind::TwoSteps, Kind::OneStep, Kind::Held, Kind::TemperatureJump, Kind::Creep];

    /// As a message names it.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Kind::TwoSteps => "two steps of strain",
            Kind::OneStep => "one step of strain",
            Kind::Held => "a constant strain",
            Kind::Creep => "a step of stress",
            Kind::TemperatureJump => "a jump of temperature",
        }
    }

    /// The nodes, at a temperature in K; steps are at 0 and 100 s.
    pub(crate) fn history(self, temperature: f64) -> History {
        let mut history = History::default();
        let mut node =
            |time: f64, kelvin: f64, control: Control, drive: f64| history.push(time, kelvin, control, drive);
        match self {
            Kind::TwoSteps => {
                node(0.0, temperature, Control::Strain, 0.0);
                node(0.0, temperature, Control::Strain, 0.01);
                node(100.0, temperature, Control::Strain, 0.01);
                node(100.0, temperature, Control::Strain, 0.004);
            }
            Kind::OneStep => {
                node(0.0, temperature, Control::Strain, 0.0);
                node(0.0, temperature, Control::Strain, 0.01);
            }
            Kind::Held => {
                node(0.0, temperature, Control::Strain, 0.01);
                node(100.0, temperature, Control::Strain, 0.01);
            }
            Kind::Creep => {
                node(0.0, temperature, Control::Stress, 0.0);
                node(0.0, temperature, Control::Stress, 10.0);
            }
            Kind::TemperatureJump => {
                node(0.0, temperature, Control::Strain, 0.0);
                node(0.0, temperature - 10.0, Control::Strain, 0.0);
                node(100.0, temperature - 10.0, Control::Strain, 0.0);
                node(100.0, temperature, Control::Strain, 0.0);
            }
        }
        history
    }
}

/// Output times of the tests, s: the first node, just before and just after both steps, and far beyond the last node.
pub(crate) const TIMES: [f64; 12] = [0.0, 0.0, 0.1, 1.0, 10.0, 50.0, 100.0, 100.0, 101.0, 110.0, 1000.0, 1e5];
/// Which of them ask for the value just before the step.
pub(crate) const BEFORE: [u8; 12] = [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0];

/// The experiment in the form of the interface, with all outputs of the model.
pub(crate) fn raw(about: &ModelDescription, history: &History) -> RawExperiment {
    let column = |input: &Quantity| match input.id.as_str() {
        "time" => history.time.clone(),
        "temperature" => history.temperature.clone(),
        "control" => history.control.clone(),
        _ => history.drive.clone(),
    };
    RawExperiment {
        columns: about.inputs.iter().map(column).collect(),
        times: TIMES.to_vec(),
        before: BEFORE.to_vec(),
        wanted: (0..about.outputs.len() as u32).collect(),
    }
}

/// A temperature at which the model is at home, K.
pub(crate) fn usual_temperature(about: &ModelDescription) -> f64 {
    temperature_of(about, None)
}

/// A temperature at which a parameter set is at home, K; without one, at which the defaults are. That of the glass it is
/// named after, else its parameter `reference_temperature`, else the default of the model's input.
pub(crate) fn temperature_of(about: &ModelDescription, preset: Option<&Preset>) -> f64 {
    const FALLBACK: f64 = 300.0;
    let glass = preset.and_then(|preset| glasses::glass(&preset.id)).map(|glass| glass.temperature);
    let reference = || {
        let index = about.parameters.iter().position(|quantity| quantity.id == "reference_temperature")?;
        Some(preset.map_or(about.parameters[index].initial, |preset| preset.parameters[index]))
    };
    let input = || about.inputs.iter().find(|input| input.id == "temperature").map(|input| input.initial);
    let usable = |kelvin: &f64| kelvin.is_finite() && *kelvin > 0.0;
    glass.or_else(reference).or_else(input).filter(usable).unwrap_or(FALLBACK)
}
