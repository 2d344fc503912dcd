//! Claims: statements of the paper, tested, and published to the scorecard.
//!
//! A claim about a shipped synthetic curve holds by construction: the generator was shaped by the statement. It is
//! marked so and never counted. A model has to earn its claims.

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
            Status::ByConstruction => "by_construction",
            Status::NotApplicable => "not_applicable",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::Reproduced => "reproduced",
            Status::Failed => "failed",
            Status::ByConstruction => "by construction",
            Status::NotApplicable => "not applicable",
        })
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
    value: Option<f64>,
    unit: String,
    expected: String,
    reason: String,
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
            value: None,
            unit: String::new(),
            expected: String::new(),
            reason: String::new(),
        }
    }

    /// The claim is about this model, and the test says whether it holds.
    #[must_use]
    pub fn of(mut self, model: &Model, holds: bool) -> Claim {
        self.about = model.name().to_owned();
        self.status = if holds { Status::Reproduced } else { Status::Failed };
        self
    }

    /// The claim is about the protocol alone.
    #[must_use]
    pub fn of_protocol(mut self, holds: bool) -> Claim {
        self.about = "protocol".to_owned();
        self.status = if holds { Status::Reproduced } else { Status::Failed };
        self
    }

    /// The claim is about data of this origin; what holds on synthetic data holds by construction.
    #[must_use]
    pub fn of_data(mut self, origin: &str, holds: bool) -> Claim {
        self.about = format!("data ({origin})");
        self.status = match (holds, origin) {
            (false, _) => Status::Failed,
            // `measured (example workbook, synthetic)`: an import says so where the file does.
            (true, origin) if origin.contains("synthetic") => Status::ByConstruction,
            (true, _) => Status::Reproduced,
        };
        self
    }

    /// The number that was tested, with its UCUM unit.
    #[must_use]
    pub fn value(mut self, value: f64, unit: &str) -> Claim {
        self.value = Some(value);
        self.unit = unit.into();
        self
    }

    /// What the number should be, in words.
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

    /// How it turned out.
    pub fn status(&self) -> Status {
        self.status
    }

    /// Shows the claim and puts it on the scorecard.
    pub fn publish(&self) {
        let number =
            self.value.filter(|value| value.is_finite()).map_or("null".to_owned(), |value| format!("{value:e}"));
        let texts = [
            ("figure", &self.figure),
            ("panel", &self.panel),
            ("claim", &self.statement),
            ("model", &self.about),
            ("unit", &self.unit),
            ("expected", &self.expected),
            ("reason", &self.reason),
        ];
        let mut json = format!("{{\"status\":{},\"value\":{number}", json_string(self.status.word()));
        for (name, text) in texts {
            json.push_str(&format!(",{}:{}", json_string(name), json_string(text)));
        }
        json.push('}');
        let shown = self.value.map_or(String::new(), |value| format!(" ({} {})", significant(value), self.unit));
        let place = format!("Fig. {}{}", self.figure, self.panel);
        let mut bundle = Bundle::new();
        bundle.json("application/vnd.kovacs.claim+json", json);
        bundle.text("text/plain", format!("{place}, {}: {} - {}{shown}", self.about, self.statement, self.status));
        bundle.text(
            "text/html",
            format!(
                "<div class=\"kovacs-claim kovacs-{}\"><b>{}</b> {}, {}: {}{}</div>",
                self.status.word(),
                self.status,
                html_text(&place),
                html_text(&self.about),
                html_text(&self.statement),
                html_text(&shown)
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
