//! Published numbers and curves, stored beside the notebooks and compared with those of a run.
//!
//! A reference holds every claim with its status and number, and some points of every curve. They are compared as what
//! they are: a number by its stated tolerance, a number with a standard error by how many of those it has moved, a curve
//! by the largest distance in parts of its range. So a difference in the last digit of another machine is none, and
//! what is reported has a name and a size.

mod curves;

use crate::claim::Claim;
use crate::error::{RunnerError, read_text};
use crate::file::replace_file;
use crate::notebook::Notebook;
use crate::outputs::CLAIM_MIME;
use crate::scorecard::Scorecard;
use curves::StoredCurve;
use kovacs_core::units::{Dimension, parse_internal};
use kovacs_session::Used;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::{Path, PathBuf};

/// What a number or a curve may move if nothing else is stated, relative: machines differ in the last digits.
pub const DEFAULT_TOLERANCE: f64 = 1e-6;
/// So many standard errors a number may move.
pub const SIGMAS: f64 = 3.0;
/// Folder of the references, beside the notebooks.
pub const REFERENCE_FOLDER: &str = "reference";

/// What a notebook published.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// The data packages that were used, with their digests.
    #[serde(default)]
    packages: Vec<Used>,
    claims: Vec<Claim>,
    curves: Vec<StoredCurve>,
}

/// Something that is not as the reference has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Figure and panel: `Fig. 1c`; of a curve also the title and the cell.
    pub place: String,
    /// The claim and the model, or the curve.
    pub what: String,
    /// In which way, and by how much.
    pub change: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}, {}: {}", self.place, self.what, self.change)
    }
}

impl Reference {
    /// Where the reference of a notebook is.
    pub fn path(notebook: &Path) -> PathBuf {
        let folder = notebook.parent().unwrap_or(Path::new("")).join(REFERENCE_FOLDER);
        let mut name = notebook.file_stem().unwrap_or_default().to_owned();
        name.push(".json");
        folder.join(name)
    }

    /// What an executed notebook published.
    ///
    /// A tag `tolerance=0.1%` of a cell states how far its curves, and its claims that state nothing themselves, may move.
    pub fn of(executed: &Notebook) -> Reference {
        let mut claims = Scorecard::new();
        let mut curves = Vec::new();
        for cell in executed.cells() {
            let stated =
                cell.tag_value("tolerance").and_then(|text| parse_internal(text, Dimension::Dimensionless).ok());
            for (index, output) in cell.outputs().iter().enumerate() {
                let Some(data) = output.get("data") else { continue };
                let claim = data.get(CLAIM_MIME).and_then(|claim| serde_json::from_value::<Claim>(claim.clone()).ok());
                if let Some(mut claim) = claim {
                    claim.may_move = claim.may_move.or(stated);
                    claims.add(&[claim]);
                }
                if let Some(table) = data.get("text/csv").and_then(crate::notebook::joined) {
                    curves.extend(curves::read(&table, cell.id(), index, stated));
                }
            }
        }
        let inputs = executed.note().map(|note| note["environment"]["inputs"].clone()).unwrap_or_default();
        let used: Vec<Used> = serde_json::from_value(inputs).unwrap_or_default();
        let packages = used.into_iter().filter(|used| used.kind == "package").collect();
        Reference { packages, claims: claims.claims().to_vec(), curves }
    }

    /// Names of the packages that hold other data in `now`: measured ones in place of those that come with the program.
    pub fn other_data(&self, now: &Reference) -> Vec<String> {
        let is_other = |package: &&Used| {
            now.packages.iter().any(|other| other.name == package.name && other.digest != package.digest)
        };
        self.packages.iter().filter(is_other).map(|package| package.name.clone()).collect()
    }

    /// How many numbers and curves it holds.
    pub fn size(&self) -> (usize, usize) {
        (self.claims.len(), self.curves.len())
    }

    /// Reads a stored reference; `None` if there is none.
    ///
    /// # Errors
    /// It cannot be read, or is something else.
    pub fn read(path: &Path) -> Result<Option<Reference>, RunnerError> {
        let text = match read_text(path) {
            Err(RunnerError::NoSuchFile { .. }) => return Ok(None),
            text => text?,
        };
        let wrong = |source| RunnerError::NotAReference { path: path.to_owned(), source };
        serde_json::from_str(&text).map(Some).map_err(wrong)
    }

    /// Stores it, whole or not at all. Every claim and every curve has a line of its own, so that the history of the
    /// file shows which of them moved.
    ///
    /// # Errors
    /// [`RunnerError::Write`].
    pub fn write(&self, path: &Path) -> Result<(), RunnerError> {
        let [packages, claims, curves] = [lines(&self.packages), lines(&self.claims), lines(&self.curves)];
        let text = format!("{{\"packages\": [{packages}],\n\"claims\": [{claims}],\n\"curves\": [{curves}]}}\n");
        replace_file(path, text.as_bytes())
    }

    /// Everything in `now` that is not as it is here.
    pub fn differences(&self, now: &Reference) -> Vec<Difference> {
        let mut found = Vec::new();
        for claim in &self.claims {
            match now.claims.iter().find(|other| claim.is_same_statement(other)) {
                Some(other) => found.extend(claim_moved(claim, other)),
                None => found.push(of_claim(claim, "is not made any more".to_owned())),
            }
        }
        for claim in &now.claims {
            if !self.claims.iter().any(|other| claim.is_same_statement(other)) {
                found.push(of_claim(claim, format!("is new: {}", worded(claim))));
            }
        }
        found.extend(curves::differences(&self.curves, &now.curves));
        if !found.is_empty() {
            let because = self.other_data(now).into_iter().map(|name| Difference {
                place: format!("package `{name}`"),
                what: "its data".to_owned(),
                change: "are not those of the reference".to_owned(),
            });
            found.splice(0..0, because);
        }
        found
    }
}

/// JSON forms, one a line.
fn lines(items: &[impl Serialize]) -> String {
    let line = |item| format!("\n{}", serde_json::to_string(item).unwrap_or_default());
    items.iter().map(line).collect::<Vec<_>>().join(",")
}

fn of_claim(claim: &Claim, change: String) -> Difference {
    Difference {
        place: format!("Fig. {}{}", claim.figure, claim.panel),
        what: format!("{}, {}", claim.claim, claim.model),
        change,
    }
}

/// Status and number: `reproduced, 271 s`.
fn worded(claim: &Claim) -> String {
    claim.measure().map_or_else(|| claim.status.to_string(), |measure| format!("{}, {measure}", claim.status))
}

fn claim_moved(before: &Claim, after: &Claim) -> Option<Difference> {
    let moved = match (before.value, after.value) {
        (Some(was), Some(is)) if before.unit == after.unit => number_moved(before, after, was, is),
        (None, None) if before.values.len() == after.values.len() => series_moved(before, after),
        _ => Some(format!("was {}, is {}", worded(before), worded(after))),
    };
    let turned = (before.status != after.status).then(|| format!("was {}, is {}", before.status, after.status));
    let change = [turned, moved].into_iter().flatten().collect::<Vec<_>>().join("; ");
    (!change.is_empty()).then(|| of_claim(before, change))
}

/// By how much a number has moved, if that is more than it may.
fn number_moved(before: &Claim, after: &Claim, was: f64, is: f64) -> Option<String> {
    let change = is - was;
    let unit = if matches!(before.unit.as_str(), "" | "1") { String::new() } else { format!(" {}", before.unit) };
    let from_to = format!("{} → {}{unit}", digits(was), digits(is));
    if let (Some(first), Some(second)) = (before.standard_error, after.standard_error) {
        let sigmas = change.abs() / first.hypot(second).max(f64::MIN_POSITIVE);
        return (sigmas > SIGMAS).then(|| format!("moved by {sigmas:.1} σ ({from_to}; {SIGMAS} σ are allowed)"));
    }
    let tolerance = before.may_move.unwrap_or(DEFAULT_TOLERANCE);
    let relative = change.abs() / was.abs().max(f64::MIN_POSITIVE);
    if change == 0.0 || relative <= tolerance {
        return None;
    }
    let size = if was == 0.0 { format!("{}{unit}", digits(change)) } else { percent(change / was) };
    Some(format!("moved by {size} ({from_to}; {} is allowed)", percent(tolerance).trim_start_matches('+')))
}

/// By how much the number of a trend has moved that moved most, relative to the largest of them.
fn series_moved(before: &Claim, after: &Claim) -> Option<String> {
    let scale = before.values.iter().flatten().fold(f64::MIN_POSITIVE, |scale, value| scale.max(value.abs()));
    let tolerance = before.may_move.unwrap_or(DEFAULT_TOLERANCE);
    let mut worst: Option<(f64, String)> = None;
    for (index, pair) in before.values.iter().zip(&after.values).enumerate() {
        let (size, words) = match pair {
            (Some(was), Some(is)) => ((is - was).abs() / scale, format!("{} → {}", digits(*was), digits(*is))),
            (None, None) => continue,
            (was, is) => {
                let word = |value: &Option<f64>| value.map_or_else(|| "none".to_owned(), digits);
                (f64::INFINITY, format!("{} → {}", word(was), word(is)))
            }
        };
        if size > tolerance && worst.as_ref().is_none_or(|(other, _)| size > *other) {
            worst = Some((size, format!("its number {} moved ({words} {})", index + 1, before.unit)));
        }
    }
    worst.map(|(_, words)| words)
}

/// A fraction as a signed percentage with three digits.
pub(crate) fn percent(fraction: f64) -> String {
    let percent = 100.0 * fraction;
    if percent.abs() < 1e-2 || percent.abs() >= 1e5 { format!("{percent:+.2e} %") } else { format!("{percent:+.3} %") }
}

/// A number with enough digits to see what has changed.
pub(crate) fn digits(value: f64) -> String {
    if value == 0.0 || (1e-3..1e6).contains(&value.abs()) { format!("{value:.6}") } else { format!("{value:.5e}") }
}

#[cfg(test)]
mod tests;
