//! The loop of `sq` and `gr` over their files: `S(Q)` of each, what the command makes of it, and where that is written.

use super::reduce::{self, Step};
use super::{check_places, place};
use crate::failure::Failure;
use crate::waiting::Waiting;
use kovacs_formats::{PdfFile, PdfKind};
use kovacs_runner::replace_file;
use kovacs_scattering::StructureFactor;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Columns of one length as they go into a file, borrowed where the result holds them.
pub struct Columns<'a> {
    /// Abscissa.
    pub x: &'a [f64],
    /// Ordinate.
    pub y: &'a [f64],
    /// Standard uncertainty of the ordinate, if it is known.
    pub sigma: Option<Cow<'a, [f64]>>,
}

/// What a command makes of `S(Q)`, as it goes into a file.
pub trait Curve {
    /// What the file holds.
    const KIND: PdfKind;

    /// Settings for the header of the file, beside those of the reduction.
    fn settings(&self) -> Vec<(String, String)>;

    /// The columns of the file.
    fn columns(&self) -> Columns<'_>;
}

/// What was made of one file.
pub struct Made<T> {
    /// The pattern.
    pub file: PathBuf,
    /// What the command computes.
    pub result: T,
    /// Name and words of each step.
    pub steps: Vec<Step>,
    /// Where the result was written.
    pub written: Option<PathBuf>,
}

impl<T> Made<T> {
    /// The steps by name.
    pub fn steps_as_json(&self) -> Map<String, Value> {
        self.steps.iter().map(|(name, words)| ((*name).to_owned(), json!(words))).collect()
    }
}

/// Reduces every file up to `q_max` (1/Å), makes something of it, which may add steps, and writes that if there is an `out`.
///
/// # Errors
/// Those of the reduction and of `make`, two files would be written to one place, or a file cannot be written.
pub fn each<T: Curve>(
    files: &[PathBuf],
    out: Option<&Path>,
    options: &reduce::Options,
    q_max: Option<f64>,
    make: impl Fn(&Path, StructureFactor, &mut Vec<Step>) -> Result<T, Failure>,
) -> Result<Vec<Made<T>>, Failure> {
    if let Some(out) = out {
        check_places(out, files, T::KIND.ending())?;
    }
    let background = reduce::background(options)?;
    let waiting = Waiting::new("transforming");
    let mut all = Vec::new();
    for (index, file) in files.iter().enumerate() {
        waiting.show(index as f64 / files.len() as f64);
        let reduced = reduce::reduce(file, background.as_ref(), options, q_max)?;
        let mut settings = reduce::settings(file, options, &reduced);
        let mut steps = reduced.done;
        let result = make(file, reduced.structure, &mut steps)?;
        let mut written = None;
        if let Some(out) = out {
            let place = place(out, file, files.len() > 1, T::KIND.ending());
            settings.extend(result.settings());
            let Columns { x, y, sigma } = result.columns();
            let file = PdfFile { kind: T::KIND, settings: &settings, x, y, sigma: sigma.as_deref() };
            replace_file(&place, file.to_text().as_bytes())?;
            written = Some(place);
        }
        all.push(Made { file: file.clone(), result, steps, written });
    }
    waiting.clear();
    Ok(all)
}

/// The steps as rows of a table.
pub fn rows(steps: &[Step]) -> Vec<Vec<String>> {
    steps.iter().map(|(name, words)| vec![(*name).to_owned(), words.clone()]).collect()
}
