//! An experiment as pieces in which everything that is prescribed runs evenly, and the model's own time steps in them.
//!
//! After a jump or a corner a glass is fast first and slow later, so steps start anew there: `first_step`, and from it
//! on a fixed number to the decade. On ramps they are bounded by a change of 1 K and by a part of the ramp. Wanted
//! output times do not steer them; they only say where to stop.

use kovacs_core::Control;
use kovacs_sdk::{Experiment, Refusal};
use std::ops::Range;

/// How finely time is divided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Division {
    /// Steps per decade of time since the last change.
    pub per_decade: f64,
    /// First step after a change, s.
    pub first: f64,
    /// Length of every other step over the time since the change.
    growth: f64,
}

impl Division {
    /// Steps per decade and the first step, s.
    pub fn new(per_decade: f64, first: f64) -> Self {
        Division { per_decade, first, growth: (std::f64::consts::LN_10 / per_decade).exp_m1() }
    }

    /// Steps per decade at which the limits below are what the literature takes.
    const USUAL: f64 = 60.0;

    /// Largest change of the logarithm of the relaxation time in one step: 0.05 at 60 steps per decade.
    pub fn largest_change(&self) -> f64 {
        0.05 * Division::USUAL / self.per_decade
    }

    /// Largest change of temperature in one step, K: 1 at 60 steps per decade, and never more.
    fn largest_temperature_change(&self) -> f64 {
        (Division::USUAL / self.per_decade).min(1.0)
    }
}

/// What is done to a sample at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prescribed {
    /// Temperature, K.
    pub temperature: f64,
    /// Strain, or stress in MPa.
    pub drive: f64,
}

/// A stretch of time in which everything prescribed is linear.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Start, s.
    pub start: f64,
    /// Length, s; infinite for the last one.
    pub duration: f64,
    /// What is prescribed.
    pub control: Control,
    /// Temperature and prescribed value at its start, after a jump there.
    pub from: Prescribed,
    /// The same at its end, before a jump there.
    pub to: Prescribed,
    /// Which output times lie in this piece, as a range of indices.
    pub outputs: Range<usize>,
}

impl Piece {
    /// Whether nothing changes in it.
    pub fn is_hold(&self) -> bool {
        self.from == self.to
    }

    /// What is prescribed at a time (s) since its start.
    pub fn at(&self, time: f64) -> Prescribed {
        if self.is_hold() || time >= self.duration {
            return self.to;
        }
        let part = time / self.duration;
        let between = |from: f64, to: f64| from + (to - from) * part;
        Prescribed {
            temperature: between(self.from.temperature, self.to.temperature),
            drive: between(self.from.drive, self.to.drive),
        }
    }

    /// Whether this piece goes on as `next` does, without jump or corner.
    fn continues(&self, next: &Piece) -> bool {
        self.control == next.control && self.to == next.from && self.is_hold() && next.is_hold()
    }

    /// The next edge of the grid after `edge`, s since the start of the piece; `age`, s: how long before it the grid was
    /// started.
    pub fn next_edge(&self, edge: f64, age: f64, division: Division) -> f64 {
        let since = age + edge;
        let by_ratio = if since == 0.0 { division.first } else { edge + since * division.growth };
        let mut longest = f64::INFINITY;
        let warming = (self.to.temperature - self.from.temperature).abs();
        if warming != 0.0 {
            longest = division.largest_temperature_change() / warming * self.duration;
        }
        if self.from.drive != self.to.drive {
            longest = longest.min(self.duration / division.per_decade);
        }
        by_ratio.min(edge + longest).min(self.duration)
    }
}

/// An experiment as pieces, and the times at which results are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Temperature before the first node, K.
    pub temperature: f64,
    /// What is prescribed before the first node.
    pub control: Control,
    /// Its value: strain, or stress in MPa.
    pub rest: f64,
    /// How many output times, the first ones, want the state of rest.
    pub at_rest: usize,
    /// The pieces in order of time, up to the last one in which an output lies.
    pub pieces: Vec<Piece>,
    /// Wanted times, s.
    pub times: Vec<f64>,
    /// How finely time is divided.
    pub division: Division,
}

impl Schedule {
    /// Reads an experiment.
    ///
    /// # Errors
    /// Rejects a temperature that is not above 0 K, and an experiment without nodes.
    pub fn new(experiment: &Experiment<'_>, division: Division) -> Result<Self, Refusal> {
        let temperatures = experiment.temperature();
        let (Some(&temperature), Some(&rest)) = (temperatures.first(), experiment.drive().first()) else {
            return Err(Refusal::rejected("the experiment has no nodes"));
        };
        if let Some(node) = temperatures.iter().position(|&kelvin| kelvin <= 0.0) {
            let (kelvin, time) = (temperatures[node], experiment.time()[node]);
            return Err(Refusal::rejected(format!("the temperature is {kelvin} K at {time} s, it must be above 0 K")));
        }
        let mut pieces = pieces(experiment);
        let at_rest = share_out(&mut pieces, experiment);
        let last = pieces.iter().rposition(|piece| !piece.outputs.is_empty());
        pieces.truncate(last.map_or(0, |last| last + 1));
        Ok(Schedule {
            temperature,
            control: control_at(experiment, 0),
            rest,
            at_rest,
            pieces,
            times: experiment.times().to_vec(),
            division,
        })
    }
}

fn control_at(experiment: &Experiment<'_>, node: usize) -> Control {
    if experiment.control()[node] == Control::Stress.code() { Control::Stress } else { Control::Strain }
}

/// Cuts a history at its jumps and corners; nodes at which nothing changes are passed over.
fn pieces(experiment: &Experiment<'_>) -> Vec<Piece> {
    let (time, temperature, drive) = (experiment.time(), experiment.temperature(), experiment.drive());
    let prescribed = |node: usize| Prescribed { temperature: temperature[node], drive: drive[node] };
    let piece = |node: usize, duration: f64| {
        let from = prescribed(node);
        let to = if duration.is_finite() { prescribed(node + 1) } else { from };
        Piece { start: time[node], duration, control: control_at(experiment, node), from, to, outputs: 0..0 }
    };
    let durations = time.windows(2).map(|pair| pair[1] - pair[0]).chain([f64::INFINITY]);
    let mut pieces: Vec<Piece> = Vec::new();
    for (node, duration) in durations.enumerate().filter(|&(_, duration)| duration > 0.0) {
        let next = piece(node, duration);
        match pieces.last_mut() {
            Some(last) if last.continues(&next) => last.duration = next.start - last.start + duration,
            _ => pieces.push(next),
        }
    }
    pieces
}

/// Gives each output time to a piece: at a jump the later one, or the earlier one where the value before it is wanted.
/// Answers how many output times belong to none, because they are before a jump at the first node.
fn share_out(pieces: &mut [Piece], experiment: &Experiment<'_>) -> usize {
    let times = experiment.times();
    let Some(start) = experiment.time().first() else { return 0 };
    let at_rest = (0..times.len()).take_while(|&index| times[index] == *start && experiment.before(index)).count();
    let ends: Vec<f64> = pieces.iter().skip(1).map(|next| next.start).chain([f64::INFINITY]).collect();
    let mut next = at_rest;
    for (piece, end) in pieces.iter_mut().zip(ends) {
        let first = next;
        while next < times.len() && (times[next] < end || (times[next] == end && experiment.before(next))) {
            next += 1;
        }
        piece.outputs = first..next;
    }
    at_rest
}
