//! The equations of motion of shear transformation zones and their derivatives.
//!
//! Zones are two-state places of a fixed size that flip along the stress, `m` is their mean orientation and
//! `exp(-1/chi)` their density, with `chi` the effective temperature in units of the zones' formation energy
//! (Bouchbinder & Langer, Soft Matter 6 (2010) 3065, there for the thermal Kovacs effect; Falk & Langer, Annu. Rev.
//! Condens. Matter Phys. 2 (2011) 353 for the derivation):
//!
//! ```text
//! d eps_pl/dt = eps_0 R(s) exp(-1/chi) [T(s) - m]
//! dm/dt       = 2 R(s) [T(s) - m] - Gamma m
//! dchi/dt     = (s d eps_pl/dt / c) (1 - chi/chi_inf) + kappa exp(-beta/chi) (T/T_Z - chi)
//! s           = E_U (eps - eps_pl)
//! ```
//!
//! with `R(s) = cosh(v s/kT) exp[(Q/k)(1/T_0 - 1/T)] / tau_0` the rate of flips in both directions and
//! `T(s) = tanh(v s/kT)` their bias. Zones with thermal barriers make `R` Arrhenian; everything else is as published.

use kovacs_core::BOLTZMANN;

/// 1 MPa nm^3 in eV.
pub(crate) const EV_PER_MPA_NM3: f64 = 6.241_509_074e-3;

/// The state: plastic strain (1), orientation `m` (1), effective temperature `chi` (1).
pub(crate) type State = [f64; 3];

/// The constants of the equations, named as in the module's formulas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Zones {
    /// `E_U`, MPa.
    pub(crate) modulus: f64,
    /// `v`, nm^3.
    pub(crate) volume: f64,
    /// `tau_0`, s, at the reference temperature.
    pub(crate) relaxation_time: f64,
    /// `Q`, eV.
    pub(crate) activation_energy: f64,
    /// `T_0`, K.
    pub(crate) reference_temperature: f64,
    /// `eps_0`.
    pub(crate) strain_scale: f64,
    /// `Gamma`, 1/s.
    pub(crate) noise_rate: f64,
    /// `chi` at the start.
    pub(crate) initial_chi: f64,
    /// `chi_inf`.
    pub(crate) steady_chi: f64,
    /// `c`, MPa.
    pub(crate) heat_capacity: f64,
    /// `kappa`, 1/s.
    pub(crate) ageing_rate: f64,
    /// `beta`.
    pub(crate) ageing_barrier: f64,
    /// `T_Z`, K.
    pub(crate) formation_temperature: f64,
}

/// What is prescribed at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Held {
    /// Total strain (1).
    Strain(f64),
    /// Stress, MPa.
    Stress(f64),
}

impl Zones {
    /// Stress (MPa) in a state.
    pub(crate) fn stress(&self, held: Held, state: &State) -> f64 {
        match held {
            Held::Strain(strain) => self.modulus * (strain - state[0]),
            Held::Stress(stress) => stress,
        }
    }

    /// Total strain (1) in a state.
    pub(crate) fn strain(&self, held: Held, state: &State) -> f64 {
        match held {
            Held::Strain(strain) => strain,
            Held::Stress(stress) => stress / self.modulus + state[0],
        }
    }

    /// Rates of change of the state, 1/s, at a temperature in K.
    pub(crate) fn rates(&self, held: Held, temperature: f64, state: &State) -> State {
        let [_, orientation, chi] = *state;
        let stress = self.stress(held, state);
        let bias = self.bias(stress, temperature);
        let flips = self.flips(temperature) * bias.cosh();
        let drive = flips * (bias.tanh() - orientation);
        let plastic = self.strain_scale * (-1.0 / chi).exp() * drive;
        [plastic, 2.0 * drive - self.noise_rate * orientation, self.chi_rate(stress, plastic, temperature, chi)]
    }

    /// Derivatives of [`rates`](Zones::rates) by the state: `[rate][state]`.
    pub(crate) fn slopes(&self, held: Held, temperature: f64, state: &State) -> [State; 3] {
        let [_, orientation, chi] = *state;
        let stress = self.stress(held, state);
        let bias = self.bias(stress, temperature);
        let flips = self.flips(temperature);
        // cosh(x) [tanh(x) - m] = sinh(x) - m cosh(x).
        let drive = flips * (bias.sinh() - orientation * bias.cosh());
        let by_bias = flips * (bias.cosh() - orientation * bias.sinh());
        let stress_by_plastic = match held {
            Held::Strain(_) => -self.modulus,
            Held::Stress(_) => 0.0,
        };
        let drive_by = [by_bias * self.bias(stress_by_plastic, temperature), -flips * bias.cosh(), 0.0];
        let density = self.strain_scale * (-1.0 / chi).exp();
        let plastic = density * drive;
        let plastic_by = [density * drive_by[0], density * drive_by[1], plastic / (chi * chi)];
        let room = (1.0 - chi / self.steady_chi) / self.heat_capacity;
        let ageing = self.ageing_rate * (-self.ageing_barrier / chi).exp();
        let gap = temperature / self.formation_temperature - chi;
        let chi_by = [
            room * (stress_by_plastic * plastic + stress * plastic_by[0]),
            room * stress * plastic_by[1],
            room * stress * plastic_by[2] - stress * plastic / (self.heat_capacity * self.steady_chi)
                + ageing * (gap * self.ageing_barrier / (chi * chi) - 1.0),
        ];
        [plastic_by, [2.0 * drive_by[0], 2.0 * drive_by[1] - self.noise_rate, 0.0], chi_by]
    }

    fn chi_rate(&self, stress: f64, plastic: f64, temperature: f64, chi: f64) -> f64 {
        let heating = stress * plastic / self.heat_capacity * (1.0 - chi / self.steady_chi);
        let gap = temperature / self.formation_temperature - chi;
        heating + self.ageing_rate * (-self.ageing_barrier / chi).exp() * gap
    }

    /// `v s / kT`.
    pub(crate) fn bias(&self, stress: f64, temperature: f64) -> f64 {
        EV_PER_MPA_NM3 * self.volume * stress / (BOLTZMANN * temperature)
    }

    /// The rate of flips without stress, 1/s.
    fn flips(&self, temperature: f64) -> f64 {
        let exponent = self.activation_energy / BOLTZMANN * (1.0 / self.reference_temperature - 1.0 / temperature);
        exponent.exp() / self.relaxation_time
    }

    /// The two relaxation rates (1/s, the faster first) and the share of the faster one in the stress, for strains so
    /// small that the equations are linear and `chi` stays as it is. With `Gamma = 0` the slower rate is 0: one
    /// relaxation to a plateau, which has no memory.
    pub(crate) fn linear_modes(&self, temperature: f64) -> [(f64, f64); 2] {
        let per_stress = self.bias(1.0, temperature);
        let flips = self.flips(temperature);
        let density = self.strain_scale * (-1.0 / self.initial_chi).exp();
        // ds/dt = -a (p s - m), dm/dt = b (p s - m) - Gamma m.
        let (a, b) = (self.modulus * density * flips, 2.0 * flips);
        let trace = a * per_stress + b + self.noise_rate;
        let determinant = a * per_stress * self.noise_rate;
        let fast = 0.5 * (trace + (trace * trace - 4.0 * determinant).sqrt());
        let slow = determinant / fast;
        // s(0) = 1 and ds/dt(0) = -a p fix the amplitudes.
        let share = (a * per_stress - slow) / (fast - slow);
        [(fast, share), (slow, 1.0 - share)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_those_of_the_rates() {
        let zones = crate::zones(&crate::defaults());
        let state = [1e-3, 0.3, 0.31];
        for held in [Held::Strain(0.004), Held::Stress(150.0), Held::Stress(0.0)] {
            let slopes = zones.slopes(held, 600.0, &state);
            for (column, step) in [1e-7, 1e-5, 1e-6].into_iter().enumerate() {
                let shifted = |sign: f64| {
                    let mut state = state;
                    state[column] += sign * step;
                    zones.rates(held, 600.0, &state)
                };
                let (up, down) = (shifted(1.0), shifted(-1.0));
                for row in 0..3 {
                    let difference = (up[row] - down[row]) / (2.0 * step);
                    let size = slopes[row][column].abs().max(1e-9);
                    // Central differences of these steps are good to a part in a million.
                    assert!((difference - slopes[row][column]).abs() < 2e-6 * size, "{row}, {column}: {difference}");
                }
            }
        }
    }
}
