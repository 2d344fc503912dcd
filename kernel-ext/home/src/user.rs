//! Folders of the user's, after the XDG base directory specification, and variables that name folders.
//!
//! As that specification asks, a relative folder in one of its variables is ignored.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// Environment variable that names the folder for what can be made again.
pub const CACHE_VARIABLE: &str = "KOVACS_CACHE_DIR";

/// Environment variable with further folders of data packages, separated as in `PATH`.
pub const DATA_PATH_VARIABLE: &str = "KOVACS_DATA_PATH";

/// The folder for what can be made again: `KOVACS_CACHE_DIR`, else `kovacs` in the user's cache. Absolute.
pub fn cache_folder() -> Option<PathBuf> {
    match variable(CACHE_VARIABLE) {
        Some(value) => std::path::absolute(value).ok(),
        None => users_folder("XDG_CACHE_HOME", ".cache"),
    }
}

/// The folder for what the user has added: `kovacs` in `$XDG_DATA_HOME`, by default in `~/.local/share`.
pub fn data_folder() -> Option<PathBuf> {
    users_folder("XDG_DATA_HOME", ".local/share")
}

/// The folder for what the user has decided: `kovacs` in `$XDG_STATE_HOME`, by default in `~/.local/state`.
pub fn state_folder() -> Option<PathBuf> {
    users_folder("XDG_STATE_HOME", ".local/state")
}

/// Variables as a process in another folder must have them to mean the same: relative folders in them are made absolute.
/// Those that are not set are left out.
pub fn for_another_folder() -> Vec<(&'static str, OsString)> {
    let single =
        variable(CACHE_VARIABLE).and_then(|value| std::path::absolute(value).ok()).map(PathBuf::into_os_string);
    let list = variable(DATA_PATH_VARIABLE).and_then(|value| {
        let folders = env::split_paths(&value).filter(|folder| !folder.as_os_str().is_empty());
        let absolute = folders.map(|folder| std::path::absolute(&folder).unwrap_or(folder));
        env::join_paths(absolute).ok()
    });
    [(CACHE_VARIABLE, single), (DATA_PATH_VARIABLE, list)]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

fn users_folder(name: &str, below_home: &str) -> Option<PathBuf> {
    let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute(name).or_else(|| absolute("HOME").map(|home| home.join(below_home)))?;
    Some(base.join("kovacs"))
}

fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}
