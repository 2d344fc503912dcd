//! How the integral to `G(r)` ends: the window functions and the width that each gives to a peak without any.

use crate::error::ScatteringError;
use std::f64::consts::PI;

/// How the integral ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// A sharp end at `Q_max`.
    #[default]
    Sharp,
    /// `sin(pi x) / (pi x)`, `x = Q/Q_max`: Lorch, J. Phys. C 2 (1969) 229.
    Lorch,
    /// `3 (sin y - y cos y) / y^3` with its first zero, `y = 4.4934`, at `Q_max`: the average over a sphere of Soper &
    /// Barney, J. Appl. Cryst. 44 (2011) 714.
    SoperBarney,
    /// `cos^2(pi x / 2)`, Hann: zero slope at both ends.
    Hann,
}

/// First zero of `tan y = y` above 0.
const SPHERE_ZERO: f64 = 4.493_409_457_909_064;

impl Window {
    /// Every window with its name on command lines and in files.
    pub const NAMED: [(&'static str, Window); 4] = [
        ("sharp", Window::Sharp),
        ("lorch", Window::Lorch),
        ("soper-barney", Window::SoperBarney),
        ("hann", Window::Hann),
    ];

    /// The name on command lines and in files: `lorch`.
    pub fn name(self) -> &'static str {
        Self::NAMED.iter().find(|(_, window)| *window == self).map_or("sharp", |(name, _)| name)
    }

    /// The window of this name.
    ///
    /// # Errors
    /// There is none; the message has the names.
    pub fn of_name(name: &str) -> Result<Window, ScatteringError> {
        let found = Self::NAMED.iter().find(|(known, _)| *known == name).map(|(_, window)| *window);
        found.ok_or_else(|| ScatteringError::Name {
            what: "window",
            name: name.to_owned(),
            known: Self::NAMED.map(|(name, _)| name).join(", "),
        })
    }

    /// The factor at `Q` of `Q_max` (1/Å).
    pub fn factor(self, q: f64, q_max: f64) -> f64 {
        let place = q / q_max;
        match self {
            Window::Sharp => 1.0,
            // Closer to zero than this the quotients lose digits and the functions are 1 to rounding.
            Window::Lorch | Window::SoperBarney if place.abs() < 1e-4 => 1.0,
            Window::Lorch => (PI * place).sin() / (PI * place),
            Window::SoperBarney => {
                let y = SPHERE_ZERO * place;
                3.0 * (y.sin() - y * y.cos()) / y.powi(3)
            }
            Window::Hann => (0.5 * PI * place).cos().powi(2),
        }
    }

    /// Full width at half maximum (Å) of a peak that is infinitely sharp in truth: what termination at `Q_max` (1/Å)
    /// alone makes of it. 3.79/Q_max for a sharp end, 5.44/Q_max with Lorch's window.
    pub fn termination_width(self, q_max: f64) -> f64 {
        let kernel = Integrand::new(self, 0.0, q_max, q_max, 4.0 / q_max);
        let shape = |offset: f64| kernel.sum(|q| (q * offset).cos());
        2.0 * falling(shape, 0.5 * shape(0.0), 0.0, 4.0 / q_max)
    }

    /// Full width at half maximum (Å) of a Gaussian shell at `position` (Å) of a standard deviation (Å), seen with this
    /// window for `Q_max`, the integral ending at `end` (1/Å, at most `Q_max`).
    ///
    /// The shape is `int_0^end W(Q) exp(-Q^2 s^2 / 2) sin(Q r0) sin(Q r) dQ`, the ripples of the image at `-r0` included.
    fn width_of_gaussian(self, position: f64, deviation: f64, q_max: f64, end: f64) -> f64 {
        let reach = 4.0 / end + 2.0 * deviation;
        let integrand = Integrand::new(self, deviation, q_max, end, 2.0 * position + reach);
        let shape = |r: f64| integrand.sum(|q| (q * position).sin() * (q * r).sin());
        // The image moves the top a little; golden-section search around the shell.
        let (mut low, mut high) = (position - 0.25 * reach, position + 0.25 * reach);
        let golden = 0.5 * (5f64.sqrt() - 1.0);
        for _ in 0..32 {
            let (left, right) = (high - golden * (high - low), low + golden * (high - low));
            if shape(left) < shape(right) { low = left } else { high = right }
        }
        let top = 0.5 * (low + high);
        let half = 0.5 * shape(top);
        falling(|offset| shape(top + offset), half, 0.0, reach)
            + falling(|offset| shape(top - offset), half, 0.0, reach)
    }

    /// The width (Å) that a Gaussian shell at `position` (Å) has without termination if it shows `width` (Å) with this
    /// window for `Q_max`, the integral ending at `end` (1/Å, at most `Q_max`). `None` where the width shown is not larger
    /// than what termination alone gives.
    pub(crate) fn width_without_termination(self, position: f64, width: f64, q_max: f64, end: f64) -> Option<f64> {
        let seen = |deviation: f64| self.width_of_gaussian(position, deviation, q_max, end);
        if !(width.is_finite() && width > seen(0.0) * (1.0 + 1e-9)) {
            return None;
        }
        // Termination widens; its ripples may narrow by less than this.
        let deviation = falling(|deviation| -seen(deviation), -width, 0.0, 1.2 * width / WIDTH_OF_DEVIATION);
        Some(deviation * WIDTH_OF_DEVIATION)
    }
}

/// `W(Q) exp(-Q^2 s^2 / 2)` with the weights of Simpson's rule.
struct Integrand {
    terms: Vec<(f64, f64)>,
}

impl Integrand {
    /// From 0 to `end` (1/Å), fine enough for factors that oscillate with distances up to `reach` (Å).
    fn new(window: Window, deviation: f64, q_max: f64, end: f64, reach: f64) -> Integrand {
        // Half a radian from point to point: the rule errs by 0.5^4/180.
        let points = 2 * ((end * reach).ceil().clamp(60.0, 1e4) as usize);
        let term = |index: usize| {
            let simpson = match index {
                0 => 1.0,
                last if last == points => 1.0,
                odd if odd % 2 == 1 => 4.0,
                _ => 2.0,
            };
            let q = end * index as f64 / points as f64;
            (q, simpson * window.factor(q, q_max) * (-0.5 * (q * deviation).powi(2)).exp())
        };
        Integrand { terms: (0..=points).map(term).collect() }
    }

    fn sum(&self, factor: impl Fn(f64) -> f64) -> f64 {
        self.terms.iter().map(|(q, weight)| weight * factor(*q)).sum()
    }
}

/// Where a function falls through a level between two places, by bisection to 1e-10 of their distance.
fn falling(function: impl Fn(f64) -> f64, level: f64, low: f64, high: f64) -> f64 {
    let (mut low, mut high) = (low, high);
    for _ in 0..34 {
        let middle = 0.5 * (low + high);
        if function(middle) > level { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// `2 sqrt(2 ln 2)`: full width at half maximum over standard deviation of a Gaussian.
pub(crate) const WIDTH_OF_DEVIATION: f64 = 2.354_820_045_030_949;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn termination_widths_are_those_of_the_kernels() {
        // The first half maximum of sin(u)/u is at u = 1.895494; Lorch's kernel is 5.437/Q_max wide.
        assert!((Window::Sharp.termination_width(16.5) - 2.0 * 1.895_494_267 / 16.5).abs() < 1e-8);
        assert!((Window::Lorch.termination_width(1.0) - 5.437).abs() < 2e-3);
        // Hann: [sinc(u) + sinc(u + pi)/2 + sinc(u - pi)/2] / 2 is half of its top at u = pi.
        assert!((Window::Hann.termination_width(1.0) - 2.0 * PI).abs() < 1e-7);
        let sphere = Window::SoperBarney.termination_width(1.0);
        assert!(
            sphere > Window::Lorch.termination_width(1.0) && sphere < Window::Hann.termination_width(1.0),
            "{sphere}"
        );
    }

    #[test]
    fn windows_start_at_one_and_end_at_zero_and_have_names() {
        for (name, window) in Window::NAMED {
            assert_eq!((window.name(), Window::of_name(name).unwrap()), (name, window));
            assert_eq!(window.factor(0.0, 16.5), 1.0);
            // Where the small-argument branch ends nothing jumps by more than its square.
            assert!((window.factor(1e-4 * 16.5 * 1.0001, 16.5) - 1.0).abs() < 1e-7);
            assert!(window == Window::Sharp || window.factor(16.5, 16.5).abs() < 1e-12, "{name}");
        }
        assert!(Window::of_name("Welch").unwrap_err().to_string().contains("sharp, lorch, soper-barney, hann"));
    }

    #[test]
    fn a_gaussian_is_widened_as_stated_and_comes_back() {
        // Physics in closed form: r0 = 3 Å, s = 0.12 Å is 0.282578 wide, 0.309260 at 16.5 1/Å.
        let seen = Window::Sharp.width_of_gaussian(3.0, 0.12, 16.5, 16.5);
        assert!((seen - 0.309_260).abs() < 2e-6, "{seen}");
        for (_, window) in Window::NAMED {
            for deviation in [0.05, 0.12, 0.3] {
                let seen = window.width_of_gaussian(2.7, deviation, 16.5, 15.0);
                let back = window.width_without_termination(2.7, seen, 16.5, 15.0).unwrap();
                assert!((back - deviation * WIDTH_OF_DEVIATION).abs() < 1e-5, "{window:?} {deviation}: {back}");
            }
            assert_eq!(window.width_without_termination(2.7, 0.1, 16.5, 16.5), None);
        }
    }
}
