//! Polynomials through a stretch of weighted points, with the errors of value and slope anywhere in it.
//!
//! The polynomials are made orthonormal on the points themselves (Forsythe, J. SIAM 5 (1957) 74), so that no matrix is
//! inverted: each coefficient has the standard error of one sample of weight 1, and what two more degrees would explain
//! is the sum of their squares, which is what choosing a window needs.

use crate::noise::correlation;

/// A point with the number of samples it stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) weight: f64,
}

/// A fit by least squares. Errors are for samples of standard deviation 1; multiply by [`LocalPolynomial::deviation`].
#[derive(Clone, Debug)]
pub(crate) struct LocalPolynomial {
    middle: f64,
    half: f64,
    /// Of the recurrence `norm[k] q[k] = (u - shift[k]) q[k-1] - norm[k-1] q[k-2]`, `u = (x - middle) / half`.
    recurrence: Vec<(f64, f64)>,
    coefficients: Vec<f64>,
    residuals: Vec<f64>,
}

/// Part of a polynomial that may be left of it after those below were taken off, before it counts as rounding.
const ROUNDING: f64 = 1e-8;

impl LocalPolynomial {
    /// Fits a polynomial of at most `degree`, a lower one if the points carry no more. `None` without points, or with
    /// values that are not finite.
    pub(crate) fn fit(points: &[Point], degree: usize) -> Option<LocalPolynomial> {
        let (first, last) = (points.first()?.x, points.last()?.x);
        let (middle, half) = (0.5 * (first + last), if last > first { 0.5 * (last - first) } else { 1.0 });
        let mut fit = LocalPolynomial {
            middle,
            half,
            recurrence: Vec::new(),
            coefficients: Vec::new(),
            residuals: points.iter().map(|point| point.y).collect(),
        };
        let u: Vec<f64> = points.iter().map(|point| (point.x - middle) / half).collect();
        let product = |left: &[f64], right: &[f64]| -> f64 {
            points.iter().zip(left).zip(right).map(|((point, left), right)| point.weight * left * right).sum()
        };
        let (mut before, mut now, mut shift) = (vec![0.0; points.len()], vec![1.0; points.len()], 0.0);
        for order in 0..=degree.min(points.len() - 1) {
            let norm = product(&now, &now).sqrt();
            if !norm.is_finite() || norm <= 0.0 || (order > 0 && norm < ROUNDING) {
                break;
            }
            now.iter_mut().for_each(|value| *value /= norm);
            fit.recurrence.push((shift, norm));
            let coefficient = product(&now, &fit.residuals);
            fit.residuals.iter_mut().zip(&now).for_each(|(rest, value)| *rest -= coefficient * value);
            fit.coefficients.push(coefficient);
            let moved: Vec<f64> = now.iter().zip(&u).map(|(value, u)| value * u).collect();
            shift = product(&now, &moved);
            let next =
                moved.iter().zip(&now).zip(&before).map(|((moved, now), before)| moved - shift * now - norm * before);
            let next = next.collect();
            before = std::mem::replace(&mut now, next);
        }
        let weights = points.iter().map(|point| point.weight.sqrt());
        fit.residuals.iter_mut().zip(weights).for_each(|(rest, weight)| *rest *= weight);
        let finite = fit.residuals.iter().chain(&fit.coefficients).all(|value| value.is_finite());
        (finite && !fit.coefficients.is_empty()).then_some(fit)
    }

    /// Degree of the polynomial.
    pub(crate) fn degree(&self) -> usize {
        self.coefficients.len() - 1
    }

    /// Number of points beyond that of coefficients.
    pub(crate) fn freedom(&self) -> usize {
        self.residuals.len() - self.coefficients.len()
    }

    /// Standard deviation of a point of weight 1 about the polynomial; 0 where nothing is left over.
    pub(crate) fn deviation(&self) -> f64 {
        let squares: f64 = self.residuals.iter().map(|rest| rest * rest).sum();
        (squares / self.freedom().max(1) as f64).sqrt()
    }

    /// Correlation of the weighted residuals from point to point.
    pub(crate) fn correlation(&self) -> f64 {
        correlation(&self.residuals)
    }

    /// What each of the degrees above `degree` explains, squared and averaged, in units of one point's variance.
    pub(crate) fn excess_above(&self, degree: usize) -> f64 {
        let above = self.coefficients.get(degree + 1..).unwrap_or_default();
        above.iter().map(|value| value * value).sum::<f64>() / above.len().max(1) as f64
    }

    pub(crate) fn value(&self, x: f64) -> f64 {
        self.dot(&self.basis(x).0)
    }

    pub(crate) fn slope(&self, x: f64) -> f64 {
        self.dot(&self.basis(x).1)
    }

    /// Standard error of the slope for points of deviation 1.
    pub(crate) fn slope_error(&self, x: f64) -> f64 {
        self.basis(x).1.iter().map(|value| value * value).sum::<f64>().sqrt()
    }

    /// What each of the fitted `points` counts in the value at `x`.
    pub(crate) fn influence(&self, points: &[Point], x: f64) -> Vec<f64> {
        let here = self.basis(x).0;
        let share = |point: &Point| {
            let there = self.basis(point.x).0;
            point.weight * here.iter().zip(&there).map(|(here, there)| here * there).sum::<f64>()
        };
        points.iter().map(share).collect()
    }

    fn dot(&self, basis: &[f64]) -> f64 {
        self.coefficients.iter().zip(basis).map(|(coefficient, value)| coefficient * value).sum()
    }

    /// Values and slopes of the orthonormal polynomials at `x`.
    fn basis(&self, x: f64) -> (Vec<f64>, Vec<f64>) {
        let u = (x - self.middle) / self.half;
        let (mut values, mut slopes) = (Vec::new(), Vec::new());
        let (mut before, mut now, mut last_norm) = ((0.0, 0.0), (0.0, 0.0), 0.0);
        for (order, &(shift, norm)) in self.recurrence.iter().enumerate() {
            let next = if order == 0 {
                (1.0 / norm, 0.0)
            } else {
                let value = (u - shift) * now.0 - last_norm * before.0;
                (value / norm, (now.0 + (u - shift) * now.1 - last_norm * before.1) / norm)
            };
            values.push(next.0);
            slopes.push(next.1 / self.half);
            (before, now, last_norm) = (now, next, norm);
        }
        (values, slopes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points() -> Vec<Point> {
        let place = |index: i32| f64::from(index).powf(1.5) / 10.0 + 3.0;
        let cubic = |x: f64| 1.0 - 2.0 * x + 0.5 * x * x - 0.1 * x * x * x;
        (0..30)
            .map(|index| Point { x: place(index), y: cubic(place(index)), weight: f64::from(1 + index % 3) })
            .collect()
    }

    #[test]
    fn a_cubic_comes_back_with_its_slope_and_nothing_above() {
        let points = points();
        let fit = LocalPolynomial::fit(&points, 5).unwrap();
        for x in [3.0, 7.7, 15.0] {
            let slope = -2.0 + x - 0.3 * x * x;
            assert!((fit.slope(x) - slope).abs() < 1e-9 * slope.abs(), "{} {slope}", fit.slope(x));
            // Weights of a value sum to one: a constant comes back.
            assert!((fit.influence(&points, x).iter().sum::<f64>() - 1.0).abs() < 1e-10);
            let value: f64 = fit.influence(&points, x).iter().zip(&points).map(|(share, point)| share * point.y).sum();
            assert!((fit.value(x) - value).abs() < 1e-9 * value.abs());
        }
        assert!(fit.excess_above(3) < 1e-18 && fit.deviation() < 1e-10, "{} {}", fit.excess_above(3), fit.deviation());
    }

    #[test]
    fn too_few_points_lower_the_degree() {
        let fit = LocalPolynomial::fit(&points()[..2], 5).unwrap();
        assert_eq!((fit.degree(), fit.freedom()), (1, 0));
        let same = [Point { x: 1.0, y: 2.0, weight: 1.0 }; 4];
        let fit = LocalPolynomial::fit(&same, 3).unwrap();
        assert_eq!((fit.degree(), fit.value(1.0)), (0, 2.0));
        assert!(LocalPolynomial::fit(&[], 3).is_none());
        assert!(LocalPolynomial::fit(&[Point { x: 1.0, y: f64::NAN, weight: 1.0 }], 0).is_none());
    }
}
