//! From one state of a glass to the next: reduced time, fictive temperature and unrelaxed strain through an experiment.
//!
//! Reduced time grows as `d xi/dt = 1/tau(T, Tf)`, and the fictive temperature depends on the reduced time of all
//! changes before. A step is the trapezoidal rule: a predictor (the midpoint rule after a change, later the rate's own
//! trend), then two corrections, second order in the step. Where `ln tau` would change by more than 0.05 the step is
//! divided. Between steps the reduced time is the cubic that has its values and rates at both ends, so that results at
//! any time are as good as the steps. A step of strain on which the clock does not depend does not restart the steps.
//!
//! Under stress control the change of strain over a step follows from the stress at its end, which is linear in it.

use crate::clock::Clock;
use crate::memory::{Held, Memory, Wanted};
use crate::schedule::{Piece, Prescribed, Schedule};
use kovacs_core::Control;
use kovacs_core::linear_response::Moduli;
use kovacs_sdk::Refusal;

/// The largest reduced time of one step: whatever was before is forgotten.
const FORGOTTEN: f64 = 1e100;

/// Below this reduced time nothing happens in a step, and its accuracy does not matter.
const NOTHING: f64 = 1e-80;

/// What a glass is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Material {
    /// The rate of its own time.
    pub clock: Clock,
    /// `theta`, by how many K unrelaxed strain raises the fictive temperature in the clock, per strain.
    pub softening: f64,
    /// Its moduli, MPa.
    pub moduli: Moduli,
    /// Fictive temperature at the first node, K; `None`: in equilibrium.
    pub fictive_temperature: Option<f64>,
}

/// The state of a glass at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moment {
    /// Temperature, K.
    pub temperature: f64,
    /// Fictive temperature minus temperature, K.
    pub departure: f64,
    /// Strain (1).
    pub strain: f64,
    /// The strain that has not relaxed (1).
    pub unrelaxed: f64,
}

impl Moment {
    /// Fictive temperature, K.
    pub fn fictive_temperature(&self) -> f64 {
        self.temperature + self.departure
    }

    /// Stress, MPa.
    pub fn stress(&self, moduli: Moduli) -> f64 {
        moduli.relaxed * self.strain + (moduli.unrelaxed - moduli.relaxed) * self.unrelaxed
    }
}

/// Carries a glass through an experiment. `write` gets the index of each wanted time and the state there, in order;
/// `tick` the fraction done. Answers the number of steps.
///
/// # Errors
/// What `tick` refuses; a strain under which the fictive temperature of the clock is not above 0 K; a sample that has
/// been under stress for ever without a relaxed modulus.
pub fn walk<M: Memory>(
    schedule: &Schedule,
    material: &Material,
    memory: M,
    write: impl FnMut(usize, &Moment),
    tick: &mut dyn FnMut(f64) -> Result<(), Refusal>,
) -> Result<usize, Refusal> {
    let mut walker = Walker::new(schedule, material, memory, write)?;
    let mut reached = 0;
    for (number, piece) in schedule.pieces.iter().enumerate() {
        walker.enter(piece);
        // Not more often than steps take some microseconds each.
        walker.cross(piece, number + 1 == schedule.pieces.len(), &mut |steps, part| {
            if steps < reached + 256 {
                return Ok(());
            }
            reached = steps;
            tick((number as f64 + part) / schedule.pieces.len() as f64)
        })?;
    }
    tick(1.0)?;
    Ok(walker.steps)
}

struct Walker<'a, M, W> {
    schedule: &'a Schedule,
    material: &'a Material,
    memory: M,
    write: W,
    wanted: Wanted,
    temperature: f64,
    strain: f64,
    /// How long before the present piece the clock was last disturbed, s; `None`: just now.
    age: Option<f64>,
    steps: usize,
}

/// The rate of the material's own time, 1/s.
#[derive(Clone, Copy)]
struct Rate {
    logarithm: f64,
    value: f64,
}

/// A step that may be taken.
struct Trial {
    /// Its reduced time.
    reduced: f64,
    /// The rate at its end.
    end: Rate,
}

/// Where in a piece a step starts.
#[derive(Clone, Copy)]
struct Stand {
    /// s since the start of the piece.
    elapsed: f64,
    temperature: f64,
    strain: f64,
}

impl<'a, M: Memory, W: FnMut(usize, &Moment)> Walker<'a, M, W> {
    fn new(schedule: &'a Schedule, material: &'a Material, mut memory: M, mut write: W) -> Result<Self, Refusal> {
        let Schedule { temperature, rest, .. } = *schedule;
        let strain = match schedule.control {
            Control::Strain => rest,
            Control::Stress if rest == 0.0 => 0.0,
            Control::Stress if material.moduli.relaxed > 0.0 => rest / material.moduli.relaxed,
            Control::Stress => {
                return Err(Refusal::rejected(format!(
                    "the history begins at {rest} MPa, and a solid whose relaxed modulus is 0 would have crept for ever \
                     under it; begin at 0 MPa"
                )));
            }
        };
        let mut departure = 0.0;
        if let Some(fictive) = material.fictive_temperature.filter(|&fictive| fictive != temperature) {
            departure = fictive - temperature;
            memory.jump(-departure, 0.0);
        }
        let moment = Moment { temperature, departure, strain, unrelaxed: 0.0 };
        (0..schedule.at_rest).for_each(|index| write(index, &moment));
        let wanted = Wanted { strain: false, share: false };
        Ok(Walker { schedule, material, memory, write, wanted, temperature, strain, age: None, steps: 0 })
    }

    /// Makes the jump at the start of a piece.
    fn enter(&mut self, piece: &Piece) {
        let before = self.strain;
        self.strain = match piece.control {
            Control::Strain => piece.from.drive,
            Control::Stress => {
                let held = self.memory.after(0.0, Wanted { strain: true, share: false });
                let now = Moment { strain: before, unrelaxed: held.strain, ..Moment::default() };
                let moduli = self.material.moduli;
                before + (piece.from.drive - now.stress(moduli)) / moduli.unrelaxed
            }
        };
        let (warming, change) = (piece.from.temperature - self.temperature, self.strain - before);
        if warming != 0.0 || change != 0.0 {
            self.memory.jump(warming, change);
        }
        let undisturbed = warming == 0.0 && self.material.softening == 0.0 && piece.control == Control::Strain;
        self.age = self.age.filter(|_| undisturbed && piece.is_hold());
        self.temperature = piece.from.temperature;
    }

    /// Goes through a piece: to its end, or in the last one to the last wanted time.
    fn cross(
        &mut self,
        piece: &Piece,
        last: bool,
        tick: &mut dyn FnMut(usize, f64) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let stress_control = piece.control == Control::Stress;
        self.wanted = Wanted {
            strain: stress_control || self.material.softening != 0.0,
            share: stress_control || !piece.is_hold(),
        };
        let times = &self.schedule.times[piece.outputs.clone()];
        let mut outputs = piece.outputs.clone().zip(times.iter().map(|time| time - piece.start)).peekable();
        let limit = self.schedule.division.largest_change();
        let mut stand = Stand { elapsed: 0.0, temperature: self.temperature, strain: self.strain };
        let (moment, _) = self.state(piece, stand, 0.0, 0.0, true);
        let mut rate = self.rate(&moment)?;
        while let Some((index, _)) = outputs.next_if(|&(_, time)| time <= 0.0) {
            (self.write)(index, &moment);
        }
        let age = self.age.unwrap_or(0.0);
        let mut trend = None;
        let mut edge = 0.0;
        while edge < piece.duration && !(last && outputs.peek().is_none()) {
            edge = piece.next_edge(edge, age, self.schedule.division);
            let mut step = edge - stand.elapsed;
            while stand.elapsed < edge {
                let whole = step >= edge - stand.elapsed;
                let duration = if whole { edge - stand.elapsed } else { step };
                // How long the step is in the logarithm of time.
                let length = duration / (age + stand.elapsed);
                let Trial { reduced, end: next } =
                    self.trial(piece, stand, duration, rate, trend.map(|by| by * length))?;
                let change = next.logarithm - rate.logarithm;
                let seen = duration * next.value.max(rate.value) > NOTHING;
                let divisible = duration > 1e-13 * stand.elapsed && duration > f64::MIN_POSITIVE;
                if change.abs() > limit && seen && divisible {
                    step = duration * (0.9 * limit / change.abs()).clamp(0.05, 0.7);
                    trend = None;
                    continue;
                }
                let end = if whole { edge } else { stand.elapsed + duration };
                while let Some((index, time)) = outputs.next_if(|&(_, time)| time <= end) {
                    let part = (time - stand.elapsed) / duration;
                    let since = hermite(part, duration, (rate.value, next.value), reduced);
                    let (moment, _) = self.state(piece, stand, part * duration, since, true);
                    (self.write)(index, &moment);
                }
                let Prescribed { temperature, drive } = piece.at(end);
                let stretch = match piece.control {
                    Control::Strain => drive - stand.strain,
                    Control::Stress => self.state(piece, stand, duration, reduced, true).1,
                };
                self.memory.advance(reduced, temperature - stand.temperature, stretch);
                stand = Stand { elapsed: end, temperature, strain: stand.strain + stretch };
                trend = length.is_finite().then_some(change / length);
                rate = next;
                self.steps += 1;
                step = duration * 3.0;
                tick(self.steps, end / piece.duration)?;
            }
        }
        (self.temperature, self.strain) = (stand.temperature, stand.strain);
        self.age = piece.is_hold().then_some(age + piece.duration);
        Ok(())
    }

    /// A step from `stand`, at whose end the logarithm of the rate is expected to have changed by `expected`.
    fn trial(
        &self,
        piece: &Piece,
        stand: Stand,
        duration: f64,
        rate: Rate,
        expected: Option<f64>,
    ) -> Result<Trial, Refusal> {
        let reduced = |rate: f64| (duration * rate).min(FORGOTTEN);
        let rate_after =
            |reduced: f64, duration: f64| self.rate(&self.state(piece, stand, duration, reduced, self.wanted.strain).0);
        let mut guess = match expected {
            Some(change) if change.abs() < 0.5 => reduced(rate.value * (1.0 + 0.5 * change)),
            _ => reduced(rate_after(0.5 * reduced(rate.value), 0.5 * duration)?.value),
        };
        let mut end = rate;
        for _ in 0..2 {
            end = rate_after(guess, duration)?;
            guess = reduced(0.5 * (rate.value + end.value));
        }
        Ok(Trial { reduced: guess, end })
    }

    /// The state some time and reduced time after `stand`, and how much the strain has changed evenly since.
    fn state(&self, piece: &Piece, stand: Stand, duration: f64, reduced: f64, strain: bool) -> (Moment, f64) {
        let wanted = Wanted { strain, ..self.wanted };
        let Held { temperature, strain: held, share } = self.memory.after(reduced, wanted);
        let Prescribed { temperature: now, drive } = piece.at(stand.elapsed + duration);
        let stretch = match piece.control {
            Control::Strain => drive - stand.strain,
            Control::Stress => {
                let moduli = self.material.moduli;
                let relaxing = moduli.unrelaxed - moduli.relaxed;
                (drive - moduli.relaxed * stand.strain - relaxing * held) / (moduli.relaxed + relaxing * share)
            }
        };
        let moment = Moment {
            temperature: now,
            departure: -(temperature + share * (now - stand.temperature)),
            strain: stand.strain + stretch,
            unrelaxed: held + share * stretch,
        };
        (moment, stretch)
    }

    fn rate(&self, moment: &Moment) -> Result<Rate, Refusal> {
        let mut fictive = moment.fictive_temperature();
        if self.material.softening != 0.0 {
            fictive += self.material.softening * moment.unrelaxed.abs();
        }
        let logarithm = self.material.clock.ln_rate(moment.temperature, fictive);
        if fictive > 0.0 && !logarithm.is_nan() {
            return Ok(Rate { logarithm, value: logarithm.exp() });
        }
        Err(Refusal::rejected(format!(
            "the fictive temperature in the clock is {fictive} K at an unrelaxed strain of {}, it must stay above 0 K; \
             take a coupling nearer to 0 K or a smaller strain",
            moment.unrelaxed
        )))
    }
}

/// Reduced time at a part (0 to 1) of a step, by the cubic with the rates at both ends.
fn hermite(part: f64, duration: f64, (start, end): (f64, f64), reduced: f64) -> f64 {
    let rest = 1.0 - part;
    let value = part * part * (3.0 - 2.0 * part) * reduced + duration * part * rest * (rest * start - part * end);
    value.clamp(0.0, reduced)
}
