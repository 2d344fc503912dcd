//! The model `kelvin`: a spring, up to 64 Kelvin elements and a dashpot in a row, with Arrhenius shift.
//!
//! `eps = sigma/E_U + sum e_j + eps_vp`, `de_j/dt = (J_j sigma - e_j)/tau_j`, `d eps_vp/dt = f sigma` with the fluidity `f`
//! (Ferry, Viscoelastic Properties of Polymers, 3rd ed., ch. 1 and 3). It is the same material as Maxwell elements side
//! by side and is computed as such ([`kovacs_core::modes::retardation`]); it is here because creep and recovery are read
//! in these numbers: each `e_j` comes back with its own time, and what the dashpot let go does not come back at all.

use crate::shift::{ShiftedSolid, activation_energy, reference_temperature};
use crate::shifted_model::{GLASS_VALUES, GlassValues};
use crate::stretched::StretchedExponential;
use crate::stretched_modes::quarter_decade_modes;
use kovacs_core::glasses::{GLASSES, Glass};
use kovacs_core::linear_response::{LinearResponse, Moduli};
use kovacs_core::modes::retardation::{KelvinChain, KelvinMode};
use kovacs_core::modes::{HistoryTest, MaxwellSolid};
use kovacs_sdk::{About, Capabilities, Curves, Experiment, Model, Origin, Preset, Quantity, Refusal, Run, linear};

/// How many elements the parameters hold.
pub const ELEMENTS: usize = 64;

/// Index of `compliance_1`.
const FIRST_COMPLIANCE: usize = 4;

/// Kelvin chain with a dashpot and Arrhenius shift.
#[derive(Default)]
pub struct Kelvin {
    test: Option<HistoryTest>,
}

impl Model for Kelvin {
    const CAPABILITIES: Capabilities = linear::CAPABILITIES;

    fn about() -> About {
        About {
            id: "org.kovacs.kelvin",
            name: "Kelvin chain with a dashpot",
            version: env!("CARGO_PKG_VERSION"),
            summary: "a spring, up to 64 Kelvin elements and a dashpot in a row, with Arrhenius shift",
            citation: "J. D. Ferry, Viscoelastic Properties of Polymers, 3rd ed. (1980), ISBN 978-0-471-04894-7",
            license: "MIT OR Apache-2.0",
        }
    }

    fn parameters() -> Vec<Quantity> {
        let fluidity = Quantity::new("fluidity")
            .symbol("f")
            .label("Fluidity")
            .unit("1/(MPa.s)")
            .doc("Rate of flow per stress at the reference temperature, one over the viscosity; 0 for a solid.")
            .bounds(0.0, 1e30)
            .initial(0.0)
            .nominal(1e-6);
        let compliances = (1..=ELEMENTS).map(|element| {
            let compliance = Quantity::new(&format!("compliance_{element}"))
                .symbol(&format!("J_{{{element}}}"))
                .label(&format!("Compliance of element {element}"))
                .unit("1/MPa")
                .doc("Strain per stress of this element in the end; 0 leaves the element out.")
                .bounds(0.0, 1e9)
                .initial(if element == 1 { 1.0 } else { 0.0 });
            // An element that is left out must not move in a fit.
            if element == 1 { compliance } else { compliance.fixed() }
        });
        let times = (1..=ELEMENTS).map(|element| {
            let time = Quantity::new(&format!("retardation_time_{element}"))
                .symbol(&format!("\\tau_{{{element}}}"))
                .label(&format!("Retardation time of element {element}"))
                .unit("s")
                .doc("At the reference temperature; by default each is a quarter of a decade shorter than the last.")
                .above(0.0)
                .at_most(1e100)
                .initial(10f64.powf(4.0 - 0.25 * (element - 1) as f64))
                .logarithmic();
            if element == 1 { time } else { time.fixed() }
        });
        [linear::unrelaxed_modulus(), fluidity, activation_energy(), reference_temperature()]
            .into_iter()
            .chain(compliances)
            .chain(times)
            .collect()
    }

    fn outputs() -> Vec<Quantity> {
        linear::outputs_with_parts()
    }

    fn presets() -> Vec<Preset> {
        GLASSES.iter().zip(&GLASS_VALUES).filter_map(|(glass, values)| glass_preset(glass, values)).collect()
    }

    fn new(_settings: &[f64]) -> Result<Self, Refusal> {
        Ok(Kelvin::default())
    }

    fn bind(&mut self, experiment: &Experiment<'_>) -> Result<(), Refusal> {
        self.test = Some(linear::history_test(experiment)?);
        Ok(())
    }

    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, _run: &mut Run<'_>) -> Result<(), Refusal> {
        let Some(test) = &self.test else {
            return Err(Refusal::broken("evaluated before an experiment was bound"));
        };
        material(parameters)?.fill(test, out)
    }

    fn linear(_settings: &[f64], parameters: &[f64], temperature: f64) -> Option<Result<LinearResponse, Refusal>> {
        Some(material(parameters).and_then(|material| material.response(temperature)))
    }
}

/// The material as Maxwell elements at its reference temperature.
fn material(parameters: &[f64]) -> Result<ShiftedSolid, Refusal> {
    let Some((&[unrelaxed_modulus, fluidity, energy, reference], elements)) =
        parameters.split_first_chunk::<FIRST_COMPLIANCE>()
    else {
        return Err(Refusal::broken(format!("only {} parameters", parameters.len())));
    };
    let (compliances, times) = elements.split_at(elements.len().min(ELEMENTS));
    let elements = compliances.iter().zip(times).filter(|&(&compliance, _)| compliance > 0.0);
    let element = |(&compliance, &retardation_time): (&f64, &f64)| KelvinMode { compliance, retardation_time };
    let chain = KelvinChain { unrelaxed_modulus, modes: elements.map(element).collect(), fluidity };
    Ok(ShiftedSolid { solid: chain.to_maxwell(), energy, reference, energy_index: 2 })
}

/// The modes of a glass's stretched exponential as a chain.
fn glass_preset(glass: &Glass, values: &GlassValues) -> Option<Preset> {
    let phi = StretchedExponential { relaxation_time: values.relaxation_time, exponent: values.exponent };
    let moduli = Moduli { unrelaxed: values.unrelaxed, relaxed: values.relaxed };
    let chain = MaxwellSolid::relaxing(moduli, &quarter_decade_modes(&phi)).to_kelvin()?;
    let preset = Preset::new(glass.id, Origin::Tuned)
        .label(glass.label)
        .doc("The modes of this glass in `prony`, as the Kelvin elements of the same solid.")
        .parameter("unrelaxed_modulus", chain.unrelaxed_modulus)
        .parameter("fluidity", chain.fluidity)
        .parameter("activation_energy", values.energy)
        .parameter("reference_temperature", glass.temperature);
    Some(chain.modes.iter().zip(1..).fold(preset, |preset, (mode, element)| {
        preset
            .parameter(&format!("compliance_{element}"), mode.compliance)
            .parameter(&format!("retardation_time_{element}"), mode.retardation_time)
    }))
}
