//! What a sample has not forgotten: changes of temperature and strain, each fading with the reduced time since it.
//!
//! `M(xi) = exp(-xi^beta)` is the share of a change that is left after a reduced time `xi = int dt/tau`. The departure
//! of the fictive temperature from the temperature is `-sum dT_j M(xi - xi_j)`, the strain that has not relaxed
//! `sum d_eps_j M(xi - xi_j)`. [`Sum`] does this sum as it stands, which is exact for jumps and costs one stretched
//! exponential per jump. [`Modes`] writes `M` as a sum of simple exponentials, whose state is carried from step to step
//! at the same cost however many changes there were, and takes even ramps exactly.
//!
//! Every change keeps the reduced time since itself: a sample that was hot for an hour has a reduced time of 1e10, from
//! which no difference of 1e-10 could be taken afterwards.

use crate::number::Number;
use crate::spectrum::Spectrum;

/// Reduced times above this are the same: nothing is left.
const FOREVER: f64 = 1e100;

/// What is left of all changes after some reduced time without a change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held<N> {
    /// Of the changes of temperature, K: the temperature minus the fictive temperature.
    pub temperature: N,
    /// Of the changes of strain (1).
    pub strain: N,
    /// Share that is left of a change that ran evenly during this reduced time.
    pub share: N,
}

impl<N: Number> Held<N> {
    fn nothing() -> Self {
        let zero = N::from(0.0);
        Held { temperature: zero, strain: zero, share: zero }
    }
}

/// Which parts of [`Held`] somebody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The strain.
    pub strain: bool,
    /// The share of an even change.
    pub share: bool,
}

/// What a sample has not forgotten.
pub trait Memory<N> {
    /// Temperature (K) and strain change at once by this much.
    fn jump(&mut self, temperature: N, strain: N);

    /// What will be left after a reduced time.
    fn after(&self, reduced: N, wanted: Wanted) -> Held<N>;

    /// Goes on by a reduced time in which temperature (K) and strain ran evenly by this much.
    fn advance(&mut self, reduced: N, temperature: N, strain: N);
}

/// Every change by itself. An even change counts as a jump in the middle of its reduced time.
#[derive(Clone, Debug)]
pub struct Sum<N> {
    exponent: N,
    /// Beyond this reduced time nothing is left of a change.
    end: f64,
    changes: Vec<Change<N>>,
}

#[derive(Clone, Copy, Debug)]
struct Change<N> {
    /// Reduced time since the change.
    since: N,
    temperature: N,
    strain: N,
}

impl<N: Number> Sum<N> {
    /// Nothing to remember yet; `exponent` is `beta`.
    pub fn new(exponent: N) -> Self {
        // exp(-745) is the last double above zero.
        Sum { exponent, end: 745f64.powf(1.0 / exponent.value()), changes: Vec::new() }
    }

    fn left(&self, reduced: N) -> N {
        (-reduced.powf(self.exponent)).exp()
    }
}

impl<N: Number> Memory<N> for Sum<N> {
    fn jump(&mut self, temperature: N, strain: N) {
        match self.changes.last_mut() {
            Some(last) if last.since.is_zero() => {
                last.temperature = last.temperature + temperature;
                last.strain = last.strain + strain;
            }
            _ => self.changes.push(Change { since: N::from(0.0), temperature, strain }),
        }
    }

    fn after(&self, reduced: N, wanted: Wanted) -> Held<N> {
        let mut held = Held::nothing();
        for change in &self.changes {
            let warming = !change.temperature.is_zero();
            if warming || wanted.strain {
                let left = self.left(change.since + reduced);
                if warming {
                    held.temperature = held.temperature + change.temperature * left;
                }
                held.strain = held.strain + change.strain * left;
            }
        }
        if wanted.share {
            held.share = self.left(reduced * 0.5);
        }
        held
    }

    fn advance(&mut self, reduced: N, temperature: N, strain: N) {
        for change in &mut self.changes {
            change.since = (change.since + reduced).at_most(FOREVER);
        }
        if !temperature.is_zero() || !strain.is_zero() {
            self.changes.push(Change { since: (reduced * 0.5).at_most(FOREVER), temperature, strain });
        }
        let end = self.end;
        if self.changes.first().is_some_and(|oldest| oldest.since.value() >= end) {
            self.changes.retain(|change| change.since.value() < end);
        }
    }
}

/// Simple exponentials in reduced time.
#[derive(Clone, Debug)]
pub struct Modes<'a> {
    spectrum: &'a Spectrum,
    temperature: Vec<f64>,
    strain: Vec<f64>,
}

impl<'a> Modes<'a> {
    /// Nothing to remember yet.
    pub fn new(spectrum: &'a Spectrum) -> Self {
        let nothing = vec![0.0; spectrum.rates.len()];
        Modes { spectrum, temperature: nothing.clone(), strain: nothing }
    }
}

impl Memory<f64> for Modes<'_> {
    fn jump(&mut self, temperature: f64, strain: f64) {
        let held = self.temperature.iter_mut().zip(&mut self.strain);
        for ((held_temperature, held_strain), weight) in held.zip(&self.spectrum.weights) {
            *held_temperature += weight * temperature;
            *held_strain += weight * strain;
        }
    }

    fn after(&self, reduced: f64, wanted: Wanted) -> Held<f64> {
        let mut held = Held::nothing();
        let modes = self.spectrum.rates.iter().zip(&self.spectrum.weights);
        for ((rate, weight), (temperature, strain)) in modes.zip(self.temperature.iter().zip(&self.strain)) {
            if !wanted.share && *temperature == 0.0 && *strain == 0.0 {
                continue;
            }
            let elapsed = rate * reduced;
            let left = left_of_mode(elapsed);
            held.temperature += temperature * left;
            held.strain += strain * left;
            if wanted.share {
                held.share += weight * mean_left(elapsed, left);
            }
        }
        held
    }

    fn advance(&mut self, reduced: f64, temperature: f64, strain: f64) {
        let modes = self.spectrum.rates.iter().zip(&self.spectrum.weights);
        let held = self.temperature.iter_mut().zip(&mut self.strain);
        let even = temperature != 0.0 || strain != 0.0;
        for ((rate, weight), (held_temperature, held_strain)) in modes.zip(held) {
            let elapsed = rate * reduced;
            let left = left_of_mode(elapsed);
            *held_temperature = kept(*held_temperature * left);
            *held_strain = kept(*held_strain * left);
            if even {
                let share = weight * mean_left(elapsed, left);
                *held_temperature += share * temperature;
                *held_strain += share * strain;
            }
        }
    }
}

/// `e^-y`, to the last digit that counts in a sum of weights of order one.
fn left_of_mode(elapsed: f64) -> f64 {
    if elapsed < 1e-5 {
        // The next term of the series is 2e-16.
        1.0 - elapsed * (1.0 - 0.5 * elapsed)
    } else if elapsed > 50.0 {
        0.0
    } else {
        (-elapsed).exp()
    }
}

/// What has faded beyond any use is forgotten, so that it need not be carried on.
fn kept(value: f64) -> f64 {
    if value.abs() < 1e-30 { 0.0 } else { value }
}

/// `(1 - e^-y)/y`, given `y` and `e^-y`.
fn mean_left(elapsed: f64, left: f64) -> f64 {
    if elapsed < 1e-3 {
        // The next term of the series is 1e-15.
        1.0 - elapsed / 2.0 * (1.0 - elapsed / 3.0 * (1.0 - elapsed / 4.0))
    } else {
        (1.0 - left) / elapsed
    }
}
