//! Claims: statements of the paper, tested, and published to the scorecard.
//!
//! A claim about a shipped synthetic curve holds by construction: the generator was shaped by the statement. It is
//! marked so and never counted. A model has to earn its claims. Where physics explains why it cannot, the claim says so
//! with a page of the book, and still is a failure.

mod test;

pub use test::{Question, Test, Trend};

use crate::display::{Bundle, html_text, json_string};
use crate::model::Model;
use std::fmt;

/// How a claim turned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The statement holds.
    Reproduced,
    /// It does not.
    Failed,
    /// It does not, and physics explains why.
    FailedWithKnownReason,
    /// It holds because the data were made so; never counted.
    ByConstruction,
    /// The statement cannot be asked of this model.
    NotApplicable,
}

impl Status {
    /// The word used in files.
    pub fn word(self) -> &'static str {
        match self {
            Status::Reproduced => "reproduced",
            Status::Failed => "failed",
            Status::FailedWithKnownReason => "failed_with_known_reason",
            Status::ByConstruction => "by_construction",
            Status::NotApplicable => "not_applicable",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.word().replace('_', " "))
    }
}

/// A statement about one panel of a figure, and how a model or a data set does on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    figure: String,
    panel: String,
    statement: String,
    about: String,
    status: Status,
    test: Test,
    expected: String,
    reason: String,
    page: String,
    may_move: Option<f64>,
    standard_error: Option<f64>,
}

impl Claim {
    /// A statement about a panel: `Claim::new("1", "b", "a hump if and only if ε2 < ε1")`.
    pub fn new(figure: &str, panel: &str, statement: &str) -> Claim {
        Claim {
            figure: figure.into(),
            panel: panel.into(),
            statement: statement.into(),
            about: String::new(),
            status: Status::NotApplicable,
            test: Test::exists(false),
            expected: String::new(),
            reason: String::new(),
            page: String::new(),
            may_move: None,
            standard_error: None,
        }
    }

    /// The claim is about this model, and the test says whether it holds: a [`Test`], or true or false.
    #[must_use]
    pub fn of(self, model: &Model, test: impl Into<Test>) -> Claim {
        self.about(model.name().to_owned(), test.into(), Status::Reproduced)
    }

    /// The claim is about the protocol alone.
    #[must_use]
    pub fn of_protocol(self, test: impl Into<Test>) -> Claim {
        self.about("protocol".to_owned(), test.into(), Status::Reproduced)
    }

    /// The claim is about data of this origin; what holds on synthetic data holds by construction. Data that were
    /// imported are tested as they are: `measured (example workbook)` is judged, and the scorecard says on what.
    #[must_use]
    pub fn of_data(self, origin: &str, test: impl Into<Test>) -> Claim {
        let held = if origin.contains("synthetic") { Status::ByConstruction } else { Status::Reproduced };
        self.about(format!("data ({origin})"), test.into(), held)
    }

    /// The statement cannot be asked of this model, for this reason.
    #[must_use]
    pub fn not_applicable(mut self, model: &Model, reason: &str) -> Claim {
        self.about = model.name().to_owned();
        self.status = Status::NotApplicable;
        self.reason = reason.into();
        self
    }

    fn about(mut self, about: String, test: Test, held: Status) -> Claim {
        self.about = about;
        self.status = if test.holds { held } else { Status::Failed };
        self.test = test;
        self
    }

    /// The number that was tested, with its UCUM unit, where the test is a true or false.
    #[must_use]
    pub fn value(mut self, value: f64, unit: &str) -> Claim {
        self.test.values = vec![Some(value)];
        self.test.unit = unit.into();
        self
    }

    /// What is expected, in words, where the test does not say it.
    #[must_use]
    pub fn expected(mut self, expected: &str) -> Claim {
        self.expected = expected.into();
        self
    }

    /// Why it turned out as it did.
    #[must_use]
    pub fn reason(mut self, reason: &str) -> Claim {
        self.reason = reason.into();
        self
    }

    /// Why it fails, if it does, and the page of the book that explains it: `models/aoi.md`. A claim that fails so
    /// is a failure whose reason is known; one that holds keeps no reason.
    #[must_use]
    pub fn fails_because(mut self, reason: &str, page: &str) -> Claim {
        match self.status {
            Status::Failed | Status::FailedWithKnownReason => {
                self.status = Status::FailedWithKnownReason;
                (self.reason, self.page) = (reason.into(), page.into());
            }
            Status::Reproduced | Status::ByConstruction | Status::NotApplicable => {}
        }
        self
    }

    /// How far the numbers may move from the stored reference before `kovacs run --check` fails, relative to them: 0.01
    /// for 1 %. Otherwise 1e-6.
    #[must_use]
    pub fn may_move(mut self, relative: f64) -> Claim {
        self.may_move = Some(relative);
        self
    }

    /// The standard error of a number that comes from random draws, in its unit: `kovacs run --check` then says by how
    /// many standard errors it has moved.
    #[must_use]
    pub fn standard_error(mut self, error: f64) -> Claim {
        self.standard_error = Some(error);
        self
    }

    /// How it turned out.
    pub fn status(&self) -> Status {
        self.status
    }

    /// What is shown of the numbers: the number, the first and the last of a series, or nothing.
    fn shown(&self) -> String {
        let unit = match self.test.unit.as_str() {
            "" | "1" => String::new(),
            unit => format!(" {unit}"),
        };
        let word = |value: &Option<f64>| value.map_or("none".to_owned(), significant);
        match self.test.values.as_slice() {
            [] => String::new(),
            [value] => format!(" ({}{unit})", word(value)),
            values => format!(" ({}{unit})", values.iter().map(word).collect::<Vec<_>>().join(", ")),
        }
    }

    fn json(&self) -> String {
        let number = |value: Option<f64>| {
            value.filter(|value| value.is_finite()).map_or("null".to_owned(), |value| format!("{value:e}"))
        };
        let value = match self.test.values.as_slice() {
            [value] => *value,
            _ => None,
        };
        let series = if self.test.values.len() > 1 { self.test.values.as_slice() } else { &[] };
        let (mut expected_value, mut tolerance, mut lower, mut upper) = (None, None, None, None);
        match self.test.question {
            Question::Value { expected, tolerance: relative } => {
                (expected_value, tolerance) = (Some(expected), Some(relative));
            }
            Question::Bound { lower: low, upper: high } => (lower, upper) = (Some(low), Some(high)),
            Question::Exists | Question::Trend(_) => {}
        }
        let expected = match self.expected.as_str() {
            "" => self.test.question.expected(&self.test.unit),
            words => words.to_owned(),
        };
        let texts = [
            ("status", self.status.word()),
            ("kind", self.test.question.word()),
            ("figure", &self.figure),
            ("panel", &self.panel),
            ("claim", &self.statement),
            ("model", &self.about),
            ("unit", &self.test.unit),
            ("expected", &expected),
            ("reason", &self.reason),
            ("page", &self.page),
        ];
        let numbers = [
            ("value", value),
            ("expected_value", expected_value),
            ("tolerance", tolerance),
            ("lower", lower),
            ("upper", upper),
            ("may_move", self.may_move),
            ("standard_error", self.standard_error),
        ];
        let series: Vec<String> = series.iter().map(|value| number(*value)).collect();
        let texts = texts.map(|(name, text)| format!("{}:{}", json_string(name), json_string(text)));
        let numbers = numbers.map(|(name, value)| format!("{}:{}", json_string(name), number(value)));
        format!("{{{},{},\"values\":[{}]}}", texts.join(","), numbers.join(","), series.join(","))
    }

    /// Shows the claim and puts it on the scorecard.
    pub fn publish(&self) {
        let (shown, place) = (self.shown(), format!("Fig. {}{}", self.figure, self.panel));
        let because = match (self.status, self.reason.as_str()) {
            (Status::Failed | Status::FailedWithKnownReason | Status::NotApplicable, reason) if !reason.is_empty() => {
                format!(": {reason}")
            }
            _ => String::new(),
        };
        let mut bundle = Bundle::new();
        bundle.json("application/vnd.kovacs.claim+json", self.json());
        let words = format!("{}, {}: {}", place, self.about, self.statement);
        bundle.text("text/plain", format!("{words} - {}{shown}{because}", self.status));
        bundle.text(
            "text/html",
            format!(
                "<div class=\"kovacs-claim kovacs-{}\"><b>{}</b> {}{}{}</div>",
                self.status.word(),
                self.status,
                html_text(&words),
                html_text(&shown),
                html_text(&because),
            ),
        );
        bundle.show();
    }
}

/// Six significant digits.
fn significant(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    if !(1e-3..1e7).contains(&value.abs()) {
        return format!("{value:.3e}");
    }
    let decimals = (5 - value.abs().log10().floor() as i32).clamp(0, 12);
    format!("{value:.*}", decimals.unsigned_abs() as usize)
}

/// Ends a notebook that cannot run here, with the reason: a headless run reports it as skipped and does not fail.
pub fn skip_notebook(reason: &str) {
    let mut bundle = Bundle::new();
    bundle.json("application/vnd.kovacs.skip+json", format!("{{\"reason\":{}}}", json_string(reason)));
    bundle.text("text/plain", format!("skipped: {reason}"));
    bundle.show();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim() -> Claim {
        Claim::new("5", "e", "one line for all series")
    }

    #[test]
    fn a_failure_that_is_explained_is_still_a_failure_and_what_holds_needs_no_explanation() {
        let failed = claim().of_protocol(false).fails_because("no strain in the equations", "models/aoi.md");
        assert_eq!(failed.status(), Status::FailedWithKnownReason);
        assert!(failed.json().contains("\"page\":\"models/aoi.md\""), "{}", failed.json());
        let held = claim().of_protocol(true).fails_because("no strain in the equations", "models/aoi.md");
        assert_eq!(held.status(), Status::Reproduced);
        assert!(held.json().contains("\"page\":\"\"") && held.json().contains("\"reason\":\"\""));
    }

    #[test]
    fn synthetic_data_hold_by_construction_and_can_fail() {
        assert_eq!(claim().of_data("synthetic", true).status(), Status::ByConstruction);
        assert_eq!(claim().of_data("measured (example workbook)", true).status(), Status::Reproduced);
        assert_eq!(claim().of_data("measured (example workbook)", false).status(), Status::Failed);
        assert_eq!(claim().of_data("synthetic", false).status(), Status::Failed);
        assert_eq!(claim().of_data("measured", true).status(), Status::Reproduced);
    }

    #[test]
    fn the_file_has_the_question_and_its_numbers() {
        let json = claim().of_protocol(Test::near(1.5, 1.0, 1e-3, "s")).json();
        for part in ["\"kind\":\"value\"", "\"value\":1.5e0", "\"expected_value\":1e0", "\"tolerance\":1e-3"] {
            assert!(json.contains(part), "no {part} in {json}");
        }
        let json = claim().of_protocol(Test::rising([Some(1.0), None], "s")).json();
        assert!(json.contains("\"value\":null") && json.ends_with("\"values\":[1e0,null]}"), "{json}");
        let json = claim().of_protocol(Test::at_least(1.0, 0.5, "1")).json();
        assert!(json.contains("\"lower\":5e-1,\"upper\":null"), "{json}");
    }
}
