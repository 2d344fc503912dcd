//! An experiment as pieces in which everything that is prescribed runs evenly, and the model's own time steps in them.
//!
//! After a jump or a corner a glass is fast first and slow later, so steps start anew there: `first_step`, and from it
//! on a fixed number to the decade. On ramps they are bounded by a change of 1 K and by a part of the ramp. Wanted
//! output times do not steer them; they only say where to stop.

use kovacs_core::Control;
use kovacs_sdk::{Experiment, Piece, Pieces, Refusal};

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

    /// The next edge of the grid of a piece after `edge`, s since the start of the piece; `age`, s: how long before it
    /// the grid was started.
    pub fn next_edge(&self, piece: &Piece, edge: f64, age: f64) -> f64 {
        let since = age + edge;
        let by_ratio = if since == 0.0 { self.first } else { edge + since * self.growth };
        let mut longest = f64::INFINITY;
        let warming = (piece.to.temperature - piece.from.temperature).abs();
        if warming != 0.0 {
            longest = self.largest_temperature_change() / warming * piece.duration;
        }
        if piece.from.drive != piece.to.drive {
            longest = longest.min(piece.duration / self.per_decade);
        }
        by_ratio.min(edge + longest).min(piece.duration)
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
        let Pieces { control, rest, at_rest, pieces } = Pieces::new(experiment)?;
        Ok(Schedule {
            temperature: rest.temperature,
            control,
            rest: rest.drive,
            at_rest,
            pieces,
            times: experiment.times().to_vec(),
            division,
        })
    }
}
