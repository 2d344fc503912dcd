//! The kernelspec: how Jupyter learns of the kernel.

use serde_json::json;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Drawn once, as text; front ends take the vector form where they can.
const LOGO: &str = include_str!("../resources/logo-svg.svg");
const LOGO_32: &[u8] = include_bytes!("../resources/logo-32x32.png");
const LOGO_64: &[u8] = include_bytes!("../resources/logo-64x64.png");

/// For whom the kernel is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// The current user.
    User,
    /// Everybody whose Jupyter looks under this prefix.
    Prefix(PathBuf),
}

impl Place {
    /// The prefix of the active Python environment.
    pub fn active_environment() -> Option<Place> {
        ["VIRTUAL_ENV", "CONDA_PREFIX"]
            .iter()
            .find_map(std::env::var_os)
            .filter(|prefix| !prefix.is_empty())
            .map(|prefix| Place::Prefix(prefix.into()))
    }

    /// The folder of all kernels there.
    ///
    /// # Errors
    /// The user has no home.
    pub fn kernels(&self) -> Result<PathBuf, InstallError> {
        let data = match self {
            Place::Prefix(prefix) => prefix.join("share/jupyter"),
            Place::User => user_data_folder().ok_or(InstallError::NoHome)?,
        };
        Ok(data.join("kernels"))
    }
}

/// Why the kernel cannot be installed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// There is no home folder.
    #[error("no folder for the current user's kernels: set `JUPYTER_DATA_DIR` or `HOME`, or name a prefix")]
    NoHome,
    /// Jupyter would not find a kernel of this name.
    #[error("`{0}` cannot be the name of a kernel: letters, digits, `.`, `_` and `-` are allowed")]
    Name(String),
    /// A file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Writes the kernelspec `name`, which starts `executable`, and gives its folder.
///
/// # Errors
/// The name is none, or the folder cannot be written.
pub fn install(place: &Place, name: &str, executable: &Path) -> Result<PathBuf, InstallError> {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(allowed) {
        return Err(InstallError::Name(name.to_owned()));
    }
    let folder = place.kernels()?.join(name);
    std::fs::create_dir_all(&folder).map_err(|source| InstallError::File { path: folder.clone(), source })?;
    let specification = json!({
        "argv": [executable, "kernel", "run", "--connection-file", "{connection_file}"],
        "display_name": if name == "kovacs" { "Rust (Kovacs)".to_owned() } else { format!("Rust (Kovacs, {name})") },
        "language": "rust",
        "interrupt_mode": "message",
        "kernel_protocol_version": "5.5",
        "metadata": { "debugger": true },
    });
    write(&folder.join("logo-svg.svg"), LOGO.as_bytes())?;
    write(&folder.join("logo-32x32.png"), LOGO_32)?;
    write(&folder.join("logo-64x64.png"), LOGO_64)?;
    // Last: what Jupyter lists is complete.
    write(&folder.join("kernel.json"), format!("{specification:#}\n").as_bytes())?;
    Ok(folder)
}

/// Under a temporary name first: Jupyter may read at any time.
fn write(path: &Path, content: &[u8]) -> Result<(), InstallError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let done = tempfile::Builder::new().permissions(readable_by_all()).tempfile_in(folder).and_then(|mut file| {
        file.write_all(content)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    });
    done.map_err(|source| InstallError::File { path: path.to_owned(), source })
}

fn readable_by_all() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o644)
}

/// Where Jupyter looks for what belongs to the user.
fn user_data_folder() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = variable("JUPYTER_DATA_DIR") {
        return Some(folder);
    }
    if cfg!(target_os = "macos") {
        return variable("HOME").map(|home| home.join("Library/Jupyter"));
    }
    variable("XDG_DATA_HOME")
        .or_else(|| variable("HOME").map(|home| home.join(".local/share")))
        .map(|data| data.join("jupyter"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_is_installed_with_its_logos_and_again_without_harm() {
        let prefix = tempfile::tempdir().expect("a folder");
        let place = Place::Prefix(prefix.path().to_owned());
        for _ in 0..2 {
            let folder = install(&place, "glass", Path::new("/opt/kovacs")).expect("installed");
            let text = std::fs::read_to_string(folder.join("kernel.json")).expect("a file");
            let specification: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(specification["argv"][0], "/opt/kovacs");
            assert_eq!(specification["interrupt_mode"], "message");
            assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 4);
            let png = std::fs::read(folder.join("logo-64x64.png")).expect("a logo");
            assert!(png.starts_with(b"\x89PNG"));
        }
    }

    #[test]
    fn names_that_jupyter_does_not_find_are_refused() {
        let prefix = tempfile::tempdir().expect("a folder");
        for name in ["", "../up", "a b", ".hidden"] {
            let refused = install(&Place::Prefix(prefix.path().to_owned()), name, Path::new("kovacs"));
            assert!(matches!(refused, Err(InstallError::Name(_))), "{name}");
        }
    }
}
