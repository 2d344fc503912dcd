//! The state of a Maxwell solid, carried through a history piece by piece.

use super::retardation::{Retardation, merged};
use super::thermal::{Thermal, largest_change, mean_factor, mean_rates};
use super::{HistoryTest, MaxwellSolid};
use crate::elementary::{SMALL, exponentials, small_exponentials};
use std::fmt;

/// Elements weaker than this part of the unrelaxed modulus are left out: no double shows them.
const NO_MODULUS: f64 = 1e-40;

/// Largest change of the logarithm of a rate within a piece where the drive moves while the temperature does.
const FINE: f64 = 0.005;

/// More pieces than this are not made of one segment.
const MOST_PIECES: f64 = 20_000.0;

/// A spring that holds less than this part of what a slower one holds is let go.
const NEGLIGIBLE: f64 = 1e-25;

/// Slower than this (1/s) nothing has moved since the beginning of the universe, by forty decades.
const FROZEN: f64 = 1e-60;

/// Why a solid cannot do a test.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum RunError {
    /// Stress is prescribed on a solid without any stiffness.
    NoStiffness,
    /// A liquid has been under stress for ever before the first node.
    EndlessCreep {
        /// The stress at the first node, MPa.
        stress: f64,
    },
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::NoStiffness => write!(
                f,
                "stress is prescribed and the unrelaxed modulus is 0 MPa, so there is nothing that could carry it; \
                 take a modulus above 0"
            ),
            RunError::EndlessCreep { stress } => write!(
                f,
                "the history begins at {stress} MPa, and a solid whose relaxed modulus is 0 would have crept for ever \
                 under it; begin at 0 MPa"
            ),
        }
    }
}

impl std::error::Error for RunError {}

impl MaxwellSolid {
    /// Carries the solid through a test and shows its state at every wanted time, by index.
    ///
    /// Exact (to rounding) while the temperature stays, for steps and ramps of strain and of stress and for changes of
    /// control. While the temperature runs and the drive stays: exact for [`Thermal::Common`], and under strain control
    /// for [`Thermal::Each`]; the reduced time is then an integral good to 1e-12. Otherwise (drive and temperature run
    /// together, or stress control with rates of their own) a segment is cut into pieces of constant rates in which
    /// `ln` of a rate changes by 0.005 at most: second order, some 1e-6 of the response.
    ///
    /// # Errors
    /// [`RunError`]: stress on something without stiffness, or on a liquid for ever.
    pub fn run(
        &self,
        test: &HistoryTest,
        thermal: Thermal<'_>,
        mut visit: impl FnMut(usize, &State<'_>),
    ) -> Result<(), RunError> {
        let history = &test.history;
        let mut walker = Walker::new(self, test, thermal)?;
        let mut node = 0;
        for (index, (&time, &before)) in test.times.iter().zip(&test.before).enumerate() {
            while let Some(&end) = history.time.get(node + 1) {
                let jump = end == history.time[node];
                if end > time || (jump && before && end == time) {
                    break;
                }
                node += 1;
                let (control, drive) = (history.control[node], history.drive[node]);
                if jump {
                    walker.jump(control != 0.0, drive)?;
                    walker.change_temperature(history.temperature[node]);
                } else {
                    walker.advance(end, drive, history.temperature[node])?;
                }
            }
            if time > walker.now {
                let part = |column: &[f64]| match (column.get(node), column.get(node + 1)) {
                    (Some(from), Some(to)) => {
                        let (start, end) = (history.time[node], history.time[node + 1]);
                        from + (to - from) * ((time - start) / (end - start))
                    }
                    // After the last node its values are held.
                    _ => column[column.len() - 1],
                };
                let (drive, temperature) = (part(&history.drive), part(&history.temperature));
                walker.advance(time, drive, temperature)?;
            }
            visit(index, &State { walker: &walker });
        }
        Ok(())
    }
}

/// A Maxwell solid at one moment of a history.
pub struct State<'a> {
    walker: &'a Walker<'a>,
}

impl State<'_> {
    /// Stress, MPa.
    pub fn stress(&self) -> f64 {
        self.walker.stress()
    }

    /// Strain (1).
    pub fn strain(&self) -> f64 {
        self.walker.strain
    }

    /// The strain in its three parts (1): elastic, which goes at once when the stress is taken away; anelastic, which
    /// comes back in time; viscous, which stays for ever. They add up to the strain. The parts are those of the present
    /// temperature.
    pub fn split(&self) -> [f64; 3] {
        let stress = self.stress();
        // Something without stiffness holds no stress, and no elastic strain.
        let elastic = if stress == 0.0 { 0.0 } else { stress * self.walker.instantaneous() };
        let viscous = self.walker.viscous_strain();
        [elastic, self.strain() - elastic - viscous, viscous]
    }
}

/// The solid in terms of Kelvin elements, while stress is prescribed.
struct Chain {
    /// Rates of the Maxwell elements that these Kelvin elements belong to, 1/s.
    rates: Vec<f64>,
    spectrum: Retardation,
    delayed: Vec<f64>,
    flowing: f64,
}

struct Walker<'a> {
    thermal: Thermal<'a>,
    relaxed_modulus: f64,
    /// Of the elements in order of rising rate, MPa.
    moduli: Vec<f64>,
    /// Rates of the elements as given, 1/s: with a common factor only.
    rates: Vec<f64>,
    /// Place of each element among the modes of the solid: with rates of their own only.
    places: Vec<usize>,
    modes: usize,
    now: f64,
    temperature: f64,
    /// The common factor of the rates at this temperature.
    factor: f64,
    stress_control: bool,
    strain: f64,
    /// The prescribed stress, MPa; under strain control the stress follows from the springs.
    prescribed_stress: f64,
    /// Extension of the spring of every element (1); out of date while there is a chain.
    springs: Vec<f64>,
    /// How many of the fastest springs are not extended at all.
    slack: usize,
    /// Room for one exponential per element.
    decays: Vec<f64>,
    chain: Option<Chain>,
}

impl<'a> Walker<'a> {
    fn new(solid: &MaxwellSolid, test: &HistoryTest, thermal: Thermal<'a>) -> Result<Self, RunError> {
        let weakest = NO_MODULUS * solid.unrelaxed_modulus();
        let kept = solid.modes.iter().enumerate().filter(|(_, mode)| mode.modulus > weakest);
        let (mut rates, mut moduli, mut places) = (Vec::new(), Vec::new(), Vec::new());
        match thermal {
            Thermal::Common(_) => {
                // A time so short that its rate is no number is still only very short.
                let rate = |time: f64| (1.0 / time).min(f64::MAX);
                (rates, moduli) = merged(kept.map(|(_, mode)| (rate(mode.relaxation_time), mode.modulus)).collect());
            }
            Thermal::Each(write) => {
                let mut all = vec![0.0; solid.modes.len()];
                write(test.start_temperature(), &mut all);
                places = kept.map(|(place, _)| place).collect();
                places.sort_by(|&left, &right| all[left].total_cmp(&all[right]));
                moduli.extend(places.iter().map(|&place| solid.modes[place].modulus));
            }
        }
        let first = |column: &[f64]| column.first().copied().unwrap_or(0.0);
        let (drive, stress_control) = (first(&test.history.drive), first(&test.history.control) != 0.0);
        let mut walker = Walker {
            thermal,
            relaxed_modulus: solid.relaxed_modulus,
            springs: vec![0.0; moduli.len()],
            slack: moduli.len(),
            decays: vec![0.0; moduli.len()],
            moduli,
            rates,
            places,
            modes: solid.modes.len(),
            now: first(&test.history.time),
            temperature: f64::NAN,
            factor: f64::NAN,
            stress_control,
            strain: drive,
            prescribed_stress: drive,
            chain: None,
        };
        walker.change_temperature(test.start_temperature());
        if stress_control {
            walker.check_stiffness()?;
            if walker.relaxed_modulus == 0.0 && drive != 0.0 {
                return Err(RunError::EndlessCreep { stress: drive });
            }
            walker.strain = if drive == 0.0 { 0.0 } else { drive / walker.relaxed_modulus };
        }
        Ok(walker)
    }

    fn check_stiffness(&self) -> Result<(), RunError> {
        if self.instantaneous().is_finite() { Ok(()) } else { Err(RunError::NoStiffness) }
    }

    /// `1/E_U`, 1/MPa.
    fn instantaneous(&self) -> f64 {
        1.0 / (self.relaxed_modulus + self.moduli.iter().sum::<f64>())
    }

    fn stress(&self) -> f64 {
        if self.stress_control {
            return self.prescribed_stress;
        }
        let held = self.springs.len() - self.slack;
        self.relaxed_modulus * self.strain + sum_of_products(&self.moduli[..held], &self.springs[..held])
    }

    fn viscous_strain(&self) -> f64 {
        match &self.chain {
            _ if self.relaxed_modulus > 0.0 => 0.0,
            Some(chain) => chain.flowing,
            None => {
                let times = self.rates_between(self.temperature, self.temperature).into_iter().map(|rate| 1.0 / rate);
                let (mut viscosity, mut held) = (0.0, 0.0);
                for ((modulus, spring), time) in self.moduli.iter().zip(&self.springs).zip(times) {
                    viscosity += modulus * time;
                    held += modulus * time * (self.strain - spring);
                }
                if viscosity > 0.0 { held / viscosity } else { 0.0 }
            }
        }
    }

    /// Changes what is prescribed, at once.
    fn jump(&mut self, stress_control: bool, drive: f64) -> Result<(), RunError> {
        if stress_control {
            self.check_stiffness()?;
            self.stretch((drive - self.stress()) * self.instantaneous());
            self.prescribed_stress = drive;
        } else {
            self.leave_chain();
            self.stretch(drive - self.strain);
            self.strain = drive;
        }
        self.stress_control = stress_control;
        Ok(())
    }

    /// Changes the temperature (K), at once.
    fn change_temperature(&mut self, temperature: f64) {
        self.temperature = temperature;
        if let Thermal::Common(factor) = self.thermal {
            self.factor = factor(temperature);
        }
    }

    /// Strain that is too quick for any dashpot.
    fn stretch(&mut self, strain: f64) {
        self.strain += strain;
        if self.chain.is_none() {
            self.springs.iter_mut().for_each(|spring| *spring += strain);
            self.slack = 0;
        }
    }

    /// Lets everything run to a time (s), drive and temperature linearly to what they are then.
    fn advance(&mut self, time: f64, drive: f64, temperature: f64) -> Result<(), RunError> {
        let duration = time - self.now;
        let (from_drive, from_temperature) = (self.drive(), self.temperature);
        let pieces = self.pieces(drive, temperature);
        let part = |piece: u32, from: f64, to: f64| {
            if piece == pieces { to } else { from + (to - from) * (f64::from(piece) / f64::from(pieces)) }
        };
        for piece in 1..=pieces {
            let (drive, temperature) = (part(piece, from_drive, drive), part(piece, from_temperature, temperature));
            self.advance_evenly(duration / f64::from(pieces), drive, temperature);
        }
        self.now = time;
        Ok(())
    }

    fn drive(&self) -> f64 {
        if self.stress_control { self.prescribed_stress } else { self.strain }
    }

    /// In how many pieces of constant rates this has to be done.
    fn pieces(&self, drive: f64, temperature: f64) -> u32 {
        if temperature == self.temperature {
            return 1;
        }
        let change = match self.thermal {
            Thermal::Common(_) if drive == self.drive() => return 1,
            Thermal::Each(_) if drive == self.drive() && !self.stress_control => return 1,
            Thermal::Common(factor) => largest_change(&[factor(self.temperature)], &[factor(temperature)]),
            Thermal::Each(_) => {
                let at = |kelvin| self.rates_between(kelvin, kelvin);
                largest_change(&at(self.temperature), &at(temperature))
            }
        };
        (change / FINE).ceil().clamp(1.0, MOST_PIECES) as u32
    }

    /// One piece in which rates are taken as constant at their mean.
    fn advance_evenly(&mut self, duration: f64, drive: f64, temperature: f64) {
        let (rates, reduced) = match self.thermal {
            Thermal::Common(_) if temperature == self.temperature => (None, duration * self.factor),
            Thermal::Common(factor) => {
                let mean = mean_factor(factor, self.temperature, temperature);
                self.factor = factor(temperature);
                (None, duration * mean)
            }
            Thermal::Each(_) => (Some(self.rates_between(self.temperature, temperature)), duration),
        };
        self.temperature = temperature;
        if self.stress_control {
            self.creep(rates, reduced, drive);
        } else {
            self.relax(rates.as_deref(), reduced, drive - self.strain);
            self.strain = drive;
        }
    }

    /// Lets the springs relax while the strain changes evenly.
    fn relax(&mut self, rates: Option<&[f64]>, reduced: f64, change: f64) {
        let rates = rates.unwrap_or(&self.rates);
        if change != 0.0 {
            self.slack = 0;
        }
        // The fastest elements come last; those that hold nothing any more need no exponential.
        let held = self.springs.len() - self.slack;
        let decays = &mut self.decays[..held];
        decay_factors(rates, reduced, decays);
        for ((spring, decay), rate) in self.springs.iter_mut().zip(decays).zip(rates) {
            *spring *= *decay;
            if change != 0.0 {
                *spring += change * mean_exponential(rate * reduced);
            }
        }
        if change == 0.0 && held > 0 {
            // Until the strain changes, a faster spring only loses against a slower one.
            let stress = |index: usize| self.moduli[index] * self.springs[index].abs();
            let least = NEGLIGIBLE * stress(0).max(stress(held / 2));
            let emptied = (held / 2 + 1..held).rev().take_while(|&index| stress(index) <= least).count();
            self.springs[held - emptied..held].fill(0.0);
            self.slack += emptied;
        }
    }

    fn creep(&mut self, rates: Option<Vec<f64>>, reduced: f64, stress: f64) {
        self.enter_chain(rates);
        let Some(chain) = &mut self.chain else { return };
        let (from, change) = (self.prescribed_stress, stress - self.prescribed_stress);
        let elements = chain.spectrum.rates.iter().zip(&chain.spectrum.rate_per_stress);
        // As many Kelvin elements as Maxwell elements, or one less.
        let decays = &mut self.decays[..chain.delayed.len()];
        decay_factors(&chain.spectrum.rates, reduced, decays);
        for ((delayed, decay), (rate, per_stress)) in chain.delayed.iter_mut().zip(decays).zip(elements) {
            let x = rate * reduced;
            let compliance = per_stress / rate;
            *delayed *= *decay;
            if from != 0.0 {
                *delayed -= compliance * from * (-x).exp_m1();
            }
            if change != 0.0 {
                *delayed += compliance * change * lag(x);
            }
        }
        if chain.spectrum.fluidity > 0.0 {
            chain.flowing += chain.spectrum.fluidity * (from + 0.5 * change) * reduced;
        }
        self.prescribed_stress = stress;
        self.strain = stress * chain.spectrum.instantaneous + chain.delayed.iter().sum::<f64>() + chain.flowing;
    }

    /// Writes the state in terms of Kelvin elements, those of the given rates or of the common ones.
    fn enter_chain(&mut self, rates: Option<Vec<f64>>) {
        match (&self.chain, &rates) {
            (Some(_), None) => return,
            (Some(chain), Some(rates)) if chain.rates == *rates => return,
            _ => self.leave_chain(),
        }
        let rates = rates.unwrap_or_else(|| self.rates.clone());
        let dashpots: Vec<f64> = self.springs.iter().map(|spring| self.strain - spring).collect();
        self.chain = Retardation::new(self.relaxed_modulus, &rates, &self.moduli).map(|spectrum| {
            let (delayed, flowing) = spectrum.delayed_strains(&dashpots);
            Chain { rates, spectrum, delayed, flowing }
        });
    }

    /// Writes the state in terms of Maxwell elements.
    fn leave_chain(&mut self) {
        if let Some(chain) = self.chain.take() {
            let dashpots = chain.spectrum.dashpot_strains(&chain.delayed, chain.flowing);
            for (spring, dashpot) in self.springs.iter_mut().zip(dashpots) {
                *spring = self.strain - dashpot;
            }
            self.slack = 0;
        }
    }

    /// Mean rates of the elements between two temperatures (K), in order, distinct and above zero.
    fn rates_between(&self, from: f64, to: f64) -> Vec<f64> {
        let Thermal::Each(write) = self.thermal else { return self.rates.clone() };
        let mut all = vec![0.0; self.modes];
        mean_rates(write, from, to, &mut all);
        let mut previous = 0.0_f64;
        let rising = self.places.iter().map(|&place| {
            previous = all[place].max(previous * (1.0 + 1e-9)).max(FROZEN);
            previous
        });
        rising.collect()
    }
}

/// `exp(-rate time)` for rising rates.
fn decay_factors(rates: &[f64], time: f64, factors: &mut [f64]) {
    factors.iter_mut().zip(rates).for_each(|(factor, rate)| *factor = -rate * time);
    let slow = factors.partition_point(|exponent| *exponent >= -SMALL);
    let (slow, fast) = factors.split_at_mut(slow);
    small_exponentials(slow);
    exponentials(fast);
}

/// The sum of `a b`, four terms at a time: one sum alone would wait for every addition.
fn sum_of_products(a: &[f64], b: &[f64]) -> f64 {
    let (a_quads, b_quads) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = a_quads.remainder().iter().zip(b_quads.remainder()).map(|(a, b)| a * b).sum();
    let mut sums = [0.0; 4];
    for (a, b) in a_quads.zip(b_quads) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// `(1 - e^-x)/x`: the mean of `e^-y` from 0 to `x >= 0`.
fn mean_exponential(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { -(-x).exp_m1() / x }
}

/// `1 - (1 - e^-x)/x`, for `x >= 0`, without loss of digits for small `x`.
fn lag(x: f64) -> f64 {
    if x > 0.5 {
        return 1.0 - mean_exponential(x);
    }
    // sum_k (-1)^(k+1) x^k / (k+1)!
    let mut term = 0.5 * x;
    let mut sum = term;
    for k in 3..=14 {
        term *= -x / f64::from(k);
        sum += term;
    }
    sum
}
