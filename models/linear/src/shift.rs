//! Time-temperature superposition after Arrhenius: all relaxation times of a linear model share one factor.

use kovacs_core::BOLTZMANN;
use kovacs_sdk::{Quantity, Refusal};

/// The parameter `activation_energy`, eV. Fixed by default: one temperature says nothing about it.
pub fn activation_energy() -> Quantity {
    Quantity::new("activation_energy")
        .symbol("E")
        .label("Activation energy")
        .unit("eV")
        .doc("Relaxation times go as exp(E/kT); 0 for no dependence on temperature.")
        .bounds(0.0, 50.0)
        .initial(0.0)
        .nominal(1.0)
        .fixed()
}

/// The parameter `reference_temperature`, K: where relaxation times are what they are called.
pub fn reference_temperature() -> Quantity {
    Quantity::new("reference_temperature")
        .symbol("T_0")
        .label("Reference temperature")
        .unit("K")
        .doc("The temperature at which the relaxation times hold as given.")
        .above(0.0)
        .at_most(1e4)
        .initial(593.0)
        .fixed()
}

/// `exp[E/k (1/T - 1/T0)]`, whatever comes out: temperatures in K, `energy` in eV.
fn shift_factor(energy: f64, reference: f64, temperature: f64) -> f64 {
    (energy / BOLTZMANN * (1.0 / temperature - 1.0 / reference)).exp()
}

/// What rates at `temperature` are multiplied by against those at `reference` (K), `energy` in eV: the clock of a
/// history in which the temperature changes.
pub fn rate_factor(energy: f64, reference: f64, temperature: f64) -> f64 {
    shift_factor(-energy, reference, temperature)
}

/// Checks [`arrhenius`] at every temperature (K) of a history.
///
/// # Errors
/// As [`arrhenius`].
pub fn check_shifts(energy: f64, reference: f64, temperatures: &[f64], energy_index: usize) -> Result<(), Refusal> {
    temperatures.iter().try_for_each(|&kelvin| arrhenius(energy, reference, kelvin, energy_index).map(drop))
}

/// `exp[E/k (1/T - 1/T0)]`: by what relaxation times at `temperature` are longer than at `reference` (K); `energy` in eV.
///
/// # Errors
/// Rejects a factor that doubles cannot hold; `energy_index` is the parameter to blame.
pub fn arrhenius(energy: f64, reference: f64, temperature: f64, energy_index: usize) -> Result<f64, Refusal> {
    let factor = shift_factor(energy, reference, temperature);
    if factor.is_normal() {
        return Ok(factor);
    }
    let message = format!(
        "{energy} eV makes relaxation times at {temperature} K {factor} times those at {reference} K, which no number \
         can hold; take a lower energy or a nearer reference temperature"
    );
    Err(Refusal::rejected(message).param(energy_index))
}
