//! Where model libraries are looked for, and in which order.
//!
//! A bare name never reaches the system loader's own search path, and a relative folder is never followed. What a
//! person named comes first, then what they are building, then what they installed, then what came with the program:
//! the nearer to the user's hand, the earlier. Projects in which models are written are remembered in the trust store,
//! so a model that was just built is found from any folder.

use kovacs_home::Home;
use std::env::{self, consts};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Environment variable with folders (or libraries) to search first, separated as in `PATH`.
pub const SEARCH_PATH_VARIABLE: &str = "KOVACS_MODEL_PATH";

/// What a library's file name has between the platform's prefix and the model's name.
const LIBRARY_INFIX: &str = "kovacs_model_";

/// Why a place is searched; decides how strictly its files are judged, and whether they need an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    /// Named by the user in [`SEARCH_PATH_VARIABLE`], or a path given outright.
    Named,
    /// Where cargo puts what is built in a project: `target/kovacs/models`, `target/release`, `target/debug`.
    Project,
    /// `$XDG_DATA_HOME/kovacs/models`: what the user installed for themselves.
    User,
    /// Built together with the running program: `deps` in its own folder, and that folder. Whoever can write there can replace
    /// the program itself, so loose permissions are a warning and not a refusal, and no approval is asked for.
    Built,
    /// `../lib/kovacs/models`, where an installation puts them: approved with the program.
    Installed,
}

/// A folder in which libraries are looked for, or one library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Why it is searched.
    pub kind: PlaceKind,
    /// Folder or library.
    pub path: PathBuf,
}

/// What the order of places depends on.
#[derive(Debug, Default)]
pub(crate) struct Surroundings {
    /// What came with the running program.
    pub(crate) home: Option<Home>,
    /// Value of [`SEARCH_PATH_VARIABLE`].
    pub(crate) search_path: Option<OsString>,
    /// Folder the program works in.
    pub(crate) current_folder: Option<PathBuf>,
    /// Folders of projects in which the user writes models.
    pub(crate) projects: Vec<PathBuf>,
    /// Where cargo puts the builds of all projects, if the user has set one place for them.
    pub(crate) shared_target: Option<PathBuf>,
    /// The folder for what the user has added.
    pub(crate) data_folder: Option<PathBuf>,
}

impl Surroundings {
    /// The places, in the order of search; each folder once, under its most trusted kind.
    pub(crate) fn places(self) -> Vec<Place> {
        let mut places = Vec::new();
        let search_path = self.search_path.unwrap_or_default();
        let named = env::split_paths(&search_path).filter(|path| !path.as_os_str().is_empty());
        places.extend(named.map(|path| Place { kind: PlaceKind::Named, path }));

        let around = self.current_folder.iter().flat_map(|folder| folder.ancestors());
        let around = around.filter(|folder| folder.join("Cargo.toml").is_file()).map(Path::to_path_buf);
        let targets = around.chain(self.projects).map(|project| project.join("target")).chain(self.shared_target);
        // What this program was built with lies in places of its own; another profile of it is no model of the user's.
        let program_folder = self.home.as_ref().and_then(Home::program_folder);
        let foreign = targets.filter(|target| program_folder.is_none_or(|own| !own.starts_with(target)));
        for folder in foreign.flat_map(|target| build_folders(&target)) {
            if folder.is_dir() && places.iter().all(|place| place.path != folder) {
                places.push(Place { kind: PlaceKind::Project, path: folder });
            }
        }
        places.extend(self.data_folder.map(|folder| Place { kind: PlaceKind::User, path: folder.join("models") }));
        places.extend(self.home.into_iter().flat_map(|home| {
            let kind = if home.prefix().is_some() { PlaceKind::Installed } else { PlaceKind::Built };
            home.models().into_iter().map(move |path| Place { kind, path })
        }));
        places
    }
}

/// Where cargo puts the libraries of projects below its target folder: the profile that was built last comes first, since that is the code
/// which the author has in mind.
fn build_folders(target: &Path) -> Vec<PathBuf> {
    let mut profiles = [target.join("release"), target.join("debug")].map(|folder| (last_build(&folder), folder));
    profiles.sort_by_key(|(built, _)| std::cmp::Reverse(*built));
    std::iter::once(target.join("kovacs").join("models")).chain(profiles.map(|(_, folder)| folder)).collect()
}

/// When a model library was last written into this folder.
fn last_build(folder: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    entries
        .filter(|entry| is_library_name(&entry.path()))
        .filter_map(|entry| entry.metadata().ok()?.modified().ok())
        .max()
}

/// Where cargo puts the builds of all projects, if the user has set one place for them.
pub(crate) fn shared_target() -> Option<PathBuf> {
    env::var_os("CARGO_TARGET_DIR").map(PathBuf::from).filter(|path| path.is_absolute())
}

/// File name of the library of a model on this platform: `libkovacs_model_aoi.so`.
pub(crate) fn library_name(model: &str) -> String {
    format!("{}{LIBRARY_INFIX}{model}{}", consts::DLL_PREFIX, consts::DLL_SUFFIX)
}

/// The model that a library's file name speaks of: `aoi` of `libkovacs_model_aoi.so`.
pub(crate) fn model_of_library(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    let stem = name.strip_prefix(consts::DLL_PREFIX)?.strip_suffix(consts::DLL_SUFFIX)?;
    stem.strip_prefix(LIBRARY_INFIX).filter(|model| !model.is_empty())
}

/// Whether a file of this name is taken for a model library.
pub(crate) fn is_library_name(path: &Path) -> bool {
    model_of_library(path).is_some()
}

#[cfg(test)]
mod tests {
    use super::PlaceKind::{Built, Installed, Named, Project, User};
    use super::*;
    use std::fs;

    fn found(places: &[Place]) -> Vec<(PlaceKind, PathBuf)> {
        places.iter().map(|place| (place.kind, place.path.clone())).collect()
    }

    #[test]
    fn what_is_nearer_to_the_users_hand_comes_first() {
        let home = tempfile::tempdir().unwrap();
        let crate_folder = home.path().join("mine");
        let built = crate_folder.join("target").join("debug");
        let elsewhere = home.path().join("elsewhere");
        let other_built = elsewhere.join("target").join("release");
        let shared = home.path().join("builds");
        fs::create_dir_all(shared.join("kovacs").join("models")).unwrap();
        fs::create_dir_all(&built).unwrap();
        fs::create_dir_all(&other_built).unwrap();
        fs::create_dir_all(crate_folder.join("notebooks")).unwrap();
        fs::write(crate_folder.join("Cargo.toml"), "").unwrap();
        let surroundings = |program: Home| Surroundings {
            home: Some(program),
            search_path: Some(env::join_paths(["/models", "", "relative"]).unwrap()),
            current_folder: Some(crate_folder.join("notebooks")),
            projects: vec![elsewhere.clone(), crate_folder.clone()],
            shared_target: Some(shared.clone()),
            data_folder: Some("/home/me/.local/share/kovacs".into()),
        };
        let of_user = [
            (Named, "/models".into()),
            (Named, "relative".into()),
            (Project, built),
            (Project, other_built),
            (Project, shared.join("kovacs").join("models")),
            (User, "/home/me/.local/share/kovacs/models".into()),
        ];
        let expected = |own: &[(PlaceKind, PathBuf)]| [&of_user, own].concat();
        let in_workspace = found(&surroundings(Home::of(Path::new("/builds/debug"))).places());
        let own = [(Built, "/builds/debug/deps".into()), (Built, "/builds/debug".into())];
        assert_eq!(in_workspace, expected(&own));
        let installed = found(&surroundings(Home::installed(Path::new("/opt/kovacs"))).places());
        assert_eq!(installed, expected(&[(Installed, "/opt/kovacs/lib/kovacs/models".into())]));
        assert!(Surroundings::default().places().is_empty());
    }

    #[test]
    fn the_folder_of_the_program_stays_its_own_inside_a_project() {
        let home = tempfile::tempdir().unwrap();
        let built = home.path().join("target").join("debug");
        fs::create_dir_all(&built).unwrap();
        fs::write(home.path().join("Cargo.toml"), "").unwrap();
        let surroundings = Surroundings {
            home: Some(Home::of(&built)),
            current_folder: Some(home.path().to_path_buf()),
            ..Surroundings::default()
        };
        assert!(surroundings.places().iter().all(|place| place.kind != Project));
    }

    #[test]
    fn the_profile_built_last_comes_first() {
        let home = tempfile::tempdir().unwrap();
        let write = |profile: &str, age: u64| {
            let folder = home.path().join("target").join(profile);
            fs::create_dir_all(&folder).unwrap();
            let file = fs::File::create(folder.join(library_name("mine"))).unwrap();
            file.set_modified(SystemTime::now() - std::time::Duration::from_secs(age)).unwrap();
            folder
        };
        let (release, debug) = (write("release", 3600), write("debug", 60));
        assert_eq!(build_folders(&home.path().join("target"))[1..], [debug.clone(), release.clone()]);
        write("release", 1);
        assert_eq!(build_folders(&home.path().join("target"))[1..], [release, debug]);
    }

    #[test]
    fn a_model_library_is_known_by_its_name() {
        assert_eq!(model_of_library(&Path::new("/models").join(library_name("aoi"))), Some("aoi"));
        assert!(!is_library_name(Path::new("/models/libserde-1.so")));
        assert!(!is_library_name(Path::new("/models").join(library_name("")).as_path()));
    }
}
