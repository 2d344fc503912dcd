//! The model's own time steps: logarithmic from every change of what is prescribed.
//!
//! After a jump or a corner the sample is fast first and slow later, so steps restart there: from `first_step` on they
//! grow in a fixed ratio. On ramps no step is longer than the ramp over the number of points per decade. Wanted output
//! times do not steer the steps; they only say where to stop.

use kovacs_core::hump::log_spaced;
use kovacs_core::{Control, History};
use kovacs_sdk::{Experiment, Refusal};

/// How finely time is divided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Division {
    /// Steps per decade of time since the last change.
    pub per_decade: usize,
    /// First step after a change, s.
    pub first: f64,
}

/// A stretch of time in which what is prescribed is linear.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Start, s.
    pub start: f64,
    /// What is prescribed.
    pub control: Control,
    /// Prescribed value at the start, after a jump there: strain, or stress in MPa.
    pub from: f64,
    /// How fast it changes, per second.
    pub rate: f64,
    /// Length up to the last node of it, s; infinite where there is none.
    pub duration: f64,
    /// Whether its end is held for ever.
    pub open: bool,
    /// Which output times lie in this piece, as a range of indices.
    pub outputs: std::ops::Range<usize>,
}

impl Piece {
    /// The prescribed value at a time (s) since the start: strain, or stress in MPa.
    pub fn drive(&self, time: f64) -> f64 {
        self.from + self.rate * time
    }
}

/// An experiment as pieces, and the times at which results are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Temperature, K.
    pub temperature: f64,
    /// What is prescribed before the first node, strain or stress.
    pub control: Control,
    /// Its value.
    pub rest: f64,
    /// How many output times, the first ones, want the state of rest.
    pub at_rest: usize,
    /// The pieces in order of time.
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
    /// Rejects a temperature that changes or is not above 0 K, and an experiment without nodes.
    pub fn new(experiment: &Experiment<'_>, division: Division) -> Result<Self, Refusal> {
        let Some(&temperature) = experiment.temperature().first() else {
            return Err(Refusal::rejected("the experiment has no nodes"));
        };
        if let Some(node) = experiment.temperature().iter().position(|&other| other != temperature) {
            return Err(Refusal::rejected(format!(
                "the temperature changes from {temperature} K to {} K until {} s, but the share of transformed domains \
                 at rest, from which strain is counted, belongs to one temperature; keep it constant",
                experiment.temperature()[node],
                experiment.time()[node]
            )));
        }
        if temperature <= 0.0 {
            return Err(Refusal::rejected(format!("the temperature is {temperature} K, it must be above 0 K")));
        }
        let history = experiment.history();
        let mut pieces = pieces(&history);
        let at_rest = share_out(&mut pieces, experiment);
        Ok(Schedule {
            temperature,
            control: control_of(history.control[0]),
            rest: history.drive[0],
            at_rest,
            pieces,
            times: experiment.times().to_vec(),
            division,
        })
    }

    /// Times (s) since the start of a piece, from 0 on: up to its end, or one step beyond the last wanted time, because
    /// the curve between two steps is bent by their neighbours.
    pub fn grid(&self, piece: &Piece, grid: &mut Vec<f64>) {
        grid.clear();
        grid.push(0.0);
        if piece.duration.is_finite() {
            self.fill(piece, grid);
        } else {
            grid.push(self.division.first);
        }
        let last = self.times.get(piece.outputs.clone()).and_then(|times| times.last());
        let Some(&last) = last.filter(|_| piece.outputs.end == self.times.len()) else { return };
        let needed = last - piece.start;
        if piece.open {
            let ratio = 10f64.powf((self.division.per_decade as f64).recip());
            // Two steps end at or after the last wanted time, the later one beyond it.
            while let [.., before, reached] = grid[..]
                && before <= needed
            {
                grid.push(reached * ratio);
            }
        }
        grid.truncate(grid.partition_point(|&time| time < needed) + 2);
    }

    /// Appends the steps up to the end of a piece.
    fn fill(&self, piece: &Piece, grid: &mut Vec<f64>) {
        let Division { per_decade, first } = self.division;
        let duration = piece.duration;
        let logarithmic = log_spaced(first, duration, per_decade);
        let ends: &[f64] = if logarithmic.is_empty() { &[duration] } else { &logarithmic };
        let longest = if piece.rate == 0.0 { f64::INFINITY } else { duration / per_decade as f64 };
        let mut start = 0.0;
        for &end in ends {
            let parts = ((end - start) / longest * (1.0 - 1e-12)).ceil().max(1.0);
            for part in 1..parts as usize {
                grid.push(start + (end - start) * (part as f64 / parts));
            }
            grid.push(end);
            start = end;
        }
    }

    /// Pieces up to the last wanted time.
    pub fn needed(&self) -> &[Piece] {
        let last = self.pieces.iter().rposition(|piece| !piece.outputs.is_empty());
        &self.pieces[..last.map_or(0, |last| last + 1)]
    }
}

fn control_of(code: f64) -> Control {
    if code == Control::Stress.code() { Control::Stress } else { Control::Strain }
}

/// Cuts a history at its jumps and corners; nodes at which nothing changes are passed over. The last piece has no end.
fn pieces(history: &History) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for node in 1..history.len() {
        let (start, end) = (history.time[node - 1], history.time[node]);
        let (from, to) = (history.drive[node - 1], history.drive[node]);
        if start == end {
            continue;
        }
        let rate = (to - from) / (end - start);
        let control = control_of(history.control[node - 1]);
        match pieces.last_mut() {
            Some(last) if last.rate == 0.0 && rate == 0.0 && last.control == control && last.from == from => {
                last.duration = end - last.start;
            }
            _ => {
                let duration = end - start;
                pieces.push(Piece { start, control, from, rate, duration, open: false, outputs: 0..0 });
            }
        }
    }
    let last = history.len() - 1;
    let (start, from, control) = (history.time[last], history.drive[last], control_of(history.control[last]));
    match pieces.last_mut() {
        // The steps of a hold go on as they are; only its end moves away.
        Some(hold) if hold.rate == 0.0 && hold.control == control && hold.from == from => hold.open = true,
        _ => {
            let duration = f64::INFINITY;
            pieces.push(Piece { start, control, from, rate: 0.0, duration, open: true, outputs: 0..0 });
        }
    }
    pieces
}

/// Gives each output time to a piece: at a jump the later one, or the earlier one where the value before it is wanted.
/// Answers how many output times belong to none, because they are before a jump at the first node.
fn share_out(pieces: &mut [Piece], experiment: &Experiment<'_>) -> usize {
    let times = experiment.times();
    let Some(start) = pieces.first().map(|piece| piece.start) else { return 0 };
    let at_rest = (0..times.len()).take_while(|&index| times[index] == start && experiment.before(index)).count();
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
