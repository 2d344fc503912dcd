//! Long studies: what takes hundreds of fits, computed once and kept as small files with the digests of what made them.
//!
//! How often intervals hold the truth, which protocol tells models apart, how often a test errs: nobody computes these with every
//! change, and numbers copied into a page go stale without a sign. So each study is named here with the sources that its
//! numbers depend on; its outcomes, one by one, are a file of the folder `studies` beside this crate, which is also part of the
//! program. Digests are compared by whoever has the sources (`kovacs study verify`); this module only computes and reads.

mod confusion;
mod coverage;
mod error_rates;
mod records;
mod stored;
mod table;

pub use confusion::ConfusionStudy;
pub use coverage::{Coverage, ParameterCoverage};
pub use error_rates::{CriticalSummary, ErrorRates, LinearOutcome, LinearSummary};
pub use records::{FirstSample, correlated_noise, hump_heights, synthetic_record, two_step_experiment, waiting_series};
pub use table::StudyTable;

use crate::compare::CompareError;
use crate::error::FitError;
use crate::estimate::EstimateError;
use coverage::CASES;
use kovacs_core::model::{EvaluationError, Evaluator, ModelDescription};
use serde::{Deserialize, Serialize};

/// The glass whose parameter sets are the truth.
pub const GLASS: &str = "ti-zr-hf-cu-ni-be";

/// Makes an instance of a model: its short id, and settings that differ from those of the parameter set of [`GLASS`].
pub type ModelSource<'a> = dyn Fn(&str, &[(&str, f64)]) -> Result<Box<dyn Evaluator>, EvaluationError> + Sync + 'a;

/// What is told of progress (0..=1); `false` stops.
pub type StudyProgress<'a> = dyn Fn(f64) -> bool + Sync + 'a;

/// A study that can be run.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyDefinition {
    /// Its name, and that of its file.
    pub name: String,
    /// What it finds out.
    pub what: String,
    /// Files and folders that its numbers depend on, from the folder of the project.
    pub sources: Vec<&'static str>,
    /// Data sets of each kind that it takes by default.
    pub sets: u64,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Coverage(usize),
    Confusion,
    ErrorRates,
}

/// The sources of a study, as they were when it was computed.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct StudySource {
    /// File or folder, from the folder of the project.
    pub path: String,
    /// SHA-256 of its code; comments, documentation and unit tests do not count.
    pub digest: String,
}

/// A study as it is kept.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Study {
    /// Its name.
    pub name: String,
    /// What it finds out.
    pub what: String,
    /// What computes it again.
    pub command: String,
    /// What its numbers came from.
    pub sources: Vec<StudySource>,
    /// What it found.
    pub result: StudyResult,
}

/// What a study found.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StudyResult {
    /// How often intervals hold the truth.
    Coverage(Coverage),
    /// Which model explains what another one has made.
    Confusion(ConfusionStudy),
    /// How often the linear test and the critical waiting time err.
    ErrorRates(ErrorRates),
}

/// Why there is no study.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StudyError {
    /// Nobody knows it.
    #[error("there is no study `{name}`; there are {}", known.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// A model has not what the study needs of it.
    #[error("model `{model}` has no parameter set for `{GLASS}`")]
    NoParameters {
        /// Its id.
        model: String,
    },
    /// A file of the program is no study.
    #[error("the file of the study `{name}` cannot be read: {reason}; run `kovacs study run {name}`")]
    Unreadable {
        /// Its name.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// Somebody asked to stop.
    #[error("stopped before the end; nothing is kept of it")]
    Stopped,
    /// A model has no answer for its own truth.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    /// No data could be made.
    #[error(transparent)]
    Estimate(#[from] EstimateError),
    /// Models could not be compared.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// A record could not be tested.
    #[error(transparent)]
    Fit(#[from] FitError),
}

/// The response to a history, on which every model is built.
const RESPONSE: [&str; 11] = [
    "models/core/src/elementary.rs",
    "models/core/src/history.rs",
    "models/core/src/hump.rs",
    "models/core/src/linear_response.rs",
    "models/core/src/log_time.rs",
    "models/core/src/modes",
    "models/core/src/protocol.rs",
    "models/core/src/second_stage.rs",
    "models/core/src/two_step.rs",
    "models/fit/src/studies/records.rs",
    "models/sdk/src",
];

/// The estimation of parameters.
const ESTIMATE: [&str; 5] = [
    "models/core/src/differences.rs",
    "models/fit/src/estimate",
    "models/fit/src/least_squares.rs",
    "models/fit/src/random.rs",
    "models/fit/src/uncertainty.rs",
];

/// Every study, those of intervals first.
pub fn definitions() -> Vec<StudyDefinition> {
    let mut all: Vec<StudyDefinition> = Vec::new();
    for (place, case) in CASES.iter().enumerate() {
        all.push(StudyDefinition {
            name: format!("coverage-{}", case.model.replace('_', "-")),
            what: format!("how often 95 % intervals of the parameters of {} hold the truth", case.model),
            sources: [&RESPONSE[..], &ESTIMATE, &["models/fit/src/studies/coverage.rs"], case.sources].concat(),
            sets: 200,
            kind: Kind::Coverage(place),
        });
    }
    all.push(StudyDefinition {
        name: "confusion".to_owned(),
        what: "which model explains best the tests that another one has made".to_owned(),
        sources: [&RESPONSE[..], &ESTIMATE, &confusion::SOURCES].concat(),
        sets: confusion::SETS,
        kind: Kind::Confusion,
    });
    all.push(StudyDefinition {
        name: "linear-test".to_owned(),
        what: "how often the linear test and the critical waiting time err on records whose truth is known".to_owned(),
        sources: [&RESPONSE[..], &error_rates::SOURCES].concat(),
        sets: 200,
        kind: Kind::ErrorRates,
    });
    all
}

/// The study of this name.
///
/// # Errors
/// There is none.
pub fn definition(name: &str) -> Result<StudyDefinition, StudyError> {
    let all = definitions();
    let known = all.iter().map(|study| format!("`{}`", study.name)).collect();
    all.into_iter().find(|study| study.name == name).ok_or_else(|| StudyError::Unknown { name: name.to_owned(), known })
}

impl StudyDefinition {
    /// What computes it again.
    pub fn command(&self) -> String {
        format!("kovacs study run {}", self.name)
    }

    /// Short ids of the models that it needs.
    pub fn models(&self) -> Vec<&'static str> {
        match self.kind {
            Kind::Coverage(place) => vec![CASES[place].model],
            Kind::Confusion => confusion::models(),
            Kind::ErrorRates => error_rates::MODELS.to_vec(),
        }
    }

    /// Computes it from `sets` data sets of each kind in so many threads, whose number changes no number of the result.
    ///
    /// # Errors
    /// [`StudyError::Stopped`]; a model breaks or lacks what the study needs.
    pub fn run(
        &self,
        models: &ModelSource<'_>,
        sets: u64,
        threads: usize,
        progress: &StudyProgress<'_>,
    ) -> Result<StudyResult, StudyError> {
        match self.kind {
            Kind::Coverage(place) => CASES[place].run(models, 0..sets, threads, progress).map(StudyResult::Coverage),
            Kind::Confusion => confusion::run(models, sets, threads, progress).map(StudyResult::Confusion),
            Kind::ErrorRates => error_rates::run(models, sets, threads, progress).map(StudyResult::ErrorRates),
        }
    }

    /// As it was found when this program was built; `None` if nobody had computed it.
    ///
    /// # Errors
    /// The file is no study.
    pub fn stored(&self) -> Result<Option<Study>, StudyError> {
        let Some((_, text)) = stored::FILES.iter().find(|(name, _)| *name == self.name) else { return Ok(None) };
        Study::from_json(&self.name, text).map(Some)
    }
}

impl Study {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// It is no study.
    pub fn from_json(name: &str, text: &str) -> Result<Study, StudyError> {
        serde_json::from_str(text)
            .map_err(|error| StudyError::Unreadable { name: name.to_owned(), reason: error.to_string() })
    }

    /// The text of its file: one outcome to a line, so that it is small and a difference can be read.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn to_json(&self) -> Result<String, StudyError> {
        let failed =
            |error: serde_json::Error| StudyError::Unreadable { name: self.name.clone(), reason: error.to_string() };
        let value = serde_json::to_value(self).map_err(failed)?;
        let mut text = String::new();
        lines(&value, 0, &mut text);
        text.push('\n');
        Ok(text)
    }

    /// What it found, as tables.
    pub fn tables(&self) -> Vec<StudyTable> {
        self.result.tables()
    }
}

impl StudyResult {
    /// What was found, as tables.
    pub fn tables(&self) -> Vec<StudyTable> {
        match self {
            StudyResult::Coverage(coverage) => vec![coverage.table()],
            StudyResult::Confusion(study) => vec![study.table()],
            StudyResult::ErrorRates(rates) => rates.tables(),
        }
    }
}

/// What the kept study of this name found, as Markdown; `coverage` is that of all models. `None` if there is none.
pub fn markdown(name: &str) -> Option<String> {
    if name == "coverage" {
        let kept = definitions().into_iter().filter_map(|definition| definition.stored().ok().flatten());
        let all: Vec<Coverage> = kept
            .filter_map(|study| match study.result {
                StudyResult::Coverage(coverage) => Some(coverage),
                _ => None,
            })
            .collect();
        return Some(Coverage::overview(&all.iter().collect::<Vec<_>>()).markdown());
    }
    let study = definition(name).ok()?.stored().ok()??;
    Some(study.tables().iter().map(StudyTable::markdown).collect::<Vec<_>>().join("\n"))
}

/// Indented JSON in which a value without lists or tables of its own inside stands on one line.
fn lines(value: &serde_json::Value, depth: usize, text: &mut String) {
    use serde_json::Value;
    let is_leaf = |value: &Value| !matches!(value, Value::Array(_) | Value::Object(_));
    let (open, close, items): (char, char, Vec<(String, &Value)>) = match value {
        Value::Array(items) if !items.iter().all(is_leaf) => {
            ('[', ']', items.iter().map(|item| (String::new(), item)).collect())
        }
        Value::Object(items) if !items.values().all(is_leaf) => {
            let named = items.iter().map(|(key, item)| (format!("{}: ", Value::from(key.as_str())), item));
            ('{', '}', named.collect())
        }
        leaf => return text.push_str(&leaf.to_string()),
    };
    text.push(open);
    for (place, (key, item)) in items.iter().enumerate() {
        text.push_str(if place == 0 { "\n" } else { ",\n" });
        text.push_str(&"  ".repeat(depth + 1));
        text.push_str(key);
        lines(item, depth + 1, text);
    }
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
    text.push(close);
}

/// The parameter set of [`GLASS`].
fn truth_of(description: &ModelDescription) -> Result<Vec<f64>, StudyError> {
    let preset = description.preset(GLASS);
    preset
        .map(|preset| preset.parameters.clone())
        .ok_or_else(|| StudyError::NoParameters { model: description.id.clone() })
}
