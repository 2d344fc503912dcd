//! Relaxation and retardation: the same solid as Maxwell elements side by side and as Kelvin elements in a row.
//!
//! With rates `lambda_i = 1/tau_i`, the complex modulus `E(s) = E_R + sum E_i s/(s + lambda_i)` vanishes at `s = -mu_j`,
//! the rates of retardation, one below `lambda_1` and one in each gap above: retardation is slower than relaxation.
//! `sum_i E_i/(lambda_i - mu) = 0`, the relaxed modulus counting as a pole at 0, gives them, and the strain is
//! `eps = sigma/E_U + sum e_j` with `de_j/dt = mu_j (J_j sigma - e_j)` and
//! `1/J_j = mu_j^2 sum_i E_i/(lambda_i - mu_j)^2` (Tschoegl, The Phenomenological Theory of Linear Viscoelastic
//! Behavior (1989), ch. 4 and 8, for the interconversion). Without a relaxed modulus one `e` only flows,
//! `de/dt = sigma/eta` with the viscosity `eta = sum E_i tau_i`. The way back is the same equation for the compliance.

use super::secular::{Root, Secular};
use super::{MaxwellSolid, Mode};

/// One Kelvin element: a spring and a dashpot side by side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KelvinMode {
    /// Strain per stress in the end, 1/MPa.
    pub compliance: f64,
    /// Time in which the strain of this element comes within 1/e of its end, s.
    pub retardation_time: f64,
}

/// A spring, Kelvin elements and a dashpot in a row.
#[derive(Clone, Debug, PartialEq)]
pub struct KelvinChain {
    /// `E_U`: stress per strain just after a step, MPa; above zero.
    pub unrelaxed_modulus: f64,
    /// The elements, in any order.
    pub modes: Vec<KelvinMode>,
    /// Rate of flow per stress, the inverse of a viscosity, 1/(MPa s); 0 for a solid.
    pub fluidity: f64,
}

impl KelvinChain {
    /// The same material as Maxwell elements, the slowest first.
    pub fn to_maxwell(&self) -> MaxwellSolid {
        let modes = self.modes.iter().filter(|mode| mode.compliance > 0.0);
        let rates = modes.map(|mode| (1.0 / mode.retardation_time, mode.compliance / mode.retardation_time));
        let flow = (self.fluidity > 0.0).then_some((0.0, self.fluidity));
        let (mut poles, mut weights) = merged(flow.into_iter().chain(rates).collect());
        let scale = middle(&poles);
        poles.iter_mut().chain(&mut weights).for_each(|rate| *rate /= scale);
        let function = Secular { poles, weights, constant: 1.0 / self.unrelaxed_modulus };
        let element = |root: Root| {
            let rate = function.value(root);
            Mode { modulus: 1.0 / (rate * function.slope(root)), relaxation_time: 1.0 / (rate * scale) }
        };
        let compliance = 1.0 / self.unrelaxed_modulus + self.modes.iter().map(|mode| mode.compliance).sum::<f64>();
        MaxwellSolid {
            relaxed_modulus: if self.fluidity > 0.0 { 0.0 } else { 1.0 / compliance },
            modes: function.roots().into_iter().map(element).collect(),
        }
    }
}

impl MaxwellSolid {
    /// The same material as Kelvin elements, the slowest first; `None` for a solid without any stiffness.
    pub fn to_kelvin(&self) -> Option<KelvinChain> {
        let modes = self.modes.iter().filter(|mode| mode.modulus > 0.0);
        let (rates, moduli) = merged(modes.map(|mode| (1.0 / mode.relaxation_time, mode.modulus)).collect());
        let spectrum = Retardation::new(self.relaxed_modulus, &rates, &moduli)?;
        let element = |(&rate, &rate_per_stress): (&f64, &f64)| KelvinMode {
            compliance: rate_per_stress / rate,
            retardation_time: 1.0 / rate,
        };
        Some(KelvinChain {
            unrelaxed_modulus: 1.0 / spectrum.instantaneous,
            modes: spectrum.rates.iter().zip(&spectrum.rate_per_stress).map(element).collect(),
            fluidity: spectrum.fluidity,
        })
    }
}

/// Rates in rising order with their weights, equal ones joined.
pub(super) fn merged(mut modes: Vec<(f64, f64)>) -> (Vec<f64>, Vec<f64>) {
    modes.sort_by(|left, right| left.0.total_cmp(&right.0));
    let (mut rates, mut weights): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    for (rate, weight) in modes {
        match (rates.last(), weights.last_mut()) {
            (Some(&last), Some(sum)) if last == rate => *sum += weight,
            _ => {
                rates.push(rate);
                weights.push(weight);
            }
        }
    }
    (rates, weights)
}

/// The geometric middle of rates: measured in it, squares of rates over a hundred decades are still numbers.
fn middle(rates: &[f64]) -> f64 {
    let moving = || rates.iter().copied().filter(|&rate| rate > 0.0);
    match (moving().next(), moving().next_back()) {
        (Some(slowest), Some(fastest)) => slowest.sqrt() * fastest.sqrt(),
        _ => 1.0,
    }
}

/// The retardation modes of a Maxwell solid, and the way between its two states: the strains `v_i` of the dashpots of
/// the Maxwell elements, and the strains `e_j` of the Kelvin elements.
#[derive(Clone, Debug)]
pub(super) struct Retardation {
    /// `1/E_U`, 1/MPa.
    pub(super) instantaneous: f64,
    /// `mu_j`, 1/s, rising.
    pub(super) rates: Vec<f64>,
    /// `mu_j J_j`, 1/(MPa s).
    pub(super) rate_per_stress: Vec<f64>,
    /// `1/eta`, 1/(MPa s); 0 with a relaxed modulus.
    pub(super) fluidity: f64,
    /// Poles and roots in units of `scale`.
    function: Secular,
    roots: Vec<Root>,
    /// 1/s.
    scale: f64,
    /// Index of the first Maxwell element among the poles: 1 behind the pole of a relaxed modulus, else 0.
    first: usize,
}

impl Retardation {
    /// For Maxwell elements with rising, distinct rates (1/s) above zero and moduli (MPa) above zero; `None` without
    /// any stiffness.
    pub(super) fn new(relaxed_modulus: f64, rates: &[f64], moduli: &[f64]) -> Option<Retardation> {
        let unrelaxed = relaxed_modulus + moduli.iter().sum::<f64>();
        if !(unrelaxed > 0.0 && unrelaxed.is_finite()) {
            return None;
        }
        let solid = (relaxed_modulus > 0.0).then_some((0.0, relaxed_modulus));
        let scale = middle(rates);
        let elements = rates.iter().map(|rate| rate / scale).zip(moduli.iter().copied());
        let (poles, weights): (Vec<f64>, Vec<f64>) = solid.into_iter().chain(elements).unzip();
        let function = Secular { poles, weights, constant: 0.0 };
        let roots = function.roots();
        let per_stress = |&root: &Root| scale / (function.value(root) * function.slope(root));
        let viscosity: f64 = function.poles.iter().zip(&function.weights).map(|(rate, modulus)| modulus / rate).sum();
        Some(Retardation {
            instantaneous: 1.0 / unrelaxed,
            rates: roots.iter().map(|&root| function.value(root) * scale).collect(),
            rate_per_stress: roots.iter().map(per_stress).collect(),
            fluidity: if solid.is_some() { 0.0 } else { scale / viscosity },
            scale,
            first: usize::from(solid.is_some()),
            function,
            roots,
        })
    }

    /// `e_j = mu_j J_j sum_i E_i v_i/(lambda_i - mu_j)`, the flowing strain last.
    pub(super) fn delayed_strains(&self, dashpots: &[f64]) -> (Vec<f64>, f64) {
        let moduli = &self.function.weights[self.first..];
        let along = |(&root, per_stress): (&Root, &f64)| {
            let elements = moduli.iter().zip(dashpots).enumerate();
            let sum: f64 = elements
                .map(|(index, (modulus, strain))| modulus * strain / self.function.distance(index + self.first, root))
                .sum();
            per_stress / self.scale * sum
        };
        let delayed = self.roots.iter().zip(&self.rate_per_stress).map(along).collect();
        (delayed, self.flowing_strain(dashpots))
    }

    /// What stays for ever when the stress is taken away: `sum E_i v_i tau_i / eta`; 0 with a relaxed modulus.
    fn flowing_strain(&self, dashpots: &[f64]) -> f64 {
        if self.fluidity == 0.0 {
            return 0.0;
        }
        let elements = self.function.poles.iter().zip(&self.function.weights).zip(dashpots);
        self.fluidity / self.scale * elements.map(|((rate, modulus), strain)| modulus * strain / rate).sum::<f64>()
    }

    /// `v_i = lambda_i sum_j e_j/(lambda_i - mu_j)`, the flowing strain being one of the `e` at the rate 0.
    pub(super) fn dashpot_strains(&self, delayed: &[f64], flowing: f64) -> Vec<f64> {
        let elements = self.first..self.function.poles.len();
        let strain = |index: usize| {
            let terms = self.roots.iter().zip(delayed);
            let sum: f64 = terms.map(|(&root, strain)| strain / self.function.distance(index, root)).sum();
            self.function.poles[index] * sum + flowing
        };
        elements.map(strain).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quarter_decades(count: u32, relaxed_modulus: f64) -> MaxwellSolid {
        let mode = |index: u32| Mode {
            modulus: 1.0 + 100.0 * f64::from(index * index * 37 % 11),
            relaxation_time: 10f64.powf(-6.0 + 0.25 * f64::from(index)),
        };
        MaxwellSolid { relaxed_modulus, modes: (0..count).map(mode).collect() }
    }

    #[test]
    fn a_single_element_has_closed_forms() {
        let chain = KelvinChain {
            unrelaxed_modulus: 50.0,
            modes: vec![KelvinMode { compliance: 0.08, retardation_time: 300.0 }],
            fluidity: 0.0,
        };
        let solid = chain.to_maxwell();
        // tau_relax = tau_ret / (1 + J E_U) = 60 s, E_R = 1/(1/50 + 0.08) = 10 MPa, and the rest relaxes.
        assert!((solid.modes[0].relaxation_time - 60.0).abs() < 1e-13);
        assert!((solid.relaxed_modulus - 10.0).abs() < 1e-14 && (solid.modes[0].modulus - 40.0).abs() < 1e-13);
        let back = solid.to_kelvin().unwrap();
        assert!((back.modes[0].compliance - 0.08).abs() < 1e-16 && back.fluidity == 0.0);
        assert!((back.modes[0].retardation_time - 300.0).abs() < 1e-12);
        // A spring and a dashpot in a row are one Maxwell element.
        let liquid = KelvinChain { unrelaxed_modulus: 50.0, modes: vec![], fluidity: 1e-3 }.to_maxwell();
        assert_eq!(liquid.relaxed_modulus, 0.0);
        assert!(
            (liquid.modes[0].relaxation_time - 20.0).abs() < 1e-13 && (liquid.modes[0].modulus - 50.0).abs() < 1e-13
        );
    }

    #[test]
    fn there_and_back_over_fifteen_decades() {
        for relaxed_modulus in [0.0, 1e-9, 2000.0] {
            let solid = quarter_decades(61, relaxed_modulus);
            let chain = solid.to_kelvin().unwrap();
            assert_eq!(chain.fluidity == 0.0, relaxed_modulus > 0.0);
            // Retardation is slower: each retardation time lies above the relaxation time of the same rank.
            assert_eq!(chain.modes.len(), if relaxed_modulus > 0.0 { 61 } else { 60 });
            for (kelvin, maxwell) in chain.modes.iter().zip(solid.modes.iter().rev()) {
                let fastest_slower = if relaxed_modulus > 0.0 { maxwell.relaxation_time } else { 0.0 };
                assert!(kelvin.retardation_time > fastest_slower);
            }
            // The final compliance is the inverse of the relaxed modulus.
            if relaxed_modulus > 0.0 {
                let total = 1.0 / chain.unrelaxed_modulus + chain.modes.iter().map(|mode| mode.compliance).sum::<f64>();
                assert!((total * relaxed_modulus - 1.0).abs() < 1e-13, "{total}");
            }
            let back = chain.to_maxwell();
            for (found, mode) in back.modes.iter().rev().zip(&solid.modes) {
                // A hundred terms of rounding, in the weakest mode of a neighbourhood a hundred times as strong.
                assert!((found.relaxation_time / mode.relaxation_time - 1.0).abs() < 1e-13, "{found:?} {mode:?}");
                assert!((found.modulus / mode.modulus - 1.0).abs() < 1e-11, "{found:?} {mode:?}");
            }
            let off = (back.relaxed_modulus - relaxed_modulus).abs();
            assert!(off <= 1e-13 * relaxed_modulus, "{off:e}");
        }
    }

    #[test]
    fn states_go_there_and_back() {
        for relaxed_modulus in [0.0, 2000.0] {
            let solid = quarter_decades(61, relaxed_modulus);
            let modes = solid.modes.iter().map(|mode| (1.0 / mode.relaxation_time, mode.modulus));
            let (rates, moduli) = merged(modes.collect());
            let spectrum = Retardation::new(relaxed_modulus, &rates, &moduli).unwrap();
            let dashpots: Vec<f64> = (0..61).map(|index| (f64::from(index) * 0.7).sin()).collect();
            let (delayed, flowing) = spectrum.delayed_strains(&dashpots);
            // Without stress the strain is what the dashpots hold: sum E_i v_i / E_U.
            let held: f64 = moduli.iter().zip(&dashpots).map(|(modulus, strain)| modulus * strain).sum();
            let strain = delayed.iter().sum::<f64>() + flowing;
            assert!((strain - held * spectrum.instantaneous).abs() < 1e-14, "{strain}");
            for (found, expected) in spectrum.dashpot_strains(&delayed, flowing).iter().zip(&dashpots) {
                // Weak modes hang on strong neighbours: a hundredfold of rounding.
                assert!((found - expected).abs() < 1e-12, "{found} {expected}");
            }
        }
    }

    #[test]
    fn equal_rates_are_one_element_and_no_stiffness_is_none() {
        let twice = [Mode { modulus: 1.0, relaxation_time: 5.0 }; 2].to_vec();
        let chain = MaxwellSolid { relaxed_modulus: 2.0, modes: twice }.to_kelvin().unwrap();
        assert!(chain.modes.len() == 1 && (chain.modes[0].retardation_time - 10.0).abs() < 1e-14);
        assert!(MaxwellSolid { relaxed_modulus: 0.0, modes: vec![] }.to_kelvin().is_none());
    }
}
