//! Stopping a model in the middle of its work.

use super::library::processor_time;
use crate::subject::{Subject, accepted, words};
use crate::verdict::{Finding, Outcome, failed, passed_with, skipped};
use kovacs_abi as abi;
use kovacs_host::probe::RawBatch;
use std::time::Duration;

/// Time of the processor that a model may still use after it was asked to stop.
const STOPS_WITHIN: Duration = Duration::from_millis(200);
/// Work after which a model that announces ticks must have ticked.
const TICKS_WITHIN: Duration = Duration::from_millis(100);
/// Rows of the largest batch that is tried until a tick comes.
const MOST_ROWS: usize = 1 << 14;

pub(crate) fn announced_ticks_come(subject: &Subject<'_>) -> Outcome {
    if !subject.can().ticks {
        return Err(skipped("the model does not announce `ticks`"));
    }
    let (mut instance, _) = subject.bound()?;
    let point = subject.about().defaults();
    let mut rows = 1;
    loop {
        let parameters = point.repeat(rows);
        let seeds = subject.seeds(rows);
        subject.step(&format!("evaluate of {rows} rows with a tick"));
        let started = processor_time()?;
        let mut tick = |_fraction: f64| true;
        let result = accepted(instance.evaluate(RawBatch {
            rows,
            parameters: &parameters,
            seeds: &seeds,
            tick: Some(&mut tick),
            ..RawBatch::default()
        }))?;
        if result.ticks > 0 {
            return passed_with(format!("{} in {rows} rows", result.ticks));
        }
        let worked = processor_time()?.saturating_sub(started);
        if worked > TICKS_WITHIN || rows >= MOST_ROWS {
            return Err(failed(format!("it announces `ticks`, and does not tick once in {rows} rows")));
        }
        rows *= 2;
    }
}

pub(crate) fn stops_at_the_first_tick(subject: &Subject<'_>) -> Outcome {
    if !subject.can().ticks {
        return Err(skipped("the model does not announce `ticks`"));
    }
    let (mut instance, _) = subject.bound()?;
    let point = subject.about().defaults();
    let plain = subject.evaluate(&mut instance, std::slice::from_ref(&point))?;
    let mut rows = 16;
    loop {
        let parameters = point.repeat(rows);
        let seeds = subject.seeds(rows);
        subject.step(&format!("evaluate of {rows} rows, to be stopped at the first tick"));
        let mut asked = None;
        let mut tick = |_fraction: f64| {
            asked.get_or_insert_with(processor_time);
            false
        };
        let result = instance.evaluate(RawBatch {
            rows,
            parameters: &parameters,
            seeds: &seeds,
            tick: Some(&mut tick),
            ..RawBatch::default()
        });
        let Some(asked) = asked else {
            if rows >= MOST_ROWS {
                return Err(skipped("it does not tick, so it cannot be asked to stop"));
            }
            rows *= 4;
            continue;
        };
        let took = processor_time()?.saturating_sub(asked?);
        if result.answer.status != abi::CANCELLED {
            return Err(failed(format!(
                "asked to stop at the first tick of {rows} rows, `evaluate` {}; it must answer CANCELLED",
                words(&result.answer)
            )));
        }
        if took > STOPS_WITHIN {
            let (took, limit) = (took.as_millis(), STOPS_WITHIN.as_millis());
            return Err(failed(format!("asked to stop, it works on for {took} ms; {limit} are allowed")));
        }
        still_works(subject, &mut instance, &point, &plain)?;
        return passed_with(format!("{} ms after the tick", took.as_millis()));
    }
}

fn still_works(
    subject: &Subject<'_>,
    instance: &mut kovacs_host::probe::ProbeInstance,
    point: &[f64],
    plain: &kovacs_host::probe::RawResult,
) -> Result<(), Finding> {
    subject.step("evaluate after a stop");
    let after = subject.evaluate(instance, &[point.to_vec()])?;
    if subject.must_repeat().is_err() {
        return Ok(());
    }
    crate::subject::same_bits("before and after a stop", plain, &after).map(|_| ())
}
