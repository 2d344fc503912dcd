//! What linear viscoelastic models have in common on the interface: two moduli, stress, strain and its parts.
//!
//! A model that is a relaxation function needs no more than its own parameters, a [`RelaxationFunction`] and the modes
//! of it; everything else about it is here once, so that `unrelaxed_modulus` means the same in all of them and a swap
//! of models keeps it. Strain control at one temperature is exact superposition; everything else goes through
//! [`kovacs_core::modes`].

use crate::{Capabilities, Curves, Experiment, Jacobian, Quantity, Refusal};
use kovacs_core::linear_response::{Columns, LinearTestError, Moduli, RelaxationFunction, StrainTest};
use kovacs_core::modes::{HistoryTest, MaxwellSolid, Thermal};

/// What every linear model can do.
pub const CAPABILITIES: Capabilities =
    Capabilities { deterministic: true, stress: true, temperature: true, continuous: true, ..Capabilities::NONE };

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

/// [`outputs`] and after them the parts of the strain (1): `strain_elastic`, `strain_anelastic`,
/// `strain_viscoplastic`.
pub fn outputs_with_parts() -> Vec<Quantity> {
    let part = |name: &str, letters: &str, doc: &str| {
        Quantity::new(&format!("strain_{name}"))
            .symbol(&format!("\\varepsilon_\\mathrm{{{letters}}}"))
            .label(&format!("{}{} strain", name[..1].to_uppercase(), &name[1..]))
            .unit("1")
            .doc(doc)
    };
    let mut outputs = outputs();
    outputs.extend([
        part("elastic", "el", "What goes at once when the stress is taken away."),
        part("anelastic", "an", "What comes back in time when the stress is taken away."),
        part("viscoplastic", "vp", "What stays for ever when the stress is taken away."),
    ]);
    outputs
}

/// An experiment as a linear model keeps it from `bind` to `evaluate`.
#[derive(Clone, Debug)]
pub enum Test {
    /// Strain control at one temperature, no parts of the strain wanted: exact superposition.
    Strain(StrainTest),
    /// Anything else: the modes of the model are carried through the history.
    Any(HistoryTest),
}

/// Reads any experiment.
///
/// # Errors
/// Rejects columns that do not belong together.
pub fn test(experiment: &Experiment<'_>) -> Result<Test, Refusal> {
    let parts_wanted = experiment.wanted().any(|output| output >= outputs().len());
    match strain_test(experiment) {
        Ok(test) if !parts_wanted => Ok(Test::Strain(test)),
        _ => history_test(experiment).map(Test::Any),
    }
}

/// Reads any experiment, for a model that is modes.
///
/// # Errors
/// Rejects columns that do not belong together.
pub fn history_test(experiment: &Experiment<'_>) -> Result<HistoryTest, Refusal> {
    HistoryTest::new(columns(experiment, &experiment.before_flags())).map_err(rejected)
}

/// Reads a strain-controlled experiment at one temperature.
///
/// # Errors
/// Rejects stress control and a changing temperature, saying where.
pub fn strain_test(experiment: &Experiment<'_>) -> Result<StrainTest, Refusal> {
    StrainTest::new(columns(experiment, &experiment.before_flags())).map_err(rejected)
}

fn columns<'a>(experiment: &Experiment<'a>, before: &'a [bool]) -> Columns<'a> {
    Columns {
        time: experiment.time(),
        temperature: experiment.temperature(),
        control: experiment.control(),
        drive: experiment.drive(),
        wanted: experiment.times(),
        before,
    }
}

fn rejected(error: LinearTestError) -> Refusal {
    Refusal::rejected(error.to_string())
}

/// Fills the wanted ones of [`outputs_with_parts`] from modes carried through the history.
///
/// # Errors
/// Rejects stress on something without stiffness, or on a liquid for ever.
pub fn fill_from_modes(
    test: &HistoryTest,
    solid: &MaxwellSolid,
    thermal: Thermal<'_>,
    out: &mut Curves<'_>,
) -> Result<(), Refusal> {
    let mut columns: Vec<(usize, &mut [f64])> = out.iter_mut().collect();
    let parts_wanted = columns.iter().any(|(output, _)| *output >= 2);
    let ran = solid.run(test, thermal, |index, state| {
        let [elastic, anelastic, viscoplastic] = if parts_wanted { state.split() } else { [0.0; 3] };
        let values = [state.stress(), state.strain(), elastic, anelastic, viscoplastic];
        for (output, column) in &mut columns {
            column[index] = values[*output];
        }
    });
    ran.map_err(|error| Refusal::rejected(error.to_string()))
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

/// Fills the derivatives of the wanted ones of [`outputs`]: those of the stress from a function of the strain (1) and
/// the index of the time, into one value per parameter; the strain is prescribed and has none.
pub fn fill_derivatives(
    test: &StrainTest,
    jacobian: &mut Jacobian<'_>,
    mut stress: impl FnMut(f64, usize, &mut [f64]),
) {
    if let Some(rows) = jacobian.column(0) {
        let mut strains = vec![0.0; test.times.len()];
        test.strain(&mut strains);
        rows.zip(strains).enumerate().for_each(|(index, (row, strain))| stress(strain, index, row));
    }
    if let Some(rows) = jacobian.column(1) {
        rows.for_each(|row| row.fill(0.0));
    }
}
