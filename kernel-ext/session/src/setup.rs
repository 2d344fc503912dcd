//! What all sessions share, made once: the prelude, as sources and compiled; a slim view of the standard library; the
//! session's cargo, and what it answers.
//!
//! Type inference reads the sources of everything a cell can name. The full standard library is 39 MB of them and
//! costs 3.6 s at every start; `core`, `alloc` and `std` without tests and without the processor intrinsics are
//! 13 MB.
//!
//! The folder's name is a digest of everything that can make it stale, so it is never changed, only replaced, and
//! it appears whole, by a rename: sessions of several users may start, and make it, at the same time.

use crate::cargo::toolchain::Toolchain;
use crate::cargo::{prelude, tools};
use crate::crates::{self, CratesLibrary};
use crate::engine_process::{Launch, record_answers};
use crate::error::SessionError;
use crate::session::SessionOptions;
use kovacs_cell_cargo::Extern;
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

mod sources {
    include!(concat!(env!("OUT_DIR"), "/prelude_sources.rs"));
}

/// Crates of the standard library that type inference needs.
const STANDARD_CRATES: [&str; 3] = ["core", "alloc", "std"];
/// Folders in them that it does not.
const UNNEEDED: [&str; 4] = ["tests", "benches", "stdarch", "backtrace"];

/// How far a set-up is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The step that begins now, from 1.
    pub step: usize,
    /// How many there are.
    pub of: usize,
    /// What is done in it.
    pub what: &'static str,
}

impl fmt::Display for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (once; {} of {})", self.what, self.step, self.of)
    }
}

const STEPS: [&str; 4] = [
    "preparing the sources that cells see",
    "compiling the prelude for cells",
    "linking polars, ndarray, plotly and statrs for cells",
    "asking the compiler what every session will ask",
];

/// Where the shared parts are.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    folder: PathBuf,
    key: String,
    /// Crates of others that cells can name, or why they cannot.
    crates: Result<Arc<CratesLibrary>, String>,
}

/// Why the crates of others are not there, in the set-up's folder.
const NO_CRATES: &str = "no-crates";

impl Setup {
    /// Folder of the crate `kovacs`.
    pub(crate) fn prelude(&self) -> PathBuf {
        self.folder.join("prelude/kovacs")
    }

    /// The standard library as type inference sees it.
    pub(crate) fn standard_library(&self) -> PathBuf {
        self.folder.join("library")
    }

    /// A standard library in which nothing is: for the time until types must be inferred.
    pub(crate) fn empty_library(&self) -> PathBuf {
        self.folder.join("empty-library")
    }

    /// The folder whose `bin` holds the session's cargo.
    pub(crate) fn tools(&self) -> PathBuf {
        self.folder.join("tools")
    }

    /// What the session's cargo answers without asking anybody.
    pub(crate) fn answers(&self) -> PathBuf {
        self.folder.join("answers")
    }

    /// The crates that cells can name, the prelude first.
    pub(crate) fn externs(&self) -> Vec<Extern> {
        let mut externs = vec![prelude::described(&self.folder, &self.key)];
        if let Ok(library) = &self.crates {
            externs.extend(crates::described(library, &self.folder, &self.key, sources::VERSIONS));
        }
        externs
    }

    /// The crates that cells could name, and why they cannot.
    pub(crate) fn unavailable(&self) -> Vec<(String, String)> {
        self.crates.as_ref().err().map_or_else(Vec::new, |reason| crates::unavailable(reason))
    }

    /// Where crates are built that sessions ask for by `:dep`.
    pub(crate) fn dependencies(&self) -> PathBuf {
        self.folder.with_file_name("dependencies")
    }

    /// Adds the crates of others. Without them a session does what it can.
    fn add_crates(&mut self, launch: &Launch, toolchain: &Toolchain) -> Result<(), SessionError> {
        let made = crates_folder().and_then(|root| {
            let library = CratesLibrary::ensure(&root, launch.executable(), &toolchain.rustc())?;
            let prelude = prelude::described(&self.folder, &self.key).shared_library.unwrap_or_default();
            crates::compile_facade(&library, &self.folder, &prelude, &self.key, &toolchain.rustc())?;
            Ok(library)
        });
        match made {
            Ok(library) => self.crates = Ok(Arc::new(library)),
            Err(error) => {
                let file = self.folder.join(NO_CRATES);
                let reason = error.to_string();
                fs::write(&file, &reason).map_err(SessionError::file("write", &file))?;
                self.crates = Err(reason);
            }
        }
        Ok(())
    }

    /// The set-up for this executable and this compiler, made if it is not there yet.
    pub(crate) fn ensure(
        launch: &Launch,
        toolchain: &Toolchain,
        progress: &mut dyn FnMut(&Progress),
    ) -> Result<Setup, SessionError> {
        let (root, mut setup) = Setup::locate(launch, toolchain)?;
        if setup.folder.is_dir() {
            setup.crates = fs::read_to_string(setup.folder.join(NO_CRATES)).map_or_else(
                |_| {
                    crates_folder()
                        .and_then(|root| CratesLibrary::ensure(&root, launch.executable(), &toolchain.rustc()))
                        .map(Arc::new)
                        .map_err(|error| error.to_string())
                },
                Err,
            );
            return Ok(setup);
        }
        let mut steps = STEPS.into_iter().enumerate();
        let mut begin = || {
            if let Some((index, what)) = steps.next() {
                progress(&Progress { step: index + 1, of: STEPS.len(), what });
            }
        };
        let standard_library = toolchain.standard_library_sources();
        if !standard_library.join("core/src/lib.rs").is_file() {
            return Err(SessionError::NoStandardLibrarySources { path: standard_library });
        }
        fs::create_dir_all(&root).map_err(SessionError::file("create", &root))?;
        let new = tempfile::Builder::new()
            .prefix("new-")
            .tempdir_in(&root)
            .map_err(SessionError::file("create a folder in", &root))?;
        let mut draft = Setup { folder: new.path().to_owned(), key: setup.key.clone(), crates: Err(String::new()) };
        begin();
        draft.write_sources(&standard_library)?;
        begin();
        prelude::compile(&draft.folder, &draft.key, toolchain)?;
        tools::write_program(&draft.tools())?;
        begin();
        draft.add_crates(launch, toolchain)?;
        begin();
        fs::create_dir_all(draft.answers()).map_err(SessionError::file("create", draft.answers()))?;
        record_answers(launch, &draft, toolchain)?;
        readable_by_all(&draft.folder).map_err(SessionError::file("share", &draft.folder))?;
        rename_new(new, &setup.folder)?;
        setup.crates = draft.crates;
        Ok(setup)
    }

    /// The folder of all set-ups, and the one for this compiler, whether it is there or not.
    fn locate(launch: &Launch, toolchain: &Toolchain) -> Result<(PathBuf, Setup), SessionError> {
        let root = kovacs_home::cache_folder().ok_or(SessionError::NoCacheFolder)?.join("sessions");
        let key = key(launch, toolchain);
        Ok((root.clone(), Setup { folder: root.join(&key), key, crates: Err(String::new()) }))
    }

    fn write_sources(&self, standard_library: &Path) -> Result<(), SessionError> {
        write_prelude(&self.folder.join("prelude"))?;
        for name in STANDARD_CRATES {
            let source = standard_library.join(name);
            let needed = |name: &str| !UNNEEDED.contains(&name);
            copy_tree(&source, &self.standard_library().join(name), &needed)
                .map_err(SessionError::file("copy", source))?;
            let empty = self.empty_library().join(name).join("src/lib.rs");
            write(&empty, "//! Nothing.\n")?;
        }
        Ok(())
    }
}

/// Digest of everything that makes a set-up stale.
fn key(launch: &Launch, toolchain: &Toolchain) -> String {
    let mut digest = Sha256::new();
    digest.update(env!("CARGO_PKG_VERSION"));
    toolchain.digest_into(&mut digest);
    for (name, text) in sources::SOURCES {
        digest.update(name);
        digest.update(text);
    }
    digest.update(tools::PROGRAM);
    digest.update(CratesLibrary::key(launch.executable(), &toolchain.rustc()).unwrap_or_default());
    for text in [
        include_str!("engine.rs"),
        include_str!("setup.rs"),
        include_str!("cargo/prelude.rs"),
        include_str!("cargo/tools.rs"),
        include_str!("cargo/toolchain.rs"),
        include_str!("crates/mod.rs"),
    ] {
        digest.update(text);
    }
    hex::encode(&digest.finalize()[..12])
}

/// Where the libraries of crates of others are, one for each build of them.
fn crates_folder() -> Result<PathBuf, SessionError> {
    Ok(kovacs_home::cache_folder().ok_or(SessionError::NoCacheFolder)?.join("crates"))
}

/// Temporary folders are made for their owner alone; this one is for all.
fn readable_by_all(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}

/// Puts a finished folder in place; if somebody else was faster, theirs is the same.
fn rename_new(new: tempfile::TempDir, destination: &Path) -> Result<(), SessionError> {
    let new = new.keep();
    match fs::rename(&new, destination) {
        Ok(()) => Ok(()),
        Err(_) if destination.is_dir() => {
            // Best effort: what is left over is a folder in a cache.
            let _ = fs::remove_dir_all(&new);
            Ok(())
        }
        Err(source) => Err(SessionError::File { what: "create", path: destination.into(), source }),
    }
}

fn write(path: &Path, text: &str) -> Result<(), SessionError> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).and_then(|()| fs::write(path, text)).map_err(SessionError::file("write", path))
}

fn write_prelude(folder: &Path) -> Result<(), SessionError> {
    for (name, text) in sources::SOURCES {
        write(&folder.join(name), text)?;
    }
    let version = env!("CARGO_PKG_VERSION");
    let head = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2024\"\n");
    // No optional dependency may be named here: a session resolves its crates without a network.
    write(&folder.join("kovacs-core/Cargo.toml"), &format!("{}\n[features]\ntoml = []\n", head("kovacs-core")))?;
    let dependency = "\n[dependencies]\nkovacs-core = { path = \"../kovacs-core\" }\n";
    write(&folder.join("kovacs/Cargo.toml"), &format!("{}{dependency}", head("kovacs")))?;
    for (name, version) in sources::VERSIONS {
        let dependencies =
            if *name == "polars" { "\n[dependencies]\nkovacs = { path = \"../../kovacs\" }\n" } else { "" };
        let text = format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2024\"\n{dependencies}");
        write(&folder.join("views").join(name).join("Cargo.toml"), &text)?;
    }
    Ok(())
}

/// Makes what all sessions share if it is not there, or, with `anew`, in any case; gives its folder.
///
/// Sessions that run while it is made anew lose what they are compiled with, and say so.
///
/// # Errors
/// There is no compiler, the standard library's sources are missing, or a folder cannot be written.
pub fn set_up(
    options: &SessionOptions,
    anew: bool,
    progress: &mut dyn FnMut(&Progress),
) -> Result<PathBuf, SessionError> {
    let toolchain = Toolchain::find()?;
    let launch = Launch::new(options)?;
    if anew {
        let (_, setup) = Setup::locate(&launch, &toolchain)?;
        match fs::remove_dir_all(&setup.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(SessionError::file("remove", setup.folder)(error));
            }
            _ => {}
        }
    }
    Ok(Setup::ensure(&launch, &toolchain, progress)?.folder)
}

/// The folder with the crates of others that cells name, linked, and made if it is not there yet: an installation carries
/// it.
///
/// # Errors
/// There is no compiler, the crates were not compiled beside the program, or a folder cannot be written.
pub fn cell_crates() -> Result<PathBuf, SessionError> {
    let launch = Launch::new(&SessionOptions::new("."))?;
    let library = CratesLibrary::ensure(&crates_folder()?, launch.executable(), &Toolchain::find()?.rustc())?;
    Ok(library.folder().to_owned())
}

/// The folder of what all sessions share, if it has been made for the compiler there is.
///
/// # Errors
/// There is no compiler.
pub fn set_up_folder() -> Result<Option<PathBuf>, SessionError> {
    let launch = Launch::new(&SessionOptions::new("."))?;
    let (_, setup) = Setup::locate(&launch, &Toolchain::find()?)?;
    Ok(setup.folder.is_dir().then_some(setup.folder))
}

/// Changes whenever what sessions share does: the compiler, the prelude, the crates that cells can name.
///
/// # Errors
/// There is no compiler.
pub fn set_up_key() -> Result<String, SessionError> {
    Ok(key(&Launch::new(&SessionOptions::new("."))?, &Toolchain::find()?))
}

/// Copies a folder; names that `wanted` refuses are left out.
fn copy_tree(source: &Path, destination: &Path, wanted: &dyn Fn(&str) -> bool) -> io::Result<()> {
    fs::create_dir_all(destination)?;
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        let name = entry.file_name();
        if !wanted(&name.to_string_lossy()) {
            continue;
        }
        let target = destination.join(&name);
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target, wanted)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

/// Reads the end of a file, for error messages.
pub(crate) fn tail(path: &Path) -> String {
    let mut text = String::new();
    // Only used to explain another error.
    let _ = File::open(path).and_then(|mut file| file.read_to_string(&mut text));
    let start = text.len().saturating_sub(4000);
    let start = (start..=text.len()).find(|index| text.is_char_boundary(*index)).unwrap_or(text.len());
    text[start..].trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_compiler_has_another_set_up() {
        let toolchain = Toolchain {
            sysroot: "/toolchains/stable".into(),
            compiled_folder: "/toolchains/stable/lib".into(),
            shared_library: "/toolchains/stable/lib/libstd-1111.so".into(),
            linker: None,
        };
        let updated = Toolchain { shared_library: "/toolchains/stable/lib/libstd-2222.so".into(), ..toolchain.clone() };
        let beside = Toolchain { sysroot: "/toolchains/other".into(), ..toolchain.clone() };
        let launch = Launch::new(&SessionOptions::new(".")).expect("the test has an executable");
        let key = |toolchain: &Toolchain| super::key(&launch, toolchain);
        assert_eq!(key(&toolchain), key(&toolchain.clone()));
        assert_ne!(key(&toolchain), key(&updated));
        assert_ne!(key(&toolchain), key(&beside));
    }

    #[test]
    fn who_comes_second_takes_what_is_there() {
        let root = tempfile::tempdir().expect("a folder");
        let place = root.path().join("set-up");
        for text in ["first", "second"] {
            let new = tempfile::tempdir_in(root.path()).expect("a folder");
            fs::write(new.path().join("file"), text).expect("a file");
            rename_new(new, &place).expect("one of them is there");
        }
        assert_eq!(fs::read_to_string(place.join("file")).expect("it is there"), "first");
        assert_eq!(fs::read_dir(root.path()).expect("a folder").count(), 1);
    }
}
