//! The whole curve as CSV.
//!
//! Each interval between two nodes of the protocol is sampled logarithmically from its start, because relaxation
//! after a step is; a jump has two rows at one time, before and after.

use kovacs_core::History;
use kovacs_core::hump::{SAMPLES_PER_DECADE, log_spaced};
use kovacs_core::model::{EvaluationError, Evaluator, Experiment};
use kovacs_core::second_stage::evaluate_one;
use kovacs_core::toml_form::ProtocolForm;
use std::fmt::Write;

/// First sample after a node, s; less in short intervals.
const FIRST: f64 = 1e-3;

/// Computes the curve and writes it as CSV.
///
/// # Errors
/// The model refuses the protocol or the parameters, or gives no strain or stress.
pub fn sample(
    evaluator: &mut dyn Evaluator,
    parameters: &[f64],
    form: &ProtocolForm,
) -> Result<String, EvaluationError> {
    let history = form.protocol()?.nodes()?;
    let (times, before) = rows(&history);
    let wanted = vec!["strain".to_owned(), "stress".to_owned()];
    let experiment = Experiment { history, times: times.clone(), before, wanted };
    let values = evaluate_one(evaluator, &experiment, parameters)?;
    let (strain, stress) = values.split_at(times.len().min(values.len()));
    let mut text = "time [s],strain [1],stress [MPa]\n".to_owned();
    for ((time, strain), stress) in times.iter().zip(strain).zip(stress) {
        // Writing into a `String` cannot fail.
        let _ = writeln!(text, "{time},{strain},{stress}");
    }
    Ok(text)
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
    use kovacs_core::Protocol;

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
}
