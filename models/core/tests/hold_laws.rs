//! Laws of finding holds: the truth comes back from records with noise, drift, uneven sampling and wrong samples.

use kovacs_core::holds::{find_holds, ramps};
use proptest::prelude::*;

/// A programmed test: levels and how they are recorded.
#[derive(Clone, Debug)]
struct Record {
    levels: Vec<f64>,
    hold: f64,
    rate: f64,
    every: f64,
    /// Standard deviation of the noise in parts of the smallest step.
    noise: f64,
    /// Change during a hold in parts of the smallest step.
    drift: f64,
    outlier: bool,
    seed: u64,
}

const STEP: f64 = 0.01;

fn records() -> impl Strategy<Value = Record> {
    let steps = prop::collection::vec(prop_oneof![Just(-1.0), Just(1.0), Just(2.0), Just(-2.0)], 1..6);
    let how = (20.0..500.0f64, 0.5..20.0f64, 20..200usize, 0.0..0.02f64, 0.0..0.02f64, any::<bool>(), any::<u64>());
    (steps, how).prop_map(|(steps, (hold, ramp, samples, noise, drift, outlier, seed))| {
        let mut level = 0.05;
        let levels = std::iter::once(level)
            .chain(steps.into_iter().map(|step| {
                level += STEP * step;
                level
            }))
            .collect();
        // A ramp of one step takes at most a twentieth of a hold.
        let rate = STEP / (hold / 20.0 / ramp.max(1.0));
        Record { levels, hold, rate, every: hold / samples as f64, noise, drift, outlier, seed }
    })
}

struct Sampled {
    time: Vec<f64>,
    strain: Vec<f64>,
    /// Start and end of each hold, s.
    holds: Vec<(f64, f64)>,
}

fn sampled(record: &Record) -> Sampled {
    let mut state = record.seed | 1;
    let mut uniform = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut corners = Vec::new();
    let (mut now, mut before) = (0.0, record.levels[0]);
    let mut holds = Vec::new();
    for &level in &record.levels {
        now += (level - before).abs() / record.rate;
        let drifted = level + STEP * record.drift;
        corners.extend([(now, level), (now + record.hold, drifted)]);
        holds.push((now, now + record.hold));
        (now, before) = (now + record.hold, drifted);
    }
    let at = |time: f64| {
        let after = corners.partition_point(|corner| corner.0 <= time).clamp(1, corners.len() - 1);
        let ((t0, e0), (t1, e1)) = (corners[after - 1], corners[after]);
        e0 + (e1 - e0) * (time - t0) / (t1 - t0)
    };
    let (mut time, mut strain) = (Vec::new(), Vec::new());
    let mut clock = 0.0;
    while clock < now {
        let noise = (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
        time.push(clock);
        strain.push(at(clock) + STEP * record.noise * noise);
        clock += record.every * (0.5 + uniform());
    }
    if record.outlier {
        let row = time.len() / 3;
        strain[row] += 30.0 * STEP;
    }
    Sampled { time, strain, holds }
}

proptest! {
    #[test]
    fn every_hold_comes_back(record in records()) {
        let made = sampled(&record);
        let found = find_holds(&made.time, &made.strain);
        let levels: Vec<f64> = found.iter().map(|hold| hold.strain).collect();
        prop_assert_eq!(found.len(), record.levels.len(), "{:?}", levels);
        for (hold, (level, (start, end))) in found.iter().zip(record.levels.iter().zip(&made.holds)) {
            // The median of 20 samples or more, and half of the drift.
            let known = STEP * (record.noise + 0.6 * record.drift) + 1e-12;
            prop_assert!((hold.strain - level - 0.5 * STEP * record.drift).abs() <= known, "{} {level}", hold.strain);
            // Ends are known to two samples, to the part of a ramp that noise hides, and to a tenth of the hold.
            let slack = 3.0 * record.every + 10.0 * STEP * record.noise / record.rate + 0.1 * record.hold;
            prop_assert!((hold.start - start).abs() <= slack && (hold.end - end).abs() <= slack, "{hold:?} {start} {end}");
            prop_assert!(hold.scatter <= STEP * (2.5 * record.noise) + 1e-12, "{}", hold.scatter);
        }
    }

    #[test]
    fn sampled_ramps_have_their_rate(mut record in records(), samples in 12..60usize) {
        // Ramps of a step that are sampled so many times, without wrong samples in them.
        record.outlier = false;
        record.rate = STEP / (record.hold / 10.0);
        record.every = STEP / record.rate / samples as f64;
        let made = sampled(&record);
        let holds = find_holds(&made.time, &made.strain);
        prop_assert_eq!(holds.len(), record.levels.len());
        let found = ramps(&made.time, &made.strain, &holds);
        prop_assert_eq!(found.len(), record.levels.len() - 1);
        for (ramp, hold) in found.iter().zip(made.holds.iter().skip(1)) {
            prop_assert!(ramp.is_sampled());
            let off = (ramp.rate.abs() - record.rate).abs();
            // Five standard errors, or rounding.
            prop_assert!(off <= 5.0 * ramp.rate_error.unwrap() + 1e-6 * record.rate, "{ramp:?} {}", record.rate);
            // Where the ramp ends is as well known as the line and the level.
            let level = STEP * (record.noise + record.drift) / record.rate;
            prop_assert!((ramp.end - hold.0).abs() <= 5.0 * ramp.end_error.unwrap() + level + 1e-6 * record.hold, "{ramp:?} {hold:?}");
            let dead = ramp.dead_time(None);
            prop_assert!(dead.seconds <= 1.5 * record.every + 1e-9 && dead.interval.0 <= dead.seconds);
        }
    }

    #[test]
    fn shifting_and_scaling_change_nothing(record in records(), delay in 0.0..1e3f64) {
        let made = sampled(&record);
        let rows = |time: &[f64], strain: &[f64]| -> Vec<(usize, usize)> {
            find_holds(time, strain).iter().map(|hold| (hold.first_row, hold.last_row)).collect()
        };
        let later: Vec<f64> = made.time.iter().map(|time| time + delay.round()).collect();
        let doubled: Vec<f64> = made.strain.iter().map(|strain| 2.0 * strain).collect();
        let expected = rows(&made.time, &made.strain);
        prop_assert_eq!(&rows(&made.time, &doubled), &expected);
        // Times lose digits in the shift; corners may move by a sample.
        let shifted = rows(&later, &made.strain);
        prop_assert_eq!(shifted.len(), expected.len());
    }
}

#[test]
fn a_million_noisy_samples_are_seen_through_in_one_pass() {
    let time: Vec<f64> = (0..1_000_000).map(f64::from).collect();
    let strain: Vec<f64> = time
        .iter()
        .map(|&time| (if time < 5e5 { 0.005 } else { 0.003 }) + 1e-5 * ((time * 0.7).sin() + (time * 1.3).cos()))
        .collect();
    let holds = find_holds(&time, &strain);
    assert_eq!(
        holds.iter().map(|hold| (hold.first_row, hold.last_row)).collect::<Vec<_>>(),
        [(0, 499_999), (500_000, 999_999)]
    );
    let step = ramps(&time, &strain, &holds);
    assert!(!step[0].is_sampled() && (step[0].end - step[0].start - 1.0).abs() < 1e-9, "{step:?}");
    // Nobody recorded the ramp: the dead time is at most the gap, or what the stated ramp leaves of it.
    assert_eq!(step[0].dead_time(None).interval, (0.0, 1.0));
    assert!((step[0].dead_time(Some(0.15)).seconds - 0.85).abs() < 1e-9);
}
