//! What linear viscoelastic models have in common on the interface: two moduli, stress and strain, strain control.
//!
//! A model that is a relaxation function needs no more than its own parameters and a
//! [`RelaxationFunction`]; everything else about it is here once, so
//! that `unrelaxed_modulus` means the same in all of them and a swap of models keeps it.

use crate::{Curves, Experiment, Quantity, Refusal};
use kovacs_core::linear_response::{Columns, Moduli, RelaxationFunction, StrainTest};

/// Largest modulus accepted, MPa: a thousand times that of diamond.
const LARGEST_MODULUS: f64 = 1e9;

/// The parameter `relaxed_modulus`, `E_R` in MPa.
pub fn relaxed_modulus() -> Quantity {
    Quantity::new("relaxed_modulus")
        .symbol("E_R")
        .label("Relaxed modulus")
        .unit("MPa")
        .doc("Stress per strain an infinite time after a step.")
        .bounds(0.0, LARGEST_MODULUS)
        .initial(0.0)
}

/// The parameter `unrelaxed_modulus`, `E_U` in MPa.
pub fn unrelaxed_modulus() -> Quantity {
    Quantity::new("unrelaxed_modulus")
        .symbol("E_U")
        .label("Unrelaxed modulus")
        .unit("MPa")
        .doc("Stress per strain just after a step; not below the relaxed modulus.")
        .above(0.0)
        .at_most(LARGEST_MODULUS)
        .initial(1.0)
}

/// Joins the two moduli (MPa).
///
/// # Errors
/// Rejects a relaxed modulus above the unrelaxed one; `relaxed_index` is the parameter to blame.
pub fn moduli(unrelaxed: f64, relaxed: f64, relaxed_index: usize) -> Result<Moduli, Refusal> {
    if relaxed > unrelaxed {
        let message = format!("must not exceed `unrelaxed_modulus` = {unrelaxed} MPa, but is {relaxed} MPa");
        return Err(Refusal::rejected(message).param(relaxed_index));
    }
    Ok(Moduli { unrelaxed, relaxed })
}

/// The outputs `stress` (MPa) and `strain` (1), in this order.
pub fn outputs() -> Vec<Quantity> {
    kovacs_core::define::stress_and_strain()
}

/// Reads a strain-controlled experiment at one temperature.
///
/// # Errors
/// Rejects stress control and a changing temperature, saying where.
pub fn strain_test(experiment: &Experiment<'_>) -> Result<StrainTest, Refusal> {
    StrainTest::new(Columns {
        time: experiment.time(),
        temperature: experiment.temperature(),
        control: experiment.control(),
        drive: experiment.drive(),
        wanted: experiment.times(),
        before: &experiment.before_flags(),
    })
    .map_err(|error| Refusal::rejected(error.to_string()))
}

/// Fills the wanted ones of [`outputs`], the stress by exact superposition.
pub fn fill(test: &StrainTest, moduli: Moduli, phi: &impl RelaxationFunction, out: &mut Curves<'_>) {
    fill_with(test, out, |stress| test.stress(moduli, phi, stress));
}

/// Fills the wanted ones of [`outputs`], the stress by the model's own way.
pub fn fill_with(test: &StrainTest, out: &mut Curves<'_>, write_stress: impl FnOnce(&mut [f64])) {
    if let Some(stress) = out.column(0) {
        write_stress(stress);
    }
    if let Some(strain) = out.column(1) {
        test.strain(strain);
    }
}
