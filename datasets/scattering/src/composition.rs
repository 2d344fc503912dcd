//! What the sample consists of: fractions, atomic numbers and mean form factors.
//!
//! Form factors are those of Waasmaier & Kirfel, Acta Cryst. A51 (1995) 416: five Gaussians and a constant in
//! `s = Q/4 pi` up to 6 1/Å. The crate `xraydb` carries their table, and Chantler's `f'` and `f''` (J. Phys. Chem. Ref.
//! Data 29 (2000) 597) for energies near an edge.

use crate::error::ScatteringError;
use std::f64::consts::PI;
use std::sync::OnceLock;
use xraydb::XrayDb;

/// An element of a composition.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// Symbol: `Ti`.
    pub symbol: String,
    /// Atomic number `Z`.
    pub atomic_number: u16,
    /// Amount as written in the formula, in its own unit: 16.7 of `Ti16.7`.
    pub amount: f64,
    /// Atomic fraction (1).
    pub fraction: f64,
}

/// Atomic fractions of the elements of a sample; they add up to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Composition {
    elements: Vec<Element>,
}

/// `<f>` and `<f^2>` at each `Q`: what a structure factor is normalised with.
#[derive(Clone, Debug, PartialEq)]
pub struct MeanFormFactors {
    /// `|sum_i c_i f_i(Q)|`, electrons.
    pub mean: Vec<f64>,
    /// `sum_i c_i |f_i(Q)|^2`, electrons squared.
    pub mean_square: Vec<f64>,
}

/// The tables, unpacked once (0.1 s).
pub(crate) fn tables() -> &'static XrayDb {
    static TABLES: OnceLock<XrayDb> = OnceLock::new();
    TABLES.get_or_init(XrayDb::new)
}

impl Composition {
    /// Reads a formula: `Ti16.7Zr16.7Hf16.7Cu16.7Ni16.7Be16.7`, `Mg2SiO4`, `Ca(OH)2`. Amounts
    /// inside and behind brackets are multiplied, and all are scaled to fractions.
    ///
    /// Alloy names such as `(Fe11Zr1)91.2B8.8`, where the number behind the bracket is the share of the bracket as a
    /// whole, mean something else: write `Fe83.6Zr7.6B8.8` for that one.
    ///
    /// # Errors
    /// The formula cannot be read or names an unknown element.
    pub fn parse(formula: &str) -> Result<Self, ScatteringError> {
        let refuse = |reason: String| ScatteringError::Formula { formula: formula.to_owned(), reason };
        if formula.trim().is_empty() {
            return Err(refuse("it is empty".to_owned()));
        }
        let parsed = tables().parse_formula(formula.trim()).map_err(|error| refuse(error.to_string()))?;
        let parts: Vec<(&str, f64)> = parsed.iter().map(|(symbol, amount)| (symbol.as_str(), *amount)).collect();
        Composition::from_parts(&parts).map_err(|error| match error {
            ScatteringError::Formula { reason, .. } => refuse(reason),
            other => other,
        })
    }

    /// Elements with their amounts, in any common unit of amount.
    ///
    /// # Errors
    /// An unknown element, an amount that is not finite or below 0, or nothing at all.
    pub fn from_parts(parts: &[(&str, f64)]) -> Result<Self, ScatteringError> {
        let formula: String = parts.iter().map(|(symbol, amount)| format!("{symbol}{amount}")).collect();
        let refuse =
            |reason: &str| Err(ScatteringError::Formula { formula: formula.clone(), reason: reason.to_owned() });
        let total: f64 = parts.iter().map(|(_, amount)| amount).sum();
        if parts.iter().any(|(_, amount)| !(amount.is_finite() && *amount >= 0.0)) || !total.is_finite() {
            return refuse("an amount is negative or not finite");
        }
        if total <= 0.0 {
            return refuse("it holds no atoms");
        }
        let mut elements: Vec<Element> = Vec::new();
        for &(symbol, amount) in parts.iter().filter(|(_, amount)| *amount > 0.0) {
            let unknown = |error: xraydb::XrayDbError| ScatteringError::FormFactor {
                symbol: symbol.to_owned(),
                reason: error.to_string(),
            };
            let atomic_number = tables().atomic_number(symbol).map_err(unknown)?;
            let symbol = tables().symbol(symbol).map_err(unknown)?.to_owned();
            let fraction = amount / total;
            match elements.iter_mut().find(|element| element.symbol == symbol) {
                Some(element) => {
                    element.amount += amount;
                    element.fraction += fraction;
                }
                None => elements.push(Element { symbol, atomic_number, amount, fraction }),
            }
        }
        elements.sort_by_key(|element| element.atomic_number);
        Ok(Composition { elements })
    }

    /// The elements in the order of their atomic numbers.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// Form factor of each element at each `Q` (1/Å), electrons: `[element][q]`.
    ///
    /// # Errors
    /// `Q` is negative, not finite or beyond 75 1/Å, where the table ends.
    pub fn form_factors(&self, q: &[f64]) -> Result<Vec<Vec<f64>>, ScatteringError> {
        /// `4 pi` times 6 1/Å: the end of the table.
        const LARGEST: f64 = 75.398;
        if let Some(&value) = q.iter().find(|&&q| !(0.0..=LARGEST).contains(&q)) {
            return Err(ScatteringError::Setting { what: "Q", value, unit: "1/Å", accepted: "between 0 and 75.398" });
        }
        let s: Vec<f64> = q.iter().map(|q| q / (4.0 * PI)).collect();
        self.elements
            .iter()
            .map(|element| {
                tables().f0(&element.symbol, &s).map_err(|error| ScatteringError::FormFactor {
                    symbol: element.symbol.clone(),
                    reason: error.to_string(),
                })
            })
            .collect()
    }

    /// `<f>` and `<f^2>` at each `Q` (1/Å). With an `energy` (keV) the form factors are `f0(Q) + f' + i f''` (Chantler):
    /// near an edge the correction is not small, `f' = -2.3` electrons for Hf at 60.04 keV, 5.3 keV below its K edge.
    ///
    /// # Errors
    /// As [`form_factors`](Composition::form_factors), and an energy outside Chantler's tables.
    pub fn mean_form_factors(&self, q: &[f64], energy: Option<f64>) -> Result<MeanFormFactors, ScatteringError> {
        let factors = self.form_factors(q)?;
        let (mut real, mut mean_square) = (vec![0.0; q.len()], vec![0.0; q.len()]);
        let mut imaginary = 0.0;
        for (element, factors) in self.elements.iter().zip(factors) {
            let (dispersion, absorption) = match energy {
                None => (0.0, 0.0),
                Some(energy) => anomalous(&element.symbol, energy)?,
            };
            imaginary += element.fraction * absorption;
            for ((real, square), factor) in real.iter_mut().zip(&mut mean_square).zip(factors) {
                let factor = factor + dispersion;
                *real += element.fraction * factor;
                *square += element.fraction * (factor * factor + absorption * absorption);
            }
        }
        let mean = real.into_iter().map(|real| real.hypot(imaginary)).collect();
        Ok(MeanFormFactors { mean, mean_square })
    }
}

/// Chantler's `f'` and `f''` (electrons) of an element at an energy (keV).
///
/// # Errors
/// An unknown element, or an energy outside of the tables of this element.
pub fn anomalous(symbol: &str, energy: f64) -> Result<(f64, f64), ScatteringError> {
    let refuse = |error: xraydb::XrayDbError| ScatteringError::FormFactor {
        symbol: symbol.to_owned(),
        reason: error.to_string(),
    };
    let (lowest, highest) = tables().chantler_energy_range(symbol).map_err(refuse)?;
    let electronvolt = 1e3 * energy;
    if !(lowest..=highest).contains(&electronvolt) {
        let reason =
            format!("f' and f'' are tabulated from {} to {} keV, not at {energy} keV", 1e-3 * lowest, 1e-3 * highest);
        return Err(ScatteringError::FormFactor { symbol: symbol.to_owned(), reason });
    }
    let dispersion = tables().f1_chantler_at(symbol, electronvolt).map_err(refuse)?;
    let absorption = tables().f2_chantler_at(symbol, electronvolt).map_err(refuse)?;
    Ok((dispersion, absorption))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alloy() -> Composition {
        Composition::parse("TiZrHfCuNiBe").unwrap()
    }

    #[test]
    fn published_form_factors_are_met() {
        // Waasmaier & Kirfel (1995) evaluated independently; six decimals are given.
        let q = [0.0, 2.0, 5.0, 10.0, 16.5];
        let expected = [
            ("Ti", [21.998073, 17.333197, 10.897251, 6.714087, 4.377466]),
            ("Hf", [71.968504, 63.659844, 47.822837, 30.151558, 19.004914]),
        ];
        for (symbol, expected) in expected {
            let found = Composition::parse(symbol).unwrap().form_factors(&q).unwrap().remove(0);
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 6e-7, "{symbol}: {found} is not {expected}");
            }
        }
    }

    #[test]
    fn the_two_normalisations_differ_as_stated() {
        let q = [0.0, 9.95, 16.5];
        let MeanFormFactors { mean, mean_square } = alloy().mean_form_factors(&q, None).unwrap();
        let ratio: Vec<f64> = mean.iter().zip(&mean_square).map(|(mean, square)| mean * mean / square).collect();
        for (ratio, expected) in ratio.iter().zip([0.711, 0.6126, 0.616]) {
            assert!((ratio - expected).abs() < 5e-4, "{ratio} is not {expected}");
        }
    }

    #[test]
    fn hafnium_near_its_edge_loses_electrons() {
        let hafnium = Composition::parse("Hf").unwrap();
        let [bare, corrected] = [None, Some(60.037)].map(|energy| hafnium.mean_form_factors(&[0.0], energy).unwrap());
        let (dispersion, absorption) = anomalous("Hf", 60.037).unwrap();
        assert!((dispersion + 2.291).abs() < 1e-3, "{dispersion}");
        // Below the K edge only the L and M shells absorb: under one electron at 60 keV.
        assert!(absorption > 0.5 && absorption < 2.0, "{absorption}");
        let expected = (bare.mean[0] + dispersion).powi(2) + absorption * absorption;
        assert!(
            (corrected.mean_square[0] - expected).abs() < 1e-9 && (corrected.mean[0].powi(2) - expected).abs() < 1e-9
        );
        // Above the edge the K shell absorbs too.
        assert!(anomalous("Hf", 66.0).unwrap().1 > 2.0 * absorption);
        assert!(anomalous("Hf", 1e6).unwrap_err().to_string().contains("tabulated from"));
    }

    #[test]
    fn bad_formulas_are_refused_with_the_formula() {
        for formula in ["", "  ", "Xx2", "Ti-3", "(Ti", "Ti0"] {
            let message = Composition::parse(formula).unwrap_err().to_string();
            assert!(message.contains("formula") || message.contains("form factor"), "{formula:?}: {message}");
        }
        assert!(alloy().form_factors(&[-1.0]).unwrap_err().to_string().starts_with("Q = -1 1/Å"));
    }
}
