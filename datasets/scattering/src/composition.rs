//! What the sample consists of: fractions, atomic numbers, mean form factors and the weights of atom pairs.
//!
//! Form factors are those of Waasmaier & Kirfel, Acta Cryst. A51 (1995) 416: five Gaussians and a constant in
//! `s = Q/4 pi` up to 6 1/Å. The crate `xraydb` carries their table, and Chantler's `f'` for energies near an edge.

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
    /// `sum_i c_i f_i(Q)`, electrons.
    pub mean: Vec<f64>,
    /// `sum_i c_i f_i(Q)^2`, electrons squared.
    pub mean_square: Vec<f64>,
}

/// How much a pair of elements contributes to `G(r)`.
#[derive(Clone, Debug, PartialEq)]
pub struct PairWeight {
    /// Symbols of the pair, in the order of the composition.
    pub pair: [String; 2],
    /// `w_ij` (1); all of them add up to 1.
    pub weight: f64,
}

/// The tables, unpacked once (0.1 s).
fn tables() -> &'static XrayDb {
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
                Some(element) => element.fraction += fraction,
                None => elements.push(Element { symbol, atomic_number, fraction }),
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

    /// `<f>` and `<f^2>` at each `Q` (1/Å). With an `energy` (keV) the real part `f'` of the anomalous correction
    /// (Chantler) is added: near an edge it is not small, -2.3 electrons for Hf at 60.04 keV.
    ///
    /// # Errors
    /// As [`form_factors`](Composition::form_factors), and an energy outside Chantler's tables.
    pub fn mean_form_factors(&self, q: &[f64], energy: Option<f64>) -> Result<MeanFormFactors, ScatteringError> {
        let factors = self.form_factors(q)?;
        let mut mean = vec![0.0; q.len()];
        let mut mean_square = vec![0.0; q.len()];
        for (element, factors) in self.elements.iter().zip(factors) {
            let correction = match energy {
                None => 0.0,
                Some(energy) => tables().f1_chantler_at(&element.symbol, 1e3 * energy).map_err(|error| {
                    ScatteringError::FormFactor { symbol: element.symbol.clone(), reason: error.to_string() }
                })?,
            };
            for ((mean, square), factor) in mean.iter_mut().zip(&mut mean_square).zip(factors) {
                let factor = factor + correction;
                *mean += element.fraction * factor;
                *square += element.fraction * factor * factor;
            }
        }
        Ok(MeanFormFactors { mean, mean_square })
    }

    /// `w_ij = (2 - delta_ij) c_i c_j Z_i Z_j / (sum c Z)^2` for every pair, the heaviest weight first.
    ///
    /// The formula of the paper with `f(0) = Z`, as it must be: the fitted table misses `Z` of Hf by 0.03.
    pub fn pair_weights(&self) -> Vec<PairWeight> {
        let electrons = |element: &Element| element.fraction * f64::from(element.atomic_number);
        let total: f64 = self.elements.iter().map(electrons).sum();
        let mut weights = Vec::new();
        for (index, first) in self.elements.iter().enumerate() {
            for second in &self.elements[index..] {
                let order = if first.symbol == second.symbol { 1.0 } else { 2.0 };
                weights.push(PairWeight {
                    pair: [first.symbol.clone(), second.symbol.clone()],
                    weight: order * electrons(first) * electrons(second) / (total * total),
                });
            }
        }
        weights.sort_by(|left, right| right.weight.total_cmp(&left.weight));
        weights
    }
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
    fn weights_of_the_equiatomic_alloy_are_exact_fractions() {
        // w_ij times 38025 is a whole number for c = 1/6 and f(0) = Z.
        let expected = [
            ("Zr-Hf", 5760),
            ("Hf-Hf", 5184),
            ("Cu-Hf", 4176),
            ("Ni-Hf", 4032),
            ("Ti-Hf", 3168),
            ("Cu-Zr", 2320),
            ("Ni-Zr", 2240),
            ("Ti-Zr", 1760),
            ("Ni-Cu", 1624),
            ("Zr-Zr", 1600),
            ("Ti-Cu", 1276),
            ("Ti-Ni", 1232),
            ("Cu-Cu", 841),
            ("Ni-Ni", 784),
            ("Be-Hf", 576),
            ("Ti-Ti", 484),
            ("Be-Zr", 320),
            ("Be-Cu", 232),
            ("Be-Ni", 224),
            ("Be-Ti", 176),
            ("Be-Be", 16),
        ];
        let found = alloy().pair_weights();
        assert_eq!(found.len(), expected.len());
        for (found, (pair, numerator)) in found.iter().zip(expected) {
            assert_eq!(found.pair.join("-"), pair);
            // Rounding only.
            assert!((found.weight * 38025.0 - f64::from(numerator)).abs() < 1e-9, "{pair}: {}", found.weight);
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
        let [bare, corrected] = [None, Some(60.037)]
            .map(|energy| Composition::parse("Hf").unwrap().mean_form_factors(&[0.0], energy).unwrap().mean[0]);
        assert!((corrected - bare + 2.291).abs() < 1e-3, "{}", corrected - bare);
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
