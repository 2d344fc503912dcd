//! Flat barriers beside a viscous branch: the relaxed modulus relaxes too, over a barrier of its own.
//!
//! `E(t) = (E_U - E_R) phi(t) + E_R exp(-lambda_f t)` with `lambda_f = nu exp(-U_f/kT)`, one Maxwell element more. Strain
//! that this element has let go does not come back, so recovery is complete only for tests that are short against
//! `1/lambda_f`.

use crate::barriers::FlatBarriers;
use kovacs_core::BOLTZMANN;
use kovacs_core::linear_response::{Moduli, RelaxationFunction};

/// The relaxation function of the whole: `(1 - share) phi(t) + share exp(-rate t)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlowingBarriers {
    /// The part that relaxes over flat barriers.
    pub barriers: FlatBarriers,
    /// Share of the viscous branch; 0 without one.
    pub share: f64,
    /// `lambda_f`, 1/s.
    pub rate: f64,
}

impl FlowingBarriers {
    /// Joins barriers and a viscous branch: what relaxes, and the moduli between which it does. A branch whose rate is
    /// too small for a number never flows, and the relaxed modulus stays.
    pub fn new(
        barriers: FlatBarriers,
        moduli: Moduli,
        flow_barrier: f64,
        attempt_frequency: f64,
        temperature: f64,
    ) -> (Self, Moduli) {
        let rate = thermal_rate(attempt_frequency, flow_barrier, temperature);
        if rate == 0.0 || moduli.relaxed == 0.0 {
            return (FlowingBarriers { barriers, share: 0.0, rate: 0.0 }, moduli);
        }
        let share = moduli.relaxed / moduli.unrelaxed;
        (FlowingBarriers { barriers, share, rate }, Moduli { relaxed: 0.0, ..moduli })
    }

    fn mixed(&self, relaxing: f64, flowing: impl FnOnce(f64) -> f64) -> f64 {
        if self.share == 0.0 { relaxing } else { (1.0 - self.share) * relaxing + self.share * flowing(self.rate) }
    }
}

/// `nu exp(-U/kT)`, 1/s, for a barrier in eV and a temperature in K.
pub fn thermal_rate(attempt_frequency: f64, barrier: f64, temperature: f64) -> f64 {
    (attempt_frequency.ln() - barrier / (BOLTZMANN * temperature)).exp()
}

impl RelaxationFunction for FlowingBarriers {
    fn phi(&self, time: f64) -> f64 {
        self.mixed(self.barriers.phi(time), |rate| (-rate * time).exp())
    }

    fn phi_at(&self, times: &[f64], out: &mut [f64]) {
        self.barriers.phi_at(times, out);
        if self.share > 0.0 {
            let both = out.iter_mut().zip(times);
            both.for_each(|(value, time)| *value = self.mixed(*value, |rate| (-rate * time).exp()));
        }
    }

    fn integral(&self, time: f64) -> f64 {
        self.mixed(self.barriers.integral(time), |rate| -(-rate * time).exp_m1() / rate)
    }

    fn ln_rate(&self, time: f64) -> f64 {
        if self.share == 0.0 {
            return self.barriers.ln_rate(time);
        }
        let relaxing = self.barriers.ln_rate(time) + (1.0 - self.share).ln();
        let flowing = (self.share * self.rate).ln() - self.rate * time;
        let (large, small) = if relaxing > flowing { (relaxing, flowing) } else { (flowing, relaxing) };
        large + (small - large).exp().ln_1p()
    }

    fn longest_time(&self) -> Option<f64> {
        let slowest = self.barriers.longest_time();
        if self.share == 0.0 { slowest } else { slowest.map(|time| time.max(1.0 / self.rate)) }
    }
}
