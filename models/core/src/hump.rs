//! The memory hump: does the stress rise after the second step, when is it largest, and by how much.
//!
//! The answer is a type and never a bare number, because "no hump" and "still rising when the window ends" are results
//! of their own and a fit or a figure must not mistake them for a peak. `t_p` is the time `t'` of the maximum of
//! `sigma(t')`, counted from the end of the second step, and `delta_sigma = sigma(t_p) - sigma_0`, with `sigma_0` the
//! stress at `t' = 0+` or, with a dead time, at the first sample after it. The dead time is therefore part of the
//! answer: one of 10 s lowers `delta_sigma` of a typical glass by a third while `t_p` hardly moves.
//!
//! A parabola through samples 40 to the decade misses `t_p` by 6e-4. Where a model is exact at any time the interval
//! around the largest sample is therefore refined tenfold three times first; a stepped model is read on its own steps.

use std::fmt;

/// What the stress does in a stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hump {
    /// The stress never exceeds its first value.
    NoHump,
    /// The stress has a maximum inside the window.
    Peak {
        /// Time of the maximum from the end of the step, s.
        t_p: f64,
        /// Height above the first value, MPa.
        delta_sigma: f64,
    },
    /// The stress is largest at the end of the window: it rises to the relaxed stress, or the window is too short.
    MonotoneRise {
        /// End of the window, s.
        until: f64,
        /// Height above the first value reached there, MPa.
        rise: f64,
    },
}

impl Hump {
    /// The word used in files and on the command line: `peak`, `no_hump` or `monotone_rise`.
    pub fn kind(&self) -> &'static str {
        match self {
            Hump::NoHump => "no_hump",
            Hump::Peak { .. } => "peak",
            Hump::MonotoneRise { .. } => "monotone_rise",
        }
    }

    /// Time of the maximum from the end of the step, s; only a peak has one.
    pub fn t_p(&self) -> Option<f64> {
        match self {
            Hump::Peak { t_p, .. } => Some(*t_p),
            Hump::NoHump | Hump::MonotoneRise { .. } => None,
        }
    }

    /// Height of the maximum above the first value, MPa: 0 without a hump, unknown for a rise that has not ended.
    pub fn delta_sigma(&self) -> Option<f64> {
        match self {
            Hump::NoHump => Some(0.0),
            Hump::Peak { delta_sigma, .. } => Some(*delta_sigma),
            Hump::MonotoneRise { .. } => None,
        }
    }
}

impl fmt::Display for Hump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hump::NoHump => write!(f, "no hump"),
            Hump::Peak { t_p, delta_sigma } => write!(f, "peak at {t_p:.6} s, {delta_sigma:.6} MPa high"),
            Hump::MonotoneRise { until, rise } => write!(f, "still rising at {until} s, by {rise:.6} MPa"),
        }
    }
}

/// Where to look for a hump, in time from the end of the step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// First sample, s: 0 for the value just after the step, else the dead time.
    pub dead_time: f64,
    /// First of the logarithmically spaced samples, s, above zero. Raised to the dead time if that is later.
    pub first: f64,
    /// Last sample, s.
    pub last: f64,
}

/// A hump with the stress it is counted from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Located {
    /// What the stress does.
    pub hump: Hump,
    /// Stress at `t' = dead_time`, MPa.
    pub sigma_0: f64,
    /// How many stress values were asked for.
    pub evaluations: usize,
}

/// Why no statement about a hump can be made.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum HumpError<E> {
    /// The stress could not be computed.
    Evaluate(E),
    /// The window has no extent, or is not made of finite times above zero.
    Window {
        /// The window asked for.
        window: Window,
    },
    /// The model answered with another number of values than it was asked for.
    Length {
        /// Times asked for.
        asked: usize,
        /// Values received.
        received: usize,
    },
    /// A stress is not finite.
    NotFinite {
        /// Time from the end of the step, s.
        time: f64,
        /// The value.
        value: f64,
    },
}

impl<E: fmt::Display> fmt::Display for HumpError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HumpError::Evaluate(source) => source.fmt(f),
            HumpError::Window { window } => write!(
                f,
                "cannot look for a hump from {} s to {} s with a dead time of {} s; times must be finite, the first \
                 above 0 s, the dead time not below 0 s, and the last after both",
                window.first, window.last, window.dead_time
            ),
            HumpError::Length { asked, received } => {
                write!(f, "{asked} stress values were asked for and {received} came back")
            }
            HumpError::NotFinite { time, value } => write!(f, "the stress {time} s after the step is {value}"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for HumpError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            HumpError::Evaluate(source) => Some(source),
            _ => None,
        }
    }
}

/// Samples per decade of the first look, and of the output of stepped models.
pub const SAMPLES_PER_DECADE: usize = 40;

/// Times (s) from `first` to `last`, logarithmically spaced with at least `per_decade` intervals per decade and both
/// ends exact; empty unless `0 < first < last`, both finite.
///
/// The number of intervals is whole and rounded up, as in the stepped models' own grid.
pub fn log_spaced(first: f64, last: f64, per_decade: usize) -> Vec<f64> {
    if !(first > 0.0 && last > first && last.is_finite()) {
        return Vec::new();
    }
    // A rounding error must not add an interval to a whole number of them.
    let intervals = ((last / first).log10() * per_decade as f64 - 1e-9).ceil().max(1.0) as usize;
    let step = (last / first).ln() / intervals as f64;
    let inner = (1..intervals).map(|index| first * (index as f64 * step).exp());
    std::iter::once(first).chain(inner).chain(std::iter::once(last)).collect()
}

/// Finds the hump of a stress that can be asked for at any list of times.
///
/// `evaluate` gets times (s) from the end of the step, sorted, 0 meaning just after it, and answers stresses (MPa).
/// With `continuous` the peak is refined to about 1e-9 relative; without it the samples 40 to the decade are taken as
/// the model's own steps and only a parabola in `ln t'` is drawn through the largest three.
/// A local maximum below `sigma_0` is no hump, and rises below 1e-13 of the largest stress are rounding.
///
/// # Errors
/// The window is impossible, `evaluate` fails, or it answers with something else than one finite number per time.
pub fn find_hump<E>(
    evaluate: impl FnMut(&[f64]) -> Result<Vec<f64>, E>,
    window: Window,
    continuous: bool,
) -> Result<Located, HumpError<E>> {
    search(evaluate, window, continuous, SAMPLES_PER_DECADE)
}

/// As [`find_hump`] for a stepped model whose own steps are `per_decade` to the decade, at least one: its stress is
/// only known there.
///
/// # Errors
/// As [`find_hump`].
pub fn find_hump_on_steps<E>(
    evaluate: impl FnMut(&[f64]) -> Result<Vec<f64>, E>,
    window: Window,
    per_decade: usize,
) -> Result<Located, HumpError<E>> {
    search(evaluate, window, false, per_decade.max(1))
}

fn search<E>(
    mut evaluate: impl FnMut(&[f64]) -> Result<Vec<f64>, E>,
    window: Window,
    continuous: bool,
    per_decade: usize,
) -> Result<Located, HumpError<E>> {
    let Window { dead_time, last, .. } = window;
    let mut first = window.first;
    if !(dead_time >= 0.0 && first > 0.0 && last.is_finite() && last > first && last > dead_time) {
        return Err(HumpError::Window { window });
    }
    if dead_time > 0.0 {
        // From the dead time on there is a first sample above zero, and nothing earlier was seen.
        first = dead_time;
    }
    let mut evaluations = 0;
    let mut sample = |times: &[f64]| -> Result<Vec<f64>, HumpError<E>> {
        evaluations += times.len();
        let values = evaluate(times).map_err(HumpError::Evaluate)?;
        if values.len() != times.len() {
            return Err(HumpError::Length { asked: times.len(), received: values.len() });
        }
        match times.iter().zip(&values).find(|(_, value)| !value.is_finite()) {
            Some((&time, &value)) => Err(HumpError::NotFinite { time, value }),
            None => Ok(values),
        }
    };

    let mut times = log_spaced(first, last, per_decade);
    if dead_time == 0.0 {
        times.insert(0, 0.0);
    }
    let mut values = sample(&times)?;
    // A peak at the first sample above zero may lie before it: look at shorter times, as far as doubles resolve them.
    while continuous && dead_time == 0.0 && largest(&values) == 1 && first > SHORTEST_TIME {
        let earlier = log_spaced(first * 1e-3, first, per_decade);
        let kept = earlier.len() - 1;
        let found = sample(&earlier)?;
        times.splice(1..1, earlier.into_iter().take(kept));
        values.splice(1..1, found.into_iter().take(kept));
        first *= 1e-3;
    }

    let sigma_0 = values.first().copied().unwrap_or(f64::NAN);
    let end = values.last().copied().unwrap_or(f64::NAN);
    let rounding = 1e-13 * values.iter().fold(0.0_f64, |scale, value| scale.max(value.abs()));
    let peak = largest(&values);
    let top = values.get(peak).copied().unwrap_or(f64::NAN);
    let hump = if top - sigma_0 <= rounding {
        Hump::NoHump
    } else if top - end <= rounding {
        Hump::MonotoneRise { until: last, rise: end - sigma_0 }
    } else {
        let mut points = neighbours(&times, &values, peak);
        if continuous && points.iter().all(|&(time, _)| time > 0.0) {
            for _ in 0..3 {
                points = refine(points, &mut sample)?;
            }
        }
        let (t_p, sigma_p) = parabola_top(points);
        Hump::Peak { t_p, delta_sigma: sigma_p - sigma_0 }
    };
    Ok(Located { hump, sigma_0, evaluations })
}

/// Below this time (s) after a step at any ordinary time doubles no longer tell two times apart.
const SHORTEST_TIME: f64 = 1e-9;

type Point = (f64, f64);

fn largest(values: &[f64]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if values.get(best).is_some_and(|largest| value > largest) {
            best = index;
        }
    }
    best
}

/// The samples around `peak`, moved inwards at the ends; NaN where there are fewer than three.
fn neighbours(times: &[f64], values: &[f64], peak: usize) -> [Point; 3] {
    let start = peak.saturating_sub(1).min(times.len().saturating_sub(3));
    let point = |index: usize| match (times.get(index), values.get(index)) {
        (Some(&time), Some(&value)) => (time, value),
        _ => (f64::NAN, f64::NAN),
    };
    [point(start), point(start + 1), point(start + 2)]
}

/// Samples the interval of three points ten times as densely and keeps the three around the largest.
fn refine<E>(
    points: [Point; 3],
    sample: &mut impl FnMut(&[f64]) -> Result<Vec<f64>, HumpError<E>>,
) -> Result<[Point; 3], HumpError<E>> {
    let [(low, _), _, (high, _)] = points;
    let step = (high / low).ln() / 20.0;
    let times: Vec<f64> = (0..=20).map(|index| low * (f64::from(index) * step).exp()).collect();
    let values = sample(&times)?;
    Ok(neighbours(&times, &values, largest(&values)))
}

/// The top of the parabola in `ln t'` through three points, or their largest where they do not bend down.
fn parabola_top(points: [Point; 3]) -> Point {
    let [(t0, y0), (t1, y1), (t2, y2)] = points;
    if t0 <= 0.0 {
        // The sample at t' = 0 has no logarithm: the peak is not resolved, and its largest sample is the statement.
        return points.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best }).unwrap_or((t1, y1));
    }
    let (left, right) = ((t0 / t1).ln(), (t2 / t1).ln());
    let (slope_left, slope_right) = ((y0 - y1) / left, (y2 - y1) / right);
    let bend = (slope_right - slope_left) / (right - left);
    if bend >= 0.0 || !bend.is_finite() {
        return points.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best }).unwrap_or((t1, y1));
    }
    let slope = slope_left - bend * left;
    let offset = (-slope / (2.0 * bend)).clamp(left, right);
    (t1 * offset.exp(), y1 + offset * (slope + bend * offset))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    const WINDOW: Window = Window { dead_time: 0.0, first: 1e-2, last: 1e5 };

    fn locate(stress: impl Fn(f64) -> f64, window: Window, continuous: bool) -> Located {
        let evaluate = |times: &[f64]| Ok::<_, Infallible>(times.iter().map(|&time| stress(time)).collect());
        find_hump(evaluate, window, continuous).unwrap()
    }

    /// Two modes of amplitude one half, 1 s and 100 s, waited 3 s, stepped back to 0.4.
    fn two_modes(time: f64) -> f64 {
        let phi = |t: f64| 0.5 * (-t).exp() + 0.5 * (-t / 100.0).exp();
        phi(3.0 + time) - 0.6 * phi(time)
    }

    fn check(actual: f64, expected: f64, tolerance: f64) {
        assert!((actual / expected - 1.0).abs() < tolerance, "{actual} is not {expected} within {tolerance:e}");
    }

    #[test]
    fn closed_form_of_two_modes_is_met() {
        let Hump::Peak { t_p, delta_sigma } = locate(two_modes, WINDOW, true).hump else { panic!("no peak") };
        // Reference: closed form of the two-mode peak. Rounding of the flat top limits t_p to about 1e-9.
        check(t_p, 5.051281931061504, 1e-8);
        check(delta_sigma, 0.264221724592, 1e-11);
    }

    #[test]
    fn samples_of_a_stepped_model_are_read_with_one_parabola() {
        let located = locate(two_modes, WINDOW, false);
        let Hump::Peak { t_p, .. } = located.hump else { panic!("no peak") };
        // A parabola 40 to the decade: below 2e-3, and worse than the refined one, so the two paths differ.
        check(t_p, 5.051281931061504, 2e-3);
        assert!((t_p / 5.051281931061504 - 1.0).abs() > 1e-7);
        assert_eq!(located.evaluations, 282, "0+, then 280 intervals from 1e-2 s to 1e5 s");
    }

    #[test]
    fn a_hump_before_the_first_sample_is_still_found() {
        // The same curve with all times a millionth as long: its peak lies at 5 microseconds.
        let Hump::Peak { t_p, delta_sigma } = locate(|t| two_modes(t * 1e6), WINDOW, true).hump else {
            panic!("no peak")
        };
        check(t_p, 5.051281931061504e-6, 1e-8);
        check(delta_sigma, 0.264221724592, 1e-11);
    }

    #[test]
    fn a_dead_time_lowers_the_hump_and_may_hide_it() {
        let window = |dead_time| Window { dead_time, ..WINDOW };
        let sigma_1 = two_modes(1.0);
        let located = locate(two_modes, window(1.0), true);
        assert_eq!(located.sigma_0, sigma_1);
        let Hump::Peak { t_p, delta_sigma } = located.hump else { panic!("no peak") };
        check(t_p, 5.051281931061504, 1e-8);
        check(delta_sigma, 0.264221724592 + two_modes(0.0) - sigma_1, 1e-10);
        assert_eq!(locate(two_modes, window(6.0), true).hump, Hump::NoHump);
    }

    #[test]
    fn decay_rise_and_rest_are_told_apart() {
        assert_eq!(locate(|t| (-t).exp(), WINDOW, true).hump, Hump::NoHump);
        assert_eq!(locate(|_| 3.0, WINDOW, true).hump, Hump::NoHump);
        let Hump::MonotoneRise { until, rise } = locate(|t| 2.0 - (-t / 10.0).exp(), WINDOW, true).hump else {
            panic!("a saturating rise has no peak")
        };
        assert_eq!((until, rise), (1e5, 1.0));
        // A dip and a later maximum below the first value is no hump.
        assert_eq!(locate(|t| (-t).exp() + 0.3 * t * (-t / 9.0).exp() / 9.0, WINDOW, true).hump, Hump::NoHump);
    }

    #[test]
    fn bad_windows_and_bad_stresses_are_errors() {
        let run = |window, value: f64| {
            find_hump(|times: &[f64]| Ok::<_, Infallible>(vec![value; times.len()]), window, true)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(run(WINDOW, f64::NAN), "the stress 0 s after the step is NaN");
        assert!(run(Window { last: f64::INFINITY, ..WINDOW }, 1.0).starts_with("cannot look for a hump"));
        assert!(run(Window { first: 0.0, ..WINDOW }, 1.0).starts_with("cannot look for a hump"));
        assert!(run(Window { dead_time: 2e5, ..WINDOW }, 1.0).starts_with("cannot look for a hump"));
        let short = find_hump(|_: &[f64]| Ok::<_, Infallible>(vec![]), WINDOW, true).unwrap_err();
        assert_eq!(short.to_string(), "282 stress values were asked for and 0 came back");
    }
}
