//! Weights of atom pairs in `G(r)`, as numbers and as exact fractions, and which of them belong to which sub-peak.
//!
//! `w_ij = (2 - delta_ij) c_i c_j f_i(0) f_j(0) / [sum c f(0)]^2` with `f(0) = Z`, as in the paper: the fitted table of
//! form factors misses `Z` of Hf by 0.03. With amounts that are decimal numbers all weights are whole numbers over one
//! denominator, for the equiatomic alloy of the paper over 38025; nothing is rounded on the way to them.

use crate::composition::{Composition, Element, tables};
use crate::error::ScatteringError;
use std::f64::consts::SQRT_2;

/// How much a pair of elements contributes to `G(r)`.
#[derive(Clone, Debug, PartialEq)]
pub struct PairWeight {
    /// Symbols of the pair, in the order of their atomic numbers.
    pub pair: [String; 2],
    /// `w_ij` (1); all of them add up to 1.
    pub weight: f64,
    /// `w_ij` as numerator and denominator, the same denominator for all pairs; `None` where the amounts have more than
    /// six decimals.
    pub fraction: Option<(u128, u128)>,
}

/// A pair with the distance at which two touching spheres would stand.
#[derive(Clone, Debug, PartialEq)]
pub struct PairDistance {
    /// The pair and its weight.
    pub weight: PairWeight,
    /// Sum of the two radii, Å.
    pub distance: f64,
}

/// Two sub-peaks, each with the pairs that lie nearer to it, heaviest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// Pairs of the sub-peak at the smaller distance.
    pub near: Vec<PairDistance>,
    /// Pairs of the other one.
    pub far: Vec<PairDistance>,
}

impl Assignment {
    /// Sums of the weights of the two groups (1).
    pub fn shares(&self) -> (f64, f64) {
        let sum = |group: &[PairDistance]| group.iter().map(|pair| pair.weight.weight).sum();
        (sum(&self.near), sum(&self.far))
    }
}

impl Composition {
    /// `w_ij = (2 - delta_ij) c_i c_j Z_i Z_j / (sum c Z)^2` for every pair, the heaviest weight first.
    pub fn pair_weights(&self) -> Vec<PairWeight> {
        let elements = self.elements();
        let electrons = |element: &Element| element.fraction * f64::from(element.atomic_number);
        let total: f64 = elements.iter().map(electrons).sum();
        let whole = whole_amounts(elements);
        let mut weights = Vec::new();
        for (index, first) in elements.iter().enumerate() {
            for (offset, second) in elements[index..].iter().enumerate() {
                let order = if offset == 0 { 1 } else { 2 };
                let fraction =
                    whole.as_deref().and_then(|whole| fraction(whole, elements, index, index + offset, order));
                weights.push(PairWeight {
                    pair: [first.symbol.clone(), second.symbol.clone()],
                    weight: order as f64 * electrons(first) * electrons(second) / (total * total),
                    fraction,
                });
            }
        }
        weights.sort_by(|left, right| right.weight.total_cmp(&left.weight));
        weights
    }

    /// Which pairs make which of two sub-peaks at these distances (Å): each pair goes to the nearer one by the sum of
    /// its radii, the dividing line being halfway. `radii` (symbol, Å) come first; for other elements the
    /// [`packing_radius`] is taken.
    ///
    /// This weighs what the composition alone says; it does not measure coordination numbers.
    ///
    /// # Errors
    /// An element that is no metal has no radius given.
    pub fn assign(&self, sub_peaks: (f64, f64), radii: &[(String, f64)]) -> Result<Assignment, ScatteringError> {
        let radius = |symbol: &str| match radii.iter().find(|(name, _)| name == symbol) {
            Some((_, radius)) if radius.is_finite() && *radius > 0.0 => Ok(*radius),
            Some((_, radius)) => Err(ScatteringError::Setting {
                what: "radius",
                value: *radius,
                unit: "Å",
                accepted: "finite and above 0",
            }),
            None => packing_radius(symbol),
        };
        let middle = 0.5 * (sub_peaks.0 + sub_peaks.1);
        let mut assignment = Assignment { near: Vec::new(), far: Vec::new() };
        for weight in self.pair_weights() {
            let distance = radius(&weight.pair[0])? + radius(&weight.pair[1])?;
            let group = if distance < middle { &mut assignment.near } else { &mut assignment.far };
            group.push(PairDistance { weight, distance });
        }
        Ok(assignment)
    }
}

/// Radius (Å) of the spheres that fill an element of its density in closest packing, `(V / 4 sqrt 2)^(1/3)` with the
/// volume `V` of one atom: 1.461 for Ti, 1.601 for Zr, 1.579 for Hf, 1.278 for Cu, 1.246 for Ni. For metals of lower
/// coordination it is the radius at coordination 12, as tables of metallic radii have it.
///
/// # Errors
/// The element is no metal, so that its density says nothing of bond lengths in an alloy.
pub fn packing_radius(symbol: &str) -> Result<f64, ScatteringError> {
    /// Atomic numbers of the elements that are no metals or form covalent networks.
    const NO_METALS: [u16; 22] = [1, 2, 5, 6, 7, 8, 9, 10, 14, 15, 16, 17, 18, 32, 33, 34, 35, 36, 52, 53, 54, 85];
    let refuse = |reason: String| ScatteringError::Radius { symbol: symbol.to_owned(), reason };
    let unknown = |error: xraydb::XrayDbError| refuse(error.to_string());
    if NO_METALS.contains(&tables().atomic_number(symbol).map_err(unknown)?) {
        return Err(refuse("it is no metal".to_owned()));
    }
    let (mass, density) = (tables().molar_mass(symbol).map_err(unknown)?, tables().density(symbol).map_err(unknown)?);
    // g/mol over g/cm3 is cm3/mol; 1e24 Å3/cm3 over Avogadro's 6.02214076e23.
    let volume = mass / density / 0.602_214_076;
    if volume.is_finite() && volume > 0.0 {
        return Ok((volume / (4.0 * SQRT_2)).cbrt());
    }
    Err(refuse("its density is not known".to_owned()))
}

/// The amounts as whole numbers without a common divisor; `None` where they have more than six decimals.
fn whole_amounts(elements: &[Element]) -> Option<Vec<u128>> {
    let whole = (0..=6).find_map(|decimals| {
        let factor = 10f64.powi(decimals);
        // Amounts within brackets were multiplied: rounding may have moved the last bits.
        let rounded = elements.iter().map(|element| {
            let scaled = element.amount * factor;
            let whole = scaled.round();
            ((1.0..1e15).contains(&whole) && (scaled - whole).abs() <= 1e-9 * whole).then_some(whole as u128)
        });
        rounded.collect::<Option<Vec<u128>>>()
    })?;
    let divisor = whole.iter().copied().reduce(common_divisor)?;
    Some(whole.into_iter().map(|amount| amount / divisor).collect())
}

fn common_divisor(mut left: u128, mut right: u128) -> u128 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

/// `order n_i Z_i n_j Z_j` over `(sum n Z)^2`; `None` where that does not fit.
fn fraction(whole: &[u128], elements: &[Element], first: usize, second: usize, order: u128) -> Option<(u128, u128)> {
    let electrons: Vec<u128> =
        whole.iter().zip(elements).map(|(amount, element)| amount * u128::from(element.atomic_number)).collect();
    let total: u128 = electrons.iter().sum();
    let numerator = electrons.get(first)?.checked_mul(*electrons.get(second)?)?.checked_mul(order)?;
    Some((numerator, total.checked_mul(total)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_of_the_equiatomic_alloy_are_exact_fractions() {
        // For c = 1/6 and f(0) = Z: whole numbers over 38025 = 195^2.
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
        // However the equal shares are written, the fractions are these.
        for formula in ["TiZrHfCuNiBe", "Ti16.7Zr16.7Hf16.7Cu16.7Ni16.7Be16.7", "Ti0.1Zr0.1Hf0.1Cu0.1Ni0.1Be0.1"] {
            let found = Composition::parse(formula).unwrap().pair_weights();
            assert_eq!(found.len(), expected.len());
            for (found, (pair, numerator)) in found.iter().zip(expected) {
                assert_eq!((found.pair.join("-").as_str(), found.fraction), (pair, Some((numerator, 38025))));
                // Rounding only.
                assert!((found.weight * 38025.0 - numerator as f64).abs() < 1e-9, "{pair}: {}", found.weight);
            }
            assert_eq!(found.iter().map(|pair| pair.fraction.unwrap().0).sum::<u128>(), 38025);
        }
    }

    #[test]
    fn decimals_that_do_not_end_have_no_fraction() {
        let thirds = Composition::from_parts(&[("Fe", 1.0 / 3.0), ("B", 2.0 / 3.0)]).unwrap().pair_weights();
        assert!(thirds.iter().all(|pair| pair.fraction.is_none()));
        assert!((thirds.iter().map(|pair| pair.weight).sum::<f64>() - 1.0).abs() < 1e-15);
        // (Fe11Zr1)91.2B8.8 of the paper, resolved.
        let iron = Composition::parse("Fe83.6Zr7.6B8.8").unwrap().pair_weights();
        assert_eq!(iron[0].pair, ["Fe", "Fe"]);
        // 209 of Fe, 19 of Zr, 22 of B: electrons 5434 + 760 + 110 = 6304.
        assert_eq!(iron[0].fraction, Some((5434 * 5434, 6304 * 6304)));
    }

    #[test]
    fn radii_of_close_packed_metals_are_the_tabulated_ones() {
        // Metallic radii (coordination 12), Å: Ti 1.46, Zr 1.60, Hf 1.58, Cu 1.28, Ni 1.25, Be 1.13; half the neighbour
        // distance of fcc copper (3.615 Å) and nickel (3.524 Å) over sqrt 2.
        let table = [
            ("Ti", 1.46),
            ("Zr", 1.60),
            ("Hf", 1.58),
            ("Cu", 3.615 / 8f64.sqrt()),
            ("Ni", 3.524 / 8f64.sqrt()),
            ("Be", 1.13),
        ];
        for (symbol, expected) in table {
            let found = packing_radius(symbol).unwrap();
            assert!((found - expected).abs() < 0.006, "{symbol}: {found}");
        }
        assert!(packing_radius("O").unwrap_err().to_string().contains("no metal"));
    }

    #[test]
    fn the_near_sub_peak_is_hafnium_with_copper_and_nickel() {
        let alloy = Composition::parse("TiZrHfCuNiBe").unwrap();
        let found = alloy.assign((2.70, 3.10), &[]).unwrap();
        let heaviest = |group: &[PairDistance]| -> Vec<String> {
            group.iter().take(2).map(|pair| pair.weight.pair.join("-")).collect()
        };
        assert_eq!(heaviest(&found.near), ["Cu-Hf", "Ni-Hf"]);
        assert_eq!(heaviest(&found.far), ["Zr-Hf", "Hf-Hf"]);
        let (near, far) = found.shares();
        assert!((near + far - 1.0).abs() < 1e-12);
        let oxide = Composition::parse("SiO2").unwrap();
        assert!(oxide.assign((1.6, 2.6), &[]).unwrap_err().to_string().contains("`O`"));
        let radii = [("Si".to_owned(), 0.4), ("O".to_owned(), 1.2)];
        assert_eq!(oxide.assign((1.6, 2.6), &radii).unwrap().near[0].weight.pair, ["O", "Si"]);
    }
}
