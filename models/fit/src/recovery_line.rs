//! Peak time against recovery time: the paper's `t_p = tau_rec - 630.4 s`, series by series and pooled.
//!
//! In linear theory there is no such offset: the true relation is a convex curve through the origin, and a straight line
//! through a decade or two of it has a negative intercept. It also is not one relation: over waiting times both grow, while
//! over strains `tau_rec` stays where it is. So every series has a line of its own, and the pooled one is only worth
//! something where these agree.

use crate::error::FitError;
use crate::line::{Line, fit_line};

/// Slope and intercept (s) of the line in the paper (Fig. 5e), with its coefficient of determination.
pub const PAPER_LINE: PeakLine = PeakLine { slope: 1.0, intercept: -630.4, r_squared: 0.99 };

/// A line that was printed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeakLine {
    /// Slope.
    pub slope: f64,
    /// Intercept, s.
    pub intercept: f64,
    /// Part of the variance that it carries.
    pub r_squared: f64,
}

/// One series of tests.
#[derive(Clone, Debug, PartialEq)]
pub struct PeakSeries {
    /// What varies: `waiting time`, `temperature`, `strain`.
    pub name: String,
    /// Recovery time and peak time of each test, s.
    pub points: Vec<(f64, f64)>,
}

/// The lines through several series.
#[derive(Clone, Debug, PartialEq)]
pub struct PeakLines {
    /// Name and line of each series, or why it has none.
    pub series: Vec<(String, Result<Line, FitError>)>,
    /// The line through all points together, or why there is none.
    pub pooled: Result<Line, FitError>,
    /// F statistic and probability of lines of their own against the pooled one; `None` with fewer than two lines, or no
    /// degrees of freedom.
    pub apart: Option<(f64, f64)>,
}

/// Fits peak times against recovery times. A series of two points has a line but no error; one has none.
pub fn peak_lines(series: &[PeakSeries]) -> PeakLines {
    let lines: Vec<(String, Result<Line, FitError>)> =
        series.iter().map(|series| (series.name.clone(), fit_line(&series.points))).collect();
    let all: Vec<(f64, f64)> = series.iter().flat_map(|series| series.points.iter().copied()).collect();
    let pooled = fit_line(&all);
    let apart = pooled.as_ref().ok().and_then(|pooled| {
        let own: Vec<&Line> = lines.iter().filter_map(|(_, line)| line.as_ref().ok()).collect();
        let points: usize = own.iter().map(|line| line.points).sum();
        let freedom = points.checked_sub(2 * own.len()).filter(|&freedom| freedom > 0)?;
        if own.len() < 2 || points != pooled.points {
            return None;
        }
        let rest: f64 = own.iter().map(|line| line.sum_of_squares).sum();
        let more = 2 * (own.len() - 1);
        let statistic = ((pooled.sum_of_squares - rest) / more as f64).max(0.0) / (rest / freedom as f64);
        Some((statistic, crate::linear_test::f_tail(statistic, (more, freedom))))
    });
    PeakLines { series: lines, pooled, apart }
}

impl PeakLine {
    /// How far a fitted line is from this one, slope and intercept in standard errors; `None` without errors.
    pub fn distance(&self, line: &Line) -> Option<(f64, f64)> {
        Some(((line.slope - self.slope) / line.slope_error?, (line.intercept - self.intercept) / line.intercept_error?))
    }
}
