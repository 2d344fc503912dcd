//! The shared library of the crates that come with Kovacs, and what the compiler must know about them.
//!
//! cargo compiled them already, for the executable itself; here they are only linked: seconds instead of a quarter of
//! an hour. What is kept is the library, once for all cells of a process (one thread pool, one set of statics), and
//! for the compiler the metadata and the procedural macros, as links to the files of the build where the file system
//! allows. Cells that name none of the crates never touch any of it.
//!
//! An installation carries the folder as it is, and then nothing is linked or kept.
//!
//! The folder's name is a digest of the one library that names all others by their hashes, so it is never changed, and
//! a new build of the crates gets a new folder.

use super::link_line;
use crate::error::SessionError;
use kovacs_home::Home;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

/// The crate that all the others are reached through.
const ROOT: &str = "kovacs_cell_crates";
/// The crates that cells name.
pub(super) const NAMES: [&str; 4] = ["ndarray", "plotly", "polars", "statrs"];
const INDEX: &str = "crates.json";
/// Where the compiler finds the metadata, and the loader the library.
const METADATA: &str = "metadata";

/// What is known about a library that has been made.
#[derive(Debug, Serialize, Deserialize)]
struct Index {
    /// File name of the shared library.
    shared_library: String,
    /// File name of the metadata of each crate that a cell can name.
    crates: BTreeMap<String, String>,
}

/// The crates that come with Kovacs, ready for cells.
#[derive(Debug)]
pub(crate) struct CratesLibrary {
    folder: PathBuf,
    index: Index,
}

impl CratesLibrary {
    /// Metadata of a crate, for the compiler's `--extern`.
    pub(crate) fn metadata(&self, name: &str) -> Option<PathBuf> {
        self.index.crates.get(name).map(|file| self.metadata_folder().join(file))
    }

    /// Where the metadata of everything behind the crates is: the compiler's `-L dependency=`.
    pub(crate) fn metadata_folder(&self) -> PathBuf {
        self.folder.join(METADATA)
    }

    /// The shared library that holds their code.
    pub(crate) fn shared_library(&self) -> PathBuf {
        self.metadata_folder().join(&self.index.shared_library)
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The library for this executable: the one that is installed with it, else one made below `root` if it is not there
    /// yet. `rustc` is the compiler of cells.
    ///
    /// # Errors
    /// The crates were not compiled beside the executable, or by another compiler; or a folder cannot be written.
    pub(crate) fn ensure(root: &Path, executable: &Path, rustc: &Path) -> Result<CratesLibrary, SessionError> {
        if let Some(carried) = CratesLibrary::carried(executable) {
            return Ok(carried);
        }
        let builds = Build::find(executable)?;
        let mut refusals = Vec::new();
        for build in &builds {
            let folder = root.join(build.key(rustc)?);
            if let Some(made) = CratesLibrary::open(&folder) {
                return Ok(made);
            }
            fs::create_dir_all(root).map_err(SessionError::file("create", root))?;
            // Two sessions that need it at once make it once.
            let lock = root.join("lock");
            let locked = File::create(&lock).and_then(|file| file.lock().map(|()| file));
            let _locked = locked.map_err(SessionError::file("lock", &lock))?;
            if let Some(made) = CratesLibrary::open(&folder) {
                return Ok(made);
            }
            match build.publish(root, &folder, rustc) {
                Err(SessionError::CellCrates { message }) => refusals.push(message),
                other => return other,
            }
        }
        Err(SessionError::CellCrates { message: refusals.join("\n") })
    }

    /// Changes whenever one of the crates or the compiler does; `None` if they were not compiled.
    pub(crate) fn key(executable: &Path, rustc: &Path) -> Option<String> {
        if let Some(carried) = CratesLibrary::carried(executable) {
            // What is compiled for cells names the place, so an installation that was moved needs it anew.
            return Some(carried.shared_library().display().to_string());
        }
        Build::find(executable).ok()?.first()?.key(rustc).ok()
    }

    /// The library that an installation has with it.
    fn carried(executable: &Path) -> Option<CratesLibrary> {
        CratesLibrary::open(&Home::of(executable.parent()?).crates()?)
    }

    /// The library in a folder, if there is a whole one.
    fn open(folder: &Path) -> Option<CratesLibrary> {
        let index = serde_json::from_slice(&fs::read(folder.join(INDEX)).ok()?).ok()?;
        Some(CratesLibrary { folder: folder.to_owned(), index })
    }
}

/// The crates as cargo left them.
struct Build {
    root_library: PathBuf,
    /// Where all the others are.
    folder: PathBuf,
}

impl Build {
    /// The builds beside an executable, the latest first.
    fn find(executable: &Path) -> Result<Vec<Build>, SessionError> {
        let beside = executable.parent().unwrap_or(executable);
        // A test's executable lies among the libraries, a program's above them.
        let folder = if beside.ends_with("deps") { beside.to_owned() } else { beside.join("deps") };
        let mut found: Vec<(SystemTime, Build)> = fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| is_library_of(&entry.file_name().to_string_lossy(), ROOT))
            .filter_map(|entry| {
                let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok()?;
                Some((modified, Build { root_library: entry.path(), folder: folder.clone() }))
            })
            .collect();
        if found.is_empty() {
            let message = format!("they are not in {}", folder.display());
            return Err(SessionError::CellCrates { message });
        }
        found.sort_by_key(|(modified, _)| std::cmp::Reverse(*modified));
        Ok(found.into_iter().map(|(_, build)| build).collect())
    }

    /// Changes whenever one of the crates or the compiler does: the root library names all others by their hashes.
    fn key(&self, rustc: &Path) -> Result<String, SessionError> {
        let mut digest = Sha256::new();
        digest.update(include_str!("library.rs"));
        digest.update(rustc.as_os_str().as_encoded_bytes());
        digest.update(fs::read(&self.root_library).map_err(SessionError::file("read", &self.root_library))?);
        Ok(hex::encode(&digest.finalize()[..8]))
    }

    fn publish(&self, root: &Path, folder: &Path, rustc: &Path) -> Result<CratesLibrary, SessionError> {
        let new = tempfile::tempdir_in(root).map_err(SessionError::file("create a folder in", root))?;
        let metadata = new.path().join(METADATA);
        fs::create_dir(&metadata).map_err(SessionError::file("create", &metadata))?;
        // The name is what the loader knows the library by: two of one name in a process would be one.
        let key = folder.file_name().unwrap_or_default().to_string_lossy();
        let library = format!("libkovacs_crates-{key}.so");
        let linked = self.link(&metadata.join(&library), &key, rustc)?;
        let mut crates = BTreeMap::new();
        for file in linked.iter().map(|file| file.with_extension("rmeta")) {
            let Some(file_name) = file.file_name() else { continue };
            keep(&file, &metadata.join(file_name))?;
            let file_name = file_name.to_string_lossy();
            let is_named = |name: &&&str| is_library_of(&file_name.replace(".rmeta", ".rlib"), name);
            if let Some(name) = NAMES.iter().find(is_named) {
                crates.insert((*name).to_owned(), file_name.into_owned());
            }
        }
        if let Some(missing) = NAMES.iter().find(|name| !crates.contains_key(**name)) {
            return Err(SessionError::CellCrates { message: format!("`{missing}` is not among what was linked") });
        }
        let index = Index { shared_library: library, crates };
        let made = CratesLibrary { folder: new.path().to_owned(), index };
        self.keep_macros(&made, rustc)?;
        let text = serde_json::to_vec_pretty(&made.index).map_err(|error| refused(&error.to_string()))?;
        let file = new.path().join(INDEX);
        fs::write(&file, text).map_err(SessionError::file("write", &file))?;
        let new = new.keep();
        fs::rename(&new, folder).map_err(SessionError::file("create", folder))?;
        Ok(CratesLibrary { folder: folder.to_owned(), ..made })
    }

    /// Links the shared library; gives the libraries that went into it.
    fn link(&self, destination: &Path, key: &str, rustc: &Path) -> Result<Vec<PathBuf>, SessionError> {
        let source = destination.with_extension("rs");
        fs::write(&source, format!("pub use {ROOT}::*;\n")).map_err(SessionError::file("write", &source))?;
        let mut command = Command::new(rustc);
        command
            .arg(&source)
            .args(["--crate-name", "kovacs_crates", "--crate-type", "dylib", "--edition", "2024"])
            .args(["-Cprefer-dynamic", "-Cstrip=symbols", "--print", "link-args"])
            .arg(format!("-Cmetadata={key}"))
            .arg(extern_argument(ROOT, &self.root_library))
            .arg(dependency_argument(&self.folder))
            .arg(emit_argument("link", destination))
            .arg(emit_argument("metadata", &destination.with_extension("rmeta")));
        let output = run(&mut command, rustc)?;
        if !output.status.success() {
            return Err(refused(&String::from_utf8_lossy(&output.stderr)));
        }
        fs::remove_file(&source).map_err(SessionError::file("remove", &source))?;
        Ok(link_line::libraries(&String::from_utf8_lossy(&output.stdout)))
    }

    /// Adds the procedural macros without which the compiler does not accept the metadata: it says which are missing.
    fn keep_macros(&self, made: &CratesLibrary, rustc: &Path) -> Result<(), SessionError> {
        let source = made.folder.join("trial.rs");
        let text: String = NAMES.iter().map(|name| format!("extern crate {name};\n")).collect();
        fs::write(&source, text).map_err(SessionError::file("write", &source))?;
        let trial = made.folder.join("trial.rmeta");
        let mut kept = BTreeSet::new();
        loop {
            let mut command = Command::new(rustc);
            command
                .arg(&source)
                .args(["--crate-name", "trial", "--crate-type", "lib", "--edition", "2024", "--emit=metadata"])
                .arg("--error-format=json")
                .arg(dependency_argument(&made.metadata_folder()))
                .arg("-o")
                .arg(&trial);
            for name in NAMES {
                if let Some(file) = made.metadata(name) {
                    command.arg(extern_argument(name, &file));
                }
            }
            let output = run(&mut command, rustc)?;
            if output.status.success() {
                break;
            }
            let messages = String::from_utf8_lossy(&output.stderr);
            let missing: Vec<String> = missing_crates(&messages).filter(|name| !kept.contains(name)).collect();
            if missing.is_empty() {
                return Err(refused(&messages));
            }
            for name in missing {
                self.keep_macros_called(&name, &made.metadata_folder())?;
                kept.insert(name);
            }
        }
        for file in [source, trial] {
            fs::remove_file(&file).map_err(SessionError::file("remove", &file))?;
        }
        Ok(())
    }

    fn keep_macros_called(&self, name: &str, destination: &Path) -> Result<(), SessionError> {
        let entries = fs::read_dir(&self.folder).map_err(SessionError::file("list", &self.folder))?;
        for entry in entries.flatten() {
            let file_name = entry.file_name();
            if is_library_of(&file_name.to_string_lossy().replace(".so", ".rlib"), name) {
                keep(&entry.path(), &destination.join(&file_name))?;
            }
        }
        Ok(())
    }
}

/// Whether a file is `lib<name>-<hash>.rlib`.
fn is_library_of(file: &str, name: &str) -> bool {
    file.strip_prefix("lib")
        .and_then(|rest| rest.strip_prefix(name))
        .and_then(|rest| rest.strip_prefix('-'))
        .and_then(|rest| rest.strip_suffix(".rlib"))
        .is_some_and(|hash| hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Names in the compiler's complaints that a crate cannot be found.
fn missing_crates(messages: &str) -> impl Iterator<Item = String> {
    #[derive(Deserialize)]
    struct Message {
        message: String,
        code: Option<Code>,
    }
    #[derive(Deserialize)]
    struct Code {
        code: String,
    }
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok())
        .filter(|message| message.code.as_ref().is_some_and(|code| code.code == "E0463"))
        .filter_map(|message| message.message.split('`').nth(1).map(str::to_owned))
}

/// A second name for a file of the build, or a copy where that is not possible. Files of this workspace are copied: a
/// later build may write them in place.
fn keep(file: &Path, destination: &Path) -> Result<(), SessionError> {
    let is_own = file.file_name().is_some_and(|name| name.to_string_lossy().contains("kovacs"));
    if !is_own && fs::hard_link(file, destination).is_ok() {
        return Ok(());
    }
    fs::copy(file, destination).map(drop).map_err(SessionError::file("copy", file))
}

pub(super) fn emit_argument(kind: &str, file: &Path) -> String {
    format!("--emit={kind}={}", file.display())
}

pub(super) fn extern_argument(name: &str, file: &Path) -> String {
    format!("--extern={name}={}", file.display())
}

pub(super) fn dependency_argument(folder: &Path) -> String {
    format!("-Ldependency={}", folder.display())
}

pub(super) fn run(command: &mut Command, rustc: &Path) -> Result<Output, SessionError> {
    command.output().map_err(SessionError::file("run", rustc))
}

pub(super) fn refused(message: &str) -> SessionError {
    SessionError::CellCrates { message: message.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_told_from_others_whose_names_begin_alike() {
        assert!(is_library_of("libpolars-e7ab22b009b78860.rlib", "polars"));
        assert!(!is_library_of("libpolars_core-e7ab22b009b78860.rlib", "polars"));
        assert!(!is_library_of("libpolars-core-e7ab22.rlib", "polars"));
        assert!(!is_library_of("libpolars-e7ab22b009b78860.rmeta", "polars"));
    }

    #[test]
    fn missing_crates_are_read_from_the_messages() {
        let messages = "not json\n\
            {\"message\":\"can't find crate for `paste` which `polars_x` depends on\",\"code\":{\"code\":\"E0463\"}}\n\
            {\"message\":\"mismatched types `u8`\",\"code\":{\"code\":\"E0308\"}}\n\
            {\"message\":\"aborting\",\"code\":null}";
        assert_eq!(Vec::from_iter(missing_crates(messages)), ["paste"]);
    }

    /// The compiler itself: rustup's stand-in for it needs a folder and an environment.
    fn rustc() -> PathBuf {
        let output = Command::new("rustc").args(["--print", "sysroot"]).output().expect("there is a compiler");
        Path::new(String::from_utf8_lossy(&output.stdout).trim()).join("bin/rustc")
    }

    #[test]
    fn the_crates_of_this_build_are_linked_once_and_a_cell_that_names_them_compiles() {
        let folder = tempfile::tempdir().expect("a folder");
        let executable = std::env::current_exe().expect("a test is a program");
        let ensure = || CratesLibrary::ensure(folder.path(), &executable, &rustc()).expect("they were built");
        let first = ensure();
        let made = || fs::metadata(first.shared_library()).and_then(|file| file.modified()).expect("a library");
        let time = made();
        assert_eq!(first.shared_library(), ensure().shared_library());
        assert_eq!(time, made(), "the second time it is there");
        let source = folder.path().join("cell.rs");
        fs::write(
            &source,
            "use polars::prelude::*;\npub fn mean() -> PolarsResult<DataFrame> {\n    \
             df!(\"a\" => [1, 2])?.lazy().group_by([col(\"a\")]).agg([len()]).collect()\n}\n",
        )
        .expect("written");
        let polars = first.metadata("polars").expect("a name that cells use");
        let output = Command::new(rustc())
            .arg(&source)
            .args(["--crate-type", "cdylib", "--edition", "2024", "--emit=obj", "-Cprefer-dynamic"])
            .arg(extern_argument("polars", &polars))
            .arg(dependency_argument(&first.metadata_folder()))
            .arg("-o")
            .arg(folder.path().join("cell.o"))
            .output()
            .expect("the compiler runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    #[test]
    fn without_a_build_the_error_says_where_it_was_looked_for_and_what_makes_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let executable = folder.path().join("kovacs");
        let error =
            CratesLibrary::ensure(folder.path(), &executable, Path::new("rustc")).expect_err("there is nothing");
        let text = error.to_string();
        assert!(text.contains("deps") && text.contains("cargo build"), "{text}");
    }
}
