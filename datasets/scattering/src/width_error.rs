//! How far a width of the first peak can be trusted, and what it would be without termination.
//!
//! Ending the integral at `Q_max` widens a peak and lays the ripples of all other peaks over it. The first can be undone if
//! the peak is one Gaussian shell: there is one width that shows the measured one when it is cut at `Q_max`. The second
//! shows when the end is moved: while it goes through one period of the ripples of this peak, `2 pi / r`, the undone width
//! of a single shell stays the same, and that of a peak that is not one, or that others reach into, does not. Half of the
//! range it goes through is the error reported here. Moving the end needs no intensity: `G` cut at `Q` is `G` convoluted
//! with `sin(Q r) / (pi r)`.

use crate::error::ScatteringError;
use crate::first_peak::{FirstPeak, WidthDefinition, first_peak};
use crate::pair_distribution::{PairDistribution, TransformOptions};
use std::f64::consts::PI;

/// What is known of a width beyond its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WidthError {
    /// Width (Å) that one Gaussian shell has without termination if it shows the measured one, at half height above zero;
    /// `None` where the measured one is not larger than termination alone makes it.
    pub without_termination: Option<f64>,
    /// Half of the range (Å) that this width goes through while the end of the integral moves back by one period of the
    /// ripples; `None` where it cannot be followed: the peak is not resolved.
    pub termination: Option<f64>,
    /// Largest error (Å) of straight lines between the points.
    pub sampling: f64,
    /// Standard deviation (Å) from that of the intensity; `None` where that was not known.
    pub counting: Option<f64>,
}

impl WidthError {
    /// Root of the sum of the squares of all parts that are known, Å; `None` where termination cannot be followed.
    pub fn total(&self) -> Option<f64> {
        let counting = self.counting.unwrap_or(0.0);
        self.termination.map(|termination| (termination.powi(2) + self.sampling.powi(2) + counting.powi(2)).sqrt())
    }
}

/// The error of the width of the highest peak between two distances (Å), taken at half height above zero.
///
/// # Errors
/// As [`first_peak`].
pub fn width_error(distribution: &PairDistribution, window: (f64, f64)) -> Result<WidthError, ScatteringError> {
    /// Ends tried within one period.
    const ENDS: usize = 6;
    let options = &distribution.options;
    let peak = first_peak(distribution, window, WidthDefinition::AboveZero)?;
    let undone = |peak: &FirstPeak, end: f64| {
        options.window.width_without_termination(peak.position, peak.width, options.q_max, end)
    };
    let without_termination = undone(&peak, options.q_max);
    let period = 2.0 * PI / peak.position;
    let widths: Option<Vec<f64>> = (1..=ENDS)
        .map(|index| {
            let end = options.q_max - period * index as f64 / ENDS as f64;
            // Less than half of the range is another measurement.
            let cut = (end > 0.5 * options.q_max).then(|| ending_at(distribution, end, window))?;
            undone(&first_peak(&cut, window, WidthDefinition::AboveZero).ok()?, end)
        })
        .chain([without_termination])
        .collect();
    let termination = widths.map(|widths| {
        let largest = widths.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let smallest = widths.iter().copied().fold(f64::INFINITY, f64::min);
        0.5 * (largest - smallest)
    });
    Ok(WidthError { without_termination, termination, sampling: peak.sampling_error, counting: peak.counting_error })
}

/// The curve around a window as it would be if the integral ended at `end` (1/Å):
/// `int G(x) [sin(end (r - x)) / (r - x) - sin(end (r + x)) / (r + x)] dx / pi` over positive `x`, `G` being odd.
fn ending_at(distribution: &PairDistribution, end: f64, window: (f64, f64)) -> PairDistribution {
    /// How far beyond the window the curve is needed, Å: to the valleys on both sides.
    const MARGIN: f64 = 1.0;
    let PairDistribution { r, g, options, .. } = distribution;
    let start = r.partition_point(|&x| x < window.0 - MARGIN);
    let stop = r.partition_point(|&x| x <= window.1 + MARGIN);
    let phases: Vec<(f64, f64)> = r.iter().map(|x| (end * x).sin_cos()).collect();
    let value = |index: usize| {
        let (place, (sine, cosine)) = (r[index], phases[index]);
        let sum: f64 = r
            .iter()
            .zip(g)
            .zip(&phases)
            .map(|((x, g), (other_sine, other_cosine))| {
                let (difference, total) = (place - x, place + x);
                let near = match difference.abs() < 1e-9 {
                    true => end,
                    false => (sine * other_cosine - cosine * other_sine) / difference,
                };
                let far = match total.abs() < 1e-9 {
                    true => end,
                    false => (sine * other_cosine + cosine * other_sine) / total,
                };
                g * (near - far)
            })
            .sum();
        sum * options.r_step / PI
    };
    let g = (start..stop).map(value).collect();
    let r = r[start..stop].to_vec();
    let (r_min, r_max) = (r.first().copied().unwrap_or(0.0), r.last().copied().unwrap_or(0.0));
    PairDistribution { r, g, options: TransformOptions { r_min, r_max, ..*options }, noise: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::first_peak::tests::shells;
    use crate::pair_distribution::pair_distribution;
    use crate::structure_factor::StructureFactor;
    use crate::window::{WIDTH_OF_DEVIATION, Window};

    #[test]
    fn one_shell_has_its_own_width_back_and_a_small_error() {
        for window in [Window::Sharp, Window::Lorch] {
            let distribution = shells(16.5, 5e-3, window, &[(3.0, 0.12)]);
            let found = width_error(&distribution, (2.2, 3.8)).unwrap();
            let width = found.without_termination.unwrap();
            // The image at -3 Å and the ends of the list of r are left out.
            assert!((width - 0.12 * WIDTH_OF_DEVIATION).abs() < 5e-4, "{window:?}: {width}");
            assert!(found.termination.unwrap() < 4e-3, "{window:?}: {found:?}");
        }
    }

    #[test]
    fn a_curve_cut_back_is_the_curve_of_less_data() {
        let q: Vec<f64> = (1..=5000).map(|index| 0.005 * f64::from(index)).collect();
        let s = q.iter().map(|&q| 1.0 + (q * 3.0).sin() / (3.0 * q) * (-0.5 * q * q * 0.0144).exp()).collect();
        let structure = StructureFactor::of_columns(q, s);
        let up_to = |q_max| {
            let options = TransformOptions { r_max: 60.0, ..TransformOptions::between(0.0, q_max) };
            pair_distribution(&structure, &options).unwrap()
        };
        let (long, short) = (up_to(25.0), up_to(18.0));
        let cut = ending_at(&long, short.options.q_max, (2.2, 3.8));
        for (r, g) in cut.r.iter().zip(&cut.g) {
            let index = short.r.partition_point(|x| *x < r - 1e-6);
            // The list ends at 60 Å.
            assert!((g - short.g[index]).abs() < 2e-3, "{r}: {g}, not {}", short.g[index]);
        }
    }

    #[test]
    fn a_doublet_shows_in_the_error() {
        let single = width_error(&shells(16.5, 5e-3, Window::Sharp, &[(2.7, 0.12)]), (2.2, 3.8)).unwrap();
        let double = width_error(&shells(16.5, 5e-3, Window::Sharp, &[(2.7, 0.12), (3.1, 0.12)]), (2.2, 3.8)).unwrap();
        let (single, double) = (single.termination.unwrap(), double.termination.unwrap_or(f64::INFINITY));
        assert!(double > 3.0 * single, "{single}, {double}");
    }

    #[test]
    fn a_peak_as_narrow_as_termination_is_not_resolved() {
        let distribution = shells(16.5, 5e-3, Window::Sharp, &[(3.0, 0.0)]);
        let found = width_error(&distribution, (2.2, 3.8)).unwrap();
        let width = found.without_termination.unwrap_or(0.0);
        assert!(width < 0.05, "{found:?}");
    }
}
