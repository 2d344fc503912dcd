//! From one node of the history to the next.

use crate::equations::{Prescribed, State, Zones};
use differential_equations::linalg::Matrix;
use differential_equations::methods::ImplicitRungeKutta;
use differential_equations::ode::ODE;
use differential_equations::prelude::IVP;
use kovacs_sdk::Experiment;

/// Tolerance of a step, relative and in units of what the history strains. Between steps the solution is interpolated
/// with an order less than that of the steps, so steps are kept finer than they need be for their own ends.
const TOLERANCE: f64 = 1e-12;
/// So many steps are never needed by a piece that can be integrated at all.
const MOST_STEPS: usize = 200_000;

/// A stretch of the history without a jump inside, and the output times in it.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    start: f64,
    end: f64,
    is_stress: bool,
    /// Prescribed value at start and end.
    drive: [f64; 2],
    /// Temperature at start and end, K.
    temperature: [f64; 2],
    /// Output times with their place in the result; never falling, from start to end.
    times: Vec<(usize, f64)>,
}

/// The integration failed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Broken {
    /// Rates too large for any step, at this time (s).
    Rates {
        /// When.
        time: f64,
    },
}

/// The pieces of an experiment. A time at a jump belongs to the piece before it if the value before is wanted, else to
/// the piece after it; times after the last node belong to a piece in which everything is held.
pub(crate) fn pieces(experiment: &Experiment<'_>) -> Vec<Piece> {
    let (time, drive) = (experiment.time(), experiment.drive());
    let (temperature, control) = (experiment.temperature(), experiment.control());
    let mut pieces: Vec<Piece> = (1..time.len())
        .map(|node| Piece {
            start: time[node - 1],
            end: time[node],
            is_stress: control[node - 1] != 0.0,
            drive: [drive[node - 1], drive[node]],
            temperature: [temperature[node - 1], temperature[node]],
            times: Vec::new(),
        })
        .filter(|piece| piece.end > piece.start)
        .collect();
    if let Some(last) = time.len().checked_sub(1) {
        let end = experiment.times().last().copied().unwrap_or(time[last]).max(time[last]);
        pieces.push(Piece {
            start: time[last],
            end,
            is_stress: control[last] != 0.0,
            drive: [drive[last]; 2],
            temperature: [temperature[last]; 2],
            times: Vec::new(),
        });
    }
    // The first node is the state of rest; a jump at its time has a piece of its own, without duration.
    if let (Some(&start), Some(_)) = (time.first(), pieces.first()) {
        pieces.insert(
            0,
            Piece {
                start,
                end: start,
                is_stress: control[0] != 0.0,
                drive: [drive[0]; 2],
                temperature: [temperature[0]; 2],
                times: Vec::new(),
            },
        );
    }
    for (point, &time) in experiment.times().iter().enumerate() {
        let place = if experiment.before(point) {
            pieces.partition_point(|piece| piece.end < time)
        } else {
            pieces.partition_point(|piece| piece.start <= time).saturating_sub(1)
        };
        if let Some(piece) = pieces.get_mut(place) {
            piece.times.push((point, time));
        }
    }
    pieces
}

impl Piece {
    /// The plastic strain (1) at which the sample has rested for ever: all of a prescribed strain, because what is
    /// strained for ever bears no stress; none under a prescribed stress, where it counts from the state before.
    pub(crate) fn rest(&self, modulus: f64) -> f64 {
        if self.is_stress { -self.drive[0] / modulus } else { self.drive[0] }
    }

    fn prescribed(&self, time: f64) -> Prescribed {
        let value = self.between(self.drive, time);
        if self.is_stress { Prescribed::Stress(value) } else { Prescribed::Strain(value) }
    }

    fn temperature(&self, time: f64) -> f64 {
        self.between(self.temperature, time)
    }

    fn between(&self, [start, end]: [f64; 2], time: f64) -> f64 {
        if start == end || self.end == self.start {
            return start;
        }
        start + (end - start) * ((time - self.start) / (self.end - self.start))
    }
}

/// The equations within a piece; time counts from its start, so that short times after a long wait keep their digits.
struct Within<'a> {
    zones: &'a Zones,
    piece: &'a Piece,
}

impl ODE<f64, State> for Within<'_> {
    fn diff(&self, time: f64, state: &State, rates: &mut State) {
        let time = self.piece.start + time;
        *rates = self.zones.rates(self.piece.prescribed(time), self.piece.temperature(time), state);
    }

    fn jacobian(&self, time: f64, state: &State, matrix: &mut Matrix<f64>) {
        let time = self.piece.start + time;
        let slopes = self.zones.slopes(self.piece.prescribed(time), self.piece.temperature(time), state);
        for (row, slopes) in slopes.iter().enumerate() {
            for (column, &slope) in slopes.iter().enumerate() {
                matrix[(row, column)] = slope;
            }
        }
    }
}

/// Absolute tolerances of the state for a history that strains so much (1): of plastic strain, orientation and effective
/// temperature. A strain of 1e-8 is computed as carefully as one of 1e-2.
pub(crate) fn tolerances(zones: &Zones, history: &[Piece]) -> [f64; 3] {
    let strain = |piece: &Piece| {
        let largest = piece.drive[0].abs().max(piece.drive[1].abs());
        if piece.is_stress { largest / zones.modulus } else { largest }
    };
    let strain = history.iter().map(strain).fold(1e-300, f64::max);
    let coldest = history.iter().flat_map(|piece| piece.temperature).fold(f64::INFINITY, f64::min);
    let bias = zones.bias(zones.modulus * strain, coldest).min(1.0);
    [TOLERANCE * strain, TOLERANCE * bias, TOLERANCE]
}

/// Integrates over a piece, writes the state at its output times, and gives the state at its end.
pub(crate) fn run(
    zones: &Zones,
    piece: &Piece,
    start: State,
    tolerances: [f64; 3],
    write: &mut impl FnMut(usize, Prescribed, &State),
) -> Result<State, Broken> {
    let duration = piece.end - piece.start;
    let within = Within { zones, piece };
    let fastest = zones.slopes(piece.prescribed(piece.start), piece.temperature(piece.start), &start);
    let fastest = fastest.iter().flatten().fold(0.0f64, |largest, slope| largest.max(slope.abs()));
    if !(fastest.is_finite() && fastest * duration < 1e30) {
        return Err(Broken::Rates { time: piece.start });
    }
    let mut times: Vec<f64> = piece.times.iter().map(|(_, time)| time - piece.start).collect();
    times.dedup();
    let mut states = Vec::with_capacity(times.len());
    let mut end = start;
    if duration > 0.0 {
        let method = ImplicitRungeKutta::radau5()
            .rtol(TOLERANCE)
            .atol(tolerances)
            .h0((1e-3 / fastest.max(1e-300)).min(duration))
            .max_steps(MOST_STEPS);
        let inner: Vec<f64> = times.iter().copied().filter(|&time| time > 0.0 && time < duration).collect();
        let broken = |time: f64| Broken::Rates { time: piece.start + time };
        let solution = IVP::ode(&within, 0.0, duration, start)
            .method(method)
            .t_eval(inner.iter().copied().chain([duration]).collect::<Vec<f64>>())
            .solve()
            .map_err(|_| broken(0.0))?;
        if let Some(bad) = solution.y.iter().position(|state| state.iter().any(|value| !value.is_finite())) {
            return Err(broken(solution.t.get(bad).copied().unwrap_or(0.0)));
        }
        end = solution.y.last().copied().unwrap_or(start);
        states = solution.y;
    }
    let inner = states.len().saturating_sub(1);
    let mut next = 0;
    let mut last = f64::NAN;
    for &(point, time) in &piece.times {
        let since = time - piece.start;
        let state = if since <= 0.0 {
            &start
        } else if since >= duration {
            &end
        } else {
            // Equal times share a state.
            if since != last && !last.is_nan() {
                next += 1;
            }
            last = since;
            states.get(next.min(inner.saturating_sub(1))).unwrap_or(&end)
        };
        write(point, piece.prescribed(time), state);
    }
    Ok(end)
}
