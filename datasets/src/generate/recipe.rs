//! The three glasses: what the paper prints of each, and what was chosen to draw curves.

use super::shape::Shape;
use kovacs_core::glasses::{GLASSES, Glass};

/// A glass of the paper and how its synthetic curves are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// Name, composition and the test of Fig. 1c. Printed.
    pub printed: Glass,
    /// Strains of the second stage (1), in the order of Fig. 1b where the paper shows it. Printed.
    pub eps2: &'static [f64],
    /// Duration of the second stage, s. Chosen.
    pub duration: f64,
    /// Time from the end of a ramp to the first sample, s. Chosen.
    pub dead_time: f64,
    /// Standard deviation of the stress noise, MPa. Chosen.
    pub noise: f64,
    /// Digits of the stress behind the decimal point. Chosen.
    pub stress_digits: usize,
    /// The curves' shape. Chosen.
    pub shape: Shape,
}

/// Rate of both ramps, % of strain per minute. Printed for the in-situ tests; assumed for all here.
pub const RAMP_RATE: f64 = 200.0;

impl Recipe {
    /// Duration of the loading ramp, s.
    pub fn loading_time(&self) -> f64 {
        self.printed.eps1 * 6000.0 / RAMP_RATE
    }
}

/// One recipe per glass, in the order of the paper.
pub static RECIPES: [Recipe; 3] = [
    Recipe {
        printed: GLASSES[0],
        eps2: &[0.002, 0.003, 0.004, 0.005, 0.006],
        duration: 1e4,
        dead_time: 0.5,
        noise: 0.12,
        stress_digits: 3,
        shape: Shape {
            unrelaxed_modulus: 90_000.0,
            plateau: 0.30,
            first_time: 9000.0,
            first_exponent: 0.46,
            first_activation: 1.6,
            memory_strength: 0.17,
            memory_time: 190.0,
            memory_exponent: 0.55,
            decay_time: 6e4,
            decay_exponent: 0.62,
            waiting_power: 0.75,
            critical_waiting: 400.0,
            slow_growth: 0.06,
            fast_growth: 1.2,
            crossover: 0.25,
            strength_per_kelvin: 0.018,
            time_per_kelvin: 0.006,
            reference_waiting: GLASSES[0].t_w,
            reference_temperature: GLASSES[0].temperature,
        },
    },
    Recipe {
        printed: GLASSES[1],
        eps2: &[0.002],
        duration: 2e4,
        dead_time: 0.5,
        noise: 0.15,
        stress_digits: 3,
        shape: Shape {
            unrelaxed_modulus: 150_000.0,
            plateau: 0.32,
            first_time: 16_000.0,
            first_exponent: 0.48,
            first_activation: 1.7,
            memory_strength: 0.15,
            memory_time: 520.0,
            memory_exponent: 0.58,
            decay_time: 1.2e5,
            decay_exponent: 0.64,
            waiting_power: 0.75,
            critical_waiting: 800.0,
            slow_growth: 0.06,
            fast_growth: 1.2,
            crossover: 0.25,
            strength_per_kelvin: 0.018,
            time_per_kelvin: 0.006,
            reference_waiting: GLASSES[1].t_w,
            reference_temperature: GLASSES[1].temperature,
        },
    },
    Recipe {
        printed: GLASSES[2],
        eps2: &[0.003],
        duration: 4000.0,
        dead_time: 0.5,
        noise: 0.003,
        stress_digits: 5,
        shape: Shape {
            unrelaxed_modulus: 2500.0,
            plateau: 0.25,
            first_time: 1800.0,
            first_exponent: 0.38,
            first_activation: 0.9,
            memory_strength: 0.16,
            memory_time: 75.0,
            memory_exponent: 0.50,
            decay_time: 2.4e4,
            decay_exponent: 0.56,
            waiting_power: 0.75,
            critical_waiting: 140.0,
            slow_growth: 0.06,
            fast_growth: 1.2,
            crossover: 0.25,
            strength_per_kelvin: 0.03,
            time_per_kelvin: 0.010,
            reference_waiting: GLASSES[2].t_w,
            reference_temperature: GLASSES[2].temperature,
        },
    },
];
