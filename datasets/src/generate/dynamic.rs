//! Moduli against temperature at one frequency (Suppl. Fig. 1): a secondary relaxation as a shoulder below the main one.
//!
//! Two relaxations after Cole and Cole (J. Chem. Phys. 9 (1941) 341), written for a modulus:
//! `E* = E_U(T) [1 - sum_i D_i / (1 + (i omega tau_i)^(b_i))]`, with `tau_beta = 1e-13 s exp(E_beta/kT)` and
//! `tau_alpha` of Arrhenius form with `omega tau_alpha = 1` at a chosen temperature. Both moduli come from the one
//! complex function, so they belong together. Nothing ties them to the other resources: chosen, not derived.

use super::DYNAMIC;
use super::noise::Noise;
use super::part::{Part, number, stated_protocol, synthetic, text};
use super::recipe::Recipe;
use super::specimen::scattered;
use crate::error::DatasetError;
use kovacs_core::toml_form::ProtocolForm;
use kovacs_core::{BOLTZMANN, Protocol};
use std::f64::consts::{FRAC_PI_2, PI};
use std::fmt::Write;

/// Frequency, Hz. Printed.
pub(super) const FREQUENCY: f64 = 1.0;

/// Heating rate, K/min. Printed.
pub(super) const HEATING_RATE: f64 = 5.0;

/// Prefactor of the secondary relaxation time, s. Chosen.
pub(super) const SECONDARY_PREFACTOR: f64 = 1e-13;

/// Kelvin between samples. Chosen.
const STEP: f64 = 2.0;

/// Numbers that shape the moduli of one glass. All were chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spectroscopy {
    /// First temperature, K.
    pub first: f64,
    /// Last temperature, K.
    pub last: f64,
    /// Relative loss of the unrelaxed modulus per kelvin above the first temperature, 1/K.
    pub softening: f64,
    /// `D_beta`.
    pub secondary_strength: f64,
    /// `E_beta`, eV.
    pub secondary_energy: f64,
    /// `b_beta`.
    pub secondary_breadth: f64,
    /// `D_alpha`.
    pub primary_strength: f64,
    /// Temperature (K) at which `omega tau_alpha = 1`.
    pub primary_peak: f64,
    /// `E_alpha`, eV.
    pub primary_energy: f64,
    /// `b_alpha`.
    pub primary_breadth: f64,
    /// Relative standard deviation of the noise of both moduli.
    pub noise: f64,
}

impl Spectroscopy {
    /// Storage and loss modulus per unrelaxed modulus at a temperature (K).
    pub fn moduli(&self, temperature: f64) -> (f64, f64) {
        let omega = 2.0 * PI * FREQUENCY;
        let secondary = omega * SECONDARY_PREFACTOR * (self.secondary_energy / BOLTZMANN / temperature).exp();
        let inverse = 1.0 / temperature - 1.0 / self.primary_peak;
        let primary = (self.primary_energy / BOLTZMANN * inverse).exp();
        let (beta, alpha) = (cole_cole(secondary, self.secondary_breadth), cole_cole(primary, self.primary_breadth));
        let unrelaxed = 1.0 - self.softening * (temperature - self.first);
        let storage = 1.0 - self.secondary_strength * beta.0 - self.primary_strength * alpha.0;
        let loss = self.secondary_strength * beta.1 + self.primary_strength * alpha.1;
        (unrelaxed * storage, unrelaxed * loss)
    }
}

/// Real part and negative imaginary part of `1 / (1 + (i omega tau)^b)`.
fn cole_cole(omega_tau: f64, breadth: f64) -> (f64, f64) {
    let power = omega_tau.powf(breadth);
    let (sine, cosine) = (breadth * FRAC_PI_2).sin_cos();
    let (real, imaginary) = (1.0 + power * cosine, power * sine);
    let square = real * real + imaginary * imaginary;
    (real / square, imaginary / square)
}

/// Moduli against temperature as a resource.
pub(super) fn dynamic_part(recipe: &Recipe, seed: u64) -> Result<Part, DatasetError> {
    let id = recipe.printed.id;
    let Spectroscopy { first, last, noise: deviation, .. } = recipe.spectroscopy;
    let mut rows = String::new();
    for specimen in ["S", "T", "U"] {
        let modulus = scattered(recipe, specimen, seed).unrelaxed_modulus;
        let mut noise = Noise::new(seed, &format!("{id} {specimen} {DYNAMIC}"));
        for index in 0..=((last - first) / STEP).round() as u32 {
            let temperature = first + STEP * f64::from(index);
            let (storage, loss) = recipe.spectroscopy.moduli(temperature);
            let [storage, loss] = [storage, loss].map(|part| modulus * part * (1.0 + deviation * noise.deviate()));
            let time = (temperature - first) * 60.0 / HEATING_RATE;
            let _ = writeln!(rows, "{id},{specimen},{temperature},{time},{FREQUENCY},{storage:.2},{loss:.3}");
        }
    }
    let fields = vec![
        text("glass", "parameter set and package name"),
        text("specimen", "replicate: each specimen has its own modulus"),
        number("temperature", "K", "temperature at this time"),
        number("time", "s", "time from the start of heating"),
        number("frequency", "Hz", "frequency of the small oscillation"),
        number("storage_modulus", "MPa", "E'"),
        number("loss_modulus", "MPa", "E''"),
    ];
    let heating = Protocol::at(first).temperature_ramp(last, (last - first) * 60.0 / HEATING_RATE);
    let protocol = stated_protocol(id, DYNAMIC, &[], ProtocolForm::Segments(heating))?;
    let title = "storage and loss modulus while heating, Suppl. Fig. 1";
    let part = Part::new(DYNAMIC, title, fields, &["specimen", "time"], synthetic(seed), &rows);
    Ok(part.with_protocols(vec![protocol]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::recipe::RECIPES;

    #[test]
    fn a_breadth_of_one_is_the_relaxation_of_debye() {
        // 1/(1 + i x) = (1 - i x)/(1 + x^2); tolerance: rounding.
        let (real, imaginary) = cole_cole(3.0, 1.0);
        assert!((real - 0.1).abs() < 1e-15 && (imaginary - 0.3).abs() < 1e-15, "{real} {imaginary}");
    }

    #[test]
    fn the_loss_has_a_shoulder_below_one_main_maximum() {
        for recipe in &RECIPES {
            let Spectroscopy { first, last, primary_peak, .. } = recipe.spectroscopy;
            let loss = |kelvin: f64| recipe.spectroscopy.moduli(kelvin).1;
            let points: Vec<f64> = (0..=(last - first) as u32).map(|index| first + f64::from(index)).collect();
            let top = points.iter().copied().max_by(|a, b| loss(*a).total_cmp(&loss(*b))).unwrap();
            assert!((top - primary_peak).abs() < 8.0, "{}: {top} K", recipe.printed.id);
            // A main relaxation alone bends upwards all the way to its flank; a shoulder bends downwards before it.
            let bends = |kelvin: &&f64| {
                let logarithm = |shift: f64| loss(**kelvin + shift).ln();
                logarithm(4.0) - 2.0 * logarithm(0.0) + logarithm(-4.0) < 0.0
            };
            let shoulder = points.iter().filter(|kelvin| **kelvin < primary_peak - 25.0).filter(bends).count();
            assert!(shoulder > 10, "{}: {shoulder} K of shoulder", recipe.printed.id);
        }
    }
}
