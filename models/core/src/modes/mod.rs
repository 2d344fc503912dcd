//! A generalised Maxwell solid under any history of strain and stress: springs, dashpots, and no step size.
//!
//! `E(t) = E_R + sum E_i exp(-t/tau_i)` (a Prony series; Ferry, Viscoelastic Properties of Polymers, 3rd ed., ch. 3).
//! While strain is prescribed, the spring of each element forgets its extension at its own rate. While stress is
//! prescribed the elements hang on each other, but the same solid is also a chain of Kelvin elements with retardation
//! times of its own ([`retardation`]), and those are independent again. Either way a piece of a history in which
//! everything runs linearly in time is done in one step that is exact, and a change of control changes the elements in
//! which the state is written. A recovery test (hold a strain, then let go) is therefore as exact as a relaxation test.
//!
//! A changing temperature is a changing clock: rates are multiplied by what [`Thermal`] says, and time becomes reduced
//! time, the integral of that factor. [`MaxwellSolid::run`] states what is exact then and what is not.

mod history_test;
pub mod retardation;
mod run;
mod secular;
mod thermal;

pub use history_test::HistoryTest;
pub use run::{RunError, State};
pub use thermal::Thermal;

use crate::linear_response::RelaxationFunction;

/// One Maxwell element: a spring and a dashpot in series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mode {
    /// Stress per strain just after a step, MPa.
    pub modulus: f64,
    /// Time in which the stress of this element falls to 1/e, s.
    pub relaxation_time: f64,
}

/// Maxwell elements beside a spring.
#[derive(Clone, Debug, PartialEq)]
pub struct MaxwellSolid {
    /// Modulus that never relaxes, MPa. Without it the solid is a liquid: under stress it creeps for ever, and of that
    /// nothing comes back.
    pub relaxed_modulus: f64,
    /// The elements, in any order.
    pub modes: Vec<Mode>,
}

impl MaxwellSolid {
    /// The solid that relaxes from one modulus to another (MPa) with a relaxation function given as modes
    /// `(relaxation time in s, weight)`, weights of sum 1.
    pub fn relaxing(moduli: crate::linear_response::Moduli, spectrum: &[(f64, f64)]) -> MaxwellSolid {
        let relaxing = moduli.unrelaxed - moduli.relaxed;
        let mode = |&(relaxation_time, weight): &(f64, f64)| Mode { modulus: relaxing * weight, relaxation_time };
        MaxwellSolid { relaxed_modulus: moduli.relaxed, modes: spectrum.iter().map(mode).collect() }
    }

    /// `E_U`: stress per strain just after a step, MPa.
    pub fn unrelaxed_modulus(&self) -> f64 {
        self.relaxed_modulus + self.relaxing_modulus()
    }

    /// The part of the modulus that relaxes, MPa.
    pub fn relaxing_modulus(&self) -> f64 {
        self.modes.iter().map(|mode| mode.modulus).sum()
    }
}

impl RelaxationFunction for MaxwellSolid {
    fn phi(&self, time: f64) -> f64 {
        let relaxing: f64 = self.modes.iter().map(|mode| mode.modulus * (-time / mode.relaxation_time).exp()).sum();
        relaxing / self.relaxing_modulus()
    }

    fn integral(&self, time: f64) -> f64 {
        let area = |mode: &Mode| -mode.modulus * mode.relaxation_time * (-time / mode.relaxation_time).exp_m1();
        self.modes.iter().map(area).sum::<f64>() / self.relaxing_modulus()
    }

    fn ln_rate(&self, time: f64) -> f64 {
        let term = |mode: &Mode| (mode.modulus / mode.relaxation_time).ln() - time / mode.relaxation_time;
        let largest = self.modes.iter().map(term).fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = self.modes.iter().map(|mode| (term(mode) - largest).exp()).sum();
        largest + sum.ln() - self.relaxing_modulus().ln()
    }

    fn longest_time(&self) -> Option<f64> {
        self.modes.iter().filter(|mode| mode.modulus > 0.0).map(|mode| mode.relaxation_time).reduce(f64::max)
    }
}
