//! Finding what was done in what was recorded: stretches of constant strain, and the ramps between them.
//!
//! An instrument's file rarely says where a hold begins. Strain rates do: in a hold they are hundreds of times smaller
//! than in a ramp. The controller's corners are not samples, though: a ramp overshoots and the first seconds of a hold
//! are often missing, so a protocol is drawn through the straight part of each ramp and the level of each hold.

use kovacs_core::Protocol;

/// Samples a hold has at least.
pub(crate) const FEWEST_SAMPLES: usize = 3;

/// Largest rate in a hold, as a part of the typical rate of the ramps.
const STILL: f64 = 0.02;

/// A stretch of constant strain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hold {
    /// Time of its first sample, s.
    pub start: f64,
    /// Time of its last sample, s.
    pub end: f64,
    /// Median strain (1).
    pub strain: f64,
    /// Row of the first sample, from 0.
    pub first_row: usize,
    /// Row of the last sample, from 0.
    pub last_row: usize,
}

/// Finds the holds of one test: `time` in s, rising, and `strain` (1), equally long and finite.
///
/// A hold has at least three samples. Where the strain never changes, the whole test is one hold.
pub fn find_holds(time: &[f64], strain: &[f64]) -> Vec<Hold> {
    let rates = rates(time, strain);
    let still: Vec<bool> = match typical_ramp_rate(&rates) {
        Some(fast) => rates.iter().map(|rate| rate.abs() <= STILL * fast).collect(),
        None => vec![true; rates.len()],
    };
    let mut holds: Vec<Hold> = Vec::new();
    let mut row = 0;
    while row < still.len() {
        let length = still.iter().skip(row).take_while(|still| **still).count();
        if length + 1 >= FEWEST_SAMPLES {
            holds.extend(hold(time, strain, row, row + length));
        }
        row += length.max(1);
    }
    holds
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

fn rates(time: &[f64], strain: &[f64]) -> Vec<f64> {
    let steps = time.windows(2).zip(strain.windows(2));
    steps
        .map(|(time, strain)| match (time, strain) {
            ([t0, t1], [e0, e1]) => (e1 - e0) / (t1 - t0),
            _ => 0.0,
        })
        .collect()
}

/// Median of the rates above a tenth of the largest one; `None` where nothing moves.
fn typical_ramp_rate(rates: &[f64]) -> Option<f64> {
    let largest = rates.iter().fold(0.0, |largest: f64, rate| largest.max(rate.abs()));
    let mut fast: Vec<f64> = rates.iter().map(|rate| rate.abs()).filter(|rate| *rate > 0.1 * largest).collect();
    fast.sort_by(f64::total_cmp);
    fast.get(fast.len() / 2).copied()
}

fn hold(time: &[f64], strain: &[f64], first_row: usize, last_row: usize) -> Option<Hold> {
    let mut levels = strain.get(first_row..=last_row)?.to_vec();
    levels.sort_by(f64::total_cmp);
    let strain = *levels.get(levels.len() / 2)?;
    Some(Hold { start: *time.get(first_row)?, end: *time.get(last_row)?, strain, first_row, last_row })
}

/// Times at which the straight part of a ramp meets the levels `from` and `to`; `None` without two samples inside it.
fn corners(time: &[f64], strain: &[f64], from: f64, to: f64, rows: std::ops::Range<usize>) -> Option<(f64, f64)> {
    let times = time.get(rows.clone())?;
    let strains = strain.get(rows)?;
    // The ends of a ramp are rounded by the controller: its straight part is taken from 10 % to 90 %.
    let inside = |strain: f64| (0.1..=0.9).contains(&((strain - from) / (to - from)));
    let straight: Vec<(f64, f64)> =
        times.iter().copied().zip(strains.iter().copied()).filter(|(_, strain)| inside(*strain)).collect();
    if straight.len() < 2 {
        return None;
    }
    let count = straight.len() as f64;
    let mean_time = straight.iter().map(|(time, _)| time).sum::<f64>() / count;
    let mean_strain = straight.iter().map(|(_, strain)| strain).sum::<f64>() / count;
    let covariance: f64 = straight.iter().map(|(time, strain)| (time - mean_time) * (strain - mean_strain)).sum();
    let variance: f64 = straight.iter().map(|(time, _)| (time - mean_time).powi(2)).sum();
    let slope = covariance / variance;
    let meets = |level: f64| mean_time + (level - mean_strain) / slope;
    let (leave, arrive) = (meets(from), meets(to));
    (leave.is_finite() && arrive.is_finite() && leave < arrive).then_some((leave, arrive))
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
