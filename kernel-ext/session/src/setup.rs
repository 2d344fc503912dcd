//! What all sessions share, made once: the prelude's sources, a slim view of the standard library, and a crate
//! folder in which the prelude is already compiled.
//!
//! Type inference reads the sources of everything a cell can name. The full standard library is 39 MB of them and
//! costs 3.6 s at every start; `core`, `alloc` and `std` without tests and without the processor intrinsics are
//! 13 MB. A session gets a *copy* of the prepared crate folder: two sessions in one folder run each other's cells.
//!
//! The folder's name is a digest of everything that can make it stale, so it is never changed, only replaced.

use crate::engine_process::{Launch, launch_engine, private_folder};
use crate::error::SessionError;
use crate::session::SessionOptions;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

mod sources {
    include!(concat!(env!("OUT_DIR"), "/prelude_sources.rs"));
}

/// Crates of the standard library that type inference needs.
const STANDARD_CRATES: [&str; 3] = ["core", "alloc", "std"];
/// Folders in them that it does not.
const UNNEEDED: [&str; 4] = ["tests", "benches", "stdarch", "backtrace"];

/// Where the shared parts are.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    folder: PathBuf,
    /// `LD_LIBRARY_PATH` of the cell process: where the shared standard library is.
    pub(crate) library_path: String,
}

impl Setup {
    /// Folder of the crate `kovacs`.
    pub(crate) fn prelude(&self) -> PathBuf {
        self.folder.join("prelude/kovacs")
    }

    /// The standard library as type inference sees it.
    pub(crate) fn standard_library(&self) -> PathBuf {
        self.folder.join("library")
    }

    /// The crate folder to copy.
    fn crate_folder(&self) -> PathBuf {
        self.folder.join("crate")
    }

    /// Gives a session its own copy of the prepared crate folder.
    pub(crate) fn copy_crate_folder(&self, destination: &Path) -> Result<(), SessionError> {
        let source = self.crate_folder();
        copy_tree(&source, destination, &|_| true).map_err(SessionError::file("copy", source))
    }

    /// The set-up for this executable and this compiler, made if it is not there yet.
    pub(crate) fn ensure(launch: &Launch, progress: &mut dyn FnMut(&str)) -> Result<Setup, SessionError> {
        let toolchain = Toolchain::find()?;
        let (root, setup) = Setup::locate(&toolchain)?;
        if setup.crate_folder().is_dir() {
            return Ok(setup);
        }
        if !toolchain.standard_library.join("core/src/lib.rs").is_file() {
            return Err(SessionError::NoStandardLibrarySources { path: toolchain.standard_library });
        }
        fs::create_dir_all(&root).map_err(SessionError::file("create", &root))?;
        progress("preparing the sources that cells see (once)");
        setup.publish_sources(&root, &toolchain)?;
        progress("compiling the prelude for cells (once)");
        setup.publish_crate_folder(&root, launch)?;
        Ok(setup)
    }

    /// The folder of all set-ups, and the one for this compiler, whether it is there or not.
    fn locate(toolchain: &Toolchain) -> Result<(PathBuf, Setup), SessionError> {
        let root = kovacs_home::cache_folder().ok_or(SessionError::NoCacheFolder)?.join("sessions");
        let folder = root.join(toolchain.key());
        Ok((root, Setup { folder, library_path: toolchain.library_folder.display().to_string() }))
    }

    fn publish_sources(&self, root: &Path, toolchain: &Toolchain) -> Result<(), SessionError> {
        if self.folder.is_dir() {
            return Ok(());
        }
        let new = tempfile::tempdir_in(root).map_err(SessionError::file("create a folder in", root))?;
        write_prelude(&new.path().join("prelude"))?;
        for name in STANDARD_CRATES {
            let source = toolchain.standard_library.join(name);
            let needed = |name: &str| !UNNEEDED.contains(&name);
            copy_tree(&source, &new.path().join("library").join(name), &needed)
                .map_err(SessionError::file("copy", source))?;
        }
        rename_new(new, &self.folder)
    }

    fn publish_crate_folder(&self, root: &Path, launch: &Launch) -> Result<(), SessionError> {
        // Not made in place: a cache inside somebody's workspace would make cargo take the crate for a member of it.
        let draft = private_folder()?;
        drop(launch_engine(launch, self, draft.path(), false)?);
        let new = tempfile::tempdir_in(root).map_err(SessionError::file("create a folder in", root))?;
        copy_tree(draft.path(), new.path(), &|_| true).map_err(SessionError::file("copy", draft.path()))?;
        rename_new(new, &self.crate_folder())
    }
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

fn write_prelude(folder: &Path) -> Result<(), SessionError> {
    let write = |path: PathBuf, text: &str| {
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).and_then(|()| fs::write(&path, text)).map_err(SessionError::file("write", &path))
    };
    for (name, text) in sources::SOURCES {
        write(folder.join(name), text)?;
    }
    let version = env!("CARGO_PKG_VERSION");
    let head = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2024\"\n");
    // No optional dependency may be named here: a session resolves its crates without a network.
    write(folder.join("kovacs-core/Cargo.toml"), &format!("{}\n[features]\ntoml = []\n", head("kovacs-core")))?;
    let dependency = "\n[dependencies]\nkovacs-core = { path = \"../kovacs-core\" }\n";
    write(folder.join("kovacs/Cargo.toml"), &format!("{}{dependency}", head("kovacs")))
}

/// Makes what all sessions share if it is not there, or, with `anew`, in any case; gives its folder.
///
/// Sessions that run while it is made anew lose their sources.
///
/// # Errors
/// There is no compiler, the standard library's sources are missing, or a folder cannot be written.
pub fn set_up(options: &SessionOptions, anew: bool, progress: &mut dyn FnMut(&str)) -> Result<PathBuf, SessionError> {
    if anew {
        let (_, setup) = Setup::locate(&Toolchain::find()?)?;
        match fs::remove_dir_all(&setup.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(SessionError::file("remove", setup.folder)(error));
            }
            _ => {}
        }
    }
    Ok(Setup::ensure(&Launch::new(options)?, progress)?.folder)
}

/// The folder of what all sessions share, if it has been made for the compiler there is.
///
/// # Errors
/// There is no compiler.
pub fn set_up_folder() -> Result<Option<PathBuf>, SessionError> {
    let (_, setup) = Setup::locate(&Toolchain::find()?)?;
    Ok(setup.crate_folder().is_dir().then_some(setup.folder))
}

struct Toolchain {
    standard_library: PathBuf,
    library_folder: PathBuf,
    shared_library: String,
}

impl Toolchain {
    fn find() -> Result<Toolchain, SessionError> {
        let output = Command::new("rustc")
            .args(["--print", "sysroot", "--print", "target-libdir"])
            .output()
            .map_err(|source| SessionError::NoCompiler { source })?;
        let text = String::from_utf8_lossy(&output.stdout);
        let mut lines = text.lines().map(PathBuf::from);
        let (Some(sysroot), Some(library_folder), true) = (lines.next(), lines.next(), output.status.success()) else {
            return Err(SessionError::BadCompiler { message: String::from_utf8_lossy(&output.stderr).into_owned() });
        };
        let shared_library = fs::read_dir(&library_folder)
            .map_err(SessionError::file("list", &library_folder))?
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .find(|name| name.starts_with("libstd-") && !name.ends_with(".rlib"))
            .ok_or_else(|| SessionError::BadCompiler {
                message: format!("there is no shared standard library in {}", library_folder.display()),
            })?;
        let standard_library = sysroot.join("lib/rustlib/src/rust/library");
        Ok(Toolchain { standard_library, library_folder, shared_library })
    }

    /// Digest of everything that makes a set-up stale.
    fn key(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(env!("CARGO_PKG_VERSION"));
        digest.update(self.library_folder.as_os_str().as_encoded_bytes());
        digest.update(&self.shared_library);
        for (name, text) in sources::SOURCES {
            digest.update(name);
            digest.update(text);
        }
        digest.update(include_str!("engine.rs"));
        digest.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Copies a folder; names that `wanted` refuses are left out. Times are kept: cargo judges freshness by them.
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
            File::open(&target)?.set_modified(entry.metadata()?.modified()?)?;
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
