//! The whole curve as CSV.
//!
//! Each interval between two nodes of the protocol is sampled logarithmically from its start, because relaxation
//! after a step is; a jump has two rows at one time, before and after.

use kovacs_core::hump::{SAMPLES_PER_DECADE, log_spaced};
use kovacs_core::model::{EvaluationError, Evaluator, Experiment, ModelDescription};
use kovacs_core::second_stage::evaluate_one;
use kovacs_core::{History, Protocol};

/// First sample after a node, s; less in short intervals.
const FIRST: f64 = 1e-3;

/// Computes the curve and writes it as CSV: the time, the temperature where it changes, strain and stress where the
/// model has them, then every other output.
///
/// # Errors
/// The model refuses the protocol or the parameters.
pub fn sample(
    evaluator: &mut dyn Evaluator,
    parameters: &[f64],
    protocol: &Protocol,
) -> Result<String, EvaluationError> {
    let history = protocol.nodes()?;
    let (times, before) = rows(&history);
    let (wanted, mut names) = outputs(evaluator.description());
    let mut columns = vec![times.clone()];
    if history.temperature.windows(2).any(|pair| matches!(pair, [a, b] if a != b)) {
        names.insert(1, "temperature [K]".to_owned());
        columns.push(times.iter().zip(&before).map(|(&time, &early)| temperature(&history, time, early)).collect());
    }
    let experiment = Experiment { history, times: times.clone(), before, wanted };
    let values = evaluate_one(evaluator, &experiment, parameters)?;
    columns.extend(values.chunks(times.len().max(1)).map(<[f64]>::to_vec));
    let mut text = names.join(",") + "\n";
    for row in 0..times.len() {
        let cells: Vec<String> =
            columns.iter().map(|column| column.get(row).copied().unwrap_or(f64::NAN).to_string()).collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    Ok(text)
}

/// Ids of all outputs, strain and stress first, and the names of the columns with the time before them.
fn outputs(description: &ModelDescription) -> (Vec<String>, Vec<String>) {
    let mut outputs: Vec<_> = description.outputs.iter().collect();
    outputs.sort_by_key(|output| match output.id.as_str() {
        "strain" => 0,
        "stress" => 1,
        _ => 2,
    });
    let named = outputs.iter().map(|output| format!("{} [{}]", output.id, output.unit));
    let names = std::iter::once("time [s]".to_owned()).chain(named).collect();
    (outputs.iter().map(|output| output.id.clone()).collect(), names)
}

/// The prescribed temperature (K) at a time (s) of the history, before or after a jump at that time.
fn temperature(history: &History, time: f64, early: bool) -> f64 {
    let next = history.time.partition_point(|&node| if early { node < time } else { node <= time });
    let at = |index: usize| Some((*history.time.get(index)?, *history.temperature.get(index)?));
    match (next.checked_sub(1).and_then(at), at(next)) {
        (Some((t0, from)), Some((t1, to))) if t1 > t0 => from + (to - from) * (time - t0) / (t1 - t0),
        (Some((_, value)), _) | (None, Some((_, value))) => value,
        (None, None) => f64::NAN,
    }
}

/// Times of the rows, s, and whether each lies just before a jump.
fn rows(history: &History) -> (Vec<f64>, Vec<bool>) {
    let mut nodes = history.time.clone();
    nodes.dedup();
    let jumps = |time: f64| history.time.iter().filter(|&&node| node == time).count() > 1;
    let (mut times, mut before) = (Vec::new(), Vec::new());
    let mut push = |time: f64, early: bool| {
        times.push(time);
        before.push(early);
    };
    for pair in nodes.windows(2) {
        let &[start, end] = pair else { continue };
        push(start, false);
        let length = end - start;
        for offset in log_spaced(FIRST.min(1e-3 * length), length, SAMPLES_PER_DECADE) {
            // The end of an interval belongs to it only where the next one does not begin with the same value.
            let time = start + offset;
            if time > start && time < end {
                push(time, false);
            }
        }
        if jumps(end) || nodes.last() == Some(&end) {
            push(end, true);
        }
    }
    (times, before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_has_a_row_before_and_one_after() {
        let history = Protocol::at(300.0).step(0.01).hold(10.0).step(0.005).hold(100.0).nodes().unwrap();
        let (times, before) = rows(&history);
        let at =
            |time: f64| times.iter().zip(&before).filter(|row| *row.0 == time).map(|row| *row.1).collect::<Vec<_>>();
        assert_eq!(at(0.0), [false], "nothing has happened before the first step");
        assert_eq!(at(10.0), [true, false]);
        assert_eq!(at(110.0), [true]);
        assert!(times.is_sorted());
    }

    #[test]
    fn the_end_of_a_ramp_is_one_row() {
        let history = Protocol::at(300.0).ramp(0.01, 2.0).hold(10.0).nodes().unwrap();
        let (times, _) = rows(&history);
        assert_eq!(times.iter().filter(|&&time| time == 2.0).count(), 1);
        assert!(times.iter().filter(|&&time| time < 2.0).count() > 40);
    }

    #[test]
    fn the_temperature_jumps_where_it_does() {
        let history = Protocol::at(313.0).temperature_step(283.0).hold(10.0).temperature_ramp(303.0, 10.0).nodes();
        let history = history.unwrap();
        let at = |time: f64, early: bool| temperature(&history, time, early);
        assert_eq!((at(0.0, true), at(0.0, false)), (313.0, 283.0));
        assert_eq!((at(5.0, false), at(15.0, false), at(20.0, true)), (283.0, 293.0, 303.0));
    }
}
