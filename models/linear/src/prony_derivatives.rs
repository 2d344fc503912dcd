//! Derivatives of the stress of a generalised Maxwell solid with respect to its parameters, exact for steps and ramps.
//!
//! The stress is linear in every modulus, so its derivative by one is the superposition of that mode's exponential.
//! A relaxation time enters through `x = dt/tau` alone: with `e = exp(-x)` the stress of a mode goes on as
//! `h <- h e + E tau rate (1 - e)`, and its derivative by `ln tau` as
//! `g <- g e + h x e + E tau rate (1 - e - x e)`. Activation energy and reference temperature move all relaxation times
//! alike: for them every mode is carried from time to time in this way, at one exponential a step, which is what a
//! curve costs.

use crate::prony::{FIRST_MODULUS, MODES};
use kovacs_core::elementary::exponentials;
use kovacs_core::linear_response::{Kernel, StrainTest};

/// The derivatives of a test. Modes without modulus have some too: they may be about to get one.
pub(crate) struct Derivatives {
    /// For each wanted parameter of a single mode the derivatives at every wanted time; empty for the others.
    columns: Vec<Vec<f64>>,
    /// Derivative of the stress by the logarithm of all relaxation times, MPa, at every wanted time; empty where nobody
    /// asks for it.
    by_ln_times: Vec<f64>,
    /// Derivatives of the logarithm of the shift by activation energy (1/eV) and reference temperature (1/K).
    by_shift: (f64, f64),
}

/// A mode of the parameter vector.
#[derive(Clone, Copy)]
struct ShiftedMode {
    /// MPa.
    modulus: f64,
    /// At the reference temperature, s.
    relaxation_time: f64,
    /// At the temperature of the test.
    decay: Decay,
}

/// A simple exponential and its derivative by `ln tau`, as they superpose; the relaxation time in s.
#[derive(Clone, Copy)]
struct Decay(f64);

impl ShiftedMode {
    /// The derivative of the stress by its modulus, or by its relaxation time at the reference temperature.
    fn column(&self, test: &StrainTest, by_modulus: bool) -> Vec<f64> {
        let mut column = vec![0.0; test.times.len()];
        let scale = self.modulus / self.relaxation_time;
        test.superpose(&self.decay, |index, [left, by_ln_time]| {
            column[index] += if by_modulus { left } else { scale * by_ln_time };
        });
        column
    }
}

/// How many times are in the works at a time.
const BLOCK: usize = 64;

impl Kernel<2> for Decay {
    fn values(&self, time: f64) -> [f64; 2] {
        let mut values = [[0.0; 2]];
        self.values_at(&[time], &mut values);
        values[0]
    }

    fn values_at(&self, times: &[f64], out: &mut [[f64; 2]]) {
        for (times, out) in times.chunks(BLOCK).zip(out.chunks_mut(BLOCK)) {
            let mut left = [0.0; BLOCK];
            let left = &mut left[..times.len()];
            left.iter_mut().zip(times).for_each(|(left, time)| *left = -time / self.0);
            exponentials(left);
            for ((values, time), left) in out.iter_mut().zip(times).zip(left) {
                *values = [*left, if *left == 0.0 { 0.0 } else { time / self.0 * *left }];
            }
        }
    }

    fn integrals(&self, time: f64) -> [f64; 2] {
        let lost = -self.0 * (-time / self.0).exp_m1();
        [lost, lost - time * (-time / self.0).exp()]
    }
}

impl Derivatives {
    /// `moduli_and_times` are the parameters from `modulus_1` on, `shift` multiplies relaxation times, and `by_shift`
    /// are the derivatives of its logarithm by activation energy and reference temperature.
    pub(crate) fn new(
        test: &StrainTest,
        moduli_and_times: &[f64],
        shift: f64,
        by_shift: (f64, f64),
        wrt: &[usize],
    ) -> Self {
        let (moduli, times) = moduli_and_times.split_at(moduli_and_times.len().min(MODES));
        let mode = |(&modulus, &relaxation_time): (&f64, &f64)| ShiftedMode {
            modulus,
            relaxation_time,
            decay: Decay(relaxation_time * shift),
        };
        let modes: Vec<ShiftedMode> = moduli.iter().zip(times).map(mode).collect();
        let shifts_wanted = wrt.iter().any(|parameter| (1..FIRST_MODULUS).contains(parameter));
        let by_ln_times = if shifts_wanted { Carried::new(&modes).through(test) } else { Vec::new() };
        let column = |&parameter: &usize| match parameter.checked_sub(FIRST_MODULUS) {
            None => Vec::new(),
            Some(place) => modes[place % MODES].column(test, place < MODES),
        };
        Derivatives { columns: wrt.iter().map(column).collect(), by_ln_times, by_shift }
    }

    /// Writes the derivatives of the stress by the parameters `wrt` at the wanted time with this index, where the
    /// strain is `strain` (1).
    pub(crate) fn fill(&self, strain: f64, index: usize, wrt: &[usize], row: &mut [f64]) {
        for ((derivative, &parameter), column) in row.iter_mut().zip(wrt).zip(&self.columns) {
            *derivative = match parameter {
                0 => strain,
                1 => self.by_shift.0 * self.by_ln_times[index],
                2 => self.by_shift.1 * self.by_ln_times[index],
                _ => column[index],
            };
        }
    }
}

/// The modes that have a modulus, with their stress and its derivative by `ln tau`, MPa.
struct Carried {
    /// `(modulus in MPa, relaxation time in s, stress, derivative)`.
    modes: Vec<[f64; 4]>,
}

impl Carried {
    fn new(modes: &[ShiftedMode]) -> Self {
        let kept = modes.iter().filter(|mode| mode.modulus > 0.0);
        Carried { modes: kept.map(|mode| [mode.modulus, mode.decay.0, 0.0, 0.0]).collect() }
    }

    /// The derivative of the stress by the logarithm of all relaxation times at every wanted time.
    fn through(mut self, test: &StrainTest) -> Vec<f64> {
        let mut changes = test.changes.iter().peekable();
        let mut now = test.changes.first().map_or(0.0, |change| change.start);
        let derivative_at = |(&time, &before): (&f64, &bool)| {
            while let Some(change) = changes.peek() {
                let jump = change.start == change.end;
                if change.start > time || (jump && before && change.start == time) {
                    break;
                }
                let start = change.start.max(now);
                self.advance(start - now, 0.0);
                now = start;
                if jump {
                    self.modes.iter_mut().for_each(|[modulus, _, stress, _]| *stress += *modulus * change.strain);
                } else {
                    let until = change.end.min(time);
                    self.advance(until - now, change.strain / (change.end - change.start));
                    now = until;
                    if until < change.end {
                        break;
                    }
                }
                changes.next();
            }
            self.advance(time - now, 0.0);
            now = now.max(time);
            self.modes.iter().map(|[.., derivative]| derivative).sum()
        };
        test.times.iter().zip(&test.before).map(derivative_at).collect()
    }

    /// Lets every mode relax for `duration` s while the strain runs at `rate` (1/s).
    fn advance(&mut self, duration: f64, rate: f64) {
        if duration <= 0.0 {
            return;
        }
        for [modulus, relaxation_time, stress, derivative] in &mut self.modes {
            let x = duration / *relaxation_time;
            let lost = -(-x).exp_m1();
            let left = 1.0 - lost;
            // Far beyond the relaxation time nothing is left, however large `x` is.
            let turning = if left == 0.0 { 0.0 } else { x * left };
            let driven = *modulus * *relaxation_time * rate;
            *derivative = *derivative * left + *stress * turning + driven * (lost - turning);
            *stress += lost * (driven - *stress);
        }
    }
}
