//! What a check found, for people and for programs.

use crate::catalogue::{Group, Test};
use crate::verdict::{Finding, Verdict};
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;

/// What a check of one library found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The library.
    #[serde(rename = "library")]
    pub plugin_path: PathBuf,
    /// SHA-256 of the library; `None` where it could not be opened.
    pub digest: Option<String>,
    /// Seed of all random numbers: the same seed finds the same again.
    pub seed: u64,
    /// Every test, in the order of the catalogue.
    pub tests: Vec<TestReport>,
}

/// How one test of a model or of the library ended.
#[derive(Clone, Debug, Serialize)]
pub struct TestReport {
    /// Name of the test.
    pub test: Test,
    /// Its group.
    pub group: Group,
    /// Full id of the model; `None` for a test of the library as a whole.
    pub model: Option<String>,
    /// How it ended.
    #[serde(flatten)]
    pub finding: Finding,
}

impl Report {
    /// Whether no test has a bad verdict.
    pub fn is_conformant(&self) -> bool {
        self.tests.iter().all(|test| !test.finding.verdict.is_bad())
    }

    /// The tests with a bad verdict; the first one is what to work on.
    pub fn bad(&self) -> impl Iterator<Item = &TestReport> {
        self.tests.iter().filter(|test| test.finding.verdict.is_bad())
    }

    /// How many tests ended like this.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.tests.iter().filter(|test| test.finding.verdict == verdict).count()
    }

    /// `61 passed, 2 failed, 3 skipped`.
    pub fn summary(&self) -> String {
        let words = Verdict::ALL.map(|verdict| (self.count(verdict), verdict));
        let words = words.iter().filter(|(count, _)| *count > 0).map(|(count, verdict)| format!("{count} {verdict}"));
        words.collect::<Vec<_>>().join(", ")
    }

    /// The report as text: one line per test, the library first, then each model; what is conformant or does not apply
    /// is left out unless `whole`.
    pub fn text(&self, whole: bool) -> String {
        Text { report: self, whole }.to_string()
    }
}

struct Text<'a> {
    report: &'a Report,
    whole: bool,
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report;
        let mut models: Vec<&Option<String>> = Vec::new();
        for test in &report.tests {
            if !models.contains(&&test.model) {
                models.push(&test.model);
            }
        }
        writeln!(f, "{}", report.plugin_path.display())?;
        let width = report.tests.iter().map(|test| test.test.name().len()).max().unwrap_or(0);
        for model in models {
            let shown = |test: &&TestReport| {
                let quiet = matches!(test.finding.verdict, Verdict::Passed | Verdict::Skipped);
                test.model == *model && (self.whole || !quiet)
            };
            let tests: Vec<&TestReport> = report.tests.iter().filter(shown).collect();
            if let Some(id) = model.as_ref().filter(|_| !tests.is_empty()) {
                writeln!(f, "{id}")?;
            }
            for group in Group::all() {
                for test in tests.iter().filter(|test| test.group == group) {
                    let Finding { verdict, message } = &test.finding;
                    let line = format!("  {verdict:7}  {:13}  {:width$}  {message}", group.title(), test.test.name());
                    writeln!(f, "{}", line.trim_end())?;
                }
            }
        }
        writeln!(f, "{}; seed {}", report.summary(), report.seed)
    }
}
