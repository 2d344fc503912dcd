//! Compton scattering: what the electrons scatter without interference, and how much of it a detector sees.
//!
//! Tables of the incoherent scattering function `S(x)`, `x = sin(theta)/lambda`, are not in the crate that carries the
//! form factors, but the total incoherent cross-sections of every element are, from 100 eV to 800 keV (Elam, Ravel &
//! Sieber, Radiat. Phys. Chem. 63 (2002) 121). They are integrals of `S` over all angles,
//! `sigma(E) = int (d sigma/d Omega)_KN S(x) d Omega` with the formula of Klein & Nishina (Z. Phys. 52 (1929) 853), and
//! at each energy another range of `x` is covered, so `S` is found from them. It is written in the form of
//! Balyuzi (Acta Cryst. A31 (1975) 600), `S = Z - sum a_k exp(-b_k x^2)` with `a_k >= 0`, and the `a_k` on a fixed grid of
//! `b_k` come from non-negative least squares. Against the tables of Hubbell et al. (J. Phys. Chem. Ref. Data 4 (1975)
//! 471) the result is off by 0.5 % of `Z` on average; the test beside the real files prints it element by element.

use crate::composition::{Composition, Element, tables};
use crate::error::ScatteringError;
use crate::geometry::{WAVELENGTH_TIMES_ENERGY, scattering_angle, wavelength};
use std::f64::consts::PI;
use std::sync::OnceLock;
use xraydb::CrossSectionKind;

/// Rest energy of the electron, keV (CODATA 2018).
const ELECTRON: f64 = 510.998_95;
/// Square of the classical electron radius, barn (CODATA 2018).
const RADIUS_SQUARED: f64 = 0.079_407_877;
/// Grid of `b_k`, Å²: a factor of 1.78 from one to the next, from 1e-2 on.
const GAUSSIANS: usize = 23;

/// What a detector counts, which decides how much of the Compton scattering it reports: the recoil takes energy away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detector {
    /// Photons, each as one: the factor of Breit and Dirac is `(E'/E)^2`.
    Counting,
    /// Energy, as image plates and scintillators with photodiodes do: `(E'/E)^3`.
    Integrating,
}

/// What is taken off as Compton scattering.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Compton {
    /// Nothing: it was taken off before, or the polynomial correction is to deal with it.
    #[default]
    None,
    /// Computed from the composition.
    Calculated {
        /// Energy (keV) and detector for the recoil factor; `None` leaves the factor at 1.
        recoil: Option<(f64, Detector)>,
    },
    /// These values, electron units, one for each `Q` of the pattern.
    Given(Vec<f64>),
}

/// `(E'/E)^n` at `Q` (1/Å) for photons of an energy (keV): what recoil leaves, `E'/E = 1/[1 + (E/m c^2)(1 - cos 2 theta)]`.
///
/// # Errors
/// `Q` is beyond what photons of this energy can transfer.
pub fn recoil_factor(q: f64, energy: f64, detector: Detector) -> Result<f64, ScatteringError> {
    if !(energy.is_finite() && energy > 0.0) {
        let (what, unit, accepted) = ("energy", "keV", "finite and above 0");
        return Err(ScatteringError::Setting { what, value: energy, unit, accepted });
    }
    let angle = scattering_angle(q, wavelength(energy))?;
    let ratio = 1.0 / (1.0 + energy / ELECTRON * (1.0 - angle.cos()));
    Ok(match detector {
        Detector::Counting => ratio.powi(2),
        Detector::Integrating => ratio.powi(3),
    })
}

impl Composition {
    /// Compton scattering per atom, `sum_i c_i S_i(Q)`, electron units, at each `Q` (1/Å); the factor of recoil is not in
    /// it.
    ///
    /// # Errors
    /// The cross-sections of an element are not tabulated.
    pub fn compton(&self, q: &[f64]) -> Result<Vec<f64>, ScatteringError> {
        let mut sum = vec![0.0; q.len()];
        for element in self.elements() {
            let expansion = expansion(element)?;
            for (sum, q) in sum.iter_mut().zip(q) {
                *sum += element.fraction * expansion.at(q / (4.0 * PI));
            }
        }
        Ok(sum)
    }
}

/// `a_k` and `b_k` (Å²) of one element, those with `a_k > 0`; the amplitudes add up to `Z`, so that `S(0) = 0`.
#[derive(Clone, Debug)]
struct Expansion {
    terms: Vec<(f64, f64)>,
}

impl Expansion {
    /// `S` at `x` (1/Å).
    fn at(&self, x: f64) -> f64 {
        self.terms.iter().map(|(amplitude, exponent)| -amplitude * (-exponent * x * x).exp_m1()).sum()
    }
}

/// `b_k`, Å².
fn exponent(index: usize) -> f64 {
    10f64.powf(-2.0 + 5.5 * index as f64 / (GAUSSIANS - 1) as f64)
}

/// The expansion of an element, found once (some ms).
fn expansion(element: &Element) -> Result<&'static Expansion, ScatteringError> {
    static FOUND: [OnceLock<Expansion>; 120] = [const { OnceLock::new() }; 120];
    let refuse = |reason: String| ScatteringError::Compton { symbol: element.symbol.clone(), reason };
    let Some(slot) = FOUND.get(usize::from(element.atomic_number)) else {
        return Err(refuse("no such element is tabulated".to_owned()));
    };
    if let Some(found) = slot.get() {
        return Ok(found);
    }
    let found = from_cross_sections(element).map_err(|error| refuse(error.to_string()))?;
    Ok(slot.get_or_init(|| found))
}

/// Solves `sigma(E) = int KN S d Omega` for the amplitudes, with relative weights and the constraint that they add up to
/// `Z`.
fn from_cross_sections(element: &Element) -> Result<Expansion, xraydb::XrayDbError> {
    /// Energies, ten a decade from 0.1 keV on.
    const ENERGIES: usize = 37;
    /// How much the constraint weighs against the relative deviation of one cross-section.
    const CONSTRAINT: f64 = 300.0;
    let electrons = f64::from(element.atomic_number);
    let energies: Vec<f64> = (0..ENERGIES).map(|index| 0.1 * 10f64.powf(0.1 * index as f64)).collect();
    let electronvolts: Vec<f64> = energies.iter().map(|energy| 1e3 * energy).collect();
    // cm2/g times g/mol over Avogadro's number, in barn.
    let to_barn = tables().molar_mass(&element.symbol)? / 0.602_214_076;
    let sections = tables().mu_elam(&element.symbol, &electronvolts, CrossSectionKind::Incoherent)?;
    let mut rows: Vec<Vec<f64>> = energies
        .iter()
        .zip(&sections)
        .map(|(energy, section)| {
            let unit = electrons / (section * to_barn);
            (0..GAUSSIANS).map(|index| unit * cross_section(*energy, exponent(index))).collect()
        })
        .collect();
    let mut target = vec![1.0; ENERGIES];
    rows.push(vec![CONSTRAINT; GAUSSIANS]);
    target.push(CONSTRAINT);
    let amplitudes = kovacs_fit::non_negative(&rows, &target);
    let total: f64 = amplitudes.iter().sum();
    let terms = amplitudes.iter().enumerate().filter(|(_, amplitude)| **amplitude > 0.0);
    Ok(Expansion { terms: terms.map(|(index, amplitude)| (amplitude * electrons / total, exponent(index))).collect() })
}

/// Cross-section (barn) at an energy (keV) of one electron with `S = 1 - exp(-b x^2)`, `b` in Å².
fn cross_section(energy: f64, exponent: f64) -> f64 {
    /// Points of the midpoint rule in `u^(1/2)`, `u = sin^2(theta/2)`, where the integrand is smooth at small `x`.
    const POINTS: usize = 200;
    let largest = energy / WAVELENGTH_TIMES_ENERGY;
    let sum: f64 = (0..POINTS)
        .map(|index| {
            let sine = (index as f64 + 0.5) / POINTS as f64;
            let cosine = 1.0 - 2.0 * sine * sine;
            let ratio = 1.0 / (1.0 + energy / ELECTRON * (1.0 - cosine));
            let klein_nishina = 0.5 * RADIUS_SQUARED * ratio * ratio * (ratio + 1.0 / ratio - 1.0 + cosine * cosine);
            let x = sine * largest;
            // d Omega = 2 pi d cos = 4 pi du = 8 pi sine d sine.
            klein_nishina * -(-exponent * x * x).exp_m1() * 8.0 * PI * sine
        })
        .sum();
    sum / POINTS as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cross_section_of_a_free_electron_is_that_of_klein_and_nishina() {
        // Closed form: 2 pi r^2 {(1 + k)/k^2 [2 (1 + k)/(1 + 2 k) - ln(1 + 2 k)/k] + ln(1 + 2 k)/(2 k) - (1 + 3 k)/(1 + 2 k)^2}.
        for energy in [20.0, 60.037, 400.0] {
            let k: f64 = energy / ELECTRON;
            let logarithm = (1.0 + 2.0 * k).ln();
            let bracket = (1.0 + k) / (k * k) * (2.0 * (1.0 + k) / (1.0 + 2.0 * k) - logarithm / k)
                + logarithm / (2.0 * k)
                - (1.0 + 3.0 * k) / (1.0 + 2.0 * k).powi(2);
            let expected = 2.0 * PI * RADIUS_SQUARED * bracket;
            // An exponent so large that the electron is free at every angle but the smallest.
            let found = cross_section(energy, 1e9);
            // The closed form cancels digits at small k, the midpoint rule errs by 1e-5.
            assert!((found / expected - 1.0).abs() < 1e-4, "{energy} keV: {found} is not {expected}");
        }
    }

    #[test]
    fn scattering_functions_rise_from_nothing_to_all_electrons() {
        for (formula, electrons) in [("H", 1.0), ("Be", 4.0), ("Ti", 22.0), ("Hf", 72.0), ("U", 92.0)] {
            let element = Composition::parse(formula).unwrap();
            let q: Vec<f64> = (0..=200).map(|index| 0.5 * f64::from(index)).collect();
            let found = element.compton(&q).unwrap();
            assert_eq!(found[0], 0.0);
            assert!(found.is_sorted() && found.iter().all(|value| *value <= electrons * (1.0 + 1e-12)), "{formula}");
            assert!(found[200] > 0.9 * electrons, "{formula}: {}", found[200]);
        }
    }

    #[test]
    fn recoil_takes_a_few_percent_at_the_energy_of_the_paper() {
        // 60.037 keV, Q = 16.5 1/Å: 2 theta = 31.466 degrees, E'/E = 1/(1 + 0.11749 * 0.14706) = 0.98302.
        let counted = recoil_factor(16.5, 60.037, Detector::Counting).unwrap();
        let integrated = recoil_factor(16.5, 60.037, Detector::Integrating).unwrap();
        assert!(
            (counted - 0.98302f64.powi(2)).abs() < 2e-5 && (integrated - 0.98302f64.powi(3)).abs() < 3e-5,
            "{counted}"
        );
        assert!(recoil_factor(100.0, 60.037, Detector::Counting).is_err());
        assert!(recoil_factor(1.0, f64::NAN, Detector::Counting).unwrap_err().to_string().starts_with("energy"));
    }
}
