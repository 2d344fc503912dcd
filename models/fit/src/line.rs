//! A straight line through points, by least squares with equal weights.

use crate::error::FitError;

/// `y = intercept + slope x`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Slope, in units of `y` per unit of `x`.
    pub slope: f64,
    /// Value at `x = 0`, in units of `y`.
    pub intercept: f64,
    /// Part of the variance of `y` that the line carries, 0..=1; 1 where all points lie on it.
    pub r_squared: f64,
    /// Standard error of the slope from the scatter of the points; `None` for two points, which have none.
    pub slope_error: Option<f64>,
    /// Standard error of the intercept; `None` for two points.
    pub intercept_error: Option<f64>,
    /// Sum of the squares of what is left, in units of `y` squared.
    pub sum_of_squares: f64,
    /// Number of points.
    pub points: usize,
}

/// Fits a line to points `(x, y)`: for instance the paper's `t_p = slope tau_rec + intercept`.
///
/// # Errors
/// Fewer than two points, a value that is not finite, or all `x` alike.
pub fn fit_line(points: &[(f64, f64)]) -> Result<Line, FitError> {
    let label = || "points of a line".to_owned();
    if points.len() < 2 {
        return Err(FitError::FewSamples { label: label(), found: points.len(), needed: 2 });
    }
    if let Some((row, &(x, y))) = points.iter().enumerate().find(|(_, (x, y))| !(x.is_finite() && y.is_finite())) {
        return Err(FitError::Point { row, x, y });
    }
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for &(x, y) in points {
        let (x, y) = (x - mean_x, y - mean_y);
        (xx, xy, yy) = (xx + x * x, xy + x * y, yy + y * y);
    }
    if xx <= 0.0 {
        return Err(FitError::Flat { label: "x of a line".to_owned(), initial: mean_x });
    }
    let slope = xy / xx;
    let intercept = mean_y - slope * mean_x;
    let sum_of_squares = points.iter().map(|&(x, y)| (y - mean_y - slope * (x - mean_x)).powi(2)).sum::<f64>();
    let r_squared = if yy > 0.0 { (1.0 - sum_of_squares / yy).clamp(0.0, 1.0) } else { 1.0 };
    let variance = (points.len() > 2).then(|| sum_of_squares / (count - 2.0));
    let slope_error = variance.map(|variance| (variance / xx).sqrt());
    let intercept_error = variance.map(|variance| (variance * (1.0 / count + mean_x * mean_x / xx)).sqrt());
    Ok(Line { slope, intercept, r_squared, slope_error, intercept_error, sum_of_squares, points: points.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_and_its_scatter() {
        // By hand: mean x 1, mean y 2, xy = 3, xx = 2, residuals 1/2, -1, 1/2.
        let line = fit_line(&[(0.0, 1.0), (1.0, 1.0), (2.0, 4.0)]).unwrap();
        assert_eq!((line.slope, line.intercept, line.sum_of_squares), (1.5, 0.5, 1.5));
        assert_eq!(line.r_squared, 0.75);
        assert!((line.slope_error.unwrap() - 0.75_f64.sqrt()).abs() < 1e-15);
        // Variance 3/2 times 1/3 + 1/2.
        assert!((line.intercept_error.unwrap() - 1.25_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn what_is_no_line_is_refused() {
        let message = |points: &[(f64, f64)]| fit_line(points).unwrap_err().to_string();
        assert!(message(&[(0.0, 1.0)]).contains("1 samples, and at least 2 are needed"));
        assert!(message(&[(0.0, 1.0), (1.0, f64::NAN)]).contains("point 1 is (1, NaN)"));
        assert!(message(&[(3.0, 1.0), (3.0, 2.0)]).contains("3 throughout"));
    }
}
