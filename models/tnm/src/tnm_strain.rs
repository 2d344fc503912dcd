//! The model `tnm_strain`: a linear solid whose clock is that of an ageing glass.
//!
//! `sigma = E_R eps + (E_U - E_R) u`, `u = sum_j d_eps_j M(xi - xi_j)`, `M = exp(-xi^beta)`, `d xi/dt = 1/tau`,
//! `ln tau = ln A + x H/T + (1 - x) H/(Tf + theta |u|)`, where `Tf` is the fictive temperature of the thermal model,
//! which starts at `Tf0` because the glass was quenched. Hodge & Berens, Macromolecules 18 (1985) 1980, treat stress and
//! swelling of PVC in the same equations; this form with strain is a **proposal of this project**. With `theta = 0` and
//! `Tf0 = T` it is the stretched exponential `kww`.

use crate::clock::Clock;
use crate::integrator::{Integrator, Relaxation, division_settings, memory_setting};
use crate::number::Dual;
use crate::parameters;
use crate::walk::{Material, Moment};
use kovacs_core::linear_response::Moduli;
use kovacs_sdk::{About, Capabilities, Curves, Experiment, Jacobian, Model, Preset, Quantity, Refusal, Run, linear};

/// Tool-Narayanaswamy-Moynihan under strain.
pub struct TnmStrain {
    integrator: Integrator,
}

/// Index of `relaxed_modulus`.
const RELAXED_MODULUS: usize = 7;
/// Index of `strain_coupling`.
const COUPLING: usize = 5;
/// Parameters on which the clock depends: all before the moduli.
const CLOCK: usize = 6;

impl Model for TnmStrain {
    const CAPABILITIES: Capabilities = Capabilities {
        deterministic: true,
        continuous: true,
        stress: true,
        temperature: true,
        ticks: true,
        jacobian: true,
        ..Capabilities::NONE
    };

    fn about() -> About {
        About {
            id: "org.kovacs.tnm_strain",
            name: "Tool-Narayanaswamy-Moynihan under strain",
            version: env!("CARGO_PKG_VERSION"),
            summary: "stretched exponential in the reduced time of a glass that ages, under strain or stress",
            citation: "a proposal of this project after Hodge & Berens, Macromolecules 18 (1985) 1980",
            license: "MIT OR Apache-2.0",
        }
    }

    fn parameters() -> Vec<Quantity> {
        let mut parameters = parameters::moynihan([4.60517 - 70_800.0 / 683.0, 70_800.0, 0.45, 0.45]);
        parameters.extend(parameters::mechanical());
        parameters
    }

    fn settings() -> Vec<Quantity> {
        division_settings().into_iter().chain([memory_setting()]).collect()
    }

    fn outputs() -> Vec<Quantity> {
        let strain = |id: &str, symbol: &str, label: &str, doc: &str| {
            Quantity::new(id).symbol(symbol).label(label).doc(doc).nominal(1e-3)
        };
        vec![
            Quantity::new("stress")
                .symbol("\\sigma")
                .label("Stress")
                .unit("MPa")
                .doc("Engineering stress, tensile positive."),
            strain("strain", "\\varepsilon", "Strain", "Elastic and anelastic strain together."),
            strain(
                "strain_elastic",
                "\\varepsilon_\\mathrm{el}",
                "Elastic strain",
                "Stress over the unrelaxed modulus.",
            ),
            strain("strain_anelastic", "\\varepsilon_\\mathrm{an}", "Anelastic strain", "All that is not elastic."),
            parameters::fictive_temperature(),
        ]
    }

    fn presets() -> Vec<Preset> {
        parameters::glasses()
    }

    fn new(settings: &[f64]) -> Result<Self, Refusal> {
        Ok(TnmStrain { integrator: Integrator::new(settings)? })
    }

    fn bind(&mut self, experiment: &Experiment<'_>) -> Result<(), Refusal> {
        self.integrator.bind(experiment)
    }

    fn evaluate(&mut self, parameters: &[f64], out: &mut Curves<'_>, run: &mut Run<'_>) -> Result<(), Refusal> {
        let &[ln_prefactor, enthalpy, nonlinearity, exponent, fictive, softening, unrelaxed, relaxed] = parameters
        else {
            return Err(Refusal::broken(format!("{} parameters, 8 are needed", parameters.len())));
        };
        let moduli = linear::moduli(unrelaxed, relaxed, RELAXED_MODULUS)?;
        let material = Material {
            clock: Clock::Arrhenius { ln_prefactor, enthalpy, nonlinearity },
            softening,
            moduli,
            fictive_temperature: Some(fictive),
        };
        let relaxation = Relaxation::Stretched(exponent);
        let mut columns: Vec<_> = out.iter_mut().collect();
        self.integrator.run(
            &material,
            relaxation,
            |index, moment| {
                let values = outputs_of(moment, moduli);
                for (output, column) in &mut columns {
                    column[index] = values[*output];
                }
            },
            &mut |fraction| run.tick(fraction),
        )?;
        Ok(())
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
        let (&[.., coupling, unrelaxed, relaxed], clock) = (parameters, parameters.get(..CLOCK).unwrap_or_default())
        else {
            return Err(Refusal::broken(format!("{} parameters, 8 are needed", parameters.len())));
        };
        let moduli = linear::moduli(unrelaxed, relaxed, RELAXED_MODULUS)?;
        let [ln_prefactor, enthalpy, nonlinearity, exponent, fictive, softening] =
            Dual::<CLOCK>::parameters(clock, wrt)?;
        let material = Material {
            clock: Clock::Arrhenius { ln_prefactor, enthalpy, nonlinearity },
            softening,
            moduli,
            fictive_temperature: Some(fictive),
        };
        let mut columns: Vec<_> = out.iter_mut().collect();
        let write = |index: usize, moment: &Moment<Dual<CLOCK>>| {
            let plain = moment.value();
            let values = outputs_of(&plain, moduli);
            for (output, column) in &mut columns {
                column[index] = values[*output];
                let Some(row) = jacobian.row(*output, index) else { continue };
                for (cell, &by) in row.iter_mut().zip(wrt) {
                    *cell = derivatives_of(moment, &plain, moduli, by)[*output];
                }
            }
        };
        self.integrator.run_differentiated(&material, exponent, write, &mut |fraction| run.tick(fraction))?;
        if coupling == 0.0 && wrt.contains(&COUPLING) {
            // A clock that may feel the strain has steps of its own; the curves keep the bits of one that does not.
            return self.evaluate(parameters, out, run);
        }
        Ok(())
    }
}

/// Values of the outputs, in their order.
fn outputs_of(moment: &Moment<f64>, moduli: Moduli) -> [f64; 5] {
    let stress = moment.stress(moduli);
    let elastic = stress / moduli.unrelaxed;
    [stress, moment.strain, elastic, moment.strain - elastic, moment.fictive_temperature()]
}

/// Derivatives of the outputs under prescribed strain, with respect to the parameter with index `by`.
fn derivatives_of(moment: &Moment<Dual<CLOCK>>, plain: &Moment<f64>, moduli: Moduli, by: usize) -> [f64; 5] {
    let (unrelaxed, departure) = match by {
        0..CLOCK => (moment.unrelaxed.by[by], moment.departure.by[by]),
        _ => (0.0, 0.0),
    };
    let explicit = match by {
        CLOCK => plain.unrelaxed,
        RELAXED_MODULUS => plain.strain - plain.unrelaxed,
        _ => 0.0,
    };
    let stress = (moduli.unrelaxed - moduli.relaxed) * unrelaxed + explicit;
    let inverse = if by == CLOCK { plain.stress(moduli) / moduli.unrelaxed } else { 0.0 };
    let elastic = (stress - inverse) / moduli.unrelaxed;
    [stress, 0.0, elastic, -elastic, departure]
}
