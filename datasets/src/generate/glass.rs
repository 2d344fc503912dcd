//! The three glasses: what the paper prints of each, and what was chosen to draw curves.

use super::shape::Shape;

/// A glass of the paper with the shape of its synthetic curves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glass {
    /// Name of package and parameter set.
    pub id: &'static str,
    /// As printed in the paper.
    pub composition: &'static str,
    /// Test temperature, K. Printed.
    pub temperature: f64,
    /// Strain of the first stage (1). Printed.
    pub eps1: f64,
    /// Strains of the second stage (1), in the order of Fig. 1b where the paper shows it. Printed.
    pub eps2: &'static [f64],
    /// The one of them shown in Fig. 1c (1). Printed.
    pub figure_1c_eps2: f64,
    /// Waiting time, s. Printed.
    pub t_w: f64,
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

/// Rate of both ramps, 1/s. Printed for the in-situ tests (200 %/min); assumed for all here.
pub const RAMP_RATE: f64 = 200.0 / 6000.0;

/// The three glasses, in the order of the paper.
pub fn glasses() -> &'static [Glass] {
    &GLASSES
}

static GLASSES: [Glass; 3] = [
    Glass {
        id: "ti-zr-hf-cu-ni-be",
        composition: "Ti16.7Zr16.7Hf16.7Cu16.7Ni16.7Be16.7",
        temperature: 593.0,
        eps1: 0.005,
        eps2: &[0.002, 0.003, 0.004, 0.005, 0.006],
        figure_1c_eps2: 0.003,
        t_w: 900.0,
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
            reference_waiting: 900.0,
            reference_temperature: 593.0,
        },
    },
    Glass {
        id: "fe-zr-b",
        composition: "(Fe11Zr1)91.2B8.8",
        temperature: 597.0,
        eps1: 0.004,
        eps2: &[0.002],
        figure_1c_eps2: 0.002,
        t_w: 1800.0,
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
            reference_waiting: 1800.0,
            reference_temperature: 597.0,
        },
    },
    Glass {
        id: "pvc",
        composition: "PVC",
        temperature: 318.0,
        eps1: 0.005,
        eps2: &[0.003],
        figure_1c_eps2: 0.003,
        t_w: 300.0,
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
            reference_waiting: 300.0,
            reference_temperature: 318.0,
        },
    },
];
