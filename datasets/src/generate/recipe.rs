//! The three glasses: what the paper prints of each, and what was chosen to draw curves.

use super::dynamic::Spectroscopy;
use super::shape::{Conditions, Recovery, Shape};
use super::structure::{STRUCTURE, Structure};
use kovacs_core::glasses::{GLASSES, Glass};

/// A glass of the paper and how its synthetic curves are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// Name, composition and the test of Fig. 1c. Printed.
    pub printed: Glass,
    /// Strains of the second stage (1), in the order of Fig. 1b where the paper shows it. Printed.
    pub eps2: &'static [f64],
    /// Strains of the first stage (1) in Fig. 2a; empty for the glasses that Fig. 2 does not show. Chosen.
    pub eps1: &'static [f64],
    /// Temperatures (K) of the relaxations, and of Fig. 2d for the glass that it shows. Chosen.
    pub temperatures: &'static [f64],
    /// Waiting times (s) of Figs 3 and 4. Chosen.
    pub waiting: &'static [f64],
    /// Duration of the second stage, s; at least five times the waiting time. Chosen.
    pub duration: f64,
    /// Duration of the relaxations at several temperatures, s. Chosen.
    pub relaxation: f64,
    /// Time from the end of a ramp to the first sample, s. Chosen.
    pub dead_time: f64,
    /// Standard deviation of the stress noise, MPa. Chosen.
    pub noise: f64,
    /// Digits of the stress behind the decimal point. Chosen.
    pub stress_digits: usize,
    /// The curves' shape. Chosen.
    pub shape: Shape,
    /// What happens at zero stress.
    pub recovery: Recovery,
    /// Moduli against temperature. Chosen.
    pub spectroscopy: Spectroscopy,
    /// Structure in the beam, for the glass that Fig. 5 shows.
    pub structure: Option<&'static Structure>,
}

/// Rate of both ramps, % of strain per minute. Printed for the in-situ tests; assumed for all here.
pub const RAMP_RATE: f64 = 200.0;

impl Recipe {
    /// Duration of the loading ramp to a strain (1), s.
    pub fn loading_time(&self, eps1: f64) -> f64 {
        eps1 * 6000.0 / RAMP_RATE
    }

    /// The test of Fig. 1c.
    pub fn reference(&self) -> Conditions {
        let Glass { eps1, eps2, t_w, temperature, .. } = self.printed;
        Conditions { eps1, eps2, t_w, temperature }
    }
}

/// One recipe per glass, in the order of the paper.
pub static RECIPES: [Recipe; 3] = [
    Recipe {
        printed: GLASSES[0],
        eps2: &[0.002, 0.003, 0.004, 0.005, 0.006],
        eps1: &[0.004, 0.0045, 0.005, 0.0055, 0.006],
        temperatures: &[573.0, 583.0, 593.0, 603.0, 613.0],
        waiting: &[10.0, 30.0, 100.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0],
        duration: 1e4,
        relaxation: 5e4,
        dead_time: 0.5,
        noise: 0.12,
        stress_digits: 3,
        shape: Shape {
            unrelaxed_modulus: 90_000.0,
            plateau: 0.30,
            first_time: 9000.0,
            first_exponent: 0.46,
            first_activation: 1.6,
            activation_growth: 0.25,
            memory_strength: 0.17,
            memory_time: 190.0,
            memory_exponent: 0.55,
            decay_time: 6e4,
            decay_exponent: 0.62,
            waiting_power: 0.75,
            decay_power: 0.35,
            critical_waiting: 400.0,
            slow_growth: 0.1,
            fast_growth: 2.0,
            crossover: 0.25,
            strength_per_kelvin: 0.026,
            time_per_kelvin: 0.006,
            reference_waiting: GLASSES[0].t_w,
            reference_temperature: GLASSES[0].temperature,
        },
        recovery: Recovery { time_offset: 630.4, exponent: 0.60, lasting_power: 0.40, duration: 1e5, noise: 1.5e-6 },
        spectroscopy: Spectroscopy {
            first: 400.0,
            last: 740.0,
            softening: 2.5e-4,
            secondary_strength: 0.10,
            secondary_energy: 1.53,
            secondary_breadth: 0.32,
            primary_strength: 0.85,
            primary_peak: 722.0,
            primary_energy: 5.6,
            primary_breadth: 0.55,
            noise: 0.004,
        },
        structure: Some(&STRUCTURE),
    },
    Recipe {
        printed: GLASSES[1],
        eps2: &[0.002],
        eps1: &[],
        temperatures: &[577.0, 587.0, 597.0, 607.0, 617.0],
        waiting: &[30.0, 100.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0, 14_400.0],
        duration: 2e4,
        relaxation: 1e5,
        dead_time: 0.5,
        noise: 0.15,
        stress_digits: 3,
        shape: Shape {
            unrelaxed_modulus: 150_000.0,
            plateau: 0.32,
            first_time: 16_000.0,
            first_exponent: 0.48,
            first_activation: 1.7,
            activation_growth: 0.25,
            memory_strength: 0.15,
            memory_time: 520.0,
            memory_exponent: 0.58,
            decay_time: 1.2e5,
            decay_exponent: 0.64,
            waiting_power: 0.75,
            decay_power: 0.35,
            critical_waiting: 800.0,
            slow_growth: 0.1,
            fast_growth: 2.0,
            crossover: 0.25,
            strength_per_kelvin: 0.018,
            time_per_kelvin: 0.006,
            reference_waiting: GLASSES[1].t_w,
            reference_temperature: GLASSES[1].temperature,
        },
        recovery: Recovery { time_offset: 900.0, exponent: 0.60, lasting_power: 0.40, duration: 2e5, noise: 1.5e-6 },
        spectroscopy: Spectroscopy {
            first: 450.0,
            last: 840.0,
            softening: 2.0e-4,
            secondary_strength: 0.09,
            secondary_energy: 1.75,
            secondary_breadth: 0.32,
            primary_strength: 0.85,
            primary_peak: 822.0,
            primary_energy: 6.2,
            primary_breadth: 0.55,
            noise: 0.004,
        },
        structure: None,
    },
    Recipe {
        printed: GLASSES[2],
        eps2: &[0.003],
        eps1: &[],
        temperatures: &[308.0, 313.0, 318.0, 323.0, 328.0],
        waiting: &[10.0, 30.0, 100.0, 200.0, 300.0, 600.0, 1200.0, 3600.0],
        duration: 4000.0,
        relaxation: 3e4,
        dead_time: 0.5,
        noise: 0.003,
        stress_digits: 5,
        shape: Shape {
            unrelaxed_modulus: 2500.0,
            plateau: 0.25,
            first_time: 1800.0,
            first_exponent: 0.38,
            first_activation: 0.9,
            activation_growth: 0.2,
            memory_strength: 0.16,
            memory_time: 75.0,
            memory_exponent: 0.50,
            decay_time: 2.4e4,
            decay_exponent: 0.56,
            waiting_power: 0.65,
            decay_power: 0.25,
            critical_waiting: 140.0,
            slow_growth: 0.1,
            fast_growth: 1.5,
            crossover: 0.25,
            strength_per_kelvin: 0.03,
            time_per_kelvin: 0.010,
            reference_waiting: GLASSES[2].t_w,
            reference_temperature: GLASSES[2].temperature,
        },
        recovery: Recovery { time_offset: 120.0, exponent: 0.55, lasting_power: 0.40, duration: 5e4, noise: 3e-6 },
        spectroscopy: Spectroscopy {
            first: 230.0,
            last: 372.0,
            softening: 1.2e-3,
            secondary_strength: 0.25,
            secondary_energy: 0.75,
            secondary_breadth: 0.26,
            primary_strength: 0.70,
            primary_peak: 362.0,
            primary_energy: 4.2,
            primary_breadth: 0.50,
            noise: 0.004,
        },
        structure: None,
    },
];
