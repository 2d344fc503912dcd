//! Finding what was done in what was recorded: stretches of constant strain, and the ramps between them.
//!
//! An instrument's file rarely says where a hold begins. Strain rates do, but the difference of two noisy neighbours is
//! no rate: a rate is the change over as long a time as it takes to exceed the noise, looked at forwards and backwards,
//! so that a hold stays slow up to its last sample. The noise comes from the record itself, single outliers are passed
//! over by a running median of three, and a slow drift belongs to the hold. The controller's corners are not samples: a
//! ramp overshoots and the first seconds of a hold are often missing, so a ramp is the line through its straight part,
//! and begins and ends where that line meets the levels.
//!
//! Limits: steps below ten standard deviations of the noise are not seen, and neither are ramps ten times slower than
//! the typical one.

use crate::noise::{deviation, median, robust_deviation};
use crate::protocol::Protocol;
use std::collections::VecDeque;
use std::ops::Range;

/// Samples a hold has at least.
pub const FEWEST_SAMPLES: usize = 3;

/// Largest rate in a hold, as a part of the typical rate of the ramps.
const STILL: f64 = 0.1;

/// A longer stretch that drifts faster than this part of a ramp's rate, by more than that part of the whole range, is a
/// slow ramp.
const DRIFT: (f64, f64) = (0.02, 0.05);

/// A change counts from this many standard deviations of the noise on, and from this part of the whole range.
const RESOLVED: (f64, f64) = (8.0, 1e-4);

/// The ends of a hold lie within so many of its own standard deviations of its level, or within this part of the whole
/// range: controllers are not more exact.
const SETTLED: (f64, f64) = (5.0, 3e-4);

/// Rows that wrong samples may cut out of a hold.
const GLITCH: usize = 3;

/// A stretch of constant strain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hold {
    /// Time of its first sample, s.
    pub start: f64,
    /// Time of its last sample, s.
    pub end: f64,
    /// Median strain (1).
    pub strain: f64,
    /// Standard deviation of its samples about a straight line (1), outliers apart.
    pub scatter: f64,
    /// Slope of that line, 1/s.
    pub drift: f64,
    /// Row of the first sample, from 0.
    pub first_row: usize,
    /// Row of the last sample, from 0.
    pub last_row: usize,
}

/// The change from one level to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ramp {
    /// Strain before it (1).
    pub from: f64,
    /// Strain after it (1).
    pub to: f64,
    /// Where its straight part leaves the level before, s; of a ramp without samples the last sample of the hold before.
    pub start: f64,
    /// Where its straight part meets the level after, s; of a ramp without samples the first sample of the hold after.
    pub end: f64,
    /// Standard error of `end`, s; `None` with fewer than three samples in the straight part.
    pub end_error: Option<f64>,
    /// Rate, 1/s. Of a ramp without samples the smallest that is possible.
    pub rate: f64,
    /// Standard error of the rate, 1/s; `None` with fewer than three samples in the straight part.
    pub rate_error: Option<f64>,
    /// Samples in the straight part; with fewer than two the rate is a bound.
    pub samples: usize,
    /// Time of the first sample after the end, s.
    pub next_sample: f64,
}

/// How long after a step nothing is known, s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeadTime {
    /// From the end of the ramp to the first sample after it. Where the ramp was not sampled, the longest it can be.
    pub seconds: f64,
    /// The 95 % interval, or what is possible.
    pub interval: (f64, f64),
}

impl Ramp {
    /// Whether samples determine the rate; else it is the smallest that is possible.
    pub fn is_sampled(&self) -> bool {
        self.samples >= 2
    }

    /// The dead time after this ramp. A ramp without samples lies anywhere between the samples around it; `stated` is
    /// its duration (s) as the protocol states it, if it does.
    pub fn dead_time(&self, stated: Option<f64>) -> DeadTime {
        if self.is_sampled() {
            let seconds = (self.next_sample - self.end).max(0.0);
            let half = crate::noise::NORMAL_975 * self.end_error.unwrap_or(0.0);
            return DeadTime { seconds, interval: ((seconds - half).max(0.0), seconds + half) };
        }
        let longest = (self.next_sample - self.start - stated.unwrap_or(0.0)).max(0.0);
        DeadTime { seconds: longest, interval: (0.0, longest) }
    }
}

/// Finds the holds of one test: `time` in s, rising, and `strain` (1), equally long and finite.
///
/// A hold has at least three samples. Where the strain never changes, the whole test is one hold.
pub fn find_holds(time: &[f64], strain: &[f64]) -> Vec<Hold> {
    if time.len() != strain.len() || time.len() < FEWEST_SAMPLES {
        return Vec::new();
    }
    let smooth = without_outliers(strain);
    let (low, high) = smooth.iter().fold((f64::MAX, f64::MIN), |(low, high), &value| (low.min(value), high.max(value)));
    let noise = deviation(time, strain);
    let range = high - low;
    let change = (RESOLVED.0 * noise).max(RESOLVED.1 * range);
    if range <= change {
        return described(time, strain, 0..time.len()).into_iter().collect();
    }
    let speeds = speeds(time, &smooth, change);
    let Some(fast) = typical_ramp_rate(&speeds) else { return Vec::new() };
    let mut stretches: Vec<Range<usize>> = Vec::new();
    let mut row = 0;
    while row < speeds.len() {
        let length = speeds.iter().skip(row).take_while(|speed| **speed <= STILL * fast).count();
        if length + 1 >= FEWEST_SAMPLES {
            let rows = settled(time, strain, row..row + length + 1, change.max(SETTLED.1 * range));
            stretches.push(rows);
        }
        row += length.max(1);
    }
    let level = |rows: &Range<usize>| smooth.get(rows.clone()).and_then(|part| median(part.to_vec()));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for rows in stretches {
        match merged.last_mut() {
            Some(before)
                if rows.start - before.end <= GLITCH
                    && level(before).zip(level(&rows)).is_some_and(|(a, b)| (a - b).abs() <= change) =>
            {
                before.end = rows.end;
            }
            _ => merged.push(rows),
        }
    }
    let holds = merged.into_iter().filter_map(|rows| described(time, strain, rows));
    let rests = |hold: &Hold| {
        hold.drift.abs() <= DRIFT.0 * fast || (hold.drift * (hold.end - hold.start)).abs() <= DRIFT.1 * range
    };
    holds.filter(rests).collect()
}

/// The ramps to each of the holds: from rest to the first one, if there is a sample before it, then from one to the next.
pub fn ramps(time: &[f64], strain: &[f64], holds: &[Hold]) -> Vec<Ramp> {
    let Some(first) = holds.first() else { return Vec::new() };
    let start = time.first().copied().unwrap_or(first.start);
    let loading = (first.first_row > 0).then(|| ramp_between(time, strain, (0.0, start), first, 0..first.first_row));
    let between = holds.windows(2).filter_map(|pair| match pair {
        [before, after] => {
            let rows = before.last_row + 1..after.first_row;
            Some(ramp_between(time, strain, (before.strain, before.end), after, rows))
        }
        _ => None,
    });
    loading.into_iter().chain(between).collect()
}

/// The ramp from a strain, left at some time, to a hold, with the rows between them.
fn ramp_between(time: &[f64], strain: &[f64], (from, left): (f64, f64), after: &Hold, rows: Range<usize>) -> Ramp {
    let first_after = |end: f64| time.get(time.partition_point(|&time| time < end)).copied().unwrap_or(after.start);
    match straight_part(time, strain, from, after.strain, rows) {
        Some(line) => Ramp {
            from,
            to: after.strain,
            start: line.leave,
            end: line.arrive,
            end_error: line.errors.map(|errors| errors.1),
            rate: line.slope,
            rate_error: line.errors.map(|errors| errors.0),
            samples: line.samples,
            next_sample: first_after(line.arrive),
        },
        None => Ramp {
            from,
            to: after.strain,
            start: left,
            end: after.start,
            end_error: None,
            rate: (after.strain - from) / (after.start - left),
            rate_error: None,
            samples: 0,
            next_sample: after.start,
        },
    }
}

/// The programmed test behind a recorded one: a ramp or step to each hold, the hold, and what follows the last.
/// Answers the protocol, at a constant `temperature` (K), and the time of the record (s) at which it begins.
///
/// `None` where there is no hold.
pub fn protocol_of(time: &[f64], strain: &[f64], holds: &[Hold], temperature: f64) -> Option<(Protocol, f64)> {
    let (first, last) = (holds.first()?, holds.last()?);
    let loading = corners(time, strain, 0.0, first.strain, 0..first.first_row);
    let (start, mut reached) = match loading {
        Some((from, to)) => (from, to.min(first.start)),
        None if first.first_row == 0 => (first.start, first.start),
        None => (*time.first()?, first.start),
    };
    let mut protocol = ramp(Protocol::at(temperature), first.strain, reached - start);
    for pair in holds.windows(2) {
        let [before, after] = pair else { continue };
        let between = before.last_row + 1..after.first_row;
        let (leave, arrive) = match corners(time, strain, before.strain, after.strain, between) {
            Some((from, to)) => (from.max(before.end), to.min(after.start)),
            None => (before.end, after.start),
        };
        protocol = ramp(protocol.hold(leave - reached), after.strain, arrive - leave);
        reached = arrive;
    }
    let (end, final_strain) = (*time.last()?, *strain.last()?);
    if last.last_row + 1 < time.len() {
        let leave = match corners(time, strain, last.strain, final_strain, last.last_row + 1..time.len()) {
            Some((from, _)) if from < end => from.max(last.end),
            _ => last.end,
        };
        protocol = ramp(protocol.hold(leave - reached), final_strain, end - leave);
    } else {
        protocol = protocol.hold(end - reached);
    }
    Some((protocol, start))
}

fn ramp(protocol: Protocol, strain: f64, seconds: f64) -> Protocol {
    if seconds > 0.0 { protocol.ramp(strain, seconds) } else { protocol.step(strain) }
}

/// Each value replaced by the median of itself and its neighbours; the ends stay.
fn without_outliers(values: &[f64]) -> Vec<f64> {
    let mut smooth = values.to_vec();
    for (place, three) in smooth.iter_mut().skip(1).zip(values.windows(3)) {
        if let &[a, b, c] = three {
            *place = a.min(b).max(a.max(b).min(c));
        }
    }
    smooth
}

/// Rate of each interval between neighbours, 1/s: over the shortest time, beginning or ending with the interval, in
/// which the strain changes by more than `change`; the smaller of the two.
fn speeds(time: &[f64], strain: &[f64], change: f64) -> Vec<f64> {
    let forwards = rates_until_change(time, strain, change);
    let backwards = {
        let time: Vec<f64> = time.iter().rev().map(|time| -time).collect();
        let strain: Vec<f64> = strain.iter().rev().copied().collect();
        rates_until_change(&time, &strain, change)
    };
    // The reversed record counts from its end: its row `n - 1 - i` is row `i` here.
    let ending = backwards.iter().rev().skip(1);
    forwards.iter().zip(ending).map(|(begins, ends)| begins.min(*ends)).collect()
}

/// Rate from each row to the first later one by which the strain has covered more than `change`; 0 where it never does.
fn rates_until_change(time: &[f64], strain: &[f64], change: f64) -> Vec<f64> {
    let mut rates = vec![0.0; time.len()];
    // Rows of the largest and of the smallest values of the window, the best first: a sliding maximum and minimum.
    let (mut highest, mut lowest): (VecDeque<usize>, VecDeque<usize>) = (VecDeque::new(), VecDeque::new());
    let at = |row: usize| strain.get(row).copied().unwrap_or(f64::NAN);
    let mut first = 0;
    for (row, &value) in strain.iter().enumerate() {
        while highest.back().is_some_and(|&before| at(before) <= value) {
            highest.pop_back();
        }
        highest.push_back(row);
        while lowest.back().is_some_and(|&before| at(before) >= value) {
            lowest.pop_back();
        }
        lowest.push_back(row);
        while let (Some(&top), Some(&bottom)) = (highest.front(), lowest.front()) {
            let covered = at(top) - at(bottom);
            if covered <= change || first >= row {
                break;
            }
            if let (Some(rate), Some(begin), Some(now)) = (rates.get_mut(first), time.get(first), time.get(row)) {
                // A jump at the end of a long stretch is not the rate of the stretch.
                let covered = if row == first + 1 { covered } else { change };
                *rate = covered / (now - begin);
            }
            first += 1;
            highest.pop_front_if(|row| *row < first);
            lowest.pop_front_if(|row| *row < first);
        }
    }
    rates
}

/// Median of the rates above a tenth of the largest one; `None` where nothing moves.
fn typical_ramp_rate(speeds: &[f64]) -> Option<f64> {
    let largest = speeds.iter().copied().fold(0.0, f64::max);
    median(speeds.iter().copied().filter(|speed| *speed > 0.1 * largest).collect())
}

/// The rows of a stretch without ends that are not at its level yet, or no longer; at least half of them. `tolerance`
/// (1) is what a level is known to at best.
fn settled(time: &[f64], strain: &[f64], rows: Range<usize>, tolerance: f64) -> Range<usize> {
    let tenth = rows.len() / 10;
    let Some(line) = line(time, strain, rows.start + tenth..rows.end - tenth) else { return rows };
    let near = |row: usize| match (time.get(row), strain.get(row)) {
        (Some(time), Some(strain)) => (strain - line.at(*time)).abs() <= (SETTLED.0 * line.scatter).max(tolerance),
        _ => false,
    };
    let quarter = rows.len() / 4;
    let start = (rows.start..rows.start + quarter).find(|&row| near(row)).unwrap_or(rows.start);
    let end = (rows.end - quarter..rows.end).rev().find(|&row| near(row)).map_or(rows.end, |row| row + 1);
    if end.saturating_sub(start) >= FEWEST_SAMPLES { start..end } else { rows }
}

/// A straight line through samples.
struct Level {
    mean_time: f64,
    mean: f64,
    slope: f64,
    scatter: f64,
}

impl Level {
    fn at(&self, time: f64) -> f64 {
        self.mean + self.slope * (time - self.mean_time)
    }
}

/// The line through rows, twice: the second time without what lies far off the first one.
fn line(time: &[f64], strain: &[f64], rows: Range<usize>) -> Option<Level> {
    let samples: Vec<(f64, f64)> =
        time.get(rows.clone())?.iter().copied().zip(strain.get(rows)?.iter().copied()).collect();
    let first = through(&samples)?;
    let near = |sample: &&(f64, f64)| (sample.1 - first.at(sample.0)).abs() <= SETTLED.0 * first.scatter;
    let kept: Vec<(f64, f64)> = samples.iter().filter(near).copied().collect();
    through(&kept).or(Some(first))
}

fn through(samples: &[(f64, f64)]) -> Option<Level> {
    let count = samples.len() as f64;
    let mean_time = samples.iter().map(|(time, _)| time).sum::<f64>() / count;
    let mean = samples.iter().map(|(_, strain)| strain).sum::<f64>() / count;
    let covariance: f64 = samples.iter().map(|(time, strain)| (time - mean_time) * (strain - mean)).sum();
    let variance: f64 = samples.iter().map(|(time, _)| (time - mean_time).powi(2)).sum();
    let slope = if variance > 0.0 { covariance / variance } else { 0.0 };
    let mut found = Level { mean_time, mean, slope, scatter: 0.0 };
    let residuals: Vec<f64> = samples.iter().map(|(time, strain)| strain - found.at(*time)).collect();
    found.scatter = robust_deviation(&residuals);
    (!samples.is_empty() && found.mean.is_finite()).then_some(found)
}

fn described(time: &[f64], strain: &[f64], rows: Range<usize>) -> Option<Hold> {
    let (first_row, last_row) = (rows.start, rows.end.checked_sub(1)?);
    let line = line(time, strain, rows.clone())?;
    Some(Hold {
        start: *time.get(first_row)?,
        end: *time.get(last_row)?,
        strain: median(strain.get(rows)?.to_vec())?,
        scatter: line.scatter,
        drift: line.slope,
        first_row,
        last_row,
    })
}

/// The straight part of a ramp.
struct Straight {
    leave: f64,
    arrive: f64,
    slope: f64,
    /// Standard errors of the slope (1/s) and of the arrival (s).
    errors: Option<(f64, f64)>,
    samples: usize,
}

/// The line through the straight part of a ramp, and where it meets the levels `from` and `to`; `None` without two
/// samples inside it.
fn straight_part(time: &[f64], strain: &[f64], from: f64, to: f64, rows: Range<usize>) -> Option<Straight> {
    let times = time.get(rows.clone())?;
    let strains = strain.get(rows)?;
    // The ends of a ramp are rounded by the controller: its straight part is taken from 10 % to 90 %.
    let inside = |strain: f64| (0.1..=0.9).contains(&((strain - from) / (to - from)));
    let straight: Vec<(f64, f64)> =
        times.iter().copied().zip(strains.iter().copied()).filter(|(_, strain)| inside(*strain)).collect();
    if straight.len() < 2 {
        return None;
    }
    let line = through(&straight)?;
    let meets = |level: f64| line.mean_time + (level - line.mean) / line.slope;
    let (leave, arrive) = (meets(from), meets(to));
    let count = straight.len() as f64;
    let errors = (straight.len() > 2).then(|| {
        let squares: f64 = straight.iter().map(|(time, strain)| (strain - line.at(*time)).powi(2)).sum();
        let variance: f64 = straight.iter().map(|(time, _)| (time - line.mean_time).powi(2)).sum();
        let deviation = (squares / (count - 2.0)).sqrt();
        let away = (arrive - line.mean_time).powi(2) / variance;
        (deviation / variance.sqrt(), deviation / line.slope.abs() * (1.0 / count + away).sqrt())
    });
    let found = Straight { leave, arrive, slope: line.slope, errors, samples: straight.len() };
    (leave.is_finite() && arrive.is_finite() && leave < arrive).then_some(found)
}

/// Times at which the straight part of a ramp meets the levels `from` and `to`.
fn corners(time: &[f64], strain: &[f64], from: f64, to: f64, rows: Range<usize>) -> Option<(f64, f64)> {
    straight_part(time, strain, from, to, rows).map(|line| (line.leave, line.arrive))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A test sampled every `every` seconds from ramps and holds given as corners (time s, strain).
    fn sampled(corners: &[(f64, f64)], every: f64) -> (Vec<f64>, Vec<f64>) {
        let end = corners.last().unwrap().0;
        let time: Vec<f64> = (0..=(end / every).round() as usize).map(|index| index as f64 * every).collect();
        let at = |t: f64| {
            let after = corners.partition_point(|corner| corner.0 <= t).clamp(1, corners.len() - 1);
            let ((t0, e0), (t1, e1)) = (corners[after - 1], corners[after]);
            e0 + (e1 - e0) * (t - t0) / (t1 - t0)
        };
        let strain = time.iter().map(|&t| at(t)).collect();
        (time, strain)
    }

    #[test]
    fn holds_and_ramps_of_a_staircase_come_back() {
        let corners =
            [(0.0, 0.0), (10.3, 0.02), (60.0, 0.02), (70.4, 0.04), (120.0, 0.04), (130.0, 0.02), (180.0, 0.02)];
        let (time, strain) = sampled(&corners, 1.0);
        let holds = find_holds(&time, &strain);
        let levels: Vec<f64> = holds.iter().map(|hold| hold.strain).collect();
        assert_eq!(levels, [0.02, 0.04, 0.02]);
        let (protocol, start) = protocol_of(&time, &strain, &holds, 300.0).unwrap();
        // Straight ramps: the corners come back to rounding.
        let durations: Vec<f64> = protocol.segments.iter().map(|segment| segment.duration).collect();
        for (found, expected) in durations.iter().zip([10.3, 49.7, 10.4, 49.6, 10.0, 50.0]) {
            assert!((found - expected).abs() < 1e-9, "{durations:?}");
        }
        assert!(start.abs() < 1e-9, "{start}");
    }

    #[test]
    fn a_step_between_two_samples_is_a_ramp_between_them() {
        let time: Vec<f64> = (0..20).map(f64::from).collect();
        let strain: Vec<f64> = time.iter().map(|&t| if t < 10.0 { 0.005 } else { 0.003 }).collect();
        let holds = find_holds(&time, &strain);
        assert_eq!(holds.iter().map(|hold| (hold.first_row, hold.last_row)).collect::<Vec<_>>(), [(0, 9), (10, 19)]);
        let (protocol, start) = protocol_of(&time, &strain, &holds, 300.0).unwrap();
        assert_eq!(start, 0.0);
        assert_eq!(protocol, Protocol::at(300.0).step(0.005).hold(9.0).ramp(0.003, 1.0).hold(9.0));
    }

    #[test]
    fn what_never_moves_is_one_hold_and_what_never_rests_is_none() {
        let time: Vec<f64> = (0..10).map(f64::from).collect();
        assert_eq!(find_holds(&time, &[0.01; 10]).len(), 1);
        assert_eq!(find_holds(&time, &time), []);
        assert_eq!(find_holds(&[], &[]), []);
        assert_eq!(find_holds(&[0.0], &[1.0]), []);
        assert_eq!(protocol_of(&time, &time, &[], 300.0), None);
    }
}
