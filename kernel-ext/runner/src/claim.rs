//! A statement of the paper, tested on a model.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How the test of a claim ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimStatus {
    /// The statement holds for what was computed.
    Reproduced,
    /// It does not hold.
    Failed,
    /// It does not hold, and physics explains why.
    FailedWithKnownReason,
    /// It holds because the data were made so: it says nothing, and never counts.
    ByConstruction,
    /// The model makes no statement here.
    #[default]
    NotApplicable,
}

impl ClaimStatus {
    /// All of them, the good ones first.
    pub const ALL: [ClaimStatus; 5] = [
        ClaimStatus::Reproduced,
        ClaimStatus::Failed,
        ClaimStatus::FailedWithKnownReason,
        ClaimStatus::ByConstruction,
        ClaimStatus::NotApplicable,
    ];

    /// The sign that stands for it in a table.
    pub fn sign(self) -> &'static str {
        match self {
            ClaimStatus::Reproduced => "✓",
            ClaimStatus::Failed => "✗",
            ClaimStatus::FailedWithKnownReason => "⊗",
            ClaimStatus::ByConstruction => "≡",
            ClaimStatus::NotApplicable => "–",
        }
    }
}

impl fmt::Display for ClaimStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            ClaimStatus::Reproduced => "reproduced",
            ClaimStatus::Failed => "failed",
            ClaimStatus::FailedWithKnownReason => "failed with known reason",
            ClaimStatus::ByConstruction => "by construction",
            ClaimStatus::NotApplicable => "not applicable",
        })
    }
}

/// What a claim asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// Whether something is there, or is so.
    #[default]
    Exists,
    /// Whether numbers go the right way along a series.
    Trend,
    /// Whether a number has a value, within a tolerance.
    Value,
    /// Whether a number keeps its bounds.
    Bound,
}

/// One cell of the scorecard, as a notebook publishes it and as `scorecard.json` holds it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Figure of the paper: `1`.
    pub figure: String,
    /// Panel of the figure: `c`; empty if the claim is about all of it.
    #[serde(default)]
    pub panel: String,
    /// The statement, in words.
    pub claim: String,
    /// The model that was tested, or the data.
    pub model: String,
    /// How the test ended.
    pub status: ClaimStatus,
    /// What was asked.
    #[serde(default)]
    pub kind: ClaimKind,
    /// The number behind it, if there is one.
    #[serde(default)]
    pub value: Option<f64>,
    /// The numbers of a trend, in order; empty for every other kind.
    #[serde(default)]
    pub values: Vec<Option<f64>>,
    /// Unit of the numbers, UCUM; empty without a number.
    #[serde(default)]
    pub unit: String,
    /// What the number of a `value` should be, in `unit`.
    #[serde(default)]
    pub expected_value: Option<f64>,
    /// How far off it may be, relative to `expected_value`.
    #[serde(default)]
    pub tolerance: Option<f64>,
    /// Lowest number of a `bound`, in `unit`; `None` without one.
    #[serde(default)]
    pub lower: Option<f64>,
    /// Highest number of a `bound`, in `unit`; `None` without one.
    #[serde(default)]
    pub upper: Option<f64>,
    /// What the number should be, in words; may be empty.
    #[serde(default)]
    pub expected: String,
    /// Why the test ended so; may be empty.
    #[serde(default)]
    pub reason: String,
    /// Page of the book that explains a known reason, relative to its sources: `models/aoi.md`; may be empty.
    #[serde(default)]
    pub page: String,
    /// How far its numbers may move from the stored reference, relative; `None` for the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub may_move: Option<f64>,
    /// Standard error of a number that comes from random draws, in `unit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard_error: Option<f64>,
}

impl Claim {
    /// Whether it says the same of the same model.
    pub(crate) fn is_same_statement(&self, other: &Claim) -> bool {
        (&self.figure, &self.panel, &self.claim, &self.model)
            == (&other.figure, &other.panel, &other.claim, &other.model)
    }

    /// The number with its unit, `271 s`, or the first and the last of a trend; `None` without a number.
    ///
    /// Four digits: a table is for reading, the exact number is in the JSON form.
    pub fn measure(&self) -> Option<String> {
        let number = match (self.value, self.values.as_slice()) {
            (Some(value), _) => four_digits(value),
            (None, [Some(first), .., Some(last)]) => format!("{} … {}", four_digits(*first), four_digits(*last)),
            _ => return None,
        };
        Some(match self.unit.as_str() {
            "" | "1" => number,
            unit => format!("{number} {unit}"),
        })
    }
}

fn four_digits(value: f64) -> String {
    if value != 0.0 && !(1e-3..1e5).contains(&value.abs()) {
        return format!("{value:.3e}");
    }
    let digits = if value == 0.0 { 0 } else { 3 - (value.abs().log10().floor() as i32).clamp(-3, 3) };
    let text = format!("{value:.*}", usize::try_from(digits).unwrap_or(0));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
