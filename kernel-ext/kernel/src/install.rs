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
    /// There is no kernel of ours with this name.
    #[error("there is no kernel `{name}` of Kovacs in {}{}", kernels.display(), others(known))]
    NotThere {
        /// The name.
        name: String,
        /// Where it was sought.
        kernels: PathBuf,
        /// The kernels of ours that are there.
        known: Vec<String>,
    },
    /// A file cannot be written or removed.
    #[error("cannot change {}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Name of the kernel where nobody asks for another.
pub const NAME: &str = "kovacs";

/// What people see as the name of the kernel `name`, where nobody asks for another.
pub fn display_name(name: &str) -> String {
    if name == NAME { "Rust (Kovacs)".to_owned() } else { format!("Rust (Kovacs, {name})") }
}

/// plotly.js, which a front end loads from the folder of the kernelspec: figures need no network then.
#[derive(Clone, Copy, Debug)]
pub struct Script<'a> {
    /// The script.
    pub text: &'a str,
    /// Its licence.
    pub licence: &'a str,
}

/// The files of a kernelspec; the one that makes it complete is the last.
pub(crate) const FILES: [&str; 6] =
    ["logo-svg.svg", "logo-32x32.png", "logo-64x64.png", "plotly.min.js", "plotly-LICENSE.txt", "kernel.json"];

/// The variable in which a kernel, and what is started in it, finds the name by which Jupyter knows it.
pub const NAME_VARIABLE: &str = "KOVACS_KERNEL_NAME";

/// The files of the kernelspec `name` that starts `program`, in the order in which to write them.
pub fn files(name: &str, display_name: &str, program: &str, script: Script<'_>) -> Vec<(&'static str, Vec<u8>)> {
    let specification = json!({
        "argv": [program, "kernel", "run", "--connection-file", "{connection_file}"],
        "display_name": display_name,
        "language": "rust",
        "interrupt_mode": "message",
        "kernel_protocol_version": "5.5",
        "env": { NAME_VARIABLE: name },
        "metadata": { "debugger": true },
    });
    let contents = [
        LOGO.as_bytes().to_vec(),
        LOGO_32.to_vec(),
        LOGO_64.to_vec(),
        script.text.as_bytes().to_vec(),
        script.licence.as_bytes().to_vec(),
        format!("{specification:#}\n").into_bytes(),
    ];
    FILES.into_iter().zip(contents).collect()
}

fn others(known: &[String]) -> String {
    let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    if known.is_empty() { String::new() } else { format!("; there is {}", known.join(", ")) }
}

/// Writes the kernelspec `name`, shown as `display_name`, which starts `executable`, and gives its folder.
///
/// # Errors
/// The name is none, or the folder cannot be written.
pub fn install(
    place: &Place,
    name: &str,
    display_name: &str,
    executable: &Path,
    script: Script<'_>,
) -> Result<PathBuf, InstallError> {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(allowed) {
        return Err(InstallError::Name(name.to_owned()));
    }
    let folder = place.kernels()?.join(name);
    std::fs::create_dir_all(&folder).map_err(|source| InstallError::File { path: folder.clone(), source })?;
    for (file, content) in files(name, display_name, &executable.to_string_lossy(), script) {
        write(&folder.join(file), &content)?;
    }
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

    const SCRIPT: Script<'static> = Script { text: "window.Plotly = Plotly;", licence: "MIT" };

    #[test]
    fn a_kernel_is_installed_with_its_logos_and_again_without_harm() {
        let prefix = tempfile::tempdir().expect("a folder");
        let place = Place::Prefix(prefix.path().to_owned());
        for _ in 0..2 {
            let folder =
                install(&place, "glass", &display_name("glass"), Path::new("/opt/kovacs"), SCRIPT).expect("installed");
            let text = std::fs::read_to_string(folder.join("kernel.json")).expect("a file");
            let specification: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(specification["argv"][0], "/opt/kovacs");
            assert_eq!(specification["interrupt_mode"], "message");
            assert_eq!(specification["env"]["KOVACS_KERNEL_NAME"], "glass");
            assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), FILES.len());
            let png = std::fs::read(folder.join("logo-64x64.png")).expect("a logo");
            assert!(png.starts_with(b"\x89PNG"));
        }
    }

    #[test]
    fn names_that_jupyter_does_not_find_are_refused() {
        let prefix = tempfile::tempdir().expect("a folder");
        for name in ["", "../up", "a b", ".hidden"] {
            let refused = install(&Place::Prefix(prefix.path().to_owned()), name, name, Path::new("kovacs"), SCRIPT);
            assert!(matches!(refused, Err(InstallError::Name(_))), "{name}");
        }
    }
}
