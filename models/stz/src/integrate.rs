//! From one node of the history to the next.

use crate::equations::{Held, State, Zones};
use differential_equations::linalg::Matrix;
use differential_equations::methods::ImplicitRungeKutta;
use differential_equations::ode::ODE;
use differential_equations::prelude::IVP;
use kovacs_core::Control;
use kovacs_sdk::{Piece, Pieces};

/// Tolerance of a step, relative and in units of what the history strains. Between steps the solution is interpolated
/// with an order less than that of the steps, so steps are kept finer than they need be for their own ends.
const TOLERANCE: f64 = 1e-12;
/// So many steps are never needed by a piece that can be integrated at all.
const MOST_STEPS: usize = 200_000;

/// The integration failed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Broken {
    /// Rates too large for any step, at this time (s).
    Rates {
        /// When.
        time: f64,
    },
}

/// The equations within a piece; time counts from its start, so that short times after a long wait keep their
/// digits.
struct Within<'a> {
    zones: &'a Zones,
    piece: &'a Piece,
}

impl ODE<f64, State> for Within<'_> {
    fn diff(&self, time: f64, state: &State, rates: &mut State) {
        let (held, temperature) = held(self.piece, time);
        *rates = self.zones.rates(held, temperature, state);
    }

    fn jacobian(&self, time: f64, state: &State, matrix: &mut Matrix<f64>) {
        let (held, temperature) = held(self.piece, time);
        let slopes = self.zones.slopes(held, temperature, state);
        for (row, slopes) in slopes.iter().enumerate() {
            for (column, &slope) in slopes.iter().enumerate() {
                matrix[(row, column)] = slope;
            }
        }
    }
}

/// What is prescribed at a time (s) since the start of a piece, and the temperature, K.
fn held(piece: &Piece, time: f64) -> (Held, f64) {
    let now = piece.at(time);
    let held = match piece.control {
        Control::Strain => Held::Strain(now.drive),
        Control::Stress => Held::Stress(now.drive),
    };
    (held, now.temperature)
}

/// Absolute tolerances of the state for a history that strains so much (1): of plastic strain, orientation and effective
/// temperature. A strain of 1e-8 is computed as carefully as one of 1e-2.
pub(crate) fn tolerances(zones: &Zones, history: &Pieces) -> [f64; 3] {
    let strain = |piece: &Piece| {
        let largest = piece.from.drive.abs().max(piece.to.drive.abs());
        if piece.control == Control::Stress { largest / zones.modulus } else { largest }
    };
    let strain = history.pieces.iter().map(strain).fold(1e-300, f64::max);
    let temperatures = history.pieces.iter().flat_map(|piece| [piece.from.temperature, piece.to.temperature]);
    let coldest = temperatures.fold(history.rest.temperature, f64::min);
    let bias = zones.bias(zones.modulus * strain, coldest).min(1.0);
    [TOLERANCE * strain, TOLERANCE * bias, TOLERANCE]
}

/// Integrates over a piece, hands the state at each of its output times (`times`, s, of the whole experiment) to `write`,
/// and gives the state at its end.
pub(crate) fn run(
    zones: &Zones,
    piece: &Piece,
    times: &[f64],
    start: State,
    tolerances: [f64; 3],
    write: &mut impl FnMut(usize, Held, &State),
) -> Result<State, Broken> {
    let broken = |time: f64| Broken::Rates { time: piece.start + time };
    let wanted = times.get(piece.outputs.clone()).unwrap_or_default();
    let since: Vec<f64> = wanted.iter().map(|time| time - piece.start).collect();
    // The last piece has no end of its own: it ends with the last output.
    let duration = if piece.duration.is_finite() { piece.duration } else { since.last().copied().unwrap_or(0.0) };
    let (first, temperature) = held(piece, 0.0);
    let fastest =
        zones.slopes(first, temperature, &start).iter().flatten().fold(0.0f64, |most, slope| most.max(slope.abs()));
    if !(fastest.is_finite() && fastest * duration < 1e30) {
        return Err(broken(0.0));
    }
    let mut inner: Vec<f64> = since.iter().copied().filter(|&time| time > 0.0 && time < duration).collect();
    inner.dedup();
    let (mut states, mut end) = (Vec::new(), start);
    if duration > 0.0 {
        let method = ImplicitRungeKutta::radau5()
            .rtol(TOLERANCE)
            .atol(tolerances)
            .h0((1e-3 / fastest.max(1e-300)).min(duration))
            .max_steps(MOST_STEPS);
        let within = Within { zones, piece };
        let solution = IVP::ode(&within, 0.0, duration, start)
            .method(method)
            .t_eval(inner.iter().copied().chain([duration]).collect::<Vec<f64>>())
            .solve()
            .map_err(|_| broken(0.0))?;
        if let Some(bad) = solution.y.iter().position(|state| state.iter().any(|value| !value.is_finite())) {
            return Err(broken(solution.t.get(bad).copied().unwrap_or(0.0)));
        }
        states = solution.y;
        end = states.pop().unwrap_or(start);
    }
    for (point, &time) in piece.outputs.clone().zip(&since) {
        let state = match inner.binary_search_by(|inner| inner.total_cmp(&time)) {
            Ok(place) => states.get(place).unwrap_or(&end),
            Err(0) if time <= 0.0 => &start,
            Err(_) => &end,
        };
        write(point, held(piece, time).0, state);
    }
    Ok(end)
}
