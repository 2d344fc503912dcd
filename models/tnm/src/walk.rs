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
use crate::number::Number;
use crate::schedule::Schedule;
use kovacs_core::Control;
use kovacs_core::linear_response::Moduli;
use kovacs_sdk::{Piece, Prescribed, Refusal};

/// The largest reduced time of one step: whatever was before is forgotten.
const FORGOTTEN: f64 = 1e100;

/// Below this reduced time nothing happens in a step, and its accuracy does not matter.
const NOTHING: f64 = 1e-80;

/// What a glass is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Material<N> {
    /// The rate of its own time.
    pub clock: Clock<N>,
    /// `theta`, by how many K unrelaxed strain raises the fictive temperature in the clock, per strain.
    pub softening: N,
    /// Its moduli, MPa.
    pub moduli: Moduli,
    /// Fictive temperature at the first node, K; `None`: in equilibrium.
    pub fictive_temperature: Option<N>,
}

/// The state of a glass at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment<N> {
    /// Temperature, K.
    pub temperature: f64,
    /// Fictive temperature minus temperature, K.
    pub departure: N,
    /// Strain (1).
    pub strain: N,
    /// The strain that has not relaxed (1).
    pub unrelaxed: N,
}

impl<N: Number> Moment<N> {
    /// Fictive temperature, K.
    pub fn fictive_temperature(&self) -> N {
        self.departure + self.temperature
    }

    /// The state without derivatives.
    pub fn value(&self) -> Moment<f64> {
        Moment {
            temperature: self.temperature,
            departure: self.departure.value(),
            strain: self.strain.value(),
            unrelaxed: self.unrelaxed.value(),
        }
    }

    /// Stress, MPa.
    pub fn stress(&self, moduli: Moduli) -> N {
        self.strain * moduli.relaxed + self.unrelaxed * (moduli.unrelaxed - moduli.relaxed)
    }
}

/// Carries a glass through an experiment. `write` gets the index of each wanted time and the state there, in order;
/// `tick` the fraction done. Answers the number of steps.
///
/// # Errors
/// What `tick` refuses; a strain under which the fictive temperature of the clock is not above 0 K; a sample that has
/// been under stress for ever without a relaxed modulus.
pub fn walk<N: Number, M: Memory<N>>(
    schedule: &Schedule,
    material: &Material<N>,
    memory: M,
    write: impl FnMut(usize, &Moment<N>),
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

struct Walker<'a, N, M, W> {
    schedule: &'a Schedule,
    material: &'a Material<N>,
    memory: M,
    write: W,
    wanted: Wanted,
    temperature: f64,
    strain: N,
    /// How long before the present piece the clock was last disturbed, s; `None`: just now.
    age: Option<f64>,
    steps: usize,
}

/// The rate of the material's own time, 1/s.
#[derive(Clone, Copy)]
struct Rate<N> {
    logarithm: N,
    value: N,
}

/// A step that may be taken.
struct Trial<N> {
    /// Its reduced time.
    reduced: N,
    /// The rate at its end.
    end: Rate<N>,
}

/// Where in a piece a step starts.
#[derive(Clone, Copy)]
struct Stand<N> {
    /// s since the start of the piece.
    elapsed: f64,
    temperature: f64,
    strain: N,
}

impl<'a, N: Number, M: Memory<N>, W: FnMut(usize, &Moment<N>)> Walker<'a, N, M, W> {
    fn new(schedule: &'a Schedule, material: &'a Material<N>, mut memory: M, mut write: W) -> Result<Self, Refusal> {
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
        let (zero, strain) = (N::from(0.0), N::from(strain));
        let departure = material.fictive_temperature.map_or(zero, |fictive| fictive - temperature);
        if !departure.is_zero() {
            memory.jump(-departure, zero);
        }
        let moment = Moment { temperature, departure, strain, unrelaxed: zero };
        (0..schedule.at_rest).for_each(|index| write(index, &moment));
        let wanted = Wanted { strain: false, share: false };
        Ok(Walker { schedule, material, memory, write, wanted, temperature, strain, age: None, steps: 0 })
    }

    /// Makes the jump at the start of a piece.
    fn enter(&mut self, piece: &Piece) {
        let before = self.strain;
        self.strain = match piece.control {
            Control::Strain => N::from(piece.from.drive),
            Control::Stress => {
                let held = self.memory.after(N::from(0.0), Wanted { strain: true, share: false });
                let stress = self.moment(piece.from.temperature, before, held).stress(self.material.moduli);
                before + (-stress + piece.from.drive) / self.material.moduli.unrelaxed
            }
        };
        let (warming, change) = (piece.from.temperature - self.temperature, self.strain - before);
        if warming != 0.0 || !change.is_zero() {
            self.memory.jump(N::from(warming), change);
        }
        let undisturbed = warming == 0.0 && self.material.softening.is_zero() && piece.control == Control::Strain;
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
            strain: stress_control || !self.material.softening.is_zero(),
            share: stress_control || !piece.is_hold(),
        };
        let times = &self.schedule.times[piece.outputs.clone()];
        let mut outputs = piece.outputs.clone().zip(times.iter().map(|time| time - piece.start)).peekable();
        let limit = self.schedule.division.largest_change();
        let mut stand = Stand { elapsed: 0.0, temperature: self.temperature, strain: self.strain };
        let (moment, _) = self.state(piece, stand, 0.0, N::from(0.0), true);
        let mut rate = self.rate(&moment)?;
        while let Some((index, _)) = outputs.next_if(|&(_, time)| time <= 0.0) {
            (self.write)(index, &moment);
        }
        let age = self.age.unwrap_or(0.0);
        let mut trend: Option<N> = None;
        let mut edge = 0.0;
        while edge < piece.duration && !(last && outputs.peek().is_none()) {
            edge = self.schedule.division.next_edge(piece, edge, age);
            let mut step = edge - stand.elapsed;
            while stand.elapsed < edge {
                let whole = step >= edge - stand.elapsed;
                let duration = if whole { edge - stand.elapsed } else { step };
                // How long the step is in the logarithm of time.
                let length = duration / (age + stand.elapsed);
                let Trial { reduced, end: next } =
                    self.trial(piece, stand, duration, rate, trend.map(|by| by * length))?;
                let change = next.logarithm - rate.logarithm;
                let seen = duration * next.value.value().max(rate.value.value()) > NOTHING;
                let divisible = duration > 1e-13 * stand.elapsed && duration > f64::MIN_POSITIVE;
                if change.value().abs() > limit && seen && divisible {
                    step = duration * (0.9 * limit / change.value().abs()).clamp(0.05, 0.7);
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
                    Control::Strain => -stand.strain + drive,
                    Control::Stress => self.state(piece, stand, duration, reduced, true).1,
                };
                self.memory.advance(reduced, N::from(temperature - stand.temperature), stretch);
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
        stand: Stand<N>,
        duration: f64,
        rate: Rate<N>,
        expected: Option<N>,
    ) -> Result<Trial<N>, Refusal> {
        let reduced = |rate: N| (rate * duration).at_most(FORGOTTEN);
        let rate_after =
            |reduced: N, duration: f64| self.rate(&self.state(piece, stand, duration, reduced, self.wanted.strain).0);
        let mut guess = match expected {
            Some(change) if change.value().abs() < 0.5 => reduced(rate.value * (change * 0.5 + 1.0)),
            _ => reduced(rate_after(reduced(rate.value) * 0.5, 0.5 * duration)?.value),
        };
        let mut end = rate;
        for _ in 0..2 {
            end = rate_after(guess, duration)?;
            guess = reduced((rate.value + end.value) * 0.5);
        }
        Ok(Trial { reduced: guess, end })
    }

    /// The state some time and reduced time after `stand`, and how much the strain has changed evenly since.
    fn state(&self, piece: &Piece, stand: Stand<N>, duration: f64, reduced: N, strain: bool) -> (Moment<N>, N) {
        let held = self.memory.after(reduced, Wanted { strain, ..self.wanted });
        let Prescribed { temperature: now, drive } = piece.at(stand.elapsed + duration);
        let stretch = match piece.control {
            Control::Strain => -stand.strain + drive,
            Control::Stress => {
                let moduli = self.material.moduli;
                let relaxing = moduli.unrelaxed - moduli.relaxed;
                let missing = -(stand.strain * moduli.relaxed + held.strain * relaxing) + drive;
                missing / (held.share * relaxing + moduli.relaxed)
            }
        };
        let mut moment = self.moment(now, stand.strain + stretch, held);
        if self.wanted.share {
            moment.departure = moment.departure - held.share * (now - stand.temperature);
            moment.unrelaxed = moment.unrelaxed + held.share * stretch;
        }
        (moment, stretch)
    }

    /// The state in which this is held, after no change.
    fn moment(&self, temperature: f64, strain: N, held: Held<N>) -> Moment<N> {
        Moment { temperature, departure: -held.temperature, strain, unrelaxed: held.strain }
    }

    fn rate(&self, moment: &Moment<N>) -> Result<Rate<N>, Refusal> {
        let mut fictive = moment.fictive_temperature();
        if !self.material.softening.is_zero() {
            fictive = fictive + self.material.softening * moment.unrelaxed.abs();
        }
        let logarithm = self.material.clock.ln_rate(moment.temperature, fictive);
        let (kelvin, unrelaxed) = (fictive.value(), moment.unrelaxed.value());
        if kelvin > 0.0 && !logarithm.value().is_nan() {
            return Ok(Rate { logarithm, value: logarithm.exp() });
        }
        Err(Refusal::rejected(format!(
            "the fictive temperature in the clock is {kelvin} K at an unrelaxed strain of {unrelaxed}, it must stay above \
             0 K; take a coupling nearer to 0 K or a smaller strain"
        )))
    }
}

/// Reduced time at a part (0 to 1) of a step, by the cubic with the rates at both ends.
fn hermite<N: Number>(part: f64, duration: f64, (start, end): (N, N), reduced: N) -> N {
    let rest = 1.0 - part;
    let bend = (start * rest - end * part) * (duration * part * rest);
    let value = reduced * (part * part * (3.0 - 2.0 * part)) + bend;
    if value.value() < 0.0 {
        N::from(0.0)
    } else if value.value() > reduced.value() {
        reduced
    } else {
        value
    }
}
