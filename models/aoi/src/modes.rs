//! Flat barriers as single ones: Maxwell elements that stand for the continuous spectrum in any history.
//!
//! The box of barriers is cut into panels about one `kT` wide with five places of the Gauss-Legendre rule in each, a
//! dozen modes to the decade of rates. An exponential of an exponential is smooth on that scale, so `phi` is met to
//! 1e-8 at every time; equal weights in the middle of equal parts, eight to the decade, would leave 1e-4 from the two
//! edges of the box. Barriers stay what they are when the temperature changes; only rates move, each its own way.

use kovacs_core::BOLTZMANN;
use kovacs_core::linear_response::GAUSS_LEGENDRE;

/// Barriers (eV) and weights of sum 1.
///
/// `coldest` is the lowest temperature (K) of the history: there the rates are spread the most.
///
/// # Errors
/// The number of modes it would take, where that is more than [`MOST_MODES`].
pub fn barrier_modes(barrier_min: f64, barrier_max: f64, coldest: f64) -> Result<Vec<(f64, f64)>, f64> {
    let panels = ((barrier_max - barrier_min) / (BOLTZMANN * coldest)).ceil().max(1.0);
    let count = panels * GAUSS_LEGENDRE.len() as f64;
    if count > MOST_MODES {
        return Err(count);
    }
    let width = (barrier_max - barrier_min) / panels;
    let panel = |index: u32| {
        let middle = barrier_min + width * (f64::from(index) + 0.5);
        GAUSS_LEGENDRE.map(|(place, weight)| (middle + 0.5 * width * place, 0.5 * weight / panels))
    };
    Ok((0..panels as u32).flat_map(panel).collect())
}

/// More modes than this are not made: the work under stress control grows with their square.
pub const MOST_MODES: f64 = 2500.0;
