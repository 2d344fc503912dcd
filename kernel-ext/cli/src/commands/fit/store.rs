//! Finished fits, kept in the user's cache under the digest of everything that they depend on.
//!
//! A store that cannot be read or written costs a computation and is no failure.

use kovacs_core::model::ModelDescription;
use kovacs_datasets::sha256;
use kovacs_fit::estimate::{FitData, FitOptions, FitResult, Parameters};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Changes when a fit of the same inputs would give another result.
const VERSION: u32 = 2;

/// Digest of data, parameters, options and model; the number of threads changes nothing.
pub fn key(
    data: &FitData,
    parameters: &Parameters,
    options: &FitOptions,
    model: &ModelDescription,
    settings: &[f64],
) -> String {
    let options = FitOptions { threads: NonZeroUsize::MIN, ..options.clone() };
    let model = (&model.id, &model.version, &model.digest, settings);
    // Every number is printed with all its digits, so equal texts are equal inputs.
    sha256(format!("{VERSION} {data:?} {parameters:?} {options:?} {model:?}").as_bytes())
}

/// The fit with this key, if it was made before.
pub fn find(key: &str) -> Option<FitResult> {
    let text = std::fs::read_to_string(path(key)?).ok()?;
    serde_json::from_str(&text).ok()
}

/// Keeps a fit.
pub fn keep(key: &str, result: &FitResult) {
    if let (Some(path), Ok(bytes)) = (path(key), serde_json::to_vec(result)) {
        // A full disk costs the next user of this fit its computation.
        drop(kovacs_runner::replace_file(&path, &bytes));
    }
}

fn path(key: &str) -> Option<PathBuf> {
    Some(kovacs_home::cache_folder()?.join("fits").join(format!("{key}.json")))
}
