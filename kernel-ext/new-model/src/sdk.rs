//! Where the sources are that a model in Rust is built on.
//!
//! They are not published, so a crate names their folder: the one that the user names, else the one that came with the
//! program.

use crate::NewModelError;
use kovacs_home::Home;
use std::env;
use std::path::{Path, PathBuf};

/// Environment variable that names the folder of the SDK.
pub const SDK_VARIABLE: &str = "KOVACS_SDK";

/// The folder with `core` and `sdk`, absolute.
///
/// # Errors
/// There is none; with `named` only that folder counts.
pub fn find_sdk(named: Option<&Path>) -> Result<PathBuf, NewModelError> {
    let variable = env::var_os(SDK_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    let candidates = match named.map(Path::to_path_buf).or(variable) {
        Some(folder) => vec![folder],
        None => vec![Home::find().sdk()],
    };
    let is_sdk = |folder: &&PathBuf| ["core", "sdk"].iter().all(|part| folder.join(part).join("Cargo.toml").is_file());
    let found = candidates.iter().find(is_sdk).and_then(|folder| folder.canonicalize().ok());
    found.ok_or(NewModelError::NoSdk { sought: candidates })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sources_of_this_build_are_found_and_a_wrong_folder_is_named() {
        assert!(find_sdk(None).unwrap().join("sdk/src/lib.rs").is_file());
        let error = find_sdk(Some(Path::new("/nowhere"))).unwrap_err().to_string();
        assert!(error.contains("sought in `/nowhere`") && error.contains("--sdk"), "{error}");
    }
}
