//! A record of holds with measured strain: how far linear superposition goes, and where it fails.

use crate::commands::fit::data::Staircase;
use crate::commands::fit::load;
use crate::failure::{Explain, Failure};
use crate::output::{notice, print, print_json};
use kovacs_core::Origin;
use kovacs_fit::{Reach, ReachReport, superposition_reach};
use serde_json::{Value, json};

/// Predicts every hold from those before it, and prints what comes of it.
///
/// # Errors
/// A tolerance that is none, or a record that determines no modulus.
pub fn run(record: &Staircase, name: &str, tolerance: f64, as_json: bool) -> Result<(), Failure> {
    if !(tolerance > 0.0 && tolerance < 1.0) {
        return Err(Failure::usage(format!("--tolerance {tolerance} is no part between 0 and 1")));
    }
    if record.stress.origin != Origin::Measured {
        notice(&format!("this record is {}; nobody measured it", record.stress.origin));
    }
    let mut modes = load("prony", false, "kovacs plugin approve")?.instance(&[])?;
    let report = superposition_reach(&mut modes, &record.strain, &record.stress, &record.holds, tolerance)
        .doing(format!("cannot predict `{name}`"))?;
    if as_json {
        return print_json(&of(&report, name));
    }
    print(&format!("{name}, {} holds\n{report}", record.holds.len()))
}

fn of(report: &ReachReport, name: &str) -> Value {
    let hold = |reach: &Reach| {
        json!({
            "known_holds": reach.known,
            "hold": reach.hold + 1,
            "strain": reach.strain,
            "start_s": reach.prediction.start,
            "end_s": reach.prediction.end,
            "measured_change_mpa": reach.change(),
            "predicted_change_mpa": reach.predicted_change(),
            "change_after_steps_mpa": reach.after_steps,
            "rms_error_mpa": reach.prediction.rms_error,
            "relative_error": reach.relative_error,
            "standard_errors": reach.in_standard_errors,
            "exceeded_after_s": reach.exceeded_after,
            "direction_is_right": reach.prediction.direction_is_right(),
            "fails": reach.fails(report.tolerance),
        })
    };
    json!({
        "data": name,
        "tolerance": report.tolerance,
        "words": report.sentences(),
        "holds": report.reaches.iter().map(hold).collect::<Vec<_>>(),
    })
}
