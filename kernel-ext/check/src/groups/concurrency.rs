//! Several instances, several threads.

use super::library::entries;
use crate::subject::{Subject, accepted, same_bits};
use crate::verdict::{Finding, Outcome, failed, passed, passed_with, skipped};
use kovacs_host::probe::{RawBatch, RawExperiment, RawResult};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// Instances that run at once.
const THREADS: usize = 8;

pub(crate) fn interleaved_instances(subject: &Subject<'_>) -> Outcome {
    subject.must_repeat()?;
    let (_, experiment) = subject.usual()?;
    let mut shorter = experiment.clone();
    shorter.times.truncate(5);
    shorter.before.truncate(5);
    let points = subject.few_points(3);
    // One at a time: made, used and gone before the next one.
    let alone = |experiment: &RawExperiment, point: &Vec<f64>| {
        let mut instance = subject.instance_bound_to(experiment)?;
        subject.evaluate(&mut instance, std::slice::from_ref(point))
    };
    let expected: Vec<[RawResult; 2]> = points
        .iter()
        .map(|point| Ok([alone(&experiment, point)?, alone(&shorter, point)?]))
        .collect::<Result<_, Finding>>()?;
    let mut first = subject.instance_bound_to(&experiment)?;
    let mut second = subject.instance_bound_to(&shorter)?;
    for (point, [expected_first, expected_second]) in points.iter().zip(&expected) {
        let rows = std::slice::from_ref(point);
        let here = subject.evaluate(&mut first, rows)?;
        let there = subject.evaluate(&mut second, rows)?;
        same_bits("two instances in turns, the first", &here, expected_first)?;
        same_bits("two instances in turns, the second", &there, expected_second)?;
    }
    passed()
}

pub(crate) fn eight_threads(subject: &Subject<'_>) -> Outcome {
    subject.must_repeat()?;
    let (mut serial, experiment) = subject.bound()?;
    let rows = subject.few_points(4);
    let expected = subject.evaluate(&mut serial, &rows)?;
    let (parameters, seeds) = (rows.concat(), subject.seeds(rows.len()));
    let settings = subject.default_settings();
    let probe = subject.probe();
    subject.step("eight instances on eight threads");
    let results: Vec<Option<RawResult>> = thread::scope(|scope| {
        let work = || {
            let mut instance = probe.create(&settings).1?;
            (instance.bind(&experiment).status == kovacs_abi::OK).then_some(())?;
            let batch = RawBatch { rows: rows.len(), parameters: &parameters, seeds: &seeds, ..RawBatch::default() };
            Some(instance.evaluate(batch))
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().ok().flatten()).collect()
    });
    for result in results {
        let Some(result) = result else {
            return Err(failed("an instance on one of eight threads could not be made or bound, and one alone could"));
        };
        same_bits("eight threads and one", &accepted(result)?, &expected)?;
    }
    passed()
}

pub(crate) fn moves_between_threads(subject: &Subject<'_>) -> Outcome {
    subject.must_repeat()?;
    let (mut instance, _) = subject.bound()?;
    let rows = subject.few_points(2);
    let here = subject.evaluate(&mut instance, &rows)?;
    let (parameters, seeds) = (rows.concat(), subject.seeds(rows.len()));
    subject.step("evaluate and destroy on another thread");
    let there = thread::scope(|scope| {
        let moved = scope.spawn(move || {
            let batch = RawBatch { rows: rows.len(), parameters: &parameters, seeds: &seeds, ..RawBatch::default() };
            instance.evaluate(batch)
        });
        moved.join()
    });
    let Ok(there) = there else { return Err(failed("the call on another thread did not come back")) };
    same_bits("an instance on the thread that made it and on another one", &here, &accepted(there)?)
}

pub(crate) fn ticks_on_the_calling_thread(subject: &Subject<'_>) -> Outcome {
    if !subject.can().ticks {
        return Err(skipped("the model does not announce `ticks`"));
    }
    let (mut instance, _) = subject.bound()?;
    let rows = subject.few_points(4);
    let (parameters, seeds) = (rows.concat(), subject.seeds(rows.len()));
    let threads = if subject.can().threads { 2 } else { 1 };
    let mut fractions_off = None;
    let mut tick = |fraction: f64| {
        if !(0.0..=1.0).contains(&fraction) {
            fractions_off.get_or_insert(fraction);
        }
        true
    };
    subject.step("evaluate with a tick");
    let result = accepted(instance.evaluate(RawBatch {
        rows: rows.len(),
        parameters: &parameters,
        seeds: &seeds,
        threads,
        tick: Some(&mut tick),
        ..RawBatch::default()
    }))?;
    if result.foreign_ticks > 0 {
        return Err(failed(format!("{} ticks come from a thread that did not call `evaluate`", result.foreign_ticks)));
    }
    match fractions_off {
        Some(fraction) => Err(failed(format!("a tick reports the fraction {fraction}, outside 0 to 1"))),
        None => passed_with(format!("{} ticks", result.ticks)),
    }
}

pub(crate) fn uses_the_threads_it_may(subject: &Subject<'_>) -> Outcome {
    let (mut instance, _) = subject.bound()?;
    let rows = subject.few_points(4);
    let (parameters, seeds) = (rows.concat(), subject.seeds(rows.len()));
    for allowed in if subject.can().threads { vec![1, 2] } else { vec![1] } {
        let over = AtomicBool::new(false);
        let most = AtomicUsize::new(0);
        subject.step(&format!("evaluate with {allowed} threads"));
        let before = entries("/proc/self/task")?;
        thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    if let Ok(now) = entries("/proc/self/task") {
                        most.fetch_max(now, Ordering::Relaxed);
                    }
                    thread::sleep(Duration::from_micros(200));
                }
            });
            let started = std::time::Instant::now();
            // Long enough to be looked at several times, even when one call is short.
            while started.elapsed() < Duration::from_millis(50) {
                instance.evaluate(RawBatch {
                    rows: rows.len(),
                    parameters: &parameters,
                    seeds: &seeds,
                    threads: allowed,
                    ..RawBatch::default()
                });
            }
            over.store(true, Ordering::Relaxed);
        });
        // One is the thread that looks; the calling one was there before and may work as well.
        let extra = most.load(Ordering::Relaxed).saturating_sub(before + 1);
        let limit = if allowed == 1 { 0 } else { allowed as usize };
        if extra > limit {
            return Err(failed(format!("with `max_threads` = {allowed}, it starts {extra} threads")));
        }
    }
    passed()
}

pub(crate) fn threads_do_not_change_bits(subject: &Subject<'_>) -> Outcome {
    if !subject.can().threads {
        return Err(skipped("the model does not announce `threads`"));
    }
    subject.must_repeat()?;
    let (mut instance, _) = subject.bound()?;
    let rows = subject.few_points(4);
    let (parameters, seeds) = (rows.concat(), subject.seeds(rows.len()));
    let mut with = |threads: u32| {
        subject.step(&format!("evaluate with {threads} threads"));
        accepted(instance.evaluate(RawBatch {
            rows: rows.len(),
            parameters: &parameters,
            seeds: &seeds,
            threads,
            ..RawBatch::default()
        }))
    };
    let (one, two) = (with(1)?, with(2)?);
    same_bits("one thread and two", &one, &two)
}
