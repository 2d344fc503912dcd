//! The hump of measured samples, which are noisy and lie where the instrument put them: `t_p` and `delta_sigma` with
//! their errors, or what can be said instead.
//!
//! The largest of many noisy samples lies above the true maximum and anywhere near it. Samples are therefore averaged
//! in forty bins to the decade of `t'`, and a polynomial in `ln t'` is fitted to the bins around the top: local
//! regression, which assumes smoothness and no model. Its window is the widest one over which a cubic is enough, that
//! is, over which two more degrees explain no more than noise does; what is reported is the fit *with* those two
//! degrees. Its error is larger, but its bias is small against it, which is what makes intervals honest (Calonico,
//! Cattaneo & Farrell, J. Am. Stat. Assoc. 113 (2018) 767).
//!
//! The interval of `t_p` holds all times at which the slope `d sigma / d ln t'` is not different from zero on the level
//! of 95 % (Fieller's argument: a test turned round). It is not symmetric, and where the samples do not close it on one
//! side it is open there. The noise is what the samples leave over from the polynomial; neighbouring bins that lie off
//! together count for less.
//!
//! Limits: one hump, the largest, is looked for; a drift of the instrument is taken for stress. On curves whose truth is
//! known the intervals hold it in 91 % to 99.5 % of the cases (`tests/noisy_hump.rs`); for the narrowest hump there is, of
//! two exponentials, with noise of a tenth of its height and evenly spaced samples, in 79 %.

use crate::curve::Curve;
use crate::hump::Hump;
use crate::local_polynomial::{LocalPolynomial, Point};
use crate::log_time::{LogBin, log_bins};
use crate::noise;
use std::f64::consts::LN_10;
use std::fmt;
use std::ops::Range;

/// A hump read from samples, with what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampledHump {
    /// What the stress does.
    pub hump: Hump,
    /// Stress at the dead time in effect, MPa: of the regression through the first samples where that is better known
    /// than the first sample itself.
    pub sigma_0: f64,
    /// Standard error of `sigma_0`, MPa.
    pub sigma_0_error: f64,
    /// Time of the first sample from the end of the step, s: the dead time in effect.
    pub dead_time: f64,
    /// Time of the last sample, s.
    pub last: f64,
    /// Standard deviation of a single sample, MPa: from how much neighbours differ or from how much samples scatter
    /// about the fitted top, whichever is larger.
    pub noise: f64,
    /// The 95 % interval of the time of the maximum, s; `None` where the samples do not close it on that side.
    pub t_p_interval: (Option<f64>, Option<f64>),
    /// Height of the largest stress after the first sample above `sigma_0`, MPa, whether or not it is significant.
    pub rise: f64,
    /// Standard error of `delta_sigma`, MPa.
    pub delta_sigma_error: f64,
    /// Student's factor from that error to the half width of a 95 % interval.
    pub coverage_factor: f64,
    /// Whether the stress falls from the first sample on, so that a maximum before it is not excluded.
    pub falls_from_start: bool,
    /// First and last time of the samples that the top was fitted to, s.
    pub window: (f64, f64),
    /// How many samples the top was fitted to.
    pub fitted: usize,
}

/// What may be said of a hump in noisy samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A maximum inside the window, significantly above the first sample.
    Peak,
    /// A significant rise whose maximum is not closed by the samples after it.
    Rising,
    /// No rise above the noise.
    NoHump,
    /// No rise, and the stress falls from the first sample on: a hump before it would not have been seen.
    HiddenOrNone,
}

impl Verdict {
    /// The word used in files and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Peak => "peak",
            Verdict::Rising => "rising",
            Verdict::NoHump => "no_hump",
            Verdict::HiddenOrNone => "hidden_or_none",
        }
    }
}

impl SampledHump {
    /// What may be said of the hump.
    pub fn verdict(&self) -> Verdict {
        match self.hump {
            Hump::Peak { .. } => Verdict::Peak,
            Hump::MonotoneRise { .. } => Verdict::Rising,
            Hump::NoHump if self.falls_from_start && self.dead_time > 0.0 => Verdict::HiddenOrNone,
            Hump::NoHump => Verdict::NoHump,
        }
    }

    /// Standard error of `t_p`, s: a quarter of its 95 % interval; `None` without a peak or with an open interval.
    pub fn t_p_error(&self) -> Option<f64> {
        self.hump.t_p()?;
        let (low, high) = self.t_p_interval;
        Some((high? - low?) / (2.0 * noise::NORMAL_975))
    }

    /// The 95 % interval of the height of a peak, MPa; for no hump, from 0 to the largest height that would have
    /// stayed unseen; `None` where the rise has not ended.
    pub fn delta_sigma_interval(&self) -> Option<(f64, f64)> {
        let half = self.coverage_factor * self.delta_sigma_error;
        match self.hump {
            Hump::Peak { delta_sigma, .. } => Some((delta_sigma - half, delta_sigma + half)),
            Hump::NoHump => Some((0.0, (self.rise + half).max(0.0))),
            Hump::MonotoneRise { .. } => None,
        }
    }
}

impl fmt::Display for SampledHump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = self.t_p_interval;
        let error = self.delta_sigma_error;
        match (self.hump, self.verdict()) {
            (Hump::Peak { t_p, delta_sigma }, _) => {
                let low = low.map_or_else(|| format!("before {}", rounded(self.dead_time)), rounded);
                let high = high.map_or_else(|| format!("after {}", rounded(self.last)), rounded);
                write!(f, "peak at {} s (95 %: {low} to {high} s), ", rounded(t_p))?;
                write!(f, "{} +- {} MPa high", rounded(delta_sigma), rounded(error))
            }
            (Hump::MonotoneRise { until, rise }, _) => {
                let from = low.map_or_else(String::new, |low| format!(", a maximum after {} s", rounded(low)));
                write!(f, "rises until {} s by {} +- {} MPa{from}", rounded(until), rounded(rise), rounded(error))
            }
            (Hump::NoHump, verdict) => {
                let most = self.delta_sigma_interval().map_or(f64::NAN, |(_, high)| high);
                write!(f, "no hump of more than {} MPa after {} s", rounded(most), rounded(self.dead_time))?;
                if verdict == Verdict::HiddenOrNone {
                    f.write_str("; the stress falls from there on, so an earlier one is not excluded")?;
                }
                Ok(())
            }
        }
    }
}

/// Four significant digits.
fn rounded(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let digits = (3 - value.abs().log10().floor() as i32).max(0) as usize;
    if value.abs() < 1e-3 { format!("{value:.3e}") } else { format!("{value:.digits$}") }
}

/// Why samples say nothing about a hump. Rows are counted from 0.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SamplesError {
    /// Times and stresses differ in number.
    Lengths {
        /// Number of times.
        times: usize,
        /// Number of stresses.
        stresses: usize,
    },
    /// Too few samples after the dead time.
    TooFew {
        /// How many there are.
        found: usize,
        /// How many are needed.
        needed: usize,
    },
    /// A curve that is not stress against time.
    Unit {
        /// `x` or `y`.
        axis: &'static str,
        /// UCUM code found.
        unit: String,
        /// UCUM code needed.
        expected: &'static str,
    },
    /// A value is not finite, or a time does not come after the one before.
    Row {
        /// The row.
        row: usize,
        /// Its time, s.
        time: f64,
        /// Its stress, MPa.
        stress: f64,
    },
}

impl fmt::Display for SamplesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SamplesError::Lengths { times, stresses } => write!(f, "{times} times and {stresses} stresses"),
            SamplesError::TooFew { found, needed } => {
                write!(f, "{found} samples after the dead time, at least {needed} are needed to see a hump")
            }
            SamplesError::Unit { axis, unit, expected } => {
                write!(f, "{axis} is in `{unit}`, and `{expected}` is needed for a hump; convert it first")
            }
            SamplesError::Row { row, time, stress } => write!(
                f,
                "row {row} ({time} s, {stress} MPa) is not finite or not later than the row before; leave it out"
            ),
        }
    }
}

impl std::error::Error for SamplesError {}

impl Curve {
    /// The hump of a second stage with its errors: stress (MPa) against the time from the end of the step (s). Samples
    /// before `dead_time` (s) are left out.
    ///
    /// # Errors
    /// As [`hump_of_samples`], and a curve in other units.
    pub fn hump(&self, dead_time: f64) -> Result<SampledHump, SamplesError> {
        for (axis, unit, expected) in [("x", &self.x_unit, "s"), ("y", &self.y_unit, "MPa")] {
            if unit != expected {
                return Err(SamplesError::Unit { axis, unit: unit.clone(), expected });
            }
        }
        hump_of_samples(&self.x, &self.y, dead_time)
    }
}

const LEAST_SAMPLES: usize = 8;
const BINS_PER_DECADE: usize = 40;
/// Narrowest half width of a window, in decades, and the factor to the next one.
const NARROWEST: f64 = 0.2;
const WIDER: f64 = 1.25;
/// Number of windows tried: up to 1.9 decades.
const WINDOWS: usize = 11;
/// Degree over which a window must be enough, and the degree that is reported.
const TOP: (usize, usize) = (3, 5);
/// The same for the first samples, at the end of their window, where high degrees are poorly determined.
const START: (usize, usize) = (1, 3);
/// Bins that a window has more than coefficients, at least.
const FREEDOM: usize = 3;
/// How much more than noise the two higher degrees may explain where the lower one is enough. Noise alone exceeds it in
/// one window of four; a larger value gives smaller errors that hold the truth less often.
const EXCESS: f64 = 1.3;
/// A hump must exceed this many standard errors: the chance of one of a dozen places in pure noise is below 1 %.
const SIGNIFICANT: f64 = 3.5;
/// Places in a window at which slopes are looked at.
const PLACES: usize = 400;
/// Part of the largest stress below which differences are rounding.
const ROUNDING: f64 = 1e-13;

/// Reads a hump from samples: `times` (s) from the end of the second step, rising; `stress` in MPa. Samples before
/// `dead_time` (s) are left out, and so is a time of 0 for the logarithm, though it may serve as `sigma_0`.
///
/// # Errors
/// Columns of different length, values that are not finite or times that do not rise, fewer than eight samples.
///
/// # Examples
/// ```
/// use kovacs_core::hump_of_samples;
/// // Eq. 1 of the paper with a peak at 465.4375 s, sampled every 2 s.
/// let stress = |t: f64| 1.5 * (-(t / 2e4).powf(0.6)).exp() - 0.5 * (-(t / 150.0).powf(0.7)).exp();
/// let times: Vec<f64> = (1..5000).map(|row| 2.0 * f64::from(row)).collect();
/// let found = hump_of_samples(&times, &times.iter().map(|&t| stress(t)).collect::<Vec<_>>(), 0.0)?;
/// assert!((found.hump.t_p().unwrap() / 465.4375 - 1.0).abs() < 1e-2);
/// # Ok::<(), kovacs_core::sampled_hump::SamplesError>(())
/// ```
pub fn hump_of_samples(times: &[f64], stress: &[f64], dead_time: f64) -> Result<SampledHump, SamplesError> {
    if times.len() != stress.len() {
        return Err(SamplesError::Lengths { times: times.len(), stresses: stress.len() });
    }
    let mut last = f64::NEG_INFINITY;
    for (row, (&time, &stress)) in times.iter().zip(stress).enumerate() {
        if !(time.is_finite() && stress.is_finite() && time > last) {
            return Err(SamplesError::Row { row, time, stress });
        }
        last = time;
    }
    let from = times.partition_point(|&time| time < dead_time.max(0.0));
    let (times, stress) = (times.get(from..).unwrap_or_default(), stress.get(from..).unwrap_or_default());
    let too_few = SamplesError::TooFew { found: times.len(), needed: LEAST_SAMPLES };
    let (Some(&first), true) = (times.first(), times.len() >= LEAST_SAMPLES) else { return Err(too_few) };
    let mut samples = Samples::new(times, stress);
    let Some(top) = samples.top() else { return Err(too_few) };
    samples.noise = samples.noise.max(top.scatter(times, stress));
    let start = samples.start();

    let freedom = top.fit.freedom().min(start.freedom) as f64;
    let ends = samples.points.last().map_or(top.place, |point| point.x);
    let (low, high) = top.interval();
    let slope_error = top.slope_error(top.place);
    // The top of a noisy curve is too high by what its place scatters: half the slope's variance over the bend.
    let lifted = if top.inner { 0.5 * slope_error * slope_error / top.bend() } else { 0.0 };
    let rise = top.fit.value(top.place) - lifted - start.stress;
    let delta_sigma_error = samples.difference_error(&top, &start);
    let rounding = ROUNDING * stress.iter().fold(0.0, |scale: f64, value| scale.max(value.abs()));
    let significant = rise > (SIGNIFICANT * delta_sigma_error).max(rounding);
    let closed_after = high < ends;
    let hump = if !significant {
        Hump::NoHump
    } else if top.inner && closed_after {
        Hump::Peak { t_p: top.place.exp(), delta_sigma: rise }
    } else {
        Hump::MonotoneRise { until: last, rise }
    };
    let begins = samples.points.first().map_or(top.place, |point| point.x);
    let closed = |place: f64, inside: bool| inside.then(|| place.exp());
    Ok(SampledHump {
        hump,
        sigma_0: start.stress,
        sigma_0_error: start.error,
        dead_time: first,
        last,
        noise: samples.noise,
        t_p_interval: match hump {
            Hump::NoHump => (None, None),
            _ => (closed(low, low > begins), closed(high, closed_after)),
        },
        rise,
        delta_sigma_error,
        coverage_factor: noise::student_975(freedom),
        falls_from_start: !significant && samples.falls_from_start(),
        window: top.window(),
        fitted: top.rows.clone().filter_map(|row| samples.counts.get(row)).sum(),
    })
}

/// Samples after the dead time, averaged in log time.
struct Samples {
    points: Vec<Point>,
    counts: Vec<usize>,
    first: (f64, f64),
    noise: f64,
}

/// The stress at the first sample.
struct Start {
    stress: f64,
    error: f64,
    freedom: usize,
    /// What each of the first points counts in it.
    influence: Vec<f64>,
}

/// The polynomial around the largest stress.
struct Top {
    fit: LocalPolynomial,
    rows: Range<usize>,
    /// `ln t'` of the maximum.
    place: f64,
    /// Whether the slope is zero there.
    inner: bool,
    bounds: (f64, f64),
    deviation: f64,
    /// Where stresses outside the window are significantly lower, before and after.
    lower: (f64, f64),
}

impl Samples {
    fn new(times: &[f64], stress: &[f64]) -> Samples {
        let bins = log_bins(times, stress, BINS_PER_DECADE);
        let later = bins.iter().filter(|bin| bin.time > 0.0);
        let point = |bin: &LogBin| Point { x: bin.time.ln(), y: bin.value, weight: bin.effective_samples };
        Samples {
            points: later.clone().map(point).collect(),
            counts: later.map(|bin| bin.samples).collect(),
            first: times.first().copied().zip(stress.first().copied()).unwrap_or((f64::NAN, f64::NAN)),
            noise: noise::deviation(times, stress),
        }
    }

    /// Half widths of windows in `ln t'`, the widest first.
    fn half_widths() -> impl Iterator<Item = f64> {
        (0..WINDOWS as i32).rev().map(|step| NARROWEST * LN_10 * WIDER.powi(step))
    }

    fn rows(&self, low: f64, high: f64) -> Range<usize> {
        let start = self.points.partition_point(|point| point.x < low);
        start..self.points.partition_point(|point| point.x <= high).max(start)
    }

    fn start(&self) -> Start {
        let (time, stress) = self.first;
        let alone = self.counts.first() == Some(&1) && time > 0.0;
        let influence = if alone { vec![1.0] } else { Vec::new() };
        let raw = Start { stress, error: self.noise, freedom: usize::MAX, influence };
        if time <= 0.0 {
            return raw;
        }
        let place = time.ln();
        let smooth = Samples::half_widths().find_map(|half| {
            let points = self.points.get(self.rows(f64::NEG_INFINITY, place + 2.0 * half))?;
            let fit = LocalPolynomial::fit(points, START.1)?;
            if fit.freedom() < FREEDOM || !enough(&fit, START.0) {
                return None;
            }
            let influence = fit.influence(points, place);
            let error = deviation(&fit) * norm(&influence, points);
            Some(Start { stress: fit.value(place), error, freedom: fit.freedom(), influence })
        });
        smooth.filter(|smooth| smooth.error < self.noise).unwrap_or(raw)
    }

    fn top(&self) -> Option<Top> {
        let mut middle = self.pilot()?;
        let mut top = self.top_near(middle)?;
        // A window off the top is not the best one for it: put it in the middle.
        for _ in 0..3 {
            if (top.place - middle).abs() < 0.02 {
                break;
            }
            middle = top.place;
            top = self.top_near(middle)?;
        }
        Some(top)
    }

    /// `ln t'` of the group of bins that is highest with some confidence.
    fn pilot(&self) -> Option<f64> {
        let sure = |group: &Group| group.y - self.noise / group.weight.sqrt();
        let groups = groups(&self.points).into_iter();
        groups.reduce(|best, next| if sure(&next) > sure(&best) { next } else { best }).map(|group| group.x)
    }

    /// The top in the widest window around `middle` over which a polynomial of low degree is enough.
    fn top_near(&self, middle: f64) -> Option<Top> {
        let mut narrow = None;
        for half in Samples::half_widths() {
            let rows = self.rows(middle - half, middle + half);
            if rows.len() <= TOP.1 + FREEDOM {
                break;
            }
            let fit = LocalPolynomial::fit(self.points.get(rows.clone())?, TOP.1)?;
            let done = enough(&fit, TOP.0);
            narrow = Some((fit, rows));
            if done {
                break;
            }
        }
        let (fit, rows) = match narrow {
            Some(found) => found,
            None => {
                let degree = self.points.len().saturating_sub(1 + FREEDOM).min(TOP.1);
                (LocalPolynomial::fit(&self.points, degree)?, 0..self.points.len())
            }
        };
        let (first, last) = (self.points.get(rows.start)?.x, self.points.get(rows.end.checked_sub(1)?)?.x);
        // Where the window ends before the samples do, the polynomial is not trusted to its end.
        let margin = 0.1 * (last - first);
        let low = if rows.start > 0 { first + margin } else { first };
        let high = if rows.end < self.points.len() { last - margin } else { last };
        let places = (0..=PLACES).map(|step| low + (high - low) * step as f64 / PLACES as f64);
        let best = places
            .map(|place| (place, fit.value(place)))
            .reduce(|best, next| if next.1 > best.1 { next } else { best })?;
        let width = (high - low) / PLACES as f64;
        let zero = zero_of_slope(&fit, (best.0 - width).max(low), (best.0 + width).min(high));
        let deviation = deviation(&fit);
        let place = zero.unwrap_or(best.0);
        let height = fit.value(place);
        let below = |group: &Group| {
            let error = deviation * (1.0 / group.weight + 1.0 / rows.len() as f64).sqrt();
            height - group.y > SIGNIFICANT * error
        };
        let before = self.points.get(..rows.start).map(groups).unwrap_or_default();
        let after = self.points.get(rows.end..).map(groups).unwrap_or_default();
        let lower = (
            before.iter().rev().find(|group| below(group)).map_or(f64::NEG_INFINITY, |group| group.x),
            after.iter().find(|group| below(group)).map_or(f64::INFINITY, |group| group.x),
        );
        Some(Top { fit, rows, place, inner: zero.is_some(), bounds: (first, last), deviation, lower })
    }

    /// Standard error of the difference between top and start, which may rest on the same samples.
    fn difference_error(&self, top: &Top, start: &Start) -> f64 {
        let points = self.points.get(top.rows.clone()).unwrap_or_default();
        let influence = top.fit.influence(points, top.place);
        let top_error = top.deviation * norm(&influence, points);
        let shared = start.influence.iter().enumerate().skip(top.rows.start).zip(&influence).zip(points);
        let shared: f64 = shared.map(|(((_, left), right), point)| left * right / point.weight).sum();
        let scale = match norm(&start.influence, &self.points) {
            length if length > 0.0 => start.error / length,
            _ => 0.0,
        };
        let variance = top_error.powi(2) + start.error.powi(2) - 2.0 * top.deviation * scale * shared;
        variance.max(0.0).sqrt()
    }

    /// Whether a straight line through the first samples falls, over any width.
    fn falls_from_start(&self) -> bool {
        let Some(begins) = self.points.first().map(|point| point.x) else { return false };
        Samples::half_widths().any(|half| {
            let points = self.points.get(self.rows(begins, begins + 2.0 * half)).unwrap_or_default();
            LocalPolynomial::fit(points, 1).is_some_and(|line| {
                line.freedom() >= FREEDOM
                    && line.slope(begins) < -SIGNIFICANT * deviation(&line) * line.slope_error(begins)
            })
        })
    }
}

impl Top {
    fn slope_error(&self, place: f64) -> f64 {
        self.deviation * self.fit.slope_error(place)
    }

    /// Standard deviation of single samples about the fit: unlike differences of neighbours it sees noise with a memory.
    fn scatter(&self, times: &[f64], stress: &[f64]) -> f64 {
        let (from, to) = self.window();
        let inside = times.iter().zip(stress).filter(|(time, _)| (from..=to).contains(*time));
        let squares: Vec<f64> = inside.map(|(time, stress)| (stress - self.fit.value(time.ln())).powi(2)).collect();
        let freedom = squares.len().saturating_sub(self.fit.degree() + 1).max(1);
        (squares.iter().sum::<f64>() / freedom as f64).sqrt()
    }

    /// How much the slope falls per unit of `ln t'` at the top, above zero.
    fn bend(&self) -> f64 {
        let near = 1e-3 * (self.bounds.1 - self.bounds.0);
        let fall = self.fit.slope(self.place - near) - self.fit.slope(self.place + near);
        (fall / (2.0 * near)).max(f64::MIN_POSITIVE)
    }

    /// `ln t'` between which the slope is not different from zero; infinite where nothing closes the interval.
    fn interval(&self) -> (f64, f64) {
        let factor = noise::student_975(self.fit.freedom() as f64);
        let zero = |place: f64| self.fit.slope(place).abs() <= factor * self.slope_error(place);
        let end = |bound: f64, open: f64| {
            let places = (1..=PLACES).map(|step| self.place + (bound - self.place) * step as f64 / PLACES as f64);
            places.into_iter().find(|&place| !zero(place)).unwrap_or(open)
        };
        (end(self.bounds.0, self.lower.0), end(self.bounds.1, self.lower.1))
    }

    fn window(&self) -> (f64, f64) {
        (self.bounds.0.exp(), self.bounds.1.exp())
    }
}

/// Whether the degrees above `degree` explain no more than noise.
fn enough(fit: &LocalPolynomial, degree: usize) -> bool {
    fit.excess_above(degree) <= EXCESS * deviation(fit).powi(2)
}

/// Standard deviation of one sample about the fit, larger where neighbouring bins lie off together (the variance of a
/// mean of a first-order autoregression).
fn deviation(fit: &LocalPolynomial) -> f64 {
    let count = (fit.freedom() + fit.degree() + 1) as f64;
    let correlation = fit.correlation().min(0.9);
    let together = if correlation > 2.0 / count.sqrt() { (1.0 + correlation) / (1.0 - correlation) } else { 1.0 };
    fit.deviation() * together.sqrt()
}

/// Standard error of a weighted sum of points whose samples have deviation 1.
fn norm(influence: &[f64], points: &[Point]) -> f64 {
    influence.iter().zip(points).map(|(share, point)| share * share / point.weight).sum::<f64>().sqrt()
}

/// Where the slope passes from above to below zero, by halving; `None` if it does not.
fn zero_of_slope(fit: &LocalPolynomial, mut low: f64, mut high: f64) -> Option<f64> {
    if !(fit.slope(low) > 0.0 && fit.slope(high) < 0.0) {
        return None;
    }
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if fit.slope(middle) > 0.0 { low = middle } else { high = middle }
    }
    Some(0.5 * (low + high))
}

/// Points of a fifth of a decade, averaged.
struct Group {
    x: f64,
    y: f64,
    weight: f64,
}

fn groups(points: &[Point]) -> Vec<Group> {
    let place = |point: &Point| (point.x / (NARROWEST * LN_10)).floor();
    let parts = points.chunk_by(|left, right| place(left) == place(right));
    let group = |part: &[Point]| {
        let weight: f64 = part.iter().map(|point| point.weight).sum();
        let mean = |of: fn(&Point) -> f64| part.iter().map(|point| point.weight * of(point)).sum::<f64>() / weight;
        Group { x: mean(|point| point.x), y: mean(|point| point.y), weight }
    };
    parts.map(group).collect()
}

#[cfg(test)]
mod tests;
