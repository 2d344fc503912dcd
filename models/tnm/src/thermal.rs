//! What the two models without strain share on the interface.

use crate::clock::Clock;
use crate::integrator::{Integrator, Relaxation};
use crate::parameters;
use crate::walk::Material;
use kovacs_core::linear_response::Moduli;
use kovacs_sdk::{Capabilities, Curves, Experiment, Quantity, Refusal, Run};

/// What they can do.
pub const CAPABILITIES: Capabilities =
    Capabilities { deterministic: true, continuous: true, temperature: true, ticks: true, ..Capabilities::NONE };

/// What is made of a material whose strain nobody asks for.
pub const NO_MODULI: Moduli = Moduli { unrelaxed: 1.0, relaxed: 0.0 };

/// `fictive_temperature` (K) and `departure` (K).
pub fn outputs() -> Vec<Quantity> {
    vec![
        parameters::fictive_temperature(),
        Quantity::new("departure")
            .symbol("T_f - T")
            .label("Departure from equilibrium")
            .unit("K")
            .doc("Fictive temperature minus temperature; 0 in equilibrium, above 0 in a glass that was cooled.")
            .nominal(1.0),
    ]
}

/// Refuses an experiment in which something is done to the sample besides heating and cooling.
///
/// # Errors
/// Rejects a strain or stress, saying when.
pub fn only_temperature(experiment: &Experiment<'_>) -> Result<(), Refusal> {
    match experiment.drive().iter().position(|&drive| drive != 0.0) {
        None => Ok(()),
        Some(node) => Err(Refusal::rejected(format!(
            "strain or stress is prescribed at {} s, and this model knows temperature only; `tnm_strain` takes both",
            experiment.time()[node]
        ))),
    }
}

/// Fills the wanted ones of [`outputs`], and a third one, the departure times `expansion`, where a model has it.
///
/// # Errors
/// As [`Integrator::run`].
pub fn evaluate(
    integrator: &mut Integrator,
    clock: Clock<f64>,
    relaxation: Relaxation,
    expansion: f64,
    out: &mut Curves<'_>,
    run: &mut Run<'_>,
) -> Result<(), Refusal> {
    let material = Material { clock, softening: 0.0, moduli: NO_MODULI, fictive_temperature: None };
    let mut columns: Vec<_> = out.iter_mut().collect();
    integrator.run(
        &material,
        relaxation,
        |index, moment| {
            let values = [moment.fictive_temperature(), moment.departure, expansion * moment.departure];
            for (output, column) in &mut columns {
                column[index] = values[*output];
            }
        },
        &mut |fraction| run.tick(fraction),
    )?;
    Ok(())
}
