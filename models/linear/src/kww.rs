//! The model `kww`: a stretched exponential with constant exponent and Arrhenius shift, and no memory of its age.
//!
//! `sigma = E_R eps + (E_U - E_R) (phi * d eps)`, `phi = exp[-(t/tau)^beta]`, `tau(T) = tau_0 exp[E/k (1/T - 1/T_0)]`.
//! It is the baseline of every figure: it already shows the memory hump, its growth with waiting time, strain and
//! temperature, so none of these tells one model from another.
//!
//! Under stress control, and where the temperature changes, the modes of the stretched exponential stand for it
//! ([`crate::stretched_modes::fine_modes`], good to 1e-9); all their times share the Arrhenius factor.

use crate::shift::{Shifted, activation_energy, reference_temperature, relaxation_time};
use crate::stretched::StretchedExponential;
use crate::stretched_modes::fine_modes;
use kovacs_core::glasses::{GLASSES, Glass};
use kovacs_core::linear_response::LinearResponse;
use kovacs_sdk::{
    About, Capabilities, Curves, Experiment, Jacobian, Model, Origin, Preset, Quantity, Refusal, Run, linear,
};

/// Stretched exponential with Arrhenius shift.
#[derive(Default)]
pub struct Kww {
    test: Option<linear::Test>,
}

/// Values of one glass in the order of `GLASSES`: relaxation time (s), exponent, energy (eV), moduli (MPa).
pub(crate) struct GlassValues {
    pub(crate) relaxation_time: f64,
    pub(crate) exponent: f64,
    pub(crate) energy: f64,
    pub(crate) unrelaxed: f64,
    pub(crate) relaxed: f64,
}

/// Tuned to the trends of the paper; moduli are estimates from the classes of the alloys.
pub(crate) const GLASS_VALUES: [GlassValues; 3] = [
    GlassValues { relaxation_time: 1e4, exponent: 0.5, energy: 2.0, unrelaxed: 90_000.0, relaxed: 45_000.0 },
    GlassValues { relaxation_time: 2e4, exponent: 0.5, energy: 2.2, unrelaxed: 150_000.0, relaxed: 75_000.0 },
    GlassValues { relaxation_time: 2e3, exponent: 0.4, energy: 1.3, unrelaxed: 2500.0, relaxed: 1250.0 },
];

impl Model for Kww {
    const CAPABILITIES: Capabilities = Capabilities { jacobian: true, ..linear::CAPABILITIES };

    fn about() -> About {
        About {
            id: "org.kovacs.kww",
            name: "Stretched exponential",
            version: env!("CARGO_PKG_VERSION"),
            summary: "linear viscoelastic solid with a stretched exponential and Arrhenius shift",
            citation: "Williams & Watts, Trans. Faraday Soc. 66 (1970) 80, doi 10.1039/TF9706600080",
            license: "MIT OR Apache-2.0",
        }
    }

    fn parameters() -> Vec<Quantity> {
        vec![
            relaxation_time(),
            Quantity::new("stretching_exponent")
                .symbol("\\beta")
                .label("Stretching exponent")
                .doc("1 for a simple exponential; the lower, the broader the spectrum.")
                .bounds(0.05, 1.0)
                .initial(0.5),
            activation_energy(),
            reference_temperature(),
            linear::unrelaxed_modulus(),
            linear::relaxed_modulus(),
        ]
    }

    fn outputs() -> Vec<Quantity> {
        linear::outputs_with_parts()
    }

    fn presets() -> Vec<Preset> {
        let preset = |(glass, values): (&Glass, &GlassValues)| {
            Preset::new(glass.id, Origin::Tuned)
                .label(glass.label)
                .doc("Chosen so that the linear model shows the trends of Tong et al. (2023); moduli are estimates.")
                .parameter("relaxation_time", values.relaxation_time)
                .parameter("stretching_exponent", values.exponent)
                .parameter("activation_energy", values.energy)
                .parameter("reference_temperature", glass.temperature)
                .parameter("unrelaxed_modulus", values.unrelaxed)
                .parameter("relaxed_modulus", values.relaxed)
        };
        GLASSES.iter().zip(&GLASS_VALUES).map(preset).collect()
    }

    fn new(_settings: &[f64]) -> Result<Self, Refusal> {
        Ok(Kww::default())
    }

    fn bind(&mut self, experiment: &Experiment<'_>) -> Result<(), Refusal> {
        self.test = Some(linear::test(experiment)?);
        Ok(())
    }

    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, _run: &mut Run<'_>) -> Result<(), Refusal> {
        let Some(test) = &self.test else {
            return Err(Refusal::broken("evaluated before an experiment was bound"));
        };
        shifted(parameters)?.fill(test, out)
    }

    fn jacobian(
        &mut self,
        parameters: &[f64],
        wrt: &[usize],
        out: &mut Curves<'_>,
        jacobian: &mut Jacobian<'_>,
        _run: &mut Run<'_>,
    ) -> Result<(), Refusal> {
        match &self.test {
            Some(linear::Test::Strain(test)) => shifted(parameters)?.fill_derivatives(test, wrt, out, jacobian),
            _ => Err(Refusal::broken("derivatives wanted of a history without them")),
        }
    }

    fn differentiable(&self) -> bool {
        matches!(self.test, Some(linear::Test::Strain(_)))
    }

    fn linear(_settings: &[f64], parameters: &[f64], temperature: f64) -> Option<Result<LinearResponse, Refusal>> {
        Some(shifted(parameters).and_then(|solid| solid.response(temperature)))
    }
}

fn shifted(parameters: &[f64]) -> Result<Shifted<StretchedExponential>, Refusal> {
    let phi = |relaxation_time, exponent| StretchedExponential { relaxation_time, exponent };
    Shifted::read(parameters, phi, fine_modes)
}
