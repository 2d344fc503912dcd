//! The model `fractional`: a spring beside a fractional Maxwell element, with Arrhenius shift.
//!
//! `sigma = E_R eps + (E_U - E_R) (phi * d eps)`, `phi = E_a[-(t/tau)^a]` with the Mittag-Leffler function `E_a`, and
//! `tau(T) = tau_0 exp[E/k (1/T - 1/T_0)]`. With `E_R = 0` it is the fractional Maxwell, otherwise the fractional Zener
//! model (Bagley & Torvik, J. Rheol. 27 (1983) 201). It starts like a stretched exponential of the same exponent and
//! ends as a power law, so a hump after long waiting has `t_p` proportional to `t_w`.

use crate::kww::{GLASS_VALUES, GlassValues};
use crate::mittag_leffler::MittagLeffler;
use crate::shift::{Shifted, activation_energy, reference_temperature, relaxation_time};
use kovacs_core::glasses::{GLASSES, Glass};
use kovacs_core::linear_response::LinearResponse;
use kovacs_sdk::{
    About, Capabilities, Curves, Experiment, Jacobian, Model, Origin, Preset, Quantity, Refusal, Run, linear,
};

/// Fractional Maxwell or Zener solid with Arrhenius shift.
#[derive(Default)]
pub struct Fractional {
    test: Option<linear::Test>,
}

impl Model for Fractional {
    const CAPABILITIES: Capabilities = Capabilities { jacobian: true, ..linear::CAPABILITIES };

    fn about() -> About {
        About {
            id: "org.kovacs.fractional",
            name: "Fractional Zener solid",
            version: env!("CARGO_PKG_VERSION"),
            summary: "linear viscoelastic solid with a Mittag-Leffler function and Arrhenius shift",
            citation: "Bagley & Torvik, J. Rheol. 27 (1983) 201, doi 10.1122/1.549724",
            license: "MIT OR Apache-2.0",
        }
    }

    fn parameters() -> Vec<Quantity> {
        vec![
            relaxation_time(),
            Quantity::new("exponent")
                .symbol("a")
                .label("Exponent")
                .doc("Order of the fractional derivative: 1 for a simple exponential; the lower, the broader.")
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
                .doc("Times, exponent and moduli of this glass's stretched exponential in `kww`, unchanged.")
                .parameter("relaxation_time", values.relaxation_time)
                .parameter("exponent", values.exponent)
                .parameter("activation_energy", values.energy)
                .parameter("reference_temperature", glass.temperature)
                .parameter("unrelaxed_modulus", values.unrelaxed)
                .parameter("relaxed_modulus", values.relaxed)
        };
        GLASSES.iter().zip(&GLASS_VALUES).map(preset).collect()
    }

    fn new(_settings: &[f64]) -> Result<Self, Refusal> {
        Ok(Fractional::default())
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

fn shifted(parameters: &[f64]) -> Result<Shifted<MittagLeffler>, Refusal> {
    Shifted::read(parameters, MittagLeffler::new, MittagLeffler::modes)
}
