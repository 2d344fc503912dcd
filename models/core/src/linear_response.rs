//! Linear viscoelastic stress under any strain history of steps and ramps, exactly.
//!
//! A linear model is one relaxation function `phi` (1 at `t = 0`, falling to 0) and two moduli. Boltzmann superposition
//! gives `sigma(t) = E_R eps(t) + (E_U - E_R) sum_k d_eps_k <phi>_k`, where `<phi>_k` is `phi` itself for a step and its
//! mean over the ramp otherwise. Nothing is integrated in time, so there is no step size.
//!
//! The mean over a ramp of length `d` that ended `u` ago is `[I(u + d) - I(u)] / d`, with `I` the integral of `phi`.
//! For short ramps this difference loses digits: at 1 microsecond the peak time is already wrong in its third digit.
//! Below `d = u / 10` the mean is therefore taken by Gauss-Legendre quadrature, whose error is below 1e-15 there.
//!
//! For a two-step test with `r = 1 - eps2/eps1` the second stage is `s(t') = phi(t_w + t') - r phi(t')`. With
//! `g = -d phi/dt` and completely monotone `phi` it has one maximum at most, where `g(t_w + t_p) = r g(t_p)`
//! (Prados & Brey, J. Stat. Mech. (2010) P02009, for the kernel; [`existence_window`] for when there is one).

use std::fmt;

/// The relaxation function of a linear model at one temperature: `phi(0) = 1`, completely monotone, all times in s.
pub trait RelaxationFunction {
    /// `phi(t)`, for `t >= 0`.
    fn phi(&self, time: f64) -> f64;

    /// Writes `phi` at many times, into a slice of the same length. One that does them together may be quicker; it must
    /// give the bits of [`phi`](RelaxationFunction::phi).
    fn phi_at(&self, times: &[f64], out: &mut [f64]) {
        out.iter_mut().zip(times).for_each(|(value, &time)| *value = self.phi(time));
    }

    /// The integral of `phi` from 0 to `t`, s.
    fn integral(&self, time: f64) -> f64;

    /// `ln g(t)` with `g = -d phi/dt` in 1/s: the logarithm, because `g` itself underflows. Infinite at `t = 0` where
    /// `phi` starts with infinite slope.
    fn ln_rate(&self, time: f64) -> f64;

    /// Longest relaxation time, s; `None` where there is none, as for a stretched exponential.
    fn longest_time(&self) -> Option<f64>;
}

/// The two moduli of a linear solid, MPa.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moduli {
    /// `E_U`: stress per strain just after a step.
    pub unrelaxed: f64,
    /// `E_R`: stress per strain after an infinite time.
    pub relaxed: f64,
}

impl<R: RelaxationFunction + ?Sized> RelaxationFunction for Box<R> {
    fn phi(&self, time: f64) -> f64 {
        (**self).phi(time)
    }

    fn phi_at(&self, times: &[f64], out: &mut [f64]) {
        (**self).phi_at(times, out);
    }

    fn integral(&self, time: f64) -> f64 {
        (**self).integral(time)
    }

    fn ln_rate(&self, time: f64) -> f64 {
        (**self).ln_rate(time)
    }

    fn longest_time(&self) -> Option<f64> {
        (**self).longest_time()
    }
}

/// What a linear model is at one temperature: all that a fit or a comparison needs to know beyond curves.
pub struct LinearResponse {
    /// The two moduli.
    pub moduli: Moduli,
    /// The relaxation function between them.
    pub phi: Box<dyn RelaxationFunction + Send>,
    /// Relaxation times (s) and weights (sum 1) where `phi` is a sum of exponentials or is well stood for by one;
    /// empty where there is no such thing.
    pub spectrum: Vec<(f64, f64)>,
}

impl fmt::Debug for LinearResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinearResponse").field("moduli", &self.moduli).field("spectrum", &self.spectrum).finish()
    }
}

/// A change of strain: a step where start and end are the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StrainChange {
    /// Start, s.
    pub start: f64,
    /// End, s.
    pub end: f64,
    /// By how much the strain changes (1), linearly in time.
    pub strain: f64,
}

/// A strain-controlled test at one temperature, and when results are wanted: what a linear model prepares in `bind`.
#[derive(Clone, Debug, PartialEq)]
pub struct StrainTest {
    /// Temperature of the whole test, K.
    pub temperature: f64,
    /// Strain before the first node, relaxed for ever.
    pub rest_strain: f64,
    /// Every change of strain in order of time; holds cost nothing.
    pub changes: Vec<StrainChange>,
    /// Times at which results are wanted, s, never falling.
    pub times: Vec<f64>,
    /// For each time whether the value just before a jump is wanted; as long as `times`.
    pub before: Vec<bool>,
}

/// Why a linear model at constant temperature cannot do an experiment.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum LinearTestError {
    /// Stress is prescribed somewhere.
    StressControl {
        /// Time of the first such node, s.
        time: f64,
    },
    /// The temperature changes.
    TemperatureChange {
        /// Temperature at the start, K.
        from: f64,
        /// The first other one, K.
        to: f64,
        /// When, s.
        time: f64,
    },
    /// Columns are empty or differ in length.
    Columns,
}

impl fmt::Display for LinearTestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LinearTestError::StressControl { time } => write!(
                f,
                "stress is prescribed at {time} s, and this model takes strain only; prescribe the strain instead"
            ),
            LinearTestError::TemperatureChange { from, to, time } => write!(
                f,
                "the temperature goes from {from} K to {to} K at {time} s, and this model takes one temperature only; \
                 keep it constant"
            ),
            LinearTestError::Columns => write!(f, "the columns of the experiment are empty or differ in length"),
        }
    }
}

impl std::error::Error for LinearTestError {}

/// The columns of a history and the wanted times, as a model receives them.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a> {
    /// Time of each node, s.
    pub time: &'a [f64],
    /// Temperature of each node, K.
    pub temperature: &'a [f64],
    /// 0 for strain control, 1 for stress control.
    pub control: &'a [f64],
    /// Strain (1) or stress (MPa).
    pub drive: &'a [f64],
    /// Wanted times, s.
    pub wanted: &'a [f64],
    /// Whether the value before a jump is wanted; empty for never.
    pub before: &'a [bool],
}

impl StrainTest {
    /// Reads an experiment.
    ///
    /// # Errors
    /// Stress is prescribed, the temperature changes, or the columns do not belong together.
    pub fn new(columns: Columns<'_>) -> Result<StrainTest, LinearTestError> {
        let Columns { time, temperature, control, drive, wanted, before } = columns;
        let same_length = [temperature.len(), control.len(), drive.len()] == [time.len(); 3];
        let (Some(&start_temperature), Some(&rest_strain), true) = (temperature.first(), drive.first(), same_length)
        else {
            return Err(LinearTestError::Columns);
        };
        if !before.is_empty() && before.len() != wanted.len() {
            return Err(LinearTestError::Columns);
        }
        if let Some((_, &time)) = control.iter().zip(time).find(|&(&code, _)| code != 0.0) {
            return Err(LinearTestError::StressControl { time });
        }
        if let Some((&to, &time)) = temperature.iter().zip(time).find(|&(&kelvin, _)| kelvin != start_temperature) {
            return Err(LinearTestError::TemperatureChange { from: start_temperature, to, time });
        }
        let ends = time.iter().zip(drive).skip(1);
        let changes = time
            .iter()
            .zip(drive)
            .zip(ends)
            .filter(|((_, from), (_, to))| from != to)
            .map(|((&start, &from), (&end, &to))| StrainChange { start, end, strain: to - from })
            .collect();
        let before = if before.is_empty() { vec![false; wanted.len()] } else { before.to_vec() };
        Ok(StrainTest { temperature: start_temperature, rest_strain, changes, times: wanted.to_vec(), before })
    }

    /// Writes the strain (1) at every wanted time.
    pub fn strain(&self, out: &mut [f64]) {
        out.iter_mut().zip(self.strains()).for_each(|(value, strain)| *value = strain);
    }

    /// Writes the stress (MPa) at every wanted time.
    pub fn stress(&self, moduli: Moduli, phi: &impl RelaxationFunction, out: &mut [f64]) {
        let relaxing = moduli.unrelaxed - moduli.relaxed;
        out.fill(0.0);
        self.superpose(phi, |index, [part]| out[index] += part);
        for (value, strain) in out.iter_mut().zip(self.strains()) {
            *value = moduli.relaxed * strain + relaxing * *value;
        }
    }

    /// The terms of the superposition `sum_k d_eps_k <f>_k` of functions of the time since a change of strain, for a
    /// relaxation function the strain that has not relaxed: calls `add` with the index of a wanted time and a term of it,
    /// change by change.
    pub fn superpose<const N: usize>(&self, functions: &impl Kernel<N>, mut add: impl FnMut(usize, [f64; N])) {
        let mut since = [0.0; BLOCK];
        let mut values = [[0.0; N]; BLOCK];
        for change in &self.changes {
            // Long after a step there is nothing but the functions themselves, which many times share.
            let over = if change.start == change.end {
                self.times.partition_point(|&time| time <= change.end)
            } else {
                self.times.len()
            };
            let begun = self.times.partition_point(|&time| time < change.start);
            for index in begun..over {
                add(index, change.superposed(functions, self.times[index], self.before[index]));
            }
            for first in (over..self.times.len()).step_by(BLOCK) {
                let times = &self.times[first..self.times.len().min(first + BLOCK)];
                let (since, values) = (&mut since[..times.len()], &mut values[..times.len()]);
                since.iter_mut().zip(times).for_each(|(since, time)| *since = time - change.end);
                functions.values_at(since, values);
                for (index, value) in values.iter().enumerate() {
                    add(first + index, value.map(|value| change.strain * value));
                }
            }
        }
    }

    /// The strain (1) at every wanted time.
    fn strains(&self) -> impl Iterator<Item = f64> {
        self.times.iter().zip(&self.before).map(|(&time, &before)| {
            self.changes.iter().fold(self.rest_strain, |strain, change| strain + change.so_far(time, before))
        })
    }
}

/// How many times are in the works at a time.
const BLOCK: usize = 64;

/// Functions of the time since a change of strain that superpose: a relaxation function, or its derivatives with
/// respect to parameters.
pub trait Kernel<const N: usize> {
    /// The functions at a time (s), `>= 0`.
    fn values(&self, time: f64) -> [f64; N];

    /// The functions at many times, into a slice of the same length; together may be quicker.
    fn values_at(&self, times: &[f64], out: &mut [[f64; N]]) {
        out.iter_mut().zip(times).for_each(|(values, &time)| *values = self.values(time));
    }

    /// Their integrals from 0 to that time (s).
    fn integrals(&self, time: f64) -> [f64; N];
}

impl<R: RelaxationFunction> Kernel<1> for R {
    fn values(&self, time: f64) -> [f64; 1] {
        [self.phi(time)]
    }

    fn values_at(&self, times: &[f64], out: &mut [[f64; 1]]) {
        self.phi_at(times, out.as_flattened_mut());
    }

    fn integrals(&self, time: f64) -> [f64; 1] {
        [self.integral(time)]
    }
}

impl StrainChange {
    /// How much of the change is done at a time (1).
    fn so_far(&self, time: f64, before: bool) -> f64 {
        if self.is_over(time, before) {
            self.strain
        } else if time > self.start {
            self.strain * (time - self.start) / (self.end - self.start)
        } else {
            0.0
        }
    }

    /// The change times the mean of the functions over it: what of it has not relaxed (1).
    fn superposed<const N: usize>(&self, functions: &impl Kernel<N>, time: f64, before: bool) -> [f64; N] {
        let duration = self.end - self.start;
        if !self.is_over(time, before) {
            if time <= self.start {
                return [0.0; N];
            }
            let rate = self.strain / duration;
            return functions.integrals(time - self.start).map(|integral| rate * integral);
        }
        let since = time - self.end;
        let mean = if duration == 0.0 { functions.values(since) } else { mean_over(functions, since, duration) };
        mean.map(|mean| self.strain * mean)
    }

    /// Whether the change is over at a time (s), or just before it where `before` says so.
    pub fn is_over(&self, time: f64, before: bool) -> bool {
        time > self.end || (time == self.end && !(before && self.start == self.end))
    }
}

/// The mean of functions over the times from `since` to `since + duration`, without loss of digits for short durations.
fn mean_over<const N: usize>(functions: &impl Kernel<N>, since: f64, duration: f64) -> [f64; N] {
    let mut mean = [0.0; N];
    if duration > 0.1 * since {
        let (until, from) = (functions.integrals(since + duration), functions.integrals(since));
        for (mean, (until, from)) in mean.iter_mut().zip(until.into_iter().zip(from)) {
            *mean = (until - from) / duration;
        }
        return mean;
    }
    let middle = since + 0.5 * duration;
    for (place, weight) in GAUSS_LEGENDRE {
        for (mean, value) in mean.iter_mut().zip(functions.values(middle + 0.5 * duration * place)) {
            *mean += 0.5 * weight * value;
        }
    }
    mean
}

/// Places and weights of the five-point Gauss-Legendre rule on -1..1 (Abramowitz & Stegun, table 25.4).
pub const GAUSS_LEGENDRE: [(f64, f64); 5] = [
    (-0.906_179_845_938_664, 0.236_926_885_056_189_1),
    (-0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
    (0.0, 0.568_888_888_888_888_9),
    (0.538_469_310_105_683_1, 0.478_628_670_499_366_5),
    (0.906_179_845_938_664, 0.236_926_885_056_189_1),
];

/// The values of `r = 1 - eps2/eps1` between which a linear two-step test shows a peak.
///
/// At or below the lower one, `g(t_w)/g(0+)`, the stress falls from the start. At or above the upper one,
/// `exp(-t_w/tau_max)` or 1, it rises to the relaxed stress. `t_w` in s.
pub fn existence_window(phi: &impl RelaxationFunction, t_w: f64) -> (f64, f64) {
    let lower = (phi.ln_rate(t_w) - phi.ln_rate(0.0)).exp();
    let upper = phi.longest_time().map_or(1.0, |longest| (-t_w / longest).exp());
    (lower, upper)
}

/// The peak of a linear two-step test with exact steps: `(t_p, rise)`, `t_p` in s and the rise
/// `s(t_p) - s(0+)` in units of `(E_U - E_R) eps1`. `None` outside the existence window.
///
/// The root of `ln g(t_w + t) - ln g(t) - ln r`, which increases with `t`, by bisection in `ln t`: the oracle for the
/// search on samples in [`find_hump`](crate::hump::find_hump).
pub fn linear_peak(phi: &impl RelaxationFunction, t_w: f64, r: f64) -> Option<(f64, f64)> {
    let (lower, upper) = existence_window(phi, t_w);
    if !(r > lower && r < upper) {
        return None;
    }
    let excess = |ln_time: f64| {
        let time = ln_time.exp();
        phi.ln_rate(t_w + time) - phi.ln_rate(time) - r.ln()
    };
    // From t_w outwards by factors of e: far beyond the peak ln g is so large that differences of it mean nothing.
    let outwards = |direction: f64| (0..=80).map(move |count| t_w.ln() + direction * f64::from(count));
    let mut low = outwards(-1.0).find(|&ln_time| excess(ln_time) < 0.0)?;
    let mut high = outwards(1.0).find(|&ln_time| excess(ln_time) > 0.0)?;
    // Halving down to the last bits of ln t.
    while high - low > 1e-15 * low.abs().max(1.0) {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if excess(middle) < 0.0 { low = middle } else { high = middle }
    }
    let t_p = (0.5 * (low + high)).exp();
    Some((t_p, phi.phi(t_w + t_p) - r * phi.phi(t_p) - phi.phi(t_w) + r))
}

/// The memory kernel `K(t) = [phi(t_w + t) - phi(t_w) phi(t)] / [1 - phi(t_w)]` of Prados & Brey: the whole second
/// stage when the second strain is chosen so that the stress starts at its equilibrium value.
pub fn memory_kernel(phi: &impl RelaxationFunction, t_w: f64, time: f64) -> f64 {
    let waited = phi.phi(t_w);
    (phi.phi(t_w + time) - waited * phi.phi(time)) / (1.0 - waited)
}
