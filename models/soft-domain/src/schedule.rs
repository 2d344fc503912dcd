//! The model's own time steps: logarithmic from every change of what is prescribed.
//!
//! After a jump or a corner the sample is fast first and slow later, so steps restart there: from `first_step` on they
//! grow in a fixed ratio. On ramps no step is longer than the ramp over the number of points per decade. Wanted output
//! times do not steer the steps; they only say where to stop.

use kovacs_core::hump::log_spaced;
use kovacs_sdk::{Experiment, Piece, Pieces, Refusal};

/// How finely time is divided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Division {
    /// Steps per decade of time since the last change.
    pub per_decade: usize,
    /// First step after a change, s.
    pub first: f64,
}

/// An experiment as pieces, and the times at which results are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Temperature, K.
    pub temperature: f64,
    /// The pieces in order of time.
    pub history: Pieces,
    /// Time of the last node, s: the steps of the last hold are laid to end there, and go on in the same way.
    pub end: f64,
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
        let history = Pieces::new(experiment)?;
        let temperature = history.rest.temperature;
        if let Some(node) = experiment.temperature().iter().position(|&other| other != temperature) {
            return Err(Refusal::rejected(format!(
                "the temperature changes from {temperature} K to {} K until {} s, but the share of transformed domains \
                 at rest, from which strain is counted, belongs to one temperature; keep it constant",
                experiment.temperature()[node],
                experiment.time()[node]
            )));
        }
        let end = experiment.time().last().copied().unwrap_or_default();
        Ok(Schedule { temperature, history, end, times: experiment.times().to_vec(), division })
    }

    /// Times (s) since the start of a piece, from 0 on: up to its end, or one step beyond the last wanted time, because
    /// the curve between two steps is bent by their neighbours.
    pub fn grid(&self, piece: &Piece, grid: &mut Vec<f64>) {
        grid.clear();
        grid.push(0.0);
        let duration = piece.duration.min(self.end - piece.start);
        if duration > 0.0 {
            self.fill(duration, piece.is_hold(), grid);
        } else {
            grid.push(self.division.first);
        }
        let last = self.times.get(piece.outputs.clone()).and_then(|times| times.last());
        let Some(&last) = last.filter(|_| piece.outputs.end == self.times.len()) else { return };
        let needed = last - piece.start;
        if piece.duration.is_infinite() {
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

    /// Appends steps for a duration (s) after a change.
    fn fill(&self, duration: f64, is_hold: bool, grid: &mut Vec<f64>) {
        let Division { per_decade, first } = self.division;
        let logarithmic = log_spaced(first, duration, per_decade);
        let ends: &[f64] = if logarithmic.is_empty() { &[duration] } else { &logarithmic };
        let longest = if is_hold { f64::INFINITY } else { duration / per_decade as f64 };
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
}
