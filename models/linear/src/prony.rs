//! The model `prony`: a generalised Maxwell solid of up to 64 modes, with Arrhenius shift.
//!
//! `sigma = E_R eps + sum h_i`, each mode with its own modulus and relaxation time (Ferry, Viscoelastic Properties of
//! Polymers, 3rd ed., ch. 3). Modes of zero modulus are left out and cost nothing. The parameter sets of the glasses
//! are the modes of the stretched exponentials of `kww`, from their spectrum.

use crate::prony_derivatives::Derivatives;
use crate::shift::{ShiftedSolid, activation_energy, reference_temperature, shift_derivatives};
use crate::shifted_model::{GLASS_VALUES, GlassValues};
use crate::stretched::StretchedExponential;
use crate::stretched_modes::quarter_decade_modes;
use kovacs_core::glasses::{GLASSES, Glass};
use kovacs_core::linear_response::{LinearResponse, StrainTest};
use kovacs_core::modes::{HistoryTest, MaxwellSolid, Mode};
use kovacs_sdk::{
    About, Capabilities, Curves, Experiment, Jacobian, Model, Origin, Preset, Quantity, Refusal, Run, linear,
};

/// How many modes the parameters hold.
pub const MODES: usize = 64;

/// Generalised Maxwell solid with Arrhenius shift.
#[derive(Default)]
pub struct Prony {
    test: Option<HistoryTest>,
    /// The same test where strain is prescribed at one temperature: derivatives are exact there.
    strain_test: Option<StrainTest>,
}

impl Model for Prony {
    const CAPABILITIES: Capabilities = Capabilities { jacobian: true, ..linear::CAPABILITIES };

    fn about() -> About {
        About {
            id: "org.kovacs.prony",
            name: "Generalised Maxwell solid",
            version: env!("CARGO_PKG_VERSION"),
            summary: "linear viscoelastic solid of up to 64 simple exponentials with Arrhenius shift",
            citation: "J. D. Ferry, Viscoelastic Properties of Polymers, 3rd ed. (1980), ISBN 978-0-471-04894-7",
            license: "MIT OR Apache-2.0",
        }
    }

    fn parameters() -> Vec<Quantity> {
        let moduli = (1..=MODES).map(|mode| {
            let modulus = Quantity::new(&format!("modulus_{mode}"))
                .symbol(&format!("E_{{{mode}}}"))
                .label(&format!("Modulus of mode {mode}"))
                .unit("MPa")
                .doc("Stress per strain of this mode just after a step; 0 leaves the mode out.")
                .bounds(0.0, 1e9)
                .initial(if mode == 1 { 1.0 } else { 0.0 });
            // A mode that is left out must not move in a fit.
            if mode == 1 { modulus } else { modulus.fixed() }
        });
        let times = (1..=MODES).map(|mode| {
            let time = Quantity::new(&format!("relaxation_time_{mode}"))
                .symbol(&format!("\\tau_{{{mode}}}"))
                .label(&format!("Relaxation time of mode {mode}"))
                .unit("s")
                .doc("At the reference temperature; by default each is a quarter of a decade shorter than the last.")
                .above(0.0)
                .at_most(1e100)
                .initial(10f64.powf(4.0 - 0.25 * (mode - 1) as f64))
                .logarithmic();
            if mode == 1 { time } else { time.fixed() }
        });
        [linear::relaxed_modulus(), activation_energy(), reference_temperature()]
            .into_iter()
            .chain(moduli)
            .chain(times)
            .collect()
    }

    fn outputs() -> Vec<Quantity> {
        linear::outputs_with_parts()
    }

    fn presets() -> Vec<Preset> {
        GLASSES.iter().zip(&GLASS_VALUES).map(|(glass, values)| glass_preset(glass, values)).collect()
    }

    fn new(_settings: &[f64]) -> Result<Self, Refusal> {
        Ok(Prony::default())
    }

    fn bind(&mut self, experiment: &Experiment<'_>) -> Result<(), Refusal> {
        self.test = Some(linear::history_test(experiment)?);
        let Ok(linear::Test::Strain(test)) = linear::test(experiment) else {
            self.strain_test = None;
            return Ok(());
        };
        self.strain_test = Some(test);
        Ok(())
    }

    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, _run: &mut Run<'_>) -> Result<(), Refusal> {
        self.fill(parameters, out)
    }

    fn jacobian(
        &mut self,
        parameters: &[f64],
        wrt: &[usize],
        out: &mut Curves<'_>,
        jacobian: &mut Jacobian<'_>,
        _run: &mut Run<'_>,
    ) -> Result<(), Refusal> {
        let Some(test) = &self.strain_test else {
            return Err(Refusal::broken("derivatives wanted of a history without them"));
        };
        self.fill(parameters, out)?;
        let derivatives = derivatives(parameters, test, wrt)?;
        linear::fill_derivatives(test, jacobian, |strain, index, row| derivatives.fill(strain, index, wrt, row));
        Ok(())
    }

    fn differentiable(&self) -> bool {
        self.strain_test.is_some()
    }

    fn linear(_settings: &[f64], parameters: &[f64], temperature: f64) -> Option<Result<LinearResponse, Refusal>> {
        Some(material(parameters).and_then(|material| material.response(temperature)))
    }
}

impl Prony {
    fn fill(&self, parameters: &[f64], out: &mut Curves<'_>) -> Result<(), Refusal> {
        let Some(test) = &self.test else {
            return Err(Refusal::broken("evaluated before an experiment was bound"));
        };
        material(parameters)?.fill(test, out)
    }
}

/// Index of `modulus_1`.
pub(crate) const FIRST_MODULUS: usize = 3;

/// The solid at its reference temperature.
fn material(parameters: &[f64]) -> Result<ShiftedSolid, Refusal> {
    let Some((&[relaxed_modulus, energy, reference], modes)) = parameters.split_first_chunk::<FIRST_MODULUS>() else {
        return Err(Refusal::broken(format!("only {} parameters", parameters.len())));
    };
    let (moduli, times) = modes.split_at(modes.len().min(MODES));
    let modes = moduli.iter().zip(times).filter(|&(&modulus, _)| modulus > 0.0);
    let modes = modes.map(|(&modulus, &relaxation_time)| Mode { modulus, relaxation_time }).collect();
    Ok(ShiftedSolid { solid: MaxwellSolid { relaxed_modulus, modes }, energy, reference, energy_index: 1 })
}

/// The derivatives of the stress of a test.
fn derivatives(parameters: &[f64], test: &StrainTest, wrt: &[usize]) -> Result<Derivatives, Refusal> {
    let solid = material(parameters)?;
    let shift = solid.shift(test.temperature)?;
    let by_shift = shift_derivatives(solid.energy, solid.reference, test.temperature);
    Ok(Derivatives::new(test, &parameters[FIRST_MODULUS..], shift, by_shift, wrt))
}

/// The modes of a glass's stretched exponential as a parameter set.
fn glass_preset(glass: &Glass, values: &GlassValues) -> Preset {
    let phi = StretchedExponential { relaxation_time: values.relaxation_time, exponent: values.exponent };
    let preset = Preset::new(glass.id, Origin::Tuned)
        .label(glass.label)
        .doc("The modes of this glass's stretched exponential in `kww`, four to the decade from its spectrum.")
        .parameter("relaxed_modulus", values.relaxed)
        .parameter("activation_energy", values.energy)
        .parameter("reference_temperature", glass.temperature);
    let relaxing = values.unrelaxed - values.relaxed;
    // The slowest mode first, as in the defaults.
    quarter_decade_modes(&phi).into_iter().rev().zip(1..).fold(preset, |preset, ((relaxation_time, weight), mode)| {
        preset
            .parameter(&format!("modulus_{mode}"), relaxing * weight)
            .parameter(&format!("relaxation_time_{mode}"), relaxation_time)
    })
}
