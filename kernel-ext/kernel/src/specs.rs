//! Kernels that Jupyter finds: which there are, which of them are ours, and taking one away.

use crate::install::{InstallError, Place};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A kernel that Jupyter finds and that is started as ours are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Spec {
    /// Name by which Jupyter knows it.
    pub name: String,
    /// Name that people see.
    pub display_name: String,
    /// Folder of its description.
    pub folder: PathBuf,
    /// The program that is started, with `{resource_dir}` filled in.
    pub program: PathBuf,
}

#[derive(Deserialize)]
struct Description {
    argv: Vec<String>,
    #[serde(default)]
    display_name: String,
}

/// The kernels of ours in the folders where Jupyter looks, in its order.
pub fn find() -> Vec<Spec> {
    folders().iter().flat_map(|folder| in_folder(folder)).collect()
}

/// The folders of kernels in which Jupyter looks: those of `JUPYTER_PATH`, the user's, the active environment's, the
/// system's.
pub fn folders() -> Vec<PathBuf> {
    let path = std::env::var_os("JUPYTER_PATH").unwrap_or_default();
    let named = std::env::split_paths(&path).filter(|folder| folder.is_absolute()).map(|folder| folder.join("kernels"));
    let places = [Some(Place::User), Place::active_environment()].into_iter().flatten();
    let own = places.filter_map(|place| place.kernels().ok());
    let system = ["/usr/local/share/jupyter/kernels", "/usr/share/jupyter/kernels"].map(PathBuf::from);
    let mut seen = BTreeSet::new();
    named.chain(own).chain(system).filter(|folder| seen.insert(folder.clone())).collect()
}

/// The kernels of ours in a folder of kernels, by name.
pub fn in_folder(kernels: &Path) -> Vec<Spec> {
    let entries = fs::read_dir(kernels).into_iter().flatten().flatten();
    let mut found: Vec<Spec> = entries.filter_map(|entry| read(&entry.path())).collect();
    found.sort_by(|first, second| first.name.cmp(&second.name));
    found
}

/// The description in this folder, if it starts a program as ours is started.
fn read(folder: &Path) -> Option<Spec> {
    let text = fs::read(folder.join("kernel.json")).ok()?;
    let Description { argv, display_name } = serde_json::from_slice(&text).ok()?;
    let program = match argv.as_slice() {
        [program, first, second, ..] if first == "kernel" && second == "run" => program,
        _ => return None,
    };
    let program = PathBuf::from(program.replace("{resource_dir}", &folder.to_string_lossy()));
    let is_ours = program.file_name().is_some_and(|name| name.to_string_lossy().starts_with("kovacs"));
    let name = folder.file_name()?.to_string_lossy().into_owned();
    is_ours.then(|| Spec { name, display_name, folder: folder.to_path_buf(), program })
}

/// Takes the kernel `name` away from a place, and gives its folder.
///
/// # Errors
/// There is none of ours with that name, or its files cannot be removed.
pub fn uninstall(place: &Place, name: &str) -> Result<PathBuf, InstallError> {
    let kernels = place.kernels()?;
    let known = in_folder(&kernels);
    let Some(spec) = known.iter().find(|spec| spec.name == name) else {
        let known = known.into_iter().map(|spec| spec.name).collect();
        return Err(InstallError::NotThere { name: name.to_owned(), kernels, known });
    };
    let refused = |path: &Path| {
        let path = path.to_owned();
        move |source: io::Error| InstallError::File { path, source }
    };
    // The description first, so that Jupyter does not list what is half gone.
    for file in crate::install::FILES.iter().rev() {
        let path = spec.folder.join(file);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(refused(&path)(error)),
            _ => {}
        }
    }
    // Somebody has put more into it, which stays.
    match fs::remove_dir(&spec.folder) {
        Err(error) if error.kind() != io::ErrorKind::DirectoryNotEmpty => Err(refused(&spec.folder)(error)),
        _ => Ok(spec.folder.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::install::{Script, install};

    const SCRIPT: Script<'static> = Script { text: "window.Plotly = Plotly;", licence: "MIT" };

    #[test]
    fn kernels_of_ours_are_listed_and_taken_away_and_others_are_left_alone() {
        let prefix = tempfile::tempdir().unwrap();
        let place = Place::Prefix(prefix.path().to_owned());
        let kernels = place.kernels().unwrap();
        let folder = install(&place, "glass", "Rust for glass", Path::new("/opt/kovacs/bin/kovacs"), SCRIPT).unwrap();
        let other = kernels.join("python3");
        fs::create_dir_all(&other).unwrap();
        fs::write(other.join("kernel.json"), r#"{"argv": ["python", "-m", "ipykernel_launcher"]}"#).unwrap();
        fs::create_dir_all(kernels.join("broken")).unwrap();
        fs::write(kernels.join("broken/kernel.json"), "{").unwrap();

        let found = in_folder(&kernels);
        let expected = Spec {
            name: "glass".to_owned(),
            display_name: "Rust for glass".to_owned(),
            folder: folder.clone(),
            program: "/opt/kovacs/bin/kovacs".into(),
        };
        assert_eq!(found, [expected]);
        let error = uninstall(&place, "python3").unwrap_err().to_string();
        assert!(error.contains("`python3`") && error.contains("`glass`"), "{error}");
        assert_eq!(uninstall(&place, "glass").unwrap(), folder);
        assert!(!folder.exists() && other.exists());
        assert!(in_folder(&kernels).is_empty());
    }

    #[test]
    fn a_description_that_moves_with_its_program_is_read_from_where_it_lies() {
        let prefix = tempfile::tempdir().unwrap();
        let place = Place::Prefix(prefix.path().to_owned());
        let program = Path::new("{resource_dir}/../../../../bin/kovacs");
        let folder = install(&place, "kovacs", "Rust", program, SCRIPT).unwrap();
        let found = in_folder(&place.kernels().unwrap());
        assert_eq!(found[0].program, folder.join("../../../../bin/kovacs"));
    }
}
