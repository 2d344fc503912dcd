//! The relaxation function of independent modes over a flat distribution of energy barriers.
//!
//! Rates `lambda = nu exp(-U/kT)` of barriers `U` spread evenly between two bounds are spread evenly in `ln lambda`,
//! `P(lambda) = 1/(lambda L)` with `L = ln(lambda_max/lambda_min)`, which gives
//! `phi(t) = [E1(lambda_min t) - E1(lambda_max t)] / L` and `g(t) = [exp(-lambda_min t) - exp(-lambda_max t)] / (t L)`
//! (Amir, Oreg & Imry, PNAS 109 (2012) 1850). Between the two ends the decay is logarithmic in time.

use crate::exponential_integral::difference;
use kovacs_core::BOLTZMANN;
use kovacs_core::linear_response::{GAUSS_LEGENDRE, RelaxationFunction};

/// Below this width of the spectrum (in `ln lambda`) its mean exponential is taken by quadrature instead of as a
/// difference of two nearly equal integrals.
const NARROW: f64 = 0.05;

/// A box of rates, even in `ln lambda`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlatBarriers {
    /// `lambda_min`, 1/s.
    pub slowest_rate: f64,
    /// `L = ln(lambda_max / lambda_min)`, above zero.
    pub width: f64,
}

impl FlatBarriers {
    /// Rates of barriers from `barrier_min` to `barrier_max` (eV) tried `attempt_frequency` times a second, at a
    /// temperature in K.
    pub fn new(barrier_min: f64, barrier_max: f64, attempt_frequency: f64, temperature: f64) -> Self {
        let thermal = BOLTZMANN * temperature;
        FlatBarriers {
            slowest_rate: attempt_frequency * (-barrier_max / thermal).exp(),
            width: (barrier_max - barrier_min) / thermal,
        }
    }

    /// The box between two rates, 1/s.
    pub fn between(slowest_rate: f64, fastest_rate: f64) -> Self {
        FlatBarriers { slowest_rate, width: (fastest_rate / slowest_rate).ln() }
    }

    /// `lambda_max`, 1/s.
    pub fn fastest_rate(&self) -> f64 {
        self.slowest_rate * self.width.exp()
    }

    /// Spectrum over the logarithm of the relaxation time (s): `1/L` inside the box, 0 outside, normalised to 1.
    pub fn spectrum(&self, relaxation_time: f64) -> f64 {
        let place = -(relaxation_time * self.slowest_rate).ln();
        if (0.0..=self.width).contains(&place) { 1.0 / self.width } else { 0.0 }
    }
}

impl RelaxationFunction for FlatBarriers {
    fn phi(&self, time: f64) -> f64 {
        let (slow, fast) = (self.slowest_rate * time, self.fastest_rate() * time);
        if self.width > NARROW {
            return difference(slow, fast, self.width) / self.width;
        }
        let middle = slow * (0.5 * self.width).exp();
        GAUSS_LEGENDRE
            .iter()
            .map(|&(place, weight)| 0.5 * weight * (-middle * (0.5 * self.width * place).exp()).exp())
            .sum()
    }

    fn integral(&self, time: f64) -> f64 {
        let fastest_rate = self.fastest_rate();
        let slow = -(-self.slowest_rate * time).exp_m1() / self.slowest_rate;
        let fast = -(-fastest_rate * time).exp_m1() / fastest_rate;
        time * self.phi(time) + (slow - fast) / self.width
    }

    fn ln_rate(&self, time: f64) -> f64 {
        let gap = self.slowest_rate * self.width.exp_m1();
        if time == 0.0 {
            return gap.ln() - self.width.ln();
        }
        -self.slowest_rate * time + (-(-gap * time).exp_m1()).ln() - time.ln() - self.width.ln()
    }

    fn longest_time(&self) -> Option<f64> {
        Some(1.0 / self.slowest_rate)
    }
}
