//! The model `@name@`: a standard linear solid, to be changed into a model of your own.
//!
//! `sigma = E_R eps + (E_U - E_R) (phi * d eps)` with `phi(t) = exp(-t/tau)`: C. Zener, Elasticity and Anelasticity of
//! Metals (1948). Strain is prescribed, at one temperature. Units: s, MPa, K, strain 1.

#![forbid(unsafe_code)]

use kovacs_core::linear_response::{LinearResponse, Moduli, RelaxationFunction, StrainTest};
use kovacs_sdk::{About, Capabilities, Curves, Experiment, Model, Origin, Preset, Quantity, Refusal, Run, linear};

/// What an instance knows between `bind` and `evaluate`.
#[derive(Default)]
pub struct @Type@ {
    test: Option<StrainTest>,
}

/// The relaxation function `phi(t) = exp(-t/tau)`: change this for another linear model.
pub struct Relaxation {
    /// `tau`, s.
    pub relaxation_time: f64,
}

impl RelaxationFunction for Relaxation {
    fn phi(&self, time: f64) -> f64 {
        (-time / self.relaxation_time).exp()
    }

    /// The integral of `phi` from 0 to `time`, s: what a ramp needs.
    fn integral(&self, time: f64) -> f64 {
        -self.relaxation_time * (-time / self.relaxation_time).exp_m1()
    }

    /// `ln(-d phi/dt)`.
    fn ln_rate(&self, time: f64) -> f64 {
        -self.relaxation_time.ln() - time / self.relaxation_time
    }

    fn longest_time(&self) -> Option<f64> {
        Some(self.relaxation_time)
    }
}

/// Relaxation function and moduli of one parameter vector, in the order of `parameters`.
fn relaxation(parameters: &[f64]) -> Result<(Relaxation, Moduli), Refusal> {
    let &[relaxation_time, unrelaxed, relaxed] = parameters else {
        return Err(Refusal::broken("another number of parameters than declared"));
    };
    Ok((Relaxation { relaxation_time }, linear::moduli(unrelaxed, relaxed, 2)?))
}

impl Model for @Type@ {
    /// Say only what holds: `kovacs model check` tries every word of it.
    const CAPABILITIES: Capabilities = Capabilities { deterministic: true, continuous: true, ..Capabilities::NONE };

    fn about() -> About {
        About {
            id: "@id@",
            name: "@Title@",
            version: env!("CARGO_PKG_VERSION"),
            summary: "a standard linear solid",
            citation: "C. Zener, Elasticity and Anelasticity of Metals (1948)",
            license: env!("CARGO_PKG_LICENSE"),
        }
    }

    /// Ids are promises: a saved fit finds its parameters by them. Bounds are checked before `evaluate` is called.
    fn parameters() -> Vec<Quantity> {
        vec![
            Quantity::new("relaxation_time")
                .symbol("\\tau")
                .label("Relaxation time")
                .unit("s")
                .above(0.0)
                .at_most(1e15)
                .initial(1000.0)
                .logarithmic(),
            linear::unrelaxed_modulus(),
            linear::relaxed_modulus(),
        ]
    }

    fn outputs() -> Vec<Quantity> {
        linear::outputs()
    }

    fn presets() -> Vec<Preset> {
        vec![
            Preset::new("example", Origin::Estimate)
                .label("Example")
                .doc("Made up, to have something to try.")
                .parameter("relaxation_time", 500.0)
                .parameter("unrelaxed_modulus", 2000.0)
                .parameter("relaxed_modulus", 1000.0),
        ]
    }

    fn new(_settings: &[f64]) -> Result<Self, Refusal> {
        Ok(Self::default())
    }

    /// Called once per experiment: everything that does not depend on parameters belongs here.
    fn bind(&mut self, experiment: &Experiment<'_>) -> Result<(), Refusal> {
        self.test = Some(linear::strain_test(experiment)?);
        Ok(())
    }

    /// Called thousands of times in a fit.
    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, _run: &mut Run<'_>) -> Result<(), Refusal> {
        let Some(test) = &self.test else { return Err(Refusal::broken("evaluated before an experiment was bound")) };
        let (phi, moduli) = relaxation(parameters)?;
        linear::fill(test, moduli, &phi, out);
        Ok(())
    }

    /// A linear model gives its relaxation function away; remove this function if yours is not linear.
    fn linear(_settings: &[f64], parameters: &[f64], _temperature: f64) -> Option<Result<LinearResponse, Refusal>> {
        Some(relaxation(parameters).map(|(phi, moduli)| {
            let spectrum = vec![(phi.relaxation_time, 1.0)];
            LinearResponse { moduli, phi: Box::new(phi), spectrum }
        }))
    }
}
