//! A statement of the paper, tested on a model.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How the test of a claim ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimStatus {
    /// The statement holds for what was computed.
    Reproduced,
    /// It does not hold.
    Failed,
    /// It holds because the data were made so: it says nothing, and never counts.
    ByConstruction,
    /// The model makes no statement here.
    NotApplicable,
}

impl ClaimStatus {
    /// The sign that stands for it in a table.
    pub fn sign(self) -> &'static str {
        match self {
            ClaimStatus::Reproduced => "✓",
            ClaimStatus::Failed => "✗",
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
            ClaimStatus::ByConstruction => "by construction",
            ClaimStatus::NotApplicable => "not applicable",
        })
    }
}

/// One cell of the scorecard, as a notebook publishes it and as `scorecard.json` holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// The number behind it, if there is one.
    #[serde(default)]
    pub value: Option<f64>,
    /// Unit of the number, UCUM; empty without a number.
    #[serde(default)]
    pub unit: String,
    /// What the number should be, in words; may be empty.
    #[serde(default)]
    pub expected: String,
    /// Why the test ended so; may be empty.
    #[serde(default)]
    pub reason: String,
}

impl Claim {
    /// The number with its unit, `271 s`; `None` without a number.
    ///
    /// Four digits: a table is for reading, the exact number is in the JSON form.
    pub fn measure(&self) -> Option<String> {
        let value = self.value?;
        let number = if value == 0.0 || (1e-3..1e5).contains(&value.abs()) {
            let digits = if value == 0.0 { 0 } else { 3 - (value.abs().log10().floor() as i32).clamp(-3, 3) };
            let text = format!("{value:.*}", usize::try_from(digits).unwrap_or(0));
            if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
        } else {
            format!("{value:.3e}")
        };
        Some(match self.unit.as_str() {
            "" | "1" => number,
            unit => format!("{number} {unit}"),
        })
    }
}
