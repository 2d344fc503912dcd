//! The formulas behind the synthetic curves, without noise.
//!
//! Stage 1: `sigma = E_U eps1 [p + (1 - p) exp(-(t/tau_s)^beta_s)]` at the reference temperature. At another one the
//! stress that is reached there at `t` is reached at `t_T` with `ln t_T = ln t + E(t)/k (1/T - 1/T_0)`: the activation
//! energy `E(t)` read from equal stresses is then exactly what was put in, constant below a critical waiting time and
//! rising with `ln t` above it (Fig. 4, upper panels).
//! Stage 2: Eq. (1) of the paper written with amplitudes, because `sigma_0` may come near zero:
//! `sigma = (sigma_0 + S) exp(-(t'/tau_1)^beta_1) - S exp(-(t'/tau_2)^beta_2)`, so `A = 1 + S / sigma_0`.
//!
//! `S` is proportional to `eps1 - eps2`: positive below `eps1`, zero at it, negative above. With `beta_2 < beta_1` the
//! second term is steeper at the beginning, so the stress rises at once if and only if `S > 0`, which is the paper's
//! main statement. `S` grows exponentially (convexly) with T, and with `ln t_w` slowly below a critical waiting time and
//! fast above it; `tau_1` and `tau_2` grow with `t_w`, and `tau_2` with T, so that `t_p` grows with all of them.
//!
//! Recovery after the same first stage: see [`Recovery`].

use kovacs_core::hump::{Window, find_hump};
use kovacs_core::{BOLTZMANN, Hump};

/// What a two-step test was done at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conditions {
    /// Strain of the first stage (1).
    pub eps1: f64,
    /// Strain of the second stage (1).
    pub eps2: f64,
    /// Waiting time, s.
    pub t_w: f64,
    /// Temperature, K.
    pub temperature: f64,
}

/// Numbers that shape the curves of one glass. All were chosen; none is printed in the paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Stress per strain of a fast step, MPa.
    pub unrelaxed_modulus: f64,
    /// Part of the first stage's stress that never relaxes, 0..1.
    pub plateau: f64,
    /// Relaxation time of the first stage at the reference temperature, s.
    pub first_time: f64,
    /// Stretching exponent of the first stage.
    pub first_exponent: f64,
    /// Activation energy of the first stage before the critical waiting time, eV.
    pub first_activation: f64,
    /// Its growth per unit of `ln t` after it, eV.
    pub activation_growth: f64,
    /// `S` per `E_U (eps1 - eps2)` at the reference conditions.
    pub memory_strength: f64,
    /// `tau_2`, the time of the rise, at the reference conditions, s.
    pub memory_time: f64,
    /// `beta_2`, below `beta_1`.
    pub memory_exponent: f64,
    /// `tau_1`, the time of the late decay, at the reference conditions, s.
    pub decay_time: f64,
    /// `beta_1`.
    pub decay_exponent: f64,
    /// Power of `t_w` in `tau_2`.
    pub waiting_power: f64,
    /// Power of `t_w` in `tau_1`.
    pub decay_power: f64,
    /// Waiting time above which `S` grows fast, s.
    pub critical_waiting: f64,
    /// Growth of `S` per unit of `ln t_w` below it.
    pub slow_growth: f64,
    /// Further growth of `S` per unit of `ln t_w` above it.
    pub fast_growth: f64,
    /// Width of the change between the two, in `ln t_w`.
    pub crossover: f64,
    /// Logarithmic growth of `S` with temperature, 1/K.
    pub strength_per_kelvin: f64,
    /// Logarithmic growth of `tau_2` with temperature, 1/K.
    pub time_per_kelvin: f64,
    /// Waiting time of the reference conditions, s.
    pub reference_waiting: f64,
    /// Temperature of the reference conditions, K.
    pub reference_temperature: f64,
}

impl Shape {
    /// Stress of the first stage (MPa) at a time (s) after an exact step to `eps1`.
    pub fn first_stage(&self, at: &Conditions, time: f64) -> f64 {
        let time = self.reference_time(at.temperature, time);
        let decay = stretched(time, self.first_time, self.first_exponent);
        self.unrelaxed_modulus * at.eps1 * (self.plateau + (1.0 - self.plateau) * decay)
    }

    /// `E(t)` (eV) of the first stage, at a time (s) at the reference temperature.
    pub fn activation_energy(&self, time: f64) -> f64 {
        self.first_activation + self.activation_growth * self.corner(time)
    }

    /// Critical waiting time (s) at a temperature (K).
    pub fn critical_waiting_at(&self, temperature: f64) -> f64 {
        self.critical_waiting * (self.first_activation / BOLTZMANN * self.inverse(temperature)).exp()
    }

    /// The time (s) at the reference temperature that gives the stress of this time (s) at this temperature (K).
    fn reference_time(&self, temperature: f64, time: f64) -> f64 {
        let inverse = self.inverse(temperature) / BOLTZMANN;
        if inverse == 0.0 {
            return time;
        }
        // ln t + E(t) inverse rises with ln t; the root lies within any shift that E can make.
        let wanted = time.ln();
        let (mut low, mut high) = (wanted - 60.0, wanted + 60.0);
        for _ in 0..80 {
            let middle = 0.5 * (low + high);
            let reached = middle + self.activation_energy(middle.exp()) * inverse;
            if reached < wanted { low = middle } else { high = middle }
        }
        (0.5 * (low + high)).exp()
    }

    /// `1/T - 1/T_0`, 1/K.
    fn inverse(&self, temperature: f64) -> f64 {
        1.0 / temperature - 1.0 / self.reference_temperature
    }

    /// Stress of the second stage (MPa) at a time `t'` (s) after an exact step to `eps2`.
    pub fn second_stage(&self, at: &Conditions, time: f64) -> f64 {
        let memory = self.memory_amplitude(at);
        let waited = at.t_w / self.reference_waiting;
        let warmed = (self.time_per_kelvin * (at.temperature - self.reference_temperature)).exp();
        let decay = stretched(time, self.decay_time * waited.powf(self.decay_power), self.decay_exponent);
        let rise = self.memory_time * waited.powf(self.waiting_power) * warmed;
        let rise = stretched(time, rise, self.memory_exponent);
        (self.stress_after_step(at) + memory) * decay - memory * rise
    }

    /// `sigma_0` (MPa): the stress just after an exact second step.
    pub fn stress_after_step(&self, at: &Conditions) -> f64 {
        self.first_stage(at, at.t_w) - self.unrelaxed_modulus * (at.eps1 - at.eps2)
    }

    /// `S` (MPa), the amplitude of the rise; negative where the second step goes up.
    pub fn memory_amplitude(&self, at: &Conditions) -> f64 {
        let waited = self.growth(at.t_w) / self.growth(self.reference_waiting);
        let warmed = (self.strength_per_kelvin * (at.temperature - self.reference_temperature)).exp();
        self.memory_strength * self.unrelaxed_modulus * (at.eps1 - at.eps2) * waited * warmed
    }

    /// Growth of `S` with the waiting time: two straight lines in `ln t_w` with a smooth corner.
    fn growth(&self, t_w: f64) -> f64 {
        1.0 + self.slow_growth * (t_w / self.reference_waiting).ln() + self.fast_growth * self.corner(t_w)
    }

    /// Zero before the critical waiting time, `ln (t / critical)` after it, with a smooth corner.
    fn corner(&self, time: f64) -> f64 {
        let above = (time / self.critical_waiting).ln();
        self.crossover * (1.0 + (above / self.crossover).exp()).ln()
    }

    /// `t_p` (s) of the noise-free second stage, sought up to 1e7 s; `None` without a maximum.
    pub fn peak_time(&self, at: &Conditions) -> Option<f64> {
        let stress = |times: &[f64]| -> Result<Vec<f64>, std::convert::Infallible> {
            Ok(times.iter().map(|&time| self.second_stage(at, time)).collect())
        };
        let window = Window { dead_time: 0.0, first: 1e-2, last: 1e7 };
        match find_hump(stress, window, true) {
            Ok(located) => match located.hump {
                Hump::Peak { t_p, .. } => Some(t_p),
                Hump::NoHump | Hump::MonotoneRise { .. } => None,
            },
            Err(_) => None,
        }
    }
}

/// Recovery at zero stress after a first stage:
/// `eps = eps_vp + [eps(0+) - eps_vp] exp(-(t/tau_rec)^beta_rec)` with `eps(0+) = eps1 - sigma(t_w)/E_U`.
///
/// `tau_rec` is the peak time of the two-step test with the same first stage plus a constant (Fig. 5e); `eps_vp` is
/// zero up to the critical waiting time and the part `1 - (t_c/t_w)^q` of `eps(0+)` after it (Fig. 4, lower panels).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recovery {
    /// `tau_rec - t_p`, s. Printed for the titanium alloy, chosen for the others.
    pub time_offset: f64,
    /// `beta_rec`. Chosen.
    pub exponent: f64,
    /// `q`. Chosen.
    pub lasting_power: f64,
    /// Duration of the rest at zero stress, s. Chosen.
    pub duration: f64,
    /// Standard deviation of the strain noise (1). Chosen.
    pub noise: f64,
}

impl Recovery {
    /// `tau_rec`, s; `None` where the two-step test has no maximum.
    pub fn time(&self, shape: &Shape, at: &Conditions) -> Option<f64> {
        Some(shape.peak_time(at)? + self.time_offset)
    }

    /// `eps(0+)` (1): the strain that is left when the elastic part has sprung back.
    pub fn strain_after_unloading(&self, shape: &Shape, at: &Conditions) -> f64 {
        at.eps1 - shape.first_stage(at, at.t_w) / shape.unrelaxed_modulus
    }

    /// `eps_vp` (1).
    pub fn lasting_strain(&self, shape: &Shape, at: &Conditions) -> f64 {
        let waited = shape.critical_waiting_at(at.temperature) / at.t_w;
        self.strain_after_unloading(shape, at) * (1.0 - waited.powf(self.lasting_power)).max(0.0)
    }

    /// Strain (1) at a time (s) after an exact unloading, with this `tau_rec` (s).
    pub fn strain(&self, shape: &Shape, at: &Conditions, recovery_time: f64, time: f64) -> f64 {
        let (start, end) = (self.strain_after_unloading(shape, at), self.lasting_strain(shape, at));
        end + (start - end) * stretched(time, recovery_time, self.exponent)
    }
}

fn stretched(time: f64, relaxation_time: f64, exponent: f64) -> f64 {
    (-(time / relaxation_time).powf(exponent)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::recipe::{RECIPES, Recipe};

    /// Time (s) and height (MPa) of the largest stress of the noise-free second stage, on a grid of 200 per decade.
    fn peak(shape: &Shape, at: &Conditions) -> (f64, f64) {
        let start = shape.second_stage(at, 0.0);
        let times = (0..=1600).map(|index| 10f64.powf(-2.0 + f64::from(index) / 200.0));
        let rises = times.map(|time| (time, shape.second_stage(at, time) - start));
        rises.fold((0.0, 0.0), |best, next| if next.1 > best.1 { next } else { best })
    }

    fn printed(recipe: &Recipe) -> Conditions {
        Conditions {
            eps1: recipe.printed.eps1,
            eps2: recipe.printed.eps2,
            t_w: recipe.printed.t_w,
            temperature: recipe.printed.temperature,
        }
    }

    /// Checks that both peak time and height rise along a series, for each glass.
    fn check_rising(factors: &[f64], change: impl Fn(Conditions, f64) -> Conditions) {
        for recipe in &RECIPES {
            let peaks: Vec<(f64, f64)> =
                factors.iter().map(|&factor| peak(&recipe.shape, &change(printed(recipe), factor))).collect();
            for pair in peaks.windows(2) {
                assert!(pair[1].0 > pair[0].0 && pair[1].1 > pair[0].1, "{}: {peaks:?}", recipe.printed.id);
            }
        }
    }

    #[test]
    fn there_is_a_hump_exactly_when_the_second_strain_is_smaller() {
        for recipe in &RECIPES {
            for step in 1..=12 {
                let ratio = f64::from(step) / 8.0;
                let at = Conditions { eps2: recipe.printed.eps1 * ratio, ..printed(recipe) };
                let (_, height) = peak(&recipe.shape, &at);
                assert_eq!(height > 0.0, ratio < 1.0, "{} at eps2/eps1 = {ratio}: {height} MPa", recipe.printed.id);
            }
        }
    }

    #[test]
    fn the_hump_grows_with_eps1_temperature_and_waiting_time() {
        check_rising(&[0.8, 0.9, 1.0, 1.1, 1.2], |at, factor| Conditions { eps1: at.eps1 * factor, ..at });
        check_rising(&[-20.0, -10.0, 0.0, 10.0, 20.0], |at, kelvin| Conditions {
            temperature: at.temperature + kelvin,
            ..at
        });
        check_rising(&[0.03, 0.1, 0.3, 1.0, 2.0, 4.0, 8.0], |at, factor| Conditions { t_w: at.t_w * factor, ..at });
    }

    #[test]
    fn the_hump_is_higher_and_later_for_a_smaller_second_strain() {
        check_rising(&[1.3, 1.2, 1.1, 1.0, 0.9, 0.8], |at, factor| Conditions { eps2: at.eps2 * factor, ..at });
    }

    #[test]
    fn the_height_is_convex_in_temperature() {
        for recipe in &RECIPES {
            let heights: Vec<f64> = [-20.0, -10.0, 0.0, 10.0, 20.0]
                .iter()
                .map(|kelvin| Conditions { temperature: recipe.printed.temperature + kelvin, ..printed(recipe) })
                .map(|at| peak(&recipe.shape, &at).1)
                .collect();
            for three in heights.windows(3) {
                assert!(three[2] - 2.0 * three[1] + three[0] > 0.0, "{}: {heights:?}", recipe.printed.id);
            }
        }
    }

    #[test]
    fn the_height_grows_several_times_faster_above_the_critical_waiting_time() {
        for recipe in &RECIPES {
            let height = |factor: f64| {
                let t_w = recipe.shape.critical_waiting * factor;
                peak(&recipe.shape, &Conditions { t_w, ..printed(recipe) }).1
            };
            let (below, above) = (height(0.3) - height(0.1), height(9.0) - height(3.0));
            assert!(
                above > 4.0 * below,
                "{}: {below} MPa below, {above} MPa above, both over a factor 3",
                recipe.printed.id
            );
        }
    }
}
