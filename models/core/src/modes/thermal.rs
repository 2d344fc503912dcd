//! How rates depend on temperature, and their mean while the temperature runs linearly.

use crate::linear_response::GAUSS_LEGENDRE;

/// What temperature does to the rates of a Maxwell solid.
#[derive(Clone, Copy)]
pub enum Thermal<'a> {
    /// All relaxation times share one factor (thermorheological simplicity): given a temperature in K, what all
    /// *rates* are multiplied by, `1/a_T`.
    Common(&'a dyn Fn(f64) -> f64),
    /// Every mode has its own dependence: given a temperature in K, writes the rate (1/s) of each mode, in the order of
    /// [`MaxwellSolid::modes`](super::MaxwellSolid::modes). Relaxation times as given then mean nothing.
    Each(&'a dyn Fn(f64, &mut [f64])),
}

/// Change of the logarithm of a rate within one panel of the quadrature: the five-point rule is then good to 1e-12.
const PANEL: f64 = 1.0;

/// More panels than any change of rates between representable numbers needs.
const MOST_PANELS: f64 = 2000.0;

/// Over how many equal parts the mean of a rate is taken that changes by this factor.
fn panels(factor: f64) -> u32 {
    let change = factor.ln().abs();
    // Rates that vanish at one end (infinite change) get all panels; NaN is no change.
    if change.is_nan() { 1 } else { (change / PANEL).ceil().clamp(1.0, MOST_PANELS) as u32 }
}

/// Calls with every place (0 to 1) and weight (sum 1) of the composite rule.
fn quadrature(panels: u32, mut visit: impl FnMut(f64, f64)) {
    let width = 1.0 / f64::from(panels);
    for panel in 0..panels {
        for (place, weight) in GAUSS_LEGENDRE {
            visit((f64::from(panel) + 0.5 + 0.5 * place) * width, 0.5 * weight * width);
        }
    }
}

/// The mean of a factor while the temperature runs from `from` to `to` (K).
pub(super) fn mean_factor(factor: &dyn Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    if from == to {
        return factor(from);
    }
    let mut mean = 0.0;
    quadrature(panels(factor(to) / factor(from)), |place, weight| mean += weight * factor(from + place * (to - from)));
    mean
}

/// The mean of every rate while the temperature runs from `from` to `to` (K).
pub(super) fn mean_rates(rates: &dyn Fn(f64, &mut [f64]), from: f64, to: f64, mean: &mut [f64]) {
    rates(from, mean);
    if from == to {
        return;
    }
    let mut now = vec![0.0; mean.len()];
    rates(to, &mut now);
    let most = largest_change(mean, &now);
    mean.fill(0.0);
    quadrature(panels(most.exp()), |place, weight| {
        rates(from + place * (to - from), &mut now);
        mean.iter_mut().zip(&now).for_each(|(mean, now)| *mean += weight * now);
    });
}

/// The largest change of the logarithm of a rate.
pub(super) fn largest_change(from: &[f64], to: &[f64]) -> f64 {
    let changes = from.iter().zip(to).map(|(from, to)| (to / from).ln().abs());
    changes.filter(|change| !change.is_nan()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_an_exponential_is_known() {
        for (from, to) in [(0.0, 1e-9), (1.0, 3.0), (0.0, -40.0), (5.0, 5.0)] {
            let mean = mean_factor(&f64::exp, from, to);
            let expected = if from == to { f64::exp(from) } else { from.exp() * (to - from).exp_m1() / (to - from) };
            assert!((mean / expected - 1.0).abs() < 1e-12, "{mean} {expected}");
            let mut means = [0.0; 2];
            let rates = |place: f64, rates: &mut [f64]| rates.copy_from_slice(&[place.exp(), 2.0]);
            mean_rates(&rates, from, to, &mut means);
            assert!((means[0] / expected - 1.0).abs() < 1e-12 && (means[1] - 2.0).abs() < 1e-14, "{means:?}");
        }
    }
}
