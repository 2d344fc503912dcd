//! The relaxation function of independent modes over a flat distribution of energy barriers.
//!
//! Rates `lambda = nu exp(-U/kT)` of barriers `U` spread evenly between two bounds are spread evenly in `ln lambda`,
//! `P(lambda) = 1/(lambda L)` with `L = ln(lambda_max/lambda_min)`, which gives
//! `phi(t) = [E1(lambda_min t) - E1(lambda_max t)] / L` and `g(t) = [exp(-lambda_min t) - exp(-lambda_max t)] / (t L)`
//! (Amir, Oreg & Imry, PNAS 109 (2012) 1850). Between the two ends the decay is logarithmic in time.

use crate::exponential_integral::differences;
use kovacs_core::BOLTZMANN;
use kovacs_core::elementary::logarithms;
use kovacs_core::linear_response::{GAUSS_LEGENDRE, RelaxationFunction};

/// Below this width of the spectrum (in `ln lambda`) its mean exponential is taken by quadrature instead of as a
/// difference of two nearly equal integrals.
pub(crate) const NARROW: f64 = 0.05;

/// A box of rates, even in `ln lambda`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlatBarriers {
    /// `ln lambda_min`, rates in 1/s: the logarithm, because at low temperature the rate itself underflows.
    pub ln_slowest_rate: f64,
    /// `L = ln(lambda_max / lambda_min)`, above zero.
    pub width: f64,
}

impl FlatBarriers {
    /// Rates of barriers from `barrier_min` to `barrier_max` (eV) tried `attempt_frequency` times a second, at a
    /// temperature in K.
    pub fn new(barrier_min: f64, barrier_max: f64, attempt_frequency: f64, temperature: f64) -> Self {
        let thermal = BOLTZMANN * temperature;
        FlatBarriers {
            ln_slowest_rate: attempt_frequency.ln() - barrier_max / thermal,
            width: (barrier_max - barrier_min) / thermal,
        }
    }

    /// The box between two rates, 1/s.
    pub fn between(slowest_rate: f64, fastest_rate: f64) -> Self {
        FlatBarriers { ln_slowest_rate: slowest_rate.ln(), width: (fastest_rate / slowest_rate).ln() }
    }

    /// `lambda_min`, 1/s.
    pub fn slowest_rate(&self) -> f64 {
        self.ln_slowest_rate.exp()
    }

    /// `lambda_max`, 1/s.
    pub fn fastest_rate(&self) -> f64 {
        (self.ln_slowest_rate + self.width).exp()
    }

    /// Spectrum over the logarithm of the relaxation time (s): `1/L` inside the box, 0 outside, normalised to 1.
    pub fn spectrum(&self, relaxation_time: f64) -> f64 {
        let place = -relaxation_time.ln() - self.ln_slowest_rate;
        if (0.0..=self.width).contains(&place) { 1.0 / self.width } else { 0.0 }
    }
}

impl RelaxationFunction for FlatBarriers {
    fn phi(&self, time: f64) -> f64 {
        let mut value = [0.0];
        self.phi_at(&[time], &mut value);
        value[0]
    }

    fn phi_at(&self, times: &[f64], out: &mut [f64]) {
        out.copy_from_slice(times);
        logarithms(out);
        out.iter_mut().for_each(|ln_time| *ln_time += self.ln_slowest_rate);
        if self.width > NARROW {
            differences(out, self.width);
            out.iter_mut().for_each(|value| *value /= self.width);
            return;
        }
        for ln_slow in out {
            let middle = *ln_slow + 0.5 * self.width;
            let single =
                |&(place, weight): &(f64, f64)| 0.5 * weight * (-(middle + 0.5 * self.width * place).exp()).exp();
            *ln_slow = GAUSS_LEGENDRE.iter().map(single).sum();
        }
    }

    fn integral(&self, time: f64) -> f64 {
        // (1 - e^-lambda t) / lambda, which is t where lambda t is too small to count.
        let area = |rate: f64| if rate * time > 0.0 { -(-rate * time).exp_m1() / rate } else { time };
        time * self.phi(time) + (area(self.slowest_rate()) - area(self.fastest_rate())) / self.width
    }

    fn ln_rate(&self, time: f64) -> f64 {
        // lambda_max - lambda_min, without its overflow in a wide box.
        let ln_gap = self.ln_slowest_rate + self.width + (-(-self.width).exp_m1()).ln();
        if time == 0.0 {
            return ln_gap - self.width.ln();
        }
        let gap = ln_gap.exp() * time;
        let ln_lost = if gap < 1e-300 { ln_gap + time.ln() } else { (-(-gap).exp_m1()).ln() };
        ln_lost - self.slowest_rate() * time - time.ln() - self.width.ln()
    }

    fn longest_time(&self) -> Option<f64> {
        Some((-self.ln_slowest_rate).exp())
    }
}
