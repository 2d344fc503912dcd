//! The model `tnm`: the fictive temperature of a glass under any history of temperature.
//!
//! `Tf(t) = T(t) - sum_j dT_j exp[-(xi - xi_j)^beta]`, `xi = int dt/tau`, `ln tau = ln A + x H/T + (1 - x) H/Tf`: Tool
//! (1946) for the fictive temperature, Narayanaswamy (1971) for the reduced time, Moynihan et al. (1976) for this form.
//! The sample begins in equilibrium at the temperature of the first node.

use crate::clock::Clock;
use crate::integrator::{Integrator, Relaxation, division_settings, memory_setting};
use crate::number::Dual;
use crate::parameters;
use crate::thermal;
use crate::walk::Material;
use kovacs_sdk::{About, Capabilities, Curves, Experiment, Jacobian, Model, Preset, Quantity, Refusal, Run};

/// Tool-Narayanaswamy-Moynihan under changes of temperature.
pub struct Tnm {
    integrator: Integrator,
}

impl Model for Tnm {
    const CAPABILITIES: Capabilities = Capabilities { jacobian: true, ..thermal::CAPABILITIES };

    fn about() -> About {
        About {
            id: "org.kovacs.tnm",
            name: "Tool-Narayanaswamy-Moynihan",
            version: env!("CARGO_PKG_VERSION"),
            summary: "fictive temperature of a glass: a stretched exponential in its own reduced time",
            citation: "Moynihan et al., J. Am. Ceram. Soc. 59 (1976) 12",
            license: "MIT OR Apache-2.0",
        }
    }

    fn parameters() -> Vec<Quantity> {
        parameters::moynihan(parameters::HODGE[0].1)
    }

    fn settings() -> Vec<Quantity> {
        division_settings().into_iter().chain([memory_setting()]).collect()
    }

    fn outputs() -> Vec<Quantity> {
        thermal::outputs()
    }

    fn presets() -> Vec<Preset> {
        parameters::hodge()
    }

    fn new(settings: &[f64]) -> Result<Self, Refusal> {
        Ok(Tnm { integrator: Integrator::new(settings)? })
    }

    fn bind(&mut self, experiment: &Experiment<'_>) -> Result<(), Refusal> {
        thermal::only_temperature(experiment)?;
        self.integrator.bind(experiment)
    }

    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, run: &mut Run<'_>) -> Result<(), Refusal> {
        let &[ln_prefactor, enthalpy, nonlinearity, exponent] = parameters else {
            return Err(Refusal::broken(format!("{} parameters, 4 are needed", parameters.len())));
        };
        let clock = Clock::Arrhenius { ln_prefactor, enthalpy, nonlinearity };
        let relaxation = Relaxation::Stretched(exponent);
        thermal::evaluate(&mut self.integrator, clock, relaxation, 1.0, out, run)
    }

    fn differentiable(&self) -> bool {
        self.integrator.is_differentiable()
    }

    fn jacobian(
        &mut self,
        parameters: &[f64],
        wrt: &[usize],
        out: &mut Curves<'_>,
        jacobian: &mut Jacobian<'_>,
        run: &mut Run<'_>,
    ) -> Result<(), Refusal> {
        let [ln_prefactor, enthalpy, nonlinearity, exponent] = Dual::<4>::parameters(parameters, wrt)?;
        let clock = Clock::Arrhenius { ln_prefactor, enthalpy, nonlinearity };
        let (softening, moduli) = (Dual::from(0.0), thermal::NO_MODULI);
        let material = Material { clock, softening, moduli, fictive_temperature: None };
        let mut columns: Vec<_> = out.iter_mut().collect();
        let write = |index: usize, moment: &crate::walk::Moment<Dual<4>>| {
            for (output, column) in &mut columns {
                // Both outputs differ by the temperature, which is prescribed.
                column[index] = [moment.fictive_temperature(), moment.departure][*output].value;
                if let Some(row) = jacobian.row(*output, index) {
                    row.iter_mut().zip(wrt).for_each(|(cell, &by)| *cell = moment.departure.by[by]);
                }
            }
        };
        self.integrator.run_differentiated(&material, exponent, write, &mut |fraction| run.tick(fraction))
    }
}
