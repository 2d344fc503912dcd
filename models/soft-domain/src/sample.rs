//! A sample at one temperature: what the parameters say about one soft domain and about the glass as a whole.
//!
//! A domain is a two-state system in an elastic matrix (Argon, Acta Metall. 27 (1979) 47; Gilroy & Phillips, Phil. Mag.
//! B 43 (1981) 735; Johnson & Samwer, Phys. Rev. Lett. 95 (2005) 195501). With `A = Delta - v sigma - zJ p`,
//! `n_eq = 1/(1 + exp(A/kT))`, and over a barrier `Q` it exchanges at `k = 2 nu exp(-Q/kT) cosh(A/2kT) kappa`: forth at
//! `nu exp(-(Q + A/2)/kT)`, back at `nu exp(-(Q - A/2)/kT)`, in detailed balance. `kappa` slows domains down that have
//! to move together with a cluster (Jiao et al., Appl. Phys. Lett. 103 (2013) 081904).

use crate::bethe;
use crate::parameters::{BACK_STRESS_ENERGY, NEIGHBOUR_COUPLING, Parameters};
use crate::trajectory::{Observed, State};
use kovacs_core::{BOLTZMANN, Control};
use kovacs_sdk::Refusal;

/// 1 MPa nm^3 in eV (CODATA 2018).
const MPA_NM3: f64 = 6.241509074e-3;

/// Reach of the barriers in standard deviations: what lies further out is 7e-6 of all.
const REACH: f64 = 4.5;

/// Rates are multiplied by no more than this, so that a product of a huge and a tiny number stays a number.
const LARGEST_ACTIVITY: f64 = 1e280;

/// The numbers of a sample at one temperature; energies are in units of `kT`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// `E_U`, MPa.
    pub modulus: f64,
    /// Strain when all domains are transformed (1).
    pub gamma: f64,
    /// `v/kT`, 1/MPa.
    pub stress_energy: f64,
    /// `Delta/kT`.
    pub back_stress: f64,
    /// `zJ/kT`.
    pub coupling: f64,
    /// `dQ/kT`.
    pub cooperative: f64,
    /// `k_c` at this temperature, 1/s.
    pub flow_rate: f64,
    /// Share of transformed domains without stress, `n0`.
    pub rest: f64,
}

/// The state in which a sample has rested for ever.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rest {
    /// Share of transformed domains.
    pub share: f64,
    /// Stress, MPa.
    pub stress: f64,
}

impl Sample {
    /// A sample at a temperature (K).
    ///
    /// # Errors
    /// Rejects a coupling above `4 kT`, where a domain has two stable states of its own and `n0` is not defined.
    pub fn new(parameters: &Parameters, temperature: f64) -> Result<Self, Refusal> {
        let thermal = BOLTZMANN * temperature;
        let mut sample = Sample {
            modulus: parameters.unrelaxed_modulus,
            gamma: parameters.transformation_strain,
            stress_energy: parameters.activation_volume * MPA_NM3 / thermal,
            back_stress: parameters.back_stress_energy / thermal,
            coupling: parameters.neighbour_coupling / thermal,
            cooperative: parameters.cooperative_barrier / thermal,
            flow_rate: parameters.flow_rate * arrhenius(parameters.flow_barrier, parameters, temperature).exp(),
            rest: 0.0,
        };
        if sample.coupling > 4.0 {
            let message = format!(
                "must not exceed 4 kT = {:.6} eV at {temperature} K, but is {} eV: above it the transformed state \
                 sustains itself and there is no state of rest",
                4.0 * thermal,
                parameters.neighbour_coupling
            );
            return Err(Refusal::rejected(message).param(NEIGHBOUR_COUPLING));
        }
        sample.rest = sample.share_at(0.0);
        Ok(sample)
    }

    /// `A/kT` of a domain under a stress (MPa) where a share `p` of the domains is transformed.
    pub fn asymmetry(&self, stress: f64, p: f64) -> f64 {
        self.back_stress - self.stress_energy * stress - self.coupling * p
    }

    /// `kappa`: the factor by which moving together with a cluster slows a domain down.
    ///
    /// Barriers rise by `1 - S^(-1/3)` of `dQ` in clusters of `S` domains, and by all of it for the `share` of the
    /// transformed domains that are in a spanning cluster, if it `percolates`.
    pub fn slowing(&self, percolates: bool, share: f64, mean_size: f64) -> f64 {
        let bound = 1.0 - mean_size.min(bethe::LARGEST_MEAN_SIZE).cbrt().recip();
        let raised = if percolates { share + (1.0 - share) * bound } else { bound };
        (-self.cooperative * raised).exp()
    }

    /// Share of transformed domains in equilibrium with a stress (MPa); unique because `zJ <= 4 kT`.
    pub fn share_at(&self, stress: f64) -> f64 {
        bisect(0.0, 1.0, |share| share - equilibrium(self.asymmetry(stress, share)))
    }

    /// Strain (1) of a stress (MPa), a share of transformed domains and a strain that has flown.
    pub fn strain(&self, stress: f64, share: f64, flown: f64) -> f64 {
        stress / self.modulus + self.gamma * (share - self.rest) + flown
    }

    /// Stress (MPa) of a strain, a share of transformed domains and a strain that has flown.
    pub fn stress(&self, strain: f64, share: f64, flown: f64) -> f64 {
        self.modulus * (strain - self.gamma * (share - self.rest) - flown)
    }

    /// Everything there is to see in a state under a prescribed strain or stress (MPa).
    pub fn observe(&self, control: Control, drive: f64, state: State) -> Observed {
        let anelastic = self.gamma * (state.transformed - self.rest);
        let elastic = match control {
            Control::Strain => drive - anelastic - state.flown,
            Control::Stress => drive / self.modulus,
        };
        let (stress, strain) = match control {
            Control::Strain => (self.modulus * elastic, drive),
            Control::Stress => (drive, elastic + anelastic + state.flown),
        };
        Observed {
            stress,
            strain,
            elastic,
            anelastic,
            viscoplastic: state.flown,
            spanning: state.spanning,
            transformed: state.transformed,
        }
    }

    /// The state of rest at a strain or a stress (MPa), with a percolation threshold.
    ///
    /// # Errors
    /// Rejects a state above the threshold if percolating domains flow: nothing rests there.
    pub fn at_rest(&self, control: Control, drive: f64, threshold: f64) -> Result<Rest, Refusal> {
        let stress = match control {
            Control::Stress => drive,
            Control::Strain if drive == 0.0 => 0.0,
            Control::Strain => {
                // The anelastic strain is at most gamma either way.
                let reach = self.gamma * self.modulus;
                let middle = self.modulus * drive;
                bisect(middle - reach, middle + reach, |stress| self.strain(stress, self.share_at(stress), 0.0) - drive)
            }
        };
        let share = self.share_at(stress);
        if share > threshold && self.flow_rate > 0.0 {
            let message = format!(
                "gives a share of transformed domains of {share:.4} before the first step (stress {stress:.4} MPa), \
                 above the percolation threshold {threshold:.4}: such a glass flows and never rests"
            );
            return Err(Refusal::rejected(message).param(BACK_STRESS_ENERGY));
        }
        Ok(Rest { share, stress })
    }
}

/// `1/(1 + exp(a))`.
pub fn equilibrium(asymmetry: f64) -> f64 {
    1.0 / (1.0 + asymmetry.exp())
}

/// `2 cosh(a/2)`: by how much a lean speeds the exchange up, cut where it would overflow.
pub fn activity(asymmetry: f64) -> f64 {
    (2.0 * (0.5 * asymmetry).cosh()).min(LARGEST_ACTIVITY)
}

/// `Q/k (1/T0 - 1/T)` of a barrier (eV).
fn arrhenius(barrier: f64, parameters: &Parameters, temperature: f64) -> f64 {
    barrier / BOLTZMANN * (1.0 / parameters.reference_temperature - 1.0 / temperature)
}

/// Domains by their barriers: the rate of each kind and its share.
#[derive(Clone, Debug, PartialEq)]
pub struct Barriers {
    /// `nu exp(-Q/kT)`, 1/s.
    pub rate: Vec<f64>,
    /// Share of all domains; adds up to 1.
    pub weight: Vec<f64>,
}

impl Barriers {
    /// Both Gaussian populations at a temperature (K), each as `count` barriers evenly spaced over +-4.5 standard
    /// deviations with Gaussian weights.
    pub fn new(parameters: &Parameters, temperature: f64, count: usize) -> Self {
        let thermal = BOLTZMANN * temperature;
        let mut barriers = Barriers { rate: Vec::with_capacity(2 * count), weight: Vec::with_capacity(2 * count) };
        let fast = parameters.beta_attempt_frequency.ln() - parameters.beta_barrier / thermal;
        let slow = arrhenius(parameters.alpha_barrier, parameters, temperature) - parameters.alpha_relaxation_time.ln();
        barriers.add(fast, parameters.beta_width / thermal, parameters.beta_weight, count);
        barriers.add(slow, parameters.alpha_width / thermal, 1.0 - parameters.beta_weight, count);
        barriers
    }

    /// Adds one population: logarithm of its mean rate (1/s), standard deviation of its barriers in `kT`, its share.
    fn add(&mut self, ln_rate: f64, width: f64, share: f64, count: usize) {
        let place = |index: usize| {
            if count == 1 { 0.0 } else { REACH * (2.0 * index as f64 / (count - 1) as f64 - 1.0) }
        };
        let gaussian = |index: usize| (-0.5 * place(index).powi(2)).exp();
        let whole: f64 = (0..count).map(gaussian).sum();
        for index in 0..count {
            // Rates that no double holds are as good as never and as good as at once.
            self.rate.push((ln_rate - width * place(index)).min(700.0).exp());
            self.weight.push(share * gaussian(index) / whole);
        }
    }
}

/// The zero of a rising function between two bounds, to the last bit.
fn bisect(mut low: f64, mut high: f64, function: impl Fn(f64) -> f64) -> f64 {
    loop {
        let middle = 0.5 * (low + high);
        // Also the way out where a bound is infinite or not a number.
        let inside = middle > low && middle < high;
        if !inside {
            return middle;
        }
        if function(middle) > 0.0 { high = middle } else { low = middle }
    }
}
