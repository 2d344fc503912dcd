//! How fast the material's own time runs: the rate `1/tau` as a function of temperature and fictive temperature.
//!
//! The fictive temperature says at which temperature the structure of a glass would be in equilibrium (Tool, J. Am.
//! Ceram. Soc. 29 (1946) 240). Rates are handled by their logarithm, because near 0 K they are smaller than any double:
//! a rate of zero is then the right answer, while a relaxation time would be infinite.

use crate::number::Number;

/// Largest logarithm of a rate (in 1/s) that is told apart from a faster one: 1e260 per second.
const FASTEST: f64 = 600.0;

/// The dependence of the relaxation time on temperature and structure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clock<N> {
    /// `ln tau = ln A + x H/T + (1 - x) H/Tf` (Narayanaswamy, J. Am. Ceram. Soc. 54 (1971) 491, in the form of Moynihan
    /// et al., J. Am. Ceram. Soc. 59 (1976) 12).
    Arrhenius {
        /// `ln A`, with `A` in s.
        ln_prefactor: N,
        /// `H`, the activation enthalpy over the gas constant, K.
        enthalpy: N,
        /// `x`: 1 if the temperature alone counts, 0 if the structure alone does.
        nonlinearity: N,
    },
    /// `ln tau = ln tau_r - theta [x (T - Tr) + (1 - x)(Tf - Tr)]` (Kovacs, Aklonis, Hutchinson & Ramos, J. Polym. Sci.
    /// Polym. Phys. 17 (1979) 1097, there written with the departure of the volume from equilibrium).
    Linear {
        /// `ln tau_r`, with `tau_r` in s: in equilibrium at the reference temperature.
        ln_time: N,
        /// `theta`, 1/K.
        sensitivity: N,
        /// `x`, as above.
        nonlinearity: N,
        /// `Tr`, K.
        reference: N,
    },
}

impl<N: Number> Clock<N> {
    /// `ln(1/tau)`, `tau` in s; temperature and fictive temperature in K, above zero.
    pub fn ln_rate(&self, temperature: f64, fictive: N) -> N {
        let rate = match *self {
            Clock::Arrhenius { ln_prefactor, enthalpy, nonlinearity } => {
                -ln_prefactor - enthalpy * (nonlinearity / temperature + (-nonlinearity + 1.0) / fictive)
            }
            Clock::Linear { ln_time, sensitivity, nonlinearity, reference } => {
                let mixed = nonlinearity * temperature + (-nonlinearity + 1.0) * fictive;
                sensitivity * (mixed - reference) - ln_time
            }
        };
        rate.at_most(FASTEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_forms_agree_near_the_reference_temperature() {
        let (enthalpy, reference) = (71_000.0, 313.15);
        let arrhenius = Clock::Arrhenius { ln_prefactor: -224.5, enthalpy, nonlinearity: 0.35 };
        let linear = Clock::Linear {
            ln_time: -arrhenius.ln_rate(reference, reference),
            sensitivity: enthalpy / (reference * reference),
            nonlinearity: 0.35,
            reference,
        };
        let apart = |kelvin: f64| {
            arrhenius.ln_rate(reference + kelvin, reference - 2.0 * kelvin)
                - linear.ln_rate(reference + kelvin, reference - 2.0 * kelvin)
        };
        // The difference is of second order in the distance.
        assert!(apart(1.0).abs() < 0.01, "{}", apart(1.0));
        assert!((apart(0.1) / apart(1.0) - 0.01).abs() < 1e-3, "{}", apart(0.1));
    }

    #[test]
    fn near_absolute_zero_nothing_moves() {
        let clock = Clock::Arrhenius { ln_prefactor: -224.5, enthalpy: 71_000.0, nonlinearity: 0.35 };
        assert_eq!(clock.ln_rate(1e-300, 300.0).exp(), 0.0);
        assert_eq!(clock.ln_rate(1e-320, 300.0).exp(), 0.0);
    }
}
