//! JUnit XML: a suite for each notebook, a case for each cell and one for the comparison with the reference.
//!
//! Written by hand: a crate for it would be longer than the forty lines that the format needs.

use super::{failure_of, name_of, notebook_of, place};
use crate::notebooks::Finished;
use kovacs_runner::CellStatus;
use std::fmt::Write;

/// The report of a run.
pub fn report(finished: &[Finished]) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n".to_owned();
    for one in finished {
        let cases = cases(one);
        let count = |wanted: fn(&Outcome) -> bool| cases.iter().filter(|case| wanted(&case.outcome)).count();
        let failures = count(|outcome| matches!(outcome, Outcome::Failed { .. }));
        let skipped = count(|outcome| matches!(outcome, Outcome::Skipped(_)));
        let seconds: f64 = cases.iter().map(|case| case.seconds).sum();
        let name = escaped(&notebook_of(one));
        // Writing into a `String` cannot fail.
        let _ = writeln!(
            text,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" \
             time=\"{seconds:.3}\">",
            cases.len()
        );
        for case in &cases {
            let _ = write!(
                text,
                "    <testcase classname=\"{name}\" name=\"{}\" time=\"{:.3}\"",
                escaped(&case.name),
                case.seconds
            );
            let _ = match &case.outcome {
                Outcome::Passed => writeln!(text, "/>"),
                Outcome::Skipped(why) => {
                    writeln!(text, ">\n      <skipped message=\"{}\"/>\n    </testcase>", escaped(why))
                }
                Outcome::Failed { kind, message, more } => writeln!(
                    text,
                    ">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>",
                    escaped(kind),
                    escaped(message),
                    escaped(more)
                ),
            };
        }
        text.push_str("  </testsuite>\n");
    }
    text + "</testsuites>\n"
}

struct Case {
    name: String,
    seconds: f64,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    Skipped(String),
    Failed { kind: String, message: String, more: String },
}

fn cases(finished: &Finished) -> Vec<Case> {
    let report = match &finished.outcome {
        Ok(report) => report,
        Err(failure) => {
            let outcome = Outcome::Failed { kind: "NotRun".into(), message: failure.to_string(), more: String::new() };
            return vec![Case { name: "notebook".into(), seconds: 0.0, outcome }];
        }
    };
    let mut cases = Vec::new();
    for cell in &report.cells {
        let outcome = match (cell.status, failure_of(report, cell)) {
            (_, Some(failed)) => Outcome::Failed {
                kind: failed.name.clone(),
                message: failed.message.lines().next().unwrap_or_default().to_owned(),
                more: format!("{}\n{}", place(failed), failed.message),
            },
            (CellStatus::Skipped, _) => Outcome::Skipped("tagged to be skipped".into()),
            (CellStatus::NotRun, _) => {
                Outcome::Skipped(report.skip_reason.clone().unwrap_or_else(|| "the run ended before it".into()))
            }
            _ => Outcome::Passed,
        };
        cases.push(Case { name: name_of(cell), seconds: cell.seconds, outcome });
    }
    if let Some(compared) = &finished.compared {
        let lines: Vec<String> = compared.differences.iter().map(ToString::to_string).collect();
        let outcome = match (compared.is_failure(), lines.first()) {
            (false, _) => Outcome::Passed,
            (true, None) => {
                Outcome::Failed { kind: "NoReference".into(), message: "no reference".into(), more: String::new() }
            }
            (true, Some(first)) => {
                Outcome::Failed { kind: "Changed".into(), message: first.clone(), more: lines.join("\n") }
            }
        };
        cases.push(Case { name: "as the reference has it".into(), seconds: 0.0, outcome });
    }
    cases
}

/// Text of an attribute or an element. Characters that XML cannot hold, such as the colours of a terminal, are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => {}
            other if other.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_left_out() {
        assert_eq!(escaped("a<b> & \"c\"\n\u{1b}[31m\u{0}d"), "a&lt;b&gt; &amp; &quot;c&quot;&#10;[31md");
    }
}
