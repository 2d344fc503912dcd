//! The scorecard: what was claimed of which model, and whether it held.

use crate::claim::{Claim, ClaimStatus};
use crate::error::{RunnerError, read_text};
use crate::file::replace_file;
use std::fmt::Write;
use std::path::Path;

/// Widest column of statements, characters.
const STATEMENT_WIDTH: usize = 52;
/// Widest heading of a model's column, characters.
const MODEL_WIDTH: usize = 18;

/// How many claims ended in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Hold.
    pub reproduced: usize,
    /// Do not hold.
    pub failed: usize,
    /// Do not hold, and physics explains why.
    pub failed_with_known_reason: usize,
    /// Hold because the data were made so; count for nothing.
    pub by_construction: usize,
    /// Do not concern the model.
    pub not_applicable: usize,
}

impl Counts {
    /// Counts claims.
    pub fn of<C: std::borrow::Borrow<Claim>>(claims: &[C]) -> Counts {
        let mut counts = Counts::default();
        for claim in claims {
            match claim.borrow().status {
                ClaimStatus::Reproduced => counts.reproduced += 1,
                ClaimStatus::Failed => counts.failed += 1,
                ClaimStatus::FailedWithKnownReason => counts.failed_with_known_reason += 1,
                ClaimStatus::ByConstruction => counts.by_construction += 1,
                ClaimStatus::NotApplicable => counts.not_applicable += 1,
            }
        }
        counts
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Counts { reproduced, failed, failed_with_known_reason, by_construction, not_applicable } = self;
        write!(
            formatter,
            "reproduced {reproduced}, failed {failed}, failed with known reason {failed_with_known_reason}, by construction {by_construction}, \
             not applicable {not_applicable}"
        )
    }
}

/// One line of the table: a statement and what became of it, model by model.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// Figure and panel, `1c`.
    pub figure: String,
    /// The statement.
    pub statement: &'a str,
    /// One entry per model, in the order of [`Scorecard::models`].
    pub claims: Vec<Option<&'a Claim>>,
}

/// The claims of several notebooks, in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scorecard {
    claims: Vec<Claim>,
}

impl Scorecard {
    /// No claims yet.
    pub fn new() -> Self {
        Scorecard::default()
    }

    /// Adds the claims of one notebook. A claim made again about the same model replaces the earlier one.
    pub fn add(&mut self, claims: &[Claim]) {
        for claim in claims {
            match self.claims.iter_mut().find(|other| other.is_same_statement(claim)) {
                Some(earlier) => *earlier = claim.clone(),
                None => self.claims.push(claim.clone()),
            }
        }
    }

    /// All claims, in order.
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// How many ended in which way.
    pub fn counts(&self) -> Counts {
        Counts::of(&self.claims)
    }

    /// Models, in the order in which they first appear: the columns.
    pub fn models(&self) -> Vec<&str> {
        let mut models = Vec::new();
        for claim in &self.claims {
            if !models.contains(&claim.model.as_str()) {
                models.push(&claim.model);
            }
        }
        models
    }

    /// Statements, in the order in which they first appear, with an entry for each of [`models`](Self::models).
    pub fn rows(&self) -> Vec<Row<'_>> {
        let models = self.models();
        let mut rows: Vec<Row<'_>> = Vec::new();
        for claim in &self.claims {
            let figure = format!("{}{}", claim.figure, claim.panel);
            let column = models.iter().position(|model| *model == claim.model);
            let index = match rows.iter().position(|row| row.figure == figure && row.statement == claim.claim) {
                Some(index) => index,
                None => {
                    rows.push(Row { figure, statement: &claim.claim, claims: vec![None; models.len()] });
                    rows.len() - 1
                }
            };
            let entry = rows.get_mut(index).zip(column).and_then(|(row, column)| row.claims.get_mut(column));
            if let Some(entry) = entry {
                *entry = Some(claim);
            }
        }
        rows
    }

    /// A sentence on the data that claims were judged on, if any of them were imported; `None` on the shipped curves.
    pub fn about_data(&self) -> Option<String> {
        let data = |model: &&str| model.starts_with("data (");
        let origins: Vec<&str> = self.models().into_iter().filter(data).collect();
        let of = |model: &&str| model.trim_start_matches("data (").strip_suffix(')').unwrap_or_default().to_owned();
        let imported: Vec<String> = origins.iter().map(of).filter(|origin| origin.starts_with("measured")).collect();
        if imported.is_empty() {
            return None;
        }
        let mut sentence = format!("claims judged on imported data: {}", imported.join(", "));
        if origins.iter().any(|model| model.contains("synthetic")) {
            sentence.push_str("; those on synthetic data hold by construction");
        }
        Some(sentence)
    }

    /// The table for a terminal: on which data, a line per statement, a column per model, the legend and the counts.
    pub fn to_text(&self) -> String {
        if self.claims.is_empty() {
            return "no claims were made\n".to_owned();
        }
        let models: Vec<Vec<String>> = self.models().iter().map(|model| wrap(model, MODEL_WIDTH)).collect();
        let height = models.iter().map(Vec::len).max().unwrap_or(1).max(1);
        let mut lines: Vec<Vec<String>> = (0..height)
            .map(|line| {
                let titles = if line == 0 { ["figure", "claim"] } else { ["", ""] };
                let models = models.iter().map(|words| words.get(line).cloned().unwrap_or_default());
                titles.into_iter().map(str::to_owned).chain(models).collect()
            })
            .collect();
        for row in self.rows() {
            let mut statement = wrap(row.statement, STATEMENT_WIDTH).into_iter();
            let mut first = vec![row.figure, statement.next().unwrap_or_default()];
            first.extend(row.claims.into_iter().map(|claim| claim.map_or_else(|| "·".to_owned(), entry)));
            lines.push(first);
            lines.extend(statement.map(|rest| vec![String::new(), rest]));
        }
        let mut text = self.about_data().map_or_else(String::new, |sentence| format!("{sentence}\n\n"));
        text.push_str(&aligned(&lines, height));
        let legend: Vec<String> = ClaimStatus::ALL.iter().map(|status| format!("{} {status}", status.sign())).collect();
        let _ = writeln!(text, "\n{}", legend.join("   "));
        let _ = writeln!(text, "{}", self.counts());
        text
    }

    /// The list of claims as JSON.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(&self.claims).unwrap_or_else(|_| "[]".to_owned());
        text.push('\n');
        text
    }

    /// Writes the list of claims as JSON, whole or not at all.
    ///
    /// # Errors
    /// [`RunnerError::Write`].
    pub fn write(&self, path: &Path) -> Result<(), RunnerError> {
        replace_file(path, self.to_json().as_bytes())
    }

    /// Reads what [`write`](Self::write) wrote.
    ///
    /// # Errors
    /// The file is not there, or is not a list of claims.
    pub fn read(path: &Path) -> Result<Scorecard, RunnerError> {
        let claims = serde_json::from_str(&read_text(path)?)
            .map_err(|source| RunnerError::NotAScorecard { path: path.to_owned(), source })?;
        Ok(Scorecard { claims })
    }
}

/// What the table says of one claim: `✓ 271 s`.
fn entry(claim: &Claim) -> String {
    match claim.measure() {
        Some(measure) => format!("{} {measure}", claim.status.sign()),
        None => claim.status.sign().to_owned(),
    }
}

/// Columns padded to their widest entry, a rule under the lines of the heading. Counts characters: signs and Greek are one wide.
fn aligned(lines: &[Vec<String>], headings: usize) -> String {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        let padded: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(padded.join("  ").trim_end());
        text.push('\n');
        if index + 1 == headings {
            let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
            text.push_str(&rules.join("  "));
            text.push('\n');
        }
    }
    text
}

/// Breaks text at spaces into lines of at most `width` characters; a longer word gets a line of its own.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(statement: &str, model: &str, status: ClaimStatus, value: Option<(f64, &str)>) -> Claim {
        Claim {
            figure: "1".into(),
            panel: "b".into(),
            claim: statement.into(),
            model: model.into(),
            status,
            value: value.map(|(value, _)| value),
            unit: value.map(|(_, unit)| unit.into()).unwrap_or_default(),
            expected: "as printed".into(),
            ..Claim::default()
        }
    }

    fn card() -> Scorecard {
        let mut card = Scorecard::new();
        card.add(&[
            claim("hump iff ε₂ < ε₁", "data (synthetic) ti-zr-hf-cu-ni-be", ClaimStatus::ByConstruction, None),
            claim("hump iff ε₂ < ε₁", "kww", ClaimStatus::Reproduced, Some((271.25, "s"))),
        ]);
        card.add(&[
            claim("Δσ is larger for smaller ε₂", "aoi", ClaimStatus::Failed, Some((-0.00012, "MPa"))),
            claim("hump iff ε₂ < ε₁", "aoi", ClaimStatus::Reproduced, Some((1234567.0, "s"))),
        ]);
        card
    }

    #[test]
    fn the_table_is_aligned_and_counts_nothing_that_holds_by_construction() {
        assert_eq!(
            card().to_text(),
            "\
figure  claim                        data (synthetic)   kww        aoi
                                     ti-zr-hf-cu-ni-be
──────  ───────────────────────────  ─────────────────  ─────────  ───────────────
1b      hump iff ε₂ < ε₁             ≡                  ✓ 271.2 s  ✓ 1.235e6 s
1b      Δσ is larger for smaller ε₂  ·                  ·          ✗ -1.200e-4 MPa

✓ reproduced   ✗ failed   ⊗ failed with known reason   ≡ by construction   – not applicable
reproduced 2, failed 1, failed with known reason 0, by construction 1, not applicable 0
"
        );
    }

    #[test]
    fn a_sentence_says_on_which_imported_data_claims_were_judged() {
        assert_eq!(card().about_data(), None);
        let data = |model: &str| claim("hump iff ε₂ < ε₁", model, ClaimStatus::Reproduced, None);
        let mut imported = Scorecard::new();
        imported.add(&[data("data (measured (example workbook))"), data("data (closed form)"), data("kww")]);
        let sentence = "claims judged on imported data: measured (example workbook)";
        assert_eq!(imported.about_data().as_deref(), Some(sentence));
        assert!(imported.to_text().starts_with(&format!("{sentence}\n\nfigure  claim")), "{}", imported.to_text());
        let mut both = card();
        both.add(&[data("data (measured)")]);
        let expected = "claims judged on imported data: measured; those on synthetic data hold by construction";
        assert_eq!(both.about_data().as_deref(), Some(expected));
    }

    #[test]
    fn long_statements_are_wrapped() {
        let mut card = Scorecard::new();
        let statement = "the second stage shows one maximum and one only, for each of the three glasses";
        card.add(&[claim(statement, "kww", ClaimStatus::Failed, None)]);
        let text = card.to_text();
        // The legend below the table is one line.
        assert!(text.lines().take(5).all(|line| line.chars().count() <= 70), "{text}");
        assert_eq!(text.lines().nth(3).map(str::trim), Some("each of the three glasses"));
    }

    #[test]
    fn a_claim_made_again_replaces_the_first() {
        let mut card = card();
        card.add(&[claim("hump iff ε₂ < ε₁", "kww", ClaimStatus::Failed, None)]);
        assert_eq!(card.claims().len(), 4);
        assert_eq!(card.claims()[1].status, ClaimStatus::Failed);
    }

    #[test]
    fn the_file_holds_every_field_of_every_claim() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("reproduce/scorecard.json");
        card().write(&path).expect("written");
        assert_eq!(Scorecard::read(&path).expect("read"), card());
        let list: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).expect("read")).expect("JSON");
        let keys: Vec<&String> = list[0].as_object().expect("an object").keys().collect();
        let expected = [
            "figure",
            "panel",
            "claim",
            "model",
            "status",
            "kind",
            "value",
            "values",
            "unit",
            "expected_value",
            "tolerance",
            "lower",
            "upper",
            "expected",
            "reason",
            "page",
        ];
        assert_eq!(keys.len(), expected.len());
        assert!(expected.iter().all(|key| keys.iter().any(|found| found == key)), "{keys:?}");
        assert_eq!(list[0]["status"], "by_construction");
    }

    #[test]
    fn a_file_of_something_else_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("scorecard.json");
        std::fs::write(&path, "{}").expect("written");
        let error = Scorecard::read(&path).expect_err("not a list");
        assert!(error.to_string().contains("is not a scorecard"), "{error}");
    }

    #[test]
    fn numbers_have_four_digits() {
        let measure = |value: f64, unit: &str| {
            claim("", "", ClaimStatus::Failed, Some((value, unit))).measure().expect("a number")
        };
        assert_eq!(measure(271.25, "s"), "271.2 s");
        assert_eq!(measure(3.0, "1"), "3");
        assert_eq!(measure(0.0, "MPa"), "0 MPa");
        assert_eq!(measure(0.01234567, "MPa"), "0.01235 MPa");
        assert_eq!(measure(99999.0, "s"), "99999 s");
        assert_eq!(measure(1.5e-7, "s"), "1.500e-7 s");
    }
}
